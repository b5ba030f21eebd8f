//! One request at a time to a host, whoever asks. Another port is another server.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use tokio::sync::OwnedMutexGuard;
use url::Url;

/// Whose turn it is at each host.
#[derive(Default)]
pub(super) struct Turns(Mutex<HashMap<Server, Arc<tokio::sync::Mutex<()>>>>);

/// A host and a port of it.
type Server = (String, Option<u16>);

impl Turns {
    /// Waits until nobody else asks the host of `url`. The turn ends when the guard is dropped.
    pub(super) async fn take(&self, url: &Url) -> OwnedMutexGuard<()> {
        let host = (url.host_str().unwrap_or("").to_owned(), url.port_or_known_default());
        let turn = {
            let mut hosts = self.0.lock().unwrap_or_else(PoisonError::into_inner);
            // A redirect names hosts at will: those that nobody waits for are forgotten.
            hosts.retain(|_, turn| Arc::strong_count(turn) > 1);
            Arc::clone(hosts.entry(host).or_default())
        };
        turn.lock_owned().await
    }
}
