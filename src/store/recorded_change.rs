//! A change as it is stored.

use jiff::Timestamp;
use jiff::civil::Date;

use crate::domain::{AlertId, Change, ChangeId, utc_day};

/// A change with when and how it was found.
#[derive(Clone, Debug, PartialEq)]
pub struct RecordedChange {
    pub source: String,
    pub change: Change,
    /// `Change::id_of(…, 0)`: the same for every recurrence of the same content.
    pub base_id: ChangeId,
    /// `None` for an editorial change that no alert reports, for a change that confirms what
    /// another source alerted, for one accepted as baseline, and for one that reverses an earlier
    /// change.
    pub alert_id: Option<AlertId>,
    pub observed_at: Timestamp,
    pub accepted_at: Option<Timestamp>,
    pub unconfirmed: bool,
}

impl RecordedChange {
    /// The id of a backfilled change, which no change found by a check has.
    pub fn past_id(day: Date, id: &ChangeId) -> ChangeId {
        ChangeId::of(["past", &day.to_string(), id.as_str()])
    }

    /// Whether it was backfilled (`record_history`), and not found by a check.
    pub fn is_backfilled(&self) -> bool {
        let day = utc_day(self.observed_at);
        self.change.change_id == Self::past_id(day, &self.base_id)
    }
}
