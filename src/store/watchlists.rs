//! The counterparty files: what is in use of each.

use jiff::Timestamp;

use crate::domain::Counterparty;
use crate::domain::journal::JournalEvent;
use crate::domain::matching::watchlist_state::{StoredCounterparty, WatchlistState};
use crate::store::row::Row;
use crate::store::statement::sql;
use crate::store::transaction::Tx;
use crate::store::value::{Value, json};
use crate::store::{CounterpartyUpdate, Fence, Result, Store, journal, lease};

/// Rows of the table in one statement, so that a large file is not in memory twice.
const ROWS_AT_ONCE: usize = 5_000;
/// The longest key of the hashes in the journal, in characters.
const KEY_LENGTH: usize = 64;

impl Store {
    /// What is stored of each counterparty file, by name.
    pub async fn watchlist_states(&self) -> Result<Vec<WatchlistState>> {
        let statement = sql("SELECT json FROM watchlist ORDER BY name");
        self.pools.fetch("read the watchlists", statement, |row| row.json(0)).await
    }

    /// The counterparties of a watchlist that are in use, in the order of the file.
    pub async fn counterparties(&self, watchlist: &str) -> Result<Vec<StoredCounterparty>> {
        let statement = sql("SELECT position, incarnation, json, removed_at \
                             FROM counterparty \
                             WHERE watchlist = $1 AND removed_at IS NULL \
                             ORDER BY position, id")
        .bind(watchlist);
        self.pools.fetch("read the counterparties", statement, counterparty_of).await
    }

    /// The counterparties of a watchlist that were removed from it, the latest of each id last.
    pub async fn removed_counterparties(&self, watchlist: &str) -> Result<Vec<StoredCounterparty>> {
        let statement = sql("SELECT position, incarnation, json, removed_at \
                             FROM counterparty \
                             WHERE watchlist = $1 AND removed_at IS NOT NULL \
                             ORDER BY id, incarnation")
        .bind(watchlist);
        self.pools.fetch("read the removed counterparties", statement, counterparty_of).await
    }

    /// The key of the hashes of counterparties in the journal. `new_key` becomes it if there is
    /// none yet.
    pub async fn matching_key(&self, new_key: &str) -> Result<String> {
        const ACTION: &str = "read the key of hashes";
        let statement = || sql("SELECT hash_key FROM matching_key");
        if let Some(row) = self.pools.fetch_one(ACTION, statement()).await? {
            return row.text(0);
        }
        let key: String = new_key.chars().take(KEY_LENGTH).collect();
        let mut tx = self.pools.begin(ACTION).await?;
        let insert = sql("INSERT INTO matching_key (only_row, hash_key) \
                          VALUES (1, $1) \
                          ON CONFLICT (only_row) DO NOTHING")
        .bind(key.as_str());
        tx.execute(ACTION, insert).await?;
        let stored = tx.fetch_one(ACTION, statement()).await?;
        tx.commit(ACTION).await?;
        stored.map_or(Ok(key), |row| row.text(0))
    }

    /// Carries everything of a watchlist over to its new name, if nothing is stored under that.
    /// Returns whether it did.
    pub async fn rename_watchlist(&self, from: &str, to: &str, fence: &Fence) -> Result<bool> {
        const ACTION: &str = "rename a watchlist";
        let mut tx = self.pools.begin(ACTION).await?;
        lease::check(&mut tx, fence).await?;
        let state = |name: &str| sql("SELECT json FROM watchlist WHERE name = $1").bind(name);
        let has_new = tx.fetch_one(ACTION, state(to)).await?.is_some();
        let old = tx.fetch_one(ACTION, state(from)).await?;
        let Some(old) = old.filter(|_| !has_new) else {
            tx.rollback(ACTION).await?;
            return Ok(false);
        };
        let renamed = WatchlistState { name: to.to_owned(), ..old.json(0)? };
        let statement = sql("DELETE FROM watchlist WHERE name = $1").bind(from);
        tx.execute(ACTION, statement).await?;
        write_state(&mut tx, &renamed).await?;
        for table in ["counterparty", "possible_match", "prepared_watchlist"] {
            let text = format!("UPDATE {table} SET watchlist = $1 WHERE watchlist = $2");
            tx.execute(ACTION, sql(text).bind(to).bind(from)).await?;
        }
        tx.commit(ACTION).await?;
        Ok(true)
    }

