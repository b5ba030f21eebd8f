//! Opening a PostgreSQL database.
//!
//! Any number of processes may share it. A connection that is lost, or whose server accepts no
//! writes any more, is replaced when it is next used.

use std::sync::Arc;
use std::time::Duration;

use sqlx::postgres::{PgConnectOptions, PgConnection, PgPoolOptions};
use sqlx::{AssertSqlSafe, ConnectOptions, Connection, Row};

use crate::store::heartbeat::Heartbeat;
use crate::store::instance::Instance;
use crate::store::pools::{PgWriters, Pools, READER_IDLE, READERS};
use crate::store::registration::{alive_until, register};
use crate::store::write_order::{allow_writes, is_writable, stop_writes};
use crate::store::{InstanceSettings, Mode, Result, Store, StoreError, StoreUrl, migrations};

/// The key of the advisory lock of the versions that allowed only one writer: `entitywa` in ASCII.
/// They took it for themselves; this version shares it. So neither starts beside the other.
const LOCK_KEY: i64 = 0x656e_7469_7479_7761;
/// One renews the instance, one listens, the others claim deliveries.
const ASIDE: u32 = 4;
/// For opening a connection.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(10);
/// The longest name of a connection (`NAMEDATALEN` of PostgreSQL, less one).
const NAME_BYTES: usize = 63;

/// Opens the database at `address`, which is that of `url`.
pub async fn open(
    address: &url::Url,
    url: &StoreUrl,
    mode: Mode,
    settings: InstanceSettings,
) -> Result<Store> {
    let store = url.to_string();
    let options: PgConnectOptions =
        address.as_str().parse().map_err(|error| cannot_open(&store, &error))?;
    let options =
        options.application_name(&application_name(&settings.host)).disable_statement_logging();
    prepare(&options, &store, mode).await?;
    let readers = readers(mode).connect_lazy_with(options.clone());
    if mode == Mode::Read {
        return Ok(Store::unshared(url, Pools::Postgres { writers: None, readers }, None));
    }
    let lifetime = settings.lease.lifetime;
    let writers = PgWriters {
        ordered: writing(lifetime)
            .max_connections(1)
            .idle_timeout(None)
            .max_lifetime(None)
            .connect_lazy_with(options.clone()),
        aside: writing(lifetime).max_connections(ASIDE).connect_lazy_with(options),
    };
    let pools = Pools::Postgres { writers: Some(writers), readers };
    let instance = Arc::new(Instance::new(settings));
    join(&pools, &instance).await?;
    let heartbeat = Heartbeat::start(&pools, &instance, store);
    Ok(Store { url: url.clone(), pools, instance: Some(instance), heartbeat, _lock: None })
}

fn cannot_open(store: &str, error: &sqlx::Error) -> StoreError {
    StoreError::Open { store: store.to_owned(), reason: error.to_string() }
}

/// Checks that the tables have a version that this mode can use, and that no process of an earlier
/// version writes. Creates or migrates them for a writer.
///
/// The connection is made without a pool: a pool would retry a permanent failure until its timeout.
async fn prepare(options: &PgConnectOptions, store: &str, mode: Mode) -> Result<()> {
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
            if !share_lock(&mut connection).await.map_err(cannot_open)? {
                let holder = holder(&mut connection).await.map_err(cannot_open)?;
                return Err(StoreError::InUse { store: store.to_owned(), holder });
            }
            if version != Some(migrations::POSTGRES.newest()) {
                migrate(&mut connection, store).await?;
            }
        }
    }
    connection.close().await.map_err(cannot_open)
}

/// Enters the instance. If another one with a different configuration seems to live, waits until it
/// renews itself, which refuses this one, or counts as dead: it may have been killed just now.
async fn join(pools: &Pools, instance: &Instance) -> Result<()> {
    let mut seen = None;
    loop {
        let refused = match register(pools, instance).await {
            Err(StoreError::DifferentConfig { instance: other, host, pid }) => (other, host, pid),
            other => return other,
        };
        let (other, host, pid) = refused;
        let alive = alive_until(pools, other).await?.map(|until| (other, until));
        if seen.is_some() && alive.is_some() && seen != alive {
            return Err(StoreError::DifferentConfig { instance: other, host, pid });
        }
        seen = alive;
        tokio::time::sleep(instance.lease().renew_every).await;
    }
}

