//! The cells of one row, whatever format they were read from.

use crate::parse::csl::column::Column;
use crate::parse::csl::header::Header;
use crate::parse::csl::rows::RowText;

/// The cells of one row as the CSV writes them.
#[derive(Clone, Copy, Debug)]
pub enum Cells<'a> {
    /// The fields of a row of a table, with its header.
    Of(&'a Header, RowText<'a>),
    /// The texts of a JSON row, by column.
    Each(&'a [&'a str; Column::COUNT]),
}

impl<'a> Cells<'a> {
    /// The text of a cell. Empty if the row has no such cell.
    pub fn get(&self, column: Column) -> &'a str {
        match self {
            Cells::Of(header, text) => text.get(header.field_of(column)),
            Cells::Each(texts) => texts.get(column as usize).copied().unwrap_or_default(),
        }
    }

    /// The text of a cell without the space around it.
    pub fn trimmed(&self, column: Column) -> &'a str {
        self.get(column).trim()
    }
}
