//! The memory of matches: which counterparties may be which entries, what was decided, and who
//! learns of it.
//!
//! # Layout
//!
//! - `listing`: the entries to compare with. `comparison`: what follows for the matches.
//!   `transition`: from one state of a match to the next. `file_change`: what a new content of a
//!   file changes. `shown_matches`, `announcing`: what receivers get. These are pure.
//! - `of_changes`: compares what a check of a source changes, before it is recorded.
//! - `watchlist_check`: reads the counterparty files, and compares what is new in them.
//!   `watchlist_file` does the reading.
//! - `current_listing`, `loaded`: both sides, read from the store.
//! - `match_actions`: what people decide.
//!
//! Everything that writes matches does so under `Program::lock_matches`, except the decisions of
//! people, which change one match in one transaction.

mod announcing;
mod comparison;
mod current_listing;
mod file_change;
mod listing;
mod loaded;
mod match_actions;
mod of_changes;
mod shown_matches;
mod transition;
mod watchlist_check;
mod watchlist_file;

pub use loaded::LoadedWatchlists;
pub use match_actions::{Dismissal, MatchActionError, confirm, dismiss, erase, reopen};
pub use of_changes::match_changes;
pub use watchlist_check::{WatchlistChecked, accept_hold, check_watchlists};
