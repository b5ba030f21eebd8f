//! Opening a PostgreSQL database.
//!
//! The writer's session holds an advisory lock, and all writes go through that session. A process
//! that loses the session loses the lock and can no longer write.

use std::time::Duration;

use sqlx::postgres::{PgConnectOptions, PgConnection, PgPool, PgPoolOptions};
use sqlx::{ConnectOptions, Connection, Row};

use crate::store::pools::{Pools, READER_IDLE, READERS};
use crate::store::{Mode, Result, Store, StoreError, migrations};

/// The key of the advisory lock: `entitywa` in ASCII. A lock is per database.
const LOCK_KEY: i64 = 0x656e_7469_7479_7761;
/// For opening a connection.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(10);

/// Opens the database. `store` is its name in messages.
pub async fn open(url: &url::Url, store: String, mode: Mode) -> Result<Store> {
    let options: PgConnectOptions =
        url.as_str().parse().map_err(|error| cannot_open(&store, &error))?;
    let options = options
        .application_name(&format!("entitywatch pid {}", std::process::id()))
        .disable_statement_logging();
    check_access(&options, &store, mode).await?;
    let readers = readers(&options);
    if mode == Mode::Read {
        return Ok(Store::new(Pools::Postgres { writer: None, readers }, None));
    }
    let writer = writer(options).await.map_err(|error| cannot_open(&store, &error))?;
    let migrator = migrations::POSTGRES
        .migrator()
        .await
        .map_err(|error| migrations::POSTGRES.explain(&store, error))?;
    migrator.run(&writer).await.map_err(|error| migrations::POSTGRES.explain(&store, error))?;
    Ok(Store::new(Pools::Postgres { writer: Some(writer), readers }, None))
}

fn cannot_open(store: &str, error: &sqlx::Error) -> StoreError {
    StoreError::Open { store: store.to_owned(), reason: error.to_string() }
}

/// Checks that the tables have a version that this mode can use, and that no other process writes.
///
/// The connection is made without a pool: a pool would retry a permanent failure until its timeout.
async fn check_access(options: &PgConnectOptions, store: &str, mode: Mode) -> Result<()> {
    let cannot_open = |error: sqlx::Error| cannot_open(store, &error);
    let connecting = tokio::time::timeout(CONNECT_TIMEOUT, options.connect()).await;
    let mut connection =
        connecting.unwrap_or(Err(sqlx::Error::PoolTimedOut)).map_err(cannot_open)?;
    let version = version(&mut connection).await.map_err(cannot_open)?;
    match mode {
        Mode::Read if version.is_none() => {
            let reason = "nothing is stored yet: `entitywatch run` or `entitywatch check` creates \
                          the tables"
                .to_owned();
            return Err(StoreError::Open { store: store.to_owned(), reason });
        }
        Mode::Read => migrations::POSTGRES.check(store, version)?,
        Mode::Write | Mode::Act if version > Some(migrations::POSTGRES.newest()) => {
            migrations::POSTGRES.check(store, version)?;
        }
        Mode::Write | Mode::Act => {
            if !take_lock(&mut connection).await.map_err(cannot_open)? {
                let holder = holder(&mut connection).await.map_err(cannot_open)?;
                return Err(StoreError::InUse { store: store.to_owned(), holder });
            }
        }
    }
    connection.close().await.map_err(cannot_open)
}

/// Connections that cannot write.
fn readers(options: &PgConnectOptions) -> PgPool {
    PgPoolOptions::new()
        .acquire_timeout(CONNECT_TIMEOUT)
        .max_connections(READERS)
        .idle_timeout(READER_IDLE)
        .after_connect(|connection, _| {
            Box::pin(async move {
                sqlx::query("SET default_transaction_read_only = on").execute(connection).await?;
                Ok(())
            })
        })
        .connect_lazy_with(options.clone())
}

/// The one connection that writes. It has the lock.
async fn writer(options: PgConnectOptions) -> sqlx::Result<PgPool> {
    PgPoolOptions::new()
        .acquire_timeout(CONNECT_TIMEOUT)
        .max_connections(1)
        .idle_timeout(None)
        .max_lifetime(None)
        .after_connect(|connection, _| {
            Box::pin(async move {
                set_keepalives(connection).await?;
                if take_lock(connection).await? {
                    Ok(())
                } else {
                    Err(sqlx::Error::Protocol(
                        "another entitywatch process holds the database".to_owned(),
                    ))
                }
            })
        })
        .connect_with(options)
        .await
}

/// The newest version of the tables, or `None` if there are none.
async fn version(connection: &mut PgConnection) -> sqlx::Result<Option<i64>> {
    let row = sqlx::query("SELECT to_regclass('_sqlx_migrations') IS NOT NULL")
        .fetch_one(&mut *connection)
        .await?;
    if !row.try_get::<bool, _>(0)? {
        return Ok(None);
    }
    sqlx::query("SELECT MAX(version) FROM _sqlx_migrations").fetch_one(connection).await?.try_get(0)
}

/// Takes the lock without waiting. Returns false if another process has it.
async fn take_lock(connection: &mut PgConnection) -> sqlx::Result<bool> {
    sqlx::query("SELECT pg_try_advisory_lock($1)")
        .bind(LOCK_KEY)
        .fetch_one(connection)
        .await?
        .try_get(0)
}

/// Makes the server release the lock of a machine that disappeared after a minute, instead of after
/// the two hours of a usual TCP keepalive.
async fn set_keepalives(connection: &mut PgConnection) -> sqlx::Result<()> {
    for setting in [
        "SET tcp_keepalives_idle = 30",
        "SET tcp_keepalives_interval = 10",
        "SET tcp_keepalives_count = 3",
    ] {
        sqlx::query(setting).execute(&mut *connection).await?;
    }
    Ok(())
}

/// ` (pid 123)`, or nothing if the server does not show it.
async fn holder(connection: &mut PgConnection) -> sqlx::Result<String> {
    let text = "SELECT a.application_name \
                FROM pg_locks l JOIN pg_stat_activity a ON a.pid = l.pid \
                WHERE l.locktype = 'advisory' AND l.granted \
                AND a.datname = current_database() \
                AND (l.classid::bigint << 32 | l.objid::bigint) = $1";
    let row = sqlx::query(text).bind(LOCK_KEY).fetch_optional(connection).await?;
    let name: Option<String> = row.map(|row| row.try_get(0)).transpose()?.flatten();
    Ok(name
        .and_then(|name| name.strip_prefix("entitywatch ").map(|pid| format!(" ({pid})")))
        .unwrap_or_default())
}
