//! What one document means for one list: a baseline, a step that is believed, or a hold. Pure.

use std::collections::HashMap;

use super::rules::same;
use crate::diff::{self, Limits, Verdict};
use crate::domain::{Change, ChangeKind, Entry, HoldReason, ListCode, ListState, Sha256, Snapshot};
use crate::record::StoredEntry;

/// What is known of a list before the document is looked at.
#[derive(Debug, Default)]
pub struct Known {
    pub state: Option<ListState>,
    pub entries: Vec<StoredEntry>,
    /// Removals that rules order: what they take off the list is no loss.
    pub ordered_removals: Vec<Change>,
}

/// The judgement on one list.
#[derive(Debug)]
pub struct Judgement {
    pub list: ListCode,
    pub verdict: ListVerdict,
    /// Entries of the list in the document.
    pub count: usize,
    /// Entries that are held once the judgement is recorded.
    pub held_count: usize,
    /// Entries that are gone because a rule orders it.
    pub ordered_off: usize,
    /// What was held before.
    pub before: Vec<Entry>,
    pub close: Vec<i64>,
    pub open: Vec<Entry>,
}

#[derive(Debug)]
pub enum ListVerdict {
    /// The first plausible sight of the list.
    Baseline,
    /// Too few entries to be a baseline; says how many were expected.
    RefusedBaseline(String),
    /// Nothing differs from what is held.
    Unchanged,
    /// Believed.
    Changed(Vec<Change>),
    /// Not believed.
    Held(HeldStep),
    /// Not believed, and an operator has rejected this very content before.
    RejectedBefore,
}

/// A step that waits for a person, or for a later document.
#[derive(Debug)]
pub struct HeldStep {
    pub reason: HoldReason,
    pub message: String,
    /// What the document would change.
    pub all: Vec<Change>,
    /// What is told all the same: of a loss, everything but the removals.
    pub passing: Vec<Change>,
    /// The hash of the list's content in the document.
    pub content: Sha256,
}

/// Judges the `entries` that a document holds of `list`. `high_water` is the list's highest count of seven days.
pub fn judge(limits: &Limits, list: ListCode, known: Known, entries: Vec<Entry>, high_water: usize) -> Judgement {
    let count = entries.len();
    let Some(state) = known.state else {
        let (verdict, open) = match diff::enough_for_baseline(limits, list, count) {
            Ok(()) => (ListVerdict::Baseline, entries),
            Err(message) => (ListVerdict::RefusedBaseline(message), Vec::new()),
        };
        return Judgement { list, verdict, count, held_count: open.len(), ordered_off: 0, before: Vec::new(), close: Vec::new(), open };
    };
    let (rows, before): (Vec<i64>, Vec<Entry>) = known.entries.into_iter().map(|stored| (stored.row, stored.entry)).unzip();
    let unmoved = |verdict, before: Vec<Entry>| Judgement {
        list,
        verdict,
        count,
        held_count: before.len(),
        ordered_off: 0,
        before,
        close: Vec::new(),
        open: Vec::new(),
    };
    let changes = diff::compare(&before, &entries);
    if changes.is_empty() {
        // Rows may still differ in the publisher's ids; what is held is replaced only where content differs.
        return unmoved(ListVerdict::Unchanged, before);
    }
    let ordered = |change: &Change| {
        change.kind == ChangeKind::Removed && known.ordered_removals.iter().any(|ordered| same::same_change(ordered, change))
    };
    let (ordered_off, unexplained): (Vec<&Change>, Vec<&Change>) = changes.iter().partition(|change| ordered(change));
    let ordered_off = ordered_off.len();
    let unexplained: Vec<Change> = if ordered_off == 0 { Vec::new() } else { unexplained.into_iter().cloned().collect() };
    let measured = if ordered_off == 0 { &changes } else { &unexplained };
    let (high_water, count_before) = (high_water.saturating_sub(ordered_off), before.len().saturating_sub(ordered_off));
    let (reason, message) = match diff::plausible(limits, list, high_water, count_before, count, measured) {
        Verdict::Plausible => {
            return Judgement { ordered_off, ..moved(list, ListVerdict::Changed(changes), count, &rows, before, entries) };
        }
        Verdict::Held { reason, message } => (reason, message),
    };
    let content = Snapshot::content_of(&entries);
    if state.rejected_content.as_ref() == Some(&content) {
        return unmoved(ListVerdict::RejectedBefore, before);
    }
    if reason != HoldReason::Loss {
        return unmoved(ListVerdict::Held(HeldStep { reason, message, all: changes, passing: Vec::new(), content }), before);
    }
    let (removals, passing): (Vec<Change>, Vec<Change>) =
        changes.iter().cloned().partition(|c| c.kind == ChangeKind::Removed && !ordered(c));
    // What waits is still held: it stands beside what the document has.
    let mut held = entries;
    held.extend(removals.into_iter().map(|removal| removal.entry));
    Judgement {
        ordered_off,
        ..moved(list, ListVerdict::Held(HeldStep { reason, message, all: changes, passing, content }), count, &rows, before, held)
    }
}

/// Judges content that a person has accepted: no guard applies, and what waited is let through.
pub fn accept(list: ListCode, entries_held: Vec<StoredEntry>, entries: Vec<Entry>) -> Judgement {
    let count = entries.len();
    let (rows, before): (Vec<i64>, Vec<Entry>) = entries_held.into_iter().map(|stored| (stored.row, stored.entry)).unzip();
    let changes = diff::compare(&before, &entries);
    moved(list, ListVerdict::Changed(changes), count, &rows, before, entries)
}

/// A judgement after which `after` is held: which rows close and which entries open.
fn moved(list: ListCode, verdict: ListVerdict, count: usize, rows: &[i64], before: Vec<Entry>, after: Vec<Entry>) -> Judgement {
    let held_count = after.len();
    let mut held: HashMap<Sha256, Vec<i64>> = HashMap::new();
    for (row, entry) in rows.iter().zip(&before) {
        held.entry(entry.content_hash()).or_default().push(*row);
    }
    let open = after.into_iter().filter(|entry| held.get_mut(&entry.content_hash()).and_then(Vec::pop).is_none()).collect();
    let mut close: Vec<i64> = held.into_values().flatten().collect();
    close.sort_unstable();
    Judgement { list, verdict, count, held_count, ordered_off: 0, before, close, open }
}
