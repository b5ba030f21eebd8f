//! A publisher that serves errors and damaged lists: nothing it serves becomes a removal, and the
//! exit code says what was wrong.

use std::sync::Arc;
use std::time::Duration;

use entitywatch::daemon;
use entitywatch::domain::HoldReason;
use entitywatch::web::Status;
use sqlx::Connection;
use tokio_util::sync::CancellationToken;

use crate::list::{Row, file, row, rows};
use crate::upstream::{Answer, Upstream, gzip};
use crate::world::{Site, World, text_of, within};

fn newcomer() -> Row {
    row("Tianshan Avionics Institute", "87 FR 38925").at("8 Xueyuan Road, Beijing, CN")
}

/// Checks that the answer is refused: the exit code is 1, the output has these words, the
/// current list is unchanged, readers get no alert, and operators get one.
async fn check_refused(answer: Answer, words: &[&str]) {
    let standing = rows(40);
    let world = World::with_baseline(Site::new().await, &standing).await;
    world.answer(answer);
    for _ in 0..2 {
        let reply = world.next_check().await;
        assert_eq!(reply.exit, 1, "{reply:?}");
        for word in words {
            assert!(text_of(&reply).contains(word), "expected `{word}` in {reply:?}");
        }
    }
    assert_eq!(world.current_count().await, 40);
    assert!(world.alerted().is_empty());
    assert_eq!(
        world.smtp.mails().len(),
        2,
        "one alert, however often it is checked again: {:?}",
        world.subjects()
    );
    // The next file is compared with the one before the refused answer.
    let more: Vec<Row> = standing.iter().cloned().chain([newcomer()]).collect();
    world.publish(&more);
    assert_eq!(world.next_check().await.exit, 0);
    assert_eq!(world.alerted(), [("added".to_owned(), newcomer().name)]);
    assert_eq!(
        world.smtp.mails().len(),
        3,
        "the alert; one good answer is no recovery: {:?}",
        world.subjects()
    );
    world.next_check().await;
    assert_eq!(world.smtp.mails().len(), 4, "the recovery: {:?}", world.subjects());
}

/// The subjects of the alerts to operators in a day of checks, in which the publisher repeats these
/// answers.
async fn alerts_of_a_day(answers: &[Answer]) -> Vec<String> {
    let world = World::with_baseline(Site::new().await, &rows(40)).await;
    let before = world.smtp.mails().len();
    for answer in answers.iter().cycle().take(96) {
        world.answer(answer.clone());
        world.next_check().await;
    }
    world.subjects().split_off(before)
}

#[tokio::test]
async fn a_source_with_a_web_page_as_every_second_answer_is_alerted_once_a_day() {
    let page = Answer::ok("<!DOCTYPE html><html><body>We'll be back soon</body></html>");
    let subjects = alerts_of_a_day(&[page, Answer::ok(file(&rows(40)))]).await;
    assert_eq!(subjects.len(), 2, "at once, and again after a day: {subjects:?}");
    let all_say_so = subjects
        .iter()
        .all(|subject| subject.contains("The Consolidated Screening List cannot be read"));
    assert!(all_say_so, "{subjects:?}");
}

#[tokio::test]
async fn a_source_that_fails_every_other_hour_is_alerted_a_few_times_a_day() {
    let mut answers = vec![Answer::status(500, "no"); 4];
    answers.extend(vec![Answer::ok(file(&rows(40))); 4]);
    let subjects = alerts_of_a_day(&answers).await;
    assert!((3..=6).contains(&subjects.len()), "{subjects:?}");
}

#[tokio::test]
async fn alternating_holds_are_alerted_a_few_times_a_day() {
    let half = |from: usize| Answer::ok(file(&rows(40)[from..from + 20]));
    let subjects = alerts_of_a_day(&[half(0), half(20)]).await;
    assert_eq!(
        subjects.len(),
        3,
        "each content once, and the open hold again a day later: {subjects:?}"
    );
    let subjects = alerts_of_a_day(&[half(0), Answer::ok(file(&rows(40)))]).await;
    assert_eq!(subjects.len(), 2, "at once, and again after a day: {subjects:?}");
    let many: Vec<Answer> = (0..20).map(half).collect();
    let subjects = alerts_of_a_day(&many).await;
    assert_eq!(subjects.len(), 4, "{subjects:?}");
    let stays: Vec<Answer> = [half(0), Answer::ok(file(&rows(40)))]
        .into_iter()
        .chain((0..94).map(|_| half(0)))
        .collect();
    let subjects = alerts_of_a_day(&stays).await;
    assert_eq!(subjects.len(), 2, "again after an hour: {subjects:?}");
}

