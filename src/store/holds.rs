//! The lists that wait for a person's decision.

use crate::domain::{Hold, HoldId};
use crate::store::row::Row;
use crate::store::statement::sql;
use crate::store::transaction::Tx;
use crate::store::value::json;
use crate::store::{Result, Store};

impl Store {
    /// All holds, or only the open ones, oldest first.
    pub async fn holds(&self, open_only: bool) -> Result<Vec<Hold>> {
        let statement = sql(if open_only {
            "SELECT source, json FROM hold WHERE state = 'open' ORDER BY opened_at, seq"
        } else {
            "SELECT source, json FROM hold ORDER BY opened_at, seq"
        });
        self.pools.fetch("read the holds", statement, hold_of).await
    }

    pub async fn hold(&self, id: &HoldId) -> Result<Option<Hold>> {
        let statement = sql("SELECT source, json FROM hold WHERE hold_id = $1").bind(id.as_str());
        self.pools.fetch_one("read a hold", statement).await?.as_ref().map(hold_of).transpose()
    }
}

/// Writes a hold, and replaces what is stored under its id.
pub async fn write(tx: &mut Tx, hold: &Hold) -> Result<()> {
    let statement = sql("INSERT INTO hold (hold_id, source, state, opened_at, json) \
                         VALUES ($1, $2, $3, $4, $5) \
                         ON CONFLICT (hold_id) DO UPDATE \
                         SET source = excluded.source, state = excluded.state, \
                         opened_at = excluded.opened_at, json = excluded.json")
    .bind(hold.hold_id.as_str())
    .bind(hold.source.as_str())
    .bind(hold.state.as_str())
    .bind(hold.opened_at)
    .bind(json(hold)?);
    tx.execute("write a hold", statement).await?;
    Ok(())
}

/// The name of the source is taken from its column, because a source can be renamed.
fn hold_of(row: &Row) -> Result<Hold> {
    Ok(Hold { source: row.text(0)?, ..row.json(1)? })
}
