//! The fields of an entry, each with the words that changed.

use serde_json::Value;

use crate::deliver::plain;
use crate::deliver::wording::{Row, footnote};
use crate::domain::country::name_in_messages;
use crate::domain::word_diff::{Span, SpanKind, word_diff, word_similarity};
use crate::domain::{Change, Entry, Form};

/// Two values that share more of their words than this are one value that was edited.
const MIN_LIKENESS: f64 = 0.5;
/// Columns with the address of the publisher's page. They are shown only if they changed.
const OMITTED_COLUMNS: [&str; 2] = ["source_list_url", "source_information_url"];

pub fn rows(change: &Change) -> Vec<Row> {
    let (after, before) = (&change.entry, change.before.as_ref());
    let mut keys: Vec<String> = Vec::new();
    if before.is_some_and(|before| before.name != after.name) {
        keys.push("name".to_owned());
    }
    let fixed = [
        "aliases",
        "addresses",
        "countries",
        "license_requirement",
        "footnotes",
        "license_policy",
        "citations",
        "start_date",
        "end_date",
        "remarks",
    ];
    keys.extend(fixed.map(str::to_owned));
    let columns =
        after.other.keys().chain(before.into_iter().flat_map(|before| before.other.keys()));
    let mut columns: Vec<String> = columns.map(|column| format!("other.{column}")).collect();
    columns.sort_unstable();
    columns.dedup();
    keys.extend(columns);
    if before.is_some_and(|before| before.form != after.form) {
        keys.push("form".to_owned());
    }
    keys.iter().filter_map(|key| row(key, change)).collect()
}

fn row(key: &str, change: &Change) -> Option<Row> {
    let new = values(&change.entry, key);
    let old = change.before.as_ref().map(|before| values(before, key));
    let changed = old.as_ref().is_some_and(|old| *old != new);
    // The countries are already shown next to the name.
    let omitted = key == "countries"
        || key.strip_prefix("other.").is_some_and(|column| OMITTED_COLUMNS.contains(&column));
    if !changed && (new.is_empty() || omitted) {
        return None;
    }
    let lines = match old {
        Some(old) if changed => compared(&old, &new),
        _ => new.into_iter().map(|value| vec![Span::new(SpanKind::Equal, value)]).collect(),
    };
    Some(Row { label: label(key), lines, was: Vec::new(), now: Vec::new() })
}

/// The values of a field, each as a clean line.
fn values(entry: &Entry, key: &str) -> Vec<String> {
    let clean = |values: &[String]| -> Vec<String> {
        values.iter().map(|value| plain::line(value)).collect()
    };
    let one = |value: &str| -> Vec<String> {
        if value.is_empty() { Vec::new() } else { vec![plain::line(value)] }
    };
    match key {
        "name" => one(&entry.name),
        "aliases" => clean(&entry.aliases),
        "addresses" => clean(&entry.addresses),
        "countries" => {
            entry.countries.iter().map(|code| name_in_messages(code).to_owned()).collect()
        }
        "license_requirement" => one(&entry.license_requirement),
        "license_policy" => one(&entry.license_policy),
        "footnotes" => entry
            .footnotes
            .iter()
            .map(|mark| footnote::explained(entry.list, &plain::line(mark)))
            .collect(),
        "citations" => {
            entry.citations.iter().map(|citation| plain::line(&citation.to_string())).collect()
        }
        "start_date" => one(entry.start_date.as_deref().unwrap_or_default()),
        "end_date" => one(entry.end_date.as_deref().unwrap_or_default()),
        "remarks" => one(&entry.remarks),
        "form" => vec![if entry.form == Form::Party {
            "a party".to_owned()
        } else {
            "an address alone".to_owned()
        }],
        other => one(other
            .strip_prefix("other.")
            .and_then(|column| entry.other.get(column))
            .map_or("", String::as_str)),
    }
}

/// The new values in their order, each compared with the old value that it replaces. Old values
/// without a match follow.
fn compared(old: &[String], new: &[String]) -> Vec<Vec<Span>> {
    let mut deleted: Vec<&String> = old.iter().filter(|value| !new.contains(value)).collect();
    let mut lines = Vec::new();
    for value in new {
        if old.contains(value) {
            lines.push(vec![Span::new(SpanKind::Equal, value)]);
            continue;
        }
        // A single value is always compared with the other single value. In a list, each value is
        // compared with the most similar one.
        let single = old.len() == 1 && new.len() == 1;
        let best = deleted
            .iter()
            .enumerate()
            .map(|(at, candidate)| (at, word_similarity(candidate, value)))
            .max_by(|a, b| a.1.total_cmp(&b.1));
        match best {
            Some((at, alike)) if single || alike > MIN_LIKENESS => {
                lines.push(word_diff(deleted.remove(at), value));
            }
            _ => lines.push(vec![Span::new(SpanKind::Inserted, value)]),
        }
    }
    lines.extend(deleted.into_iter().map(|value| vec![Span::new(SpanKind::Deleted, value)]));
    lines
}

pub fn label(key: &str) -> String {
    let known = match key {
        "name" => "Name",
        "aliases" => "Aliases",
        "addresses" => "Addresses",
        "countries" => "Countries",
        "license_requirement" => "License requirement",
        "license_policy" => "License review policy",
        "footnotes" => "Footnotes",
        "citations" => "Citations",
        "start_date" => "Listed from",
        "end_date" => "Listed until",
        "remarks" => "Remarks",
        "form" => "What it is",
        other => {
            let column =
                plain::line(&other.strip_prefix("other.").unwrap_or(other).replace('_', " "));
            let mut letters = column.chars();
            return letters
                .next()
                .map(|first| first.to_uppercase().chain(letters).collect())
                .unwrap_or_default();
        }
    };
    known.to_owned()
}

/// The JSON value of a field as text, for tables: `a; b`.
pub fn value_text(value: &Value) -> String {
    match value {
        Value::Null => String::new(),
        Value::String(text) => plain::line(text),
        Value::Array(values) => values.iter().map(value_text).collect::<Vec<_>>().join("; "),
        other => other.to_string(),
    }
}
