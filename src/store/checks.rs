//! Writing what was observed, and reading what the next observation is compared with.

use jiff::Timestamp;
use jiff::tz::TimeZone;

use crate::domain::{ChangeId, Document, Entry, ListCode, ListState, Sha256, SourceState};
use crate::store::sql::{Db, Row, Tx, placeholders, sql};
use crate::store::value::{Value, json};
use crate::store::{
    Check, ListUpdate, Observation, RecordedChange, Result, Store, StoreError, StoredEntry, holds,
    journal, outbox, rules,
};

/// Ids that one statement asks for.
const IDS: usize = 500;

async fn read_source_states(db: &Db, source: Option<&str>) -> Result<Vec<SourceState>> {
    let statement = sql("SELECT source, state FROM source_state")
        .and_if(" WHERE source = $?", source)
        .then(" ORDER BY source");
    let read = |row: &Row| Ok(SourceState { source: row.text(0)?, ..row.json(1)? });
    db.fetch("read the sources", statement, read).await
}

impl Store {
    pub async fn source_state(&self, source: &str) -> Result<Option<SourceState>> {
        Ok(read_source_states(&self.db, Some(source)).await?.into_iter().next())
    }

    pub async fn source_states(&self) -> Result<Vec<SourceState>> {
        read_source_states(&self.db, None).await
    }

    pub async fn list_states(&self, source: &str) -> Result<Vec<ListState>> {
        let statement = sql("SELECT source, state FROM list_state WHERE source = $1 ORDER BY list")
            .bind(source);
        let read = |row: &Row| Ok(ListState { source: row.text(0)?, ..row.json(1)? });
        self.db.fetch("read the lists", statement, read).await
    }

    /// The rows of a list that are held now, in the order in which they were first held.
    pub async fn held_entries(&self, source: &str, list: ListCode) -> Result<Vec<StoredEntry>> {
        let statement = sql("SELECT row, json FROM entry WHERE source = $1 AND list = $2 AND \
                         known_until IS NULL AND backfilled = 0 ORDER BY row");
        self.db
            .fetch(
                "read the held entries",
                statement.bind(source).bind(list.as_str()),
                stored_entry,
            )
            .await
    }
}

pub fn stored_entry(row: &Row) -> Result<StoredEntry> {
    let mut entry: Entry = row.json(1)?;
    entry.shrink_to_fit();
    Ok(StoredEntry { row: row.integer(0)?, entry })
}

impl Store {
    pub async fn document(&self, sha256: &Sha256) -> Result<Option<Document>> {
        let statement =
            sql("SELECT size_bytes, fetched_at, content FROM document WHERE sha256 = $1")
                .bind(sha256.as_str());
        let read = |row: Row| {
            Ok(Document {
                sha256: sha256.clone(),
                size_bytes: row.count(0)?,
                fetched_at: row.time(1)?,
                compressed: row.bytes(2)?.into(),
            })
        };
        self.db.fetch_one("read a document", statement).await?.map(read).transpose()
    }

    /// How many changes with each of these base ids are recorded for the source; absent: none.
    pub async fn recurrences(
        &self,
        source: &str,
        base_ids: &[ChangeId],
    ) -> Result<Vec<(ChangeId, u32)>> {
        let mut wanted: Vec<&ChangeId> = base_ids.iter().collect();
        wanted.sort();
        wanted.dedup();
        let mut counts = Vec::new();
        for ids in wanted.chunks(IDS) {
            let text = format!(
                "SELECT base_id, COUNT(*) FROM change WHERE source = $1 AND backfilled = 0 AND \
             base_id IN ({}) GROUP BY base_id ORDER BY base_id",
                placeholders(1, ids.len())
            );
            let statement = sql(text).bind(source).bind_all(ids.iter().map(|id| id.as_str()));
            counts.extend(
                self.db
                    .fetch("count recurrences", statement, |row| {
                        Ok((ChangeId(row.text(0)?), row.count32(1)?))
                    })
                    .await?,
            );
        }
        Ok(counts)
    }

