//! The durable truth: what was fetched, what changed, who is to be told and who has been.
//!
//! Knows the domain and SQL; knows no publisher, no channel, no clock and no configuration but its
//! own address. [`Store`] is the whole of what the program asks of a database; what a method
//! promises is said at the method.

mod address;
mod backfill;
mod checks;
mod database;
mod filters;
mod holds;
mod journal;
mod lock;
mod migrations;
mod outbox;
mod postgres;
mod queries;
mod rules;
mod sql;
mod sqlite;
mod value;

use std::collections::BTreeMap;
use std::sync::Arc;

use async_trait::async_trait;
use jiff::Timestamp;

pub use self::address::{InvalidStoreUrl, StoreUrl};
pub use self::filters::{AlertQuery, ChangeQuery, DeliveryQuery, EntryQuery};
pub use self::journal::{JournalFault, Verifier, verify};

use crate::domain::journal::JournalEvent;
use crate::domain::{
    Alert, AlertId, Attempt, Change, ChangeId, Citation, Delivery, DeliveryId, Document, Entry,
    Hold, HoldId, JournalEntry, ListCode, ListState, RecordedRule, Sha256, SourceState,
};

/// What a database is opened for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mode {
    /// Takes the process lock, and makes or migrates the tables.
    Write,
    /// As `Write`, for a command that does one thing and ends: a SQLite file is read and written
    /// over one connection, since each that is opened reads the tables' definitions anew. So
    /// whatever reads has to be polled to its end, or writes wait for it in vain.
    Act,
    /// Takes no lock and writes nothing; works beside a running writer. Tables of another version
    /// are refused.
    Read,
}

/// Opens the record. A SQLite file is made where it is missing (0600, its folder too, 0700); a
/// PostgreSQL database must be there.
pub async fn open(url: &StoreUrl, mode: Mode) -> Result<Arc<dyn Store>> {
    let store = url.to_string();
    Ok(Arc::new(match url.backend() {
        self::address::Backend::Sqlite(path) => sqlite::open(path, store, mode).await?,
        self::address::Backend::Postgres(address) => postgres::open(address, store, mode).await?,
    }))
}

/// What can go wrong with the record.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// Another process holds the database.
    #[error("{store} is in use by another entitywatch process{holder}")]
    InUse { store: String, holder: String },
    #[error("failed to open {store}: {reason}")]
    Open { store: String, reason: String },
    /// The database is of a later version of the program, was changed by hand, or is damaged.
    #[error("found in {place} what this version cannot read: {reason}")]
    Unreadable { place: String, reason: String },
    #[error("failed to {action}: {source}")]
    Database { action: &'static str, source: sqlx::Error },
    /// The rows that were to be closed are not held any more: somebody else wrote since they were
    /// read. Read again.
    #[error("found that the rows of {list} in {source_name} have changed since they were read")]
    Stale { source_name: String, list: ListCode },
    #[error("failed to {action}: the record is open for reading only")]
    ReadOnly { action: &'static str },
}

impl StoreError {
    /// What the database says of a damaged file is of the file, whatever was asked of it.
    fn database(action: &'static str) -> impl Fn(sqlx::Error) -> StoreError {
        move |source| match sqlite::result_code(&source) {
            Some(11 | 26) => StoreError::Unreadable {
                place: format!("the record, trying to {action}"),
                reason: "the file is damaged".to_owned(),
            },
            _ => StoreError::Database { action, source },
        }
    }

    /// The disk (or the quota) is full: nothing was written, and the same can be tried again when
    /// there is space.
    pub fn is_full(&self) -> bool {
        match self {
            StoreError::Database { source, .. } => {
                sqlite::result_code(source) == Some(13)
                    || source.as_database_error().and_then(|error| error.code()).as_deref()
                        == Some("53100")
            }
            _ => false,
        }
    }
}

pub type Result<T> = std::result::Result<T, StoreError>;

/// One row of a list as it is held, with the store's own number for it.
#[derive(Clone, Debug, PartialEq)]
pub struct StoredEntry {
    pub row: i64,
    pub entry: Entry,
}

/// A row with the times between which it was (or is) held.
#[derive(Clone, Debug, PartialEq)]
pub struct HistoricEntry {
    pub source: String,
    pub entry: Entry,
    /// Our time: when we first and last knew it.
    pub known_from: Timestamp,
    pub known_until: Option<Timestamp>,
    /// The publisher's dates, where it says any.
    pub listed_from: Option<jiff::civil::Date>,
    pub listed_until: Option<jiff::civil::Date>,
}

/// How one list moves on.
#[derive(Clone, Debug, PartialEq)]
pub struct ListUpdate {
    pub state: ListState,
    /// Rows that are no longer held.
    pub close: Vec<i64>,
    /// Rows that are held from now on.
    pub open: Vec<Entry>,
}

/// What a list was on a past date, told as the difference from the past date before it. It touches
/// nothing that is held, and what it writes never answers what was known at a time.
#[derive(Clone, Debug, PartialEq)]
pub struct PastUpdate {
    pub source: String,
    pub list: ListCode,
    /// The publisher's date.
    pub as_of: jiff::civil::Date,
    /// Rows of `open_history` that were not listed any more on this date.
    pub close: Vec<i64>,
    /// Rows that were listed from this date on.
    pub open: Vec<Entry>,
    pub changes: Vec<RecordedChange>,
    /// When it is written down: our time.
    pub at: Timestamp,
    pub journal: Vec<JournalEvent>,
}

/// Which of a list's days are recorded, by the publisher's dates.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct HistorySpan {
    /// The first past date that was written by `record_history`; None: there is no history.
    pub from: Option<jiff::civil::Date>,
    /// The last past date on which anything changed.
    pub until: Option<jiff::civil::Date>,
    /// The first day on which the list was watched: from it on, what was watched answers.
    pub watched_from: Option<jiff::civil::Date>,
}

