//! What people and programs ask: changes, entries (now, on a day, as known at a time), alerts,
//! checks.

use jiff::Timestamp;

use crate::domain::{Alert, AlertId, ChangeId, ChangeKind, Citation, ListCode, Sha256};
use crate::store::sql::{Db, Row, Sql, placeholders, sql};
use crate::store::{
    AlertQuery, ChangeQuery, Check, EntryQuery, HistoricEntry, RecordedChange, Result, Store,
};

macro_rules! select_change {
    ($rest:literal) => {
        concat!(
            "SELECT source, base_id, alert_id, observed_at, accepted_at, unconfirmed, json FROM \
             change ",
            $rest
        )
    };
}

impl Store {
    /// Newest observation first; those of one observation in the order in which they were recorded.
    pub async fn changes(&self, query: &ChangeQuery) -> Result<Vec<RecordedChange>> {
        let editorial = if query.editorial { None } else { Some(false) };
        let statement = sql(select_change!("WHERE 1 = 1"))
            .and_if(" AND source = $?", query.source.as_deref())
            .and_if(" AND list = $?", query.list.map(ListCode::as_str))
            .and_if(" AND kind = $?", query.kind.map(ChangeKind::as_str))
            .and_if(" AND observed_at >= $?", query.since)
            .and_if(" AND observed_at < $?", query.until)
            .and_if(" AND editorial = $?", editorial)
            .then(" ORDER BY observed_at DESC, seq")
            .limit(query.limit);
        read_changes(&self.db, statement).await
    }

    /// Substantive changes first seen at or after `since` in this list.
    pub async fn recent_changes(
        &self,
        source: &str,
        list: ListCode,
        since: Timestamp,
    ) -> Result<Vec<RecordedChange>> {
        let statement = sql(select_change!(
            "WHERE source = $1 AND list = $2 AND observed_at >= $3 AND editorial = 0 AND backfilled = \
         0 ORDER BY observed_at, seq"
        ));
        read_changes(&self.db, statement.bind(source).bind(list.as_str()).bind(since)).await
    }
}

async fn read_changes(db: &Db, statement: Sql) -> Result<Vec<RecordedChange>> {
    let read = |row: &Row| {
        Ok(RecordedChange {
            source: row.text(0)?,
            base_id: ChangeId(row.text(1)?),
            alert_id: row.text_if_any(2)?.map(AlertId),
            observed_at: row.time(3)?,
            accepted_at: row.time_if_any(4)?,
            unconfirmed: row.truth(5)?,
            change: row.json(6)?,
        })
    };
    db.fetch("read the changes", statement, read).await
}

