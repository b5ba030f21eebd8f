//! The reader's own counterparties: files of CSV, TSV or XLSX, or a folder of them.
//!
//! Knows the formats, the headers and the limits of a counterparty file. Must not know lists, the
//! matcher's rules or the store.
//!
//! # Layout
//!
//! - [`files`]: reads a file or a folder. The only file here that does I/O.
//! - `encoding`: bytes as text.
//! - `text_table`, `workbook`: rows of cells, each with its line.
//! - `open_quotes`: rows of a text whose quote is never closed.
//! - [`columns`]: which column holds what, by recognized or mapped headers.
//! - `headers`: the recognized ones.
//! - `cell_text`: line breaks and marks of HTML in a cell.
//! - [`row_problem`]: what is wrong with a row.
//! - [`rows`]: from cells to counterparties. A bad row is named with its line and costs no other
//!   row.

mod cell_text;
pub mod columns;
mod encoding;
pub mod error;
mod field;
pub mod files;
mod headers;
mod open_quotes;
pub mod row_problem;
pub mod rows;
mod text_table;
pub mod workbook;

pub use columns::Columns;
pub use error::{WatchlistError, WorkbookError};
pub use files::{Seen, look, read};
pub use row_problem::{RowProblem, RowProblemKind};
pub use rows::Watchlist;
pub use text_table::MOST_OPEN_ROWS;
