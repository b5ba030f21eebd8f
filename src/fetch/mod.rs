//! Stage 1: gets a source's document. Knows addresses, and nothing about the meaning of a document.
//!
//! A document is the complete bytes after any `Content-Encoding`. The parsers read its content.
//! Only an answer that cannot be a list in any format is refused at this stage: an empty answer, a
//! web page, a decompression bomb.

mod body;
mod decoder;
mod ecfr;
mod error;
mod federal_register;
mod http;
mod limits;
mod path;
mod pattern;
mod host_locks;

use std::path::PathBuf;

use jiff::Timestamp;
use jiff::civil::Date;
use url::Url;

pub use error::FetchError;
pub use federal_register::Register;
pub use limits::FetchLimits;
pub use pattern::{InvalidPattern, NamePattern};

use crate::dial::{
    DialError, HttpSettings, {self},
};
use crate::domain::{Document, SectionNumber, Validator, Validators};

/// Where a source's document comes from.
#[derive(Clone, Debug, PartialEq)]
pub enum Address {
    /// One file over HTTP(S).
    Http { url: Url, allow_private: bool },
    /// Part 744 on the eCFR's newest date. `url` is the base of the API.
    Ecfr { url: Url, allow_private: bool },
    /// What the Bureau of Industry and Security files and publishes. `url` is the base of the
    /// Federal Register's API.
    FederalRegister { url: Url, allow_private: bool },
    /// A file, or the newest list in a folder that people put files into.
    Path(PathBuf),
    /// The newest file of a folder whose name matches the pattern.
    Folder { path: PathBuf, pattern: NamePattern },
}

/// The result of a fetch.
#[derive(Debug)]
pub enum Fetched {
    /// The document has not changed since the validators were given.
    NotModified,
    Document(Box<FetchedDocument>),
}

/// A document that was received completely.
#[derive(Debug)]
pub struct FetchedDocument {
    pub document: Document,
    pub validators: Option<Validators>,
    /// The publisher's date, if the address gives one. A server's `Last-Modified` is not used for
    /// this: it has stayed the same while the list changed.
    pub as_of: Option<Date>,
    /// When the document was last changed, according to the server or the file system. Used only to
    /// distinguish an older copy from a newer one.
    pub modified_at: Option<Timestamp>,
    /// When the answer left the publisher, as far as is known. Never later than now.
    pub answered_at: Timestamp,
    /// The address is a single file. A tool that replaces it may keep an older modification time.
    pub is_single_file: bool,
    /// The `Content-Encoding` of the answer, if it does not match the bytes.
    pub mislabeled: Option<String>,
    /// The request was made without conditions.
    pub unconditional: bool,
}

/// When the document of these validators was last changed, if they say so.
pub fn modified_at(validators: &Validators) -> Option<Timestamp> {
    let Validator::Http { last_modified, .. } = &validators.validator else { return None };
    last_modified.as_deref().and_then(dial::http_date)
}

/// Fetches documents. The program has one fetcher, because it allows one request at a time to each
/// host.
pub struct Fetcher {
    http: http::HttpClients,
    limits: FetchLimits,
}

impl Fetcher {
    /// # Errors
    ///
    /// If the settings cannot be used: see [`crate::dial::LazyClient::new`].
    pub fn new(settings: &HttpSettings, limits: FetchLimits) -> Result<Self, DialError> {
        Ok(Self { http: http::HttpClients::new(settings, &limits)?, limits })
    }

    /// Gets the document at `address`. With `validators` of the same address, only if it has
    /// changed.
    ///
    /// # Errors
    ///
    /// Any failure. The error says whether the publisher asks to wait, and whether the answer
    /// itself was wrong.
    pub async fn fetch(
        &self,
        address: &Address,
        validators: Option<&Validators>,
        now: Timestamp,
    ) -> Result<Fetched, FetchError> {
        match address {
            Address::Http { url, allow_private } => {
                http::fetch(
                    &self.http,
                    &self.limits,
                    &http::Request { url, allow_private: *allow_private, validators, now },
                )
                .await
            }
            Address::Ecfr { url, allow_private } => {
                self.ecfr(url, *allow_private).newest(validators, now).await
            }
            Address::FederalRegister { url, .. } => Err(FetchError::refused(format!(
                "expected a source with one list, but {} serves single documents",
                dial::origin(url)
            ))),
            Address::Path(path) => {
                path::fetch(
                    &path::Place::any(path),
                    validators,
                    path::Read::IfChanged,
                    now,
                    &self.limits,
                )
                .await
            }
            Address::Folder { path, pattern } => {
                path::fetch(
                    &path::Place::fitting(path, pattern),
                    validators,
                    path::Read::IfChanged,
                    now,
                    &self.limits,
                )
                .await
            }
        }
    }

