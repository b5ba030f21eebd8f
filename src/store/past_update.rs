//! What a backfill writes of one past date, and which dates it has written.

use jiff::Timestamp;
use jiff::civil::Date;

use crate::domain::journal::JournalEvent;
use crate::domain::{Entry, EntryId, ListCode};
use crate::store::{Fence, RecordedChange};

/// What a list was on a past date, as the difference from the past date before it.
///
/// It changes no current entry, and its rows never match `EntryQuery::known_at`.
#[derive(Clone, Debug, PartialEq)]
pub struct PastUpdate {
    /// The leases without which nothing is written.
    pub fence: Fence,
    pub source: String,
    pub list: ListCode,
    /// The publisher's date.
    pub as_of: Date,
    /// Rows of `open_history` that were no longer listed on this date.
    pub close: Vec<i64>,
    /// Entries that were listed from this date on.
    pub open: Vec<Entry>,
    pub changes: Vec<RecordedChange>,
    /// Ids that the history of the list used so far, each with the id that the checked list uses
    /// for the same listing. The history takes it over.
    pub joined: Vec<(EntryId, EntryId)>,
    /// Our time: when it is written.
    pub at: Timestamp,
    pub journal: Vec<JournalEvent>,
}

/// Which days of a list are stored, by the publisher's dates.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct HistorySpan {
    /// The first past date that `record_history` wrote, or `None` if it wrote none.
    pub from: Option<Date>,
    /// The last past date on which anything changed.
    pub until: Option<Date>,
    /// The first day on which the list was watched. From that day on, the checks answer.
    pub checked_from: Option<Date>,
}
