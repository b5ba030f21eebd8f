//! What a search and a picture need of every row: read in one pass, and looked up again by the
//! number of the row.

use std::collections::HashMap;

use jiff::Timestamp;
use jiff::civil::Date;
use serde::Deserialize;

use crate::domain::{AlertId, Change, EntryId, ListCode};
use crate::store::changes::recorded_change;
use crate::store::entries::historic_entry;
use crate::store::row::Row;
use crate::store::statement::{CHUNK, placeholders, sql};
use crate::store::{HistoricEntry, RecordedChange, Result, Store};

/// What a search needs of one row of a list.
pub struct EntryFacts {
    pub row: i64,
    pub source: String,
    pub list: ListCode,
    pub entry_id: Option<EntryId>,
    pub countries: Vec<String>,
    /// `domain::search::searched_text`
    pub text: String,
    pub known_from: Timestamp,
    pub known_until: Option<Timestamp>,
    pub day_from: Option<Date>,
    pub day_until: Option<Date>,
    pub backfilled: bool,
}

/// What a search needs of one change.
pub struct ChangeFacts {
    pub seq: i64,
    pub source: String,
    pub alert_id: Option<AlertId>,
    pub observed_at: Timestamp,
    pub backfilled: bool,
    pub change: Change,
}

/// Different after every write that can change what is listed or what changed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Marks {
    /// The last row of a list.
    pub entry: i64,
    /// The last change.
    pub change: i64,
    /// The last entry of the journal.
    pub journal: u64,
}

/// The columns of an entry that stand in its JSON only.
#[derive(Deserialize)]
struct CountriesOnly {
    list: ListCode,
    countries: Vec<String>,
}

impl Store {
    /// The numbers of the last rows that were written.
    pub async fn marks(&self) -> Result<Marks> {
        let statement = sql("SELECT COALESCE((SELECT MAX(row) FROM entry), 0), \
                             COALESCE((SELECT MAX(seq) FROM change), 0), \
                             COALESCE((SELECT MAX(seq) FROM journal), 0)");
        let row = self.pools.fetch_one("read the numbers of the last rows", statement).await?;
        let Some(row) = row else { return Ok(Marks::default()) };
        Ok(Marks { entry: row.integer(0)?, change: row.integer(1)?, journal: row.count(2)? })
    }

    /// Passes each row of all lists to `take`, in the order in which they were stored.
    pub async fn each_entry(&self, mut take: impl FnMut(EntryFacts)) -> Result<()> {
        let statement =
            sql("SELECT row, source, json, entry_id, search, known_from, known_until, \
                             day_from, day_until, backfilled \
                             FROM entry \
                             ORDER BY row");
        let read = |row: &Row| {
            let CountriesOnly { list, countries } = row.json(2)?;
            take(EntryFacts {
                row: row.integer(0)?,
                source: row.text(1)?,
                list,
                entry_id: row.text_if_any(3)?.map(EntryId),
                countries,
                text: row.text(4)?,
                known_from: row.time(5)?,
                known_until: row.time_if_any(6)?,
                day_from: row.day_if_any(7)?,
                day_until: row.day_if_any(8)?,
                backfilled: row.truth(9)?,
            });
            Ok(())
        };
        self.pools.fetch("read all entries", statement, read).await.map(drop)
    }

    /// Passes each change to `take`, in the order in which they were stored.
    pub async fn each_change(&self, mut take: impl FnMut(ChangeFacts)) -> Result<()> {
        let statement = sql("SELECT seq, source, alert_id, observed_at, backfilled, json \
                             FROM change \
                             ORDER BY seq");
        let read = |row: &Row| {
            take(ChangeFacts {
                seq: row.integer(0)?,
                source: row.text(1)?,
                alert_id: row.text_if_any(2)?.map(AlertId),
                observed_at: row.time(3)?,
                backfilled: row.truth(4)?,
                change: row.json(5)?,
            });
            Ok(())
        };
        self.pools.fetch("read all changes", statement, read).await.map(drop)
    }

    /// The rows of lists with these numbers, in this order, each with its number. A row that was
    /// deleted is left out.
    pub async fn entries_in_rows(&self, rows: &[i64]) -> Result<Vec<(i64, HistoricEntry)>> {
        let select = "SELECT source, json, known_from, known_until, listed_from, listed_until, \
                      entry_id, row FROM entry WHERE row IN";
        let read = |row: &Row| Ok((row.integer(7)?, historic_entry(row)?));
        self.in_order("read entries by their rows", select, rows, read).await
    }

    /// The changes with these numbers, in this order, each with its number. A change that was
    /// deleted is left out.
    pub async fn changes_numbered(&self, numbers: &[i64]) -> Result<Vec<(i64, RecordedChange)>> {
        let select = "SELECT source, base_id, alert_id, observed_at, accepted_at, unconfirmed, \
                      json, entry_id, before_id, seq FROM change WHERE seq IN";
        let read = |row: &Row| Ok((row.integer(9)?, recorded_change(row)?));
        self.in_order("read changes by their numbers", select, numbers, read).await
    }

    async fn in_order<T>(
        &self,
        action: &'static str,
        select: &str,
        numbers: &[i64],
        read: impl Fn(&Row) -> Result<(i64, T)>,
    ) -> Result<Vec<(i64, T)>> {
        let mut found = HashMap::with_capacity(numbers.len());
        for chunk in numbers.chunks(CHUNK) {
            let text = format!("{select} ({})", placeholders(0, chunk.len()));
            let statement = sql(text).bind_all(chunk.iter().copied());
            found.extend(self.pools.fetch(action, statement, &read).await?);
        }
        Ok(numbers.iter().filter_map(|number| found.remove_entry(number)).collect())
    }
}
