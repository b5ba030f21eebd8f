//! The work of the program, from the publisher's document to the sent alert.
//!
//! ```text
//! check_source(): fetch → parse → diff → route → record the alerts in the outbox
//! make_due():     alerts that waited → digests, recorded in the outbox; also assurance, and the
//!                 alerts about documents that did not come
//! deliver_due():  claim deliveries from the outbox → send → settle
//! ```
//!
//! Only this module combines several stages. A check records everything in one transaction, and
//! nothing is sent inside it. Every alert is in the outbox before it is sent, and stays there until
//! its delivery is confirmed, so that a restart loses nothing.

pub mod alerting;
pub mod assurance;
pub mod audit_report;
pub mod backfill;
pub mod backups;
pub mod background;
pub mod check;
pub mod check_source;
pub mod configuration_record;
pub mod decision_export;
pub mod delivery;
pub mod digests;
pub mod drill;
pub mod entry_identity;
pub mod expected_documents;
pub mod federal_register;
mod given_text;
pub mod heartbeats;
pub mod hold_decision;
pub mod items;
pub mod matching;
pub mod past;
pub mod regulation;
pub mod rejected_configuration;
pub mod restored_decisions;
pub mod route_explanation;
pub mod shared_lock;
mod source_state;

use std::collections::HashMap;
use std::sync::atomic::AtomicBool;
use std::sync::{Arc, Mutex, PoisonError};

use arc_swap::ArcSwap;
use tokio::sync::watch as signal;
use tokio_util::sync::CancellationToken;

use crate::clock::Clock;
use crate::config::Config;
use crate::deliver::Deliverer;
use crate::fetch::{FetchLimits, Fetcher};
use crate::pipeline::shared_lock::SharedLock;
use crate::store::{Lease, Result, Store};

/// A configuration and the clients that it sets up. A reload replaces all of it.
pub struct Wiring {
    pub config: Config,
    pub fetcher: Fetcher,
    pub deliverer: Deliverer,
}

impl Wiring {
    pub fn new(config: Config) -> anyhow::Result<Self> {
        let fetcher = Fetcher::new(&config.http, FetchLimits::default())?;
        let deliverer =
            Deliverer::new(&config.http, config.messages.clone(), config.delivery.timeout)?;
        Ok(Self { config, fetcher, deliverer })
    }
}

/// The state that the daemon's loops, the control socket and the one-off commands share.
pub struct Program {
    pub store: Arc<Store>,
    pub clock: Arc<dyn Clock>,
    pub wiring: ArcSwap<Wiring>,
    /// Signaled when an alert was added to the outbox.
    pub outbox: signal::Sender<()>,
    /// Canceled when the process is about to end: running work is finished, and no new work starts.
    pub stopping: CancellationToken,
    /// One lock for each source and each receiver. No source is checked twice at a time, and no
    /// receiver's deliveries are claimed twice at a time.
    locks: Mutex<HashMap<String, Arc<tokio::sync::Mutex<()>>>>,
    /// The newest backfill of each source.
    backfills: Mutex<HashMap<String, backfill::CurrentBackfill>>,
    /// How far the decisions are exported. Held during an export.
    exported: tokio::sync::Mutex<Option<decision_export::Exported>>,
    /// No decision of before a restore waits to be carried out again.
    all_restored: AtomicBool,
}

impl Program {
    pub fn new(store: Arc<Store>, clock: Arc<dyn Clock>, wiring: Wiring) -> Self {
        Self {
            store,
            clock,
            wiring: ArcSwap::from_pointee(wiring),
            outbox: signal::Sender::new(()),
            stopping: CancellationToken::new(),
            locks: Mutex::default(),
            backfills: Mutex::default(),
            exported: tokio::sync::Mutex::default(),
            all_restored: AtomicBool::new(false),
        }
    }

    /// Takes the lock of one source: held during a check, and while a person's decision is carried
    /// out. With `watch`, what is done under the lock also depends on the right to watch.
    async fn lock_source(&self, source: &str, watch: Option<Lease>) -> Result<SharedLock> {
        self.lock_shared(format!("source {source}"), watch).await
    }

    /// Takes the lock of the backfills of one source. Checks of the source do not wait for it.
    async fn lock_backfill(&self, source: &str) -> Result<SharedLock> {
        self.lock_shared(format!("backfill {source}"), None).await
    }

    /// Takes the lock of the matches: held from when counterparties are compared until the outcome
    /// is recorded, so that no decision and no other comparison comes between.
    async fn lock_matches(&self) -> Result<SharedLock> {
        self.lock_matches_watching(None).await
    }

    /// Like [`Program::lock_matches`]. What is done under the lock also depends on the right to
    /// watch.
    async fn lock_matches_watching(&self, watch: Option<Lease>) -> Result<SharedLock> {
        self.lock_shared("matches".to_owned(), watch).await
    }

    async fn lock_shared(&self, name: String, watch: Option<Lease>) -> Result<SharedLock> {
        SharedLock::take(&self.store, self.lock(name.clone()), &name, watch).await
    }

    /// The lock of the ids of entries: held from when they are assigned until they are recorded, so
    /// that two sources do not give two ids to one listing.
    fn identity_lock(&self) -> Arc<tokio::sync::Mutex<()>> {
        self.lock("entry ids".to_owned())
    }

    /// The lock of one receiver in this process: held during one pass over its deliveries. Other
    /// instances may send to the receiver too: claims keep them apart.
    pub(crate) fn receiver_lock(&self, receiver: &str) -> Arc<tokio::sync::Mutex<()>> {
        self.lock(format!("receiver {receiver}"))
    }

    fn lock(&self, key: String) -> Arc<tokio::sync::Mutex<()>> {
        Arc::clone(
            self.locks.lock().unwrap_or_else(PoisonError::into_inner).entry(key).or_default(),
        )
    }
}