    /// Writes an observation in one transaction. Alerts, deliveries and (within a source) changes
    /// whose ids are recorded already are left as they are. Rows to close that are not held
    /// (any more) refuse the whole: [`StoreError::Stale`].
    pub async fn record(&self, observation: Observation) -> Result<()> {
        const ACTION: &str = "record an observation";
        let Observation {
            at,
            check,
            document,
            source,
            lists,
            holds,
            changes,
            alerts,
            rules,
            texts,
            journal,
        } = observation;
        let mut tx = self.db.begin(ACTION).await?;
        for document in document.into_iter().chain(texts) {
            write_document(&mut tx, document).await?;
        }
        for list in lists {
            update_list(&mut tx, list, at).await?;
        }
        outbox::send_out(&mut tx, &alerts).await?;
        write_changes(&mut tx, &changes, false).await?;
        for hold in &holds {
            holds::write(&mut tx, hold).await?;
        }
        for rule in &rules {
            rules::write(&mut tx, rule).await?;
        }
        if let Some(source) = source {
            let statement = sql("INSERT INTO source_state (source, state) VALUES ($1, $2) ON \
                             CONFLICT (source) DO UPDATE SET state = excluded.state");
            tx.execute(
                "write a source's state",
                statement.bind(source.source.as_str()).bind(json(&source)?),
            )
            .await?;
        }
        if let Some(check) = check {
            write_check(&mut tx, check).await?;
        }
        journal::enter(&mut tx, at, &journal).await?;
        tx.commit(ACTION).await
    }
}

async fn write_document(tx: &mut Tx, document: Document) -> Result<()> {
    let statement = sql("INSERT INTO document (sha256, size_bytes, fetched_at, content) VALUES \
                         ($1, $2, $3, $4) ON CONFLICT (sha256) DO NOTHING")
    .bind(document.sha256.as_str())
    .bind(document.size_bytes)
    .bind(document.fetched_at)
    .bind(Vec::from(document.compressed));
    tx.execute("keep a document", statement).await?;
    Ok(())
}

async fn update_list(tx: &mut Tx, update: ListUpdate, at: Timestamp) -> Result<()> {
    let ListUpdate { state, close, open } = update;
    let statement = sql("INSERT INTO list_state (source, list, state) VALUES ($1, $2, $3) ON \
                         CONFLICT (source, list) DO UPDATE SET state = excluded.state")
    .bind(state.source.as_str())
    .bind(state.list.as_str())
    .bind(json(&state)?);
    tx.execute("write a list's state", statement).await?;

    let day = state.as_of.unwrap_or_else(|| day_of(at));
    for rows in close.chunks(IDS) {
        let text = format!(
            "UPDATE entry SET known_until = $1, listed_until = $2, day_until = $3 WHERE source = \
             $4 AND list = $5 AND backfilled = 0 AND known_until IS NULL AND row IN ({})",
            placeholders(5, rows.len())
        );
        let statement = sql(text)
            .bind(at)
            .bind(state.as_of)
            .bind(day)
            .bind(state.source.as_str())
            .bind(state.list.as_str());
        let closed = tx.execute("close entries", statement.bind_all(rows.iter().copied())).await?;
        if closed != rows.len() as u64 {
            return Err(StoreError::Stale { source_name: state.source, list: state.list });
        }
    }
    // Some at a time: a whole list as the rows of a table would take as much memory again as the
    // list.
    for entries in open.chunks(IDS) {
        let rows = entries
            .iter()
            .map(|entry| entry_row(&state.source, entry, at, state.as_of, false))
            .collect::<Result<_>>()?;
        write_entries(tx, rows).await?;
    }
    Ok(())
}

pub async fn write_entries(tx: &mut Tx, rows: Vec<Vec<Value>>) -> Result<()> {
    let head = "INSERT INTO entry (source, list, content_hash, json, search, known_from, \
                listed_from, day_from, backfilled)";
    tx.insert("write entries", head, 9, "", rows).await
}

pub fn entry_row(
    source: &str,
    entry: &Entry,
    at: Timestamp,
    as_of: Option<jiff::civil::Date>,
    backfilled: bool,
) -> Result<Vec<Value>> {
    Ok(vec![
        source.into(),
        entry.list.as_str().into(),
        entry.content_hash().as_str().into(),
        json(entry)?,
        search_text(entry).into(),
        at.into(),
        as_of.into(),
        as_of.unwrap_or_else(|| day_of(at)).into(),
        backfilled.into(),
    ])
}

