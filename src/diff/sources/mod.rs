//! Matches the entries of one list in two sources, and says what the other source does not confirm.
//!
//! Knows how two publishers write one list; knows no history.

pub mod counterparts;
pub(in crate::diff) mod party;
pub(in crate::diff) mod place;
pub(in crate::diff) mod terms;
pub mod unconfirmed;
