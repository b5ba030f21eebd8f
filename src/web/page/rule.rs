//! `/rules/{number}`: one document: what it says, what it orders, which list shows it, its alerts.

use std::collections::BTreeMap;

use axum::extract::{Path, RawQuery};
use axum::response::Response;
use jiff::Timestamp;
use serde_json::{Value, json};

use crate::domain::{RecordedRule, utc_midnight};
use crate::stored_json::{ChangeRow, RuleEntryRow, RuleRow};
use crate::web::alert_links::alert_links;
use crate::web::api::rules::{numbered, shown};
use crate::web::page::{MAX_LIMIT, reply};
use crate::web::paging::Paging;
use crate::web::query::{self, Parameters};
use crate::web::records;
use crate::web::visit::Visit;

/// Entries on a page if no `limit` is given. They take a line each.
const ENTRIES: usize = 200;

pub async fn show(web: Visit, Path(number): Path<String>, RawQuery(query): RawQuery) -> Response {
    let context = async {
        let parameters = Parameters::read(query.as_deref(), query::PAGES)?;
        let paging = Paging::read(&parameters, ENTRIES, MAX_LIMIT)?;
        let rule = numbered(&web, number).await?;
        let changes = shown(&web, &rule).await?;
        let entries = RuleEntryRow::all(&rule, &changes);
        let of_changes = changes.iter().filter_map(|row| row.alert_id.as_ref());
        let alerts = alert_links(&web, of_changes.chain(&rule.alert_id).collect()).await?;
        let path = format!("rules/{}", in_path(&rule.document_number));
        Ok(json!({
            "sources": first_shown(&rule, &changes),
            "alerts": alerts,
            "entries": paging.of(&entries),
            "paging": paging.shown(entries.len(), &parameters),
            "path": format!("/{path}"),
            "links": records::links(&format!("{path}/entries"), &parameters),
            "rule": RuleRow::from(rule),
        }))
    };
    reply(&web, "rule.html", context.await)
}

/// A text as a part of a path.
fn in_path(text: &str) -> String {
    url::form_urlencoded::byte_serialize(text.as_bytes()).collect::<String>().replace('+', "%20")
}

/// When each source first showed a change of the rule, and how many days after it was filed.
fn first_shown(rule: &RecordedRule, changes: &[ChangeRow]) -> Vec<Value> {
    let mut first: BTreeMap<&str, (Timestamp, usize)> = BTreeMap::new();
    for row in changes.iter().filter(|row| !row.backfilled) {
        let known = first.entry(&row.source).or_insert((row.observed_at, 0));
        *known = (known.0.min(row.observed_at), known.1 + 1);
    }
    let filed = rule.rule.filed_at.or(rule.rule.published_on.map(utc_midnight));
    let line = |(source, (at, count)): (&str, (Timestamp, usize))| {
        let days = filed.map(|filed| at.duration_since(filed).as_hours().max(0) / 24);
        json!({ "source": source, "at": at, "changes": count, "days": days })
    };
    first.into_iter().map(line).collect()
}
