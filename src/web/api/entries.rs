//! `/api/entries`: who is listed, now or at a past time. `/api/entries/{id}`: one listing with its
//! timeline in every source.

use axum::extract::{Path, RawQuery, State};
use axum::response::Response;

use super::asked::answer;
use crate::domain::EntryId;
use crate::stored_json::{EntryRow, EntryTimeline};
use crate::web::Web;
use crate::web::error::WebError;
use crate::web::query;

/// `/api/entries`. An entry that several sources list is a row of each.
pub async fn list(State(web): State<Web>, RawQuery(query): RawQuery) -> Response {
    answer(query, query::ENTRIES, |asked| async move {
        let query = asked.parameters.entries(&web.state.settings.timezone)?;
        let country = asked.parameters.country()?;
        let found = web.catalog().await?.entries.rows(&query, country.as_deref());
        let entries = web.state.store.entries_in_rows(asked.paging.exactly(&found)).await?;
        let rows: Vec<EntryRow> =
            entries.into_iter().map(|(_, entry)| EntryRow::from(entry)).collect();
        asked.page("entries", &rows, found.len())
    })
    .await
}

/// `/api/entries/{id}`
pub async fn one(
    State(web): State<Web>,
    Path(id): Path<String>,
    RawQuery(query): RawQuery,
) -> Response {
    answer(query, query::NONE, |asked| async move {
        asked.all("entries", &[timeline_of(&web, id).await?])
    })
    .await
}

/// `/api/entries/{id}/timeline`: what happened to it, a row each.
pub async fn timeline(
    State(web): State<Web>,
    Path(id): Path<String>,
    RawQuery(query): RawQuery,
) -> Response {
    answer(query, query::NONE, |asked| async move {
        asked.all("timeline", &timeline_of(&web, id).await?.timeline)
    })
    .await
}

/// The listing with this id.
pub async fn timeline_of(web: &Web, id: String) -> Result<EntryTimeline, WebError> {
    let found = EntryTimeline::load(&web.state.store, &EntryId(id.clone())).await?;
    found.ok_or(WebError::NotFound { what: "entry", id })
}
