//! A server that serves an older copy: an error at first, and a hold after a day of older copies.

use std::time::Duration;

use entitywatch::actions::Reply;
use entitywatch::domain::{HoldReason, HoldState, ListCode};

use crate::list::{Row, file, row, rows};
use crate::upstream::Answer;
use crate::world::{Site, World, text_of};

const HOUR: Duration = Duration::from_secs(60 * 60);
const MORNING: &str = "Thu, 30 Jun 2022 10:15:00 GMT";
const NOON: &str = "Thu, 30 Jun 2022 13:05:00 GMT";
const EVENING: &str = "Thu, 30 Jun 2022 20:15:00 GMT";

/// The file with these rows, last modified at this time.
fn dated(rows: &[Row], modified_at: &str) -> Answer {
    Answer::ok(file(rows)).with_header("Last-Modified", modified_at)
}

fn grown() -> Vec<Row> {
    let new = ["Tianshan Avionics Institute", "Amber Lake Optics", "Cedar Port"]
        .map(|name| row(name, "87 FR 38925"));
    rows(40).into_iter().chain(new).collect()
}

/// A list of the morning to which three entries were added at noon. Readers were alerted.
async fn grown_at_noon() -> World {
    let site = Site::new().await;
    site.answer(dated(&rows(40), MORNING));
    let world = site.open().await;
    assert_eq!(world.check().await.exit, 0);
    world.answer(dated(&grown(), NOON));
    assert_eq!(world.next_check().await.exit, 0);
    assert_eq!(world.alerted().len(), 3);
    world
}

async fn check_after(world: &World, hours: u32) -> Reply {
    world.clock.advance(hours * HOUR);
    world.check().await
}

#[tokio::test]
async fn an_older_copy_is_an_error_until_a_newer_document_is_served() {
    let world = grown_at_noon().await;
    // This applies to every older document, not only to those that were read before.
    for older in [rows(40), rows(41)] {
        world.answer(dated(&older, MORNING));
        let reply = world.next_check().await;
        let expected =
            "modified at 2022-06-30T13:05:00Z), but got one modified at 2022-06-30T10:15:00Z";
        assert!(reply.exit == 1 && text_of(&reply).contains(expected), "{reply:?}");
    }
    world.answer(dated(&grown(), NOON));
    assert_eq!(world.next_check().await.exit, 0);
    world.answer(dated(&grown()[1..], EVENING));
    assert_eq!(world.next_check().await.exit, 0);
    assert_eq!(world.alerted()[3..], [("removed".to_owned(), grown()[0].name.clone())]);
    assert_eq!((world.current_count().await, world.open_holds().await.len()), (42, 0));
}

#[tokio::test]
async fn two_servers_that_alternate_remove_nothing_from_the_list() {
    let world = grown_at_noon().await;
    for _ in 0..3 * 24 {
        world.answer(dated(&rows(40), MORNING));
        assert_eq!(world.next_check().await.exit, 1);
        world.answer(dated(&grown(), NOON));
        assert_eq!(check_after(&world, 1).await.exit, 0);
    }
    assert_eq!(world.alerted().len(), 3);
    assert!(world.open_holds().await.is_empty());
}

#[tokio::test]
async fn two_servers_without_dates_that_alternate_are_recognized() {
    let world = World::with_baseline(Site::new().await, &rows(40)).await;
    for _ in 0..10 {
        world.publish(&grown());
        world.next_check().await;
        world.publish(&rows(40));
        world.next_check().await;
    }
    let removals = world.alerted().iter().filter(|(kind, _)| kind == "removed").count();
    assert_eq!(
        (removals, world.current_count().await),
        (3, 43),
        "the first time it may be a reversal"
    );
}

#[tokio::test]
async fn an_answer_from_a_cache_counts_as_older() {
    let world = World::with_baseline(Site::new().await, &rows(40)).await;
    world.publish(&grown());
    world.next_check().await;
    world.answer(Answer::ok(file(&rows(40))).with_header("Age", "7200"));
    let reply = world.next_check().await;
    assert!(
        reply.exit == 1 && text_of(&reply).contains("a cache may have served an old copy"),
        "{reply:?}"
    );
    world.answer(Answer::ok(file(&grown())).with_header("Age", "7200"));
    assert_eq!(world.next_check().await.exit, 0);
    assert_eq!(world.alerted().len(), 3);
}

#[tokio::test]
async fn a_reversal_in_a_newer_file_is_accepted_at_once() {
    let world = grown_at_noon().await;
    world.answer(dated(&rows(40), EVENING));
    assert_eq!(world.next_check().await.exit, 0);
    assert_eq!(world.alerted()[3..].iter().filter(|(kind, _)| kind == "removed").count(), 3);
    assert_eq!(world.current_count().await, 40);
}

