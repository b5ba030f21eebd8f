//! `/api/items` and `/api/items/{id}`.

use axum::extract::{Path, RawQuery};
use axum::response::Response;

use super::asked::answer;
use crate::domain::ItemId;
use crate::web::current_rows;
use crate::web::error::WebError;
use crate::web::query;
use crate::web::visit::Visit;

/// First those that are not closed, oldest first, then the others, newest first.
pub async fn list(web: Visit, RawQuery(query): RawQuery) -> Response {
    answer(query, query::ITEMS, |asked| async move {
        let (states, receiver) =
            (asked.parameters.item_states()?, asked.parameters.get("receiver"));
        let found = current_rows::items(&web, states, receiver).await?;
        let rows = current_rows::item_rows(&web, asked.paging.exactly(&found).to_vec()).await?;
        asked.page("items", &rows, found.len())
    })
    .await
}

pub async fn one(web: Visit, Path(id): Path<String>, RawQuery(query): RawQuery) -> Response {
    answer(query, query::NONE, |asked| async move {
        let item = web.state.store.item(&ItemId(id.clone())).await?;
        let item = web.shown_item(item).await.ok_or(WebError::NotFound { what: "item", id })?;
        asked.all("items", &current_rows::item_rows(&web, vec![item]).await?)
    })
    .await
}
