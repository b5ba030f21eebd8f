//! What the record holds, as the JSON objects of the API and of the reading commands: `{"changes": [objects]}`.
//!
//! Fields follow Entry and Change; times are RFC 3339 in UTC.

use jiff::Timestamp;
use jiff::civil::Date;
use schemars::JsonSchema;
use serde::Serialize;

use crate::domain::{AlertId, Change, Entry, ListCode, ListState, SourceState};
use crate::record::{HistoricEntry, RecordedChange};

/// A Change, with where and when it was seen.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct ChangeObject {
    #[serde(flatten)]
    pub change: Change,
    pub source: String,
    pub alert_id: Option<AlertId>,
    pub observed_at: Timestamp,
    pub accepted_at: Option<Timestamp>,
    pub unconfirmed: bool,
}

impl From<RecordedChange> for ChangeObject {
    fn from(recorded: RecordedChange) -> Self {
        let RecordedChange { source, change, base_id: _, alert_id, observed_at, accepted_at, unconfirmed } = recorded;
        Self { change, source, alert_id, observed_at, accepted_at, unconfirmed }
    }
}

/// An Entry, with the times between which it is known to have been listed.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct EntryObject {
    #[serde(flatten)]
    pub entry: Entry,
    pub source: String,
    /// Our time.
    pub known_from: Timestamp,
    pub known_until: Option<Timestamp>,
    /// The publisher's dates, where it says any.
    pub listed_from: Option<Date>,
    pub listed_until: Option<Date>,
}

impl From<HistoricEntry> for EntryObject {
    fn from(historic: HistoricEntry) -> Self {
        let HistoricEntry { source, entry, known_from, known_until, listed_from, listed_until } = historic;
        Self { entry, source, known_from, known_until, listed_from, listed_until }
    }
}

/// A source, with its lists.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct SourceObject {
    pub source: String,
    pub last_check_at: Option<Timestamp>,
    pub last_success_at: Option<Timestamp>,
    pub checks: u64,
    pub unchanged_checks: u64,
    pub consecutive_failures: u32,
    pub failing_since: Option<Timestamp>,
    pub last_error: Option<String>,
    pub retry_after_until: Option<Timestamp>,
    /// The publisher's date of the last document.
    pub as_of: Option<Date>,
    /// The last `sequence` given to an alert.
    pub sequence: u64,
    pub lists: Vec<ListObject>,
}

/// One list of a source.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct ListObject {
    pub list: ListCode,
    pub count: usize,
    pub baseline_at: Timestamp,
    pub observed_at: Timestamp,
    pub as_of: Option<Date>,
}

impl SourceObject {
    pub fn new(state: SourceState, lists: Vec<ListState>) -> Self {
        Self {
            source: state.source,
            last_check_at: state.last_check_at,
            last_success_at: state.last_success_at,
            checks: state.checks,
            unchanged_checks: state.unchanged_checks,
            consecutive_failures: state.consecutive_failures,
            failing_since: state.failing_since,
            last_error: state.last_error,
            retry_after_until: state.retry_after_until,
            as_of: state.as_of,
            sequence: state.sequence,
            lists: lists.into_iter().map(ListObject::from).collect(),
        }
    }
}

impl From<ListState> for ListObject {
    fn from(state: ListState) -> Self {
        let ListState { list, count, baseline_at, observed_at, as_of, .. } = state;
        Self { list, count, baseline_at, observed_at, as_of }
    }
}
