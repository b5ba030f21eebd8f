//! All recorded states of one listing, and the listings of a name.

use std::collections::BTreeSet;

use crate::domain::same::name_key;
use crate::domain::{Entry, EntryId};
use crate::store::entries::{historic_entry, identified_entry};
use crate::store::row::Row;
use crate::store::statement::sql;
use crate::store::{HistoricEntry, Result, Store};

impl Store {
    /// The states of a listing in all sources, with whether each was backfilled, in the order in
    /// which they were stored.
    pub async fn states_of_entry(&self, id: &EntryId) -> Result<Vec<(HistoricEntry, bool)>> {
        let statement = sql("SELECT source, json, known_from, known_until, listed_from, \
                             listed_until, entry_id, backfilled \
                             FROM entry \
                             WHERE entry_id = $1 \
                             ORDER BY row");
        let read = |row: &Row| Ok((historic_entry(row)?, row.truth(7)?));
        self.pools.fetch("read the states of an entry", statement.bind(id.as_str()), read).await
    }

    /// The listings that ever had this name in a list. If there is none, those that ever had it as
    /// an alias. Case, spaces and punctuation do not matter.
    pub async fn entries_named(&self, name: &str) -> Result<Vec<EntryId>> {
        let wanted = name_key(name);
        // Every spelling of the name has its longest word.
        let word = name
            .split(|letter: char| !letter.is_alphanumeric())
            .max_by_key(|word| word.chars().count());
        let Some(word) = word.filter(|word| !word.is_empty()) else { return Ok(Vec::new()) };
        let statement = sql("SELECT json, entry_id \
                             FROM entry \
                             WHERE entry_id IS NOT NULL AND search LIKE $1 \
                             ORDER BY row")
        .bind(format!("%{}%", word.to_lowercase()));
        let read = |row: &Row| {
            let entry = identified_entry(row, 0, 1)?;
            Ok(entry.entry_id.clone().map(|id| (id, how_named(&entry, &wanted))))
        };
        let found = self.pools.fetch("find entries by name", statement, read).await?;
        let of = |kind: Named| {
            let mut seen = BTreeSet::new();
            let ids = found.iter().flatten().filter(|(_, named)| *named == kind);
            ids.map(|(id, _)| id.clone()).filter(|id| seen.insert(id.clone())).collect::<Vec<_>>()
        };
        let by_name = of(Named::Name);
        Ok(if by_name.is_empty() { of(Named::Alias) } else { by_name })
    }
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Named {
    Name,
    Alias,
    Otherwise,
}

fn how_named(entry: &Entry, wanted: &str) -> Named {
    if name_key(&entry.name) == wanted {
        Named::Name
    } else if entry.aliases.iter().any(|alias| name_key(alias) == wanted) {
        Named::Alias
    } else {
        Named::Otherwise
    }
}
