//! The daemons that share the database, for `status` and for the comparison of configurations.

use jiff::Timestamp;
use schemars::JsonSchema;
use serde::Serialize;

use crate::store::instance::database_now;
use crate::store::pools::Pools;
use crate::store::row::Row;
use crate::store::statement::sql;
use crate::store::transaction::Tx;
use crate::store::{InstanceSettings, Result, Store, StoreError};

/// A daemon that shares the database.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct DaemonRow {
    /// Its number in this database.
    pub instance: i64,
    pub host: String,
    pub pid: i64,
    pub version: String,
    pub config_hash: Option<String>,
    pub started_at: Timestamp,
    /// Since when it checks the sources. Null if it stands by.
    pub watching_since: Option<Timestamp>,
}

impl Store {
    /// The daemons that live, the watching one first. For SQLite the last one that was started and
    /// not stopped: whether it lives is not in the database.
    pub async fn daemons(&self) -> Result<Vec<DaemonRow>> {
        let text = match self.pools {
            Pools::Sqlite { .. } => {
                "SELECT instance, host, pid, version, config_hash, started_at, started_at \
                 FROM instance"
            }
            Pools::Postgres { .. } => concat!(
                "SELECT i.instance, i.host, i.pid, i.version, i.config_hash, i.started_at, \
                 l.taken_at \
                 FROM instance i \
                 LEFT JOIN lease l ON l.instance = i.instance AND l.name = 'watch' \
                 WHERE i.daemon = 1 AND i.alive_until > ",
                database_now!(),
                " ORDER BY l.taken_at NULLS LAST, i.instance"
            ),
        };
        let read = |row: &Row| {
            Ok(DaemonRow {
                instance: row.integer(0)?,
                host: row.text(1)?,
                pid: row.integer(2)?,
                version: row.text(3)?,
                config_hash: row.text_if_any(4)?,
                started_at: row.time(5)?,
                watching_since: row.time_if_any(6)?,
            })
        };
        self.pools.fetch("read the daemons", sql(text), read).await
    }

    /// Notes the hash of a reloaded configuration. Returns the daemons that have another one.
    ///
    /// # Errors
    /// [`StoreError::DifferentConfig`] if the configuration is a new one, a living daemon has
    /// another, and that was not allowed at the start; then nothing is written.
    pub async fn set_config_hash(&self, hash: &str) -> Result<Vec<DaemonRow>> {
        const ACTION: &str = "note the configuration";
        let own = self.instance.as_ref().map_or(1, |instance| instance.id());
        let mut tx = self.pools.begin(ACTION).await?;
        if let Some(instance) = &self.instance
            && !instance.settings().allow_different_config
        {
            refuse_other(&mut tx, own, hash).await?;
        }
        let statement = sql("UPDATE instance SET config_hash = $1 WHERE instance = $2");
        tx.execute(ACTION, statement.bind(hash).bind(own)).await?;
        tx.commit(ACTION).await?;
        let mut others = self.daemons().await?;
        others.retain(|daemon| {
            daemon.instance != own && daemon.config_hash.as_deref().is_some_and(|its| its != hash)
        });
        Ok(others)
    }

    /// Shows this process in `status`, as the only daemon of a SQLite file. A PostgreSQL database
    /// knows its instances since they opened it.
    pub async fn show_daemon(
        &self,
        settings: &InstanceSettings,
        started_at: Timestamp,
    ) -> Result<()> {
        const ACTION: &str = "show the daemon";
        if self.instance.is_some() {
            return Ok(());
        }
        let mut tx = self.pools.begin(ACTION).await?;
        let statement = sql("INSERT INTO instance (instance, daemon, host, pid, version, \
                             config_hash, started_at) \
                             VALUES (1, 1, $1, $2, $3, $4, $5) \
                             ON CONFLICT (instance) DO UPDATE \
                             SET host = excluded.host, pid = excluded.pid, \
                             version = excluded.version, config_hash = excluded.config_hash, \
                             started_at = excluded.started_at")
        .bind(settings.host.as_str())
        .bind(std::process::id())
        .bind(env!("CARGO_PKG_VERSION"))
        .bind(settings.config_hash.as_deref())
        .bind(started_at);
        tx.execute(ACTION, statement).await?;
        tx.commit(ACTION).await
    }
}

/// Refuses a new configuration if another daemon that lives has a different one.
async fn refuse_other(tx: &mut Tx, own: i64, hash: &str) -> Result<()> {
    let other = sql(concat!(
        "SELECT instance, host, pid FROM instance \
         WHERE daemon = 1 AND instance <> $1 AND config_hash <> $2 AND alive_until > ",
        database_now!(),
        " AND NOT EXISTS (SELECT 1 FROM instance WHERE instance = $1 AND config_hash = $2) \
         ORDER BY instance LIMIT 1"
    ));
    match tx.fetch_one("compare the configurations", other.bind(own).bind(hash)).await? {
        None => Ok(()),
        Some(row) => Err(StoreError::DifferentConfig {
            instance: row.integer(0)?,
            host: row.text(1)?,
            pid: row.integer(2)?,
        }),
    }
}
