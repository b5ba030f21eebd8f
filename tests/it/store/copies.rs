//! Copies of a database of an older program, and what a copy has of each table.

use std::path::Path;

use entitywatch::domain::Identified;
use entitywatch::store::StoreUrl;
use entitywatch::store::copies::{back_up, check, move_to_postgres, restore};

use super::entry_ids::old_tables;
use super::places::Place;
use super::*;

/// The version of the tables in a SQLite file.
async fn version(file: &Path) -> i64 {
    let options = sqlx::sqlite::SqliteConnectOptions::new().filename(file).read_only(true);
    let mut connection =
        <sqlx::SqliteConnection as sqlx::Connection>::connect_with(&options).await.unwrap();
    let query = sqlx::query_scalar("SELECT MAX(version) FROM _sqlx_migrations");
    let version = query.fetch_one(&mut connection).await.unwrap();
    sqlx::Connection::close(connection).await.unwrap();
    version
}

#[tokio::test]
async fn a_file_is_copied_before_its_tables_are_migrated_and_earlier_copies_go() {
    let place = Place::sqlite();
    old_tables(&place).await;
    let file = place.url.sqlite_path().unwrap();
    let copy = |version| file.with_file_name(format!("record.db.before-migration-from-{version}"));
    std::fs::write(copy(1), "a copy from an earlier migration").unwrap();
    std::fs::write(copy(2), "what a killed program left").unwrap();
    place.write().await.close().await;
    assert_eq!(version(&copy(2)).await, 2);
    assert!(version(file).await > 2);
    assert!(!copy(1).exists());
    let mode = std::os::unix::fs::PermissionsExt::mode(&copy(2).metadata().unwrap().permissions());
    assert_eq!(mode & 0o777, 0o600);
    let before = copy(2).metadata().unwrap().modified().unwrap();
    place.write().await.close().await;
    assert_eq!(copy(2).metadata().unwrap().modified().unwrap(), before, "no other migration");
}

#[tokio::test]
async fn a_backup_of_an_older_program_is_restored_and_migrated() {
    let place = Place::sqlite();
    old_tables(&place).await;
    place.tamper("INSERT INTO receiver_state VALUES ('erp', '{\"receiver\":\"erp\"}')").await;
    let file = place.url.sqlite_path().unwrap();
    let backup = file.with_file_name("backup.db");
    back_up(&place.url, &[], &backup).await.unwrap();
    assert_eq!(version(&backup).await, 2);

    let to = StoreUrl::sqlite_file(file.with_file_name("restored.db"));
    let by = Identified::Process { uid: 0, user: None };
    let at = time("2026-03-01T10:00:00Z");
    let restored = restore(&to, &backup, Vec::new(), at, &by).await.unwrap();
    assert_eq!((restored.kept, restored.journal_entries), (None, 0));
    assert!(check(&to).await.unwrap().is_whole());
    let store = open(&to).await;
    assert_eq!(store.receiver_states().await.unwrap().len(), 1);
    assert_eq!(store.journal(0, 10).await.unwrap()[0].kind, "store.restored");
    assert_eq!(version(&backup).await, 2, "the backup stays as it is");

    let found = check(&place.url).await.unwrap();
    assert!(!found.is_whole(), "its tables are old: {found:#?}");
}

async fn open(url: &StoreUrl) -> std::sync::Arc<Store> {
    entitywatch::store::open(url, entitywatch::store::Mode::Read).await.unwrap()
}

/// A table, or a column, that only one of the databases has would be lost in a move.
#[tokio::test]
async fn a_move_has_every_table_of_the_file() {
    let Some(to) = Place::postgres().await else { return };
    let place = Place::sqlite();
    place.write().await.close().await;
    let moved = move_to_postgres(&place.url, &to.url).await.unwrap();
    let options = sqlx::sqlite::SqliteConnectOptions::new()
        .filename(place.url.sqlite_path().unwrap())
        .read_only(true);
    let mut connection =
        <sqlx::SqliteConnection as sqlx::Connection>::connect_with(&options).await.unwrap();
    let query = "SELECT name FROM sqlite_schema WHERE type = 'table' \
                 AND name NOT IN ('instance', '_sqlx_migrations') ORDER BY name";
    let expected: Vec<String> = sqlx::query_scalar(query).fetch_all(&mut connection).await.unwrap();
    let mut found: Vec<String> = moved.tables.into_iter().map(|(table, _)| table).collect();
    found.sort();
    assert!(found.len() > 15, "{found:?}");
    assert_eq!(found, expected);
    to.write().await.ping().await.unwrap();
}
