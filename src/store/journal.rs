//! The journal: its chain is made inside the transaction that writes what it tells of, and can be
//! checked by anybody.

use jiff::Timestamp;

use crate::domain::journal::JournalEvent;
use crate::domain::{JournalEntry, Sha256};
use crate::store::sql::{Row, Tx, sql};
use crate::store::value::{Value, to_microsecond};
use crate::store::{Result, Store};

/// Adds entries to the chain.
pub(crate) async fn enter(tx: &mut Tx, at: Timestamp, events: &[JournalEvent]) -> Result<()> {
    const ACTION: &str = "enter in the journal";
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
    // The hash is over the time as it is read back.
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

impl Store {
    pub async fn enter(&self, at: Timestamp, events: Vec<JournalEvent>) -> Result<()> {
        const ACTION: &str = "enter in the journal";
        let mut tx = self.db.begin(ACTION).await?;
        enter(&mut tx, at, &events).await?;
        tx.commit(ACTION).await
    }

    pub async fn journal_head(&self) -> Result<Sha256> {
        let row = self
            .db
            .fetch_one(
                "read the journal",
                sql("SELECT hash FROM journal ORDER BY seq DESC LIMIT 1"),
            )
            .await?;
        row.map_or_else(|| Ok(JournalEntry::genesis()), |row| Ok(Sha256(row.text(0)?)))
    }

    /// Entries with `seq > after`, in order, at most `limit`.
    pub async fn journal(&self, after: u64, limit: usize) -> Result<Vec<JournalEntry>> {
        let statement =
            sql("SELECT seq, at, kind, data, previous, hash FROM journal WHERE seq > $1 \
                         ORDER BY seq LIMIT $2");
        self.db.fetch("read the journal", statement.bind(after).bind(limit), entry_of).await
    }
}

fn entry_of(row: &Row) -> Result<JournalEntry> {
    Ok(JournalEntry {
        seq: row.count(0)?,
        at: row.time(1)?,
        kind: row.text(2)?,
        data: row.text(3)?,
        previous: Sha256(row.text(4)?),
        hash: Sha256(row.text(5)?),
    })
}

/// What is wrong with a journal; the first fault is told.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum JournalFault {
    #[error("expected journal entry {expected}, but got {found}: entries are missing or doubled")]
    Sequence { expected: u64, found: u64 },
    #[error("found in journal entry {seq} another previous hash than that of the entry before it")]
    Chain { seq: u64 },
    #[error("found in journal entry {seq} a hash that is not that of its content: it was changed")]
    Content { seq: u64 },
    #[error(
        "expected the hash {expected} in the journal, but none of its {entries} entries has it: \
         the end was cut off or written anew"
    )]
    Head { expected: Sha256, entries: u64 },
}

/// Checks a journal entry by entry, so that it need not be held whole.
#[derive(Clone, Debug)]
pub struct Verifier {
    entries: u64,
    head: Sha256,
    awaited: Option<Sha256>,
}

impl Verifier {
    /// `expected_head` is a head that was noted once (in an alert, on paper): it must stand
    /// somewhere in the journal.
    pub fn new(expected_head: Option<Sha256>) -> Self {
        let head = JournalEntry::genesis();
        Self { entries: 0, awaited: expected_head.filter(|expected| *expected != head), head }
    }

    pub fn check(&mut self, entry: &JournalEntry) -> std::result::Result<(), JournalFault> {
        let expected = self.entries + 1;
        if entry.seq != expected {
            return Err(JournalFault::Sequence { expected, found: entry.seq });
        }
        if entry.previous != self.head {
            return Err(JournalFault::Chain { seq: entry.seq });
        }
        if !entry.is_intact() {
            return Err(JournalFault::Content { seq: entry.seq });
        }
        if self.awaited.as_ref() == Some(&entry.hash) {
            self.awaited = None;
        }
        self.entries = entry.seq;
        self.head = entry.hash.clone();
        Ok(())
    }

    /// The number of entries and the head.
    pub fn finish(self) -> std::result::Result<(u64, Sha256), JournalFault> {
        match self.awaited {
            Some(expected) => Err(JournalFault::Head { expected, entries: self.entries }),
            None => Ok((self.entries, self.head)),
        }
    }
}

/// Checks a whole journal: no hole, each entry's hash that of its content, each with the hash of
/// the one before.
pub fn verify(
    entries: impl IntoIterator<Item = JournalEntry>,
    expected_head: Option<&Sha256>,
) -> std::result::Result<(u64, Sha256), JournalFault> {
    let mut verifier = Verifier::new(expected_head.cloned());
    for entry in entries {
        verifier.check(&entry)?;
    }
    verifier.finish()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn journal(kinds: &[&str]) -> Vec<JournalEntry> {
        let mut previous = JournalEntry::genesis();
        let entry = |(n, kind): (usize, &&str)| {
            let event =
                JournalEvent { kind: (*kind).to_owned(), data: serde_json::json!({ "n": n }) };
            let entry =
                JournalEntry::new(n as u64 + 1, Timestamp::UNIX_EPOCH, &event, previous.clone());
            previous = entry.hash.clone();
            entry
        };
        kinds.iter().enumerate().map(entry).collect()
    }

    #[test]
    fn ok_a_whole_journal_and_any_head_that_it_ever_had() {
        let entries = journal(&["check", "check", "gap"]);
        let head = entries[2].hash.clone();
        assert_eq!(verify(entries.clone(), None), Ok((3, head.clone())));
        for noted in [&entries[0].hash, &entries[2].hash, &JournalEntry::genesis()] {
            assert_eq!(verify(entries.clone(), Some(noted)), Ok((3, head.clone())));
        }
        assert_eq!(verify([], None), Ok((0, JournalEntry::genesis())));
    }

    #[test]
    fn err_the_first_fault_is_told() {
        let whole = journal(&["check", "check", "gap", "check"]);

        let mut altered = whole.clone();
        altered[1].data = "{}".to_owned();
        assert_eq!(verify(altered.clone(), None), Err(JournalFault::Content { seq: 2 }));

        // Altered with a hash made to fit: the next entry tells.
        let entry = &mut altered[1];
        entry.hash =
            JournalEntry::hash_of(entry.seq, entry.at, &entry.kind, &entry.data, &entry.previous);
        assert_eq!(verify(altered, None), Err(JournalFault::Chain { seq: 3 }));

        let mut holed = whole.clone();
        holed.remove(2);
        assert_eq!(verify(holed, None), Err(JournalFault::Sequence { expected: 3, found: 4 }));

        let mut cut = whole.clone();
        let head = cut.pop().map(|entry| entry.hash);
        assert!(matches!(verify(cut, head.as_ref()), Err(JournalFault::Head { entries: 3, .. })));
    }
}