impl Store {
    /// By source and list, in the order in which they were first held.
    pub async fn entries(&self, query: &EntryQuery) -> Result<Vec<HistoricEntry>> {
        let mut statement = sql("SELECT source, json, known_from, known_until, listed_from, \
                             listed_until FROM entry e WHERE 1 = 1");
        if query.as_of.is_none() && query.known_at.is_none() {
            statement = statement.then(" AND known_until IS NULL AND backfilled = 0");
        }
        if let Some(day) = query.as_of {
            // What was written later from the publisher's past says nothing of the days from which on
            // the list was watched.
            statement = statement
            .and(" AND day_from <= $?", day)
            .and(" AND (day_until IS NULL OR day_until > $?)", day)
            .and(
                " AND (backfilled = 0 OR $? < COALESCE((SELECT MIN(w.day_from) FROM entry w WHERE \
                 w.source = e.source AND w.list = e.list AND w.backfilled = 0), '9999-12-31'))",
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
            .and_if(" AND search LIKE $? ESCAPE '\\'", query.search.as_deref().map(pattern))
            .then(" ORDER BY source, list, row")
            .limit(query.limit);
        let read = |row: &Row| {
            Ok(HistoricEntry {
                source: row.text(0)?,
                entry: row.json(1)?,
                known_from: row.time(2)?,
                known_until: row.time_if_any(3)?,
                listed_from: row.day_if_any(4)?,
                listed_until: row.day_if_any(5)?,
            })
        };
        self.db.fetch("read the entries", statement, read).await
    }
}

/// The pattern of LIKE that finds exactly this text, whatever its case.
fn pattern(search: &str) -> String {
    let mut pattern = String::from("%");
    for character in search.trim().to_lowercase().chars() {
        if matches!(character, '%' | '_' | '\\') {
            pattern.push('\\');
        }
        pattern.push(character);
    }
    pattern.push('%');
    pattern
}

impl Store {
    pub async fn alert(&self, id: &AlertId) -> Result<Option<Alert>> {
        let statement = sql("SELECT json FROM alert WHERE alert_id = $1").bind(id.as_str());
        self.db.fetch_one("read an alert", statement).await?.map(|row| row.json(0)).transpose()
    }

    /// Newest first.
    pub async fn alerts(&self, query: &AlertQuery) -> Result<Vec<Alert>> {
        let mut statement = sql("SELECT json FROM alert WHERE 1 = 1");
        if !query.kinds.is_empty() {
            // Before the limit: what a reader does not see must not take up the room of what it does.
            statement = statement
                .then(&format!(" AND type IN ({})", placeholders(0, query.kinds.len())))
                .bind_all(query.kinds.iter().map(|kind| kind.as_str()));
        }
        let statement = statement
            .and_if(" AND created_at >= $?", query.since)
            .and_if(" AND created_at < $?", query.until)
            .then(" ORDER BY created_at DESC, seq DESC")
            .limit(query.limit);
        self.db.fetch("read the alerts", statement, |row| row.json(0)).await
    }

    /// Alerts of this source that are attributed to one of these pages, oldest first, with the
    /// number of their changes.
    pub async fn alerts_citing(
        &self,
        source: &str,
        citations: &[Citation],
    ) -> Result<Vec<(AlertId, usize)>> {
        /// Citations that one statement asks for.
        const CITATIONS: usize = 500;
        let mut wanted: Vec<String> = citations.iter().map(ToString::to_string).collect();
        wanted.sort();
        wanted.dedup();
        let mut found = Vec::new();
        for citations in wanted.chunks(CITATIONS) {
            let text = format!(
                "SELECT seq, alert_id, changes FROM alert WHERE source = $1 AND alert_id IN (SELECT \
             alert_id FROM alert_citation WHERE citation IN ({}))",
                placeholders(1, citations.len())
            );
            let read = |row: &Row| {
                Ok((
                    row.integer(0)?,
                    AlertId(row.text(1)?),
                    usize::try_from(row.count(2)?).unwrap_or(usize::MAX),
                ))
            };
            found.extend(
                self.db
                    .fetch(
                        "find alerts by citation",
                        sql(text).bind(source).bind_all(citations),
                        read,
                    )
                    .await?,
            );
        }
        // An alert may cite pages of several chunks.
        found.sort();
        found.dedup();
        Ok(found.into_iter().map(|(_, id, changes)| (id, changes)).collect())
    }

    /// Newest first.
    pub async fn checks(&self, source: Option<&str>, limit: usize) -> Result<Vec<Check>> {
        let statement = sql(
            "SELECT source, at, duration_ms, outcome, detail, sha256 FROM source_check WHERE 1 = 1",
        )
        .and_if(" AND source = $?", source)
        .then(" ORDER BY seq DESC")
        .limit(Some(limit));
        let read = |row: &Row| {
            Ok(Check {
                source: row.text(0)?,
                at: row.time(1)?,
                duration_ms: row.count(2)?,
                outcome: row.text(3)?,
                detail: row.text(4)?,
                sha256: row.text_if_any(5)?.map(Sha256),
            })
        };
        self.db.fetch("read the checks", statement, read).await
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_search_finds_signs_of_the_pattern_literally() {
        assert_eq!(pattern(" 100%_A\\b "), "%100\\%\\_a\\\\b%");
    }
}