/// A change with when and how it was seen.
#[derive(Clone, Debug, PartialEq)]
pub struct RecordedChange {
    pub source: String,
    pub change: Change,
    /// `Change::id_of(…, 0)`: the same for every recurrence of the same content.
    pub base_id: ChangeId,
    /// None for an editorial change that no alert tells of, for one that confirms what another
    /// source has told, and for a change accepted as baseline or that undoes one.
    pub alert_id: Option<AlertId>,
    pub observed_at: Timestamp,
    pub accepted_at: Option<Timestamp>,
    pub unconfirmed: bool,
}

impl RecordedChange {
    /// The id of a change of a past date, which no change that was watched has.
    pub fn past_id(day: jiff::civil::Date, id: &ChangeId) -> ChangeId {
        ChangeId::of(["past", &day.to_string(), id.as_str()])
    }

    /// Whether it was read of a past date (`record_history`) and not watched.
    pub fn is_backfilled(&self) -> bool {
        self.change.change_id
            == Self::past_id(
                self.observed_at.to_zoned(jiff::tz::TimeZone::UTC).date(),
                &self.base_id,
            )
    }
}

/// An alert and all its deliveries.
#[derive(Clone, Debug, PartialEq)]
pub struct Outgoing {
    pub alert: Alert,
    /// The pages of the rule that it is attributed to.
    pub citations: Vec<Citation>,
    pub deliveries: Vec<Delivery>,
}

/// One check of one source, for the record.
#[derive(
    Clone, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize, schemars::JsonSchema,
)]
pub struct Check {
    pub source: String,
    pub at: Timestamp,
    pub duration_ms: u64,
    /// `baseline`, `changed`, `unchanged`, `not modified`, `held`, `refused`, `failed`, `waiting`
    pub outcome: String,
    pub detail: String,
    pub sha256: Option<Sha256>,
}

/// All that one observation (or one decision on a hold) writes: it is written whole or not at all.
#[derive(Clone, Debug, Default)]
pub struct Observation {
    pub at: Timestamp,
    pub check: Option<Check>,
    /// Kept by its hash; one that is there already is not written again.
    pub document: Option<Document>,
    pub source: Option<SourceState>,
    pub lists: Vec<ListUpdate>,
    /// Written over what was recorded under their ids.
    pub holds: Vec<Hold>,
    pub changes: Vec<RecordedChange>,
    pub alerts: Vec<Outgoing>,
    /// Written over what was recorded under their numbers.
    pub rules: Vec<RecordedRule>,
    /// The texts of those rules, kept like `document`.
    pub texts: Vec<Document>,
    pub journal: Vec<JournalEvent>,
}

