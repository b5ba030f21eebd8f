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
    /// The place of each counterparty, by its id.
    pub places: HashMap<String, usize>,
}

/// The watchlists in memory, each with the generation of its content.
#[derive(Default)]
pub struct LoadedWatchlists(Mutex<HashMap<String, (u64, Arc<LoadedWatchlist>)>>);

impl LoadedWatchlist {
    pub fn of(parties: Vec<StoredCounterparty>) -> Self {
        let ids = parties.iter().map(|stored| stored.party.id.clone());
        let places = ids.zip(0..).collect();
        Self { parties, places }
    }
}

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
        let loaded = Arc::new(LoadedWatchlist::of(parties));
        all.insert(state.name.clone(), (state.generation, Arc::clone(&loaded)));
        Ok(loaded)
    }
}
