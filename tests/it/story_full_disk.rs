//! A disk that is full, and then has room again: a small file system in memory, and the real
//! binary. Nothing is lost, and each error says that space is missing.

use std::fs::File;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::Value;

use crate::list::{Row, row, rows};
use crate::story_backup::succeeds;
use crate::world::{Ended, Site, within};

const NEW: &str = "Tianshan Avionics Institute";

fn grown() -> Vec<Row> {
    rows(40).into_iter().chain([row(NEW, "87 FR 38925").at("Beijing, CN")]).collect()
}

/// A file system in memory, until it is dropped.
struct Disk {
    folder: PathBuf,
}

impl Disk {
    /// `None` if this user cannot mount one.
    fn mount(folder: PathBuf, megabytes: u32) -> Option<Self> {
        std::fs::create_dir_all(&folder).unwrap();
        let options = format!("size={megabytes}m,mode=0755");
        let mut mount = Command::new("mount");
        mount.args(["-t", "tmpfs", "-o", &options, "entitywatch-test"]).arg(&folder);
        if mount.output().is_ok_and(|output| output.status.success()) {
            return Some(Self { folder });
        }
        println!("skipped: a file system in memory cannot be mounted by this user");
        None
    }

    fn ballast(&self) -> PathBuf {
        self.folder.join("ballast")
    }

    /// Writes until nothing more can be written.
    fn fill(&self) {
        let mut file = File::create(self.ballast()).unwrap();
        for size in [65536, 4096, 1] {
            while file.write_all(&vec![0; size]).is_ok() {}
        }
    }

    /// Leaves this many bytes free.
    fn fill_but(&self, bytes: u64) {
        self.fill();
        let file = File::options().write(true).open(self.ballast()).unwrap();
        file.set_len(file.metadata().unwrap().len() - bytes).unwrap();
    }

    fn free(&self) {
        std::fs::remove_file(self.ballast()).unwrap();
    }
}

impl Drop for Disk {
    fn drop(&mut self) {
        // Also while a process that the test started still has a file open.
        let _ = Command::new("umount").arg("--lazy").arg(&self.folder).status();
    }
}

/// A site with a baseline, whose database is on a disk of its own.
async fn site(sections: &str) -> Option<(Site, Disk)> {
    let mut site = Site { database_folder: "disk".to_owned(), ..Site::new().await };
    site.sections = sections.to_owned();
    let disk = Disk::mount(site.folder.path().join("disk"), 24)?;
    site.publish(&rows(40));
    succeeds(&site, &["check"]).await;
    Some((site, disk))
}

fn fails(ended: &Ended, text: &str) {
    assert_eq!(ended.exit, Some(1), "{ended:?}");
    assert!(ended.stderr.contains(text), "`{text}` is not in {ended:?}");
}

async fn is_whole(site: &Site) {
    succeeds(site, &["store", "check"]).await;
    succeeds(site, &["journal", "verify"]).await;
}

fn files(folder: &Path) -> Vec<String> {
    let names = std::fs::read_dir(folder).unwrap();
    let mut names: Vec<String> =
        names.map(|file| file.unwrap().file_name().into_string().unwrap()).collect();
    names.sort();
    names
}

#[tokio::test]
async fn a_check_that_cannot_be_recorded_is_repeated_when_there_is_room() {
    let Some((site, disk)) = site("").await else { return };
    disk.fill();
    site.publish(&grown());
    fails(&site.command(&["check"]).await, "the disk is full");
    assert_eq!(site.alerts(), [], "what is not recorded is not alerted");
    assert!(!succeeds(&site, &["entries"]).await.contains(NEW), "it can still be read");
    disk.free();
    succeeds(&site, &["check"]).await;
    assert_eq!(site.alerted(), [("added".to_owned(), NEW.to_owned())]);
    is_whole(&site).await;
}

#[tokio::test]
async fn the_daemon_goes_on_when_there_is_room_again() {
    let Some((mut site, disk)) = site("").await else { return };
    site.schedule = "* * * * * *";
    let daemon = site.run().await;
    disk.fill();
    site.publish(&grown());
    let log = || std::fs::read_to_string(site.log_path()).unwrap();
    let refused = async {
        while !log().contains("the disk is full") {
            tokio::task::yield_now().await;
        }
    };
    within("a check that cannot be recorded", refused).await;
    assert_eq!(site.alerts(), []);
    disk.free();
    within("the alert", site.webhook.until(|_| !site.alerts().is_empty())).await;
    assert_eq!(daemon.stop().await, Some(0));
    let ids: std::collections::BTreeSet<String> =
        site.alerts().into_iter().map(|(id, _)| id).collect();
    assert_eq!(ids.len(), 1, "one alert, under one id");
    assert!(!log().contains("panicked"), "{}", log());
    is_whole(&site).await;
}

#[tokio::test]
async fn a_backup_needs_room_and_leaves_nothing_without_it() {
    let Some((site, disk)) = site("").await else { return };
    let file = site.folder.path().join("disk/copy.db");
    let file = file.to_str().unwrap();
    disk.fill();
    let refused = site.command(&["store", "backup", file]).await;
    fails(&refused, "of free space in ");
    assert_eq!(files(&disk.folder).iter().filter(|name| name.contains("copy")).count(), 0);
    disk.free();
    succeeds(&site, &["store", "backup", file]).await;

    // A restore writes beside the database, which stays as it is.
    disk.fill();
    let before = std::fs::read(site.database()).unwrap();
    fails(&site.command(&["store", "restore", file]).await, "of free space in ");
    assert_eq!(std::fs::read(site.database()).unwrap(), before);
    assert_eq!(files(&disk.folder).iter().filter(|name| name.contains("restor")).count(), 0);
    disk.free();
    succeeds(&site, &["store", "restore", file]).await;
    is_whole(&site).await;
}

