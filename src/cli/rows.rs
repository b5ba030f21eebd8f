//! What the reading commands print as JSON: one object a row. Fields follow Entry and Change.

use jiff::Timestamp;
use jiff::civil::Date;
use schemars::JsonSchema;
use serde::Serialize;

use crate::domain::{AlertId, Change, Entry, SourceState};
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
    #[serde(flatten)]
    pub state: SourceState,
    /// It is in the configuration.
    pub configured: bool,
    /// How many entries of each watched list are held.
    pub counts: std::collections::BTreeMap<String, usize>,
    pub next_check_at: Option<Timestamp>,
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
