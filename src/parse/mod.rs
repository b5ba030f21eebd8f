//! Stage 2: makes a [`Snapshot`] of a document's bytes. Pure: knows formats, not where they come from.
//!
//! A document is read whole or refused whole: what it lost, nobody may take for a removal.

pub mod citation;
pub mod country;
pub mod csl;
mod detect;
pub mod ecfr;
pub mod federal_register;
pub mod footnote;

use std::io::Read;

use crate::domain::{ListCode, Snapshot};

use detect::Format;

/// Why a document is refused whole.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{place}: {problem}")]
pub struct ParseError {
    /// Where in the document: `line 14032, column 8 (addresses)`, `byte 2691298`.
    pub place: String,
    /// What was expected and what was found.
    pub problem: String,
}

impl ParseError {
    pub(crate) fn new(place: impl Into<String>, problem: impl Into<String>) -> Self {
        Self { place: place.into(), problem: problem.into() }
    }
}

/// Reads a document by its content: the Consolidated Screening List as CSV, TSV or JSON, or part 744 of the eCFR as XML.
///
/// Only entries of `lists` are kept, and only they take memory; the other rows are checked and counted.
///
/// # Errors
///
/// Where the document is empty, cut short, misshapen or of another kind, with the place.
pub fn parse(input: impl Read, lists: &[ListCode]) -> Result<Snapshot, ParseError> {
    let (format, input) = detect::detect(input)?;
    match format {
        Format::Csv => csl::parse_table(input, b',', lists),
        Format::Tsv => csl::parse_table(input, b'\t', lists),
        Format::Json => csl::parse_json(input, lists),
        Format::Xml => ecfr::parse(input, lists),
    }
}
