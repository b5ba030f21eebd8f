//! `/api/watchlists`: the counterparty files. Only a person who is signed in gets here.

use axum::extract::{RawQuery, State};
use axum::response::Response;

use super::asked::answer;
use crate::web::Web;
use crate::web::current_rows;
use crate::web::query;

/// In the order of the configuration.
pub async fn list(State(web): State<Web>, RawQuery(query): RawQuery) -> Response {
    answer(query, query::NONE, |asked| async move {
        asked.all("watchlists", &current_rows::watchlists(&web).await?)
    })
    .await
}
