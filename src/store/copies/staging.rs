//! Prepares a backup for its place: a verified copy of it, with the tables of this version, whose
//! journal says that it was restored.

use std::path::Path;

use jiff::Timestamp;
use sqlx::ConnectOptions as _;
use sqlx::sqlite::{SqliteConnectOptions, SqlitePoolOptions};

use crate::crash_point::CrashPoint;
use crate::domain::journal::JournalEvent;
use crate::store::copies::decisions::{Decision, unknown};
use crate::store::copies::error::Result;
use crate::store::copies::file_copy::{connect_to_read, copy_into};
use crate::store::copies::inspection::{Depth, Inspection, inspect};
use crate::store::copies::side::Side;
use crate::store::transaction::Tx;
use crate::store::{StoreError, journal, migrations};

/// Copies `backup` to `staged`, an empty file, and verifies the copy.
pub async fn stage(backup: &Path, staged: &Path) -> Result<Inspection> {
    copy_into(backup, staged).await?;
    CrashPoint::RestoreCopied.pass();
    let mut copy = Side::Sqlite(connect_to_read(staged).await?);
    let found = inspect(&mut copy, Depth::Whole).await?;
    copy.close().await;
    found.expect_whole(&backup.display().to_string())
}

/// Those of `decisions` that a staged backup does not know.
pub async fn decisions_since(staged: &Path, decisions: Vec<Decision>) -> Result<Vec<Decision>> {
    let mut copy = Side::Sqlite(connect_to_read(staged).await?);
    let found = unknown(&mut copy, decisions).await?;
    copy.close().await;
    Ok(found)
}

/// Migrates a staged backup, and enters these events in its journal.
pub async fn finish(staged: &Path, now: Timestamp, events: &[JournalEvent]) -> Result<()> {
    const ACTION: &str = "prepare the backup";
    let failed = StoreError::database(ACTION);
    let options = SqliteConnectOptions::new()
        .filename(staged)
        .create_if_missing(false)
        .foreign_keys(true)
        .disable_statement_logging();
    let pool = SqlitePoolOptions::new().max_connections(1).connect_with(options).await;
    let pool = pool.map_err(&failed)?;
    let explain = |error| migrations::SQLITE.explain(&staged.display().to_string(), error);
    let migrator = migrations::SQLITE.migrator().await.map_err(explain)?;
    migrator.run(&pool).await.map_err(explain)?;
    let mut tx = Tx::Sqlite(pool.begin().await.map_err(failed)?);
    journal::append(&mut tx, now, events).await?;
    tx.commit(ACTION).await?;
    pool.close().await;
    CrashPoint::RestoreStaged.pass();
    Ok(())
}
