//! What one document means for one list: a baseline, a step that is believed, or a hold. Pure.

use std::collections::{BTreeSet, HashMap, HashSet, VecDeque};

use jiff::Timestamp;

use crate::diff::parallel::side_by_side;
use crate::diff::{
    GuardOutcome, Limits, Size, {self},
};
use crate::domain::{
    Change, Entry, HoldReason, ListCode, ListState, Sha256, Snapshot, Summary, same,
};
use crate::pipeline::alerting::other_sources::Others;
use crate::store::StoredEntry;

/// What is known of a list before the document is looked at.
#[derive(Debug, Default)]
pub struct Known {
    pub state: Option<ListState>,
    pub entries: Vec<StoredEntry>,
    /// The list in other sources, where that is asked: of a loss.
    pub others: Others,
    /// Removals that rules order: what they take off the list is no loss.
    pub ordered_removals: Vec<Change>,
    /// Since when nothing newer than an older copy comes, if the document is one.
    pub older_since: Option<Timestamp>,
    /// The unknown columns of the list as it is known and of the document, as far as no row tells
    /// of them.
    pub columns: BTreeSet<String>,
    pub seen_columns: BTreeSet<String>,
}

impl Known {
    /// More entries are missing than could be an everyday change, so that it matters what the other
    /// sources hold.
    pub fn misses_many(&self, seen: &[Entry]) -> bool {
        let names: HashSet<&str> = seen.iter().map(|entry| entry.name.as_str()).collect();
        let missing = self
            .entries
            .iter()
            .filter(|stored| !names.contains(stored.entry.name.as_str()))
            .take(MANY)
            .count();
        missing >= MANY || seen.len() + MANY <= self.entries.len()
    }
}

const MANY: usize = 5;

/// The judgement on one list.
#[derive(Debug)]
pub struct Judgement {
    pub list: ListCode,
    pub verdict: ListVerdict,
    /// The list in the document.
    pub seen: Size,
    /// Entries that are held once the judgement is recorded; those that stand more than once count
    /// once.
    pub held_count: usize,
    /// Entries that are gone because a rule orders it.
    pub ordered_off: usize,
    /// What was held before.
    pub before: Vec<Entry>,
    pub close: Vec<i64>,
    pub open: Vec<Entry>,
    /// A loss that other sources bear out: later counts are measured against this one, not against
    /// those before.
    pub begins_anew: bool,
}

#[derive(Debug)]
pub enum ListVerdict {
    /// The first plausible sight of the list.
    Baseline,
    /// Too few entries to be a baseline; says how many were expected.
    RefusedBaseline(String),
    /// Never seen, and the document has no row of it: its first one will be the baseline.
    Absent,
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
    /// The two sizes that the message compares: rows of a gain, else entries.
    pub count_before: usize,
    pub count_after: usize,
}

