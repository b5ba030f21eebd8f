//! The counterparties of a watchlist in memory. They are read when they are needed, and kept while
//! they stay the same.

use std::collections::HashMap;
use std::sync::Arc;

use tokio::sync::Mutex;

use crate::domain::matching::watchlist_state::{StoredCounterparty, WatchlistState};
use crate::store::{Result, Store};

/// The counterparties in use of one watchlist.
pub struct LoadedWatchlist {
    pub parties: Vec<StoredCounterparty>,
}

/// The watchlists in memory, each with the generation of its content.
#[derive(Default)]
pub struct LoadedWatchlists(Mutex<HashMap<String, (u64, Arc<LoadedWatchlist>)>>);

impl LoadedWatchlists {
    /// The counterparties in use.
    pub async fn get(&self, store: &Store, state: &WatchlistState) -> Result<Arc<LoadedWatchlist>> {
        let mut all = self.0.lock().await;
        if let Some((generation, loaded)) = all.get(&state.name)
            && *generation == state.generation
        {
            return Ok(Arc::clone(loaded));
        }
        let parties = store.counterparties(&state.name).await?;
        let loaded = Arc::new(LoadedWatchlist { parties });
        all.insert(state.name.clone(), (state.generation, Arc::clone(&loaded)));
        Ok(loaded)
    }
}
