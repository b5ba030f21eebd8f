//! Compares two states of one list: what differs, whether it matters, and whether it is plausible.
//!
//! Knows entries that were paired by `pairing`; knows nothing of other sources.

pub mod columns;
pub mod compare;
pub(in crate::diff) mod content;
pub(in crate::diff) mod editorial;
pub(in crate::diff) mod encoding;
pub(in crate::diff) mod entity_cell;
pub(in crate::diff) mod fields;
pub mod plausible;
pub(in crate::diff) mod severity;
pub(in crate::diff) mod typography;