/// What one attempt (or one command on a delivery) writes, whole or not at all.
#[derive(Clone, Debug)]
pub struct Settlement {
    /// As it is after the attempt.
    pub delivery: Delivery,
    pub attempt: Option<Attempt>,
    /// As the receiver is after the attempt, where that changed.
    pub receiver: Option<ReceiverState>,
    /// Where its server answers again: the other pending deliveries of this receiver that become
    /// due.
    pub make_due: Option<MakeDue>,
    /// What operators are told about it.
    pub alerts: Vec<Outgoing>,
    pub journal: Vec<JournalEvent>,
}

/// Deliveries that become due.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MakeDue {
    pub at: Timestamp,
    /// But for those that had failed before this success of the receiver already: what keeps them
    /// is their own and no outage, and each success of the others would try them again.
    pub failed_since: Option<Timestamp>,
}

/// What is remembered of a receiver.
#[derive(
    Clone, Debug, PartialEq, Eq, Default, serde::Serialize, serde::Deserialize, schemars::JsonSchema,
)]
pub struct ReceiverState {
    pub receiver: String,
    /// Switched off (it answered 410): nothing is sent until `receivers enable`.
    pub disabled_at: Option<Timestamp>,
    pub disabled_reason: Option<String>,
    /// The first failure since the last success.
    pub failing_since: Option<Timestamp>,
    pub last_success_at: Option<Timestamp>,
    pub last_error: Option<String>,
    /// It asked to be left alone until then (Retry-After): nothing is sent to it before.
    #[serde(default)]
    pub not_before: Option<Timestamp>,
    /// Whether operators were told that it fails.
    #[serde(default)]
    pub failure_told: bool,
    /// When they were last told so, by recipient: one that fails while others do not is not told
    /// of with each message.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub failures_told: BTreeMap<String, Timestamp>,
    /// When operators were alerted in the last day that it fails, whichever recipient it was.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub told_at: Vec<Timestamp>,
}

/// How many deliveries wait and how many are dead, by receiver.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OutboxCount {
    pub receiver: String,
    pub pending: u64,
    pub dead: u64,
    pub oldest_pending_at: Option<Timestamp>,
}

/// The database.
///
/// Writes are serial. Times are exact to the microsecond. A method that fails has changed nothing.
#[async_trait]
pub trait Store: Send + Sync {
    // --- observing

    async fn source_state(&self, source: &str) -> Result<Option<SourceState>>;
    async fn source_states(&self) -> Result<Vec<SourceState>>;
    async fn list_states(&self, source: &str) -> Result<Vec<ListState>>;
    /// The rows of a list that are held now, in the order in which they were first held.
    async fn held_entries(&self, source: &str, list: ListCode) -> Result<Vec<StoredEntry>>;
    async fn document(&self, sha256: &Sha256) -> Result<Option<Document>>;
    /// How many changes with each of these base ids are recorded for the source; absent: none.
    async fn recurrences(
        &self,
        source: &str,
        base_ids: &[ChangeId],
    ) -> Result<Vec<(ChangeId, u32)>>;
    /// Substantive changes first seen at or after `since` in this list.
    async fn recent_changes(
        &self,
        source: &str,
        list: ListCode,
        since: Timestamp,
    ) -> Result<Vec<RecordedChange>>;
    /// Alerts of this source that are attributed to one of these pages, oldest first, with the
    /// number of their changes.
    async fn alerts_citing(
        &self,
        source: &str,
        citations: &[Citation],
    ) -> Result<Vec<(AlertId, usize)>>;
    /// Writes an observation in one transaction. Alerts, deliveries and (within a source) changes
    /// whose ids are recorded already are left as they are. Rows to close that are not held
    /// (any more) refuse the whole: [`StoreError::Stale`].
    async fn record(&self, observation: Observation) -> Result<()>;
    /// A new `[[source]] previously = "old"`: all that is recorded under the old name stands under
    /// the new one, but for the alerts' texts, which stay as they were sent. False, and nothing
    /// is done: the old is not known, or the new is already.
    async fn rename_source(&self, old: &str, new: &str, at: Timestamp) -> Result<bool>;

    // --- rules

    /// Documents of the Federal Register of this day and later (`RecordedRule::day`), oldest first.
    async fn rules(&self, since: jiff::civil::Date) -> Result<Vec<RecordedRule>>;
    /// The published rule that has this page; of two that share it, the one that begins on it.
    async fn rule_covering(&self, volume: u16, page: u32) -> Result<Option<RecordedRule>>;

