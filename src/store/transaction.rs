//! One write transaction of either database.

use sqlx::{Postgres, Sqlite, Transaction};

use crate::store::answered::answered;
use crate::store::row::Row;
use crate::store::statement::{Sql, placeholders, prepared, sql};
use crate::store::value::Value;
use crate::store::{Result, StoreError};

/// Rows that one INSERT writes. SQLite looks up each placeholder among all those before it, so many
/// rows in a statement cost more than many statements.
const ROWS: usize = 25;

/// The channel on which a transaction tells all processes that the outbox has something new.
pub const OUTBOX_CHANNEL: &str = "entitywatch_outbox";

/// A write transaction. Dropped without `commit`, it changes nothing.
pub enum Tx {
    Sqlite(Transaction<'static, Sqlite>),
    Postgres(Transaction<'static, Postgres>),
}

impl Tx {
    /// Returns the number of rows that it wrote.
    pub async fn execute(&mut self, action: &'static str, statement: Sql) -> Result<u64> {
        match self {
            Tx::Sqlite(tx) => prepared!(statement, |query| query.execute(&mut **tx).await)
                .map(|done| done.rows_affected()),
            Tx::Postgres(tx) => prepared!(statement, |query| answered(query.execute(&mut **tx))
                .await)
            .map(|done| done.rows_affected()),
        }
        .map_err(StoreError::database(action))
    }

    pub async fn fetch_one(&mut self, action: &'static str, statement: Sql) -> Result<Option<Row>> {
        match self {
            Tx::Sqlite(tx) => prepared!(statement, |query| query.fetch_optional(&mut **tx).await)
                .map(|row| row.map(Row::Sqlite)),
            Tx::Postgres(tx) => {
                prepared!(statement, |query| answered(query.fetch_optional(&mut **tx)).await)
                    .map(|row| row.map(Row::Postgres))
            }
        }
        .map_err(StoreError::database(action))
    }

    /// Reads all rows. Meant for few.
    pub async fn fetch<T>(
        &mut self,
        action: &'static str,
        statement: Sql,
        read: impl Fn(&Row) -> Result<T>,
    ) -> Result<Vec<T>> {
        let rows: Vec<Row> = match self {
            Tx::Sqlite(tx) => prepared!(statement, |query| query.fetch_all(&mut **tx).await)
                .map(|rows| rows.into_iter().map(Row::Sqlite).collect()),
            Tx::Postgres(tx) => prepared!(statement, |query| answered(query.fetch_all(&mut **tx))
                .await)
            .map(|rows| rows.into_iter().map(Row::Postgres).collect()),
        }
        .map_err(StoreError::database(action))?;
        rows.iter().map(read).collect()
    }

    /// Inserts rows of `columns` values each. `head` is `INSERT INTO table (…)`; `tail` is empty or
    /// `ON CONFLICT …`.
    pub async fn insert(
        &mut self,
        action: &'static str,
        head: &str,
        columns: usize,
        tail: &str,
        rows: Vec<Vec<Value>>,
    ) -> Result<()> {
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

    /// Tells the other instances, once this is committed, that the outbox has something new.
    pub async fn signal_outbox(&mut self) -> Result<()> {
        if let Tx::Postgres(_) = self {
            let statement = sql("SELECT pg_notify($1, '')::TEXT").bind(OUTBOX_CHANNEL);
            self.fetch_one("signal the outbox", statement).await?;
        }
        Ok(())
    }

    /// Changes nothing. Unlike a drop, it reports an error.
    pub async fn rollback(self, action: &'static str) -> Result<()> {
        match self {
            Tx::Sqlite(tx) => tx.rollback().await,
            Tx::Postgres(tx) => answered(tx.rollback()).await,
        }
        .map_err(StoreError::database(action))
    }

    pub async fn commit(self, action: &'static str) -> Result<()> {
        match self {
            Tx::Sqlite(tx) => tx.commit().await,
            Tx::Postgres(tx) => answered(tx.commit()).await,
        }
        .map_err(StoreError::database(action))
    }
}
