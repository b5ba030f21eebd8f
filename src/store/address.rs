//! The address of the store. When shown, it has no user, password or parameter.

use std::fmt;
use std::path::{Path, PathBuf};
use std::str::FromStr;

use serde::Deserialize;

/// `sqlite:///path` or `postgres://…`.
#[derive(Clone, PartialEq, Eq, Deserialize)]
#[serde(try_from = "String")]
pub struct StoreUrl(Backend);

#[derive(Clone, PartialEq, Eq)]
pub(crate) enum Backend {
    Sqlite(PathBuf),
    Postgres(url::Url),
}

/// Why a text is not the address of a database. It does not repeat the text.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum InvalidStoreUrl {
    #[error("expected `sqlite:///path` or `postgres://host/database`, but got {0}")]
    Scheme(&'static str),
    #[error("expected the path of a file after `sqlite://`, but got {0}")]
    Path(&'static str),
    #[error("expected `postgres://host/database`, but got an address that cannot be parsed: {0}")]
    Postgres(url::ParseError),
}

impl StoreUrl {
    /// The address of the SQLite database in this file.
    pub fn sqlite_file(path: impl Into<PathBuf>) -> Self {
        Self(Backend::Sqlite(path.into()))
    }

    /// The file of a SQLite database.
    pub fn sqlite_path(&self) -> Option<&Path> {
        match &self.0 {
            Backend::Sqlite(path) => Some(path),
            Backend::Postgres(_) => None,
        }
    }

    pub(crate) fn backend(&self) -> &Backend {
        &self.0
    }
}

impl FromStr for StoreUrl {
    type Err = InvalidStoreUrl;

    /// The path is taken as written: `%20` is not a space.
    fn from_str(text: &str) -> Result<Self, InvalidStoreUrl> {
        let text = text.trim();
        if text.starts_with("postgres://") || text.starts_with("postgresql://") {
            return text
                .parse()
                .map(|url| Self(Backend::Postgres(url)))
                .map_err(InvalidStoreUrl::Postgres);
        }
        let Some(path) = text.strip_prefix("sqlite:") else {
            return Err(InvalidStoreUrl::Scheme(if text.contains("://") {
                "another scheme"
            } else {
                "a text without a scheme"
            }));
        };
        let path = path.strip_prefix("//").unwrap_or(path);
        match path {
            "" => Err(InvalidStoreUrl::Path("nothing")),
            ":memory:" => Err(InvalidStoreUrl::Path("`:memory:`, which would store nothing")),
            path if path.contains('?') => Err(InvalidStoreUrl::Path("one with parameters (`?…`)")),
            path if path.ends_with('/') => Err(InvalidStoreUrl::Path("a folder")),
            path => Ok(Self::sqlite_file(path)),
        }
    }
}

impl TryFrom<String> for StoreUrl {
    type Error = InvalidStoreUrl;

    fn try_from(text: String) -> Result<Self, InvalidStoreUrl> {
        text.parse()
    }
}

impl fmt::Display for StoreUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.0 {
            Backend::Sqlite(path) => write!(f, "sqlite://{}", path.display()),
            Backend::Postgres(url) => {
                write!(f, "postgres://{}", url.host_str().unwrap_or_default())?;
                if let Some(port) = url.port() {
                    write!(f, ":{port}")?;
                }
                f.write_str(url.path())
            }
        }
    }
}

impl fmt::Debug for StoreUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "StoreUrl({self})")
    }
}

impl schemars::JsonSchema for StoreUrl {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "StoreUrl".into()
    }

    fn json_schema(generator: &mut schemars::SchemaGenerator) -> schemars::Schema {
        String::json_schema(generator)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ok_addresses_are_shown_without_credentials() {
        for (text, shown) in [
            ("sqlite:///var/lib/entitywatch/a b.db", "sqlite:///var/lib/entitywatch/a b.db"),
            ("sqlite://here.db", "sqlite://here.db"),
            ("sqlite:/srv/x.db", "sqlite:///srv/x.db"),
            (
                "postgres://user:pass@db.example:5433/watch?password=secret&sslmode=require",
                "postgres://db.example:5433/watch",
            ),
            ("postgresql://db.example/watch", "postgres://db.example/watch"),
        ] {
            let url: StoreUrl = text.parse().unwrap();
            assert_eq!(url.to_string(), shown);
            assert_eq!(format!("{url:?}"), format!("StoreUrl({shown})"));
        }
    }

    #[test]
    fn err_addresses_are_refused_without_being_repeated() {
        for (text, error) in [
            (
                "mysql://user:pass@h/d",
                "expected `sqlite:///path` or `postgres://host/database`, but got another scheme",
            ),
            (
                "/var/lib/x.db",
                "expected `sqlite:///path` or `postgres://host/database`, but got a text without \
                 a scheme",
            ),
            ("sqlite://", "expected the path of a file after `sqlite://`, but got nothing"),
            (
                "sqlite::memory:",
                "expected the path of a file after `sqlite://`, but got `:memory:`, which would \
                 store nothing",
            ),
            (
                "sqlite:///x.db?mode=ro",
                "expected the path of a file after `sqlite://`, but got one with parameters (`?…`)",
            ),
            ("sqlite:///srv/", "expected the path of a file after `sqlite://`, but got a folder"),
            (
                "postgres://user:pass@host:port/d",
                "expected `postgres://host/database`, but got an address that cannot be parsed: \
                 invalid port number",
            ),
        ] {
            assert_eq!(text.parse::<StoreUrl>().unwrap_err().to_string(), error);
        }
    }
}
