//! The Consolidated Screening List of trade.gov: 29 columns, thirteen lists, one row per entry.
//!
//! The JSON is converted to the cells of the CSV and then read in the same way, so that both
//! formats of one list give equal entries. Knows neither where a document comes from nor any
//! earlier document.

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
mod watched_row;

pub use json::read_json;
pub use table::read_table;
pub use watched_row::{RowBytes, WatchedRow};
