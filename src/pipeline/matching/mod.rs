//! The memory of matches: which counterparties may be which entries, what was decided, and who
//! learns of it.
//!
//! # Layout
//!
//! - `listing`: the entries to compare with; `ordered`: the ids of those that only a rule shows.
//!   `comparison`: what follows for the matches.
//!   `transition`: from one state of a match to the next. `file_change`: what a new content of a
//!   file changes. `receiver_matches`, `announcing`: what receivers get. These are pure.
//! - `of_changes`: compares what a check of a source changes, before it is recorded.
//! - `watchlist_check`: one check of a counterparty file. `watchlist_reading` and `watchlist_file`
//!   read it, `watchlist_scope` compares what is new.
//! - `current_listing`, `prepared`: both sides, read from the store. `sides`: those of one check.
//! - `touched`: whom the changes since a time touch, compared again. It writes nothing.
//! - `match_actions`: what people decide. `file_hold_decision`: what they decide about a file on
//!   hold, and `file_hold_preview` what that would change.
//!
//! Everything that writes matches does so under `Program::lock_matches`, and its transaction checks
//! that the lock is still held.

mod announcing;
mod comparison;
mod current_listing;
mod file_change;
mod file_hold_decision;
mod file_hold_preview;
mod listing;
mod match_actions;
mod of_changes;
mod ordered;
mod prepared;
mod receiver_matches;
mod sides;
mod touched;
mod transition;
mod watchlist_check;
mod watchlist_file;
mod watchlist_reading;
mod watchlist_scope;

pub use file_hold_decision::{
    FileHoldError, FoundHold, accept_file, decide_again, file_hold, file_holds, reject_file,
};
pub use file_hold_preview::{
    FileHoldPreview, LostCounterparty, PreviewBasis, file_hold_preview, preview_basis,
};
pub use match_actions::{
    Deciding, Dismissal, MatchActionError, confirm, counterparty_hash, dismiss, erase, erase_with,
    evidence_hash, reopen,
};
pub use of_changes::match_changes;
pub use receiver_matches::facts;
pub use touched::touched_since;
pub use transition::{match_id, rests_on, shared_address_id};
pub use watchlist_check::{WatchlistChecked, check_watchlists};
pub use watchlist_file::{FirstLook, first_look};