/// One line for each text, so that no search finds what runs from one into the next.
fn search_text(entry: &Entry) -> String {
    let texts = [&entry.name]
        .into_iter()
        .chain(&entry.aliases)
        .chain(&entry.addresses)
        .chain([&entry.remarks]);
    texts.map(|text| text.to_lowercase()).collect::<Vec<_>>().join("\n")
}

fn day_of(time: Timestamp) -> jiff::civil::Date {
    time.to_zoned(TimeZone::UTC).date()
}

pub async fn write_changes(
    tx: &mut Tx,
    changes: &[RecordedChange],
    backfilled: bool,
) -> Result<()> {
    let row = |recorded: &RecordedChange| {
        let change = &recorded.change;
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
            json(change)?,
        ])
    };
    let head = "INSERT INTO change (change_id, base_id, source, list, kind, editorial, \
                observed_at, accepted_at, unconfirmed, alert_id, backfilled, json)";
    let rows = changes.iter().map(row).collect::<Result<_>>()?;
    tx.insert("write changes", head, 12, "ON CONFLICT (source, change_id) DO NOTHING", rows).await
}

async fn write_check(tx: &mut Tx, check: Check) -> Result<()> {
    let statement = sql("INSERT INTO source_check (source, at, duration_ms, outcome, detail, \
                         sha256) VALUES ($1, $2, $3, $4, $5, $6)")
    .bind(check.source)
    .bind(check.at)
    .bind(check.duration_ms)
    .bind(check.outcome)
    .bind(check.detail)
    .bind(check.sha256.map(|hash| hash.0));
    tx.execute("write a check", statement).await?;
    Ok(())
}

impl Store {
    /// A new `[[source]] previously = "old"`: all that is recorded under the old name stands under
    /// the new one, but for the alerts' texts, which stay as they were sent. False, and nothing
    /// is done: the old is not known, or the new is already.
    pub async fn rename_source(&self, old: &str, new: &str, at: Timestamp) -> Result<bool> {
        const ACTION: &str = "rename a source";
        let mut tx = self.db.begin(ACTION).await?;
        let known =
            sql("SELECT COUNT(CASE WHEN source = $1 THEN 1 END), COUNT(CASE WHEN source = $2 \
                     THEN 1 END) FROM source_state");
        let Some(row) = tx.fetch_one(ACTION, known.bind(old).bind(new)).await? else {
            return Ok(false);
        };
        if row.count(0)? == 0 || row.count(1)? > 0 {
            return Ok(false);
        }
        for text in [
            "UPDATE source_state SET source = $2 WHERE source = $1",
            "UPDATE list_state SET source = $2 WHERE source = $1",
            "UPDATE entry SET source = $2 WHERE source = $1",
            "UPDATE change SET source = $2 WHERE source = $1",
            "UPDATE alert SET source = $2 WHERE source = $1",
            "UPDATE hold SET source = $2 WHERE source = $1",
            "UPDATE rule SET source = $2 WHERE source = $1",
            "UPDATE source_check SET source = $2 WHERE source = $1",
        ] {
            tx.execute(ACTION, sql(text).bind(old).bind(new)).await?;
        }
        let event = crate::domain::journal::JournalEvent {
            kind: "source.renamed".to_owned(),
            data: serde_json::json!({ "from": old, "to": new }),
        };
        journal::enter(&mut tx, at, &[event]).await?;
        tx.commit(ACTION).await?;
        Ok(true)
    }
}

#[cfg(test)]
mod tests {
    use super::super::{Mode, StoreUrl, sqlite};
    use super::*;

    fn observation(names: std::ops::Range<u32>) -> Observation {
        let at = Timestamp::UNIX_EPOCH;
        let state = ListState {
            source: "csl".to_owned(),
            list: ListCode::EL,
            baseline_at: at,
            count: names.len(),
            recent_counts: Vec::new(),
            document_sha256: Sha256::of(b""),
            observed_at: at,
            as_of: None,
            rejected_content: None,
        };
        let open = names
            .map(|n| Entry::named(ListCode::EL, format!("{n} {}", "x".repeat(2000))))
            .collect();
        let journal = vec![crate::domain::journal::JournalEvent {
            kind: "check".to_owned(),
            data: serde_json::json!({}),
        }];
        Observation {
            at,
            lists: vec![ListUpdate { state, close: Vec::new(), open }],
            journal,
            ..Observation::default()
        }
    }

