//! The possible matches of counterparties with entries.

use jiff::Timestamp;

use crate::crash_point::CrashPoint;
use crate::domain::journal::JournalEvent;
use crate::domain::matching::match_record::MatchRecord;
use crate::domain::{AlertId, EntryId, MatchId, MatchState};
use crate::store::row::Row;
use crate::store::statement::{CHUNK, placeholders, sql};
use crate::store::transaction::Tx;
use crate::store::value::json;
use crate::store::{Fence, MatchQuery, MatchingRecord, Result, Store, journal, lease, watchlists};

/// A score in thousandths.
const THOUSAND: f64 = 1000.0;

impl Store {
    pub async fn match_record(&self, id: &MatchId) -> Result<Option<MatchRecord>> {
        let statement =
            sql("SELECT json, watchlist FROM possible_match WHERE match_id = $1").bind(id.as_str());
        let row = self.pools.fetch_one("read a match", statement).await?;
        row.as_ref().map(match_of).transpose()
    }

    /// The matches that are asked for: by watchlist, then in the order of the file, best first.
    pub async fn matches(&self, query: &MatchQuery) -> Result<Vec<MatchRecord>> {
        let mut statement = sql("SELECT m.json, m.watchlist \
                                 FROM possible_match m \
                                 LEFT JOIN counterparty c ON c.watchlist = m.watchlist \
                                 AND c.id = m.id AND c.incarnation = m.incarnation \
                                 WHERE 1 = 1");
        if !query.with_ended {
            statement = statement.then(" AND m.ended = 0");
        }
        let statement = statement
            .and_if(" AND m.watchlist = $?", query.watchlist.as_deref())
            .and_if(" AND m.state = $?", query.state.map(MatchState::as_str))
            .then(" ORDER BY m.watchlist, c.position, m.id, m.score DESC, m.seq");
        self.pools.fetch("read the matches", statement, match_of).await
    }

    /// The matches with these entries, also those that have ended.
    pub async fn matches_of_entries(&self, entries: &[EntryId]) -> Result<Vec<MatchRecord>> {
        let mut found = Vec::new();
        for chunk in entries.chunks(CHUNK) {
            let text = format!(
                "SELECT json, watchlist FROM possible_match WHERE entry_id IN ({}) ORDER BY seq",
                placeholders(0, chunk.len())
            );
            let statement = sql(text).bind_all(chunk.iter().map(EntryId::as_str));
            found.extend(
                self.pools.fetch("read the matches of entries", statement, match_of).await?,
            );
        }
        Ok(found)
    }

    /// The matches of these counterparties of a watchlist, also those that have ended.
    pub async fn matches_of_counterparties(
        &self,
        watchlist: &str,
        ids: &[&str],
    ) -> Result<Vec<MatchRecord>> {
        let mut found = Vec::new();
        for chunk in ids.chunks(CHUNK) {
            let text = format!(
                "SELECT json, watchlist FROM possible_match \
                 WHERE watchlist = $1 AND id IN ({}) ORDER BY seq",
                placeholders(1, chunk.len())
            );
            let statement = sql(text).bind(watchlist).bind_all(chunk.iter().copied());
            found.extend(
                self.pools.fetch("read the matches of counterparties", statement, match_of).await?,
            );
        }
        Ok(found)
    }

    /// The matches of a watchlist with addresses that many entries share, also those that have
    /// ended.
    pub async fn matches_of_shared_addresses(&self, watchlist: &str) -> Result<Vec<MatchRecord>> {
        let mut found = self.matches_of_no_entry(watchlist).await?;
        found.retain(|record| !record.found.sharing.is_empty());
        Ok(found)
    }

    /// The matches of a watchlist with entries that a rule orders and no list shows yet, also those
    /// that have ended.
    pub async fn matches_of_ordered_entries(&self, watchlist: &str) -> Result<Vec<MatchRecord>> {
        let mut found = self.matches_of_no_entry(watchlist).await?;
        found.retain(|record| record.is_ordered_only);
        Ok(found)
    }

    /// The matches of a watchlist with what is in no list.
    async fn matches_of_no_entry(&self, watchlist: &str) -> Result<Vec<MatchRecord>> {
        // There are few of these. So the indexes find them, and the other matches are not read.
        let statement = sql("SELECT m.json, m.watchlist FROM possible_match m \
                             WHERE m.entry_id IN (SELECT p.entry_id \
                             FROM (SELECT DISTINCT entry_id FROM possible_match) p \
                             WHERE NOT EXISTS (SELECT 1 FROM entry e \
                             WHERE e.entry_id = p.entry_id)) \
                             ORDER BY m.seq");
        let mut found: Vec<MatchRecord> =
            self.pools.fetch("read the matches with no entry", statement, match_of).await?;
        found.retain(|record| record.found.watchlist == watchlist);
        Ok(found)
    }

    /// How many matches of each watchlist have this state, by name.
    pub async fn count_matches(&self, state: MatchState) -> Result<Vec<(String, u64)>> {
        let statement = sql("SELECT watchlist, COUNT(*) \
                             FROM possible_match \
                             WHERE state = $1 AND ended = 0 \
                             GROUP BY watchlist \
                             ORDER BY watchlist")
        .bind(state.as_str());
        let read = |row: &Row| Ok((row.text(0)?, row.count(1)?));
        self.pools.fetch("count the matches", statement, read).await
    }

