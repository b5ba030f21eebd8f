//! Everything that was recorded of a list before its entries had permanent ids, and the ids that
//! are added to it.

use jiff::Timestamp;
use jiff::civil::Date;

use crate::domain::{Alert, ChangeId, Entry, EntryId, ListCode};
use crate::store::entries::identified_entry;
use crate::store::row::Row;
use crate::store::statement::sql;
use crate::store::value::json;
use crate::store::{RecordedChange, Result, Store, changes};

/// One row of a list, with all that says when it was a state of the list.
#[derive(Clone, Debug, PartialEq)]
pub struct LoggedEntry {
    pub row: i64,
    pub source: String,
    pub entry: Entry,
    pub known_from: Timestamp,
    pub known_until: Option<Timestamp>,
    pub day_from: Option<Date>,
    pub day_until: Option<Date>,
    pub backfilled: bool,
}

/// A change with its number in the store.
#[derive(Clone, Debug, PartialEq)]
pub struct LoggedChange {
    pub seq: i64,
    pub recorded: RecordedChange,
    pub backfilled: bool,
}

/// The ids of what a list has recorded.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct AddedIds {
    /// The id of each row.
    pub entries: Vec<(i64, EntryId)>,
    /// For the number of each change: the id of its entry, and that of the entry before, if it is
    /// another one.
    pub changes: Vec<(i64, Option<EntryId>, Option<EntryId>)>,
}

impl Store {
    /// The lists with an entry that has no id yet.
    pub async fn lists_without_ids(&self) -> Result<Vec<ListCode>> {
        let statement = sql("SELECT DISTINCT list FROM entry WHERE entry_id IS NULL");
        let found: Vec<String> =
            self.pools.fetch("find entries without an id", statement, |row| row.text(0)).await?;
        let is_found = |list: &ListCode| found.iter().any(|code| code == list.as_str());
        Ok(ListCode::ALL.iter().copied().filter(is_found).collect())
    }

    /// All rows of a list, in the order in which they were stored.
    pub async fn entry_log(&self, list: ListCode) -> Result<Vec<LoggedEntry>> {
        let statement = sql("SELECT row, source, json, known_from, known_until, day_from, \
                             day_until, backfilled, entry_id \
                             FROM entry \
                             WHERE list = $1 \
                             ORDER BY row");
        let read = |row: &Row| {
            Ok(LoggedEntry {
                row: row.integer(0)?,
                source: row.text(1)?,
                entry: identified_entry(row, 2, 8)?,
                known_from: row.time(3)?,
                known_until: row.time_if_any(4)?,
                day_from: row.day_if_any(5)?,
                day_until: row.day_if_any(6)?,
                backfilled: row.truth(7)?,
            })
        };
        self.pools.fetch("read the entries of a list", statement.bind(list.as_str()), read).await
    }

    /// All changes of a list, in the order in which they were stored.
    pub async fn change_log(&self, list: ListCode) -> Result<Vec<LoggedChange>> {
        let statement = sql("SELECT source, base_id, alert_id, observed_at, accepted_at, \
                             unconfirmed, json, entry_id, before_id, seq, backfilled \
                             FROM change \
                             WHERE list = $1 \
                             ORDER BY seq");
        let read = |row: &Row| {
            Ok(LoggedChange {
                seq: row.integer(9)?,
                recorded: changes::recorded_change(row)?,
                backfilled: row.truth(10)?,
            })
        };
        self.pools.fetch("read the changes of a list", statement.bind(list.as_str()), read).await
    }

    /// Adds ids to entries, to changes, and to the changes in the alerts about them, in one
    /// transaction. It changes nothing else, and not the journal.
    pub async fn add_entry_ids(&self, ids: AddedIds) -> Result<()> {
        const ACTION: &str = "add the ids of entries";
        let mut tx = self.pools.begin(ACTION).await?;
        for (row, id) in ids.entries {
            let statement = sql("UPDATE entry SET entry_id = $1 WHERE row = $2");
            tx.execute(ACTION, statement.bind(id.as_str()).bind(row)).await?;
        }
        for (seq, id, before) in ids.changes {
            let statement = sql("UPDATE change SET entry_id = $1, before_id = $2 WHERE seq = $3")
                .bind(id.map(|id| id.0))
                .bind(before.map(|id| id.0))
                .bind(seq);
            tx.execute(ACTION, statement).await?;
        }
        // The alerts are rewritten one by one: a list may have thousands of them.
        let mut last = 0;
        loop {
            let next = sql("SELECT seq, json FROM alert \
                            WHERE seq > $1 AND type IN ('list.changed', 'list.corrected') \
                            ORDER BY seq \
                            LIMIT 1");
            let Some(row) = tx.fetch_one(ACTION, next.bind(last)).await? else { break };
            last = row.integer(0)?;
            let mut alert: Alert = row.json(1)?;
            let Some(source) = alert.body.source().map(str::to_owned) else { continue };
            let mut added = 0;
            for change in alert.body.changes_mut() {
                if change.entry.entry_id.is_some() {
                    continue;
                }
                let statement = sql("SELECT entry_id, before_id FROM change \
                                     WHERE source = $1 AND change_id = $2")
                .bind(source.as_str())
                .bind(ChangeId::as_str(&change.change_id));
                let Some(row) = tx.fetch_one(ACTION, statement).await? else { continue };
                changes::identify(change, row.text_if_any(0)?, row.text_if_any(1)?);
                added += 1;
            }
            if added > 0 {
                let statement = sql("UPDATE alert SET json = $1 WHERE seq = $2");
                tx.execute(ACTION, statement.bind(json(&alert)?).bind(last)).await?;
            }
        }
        tx.commit(ACTION).await
    }
}
