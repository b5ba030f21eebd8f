//! Decides what one document means for one list: a baseline, changes that are accepted, or a hold.
//! Pure.

use std::collections::BTreeSet;

use jiff::Timestamp;

use crate::diff::parallel::side_by_side;
use crate::diff::{self, GuardOutcome, Limits, Size};
use crate::domain::{Change, Entry, HoldReason, ListCode, Sha256, Snapshot, Summary, same};
use crate::pipeline::check::assessment::{Assessment, ListOnHold, ListOutcome};
use crate::pipeline::check::list_before::ListBefore;
use crate::pipeline::check::row_updates::row_updates;
use crate::pipeline::entry_identity::carry_ids;
use crate::store::StoredEntry;

/// Assesses the `entries` that a document has of `list`. `high_water` is the highest count of the
/// list in the last seven days.
pub fn assess(
    limits: &Limits,
    list: ListCode,
    mut current: ListBefore,
    entries: Vec<Entry>,
    high_water: usize,
) -> Assessment {
    let Some(state) = current.state.take() else { return first_document(limits, list, entries) };
    let (rows, before) = rows_and_entries(std::mem::take(&mut current.entries));
    let difference = difference(&current, &before, &entries);
    let Difference { size_before, document_size, ordered_removals, .. } = difference;
    let keep = |outcome, before| kept(list, outcome, size_before, document_size, before);
    match decide(limits, list, high_water, &current, &before, &difference) {
        Decision::Keep => keep(ListOutcome::Unchanged, before),
        Decision::StoreColumns => {
            updated(list, ListOutcome::Unchanged, document_size, &rows, before, entries)
        }
        Decision::Accept { resets_counts } => {
            let outcome = ListOutcome::Changed(difference.changes);
            let assessment = updated(list, outcome, document_size, &rows, before, entries);
            Assessment { ordered_removals, resets_counts, ..assessment }
        }
        Decision::Hold { reason, message } => {
            let content = Snapshot::content_of(&entries);
            if state.rejected_content.as_ref() == Some(&content) {
                return keep(ListOutcome::RejectedBefore, before);
            }
            let on_hold = on_hold(reason, message, content, difference, &current.ordered_removals);
            if reason != HoldReason::Loss {
                return keep(ListOutcome::OnHold(on_hold), before);
            }
            // The entries whose removal waits stay current, beside those of the document.
            let waiting = waiting_removals(&on_hold.changes, &current.ordered_removals);
            let mut after = entries;
            after.extend(waiting.filter_map(Change::lost_row).cloned());
            let count_after = Size::of(&after).entries;
            let outcome = ListOutcome::OnHold(on_hold);
            let assessment = updated(list, outcome, document_size, &rows, before, after);
            Assessment { count_after, ordered_removals, ..assessment }
        }
    }
}

/// What a document changes in a list.
struct Difference {
    changes: Vec<Change>,
    /// Rows of the document have values in other unknown columns than the rows before.
    has_other_columns: bool,
    size_before: Size,
    document_size: Size,
    /// Removals that a rule orders. They are no sign of a cut file.
    ordered_removals: usize,
    /// Further removals that another source shows too. Nor are they.
    removals_elsewhere: usize,
}

/// Compares the entries of a document with those before it.
fn difference(current: &ListBefore, before: &[Entry], entries: &[Entry]) -> Difference {
    let (size_before, document_size) = side_by_side(|| Size::of(before), || Size::of(entries));
    let columns = with_columns_of(current.columns.clone(), before);
    let document_columns = with_columns_of(current.document_columns.clone(), entries);
    let changes = diff::compare_with_columns(before, entries, &columns, &document_columns);
    let (ordered, others): (Vec<&Change>, Vec<&Change>) =
        changes.iter().partition(|change| is_ordered(change, &current.ordered_removals));
    let ordered_removals = ordered.len();
    let removals_elsewhere = if ordered_removals == 0 {
        current.others.confirmed_removals(&changes, before)
    } else {
        let others: Vec<Change> = others.into_iter().cloned().collect();
        current.others.confirmed_removals(&others, before)
    };
    Difference {
        changes,
        has_other_columns: columns != document_columns,
        size_before,
        document_size,
        ordered_removals,
        removals_elsewhere,
    }
}

