//! Opening a SQLite file: its lock, permissions and pragmas, and what can be wrong with it.

use std::fs::{DirBuilder, OpenOptions};
use std::io;
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt};
use std::path::{Path, PathBuf};
use std::time::Duration;

use sqlx::sqlite::{SqliteConnectOptions, SqlitePool, SqlitePoolOptions, SqliteSynchronous};
use sqlx::{ConnectOptions as _, Connection as _, Row as _};

use crate::file_owner::give_to_owner_of_parent;
use crate::store::copies::copy_before_migration;
use crate::store::pools::{Pools, READER_IDLE, READERS};
use crate::store::process_lock::{LockFailure, ProcessLock};
use crate::store::result_code::{CORRUPT, FULL, GENERIC_ERROR, NOT_A_DATABASE, result_code};
use crate::store::{Mode, Result, Store, StoreError, StoreUrl, migrations};

/// How long a write waits for the one before it: a complete list is one transaction, and a disk may
/// be slow.
const WRITE_TIMEOUT: Duration = Duration::from_secs(120);
/// How long SQLite itself waits for a lock of another connection.
const BUSY_TIMEOUT: Duration = Duration::from_secs(5);
/// How many rows SQLite reads ahead of the consumer. A list has thousands, and a switch between the
/// two threads costs more than a row.
const ROWS_AHEAD: usize = 256;
/// The page cache of a reading connection, in KiB (after the minus sign). The operating system
/// caches the file too. SQLite's own 2 MiB for each connection would lie among the entries of a
/// check, and keep the C library from giving back the memory between them.
const READER_CACHE: &str = "-256";

/// Opens the file.
pub async fn open(url: &StoreUrl, mode: Mode) -> Result<Store> {
    let store = url.to_string();
    let Some(path) = url.sqlite_path() else {
        let reason = "expected a SQLite file".to_owned();
        return Err(StoreError::Open { store, reason });
    };
    let file = SqliteFile { url, path, store };
    match mode {
        Mode::Write | Mode::Act => file.open_to_write(mode).await,
        Mode::Read => file.open_to_read().await,
    }
}

struct SqliteFile<'a> {
    url: &'a StoreUrl,
    path: &'a Path,
    /// Its name in messages.
    store: String,
}

