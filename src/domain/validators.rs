//! How the next check recognizes that a document has not changed since it was last read.
//!
//! The stored JSON is that of the first version of the program: an object with `etag`,
//! `last_modified` and `address_sha256`, where `etag` also carries the values of sources that have
//! no HTTP `ETag`. [`Stored`] is the only place that knows this form. It must not change: a
//! database is read by newer and by older programs.

use std::fmt;
use std::str::FromStr;

use jiff::civil::Date;
use schemars::{JsonSchema, Schema, SchemaGenerator};
use serde::{Deserialize, Serialize};

use crate::domain::Sha256;

/// The validator of the last document that was read completely, and the address it belongs to.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(from = "Stored", into = "Stored")]
pub struct Validators {
    pub validator: Validator,
    /// A hash, because the address may contain a token.
    pub address_sha256: Sha256,
}

/// What a source gives to distinguish the versions of its document.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Validator {
    /// The headers of an HTTP response, sent back exactly as they were received.
    Http { etag: Option<String>, last_modified: Option<String> },
    /// The date of the text, for the eCFR.
    TextDate(Date),
    /// The state of a file on this machine.
    File(FileState),
    /// One validator for each of the two lists of the Federal Register.
    FederalRegister { filed: Option<Box<Validators>>, published: Option<Box<Validators>> },
}

/// What the file system says about a file. It changes whenever the file changes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FileState {
    /// The start of the SHA-256 of the path.
    pub path_hash: String,
    pub size_bytes: u64,
    pub modified: FileTime,
    /// The time of the inode's last change. It moves even if a tool sets `modified` back.
    pub changed: FileTime,
    /// Differs if another file took the name.
    pub inode: u64,
}

/// A time of the file system, since the Unix epoch.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct FileTime {
    pub seconds: i64,
    pub nanoseconds: i64,
}

impl Validators {
    /// The validator, if it was given for this address.
    pub fn for_address(&self, address_sha256: &Sha256) -> Option<&Validator> {
        (self.address_sha256 == *address_sha256).then_some(&self.validator)
    }
}

const DATE_PREFIX: &str = "date:";
const FILE_PREFIX: &str = "file:";

/// The validators of the last document that was read completely, as the database stores them.
#[derive(Clone, Serialize, Deserialize, JsonSchema)]
#[schemars(rename = "Validators")]
struct Stored {
    etag: Option<String>,
    last_modified: Option<String>,
    address_sha256: Sha256,
}

/// The text in `etag` for [`Validator::FederalRegister`].
#[derive(Serialize, Deserialize)]
struct StoredLists {
    filed: Option<Box<Validators>>,
    published: Option<Box<Validators>>,
}

impl From<Stored> for Validators {
    fn from(stored: Stored) -> Self {
        let Stored { etag, last_modified, address_sha256 } = stored;
        let special = etag.as_deref().filter(|_| last_modified.is_none()).and_then(special);
        let validator = special.unwrap_or(Validator::Http { etag, last_modified });
        Self { validator, address_sha256 }
    }
}

impl From<Validators> for Stored {
    fn from(validators: Validators) -> Self {
        let Validators { validator, address_sha256 } = validators;
        let (etag, last_modified) = match validator {
            Validator::Http { etag, last_modified } => (etag, last_modified),
            Validator::TextDate(date) => (Some(format!("{DATE_PREFIX}{date}")), None),
            Validator::File(state) => (Some(format!("{FILE_PREFIX}{state}")), None),
            Validator::FederalRegister { filed, published } => {
                (serde_json::to_string(&StoredLists { filed, published }).ok(), None)
            }
        };
        Self { etag, last_modified, address_sha256 }
    }
}

/// The validator in an `etag` that is no HTTP `ETag`. A real `ETag` begins with `"` or `W/"`.
fn special(etag: &str) -> Option<Validator> {
    if let Some(date) = etag.strip_prefix(DATE_PREFIX) {
        return date.parse().ok().map(Validator::TextDate);
    }
    if let Some(state) = etag.strip_prefix(FILE_PREFIX) {
        return state.parse().ok().map(Validator::File);
    }
    let StoredLists { filed, published } = serde_json::from_str(etag).ok()?;
    (filed.is_some() || published.is_some())
        .then_some(Validator::FederalRegister { filed, published })
}

impl JsonSchema for Validators {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        Stored::schema_name()
    }
    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        Stored::json_schema(generator)
    }
}