#[tokio::test]
async fn a_file_cut_in_the_middle_of_a_row_is_refused_with_the_place() {
    let text = file(&rows(40));
    let line = text[..text.len() / 2].lines().count();
    check_refused(Answer::ok(&text[..text.len() / 2]), &["refused", &line.to_string()]).await;
}

#[tokio::test]
async fn a_truncated_answer_is_no_list() {
    let text = file(&rows(40));
    let standing = rows(40);
    let world = World::with_baseline(Site::new().await, &standing).await;
    world.answer(Answer::truncated(text.as_bytes(), text.len() / 2));
    let reply = world.next_check().await;
    assert_eq!(reply.exit, 1, "{reply:?}");
    assert_eq!(world.current_count().await, 40);
    assert!(world.alerted().is_empty());
}

#[tokio::test]
async fn an_empty_document_is_refused() {
    check_refused(Answer::ok(""), &["empty"]).await;
}

#[tokio::test]
async fn a_web_page_is_refused() {
    check_refused(
        Answer::ok("<!DOCTYPE html><html><body>We'll be back soon</body></html>"),
        &["refused", "page"],
    )
    .await;
}

#[tokio::test]
async fn a_header_that_changed_is_refused() {
    let text = file(&rows(40)).replacen("federal_register_notice", "frn", 1).replacen(
        "license_requirement",
        "requirement",
        1,
    );
    check_refused(Answer::ok(text), &["federal_register_notice"]).await;
}

#[tokio::test]
async fn a_gzip_bomb_is_refused() {
    check_refused(
        Answer::ok(gzip(&vec![b'a'; 32 * 1024 * 1024])).with_header("Content-Encoding", "gzip"),
        &["refused"],
    )
    .await;
}

#[tokio::test]
async fn a_body_without_end_is_refused() {
    let head = b"HTTP/1.1 200 OK\r\nContent-Type: text/csv\r\n\r\n".to_vec();
    let start: Vec<u8> = head.into_iter().chain(file(&rows(5)).into_bytes()).collect();
    let more = file(&rows(5))
        .lines()
        .skip(1)
        .map(|line| format!("{line}\n"))
        .collect::<String>()
        .repeat(50);
    check_refused(Answer::Endless(start, more.into_bytes()), &[]).await;
}

#[tokio::test]
async fn a_silent_server_times_out_and_is_checked_again() {
    let standing = rows(40);
    let world = World::with_baseline(Site::new().await, &standing).await;
    world.answer(Answer::Stall(Vec::new()));
    let reply = world.next_check().await;
    assert_eq!(reply.exit, 1, "{reply:?}");
    assert_eq!(world.smtp.mails().len(), 1, "a single failure is not alerted");
    world.publish(&standing);
    assert_eq!(world.next_check().await.exit, 0);
    assert_eq!(world.smtp.mails().len(), 1);
}

#[tokio::test]
async fn rows_in_another_order_are_no_change() {
    let standing = rows(40);
    let world = World::with_baseline(Site::new().await, &standing).await;
    let shuffled: Vec<Row> = (0..40).map(|n| standing[n * 17 % 40].clone()).collect();
    world.publish(&shuffled);
    let reply = world.next_check().await;
    assert!(reply.exit == 0 && reply.lines[0].contains("unchanged"), "{reply:?}");
    assert!(world.alerted().is_empty());
}

#[tokio::test]
async fn half_a_list_is_put_on_hold_and_only_its_removals_wait() {
    let standing = rows(40);
    let world = World::with_baseline(Site::new().await, &standing).await;
    let mut half = standing[..20].to_vec();
    half[3].policy = "Case-by-case review.".to_owned();
    half.push(newcomer());
    world.publish(&half);
    let reply = world.next_check().await;
    assert_eq!(reply.exit, 3, "{reply:?}");
    let alerts = world.alerts();
    assert!(
        !alerts.is_empty() && alerts.iter().all(|(_, body)| body["data"]["unconfirmed"] == true)
    );
    let mut alerted = world.alerted();
    alerted.sort();
    assert_eq!(
        alerted,
        [("added".to_owned(), newcomer().name), ("revised".to_owned(), standing[3].name.clone())]
    );
    let holds = world.open_holds().await;
    assert_eq!(holds.len(), 1);
    assert_eq!(
        (holds[0].reason, holds[0].count_before, holds[0].count_after, holds[0].summary.removed),
        (HoldReason::Loss, 40, 21, 20)
    );

    let reply = world.next_check().await;
    assert!(
        reply.exit == 3 && text_of(&reply).contains("on hold for loss"),
        "on hold, also after a 304: {reply:?}"
    );
    assert_eq!(world.alerts().len(), alerts.len());
    assert_eq!(world.open_holds().await.len(), 1);
}