impl SqliteFile<'_> {
    async fn open_to_write(self, mode: Mode) -> Result<Store> {
        let length = self.create()?;
        let lock = self.lock()?;
        let writer = self.writer();
        let mut version = None;
        if length > 0 {
            // Before anything is written, so that the file of another program stays as it is.
            let found = self.inspect(&writer).await?;
            found.refuse_later(&self.store)?;
            version = found.version;
            self.copy_before_migration(version).await?;
        }
        // The mode is stored in the file, but a copy that SQLite made can lack it.
        sqlx::query("PRAGMA journal_mode = WAL")
            .execute(&writer)
            .await
            .map_err(|error| self.explain(error))?;
        if version != Some(migrations::SQLITE.newest()) {
            let explain = |error| migrations::SQLITE.explain(&self.store, error);
            migrations::SQLITE
                .migrator()
                .await
                .map_err(explain)?
                .run(&writer)
                .await
                .map_err(explain)?;
        }
        let readers = match mode {
            Mode::Act => writer.clone(),
            Mode::Write | Mode::Read => Self::readers().connect_lazy_with(self.reading_options()),
        };
        Ok(Store::unshared(self.url, Pools::Sqlite { writer: Some(writer), readers }, Some(lock)))
    }

    /// Copies the file before its tables are migrated.
    async fn copy_before_migration(&self, version: Option<i64>) -> Result<()> {
        let Some(version) = version.filter(|version| *version < migrations::SQLITE.newest()) else {
            return Ok(());
        };
        copy_before_migration(self.path, version).await.map_err(|problem| {
            self.cannot_open(format!("no copy was made before the migration: {problem}"))
        })
    }

    /// Creates the file and its folder if they do not exist. Returns the length of the file.
    fn create(&self) -> Result<u64> {
        self.refuse_folder()?;
        if let Some(folder) = self.path.parent().filter(|folder| !folder.as_os_str().is_empty()) {
            let made = DirBuilder::new().recursive(true).mode(0o700).create(folder);
            made.map_err(|error| {
                self.cannot_open(format!("failed to create its folder: {error}"))
            })?;
        }
        let is_new = !self.path.exists();
        // SQLite gives the files beside the database the same permissions and the same owner.
        let made = OpenOptions::new().append(true).create(true).mode(0o600).open(self.path);
        let metadata = made
            .and_then(|file| file.metadata())
            .map_err(|error| self.cannot_open(error.to_string()))?;
        if is_new {
            give_to_owner_of_parent(self.path);
        }
        Ok(metadata.len())
    }

    /// Takes the lock of the file. It is on the real path, so that a link to the file shares it.
    fn lock(&self) -> Result<ProcessLock> {
        let file = self.path.canonicalize().map_err(|error| self.cannot_open(error.to_string()))?;
        ProcessLock::take(&file).map_err(|failure| match failure {
            LockFailure::Taken(pid) => StoreError::InUse {
                store: self.store.clone(),
                holder: pid.map(|pid| format!(" (pid {pid})")).unwrap_or_default(),
            },
            LockFailure::Io(error) => self.cannot_open(format!("failed to take its lock: {error}")),
        })
    }

    /// The one connection that writes.
    fn writer(&self) -> SqlitePool {
        let pool = SqlitePoolOptions::new()
            .max_connections(1)
            .idle_timeout(None)
            .max_lifetime(None)
            .acquire_timeout(WRITE_TIMEOUT)
            .test_before_acquire(false)
            // When SQLite itself rolls back (the disk is full), the driver still believes that the
            // connection is in a transaction and begins no other. Such a connection is closed and
            // replaced. The process lock is on a file of its own, so it is kept.
            .before_acquire(|connection, _| {
                Box::pin(std::future::ready(Ok(!connection.is_in_transaction())))
            });
        // What is erased must not stay in the file.
        let options = self.options().pragma("secure_delete", "ON");
        pool.connect_lazy_with(options.synchronous(SqliteSynchronous::Full))
    }

    async fn open_to_read(self) -> Result<Store> {
        self.refuse_folder()?;
        match self.path.metadata() {
            Ok(metadata) if metadata.len() > 0 => {}
            Ok(_) => return Err(self.nothing_stored()),
            Err(error) if error.kind() == io::ErrorKind::NotFound => {
                return Err(self.nothing_stored());
            }
            Err(error) => return Err(self.cannot_open(error.to_string())),
        }
        let options = self.reading_options();
        let mut readers = Self::readers().connect_lazy_with(options.clone());
        let mut found = self.inspect(&readers).await;
        // Without a writer, and in a folder that cannot be written, SQLite cannot create the files
        // that readers of a WAL share. If there is no WAL, the file is complete by itself and can
        // be read as it is.
        if matches!(found, Err(StoreError::Open { .. })) {
            match beside(self.path, "-wal").metadata() {
                Ok(wal) if wal.len() > 0 => {
                    return Err(self.cannot_open(format!(
                        "the last writes are in {} and cannot be read by this user: start the \
                         daemon, or run the command as its user",
                        beside(self.path, "-wal").display()
                    )));
                }
                _ => {
                    readers = Self::readers().connect_lazy_with(options.immutable(true));
                    found = self.inspect(&readers).await;
                }
            }
        }
        match found?.version {
            None => return Err(self.nothing_stored()),
            version => migrations::SQLITE.check(&self.store, version)?,
        }
        Ok(Store::unshared(self.url, Pools::Sqlite { writer: None, readers }, None))
    }

    fn options(&self) -> SqliteConnectOptions {
        SqliteConnectOptions::new()
            .filename(self.path)
            .create_if_missing(false)
            .foreign_keys(true)
            .busy_timeout(BUSY_TIMEOUT)
            .row_buffer_size(ROWS_AHEAD)
            .disable_statement_logging()
    }

    fn reading_options(&self) -> SqliteConnectOptions {
        self.options().read_only(true).pragma("cache_size", READER_CACHE)
    }

    fn readers() -> SqlitePoolOptions {
        SqlitePoolOptions::new()
            .max_connections(READERS)
            .idle_timeout(READER_IDLE)
            .test_before_acquire(false)
    }

    /// Reads what is in the file, and refuses the file of another program.
    async fn inspect(&self, pool: &SqlitePool) -> Result<Found> {
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

    fn nothing_stored(&self) -> StoreError {
        self.cannot_open(
            "nothing is stored yet: `entitywatch run` or `entitywatch check` creates it".to_owned(),
        )
    }

    fn cannot_open(&self, reason: String) -> StoreError {
        StoreError::Open { store: self.store.clone(), reason }
    }

    /// Explains an error of opening by its result code.
    fn explain(&self, error: sqlx::Error) -> StoreError {
        match result_code(&error) {
            Some(CORRUPT | NOT_A_DATABASE) => StoreError::Unreadable {
                place: self.store.clone(),
                reason: "it is not a SQLite database, or it is damaged".to_owned(),
            },
            Some(FULL) => self.cannot_open("the disk is full".to_owned()),
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

/// What is in a file.
struct Found {
    /// Tables other than that of the versions; counted only if there is no version.
    tables: i64,
    /// The newest version of the tables.
    version: Option<i64>,
}

impl Found {
    /// Refuses tables of a later version. Earlier ones are migrated.
    fn refuse_later(&self, store: &str) -> Result<()> {
        if self.version > Some(migrations::SQLITE.newest()) {
            migrations::SQLITE.check(store, self.version)
        } else {
            Ok(())
        }
    }
}

async fn found(pool: &SqlitePool) -> sqlx::Result<Found> {
    // One connection for both queries: a released connection is free only after a moment.
    let mut connection = pool.acquire().await?;
    let newest =
        sqlx::query("SELECT MAX(version) FROM _sqlx_migrations").fetch_one(&mut *connection).await;
    let version: Option<i64> = match newest {
        Ok(row) => row.try_get(0)?,
        // There is no such table.
        Err(error) if result_code(&error) == Some(GENERIC_ERROR) => None,
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

#[cfg(test)]
mod tests {
    use jiff::Timestamp;

    use super::*;
    use crate::domain::{Document, Entry, ListCode, ListState, Sha256};
    use crate::store::{CheckRecord, ListUpdate};

    fn check_record(names: std::ops::Range<u32>) -> CheckRecord {
        let at = Timestamp::UNIX_EPOCH;
        let state = ListState {
            source: "csl".to_owned(),
            list: ListCode::EL,
            baseline_at: at,
            count: names.len(),
            recent_counts: Vec::new(),
            document_sha256: Sha256::of(b""),
            observed_at: at,
            as_of: None,
            rejected_content: None,
        };
        let open = names
            .map(|n| Entry::named(ListCode::EL, format!("{n} {}", "x".repeat(2000))))
            .collect();
        let journal = vec![crate::domain::journal::JournalEvent {
            kind: "check".to_owned(),
            data: serde_json::json!({}),
        }];
        CheckRecord {
            at,
            lists: vec![ListUpdate { state, close: Vec::new(), open }],
            journal,
            ..CheckRecord::default()
        }
    }

    /// SQLite treats a file that may not grow like a full disk. After a statement of many rows it
    /// reverses that statement, and after one of a single row it reverses the transaction.
    #[tokio::test]
    async fn a_full_disk_loses_nothing_and_what_failed_succeeds_when_there_is_space() {
        let folder = tempfile::tempdir().unwrap();
        let url = StoreUrl::sqlite_file(folder.path().join("record.db"));
        let store = open(&url, Mode::Write).await.unwrap();
        store.record(check_record(0..10)).await.unwrap();
        let Pools::Sqlite { writer: Some(writer), .. } = &store.pools else {
            panic!("expected a writer to SQLite")
        };

        let compressed = bytes::Bytes::from(vec![b'x'; 1 << 20]);
        let document = Document {
            sha256: Sha256::of(b"x"),
            size_bytes: 1 << 20,
            fetched_at: Timestamp::UNIX_EPOCH,
            compressed,
        };
        let of_many_rows = check_record(10..1000);
        let of_one_row = CheckRecord { document: Some(document), ..check_record(10..1000) };
        for record in [of_many_rows, of_one_row.clone(), of_one_row.clone()] {
            sqlx::query("PRAGMA max_page_count = 1").execute(writer).await.unwrap();
            let error = store.record(record).await.unwrap_err();
            assert!(error.is_full(), "{error}");
            assert!(error.to_string().contains("the disk is full"), "{error}");
            store.ping().await.unwrap();
            assert_eq!(store.current_entries("csl", ListCode::EL).await.unwrap().len(), 10);
            assert_eq!(store.journal(0, 10).await.unwrap().len(), 1);
        }

        sqlx::query("PRAGMA max_page_count = 1000000").execute(writer).await.unwrap();
        store.record(of_one_row).await.unwrap();
        assert_eq!(store.current_entries("csl", ListCode::EL).await.unwrap().len(), 1000);
        assert_eq!(store.journal(0, 10).await.unwrap().len(), 2);
        let second = open(&url, Mode::Write).await.err();
        assert!(
            matches!(second, Some(StoreError::InUse { .. })),
            "the lock outlives the connections: {second:?}"
        );
    }

    #[tokio::test]
    async fn a_link_to_a_database_shares_its_lock() {
        let folder = tempfile::tempdir().unwrap();
        let (file, link) = (folder.path().join("record.db"), folder.path().join("link.db"));
        std::os::unix::fs::symlink(&file, &link).unwrap();
        let first = open(&StoreUrl::sqlite_file(&file), Mode::Write).await.unwrap();
        let second = open(&StoreUrl::sqlite_file(&link), Mode::Write).await.err();
        assert!(matches!(second, Some(StoreError::InUse { .. })), "{second:?}");
        drop(first);
    }

    #[tokio::test]
    async fn ping_fails_if_no_write_can_begin() {
        let folder = tempfile::tempdir().unwrap();
        let url = StoreUrl::sqlite_file(folder.path().join("record.db"));
        let store = open(&url, Mode::Write).await.unwrap();
        let Pools::Sqlite { writer: Some(writer), .. } = &store.pools else {
            panic!("expected a writer to SQLite")
        };
        store.ping().await.unwrap();
        let underway = writer.begin_with("BEGIN IMMEDIATE").await.unwrap();
        store.ping().await.unwrap();
        underway.rollback().await.unwrap();
        sqlx::query("BEGIN").execute(writer).await.unwrap();
        // A task of the pool releases the connection.
        while writer.num_idle() == 0 {
            tokio::task::yield_now().await;
        }
        assert!(
            store.ping().await.unwrap_err().to_string().starts_with("failed to begin a write: ")
        );
    }
}
