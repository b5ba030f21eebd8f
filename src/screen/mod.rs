//! Compares counterparties with listed entries, by name and address. A pure stage: no I/O, no
//! clock.
//!
//! The result of a counterparty depends on the entries, on the counterparty and on the tables that
//! ship with the program (`tables/`), never on other counterparties.
//!
//! # Layout
//!
//! - [`screener`]: one counterparty against all entries. [`batch`]: many, on several cores
//!   ([`in_parts`]).
//! - [`shortlist`]: which counterparties may match one of a few entries. [`prepared`]: their names
//!   and addresses, read once for many checks.
//! - [`party`], [`found`], [`match_row`]: the nouns, and the shape of a match in JSON.
//! - [`band`], [`name_score`]: the scores, and where their bands begin.
//! - [`names`]: how a name is read: variants, scripts, what is written around it, legal forms,
//!   trade words, places, spelling, rarity. [`distinctive`]: whether names share a word that few
//!   have.
//! - [`index`]: which listed names are near a name. [`alignment`]: which of their words are the
//!   same.
//! - [`addresses`]: the parts of an address, and whether two are the same place.
//! - [`countries`]: what a country says for or against a match.
//! - [`reasons`]: a match in words. [`evidence`]: its two sides in normalized form.

pub mod addresses;
pub mod alignment;
pub mod band;
pub mod batch;
pub mod countries;
pub mod distinctive;
pub mod evidence;
pub mod found;
pub mod in_parts;
pub mod index;
pub mod match_row;
pub mod name_score;
pub mod names;
pub mod party;
pub mod prepared;
pub mod reasons;
pub mod screener;
pub mod shortlist;

/// The version of the comparison. It changes with every change of its results: a store whose
/// counterparties were compared by another version compares them again.
pub const MATCHER: &str = "4";

pub use band::Band;
pub use found::{Compared, Found, Options};
pub use match_row::{Cause, MatchRow, MatchState, Screened};
pub use party::Counterparty;
pub use screener::Screener;
