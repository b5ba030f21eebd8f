//! The wording of one change: its name, its fields, what changed, and how certain it is.

mod field;
mod heading;
mod matching;
mod other_sources;
mod revision;
mod rows;

use crate::deliver::plain;
use crate::deliver::wording::context::Context;
use crate::deliver::wording::{EntryText, Row, country};
use crate::domain::word_diff::{Span, SpanKind};
use crate::domain::{Change, ChangeKind, RowFate, Severity};

pub use field::{label, value_text};
pub use heading::heading;
pub use other_sources::first_source;
pub use revision::{differing, footnotes};
pub use rows::{is_term, rank};

/// What a message says beside the entry, so that the entry does not repeat it.
#[derive(Clone, Copy)]
pub struct EntryScope<'a> {
    /// The message is about several lists, so that each entry names its own.
    pub several_lists: bool,
    /// The message names the rule.
    pub rule_is_named: bool,
    pub context: &'a Context<'a>,
}

/// The change in full.
pub fn text(change: &Change, scope: EntryScope<'_>) -> EntryText {
    EntryText {
        brief: brief(change),
        high_severity: change.severity == Severity::High && change.kind == ChangeKind::Revised,
        rows: change_rows(change, scope),
        cautions: matching::cautions(change, scope.context),
        notes: matching::notes(change, scope.context),
        ..named(change, scope)
    }
}

/// Only the name of the entry. An earlier alert contained the rest.
pub fn announced(change: &Change, scope: EntryScope<'_>) -> EntryText {
    EntryText { brief: "as announced".to_owned(), ..named(change, scope) }
}

/// Only what differs from the source whose alert was first. `source` is the source of this message.
pub fn difference(change: &Change, source: &str, scope: EntryScope<'_>) -> EntryText {
    let lines = other_sources::differences(change, scope.context);
    let label = match first_source(change, scope.context) {
        Some(first) => format!("Only in {source}, not in {}", first.named()),
        None => format!("Only in {source}"),
    };
    let rows = vec![Row {
        label,
        lines: lines.into_iter().map(|line| vec![Span::new(SpanKind::Equal, line)]).collect(),
        was: Vec::new(),
        now: Vec::new(),
    }];
    EntryText {
        rows,
        cautions: matching::cautions(change, scope.context),
        notes: matching::notes(change, scope.context),
        ..named(change, scope)
    }
}

/// Only the name of the entry and its countries.
pub fn named(change: &Change, scope: EntryScope<'_>) -> EntryText {
    let mut countries = country::names(&change.entry.countries);
    if scope.several_lists {
        countries = format!("{countries}; {}", change.entry.list.title());
    }
    EntryText {
        heading: heading(&change.entry),
        countries,
        brief: String::new(),
        high_severity: false,
        rows: Vec::new(),
        cautions: Vec::new(),
        notes: Vec::new(),
    }
}

fn change_rows(change: &Change, scope: EntryScope<'_>) -> Vec<Row> {
    match (change.kind, &change.before) {
        (ChangeKind::Removed, _) => rows::identity(&change.entry),
        // `entry` is another row, which stays listed.
        (ChangeKind::Revised, Some(before)) if change.row_fate() == Some(RowFate::Gone) => {
            rows::identity(before)
        }
        (ChangeKind::Revised, Some(before)) => {
            revision::rows(before, &change.entry, scope.rule_is_named)
        }
        _ => rows::rows(&change.entry, scope.rule_is_named),
    }
}

fn brief(change: &Change) -> String {
    match (change.kind, &change.before) {
        (ChangeKind::Revised, _) if change.row_fate() == Some(RowFate::Gone) => {
            "one row of this name is no longer listed".to_owned()
        }
        (ChangeKind::Revised, _) if change.editorial => String::new(),
        (ChangeKind::Revised, Some(before)) => revision::brief(change, before),
        (ChangeKind::Revised, None) | (ChangeKind::Removed, _) => String::new(),
        (ChangeKind::Added, _) => {
            let footnotes = change.entry.footnotes.iter();
            let footnotes: Vec<String> =
                footnotes.map(|mark| format!("Footnote {}", plain::line(mark))).collect();
            footnotes.join(", ")
        }
    }
}
