//! A held list: what a later file makes of it, and what a person.

use std::time::Duration;

use entitywatch::actions::{Reply, Request};
use entitywatch::domain::{Hold, HoldState};
use entitywatch::store::ChangeQuery;

use crate::list::{Row, row, rows};
use crate::world::{Site, World, changes};

const DAY: Duration = Duration::from_secs(24 * 60 * 60);

/// Twenty of forty entries are gone, and one is new.
fn half() -> Vec<Row> {
    rows(20).into_iter().chain([newcomer()]).collect()
}

fn newcomer() -> Row {
    row("Tianshan Avionics Institute", "87 FR 38925").at("8 Xueyuan Road, Beijing, CN")
}

async fn held() -> (World, Hold) {
    let world = World::with_baseline(Site::new().await, &rows(40)).await;
    world.publish(&half());
    assert_eq!(world.next_check().await.exit, 3);
    let hold = world.open_holds().await.remove(0);
    (world, hold)
}

fn accept(hold: &Hold, as_baseline: bool) -> Request {
    Request::HoldsAccept {
        id: hold.hold_id.clone(),
        by: "Ada".into(),
        reason: "read the notice".into(),
        as_baseline,
    }
}

fn reject(hold: &Hold) -> Request {
    Request::HoldsReject {
        id: hold.hold_id.clone(),
        by: "Ada".into(),
        reason: "half of it is missing".into(),
    }
}

async fn state_of(world: &World, hold: &Hold) -> HoldState {
    world.program.store.hold(&hold.hold_id).await.unwrap().unwrap().state
}

fn removals(world: &World) -> usize {
    world.told().iter().filter(|(kind, _)| kind == "removed").count()
}

#[tokio::test]
async fn a_plausible_file_takes_the_place_of_a_held_one_by_itself() {
    let (world, hold) = held().await;
    let whole: Vec<Row> = rows(40).into_iter().chain([newcomer()]).collect();
    world.publish(&whole);
    assert_eq!(world.next_check().await.exit, 0);
    assert_eq!(state_of(&world, &hold).await, HoldState::Superseded);
    assert_eq!(
        world.told(),
        [("added".to_owned(), newcomer().name)],
        "told once, while it was held"
    );
    let reply = world.operate(accept(&hold, false)).await;
    assert!(reply.exit == 1 && reply.problems[0].contains("superseded"), "{reply:?}");
}

#[tokio::test]
async fn another_implausible_file_is_held_in_its_place() {
    let (world, hold) = held().await;
    world.publish(&rows(15));
    assert_eq!(world.next_check().await.exit, 3);
    assert_eq!(state_of(&world, &hold).await, HoldState::Replaced);
    let now = world.open_holds().await.remove(0);
    assert_ne!(now.hold_id, hold.hold_id);
    let reply = world.operate(accept(&hold, false)).await;
    assert!(
        reply.exit == 1 && reply.problems[0].contains(now.hold_id.as_str()),
        "it names the one that is open: {reply:?}"
    );
    assert_eq!(removals(&world), 0);
}

#[tokio::test]
async fn an_accepted_hold_is_told_with_the_time_of_its_first_sight() {
    let (world, hold) = held().await;
    world.clock.advance(Duration::from_secs(3600));
    let reply = world.operate(accept(&hold, false)).await;
    assert_eq!(reply.exit, 0, "{reply:?}");
    assert_eq!(removals(&world), 20);
    let (_, told) = world.alerts().pop().unwrap();
    assert_eq!(told["data"]["observed_at"], "2022-06-30T13:15:00Z");
    assert_eq!(told["data"]["accepted_at"], "2022-06-30T14:15:00Z");
    assert_eq!(told["data"]["unconfirmed"], false);
    assert_eq!(world.held_count().await, 21);
    assert!(world.journal_kinds().await.contains(&"hold.accepted".to_owned()));
    let reply = world.next_check().await;
    assert_eq!(reply.exit, 0, "nothing is held any more: {reply:?}");
    assert_eq!(removals(&world), 20);
    let again = world.operate(accept(&hold, false)).await;
    assert!(again.exit == 1 && removals(&world) == 20, "{again:?}");
    world.publish(&half()[1..]);
    assert_eq!(
        world.next_check().await.exit,
        0,
        "later files are measured against what was accepted"
    );
}

#[tokio::test]
async fn a_hold_accepted_as_baseline_alerts_nobody() {
    let (world, hold) = held().await;
    let before = (world.alerts().len(), world.slack.received().len());
    assert_eq!(world.operate(accept(&hold, true)).await.exit, 0);
    assert_eq!((world.alerts().len(), world.slack.received().len()), before);
    assert_eq!(world.held_count().await, 21);
    assert_eq!(world.next_check().await.exit, 0);
}

#[tokio::test]
async fn what_was_taken_as_baseline_and_comes_back_is_told_nobody_and_going_again_is() {
    let whole: Vec<Row> = rows(200).into_iter().chain([newcomer()]).collect();
    let world = World::with_baseline(Site::new().await, &whole).await;
    world.publish(&whole[..180]);
    assert_eq!(world.next_check().await.exit, 3);
    let hold = world.open_holds().await.remove(0);
    assert_eq!(world.operate(accept(&hold, true)).await.exit, 0);

    world.publish(&whole);
    let reply = world.next_check().await;
    assert!(reply.exit == 0 && reply.lines[0].contains("21 added"), "{reply:?}");
    assert!(world.told().is_empty(), "{:?}", world.told());
    assert_eq!(world.held_count().await, 201);
    let recorded = world.program.store.changes(&ChangeQuery::default()).await.unwrap();
    assert_eq!(
        recorded.iter().filter(|recorded| recorded.alert_id.is_none()).count(),
        42,
        "recorded all the same"
    );

    world.publish(&whole[..200]);
    world.next_check().await;
    assert_eq!(world.told(), [("removed".to_owned(), newcomer().name)]);
}

