//! The sections about what else the journal has: what people did, and what happened. Pure.

use std::collections::BTreeMap;

use serde_json::Value;

use crate::pipeline::audit_report::items;
use crate::pipeline::audit_report::journal_pass::PastAct;
use crate::pipeline::audit_report::section::{Cell, Column, Section, column};

const ACTS: &[Column] = &[
    column("time", "Time"),
    column("kind", "What"),
    column("by", "By"),
    column("identified", "Identified"),
    column("detail", "Details"),
];
const EVENTS: &[Column] =
    &[column("time", "Time"), column("kind", "What"), column("detail", "Details")];
const KINDS: &[Column] = &[column("kind", "Kind of entry"), column("entries", "Entries")];
/// The fields that have columns of their own.
const WHO: [&str; 2] = ["by", "identified"];

pub fn sections(
    acts: &[PastAct],
    events: &[PastAct],
    kinds: &BTreeMap<String, u64>,
) -> [Section; 3] {
    // Items and holds have sections of their own.
    let is_elsewhere = |act: &&PastAct| act.entry.kind.starts_with(items::PREFIX);
    let act_rows = acts.iter().filter(|act| !is_elsewhere(act)).map(|act| {
        vec![
            act.entry.at.into(),
            act.entry.kind.as_str().into(),
            act.by().into(),
            act.identified().into(),
            details(act).into(),
        ]
    });
    let event_rows = events.iter().filter(|event| !is_elsewhere(event)).map(|event| {
        vec![event.entry.at.into(), event.entry.kind.as_str().into(), details(event).into()]
    });
    let kind_rows =
        kinds.iter().map(|(kind, count)| vec![Cell::from(kind.as_str()), Cell::Count(*count)]);
    [
        Section {
            id: "acts",
            title: "What people did",
            note: "The acts and decisions of people, apart from those on items.",
            nothing: "Nobody did anything that the journal keeps.",
            columns: ACTS,
            rows: act_rows.collect(),
            grouped: 0,
        },
        Section {
            id: "events",
            title: "Other events",
            note: "What the program itself entered in the journal, apart from checks.",
            nothing: "There was no other event.",
            columns: EVENTS,
            rows: event_rows.collect(),
            grouped: 0,
        },
        Section {
            id: "journal",
            title: "Entries of the journal",
            note: "Everything that the journal has of the period, by kind.",
            nothing: "The journal has no entry of the period.",
            columns: KINDS,
            rows: kind_rows.collect(),
            grouped: 0,
        },
    ]
}

/// `receiver: erp; deliveries: 3`
fn details(act: &PastAct) -> String {
    let Value::Object(fields) = &act.data else { return act.entry.data.clone() };
    let shown =
        fields.iter().filter(|(name, value)| !WHO.contains(&name.as_str()) && !value.is_null());
    shown
        .map(|(name, value)| match value {
            Value::String(text) => format!("{}: {text}", in_words(name)),
            other => format!("{}: {other}", in_words(name)),
        })
        .collect::<Vec<_>>()
        .join("; ")
}

fn in_words(field: &str) -> String {
    field.replace('_', " ")
}
