//! Stage 3: compares two snapshots of one list. Pure: snapshot × snapshot → changes.
//!
//! Knows entries. Must not know a document, a source by name, a clock or a database.
//!
//! # Layout
//! - `list` compares two states of one list. [`compare`] is the entry point, and [`plausible`]
//!   guards against damaged files.
//! - `pairing` decides which row before is which row after.
//! - `sources` matches the entries of one list in two sources.
//! - `rule_groups` groups changes by the rule that orders them.
//! - `reversal` finds changes that reverse earlier ones.
//! - `parallel` runs two computations at the same time.

pub mod list;
pub mod pairing;
pub mod parallel;
pub mod reversal;
pub mod rule_groups;
pub mod sources;

pub use list::columns;
pub use list::compare::{Comparison, compare, compare_with_columns};
pub use list::content::{content_key, is_same_content};
pub use list::editorial::is_same_wording;
pub use list::plausibility::{
    GuardOutcome, Limits, Size, enough_for_baseline, least_for_baseline, plausible,
};
pub use pairing::feature_counter::FeatureCounter as Counter;
pub use pairing::namesakes::name_key;
