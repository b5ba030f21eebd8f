//! Assurance: a quiet week is proved, a missed message is made up once, and whatever happens to the
//! program in between, each due time has one message under one id. And: operators learn that no new
//! document comes.

use std::time::Duration;

use entitywatch::clock::Clock;
use entitywatch::domain::{Assurance, DeliveryState};
use entitywatch::pipeline::assurance;
use entitywatch::pipeline::configuration_record::{Loaded, record_configuration};
use jiff::{SignedDuration, Timestamp};
use serde_json::Value;

use crate::list::{row, rows};
use crate::sinks;
use crate::upstream::Answer;
use crate::world::{Site, World};

/// Mondays, nine in the morning in New York.
const MONDAYS: &str = "[assurance]\nreceivers = [\"erp\", \"compliance\"]\n";
/// June 30, 2022, is a Thursday. This is the Monday after it, and the next one.
const MONDAY: &str = "2022-07-04T13:00:00Z";
const NEXT_MONDAY: &str = "2022-07-11T13:00:00Z";

fn at(text: &str) -> Timestamp {
    text.parse().unwrap()
}

async fn world(sections: &str) -> World {
    let site = Site { schedule: "0 * * * *", sections: sections.to_owned(), ..Site::new().await };
    site.publish(&rows(40));
    let world = site.open().await;
    record_configuration(&world.program, Loaded::Start).await.unwrap();
    assert_eq!(world.check().await.exit, 0);
    world
}

/// Checks every hour until this time, which is not checked.
async fn checks_until(world: &World, until: &str) {
    loop {
        let next = world.clock.now() + SignedDuration::from_hours(1);
        if next >= at(until) {
            return;
        }
        world.clock.set(next);
        assert_eq!(world.check().await.exit, 0);
    }
}

fn messages(site: &Site) -> Vec<(String, Value)> {
    let received = site.webhook.received();
    received
        .iter()
        .filter(|request| request.json()["type"] == "assurance")
        .map(|request| (request.header("webhook-id").unwrap().to_owned(), request.json()))
        .collect()
}

#[tokio::test]
async fn a_quiet_week_is_proved_and_the_next_message_begins_where_it_ended() {
    let world = world(MONDAYS).await;
    checks_until(&world, MONDAY).await;
    assert_eq!(messages(&world), [], "not before its time");
    world.clock.set(at(MONDAY));
    let head = world.program.store.journal_head().await.unwrap();
    world.deliver().await;
    world.deliver().await;
    let sent = messages(&world);
    assert_eq!(sent.len(), 1);
    let data = &sent[0].1["data"];
    assert_eq!(data["alert_id"], Assurance::id_of(at(MONDAY)).as_str());
    assert_eq!(data["from"], "2022-06-30T13:00:00Z", "when the record begins");
    assert_eq!(data["to"], MONDAY);
    let checks = &data["checks"];
    assert_eq!(checks["due"], 96, "{data}");
    assert_eq!((&checks["made"], &checks["missed"]), (&checks["due"], &0.into()), "{data}");
    assert_eq!(checks["unchanged"], 95, "all but the baseline");
    assert_eq!(checks["failed"], 0);
    assert_eq!(data["lists"][0]["entries"], 40);
    assert_eq!(data["lists"][0]["list"], "EL");
    for nothing in ["holds", "dead", "waiting", "items", "watchlists"] {
        assert_eq!(data[nothing], serde_json::json!([]), "{nothing}");
    }
    assert_eq!(data["last_change"], Value::Null);
    assert_eq!(data["journal_head"], head.as_str());
    assert_eq!(world.subjects().iter().filter(|one| one.starts_with("Assurance")).count(), 1);
    let kinds = world.journal_kinds().await;
    assert_eq!(kinds.iter().filter(|kind| *kind == "assurance").count(), 1);

    world.publish(&[rows(40), vec![row("Tianshan", "87 FR 38925").at("Beijing, CN")]].concat());
    assert_eq!(world.check().await.exit, 0);
    checks_until(&world, NEXT_MONDAY).await;
    world.clock.set(at(NEXT_MONDAY));
    world.deliver().await;
    let data = &messages(&world)[1].1["data"];
    assert_eq!((&data["from"], &data["to"]), (&MONDAY.into(), &NEXT_MONDAY.into()));
    assert_eq!(
        (&data["change_count"], &data["last_change"]["name"]),
        (&1.into(), &"Tianshan".into())
    );
    assert_eq!(data["checks"]["missed"], 0, "{data}");
}

