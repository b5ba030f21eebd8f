//! The changes of all lists.

use jiff::Timestamp;

use crate::domain::search::{Search, searched_text};
use crate::domain::{AlertId, Change, ChangeId, ChangeKind, Entry, EntryId, ListCode};
use crate::store::pools::Pools;
use crate::store::row::Row;
use crate::store::statement::{CHUNK, Sql, placeholders, sql};
use crate::store::transaction::Tx;
use crate::store::value::json;
use crate::store::{ChangeQuery, RecordedChange, Result, Store};

macro_rules! select_change {
    ($rest:literal) => {
        concat!(
            "SELECT source, base_id, alert_id, observed_at, accepted_at, unconfirmed, json, \
             entry_id, before_id \
             FROM change ",
            $rest
        )
    };
}
pub(super) use select_change;

impl Store {
    /// The changes that match. Those of the newest check come first; those of one check are in the
    /// order in which they were stored.
    pub async fn changes(&self, query: &ChangeQuery) -> Result<Vec<RecordedChange>> {
        let editorial = if query.editorial { None } else { Some(false) };
        let statement = sql(select_change!("WHERE 1 = 1"))
            .and_if(" AND source = $?", query.source.as_deref())
            .and_if(" AND list = $?", query.list.map(ListCode::as_str))
            .and_if(" AND kind = $?", query.kind.map(ChangeKind::as_str))
            .and_if(" AND observed_at >= $?", query.since)
            .and_if(" AND observed_at < $?", query.until)
            .and_if(" AND editorial = $?", editorial)
            .then(" ORDER BY observed_at DESC, seq");
        let search = query.search.as_deref().map(Search::new);
        if query.countries.is_empty() && search.is_none() {
            return read_changes(&self.pools, statement.limit(query.limit)).await;
        }
        let is_found = |change: &Change| {
            let mut states = [Some(&change.entry), change.before.as_ref()].into_iter().flatten();
            (query.countries.is_empty() || change.concerns_country(&query.countries))
                && search
                    .as_ref()
                    .is_none_or(|search| states.any(|entry| search.finds(&searched_text(entry))))
        };
        let read_if_found = |row: &Row| -> Result<Option<RecordedChange>> {
            Ok(Some(recorded_change(row)?).filter(|recorded| is_found(&recorded.change)))
        };
        let found = self.pools.fetch("read the changes", statement, read_if_found).await?;
        Ok(found.into_iter().flatten().take(query.limit.unwrap_or(usize::MAX)).collect())
    }

    /// Substantive (not editorial) changes of this list first observed at or after `since`, oldest
    /// first. Backfilled changes are left out.
    pub async fn recent_changes(
        &self,
        source: &str,
        list: ListCode,
        since: Timestamp,
    ) -> Result<Vec<RecordedChange>> {
        let statement = sql(select_change!(
            "WHERE source = $1 AND list = $2 AND observed_at >= $3 AND editorial = 0 \
             AND backfilled = 0 \
             ORDER BY observed_at, seq"
        ));
        read_changes(&self.pools, statement.bind(source).bind(list.as_str()).bind(since)).await
    }

    /// The changes with this id, one for each source that shows the change, oldest first.
    pub async fn changes_with_id(&self, id: &ChangeId) -> Result<Vec<RecordedChange>> {
        let statement = sql(select_change!("WHERE change_id = $1 ORDER BY observed_at, seq"));
        read_changes(&self.pools, statement.bind(id.as_str())).await
    }

    /// The changes of a listing, oldest first: those that resulted in an entry of it, and those by
    /// which it became another entry.
    pub async fn changes_of_entry(&self, id: &EntryId) -> Result<Vec<RecordedChange>> {
        let statement =
            sql(select_change!("WHERE entry_id = $1 OR before_id = $1 ORDER BY observed_at, seq"));
        read_changes(&self.pools, statement.bind(id.as_str())).await
    }

