//! Stage 3: compares two snapshots of one list. Pure: snapshot × snapshot → changes.
//!
//! Knows entries; knows no document, no source, no clock and no database.
//!
//! # Layout
//! `compare` puts it together: `identity` says which old row is which new row (by `content` and
//! `cell`, then `same_name`, then `assign` over the candidates of `block`, weighed by `evidence`;
//! `split` finds parts of rows that were split or folded, `fold` rows that are gone while their
//! name is still listed), `fields` says what differs between the two, `editorial` whether that
//! matters (`typography` knows the characters, `encoding` repairs them), `severity` how much.
//! `columns` leaves out a column that only one list has, `plausible` guards against files that lost
//! or gained too much, `cite` groups changes into rules, `undo` finds corrections, `words` shows a
//! reader what differs in a text. `parallel` puts a second core to use.

pub mod list;
pub mod pairing;
pub mod parallel;
pub mod reversal;
pub mod rule_groups;
pub mod sources;

pub use list::columns;
pub use list::compare::{Comparison, compare, compare_with_columns};
pub use list::plausible::{
    Limits, Size, Verdict, enough_for_baseline, least_for_baseline, plausible,
};
pub use pairing::namesakes::name_key;
pub use pairing::rarity::Rarity as Counter;
