//! The reader's own counterparties: files of CSV, TSV or XLSX, or a folder of them.
//!
//! Knows the formats, the headers and the limits of a counterparty file. Must not know lists, the
//! matcher's rules or the store.
//!
//! # Layout
//!
//! - [`files`]: reads a file or a folder. The only file here that does I/O.
//! - `text_table`, `workbook`: rows of cells, each with its line.
//! - `open_quotes`: rows of a text whose quote is never closed.
//! - [`columns`]: which column holds what, by recognized or mapped headers.
//! - [`rows`]: from cells to counterparties. A bad row is named with its line and costs no other
//!   row.

pub mod columns;
pub mod error;
pub mod files;
mod open_quotes;
pub mod rows;
mod text_table;
pub mod workbook;

pub use columns::Columns;
pub use error::{WatchlistError, WorkbookError};
pub use files::{Seen, look, read};
pub use rows::{RowProblem, Watchlist};
