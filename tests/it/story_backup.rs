//! Backups, restores, and what a restore repeats: the real binary.

use std::collections::BTreeSet;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

use serde_json::Value;

use crate::list::{Row, row, rows};
use crate::world::{Ended, Site, change_ids, within};

const NEW: &str = "Tianshan Avionics Institute";

fn grown() -> Vec<Row> {
    rows(40).into_iter().chain([row(NEW, "87 FR 38925").at("Beijing, CN")]).collect()
}

/// A site with a baseline, whose daemon checks once a year.
async fn site() -> Site {
    let site = Site { schedule: "0 0 1 1 *", ..Site::new().await };
    site.publish(&rows(40));
    succeeds(&site, &["check"]).await;
    site
}

pub async fn succeeds(site: &Site, arguments: &[&str]) -> String {
    let ended = site.command(arguments).await;
    assert_eq!(ended.exit, Some(0), "{arguments:?}: {ended:?}");
    ended.stdout
}

async fn back_up(site: &Site, file: &Path) -> Ended {
    site.command(&["store", "backup", file.to_str().unwrap()]).await
}

async fn restore(site: &Site, file: &Path) -> Ended {
    site.command(&["store", "restore", file.to_str().unwrap()]).await
}

fn refused(ended: &Ended, exit: i32, text: &str) {
    assert_eq!(ended.exit, Some(exit), "{ended:?}");
    assert!(ended.stderr.contains(text), "`{text}` is not in {ended:?}");
}

/// The kinds of the journal, which must be intact.
async fn journal(site: &Site) -> Vec<String> {
    succeeds(site, &["journal", "verify"]).await;
    let export = succeeds(site, &["journal", "export"]).await;
    let kind = |line: &str| serde_json::from_str::<Value>(line).unwrap()["kind"].clone();
    export.lines().map(|line| kind(line).as_str().unwrap().to_owned()).collect()
}

/// The files in a folder whose names contain this.
fn files_with(folder: &Path, part: &str) -> Vec<PathBuf> {
    let mut found: Vec<PathBuf> =
        std::fs::read_dir(folder).unwrap().map(|file| file.unwrap().path()).collect();
    found.retain(|file| file.file_name().unwrap().to_str().unwrap().contains(part));
    found.sort();
    found
}

/// The ids of the last alert: of the delivery and of its changes.
fn last_ids(site: &Site) -> (String, Vec<String>) {
    let (id, body) = site.alerts().pop().unwrap();
    (id, change_ids(&body))
}

#[tokio::test]
async fn a_backup_beside_a_running_daemon_is_restored_and_repeats_the_same_ids() {
    let site = site().await;
    let file = site.folder.path().join("copy.db");
    let daemon = site.run().await;
    let made = back_up(&site, &file).await;
    assert_eq!(made.exit, Some(0), "{made:?}");
    assert!(made.stdout.contains("head "), "{made:?}");
    assert_eq!(file.metadata().unwrap().permissions().mode() & 0o777, 0o600);
    assert_eq!(files_with(site.folder.path(), "copy.db"), std::slice::from_ref(&file));
    refused(&back_up(&site, &file).await, 2, "name another file");

    site.publish(&grown());
    succeeds(&site, &["check"]).await;
    within("the alert", site.webhook.until(|_| site.alerts().len() == 1)).await;
    let first = last_ids(&site);
    refused(&restore(&site, &file).await, 1, "systemctl stop entitywatch");
    assert_eq!(daemon.stop().await, Some(0));

    let restored = restore(&site, &file).await;
    assert_eq!(restored.exit, Some(0), "{restored:?}");
    assert!(restored.stdout.contains("no decision was made since the backup"), "{restored:?}");
    let entries = succeeds(&site, &["entries"]).await;
    assert!(!entries.contains(NEW), "{entries}");
    assert_eq!(journal(&site).await.last().unwrap(), "store.restored");
    succeeds(&site, &["store", "check"]).await;
    assert_eq!(site.database().metadata().unwrap().permissions().mode() & 0o777, 0o600);

    succeeds(&site, &["check"]).await;
    assert_eq!(site.alerts().len(), 2);
    assert_eq!(last_ids(&site), first, "what is repeated has the same ids");

    // The database from before is whole, and can be restored too.
    let kept = files_with(site.folder.path(), ".before-restore-");
    assert_eq!(kept.len(), 1, "{kept:?}");
    assert_eq!(restore(&site, &kept[0]).await.exit, Some(0));
    assert!(succeeds(&site, &["entries"]).await.contains(NEW));
}

