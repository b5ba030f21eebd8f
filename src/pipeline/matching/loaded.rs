//! The counterparties of a watchlist in memory, with the index that finds those near an entry. It
//! is built when it is needed, and kept while the counterparties stay the same.

use std::collections::HashMap;
use std::sync::Arc;

use tokio::sync::Mutex;

use crate::domain::Counterparty;
use crate::domain::matching::watchlist_state::{StoredCounterparty, WatchlistState};
use crate::pipeline::background::in_background;
use crate::screen::reverse::Reverse;
use crate::store::{Result, Store};

/// The counterparties in use of one watchlist.
pub struct LoadedWatchlist {
    pub parties: Vec<StoredCounterparty>,
    pub reverse: Reverse,
    /// The place of each counterparty, by its id.
    pub places: HashMap<String, usize>,
}

/// The watchlists in memory, each with the generation of its content.
#[derive(Default)]
pub struct LoadedWatchlists(Mutex<HashMap<String, (u64, Arc<LoadedWatchlist>)>>);

impl LoadedWatchlist {
    pub async fn of(parties: Vec<StoredCounterparty>) -> Self {
        in_background(move || {
            let rows: Vec<Counterparty> =
                parties.iter().map(|stored| stored.party.clone()).collect();
            let reverse = Reverse::of(&rows);
            let places = rows.into_iter().enumerate().map(|(place, row)| (row.id, place)).collect();
            Self { parties, reverse, places }
        })
        .await
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
        let loaded = Arc::new(LoadedWatchlist::of(parties).await);
        all.insert(state.name.clone(), (state.generation, Arc::clone(&loaded)));
        Ok(loaded)
    }
}