#[tokio::test]
async fn a_migration_without_room_for_its_copy_changes_nothing() {
    let Some((site, disk)) = site("").await else { return };
    // The tables of an older program.
    let options = sqlx::sqlite::SqliteConnectOptions::new().filename(site.database());
    let mut old =
        <sqlx::SqliteConnection as sqlx::Connection>::connect_with(&options).await.unwrap();
    let last: i64 = sqlx::query_scalar("SELECT MAX(version) FROM _sqlx_migrations")
        .fetch_one(&mut old)
        .await
        .unwrap();
    assert_eq!(last, 14, "the statements below take back this version");
    for statement in
        ["DROP TABLE prepared_watchlist", "DELETE FROM _sqlx_migrations WHERE version = 14"]
    {
        sqlx::query(statement).execute(&mut old).await.unwrap();
    }
    sqlx::Connection::close(old).await.unwrap();
    let before = std::fs::read(site.database()).unwrap();
    // Enough to open the database, and not for a copy.
    disk.fill_but(1 << 20);
    let refused = site.command(&["check"]).await;
    fails(&refused, "no copy was made before the migration");
    fails(&refused, "of free space in ");
    assert_eq!(std::fs::read(site.database()).unwrap(), before);
    disk.free();
    succeeds(&site, &["check"]).await;
    let copy = "entitywatch.db.before-migration-from-13".to_owned();
    assert!(files(&disk.folder).contains(&copy), "{:?}", files(&disk.folder));
    is_whole(&site).await;
}

const CUSTOMERS: &str = "id,name,aliases,address,country,owner\nC1,Quixotic Bakery,,,US,\n";

#[tokio::test]
async fn a_counterparty_file_that_cannot_be_recorded_is_read_again() {
    let mut site = Site { database_folder: "disk".to_owned(), ..Site::new().await };
    let Some(disk) = Disk::mount(site.folder.path().join("disk"), 24) else { return };
    let url = site.webhook.url("/officer");
    site.sections = format!(
        "[[receiver]]\nname = \"officer\"\nkind = \"webhook\"\nurl = \"{url}\"\nallow_private = \
         true\nshow_matches = true\n[[watchlist]]\nname = \"customers\"\npath = \"customers.csv\"\n"
    );
    let file = site.folder.path().join("customers.csv");
    std::fs::write(&file, CUSTOMERS).unwrap();
    site.publish(&rows(40));
    succeeds(&site, &["check"]).await;
    let matched = || {
        let received = site.webhook.received();
        received.iter().filter(|one| one.json()["type"] == "watchlist.matched").count()
    };
    disk.fill();
    let known = rows(1).remove(0).name;
    // Enough rows that what is recorded does not fit into pages that are free already.
    let many: String = (0..2000).map(|n| format!("N{n},Number {n} Bakery,,,US,\n")).collect();
    std::fs::write(&file, format!("{CUSTOMERS}C2,{known},,,AF,\n{many}")).unwrap();
    fails(&site.command(&["check"]).await, "the disk is full");
    assert_eq!(matched(), 0);
    let shown = succeeds(&site, &["watchlists", "--output", "json"]).await;
    let shown: Value = serde_json::from_str(&shown).unwrap();
    assert_eq!(shown["watchlists"][0]["rows"], 1, "the last content stays in use: {shown}");
    disk.free();
    // So many new rows are a hold of the file, or not: the match is what counts.
    let ended = site.command(&["check"]).await;
    assert!(matches!(ended.exit, Some(0 | 3)), "{ended:?}");
    if ended.exit == Some(3) {
        let accept =
            ["watchlists", "accept", "--watchlist", "customers", "--by", "Ann", "--reason", "ours"];
        succeeds(&site, &accept).await;
    }
    assert_eq!(matched(), 1);
    is_whole(&site).await;
}

#[tokio::test]
async fn a_decision_that_cannot_be_exported_is_made_and_exported_later() {
    let mut site = Site::new().await;
    let Some(disk) = Disk::mount(site.folder.path().join("backup"), 4) else { return };
    site.sections = "[backup]\nfolder = \"backup\"\n".to_owned();
    site.publish(&rows(40));
    succeeds(&site, &["check"]).await;
    let export = disk.folder.join("decisions.jsonl");
    let mut decided = Vec::new();
    for (count, full) in [(20, false), (15, true), (12, false)] {
        site.publish(&rows(count));
        assert_eq!(site.command(&["check"]).await.exit, Some(3));
        let shown = succeeds(&site, &["holds", "list", "--output", "json"]).await;
        let shown: Value = serde_json::from_str(&shown).unwrap();
        let id = shown["holds"][0]["hold_id"].as_str().unwrap().to_owned();
        if full {
            disk.fill();
        }
        // More than what is left of the last page of the file.
        let reason = "half is missing ".repeat(400);
        let reject = ["holds", "reject", &id, "--by", "Ann", "--reason", &reason];
        let ended = site.command(&reject).await;
        assert_eq!(ended.exit, Some(0), "it is made: {ended:?}");
        let says = ended.stderr.contains("failed to export the last decisions");
        assert_eq!(says, full, "{ended:?}");
        if full {
            disk.free();
        }
        decided.push(id);
    }
    let text = std::fs::read_to_string(&export).unwrap();
    let exported: Vec<String> = text
        .lines()
        .filter_map(|line| serde_json::from_str::<Value>(line).ok())
        .map(|line| serde_json::from_str::<Value>(line["data"].as_str().unwrap()).unwrap())
        .map(|data| data["hold_id"].as_str().unwrap().to_owned())
        .collect();
    assert_eq!(exported, decided, "each once, in order: {text}");
}
