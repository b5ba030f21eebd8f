//! The JSON of the reading commands and of the API: what the store holds, as
//! `{"changes": [objects]}`.
//!
//! Fields follow Entry and Change if they apply. Times are RFC 3339 in UTC. One file per row type.
//! Knows the rows of the store. It prints nothing.

mod change_row;
mod change_rules;
mod delivery_row;
mod difference_row;
mod entry_row;
mod entry_timeline;
mod item_row;
mod receiver_row;
mod route_row;
mod section_change_row;
mod section_row;
mod source_row;
mod status_row;

pub use change_row::ChangeRow;
pub use delivery_row::{DeliveryRow, WaitsFor};
pub use difference_row::DifferenceRow;
pub use entry_row::EntryRow;
pub use entry_timeline::{EntryTimeline, EventKind, TimelineEvent};
pub use item_row::ItemRow;
pub use receiver_row::ReceiverRow;
pub use route_row::{RouteOutcome, RouteRow};
pub use section_change_row::SectionChangeRow;
pub use section_row::SectionRow;
pub use source_row::{ListRow, SourceRow, absent_lists};
pub use status_row::{BackupRow, StatusRow};
