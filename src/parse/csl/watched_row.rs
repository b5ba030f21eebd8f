//! One row of a watched list while its document is read: what it says is made into an entry only
//! where that is asked for.

use xxhash_rust::xxh3::xxh3_128;

use crate::domain::{Entry, ListCode};
use crate::parse::csl::cells::Cells;
use crate::parse::csl::column::Column;
use crate::parse::csl::entry::{entry_of, identifying_part};

/// A row that was read; it lives no longer than the call that is handed it.
#[derive(Clone, Copy, Debug)]
pub struct WatchedRow<'a> {
    pub list: ListCode,
    pub(super) cells: Cells<'a>,
    /// Columns that are not known: their keys, in order, each with a value without the space
    /// around it.
    pub(super) extras: &'a [(String, String)],
    /// The row of a table as it stands there; a row of JSON cannot be read without what is around
    /// it.
    pub bytes: Option<RowBytes<'a>>,
}

/// Where a row of a table stands in its document, with its line break.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RowBytes<'a> {
    pub start: u64,
    pub length: u64,
    /// The row without its line break, and without the publisher's id where that comes first.
    pub(super) written: &'a str,
}

impl RowBytes<'_> {
    /// Rows of one header that have the same hash say the same. The hash resists accidents, not a
    /// forger: the two files are the publisher's, who can say what they like without one.
    pub fn hash(&self) -> [u64; 2] {
        let hash = xxh3_128(self.written.as_bytes());
        #[expect(clippy::cast_possible_truncation, reason = "its two halves")]
        [(hash >> 64) as u64, hash as u64]
    }
}

impl WatchedRow<'_> {
    pub fn entry(&self) -> Entry {
        entry_of(self.list, &self.cells, self.extras)
    }

    /// The entry with no more than what tells one party from another: names, addresses, citations,
    /// remarks, numbers and dates.
    pub fn identifying_part(&self) -> Entry {
        identifying_part(self.list, &self.cells)
    }

    pub fn name(&self) -> &str {
        self.cells.trimmed(Column::Name)
    }
}
