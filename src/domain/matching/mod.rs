//! Counterparties that may be listed entries, what was decided about them, and what a receiver is
//! shown.
//!
//! # Layout
//!
//! - [`counterparty`]: one row of the reader's own file.
//! - [`possible_match`]: one counterparty that may be one entry.
//! - [`decision`]: what a person decided, and the evidence of a dismissal.
//! - [`shown_decision`]: a decision, as those who are shown the match read it.
//! - [`match_record`]: a match as it is stored, with its history.
//! - [`watchlist_state`]: what is in use of a counterparty file.
//! - [`file_hold`]: a counterparty file that waits for a person.
//! - [`screening`]: what one delivery shows.
//! - [`watchlist_alerts`]: the content of `watchlist.matched` and `watchlist.failing`.

pub mod counterparty;
pub mod decision;
pub mod file_hold;
pub mod match_record;
pub mod possible_match;
pub mod screening;
pub mod shown_decision;
pub mod watchlist_alerts;
pub mod watchlist_state;
