//! The connections: one connection writes, others read at the same time.

use std::time::Duration;

use futures_util::TryStreamExt;
use sqlx::postgres::PgPool;
use sqlx::sqlite::SqlitePool;

use crate::store::answered::answered;
use crate::store::row::Row;
use crate::store::statement::{Sql, prepared};
use crate::store::transaction::Tx;
use crate::store::write_order::{self, check_writable};
use crate::store::{Result, StoreError};

/// Connections that read at the same time.
pub const READERS: u32 = 4;
/// An idle reading connection is closed after this time.
pub const READER_IDLE: Duration = Duration::from_secs(60);

/// The connections of an open database. Without a writer it is open for reading only.
#[derive(Clone)]
pub enum Pools {
    Sqlite { writer: Option<SqlitePool>, readers: SqlitePool },
    Postgres { writers: Option<PgWriters>, readers: PgPool },
}

/// The connections of a PostgreSQL database that write.
#[derive(Clone)]
pub struct PgWriters {
    /// One connection, for transactions. Those of all processes run one after another.
    pub ordered: PgPool,
    /// For single statements on leases and claims. They must not wait for a transaction.
    pub aside: PgPool,
}

impl Pools {
    /// Reads rows, and turns each into a `T` as it arrives, so that the rows are never all in
    /// memory.
    pub async fn fetch<T>(
        &self,
        action: &'static str,
        statement: Sql,
        mut read: impl FnMut(&Row) -> Result<T>,
    ) -> Result<Vec<T>> {
        // A released connection is free only after a task of the pool has run. Without this yield,
        // the next read would open another connection.
        tokio::task::yield_now().await;
        let mut found = Vec::new();
        match self {
            Pools::Sqlite { readers, .. } => prepared!(statement, |query| {
                let mut rows = query.fetch(readers);
                while let Some(row) = rows.try_next().await.map_err(StoreError::database(action))? {
                    found.push(read(&Row::Sqlite(row))?);
                }
            }),
            Pools::Postgres { readers, .. } => {
                return fetch_postgres(readers, action, statement, read).await;
            }
        }
        found.shrink_to_fit();
        Ok(found)
    }

    /// Reads the first row, if there is one.
    pub async fn fetch_one(&self, action: &'static str, statement: Sql) -> Result<Option<Row>> {
        tokio::task::yield_now().await;
        match self {
            Pools::Sqlite { readers, .. } => {
                prepared!(statement, |query| query.fetch_optional(readers).await)
                    .map(|row| row.map(Row::Sqlite))
            }
            Pools::Postgres { readers, .. } => {
                prepared!(statement, |query| answered(query.fetch_optional(readers)).await)
                    .map(|row| row.map(Row::Postgres))
            }
        }
        .map_err(StoreError::database(action))
    }

    /// Runs one statement of a shared database as a transaction of its own that waits for no other
    /// write. It may touch leases and claims only.
    pub async fn write_aside<T>(
        &self,
        action: &'static str,
        statement: Sql,
        read: impl Fn(&Row) -> Result<T>,
    ) -> Result<Vec<T>> {
        let Some(aside) = self.aside() else { return Err(StoreError::ReadOnly { action }) };
        fetch_postgres(&aside, action, statement, read).await
    }

    /// The connections for leases and claims.
    pub fn aside(&self) -> Option<PgPool> {
        match self {
            Pools::Postgres { writers: Some(writers), .. } => Some(writers.aside.clone()),
            Pools::Postgres { writers: None, .. } | Pools::Sqlite { .. } => None,
        }
    }

    /// Waits for what is running, and closes the connections.
    pub async fn close(&self) {
        match self {
            Pools::Sqlite { writer, readers } => {
                // The last connection to close merges the WAL into the file, which only the writer
                // can do.
                readers.close().await;
                if let Some(writer) = writer {
                    writer.close().await;
                }
            }
            Pools::Postgres { writers, readers } => {
                readers.close().await;
                if let Some(PgWriters { ordered, aside }) = writers {
                    aside.close().await;
                    ordered.close().await;
                }
            }
        }
    }

    /// Merges the log of a SQLite database into its file, and empties it. A process that reads at
    /// this moment can keep a part of it until its next write.
    pub async fn empty_log(&self, action: &'static str) -> Result<()> {
        let Pools::Sqlite { writer: Some(writer), .. } = self else { return Ok(()) };
        let emptied = sqlx::query("PRAGMA wal_checkpoint(TRUNCATE)").fetch_all(writer).await;
        emptied.map(|_| ()).map_err(StoreError::database(action))
    }

    /// Begins a write. `IMMEDIATE` takes the write lock first, so that a transaction that reads and
    /// then writes cannot fail because of a write in between. PostgreSQL has such a lock of ours.
    pub async fn begin(&self, action: &'static str) -> Result<Tx> {
        match self {
            Pools::Sqlite { writer: Some(pool), .. } => pool
                .begin_with("BEGIN IMMEDIATE")
                .await
                .map(Tx::Sqlite)
                .map_err(StoreError::database(action)),
            Pools::Postgres { writers: Some(writers), .. } => {
                write_order::begin(&writers.ordered, action).await.map(Tx::Postgres)
            }
            Pools::Sqlite { writer: None, .. } | Pools::Postgres { writers: None, .. } => {
                Err(StoreError::ReadOnly { action })
            }
        }
    }

    /// Fails if a write could not begin now. It succeeds without a test if a write is running, and
    /// if the database is open for reading only.
    pub async fn try_begin(&self, action: &'static str) -> Result<()> {
        match self {
            Pools::Sqlite { writer: Some(pool), .. } if is_in_use(pool) => Ok(()),
            Pools::Sqlite { writer: None, .. } | Pools::Postgres { writers: None, .. } => Ok(()),
            Pools::Sqlite { .. } => self.begin(action).await?.rollback(action).await,
            Pools::Postgres { writers: Some(writers), .. } => {
                check_writable(&writers.aside, action).await
            }
        }
    }
}

async fn fetch_postgres<T>(
    pool: &PgPool,
    action: &'static str,
    statement: Sql,
    mut read: impl FnMut(&Row) -> Result<T>,
) -> Result<Vec<T>> {
    let mut found = Vec::new();
    prepared!(statement, |query| {
        let mut rows = query.fetch(pool);
        while let Some(row) =
            answered(rows.try_next()).await.map_err(StoreError::database(action))?
        {
            found.push(read(&Row::Postgres(row))?);
        }
    });
    found.shrink_to_fit();
    Ok(found)
}

/// Whether all open connections are in use.
fn is_in_use<D: sqlx::Database>(pool: &sqlx::Pool<D>) -> bool {
    pool.size() > 0 && pool.num_idle() == 0
}