#[tokio::test]
async fn a_receiver_that_is_shown_matches_gets_the_counterparty_files_and_the_others_do_not() {
    let mut site = Site { schedule: "0 * * * *", ..Site::new().await };
    let url = site.webhook.url("/officer");
    site.sections = format!(
        "[assurance]\nreceivers = [\"erp\", \"officer\"]\n[[receiver]]\nname = \"officer\"\nkind = \
         \"webhook\"\nurl = \"{url}\"\nallow_private = true\nshow_matches = true\n[[watchlist]]\n\
         name = \"customers\"\npath = \"customers.csv\"\n"
    );
    let customers = format!(
        "id,name,aliases,address,country,owner\nC1,{},,,AF,\nC2,Quixotic Bakery,,,US,\n",
        rows(1).remove(0).name
    );
    std::fs::write(site.folder.path().join("customers.csv"), customers).unwrap();
    site.publish(&rows(40));
    let world = site.open().await;
    record_configuration(&world.program, Loaded::Start).await.unwrap();
    assert_eq!(world.check().await.exit, 0);
    checks_until(&world, MONDAY).await;
    world.clock.set(at(MONDAY));
    world.deliver().await;
    let received = world.webhook.received();
    let sent = |path: &str| -> Vec<Value> {
        let own = received.iter().filter(|request| request.path.starts_with(path));
        own.map(|one| one.json()).filter(|body| body["type"] == "assurance").collect()
    };
    let [officer] = &sent("/officer")[..] else { panic!("one to the officer") };
    let given = &officer["data"]["watchlists"];
    assert_eq!(
        (&given[0]["watchlist"], &given[0]["rows"], &given[0]["undecided"], &given[0]["problem"]),
        (&"customers".into(), &2.into(), &1.into(), &Value::Null),
        "{officer}"
    );
    let [erp] = &sent("/hook")[..] else { panic!("one to erp") };
    assert_eq!(erp["data"]["watchlists"], serde_json::json!([]), "{erp}");
    let bare = |body: &Value| {
        let mut data = body["data"].clone();
        data.as_object_mut().unwrap().remove("watchlists");
        data
    };
    assert_eq!(bare(officer), bare(erp), "nothing else differs");
    let alert = entitywatch::domain::AlertId(erp["data"]["alert_id"].as_str().unwrap().into());
    let alert = world.program.store.alert(&alert).await.unwrap().unwrap();
    let screening = world.program.store.screening(&alert.alert_id, "officer").await.unwrap();
    let settings = entitywatch::deliver::sample::settings(None);
    let shown = entitywatch::deliver::wording::content_with(&alert, screening.as_ref(), &settings);
    let compared = &shown.matches.unwrap().compared;
    assert!(
        compared[0].contains(
            "lists EL: 1 possible match waits for a decision. No match is not a clearance"
        ),
        "{compared:?}"
    );
    assert!(shown.next_steps[0].text.starts_with("Decide the possible matches"));
}

#[tokio::test]
async fn a_week_in_which_the_program_was_stopped_names_what_it_missed_and_is_made_up_once() {
    let world = world(MONDAYS).await;
    checks_until(&world, "2022-07-01T13:00:00Z").await;
    // Stopped before two due times, and started after them.
    let world = world.restart(|_| ()).await;
    world.clock.set(at("2022-07-12T10:30:00Z"));
    world.deliver().await;
    world.deliver().await;
    assert_eq!(world.check().await.exit, 0);
    let sent = messages(&world);
    assert_eq!(sent.len(), 1);
    let data = &sent[0].1["data"];
    assert_eq!(data["to"], NEXT_MONDAY);
    let source = &data["sources"][0];
    assert_eq!(source["missed"].as_array().unwrap().len(), 1, "{data}");
    assert_eq!(source["missed"][0]["first"], MONDAY, "the due time before");
    assert_eq!(source["missed"][0]["last"], "2022-07-11T12:00:00Z");
    assert_eq!(data["checks"]["missed"], source["missed"][0]["count"]);
    assert_eq!(data["checks"]["due"], 7 * 24);
    let mails: Vec<String> = world.subjects();
    let subject = mails.iter().find(|one| one.starts_with("Assurance")).unwrap();
    assert!(subject.contains("168 checks missed"), "{subject}");
}

#[tokio::test]
async fn what_does_not_work_stands_in_it() {
    let world = world(MONDAYS).await;
    checks_until(&world, "2022-07-04T09:00:00Z").await;
    world.publish(&rows(20));
    assert_eq!(world.check().await.exit, 3);
    world.answer(Answer::status(503, "no"));
    world.clock.advance(Duration::from_secs(3600));
    assert_eq!(world.check().await.exit, 1);
    world.slack.will_answer((0..20).map(|_| sinks::Answer::status(500)));
    world.clock.set(at(MONDAY));
    world.deliver().await;
    let data = &messages(&world)[0].1["data"];
    assert_eq!(data["holds"][0]["source"], "csl");
    assert_eq!(data["checks"]["failed"], 1);
    assert!(data["sources"][0]["failing_since"].is_string(), "{data}");
}

#[tokio::test]
async fn nothing_is_said_of_a_time_before_the_record_begins_or_without_the_section() {
    let first = world(MONDAYS).await;
    // Thursday: the Monday before it is before the record begins.
    first.deliver().await;
    assert_eq!(messages(&first), []);
    let second = world("").await;
    second.clock.set(at(NEXT_MONDAY));
    second.deliver().await;
    assert_eq!(messages(&second), []);
    second.reload_text(&format!("{}\n{MONDAYS}", second.text()));
    second.deliver().await;
    assert_eq!(messages(&second).len(), 1, "the section says that it is due");
}

