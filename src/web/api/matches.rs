//! `/api/matches` and `/api/matches/{id}`. Only a person who is signed in gets here.

use axum::extract::{Path, RawQuery, State};
use axum::response::Response;

use super::asked::answer;
use crate::domain::MatchId;
use crate::domain::matching::match_record::MatchRecord;
use crate::stored_json::MatchRow;
use crate::web::Web;
use crate::web::error::WebError;
use crate::web::query;

/// First what nobody has decided, strong ones first.
pub async fn list(State(web): State<Web>, RawQuery(query): RawQuery) -> Response {
    answer(query, query::MATCHES, |asked| async move {
        let store = &web.state.store;
        let found = store.match_numbers(&asked.parameters.matches()?).await?;
        let records = store.matches_numbered(asked.paging.exactly(&found)).await?;
        let rows: Vec<MatchRow> = records.into_iter().map(MatchRow::from).collect();
        asked.page("matches", &rows, found.len())
    })
    .await
}

pub async fn one(
    State(web): State<Web>,
    Path(id): Path<String>,
    RawQuery(query): RawQuery,
) -> Response {
    answer(query, query::NONE, |asked| async move {
        asked.all("matches", &[MatchRow::from(found(&web, id).await?)])
    })
    .await
}

/// The match with this id.
pub async fn found(web: &Web, id: String) -> Result<MatchRecord, WebError> {
    let found = web.state.store.match_record(&MatchId(id.clone())).await?;
    found.ok_or(WebError::NotFound { what: "match", id })
}