    /// How many changes with each of these base ids are stored for the source. An id without a
    /// change is absent. Backfilled changes do not count.
    pub async fn recurrences(
        &self,
        source: &str,
        base_ids: &[ChangeId],
    ) -> Result<Vec<(ChangeId, u32)>> {
        let mut wanted: Vec<&ChangeId> = base_ids.iter().collect();
        wanted.sort();
        wanted.dedup();
        let mut counts = Vec::new();
        for ids in wanted.chunks(CHUNK) {
            let text = format!(
                "SELECT base_id, COUNT(*) \
                 FROM change \
                 WHERE source = $1 AND backfilled = 0 AND base_id IN ({}) \
                 GROUP BY base_id \
                 ORDER BY base_id",
                placeholders(1, ids.len())
            );
            let statement = sql(text).bind(source).bind_all(ids.iter().map(|id| id.as_str()));
            counts.extend(
                self.pools
                    .fetch("count recurrences", statement, |row| {
                        Ok((ChangeId(row.text(0)?), row.count32(1)?))
                    })
                    .await?,
            );
        }
        Ok(counts)
    }
}

async fn read_changes(pools: &Pools, statement: Sql) -> Result<Vec<RecordedChange>> {
    pools.fetch("read the changes", statement, recorded_change).await
}

/// Reads the columns of `select_change`.
pub fn recorded_change(row: &Row) -> Result<RecordedChange> {
    let mut change: Change = row.json(6)?;
    identify(&mut change, row.text_if_any(7)?, row.text_if_any(8)?);
    Ok(RecordedChange {
        source: row.text(0)?,
        base_id: ChangeId(row.text(1)?),
        alert_id: row.text_if_any(2)?.map(AlertId),
        observed_at: row.time(3)?,
        accepted_at: row.time_if_any(4)?,
        unconfirmed: row.truth(5)?,
        change,
    })
}

/// Adds the ids of its entries to a change. `before` is the id of the entry before, if it is
/// another listing.
pub fn identify(change: &mut Change, entry_id: Option<String>, before: Option<String>) {
    change.entry.entry_id = entry_id.map(EntryId);
    if let Some(entry) = &mut change.before {
        entry.entry_id = before.map(EntryId).or_else(|| change.entry.entry_id.clone());
    }
}

/// The ids of the entry of a change, and of the entry before if it is another listing.
pub fn ids_of(change: &Change) -> (Option<&EntryId>, Option<&EntryId>) {
    let id = change.entry.entry_id.as_ref();
    let before = change.before.as_ref().and_then(|before| before.entry_id.as_ref());
    (id, before.filter(|before| Some(*before) != id))
}

/// The change without the ids of its entries, which stand in their own columns.
fn without_ids(change: &Change) -> Change {
    let without_id = |entry: &Entry| Entry { entry_id: None, ..entry.clone() };
    Change {
        entry: without_id(&change.entry),
        before: change.before.as_ref().map(without_id),
        ..change.clone()
    }
}

/// Inserts changes. A change whose id is already stored for its source is left as it is.
pub async fn write(tx: &mut Tx, changes: &[RecordedChange], backfilled: bool) -> Result<()> {
    let row = |recorded: &RecordedChange| {
        let change = &recorded.change;
        let (entry_id, before_id) = ids_of(change);
        Ok(vec![
            change.change_id.as_str().into(),
            recorded.base_id.as_str().into(),
            recorded.source.as_str().into(),
            change.entry.list.as_str().into(),
            change.kind.as_str().into(),
            change.editorial.into(),
            recorded.observed_at.into(),
            recorded.accepted_at.into(),
            recorded.unconfirmed.into(),
            recorded.alert_id.as_ref().map(|id| id.as_str()).into(),
            backfilled.into(),
            json(&without_ids(change))?,
            entry_id.map(EntryId::as_str).into(),
            before_id.map(EntryId::as_str).into(),
        ])
    };
    let head = "INSERT INTO change (change_id, base_id, source, list, kind, editorial, \
                observed_at, accepted_at, unconfirmed, alert_id, backfilled, json, entry_id, \
                before_id)";
    let rows = changes.iter().map(row).collect::<Result<_>>()?;
    tx.insert("write changes", head, 14, "ON CONFLICT (source, change_id) DO NOTHING", rows).await
}
