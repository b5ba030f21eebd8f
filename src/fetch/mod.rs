//! Stage 1: gets a source's document. Knows addresses, not meaning.
//!
//! A document is the bytes that came whole, after any `Content-Encoding`; what is in them is the
//! parsers' to say. Only what is no list on any reading is refused here: an empty answer, a web
//! page, a bomb.

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
use crate::domain::{Document, Validator, Validators};

/// Where a source's document comes from.
#[derive(Clone, Debug, PartialEq)]
pub enum Address {
    /// One file over HTTP(S).
    Http { url: Url, allow_private: bool },
    /// Part 744 of the newest date that the eCFR has; `url` is the API's base.
    Ecfr { url: Url, allow_private: bool },
    /// What the Bureau of Industry and Security files and publishes; `url` is the base of the
    /// Federal Register's API.
    FederalRegister { url: Url, allow_private: bool },
    /// A file, or the newest list of a folder that someone drops files into.
    Path(PathBuf),
    /// The newest file of a folder whose name fits.
    Folder { path: PathBuf, pattern: NamePattern },
}

/// What a fetch came to.
#[derive(Debug)]
pub enum Fetched {
    /// The publisher says that nothing changed since the validators were given.
    NotModified,
    Document(Box<FetchedDocument>),
}

/// A document that came whole.
#[derive(Debug)]
pub struct FetchedDocument {
    pub document: Document,
    pub validators: Option<Validators>,
    /// The publisher's date, where the address says one. A server's `Last-Modified` is none: it
    /// has stood still while the list changed.
    pub as_of: Option<Date>,
    /// When it was last changed, as its server or the file system says. It tells an older copy
    /// from a newer one, and nothing else.
    pub modified_at: Option<Timestamp>,
    /// When the answer with it left the publisher, as far as is known; never later than now.
    pub answered_at: Timestamp,
    /// It is the one file at its path: whoever replaces it may keep an older time of modification.
    pub is_single_file: bool,
    /// The `Content-Encoding` that came with it, if it does not say what came.
    pub mislabeled: Option<String>,
    /// The request was made without conditions.
    pub unconditional: bool,
}

/// When the document that these validators came with was last changed, where they say so.
pub fn modified_at(validators: &Validators) -> Option<Timestamp> {
    let Validator::Http { last_modified, .. } = &validators.validator else { return None };
    last_modified.as_deref().and_then(dial::http_date)
}

/// Fetches documents: one for the whole program, since it sees to it that a host is asked one thing
/// at a time.
pub struct Fetcher {
    http: http::HttpClients,
    limits: FetchLimits,
}

impl Fetcher {
    /// # Errors
    ///
    /// Where the settings cannot be used: see [`crate::dial::LazyClient::new`].
    pub fn new(settings: &HttpSettings, limits: FetchLimits) -> Result<Self, DialError> {
        Ok(Self { http: http::HttpClients::new(settings, &limits)?, limits })
    }

    /// Gets what stands at `address` now. With `validators` of this very address, only if it is not
    /// what they were given for.
    ///
    /// # Errors
    ///
    /// Whatever comes between: each says whether the publisher wants to be left alone and whether
    /// it was the answer that was no good.
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
                "expected one list, but {} has documents: they are asked for one by one",
                dial::place(url)
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

    /// Gets what stands at `address` now, changed or not. `last` are the validators of what was
    /// read there before: where the address itself tells old from new (a folder of files), an
    /// older document in its place is an error.
    ///
    /// # Errors
    ///
    /// As [`Fetcher::fetch`].
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

    /// Part 744 as it stood on a past date.
    pub async fn fetch_ecfr_on(
        &self,
        base: &Url,
        allow_private: bool,
        date: Date,
        now: Timestamp,
    ) -> Result<FetchedDocument, FetchError> {
        self.ecfr(base, allow_private).on(date, now).await
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

    /// The newest date of which the eCFR has title 15.
    pub async fn ecfr_newest_date(
        &self,
        base: &Url,
        allow_private: bool,
        now: Timestamp,
    ) -> Result<Date, FetchError> {
        self.ecfr(base, allow_private).newest_date(now).await
    }

    /// The documents that the Federal Register has of the Bureau of Industry and Security: on file,
    /// and published on `since` or later. With `validators` of an earlier answer, only what has
    /// changed.
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

    /// What the Federal Register's API says of one published document; none where it has no such
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

    /// The text of a document of the Federal Register, at the address that the API gave for it.
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
