//! The counterparties in use of a watchlist, read for comparison. They are prepared when the file
//! changes, so that a check need not read the names of all.

use crate::domain::matching::watchlist_state::{StoredCounterparty, WatchlistState};
use crate::pipeline::background::in_background;
use crate::pipeline::matching::comparison::threads;
use crate::screen::MATCHER;
use crate::screen::prepared::PreparedParties;
use crate::store::{PreparedWatchlist, Result, Store};

/// What was prepared, or is now. The caller has the lock of the matches.
pub async fn prepared(store: &Store, state: &WatchlistState) -> Result<PreparedParties> {
    let made_by = format!("{MATCHER} of {}", env!("CARGO_PKG_VERSION"));
    let stored = store.prepared_watchlist(&state.name, state.generation, &made_by).await?;
    if let Some(bytes) = stored
        && let Ok(prepared) = in_background(move || PreparedParties::from_bytes(&bytes)).await
    {
        return Ok(prepared);
    }
    let stored: Vec<StoredCounterparty> = store.counterparties(&state.name).await?;
    let (prepared, content) = in_background(move || {
        let prepared = PreparedParties::of(&stored, threads());
        let content = prepared.to_bytes();
        (prepared, content)
    })
    .await;
    let (watchlist, generation) = (state.name.clone(), state.generation);
    let kept = PreparedWatchlist { watchlist, generation, made_by, content };
    if let Err(problem) = store.keep_prepared_watchlist(kept).await {
        tracing::warn!(
            watchlist.name = state.name,
            "the next check prepares the counterparties again: {problem}"
        );
    }
    Ok(prepared)
}
