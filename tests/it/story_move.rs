//! `store migrate`: from SQLite to PostgreSQL, whole, and back in a backup: the real binary.

use crate::list::{Row, row, rows};
use crate::store::places::Place;
use crate::story_backup::succeeds;
use crate::world::Site;

fn grown(count: usize) -> Vec<Row> {
    let new = |n| row(&format!("Tianshan Avionics {n}"), "87 FR 38925").at("Beijing, CN");
    rows(40).into_iter().chain((0..count).map(new)).collect()
}

/// A SQLite file with changes, a list on hold, an item and a decision.
async fn site() -> Site {
    let mut site = Site { schedule: "0 0 1 1 *", ..Site::new().await };
    let url = site.webhook.url("/office");
    site.sections = format!(
        "[[receiver]]\nname = \"office\"\nkind = \"webhook\"\nurl = \"{url}\"\n\
         allow_private = true\nacknowledge_within = \"4h\"\n"
    );
    site.publish(&rows(40));
    succeeds(&site, &["check"]).await;
    site.publish(&grown(3));
    succeeds(&site, &["check"]).await;
    site.publish(&rows(20));
    assert_eq!(site.command(&["check"]).await.exit, Some(3));
    site
}

/// What the reading commands show, which must be the same in both databases.
async fn everything(site: &Site) -> Vec<String> {
    let mut shown = Vec::new();
    for command in ["entries", "changes", "alerts", "deliveries", "receivers list"] {
        let words: Vec<&str> = command.split(' ').chain(["--output", "json"]).collect();
        shown.push(succeeds(site, &words).await);
    }
    for words in [
        ["holds", "list", "--all", "--output", "json"].as_slice(),
        &["items", "list", "--output", "json"],
        &["journal", "export"],
        &["journal", "verify"],
    ] {
        shown.push(succeeds(site, words).await);
    }
    assert!(shown.iter().all(|text| text.len() > 50), "{shown:#?}");
    shown
}

#[tokio::test]
async fn everything_is_moved_to_postgres_and_the_next_check_goes_on() {
    let Some(place) = Place::postgres().await else { return };
    let address = place.postgres.as_deref().unwrap();
    let mut site = site().await;
    let before = everything(&site).await;
    let moved = succeeds(&site, &["store", "migrate", "--to", address]).await;
    let head = moved.lines().find(|line| line.contains("the journal is intact")).unwrap();
    assert!(before.last().unwrap().contains(head.trim()), "{moved}");
    for table in ["entry: ", "document: ", "delivery: ", "item_alert: ", "journal: "] {
        let line = moved.lines().find(|line| line.starts_with(table)).unwrap();
        assert!(line.ends_with("equal on both sides") && !line.contains(": 0 rows"), "{line}");
    }
    assert_eq!(everything(&site).await, before, "the file stays as it is");

    address.clone_into(&mut site.shared);
    assert_eq!(everything(&site).await, before);
    let checked = succeeds(&site, &["store", "check"]).await;
    assert!(checked.contains("ok     documents"), "{checked}");
    // New rows get new numbers.
    site.publish(&grown(5));
    succeeds(&site, &["check"]).await;
    assert!(succeeds(&site, &["entries"]).await.contains("Tianshan Avionics 4"));

    // Back again: a backup of PostgreSQL is a SQLite file with the same content.
    let now = everything(&site).await;
    let file = site.folder.path().join("copy.db");
    succeeds(&site, &["store", "backup", file.to_str().unwrap()]).await;
    site.shared.clear();
    succeeds(&site, &["store", "restore", file.to_str().unwrap()]).await;
    let restored = everything(&site).await;
    // The journal says that it was restored.
    assert_eq!(restored[..7], now[..7]);

    // And into another server's empty database.
    let other = Place::postgres().await.unwrap();
    other.postgres.as_deref().unwrap().clone_into(&mut site.shared);
    succeeds(&site, &["store", "restore", file.to_str().unwrap()]).await;
    assert_eq!(everything(&site).await[..7], now[..7]);
    let again = site.command(&["store", "restore", file.to_str().unwrap()]).await;
    assert_eq!(again.exit, Some(1), "{again:?}");
    assert!(again.stderr.contains("create an empty database"), "{again:?}");
}

#[tokio::test]
async fn a_move_is_refused_with_what_to_do() {
    let site = site().await;
    let migrate =
        async |site: &Site, to: &str| site.command(&["store", "migrate", "--to", to]).await;
    for (to, expected) in [
        ("sqlite:///tmp/x.db", "expected the address of a PostgreSQL database"),
        ("postgres://u:hunter2@h:port/d", "cannot be parsed"),
        ("hunter2", "a text without a scheme"),
    ] {
        let ended = migrate(&site, to).await;
        assert_eq!(ended.exit, Some(2), "{ended:?}");
        assert!(ended.stderr.contains(expected), "{ended:?}");
        assert!(!ended.stderr.contains("hunter2"), "{ended:?}");
    }
    let Some(place) = Place::postgres().await else { return };
    let address = place.postgres.as_deref().unwrap();
    let daemon = site.run().await;
    let ended = migrate(&site, address).await;
    assert_eq!(ended.exit, Some(1), "{ended:?}");
    assert!(ended.stderr.contains("systemctl stop entitywatch"), "{ended:?}");
    assert_eq!(daemon.stop().await, Some(0));
    place.tamper("CREATE TABLE theirs (x TEXT)").await;
    let ended = migrate(&site, address).await;
    assert_eq!(ended.exit, Some(1), "{ended:?}");
    assert!(ended.stderr.contains("create an empty database"), "{ended:?}");
}

/// `CrashPoint` is built only into debug builds.
#[cfg(debug_assertions)]
#[tokio::test]
async fn a_move_that_is_killed_at_any_point_is_not_seen_and_continues() {
    use entitywatch::crash_point::CrashPoint;

    let mut site = site().await;
    for (n, point) in CrashPoint::OF_MOVES.iter().enumerate() {
        let Some(place) = Place::postgres().await else { return };
        let address = place.postgres.as_deref().unwrap();
        let arguments = ["store", "migrate", "--to", address];
        crate::story_backup::ends_at(&site, &arguments, *point);
        address.clone_into(&mut site.shared);
        let seen = site.command(&["entries"]).await;
        if *point == CrashPoint::MoveFinished {
            assert_eq!(seen.exit, Some(0), "{seen:?}");
            site.shared.clear();
            continue;
        }
        assert_eq!(seen.exit, Some(1), "{}: {seen:?}", point.name());
        assert!(seen.stderr.contains("nothing is stored yet"), "{seen:?}");
        site.shared.clear();
        if n % 2 == 1 {
            // The file has changed since, so what was copied is of no use.
            let changed = site.command(&["receivers", "test", "erp"]).await;
            assert_eq!(changed.exit, Some(0), "{changed:?}");
        }
        let before = everything(&site).await;
        succeeds(&site, &arguments).await;
        address.clone_into(&mut site.shared);
        assert_eq!(everything(&site).await, before, "{}", point.name());
        site.shared.clear();
    }
}
