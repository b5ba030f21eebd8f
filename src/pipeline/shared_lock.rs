//! A lock among the tasks of this process and, if the database is shared, among all instances.
//!
//! It is held during a check of a source, while a person's decision on a hold is carried out, and
//! while a past date is recorded. Among instances it is a lease, which another instance takes over
//! if this one dies. So what is done under the lock must be recorded with [`SharedLock::fence`].

use std::sync::Arc;
use std::time::Duration;

use tokio::sync::OwnedMutexGuard;
use tracing::debug;

use crate::store::{Fence, Lease, Result, Store};

/// How often a lock that another instance holds is tried.
const RETRY_INTERVAL: Duration = Duration::from_millis(250);

/// The lock, until it is dropped.
pub struct SharedLock {
    /// Among the tasks of this process. Taken out when the lock is dropped.
    local: Option<OwnedMutexGuard<()>>,
    store: Arc<Store>,
    lease: Lease,
    /// The right to watch, if the work depends on it too.
    watch: Option<Lease>,
}

impl SharedLock {
    /// Takes the lock of this name. Waits while another task or another instance holds it.
    pub async fn take(
        store: &Arc<Store>,
        local: Arc<tokio::sync::Mutex<()>>,
        name: &str,
        watch: Option<Lease>,
    ) -> Result<Self> {
        let local = local.lock_owned().await;
        let lease = loop {
            if let Some(lease) = store.take_lease(name).await? {
                break lease;
            }
            tokio::time::sleep(RETRY_INTERVAL).await;
        };
        Ok(Self { local: Some(local), store: Arc::clone(store), lease, watch })
    }

    /// What a transaction must check: it writes nothing once another instance has taken over.
    pub fn fence(&self) -> Fence {
        Fence::of([&self.lease].into_iter().chain(&self.watch))
    }
}

impl Drop for SharedLock {
    /// Gives the lease back, and only then the lock of this process: a task that got it earlier
    /// could lose the lease.
    fn drop(&mut self) {
        if !self.store.is_shared() {
            return;
        }
        let (local, store, lease) =
            (self.local.take(), Arc::clone(&self.store), self.lease.clone());
        if let Ok(runtime) = tokio::runtime::Handle::try_current() {
            runtime.spawn(async move {
                if let Err(problem) = store.release(&lease).await {
                    debug!("failed to give a lease back: {problem}");
                }
                drop(local);
            });
        }
    }
}
