//! `/api/items` and `/api/items/{id}`.

use axum::extract::{Path, RawQuery, State};
use axum::response::Response;

use super::{DEFAULT_LIMIT, reply};
use crate::domain::ItemId;
use crate::web::Web;
use crate::web::current_rows;
use crate::web::error::WebError;
use crate::web::paging::Paging;
use crate::web::query::{self, Parameters};
use crate::web::records::{self, MOST_ROWS};

/// First those that are not closed, oldest first, then the others, newest first.
pub async fn list(State(web): State<Web>, RawQuery(query): RawQuery) -> Response {
    let answer = async {
        let (parameters, format) = Parameters::read_with_format(query.as_deref(), query::ITEMS)?;
        let paging = Paging::read(&parameters, DEFAULT_LIMIT, MOST_ROWS)?;
        let states = parameters.item_states()?;
        let found = current_rows::items(&web, states, parameters.get("receiver")).await?;
        let rows = current_rows::item_rows(&web, paging.exactly(&found).to_vec()).await?;
        records::answer(format, "items", &rows)
    };
    reply(answer.await)
}

pub async fn one(
    State(web): State<Web>,
    Path(id): Path<String>,
    RawQuery(query): RawQuery,
) -> Response {
    let answer = async {
        let (_, format) = Parameters::read_with_format(query.as_deref(), query::NONE)?;
        let item = web.state.store.item(&ItemId(id.clone())).await?;
        let item = item.ok_or(WebError::NotFound { what: "item", id })?;
        records::answer(format, "items", &current_rows::item_rows(&web, vec![item]).await?)
    };
    reply(answer.await)
}
