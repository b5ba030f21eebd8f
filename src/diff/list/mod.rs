//! Compares two states of one list: what differs, whether it matters, and whether it is plausible.
//!
//! Knows entries. `pairing` decides which row before is which row after. Must not know other
//! sources.
//!
//! # Layout
//! From the bottom up: `typography` classifies characters, `encoding` repairs them, `editorial`
//! decides whether two texts differ in more than typography. `entity_cell` knows two cuts of one
//! cell, `content` decides whether two rows say the same. `fields` lists what differs between two
//! rows, and `severity` rates it. `columns` leaves out a column that only one list has. `compare`
//! puts it all together, and `plausibility` guards against damaged files.

pub mod columns;
pub mod compare;
pub mod content;
pub(in crate::diff) mod editorial;
pub(in crate::diff) mod encoding;
pub(in crate::diff) mod entity_cell;
pub(in crate::diff) mod fields;
pub mod plausibility;
pub(in crate::diff) mod severity;
pub(in crate::diff) mod typography;
pub(in crate::diff) mod unordered;
