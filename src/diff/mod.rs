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

pub mod across;
pub mod borne;
pub mod cite;
pub mod columns;
pub mod compare;
pub mod parallel;
pub mod plausible;
pub mod undo;
pub mod words;

mod assign;
mod block;
mod cell;
mod content;
mod editorial;
mod encoding;
mod evidence;
mod fields;
mod fold;
mod identity;
mod likeness;
mod mixer;
mod name;
mod namesakes;
mod number;
mod party;
mod place;
mod profile;
mod rarity;
mod same_name;
mod severity;
mod split;
mod terms;
mod typography;

pub use compare::{Comparison, compare, compare_with_columns};
pub use namesakes::name_key;
pub use plausible::{Limits, Size, Verdict, enough_for_baseline, least_for_baseline, plausible};
pub use rarity::Rarity as Counter;