#[tokio::test]
async fn a_list_that_disappears_is_put_on_hold() {
    let standing: Vec<Row> = rows(40)
        .into_iter()
        .chain((0..8).map(|n| row(&format!("Unverified {n} Depot"), "").unverified()))
        .collect();
    let world =
        World::with_baseline(Site { lists: r#"["EL", "UVL"]"#, ..Site::new().await }, &standing)
            .await;
    world.publish(&standing[..40]);
    let reply = world.next_check().await;
    assert_eq!(reply.exit, 3, "{reply:?}");
    assert!(world.alerted().is_empty());
    assert_eq!(world.open_holds().await[0].list.as_str(), "UVL");
}

#[tokio::test]
async fn a_short_list_that_disappears_is_put_on_hold() {
    let standing: Vec<Row> =
        rows(40).into_iter().chain([row("Lonely Depot", "").unverified()]).collect();
    let world =
        World::with_baseline(Site { lists: r#"["EL", "UVL"]"#, ..Site::new().await }, &standing)
            .await;
    world.publish(&standing[..40]);
    assert_eq!(world.next_check().await.exit, 3);
    assert!(world.alerted().is_empty());
}

#[tokio::test]
async fn a_doubled_list_is_put_on_hold_as_a_whole() {
    let standing = rows(40);
    let world = World::with_baseline(Site::new().await, &standing).await;
    let doubled: Vec<Row> = standing.iter().cloned().chain(rows(80).into_iter().skip(40)).collect();
    world.publish(&doubled);
    let reply = world.next_check().await;
    assert_eq!(reply.exit, 3, "{reply:?}");
    assert!(world.alerted().is_empty());
    assert_eq!(world.open_holds().await[0].reason, HoldReason::Gain);
    assert_eq!(world.current_count().await, 40);
}

#[tokio::test]
async fn repeating_every_row_adds_and_removes_nothing() {
    let standing = rows(40);
    let world = World::with_baseline(Site::new().await, &standing).await;
    let doubled: Vec<Row> = standing.iter().chain(&standing).cloned().collect();
    for (rows, exit) in [(&doubled, 3), (&standing, 0)] {
        world.publish(rows);
        let reply = world.next_check().await;
        assert_eq!(reply.exit, exit, "{reply:?}");
    }
    assert!(world.alerted().is_empty(), "{:?}", world.alerted());
}

#[tokio::test]
async fn a_column_that_became_blank_is_put_on_hold_as_a_mass_revision() {
    let standing = rows(40);
    let world = World::with_baseline(Site::new().await, &standing).await;
    let blank: Vec<Row> =
        standing.iter().cloned().map(|row| Row { policy: String::new(), ..row }).collect();
    world.publish(&blank);
    let reply = world.next_check().await;
    assert_eq!(reply.exit, 3, "{reply:?}");
    assert!(world.alerted().is_empty());
    assert_eq!(world.open_holds().await[0].reason, HoldReason::Revision);
}

#[tokio::test]
async fn half_a_list_is_no_baseline() {
    let site = Site::new().await;
    site.publish(&rows(5));
    let world = site.open().await;
    let reply = world.check().await;
    assert!(reply.exit == 1 && text_of(&reply).contains("min_entries"), "{reply:?}");
    let doubled: Vec<Row> = rows(5).into_iter().chain(rows(5)).collect();
    world.publish(&doubled);
    let reply = world.next_check().await;
    assert!(
        reply.exit == 1 && text_of(&reply).contains("but got 5 distinct entries in 10 rows"),
        "{reply:?}"
    );
    world.publish(&rows(40));
    assert_eq!(world.next_check().await.exit, 0);
    assert!(world.alerted().is_empty());
}

#[tokio::test]
async fn a_failure_after_a_hold_exits_with_failure() {
    let standing = rows(40);
    let world = World::with_baseline(Site::new().await, &standing).await;
    world.publish(&standing[..20]);
    assert_eq!(world.next_check().await.exit, 3);
    world.answer(Answer::status(500, "no"));
    assert_eq!(world.next_check().await.exit, 1, "exit code 1 has priority over 3");
}

#[tokio::test]
async fn retry_after_is_obeyed_and_the_error_names_its_end() {
    let world = World::with_baseline(Site::new().await, &rows(40)).await;
    world.answer(Answer::status(503, "later").with_header("Retry-After", "7200"));
    assert_eq!(world.next_check().await.exit, 1);
    let requests = world.publisher.requests().len();
    let reply = world.next_check().await;
    assert_eq!(reply.exit, 1);
    assert!(text_of(&reply).contains("2022-06-30T15:15:00Z"), "{reply:?}");
    assert_eq!(world.publisher.requests().len(), requests, "no request before that time");
    world.publish(&rows(40));
    world.clock.advance(Duration::from_secs(7200));
    assert_eq!(world.check().await.exit, 0);
}

#[tokio::test]
async fn validators_are_those_of_the_last_file_that_was_parsed() {
    let standing = rows(40);
    let world = World::with_baseline(Site::new().await, &standing).await;
    world.answer(Answer::ok("<html></html>").with_header("ETag", "\"broken\""));
    world.next_check().await;
    world.next_check().await;
    let requests = world.publisher.requests();
    let validators: Vec<Option<&str>> =
        requests.iter().map(|request| request.header("if-none-match")).collect();
    assert!(validators[1].is_some_and(|tag| tag != "\"broken\""), "{validators:?}");
    assert_ne!(validators[2], Some("\"broken\""));
}

#[tokio::test]
async fn the_document_is_fetched_without_conditions_once_a_day() {
    let world = World::with_baseline(Site::new().await, &rows(40)).await;
    for _ in 0..50 {
        world.clock.advance(Duration::from_secs(3600));
        assert_eq!(world.check().await.exit, 0);
    }
    let unconditional = world
        .publisher
        .requests()
        .iter()
        .filter(|request| request.header("if-none-match").is_none())
        .count();
    assert_eq!(unconditional, 3, "the first request, and one after each day");
}

#[tokio::test]
async fn a_list_added_to_the_configuration_starts_silently_and_a_removed_one_is_paused() {
    let standing: Vec<Row> = rows(40)
        .into_iter()
        .chain((0..8).map(|n| row(&format!("Unverified {n} Depot"), "").unverified()))
        .collect();
    let mut world = World::with_baseline(Site::new().await, &standing).await;
    world.site.lists = r#"["EL", "UVL"]"#;
    world.reload();
    let reply = world.next_check().await;
    assert!(
        reply.exit == 0 && text_of(&reply).contains("UVL: 8 entries accepted as the baseline"),
        "{reply:?}"
    );
    assert!(world.alerted().is_empty());
    world.site.lists = r#"["EL"]"#;
    world.reload();
    assert_eq!(world.next_check().await.exit, 0);
    assert!(world.alerted().is_empty());
    world.site.lists = r#"["EL", "UVL"]"#;
    world.reload();
    world.publish(&standing[..47]);
    assert_eq!(world.next_check().await.exit, 0);
    assert_eq!(
        world.alerted(),
        [("removed".to_owned(), "Unverified 7 Depot".to_owned())],
        "the list continues from its last state"
    );
}

#[tokio::test]
async fn a_source_keeps_its_state_under_a_new_address_and_a_new_name() {
    let standing = rows(40);
    let mut world = World::with_baseline(Site::new().await, &standing).await;
    let elsewhere = Upstream::start().await;
    elsewhere.answer("/consolidated.csv", Answer::ok(file(&standing[1..])));
    world.site.publisher = elsewhere;
    world.site.source = "previously = \"csl\"".to_owned();
    let text = world.site.text().replace("name = \"csl\"\nkind", "name = \"renamed\"\nkind");
    world.reload_text(&text);
    assert_eq!(world.next_check().await.exit, 0);
    assert_eq!(world.alerted(), [("removed".to_owned(), standing[0].name.clone())]);
    assert_eq!(world.alerts()[0].1["data"]["source"], "renamed");
    assert_eq!(
        world.publisher.requests()[0].header("if-none-match"),
        None,
        "validators belong to an address"
    );
}

#[tokio::test]
async fn alerts_of_one_source_are_sent_while_another_is_still_answering() {
    let slow = Upstream::start().await;
    let list = file(&[row("Unverified Depot", "").unverified()]);
    slow.answer("/slow.csv", Answer::ok(list.clone()));
    let sections = format!(
        "[[source]]\nname = \"slow\"\nkind = \"csl\"\nurl = \"{}\"\nlists = [\"UVL\"]\nschedule = \
         \"0 0 1 1 *\"\nallow_private = true\n",
        slow.url("/slow.csv")
    );
    let standing = rows(40);
    let world = World::with_baseline(Site { sections, ..Site::new().await }, &standing).await;
    slow.answer("/slow.csv", Answer::Delayed(Box::new(Answer::ok(list))));
    world.publish(&standing[1..]);
    let release = async {
        within("the alert", world.webhook.until(|sink| !sink.received().is_empty())).await;
        slow.release();
    };
    let (reply, ()) = tokio::join!(world.next_check(), release);
    assert!(reply.exit == 0 && reply.lines.len() == 3, "{reply:?}");
    assert!(
        reply.lines[1].starts_with("slow: unchanged")
            && reply.lines[2] == "deliveries: 3 delivered, 0 to be retried, 0 dead"
    );
}

#[tokio::test]
async fn repeated_rows_are_counted_once() {
    let standing = rows(400);
    let world = World::with_baseline(Site::new().await, &standing).await;
    let repeated: Vec<Row> = standing.iter().chain(&standing[..60]).cloned().collect();
    world.publish(&repeated);
    let reply = world.next_check().await;
    assert!(reply.exit == 0 && reply.lines[0].contains("EL: 400 entries, unchanged"), "{reply:?}");
    world.publish(&standing);
    assert_eq!(world.next_check().await.exit, 0);
    world.publish(&standing[1..]);
    assert_eq!(world.next_check().await.exit, 0, "60 rows that only repeated others are no loss");
    assert_eq!(world.alerted(), [("removed".to_owned(), standing[0].name.clone())]);
}

#[tokio::test]
async fn a_full_disk_does_not_make_the_daemon_fetch_every_second() {
    let standing = rows(40);
    let world = World::with_baseline(Site::new().await, &standing).await;
    let options = sqlx::sqlite::SqliteConnectOptions::new().filename(world.database());
    let mut full = sqlx::SqliteConnection::connect_with(&options).await.unwrap();
    // Like a full disk: SQLite itself rolls back the whole transaction.
    let refuse = "CREATE TRIGGER full_disk BEFORE INSERT ON source_check BEGIN SELECT \
                  RAISE(ROLLBACK, 'full'); END";
    sqlx::query(refuse).execute(&mut full).await.unwrap();
    world.publish(&standing[1..]);
    world.clock.advance(Duration::from_secs(20 * 60));

    let (signal, ticks) = tokio::sync::mpsc::channel(1);
    let (stop, status) = (
        CancellationToken::new(),
        Arc::new(Status::new("2022-06-30T13:20:00Z".parse().unwrap(), Duration::from_secs(120))),
    );
    let watching = tokio::spawn(daemon::watch_sources(
        Arc::clone(&world.program),
        ticks,
        status,
        stop.clone(),
    ));
    signal.send(()).await.unwrap();
    within("the daemon's check", world.publisher.until_requested(2)).await;
    assert_eq!(
        world.check().await.exit,
        1,
        "this check waits until the daemon's check ends, and fails in the same way"
    );
    for _ in 0..30 {
        world.clock.advance(Duration::from_secs(1));
        signal.send(()).await.unwrap();
    }
    assert_eq!(world.publisher.requests().len(), 3);
    assert!(world.alerted().is_empty(), "what is not recorded is not alerted");

    sqlx::query("DROP TRIGGER full_disk").execute(&mut full).await.unwrap();
    world.clock.advance(Duration::from_secs(20 * 60));
    signal.send(()).await.unwrap();
    within("the next check", world.publisher.until_requested(4)).await;
    stop.cancel();
    within("the daemon's end", watching).await.unwrap();
    world.deliver().await;
    assert_eq!(world.alerted(), [("removed".to_owned(), standing[0].name.clone())]);
}
