//! Moves a SQLite file into an empty PostgreSQL database.
//!
//! The tables are filled in a schema of their own, which no daemon looks into. When they are equal
//! to the file, one transaction moves them to where a daemon finds them. An interrupted move is
//! continued by the next one, unless the file has changed since.

use std::path::Path;

use sqlx::AssertSqlSafe;
use tracing::info;

use crate::crash_point::CrashPoint;
use crate::domain::Sha256;
use crate::store::address::Backend;
use crate::store::copies::error::{CopyError, Result};
use crate::store::copies::file_copy::connect_to_read;
use crate::store::copies::inspection::{Depth, connect_postgres, inspect};
use crate::store::copies::layout::{Table, tables};
use crate::store::copies::side::Side;
use crate::store::copies::swap::lock;
use crate::store::copies::transfer::{copy_table, expect_equal, fingerprint};
use crate::store::statement::sql;
use crate::store::{StoreError, StoreUrl, migrations};

/// The schema that is filled. It does not exist before and after.
const INCOMING: &str = "entitywatch_incoming";
/// The key of the advisory lock of a move: `ewmoves ` in ASCII. A lock is per database.
const MOVE_KEY: i64 = 0x6577_6d6f_7665_7320;
const ACTION: &str = "move the tables";

/// A move that was made.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Moved {
    /// The rows of each table, in the order in which they were copied.
    pub tables: Vec<(String, u64)>,
    pub journal_entries: u64,
    pub journal_head: Sha256,
}

/// Copies the SQLite file `from`, whose daemon is stopped, into the empty PostgreSQL database `to`.
/// The file stays as it is.
pub async fn move_to_postgres(from: &StoreUrl, to: &StoreUrl) -> Result<Moved> {
    let Some(file) = from.sqlite_path() else { return Err(CopyError::Source(from.to_string())) };
    if let Backend::Sqlite(_) = to.backend() {
        return Err(CopyError::Target("that of a SQLite file".to_owned()));
    }
    // Without a file there is nothing to lock.
    let source = connect_to_read(file).await?;
    let _lock = lock(file, from)?;
    move_file(file, Side::Sqlite(source), to).await
}

/// Moves `source`, an open connection to `file`, which nobody writes.
pub(super) async fn move_file(file: &Path, mut source: Side, to: &StoreUrl) -> Result<Moved> {
    let Backend::Postgres(address) = to.backend() else {
        return Err(CopyError::Target("that of a SQLite file".to_owned()));
    };
    let place = file.display().to_string();
    migrations::SQLITE.check(&place, source.version().await?)?;
    let whole = inspect(&mut source, Depth::WithoutDocuments).await?.expect_whole(&place)?;
    let mut target = connect_postgres(to, address).await?;
    let home = prepare(&mut target, to).await?;
    CrashPoint::MoveBegun.pass();
    let moving = fill(&mut source, &mut target, to).await?;
    CrashPoint::MoveFilled.pass();
    expect_equal(&mut source, &mut target, &moving).await?;
    let found = inspect(&mut target, Depth::WithoutDocuments).await?;
    let found = found.expect_whole(&to.to_string())?;
    if found.journal_head != whole.journal_head {
        let detail = "its last entry is another one".to_owned();
        return Err(CopyError::Differs { table: "journal".to_owned(), detail });
    }
    let mut counts = Vec::new();
    for table in &moving {
        let statement = sql(format!("SELECT COUNT(*) FROM \"{}\"", table.name));
        let rows = target.count(ACTION, statement).await?;
        counts.push((table.name.clone(), u64::try_from(rows).unwrap_or(0)));
        continue_numbers(&mut target, table).await?;
    }
    CrashPoint::MoveVerified.pass();
    bring_home(&mut target, &home).await?;
    CrashPoint::MoveFinished.pass();
    source.close().await;
    target.close().await;
    Ok(Moved {
        tables: counts,
        journal_entries: found.journal_entries,
        journal_head: found.journal_head,
    })
}

/// Refuses a database that has tables, and lets all that follows work on the incoming schema.
/// Returns the schema that a daemon uses.
async fn prepare(target: &mut Side, to: &StoreUrl) -> Result<String> {
    let locked = sql("SELECT pg_try_advisory_lock($1)::INT::BIGINT").bind(MOVE_KEY);
    if target.count(ACTION, locked).await? == 0 {
        let store = to.to_string();
        return Err(CopyError::Running { store, holder: " that moves a database".to_owned() });
    }
    let home = sql("SELECT current_schema()::TEXT");
    let home = target.fetch_one(ACTION, home, |row| row.text_if_any(0)).await?.flatten();
    let Some(home) = home else {
        return Err(CopyError::Layout(format!("{to} has no schema for them")));
    };
    let statement = sql("SELECT COUNT(*) FROM information_schema.tables \
                         WHERE table_schema = current_schema()");
    if target.count(ACTION, statement).await? > 0 {
        return Err(CopyError::NotEmpty(to.to_string()));
    }
    run(target, format!("CREATE SCHEMA IF NOT EXISTS {INCOMING}")).await?;
    run(target, format!("SET search_path TO {INCOMING}")).await?;
    Ok(home)
}

