//! The counterparties in use of a watchlist, read for comparison. They are prepared when the file
//! changes, so that a check need not read the names of all.

use xxhash_rust::xxh3::xxh3_64;

use crate::domain::matching::watchlist_state::{StoredCounterparty, WatchlistState};
use crate::pipeline::background::in_background;
use crate::pipeline::matching::comparison::threads;
use crate::screen::MATCHER;
use crate::screen::prepared::PreparedParties;
use crate::store::{Fence, PreparedWatchlist, Result, Store};

/// What was prepared, or is now. The caller has the lock of the matches.
pub async fn prepared(
    store: &Store,
    state: &WatchlistState,
    fence: &Fence,
) -> Result<PreparedParties> {
    let made_by = format!("{MATCHER} of {}", env!("CARGO_PKG_VERSION"));
    let stored = store.prepared_watchlist(&state.name, state.generation, &made_by).await?;
    if let Some(bytes) = stored {
        let (name, rows) = (state.name.clone(), state.rows);
        match in_background(move || opened(&bytes, rows)).await {
            Ok(prepared) => return Ok(prepared),
            Err(problem) => tracing::warn!(
                watchlist.name = name,
                "the prepared counterparties are damaged, so they are prepared again: {problem}"
            ),
        }
    }
    let stored: Vec<StoredCounterparty> = store.counterparties(&state.name).await?;
    let (prepared, content) = in_background(move || {
        let prepared = PreparedParties::of(&stored, threads());
        let content = sealed(prepared.to_bytes());
        (prepared, content)
    })
    .await;
    let (watchlist, generation) = (state.name.clone(), state.generation);
    let kept = PreparedWatchlist { watchlist, generation, made_by, content };
    if let Err(problem) = store.keep_prepared_watchlist(kept, fence).await {
        tracing::warn!(
            watchlist.name = state.name,
            "the next check prepares the counterparties again: {problem}"
        );
    }
    Ok(prepared)
}

/// The bytes with their hash in front. Damaged bytes may decode, and then matches would be missed.
fn sealed(content: Vec<u8>) -> Vec<u8> {
    let mut sealed = xxh3_64(&content).to_le_bytes().to_vec();
    sealed.extend(content);
    sealed
}

/// The counterparties in sealed bytes, if they are whole and are as many as the watchlist has.
fn opened(sealed: &[u8], rows: usize) -> std::result::Result<PreparedParties, String> {
    let (hash, content) = sealed.split_first_chunk().ok_or("they are cut")?;
    if u64::from_le_bytes(*hash) != xxh3_64(content) {
        return Err("their hash is another".to_owned());
    }
    let prepared = PreparedParties::from_bytes(content).map_err(|problem| problem.to_string())?;
    match prepared.len() {
        found if found == rows => Ok(prepared),
        found => Err(format!("expected {rows} counterparties, but got {found}")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::Counterparty;

    #[test]
    fn err_damaged_bytes_are_not_used() {
        let party =
            Counterparty { id: "C1".into(), name: "Alder Works".into(), ..Default::default() };
        let whole = sealed(PreparedParties::of(&[party], 1).to_bytes());
        assert_eq!(opened(&whole, 1).unwrap().id(0), "C1");
        assert_eq!(opened(&whole, 2).unwrap_err(), "expected 2 counterparties, but got 1");
        for at in 0..whole.len() {
            let mut damaged = whole.clone();
            damaged[at] ^= 1;
            assert!(opened(&damaged, 1).is_err(), "byte {at}");
            assert!(opened(&whole[..at], 1).is_err(), "cut at {at}");
        }
        assert!(opened(&sealed(vec![0; 27]), 1).is_err());
    }
}