#[tokio::test]
async fn what_is_no_backup_is_refused_and_the_database_stays() {
    let site = site().await;
    let folder = site.folder.path();
    let before = std::fs::read(site.database()).unwrap();
    let text = folder.join("text.db");
    std::fs::write(&text, "this is no database, but a letter\n".repeat(100)).unwrap();
    let copy = folder.join("copy.db");
    assert_eq!(back_up(&site, &copy).await.exit, Some(0));
    let cut = folder.join("cut.db");
    let whole = std::fs::read(&copy).unwrap();
    std::fs::write(&cut, &whole[..whole.len() / 2]).unwrap();
    let damaged = folder.join("damaged.db");
    let mut bytes = whole.clone();
    // The second page is the root of the first table, wherever the others are.
    bytes[4096..4096 + 2048].fill(0xab);
    std::fs::write(&damaged, bytes).unwrap();

    refused(&restore(&site, &folder.join("none.db")).await, 2, "there is no file");
    refused(&restore(&site, &site.database()).await, 2, "is the database itself");
    refused(&back_up(&site, &site.database()).await, 2, "is the database itself");
    for file in [&text, &cut, &damaged] {
        let ended = restore(&site, file).await;
        assert_eq!(ended.exit, Some(1), "{}: {ended:?}", file.display());
    }
    refused(&restore(&site, &text).await, 1, "it is not a SQLite database, or it is damaged");
    assert_eq!(std::fs::read(site.database()).unwrap(), before);
    assert_eq!(files_with(folder, "restoring"), [] as [PathBuf; 0]);
    assert_eq!(files_with(folder, "before-restore"), [] as [PathBuf; 0]);
}

#[tokio::test]
async fn a_backup_whose_journal_or_document_was_changed_is_refused() {
    let site = site().await;
    for (statement, fault) in [
        ("UPDATE journal SET data = '{}' WHERE seq = 1", "journal entry 1"),
        ("DELETE FROM journal WHERE seq = 1", "journal entry 1"),
        ("UPDATE document SET size_bytes = size_bytes + 1", "are not what was fetched"),
        ("UPDATE delivery SET alert_id = 'alr_none'", "rows of `delivery` refer to nothing"),
    ] {
        let file = site.folder.path().join("copy.db");
        let _ = std::fs::remove_file(&file);
        assert_eq!(back_up(&site, &file).await.exit, Some(0));
        tamper(&file, statement).await;
        refused(&restore(&site, &file).await, 1, fault);
    }
    assert!(!journal(&site).await.contains(&"store.restored".to_owned()));
}

async fn tamper(file: &Path, statement: &str) {
    let options = sqlx::sqlite::SqliteConnectOptions::new().filename(file).foreign_keys(false);
    let mut connection =
        <sqlx::SqliteConnection as sqlx::Connection>::connect_with(&options).await.unwrap();
    let statement = sqlx::AssertSqlSafe(statement.to_owned());
    sqlx::query(statement).execute(&mut connection).await.unwrap();
    sqlx::Connection::close(connection).await.unwrap();
}

/// A site with a list on hold and a backup, after which the hold was rejected.
async fn with_a_decision(sections: String) -> (Site, PathBuf, String) {
    let mut site = site().await;
    site.sections = sections;
    site.publish(&rows(20));
    assert_eq!(site.command(&["check"]).await.exit, Some(3));
    let backup = site.folder.path().join("backup");
    std::fs::create_dir_all(&backup).unwrap();
    let file = backup.join("last-night.db");
    assert_eq!(back_up(&site, &file).await.exit, Some(0));
    let shown = succeeds(&site, &["holds", "list", "--output", "json"]).await;
    let shown: Value = serde_json::from_str(&shown).unwrap();
    let hold = shown["holds"][0]["hold_id"].as_str().unwrap().to_owned();
    let reason = "half of it's missing";
    succeeds(&site, &["holds", "reject", &hold, "--by", "Ann", "--reason", reason]).await;
    (site, file, hold)
}

