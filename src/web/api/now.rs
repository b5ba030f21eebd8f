//! `/api/sources`, `/api/receivers` and `/api/checks`: how things stand.

use axum::extract::{RawQuery, State};
use axum::response::Response;

use super::asked::answer;
use crate::web::Web;
use crate::web::current_rows;
use crate::web::query;
use crate::web::visit::Visit;

pub async fn sources(State(web): State<Web>, RawQuery(query): RawQuery) -> Response {
    answer(query, query::NONE, |asked| async move {
        asked.all("sources", &current_rows::source_rows(&web).await?)
    })
    .await
}

pub async fn receivers(web: Visit, RawQuery(query): RawQuery) -> Response {
    answer(query, query::NONE, |asked| async move {
        asked.all("receivers", &current_rows::receiver_rows(&web).await?)
    })
    .await
}

/// One row for each day and source, oldest first.
pub async fn checks(State(web): State<Web>, RawQuery(query): RawQuery) -> Response {
    answer(query, query::CHECKS, |asked| async move {
        let mut rows = current_rows::check_days(&web).await?;
        let source = asked.parameters.get("source");
        rows.retain(|row| source.is_empty() || row.source == source);
        asked.page_of("checks", &rows)
    })
    .await
}
