//! Copies whole tables between a SQLite and a PostgreSQL database, and compares them.

use std::path::Path;

use futures_util::TryStreamExt as _;
use sqlx::ConnectOptions as _;
use sqlx::sqlite::{SqliteConnectOptions, SqliteConnection, SqliteSynchronous};

use crate::store::copies::cell::{Fingerprint, RowsHash, size, values};
use crate::store::copies::error::{CopyError, Result};
use crate::store::copies::free_space::expect_room;
use crate::store::copies::inspection::connect_postgres;
use crate::store::copies::layout::{Table, tables};
use crate::store::copies::side::Side;
use crate::store::statement::{Sql, placeholders, sql};
use crate::store::value::Value;
use crate::store::{StoreError, StoreUrl, migrations};

/// Rows of one INSERT. SQLite looks up each placeholder among all those before it.
const ROWS: usize = 25;
/// Rows of one transaction: what a process that is killed must copy again.
const ROWS_AT_ONCE: usize = 1_000;
/// Bytes after which an INSERT is not filled up. A document may have megabytes.
const BYTES: usize = 4 * 1024 * 1024;
const COPY: &str = "copy the tables";

/// Copies a PostgreSQL database, as it is at one moment, to `file`, an empty file.
pub async fn copy_out(url: &StoreUrl, address: &url::Url, file: &Path) -> Result<()> {
    let mut postgres = connect_postgres(url, address).await?;
    migrations::POSTGRES.check(&url.to_string(), postgres.version().await?)?;
    let bytes = sql("SELECT pg_database_size(current_database())");
    let bytes = postgres.count("read the size of the database", bytes).await?;
    expect_room(file, u64::try_from(bytes).unwrap_or(0))?;
    let begin = "BEGIN ISOLATION LEVEL REPEATABLE READ, READ ONLY";
    postgres.execute(COPY, sql(begin)).await?;
    let mut sqlite = Side::Sqlite(create_tables(url, file).await?);
    let tables = tables(&mut sqlite, &mut postgres).await?;
    for table in &tables {
        let copied = copy_table(&mut postgres, &mut sqlite, table, 0).await;
        copied.map_err(|error| at_file(file, error))?;
    }
    expect_equal(&mut postgres, &mut sqlite, &tables).await?;
    sqlite.close().await;
    postgres.close().await;
    Ok(())
}

fn at_file(file: &Path, error: CopyError) -> CopyError {
    match error {
        CopyError::Store(error) => CopyError::writing(file, error),
        other => other,
    }
}

/// Makes the tables of this version in an empty file. A crash loses the whole file anyway, so
/// nothing waits for the disk.
async fn create_tables(url: &StoreUrl, file: &Path) -> Result<SqliteConnection> {
    let options = SqliteConnectOptions::new()
        .filename(file)
        .create_if_missing(false)
        .foreign_keys(false)
        .synchronous(SqliteSynchronous::Off)
        .disable_statement_logging();
    let failed = StoreError::database("create the tables");
    let mut connection = options.connect().await.map_err(failed)?;
    let explain = |error| migrations::SQLITE.explain(&url.to_string(), error);
    let migrator = migrations::SQLITE.migrator().await.map_err(explain)?;
    migrator.run(&mut connection).await.map_err(explain)?;
    Ok(connection)
}

/// Copies the rows of a table after the first `skipped`. A call that is interrupted leaves the rows
/// of whole transactions, which are the first of the table.
pub async fn copy_table(
    source: &mut Side,
    target: &mut Side,
    table: &Table,
    skipped: u64,
) -> Result<()> {
    let all = if let Side::Sqlite(_) = source { "-1" } else { "ALL" };
    let select = format!("{} LIMIT {all} OFFSET {skipped}", table.select());
    let kinds = table.kinds();
    let mut rows = source.rows("read a table", sql(select));
    let mut batch = Batch::default();
    let mut written = 0;
    target.execute(COPY, sql("BEGIN")).await?;
    while let Some(row) = rows.try_next().await? {
        batch.add(values(&row, &kinds)?);
        if batch.is_full() {
            written += batch.rows.len();
            write(target, table, &mut batch).await?;
        }
        if written >= ROWS_AT_ONCE {
            written = 0;
            target.execute(COPY, sql("COMMIT")).await?;
            target.execute(COPY, sql("BEGIN")).await?;
        }
    }
    write(target, table, &mut batch).await?;
    target.execute(COPY, sql("COMMIT")).await?;
    Ok(())
}

#[derive(Default)]
struct Batch {
    rows: Vec<Vec<Value>>,
    bytes: usize,
}

impl Batch {
    fn add(&mut self, row: Vec<Value>) {
        self.bytes += row.iter().map(size).sum::<usize>();
        self.rows.push(row);
    }

    fn is_full(&self) -> bool {
        self.rows.len() >= ROWS || self.bytes >= BYTES
    }
}

async fn write(target: &mut Side, table: &Table, batch: &mut Batch) -> Result<()> {
    let Batch { rows, .. } = std::mem::take(batch);
    if rows.is_empty() {
        return Ok(());
    }
    Ok(target.execute(COPY, insert(target, table, rows)).await?)
}

fn insert(target: &Side, table: &Table, rows: Vec<Vec<Value>>) -> Sql {
    let columns = table.columns.len();
    let groups: Vec<String> =
        (0..rows.len()).map(|n| format!("({})", placeholders(n * columns, columns))).collect();
    let numbers = match target {
        Side::Sqlite(_) => "",
        // The numbers of rows are part of the copy.
        Side::Postgres(_) => "OVERRIDING SYSTEM VALUE ",
    };
    let text = format!(
        "INSERT INTO \"{}\" ({}) {numbers}VALUES {}",
        table.name,
        table.column_list(),
        groups.join(", ")
    );
    sql(text).bind_all(rows.into_iter().flatten())
}

/// The count and the hash of a table, or of its first rows.
pub async fn fingerprint(
    side: &mut Side,
    table: &Table,
    first: Option<u64>,
) -> Result<Fingerprint> {
    let limit = first.map_or_else(String::new, |first| format!(" LIMIT {first}"));
    let kinds = table.kinds();
    let mut rows = side.rows("compare the tables", sql(format!("{}{limit}", table.select())));
    let mut hash = RowsHash::default();
    while let Some(row) = rows.try_next().await? {
        hash.add(&values(&row, &kinds)?);
    }
    Ok(hash.finish())
}

/// Refuses a copy of which any table has other rows. Returns the number of rows.
pub async fn expect_equal(source: &mut Side, target: &mut Side, tables: &[Table]) -> Result<u64> {
    let mut rows = 0;
    for table in tables {
        let expected = fingerprint(source, table, None).await?;
        let found = fingerprint(target, table, None).await?;
        if expected != found {
            return Err(CopyError::Differs {
                table: table.name.clone(),
                detail: format!(
                    "expected {} rows with the hash {}, but got {} with {}",
                    expected.rows, expected.sha256, found.rows, found.sha256
                ),
            });
        }
        rows += expected.rows;
    }
    Ok(rows)
}
