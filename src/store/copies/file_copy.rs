//! A consistent copy of a SQLite file, made while others read and write it.

use std::fs::{File, OpenOptions};
use std::io;
use std::os::unix::fs::{MetadataExt, OpenOptionsExt};
use std::path::{Path, PathBuf};

use sqlx::sqlite::{SqliteConnectOptions, SqliteConnection};
use sqlx::{ConnectOptions as _, Connection as _};

use crate::store::StoreError;
use crate::store::copies::error::{CopyError, Result};
use crate::store::copies::free_space::{expect_room, folder_of};
use crate::store::result_code::{CORRUPT, NOT_A_DATABASE, result_code};

/// How many rows SQLite reads ahead of the consumer. A compressed document has megabytes.
const ROWS_AHEAD: usize = 4;

/// A new file under another name, which gets its own name when it is whole. It is locked, so that
/// two processes do not write it. A file that a killed process left behind is replaced.
pub struct PartialFile {
    path: PathBuf,
    target: PathBuf,
    /// The lock belongs to the open file.
    file: File,
}

impl PartialFile {
    /// `copy.db` → `copy.db.partial`, mode 0600, empty. The target must not exist.
    pub fn create(target: &Path) -> Result<Self> {
        let path = with_suffix(target, ".partial");
        let failed = |error| CopyError::file("create", &path)(error);
        let open = OpenOptions::new()
            .read(true)
            .write(true)
            .create(true)
            .truncate(false)
            .mode(0o600)
            .open(&path);
        let file = open.map_err(failed)?;
        file.try_lock().map_err(|_| CopyError::Busy(target.to_owned()))?;
        // Looked up under the lock: the process that had it may have finished just now.
        if target.symlink_metadata().is_ok() {
            let _ = std::fs::remove_file(&path);
            return Err(CopyError::Exists(target.to_owned()));
        }
        file.set_len(0).map_err(failed)?;
        remove_beside(&path);
        Ok(Self { path, target: target.to_owned(), file })
    }

    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Gives the file its own name. It is on the disk when this returns.
    pub fn finish(self) -> Result<()> {
        self.sync()?;
        std::fs::rename(&self.path, &self.target)
            .map_err(|error| CopyError::file("name", &self.target)(error))?;
        sync_folder_of(&self.target)
    }

    /// Writes what the system still holds to the disk.
    pub fn sync(&self) -> Result<()> {
        self.file.sync_all().map_err(|error| CopyError::file("write", &self.path)(error))
    }

    /// Takes the file away, because it is not whole.
    pub fn discard(self) {
        let _ = std::fs::remove_file(&self.path);
        remove_beside(&self.path);
    }
}

/// Removes the files that SQLite has beside a database.
fn remove_beside(path: &Path) {
    for suffix in ["-journal", "-wal", "-shm"] {
        let _ = std::fs::remove_file(with_suffix(path, suffix));
    }
}

/// Writes the state of the database `from` into `to`, an empty file.
pub async fn copy_into(from: &Path, to: &Path) -> Result<()> {
    expect_room(to, size_of(from)?)?;
    let mut source = connect_to_read(from).await?;
    // `VACUUM INTO` reads one state of the database, whatever is written at the same time, and
    // writes pages without gaps.
    let query = sqlx::query("VACUUM INTO $1").bind(to.to_string_lossy().into_owned());
    let copied = query.execute(&mut source).await;
    let _ = source.close().await;
    match copied {
        Ok(_) => Ok(()),
        Err(error) if is_damage(&error) => Err(damaged(from)),
        Err(error) => Err(CopyError::writing(to, StoreError::database("copy the database")(error))),
    }
}

/// The bytes of a database, with what is still in its log.
pub fn size_of(database: &Path) -> Result<u64> {
    let file = database.metadata().map_err(|error| match error.kind() {
        io::ErrorKind::NotFound => CopyError::Missing(database.to_owned()),
        _ => CopyError::file("read", database)(error),
    })?;
    let log = with_suffix(database, "-wal").metadata().map_or(0, |log| log.len());
    Ok(file.len() + log)
}

/// Opens a database for reading, also one in a folder that cannot be written.
pub async fn connect_to_read(database: &Path) -> Result<SqliteConnection> {
    size_of(database)?;
    let options = SqliteConnectOptions::new()
        .filename(database)
        .create_if_missing(false)
        .read_only(true)
        .row_buffer_size(ROWS_AHEAD)
        .disable_statement_logging();
    let found = first_read(&options).await;
    // Without a writer SQLite cannot create the files that readers of a log share. Without a log
    // the file is complete by itself.
    let has_log = with_suffix(database, "-wal").metadata().is_ok_and(|log| log.len() > 0);
    let found = match found {
        Err(error) if !has_log && !is_damage(&error) => first_read(&options.immutable(true)).await,
        found => found,
    };
    found.map_err(|error| {
        if is_damage(&error) {
            damaged(database)
        } else {
            StoreError::database("read the database")(error).into()
        }
    })
}

async fn first_read(options: &SqliteConnectOptions) -> sqlx::Result<SqliteConnection> {
    let mut connection = options.connect().await?;
    sqlx::query("SELECT COUNT(*) FROM sqlite_schema").fetch_one(&mut connection).await?;
    Ok(connection)
}

/// Whether two paths lead to one file.
pub fn is_same_file(one: &Path, other: &Path) -> bool {
    match (one.metadata(), other.metadata()) {
        (Ok(one), Ok(other)) => (one.dev(), one.ino()) == (other.dev(), other.ino()),
        _ => false,
    }
}

/// Makes what was renamed or removed in the folder of `file` last.
pub fn sync_folder_of(file: &Path) -> Result<()> {
    let folder = folder_of(file);
    let synced = File::open(&folder).and_then(|open| open.sync_all());
    synced.map_err(|error| CopyError::file("write", &folder)(error))
}

/// `x.db` → `x.db-wal`
pub fn with_suffix(path: &Path, suffix: &str) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(suffix);
    name.into()
}

pub fn is_damage(error: &sqlx::Error) -> bool {
    matches!(result_code(error), Some(CORRUPT | NOT_A_DATABASE))
}

fn damaged(database: &Path) -> CopyError {
    CopyError::Faulty {
        place: database.display().to_string(),
        fault: "it is not a SQLite database, or it is damaged".to_owned(),
    }
}
