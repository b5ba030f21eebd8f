//! The journal: each entry is chained to the one before, in the transaction that writes what it
//! reports. [`verify`](super::verify) checks the chain.

use jiff::Timestamp;

use crate::domain::journal::JournalEvent;
use crate::domain::{JournalEntry, Sha256};
use crate::store::row::Row;
use crate::store::statement::sql;
use crate::store::transaction::Tx;
use crate::store::value::{Value, to_microsecond};
use crate::store::{Result, Store};

impl Store {
    /// The last entry about the configuration in effect.
    pub async fn last_configuration(&self) -> Result<Option<JournalEntry>> {
        // The kind is written out, because the index has only entries of this kind.
        let statement = sql("SELECT seq, at, kind, data, previous, hash FROM journal \
                             WHERE kind = 'config.loaded' ORDER BY seq DESC LIMIT 1");
        let row = self.pools.fetch_one("read the journal", statement).await?;
        row.as_ref().map(entry_of).transpose()
    }

    /// The hash of the last entry.
    pub async fn journal_head(&self) -> Result<Sha256> {
        let row = self
            .pools
            .fetch_one(
                "read the journal",
                sql("SELECT hash FROM journal ORDER BY seq DESC LIMIT 1"),
            )
            .await?;
        row.map_or_else(|| Ok(JournalEntry::genesis()), |row| Ok(Sha256(row.text(0)?)))
    }

    /// The number of entries.
    pub async fn journal_length(&self) -> Result<u64> {
        let statement = sql("SELECT COALESCE(MAX(seq), 0) FROM journal");
        let row = self.pools.fetch_one("read the journal", statement).await?;
        row.map_or(Ok(0), |row| row.count(0))
    }

    /// Entries with `seq > after`, in order, at most `limit`.
    pub async fn journal(&self, after: u64, limit: usize) -> Result<Vec<JournalEntry>> {
        let statement = sql("SELECT seq, at, kind, data, previous, hash \
                 FROM journal \
                 WHERE seq > $1 \
                 ORDER BY seq \
                 LIMIT $2");
        self.pools.fetch("read the journal", statement.bind(after).bind(limit), entry_of).await
    }

    /// Adds entries to the journal, in a transaction of their own.
    pub async fn add_journal_entries(
        &self,
        at: Timestamp,
        events: Vec<JournalEvent>,
    ) -> Result<()> {
        const ACTION: &str = "write the journal";
        let mut tx = self.pools.begin(ACTION).await?;
        append(&mut tx, at, &events).await?;
        tx.commit(ACTION).await
    }
}

/// Adds entries to the chain.
pub async fn append(tx: &mut Tx, at: Timestamp, events: &[JournalEvent]) -> Result<()> {
    const ACTION: &str = "write the journal";
    if events.is_empty() {
        return Ok(());
    }
    let last = tx
        .fetch_one(ACTION, sql("SELECT seq, hash FROM journal ORDER BY seq DESC LIMIT 1"))
        .await?;
    let (mut seq, mut previous) = match last {
        Some(row) => (row.count(0)?, Sha256(row.text(1)?)),
        None => (0, JournalEntry::genesis()),
    };
    // The hash covers the time as it will be read back.
    let at = to_microsecond(at);
    let mut rows = Vec::with_capacity(events.len());
    for event in events {
        seq += 1;
        let entry = JournalEntry::new(seq, at, event, previous);
        rows.push(vec![
            entry.seq.into(),
            entry.at.into(),
            entry.kind.into(),
            entry.data.into(),
            Value::from(entry.previous.as_str()),
            entry.hash.as_str().into(),
        ]);
        previous = entry.hash;
    }
    tx.insert(ACTION, "INSERT INTO journal (seq, at, kind, data, previous, hash)", 6, "", rows)
        .await
}

/// Reads the columns `seq, at, kind, data, previous, hash`.
pub(super) fn entry_of(row: &Row) -> Result<JournalEntry> {
    Ok(JournalEntry {
        seq: row.count(0)?,
        at: row.time(1)?,
        kind: row.text(2)?,
        data: row.text(3)?,
        previous: Sha256(row.text(4)?),
        hash: Sha256(row.text(5)?),
    })
}
