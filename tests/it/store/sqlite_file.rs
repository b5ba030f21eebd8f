//! Damage to a SQLite file, and a writing process that is killed.

use std::fs;
use std::io::{BufRead, BufReader};
use std::os::unix::fs::PermissionsExt;
use std::process::{Command, Stdio};

use entitywatch::store::{CheckRecord, Mode, StoreError, StoreUrl, open, verify};

use super::*;

async fn refused(path: &std::path::Path, mode: Mode) -> StoreError {
    open(&StoreUrl::sqlite_file(path), mode).await.err().unwrap()
}

#[tokio::test]
async fn only_the_owner_can_access_the_file_and_its_folder() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("deep/er/record.db");
    let store = open(&StoreUrl::sqlite_file(&path), Mode::Write).await.unwrap();
    store.add_journal_entries(time("2026-03-01T10:00:00Z"), vec![event("check")]).await.unwrap();
    let rights = |path: &std::path::Path| fs::metadata(path).unwrap().permissions().mode() & 0o777;
    assert_eq!(rights(&folder.path().join("deep")), 0o700);
    assert!(path.exists());
    for file in fs::read_dir(path.parent().unwrap()).unwrap() {
        let file = file.unwrap().path();
        assert_eq!(rights(&file), 0o600, "{}", file.display());
    }
}

#[tokio::test]
async fn other_files_are_refused_and_left_unchanged() {
    let folder = tempfile::tempdir().unwrap();
    let text = folder.path().join("text.db");
    fs::write(&text, "this is no database, but a letter\n".repeat(100)).unwrap();
    let other = folder.path().join("other.db");
    let options =
        sqlx::sqlite::SqliteConnectOptions::new().filename(&other).create_if_missing(true);
    let mut connection =
        <sqlx::SqliteConnection as sqlx::Connection>::connect_with(&options).await.unwrap();
    sqlx::query("CREATE TABLE theirs (x TEXT)").execute(&mut connection).await.unwrap();
    sqlx::Connection::close(connection).await.unwrap();

    for (path, reason) in [
        (&text, "it is not a SQLite database, or it is damaged"),
        (&other, "it is the database of another program"),
    ] {
        let before = fs::read(path).unwrap();
        for mode in [Mode::Write, Mode::Read] {
            let error = refused(path, mode).await;
            assert!(matches!(error, StoreError::Unreadable { .. }), "{error}");
            assert!(error.to_string().ends_with(reason), "{error}");
        }
        assert_eq!(fs::read(path).unwrap(), before);
    }
    for mode in [Mode::Write, Mode::Read] {
        let error = refused(folder.path(), mode).await.to_string();
        assert!(error.ends_with("expected a file, but it is a folder"), "{error}");
    }
}

#[tokio::test]
async fn the_error_names_a_folder_that_cannot_be_created() {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("file"), "").unwrap();
    let error = refused(&folder.path().join("file/record.db"), Mode::Write).await.to_string();
    assert!(error.contains("file/record.db: failed to create its folder"), "{error}");
}

#[tokio::test]
async fn a_file_damaged_in_the_middle_is_reported_as_damaged() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("record.db");
    let url = StoreUrl::sqlite_file(&path);
    let store = open(&url, Mode::Write).await.unwrap();
    let entries = (0..2000).map(|n| entry(&format!("Entity {n}"))).collect();
    store
        .record(check_of("csl", time("2026-03-01T10:00:00Z"), None, Vec::new(), entries))
        .await
        .unwrap();
    store.close().await;
    drop(store);

    let mut bytes = fs::read(&path).unwrap();
    let pages = bytes.len() / 4096;
    for page in pages / 2..pages {
        bytes[page * 4096..page * 4096 + 64].fill(0xab);
    }
    fs::write(&path, bytes).unwrap();
    let store = open(&url, Mode::Read).await.unwrap();
    let error = store.current_entries("csl", ListCode::EL).await.unwrap_err();
    assert!(matches!(error, StoreError::Unreadable { .. }), "{error}");
    assert!(error.to_string().ends_with("the file is damaged"), "{error}");
}

