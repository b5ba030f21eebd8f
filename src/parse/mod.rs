//! Stage 2: makes a [`Snapshot`] of a document's bytes. Pure: knows formats, not where they come
//! from.
//!
//! A document is read whole or refused whole: what it lost, nobody may take for a removal.

pub mod citation;
pub mod csl;
mod detect;
pub mod ecfr;
pub mod federal_register;
pub mod footnote;
pub(crate) mod gpo_xml;
mod month;

use std::io::Read;

use crate::domain::{ListCode, Publisher, Snapshot};

pub use csl::{RowBytes, WatchedRow};
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

/// Reads a document by its content: the Consolidated Screening List as CSV, TSV or JSON, or part
/// 744 of the eCFR as XML.
///
/// Only entries of `lists` are kept, and only they take memory; the other rows are checked and
/// counted.
///
/// # Errors
///
/// Where the document is empty, cut short, misshapen or of another kind, with the place.
pub fn parse(input: impl Read, lists: &[ListCode]) -> Result<Snapshot, ParseError> {
    let mut entries = Vec::new();
    let document = read(input, lists, &mut |row| entries.push(row.entry()))?;
    Ok(match document {
        Document::Rows { rest, .. } => Snapshot { entries, ..rest },
        Document::Whole(snapshot) => snapshot,
    })
}

/// What was read by [`read`].
#[derive(Debug)]
pub enum Document {
    /// The rows went to the caller.
    Rows {
        /// What else there is to say: a snapshot without entries.
        rest: Snapshot,
        /// How many bytes of a table come before its rows.
        header_bytes: u64,
    },
    /// A document that is no table of rows, with its entries.
    Whole(Snapshot),
}

/// Who publishes a document, by how it begins: the list itself comes as XML.
///
/// # Errors
///
/// Where it is empty, or plainly no list.
pub fn publisher(input: impl Read) -> Result<Publisher, ParseError> {
    let (format, ..) = detect::detect(input)?;
    Ok(if format == Format::Xml { Publisher::Ecfr } else { Publisher::Csl })
}

/// Reads a document as [`parse()`] does, and hands each row of `lists` to `each` in place of
/// keeping it.
///
/// # Errors
///
/// As [`parse()`]; rows may have been handed on by then.
pub fn read(
    input: impl Read,
    lists: &[ListCode],
    each: &mut dyn FnMut(WatchedRow<'_>),
) -> Result<Document, ParseError> {
    let (format, skipped, input) = detect::detect(input)?;
    let (rest, header_bytes) = match format {
        Format::Csv => csl::read_table(input, skipped, b',', lists, each)?,
        Format::Tsv => csl::read_table(input, skipped, b'\t', lists, each)?,
        Format::Json => (csl::read_json(input, lists, each)?, 0),
        Format::Xml => return Ok(Document::Whole(ecfr::parse(input, lists)?)),
    };
    Ok(Document::Rows { rest, header_bytes })
}
