//! What one document means for one list: the values that `assess` returns.

use crate::diff::Size;
use crate::domain::{Change, Entry, HoldReason, ListCode, Sha256};

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
    /// The entries that are stored as new rows. Those that continue a row have its `entry_id`.
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
