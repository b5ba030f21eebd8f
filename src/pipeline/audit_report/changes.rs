//! The section about changes.

use crate::pipeline::audit_report::section::{Cell, Column, Section, column};
use crate::pipeline::audit_report::source_names::LaterNames;
use crate::pipeline::past::period::Period;
use crate::store::{RecordedChange, Result, Store};

const COLUMNS: &[Column] = &[
    column("time", "Recorded"),
    column("source", "Source"),
    column("list", "List"),
    column("kind", "Kind"),
    column("name", "Name"),
    column("country", "Country"),
    column("detail", "Fields and remarks"),
    column("alert_id", "Alert"),
    column("change_id", "Change"),
];

pub async fn section(store: &Store, period: Period, names: &LaterNames) -> Result<Section> {
    let row = |recorded: RecordedChange| row(&recorded, names);
    Ok(Section {
        id: "changes",
        title: "Changes",
        note: "What was found in the lists. A list that waited for a decision counts when it was \
               accepted.",
        nothing: "No list changed.",
        columns: COLUMNS,
        rows: store.changes_recorded(period.from, period.until, row).await?,
        grouped: 0,
    })
}

fn row(recorded: &RecordedChange, names: &LaterNames) -> Vec<Cell> {
    let change = &recorded.change;
    let mut details: Vec<String> = Vec::new();
    if change.editorial {
        details.push("editorial".to_owned());
    }
    if recorded.unconfirmed {
        details.push("unconfirmed".to_owned());
    }
    if recorded.accepted_at.is_some() {
        details.push(format!("found {}, accepted later", recorded.observed_at));
    }
    let fields: Vec<&str> = change.fields.iter().map(|field| field.field.as_str()).collect();
    if !fields.is_empty() {
        details.push(fields.join(", "));
    }
    vec![
        recorded.accepted_at.unwrap_or(recorded.observed_at).into(),
        names.then(&recorded.source).into(),
        change.entry.list.as_str().into(),
        change.kind.as_str().into(),
        change.entry.name.as_str().into(),
        change.entry.countries.join(", ").into(),
        details.join("; ").into(),
        recorded.alert_id.as_ref().map(|id| id.as_str()).into(),
        change.change_id.as_str().into(),
    ]
}
