//! The durable truth: what was fetched, what changed, who is to be told and who has been.
//!
//! Knows the domain and SQL; knows no publisher, no channel, no clock and no configuration but its
//! own address. [`Store`] is the whole of what the program asks of a database; what a method
//! promises is said at the method.

mod address;
mod backfill;
mod checks;
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

use jiff::Timestamp;

pub use self::address::{InvalidStoreUrl, StoreUrl};
pub use self::filters::{AlertQuery, ChangeQuery, DeliveryQuery, EntryQuery};
pub use self::journal::{JournalFault, Verifier, verify};
use self::lock::ProcessLock;
use self::sql::{Db, sql};

use crate::domain::journal::JournalEvent;
use crate::domain::{
    Alert, AlertId, Attempt, Change, ChangeId, Citation, Delivery, Document, Entry, Hold, ListCode,
    ListState, RecordedRule, Sha256, SourceState,
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
pub async fn open(url: &StoreUrl, mode: Mode) -> Result<Arc<Store>> {
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

/// An open database, of either kind.
///
/// Writes are serial. Times are exact to the microsecond. A method that fails has changed nothing.
/// Each method stands in the file that holds its SQL.
pub struct Store {
    db: Db,
    /// Let go of after the connections.
    _lock: Option<ProcessLock>,
}

impl Store {
    fn new(db: Db, lock: Option<ProcessLock>) -> Self {
        Self { db, _lock: lock }
    }

    /// Fails where the database does not answer, or would begin no write; writes nothing.
    pub async fn ping(&self) -> Result<()> {
        self.db
            .fetch_one(
                "ask the database for a sign of life",
                sql("SELECT COUNT(*) FROM source_state"),
            )
            .await?;
        self.db.try_begin("begin a write").await
    }

    /// Waits for what is being written and lets go of the files. Dropping does too, without
    /// waiting.
    pub async fn close(&self) {
        self.db.close().await;
    }
}
