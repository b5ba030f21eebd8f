//! What one document means for one list: a baseline, changes that are accepted, or a hold. Pure.

use std::collections::BTreeSet;

use crate::diff::parallel::side_by_side;
use crate::diff::{self, GuardOutcome, Limits, Size};
use crate::domain::{
    Change, Entry, HoldReason, ListCode, ListState, Sha256, Snapshot, Summary, same,
};
use crate::pipeline::check::list_before::ListBefore;
use crate::pipeline::check::row_updates::row_updates;
use crate::store::StoredEntry;

/// What a document means for one list, and how the stored list changes.
#[derive(Debug)]
pub struct Assessment {
    pub list: ListCode,
    pub outcome: ListOutcome,
    /// The size of the list in the document.
    pub document_size: Size,
    /// The number of current entries after this. Repeated entries count once.
    pub count_after: usize,
    /// How many entries a rule's order removed.
    pub ordered_removals: usize,
    /// The current entries before this.
    pub before: Vec<Entry>,
    /// The stored rows that end.
    pub close: Vec<i64>,
    /// The entries that are stored as new rows.
    pub open: Vec<Entry>,
    /// Other sources confirm a loss: later counts are compared with the count after it, not with
    /// the counts before it.
    pub resets_counts: bool,
}

#[derive(Debug)]
pub enum ListOutcome {
    /// The first document with a plausible list.
    Baseline,
    /// The first document has too few entries for a baseline; the message says how many were
    /// expected.
    RefusedBaseline(String),
    /// The list never had a row, and the document has no row of it. Its first document with rows
    /// will be the baseline.
    Absent,
    Unchanged,
    /// The changes are accepted.
    Changed(Vec<Change>),
    /// The changes wait for a person, at least in part.
    OnHold(ListOnHold),
    /// The changes are implausible, and a person has rejected the same content before.
    RejectedBefore,
}

/// A list that waits for a person, or for a later document.
#[derive(Debug)]
pub struct ListOnHold {
    pub reason: HoldReason,
    pub message: String,
    /// Everything that the document would change.
    pub changes: Vec<Change>,
    /// The changes that are alerted all the same: on a loss, everything but the removals.
    pub passing: Vec<Change>,
    /// The hash of the list's content in the document.
    pub content: Sha256,
    /// The two sizes that the message compares: rows if the reason is a gain, else entries.
    pub count_before: usize,
    pub count_after: usize,
}

impl ListOnHold {
    /// The changes that wait.
    pub fn waiting(&self) -> impl Iterator<Item = &Change> {
        self.changes.iter().filter(|change| {
            !self.passing.iter().any(|passing| passing.change_id == change.change_id)
        })
    }
}