    // --- the past

    /// The rows written by `record_history` that no later date has closed.
    async fn open_history(&self, source: &str, list: ListCode) -> Result<Vec<StoredEntry>>;
    /// Writes what a list was on a past date. Dates are to be written in their order. For a day
    /// from which on the list was watched, what is written here answers nothing.
    async fn record_history(&self, past: PastUpdate) -> Result<()>;
    async fn history_span(&self, source: &str, list: ListCode) -> Result<HistorySpan>;
    /// Takes back what `record_history` wrote of a list, so that it can be written anew from an
    /// earlier date. The journal keeps what it says of it.
    async fn forget_history(
        &self,
        source: &str,
        list: ListCode,
        at: Timestamp,
        journal: Vec<JournalEvent>,
    ) -> Result<()>;

    // --- holds

    /// Oldest first.
    async fn holds(&self, open_only: bool) -> Result<Vec<Hold>>;
    async fn hold(&self, id: &HoldId) -> Result<Option<Hold>>;

    // --- delivering

    /// Pending deliveries of this receiver that are due, oldest first (by alert, then id), at most
    /// `limit`.
    async fn due(&self, receiver: &str, now: Timestamp, limit: usize) -> Result<Vec<Delivery>>;
    /// When the next pending delivery of any of these receivers is due.
    async fn next_due_at(&self, receivers: &[String]) -> Result<Option<Timestamp>>;
    async fn alert(&self, id: &AlertId) -> Result<Option<Alert>>;
    async fn delivery(&self, id: &DeliveryId) -> Result<Option<Delivery>>;
    /// Writes the outcomes of attempts in one transaction, in this order. A delivery that is not
    /// recorded refuses the whole. Journal entries bear the attempt's time.
    async fn settle(&self, settlements: Vec<Settlement>) -> Result<()>;
    async fn receiver_states(&self) -> Result<Vec<ReceiverState>>;
    async fn set_receiver_state(
        &self,
        state: ReceiverState,
        at: Timestamp,
        journal: Vec<JournalEvent>,
    ) -> Result<()>;
    /// Makes these deliveries pending and due, whatever they were; which of them exist is returned.
    /// Their retries begin anew.
    async fn retry(&self, ids: &[DeliveryId], at: Timestamp) -> Result<Vec<DeliveryId>>;
    /// Adds deliveries of recorded alerts; those whose id is recorded already become pending and
    /// due again.
    async fn add_deliveries(&self, deliveries: Vec<Delivery>, at: Timestamp) -> Result<()>;
    async fn outbox_counts(&self) -> Result<Vec<OutboxCount>>;
    /// The deliveries of this alert, whatever their state.
    async fn deliveries_of(&self, alert: &AlertId) -> Result<Vec<Delivery>>;
    /// Oldest first.
    async fn attempts(&self, delivery: &DeliveryId) -> Result<Vec<Attempt>>;

    // --- reading

    /// Newest observation first; those of one observation in the order in which they were recorded.
    async fn changes(&self, query: &ChangeQuery) -> Result<Vec<RecordedChange>>;
    /// By source and list, in the order in which they were first held.
    async fn entries(&self, query: &EntryQuery) -> Result<Vec<HistoricEntry>>;
    /// Newest first.
    async fn alerts(&self, query: &AlertQuery) -> Result<Vec<Alert>>;
    /// Newest first.
    async fn deliveries(&self, query: &DeliveryQuery) -> Result<Vec<Delivery>>;
    /// Newest first.
    async fn checks(&self, source: Option<&str>, limit: usize) -> Result<Vec<Check>>;

    // --- the journal

    async fn journal_head(&self) -> Result<Sha256>;
    /// Entries with `seq > after`, in order, at most `limit`.
    async fn journal(&self, after: u64, limit: usize) -> Result<Vec<JournalEntry>>;
    async fn enter(&self, at: Timestamp, events: Vec<JournalEvent>) -> Result<()>;

    // --- health

    /// Fails where the database does not answer, or would begin no write; writes nothing.
    async fn ping(&self) -> Result<()>;
    /// Waits for what is being written and lets go of the files. Dropping does too, without
    /// waiting.
    async fn close(&self);
}
