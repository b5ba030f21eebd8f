//! One row of a watched list while its document is read. It becomes an entry only on request.

use xxhash_rust::xxh3::xxh3_128;

use crate::domain::{Entry, ListCode};
use crate::parse::csl::cells::Cells;
use crate::parse::csl::column::Column;
use crate::parse::csl::entry::{entry_of, identifying_part};

/// A row that was read. It is valid only during the call that receives it.
#[derive(Clone, Copy, Debug)]
pub struct WatchedRow<'a> {
    pub list: ListCode,
    pub(super) cells: Cells<'a>,
    /// The keys and trimmed values of unknown columns, sorted by key.
    pub(super) extras: &'a [(String, String)],
    /// The bytes of the row in a table. `None` for JSON, where a row cannot be read without its
    /// context.
    pub bytes: Option<RowBytes<'a>>,
}

/// The place of a table row in its document, including its line break.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RowBytes<'a> {
    pub start: u64,
    pub length: u64,
    /// The row without its line break, and without the publisher's id if that is the first field.
    pub(super) written: &'a str,
}

impl RowBytes<'_> {
    /// The hash of the content. Rows under the same header with the same hash have the same
    /// content. The hash protects against accidents, not against forgery: both files come from the
    /// publisher, who can change their content anyway.
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

    /// The entry with only the fields that distinguish one party from another: names, addresses,
    /// citations, remarks, numbers and dates.
    pub fn identifying_part(&self) -> Entry {
        identifying_part(self.list, &self.cells)
    }

    pub fn name(&self) -> &str {
        self.cells.trimmed(Column::Name)
    }
}
