//! Checking that a journal is complete and was not changed. Knows no database.

use crate::domain::{JournalEntry, Sha256};

/// The first fault of a journal.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum JournalFault {
    #[error("expected journal entry {expected}, but got {found}: entries are missing or repeated")]
    Sequence { expected: u64, found: u64 },
    #[error("expected the hash of the previous entry in journal entry {seq}, but got another")]
    Chain { seq: u64 },
    #[error(
        "expected the hash of its content in journal entry {seq}, but got another: it was changed"
    )]
    Content { seq: u64 },
    #[error(
        "expected the hash {expected} in the journal, but none of its {entries} entries has it: \
         the end was cut off or rewritten"
    )]
    Head { expected: Sha256, entries: u64 },
}

/// Checks a journal entry by entry, so that it need not be in memory at once.
#[derive(Clone, Debug)]
pub struct Verifier {
    entries: u64,
    head: Sha256,
    /// The expected head, until an entry has it.
    missing: Option<Sha256>,
}

impl Verifier {
    /// `expected_head` is a head that was noted earlier (in an alert, on paper). Some entry of the
    /// journal must have it.
    pub fn new(expected_head: Option<Sha256>) -> Self {
        let head = JournalEntry::genesis();
        Self { entries: 0, missing: expected_head.filter(|expected| *expected != head), head }
    }

    /// Checks the next entry.
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
        if self.missing.as_ref() == Some(&entry.hash) {
            self.missing = None;
        }
        self.entries = entry.seq;
        self.head = entry.hash.clone();
        Ok(())
    }

    /// The number of entries and the head.
    pub fn finish(self) -> std::result::Result<(u64, Sha256), JournalFault> {
        match self.missing {
            Some(expected) => Err(JournalFault::Head { expected, entries: self.entries }),
            None => Ok((self.entries, self.head)),
        }
    }
}

/// Checks a complete journal: no entry is missing, the hash of each is that of its content, and
/// each names the hash of the one before. Returns the number of entries and the head.
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
    use jiff::Timestamp;

    use super::*;
    use crate::domain::journal::JournalEvent;

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
    fn ok_a_complete_journal_and_every_head_that_it_had() {
        let entries = journal(&["check", "check", "gap"]);
        let head = entries[2].hash.clone();
        assert_eq!(verify(entries.clone(), None), Ok((3, head.clone())));
        for noted in [&entries[0].hash, &entries[2].hash, &JournalEntry::genesis()] {
            assert_eq!(verify(entries.clone(), Some(noted)), Ok((3, head.clone())));
        }
        assert_eq!(verify([], None), Ok((0, JournalEntry::genesis())));
    }

    #[test]
    fn err_the_first_fault_is_reported() {
        let complete = journal(&["check", "check", "gap", "check"]);

        let mut altered = complete.clone();
        altered[1].data = "{}".to_owned();
        assert_eq!(verify(altered.clone(), None), Err(JournalFault::Content { seq: 2 }));

        // The hash of the altered entry was recomputed: the next entry no longer fits.
        let entry = &mut altered[1];
        entry.hash =
            JournalEntry::hash_of(entry.seq, entry.at, &entry.kind, &entry.data, &entry.previous);
        assert_eq!(verify(altered, None), Err(JournalFault::Chain { seq: 3 }));

        let mut incomplete = complete.clone();
        incomplete.remove(2);
        assert_eq!(verify(incomplete, None), Err(JournalFault::Sequence { expected: 3, found: 4 }));

        let mut cut = complete.clone();
        let head = cut.pop().map(|entry| entry.hash);
        assert!(matches!(verify(cut, head.as_ref()), Err(JournalFault::Head { entries: 3, .. })));
    }
}
