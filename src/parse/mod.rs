//! Stage 2: parses the bytes of a document into a [`Snapshot`]. No I/O of its own: it knows
//! formats, not where a document comes from.
//!
//! A document is read completely or rejected: rows that a damaged document has lost must not look
//! like removals.
//!
//! # Layout
//!
//! - [`csl`]: the Consolidated Screening List as CSV, TSV or JSON.
//! - [`ecfr`]: the lists in Part 744 of the eCFR, as XML.
//! - [`federal_register`]: the documents of the Federal Register and what a rule orders.
//! - [`citation`], [`footnote`]: texts that all publishers write.
//! - `gpo_xml`: the XML of the Government Publishing Office, used by `ecfr` and `federal_register`.
//! - `detect`: the format of a document, by its first bytes.
//! - `warnings`: the warnings about a document, up to a limit.

pub mod citation;
pub mod csl;
mod detect;
pub mod ecfr;
pub mod federal_register;
pub mod footnote;
pub(crate) mod gpo_xml;
mod warnings;

use std::io::Read;

use crate::domain::{Entry, ListCode, Publisher, Snapshot};

pub use csl::{RowBytes, WatchedRow};
use detect::Format;

/// Why a document is rejected.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{place}: {problem}")]
pub struct ParseError {
    /// The place in the document: `line 14032, column 8 (addresses)`, `byte 2691298`.
    pub place: String,
    /// What was expected and what was found.
    pub problem: String,
}

impl ParseError {
    pub(crate) fn new(place: impl Into<String>, problem: impl Into<String>) -> Self {
        Self { place: place.into(), problem: problem.into() }
    }
}

/// Reads a document of any supported format: the Consolidated Screening List as CSV, TSV or JSON,
/// or Part 744 of the eCFR as XML.
///
/// Only entries of `lists` are kept, so that only they take memory. The other rows are checked and
/// counted.
///
/// # Errors
///
/// If the document is empty, cut short, malformed or of another format. The error names the place.
pub fn parse(input: impl Read, lists: &[ListCode]) -> Result<Snapshot, ParseError> {
    let mut entries: Vec<Entry> = Vec::new();
    let document = read(input, lists, &mut |row| {
        let mut entry = row.entry();
        if let Some(previous) = entries.last() {
            entry.other.share_with(&previous.other);
        }
        entries.push(entry);
    })?;
    Ok(match document {
        Document::Rows { rest, .. } => Snapshot { entries, ..rest },
        Document::Whole(snapshot) => snapshot,
    })
}

/// The result of [`read`].
#[derive(Debug)]
pub enum Document {
    /// A table or JSON. Its rows were passed to the caller.
    Rows {
        /// The rest of the result: a snapshot without entries.
        rest: Snapshot,
        /// How many bytes of a table are before its first row.
        header_bytes: u64,
    },
    /// An eCFR document, with its entries.
    Whole(Snapshot),
}

/// The publisher of a document, by its first bytes: only the eCFR publishes XML.
///
/// # Errors
///
/// If the document is empty or clearly not a list.
pub fn publisher(input: impl Read) -> Result<Publisher, ParseError> {
    let (format, ..) = detect::detect(input)?;
    Ok(if format == Format::Xml { Publisher::Ecfr } else { Publisher::Csl })
}

/// Like [`parse()`], but passes each row of `lists` to `each` instead of keeping it.
///
/// # Errors
///
/// Like [`parse()`]. Some rows may have been passed to `each` before the error.
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
