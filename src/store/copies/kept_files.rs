//! Small files that a backup has beside the tables, such as the keys of receipts. The store does
//! not know what they mean.
//!
//! They are rows of a table that only a backup has. A restore takes the table out again.

use std::fmt;
use std::path::Path;

use sqlx::ConnectOptions as _;
use sqlx::sqlite::{SqliteConnectOptions, SqliteConnection};

use crate::store::StoreError;
use crate::store::copies::error::{CopyError, Result};
use crate::store::copies::side::Side;
use crate::store::row::Row;
use crate::store::statement::sql;

/// The table. `layout` leaves it out.
pub const TABLE: &str = "kept_file";

/// A file, with a path such as `receipt-keys/0001.pem`. `Debug` does not show its content, which
/// may be a secret.
#[derive(Clone, PartialEq, Eq)]
pub struct KeptFile {
    pub name: String,
    pub content: String,
}

impl fmt::Debug for KeptFile {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("KeptFile").field("name", &self.name).finish_non_exhaustive()
    }
}

/// Adds files to a copy, and verifies that they can be read from it.
pub async fn put(copy: &Path, files: &[KeptFile]) -> Result<()> {
    if files.is_empty() {
        return Ok(());
    }
    let mut side = Side::Sqlite(connect_to_write(copy).await?);
    let written = put_rows(&mut side, files).await;
    side.close().await;
    written.map_err(|error| CopyError::writing(copy, error))?;
    let mut side = Side::Sqlite(connect_to_write(copy).await?);
    let found = rows(&mut side).await;
    side.close().await;
    let mut expected = files.to_vec();
    expected.sort_by(|one, other| one.name.cmp(&other.name));
    if found? == expected {
        return Ok(());
    }
    let fault = "the files in it are not those that were written".to_owned();
    Err(CopyError::Faulty { place: copy.display().to_string(), fault })
}

async fn put_rows(side: &mut Side, files: &[KeptFile]) -> crate::store::Result<()> {
    const ACTION: &str = "add files to the copy";
    let create = format!("CREATE TABLE {TABLE} (name TEXT PRIMARY KEY, content TEXT NOT NULL)");
    // A backup that was put in the place of a database by hand has older ones.
    side.execute(ACTION, sql(format!("DROP TABLE IF EXISTS {TABLE}"))).await?;
    side.execute(ACTION, sql(create)).await?;
    for file in files {
        let insert = sql(format!("INSERT INTO {TABLE} (name, content) VALUES ($1, $2)"));
        side.execute(ACTION, insert.bind(&file.name).bind(&file.content)).await?;
    }
    Ok(())
}

/// Takes the files out of a copy of a backup, without a trace in its free pages.
pub async fn take(copy: &Path) -> Result<Vec<KeptFile>> {
    const ACTION: &str = "read the files of the backup";
    let mut side = Side::Sqlite(connect_to_write(copy).await?);
    let taken = async {
        let found = rows(&mut side).await?;
        if !found.is_empty() {
            side.execute(ACTION, sql("PRAGMA secure_delete = ON")).await?;
        }
        side.execute(ACTION, sql(format!("DROP TABLE IF EXISTS {TABLE}"))).await?;
        Ok::<_, StoreError>(found)
    };
    let taken = taken.await;
    side.close().await;
    taken.map_err(|error| CopyError::writing(copy, error))
}

/// In the order of their names. A backup of an older program has none.
async fn rows(side: &mut Side) -> crate::store::Result<Vec<KeptFile>> {
    const ACTION: &str = "read the files of the backup";
    let exists = sql("SELECT COUNT(*) FROM sqlite_schema WHERE type = 'table' AND name = $1");
    if side.count(ACTION, exists.bind(TABLE)).await? == 0 {
        return Ok(Vec::new());
    }
    let statement = sql(format!("SELECT name, content FROM {TABLE} ORDER BY name"));
    let read = |row: &Row| Ok(KeptFile { name: row.text(0)?, content: row.text(1)? });
    side.fetch(ACTION, statement, read).await
}

async fn connect_to_write(copy: &Path) -> Result<SqliteConnection> {
    let options = SqliteConnectOptions::new()
        .filename(copy)
        .create_if_missing(false)
        .disable_statement_logging();
    let connected = options.connect().await;
    Ok(connected.map_err(StoreError::database("open the copy"))?)
}

#[cfg(test)]
mod tests {
    use sqlx::Connection as _;

    use super::*;

    #[tokio::test]
    async fn files_come_back_as_they_were_put_in_and_leave_no_trace() {
        let folder = tempfile::tempdir().unwrap();
        let copy = folder.path().join("copy.db");
        let mut made = SqliteConnectOptions::new()
            .filename(&copy)
            .create_if_missing(true)
            .connect()
            .await
            .unwrap();
        sqlx::query("CREATE TABLE journal (seq INTEGER)").execute(&mut made).await.unwrap();
        made.close().await.unwrap();
        assert_eq!(take(&copy).await.unwrap(), [], "a backup of an older program");
        let file = |name: &str, content: &str| KeptFile {
            name: format!("receipt-keys/{name}"),
            content: content.to_owned(),
        };
        let files = [file("2.pem", "the second\n"), file("1.pem", "a 'quoted' secret\n")];
        put(&copy, &files).await.unwrap();
        let found = take(&copy).await.unwrap();
        assert_eq!(found, [files[1].clone(), files[0].clone()]);
        let bytes = std::fs::read(&copy).unwrap();
        let secret = b"a 'quoted' secret";
        assert!(!bytes.windows(secret.len()).any(|part| part == secret), "it is still there");
        assert_eq!(take(&copy).await.unwrap(), []);
        assert!(!format!("{:?}", files[1]).contains("secret\\n"), "{:?}", files[1]);
    }
}
