//! What can go wrong with the store.

use crate::domain::ListCode;
use crate::store::result_code::{CORRUPT, FULL, NOT_A_DATABASE, result_code};

/// PostgreSQL's `disk_full` (<https://www.postgresql.org/docs/current/errcodes-appendix.html>).
const DISK_FULL: &str = "53100";

/// What can go wrong with the store.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// Another process has the lock of the database.
    #[error("{store} is in use by another entitywatch process{holder}")]
    InUse { store: String, holder: String },
    #[error("failed to open {store}: {reason}")]
    Open { store: String, reason: String },
    /// The database is of a later version of the program, was edited by hand, or is damaged.
    #[error("found data in {place} that this version cannot read: {reason}")]
    Unreadable { place: String, reason: String },
    #[error("failed to {action}: {source}")]
    Database { action: &'static str, source: sqlx::Error },
    /// The rows to close are not current any more, because another writer closed them since they
    /// were read. The caller must read again.
    #[error("found that the rows of {list} in {source_name} have changed since they were read")]
    Stale { source_name: String, list: ListCode },
    #[error("failed to {action}: the store is open for reading only")]
    ReadOnly { action: &'static str },
}

impl StoreError {
    /// An error of the database during `action`. A damaged file has its own error, whatever the
    /// action was.
    pub(super) fn database(action: &'static str) -> impl Fn(sqlx::Error) -> StoreError {
        move |source| match result_code(&source) {
            Some(CORRUPT | NOT_A_DATABASE) => StoreError::Unreadable {
                place: format!("the store, trying to {action}"),
                reason: "the file is damaged".to_owned(),
            },
            _ => StoreError::Database { action, source },
        }
    }

    /// Whether the disk (or the quota) is full. Nothing was written, and the same write can be
    /// retried when there is space.
    pub fn is_full(&self) -> bool {
        match self {
            StoreError::Database { source, .. } => {
                result_code(source) == Some(FULL)
                    || source.as_database_error().and_then(|error| error.code()).as_deref()
                        == Some(DISK_FULL)
            }
            _ => false,
        }
    }
}

pub type Result<T> = std::result::Result<T, StoreError>;
