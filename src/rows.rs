//! What the record holds, as JSON objects: `{"changes": [objects]}` of the reading commands and of the API.
//!
//! Fields follow Entry and Change where they apply; times are RFC 3339 in UTC. Knows the record's rows; prints nothing.

use jiff::Timestamp;
use jiff::civil::Date;
use schemars::JsonSchema;
use serde::Serialize;

use crate::domain::{AlertId, Change, Citation, Entry, Hold, HoldId, ListCode, ListState, Sha256, SourceState};
use crate::record::{HistoricEntry, OutboxCount, ReceiverState, RecordedChange};

/// One row of `changes`.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct ChangeRow {
    pub source: String,
    pub observed_at: Timestamp,
    /// When a held list with it was accepted by a person.
    pub accepted_at: Option<Timestamp>,
    /// The list was held for loss when it was seen in it.
    pub unconfirmed: bool,
    /// The alert that tells of it; none for an editorial change that none tells of.
    pub alert_id: Option<AlertId>,
    #[serde(flatten)]
    pub change: Change,
}

impl From<RecordedChange> for ChangeRow {
    fn from(recorded: RecordedChange) -> Self {
        let RecordedChange { source, change, alert_id, observed_at, accepted_at, unconfirmed, .. } = recorded;
        Self { source, observed_at, accepted_at, unconfirmed, alert_id, change }
    }
}

/// One row of `entries`.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct EntryRow {
    pub source: String,
    /// Our time: since when, and until when, it was known.
    pub known_from: Timestamp,
    pub known_until: Option<Timestamp>,
    /// The publisher's dates, where it says any.
    pub listed_from: Option<Date>,
    pub listed_until: Option<Date>,
    #[serde(flatten)]
    pub entry: Entry,
}

impl From<HistoricEntry> for EntryRow {
    fn from(historic: HistoricEntry) -> Self {
        let HistoricEntry { source, entry, known_from, known_until, listed_from, listed_until } = historic;
        Self { source, known_from, known_until, listed_from, listed_until, entry }
    }
}

/// One row of `sources`.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct SourceRow {
    pub source: String,
    /// It is in the configuration.
    pub configured: bool,
    pub next_check_at: Option<Timestamp>,
    pub last_check_at: Option<Timestamp>,
    pub last_success_at: Option<Timestamp>,
    /// When a document was last fetched without conditions.
    pub last_full_fetch_at: Option<Timestamp>,
    pub checks: u64,
    pub unchanged_checks: u64,
    pub consecutive_failures: u32,
    pub failing_since: Option<Timestamp>,
    pub last_error: Option<String>,
    pub retry_after_until: Option<Timestamp>,
    /// The last document that was read whole, and the publisher's date of it.
    pub document_sha256: Option<Sha256>,
    pub as_of: Option<Date>,
    /// The last `sequence` given to an alert.
    pub sequence: u64,
    pub lists: Vec<ListRow>,
}

/// One list of a source.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct ListRow {
    pub list: ListCode,
    pub count: usize,
    pub baseline_at: Timestamp,
    pub observed_at: Timestamp,
    pub as_of: Option<Date>,
    /// The open hold, if the list is held.
    pub hold_id: Option<HoldId>,
}

impl SourceRow {
    /// `holds` are the open ones.
    pub fn new(state: SourceState, lists: Vec<ListState>, holds: &[Hold], configured: bool, next_check_at: Option<Timestamp>) -> Self {
        let hold_of = |list: ListCode| holds.iter().find(|hold| hold.source == state.source && hold.list == list);
        let row = |ListState { list, count, baseline_at, observed_at, as_of, .. }| ListRow {
            list,
            count,
            baseline_at,
            observed_at,
            as_of,
            hold_id: hold_of(list).map(|hold| hold.hold_id.clone()),
        };
        Self {
            lists: lists.into_iter().map(row).collect(),
            source: state.source,
            configured,
            next_check_at,
            last_check_at: state.last_check_at,
            last_success_at: state.last_success_at,
            last_full_fetch_at: state.last_full_fetch_at,
            checks: state.checks,
            unchanged_checks: state.unchanged_checks,
            consecutive_failures: state.consecutive_failures,
            failing_since: state.failing_since,
            last_error: state.last_error,
            retry_after_until: state.retry_after_until,
            document_sha256: state.document_sha256,
            as_of: state.as_of,
            sequence: state.sequence,
        }
    }
}

/// One row of `sources --compare`: an entry that one source holds and another source of the list does not.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct DifferenceRow {
    pub list: ListCode,
    pub name: String,
    pub countries: Vec<String>,
    pub citations: Vec<Citation>,
    /// Holds it.
    pub source: String,
    pub missing_from: String,
    /// Since when both were watched and the two differed so, as far as we know.
    pub since: Timestamp,
    /// It stands for longer than one publisher needs to follow the other.
    pub lasting: bool,
    /// The entry there whose name is the nearest.
    pub closest: Option<String>,
}

/// One row of `receivers`.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct ReceiverRow {
    /// `email`, `slack`, `webhook` or `console`; none for one that is no longer configured.
    pub kind: Option<String>,
    pub operator: bool,
    #[serde(flatten)]
    pub state: ReceiverState,
    pub pending: u64,
    pub dead: u64,
    pub oldest_pending_at: Option<Timestamp>,
}

impl ReceiverRow {
    pub fn new(kind: Option<&str>, operator: bool, state: ReceiverState, outbox: Option<&OutboxCount>) -> Self {
        Self {
            kind: kind.map(str::to_owned),
            operator,
            state,
            pending: outbox.map_or(0, |count| count.pending),
            dead: outbox.map_or(0, |count| count.dead),
            oldest_pending_at: outbox.and_then(|count| count.oldest_pending_at),
        }
    }
}
