//! The fields of an entry as they are.

use crate::deliver::wording::entry::field::{label, other_keys, values};
use crate::deliver::wording::{Row, footnote};
use crate::domain::word_diff::{Span, SpanKind};
use crate::domain::{Change, ChangeKind, Entry};

/// The labels of the rows that many entries of one rule share.
pub fn is_term(label_of_row: &str) -> bool {
    ["license_requirement", "footnotes", "license_policy"]
        .iter()
        .any(|key| label(key) == label_of_row)
}

/// What identifies a party, and the terms of its listing. `rule_is_named`: the message names the
/// rule, so that its citation and date are not repeated for each entry.
pub fn rows(entry: &Entry, rule_is_named: bool) -> Vec<Row> {
    let mut keys: Vec<&str> =
        vec!["aliases", "addresses", "license_requirement", "footnotes", "license_policy"];
    if !rule_is_named || entry.citations.len() > 1 {
        keys.push("citations");
    }
    if !rule_is_named {
        keys.push("start_date");
    }
    keys.extend(["end_date", "remarks"]);
    let other = other_keys(&[entry]);
    keys.extend(other.iter().map(String::as_str));
    keys.into_iter().filter_map(|key| row(entry, key)).collect()
}

/// What identifies a party whose listing ended.
pub fn identity(entry: &Entry) -> Vec<Row> {
    let other = other_keys(&[entry]);
    let keys = ["aliases", "addresses", "citations", "remarks"].into_iter();
    keys.chain(other.iter().map(String::as_str)).filter_map(|key| row(entry, key)).collect()
}

fn row(entry: &Entry, key: &str) -> Option<Row> {
    let values = values(entry, key);
    let text = |value: String| match key {
        "footnotes" => footnote::explained(entry.list, &value, ""),
        _ => value,
    };
    (!values.is_empty()).then(|| Row {
        label: label(key),
        lines: values
            .into_iter()
            .map(|value| vec![Span::new(SpanKind::Equal, text(value))])
            .collect(),
        was: Vec::new(),
        now: Vec::new(),
    })
}

/// How urgent a change is among those of its kind: the lowest comes first. Footnotes extend the
/// control to foreign-made items, and a denial leaves no way to a license.
pub fn rank(change: &Change) -> (u8, u8, u8) {
    let entry = &change.entry;
    let had = change.before.as_ref().map_or(&[][..], |before| &before.footnotes);
    let gains_footnote = entry.footnotes.iter().any(|mark| !had.contains(mark));
    let is_denied = entry.license_policy.to_lowercase().contains("denial");
    let is_revised = change.kind == ChangeKind::Revised;
    (
        u8::from(change.severity < crate::domain::Severity::High),
        u8::from(!gains_footnote),
        u8::from(!is_denied || is_revised),
    )
}
