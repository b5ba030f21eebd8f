//! The JSON of the reading commands and of the API: what the store holds, as
//! `{"changes": [objects]}`.
//!
//! Fields follow Entry and Change if they apply. Times are RFC 3339 in UTC. One file per row type.
//! Knows the rows of the store. It prints nothing.

mod change_row;
mod check_day_row;
mod change_rules;
mod csv_rows;
mod delivery_row;
mod difference_row;
mod entry_row;
mod entry_timeline;
mod file_hold_line;
mod hold_row;
mod item_row;
mod match_row;
mod receiver_row;
mod route_row;
mod row_schema;
mod rule_row;
mod section_change_row;
mod section_row;
mod source_row;
mod status_row;
mod touched_row;
mod watchlist_row;

pub use change_row::ChangeRow;
pub use check_day_row::CheckDayRow;
pub use csv_rows::{csv, csv_for_spreadsheets};
pub use delivery_row::{DeliveryRow, WaitsFor};
pub use difference_row::DifferenceRow;
pub use entry_row::EntryRow;
pub use entry_timeline::{EntryTimeline, EventKind, TimelineEvent};
pub use file_hold_line::{CounterpartyChange, FileHoldLine, MatchBrief};
pub use hold_row::{HoldRow, holds_of_files};
pub use item_row::ItemRow;
pub use match_row::MatchRow;
pub use receiver_row::ReceiverRow;
pub use route_row::{RouteOutcome, RouteRow};
pub use row_schema::{ComponentSchemas, rows, written};
pub use rule_row::{RuleEntryRow, RuleRow, ShownChange};
pub use section_change_row::SectionChangeRow;
pub use section_row::SectionRow;
pub use source_row::{ListRow, SourceRow, absent_lists};
pub use status_row::{BackupRow, StatusRow};
pub use touched_row::TouchedRow;
pub use watchlist_row::{ConfiguredWatchlist, WatchlistRow, WatchlistStateRow, watchlist_rows};
