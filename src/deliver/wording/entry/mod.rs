//! The wording of one change: the full entry, with the words that changed.

mod notes;
mod rows;

use crate::deliver::plain;
use crate::deliver::wording::count::enumeration;
use crate::deliver::wording::{EntryText, country};
use crate::domain::{Change, ChangeKind, Entry, Form, RowFate, Severity};
use notes::notes;
use rows::{label, rows};

pub use rows::value_text;

pub fn text(change: &Change, several_lists: bool) -> EntryText {
    let mut countries = country::names(&change.entry.countries);
    if several_lists {
        countries = format!("{countries}; {}", change.entry.list.title());
    }
    EntryText {
        heading: heading(&change.entry),
        countries,
        brief: brief(change),
        high_severity: change.severity == Severity::High && change.kind == ChangeKind::Revised,
        rows: rows(change),
        cautions: notes(change),
        notes: Vec::new(),
    }
}

/// Only the name of the entry. The alert about the rule contained the rest.
pub fn announced(change: &Change, several_lists: bool) -> EntryText {
    EntryText {
        brief: "as announced".to_owned(),
        rows: Vec::new(),
        cautions: Vec::new(),
        notes: Vec::new(),
        high_severity: false,
        ..text(change, several_lists)
    }
}

/// Only the name of the entry and what happened to it, for a list of documents.
pub fn named(change: &Change) -> EntryText {
    let done = match change.kind {
        ChangeKind::Added => "Added",
        ChangeKind::Revised => "Revised",
        ChangeKind::Removed => "Removed",
    };
    let full = text(change, false);
    EntryText {
        heading: format!("{done}: {}", full.heading),
        brief: String::new(),
        rows: Vec::new(),
        cautions: Vec::new(),
        notes: Vec::new(),
        high_severity: false,
        ..full
    }
}

pub fn heading(entry: &Entry) -> String {
    let name = plain::line(&entry.name);
    match entry.form {
        Form::Party => name,
        Form::Address => format!("Address alone, whoever is there: {name}"),
    }
}

fn brief(change: &Change) -> String {
    let entry = &change.entry;
    if change.row_fate() == Some(RowFate::Gone) {
        return "a row of this name is no longer listed".to_owned();
    }
    if change.kind == ChangeKind::Revised {
        let fields: Vec<String> =
            change.fields.iter().map(|field| label(&field.field).to_lowercase()).collect();
        return if fields.is_empty() {
            "revised".to_owned()
        } else {
            format!("{} revised", enumeration(&fields))
        };
    }
    let mut parts: Vec<String> = entry
        .footnotes
        .iter()
        .map(|footnote| format!("footnote {}", plain::line(footnote)))
        .collect();
    if !entry.license_policy.is_empty() {
        parts.push(plain::line(&entry.license_policy));
    }
    parts.join(", ")
}
