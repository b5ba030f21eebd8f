//! The task that renews this process as an instance of a shared database, and hears what the others
//! put into the outbox.
//!
//! Nothing depends on it for correctness: without it the process counts as dead for the others, and
//! its writes that need a lease are refused.

use std::sync::{Arc, Mutex, PoisonError};

use sqlx::postgres::{PgListener, PgPool};
use tokio::sync::watch;
use tokio_util::task::AbortOnDropHandle;
use tracing::{debug, error, warn};

use crate::store::instance::Instance;
use crate::store::migrations;
use crate::store::pools::Pools;
use crate::store::registration::{Renewal, register, renew};
use crate::store::transaction::OUTBOX_CHANNEL;
use crate::store::{Result, StoreError};

/// The running tasks of an instance.
pub(super) struct Heartbeat {
    outbox: watch::Sender<()>,
    /// The version of the tables, once it is later than this program's.
    superseded: watch::Sender<Option<i64>>,
    tasks: Mutex<Vec<AbortOnDropHandle<()>>>,
    /// The name of the store in messages.
    store: String,
}

impl Heartbeat {
    /// For a database that is not shared.
    pub fn none() -> Self {
        Self {
            outbox: watch::Sender::new(()),
            superseded: watch::Sender::new(None),
            tasks: Mutex::default(),
            store: String::new(),
        }
    }

    /// Starts to renew `instance`. A daemon also listens.
    pub fn start(pools: &Pools, instance: &Arc<Instance>, store: String) -> Self {
        let heartbeat = Self { store, ..Self::none() };
        let mut tasks = vec![AbortOnDropHandle::new(tokio::spawn(keep_alive(
            pools.clone(),
            Arc::clone(instance),
            heartbeat.outbox.clone(),
            heartbeat.superseded.clone(),
        )))];
        if instance.is_daemon()
            && let Some(pool) = pools.aside()
        {
            let pause = instance.lease().renew_every;
            let listening = listen(pool, heartbeat.outbox.clone(), pause);
            tasks.push(AbortOnDropHandle::new(tokio::spawn(listening)));
        }
        *heartbeat.tasks.lock().unwrap_or_else(PoisonError::into_inner) = tasks;
        heartbeat
    }

    pub fn stop(&self) {
        self.tasks.lock().unwrap_or_else(PoisonError::into_inner).clear();
    }

    pub fn outbox(&self) -> watch::Receiver<()> {
        self.outbox.subscribe()
    }

    pub async fn superseded(&self) -> StoreError {
        let mut superseded = self.superseded.subscribe();
        let version = superseded.wait_for(Option::is_some).await.ok().and_then(|found| *found);
        match version.map(|version| migrations::POSTGRES.check(&self.store, Some(version))) {
            Some(Err(refused)) => refused,
            Some(Ok(())) | None => std::future::pending().await,
        }
    }
}

async fn keep_alive(
    pools: Pools,
    instance: Arc<Instance>,
    outbox: watch::Sender<()>,
    superseded: watch::Sender<Option<i64>>,
) {
    let every = instance.lease().renew_every;
    let (mut others, mut was_alive) = (0, true);
    loop {
        tokio::time::sleep(every).await;
        match beat(&pools, &instance).await {
            Ok(found) => {
                if !was_alive {
                    warn!("the database answers again, and this instance is back");
                }
                was_alive = true;
                if found.others < others {
                    // Its claims are free now.
                    outbox.send_replace(());
                }
                others = found.others;
                if found.version > migrations::POSTGRES.newest() {
                    superseded.send_replace(Some(found.version));
                }
            }
            Err(problem) => {
                let is_alive = instance.is_alive();
                if was_alive && !is_alive {
                    error!(
                        "this instance could not be renewed, so others may take over until the \
                         database answers: {problem}"
                    );
                } else {
                    debug!("failed to renew this instance: {problem}");
                }
                was_alive = is_alive;
            }
        }
    }
}

/// Renews the instance, or enters it again if it was dead for so long that its row was deleted.
async fn beat(pools: &Pools, instance: &Instance) -> Result<Renewal> {
    loop {
        if let Some(found) = renew(pools, instance).await? {
            return Ok(found);
        }
        register(pools, instance).await?;
    }
}

/// Signals what other instances put into the outbox. A lost connection is replaced, and signals as
/// well, because something may have been missed.
async fn listen(pool: PgPool, outbox: watch::Sender<()>, pause: std::time::Duration) {
    loop {
        if let Err(problem) = listen_once(&pool, &outbox).await {
            debug!("failed to listen to the other instances: {problem}");
        }
        tokio::time::sleep(pause).await;
        outbox.send_replace(());
    }
}

async fn listen_once(pool: &PgPool, outbox: &watch::Sender<()>) -> sqlx::Result<()> {
    let mut listener = PgListener::connect_with(pool).await?;
    listener.listen(OUTBOX_CHANNEL).await?;
    while listener.try_recv().await?.is_some() {
        outbox.send_replace(());
    }
    Ok(())
}