#[tokio::test]
async fn a_stop_at_each_step_repeats_no_id_and_no_message() {
    let world = world(MONDAYS).await;
    checks_until(&world, MONDAY).await;
    world.clock.set(at(MONDAY));
    assert!(assurance::make_due(&world.program).await.unwrap());
    assert!(!assurance::make_due(&world.program).await.unwrap(), "it is made once");
    let world = world.restart(|_| ()).await;
    world.webhook.will_answer([sinks::Answer::status(500)]);
    world.deliver().await;
    let world = world.restart(|_| ()).await;
    world.clock.advance(Duration::from_secs(3600));
    world.deliver().await;
    let sent = messages(&world);
    assert_eq!(sent.len(), 2, "one attempt failed");
    assert_eq!(sent[0], sent[1], "the content is fixed");
    assert_eq!(world.delivery_states("erp").await, [DeliveryState::Delivered]);
}

/// The source with an expectation, in the time zone of Washington.
fn expecting(site: Site) -> Site {
    let source =
        "expect_by = \"10:30\"\nexpect_days = 2\ntimezone = \"America/New_York\"".to_owned();
    Site { source, ..site }
}

#[tokio::test]
async fn operators_learn_once_that_no_new_document_came_and_again_after_a_new_one() {
    let site = expecting(Site { schedule: "0 * * * *", ..Site::new().await });
    // Thursday, nine in the morning: Thursday is met. Friday passes, and Monday is a holiday.
    let world = World::with_baseline(site, &rows(40)).await;
    let late = |world: &World| {
        let subjects = world.subjects();
        subjects.iter().filter(|one| one.contains("No new document")).count()
    };
    for (time, expected) in [
        ("2022-07-05T14:29:00Z", 0),
        ("2022-07-05T14:30:00Z", 1),
        ("2022-07-05T15:30:00Z", 1),
        ("2022-07-20T15:30:00Z", 1),
    ] {
        world.clock.set(at(time));
        assert_eq!(world.check().await.exit, 0);
        assert_eq!(late(&world), expected, "{time}: {:?}", world.subjects());
    }
    let world = world.restart(|_| ()).await;
    world.publish(&rows(41));
    assert_eq!(world.next_check().await.exit, 0);
    world.clock.set(at("2022-07-22T14:30:00Z"));
    assert_eq!(world.check().await.exit, 0);
    assert_eq!(late(&world), 1, "Thursday is met");
    world.clock.set(at("2022-07-25T14:30:00Z"));
    assert_eq!(world.check().await.exit, 0);
    assert_eq!(late(&world), 2);
    let kinds = world.journal_kinds().await;
    assert_eq!(kinds.iter().filter(|kind| *kind == "document.late").count(), 2);
}

/// `CrashPoint` is built only into debug builds.
#[cfg(debug_assertions)]
mod at_each_point {
    use std::collections::BTreeSet;

    use entitywatch::crash_point::CrashPoint;
    use futures_util::StreamExt;

    use super::{messages, rows};
    use crate::world::{Site, within};

    /// Of `std::process::abort`.
    const SIGABRT: i32 = 6;

    /// Daemons at a time.
    const AT_A_TIME: usize = 4;

    async fn check(point: CrashPoint) {
        let site = Site::new().await;
        let sections = "[assurance]\nschedule = \"* * * * * *\"\nreceivers = [\"erp\"]\n";
        let delivery = "retry = [\"1s\", \"1s\", \"1s\", \"1s\"]".to_owned();
        let site = Site { schedule: "0 0 1 1 *", sections: sections.to_owned(), delivery, ..site };
        site.publish(&rows(40));
        let daemon = site.start_with(&[(CrashPoint::VARIABLE, point.name())]);
        assert_eq!(daemon.ends().await, Some(SIGABRT), "the daemon passes {}", point.name());
        let daemon = site.run().await;
        within("two messages", site.webhook.until(|_| messages(&site).len() >= 2)).await;
        assert_eq!(daemon.stop().await, Some(0));
        let ids: BTreeSet<(String, String)> = messages(&site)
            .into_iter()
            .map(|(id, body)| (id, body["data"]["to"].to_string()))
            .collect();
        let due: BTreeSet<&String> = ids.iter().map(|(_, to)| to).collect();
        assert_eq!(due.len(), ids.len(), "a due time has one id: {ids:?}");
        assert_eq!(site.command(&["journal", "verify"]).await.exit, Some(0));
    }

    #[tokio::test]
    async fn a_daemon_that_ends_at_any_point_of_assurance_repeats_no_id() {
        assert!(CrashPoint::SINGLE_ALERTS.len() > 4, "the points were found");
        futures_util::stream::iter(CrashPoint::SINGLE_ALERTS)
            .for_each_concurrent(AT_A_TIME, |point| check(*point))
            .await;
    }
}
