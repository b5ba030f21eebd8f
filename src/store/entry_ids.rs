//! Which permanent ids the entries of a list have, for the ids of new entries.

use crate::domain::{Entry, EntryId, ListCode};
use crate::store::row::Row;
use crate::store::statement::{CHUNK, placeholders, sql};
use crate::store::{Result, Store, entries};

impl Store {
    /// The sources that have a list, by name.
    pub async fn sources_of_list(&self, list: ListCode) -> Result<Vec<String>> {
        let statement = sql("SELECT source FROM list_state WHERE list = $1 ORDER BY source");
        let read = |row: &Row| row.text(0);
        self.pools.fetch("read the sources of a list", statement.bind(list.as_str()), read).await
    }

    /// The last state of each listing that is not current in its source, with the source, oldest
    /// first. What checks found counts before what was backfilled.
    pub async fn ended_entries(&self, list: ListCode) -> Result<Vec<(String, Entry)>> {
        let statement = sql("SELECT e.source, e.json, e.entry_id \
                             FROM entry e \
                             JOIN (SELECT COALESCE(MAX(CASE WHEN backfilled = 0 THEN row END), \
                             MAX(row)) AS row \
                             FROM entry \
                             WHERE list = $1 AND entry_id IS NOT NULL \
                             GROUP BY source, entry_id \
                             HAVING COUNT(CASE WHEN backfilled = 0 AND known_until IS NULL \
                             THEN 1 END) = 0) last ON last.row = e.row \
                             ORDER BY e.row");
        let read = |row: &Row| Ok((row.text(0)?, entries::identified_entry(row, 1, 2)?));
        self.pools.fetch("read the ended entries", statement.bind(list.as_str()), read).await
    }

    /// The entries of the first document of a list that a check accepted.
    pub async fn first_entries(&self, source: &str, list: ListCode) -> Result<Vec<Entry>> {
        let statement = sql("SELECT json, entry_id \
                             FROM entry \
                             WHERE source = $1 AND list = $2 AND backfilled = 0 \
                             AND known_from = (SELECT MIN(known_from) \
                             FROM entry \
                             WHERE source = $1 AND list = $2 AND backfilled = 0) \
                             ORDER BY row");
        let read = |row: &Row| entries::identified_entry(row, 0, 1);
        let statement = statement.bind(source).bind(list.as_str());
        self.pools.fetch("read the first entries", statement, read).await
    }

    /// Those of these ids that an entry has.
    pub async fn taken_entry_ids(&self, ids: &[EntryId]) -> Result<Vec<EntryId>> {
        self.entry_ids_among(ids, "").await
    }

    /// Those of these ids that an entry of a checked list has, and not only backfilled ones.
    pub async fn checked_entry_ids(&self, ids: &[EntryId]) -> Result<Vec<EntryId>> {
        self.entry_ids_among(ids, "AND backfilled = 0 ").await
    }

    async fn entry_ids_among(&self, ids: &[EntryId], condition: &str) -> Result<Vec<EntryId>> {
        let mut found = Vec::new();
        for ids in ids.chunks(CHUNK) {
            let text = format!(
                "SELECT DISTINCT entry_id FROM entry WHERE entry_id IN ({}) {condition}",
                placeholders(0, ids.len())
            );
            let statement = sql(text).bind_all(ids.iter().map(EntryId::as_str));
            let read = |row: &Row| Ok(EntryId(row.text(0)?));
            found.extend(self.pools.fetch("find ids of entries", statement, read).await?);
        }
        Ok(found)
    }
}
