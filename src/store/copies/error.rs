//! What can go wrong with a copy of the database.

use std::io;
use std::path::{Path, PathBuf};

use crate::domain::size_text;
use crate::store::StoreError;

/// Why a copy was not made, restored or moved. Unless the text says otherwise, nothing has changed.
#[derive(Debug, thiserror::Error)]
pub enum CopyError {
    #[error(transparent)]
    Store(#[from] StoreError),
    #[error("failed to {action} {}: {reason}", path.display())]
    File { action: &'static str, path: PathBuf, reason: io::Error },
    #[error("failed to {action}: the disk is full: free some space and repeat the command")]
    Full { action: String },
    #[error(
        "expected {} of free space in {}, but only {} are free: free some space and repeat",
        size_text(*needed), folder.display(), size_text(*free)
    )]
    Space { folder: PathBuf, needed: u64, free: u64 },
    #[error(
        "expected a name that no file has yet, but {} exists: name another file", .0.display()
    )]
    Exists(PathBuf),
    #[error("expected a backup, but there is no file {}", .0.display())]
    Missing(PathBuf),
    #[error("expected a backup, but {} is the database itself", .0.display())]
    OfItself(PathBuf),
    #[error("another process is writing {}", .0.display())]
    Busy(PathBuf),
    #[error("expected a whole backup, but {place} is not: {fault}")]
    Faulty { place: String, fault: String },
    #[error(
        "{store} is in use by another entitywatch process{holder}: stop the daemon (`systemctl \
         stop entitywatch`) and repeat the command"
    )]
    Running { store: String, holder: String },
    #[error(
        "expected a database without tables, but {0} has some: create an empty database for it \
         and repeat the command"
    )]
    NotEmpty(String),
    #[error("expected the address of a PostgreSQL database (`postgres://…`), but got {0}")]
    Target(String),
    #[error("expected a SQLite file as [store] url, but the store is {0}")]
    Source(String),
    #[error(
        "the copy differs from the original in the table `{table}`: {detail}; nothing of it is \
         used, and the command can be repeated"
    )]
    Differs { table: String, detail: String },
    #[error("expected the tables of this version, but {0}")]
    Layout(String),
}

impl CopyError {
    /// Whether the command or the configuration must be corrected.
    pub fn is_usage(&self) -> bool {
        matches!(
            self,
            Self::Exists(_)
                | Self::Missing(_)
                | Self::OfItself(_)
                | Self::Target(_)
                | Self::Source(_)
        )
    }

    pub(super) fn file(action: &'static str, path: &Path) -> impl Fn(io::Error) -> Self {
        let path = path.to_owned();
        move |reason| match reason.kind() {
            io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded => {
                Self::Full { action: format!("{action} {}", path.display()) }
            }
            _ => Self::File { action, path: path.clone(), reason },
        }
    }

    /// An error of the database that writes to this file.
    pub(super) fn writing(path: &Path, error: StoreError) -> Self {
        if error.is_full() {
            Self::Full { action: format!("write {}", path.display()) }
        } else {
            error.into()
        }
    }
}

pub type Result<T> = std::result::Result<T, CopyError>;
