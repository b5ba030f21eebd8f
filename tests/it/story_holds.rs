//! A list on hold: what later files and the decision of a person do to it.

use std::time::Duration;

use entitywatch::actions::{Reply, Request};
use entitywatch::domain::{Hold, HoldState};
use entitywatch::store::ChangeQuery;

use crate::list::{Row, row, rows};
use crate::world::{Site, World, changes};

const DAY: Duration = Duration::from_secs(24 * 60 * 60);

/// Twenty of forty entries are removed, and one is added.
fn half() -> Vec<Row> {
    rows(20).into_iter().chain([newcomer()]).collect()
}

fn newcomer() -> Row {
    row("Tianshan Avionics Institute", "87 FR 38925").at("8 Xueyuan Road, Beijing, CN")
}

async fn on_hold() -> (World, Hold) {
    let world = World::with_baseline(Site::new().await, &rows(40)).await;
    world.publish(&half());
    assert_eq!(world.next_check().await.exit, 3);
    let hold = world.open_holds().await.remove(0);
    (world, hold)
}

async fn state_of(world: &World, hold: &Hold) -> HoldState {
    world.program.store.hold(&hold.hold_id).await.unwrap().unwrap().state
}

fn removals(world: &World) -> usize {
    world.alerted().iter().filter(|(kind, _)| kind == "removed").count()
}

#[tokio::test]
async fn a_plausible_file_supersedes_a_hold() {
    let (world, hold) = on_hold().await;
    let all_rows: Vec<Row> = rows(40).into_iter().chain([newcomer()]).collect();
    world.publish(&all_rows);
    assert_eq!(world.next_check().await.exit, 0);
    assert_eq!(state_of(&world, &hold).await, HoldState::Superseded);
    assert_eq!(
        world.alerted(),
        [("added".to_owned(), newcomer().name)],
        "alerted once, while the list was on hold"
    );
    let reply = world.accept(&hold.hold_id, false).await;
    assert!(reply.exit == 1 && reply.problems[0].contains("superseded"), "{reply:?}");
}

#[tokio::test]
async fn another_implausible_file_replaces_the_hold() {
    let (world, hold) = on_hold().await;
    world.publish(&rows(15));
    assert_eq!(world.next_check().await.exit, 3);
    assert_eq!(state_of(&world, &hold).await, HoldState::Replaced);
    let now = world.open_holds().await.remove(0);
    assert_ne!(now.hold_id, hold.hold_id);
    let reply = world.accept(&hold.hold_id, false).await;
    assert!(
        reply.exit == 1 && reply.problems[0].contains(now.hold_id.as_str()),
        "it names the open hold: {reply:?}"
    );
    assert_eq!(removals(&world), 0);
}

#[tokio::test]
async fn an_accepted_hold_is_alerted_with_the_time_of_its_first_check() {
    let (world, hold) = on_hold().await;
    world.clock.advance(Duration::from_secs(3600));
    let reply = world.accept(&hold.hold_id, false).await;
    assert_eq!(reply.exit, 0, "{reply:?}");
    assert_eq!(removals(&world), 20);
    let (_, alert) = world.alerts().pop().unwrap();
    assert_eq!(alert["data"]["observed_at"], "2022-06-30T13:15:00Z");
    assert_eq!(alert["data"]["accepted_at"], "2022-06-30T14:15:00Z");
    assert_eq!(alert["data"]["unconfirmed"], false);
    assert_eq!(world.current_count().await, 21);
    assert!(world.journal_kinds().await.contains(&"hold.accepted".to_owned()));
    let reply = world.next_check().await;
    assert_eq!(reply.exit, 0, "nothing is on hold anymore: {reply:?}");
    assert_eq!(removals(&world), 20);
    let again = world.accept(&hold.hold_id, false).await;
    assert!(again.exit == 1 && removals(&world) == 20, "{again:?}");
    world.publish(&half()[1..]);
    assert_eq!(world.next_check().await.exit, 0, "later files are compared with the accepted list");
}

#[tokio::test]
async fn a_hold_accepted_as_baseline_alerts_nobody() {
    let (world, hold) = on_hold().await;
    let before = (world.alerts().len(), world.slack.received().len());
    assert_eq!(world.accept(&hold.hold_id, true).await.exit, 0);
    assert_eq!((world.alerts().len(), world.slack.received().len()), before);
    assert_eq!(world.current_count().await, 21);
    assert_eq!(world.next_check().await.exit, 0);
}