/// Whether the change is a removal that a rule orders.
fn is_ordered(change: &Change, ordered_removals: &[Change]) -> bool {
    change.lost_row().is_some()
        && ordered_removals.iter().any(|ordered| same::same_change(ordered, change))
}

/// What happens to a list.
enum Decision {
    /// It stays as it is. Rows may still differ in the publisher's ids. The stored rows are
    /// replaced only if content differs.
    Keep,
    /// The values of a new column are stored, so that the next document is compared with them.
    StoreColumns,
    Accept {
        /// See [`Assessment::resets_counts`].
        resets_counts: bool,
    },
    Hold {
        reason: HoldReason,
        message: String,
    },
}

fn decide(
    limits: &Limits,
    list: ListCode,
    high_water: usize,
    current: &ListBefore,
    before: &[Entry],
    difference: &Difference,
) -> Decision {
    let Difference { changes, size_before, document_size, .. } = difference;
    if let Some(since) = current.older_since.filter(|_| !changes.is_empty()) {
        let message = older_copy_message(list, since, changes);
        return Decision::Hold { reason: HoldReason::Older, message };
    }
    let plausible = |confirmed| {
        diff::plausible(limits, list, high_water, *size_before, *document_size, changes, confirmed)
    };
    let (ordered, elsewhere) = (difference.ordered_removals, difference.removals_elsewhere);
    match plausible(ordered + elsewhere) {
        GuardOutcome::Hold { reason, message } => {
            let elsewhere = match reason {
                HoldReason::Loss => current.others.on_loss(changes, before),
                HoldReason::Gain | HoldReason::Revision | HoldReason::Older | HoldReason::Text => {
                    None
                }
            };
            let message = match elsewhere {
                Some(elsewhere) => format!("{message}; {elsewhere}"),
                None => message,
            };
            Decision::Hold { reason, message }
        }
        GuardOutcome::Plausible if !changes.is_empty() => Decision::Accept {
            resets_counts: elsewhere > 0 && plausible(ordered) != GuardOutcome::Plausible,
        },
        GuardOutcome::Plausible if difference.has_other_columns => Decision::StoreColumns,
        GuardOutcome::Plausible => Decision::Keep,
    }
}

fn older_copy_message(list: ListCode, since: Timestamp, changes: &[Change]) -> String {
    let Summary { added, removed, revised, editorial } = Summary::of(changes);
    format!(
        "since {since:.0} the publisher has served nothing newer than a copy that is older than \
         the current list: with that copy, {list} would have {added} added, {removed} removed, \
         {revised} revised and {editorial} editorial changes"
    )
}

/// The list on hold. On a loss, everything passes except the removals that no rule orders.
fn on_hold(
    reason: HoldReason,
    message: String,
    content: Sha256,
    difference: Difference,
    ordered_removals: &[Change],
) -> ListOnHold {
    let Difference { changes, size_before, document_size, .. } = difference;
    let (count_before, count_after) = match reason {
        HoldReason::Gain => (size_before.rows, document_size.rows),
        HoldReason::Loss | HoldReason::Revision | HoldReason::Older | HoldReason::Text => {
            (size_before.entries, document_size.entries)
        }
    };
    let passing = match reason {
        HoldReason::Loss => {
            let passes = |change: &&Change| !waits(change, ordered_removals);
            changes.iter().filter(passes).cloned().collect()
        }
        HoldReason::Gain | HoldReason::Revision | HoldReason::Older | HoldReason::Text => {
            Vec::new()
        }
    };
    ListOnHold { reason, message, changes, passing, content, count_before, count_after }
}