impl fmt::Display for FileState {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { path_hash, size_bytes, modified, changed, inode } = self;
        write!(f, "{path_hash}:{size_bytes}:{modified}:{changed}:{inode}")
    }
}

impl fmt::Display for FileTime {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{:09}", self.seconds, self.nanoseconds)
    }
}

/// The text is not the state of a file.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
#[error("expected the state of a file, but got another text")]
pub struct NoFileState;

impl FromStr for FileState {
    type Err = NoFileState;

    fn from_str(text: &str) -> Result<Self, NoFileState> {
        let parts: Vec<&str> = text.split(':').collect();
        let [path_hash, size_bytes, modified, changed, inode] = parts.as_slice() else {
            return Err(NoFileState);
        };
        Ok(Self {
            path_hash: (*path_hash).to_owned(),
            size_bytes: size_bytes.parse().map_err(|_| NoFileState)?,
            modified: file_time(modified).ok_or(NoFileState)?,
            changed: file_time(changed).ok_or(NoFileState)?,
            inode: inode.parse().map_err(|_| NoFileState)?,
        })
    }
}

fn file_time(text: &str) -> Option<FileTime> {
    let (seconds, nanoseconds) = text.split_once('.')?;
    Some(FileTime { seconds: seconds.parse().ok()?, nanoseconds: nanoseconds.parse().ok()? })
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::*;

    fn of(validator: Validator) -> Validators {
        Validators { validator, address_sha256: Sha256::of(b"address") }
    }

    fn http(etag: &str) -> Validator {
        Validator::Http { etag: Some(etag.to_owned()), last_modified: None }
    }

    /// `etag` is read as `expected`, and written again as the same JSON.
    #[track_caller]
    fn check(etag: &str, expected: Validator) {
        let stored = serde_json::json!({
            "etag": etag,
            "last_modified": null,
            "address_sha256": Sha256::of(b"address"),
        });
        let read: Validators = serde_json::from_value(stored.clone()).unwrap();
        assert_eq!(read, of(expected), "{etag}");
        assert_eq!(serde_json::to_value(&read).unwrap(), stored, "{etag}");
    }

    #[test]
    fn ok_the_forms_that_older_programs_stored() {
        check("W/\"7\"", http("W/\"7\""));
        check("date:2026-04-29", Validator::TextDate(date(2026, 4, 29)));
        check(
            "file:0123456789abcdef:34:1000.000000005:-3.999999999:77",
            Validator::File(FileState {
                path_hash: "0123456789abcdef".to_owned(),
                size_bytes: 34,
                modified: FileTime { seconds: 1000, nanoseconds: 5 },
                changed: FileTime { seconds: -3, nanoseconds: 999_999_999 },
                inode: 77,
            }),
        );
        let hash = Sha256::of(b"address");
        let one = |etag: &str| {
            format!(
                r#"{{"etag":"{etag}","last_modified":null,"address_sha256":"{}"}}"#,
                hash.as_str()
            )
        };
        check(
            &format!(r#"{{"filed":{},"published":{}}}"#, one("a"), one("b")),
            Validator::FederalRegister {
                filed: Some(Box::new(of(http("a")))),
                published: Some(Box::new(of(http("b")))),
            },
        );
        check(
            &format!(r#"{{"filed":null,"published":{}}}"#, one("b")),
            Validator::FederalRegister { filed: None, published: Some(Box::new(of(http("b")))) },
        );
    }

    #[test]
    fn ok_http_validators_with_a_time_or_without_an_etag() {
        let stored =
            r#"{"etag":null,"last_modified":"Thu, 30 Apr 2026 09:00:00 GMT","address_sha256":"#;
        let stored = format!("{stored}\"{}\"}}", Sha256::of(b"address").as_str());
        let read: Validators = serde_json::from_str(&stored).unwrap();
        let last_modified = Some("Thu, 30 Apr 2026 09:00:00 GMT".to_owned());
        assert_eq!(read, of(Validator::Http { etag: None, last_modified }));
        assert_eq!(serde_json::to_string(&read).unwrap(), stored);
    }

    #[test]
    fn err_what_has_none_of_the_forms_stays_an_etag() {
        for etag in ["date:soon", "file:1:2", "file:a:b:c:d:e", "{}", "{\"filed\":null}", ""] {
            check(etag, http(etag));
        }
    }
}
