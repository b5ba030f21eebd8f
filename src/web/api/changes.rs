//! `/api/changes`: the changes, newest first. `/api/changes/{id}`: one change in all its sources.

use axum::extract::{Path, RawQuery, State};
use axum::response::Response;
use jiff::{Timestamp, ToSpan};
use serde_json::{Map, json};

use super::asked::answer;
use crate::domain::ChangeId;
use crate::stored_json::ChangeRow;
use crate::web::Web;
use crate::web::catalog::changes::ChangeLine;
use crate::web::changes_found::{find, read};
use crate::web::error::WebError;
use crate::web::query;

/// `/api/changes`. Without `page`, all changes of one check come together, even if they exceed the
/// limit; `next_until` is present if there are older changes, and is the `until` of the next
/// request. With `page`, an answer has exactly the rows of that page.
pub async fn list(State(web): State<Web>, RawQuery(query): RawQuery) -> Response {
    answer(query, query::CHANGES, |asked| async move {
        let catalog = web.catalog().await?;
        let found = find(&web, &catalog, &asked.parameters).await?;
        let (shown, older) = if asked.parameters.get("page").is_empty() {
            whole_checks(&found, asked.paging.size())
        } else {
            (asked.paging.exactly(&found), None)
        };
        let older = older.map(|until| ("next_until".to_owned(), json!(until)));
        let numbers: Vec<i64> = shown.iter().map(|line| line.seq).collect();
        let rows = read(&web, &numbers).await?;
        asked.page_with("changes", &rows, found.len(), Map::from_iter(older))
    })
    .await
}

/// `/api/changes/{id}`: the change in each source that shows it, the first one first.
pub async fn one(
    State(web): State<Web>,
    Path(id): Path<String>,
    RawQuery(query): RawQuery,
) -> Response {
    answer(
        query,
        query::NONE,
        |asked| async move { asked.all("changes", &rows_of(&web, &id).await?) },
    )
    .await
}

/// The rows of the change with this id, or of the change that it confirms.
pub async fn rows_of(web: &Web, id: &str) -> Result<Vec<ChangeRow>, WebError> {
    let recorded = web.state.store.changes_with_id(&ChangeId(id.to_owned())).await?;
    let Some(first) = recorded.first() else {
        return Err(WebError::NotFound { what: "change", id: id.to_owned() });
    };
    let shown_as = first.change.confirms.as_ref().unwrap_or(&first.change.change_id);
    let numbers = web.catalog().await?.changes.with_id(shown_as);
    read(web, &numbers).await
}

/// The first changes, at most `limit`. A page ends between two checks, whose changes have the same
/// time. A check that alone exceeds the limit is complete.
fn whole_checks<'a>(
    found: &'a [&'a ChangeLine],
    limit: usize,
) -> (&'a [&'a ChangeLine], Option<Timestamp>) {
    let at = |index: usize| found.get(index).map(|line| line.observed_at);
    let Some(cut) = at(limit) else { return (found, None) };
    let mut count = found.iter().take_while(|line| line.observed_at > cut).count();
    if count == 0 {
        count = found.iter().take_while(|line| line.observed_at == cut).count();
    }
    let older = at(count).map(just_after);
    (found.get(..count).unwrap_or(found), older)
}

/// The `until` that includes changes at this time: the store's times are exact to the microsecond.
fn just_after(at: Timestamp) -> Timestamp {
    at.checked_add(1.microsecond()).unwrap_or(at)
}
