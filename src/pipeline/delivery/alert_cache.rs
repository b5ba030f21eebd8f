//! The alerts of one pass. Each is read from the store once, however many recipients it has.

use std::collections::HashMap;
use std::sync::Arc;

use tokio::sync::{Mutex, OnceCell};

use crate::domain::{Alert, AlertId};
use crate::pipeline::background::aside;
use crate::store::{Store, StoreError};

/// Alerts that are kept at a time. A long backlog can contain many large alerts.
const MAX_CACHED: usize = 8;

/// Why an alert is not available.
#[derive(Debug, thiserror::Error)]
pub enum AlertReadError {
    #[error(transparent)]
    Store(#[from] StoreError),
    #[error("alert {0} is not in the store")]
    Missing(AlertId),
}

/// The last few alerts that were read.
pub struct AlertCache {
    store: Arc<Store>,
    alerts: Mutex<HashMap<AlertId, Arc<OnceCell<Arc<Alert>>>>>,
}

impl AlertCache {
    pub fn new(store: Arc<Store>) -> Self {
        Self { store, alerts: Mutex::default() }
    }

    /// The alert with this id.
    pub async fn get(&self, id: &AlertId) -> Result<Arc<Alert>, AlertReadError> {
        let cell = {
            let mut alerts = self.alerts.lock().await;
            if alerts.len() >= MAX_CACHED && !alerts.contains_key(id) {
                alerts.clear();
            }
            Arc::clone(alerts.entry(id.clone()).or_default())
        };
        let read = async || {
            let (store, wanted) = (Arc::clone(&self.store), id.clone());
            // Runs in a task of its own. The pass does not poll its read-ahead while it writes
            // outcomes, and a command has one connection for both: a read that holds the
            // connection but is not polled would block the write forever.
            let alert = aside(async move { store.alert(&wanted).await }).await?;
            alert.map(Arc::new).ok_or_else(|| AlertReadError::Missing(id.clone()))
        };
        cell.get_or_try_init(read).await.cloned()
    }
}
