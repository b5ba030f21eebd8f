//! The store: what was fetched, what changed, which alerts are queued and which were delivered.
//!
//! Knows the domain and SQL. It must not know publishers, channels, the clock, or any configuration
//! except its own address.
//!
//! [`Store`] is everything that the program asks of a database. Each of its methods is documented
//! above its SQL, in the file named for what it reads and writes.

mod address;
mod error;
mod filters;
mod check_record;
mod past_update;
mod recorded_change;
mod stored_entry;
mod outgoing;
mod settlement;
mod digest_record;
mod receiver_state;

mod checks;
mod daily_checks;
mod sources;
mod lists;
mod entries;
mod entry_ids;
mod entry_life;
mod entry_log;
mod facts;
mod changes;
mod documents;
mod holds;
mod rules;
mod sections;
mod backfill;
mod alerts;
mod items;
mod matches;
mod match_list;
mod matching_record;
mod screenings;
mod watchlists;
mod handovers;
mod outbox;
mod deliveries;
mod digests;
mod receivers;
mod journal;
mod journal_verifier;
mod past_events;

mod instance;
mod registration;
mod daemons;
mod lease;
mod claim;
mod heartbeat;

mod value;
mod statement;
mod row;
mod transaction;
mod answered;
mod write_order;
mod pools;
mod migrations;
mod process_lock;
mod connection_caches;
mod size;
mod prepared_watchlists;
mod prune;
mod resting;
mod result_code;
pub mod copies;
mod sqlite;
mod postgres;

use std::sync::Arc;

pub use self::address::{InvalidStoreUrl, StoreUrl};
pub use self::alerts::AlertLine;
pub use self::check_record::{Check, CheckRecord, ListUpdate};
pub use self::claim::ClaimSize;
pub use self::daemons::DaemonRow;
pub use self::daily_checks::DailyChecks;
pub use self::digest_record::DigestRecord;
pub use self::entry_log::{AddedIds, LoggedChange, LoggedEntry};
pub use self::error::{Result, StoreError};
pub use self::facts::{ChangeFacts, EntryFacts, Marks};
pub use self::filters::{AlertQuery, ChangeQuery, DeliveryQuery, EntryQuery};
pub use self::handovers::HandoverOrder;
pub use self::instance::{InstanceSettings, LeaseTimes};
pub use self::journal_verifier::{JournalFault, Verifier, verify};
pub use self::lease::{Fence, Lease};
pub use self::matching_record::{
    CounterpartyUpdate, MatchListQuery, MatchQuery, MatchStates, MatchingRecord,
};
pub use self::outbox::OutboxCount;
pub use self::outgoing::Outgoing;
pub use self::past_update::{HistorySpan, PastUpdate};
pub use self::prepared_watchlists::PreparedWatchlist;
pub use self::prune::{Pruned, PrunedAttempt, PrunedDelivery};
pub use self::receiver_state::ReceiverState;
pub use self::recorded_change::RecordedChange;
pub use self::resting::Rested;
pub use self::settlement::{MakeDue, Settlement};
pub use self::size::StoreSize;
pub use self::stored_entry::{HistoricEntry, StoredEntry};

use tokio::sync::watch;

use self::address::Backend;
use self::heartbeat::Heartbeat;
use self::instance::Instance;
use self::pools::Pools;
use self::process_lock::ProcessLock;
use self::statement::sql;

/// An open database, SQLite or PostgreSQL.
///
/// Writes run one after another, those of other processes on one PostgreSQL database included.
/// Times are exact to the microsecond. A method that fails has changed nothing.
pub struct Store {
    url: StoreUrl,
    pools: Pools,
    /// This process among those that share the database. `None` for SQLite and for readers.
    instance: Option<Arc<Instance>>,
    heartbeat: Heartbeat,
    /// Declared after `pools`, so that the lock is released after the connections are closed.
    _lock: Option<ProcessLock>,
}

/// What a database is opened for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mode {
    /// For a daemon. Creates or migrates the tables. A SQLite file is locked against all other
    /// processes. In a PostgreSQL database the process is one of any number of instances.
    Write,
    /// Like `Write`, for a command that does one thing and ends. A SQLite file is read and written
    /// over one connection, because each new connection reads the definitions of the tables again.
    /// A read must therefore be polled to its end, or the next write waits until its timeout.
    Act,
    /// Takes no lock and writes nothing. It works while another process writes. Tables of another
    /// version are refused.
    Read,
}

/// Opens the store. A SQLite file is created if it is missing (mode 0600, its folder 0700). A
/// PostgreSQL database must exist.
pub async fn open(url: &StoreUrl, mode: Mode) -> Result<Arc<Store>> {
    open_as(url, mode, InstanceSettings::default()).await
}

/// Like [`open`], as the instance with these settings.
pub async fn open_as(url: &StoreUrl, mode: Mode, settings: InstanceSettings) -> Result<Arc<Store>> {
    Ok(Arc::new(match url.backend() {
        Backend::Sqlite(_) => sqlite::open(url, mode).await?,
        Backend::Postgres(address) => postgres::open(address, url, mode, settings).await?,
    }))
}

impl Store {
    /// A store that only this process writes.
    fn unshared(url: &StoreUrl, pools: Pools, lock: Option<ProcessLock>) -> Self {
        let url = url.clone();
        Self { url, pools, instance: None, heartbeat: Heartbeat::none(), _lock: lock }
    }

    /// Where the database is.
    pub fn url(&self) -> &StoreUrl {
        &self.url
    }

    /// Signaled when another instance may have put something into the outbox, or has died and left
    /// something in it. `None` if the database is not shared.
    pub fn outbox_signal(&self) -> Option<watch::Receiver<()>> {
        self.instance.as_ref().map(|_| self.heartbeat.outbox())
    }

    /// Waits until this process must end, because a later version has migrated the tables. Forever
    /// if the database is not shared.
    pub async fn superseded(&self) -> StoreError {
        self.heartbeat.superseded().await
    }

    /// Fails if the database does not answer, or if no write could begin. It writes nothing.
    pub async fn ping(&self) -> Result<()> {
        let statement = sql("SELECT COUNT(*) FROM source_state");
        self.pools.fetch_one("ping the database", statement).await?;
        self.pools.try_begin("begin a write").await
    }

    /// Waits for running writes, gives up the leases and claims of this process, and closes the
    /// database. Dropping closes it without waiting; others then wait until the process counts as
    /// dead.
    pub async fn close(&self) {
        self.heartbeat.stop();
        if let Err(problem) = registration::leave(&self.pools, self.instance.as_deref()).await {
            tracing::debug!("failed to take this instance out: {problem}");
        }
        self.pools.close().await;
    }
}