/// The publisher serves an older copy for a day.
async fn on_hold() -> World {
    let world = grown_at_noon().await;
    world.answer(dated(&rows(40), MORNING));
    for hours in [1, 11, 12] {
        assert_eq!(check_after(&world, hours).await.exit, 1);
    }
    let reply = check_after(&world, 1).await;
    assert!(reply.exit == 3 && text_of(&reply).contains("on hold for older copy"), "{reply:?}");
    world
}

#[tokio::test]
async fn after_a_day_of_older_copies_a_person_decides() {
    let world = on_hold().await;
    let hold = world.open_holds().await.remove(0);
    assert_eq!(
        (hold.reason, hold.list, hold.count_before, hold.count_after),
        (HoldReason::Older, ListCode::EL, 43, 40)
    );
    assert_eq!(
        (hold.summary.removed, world.alerted().len(), world.current_count().await),
        (3, 3, 43)
    );
    assert!(hold.message.contains("older than the current list"), "{}", hold.message);
    for _ in 0..2 {
        assert_eq!(world.next_check().await.exit, 3);
        assert_eq!(world.open_holds().await, std::slice::from_ref(&hold), "the same hold");
    }
    assert_eq!(world.accept(&hold.hold_id, false).await.exit, 0);
    assert_eq!((world.alerted().len(), world.current_count().await), (6, 40));
    assert_eq!(world.next_check().await.exit, 0, "the publisher serves the accepted list");
    world.answer(dated(&rows(39), "Thu, 30 Jun 2022 11:00:00 GMT"));
    assert_eq!(world.next_check().await.exit, 0, "newer than the accepted list");
    assert_eq!(world.current_count().await, 39);
}

#[tokio::test]
async fn an_older_copy_accepted_as_baseline_is_the_current_list() {
    let world = on_hold().await;
    let id = world.open_holds().await.remove(0).hold_id;
    assert_eq!(world.accept(&id, true).await.exit, 0);
    for _ in 0..3 {
        assert_eq!(check_after(&world, 12).await.exit, 0);
    }
    assert_eq!((world.alerted().len(), world.current_count().await), (3, 40));
}

#[tokio::test]
async fn a_newer_file_supersedes_an_older_copy_on_hold() {
    let world = on_hold().await;
    let id = world.open_holds().await.remove(0).hold_id;
    world.answer(dated(&grown(), NOON));
    assert_eq!(world.next_check().await.exit, 0);
    assert_eq!(world.program.store.hold(&id).await.unwrap().unwrap().state, HoldState::Superseded);
    world.answer(dated(&rows(40), MORNING));
    assert_eq!(world.next_check().await.exit, 1, "the day begins again");
    assert_eq!((world.alerted().len(), world.current_count().await), (3, 43));
}

#[tokio::test]
async fn a_rejected_older_copy_is_not_put_on_hold_again() {
    let world = on_hold().await;
    let id = world.open_holds().await.remove(0).hold_id;
    assert_eq!(world.reject(&id).await.exit, 0);
    for _ in 0..3 {
        assert_eq!(check_after(&world, 12).await.exit, 0);
    }
    assert_eq!((world.alerted().len(), world.current_count().await), (3, 43));
    world.answer(dated(&grown()[1..], EVENING));
    assert_eq!(world.next_check().await.exit, 0);
    assert_eq!(world.alerted()[3..], [("removed".to_owned(), grown()[0].name.clone())]);
}

#[tokio::test]
async fn an_older_copy_with_the_same_content_is_no_hold() {
    let world = grown_at_noon().await;
    let mut reversed = grown();
    reversed.reverse();
    world.answer(dated(&reversed, MORNING));
    assert_eq!(check_after(&world, 1).await.exit, 1);
    let reply = check_after(&world, 24).await;
    assert!(reply.exit == 0 && text_of(&reply).contains("43 entries, unchanged"), "{reply:?}");
}

#[tokio::test]
async fn a_list_dated_in_the_future_does_not_block_later_lists() {
    let site = Site::new().await;
    site.answer(dated(&rows(40), "Sat, 30 Jun 2029 10:15:00 GMT"));
    let world = site.open().await;
    assert_eq!(world.check().await.exit, 0);
    world.answer(dated(&grown(), NOON));
    assert_eq!(world.next_check().await.exit, 0);
    assert_eq!(world.alerted().len(), 3);
}

mod folder {
    use std::path::{Path, PathBuf};

