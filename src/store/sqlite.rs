//! Opening the SQLite file: its lock, its rights, its pragmas, and what may be wrong with it.

use std::fs::{DirBuilder, OpenOptions};
use std::io;
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt};
use std::path::{Path, PathBuf};
use std::time::Duration;

use sqlx::sqlite::{SqliteConnectOptions, SqlitePool, SqlitePoolOptions, SqliteSynchronous};
use sqlx::{ConnectOptions as _, Connection as _, Row as _};

use crate::store::lock::{LockFailure, ProcessLock};
use crate::store::sql::Db;
use crate::store::{Mode, Result, Store, StoreError, migrations};

/// How many reads go on beside the writer.
const READERS: u32 = 4;
/// How long one waits for another's write: a whole list is one transaction, and a disk may be slow.
const PATIENCE: Duration = Duration::from_secs(120);
/// How many rows a read is ahead of whoever takes them: a list is thousands, and each wait of one
/// for the other costs more than a row.
const ROWS_AHEAD: usize = 1_024;

pub async fn open(path: &Path, store: String, mode: Mode) -> Result<Store> {
    let file = SqliteFile { path, store };
    match mode {
        Mode::Write | Mode::Act => file.open_to_write(mode).await,
        Mode::Read => file.open_to_read().await,
    }
}

struct SqliteFile<'a> {
    path: &'a Path,
    /// How messages name it.
    store: String,
}

impl SqliteFile<'_> {
    async fn open_to_write(self, mode: Mode) -> Result<Store> {
        self.refuse_folder()?;
        if let Some(folder) = self.path.parent().filter(|folder| !folder.as_os_str().is_empty()) {
            let made = DirBuilder::new().recursive(true).mode(0o700).create(folder);
            made.map_err(|error| self.cannot_open(format!("failed to make its folder: {error}")))?;
        }
        // SQLite gives the files beside it the rights of the database, so these decide for all.
        let made = OpenOptions::new().append(true).create(true).mode(0o600).open(self.path);
        let length = made
            .and_then(|file| file.metadata())
            .map_err(|error| self.cannot_open(error.to_string()))?
            .len();
        // Whatever link leads to it, it is one file and has one lock.
        let file = self.path.canonicalize().map_err(|error| self.cannot_open(error.to_string()))?;
        let lock = ProcessLock::take(&file).map_err(|failure| match failure {
            LockFailure::Held(pid) => StoreError::InUse {
                store: self.store.clone(),
                holder: pid.map(|pid| format!(" (pid {pid})")).unwrap_or_default(),
            },
            LockFailure::Io(error) => self.cannot_open(format!("failed to take its lock: {error}")),
        })?;
        let pool = SqlitePoolOptions::new()
            .max_connections(1)
            .idle_timeout(None)
            .max_lifetime(None)
            .acquire_timeout(PATIENCE)
            .test_before_acquire(false)
            // Where SQLite itself rolls back (the disk is full), the driver goes on taking the
            // connection to be in a transaction and begins no other: it is closed, and
            // another opened. The process lock is on a file of its own and stays.
            .before_acquire(|connection, _| {
                Box::pin(std::future::ready(Ok(!connection.is_in_transaction())))
            });
        let writer = pool.connect_lazy_with(self.options().synchronous(SqliteSynchronous::Full));
        let mut version = None;
        if length > 0 {
            // Looked at before anything is written: a file of another program stays as it is.
            let found = self.look(&writer).await?;
            found.refuse_later(&self.store)?;
            version = found.version;
        }
        // The file keeps it, but a copy that SQLite made of it need not.
        sqlx::query("PRAGMA journal_mode = WAL")
            .execute(&writer)
            .await
            .map_err(|error| self.explain(error))?;
        if version != Some(migrations::SQLITE.newest()) {
            let migrator = migrations::SQLITE
                .migrator()
                .await
                .map_err(|error| migrations::SQLITE.explain(&self.store, error))?;
            migrator
                .run(&writer)
                .await
                .map_err(|error| migrations::SQLITE.explain(&self.store, error))?;
        }
        let readers = match mode {
            Mode::Act => writer.clone(),
            Mode::Write | Mode::Read => {
                Self::readers().connect_lazy_with(self.options().read_only(true))
            }
        };
        Ok(Store::new(Db::Sqlite { writer: Some(writer), readers }, Some(lock)))
    }

    async fn open_to_read(self) -> Result<Store> {
        self.refuse_folder()?;
        match self.path.metadata() {
            Ok(metadata) if metadata.len() > 0 => {}
            Ok(_) => return Err(self.nothing_recorded()),
            Err(error) if error.kind() == io::ErrorKind::NotFound => {
                return Err(self.nothing_recorded());
            }
            Err(error) => return Err(self.cannot_open(error.to_string())),
        }
        let options = self.options().read_only(true);
        let mut readers = Self::readers().connect_lazy_with(options.clone());
        let mut found = self.look(&readers).await;
        // Where no writer is and the folder cannot be written, SQLite cannot make the files that
        // readers of a WAL share. Without a WAL the file is whole by itself and can be read
        // as it is.
        if matches!(found, Err(StoreError::Open { .. })) {
            match beside(self.path, "-wal").metadata() {
                Ok(wal) if wal.len() > 0 => {
                    return Err(self.cannot_open(format!(
                        "the last writes stand in {} and cannot be taken in from here: start the \
                         daemon, or read as its user",
                        beside(self.path, "-wal").display()
                    )));
                }
                _ => {
                    readers = Self::readers().connect_lazy_with(options.immutable(true));
                    found = self.look(&readers).await;
                }
            }
        }
        match found?.version {
            None => return Err(self.nothing_recorded()),
            version => migrations::SQLITE.check(&self.store, version)?,
        }
        Ok(Store::new(Db::Sqlite { writer: None, readers }, None))
    }

    fn options(&self) -> SqliteConnectOptions {
        SqliteConnectOptions::new()
            .filename(self.path)
            .create_if_missing(false)
            .foreign_keys(true)
            .busy_timeout(Duration::from_secs(5))
            .row_buffer_size(ROWS_AHEAD)
            .disable_statement_logging()
    }

    fn readers() -> SqlitePoolOptions {
        SqlitePoolOptions::new()
            .max_connections(READERS)
            .idle_timeout(Duration::from_secs(60))
            .test_before_acquire(false)
    }

    /// What the file says of itself.
    async fn look(&self, pool: &SqlitePool) -> Result<Found> {
        let found = found(pool).await.map_err(|error| self.explain(error))?;
        if found.version.is_none() && found.tables > 0 {
            migrations::SQLITE.check(&self.store, None)?;
        }
        Ok(found)
    }

    fn refuse_folder(&self) -> Result<()> {
        if self.path.is_dir() {
            Err(self.cannot_open("expected a file, but it is a folder".to_owned()))
        } else {
            Ok(())
        }
    }

    fn nothing_recorded(&self) -> StoreError {
        self.cannot_open(
            "nothing is recorded yet: `entitywatch run` or `entitywatch check` makes it".to_owned(),
        )
    }

    fn cannot_open(&self, reason: String) -> StoreError {
        StoreError::Open { store: self.store.clone(), reason }
    }

    /// By SQLite's result codes (<https://www.sqlite.org/rescode.html>).
    fn explain(&self, error: sqlx::Error) -> StoreError {
        match result_code(&error) {
            Some(11 | 26) => StoreError::Unreadable {
                place: self.store.clone(),
                reason: "it is no SQLite database, or it is damaged".to_owned(),
            },
            Some(13) => self.cannot_open("the disk is full".to_owned()),
            _ => self.cannot_open(error.to_string()),
        }
    }
}