/// Creates or migrates the tables, while no other process writes. If two processes start at once,
/// the second finds nothing left to do.
async fn migrate(connection: &mut PgConnection, store: &str) -> Result<()> {
    let failed = StoreError::database("create the tables");
    stop_writes(connection).await.map_err(&failed)?;
    let migrator = migrations::POSTGRES
        .migrator()
        .await
        .map_err(|error| migrations::POSTGRES.explain(store, error))?;
    migrator
        .run(&mut *connection)
        .await
        .map_err(|error| migrations::POSTGRES.explain(store, error))?;
    allow_writes(connection).await.map_err(failed)
}

/// Readers of a daemon leave a server that became a standby, because it lags behind its primary.
fn readers(mode: Mode) -> PgPoolOptions {
    let pool = PgPoolOptions::new()
        .acquire_timeout(CONNECT_TIMEOUT)
        .max_connections(READERS)
        .idle_timeout(READER_IDLE)
        .after_connect(|connection, _| {
            Box::pin(set(connection, "SET default_transaction_read_only = on".to_owned()))
        });
    if mode == Mode::Read {
        return pool;
    }
    pool.test_before_acquire(false).before_acquire(|connection, _| {
        Box::pin(async move {
            let query = sqlx::query("SELECT NOT pg_is_in_recovery()");
            query.fetch_one(connection).await?.try_get(0)
        })
    })
}

/// Connections that write. One whose server accepts no writes any more is replaced.
fn writing(lifetime: Duration) -> PgPoolOptions {
    // Half of the lifetime: a frozen process has lost its transactions before its leases.
    let idle_ms = (lifetime / 2).as_millis();
    let settings = format!(
        "SET idle_in_transaction_session_timeout = {idle_ms}; SET lock_timeout = '120s'; \
         SET tcp_keepalives_idle = 30; SET tcp_keepalives_interval = 10; \
         SET tcp_keepalives_count = 3"
    );
    PgPoolOptions::new()
        .acquire_timeout(CONNECT_TIMEOUT)
        .idle_timeout(READER_IDLE)
        .test_before_acquire(false)
        .before_acquire(|connection, _| Box::pin(is_writable(connection)))
        .after_connect(move |connection, _| {
            let settings = settings.clone();
            Box::pin(async move {
                set(connection, settings).await?;
                if share_lock(connection).await? {
                    Ok(())
                } else {
                    let reason = "a process of an earlier version has the database for itself";
                    Err(sqlx::Error::Protocol(reason.to_owned()))
                }
            })
        })
}

async fn set(connection: &mut PgConnection, settings: String) -> sqlx::Result<()> {
    sqlx::raw_sql(AssertSqlSafe(settings)).execute(connection).await.map(drop)
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

/// Shares the lock, without waiting. Returns false if a process has it for itself.
async fn share_lock(connection: &mut PgConnection) -> sqlx::Result<bool> {
    sqlx::query("SELECT pg_try_advisory_lock_shared($1)")
        .bind(LOCK_KEY)
        .fetch_one(connection)
        .await?
        .try_get(0)
}

/// The name of the connections of this process. `registration::register` looks for it.
fn application_name(host: &str) -> String {
    let mut name = format!("entitywatch pid {} {host}", std::process::id());
    while name.len() > NAME_BYTES {
        name.pop();
    }
    name
}

/// ` (pid 123)`, or nothing if the server does not show it.
async fn holder(connection: &mut PgConnection) -> sqlx::Result<String> {
    let text = "SELECT a.application_name \
                FROM pg_locks l JOIN pg_stat_activity a ON a.pid = l.pid \
                WHERE l.locktype = 'advisory' AND l.granted AND l.mode = 'ExclusiveLock' \
                AND a.datname = current_database() \
                AND (l.classid::bigint << 32 | l.objid::bigint) = $1";
    let row = sqlx::query(text).bind(LOCK_KEY).fetch_optional(connection).await?;
    let name: Option<String> = row.map(|row| row.try_get(0)).transpose()?.flatten();
    Ok(name
        .and_then(|name| name.strip_prefix("entitywatch ").map(|pid| format!(" ({pid})")))
        .unwrap_or_default())
}