/// The decision is in the journal, and it is carried out again.
async fn the_decision_is_carried(site: &Site, file: &Path, hold: &str) {
    let restored = restore(site, file).await;
    assert_eq!(restored.exit, Some(0), "{restored:?}");
    let command =
        format!("entitywatch holds reject {hold} --by Ann --reason 'half of it'\\''s missing'");
    assert!(restored.stdout.contains(&command), "{restored:?}");
    let kinds = journal(site).await;
    let carried = kinds.iter().filter(|kind| *kind == "decision.carried").count();
    assert_eq!(carried, 1, "{kinds:?}");
    assert_eq!(kinds.last().unwrap(), "hold.rejected", "{kinds:?}");
    succeeds(site, &["check"]).await;
}

#[tokio::test]
async fn a_decision_since_the_backup_is_read_from_the_database_that_is_replaced() {
    let (site, file, hold) = with_a_decision(String::new()).await;
    the_decision_is_carried(&site, &file, &hold).await;
}

#[tokio::test]
async fn a_decision_since_the_backup_survives_the_loss_of_the_database() {
    let (site, file, hold) = with_a_decision("[backup]\nfolder = \"backup\"\n".to_owned()).await;
    std::fs::remove_file(site.database()).unwrap();
    the_decision_is_carried(&site, &file, &hold).await;
    // Both decisions are known of now, and a journal that has them shows none.
    let later = site.folder.path().join("backup/later.db");
    assert_eq!(back_up(&site, &later).await.exit, Some(0));
    let restored = restore(&site, &later).await;
    assert!(restored.stdout.contains("no decision was made since"), "{restored:?}");
    let export = std::fs::read_to_string(site.folder.path().join("backup/decisions.jsonl"));
    let export = export.unwrap();
    let reasons: Vec<bool> =
        export.lines().map(|line| line.contains("half of it's missing")).collect();
    assert_eq!(reasons, [true, true], "the decision, and that it was carried out again: {export}");
}

#[tokio::test]
async fn a_damaged_database_is_replaced_and_kept() {
    let (site, file, hold) = with_a_decision("[backup]\nfolder = \"backup\"\n".to_owned()).await;
    let mut bytes = std::fs::read(site.database()).unwrap();
    bytes[..4096].fill(0xab);
    std::fs::write(site.database(), &bytes).unwrap();
    the_decision_is_carried(&site, &file, &hold).await;
    let kept = files_with(site.folder.path(), ".before-restore-");
    assert_eq!(std::fs::read(&kept[0]).unwrap(), bytes);
}

#[tokio::test]
async fn the_daemon_backs_up_when_it_is_due_and_keeps_the_newest() {
    let mut site = site().await;
    site.listen = "127.0.0.1:0";
    site.sections =
        "[backup]\nschedule = \"* * * * * *\"\nfolder = \"backup\"\nkeep = 2\n".to_owned();
    let folder = site.folder.path().join("backup");
    std::fs::create_dir(&folder).unwrap();
    // What a killed daemon left, and what somebody else put there.
    std::fs::write(folder.join("entitywatch-20200101T000000Z.db.partial"), "x").unwrap();
    std::fs::write(folder.join("notes.txt"), "x").unwrap();
    let daemon = site.run().await;
    let mut seen = BTreeSet::new();
    let three = async {
        while seen.len() < 3 {
            seen.extend(
                files_with(&folder, ".db")
                    .into_iter()
                    .filter(|file| file.extension().is_some_and(|extension| extension == "db")),
            );
            tokio::task::yield_now().await;
        }
    };
    within("three backups", three).await;
    let metrics = site.page("/metrics").await;
    let metric = "entitywatch_backup_last_success_timestamp_seconds ";
    let at = metrics.lines().find_map(|line| line.strip_prefix(metric)).unwrap();
    assert!(at.trim().parse::<f64>().unwrap() > 1.7e9, "{at}");
    let status = succeeds(&site, &["status"]).await;
    assert!(status.contains("  last backup 20"), "{status}");
    assert_eq!(daemon.stop().await, Some(0));
    let left = files_with(&folder, "");
    assert_eq!(left.len(), 3, "two backups and the notes: {left:?}");
    for file in left.iter().filter(|file| file.extension().unwrap() == "db") {
        assert_eq!(file.metadata().unwrap().permissions().mode() & 0o777, 0o600);
        assert_eq!(restore(&site, file).await.exit, Some(0));
    }
}

