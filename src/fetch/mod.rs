//! Stage 1: gets a source's document. Knows addresses, not meaning.

use std::path::PathBuf;

use jiff::Timestamp;
use jiff::civil::Date;
use url::Url;

use crate::domain::{Document, Validators};

/// Where a source's document comes from.
#[derive(Clone, Debug, PartialEq)]
pub enum Address {
    /// One file over HTTP(S).
    Http { url: Url, allow_private: bool },
    /// Part 744 of the newest date that the eCFR has; `url` is the API's base.
    Ecfr { url: Url, allow_private: bool },
    /// A file, or the newest file of a folder that someone drops files into.
    Path(PathBuf),
}

/// What a fetch came to.
#[derive(Debug)]
pub enum Fetched {
    /// The publisher says that nothing changed since the validators were given.
    NotModified,
    Document(FetchedDocument),
}

/// A document that came whole.
#[derive(Debug)]
pub struct FetchedDocument {
    pub document: Document,
    pub validators: Option<Validators>,
    /// The publisher's date, where the address or the answer says one.
    pub as_of: Option<Date>,
    /// The request was made without conditions.
    pub unconditional: bool,
}

/// Why there is no document. Says what was asked of whom without secrets (host, not path or query).
#[derive(Debug, thiserror::Error)]
#[error("{message}")]
pub struct FetchError {
    pub message: String,
    /// The publisher asked to be left alone until then.
    pub retry_after: Option<Timestamp>,
    /// The answer itself is not a whole list (cut short, empty, a web page, a bomb), as against a server that cannot be reached.
    pub refused: bool,
}
