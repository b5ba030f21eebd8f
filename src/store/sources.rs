//! The state of each source, and the change of a source's name.

use jiff::Timestamp;

use crate::domain::SourceState;
use crate::domain::journal::JournalEvent;
use crate::domain::journal_kind;
use crate::store::pools::Pools;
use crate::store::row::Row;
use crate::store::statement::sql;
use crate::store::transaction::Tx;
use crate::store::value::json;
use crate::store::{Fence, Result, Store, journal, lease};

impl Store {
    /// The state of one source, or `None` if it was never checked.
    pub async fn source_state(&self, source: &str) -> Result<Option<SourceState>> {
        Ok(read_source_states(&self.pools, Some(source)).await?.into_iter().next())
    }

    /// The states of all sources, by name.
    pub async fn source_states(&self) -> Result<Vec<SourceState>> {
        read_source_states(&self.pools, None).await
    }

    /// Moves everything that is stored under the name `old` to the name `new`, for a `[[source]]`
    /// with `previously = "old"`. The texts of alerts stay as they were sent.
    ///
    /// Returns false, and changes nothing, if `old` is unknown or `new` is already known.
    pub async fn rename_source(
        &self,
        old: &str,
        new: &str,
        at: Timestamp,
        fence: &Fence,
    ) -> Result<bool> {
        const ACTION: &str = "rename a source";
        let mut tx = self.pools.begin(ACTION).await?;
        lease::check(&mut tx, fence).await?;
        let known = sql("SELECT COUNT(CASE WHEN source = $1 THEN 1 END), \
                 COUNT(CASE WHEN source = $2 THEN 1 END) \
                 FROM source_state");
        let Some(row) = tx.fetch_one(ACTION, known.bind(old).bind(new)).await? else {
            return Ok(false);
        };
        if row.count(0)? == 0 || row.count(1)? > 0 {
            return Ok(false);
        }
        for text in [
            "UPDATE source_state SET source = $2 WHERE source = $1",
            "UPDATE list_state SET source = $2 WHERE source = $1",
            "UPDATE entry SET source = $2 WHERE source = $1",
            "UPDATE change SET source = $2 WHERE source = $1",
            "UPDATE alert SET source = $2 WHERE source = $1",
            "UPDATE hold SET source = $2 WHERE source = $1",
            "UPDATE rule SET source = $2 WHERE source = $1",
            "UPDATE section_text SET source = $2 WHERE source = $1",
            "UPDATE source_check SET source = $2 WHERE source = $1",
        ] {
            tx.execute(ACTION, sql(text).bind(old).bind(new)).await?;
        }
        let event = JournalEvent {
            kind: journal_kind::SOURCE_RENAMED.to_owned(),
            data: serde_json::json!({ "from": old, "to": new }),
        };
        journal::append(&mut tx, at, &[event]).await?;
        tx.commit(ACTION).await?;
        Ok(true)
    }
}

async fn read_source_states(pools: &Pools, source: Option<&str>) -> Result<Vec<SourceState>> {
    let statement = sql("SELECT source, state FROM source_state")
        .and_if(" WHERE source = $?", source)
        .then(" ORDER BY source");
    let read = |row: &Row| Ok(SourceState { source: row.text(0)?, ..row.json(1)? });
    pools.fetch("read the sources", statement, read).await
}

/// Writes the state of a source, and replaces the one before.
pub async fn write(tx: &mut Tx, source: &SourceState) -> Result<()> {
    let statement = sql("INSERT INTO source_state (source, state) \
                         VALUES ($1, $2) \
                         ON CONFLICT (source) DO UPDATE \
                         SET state = excluded.state")
    .bind(source.source.as_str())
    .bind(json(source)?);
    tx.execute("write a source's state", statement).await?;
    Ok(())
}
