//! Stage 2: makes a [`Snapshot`] of a document's bytes. Pure: knows formats, not where they come from.

pub mod country;
pub mod ecfr;
pub mod federal_register;

use std::io::Read;

use crate::domain::{ListCode, Snapshot};

/// Why a document is refused whole.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{place}: {problem}")]
pub struct ParseError {
    /// Where in the document: `line 14032, column 8 (addresses)`, `byte 2691298`.
    pub place: String,
    /// What was expected and what was found.
    pub problem: String,
}
