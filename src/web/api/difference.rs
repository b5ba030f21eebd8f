//! `/api/difference`: the net difference of two recorded days of a source, in the shape of `diff`.

use std::sync::Arc;

use axum::extract::{RawQuery, State};
use axum::response::Response;
use serde_json::{Map, json};

use super::reply;
use crate::domain::{ChangeSet, ListCode};
use crate::web::catalog::ComparedDays;
use crate::web::error::WebError;
use crate::web::paging::Paging;
use crate::web::query::{self, Parameters};
use crate::web::records::{self, MOST_ROWS};
use crate::web::{DifferenceError, Web};

pub async fn show(State(web): State<Web>, RawQuery(query): RawQuery) -> Response {
    let answer = async {
        let (parameters, format) =
            Parameters::read_with_format(query.as_deref(), query::DIFFERENCE)?;
        let paging = Paging::read(&parameters, MOST_ROWS, MOST_ROWS)?;
        let Some(days) = days(&parameters)? else {
            let text = "expected `source`, `from` and `to`, such as `2026-11-30`";
            return Err(WebError::BadRequest(text.to_owned()));
        };
        let compared = between(&web, days).await?;
        let (_, changes) = &*compared;
        let beside = Map::from_iter([
            ("summary".to_owned(), json!(changes.summary)),
            ("total".to_owned(), json!(changes.changes.len())),
        ]);
        records::answer_with(format, "changes", paging.of(&changes.changes), beside)
    };
    reply(answer.await)
}

/// What is compared. `None` if the source or a day is not set.
pub fn days(parameters: &Parameters) -> Result<Option<ComparedDays>, WebError> {
    let list: ListCode = parameters.list_or_entity_list()?;
    let source = parameters.get("source").trim().to_owned();
    let Some((from, to)) = parameters.days()?.filter(|_| !source.is_empty()) else {
        return Ok(None);
    };
    if from > to {
        return Err(WebError::BadRequest(format!(
            "expected `from` at or before `to`, but got {from} and {to}"
        )));
    }
    Ok(Some(ComparedDays { source, list, from, to }))
}

/// The changes from one day to the other. The last answer is kept, because a page of it is often
/// followed by the next.
pub async fn between(
    web: &Web,
    days: ComparedDays,
) -> Result<Arc<(ComparedDays, ChangeSet)>, WebError> {
    let catalog = web.catalog().await?;
    if let Some(known) = catalog.difference.load_full().filter(|known| known.0 == days) {
        return Ok(known);
    }
    let Some(comparison) = &web.state.days else {
        let text = "these pages cannot compare days: `entitywatch diff` does";
        return Err(WebError::BadRequest(text.to_owned()));
    };
    let found = comparison.between(&days.source, days.list, (days.from, days.to)).await;
    let changes = found.map_err(|problem| match problem {
        DifferenceError::NotRecorded(text) => WebError::BadRequest(text),
        DifferenceError::Failed(reason) => WebError::Difference(reason),
    })?;
    let compared = Arc::new((days, changes));
    catalog.difference.store(Some(Arc::clone(&compared)));
    Ok(compared)
}