/// `x.db` → `x.db-wal`
fn beside(path: &Path, suffix: &str) -> PathBuf {
    let mut beside = path.as_os_str().to_owned();
    beside.push(suffix);
    beside.into()
}

/// SQLite's primary result code; PostgreSQL's codes are five characters and none of these.
pub fn result_code(error: &sqlx::Error) -> Option<u32> {
    let code: u32 =
        error.as_database_error()?.code().filter(|code| code.len() < 5)?.parse().ok()?;
    Some(code & 0xff)
}

struct Found {
    /// Counted where there is no version.
    tables: i64,
    /// Of the newest migration that was made.
    version: Option<i64>,
}

impl Found {
    /// An earlier version is migrated, a later one left alone.
    fn refuse_later(&self, store: &str) -> Result<()> {
        if self.version > Some(migrations::SQLITE.newest()) {
            migrations::SQLITE.check(store, self.version)
        } else {
            Ok(())
        }
    }
}

async fn found(pool: &SqlitePool) -> sqlx::Result<Found> {
    // One connection for both: what is given back is free again only a moment later.
    let mut connection = pool.acquire().await?;
    let newest =
        sqlx::query("SELECT MAX(version) FROM _sqlx_migrations").fetch_one(&mut *connection).await;
    let version: Option<i64> = match newest {
        Ok(row) => row.try_get(0)?,
        // There is no such table.
        Err(error) if result_code(&error) == Some(1) => None,
        Err(error) => return Err(error),
    };
    if version.is_some() {
        return Ok(Found { tables: 0, version });
    }
    let others =
        "SELECT COUNT(*) FROM sqlite_schema WHERE type = 'table' AND name <> '_sqlx_migrations'";
    let row = sqlx::query(others).fetch_one(&mut *connection).await?;
    Ok(Found { tables: row.try_get(0)?, version })
}
