//! The cells of one row, whatever format they were read from.

use crate::parse::csl::column::Column;
use crate::parse::csl::header::Header;
use crate::parse::csl::rows::RowText;

/// The cells of one row as the CSV writes them, whatever they were read from.
#[derive(Clone, Copy, Debug)]
pub enum Cells<'a> {
    /// The fields of a table, under its header.
    Of(&'a Header, RowText<'a>),
    Each(&'a [&'a str; Column::COUNT]),
}

impl<'a> Cells<'a> {
    pub fn get(&self, column: Column) -> &'a str {
        match self {
            Cells::Of(header, text) => text.get(header.field_of(column)),
            Cells::Each(texts) => texts.get(column as usize).copied().unwrap_or_default(),
        }
    }

    /// Without the space around it.
    pub fn trimmed(&self, column: Column) -> &'a str {
        self.get(column).trim()
    }
}
