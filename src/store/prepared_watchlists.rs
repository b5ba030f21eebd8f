//! The counterparties in use of each watchlist, as a comparison reads them.

use crate::domain::matching::watchlist_state::StoredCounterparty;
use crate::store::statement::{placeholders, sql};
use crate::store::watchlists::counterparty_of;
use crate::store::{Fence, Result, Store, lease};

/// The most ids in one statement. SQLite takes 32,766 values, PostgreSQL 65,535.
const IDS_AT_ONCE: usize = 500;

/// What was prepared of a watchlist.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PreparedWatchlist {
    pub watchlist: String,
    /// Of the content in use.
    pub generation: u64,
    /// The version of the program, which alone can read it.
    pub made_by: String,
    pub content: Vec<u8>,
}

impl Store {
    /// What was prepared of this generation by this version of the program.
    pub async fn prepared_watchlist(
        &self,
        watchlist: &str,
        generation: u64,
        made_by: &str,
    ) -> Result<Option<Vec<u8>>> {
        let statement = sql("SELECT content \
                             FROM prepared_watchlist \
                             WHERE watchlist = $1 AND generation = $2 AND made_by = $3")
        .bind(watchlist)
        .bind(generation)
        .bind(made_by);
        let row = self.pools.fetch_one("read a prepared watchlist", statement).await?;
        row.map(|row| row.bytes(0)).transpose()
    }

    /// Replaces what was prepared before. The caller keeps the lock of the matches, so that nothing
    /// of an erased counterparty is stored again.
    pub async fn keep_prepared_watchlist(
        &self,
        prepared: PreparedWatchlist,
        fence: &Fence,
    ) -> Result<()> {
        const ACTION: &str = "keep a prepared watchlist";
        let mut tx = self.pools.begin(ACTION).await?;
        lease::check(&mut tx, fence).await?;
        let statement = sql("INSERT INTO prepared_watchlist \
                             (watchlist, generation, made_by, content) \
                             VALUES ($1, $2, $3, $4) \
                             ON CONFLICT (watchlist) DO UPDATE \
                             SET generation = excluded.generation, \
                             made_by = excluded.made_by, content = excluded.content")
        .bind(prepared.watchlist)
        .bind(prepared.generation)
        .bind(prepared.made_by)
        .bind(prepared.content);
        tx.execute(ACTION, statement).await?;
        tx.commit(ACTION).await
    }

    /// Those of the counterparties in use that have one of these ids, in the order of the file.
    pub async fn counterparties_of(
        &self,
        watchlist: &str,
        ids: &[&str],
    ) -> Result<Vec<StoredCounterparty>> {
        let mut found = Vec::with_capacity(ids.len());
        for some in ids.chunks(IDS_AT_ONCE) {
            let text = format!(
                "SELECT position, incarnation, json, removed_at \
                 FROM counterparty \
                 WHERE watchlist = $1 AND removed_at IS NULL AND id IN ({})",
                placeholders(1, some.len())
            );
            let statement = sql(text).bind(watchlist).bind_all(some.iter().copied());
            found
                .extend(self.pools.fetch("read counterparties", statement, counterparty_of).await?);
        }
        found.sort_by(|one, other| {
            (one.position, &one.party.id).cmp(&(other.position, &other.party.id))
        });
        Ok(found)
    }
}