#[tokio::test]
async fn pruning_needs_a_retention_and_a_hold_suspends_it() {
    let mut site = site().await;
    let prune = ["store", "prune"];
    assert!(succeeds(&site, &prune).await.contains("without `[retention]`, everything is kept"));
    site.sections = "[retention]\ndocuments = \"10y\"\nhold = true\n".to_owned();
    refused(&site.command(&prune).await, 1, "because `[retention] hold` is true");
    site.sections = "[retention]\ndocuments = \"4y\"\n".to_owned();
    refused(&site.command(&prune).await, 2, "expected at least 5y, but got 4y");
    site.sections = "[retention]\ndocuments = \"5y\"\ndeliveries = \"10y\"\n".to_owned();
    let insert = format!(
        "INSERT INTO document (sha256, size_bytes, fetched_at, content) \
         VALUES ('{}', 1, 1262304000000000, x'00')",
        "5a".repeat(32)
    );
    tamper(&site.database(), &insert).await;
    let daemon = site.run().await;
    let pruned = succeeds(&site, &prune).await;
    assert!(pruned.contains("pruned 1 document (1 bytes) and 0 deliveries"), "{pruned}");
    assert_eq!(daemon.stop().await, Some(0));
    assert!(journal(&site).await.contains(&"store.pruned".to_owned()));
    succeeds(&site, &["store", "check"]).await;
}

/// `CrashPoint` is built only into debug builds.
#[cfg(debug_assertions)]
mod killed {
    use std::os::unix::process::ExitStatusExt;
    use std::process::{Command, Stdio};

    use entitywatch::crash_point::CrashPoint;

    use super::*;

    /// Of `std::process::abort`.
    const SIGABRT: i32 = 6;

    /// Runs a command that ends at this point.
    pub fn ends_at(site: &Site, arguments: &[&str], point: CrashPoint) {
        site.write();
        let mut command = Command::new(env!("CARGO_BIN_EXE_entitywatch"));
        command.arg("--config").arg(site.configuration()).args(arguments);
        let ended = command
            .env(CrashPoint::VARIABLE, point.name())
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .status()
            .unwrap();
        assert_eq!(ended.signal(), Some(SIGABRT), "the command passes {}", point.name());
    }

    #[tokio::test]
    async fn a_backup_that_is_killed_at_any_point_has_no_name_or_is_whole() {
        let site = site().await;
        for point in CrashPoint::OF_BACKUPS {
            let file = site.folder.path().join(format!("{}.db", point.name()));
            ends_at(&site, &["store", "backup", file.to_str().unwrap()], *point);
            let is_named = *point == CrashPoint::BackupNamed;
            assert_eq!(file.exists(), is_named, "{}", point.name());
            let again = back_up(&site, &file).await.exit;
            assert_eq!(again, Some(if is_named { 2 } else { 0 }), "{}", point.name());
            assert_eq!(restore(&site, &file).await.exit, Some(0), "{}", point.name());
        }
        assert_eq!(files_with(site.folder.path(), "partial"), [] as [PathBuf; 0]);
    }

    #[tokio::test]
    async fn a_restore_that_is_killed_at_any_point_leaves_one_whole_database() {
        let site = site().await;
        let file = site.folder.path().join("copy.db");
        assert_eq!(back_up(&site, &file).await.exit, Some(0));
        site.publish(&grown());
        succeeds(&site, &["check"]).await;
        let newest = site.folder.path().join("newest.db");
        assert_eq!(back_up(&site, &newest).await.exit, Some(0));
        for point in CrashPoint::OF_RESTORES {
            assert_eq!(restore(&site, &newest).await.exit, Some(0));
            ends_at(&site, &["store", "restore", file.to_str().unwrap()], *point);
            succeeds(&site, &["store", "check"]).await;
            let is_replaced = *point == CrashPoint::RestoreReplaced;
            let entries = succeeds(&site, &["entries"]).await;
            assert_eq!(!entries.contains(NEW), is_replaced, "{}", point.name());
            assert_eq!(restore(&site, &file).await.exit, Some(0), "{}", point.name());
            assert!(!succeeds(&site, &["entries"]).await.contains(NEW));
        }
        assert_eq!(files_with(site.folder.path(), "partial"), [] as [PathBuf; 0]);
    }
}
#[cfg(debug_assertions)]
pub use killed::ends_at;
