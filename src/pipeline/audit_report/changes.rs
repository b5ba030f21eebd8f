//! The sections about changes: how many of each list and kind, and each of them.

use std::collections::BTreeMap;

use crate::domain::{ChangeKind, ListCode};
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

const COUNTS: &[Column] = &[
    column("source", "Source"),
    column("list", "List"),
    column("added", "Added"),
    column("removed", "Removed"),
    column("revised", "Revised"),
    column("editorial", "Editorial"),
];

/// The counts, and the changes.
pub async fn sections(store: &Store, period: Period, names: &LaterNames) -> Result<[Section; 2]> {
    let mut counts: BTreeMap<(String, ListCode), [u64; 4]> = BTreeMap::new();
    let read = |recorded: RecordedChange| {
        let change = &recorded.change;
        let of_list = (names.then(&recorded.source).clone(), change.entry.list);
        let [added, removed, revised, editorial] = counts.entry(of_list).or_default();
        *match (change.editorial, change.kind) {
            (true, _) => editorial,
            (false, ChangeKind::Added) => added,
            (false, ChangeKind::Removed) => removed,
            (false, ChangeKind::Revised) => revised,
        } += 1;
        row(&recorded, names)
    };
    let rows = store.changes_recorded(period.from, period.until, read).await?;
    let count_row = |((source, list), counts): ((String, ListCode), [u64; 4])| {
        let head = [Cell::from(source), Cell::from(list.as_str())];
        head.into_iter().chain(counts.map(Cell::Count)).collect()
    };
    let counted = Section {
        id: "changes_by_list",
        title: "Changes of each list",
        note: "A change that two sources show counts for each. A revision of nothing but spelling \
               or punctuation is editorial.",
        nothing: "No list changed.",
        columns: COUNTS,
        rows: counts.into_iter().map(count_row).collect(),
        grouped: 1,
    };
    Ok([counted, changes(rows)])
}

fn changes(rows: Vec<Vec<Cell>>) -> Section {
    Section {
        id: "changes",
        title: "Changes",
        note: "What was found in the lists. A list that waited for a decision counts when it was \
               accepted.",
        nothing: "No list changed.",
        columns: COLUMNS,
        rows,
        grouped: 0,
    }
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