/// Fills the incoming schema. What an interrupted move left in it is kept if it is the beginning of
/// the source.
async fn fill(source: &mut Side, target: &mut Side, to: &StoreUrl) -> Result<Vec<Table>> {
    for is_last_try in [false, true] {
        create_tables(target, to).await?;
        let moving = tables(source, target).await?;
        if fill_tables(source, target, &moving).await? {
            return Ok(moving);
        }
        if !is_last_try {
            info!("the database has changed since the move was interrupted; it starts over");
            run(target, format!("DROP SCHEMA {INCOMING} CASCADE; CREATE SCHEMA {INCOMING}"))
                .await?;
        }
    }
    Err(CopyError::Layout(format!("the new tables in {to} are not empty")))
}

/// Returns false if the target has rows that the source does not begin with.
async fn fill_tables(source: &mut Side, target: &mut Side, moving: &[Table]) -> Result<bool> {
    for table in moving {
        let found = fingerprint(target, table, None).await?;
        if found.rows > 0 && fingerprint(source, table, Some(found.rows)).await? != found {
            return Ok(false);
        }
        if found.rows > 0 {
            info!(table = table.name, rows = found.rows, "continuing an interrupted move");
        }
        copy_table(source, target, table, found.rows).await?;
        CrashPoint::MoveTableFilled.pass();
    }
    Ok(true)
}

async fn create_tables(target: &mut Side, to: &StoreUrl) -> Result<()> {
    let version = target.version().await?;
    if version == Some(migrations::POSTGRES.newest()) {
        return Ok(());
    }
    if version.is_some() {
        // Of an interrupted move of another version of the program.
        run(target, format!("DROP SCHEMA {INCOMING} CASCADE; CREATE SCHEMA {INCOMING}")).await?;
    }
    let Side::Postgres(connection) = target else { return Ok(()) };
    let explain = |error| migrations::POSTGRES.explain(&to.to_string(), error);
    let migrator = migrations::POSTGRES.migrator().await.map_err(explain)?;
    migrator.run(connection).await.map_err(explain)?;
    Ok(())
}

/// New rows get the numbers after those that were copied.
async fn continue_numbers(target: &mut Side, table: &Table) -> Result<()> {
    let identity = sql("SELECT column_name::TEXT FROM information_schema.columns \
                        WHERE table_schema = current_schema() AND table_name = $1 \
                        AND is_identity = 'YES'")
    .bind(&table.name);
    for column in target.fetch(ACTION, identity, |row| row.text(0)).await? {
        let name = &table.name;
        let statement = format!(
            "SELECT setval(pg_get_serial_sequence('\"{name}\"', '{column}'), \
             MAX(\"{column}\")) FROM \"{name}\" HAVING COUNT(*) > 0"
        );
        target.count(ACTION, sql(statement)).await?;
    }
    Ok(())
}

/// Moves all tables to where a daemon finds them, in one transaction.
async fn bring_home(target: &mut Side, home: &str) -> Result<()> {
    let names = sql("SELECT table_name::TEXT FROM information_schema.tables \
                     WHERE table_schema = current_schema() ORDER BY table_name");
    let names = target.fetch(ACTION, names, |row| row.text(0)).await?;
    let home = home.replace('"', "\"\"");
    let mut script = vec!["BEGIN".to_owned()];
    for name in names {
        script.push(format!("ALTER TABLE {INCOMING}.\"{name}\" SET SCHEMA \"{home}\""));
    }
    script.push(format!("DROP SCHEMA {INCOMING}"));
    script.push("COMMIT".to_owned());
    run(target, script.join(";\n")).await
}

/// Runs a script, whose statements without BEGIN are one transaction.
async fn run(target: &mut Side, script: String) -> Result<()> {
    let Side::Postgres(connection) = target else { return Ok(()) };
    let run = sqlx::raw_sql(AssertSqlSafe(script)).execute(connection).await;
    run.map_err(StoreError::database(ACTION))?;
    Ok(())
}