    /// Gets the document at `address`, changed or not. `last` are the validators of the document
    /// that was read before. For a folder of files, an older document is an error.
    ///
    /// # Errors
    ///
    /// See [`Fetcher::fetch`].
    pub async fn fetch_whole(
        &self,
        address: &Address,
        last: Option<&Validators>,
        now: Timestamp,
    ) -> Result<Fetched, FetchError> {
        match address {
            Address::Path(path) => {
                path::fetch(&path::Place::any(path), last, path::Read::Always, now, &self.limits)
                    .await
            }
            Address::Folder { path, pattern } => {
                path::fetch(
                    &path::Place::fitting(path, pattern),
                    last,
                    path::Read::Always,
                    now,
                    &self.limits,
                )
                .await
            }
            Address::Http { .. } | Address::Ecfr { .. } | Address::FederalRegister { .. } => {
                self.fetch(address, None, now).await
            }
        }
    }

    /// Part 744 as it was on a past date.
    pub async fn fetch_ecfr_on(
        &self,
        base: &Url,
        allow_private: bool,
        date: Date,
        now: Timestamp,
    ) -> Result<FetchedDocument, FetchError> {
        self.ecfr(base, allow_private).on(date, now).await
    }

    /// A part of Title 15 as it was on a date, or one of its sections.
    pub async fn fetch_ecfr_part_on(
        &self,
        address: &Address,
        part: &str,
        section: Option<&SectionNumber>,
        date: Date,
        now: Timestamp,
    ) -> Result<FetchedDocument, FetchError> {
        match address {
            Address::Ecfr { url, allow_private } => {
                self.ecfr(url, *allow_private).part_on(part, section, date, now).await
            }
            _ => Err(FetchError::refused("expected the address of the eCFR's API")),
        }
    }

    /// The dates on which a supplement of part 744 was amended, oldest first.
    pub async fn ecfr_amendment_dates(
        &self,
        base: &Url,
        allow_private: bool,
        now: Timestamp,
    ) -> Result<Vec<Date>, FetchError> {
        self.ecfr(base, allow_private).amendment_dates(now).await
    }

    /// The newest date for which the eCFR has Title 15.
    pub async fn ecfr_newest_date(
        &self,
        base: &Url,
        allow_private: bool,
        now: Timestamp,
    ) -> Result<Date, FetchError> {
        self.ecfr(base, allow_private).newest_date(now).await
    }

    /// The Federal Register's documents of the Bureau of Industry and Security: on file, and
    /// published on `since` or later. With `validators` of an earlier answer, only the lists that
    /// have changed.
    pub async fn federal_register(
        &self,
        base: &Url,
        allow_private: bool,
        validators: Option<&Validators>,
        since: Date,
        now: Timestamp,
    ) -> Result<Register, FetchError> {
        self.register(base, allow_private).register(validators, since, now).await
    }

    /// The Federal Register's record of one published document, or `None` if there is no such
    /// document.
    pub async fn federal_register_document(
        &self,
        base: &Url,
        allow_private: bool,
        number: &str,
        now: Timestamp,
    ) -> Result<Option<Document>, FetchError> {
        self.register(base, allow_private).document(number, now).await
    }

    /// The text of a document of the Federal Register, at the URL that the API gave for it.
    pub async fn federal_register_text(
        &self,
        base: &Url,
        allow_private: bool,
        address: &str,
        now: Timestamp,
    ) -> Result<FetchedDocument, FetchError> {
        self.register(base, allow_private).text(address, now).await
    }

    fn register<'a>(
        &'a self,
        base: &'a Url,
        allow_private: bool,
    ) -> federal_register::FederalRegister<'a> {
        federal_register::FederalRegister {
            http: &self.http,
            limits: &self.limits,
            base,
            allow_private,
        }
    }

    fn ecfr<'a>(&'a self, base: &'a Url, allow_private: bool) -> ecfr::Ecfr<'a> {
        ecfr::Ecfr { http: &self.http, limits: &self.limits, base, allow_private }
    }
}
