//! What one other source shows about a removed entry. Pure.

use jiff::civil::Date;

use crate::diff::sources::counterparts;
use crate::diff::sources::index::Index;
use crate::domain::Entry;

/// The list in one other source that is still checked, ready for lookups.
pub struct OtherList<'a> {
    pub source: &'a str,
    /// The date of the current entries.
    pub as_of: Date,
    /// The number of current entries.
    pub count: usize,
    pub current: Index<'a>,
    pub removed: Index<'a>,
    /// The date of each removal.
    pub removed_on: &'a [Date],
    /// The entries of the checked list before its changes.
    pub own: Index<'a>,
}

/// What another source shows about an entry.
pub enum Evidence {
    /// The entry is listed under this name.
    Listed {
        name: String,
    },
    /// The entry was removed, last on this day.
    Removed(Date),
    Unknown,
}

impl OtherList<'_> {
    /// What the source shows about an entry.
    pub fn evidence(&self, entry: &Entry) -> Evidence {
        let listed = counterparts::find(entry, &self.current, &self.own);
        if let Some(found) = listed.and_then(|found| self.current.get(found)) {
            return Evidence::Listed { name: found.name.clone() };
        }
        counterparts::find_all(entry, &self.removed, &self.own)
            .into_iter()
            .filter_map(|found| self.removed_on.get(found.position))
            .max()
            .map_or(Evidence::Unknown, |day| Evidence::Removed(*day))
    }

    /// The evidence about an entry, in the words that alerts and the API show.
    pub fn evidence_in_words(&self, entry: &Entry) -> String {
        let Self { source, as_of, .. } = self;
        match self.evidence(entry) {
            Evidence::Listed { name } => {
                format!("still listed in {source} as of {as_of}, as {name}")
            }
            Evidence::Removed(day) => format!("also removed from {source} since {day}"),
            Evidence::Unknown => format!("not found in {source} as of {as_of}"),
        }
    }

    /// How many of these entries the source still lists, and how many it removed too, in words.
    pub fn loss_in_words(&self, removed: &[&Entry]) -> String {
        let evidence: Vec<Evidence> = removed.iter().map(|entry| self.evidence(entry)).collect();
        let listed = evidence.iter().filter(|one| matches!(one, Evidence::Listed { .. })).count();
        let also = evidence.iter().filter(|one| matches!(one, Evidence::Removed(_))).count();
        let Self { source, as_of, count, .. } = self;
        format!(
            "{source}, as of {as_of}, has {count} entries and still lists {listed} of the {} that \
             are missing here; {also} are missing there too",
            removed.len()
        )
    }
}
