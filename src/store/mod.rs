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
mod receiver_state;

mod checks;
mod sources;
mod lists;
mod entries;
mod entry_ids;
mod entry_life;
mod entry_log;
mod changes;
mod documents;
mod holds;
mod rules;
mod backfill;
mod alerts;
mod outbox;
mod deliveries;
mod receivers;
mod journal;
mod journal_verifier;

mod value;
mod statement;
mod row;
mod transaction;
mod pools;
mod migrations;
mod process_lock;
mod result_code;
mod sqlite;
mod postgres;

use std::sync::Arc;

pub use self::address::{InvalidStoreUrl, StoreUrl};
pub use self::check_record::{Check, CheckRecord, ListUpdate};
pub use self::entry_log::{AddedIds, LoggedChange, LoggedEntry};
pub use self::error::{Result, StoreError};
pub use self::filters::{AlertQuery, ChangeQuery, DeliveryQuery, EntryQuery};
pub use self::journal_verifier::{JournalFault, Verifier, verify};
pub use self::outbox::OutboxCount;
pub use self::outgoing::Outgoing;
pub use self::past_update::{HistorySpan, PastUpdate};
pub use self::receiver_state::ReceiverState;
pub use self::recorded_change::RecordedChange;
pub use self::settlement::{MakeDue, Settlement};
pub use self::stored_entry::{HistoricEntry, StoredEntry};

use self::address::Backend;
use self::pools::Pools;
use self::process_lock::ProcessLock;
use self::statement::sql;

/// An open database, SQLite or PostgreSQL.
///
/// Writes run one after another. Times are exact to the microsecond. A method that fails has
/// changed nothing.
pub struct Store {
    pools: Pools,
    /// Declared after `pools`, so that the lock is released after the connections are closed.
    _lock: Option<ProcessLock>,
}

/// What a database is opened for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mode {
    /// Takes the process lock, and creates or migrates the tables.
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
    let name = url.to_string();
    Ok(Arc::new(match url.backend() {
        Backend::Sqlite(path) => sqlite::open(path, name, mode).await?,
        Backend::Postgres(address) => postgres::open(address, name, mode).await?,
    }))
}

impl Store {
    fn new(pools: Pools, lock: Option<ProcessLock>) -> Self {
        Self { pools, _lock: lock }
    }

    /// Fails if the database does not answer, or if no write could begin. It writes nothing.
    pub async fn ping(&self) -> Result<()> {
        let statement = sql("SELECT COUNT(*) FROM source_state");
        self.pools.fetch_one("ping the database", statement).await?;
        self.pools.try_begin("begin a write").await
    }

    /// Waits for running writes, and closes the database. Dropping closes it without waiting.
    pub async fn close(&self) {
        self.pools.close().await;
    }
}