/// Judges the `entries` that a document holds of `list`. `high_water` is the list's highest count
/// of seven days.
pub fn judge(
    limits: &Limits,
    list: ListCode,
    known: Known,
    entries: Vec<Entry>,
    high_water: usize,
) -> Judgement {
    let Some(state) = known.state else {
        let seen = Size::of(&entries);
        let (verdict, open) = match diff::enough_for_baseline(limits, list, seen) {
            // A list that its publisher has dropped is no broken file. Of one that has to be there,
            // its guard speaks.
            _ if seen.rows == 0 && diff::least_for_baseline(limits, list) <= 1 => {
                (ListVerdict::Absent, Vec::new())
            }
            Ok(()) => (ListVerdict::Baseline, entries),
            Err(message) => (ListVerdict::RefusedBaseline(message), Vec::new()),
        };
        let held_count = if open.is_empty() { 0 } else { seen.entries };
        return Judgement {
            list,
            verdict,
            seen,
            held_count,
            ordered_off: 0,
            before: Vec::new(),
            close: Vec::new(),
            open,
            begins_anew: false,
        };
    };
    let (rows, before) = apart(known.entries);
    let (size_before, seen) = side_by_side(|| Size::of(&before), || Size::of(&entries));
    let unmoved = |verdict, before: Vec<Entry>| Judgement {
        list,
        verdict,
        seen,
        held_count: size_before.entries,
        ordered_off: 0,
        before,
        close: Vec::new(),
        open: Vec::new(),
        begins_anew: false,
    };
    let (columns, seen_columns) =
        (with(known.columns, &before), with(known.seen_columns, &entries));
    let changes = diff::compare_with_columns(&before, &entries, &columns, &seen_columns);
    let is_ordered = |change: &Change| {
        change.lost_row().is_some()
            && known.ordered_removals.iter().any(|ordered| same::same_change(ordered, change))
    };
    let (ordered, others): (Vec<&Change>, Vec<&Change>) =
        changes.iter().partition(|change| is_ordered(change));
    let ordered_off = ordered.len();
    // A removal that a rule orders, or that another source shows too, is no sign of a cut file.
    let confirmed = if ordered_off == 0 {
        known.others.confirmed_removals(&changes, &before)
    } else {
        known
            .others
            .confirmed_removals(&others.into_iter().cloned().collect::<Vec<Change>>(), &before)
    };
    let borne_out = ordered_off + confirmed;
    if let Some(since) = known.older_since.filter(|_| !changes.is_empty()) {
        let content = Snapshot::content_of(&entries);
        if state.rejected_content.as_ref() == Some(&content) {
            return unmoved(ListVerdict::RejectedBefore, before);
        }
        let Summary { added, removed, revised, editorial } = Summary::of(&changes);
        let message = format!(
            "since {since:.0} the publisher has served nothing newer than a copy that is older \
             than the accepted list: with it {list} would have {added} added, {removed} removed, \
             {revised} revised and {editorial} editorial changes"
        );
        let (count_before, count_after) = (size_before.entries, seen.entries);
        let (reason, all, passing) = (HoldReason::Older, changes, Vec::new());
        let step = HeldStep { reason, message, all, passing, content, count_before, count_after };
        return unmoved(ListVerdict::Held(step), before);
    }
    let plausible = |borne_out| {
        diff::plausible(limits, list, high_water, size_before, seen, &changes, borne_out)
    };
    let (reason, mut message) = match plausible(borne_out) {
        // Rows may still differ in the publisher's ids; what is held is replaced only where content
        // differs.
        GuardOutcome::Plausible if changes.is_empty() && columns == seen_columns => {
            return unmoved(ListVerdict::Unchanged, before);
        }
        // What a new column says is kept, so that the next document is compared with it.
        GuardOutcome::Plausible if changes.is_empty() => {
            return moved(list, ListVerdict::Unchanged, seen, &rows, before, entries);
        }
        GuardOutcome::Plausible => {
            let begins_anew =
                borne_out > ordered_off && plausible(ordered_off) != GuardOutcome::Plausible;
            let moved = moved(list, ListVerdict::Changed(changes), seen, &rows, before, entries);
            return Judgement { ordered_off, begins_anew, ..moved };
        }
        GuardOutcome::Hold { reason, message } => (reason, message),
    };
    if let Some(elsewhere) =
        known.others.of_a_loss(&changes, &before).filter(|_| reason == HoldReason::Loss)
    {
        message = format!("{message}; {elsewhere}");
    }
    let content = Snapshot::content_of(&entries);
    if state.rejected_content.as_ref() == Some(&content) {
        return unmoved(ListVerdict::RejectedBefore, before);
    }
    let (count_before, count_after) = match reason {
        HoldReason::Gain => (size_before.rows, seen.rows),
        HoldReason::Loss | HoldReason::Revision | HoldReason::Older => {
            (size_before.entries, seen.entries)
        }
    };
    let held_step = |all, passing| HeldStep {
        reason,
        message,
        all,
        passing,
        content,
        count_before,
        count_after,
    };
    if reason != HoldReason::Loss {
        return unmoved(ListVerdict::Held(held_step(changes, Vec::new())), before);
    }
    let (removals, passing): (Vec<Change>, Vec<Change>) =
        changes.iter().cloned().partition(|c| c.lost_row().is_some() && !is_ordered(c));
    // What waits is still held: it stands beside what the document has.
    let mut held = entries;
    held.extend(removals.iter().filter_map(Change::lost_row).cloned());
    let held_count = Size::of(&held).entries;
    Judgement {
        held_count,
        ordered_off,
        ..moved(list, ListVerdict::Held(held_step(changes, passing)), seen, &rows, before, held)
    }
}

