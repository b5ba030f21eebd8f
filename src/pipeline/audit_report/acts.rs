//! The sections about what else the journal has: what people did, and what happened. Pure.

use std::collections::BTreeMap;

use serde_json::Value;

use crate::pipeline::audit_report::items;
use crate::pipeline::audit_report::journal_pass::{PastAct, RESTORED};
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
    let is_shown = |name: &str| !WHO.contains(&name) && name != RESTORED && !is_keyed_hash(name);
    let shown = fields.iter().filter(|(name, value)| is_shown(name.as_str()) && !value.is_null());
    let shown = shown.map(|(name, value)| format!("{}: {}", in_words(name), text_of(value)));
    shown.chain(act.restored()).collect::<Vec<_>>().join("; ")
}

/// A hash by a key that stays in the store says nothing to a reader. The journal has it.
fn is_keyed_hash(name: &str) -> bool {
    name.ends_with("_hash")
}

/// A value of the journal for people: `added 0, removed 10`.
fn text_of(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        Value::Array(values) => values.iter().map(text_of).collect::<Vec<_>>().join(", "),
        Value::Object(fields) => {
            let named =
                fields.iter().map(|(name, value)| format!("{} {}", in_words(name), text_of(value)));
            named.collect::<Vec<_>>().join(", ")
        }
        other => other.to_string(),
    }
}

fn in_words(field: &str) -> String {
    field.replace('_', " ")
}

#[cfg(test)]
mod tests {
    use jiff::Timestamp;
    use serde_json::json;

    use super::*;
    use crate::domain::JournalEntry;
    use crate::domain::journal::JournalEvent;

    fn check(data: Value, expected: &str) {
        let event = JournalEvent { kind: "x".into(), data };
        let entry = JournalEntry::new(1, Timestamp::UNIX_EPOCH, &event, JournalEntry::genesis());
        assert_eq!(details(&PastAct::of(entry)), expected);
    }

    #[test]
    fn details_are_words_without_who_and_without_keyed_hashes() {
        check(
            json!({"hold_id": "hld_1", "by": "Ann", "identified": {"by": "session"}, "note": null,
                   "summary": {"added": 0, "removed": 10}}),
            "hold id: hld_1; summary: added 0, removed 10",
        );
        check(
            json!({"match_id": "mat_1", "counterparty_hash": "4aae", "note_hash": "e12e"}),
            "match id: mat_1",
        );
        check(json!({"deliveries": ["dlv_1", "dlv_2"]}), "deliveries: dlv_1, dlv_2");
    }

    #[test]
    fn a_decision_that_was_carried_out_again_says_when_it_was_made() {
        let restored = json!({"decided_at": "2026-03-01T10:00:00Z", "seq": 7, "hash": "5a"});
        check(
            json!({"hold_id": "hld_1", "restored": restored}),
            "hold id: hld_1; decided 2026-03-01T10:00:00Z, and carried out again after a restore",
        );
    }
}
