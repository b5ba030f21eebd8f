//! `/api/entries`: who is listed, now or at a past time. `/api/entries/{id}`: one listing with its
//! timeline in every source.

use axum::extract::{Path, RawQuery, State};
use axum::response::Response;
use serde_json::{Map, json};

use super::reply;
use crate::domain::EntryId;
use crate::stored_json::{EntryRow, EntryTimeline};
use crate::web::Web;
use crate::web::error::WebError;
use crate::web::paging::Paging;
use crate::web::query::{self, Parameters};
use crate::web::records::{self, MOST_ROWS};

/// Entries in an answer if no `limit` is given.
const DEFAULT_LIMIT: usize = 1_000;

/// `/api/entries`. An entry that several sources list is a row of each.
pub async fn list(State(web): State<Web>, RawQuery(query): RawQuery) -> Response {
    let answer = async {
        let (parameters, format) = Parameters::read_with_format(query.as_deref(), query::ENTRIES)?;
        let paging = Paging::read(&parameters, DEFAULT_LIMIT, MOST_ROWS)?;
        let query = parameters.entries(&web.state.settings.timezone)?;
        let country = parameters.country()?;
        let found = web.catalog().await?.entries.rows(&query, country.as_deref());
        let beside = Map::from_iter([("total".to_owned(), json!(found.len()))]);
        let entries = web.state.store.entries_in_rows(paging.of(&found)).await?;
        let rows: Vec<EntryRow> =
            entries.into_iter().map(|(_, entry)| EntryRow::from(entry)).collect();
        records::answer_with(format, "entries", &rows, beside)
    };
    reply(answer.await)
}

/// `/api/entries/{id}`
pub async fn one(
    State(web): State<Web>,
    Path(id): Path<String>,
    RawQuery(query): RawQuery,
) -> Response {
    let answer = async {
        let (_, format) = Parameters::read_with_format(query.as_deref(), query::NONE)?;
        records::answer(format, "entries", &[timeline_of(&web, id).await?])
    };
    reply(answer.await)
}

/// `/api/entries/{id}/timeline`: what happened to it, a row each.
pub async fn timeline(
    State(web): State<Web>,
    Path(id): Path<String>,
    RawQuery(query): RawQuery,
) -> Response {
    let answer = async {
        let (_, format) = Parameters::read_with_format(query.as_deref(), query::NONE)?;
        records::answer(format, "timeline", &timeline_of(&web, id).await?.timeline)
    };
    reply(answer.await)
}

/// The listing with this id.
pub async fn timeline_of(web: &Web, id: String) -> Result<EntryTimeline, WebError> {
    let found = EntryTimeline::load(&web.state.store, &EntryId(id.clone())).await?;
    found.ok_or(WebError::NotFound { what: "entry", id })
}