/// The removals that wait on a loss.
fn waiting_removals<'a>(
    changes: &'a [Change],
    ordered_removals: &'a [Change],
) -> impl Iterator<Item = &'a Change> {
    changes.iter().filter(|change| waits(change, ordered_removals))
}

/// Whether the change waits on a loss.
fn waits(change: &Change, ordered_removals: &[Change]) -> bool {
    change.lost_row().is_some() && !is_ordered(change, ordered_removals)
}

/// Assesses content that a person has accepted: no guard applies, and removals that waited are
/// carried out.
pub fn accept(list: ListCode, current: Vec<StoredEntry>, entries: Vec<Entry>) -> Assessment {
    let document_size = Size::of(&entries);
    let (rows, before) = rows_and_entries(current);
    let changes = diff::compare(&before, &entries);
    updated(list, ListOutcome::Changed(changes), document_size, &rows, before, entries)
}

/// Assesses the first document of a list.
fn first_document(limits: &Limits, list: ListCode, entries: Vec<Entry>) -> Assessment {
    let document_size = Size::of(&entries);
    let (outcome, open) = match diff::enough_for_baseline(limits, list, document_size) {
        // Sections that name nobody are read completely. A party that they name later is new.
        _ if list == ListCode::REG => (ListOutcome::Baseline, entries),
        // A list that its publisher has dropped is no broken file. If the list must have entries,
        // the limit for baselines decides.
        _ if document_size.rows == 0 && diff::least_for_baseline(limits, list) <= 1 => {
            (ListOutcome::Absent, Vec::new())
        }
        Ok(()) => (ListOutcome::Baseline, entries),
        Err(message) => (ListOutcome::RefusedBaseline(message), Vec::new()),
    };
    Assessment {
        list,
        outcome,
        document_size,
        count_after: if open.is_empty() { 0 } else { document_size.entries },
        ordered_removals: 0,
        before: Vec::new(),
        close: Vec::new(),
        open,
        resets_counts: false,
    }
}

fn with_columns_of(mut columns: BTreeSet<String>, rows: &[Entry]) -> BTreeSet<String> {
    columns.extend(diff::columns::unknown_columns(rows));
    columns
}

/// The row numbers and the entries. The entries are moved, so that a long list is in memory once.
fn rows_and_entries(stored: Vec<StoredEntry>) -> (Vec<i64>, Vec<Entry>) {
    let rows = stored.iter().map(|stored| stored.row).collect();
    (rows, stored.into_iter().map(|stored| stored.entry).collect())
}

/// An assessment that changes nothing in the stored list.
fn kept(
    list: ListCode,
    outcome: ListOutcome,
    size_before: Size,
    document_size: Size,
    before: Vec<Entry>,
) -> Assessment {
    Assessment {
        list,
        outcome,
        document_size,
        count_after: size_before.entries,
        ordered_removals: 0,
        before,
        close: Vec::new(),
        open: Vec::new(),
        resets_counts: false,
    }
}

/// An assessment after which `after` is the current list.
fn updated(
    list: ListCode,
    outcome: ListOutcome,
    document_size: Size,
    rows: &[i64],
    before: Vec<Entry>,
    after: Vec<Entry>,
) -> Assessment {
    let (close, mut open) = row_updates(rows, &before, after);
    let changes = match &outcome {
        ListOutcome::Changed(changes) => changes.as_slice(),
        ListOutcome::OnHold(on_hold) => on_hold.passing.as_slice(),
        _ => &[],
    };
    let closed: Vec<&Entry> = rows
        .iter()
        .zip(&before)
        .filter(|(row, _)| close.binary_search(row).is_ok())
        .map(|(_, entry)| entry)
        .collect();
    carry_ids(&closed, &mut open, changes);
    Assessment {
        list,
        outcome,
        document_size,
        count_after: document_size.entries,
        ordered_removals: 0,
        before,
        close,
        open,
        resets_counts: false,
    }
}
