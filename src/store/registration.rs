//! The row of this process in a shared database: entered, renewed, and taken out.

use crate::clock::Stopwatch;
use crate::store::instance::{Instance, database_now};
use crate::store::pools::Pools;
use crate::store::statement::sql;
use crate::store::{Result, StoreError};

/// How long the rows of dead instances are kept: a day, in microseconds.
const DEAD_ROWS_KEPT_US: u64 = 86_400_000_000;

/// What a renewal found.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Renewal {
    /// The other instances that live.
    pub others: u64,
    /// The version of the tables.
    pub version: i64,
}

/// Enters this process as a new instance.
///
/// # Errors
/// [`StoreError::DifferentConfig`] if a living daemon has another configuration.
pub(super) async fn register(pools: &Pools, instance: &Instance) -> Result<()> {
    const ACTION: &str = "enter this instance";
    let began = Stopwatch::start();
    let settings = instance.settings();
    let mut tx = pools.begin(ACTION).await?;
    // A process of this machine whose connections have all ended is dead, so a restart after a
    // crash need not wait. Connections carry the pid and the host (`postgres::application_name`).
    let bury = sql(concat!(
        "UPDATE instance SET alive_until = 0 \
         WHERE host = $1 AND alive_until > ",
        database_now!(),
        " AND NOT EXISTS (SELECT 1 FROM pg_stat_activity \
         WHERE datname = current_database() AND pg_stat_activity.pid <> pg_backend_pid() \
         AND application_name = \
         left('entitywatch pid ' || instance.pid || ' ' || instance.host, 63))"
    ));
    tx.execute(ACTION, bury.bind(settings.host.as_str())).await?;
    let clean = sql(concat!(
        "DELETE FROM instance WHERE alive_until < ",
        database_now!(),
        " - $1 AND instance NOT IN (SELECT instance FROM lease WHERE instance IS NOT NULL)"
    ));
    tx.execute(ACTION, clean.bind(DEAD_ROWS_KEPT_US)).await?;
    if let Some(hash) = settings.config_hash.as_deref()
        && !settings.allow_different_config
    {
        let differs = sql(concat!(
            "SELECT instance, host, pid FROM instance \
             WHERE daemon = 1 AND config_hash <> $1 AND alive_until > ",
            database_now!(),
            " ORDER BY instance LIMIT 1"
        ));
        if let Some(row) = tx.fetch_one(ACTION, differs.bind(hash)).await? {
            return Err(StoreError::DifferentConfig {
                instance: row.integer(0)?,
                host: row.text(1)?,
                pid: row.integer(2)?,
            });
        }
    }
    let enter = sql(concat!(
        "INSERT INTO instance (daemon, host, pid, version, config_hash, started_at, alive_until) \
         VALUES ($1, $2, $3, $4, $5, ",
        database_now!(),
        ", ",
        database_now!(),
        " + $6) RETURNING instance"
    ))
    .bind(settings.is_daemon)
    .bind(settings.host.as_str())
    .bind(std::process::id())
    .bind(env!("CARGO_PKG_VERSION"))
    .bind(settings.config_hash.as_deref())
    .bind(instance.lifetime_us());
    let row = tx.fetch_one(ACTION, enter).await?;
    let id = row.map_or(Ok(0), |row| row.integer(0))?;
    tx.commit(ACTION).await?;
    instance.set_id(id);
    instance.note_renewal(began);
    Ok(())
}

/// Whether an instance still renews its row: false once it is dead.
pub(super) async fn alive_until(pools: &Pools, instance: i64) -> Result<Option<i64>> {
    let statement = sql(concat!(
        "SELECT alive_until FROM instance WHERE instance = $1 AND alive_until > ",
        database_now!()
    ));
    let row = pools.fetch_one("read an instance", statement.bind(instance)).await?;
    row.map(|row| row.integer(0)).transpose()
}

/// Renews the row of this process. `None` if it has none any more.
pub(super) async fn renew(pools: &Pools, instance: &Instance) -> Result<Option<Renewal>> {
    let began = Stopwatch::start();
    let statement = sql(concat!(
        "WITH own AS (UPDATE instance SET alive_until = ",
        database_now!(),
        " + $2 WHERE instance = $1 RETURNING instance) \
         SELECT (SELECT COUNT(*) FROM own), \
         (SELECT COUNT(*) FROM instance WHERE instance <> $1 AND alive_until > ",
        database_now!(),
        "), (SELECT COALESCE(MAX(version), 0) FROM _sqlx_migrations)"
    ))
    .bind(instance.id())
    .bind(instance.lifetime_us());
    let rows = pools
        .write_aside("renew this instance", statement, |row| {
            Ok((row.count(0)? > 0, Renewal { others: row.count(1)?, version: row.integer(2)? }))
        })
        .await?;
    let found = rows.into_iter().next().filter(|(is_entered, _)| *is_entered);
    if found.is_some() {
        instance.note_renewal(began);
    }
    Ok(found.map(|(_, renewal)| renewal))
}

/// Takes this process out. Its leases and claims are free at once.
pub(super) async fn leave(pools: &Pools, instance: Option<&Instance>) -> Result<()> {
    const ACTION: &str = "take this instance out";
    match (pools, instance) {
        (Pools::Postgres { .. }, Some(instance)) => {
            let statement = sql("DELETE FROM instance WHERE instance = $1").bind(instance.id());
            pools.write_aside(ACTION, statement, |_| Ok(())).await?;
        }
        (Pools::Sqlite { writer: Some(_), .. }, _) => {
            let mut tx = pools.begin(ACTION).await?;
            let statement = sql("DELETE FROM instance WHERE pid = $1").bind(std::process::id());
            if tx.execute(ACTION, statement).await? > 0 {
                tx.commit(ACTION).await?;
            }
        }
        _ => {}
    }
    Ok(())
}
