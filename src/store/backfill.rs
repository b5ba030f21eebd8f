//! Writing a list's past, from the publisher's own past dates.

use jiff::Timestamp;

use crate::domain::ListCode;
use crate::domain::journal::JournalEvent;
use crate::store::sql::{placeholders, sql};
use crate::store::{
    HistorySpan, PastUpdate, Result, Store, StoreError, StoredEntry, checks, journal,
};

impl Store {
    pub async fn history_span(&self, source: &str, list: ListCode) -> Result<HistorySpan> {
        let statement =
            sql("SELECT MIN(CASE WHEN backfilled = 1 THEN day_from END), MAX(CASE WHEN \
                         backfilled = 1 THEN day_from END), MAX(CASE WHEN backfilled = 1 THEN \
                         day_until END), MIN(CASE WHEN backfilled = 0 THEN day_from END) FROM \
                         entry WHERE source = $1 AND list = $2");
        let row = self
            .db
            .fetch_one(
                "read how far the past is recorded",
                statement.bind(source).bind(list.as_str()),
            )
            .await?;
        let Some(row) = row else { return Ok(HistorySpan::default()) };
        Ok(HistorySpan {
            from: row.day_if_any(0)?,
            until: row.day_if_any(1)?.max(row.day_if_any(2)?),
            watched_from: row.day_if_any(3)?,
        })
    }

    /// Takes back what `record_history` wrote of a list, so that it can be written anew from an
    /// earlier date. The journal keeps what it says of it.
    pub async fn forget_history(
        &self,
        source: &str,
        list: ListCode,
        at: Timestamp,
        events: Vec<JournalEvent>,
    ) -> Result<()> {
        const ACTION: &str = "forget the past";
        let mut tx = self.db.begin(ACTION).await?;
        for text in [
            "DELETE FROM entry WHERE source = $1 AND list = $2 AND backfilled = 1",
            "DELETE FROM change WHERE source = $1 AND list = $2 AND backfilled = 1",
        ] {
            tx.execute(ACTION, sql(text).bind(source).bind(list.as_str())).await?;
        }
        journal::enter(&mut tx, at, &events).await?;
        tx.commit(ACTION).await
    }

    /// The rows written by `record_history` that no later date has closed.
    pub async fn open_history(&self, source: &str, list: ListCode) -> Result<Vec<StoredEntry>> {
        let statement = sql("SELECT row, json FROM entry WHERE source = $1 AND list = $2 AND \
                         backfilled = 1 AND listed_until IS NULL ORDER BY row");
        self.db
            .fetch(
                "read the past",
                statement.bind(source).bind(list.as_str()),
                checks::stored_entry,
            )
            .await
    }

    /// Writes what a list was on a past date. Dates are to be written in their order. For a day
    /// from which on the list was watched, what is written here answers nothing.
    pub async fn record_history(&self, past: PastUpdate) -> Result<()> {
        const ACTION: &str = "record the past";
        /// Rows that one statement closes.
        const ROWS: usize = 500;
        let PastUpdate { source, list, as_of, close, open, changes, at, journal } = past;
        let mut tx = self.db.begin(ACTION).await?;
        for rows in close.chunks(ROWS) {
            let text = format!(
                "UPDATE entry SET known_until = $1, listed_until = $2, day_until = $2 WHERE source = \
             $3 AND list = $4 AND backfilled = 1 AND listed_until IS NULL AND row IN ({})",
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
        let rows = open
            .iter()
            .map(|entry| checks::entry_row(&source, entry, at, Some(as_of), true))
            .collect::<Result<_>>()?;
        checks::write_entries(&mut tx, rows).await?;
        checks::write_changes(&mut tx, &changes, true).await?;
        journal::enter(&mut tx, at, &journal).await?;
        tx.commit(ACTION).await
    }
}