    /// How many matches of each watchlist nobody has decided.
    pub async fn undecided_counts(&self) -> Result<Vec<(String, u64)>> {
        let statement = sql("SELECT watchlist, COUNT(*) FROM possible_match \
                             WHERE state IN ('open', 'stale') AND ended = 0 GROUP BY watchlist");
        let read = |row: &Row| Ok((row.text(0)?, row.count(1)?));
        self.pools.fetch("count the undecided matches", statement, read).await
    }

    /// The strong matches in these alerts that nobody has decided.
    pub async fn undecided_in(&self, alerts: &[AlertId]) -> Result<Vec<MatchId>> {
        let mut found: Vec<MatchId> = Vec::new();
        for chunk in alerts.chunks(CHUNK) {
            let text = format!(
                "SELECT DISTINCT m.match_id \
                 FROM possible_match m \
                 JOIN shown_match s ON s.match_id = m.match_id \
                 WHERE m.band = 'strong' AND m.state IN ('open', 'stale') AND m.ended = 0 \
                 AND s.alert_id IN ({}) ORDER BY m.match_id",
                placeholders(0, chunk.len())
            );
            let statement = sql(text).bind_all(chunk.iter().map(AlertId::as_str));
            let read = |row: &Row| Ok(MatchId(row.text(0)?));
            found.extend(self.pools.fetch("read the matches of alerts", statement, read).await?);
        }
        found.sort();
        found.dedup();
        Ok(found)
    }

    /// Changes a match in a transaction of its own, with its journal entry. `None` if no such match
    /// is stored.
    ///
    /// # Errors
    /// The inner error is that of `change`. Then nothing is written.
    pub async fn change_match<E>(
        &self,
        id: &MatchId,
        (at, fence): (Timestamp, &Fence),
        change: impl FnOnce(&mut MatchRecord) -> std::result::Result<JournalEvent, E>,
    ) -> Result<Option<std::result::Result<MatchRecord, E>>> {
        const ACTION: &str = "change a match";
        let mut tx = self.pools.begin(ACTION).await?;
        lease::check(&mut tx, fence).await?;
        let statement =
            sql("SELECT json, watchlist FROM possible_match WHERE match_id = $1").bind(id.as_str());
        let Some(row) = tx.fetch_one(ACTION, statement).await? else {
            tx.rollback(ACTION).await?;
            return Ok(None);
        };
        let mut record = match_of(&row)?;
        CrashPoint::MatchStepBegun.pass();
        let event = match change(&mut record) {
            Ok(event) => event,
            Err(refused) => {
                tx.rollback(ACTION).await?;
                return Ok(Some(Err(refused)));
            }
        };
        write_match(&mut tx, &record).await?;
        CrashPoint::MatchWritten.pass();
        journal::append(&mut tx, at, &[event]).await?;
        CrashPoint::MatchStepJournaled.pass();
        tx.commit(ACTION).await?;
        CrashPoint::MatchStepRecorded.pass();
        Ok(Some(Ok(record)))
    }
}

/// Writes what a comparison found.
pub async fn write(tx: &mut Tx, matching: &MatchingRecord) -> Result<()> {
    for state in &matching.watchlists {
        watchlists::write_state(tx, state).await?;
    }
    for update in &matching.counterparties {
        watchlists::write_counterparties(tx, update).await?;
    }
    for record in &matching.matches {
        write_match(tx, record).await?;
    }
    Ok(())
}

async fn write_match(tx: &mut Tx, record: &MatchRecord) -> Result<()> {
    let found = &record.found;
    let statement = sql("INSERT INTO possible_match (match_id, watchlist, id, incarnation, \
                         entry_id, state, band, score, ended, json) \
                         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10) \
                         ON CONFLICT (match_id) DO UPDATE \
                         SET watchlist = excluded.watchlist, id = excluded.id, \
                         incarnation = excluded.incarnation, entry_id = excluded.entry_id, \
                         state = excluded.state, band = excluded.band, score = excluded.score, \
                         ended = excluded.ended, json = excluded.json")
    .bind(found.match_id.as_str())
    .bind(found.watchlist.as_str())
    .bind(found.counterparty.id.as_str())
    .bind(record.incarnation)
    .bind(record.entry_id.as_str())
    .bind(found.state.as_str())
    .bind(found.band.as_str())
    .bind(thousandths(found.score))
    .bind(record.ended.is_some())
    .bind(json(record)?);
    tx.execute("write a match", statement).await?;
    Ok(())
}

#[expect(clippy::cast_possible_truncation, reason = "a score is between 0 and 1")]
fn thousandths(score: f64) -> i64 {
    (score * THOUSAND).round() as i64
}

/// Reads `json, watchlist`. A renamed watchlist has its new name in the column only.
pub fn match_of(row: &Row) -> Result<MatchRecord> {
    let mut record: MatchRecord = row.json(0)?;
    record.found.watchlist = row.text(1)?;
    Ok(record)
}
