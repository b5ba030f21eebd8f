//! One way to say SQL to both databases: a text with `$1` placeholders and its values; rows are
//! read by position.
//!
//! Knows no table. Numbers are 64 bits, times are microseconds, truths are 0 and 1, JSON is text.

use std::borrow::Cow;

use futures_util::TryStreamExt;
use jiff::Timestamp;
use jiff::civil::Date;
use serde::de::DeserializeOwned;
use sqlx::postgres::{PgPool, PgRow};
use sqlx::sqlite::{SqlitePool, SqliteRow};
use sqlx::{AssertSqlSafe, Postgres, Row as _, SqlSafeStr, Sqlite, Transaction};

use crate::store::value::Value;
use crate::store::{Result, StoreError};

/// Where statements go: writes one after another over one connection, reads beside them.
pub enum Db {
    Sqlite { writer: Option<SqlitePool>, readers: SqlitePool },
    Postgres { writer: Option<PgPool>, readers: PgPool },
}

/// A statement with its values.
pub struct Sql {
    text: Cow<'static, str>,
    values: Vec<Value>,
}

/// A write transaction; dropped without `commit` it leaves nothing behind.
pub enum Tx {
    Sqlite(Transaction<'static, Sqlite>),
    Postgres(Transaction<'static, Postgres>),
}

pub enum Row {
    Sqlite(SqliteRow),
    Postgres(PgRow),
}

pub fn sql(text: impl Into<Cow<'static, str>>) -> Sql {
    Sql { text: text.into(), values: Vec::new() }
}

/// Repeats one body for both databases.
macro_rules! prepared {
    ($statement:expr, |$query:ident| $body:expr) => {{
        let Sql { text, values } = $statement;
        // Texts made on the spot differ by the number of their placeholders; their plans are not
        // kept.
        let (text, keep) = match text {
            Cow::Borrowed(text) => (text.into_sql_str(), true),
            Cow::Owned(text) => (AssertSqlSafe(text).into_sql_str(), false),
        };
        let mut $query = sqlx::query(text).persistent(keep);
        for value in values {
            $query = match value {
                Value::Integer(value) => $query.bind(value),
                Value::Text(value) => $query.bind(value),
                Value::Bytes(value) => $query.bind(value),
            };
        }
        $body
    }};
}

impl Sql {
    pub fn bind(mut self, value: impl Into<Value>) -> Self {
        self.values.push(value.into());
        self
    }

    pub fn bind_all<V: Into<Value>>(mut self, values: impl IntoIterator<Item = V>) -> Self {
        self.values.extend(values.into_iter().map(Into::into));
        self
    }

    /// Adds a condition (or any other text) in which `$?` is the next placeholder.
    pub fn and(mut self, text: &str, value: impl Into<Value>) -> Self {
        let text = text.replace("$?", &format!("${}", self.values.len() + 1));
        self.text.to_mut().push_str(&text);
        self.bind(value)
    }

    pub fn and_if<V: Into<Value>>(self, text: &str, value: Option<V>) -> Self {
        match value {
            Some(value) => self.and(text, value),
            None => self,
        }
    }

    pub fn then(mut self, text: &str) -> Self {
        self.text.to_mut().push_str(text);
        self
    }

    pub fn limit(self, limit: Option<usize>) -> Self {
        self.and_if(" LIMIT $?", limit)
    }
}

/// `$3, $4, $5`: placeholders for `count` values after the first `taken`.
pub fn placeholders(taken: usize, count: usize) -> String {
    (taken + 1..=taken + count).map(|n| format!("${n}")).collect::<Vec<_>>().join(", ")
}

impl Db {
    /// The rows as `read` makes something of them, one by one: they are never there all at once.
    pub async fn fetch<T>(
        &self,
        action: &'static str,
        statement: Sql,
        read: impl Fn(&Row) -> Result<T>,
    ) -> Result<Vec<T>> {
        // A connection that was given back is free once a task of the pool has run: one that is
        // needed at once would be opened anew.
        tokio::task::yield_now().await;
        let mut found = Vec::new();
        match self {
            Db::Sqlite { readers, .. } => prepared!(statement, |query| {
                let mut rows = query.fetch(readers);
                while let Some(row) = rows.try_next().await.map_err(StoreError::database(action))? {
                    found.push(read(&Row::Sqlite(row))?);
                }
            }),
            Db::Postgres { readers, .. } => prepared!(statement, |query| {
                let mut rows = query.fetch(readers);
                while let Some(row) = rows.try_next().await.map_err(StoreError::database(action))? {
                    found.push(read(&Row::Postgres(row))?);
                }
            }),
        }
        found.shrink_to_fit();
        Ok(found)
    }

    pub async fn fetch_one(&self, action: &'static str, statement: Sql) -> Result<Option<Row>> {
        tokio::task::yield_now().await;
        match self {
            Db::Sqlite { readers, .. } => {
                prepared!(statement, |query| query.fetch_optional(readers).await)
                    .map(|row| row.map(Row::Sqlite))
            }
            Db::Postgres { readers, .. } => {
                prepared!(statement, |query| query.fetch_optional(readers).await)
                    .map(|row| row.map(Row::Postgres))
            }
        }
        .map_err(StoreError::database(action))
    }

    pub async fn close(&self) {
        match self {
            Db::Sqlite { writer, readers } => {
                // The last to close takes the WAL into the file, which only the writer can.
                readers.close().await;
                if let Some(writer) = writer {
                    writer.close().await;
                }
            }
            Db::Postgres { writer, readers } => {
                readers.close().await;
                if let Some(writer) = writer {
                    writer.close().await;
                }
            }
        }
    }

    /// Begins a write. `IMMEDIATE`: a transaction that first reads and then writes cannot fail for
    /// another's write between.
    pub async fn begin(&self, action: &'static str) -> Result<Tx> {
        match self {
            Db::Sqlite { writer: Some(pool), .. } => {
                pool.begin_with("BEGIN IMMEDIATE").await.map(Tx::Sqlite)
            }
            Db::Postgres { writer: Some(pool), .. } => pool.begin().await.map(Tx::Postgres),
            Db::Sqlite { writer: None, .. } | Db::Postgres { writer: None, .. } => {
                return Err(StoreError::ReadOnly { action });
            }
        }
        .map_err(StoreError::database(action))
    }

    /// Fails where a write could not begin. One that is under way is answer enough, and where
    /// nothing may be written there is none to begin.
    pub async fn try_begin(&self, action: &'static str) -> Result<()> {
        match self {
            Db::Sqlite { writer: Some(pool), .. } if is_in_use(pool) => Ok(()),
            Db::Postgres { writer: Some(pool), .. } if is_in_use(pool) => Ok(()),
            Db::Sqlite { writer: None, .. } | Db::Postgres { writer: None, .. } => Ok(()),
            Db::Sqlite { .. } | Db::Postgres { .. } => {
                self.begin(action).await?.rollback(action).await
            }
        }
    }
}

/// Whether all its connections are at work.
fn is_in_use<D: sqlx::Database>(pool: &sqlx::Pool<D>) -> bool {
    pool.size() > 0 && pool.num_idle() == 0
}

impl Tx {
    /// How many rows it wrote is returned.
    pub async fn execute(&mut self, action: &'static str, statement: Sql) -> Result<u64> {
        match self {
            Tx::Sqlite(tx) => prepared!(statement, |query| query.execute(&mut **tx).await)
                .map(|done| done.rows_affected()),
            Tx::Postgres(tx) => prepared!(statement, |query| query.execute(&mut **tx).await)
                .map(|done| done.rows_affected()),
        }
        .map_err(StoreError::database(action))
    }

    pub async fn fetch_one(&mut self, action: &'static str, statement: Sql) -> Result<Option<Row>> {
        match self {
            Tx::Sqlite(tx) => prepared!(statement, |query| query.fetch_optional(&mut **tx).await)
                .map(|row| row.map(Row::Sqlite)),
            Tx::Postgres(tx) => prepared!(statement, |query| query.fetch_optional(&mut **tx).await)
                .map(|row| row.map(Row::Postgres)),
        }
        .map_err(StoreError::database(action))
    }

    /// Writes many rows of `columns` values each: `head` is `INSERT INTO table (…)`, `tail` may be
    /// empty or `ON CONFLICT …`.
    pub async fn insert(
        &mut self,
        action: &'static str,
        head: &str,
        columns: usize,
        tail: &str,
        rows: Vec<Vec<Value>>,
    ) -> Result<()> {
        /// Rows a statement. SQLite looks each placeholder up among all those before it, so that
        /// many rows a statement cost more than many statements.
        const ROWS: usize = 25;
        let mut rows = rows.into_iter().peekable();
        while rows.peek().is_some() {
            let chunk: Vec<Vec<Value>> = rows.by_ref().take(ROWS).collect();
            let groups: Vec<String> = (0..chunk.len())
                .map(|n| format!("({})", placeholders(n * columns, columns)))
                .collect();
            let text = format!("{head} VALUES {} {tail}", groups.join(", "));
            self.execute(action, sql(text).bind_all(chunk.into_iter().flatten())).await?;
        }
        Ok(())
    }

    /// Leaves nothing behind, and says where that failed.
    async fn rollback(self, action: &'static str) -> Result<()> {
        match self {
            Tx::Sqlite(tx) => tx.rollback().await,
            Tx::Postgres(tx) => tx.rollback().await,
        }
        .map_err(StoreError::database(action))
    }

    pub async fn commit(self, action: &'static str) -> Result<()> {
        match self {
            Tx::Sqlite(tx) => tx.commit().await,
            Tx::Postgres(tx) => tx.commit().await,
        }
        .map_err(StoreError::database(action))
    }
}

/// Repeats one reading for both kinds of row.
macro_rules! column {
    ($row:expr, $column:expr, $kind:ty) => {
        match $row {
            Row::Sqlite(row) => row.try_get::<$kind, usize>($column),
            Row::Postgres(row) => row.try_get::<$kind, usize>($column),
        }
        .map_err(StoreError::database("read a column"))
    };
}

impl Row {
    pub fn integer(&self, column: usize) -> Result<i64> {
        column!(self, column, i64)
    }

    pub fn count(&self, column: usize) -> Result<u64> {
        let number = self.integer(column)?;
        u64::try_from(number)
            .map_err(|_| unreadable(column, format!("expected a count, but got {number}")))
    }

    pub fn count32(&self, column: usize) -> Result<u32> {
        let number = self.integer(column)?;
        u32::try_from(number)
            .map_err(|_| unreadable(column, format!("expected a count, but got {number}")))
    }

    pub fn truth(&self, column: usize) -> Result<bool> {
        Ok(self.integer(column)? != 0)
    }

    pub fn text(&self, column: usize) -> Result<String> {
        column!(self, column, String)
    }

    pub fn text_if_any(&self, column: usize) -> Result<Option<String>> {
        column!(self, column, Option<String>)
    }

    pub fn bytes(&self, column: usize) -> Result<Vec<u8>> {
        column!(self, column, Vec<u8>)
    }

    pub fn time(&self, column: usize) -> Result<Timestamp> {
        as_time(self.integer(column)?, column)
    }

    pub fn time_if_any(&self, column: usize) -> Result<Option<Timestamp>> {
        column!(self, column, Option<i64>)?.map(|number| as_time(number, column)).transpose()
    }

    pub fn day_if_any(&self, column: usize) -> Result<Option<Date>> {
        let day = self.text_if_any(column)?;
        day.map(|day| {
            day.parse().map_err(|error: jiff::Error| unreadable(column, error.to_string()))
        })
        .transpose()
    }

    pub fn json_if_any<T: DeserializeOwned>(&self, column: usize) -> Result<Option<T>> {
        if self.text_if_any(column)?.is_none() { Ok(None) } else { self.json(column).map(Some) }
    }

    pub fn json<T: DeserializeOwned>(&self, column: usize) -> Result<T> {
        let text = match self {
            Row::Sqlite(row) => row.try_get::<&str, usize>(column),
            Row::Postgres(row) => row.try_get::<&str, usize>(column),
        };
        let text = text.map_err(StoreError::database("read a column"))?;
        serde_json::from_str(text).map_err(|error| unreadable(column, error.to_string()))
    }
}

fn as_time(microseconds: i64, column: usize) -> Result<Timestamp> {
    Timestamp::from_microsecond(microseconds).map_err(|error| unreadable(column, error.to_string()))
}

fn unreadable(column: usize, reason: String) -> StoreError {
    StoreError::Unreadable {
        place: format!("column {} of a row of the record", column + 1),
        reason,
    }
}