#[tokio::test]
async fn what_is_held_is_judged_again_though_the_document_stays_as_it_is() {
    let whole = rows(300);
    let world = World::with_baseline(Site::new().await, &whole).await;
    world.publish(&whole[..294]);
    assert_eq!(world.next_check().await.exit, 0, "six of 300 may go");
    world.clock.advance(DAY);
    world.publish(&whole[..293]);
    assert_eq!(world.next_check().await.exit, 3, "seven in seven days are too many");
    let hold = world.open_holds().await.remove(0);
    for _ in 0..6 {
        world.clock.advance(DAY);
        assert_eq!(world.next_check().await.exit, 3);
    }
    world.clock.advance(2 * DAY);
    assert_eq!(world.next_check().await.exit, 0, "one in seven days is not");
    assert_eq!((state_of(&world, &hold).await, removals(&world)), (HoldState::Superseded, 7));
}

#[tokio::test]
async fn what_is_held_is_told_again_each_day_as_it_is_then() {
    let (world, hold) = held().await;
    let told = || {
        world.smtp.mails().iter().filter(|mail| mail.data.contains(hold.hold_id.as_str())).count()
    };
    let (before, almost_a_day) = (told(), Duration::from_secs(24 * 60 * 60 - 20));
    for day in 1..=3 {
        world.clock.advance(almost_a_day);
        world.check().await;
        assert_eq!(
            told(),
            before + day,
            "a check of every day comes now some seconds sooner, now later"
        );
    }
    let whole_fetches =
        world.publisher.seen().iter().filter(|seen| seen.header("if-none-match").is_none()).count();
    assert_eq!(whole_fetches, 1 + 3, "so it is with the document that is asked for whole each day");
}

#[tokio::test]
async fn what_comes_back_long_after_is_one_alert_of_no_rule() {
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
    let mut told: Vec<_> = world.alerts()[before..]
        .iter()
        .map(|(_, body)| (body["data"]["rule"]["citation"].clone(), changes(body).len()))
        .collect();
    told.sort_by_key(|(_, count)| *count);
    assert_eq!(told, [("87 FR 38925".into(), 1), (serde_json::Value::Null, 5)]);
    let alerts = world.alerts();
    let back = &alerts[before..].iter().find(|(_, body)| body["data"]["rule"].is_null()).unwrap().1
        ["data"];
    assert_eq!(back["returned"].as_array().unwrap().len(), 5);
    assert_eq!(
        back["follows"], alerts[0].1["data"]["alert_id"],
        "the alert that told that they went"
    );
    let mails = world.smtp.mails();
    let told = |text: &str| mails.iter().any(|mail| mail.data.replace("=\r\n", "").contains(text));
    assert!(
        told("What is back is as it was before it went") && !told("none is cited for it. "),
        "{:?}",
        world.subjects()
    );
}

#[tokio::test]
async fn rejected_content_is_not_asked_again() {
    let (world, hold) = held().await;
    assert_eq!(world.operate(reject(&hold)).await.exit, 0);
    assert_eq!(world.held_count().await, 41, "what is held stays as it is");
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
    assert_eq!(world.next_check().await.exit, 3, "other content is");
}

#[tokio::test]
async fn a_hold_that_gave_way_to_rejected_content_is_not_open_any_more() {
    let (world, first) = held().await;
    world.operate(reject(&first)).await;
    world.publish(&rows(15));
    world.next_check().await;
    let second = world.open_holds().await.remove(0);
    world.publish(&half());
    world.next_check().await;
    assert_eq!(
        state_of(&world, &second).await,
        HoldState::Replaced,
        "the publisher does not serve it any more"
    );
    let reply = world.operate(accept(&second, false)).await;
    assert!(reply.exit == 1 && removals(&world) == 0, "{reply:?}");
}

#[tokio::test]
async fn an_open_hold_is_told_every_day_until_it_is_decided() {
    let (world, hold) = held().await;
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
    world.operate(reject(&hold)).await;
    world.clock.advance(2 * DAY);
    world.check().await;
    assert_eq!(about_holds(&world), 3);
}

#[tokio::test]
async fn a_decision_needs_a_name_and_a_reason() {
    let (world, hold) = held().await;
    for (by, reason) in [("", "because"), ("Ada", " ")] {
        let request = Request::HoldsAccept {
            id: hold.hold_id.clone(),
            by: by.into(),
            reason: reason.into(),
            as_baseline: false,
        };
        let Reply { exit, problems, .. } = world.operate(request).await;
        assert!(exit != 0 && !problems.is_empty());
    }
    assert_eq!(state_of(&world, &hold).await, HoldState::Open);
}

#[tokio::test]
async fn entries_that_wait_and_come_back_were_never_told_to_be_gone() {
    let (world, _) = held().await;
    for count in [22, 25, 30, 38] {
        let some: Vec<Row> = rows(count).into_iter().chain([newcomer()]).collect();
        world.publish(&some);
        world.next_check().await;
    }
    let told = world.told();
    assert!(told.iter().all(|(kind, _)| kind == "added" || kind == "removed"), "{told:?}");
    assert_eq!(told.iter().filter(|(kind, _)| kind == "added").count(), 1, "{told:?}");
    assert_eq!(removals(&world), 2, "of the last file, which lost but two: {told:?}");
}