/// Assesses the `entries` that a document has of `list`. `high_water` is the highest count of the
/// list in the last seven days.
pub fn assess(
    limits: &Limits,
    list: ListCode,
    current: ListBefore,
    entries: Vec<Entry>,
    high_water: usize,
) -> Assessment {
    let Some(state) = current.state else { return first_document(limits, list, entries) };
    let (rows, before) = rows_and_entries(current.entries);
    let (size_before, document_size) = side_by_side(|| Size::of(&before), || Size::of(&entries));
    let unchanged = |outcome, before: Vec<Entry>| Assessment {
        list,
        outcome,
        document_size,
        count_after: size_before.entries,
        ordered_removals: 0,
        before,
        close: Vec::new(),
        open: Vec::new(),
        resets_counts: false,
    };
    let (columns, document_columns) = (
        with_columns_of(current.columns, &before),
        with_columns_of(current.document_columns, &entries),
    );
    let changes = diff::compare_with_columns(&before, &entries, &columns, &document_columns);
    let is_ordered = |change: &Change| {
        change.lost_row().is_some()
            && current.ordered_removals.iter().any(|ordered| same::same_change(ordered, change))
    };
    let (ordered, others): (Vec<&Change>, Vec<&Change>) =
        changes.iter().partition(|change| is_ordered(change));
    let ordered_removals = ordered.len();
    // A removal that a rule orders, or that another source shows too, is no sign of a cut file.
    let confirmed_elsewhere = if ordered_removals == 0 {
        current.others.confirmed_removals(&changes, &before)
    } else {
        let others: Vec<Change> = others.into_iter().cloned().collect();
        current.others.confirmed_removals(&others, &before)
    };
    let confirmed = ordered_removals + confirmed_elsewhere;
    if let Some(since) = current.older_since.filter(|_| !changes.is_empty()) {
        let content = Snapshot::content_of(&entries);
        if is_rejected(&state, &content) {
            return unchanged(ListOutcome::RejectedBefore, before);
        }
        let Summary { added, removed, revised, editorial } = Summary::of(&changes);
        let message = format!(
            "since {since:.0} the publisher has served nothing newer than a copy that is older \
             than the current list: with that copy, {list} would have {added} added, {removed} \
             removed, {revised} revised and {editorial} editorial changes"
        );
        let on_hold = ListOnHold {
            reason: HoldReason::Older,
            message,
            changes,
            passing: Vec::new(),
            content,
            count_before: size_before.entries,
            count_after: document_size.entries,
        };
        return unchanged(ListOutcome::OnHold(on_hold), before);
    }
    let plausible = |confirmed| {
        diff::plausible(limits, list, high_water, size_before, document_size, &changes, confirmed)
    };
    let (reason, mut message) = match plausible(confirmed) {
        // Rows may still differ in the publisher's ids. The stored rows are replaced only if
        // content differs.
        GuardOutcome::Plausible if changes.is_empty() && columns == document_columns => {
            return unchanged(ListOutcome::Unchanged, before);
        }
        // The values of a new column are stored, so that the next document is compared with them.
        GuardOutcome::Plausible if changes.is_empty() => {
            return updated(list, ListOutcome::Unchanged, document_size, &rows, before, entries);
        }
        GuardOutcome::Plausible => {
            let resets_counts =
                confirmed_elsewhere > 0 && plausible(ordered_removals) != GuardOutcome::Plausible;
            let outcome = ListOutcome::Changed(changes);
            let assessment = updated(list, outcome, document_size, &rows, before, entries);
            return Assessment { ordered_removals, resets_counts, ..assessment };
        }
        GuardOutcome::Hold { reason, message } => (reason, message),
    };
    if reason == HoldReason::Loss
        && let Some(elsewhere) = current.others.on_loss(&changes, &before)
    {
        message = format!("{message}; {elsewhere}");
    }
    let content = Snapshot::content_of(&entries);
    if is_rejected(&state, &content) {
        return unchanged(ListOutcome::RejectedBefore, before);
    }
    let (count_before, count_after) = match reason {
        HoldReason::Gain => (size_before.rows, document_size.rows),
        HoldReason::Loss | HoldReason::Revision | HoldReason::Older => {
            (size_before.entries, document_size.entries)
        }
    };
    let on_hold = |changes, passing| {
        ListOutcome::OnHold(ListOnHold {
            reason,
            message,
            changes,
            passing,
            content,
            count_before,
            count_after,
        })
    };
    if reason != HoldReason::Loss {
        return unchanged(on_hold(changes, Vec::new()), before);
    }
    let (removals, passing): (Vec<Change>, Vec<Change>) = changes
        .iter()
        .cloned()
        .partition(|change| change.lost_row().is_some() && !is_ordered(change));
    // The entries whose removal waits stay current, beside those of the document.
    let mut after = entries;
    after.extend(removals.iter().filter_map(Change::lost_row).cloned());
    let count_after = Size::of(&after).entries;
    let assessment = updated(list, on_hold(changes, passing), document_size, &rows, before, after);
    Assessment { count_after, ordered_removals, ..assessment }
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

fn is_rejected(state: &ListState, content: &Sha256) -> bool {
    state.rejected_content.as_ref() == Some(content)
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

/// An assessment after which `after` is the current list.
fn updated(
    list: ListCode,
    outcome: ListOutcome,
    document_size: Size,
    rows: &[i64],
    before: Vec<Entry>,
    after: Vec<Entry>,
) -> Assessment {
    let (close, open) = row_updates(rows, &before, after);
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