    /// SQLite answers a file that may not grow as it does a disk that is full: it undoes a
    /// statement of many rows by itself, and of one row the whole transaction.
    #[tokio::test]
    async fn a_full_disk_loses_nothing_and_what_failed_succeeds_when_there_is_space() {
        let folder = tempfile::tempdir().unwrap();
        let url = StoreUrl::sqlite_file(folder.path().join("record.db"));
        let store =
            sqlite::open(url.sqlite_path().unwrap(), url.to_string(), Mode::Write).await.unwrap();
        store.record(observation(0..10)).await.unwrap();
        let Db::Sqlite { writer: Some(writer), .. } = &store.db else {
            panic!("expected a writer to SQLite")
        };

        let compressed = bytes::Bytes::from(vec![b'x'; 1 << 20]);
        let document = Document {
            sha256: Sha256::of(b"x"),
            size_bytes: 1 << 20,
            fetched_at: Timestamp::UNIX_EPOCH,
            compressed,
        };
        let of_many_rows = observation(10..1000);
        let of_one_row = Observation { document: Some(document), ..observation(10..1000) };
        for observation in [of_many_rows, of_one_row.clone(), of_one_row.clone()] {
            sqlx::query("PRAGMA max_page_count = 1").execute(writer).await.unwrap();
            let error = store.record(observation).await.unwrap_err();
            assert!(error.is_full(), "{error}");
            assert!(error.to_string().contains("database or disk is full"), "{error}");
            store.ping().await.unwrap();
            assert_eq!(store.held_entries("csl", ListCode::EL).await.unwrap().len(), 10);
            assert_eq!(store.journal(0, 10).await.unwrap().len(), 1);
        }

        sqlx::query("PRAGMA max_page_count = 1000000").execute(writer).await.unwrap();
        store.record(of_one_row).await.unwrap();
        assert_eq!(store.held_entries("csl", ListCode::EL).await.unwrap().len(), 1000);
        assert_eq!(store.journal(0, 10).await.unwrap().len(), 2);
        let second =
            sqlite::open(url.sqlite_path().unwrap(), url.to_string(), Mode::Write).await.err();
        assert!(
            matches!(second, Some(StoreError::InUse { .. })),
            "the lock outlives the connections: {second:?}"
        );
    }

    #[tokio::test]
    async fn a_link_to_a_record_is_that_record() {
        let folder = tempfile::tempdir().unwrap();
        let (file, link) = (folder.path().join("record.db"), folder.path().join("link.db"));
        std::os::unix::fs::symlink(&file, &link).unwrap();
        let first = sqlite::open(&file, "first".to_owned(), Mode::Write).await.unwrap();
        let second = sqlite::open(&link, "second".to_owned(), Mode::Write).await.err();
        assert!(matches!(second, Some(StoreError::InUse { .. })), "{second:?}");
        drop(first);
    }

    #[tokio::test]
    async fn a_record_that_begins_no_write_is_not_well() {
        let folder = tempfile::tempdir().unwrap();
        let url = StoreUrl::sqlite_file(folder.path().join("record.db"));
        let store =
            sqlite::open(url.sqlite_path().unwrap(), url.to_string(), Mode::Write).await.unwrap();
        let Db::Sqlite { writer: Some(writer), .. } = &store.db else {
            panic!("expected a writer to SQLite")
        };
        store.ping().await.unwrap();
        let underway = writer.begin_with("BEGIN IMMEDIATE").await.unwrap();
        store.ping().await.unwrap();
        underway.rollback().await.unwrap();
        sqlx::query("BEGIN").execute(writer).await.unwrap();
        // The connection is given back by a task of its own.
        while writer.num_idle() == 0 {
            tokio::task::yield_now().await;
        }
        assert!(
            store.ping().await.unwrap_err().to_string().starts_with("failed to begin a write: ")
        );
    }
}
