//! The processes that share a database, and whether each of them lives.
//!
//! Only PostgreSQL is shared. An instance renews its row by the database's clock. One that does not
//! is dead for the others: its leases and its claims are free. Nothing that it does afterwards
//! counts (see [`Fence`](super::Fence) and [`Store::claim`](super::Store::claim)), so renewing late
//! is never wrong, only wasteful.

use std::sync::atomic::{AtomicI64, Ordering};
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use crate::clock::Stopwatch;
use crate::store::Store;

/// The database's clock in microseconds, as the stores write times.
macro_rules! database_now {
    () => {
        "(EXTRACT(EPOCH FROM clock_timestamp()) * 1000000)::BIGINT"
    };
}
pub(super) use database_now;

/// `SELECT` of the instances that live.
macro_rules! living {
    () => {
        concat!(
            "SELECT instance FROM instance WHERE alive_until > ",
            $crate::store::instance::database_now!()
        )
    };
}
pub(super) use living;

/// After this time without a renewal an instance is dead. Another takes over within this time and
/// one renewal interval, and the contract promises 30 s.
const LIFETIME: Duration = Duration::from_secs(20);
/// Renewals in one lifetime. Three may fail before the instance is dead.
const RENEWALS: u32 = 4;

/// How long an instance may be silent, and how often it renews its row.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LeaseTimes {
    pub lifetime: Duration,
    pub renew_every: Duration,
}

impl LeaseTimes {
    pub fn of_lifetime(lifetime: Duration) -> Self {
        Self { lifetime, renew_every: lifetime / RENEWALS }
    }
}

impl Default for LeaseTimes {
    fn default() -> Self {
        Self::of_lifetime(LIFETIME)
    }
}

/// What an instance says of itself. SQLite shows it in `status`; PostgreSQL also compares it.
#[derive(Clone, Debug, Default)]
pub struct InstanceSettings {
    /// A daemon, and not a command that does one thing and ends.
    pub is_daemon: bool,
    /// The name of the machine.
    pub host: String,
    pub lease: LeaseTimes,
    /// The hash of the configuration. `None` for a command, which is not compared with daemons.
    pub config_hash: Option<String>,
    /// Start although another daemon has another configuration.
    pub allow_different_config: bool,
}

/// This process as an instance of a shared database.
#[derive(Debug)]
pub(super) struct Instance {
    id: AtomicI64,
    settings: InstanceSettings,
    /// Started just before the last renewal that succeeded.
    renewed: Mutex<Option<Stopwatch>>,
}

impl Instance {
    pub fn new(settings: InstanceSettings) -> Self {
        Self { id: AtomicI64::new(0), settings, renewed: Mutex::default() }
    }

    pub fn settings(&self) -> &InstanceSettings {
        &self.settings
    }

    /// Its number in the database. A process that was dead for long gets another one.
    pub fn id(&self) -> i64 {
        self.id.load(Ordering::Acquire)
    }

    pub fn host(&self) -> &str {
        &self.settings.host
    }

    pub fn lease(&self) -> LeaseTimes {
        self.settings.lease
    }

    pub fn is_daemon(&self) -> bool {
        self.settings.is_daemon
    }

    /// False once others may have taken over. It is measured from before the last renewal, so that
    /// it becomes false before the others can see it.
    pub fn is_alive(&self) -> bool {
        let renewed = *self.renewed.lock().unwrap_or_else(PoisonError::into_inner);
        renewed.is_some_and(|renewed| renewed.elapsed() < self.settings.lease.lifetime)
    }

    pub fn lifetime_us(&self) -> u64 {
        u64::try_from(self.settings.lease.lifetime.as_micros()).unwrap_or(u64::MAX)
    }

    pub fn set_id(&self, id: i64) {
        self.id.store(id, Ordering::Release);
    }

    pub fn note_renewal(&self, began: Stopwatch) {
        *self.renewed.lock().unwrap_or_else(PoisonError::into_inner) = Some(began);
    }
}

impl Store {
    /// Whether this process may begin something that other instances must not do too. Always true
    /// for SQLite, whose lock admits one process.
    pub fn is_alive(&self) -> bool {
        self.instance.as_ref().is_none_or(|instance| instance.is_alive())
    }

    /// Whether other processes may write as well.
    pub fn is_shared(&self) -> bool {
        self.instance.is_some()
    }

    /// How often this process renews its row, and asks what others do. `None` for SQLite.
    pub fn renew_every(&self) -> Option<Duration> {
        self.instance.as_ref().map(|instance| instance.lease().renew_every)
    }
}
