//! One connection to a database of either kind, for work on whole tables.

use futures_util::stream::BoxStream;
use futures_util::{StreamExt as _, TryStreamExt as _};
use sqlx::{Connection as _, PgConnection, SqliteConnection};

use crate::store::row::Row;
use crate::store::statement::{Sql, prepared, sql};
use crate::store::{Result, StoreError};

pub enum Side {
    Sqlite(SqliteConnection),
    Postgres(PgConnection),
}

impl Side {
    /// The rows of a statement, as they arrive.
    pub fn rows(&mut self, action: &'static str, statement: Sql) -> BoxStream<'_, Result<Row>> {
        match self {
            Side::Sqlite(connection) => prepared!(statement, |query| query
                .fetch(connection)
                .map_ok(Row::Sqlite)
                .map_err(StoreError::database(action))
                .boxed()),
            Side::Postgres(connection) => prepared!(statement, |query| query
                .fetch(connection)
                .map_ok(Row::Postgres)
                .map_err(StoreError::database(action))
                .boxed()),
        }
    }

    /// Reads all rows. Meant for few.
    pub async fn fetch<T>(
        &mut self,
        action: &'static str,
        statement: Sql,
        read: impl Fn(&Row) -> Result<T>,
    ) -> Result<Vec<T>> {
        let mut rows = self.rows(action, statement);
        let mut found = Vec::new();
        while let Some(row) = rows.try_next().await? {
            found.push(read(&row)?);
        }
        Ok(found)
    }

    /// Reads the first row, if there is one.
    pub async fn fetch_one<T>(
        &mut self,
        action: &'static str,
        statement: Sql,
        read: impl Fn(&Row) -> Result<T>,
    ) -> Result<Option<T>> {
        Ok(self.fetch(action, statement, read).await?.into_iter().next())
    }

    pub async fn execute(&mut self, action: &'static str, statement: Sql) -> Result<()> {
        match self {
            Side::Sqlite(connection) => {
                prepared!(statement, |query| query.execute(connection).await.map(drop))
            }
            Side::Postgres(connection) => {
                prepared!(statement, |query| query.execute(connection).await.map(drop))
            }
        }
        .map_err(StoreError::database(action))
    }

    pub async fn count(&mut self, action: &'static str, statement: Sql) -> Result<i64> {
        Ok(self.fetch_one(action, statement, |row| row.integer(0)).await?.unwrap_or(0))
    }

    /// The version of the tables. `None` if there are none of this program.
    pub async fn version(&mut self) -> Result<Option<i64>> {
        const ACTION: &str = "read the version of the tables";
        let exists = match self {
            Side::Sqlite(_) => {
                "SELECT COUNT(*) FROM sqlite_schema \
                 WHERE type = 'table' AND name = '_sqlx_migrations'"
            }
            Side::Postgres(_) => {
                "SELECT COUNT(*) FROM information_schema.tables \
                 WHERE table_schema = current_schema() AND table_name = '_sqlx_migrations'"
            }
        };
        if self.count(ACTION, sql(exists)).await? == 0 {
            return Ok(None);
        }
        let newest = sql("SELECT MAX(version) FROM _sqlx_migrations");
        Ok(self.fetch_one(ACTION, newest, |row| row.integer_if_any(0)).await?.flatten())
    }

    pub async fn close(self) {
        // Whatever was written is committed by then.
        let _ = match self {
            Side::Sqlite(connection) => connection.close().await,
            Side::Postgres(connection) => connection.close().await,
        };
    }
}
