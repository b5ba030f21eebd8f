//! One request at a time to each server. Another port is another server.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use tokio::sync::OwnedMutexGuard;
use url::Url;

/// A lock for each server that is being asked, or that a caller waits for.
#[derive(Default)]
pub(super) struct HostLocks(Mutex<HashMap<Server, Arc<tokio::sync::Mutex<()>>>>);

/// A host and its port.
type Server = (String, Option<u16>);

impl HostLocks {
    /// Waits until no other request to the server of `url` is running. The lock is released when
    /// the guard is dropped.
    pub(super) async fn lock(&self, url: &Url) -> OwnedMutexGuard<()> {
        let server = (url.host_str().unwrap_or("").to_owned(), url.port_or_known_default());
        let lock = {
            let mut locks = self.0.lock().unwrap_or_else(PoisonError::into_inner);
            // Redirects can name any number of hosts. Locks that no caller holds or waits for are
            // removed.
            locks.retain(|_, lock| Arc::strong_count(lock) > 1);
            Arc::clone(locks.entry(server).or_default())
        };
        lock.lock_owned().await
    }
}
