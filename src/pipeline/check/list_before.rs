//! Everything that is known of one list before a document is compared with it. Pure.

use std::collections::{BTreeSet, HashSet};

use jiff::Timestamp;

use crate::domain::{Change, Entry, ListState};
use crate::pipeline::alerting::other_sources::OtherSources;
use crate::store::StoredEntry;

/// From this many missing entries on, the other sources are asked about the loss. Fewer are an
/// everyday change.
const MANY_MISSING: usize = 5;

/// One list before a document is compared with it.
#[derive(Debug, Default)]
pub struct ListBefore {
    /// `None`: no document has had a plausible list yet.
    pub state: Option<ListState>,
    pub entries: Vec<StoredEntry>,
    /// The list in other sources. Only filled if the document misses many entries.
    pub others: OtherSources,
    /// Removals that rules order. They do not count as a loss.
    pub ordered_removals: Vec<Change>,
    /// If the document is an older copy: since when the publisher has served nothing newer.
    pub older_since: Option<Timestamp>,
    /// The unknown columns of the previous document. Those that rows have values in need not be
    /// among them.
    pub columns: BTreeSet<String>,
    /// The unknown columns of this document, in the same way.
    pub document_columns: BTreeSet<String>,
}

impl ListBefore {
    /// Whether `entries`, those of the document, lack so many current entries that the other
    /// sources matter.
    pub fn misses_many(&self, entries: &[Entry]) -> bool {
        let names: HashSet<&str> = entries.iter().map(|entry| entry.name.as_str()).collect();
        let missing = self
            .entries
            .iter()
            .filter(|stored| !names.contains(stored.entry.name.as_str()))
            .take(MANY_MISSING)
            .count();
        missing >= MANY_MISSING || entries.len() + MANY_MISSING <= self.entries.len()
    }
}