fn with(mut columns: BTreeSet<String>, rows: &[Entry]) -> BTreeSet<String> {
    columns.extend(diff::columns::unknown_columns(rows));
    columns
}

/// Judges content that a person has accepted: no guard applies, and what waited is let through.
pub fn accept(list: ListCode, entries_held: Vec<StoredEntry>, entries: Vec<Entry>) -> Judgement {
    let seen = Size::of(&entries);
    let (rows, before) = apart(entries_held);
    let changes = diff::compare(&before, &entries);
    moved(list, ListVerdict::Changed(changes), seen, &rows, before, entries)
}

/// The rows and their entries. The entries stay in the memory that they have: a long list is not
/// held twice.
fn apart(stored: Vec<StoredEntry>) -> (Vec<i64>, Vec<Entry>) {
    let rows = stored.iter().map(|stored| stored.row).collect();
    (rows, stored.into_iter().map(|stored| stored.entry).collect())
}

/// A judgement after which `after` is held, and nothing else of the document waits: which rows
/// close and which entries open.
fn moved(
    list: ListCode,
    verdict: ListVerdict,
    seen: Size,
    rows: &[i64],
    before: Vec<Entry>,
    after: Vec<Entry>,
) -> Judgement {
    // Most rows stand as they stood, and need no hash to be known.
    let mut by_name: HashMap<&str, VecDeque<(i64, &Entry)>> = HashMap::new();
    for (row, entry) in rows.iter().zip(&before) {
        by_name.entry(&entry.name).or_default().push_back((*row, entry));
    }
    let mut stands = |entry: &Entry| {
        let namesakes = by_name.get_mut(entry.name.as_str());
        namesakes.and_then(|held| held.pop_front_if(|(_, held)| *held == entry)).is_some()
    };
    let moved: Vec<Entry> = after.into_iter().filter(|entry| !stands(entry)).collect();
    let mut held: HashMap<Sha256, Vec<i64>> = HashMap::new();
    for (row, entry) in by_name.into_values().flatten() {
        held.entry(entry.content_hash()).or_default().push(row);
    }
    let open = moved
        .into_iter()
        .filter(|entry| held.get_mut(&entry.content_hash()).and_then(Vec::pop).is_none())
        .collect();
    let mut close: Vec<i64> = held.into_values().flatten().collect();
    close.sort_unstable();
    Judgement {
        list,
        verdict,
        seen,
        held_count: seen.entries,
        ordered_off: 0,
        before,
        close,
        open,
        begins_anew: false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_are_kept_by_what_they_say_each_once() {
        let entry = |name: &str, aliases: &[&str]| {
            let aliases = aliases.iter().map(ToString::to_string).collect();
            Entry { aliases, ..Entry::named(ListCode::EL, name) }
        };
        let stored = |row, entry| StoredEntry { row, entry };
        let held = vec![
            stored(1, entry("Alder", &[])),
            stored(2, entry("Alder", &[])),
            stored(3, entry("Birch", &["One", "Two"])),
            stored(4, entry("Cedar", &["One"])),
            stored(5, entry("Dogwood", &["One"])),
        ];
        let turned = entry("Birch", &["Two", "One"]);
        let renamed_by_its_publisher =
            Entry { publisher_id: "other".to_owned(), ..entry("Dogwood", &["One"]) };
        let now =
            vec![renamed_by_its_publisher, entry("Cedar", &["Two"]), turned, entry("Alder", &[])];
        let Judgement { close, open, .. } = accept(ListCode::EL, held, now);
        assert_eq!((close, open), (vec![2, 4], vec![entry("Cedar", &["Two"])]));
    }
}