/// Runs as a user who may read the folder but not write to it. Because root may write everywhere,
/// the process runs as another user.
#[tokio::test]
async fn a_database_in_a_read_only_folder_can_be_read() {
    const PATH: &str = "ENTITYWATCH_TEST_READ_ONLY_RECORD";
    if let Some(path) = std::env::var_os(PATH) {
        let path = std::path::PathBuf::from(path);
        assert!(fs::write(path.with_extension("probe"), "").is_err(), "the folder can be written");
        let store = open(&StoreUrl::sqlite_file(&path), Mode::Read).await.unwrap();
        assert_eq!(current_names(&store, "csl").await, ["Alpha"]);
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("record.db");
    let rights = |path: &std::path::Path, mode| {
        fs::set_permissions(path, fs::Permissions::from_mode(mode)).unwrap();
    };
    let store = open(&StoreUrl::sqlite_file(&path), Mode::Write).await.unwrap();
    record_entries(&store, "2026-03-01T10:00:00Z", &["Alpha"]).await;
    for file in fs::read_dir(folder.path()).unwrap() {
        rights(&file.unwrap().path(), 0o644);
    }
    rights(folder.path(), 0o555);

    let read_elsewhere = || {
        let mut command =
            myself("store::sqlite_file::a_database_in_a_read_only_folder_can_be_read");
        if fs::metadata("/proc/self")
            .is_ok_and(|process| std::os::unix::fs::MetadataExt::uid(&process) == 0)
        {
            std::os::unix::process::CommandExt::uid(&mut command, 65_534);
        }
        let output = command.env(PATH, &path).output().unwrap();
        let printed = String::from_utf8_lossy(&output.stdout);
        assert!(output.status.success() && printed.contains("1 passed"), "{printed}");
    };
    read_elsewhere();
    rights(folder.path(), 0o755);
    store.close().await;
    drop(store);
    assert!(!folder.path().join("record.db-wal").exists());
    rights(folder.path(), 0o555);
    read_elsewhere();
    rights(folder.path(), 0o755);
}

/// Writes until it is killed, in a process of its own.
#[tokio::test]
async fn a_killed_writer_leaves_a_complete_database_and_no_lock() {
    const PATH: &str = "ENTITYWATCH_TEST_KILLED_WRITER";
    if let Some(path) = std::env::var_os(PATH) {
        let store = open(&StoreUrl::sqlite_file(std::path::PathBuf::from(path)), Mode::Write)
            .await
            .unwrap();
        for n in 0.. {
            let at = time("2026-03-01T10:00:00Z");
            let entries = (0..50).map(|row| entry(&format!("{n} {row}"))).collect();
            let mut record = check_of("csl", at, None, Vec::new(), entries);
            record.alerts = vec![outgoing("csl", n, at, Vec::new(), &["erp"])];
            record.journal = vec![event("check")];
            store.record(record).await.unwrap();
            eprintln!("recorded {n}");
        }
    }
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("record.db");
    let mut child =
        myself("store::sqlite_file::a_killed_writer_leaves_a_complete_database_and_no_lock")
            .env(PATH, &path)
            .stdout(Stdio::null())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
    let lines = BufReader::new(child.stderr.take().unwrap()).lines();
    let recorded =
        lines.map_while(Result::ok).filter(|line| line.starts_with("recorded")).take(5).count();
    assert_eq!(recorded, 5);

    let error = refused(&path, Mode::Write).await.to_string();
    assert!(
        error.ends_with(&format!("is in use by another entitywatch process (pid {})", child.id())),
        "{error}"
    );
    child.kill().unwrap();
    child.wait().unwrap();

    let store = open(&StoreUrl::sqlite_file(&path), Mode::Write).await.unwrap();
    let alerts = store.alerts(&Default::default()).await.unwrap().len();
    assert!(alerts >= 5, "{alerts}");
    assert_eq!(
        store.due("erp", time("2026-03-01T10:00:00Z"), 100_000).await.unwrap().len(),
        alerts
    );
    assert_eq!(current_names(&store, "csl").await.len(), alerts * 50);
    let (entries, _) = verify(store.journal(0, 100_000).await.unwrap(), None).unwrap();
    assert_eq!(entries, alerts as u64);
    store
        .record(CheckRecord { journal: vec![event("check")], ..CheckRecord::default() })
        .await
        .unwrap();
}

/// This test binary, to run one test in another process.
fn myself(test: &str) -> Command {
    let mut command = Command::new(std::env::current_exe().unwrap());
    command.args(["--exact", test, "--nocapture"]);
    command
}

#[tokio::test]
async fn a_second_writer_is_refused_with_the_pid_of_the_first() {
    let place = super::places::Place::sqlite();
    let first = place.write().await;
    let refused = open(&place.url, Mode::Write).await.err().unwrap();
    assert!(matches!(refused, StoreError::InUse { .. }), "{refused}");
    let expected = format!(
        "{} is in use by another entitywatch process (pid {})",
        place.url,
        std::process::id()
    );
    assert_eq!(refused.to_string(), expected);
    first.close().await;
    drop(first);
    place.write().await.ping().await.unwrap();
}
