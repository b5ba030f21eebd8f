//! `/api/holds` and `/api/holds/{id}`, with what accepting a hold would change: `…/changes` of a
//! list, `…/words` of a text, `…/counterparties` of a counterparty file.

use axum::extract::{Path, RawQuery};
use axum::response::Response;

use super::asked::answer;
use crate::domain::{Change, Hold, HoldId, HoldState, TextChange};
use crate::stored_json::{FileHoldLine, HoldRow};
use crate::web::current_rows::{self, file_hold};
use crate::web::error::WebError;
use crate::web::hold_changes::{HoldContent, content, counterparties};
use crate::web::query;
use crate::web::visit::Visit;

/// All holds, or with `open=true` those that wait for a decision.
pub async fn list(web: Visit, RawQuery(query): RawQuery) -> Response {
    answer(query, query::HOLDS, |asked| async move {
        asked.page_of("holds", &current_rows::holds(&web, asked.parameters.open_only()?).await?)
    })
    .await
}

pub async fn one(web: Visit, Path(id): Path<String>, RawQuery(query): RawQuery) -> Response {
    answer(query, query::NONE, |asked| async move {
        let row = match file_hold(&web, &id).await? {
            Some(row) => row,
            None => HoldRow::from(found(&web, id).await?),
        };
        asked.all("holds", &[row])
    })
    .await
}

/// What accepting the hold would change; nothing if it is decided.
pub async fn changes(web: Visit, Path(id): Path<String>, RawQuery(query): RawQuery) -> Response {
    answer(query, query::NONE, |asked| async move {
        match content_of(&web, id).await? {
            HoldContent::Changes(changes) => asked.all("changes", &changes),
            HoldContent::Words(_) | HoldContent::Nothing => asked.all::<Change>("changes", &[]),
        }
    })
    .await
}

/// What accepting the hold of a text would change in it; nothing if it is decided.
pub async fn words(web: Visit, Path(id): Path<String>, RawQuery(query): RawQuery) -> Response {
    answer(query, query::NONE, |asked| async move {
        match content_of(&web, id).await? {
            HoldContent::Words(words) => asked.all("words", &words),
            HoldContent::Changes(_) | HoldContent::Nothing => asked.all::<TextChange>("words", &[]),
        }
    })
    .await
}

/// The counterparties that accepting the hold of their file would change; none if it is decided.
/// Only a person who is signed in gets here.
pub async fn of_file(web: Visit, Path(id): Path<String>, RawQuery(query): RawQuery) -> Response {
    answer(query, query::NONE, |asked| async move {
        let hold = file_hold(&web, &id).await?;
        let hold = hold.ok_or(WebError::NotFound { what: "hold of a counterparty file", id })?;
        if hold.state != HoldState::Open {
            return asked.all::<FileHoldLine>("counterparties", &[]);
        }
        let content = counterparties(&web, &hold.hold_id).await?;
        match &content.unread {
            Some(why) => Err(WebError::Preview(why.clone())),
            None => asked.all("counterparties", &content.lines),
        }
    })
    .await
}

async fn content_of(web: &Visit, id: String) -> Result<HoldContent, WebError> {
    if file_hold(web, &id).await?.is_some() {
        return Ok(HoldContent::Nothing);
    }
    content(web, &found(web, id).await?).await
}

async fn found(web: &Visit, id: String) -> Result<Hold, WebError> {
    let hold = web.state.store.hold(&HoldId(id.clone())).await?;
    hold.ok_or(WebError::NotFound { what: "hold", id })
}
