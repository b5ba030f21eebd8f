//! The Consolidated Screening List of trade.gov: 29 columns, thirteen lists, one row an entry.
//!
//! The JSON is brought into the cells of the CSV and goes the same way from there, so that both
//! shapes of one list give equal entries. Knows nothing of where a document comes from and nothing
//! of an earlier one.

mod address;
mod cell;
mod cells;
mod collect;
mod column;
mod entry;
mod excerpt;
mod header;
mod json;
mod rows;
mod source;
mod table;
mod warnings;
mod watched_row;

pub use json::read_json;
pub use table::read_table;
pub use watched_row::{RowBytes, WatchedRow};
