//! Puts a new file in the place of a SQLite database that nobody has open, and keeps the old one.

use std::fs::DirBuilder;
use std::os::unix::fs::{DirBuilderExt, MetadataExt, chown};
use std::path::{Path, PathBuf};

use jiff::Timestamp;
use sqlx::sqlite::SqliteConnectOptions;
use sqlx::{ConnectOptions as _, Connection as _};

use crate::crash_point::CrashPoint;
use crate::domain::file_name_time;
use crate::store::copies::error::{CopyError, Result};
use crate::store::copies::file_copy::{PartialFile, is_damage, sync_folder_of, with_suffix};
use crate::store::copies::free_space::folder_of;
use crate::store::process_lock::{LockFailure, ProcessLock};
use crate::store::{StoreError, StoreUrl};

/// Takes the lock of a database file, which a running daemon has.
pub fn lock(database: &Path, store: &StoreUrl) -> Result<ProcessLock> {
    let folder = folder_of(database);
    let made = DirBuilder::new().recursive(true).mode(0o700).create(&folder);
    made.map_err(|error| CopyError::file("create", &folder)(error))?;
    // On the real path, as the daemon does. A file that is lost has only its own.
    let real = database.canonicalize().unwrap_or_else(|_| database.to_owned());
    ProcessLock::take(&real).map_err(|failure| match failure {
        LockFailure::Taken(pid) => CopyError::Running {
            store: store.to_string(),
            holder: pid.map(|pid| format!(" (pid {pid})")).unwrap_or_default(),
        },
        LockFailure::Io(error) => CopyError::file("lock", &real)(error),
    })
}

/// Puts `new` in the place of `database`. Returns where the old database is kept, if there was one.
///
/// The old one is there under both names until the new one replaces it, in one step. So a process
/// that is killed at any point leaves one of the two, whole.
pub async fn replace(database: &Path, new: PartialFile, now: Timestamp) -> Result<Option<PathBuf>> {
    // A link to a database stays a link.
    let database = &database.canonicalize().unwrap_or_else(|_| database.to_owned());
    let kept = if database.exists() { Some(keep(database, now).await?) } else { None };
    give_to_owner(new.path(), kept.as_deref(), database)?;
    new.sync()?;
    // Logs without a database, of which the old one, if any, has its copies.
    for suffix in ["-wal", "-shm"] {
        let _ = std::fs::remove_file(with_suffix(database, suffix));
    }
    CrashPoint::RestoreKept.pass();
    std::fs::rename(new.path(), database)
        .map_err(|error| CopyError::file("replace", database)(error))?;
    sync_folder_of(database)?;
    CrashPoint::RestoreReplaced.pass();
    Ok(kept)
}

/// Gives the old database a second name: `NAME.before-restore-20260301T100000Z`.
async fn keep(database: &Path, now: Timestamp) -> Result<PathBuf> {
    let kept = unused_name(database, now);
    let link = |from: &Path, to: &Path| {
        std::fs::hard_link(from, to).map_err(|error| CopyError::file("keep", from)(error))
    };
    merge_log(database).await?;
    link(database, &kept)?;
    // A damaged database keeps its log, which could not be merged.
    let log = with_suffix(database, "-wal");
    if log.metadata().is_ok_and(|log| log.len() > 0) {
        link(&log, &with_suffix(&kept, "-wal"))?;
    }
    sync_folder_of(database)?;
    Ok(kept)
}

fn unused_name(database: &Path, now: Timestamp) -> PathBuf {
    let mark = format!(".before-restore-{}", file_name_time(now));
    let name = with_suffix(database, &mark);
    let numbered = (2..).map(|number| with_suffix(database, &format!("{mark}-{number}")));
    let mut names = std::iter::once(name.clone()).chain(numbered);
    names.find(|name| name.symlink_metadata().is_err()).unwrap_or(name)
}

/// Merges the log into the file, so that the file alone is complete. A damaged file stays as it is.
async fn merge_log(database: &Path) -> Result<()> {
    let options = SqliteConnectOptions::new()
        .filename(database)
        .create_if_missing(false)
        .disable_statement_logging();
    let merged = async {
        let mut connection = options.connect().await?;
        sqlx::query("PRAGMA wal_checkpoint(TRUNCATE)").fetch_all(&mut connection).await?;
        connection.close().await
    };
    match merged.await {
        Ok(()) => Ok(()),
        Err(error) if is_damage(&error) => Ok(()),
        Err(error) => {
            let error = StoreError::database("complete the old database")(error);
            Err(CopyError::writing(database, error))
        }
    }
}

/// A command of root restores the database of the service's user.
fn give_to_owner(new: &Path, old: Option<&Path>, database: &Path) -> Result<()> {
    let failed = |error| CopyError::file("change the owner of", new)(error);
    let folder = folder_of(database);
    let owner = old.unwrap_or(&folder).metadata().map_err(failed)?;
    let own = new.metadata().map_err(failed)?;
    if (own.uid(), own.gid()) == (owner.uid(), owner.gid()) {
        return Ok(());
    }
    chown(new, Some(owner.uid()), Some(owner.gid())).map_err(failed)
}