#[tokio::test]
async fn entries_dropped_by_a_baseline_return_silently_and_are_alerted_if_removed_again() {
    let all_rows: Vec<Row> = rows(200).into_iter().chain([newcomer()]).collect();
    let world = World::with_baseline(Site::new().await, &all_rows).await;
    world.publish(&all_rows[..180]);
    assert_eq!(world.next_check().await.exit, 3);
    let hold = world.open_holds().await.remove(0);
    assert_eq!(world.accept(&hold.hold_id, true).await.exit, 0);

    world.publish(&all_rows);
    let reply = world.next_check().await;
    assert!(reply.exit == 0 && reply.lines[0].contains("21 added"), "{reply:?}");
    assert!(world.alerted().is_empty(), "{:?}", world.alerted());
    assert_eq!(world.current_count().await, 201);
    let recorded = world.program.store.changes(&ChangeQuery::default()).await.unwrap();
    assert_eq!(
        recorded.iter().filter(|recorded| recorded.alert_id.is_none()).count(),
        42,
        "the changes are recorded without an alert"
    );

    world.publish(&all_rows[..200]);
    world.next_check().await;
    assert_eq!(world.alerted(), [("removed".to_owned(), newcomer().name)]);
}

#[tokio::test]
async fn a_hold_is_assessed_again_although_the_document_is_not_modified() {
    let all_rows = rows(300);
    let world = World::with_baseline(Site::new().await, &all_rows).await;
    world.publish(&all_rows[..294]);
    assert_eq!(world.next_check().await.exit, 0, "six of 300 may be removed");
    world.clock.advance(DAY);
    world.publish(&all_rows[..293]);
    assert_eq!(world.next_check().await.exit, 3, "seven in seven days are too many");
    let hold = world.open_holds().await.remove(0);
    for _ in 0..6 {
        world.clock.advance(DAY);
        assert_eq!(world.next_check().await.exit, 3);
    }
    world.clock.advance(2 * DAY);
    assert_eq!(world.next_check().await.exit, 0, "one in seven days is not too many");
    assert_eq!((state_of(&world, &hold).await, removals(&world)), (HoldState::Superseded, 7));
}

#[tokio::test]
async fn a_hold_is_alerted_again_each_day_with_its_current_content() {
    let (world, hold) = on_hold().await;
    let mails_about_hold = || {
        world.smtp.mails().iter().filter(|mail| mail.data.contains(hold.hold_id.as_str())).count()
    };
    let (before, almost_a_day) = (mails_about_hold(), Duration::from_secs(24 * 60 * 60 - 20));
    for day in 1..=3 {
        world.clock.advance(almost_a_day);
        world.check().await;
        assert_eq!(
            mails_about_hold(),
            before + day,
            "a daily check may run some seconds earlier than a day after the last one"
        );
    }
    let whole_fetches = world
        .publisher
        .requests()
        .iter()
        .filter(|request| request.header("if-none-match").is_none())
        .count();
    assert_eq!(whole_fetches, 1 + 3, "the same applies to the daily fetch without validators");
}

#[tokio::test]
async fn entries_relisted_after_a_week_are_one_alert_without_a_rule() {
    let standing: Vec<Row> = (0..40)
        .map(|n| Row { citation: format!("{} FR {}", 60 + n % 5, 1000 + n), ..rows(40)[n].clone() })
        .collect();
    let world = World::with_baseline(Site::new().await, &standing).await;
    world.publish(&standing[..35]);
    assert_eq!(world.next_check().await.exit, 0);
    assert_eq!(removals(&world), 5);
    world.clock.advance(9 * DAY);
    let before = world.alerts().len();
    let new_rule =
        row("Tianshan Avionics Institute", "87 FR 38925").at("8 Xueyuan Road, Beijing, CN");
    world.publish(&standing.iter().cloned().chain([new_rule]).collect::<Vec<_>>());
    assert_eq!(world.next_check().await.exit, 0);
    let mut sizes: Vec<_> = world.alerts()[before..]
        .iter()
        .map(|(_, body)| (body["data"]["rule"]["citation"].clone(), changes(body).len()))
        .collect();
    sizes.sort_by_key(|(_, count)| *count);
    assert_eq!(sizes, [("87 FR 38925".into(), 1), (serde_json::Value::Null, 5)]);
    let alerts = world.alerts();
    let relisted = &alerts[before..]
        .iter()
        .find(|(_, body)| body["data"]["rule"].is_null())
        .unwrap()
        .1["data"];
    assert_eq!(relisted["returned"].as_array().unwrap().len(), 5);
    assert_eq!(
        relisted["follows"], alerts[0].1["data"]["alert_id"],
        "the alert about their removal"
    );
    let mails = world.smtp.mails();
    let some_mail_has =
        |text: &str| mails.iter().any(|mail| mail.data.replace("=\r\n", "").contains(text));
    assert!(
        some_mail_has("with the same content as before they were removed"),
        "{:?}",
        world.subjects()
    );
}

