//! The entries of all lists: the current ones, those of a past day, and those known at a past time.

use jiff::Timestamp;
use jiff::civil::Date;

use crate::domain::search::{self, Search};
use crate::domain::{Entry, EntryId, ListCode, OtherColumns, utc_day};
use crate::store::row::Row;
use crate::store::statement::sql;
use crate::store::transaction::Tx;
use crate::store::value::{Value, json};
use crate::store::{EntryQuery, HistoricEntry, Result, Store, StoredEntry};

impl Store {
    /// The current rows of a list, in the order in which they were first stored.
    pub async fn current_entries(&self, source: &str, list: ListCode) -> Result<Vec<StoredEntry>> {
        self.prepared_current_entries(source, list, |_| {}).await
    }

    /// Like `current_entries`, but passes each entry to `prepare` before the next one is read.
    pub async fn prepared_current_entries(
        &self,
        source: &str,
        list: ListCode,
        mut prepare: impl FnMut(&mut Entry),
    ) -> Result<Vec<StoredEntry>> {
        let statement = sql("SELECT row, json, entry_id \
                             FROM entry \
                             WHERE source = $1 AND list = $2 AND known_until IS NULL \
                             AND backfilled = 0 \
                             ORDER BY row");
        let mut previous = OtherColumns::default();
        let read = |row: &Row| {
            let mut stored = stored_entry(row)?;
            stored.entry.other.share_with(&previous);
            previous.clone_from(&stored.entry.other);
            prepare(&mut stored.entry);
            Ok(stored)
        };
        let statement = statement.bind(source).bind(list.as_str());
        self.pools.fetch("read the current entries", statement, read).await
    }

    /// The rows that match, by source and list, in the order in which they were first stored.
    pub async fn entries(&self, query: &EntryQuery) -> Result<Vec<HistoricEntry>> {
        const ACTION: &str = "read the entries";
        let mut statement = sql("SELECT source, json, known_from, known_until, listed_from, \
                                 listed_until, entry_id, search \
                                 FROM entry e \
                                 WHERE 1 = 1");
        if query.as_of.is_none() && query.known_at.is_none() {
            statement = statement.then(" AND known_until IS NULL AND backfilled = 0");
        }
        if let Some(day) = query.as_of {
            // A backfilled row counts only for the days before the list was watched.
            statement = statement
                .and(" AND day_from <= $?", day)
                .and(" AND (day_until IS NULL OR day_until > $?)", day)
                .and(
                    " AND (backfilled = 0 OR $? < \
                 COALESCE((SELECT MIN(w.day_from) \
                 FROM entry w \
                 WHERE w.source = e.source AND w.list = e.list AND w.backfilled = 0), \
                 '9999-12-31'))",
                    day,
                );
        }
        if let Some(time) = query.known_at {
            statement = statement
                .then(" AND backfilled = 0")
                .and(" AND known_from <= $?", time)
                .and(" AND (known_until IS NULL OR known_until > $?)", time);
        }
        let statement = statement
            .and_if(" AND source = $?", query.source.as_deref())
            .and_if(" AND list = $?", query.list.map(ListCode::as_str))
            .then(" ORDER BY source, list, row");
        let Some(search) = query.search.as_deref().map(Search::new) else {
            return self.pools.fetch(ACTION, statement.limit(query.limit), historic_entry).await;
        };
        let read_if_found = |row: &Row| -> Result<Option<HistoricEntry>> {
            search.finds(&row.text(7)?).then(|| historic_entry(row)).transpose()
        };
        let found = self.pools.fetch(ACTION, statement, read_if_found).await?;
        Ok(found.into_iter().flatten().take(query.limit.unwrap_or(usize::MAX)).collect())
    }
}

/// Reads `row, json, entry_id`.
pub fn stored_entry(row: &Row) -> Result<StoredEntry> {
    let mut entry = identified_entry(row, 1, 2)?;
    entry.shrink_to_fit();
    Ok(StoredEntry { row: row.integer(0)?, entry })
}

/// Reads `source, json, known_from, known_until, listed_from, listed_until, entry_id`.
pub fn historic_entry(row: &Row) -> Result<HistoricEntry> {
    Ok(HistoricEntry {
        source: row.text(0)?,
        entry: identified_entry(row, 1, 6)?,
        known_from: row.time(2)?,
        known_until: row.time_if_any(3)?,
        listed_from: row.day_if_any(4)?,
        listed_until: row.day_if_any(5)?,
    })
}

/// The entry of the column `json`, with the id of the column `entry_id`.
pub fn identified_entry(row: &Row, json: usize, entry_id: usize) -> Result<Entry> {
    let entry_id = row.text_if_any(entry_id)?.map(EntryId);
    Ok(Entry { entry_id, ..row.json(json)? })
}

/// Inserts rows that [`row_of`] made.
pub async fn write(tx: &mut Tx, rows: Vec<Vec<Value>>) -> Result<()> {
    let head = "INSERT INTO entry (source, list, content_hash, json, search, known_from, \
                listed_from, day_from, backfilled, entry_id)";
    tx.insert("write entries", head, 10, "", rows).await
}

/// The columns of a new row. `at` is when we first knew it; `as_of` is the publisher's date, if it
/// gives one.
pub fn row_of(
    source: &str,
    entry: &Entry,
    at: Timestamp,
    as_of: Option<Date>,
    backfilled: bool,
) -> Result<Vec<Value>> {
    Ok(vec![
        source.into(),
        entry.list.as_str().into(),
        entry.content_hash().as_str().into(),
        // The id stands in its own column, where it can be looked up.
        json(&Entry { entry_id: None, ..entry.clone() })?,
        search::searched_text(entry).into(),
        at.into(),
        as_of.into(),
        as_of.unwrap_or_else(|| utc_day(at)).into(),
        backfilled.into(),
        entry.entry_id.as_ref().map(EntryId::as_str).into(),
    ])
}
