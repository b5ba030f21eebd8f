//! Matches the entries of one list in two sources, and finds what the other source does not
//! confirm.
//!
//! Knows how two publishers write one list. Must not know history, nor a source by name.
//!
//! # Layout
//! From the bottom up: `agreement` says whether a property of two entries agrees, and `matched_by`
//! what must agree for a match. `name_forms` gives the forms of a name, `party` knows rows of
//! subordinate parties, `place` compares places, and `terms` compares license terms. `lookup_keys`
//! and `index` find candidates, `counterparts` chooses among them, and `unconfirmed` says what they
//! do not confirm.

pub(in crate::diff) mod agreement;
pub mod counterparts;
pub mod index;
pub(in crate::diff) mod lookup_keys;
pub mod matched_by;
pub(in crate::diff) mod name_forms;
pub(in crate::diff) mod party;
pub(in crate::diff) mod place;
pub(in crate::diff) mod terms;
pub mod unconfirmed;
