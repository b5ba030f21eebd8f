//! The state of each list, and the step from its current entries to the next ones.

use jiff::Timestamp;

use crate::domain::{ListState, utc_day};
use crate::store::row::Row;
use crate::store::statement::{CHUNK, placeholders, sql};
use crate::store::transaction::Tx;
use crate::store::value::json;
use crate::store::{ListUpdate, Result, Store, StoreError, entries};

impl Store {
    /// The states of the lists of this source, by list code.
    pub async fn list_states(&self, source: &str) -> Result<Vec<ListState>> {
        let statement = sql("SELECT source, state FROM list_state WHERE source = $1 ORDER BY list")
            .bind(source);
        let read = |row: &Row| Ok(ListState { source: row.text(0)?, ..row.json(1)? });
        self.pools.fetch("read the lists", statement, read).await
    }
}

/// Writes the state of a list, closes the rows that are no longer current and opens the new ones.
///
/// # Errors
/// [`StoreError::Stale`] if a row to close is not current any more.
pub async fn update(tx: &mut Tx, update: ListUpdate, at: Timestamp) -> Result<()> {
    let ListUpdate { state, close, open } = update;
    let statement = sql("INSERT INTO list_state (source, list, state) \
                         VALUES ($1, $2, $3) \
                         ON CONFLICT (source, list) DO UPDATE \
                         SET state = excluded.state")
    .bind(state.source.as_str())
    .bind(state.list.as_str())
    .bind(json(&state)?);
    tx.execute("write a list's state", statement).await?;

    let day = state.as_of.unwrap_or_else(|| utc_day(at));
    for rows in close.chunks(CHUNK) {
        let text = format!(
            "UPDATE entry \
             SET known_until = $1, listed_until = $2, day_until = $3 \
             WHERE source = $4 AND list = $5 AND backfilled = 0 AND known_until IS NULL \
             AND row IN ({})",
            placeholders(5, rows.len())
        );
        let statement = sql(text)
            .bind(at)
            .bind(state.as_of)
            .bind(day)
            .bind(state.source.as_str())
            .bind(state.list.as_str());
        let closed = tx.execute("close entries", statement.bind_all(rows.iter().copied())).await?;
        if closed != rows.len() as u64 {
            return Err(StoreError::Stale { source_name: state.source, list: state.list });
        }
    }
    for chunk in open.chunks(CHUNK) {
        let rows = chunk
            .iter()
            .map(|entry| entries::row_of(&state.source, entry, at, state.as_of, false))
            .collect::<Result<_>>()?;
        entries::write(tx, rows).await?;
    }
    Ok(())
}
