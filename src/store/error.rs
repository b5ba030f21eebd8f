//! What can go wrong with the store.

use crate::domain::{DeliveryId, ListCode};
use crate::store::result_code::{CORRUPT, FULL, NOT_A_DATABASE, result_code};

/// PostgreSQL's `disk_full` (<https://www.postgresql.org/docs/current/errcodes-appendix.html>).
const DISK_FULL: &str = "53100";
/// The first characters of the codes of a server that is away, that has too many connections, that
/// starts or stops, that ended the session because the client was silent, or that is read-only.
const OUTAGES: [&str; 5] = ["08", "533", "57P", "25P03", "25006"];

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
    #[error("failed to {action}: {}", in_words(source))]
    Database { action: &'static str, source: sqlx::Error },
    /// The rows to close are not current any more, because another writer closed them since they
    /// were read. The caller must read again.
    #[error("found that the rows of {list} in {source_name} have changed since they were read")]
    Stale { source_name: String, list: ListCode },
    #[error("failed to {action}: the store is open for reading only")]
    ReadOnly { action: &'static str },
    /// The server accepts no writes now: it is a standby, or is being replaced by one.
    #[error("failed to {action}: the database server accepts no writes")]
    NotWritable { action: &'static str },
    /// Another instance took over, because this one was silent for too long. Nothing was written.
    #[error("found that another instance has taken over `{name}`")]
    LeaseLost { name: String },
    /// Another instance has claimed these deliveries, because this one was silent for too long.
    /// Nothing was written.
    #[error("found that another instance has claimed {} of the deliveries", deliveries.len())]
    ClaimLost { deliveries: Vec<DeliveryId> },
    /// The state of the receiver is not the one that the outcomes were computed from. Nothing was
    /// written, and the caller must read it again.
    #[error("found that the state of the receiver {receiver} has changed since it was read")]
    ReceiverChanged { receiver: String },
    #[error(
        "expected the configuration of the other instances, but instance {instance} (pid {pid} on \
         {host}) runs with another one: make them equal, or start with `--allow-different-config`"
    )]
    DifferentConfig { instance: i64, host: String, pid: i64 },
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

    /// Whether the database server is away, refuses connections, or accepts no writes for now. The
    /// next try may find it back, and nothing has to be restarted.
    pub fn is_outage(&self) -> bool {
        match self {
            StoreError::NotWritable { .. } => true,
            StoreError::Database { source, .. } => match source {
                sqlx::Error::Io(_) | sqlx::Error::PoolTimedOut | sqlx::Error::Protocol(_) => true,
                sqlx::Error::Database(error) => error.code().is_some_and(|code| {
                    OUTAGES.iter().any(|prefix| code.len() == 5 && code.starts_with(prefix))
                }),
                _ => false,
            },
            _ => false,
        }
    }

    /// Whether the disk (or the quota) is full. Nothing was written, and the same write can be
    /// retried when there is space.
    pub fn is_full(&self) -> bool {
        match self {
            StoreError::Database { source, .. } => is_full(source),
            _ => false,
        }
    }
}

fn is_full(error: &sqlx::Error) -> bool {
    result_code(error) == Some(FULL)
        || error.as_database_error().and_then(|error| error.code()).as_deref() == Some(DISK_FULL)
}

/// An operator must see at once that space is missing.
fn in_words(error: &sqlx::Error) -> String {
    if is_full(error) { "the disk is full".to_owned() } else { error.to_string() }
}

pub type Result<T> = std::result::Result<T, StoreError>;
