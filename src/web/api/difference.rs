//! `/api/difference`: the net difference of two recorded days of a source, in the shape of `diff`.

use std::sync::Arc;

use axum::extract::{RawQuery, State};
use axum::response::Response;
use serde_json::{Map, json};

use super::asked::answer_up_to;
use crate::domain::{ChangeSet, ListCode};
use crate::web::catalog::ComparedDays;
use crate::web::error::WebError;
use crate::web::query::{self, Parameters};
use crate::web::records::MOST_ROWS;
use crate::web::{DifferenceError, Web};

pub async fn show(State(web): State<Web>, RawQuery(query): RawQuery) -> Response {
    answer_up_to(MOST_ROWS, query, query::DIFFERENCE, |asked| async move {
        let Some(days) = days(&asked.parameters)? else {
            let text = "expected `source`, `from` and `to`, such as `2026-11-30`";
            return Err(WebError::BadRequest(text.to_owned()));
        };
        let compared = between(&web, days).await?;
        let (_, ChangeSet { summary, changes }) = &*compared;
        let beside = Map::from_iter([("summary".to_owned(), json!(summary))]);
        asked.page_with("changes", asked.paging.exactly(changes), changes.len(), beside)
    })
    .await
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
