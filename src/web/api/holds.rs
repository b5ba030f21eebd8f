//! `/api/holds`, `/api/holds/{id}`, `/api/holds/{id}/changes` and `/api/holds/{id}/words`.

use axum::extract::{Path, RawQuery, State};
use axum::response::Response;

use super::asked::answer;
use crate::domain::{Change, Hold, HoldId, TextChange};
use crate::web::Web;
use crate::web::current_rows;
use crate::web::error::WebError;
use crate::web::hold_changes::{HoldContent, content};
use crate::web::query;

/// All holds, or with `open=true` those that wait for a decision.
pub async fn list(State(web): State<Web>, RawQuery(query): RawQuery) -> Response {
    answer(query, query::HOLDS, |asked| async move {
        asked.page_of("holds", &current_rows::holds(&web, asked.parameters.open_only()?).await?)
    })
    .await
}

pub async fn one(
    State(web): State<Web>,
    Path(id): Path<String>,
    RawQuery(query): RawQuery,
) -> Response {
    answer(query, query::NONE, |asked| async move { asked.all("holds", &[found(&web, id).await?]) })
        .await
}

/// What accepting the hold would change; nothing if it is decided.
pub async fn changes(
    State(web): State<Web>,
    Path(id): Path<String>,
    RawQuery(query): RawQuery,
) -> Response {
    answer(query, query::NONE, |asked| async move {
        match content(&web, &found(&web, id).await?).await? {
            HoldContent::Changes(changes) => asked.all("changes", &changes),
            HoldContent::Words(_) | HoldContent::Nothing => asked.all::<Change>("changes", &[]),
        }
    })
    .await
}

/// What accepting the hold of a text would change in it; nothing if it is decided.
pub async fn words(
    State(web): State<Web>,
    Path(id): Path<String>,
    RawQuery(query): RawQuery,
) -> Response {
    answer(query, query::NONE, |asked| async move {
        match content(&web, &found(&web, id).await?).await? {
            HoldContent::Words(words) => asked.all("words", &words),
            HoldContent::Changes(_) | HoldContent::Nothing => asked.all::<TextChange>("words", &[]),
        }
    })
    .await
}

async fn found(web: &Web, id: String) -> Result<Hold, WebError> {
    let hold = web.state.store.hold(&HoldId(id.clone())).await?;
    hold.ok_or(WebError::NotFound { what: "hold", id })
}