#[tokio::test]
async fn rejected_content_is_not_put_on_hold_again() {
    let (world, hold) = on_hold().await;
    assert_eq!(world.reject(&hold.hold_id).await.exit, 0);
    assert_eq!(world.current_count().await, 41, "the current list stays unchanged");
    let mails = world.smtp.mails().len();
    // The same rows in another file.
    let mut same = half();
    same.reverse();
    world.publish(&same);
    let reply = world.next_check().await;
    assert_eq!(reply.exit, 0, "{reply:?}");
    assert!(world.open_holds().await.is_empty());
    assert_eq!((world.smtp.mails().len(), removals(&world)), (mails, 0));
    world.publish(&rows(15));
    assert_eq!(world.next_check().await.exit, 3, "other content is put on hold");
}

#[tokio::test]
async fn a_hold_is_replaced_when_the_publisher_serves_rejected_content_again() {
    let (world, first) = on_hold().await;
    world.reject(&first.hold_id).await;
    world.publish(&rows(15));
    world.next_check().await;
    let second = world.open_holds().await.remove(0);
    world.publish(&half());
    world.next_check().await;
    assert_eq!(
        state_of(&world, &second).await,
        HoldState::Replaced,
        "the publisher does not serve it anymore"
    );
    let reply = world.accept(&second.hold_id, false).await;
    assert!(reply.exit == 1 && removals(&world) == 0, "{reply:?}");
}

#[tokio::test]
async fn an_open_hold_is_alerted_every_day_until_it_is_decided() {
    let (world, hold) = on_hold().await;
    let about_holds = |world: &World| {
        world.subjects().iter().filter(|subject| subject.contains("on hold")).count()
    };
    assert_eq!(about_holds(&world), 1, "{:?}", world.subjects());
    for hours in 1..=49 {
        world.clock.advance(Duration::from_secs(3600));
        let reply = world.check().await;
        assert_eq!(reply.exit, 3, "after {hours} h: {reply:?}");
    }
    assert_eq!(about_holds(&world), 3, "{:?}", world.subjects());
    world.reject(&hold.hold_id).await;
    world.clock.advance(2 * DAY);
    world.check().await;
    assert_eq!(about_holds(&world), 3);
}

#[tokio::test]
async fn a_decision_needs_a_name_and_a_reason() {
    let (world, hold) = on_hold().await;
    for (by, reason) in [("", "because"), ("Ada", " ")] {
        let request = Request::HoldsAccept {
            id: hold.hold_id.clone(),
            by: by.into(),
            reason: reason.into(),
            as_baseline: false,
        };
        let Reply { exit, problems, .. } = world.execute(request).await;
        assert!(exit != 0 && !problems.is_empty());
    }
    assert_eq!(state_of(&world, &hold).await, HoldState::Open);
}

#[tokio::test]
async fn entries_on_hold_that_are_served_again_are_never_alerted_as_removed() {
    let (world, _) = on_hold().await;
    for count in [22, 25, 30, 38] {
        let some: Vec<Row> = rows(count).into_iter().chain([newcomer()]).collect();
        world.publish(&some);
        world.next_check().await;
    }
    let alerted = world.alerted();
    assert!(alerted.iter().all(|(kind, _)| kind == "added" || kind == "removed"), "{alerted:?}");
    assert_eq!(alerted.iter().filter(|(kind, _)| kind == "added").count(), 1, "{alerted:?}");
    assert_eq!(removals(&world), 2, "those of the last file, which lacks only two: {alerted:?}");
}