    /// Removes everything of one counterparty: its rows, its matches, their decisions, and what
    /// messages show of them, also in the files of the database. Returns how many matches there
    /// were, or `None` if nothing is stored of it.
    pub async fn erase_counterparty(
        &self,
        watchlist: &str,
        id: &str,
        (at, fence): (Timestamp, &Fence),
        event: impl FnOnce(u64) -> JournalEvent,
    ) -> Result<Option<u64>> {
        const ACTION: &str = "erase a counterparty";
        let mut tx = self.pools.begin(ACTION).await?;
        lease::check(&mut tx, fence).await?;
        let shown = sql("DELETE FROM shown_match \
                         WHERE match_id IN (SELECT match_id \
                         FROM possible_match \
                         WHERE watchlist = $1 AND id = $2)");
        tx.execute(ACTION, shown.bind(watchlist).bind(id)).await?;
        let matches = sql("DELETE FROM possible_match WHERE watchlist = $1 AND id = $2");
        let matches = tx.execute(ACTION, matches.bind(watchlist).bind(id)).await?;
        let rows = sql("DELETE FROM counterparty WHERE watchlist = $1 AND id = $2");
        let rows = tx.execute(ACTION, rows.bind(watchlist).bind(id)).await?;
        // It has the words of all counterparties. The next check with a change rebuilds it.
        let prepared = sql("DELETE FROM prepared_watchlist WHERE watchlist = $1");
        tx.execute(ACTION, prepared.bind(watchlist)).await?;
        if rows == 0 && matches == 0 {
            tx.rollback(ACTION).await?;
            return Ok(None);
        }
        let state = sql("SELECT json FROM watchlist WHERE name = $1").bind(watchlist);
        if let Some(row) = tx.fetch_one(ACTION, state).await? {
            let mut state: WatchlistState = row.json(0)?;
            let count = sql("SELECT COUNT(*) \
                             FROM counterparty \
                             WHERE watchlist = $1 AND removed_at IS NULL")
            .bind(watchlist);
            let count = tx.fetch_one(ACTION, count).await?.map_or(Ok(0), |row| row.count(0))?;
            state.rows = usize::try_from(count).unwrap_or(usize::MAX);
            // What a daemon has in memory is not current any more.
            state.generation += 1;
            // Problems of rows quote the file.
            state.row_problems.clear();
            state.more_row_problems = 0;
            write_state(&mut tx, &state).await?;
        }
        journal::append(&mut tx, at, &[event(matches)]).await?;
        tx.commit(ACTION).await?;
        // It has what pages were before.
        if let Err(problem) = self.pools.empty_log(ACTION).await {
            tracing::warn!(
                "the counterparty is erased, but the log of the database keeps its text until it \
                 is used again: {problem}"
            );
        }
        Ok(Some(matches))
    }
}

/// Reads position, incarnation, JSON and the time of removal.
pub(super) fn counterparty_of(row: &Row) -> Result<StoredCounterparty> {
    Ok(StoredCounterparty {
        position: usize::try_from(row.count(0)?).unwrap_or(usize::MAX),
        incarnation: row.count32(1)?,
        party: row.json::<Counterparty>(2)?,
        removed_at: row.time_if_any(3)?,
    })
}

/// Writes the state of a watchlist.
pub async fn write_state(tx: &mut Tx, state: &WatchlistState) -> Result<()> {
    let statement = sql("INSERT INTO watchlist (name, json) \
                         VALUES ($1, $2) \
                         ON CONFLICT (name) DO UPDATE \
                         SET json = excluded.json")
    .bind(state.name.as_str())
    .bind(json(state)?);
    tx.execute("write a watchlist", statement).await?;
    Ok(())
}

/// Writes counterparties over what is stored under their ids.
pub async fn write_counterparties(tx: &mut Tx, update: &CounterpartyUpdate) -> Result<()> {
    for some in update.parties.chunks(ROWS_AT_ONCE) {
        let rows: Vec<Vec<Value>> = some
            .iter()
            .map(|stored| {
                Ok(vec![
                    update.watchlist.as_str().into(),
                    stored.party.id.as_str().into(),
                    stored.incarnation.into(),
                    stored.position.into(),
                    stored.removed_at.into(),
                    json(&stored.party)?,
                ])
            })
            .collect::<Result<_>>()?;
        tx.insert(
            "write counterparties",
            "INSERT INTO counterparty (watchlist, id, incarnation, position, removed_at, json)",
            6,
            "ON CONFLICT (watchlist, id, incarnation) DO UPDATE SET position = excluded.position, \
             removed_at = excluded.removed_at, json = excluded.json",
            rows,
        )
        .await?;
    }
    Ok(())
}
