//! One row of a watched list while its document is read: what it says is made into an entry only where that is asked for.

use std::hash::{DefaultHasher, Hash as _, Hasher as _};

use sha2::{Digest as _, Sha256};

use super::column::{Cells, Column};
use super::entry::{entry_of, identifying_part};
use crate::domain::{Entry, ListCode};

/// A row that was read; it lives no longer than the call that is handed it.
#[derive(Clone, Copy, Debug)]
pub struct WatchedRow<'a> {
    pub list: ListCode,
    pub(super) cells: &'a Cells<'a>,
    /// Columns that are not known: their keys, in order, each with a value without the space around it.
    pub(super) extras: &'a [(String, String)],
    /// Where the row of a table stands; a row of JSON cannot be read without what is around it.
    pub bytes: Option<RowBytes>,
}

/// Where a row of a table stands in its document, with its line break.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RowBytes {
    pub start: u64,
    pub end: u64,
}

/// What tells a row from another without its text: rows of one content have equal marks, whatever the publisher's id.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Mark {
    /// Of every column but the id; half of a SHA-256, which no two different texts share.
    pub content: [u8; 16],
    /// Of the list and the name alone; names that share one by chance are only looked at in vain.
    pub name: u64,
}

impl WatchedRow<'_> {
    pub fn entry(&self) -> Entry {
        entry_of(self.list, self.cells, self.extras)
    }

    /// The entry with no more than what tells one party from another: names, addresses, citations, remarks, numbers and dates.
    pub fn identifying_part(&self) -> Entry {
        identifying_part(self.list, self.cells)
    }

    pub fn mark(&self) -> Mark {
        let columns = Column::ALL.iter().filter(|column| **column != Column::Id).map(|column| self.cells.get(*column));
        let extras = self.extras.iter().flat_map(|(key, text)| [key.as_str(), text.as_str()]);
        let mut name = DefaultHasher::new();
        (self.list, self.cells.trimmed(Column::Name)).hash(&mut name);
        Mark { content: hash_of(columns.chain(extras)), name: name.finish() }
    }
}

/// Each part goes in with its length, so that no part runs into the next.
fn hash_of<'a>(parts: impl Iterator<Item = &'a str>) -> [u8; 16] {
    let mut bytes = Vec::with_capacity(1024);
    for part in parts {
        bytes.extend_from_slice(&(part.len() as u64).to_le_bytes());
        bytes.extend_from_slice(part.as_bytes());
    }
    let digest = Sha256::digest(&bytes);
    std::array::from_fn(|at| digest.get(at).copied().unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn mark(list: ListCode, filled: &[(Column, &str)], extras: &[(String, String)]) -> Mark {
        let mut cells = Cells([""; Column::COUNT]);
        for (column, text) in filled {
            cells.0[*column as usize] = text;
        }
        WatchedRow { list, cells: &cells, extras, bytes: None }.mark()
    }

    #[test]
    fn ok_the_publishers_id_is_no_part_of_a_mark() {
        let row = |id| mark(ListCode::EL, &[(Column::Id, id), (Column::Name, "Alder Works")], &[]);
        assert_eq!(row("0a1b"), row("2c3d"));
    }

    #[test]
    fn err_text_that_moved_to_another_column_is_another_content_of_the_same_name() {
        let row = |column| mark(ListCode::EL, &[(Column::Name, " Alder Works"), (column, "5 Dock Road")], &[]);
        let (addressed, remarked) = (row(Column::Addresses), row(Column::Remarks));
        assert_ne!(addressed.content, remarked.content);
        assert_eq!(addressed.name, mark(ListCode::EL, &[(Column::Name, "Alder Works ")], &[]).name);
        assert_ne!(addressed.name, mark(ListCode::UVL, &[(Column::Name, "Alder Works")], &[]).name);
    }

    #[test]
    fn err_a_key_that_is_no_column_counts() {
        let extra = [("tier".to_owned(), "2".to_owned())];
        let name = [(Column::Name, "Alder Works")];
        assert_ne!(mark(ListCode::EL, &name, &extra).content, mark(ListCode::EL, &name, &[]).content);
    }
}
