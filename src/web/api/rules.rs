//! `/api/rules`: the documents of the Federal Register that change the Entity List, newest first.
//! `/api/rules/{number}`: one. `/api/rules/{number}/entries`: what it orders, and which list shows
//! it.

use axum::extract::{Path, RawQuery, State};
use axum::response::Response;

use super::asked::answer;
use crate::domain::{RecordedRule, RuleState};
use crate::stored_json::{ChangeRow, RuleEntryRow, RuleRow};
use crate::web::Web;
use crate::web::changes_found::of_rule;
use crate::web::error::WebError;
use crate::web::query;

/// `/api/rules`
pub async fn list(State(web): State<Web>, RawQuery(query): RawQuery) -> Response {
    answer(query, query::PAGES, |asked| async move { asked.page_of("rules", &all(&web).await?) })
        .await
}

/// `/api/rules/{number}`
pub async fn one(
    State(web): State<Web>,
    Path(number): Path<String>,
    RawQuery(query): RawQuery,
) -> Response {
    answer(query, query::NONE, |asked| async move {
        asked.all("rules", &[RuleRow::from(numbered(&web, number).await?)])
    })
    .await
}

/// `/api/rules/{number}/entries`
pub async fn entries(
    State(web): State<Web>,
    Path(number): Path<String>,
    RawQuery(query): RawQuery,
) -> Response {
    answer(query, query::PAGES, |asked| async move {
        let rule = numbered(&web, number).await?;
        asked.page_of("entries", &RuleEntryRow::all(&rule, &shown(&web, &rule).await?))
    })
    .await
}

/// All rules that change the list, or would have, newest first.
pub async fn all(web: &Web) -> Result<Vec<RuleRow>, WebError> {
    Ok(web.catalog().await?.rules.rows())
}

/// The rule with this document number.
pub async fn numbered(web: &Web, number: String) -> Result<RecordedRule, WebError> {
    let found = web.state.store.rule_numbered(&number).await?;
    found
        .filter(|rule| rule.state != RuleState::Other)
        .ok_or(WebError::NotFound { what: "rule", id: number })
}

/// The changes of all lists that belong to the rule.
pub async fn shown(web: &Web, rule: &RecordedRule) -> Result<Vec<ChangeRow>, WebError> {
    let catalog = web.catalog().await?;
    let found = of_rule(web, &catalog, &rule.document_number, Some(rule)).await?;
    Ok(found.into_iter().map(|(_, row)| row).collect())
}
