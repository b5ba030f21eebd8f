//! THE PROGRAM.
//!
//! ```text
//! watch():   fetch ─ bytes ─▶ parse ─ snapshot ─▶ diff ─ changes ─▶ route ─ alerts × receivers ─▶ record (one transaction)
//! deliver(): claim ◀─ outbox      ─▶ send ─▶ settle
//! ```
//!
//! The only place that names several stages. Nothing is sent inside a transaction, and nothing that
//! is to be sent is held in memory alone: what the process did not see confirmed stands in the
//! outbox when it starts again.

pub mod alerting;
pub mod backfill;
pub mod background;
pub mod check;
pub mod delivery;
pub mod federal_register;
pub mod hold_decision;

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use arc_swap::ArcSwap;
use tokio::sync::watch as signal;
use tokio_util::sync::CancellationToken;

use crate::clock::Clock;
use crate::config::Config;
use crate::deliver::Deliverer;
use crate::fetch::{FetchLimits, Fetcher};
use crate::store::Store;

/// What one configuration wires together; a reload replaces it whole.
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

/// The program at work: shared by the daemon's loops, the control socket and the one-off commands.
pub struct Program {
    pub store: Arc<Store>,
    pub clock: Arc<dyn Clock>,
    pub wiring: ArcSwap<Wiring>,
    /// Rung when something was put into the outbox.
    pub outbox: signal::Sender<()>,
    /// Cancelled when the process is to end: what is under way is finished, and nothing more is
    /// begun.
    pub stopping: CancellationToken,
    /// Held while a source is being watched, and while a receiver's deliveries are claimed, sent
    /// and settled: neither is ever done twice at a time, whoever asks for it.
    turns: Mutex<HashMap<String, Arc<tokio::sync::Mutex<()>>>>,
    /// The newest backfill of each source.
    backfills: Mutex<HashMap<String, backfill::Underway>>,
}

impl Program {
    pub fn new(store: Arc<Store>, clock: Arc<dyn Clock>, wiring: Wiring) -> Self {
        Self {
            store,
            clock,
            wiring: ArcSwap::from_pointee(wiring),
            outbox: signal::Sender::new(()),
            stopping: CancellationToken::new(),
            turns: Mutex::default(),
            backfills: Mutex::default(),
        }
    }

    /// The turn-taking of one source.
    fn source_turn(&self, source: &str) -> Arc<tokio::sync::Mutex<()>> {
        self.turn(format!("source {source}"))
    }

    /// The turn-taking of the backfills of one source, beside which it may be watched.
    fn backfill_turn(&self, source: &str) -> Arc<tokio::sync::Mutex<()>> {
        self.turn(format!("backfill {source}"))
    }

    /// The turn-taking of one receiver.
    pub(crate) fn receiver_turn(&self, receiver: &str) -> Arc<tokio::sync::Mutex<()>> {
        self.turn(format!("receiver {receiver}"))
    }

    fn turn(&self, key: String) -> Arc<tokio::sync::Mutex<()>> {
        Arc::clone(
            self.turns.lock().unwrap_or_else(PoisonError::into_inner).entry(key).or_default(),
        )
    }
}