    use super::*;

    fn put(path: &Path, rows: &[Row], modified_at: &str) {
        std::fs::write(path, file(rows)).unwrap();
        let modified_at: jiff::Timestamp = modified_at.parse().unwrap();
        let modified_at = std::time::UNIX_EPOCH
            + Duration::from_secs(u64::try_from(modified_at.as_second()).unwrap());
        std::fs::File::options().write(true).open(path).unwrap().set_modified(modified_at).unwrap();
    }

    async fn world(keys: &str, rows: &[Row], list: impl Fn(&Path) -> PathBuf) -> (World, PathBuf) {
        let site = Site::new().await;
        let folder = site.folder.path().join("lists");
        std::fs::create_dir(&folder).unwrap();
        put(&list(&folder), rows, "2022-06-30T10:00:00Z");
        let world = site.open().await;
        world.reload_text(&text(&world, &folder, keys));
        assert_eq!(world.check().await.exit, 0);
        (world, folder)
    }

    /// The configuration of the site with a folder instead of the publisher.
    fn text(world: &World, folder: &Path, keys: &str) -> String {
        let url = format!("kind = \"csl\"\nurl = \"{}\"", world.publisher.url("/consolidated.csv"));
        let text = world.text().replacen(
            &url,
            &format!("kind = \"file\"\npath = \"{}\"\n{keys}", folder.display()),
            1,
        );
        let (head, source) = text.split_once("kind = \"file\"").unwrap();
        format!("{head}kind = \"file\"{}", source.replacen("allow_private = true\n", "", 1))
    }

    #[tokio::test]
    async fn a_folder_that_lost_its_newest_list_is_an_error_for_a_day_and_then_a_hold() {
        let (world, folder) = world("", &rows(40), |folder| folder.join("1.csv")).await;
        put(&folder.join("2.csv"), &grown(), "2022-06-30T12:00:00Z");
        assert_eq!(world.next_check().await.exit, 0);
        std::fs::remove_file(folder.join("2.csv")).unwrap();
        std::fs::write(folder.join("2.csv.sha256"), "no list").unwrap();
        for hours in [1, 12, 11] {
            let reply = check_after(&world, hours).await;
            assert!(reply.exit == 1 && text_of(&reply).contains("`touch` it"), "{reply:?}");
        }
        for _ in 0..3 {
            assert_eq!(check_after(&world, 1).await.exit, 3);
        }
        let hold = world.open_holds().await.remove(0);
        assert_eq!(
            (hold.reason, hold.summary.removed, world.current_count().await),
            (HoldReason::Older, 3, 43)
        );
        put(&folder.join("3.csv"), &grown()[1..], "2022-07-02T12:00:00Z");
        assert_eq!(world.next_check().await.exit, 0);
        assert_eq!((world.open_holds().await.len(), world.current_count().await), (0, 42));
    }

    #[tokio::test]
    async fn a_folder_with_a_new_pattern_starts_with_its_own_newest_list() {
        let (world, folder) =
            world("pattern = \"a*.csv\"", &rows(40), |folder| folder.join("a.csv")).await;
        put(&folder.join("b.csv"), &rows(39), "2022-06-30T09:00:00Z");
        std::fs::write(folder.join("Thumbs.db"), "no list").unwrap();
        assert_eq!(world.next_check().await.exit, 0);
        assert_eq!(world.current_count().await, 40);
        world.reload_text(&text(&world, &folder, "pattern = \"b*.csv\""));
        let reply = world.next_check().await;
        assert_eq!((reply.exit, world.current_count().await), (0, 39), "{reply:?}");
    }

    #[tokio::test]
    async fn a_single_file_that_is_restored_is_an_older_copy_and_another_old_file_is_not() {
        let site = Site::new().await;
        let list = site.folder.path().join("list.csv");
        put(&list, &rows(40), "2022-06-30T10:00:00Z");
        let world = site.open().await;
        world.reload_text(&text(&world, &list, ""));
        assert_eq!(world.check().await.exit, 0);
        put(&list, &grown(), "2022-06-30T12:00:00Z");
        assert_eq!(world.next_check().await.exit, 0);
        put(&list, &rows(40), "2022-06-30T10:00:00Z");
        let reply = world.next_check().await;
        assert!(reply.exit == 1 && text_of(&reply).contains("`touch` it"), "{reply:?}");
        put(&list, &grown()[1..], "2022-06-30T11:00:00Z");
        assert_eq!(world.next_check().await.exit, 0, "another file may have any time");
        assert_eq!(world.current_count().await, 42);
    }
}
