//! Writing a list's past from the publisher's own past dates.
//!
//! Backfilled rows are kept apart from those of checks: they are never current.

use jiff::Timestamp;

use crate::domain::ListCode;
use crate::domain::journal::JournalEvent;
use crate::store::statement::{CHUNK, placeholders, sql};
use crate::store::{
    Fence, HistorySpan, PastUpdate, Result, Store, StoreError, StoredEntry, changes, entries,
    journal, lease,
};

impl Store {
    /// Which of the days of a list are stored.
    pub async fn history_span(&self, source: &str, list: ListCode) -> Result<HistorySpan> {
        let statement = sql("SELECT MIN(CASE WHEN backfilled = 1 THEN day_from END), \
                 MAX(CASE WHEN backfilled = 1 THEN day_from END), \
                 MAX(CASE WHEN backfilled = 1 THEN day_until END), \
                 MIN(CASE WHEN backfilled = 0 THEN day_from END) \
                 FROM entry \
                 WHERE source = $1 AND list = $2");
        let row = self
            .pools
            .fetch_one(
                "read the extent of the backfilled history",
                statement.bind(source).bind(list.as_str()),
            )
            .await?;
        let Some(row) = row else { return Ok(HistorySpan::default()) };
        Ok(HistorySpan {
            from: row.day_if_any(0)?,
            until: row.day_if_any(1)?.max(row.day_if_any(2)?),
            checked_from: row.day_if_any(3)?,
        })
    }

    /// The rows that `record_history` wrote and that no later date has closed.
    pub async fn open_history(&self, source: &str, list: ListCode) -> Result<Vec<StoredEntry>> {
        let statement = sql("SELECT row, json, entry_id \
                             FROM entry \
                             WHERE source = $1 AND list = $2 AND backfilled = 1 \
                             AND listed_until IS NULL \
                             ORDER BY row");
        self.pools
            .fetch(
                "read the backfilled history",
                statement.bind(source).bind(list.as_str()),
                entries::stored_entry,
            )
            .await
    }

    /// Writes what a list was on a past date. Dates must be written in ascending order. For a day
    /// on which the list was already watched, what is written here is never an answer.
    ///
    /// # Errors
    /// [`StoreError::Stale`] if a row to close is not open any more; then nothing is written.
    pub async fn record_history(&self, past: PastUpdate) -> Result<()> {
        const ACTION: &str = "record the backfilled history";
        let PastUpdate { source, list, as_of, at, .. } = past;
        let mut tx = self.pools.begin(ACTION).await?;
        lease::check(&mut tx, &past.fence).await?;
        for rows in past.close.chunks(CHUNK) {
            let text = format!(
                "UPDATE entry \
                 SET known_until = $1, listed_until = $2, day_until = $2 \
                 WHERE source = $3 AND list = $4 AND backfilled = 1 \
                 AND listed_until IS NULL AND row IN ({})",
                placeholders(4, rows.len())
            );
            let statement = sql(text)
                .bind(at)
                .bind(as_of)
                .bind(source.as_str())
                .bind(list.as_str())
                .bind_all(rows.iter().copied());
            if tx.execute(ACTION, statement).await? != rows.len() as u64 {
                return Err(StoreError::Stale { source_name: source, list });
            }
        }
        let rows = past
            .open
            .iter()
            .map(|entry| entries::row_of(&source, entry, at, Some(as_of), true))
            .collect::<Result<_>>()?;
        entries::write(&mut tx, rows).await?;
        changes::write(&mut tx, &past.changes, true).await?;
        for (old, new) in &past.joined {
            for text in [
                "UPDATE entry SET entry_id = $1 \
                 WHERE entry_id = $2 AND source = $3 AND list = $4 AND backfilled = 1",
                "UPDATE change SET entry_id = $1 \
                 WHERE entry_id = $2 AND source = $3 AND list = $4 AND backfilled = 1",
                "UPDATE change SET before_id = $1 \
                 WHERE before_id = $2 AND source = $3 AND list = $4 AND backfilled = 1",
            ] {
                let statement = sql(text)
                    .bind(new.as_str())
                    .bind(old.as_str())
                    .bind(source.as_str())
                    .bind(list.as_str());
                tx.execute(ACTION, statement).await?;
            }
        }
        journal::append(&mut tx, at, &past.journal).await?;
        tx.commit(ACTION).await
    }

    /// Deletes everything that `record_history` wrote of a list, so that it can be written again
    /// from an earlier date. Earlier journal entries stay; `events` are added at the time `at`.
    pub async fn forget_history(
        &self,
        source: &str,
        list: ListCode,
        at: Timestamp,
        events: Vec<JournalEvent>,
        fence: &Fence,
    ) -> Result<()> {
        const ACTION: &str = "delete the backfilled history";
        let mut tx = self.pools.begin(ACTION).await?;
        lease::check(&mut tx, fence).await?;
        for text in [
            "DELETE FROM entry WHERE source = $1 AND list = $2 AND backfilled = 1",
            "DELETE FROM change WHERE source = $1 AND list = $2 AND backfilled = 1",
        ] {
            tx.execute(ACTION, sql(text).bind(source).bind(list.as_str())).await?;
        }
        journal::append(&mut tx, at, &events).await?;
        tx.commit(ACTION).await
    }
}
