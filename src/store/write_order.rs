//! The order of the writes of all processes on one PostgreSQL database: each waits for the one
//! before. So a transaction that reads and then writes is never overtaken, and the journal stays
//! one chain.
//!
//! The order is an advisory lock that ends with the transaction. The server ends a transaction
//! whose process is silent (`idle_in_transaction_session_timeout`), so a frozen process stops
//! nobody for long.

use sqlx::postgres::{PgConnection, PgPool};
use sqlx::{Postgres, Row as _, Transaction};

use crate::store::answered::answered;
use crate::store::{Result, StoreError, migrations};

/// The key of the lock: `ewwrites` in ASCII. A lock is per database.
const ORDER_KEY: i64 = 0x6577_7772_6974_6573;

/// Begins a write when no other runs.
///
/// # Errors
/// [`StoreError::NotWritable`] if the server accepts no writes, and an error if the tables are of a
/// later version.
pub async fn begin(pool: &PgPool, action: &'static str) -> Result<Transaction<'static, Postgres>> {
    let failed = StoreError::database(action);
    let mut tx = answered(pool.begin()).await.map_err(&failed)?;
    // Waits as long as `lock_timeout` allows, which the server counts.
    let text = "SELECT current_setting('transaction_read_only') = 'on', \
                pg_advisory_xact_lock($1)::TEXT";
    let query = sqlx::query(text).bind(ORDER_KEY).fetch_one(&mut *tx);
    let is_read_only: bool = query.await.and_then(|row| row.try_get(0)).map_err(&failed)?;
    if is_read_only {
        return Err(StoreError::NotWritable { action });
    }
    // A statement of its own: it must see what was committed while the lock was awaited.
    let query = sqlx::query("SELECT MAX(version) FROM _sqlx_migrations").fetch_one(&mut *tx);
    let version: Option<i64> =
        answered(query).await.and_then(|row| row.try_get(0)).map_err(failed)?;
    if version > Some(migrations::POSTGRES.newest()) {
        migrations::POSTGRES.check("the store", version)?;
    }
    Ok(tx)
}

/// Waits until no write runs, and keeps all others waiting until [`allow_writes`] or the end of the
/// connection.
pub async fn stop_writes(connection: &mut PgConnection) -> sqlx::Result<()> {
    let query = sqlx::query("SELECT pg_advisory_lock($1)::TEXT").bind(ORDER_KEY);
    query.fetch_one(connection).await.map(drop)
}

pub async fn allow_writes(connection: &mut PgConnection) -> sqlx::Result<()> {
    let query = sqlx::query("SELECT pg_advisory_unlock($1)").bind(ORDER_KEY);
    query.fetch_one(connection).await.map(drop)
}

/// Whether a transaction of this connection could write. A standby cannot, nor can a primary that
/// is being replaced.
pub async fn is_writable(connection: &mut PgConnection) -> sqlx::Result<bool> {
    let query = sqlx::query("SELECT current_setting('transaction_read_only') = 'off'");
    query.fetch_one(connection).await?.try_get(0)
}

/// Fails if no write could begin, without waiting for one that runs.
pub async fn check_writable(pool: &PgPool, action: &'static str) -> Result<()> {
    let failed = StoreError::database(action);
    let mut connection = answered(pool.acquire()).await.map_err(&failed)?;
    if answered(is_writable(&mut connection)).await.map_err(failed)? {
        Ok(())
    } else {
        Err(StoreError::NotWritable { action })
    }
}
