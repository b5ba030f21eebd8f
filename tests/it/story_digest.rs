//! A reader with a digest gets each alert once, at once or in a digest, whatever happens to the
//! program in between.

use std::collections::BTreeMap;
use std::time::Duration;

use entitywatch::actions::Request;
use entitywatch::clock::Clock;
use entitywatch::domain::{Delivery, DeliveryState, Digest};
use entitywatch::pipeline::digests;
use jiff::Timestamp;
use serde_json::Value;

use crate::list::{Row, row, rows};
use crate::sinks::{Answer, Received};
use crate::world::{SECRET, Site, World, within};

/// The path of the reader's webhook. `erp` has another path and no digest.
const PATH: &str = "/reader";
/// Eight in the morning in New York, from Monday to Friday.
const WEEKDAYS: &str = "0 8 * * 1-5";
/// Friday, July 1, 2022, and the Monday after it.
const FRIDAY: &str = "2022-07-01T12:00:00Z";
const MONDAY: &str = "2022-07-04T12:00:00Z";

fn at(text: &str) -> Timestamp {
    text.parse().unwrap()
}

/// The section of a webhook receiver with these further keys.
fn reader(site: &Site, keys: &str) -> String {
    format!(
        "[[receiver]]\nname = \"reader\"\nkind = \"webhook\"\nurl = \"{}\"\nsecret = \
         \"{SECRET}\"\nallow_private = true\n{keys}\n",
        site.webhook.url(PATH)
    )
}

fn keys(cron: &str, immediate: &str) -> String {
    format!("digest = \"{cron}\"\nimmediate = \"{immediate}\"")
}

/// A baseline of forty rows on Thursday, June 30, 2022, and a reader with these keys.
async fn world(keys: &str) -> World {
    let site = Site::new().await;
    let sections = reader(&site, keys);
    World::with_baseline(Site { sections, ..site }, &rows(40)).await
}

/// Forty entries, of which these have another license policy, and the added ones.
fn list(revised: &[usize], added: &[&str]) -> Vec<Row> {
    let mut list = rows(40);
    for index in revised {
        list[*index].policy = "Case-by-case review.".to_owned();
    }
    list.extend(added.iter().map(|name| row(name, "87 FR 38925").at("Beijing, CN")));
    list
}

/// Publishes a list and checks it at this time.
async fn check(world: &World, time: &str, list: &[Row]) {
    world.clock.set(at(time));
    world.publish(list);
    let reply = world.check().await;
    assert_eq!(reply.exit, 0, "{reply:?}");
}

/// Delivers what is due at this time.
async fn deliver(world: &World, time: &str) {
    world.clock.set(at(time));
    world.deliver().await;
}

/// What the reader received: the `webhook-id` and the body of each request.
fn received(site: &Site) -> Vec<(String, Value)> {
    let of_reader = |request: &Received| request.path == PATH;
    let requests = site.webhook.received();
    requests
        .iter()
        .filter(|request| of_reader(request))
        .map(|request| (request.header("webhook-id").unwrap().to_owned(), request.json()))
        .collect()
}

/// The types of what the reader received.
fn types(site: &Site) -> Vec<String> {
    let kind = |(_, body): (String, Value)| body["type"].as_str().unwrap().to_owned();
    received(site).into_iter().map(kind).collect()
}

/// The digests that the reader received.
fn digests_of(site: &Site) -> Vec<(String, Value)> {
    received(site).into_iter().filter(|(_, body)| body["type"] == "digest").collect()
}

/// The ids of all changes in a body: of the alert, or of the alerts of a digest.
fn changes_in(body: &Value) -> Vec<String> {
    let of = |data: &Value| -> Vec<String> {
        let changes = data["changes"].as_array().unwrap();
        changes.iter().map(|change| change["change_id"].as_str().unwrap().to_owned()).collect()
    };
    match body["data"]["alerts"].as_array() {
        Some(alerts) => alerts.iter().flat_map(of).collect(),
        None => of(&body["data"]),
    }
}

fn time_in(value: &Value) -> Timestamp {
    at(value.as_str().unwrap())
}

/// Every change was sent to `erp`, and to the reader under one id only.
fn every_change_has_one_id(site: &Site) {
    let mut ids: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for (id, body) in received(site) {
        for change in changes_in(&body) {
            let of_change = ids.entry(change).or_default();
            if !of_change.contains(&id) {
                of_change.push(id.clone());
            }
        }
    }
    assert!(!ids.is_empty() && ids.values().all(|ids| ids.len() == 1), "{ids:?}");
    for (_, body) in site.alerts().iter().filter(|(_, body)| body["type"] == "list.changed") {
        assert!(changes_in(body).iter().all(|change| ids.contains_key(change)), "a change is lost");
    }
}

#[tokio::test]
async fn a_weekend_makes_one_digest_and_what_cannot_wait_is_sent_at_once() {
    let world = world(&keys(WEEKDAYS, "high")).await;
    check(&world, "2022-07-01T11:00:00Z", &list(&[0], &[])).await;
    assert_eq!(types(&world), Vec::<String>::new(), "a revision of normal severity waits");
    deliver(&world, "2022-07-01T11:59:59Z").await;
    assert_eq!(types(&world), Vec::<String>::new(), "not before its time");
    deliver(&world, FRIDAY).await;
    assert_eq!(types(&world), ["digest"]);

    // Saturday: another revision waits. An addition, and the correction of the revision, do not.
    check(&world, "2022-07-02T10:00:00Z", &list(&[0, 1], &[])).await;
    check(&world, "2022-07-02T11:00:00Z", &list(&[0, 1], &["Tianshan Avionics Institute"])).await;
    check(&world, "2022-07-02T13:00:00Z", &list(&[0], &["Tianshan Avionics Institute"])).await;
    assert_eq!(types(&world), ["digest", "list.changed", "list.corrected"]);
    // Nothing on Sunday.
    check(&world, "2022-07-03T12:00:00Z", &list(&[0], &["Tianshan Avionics Institute"])).await;
    deliver(&world, "2022-07-04T11:59:59Z").await;
    assert_eq!(types(&world).len(), 3);
    deliver(&world, MONDAY).await;
    assert_eq!(types(&world), ["digest", "list.changed", "list.corrected", "digest"]);

    let digests = digests_of(&world);
    let (_, monday) = &digests[1];
    let data = &monday["data"];
    assert_eq!(time_in(&data["from"]), at(FRIDAY));
    assert_eq!(time_in(&data["to"]), at(MONDAY));
    assert_eq!(data["alert_id"], Digest::id_of("reader", at(MONDAY)).as_str());
    let waited = data["alerts"].as_array().unwrap();
    assert_eq!(waited.len(), 1);
    assert_eq!(waited[0]["type"], "list.changed");
    assert_eq!(waited[0]["changes"].as_array().unwrap().len(), 1, "the alert is whole");
    let at_once: Vec<Value> =
        received(&world)[1..3].iter().map(|(_, body)| body["data"]["alert_id"].clone()).collect();
    assert_eq!(data["already_sent"].as_array().unwrap(), &at_once);
    assert_eq!(data["sent_at_once"][1]["corrects"], waited[0]["alert_id"]);
    // An empty digest is not sent.
    deliver(&world, "2022-07-05T12:00:00Z").await;
    assert_eq!(types(&world).len(), 4);
    every_change_has_one_id(&world);
    assert_eq!(world.journal_kinds().await.iter().filter(|kind| *kind == "digest").count(), 2);
}

#[tokio::test]
async fn a_daily_digest_names_what_was_sent_at_once_since_the_last_one() {
    let world = world(&keys("0 8 * * *", "high")).await;
    check(&world, "2022-07-01T13:00:00Z", &list(&[0], &[])).await;
    deliver(&world, "2022-07-02T12:00:00Z").await;
    check(&world, "2022-07-02T14:00:00Z", &list(&[0], &["Tianshan Avionics Institute"])).await;
    deliver(&world, "2022-07-03T12:00:00Z").await;
    assert_eq!(types(&world), ["digest", "list.changed"], "what was sent is no digest by itself");
    check(&world, "2022-07-03T14:00:00Z", &list(&[0, 1], &["Tianshan Avionics Institute"])).await;
    deliver(&world, MONDAY).await;
    let (_, digest) = digests_of(&world).remove(1);
    assert_eq!(time_in(&digest["data"]["from"]), at("2022-07-02T12:00:00Z"));
    assert_eq!(digest["data"]["already_sent"][0], received(&world)[1].1["data"]["alert_id"]);
}

#[tokio::test]
async fn each_value_of_immediate_sends_that_severity_and_more_at_once() {
    for (immediate, expected) in [("high", 1), ("normal", 2), ("low", 2), ("never", 0)] {
        let world = world(&keys(WEEKDAYS, immediate)).await;
        check(&world, "2022-06-30T14:00:00Z", &list(&[0], &[])).await;
        check(&world, "2022-06-30T15:00:00Z", &list(&[0], &["Tianshan Avionics Institute"])).await;
        assert_eq!(types(&world).len(), expected, "{immediate}");
        deliver(&world, FRIDAY).await;
        let waited: usize = digests_of(&world)
            .iter()
            .map(|(_, body)| body["data"]["alerts"].as_array().unwrap().len())
            .sum();
        assert_eq!(waited, 2 - expected, "{immediate}");
        every_change_has_one_id(&world);
    }
}

#[tokio::test]
async fn an_alert_with_one_severe_change_is_sent_at_once_and_whole() {
    let world = world(&keys(WEEKDAYS, "high")).await;
    // The revision has no citation of its own, so it is attributed to the rule of the addition.
    check(&world, "2022-06-30T14:00:00Z", &list(&[0], &["Tianshan Avionics Institute"])).await;
    let alerts = received(&world);
    assert_eq!(alerts.len(), 1);
    assert_eq!(changes_in(&alerts[0].1).len(), 2, "an alert is never split");
    deliver(&world, FRIDAY).await;
    assert_eq!(digests_of(&world), []);
}

#[tokio::test]
async fn a_missed_digest_is_made_once_for_the_last_due_time() {
    let world = world(&keys("0 8 * * *", "never")).await;
    check(&world, "2022-07-01T13:00:00Z", &list(&[0], &[])).await;
    check(&world, "2022-07-01T14:00:00Z", &list(&[0, 1], &[])).await;
    // The program is stopped before three due times and started after them.
    let world = world.restart(|_| ()).await;
    deliver(&world, "2022-07-04T15:00:00Z").await;
    deliver(&world, "2022-07-04T15:10:00Z").await;
    let digests = digests_of(&world);
    assert_eq!(digests.len(), 1);
    let data = &digests[0].1["data"];
    assert_eq!(data["alert_id"], Digest::id_of("reader", at(MONDAY)).as_str());
    assert_eq!(data["alerts"].as_array().unwrap().len(), 2);
    assert_eq!(time_in(&data["from"]), at(FRIDAY), "the due time before the first alert");
    every_change_has_one_id(&world);
}

#[tokio::test]
async fn an_alert_that_is_recorded_after_a_missed_due_time_waits_for_the_next_one() {
    let world = world(&keys(WEEKDAYS, "never")).await;
    check(&world, "2022-07-01T12:30:00Z", &list(&[0], &[])).await;
    deliver(&world, "2022-07-01T23:00:00Z").await;
    assert_eq!(digests_of(&world), []);
    deliver(&world, MONDAY).await;
    assert_eq!(digests_of(&world).len(), 1);
}

#[tokio::test]
async fn a_stop_at_each_step_of_a_digest_loses_nothing_and_repeats_no_id() {
    let world = world(&keys(WEEKDAYS, "never")).await;
    check(&world, "2022-06-30T14:00:00Z", &list(&[0], &[])).await;
    // Stopped after the alert was recorded.
    let world = world.restart(|_| ()).await;
    check(&world, "2022-06-30T15:00:00Z", &list(&[0, 1], &[])).await;
    let world = world.restart(|_| ()).await;
    world.clock.set(at(FRIDAY));
    assert!(digests::make_due(&world.program).await.unwrap());
    assert!(!digests::make_due(&world.program).await.unwrap(), "it is made once");
    // Stopped after the digest was fixed. What comes now is not in it.
    let world = world.restart(|_| ()).await;
    world.webhook.will_answer([Answer::status(200), Answer::status(500)]);
    check(&world, "2022-07-01T12:01:00Z", &list(&[0, 1, 2], &[])).await;
    // Stopped after an attempt that failed.
    let world = world.restart(|_| ()).await;
    deliver(&world, "2022-07-01T13:00:00Z").await;
    let world = world.restart(|_| ()).await;
    deliver(&world, MONDAY).await;
    deliver(&world, MONDAY).await;
    let digests = digests_of(&world);
    let bodies: BTreeMap<&String, &Value> = digests.iter().map(|(id, body)| (id, body)).collect();
    assert_eq!(bodies.len(), 2, "Friday's and Monday's");
    for (id, body) in &digests {
        assert_eq!(bodies[id], body, "the content of a digest is fixed");
    }
    let sizes: Vec<usize> =
        bodies.values().map(|body| body["data"]["alerts"].as_array().unwrap().len()).collect();
    assert_eq!(sizes.iter().sum::<usize>(), 3, "{sizes:?}");
    every_change_has_one_id(&world);
}

#[tokio::test]
async fn a_reload_without_digest_sends_what_waits_at_once_under_its_own_id() {
    let world = world(&keys(WEEKDAYS, "never")).await;
    check(&world, "2022-06-30T14:00:00Z", &list(&[0], &[])).await;
    let waiting = world.deliveries("reader").await.remove(0);
    assert_eq!(waiting.state, DeliveryState::Waiting);
    world.reload_text(&world.text().replace(&keys(WEEKDAYS, "never"), ""));
    world.deliver().await;
    assert_eq!(types(&world), ["list.changed"]);
    assert_eq!(received(&world)[0].0, waiting.delivery_id.as_str());
    deliver(&world, FRIDAY).await;
    assert_eq!(types(&world), ["list.changed"]);
}

#[tokio::test]
async fn what_waits_for_a_receiver_that_is_removed_is_kept_and_sent_when_it_is_back() {
    let world = world(&keys(WEEKDAYS, "never")).await;
    check(&world, "2022-06-30T14:00:00Z", &list(&[0], &[])).await;
    let text = world.text();
    world.reload_text(&text.replace(&reader(&world, &keys(WEEKDAYS, "never")), ""));
    deliver(&world, FRIDAY).await;
    assert_eq!(world.delivery_states("reader").await, [DeliveryState::Pending]);
    assert_eq!(types(&world), Vec::<String>::new());
    world.reload_text(&text);
    world.deliver().await;
    assert_eq!(types(&world), ["list.changed"]);
}

#[tokio::test]
async fn a_person_who_sends_earlier_alerts_gets_them_now_and_not_again_in_the_digest() {
    let world = world(&keys(WEEKDAYS, "never")).await;
    check(&world, "2022-06-30T14:00:00Z", &list(&[0], &[])).await;
    let since = world.clock.now() - Duration::from_secs(3600);
    let request = Request::DeliveriesSend { receiver: "reader".into(), since };
    let reply = world.execute(request).await;
    assert_eq!(reply.exit, 0, "{reply:?}");
    deliver(&world, FRIDAY).await;
    assert_eq!(types(&world), ["list.changed"]);
}

#[tokio::test]
async fn email_and_slack_get_the_digest_and_operators_get_their_alerts_at_once() {
    let site = Site::new().await;
    let sections = format!(
        "[[receiver]]\nname = \"desk-daily\"\nkind = \"slack\"\nurl = \"{}\"\nallow_private = \
         true\n{digest}\n\n[[receiver]]\nname = \"officers\"\nkind = \"email\"\nto = \
         [\"a@example.com\", \"b@example.com\"]\noperator = true\n{digest}\n",
        site.slack.url("/daily"),
        digest = keys(WEEKDAYS, "never"),
    );
    let world = World::with_baseline(Site { sections, ..site }, &rows(40)).await;
    let to_officers = |mails: &[crate::sinks::Mail]| {
        mails.iter().filter(|mail| mail.to.iter().all(|to| to != "compliance@example.com")).count()
    };
    assert_eq!(to_officers(&world.smtp.mails()), 2, "the baseline is an alert to operators");
    check(&world, "2022-06-30T14:00:00Z", &list(&[0], &["Tianshan Avionics Institute"])).await;
    assert_eq!(to_officers(&world.smtp.mails()), 2);
    deliver(&world, FRIDAY).await;
    let daily: Vec<Received> =
        world.slack.received().into_iter().filter(|request| request.path == "/daily").collect();
    assert_eq!(daily.len(), 1);
    assert!(daily[0].body.contains("Tianshan Avionics Institute"), "{}", daily[0].body);
    let digests: Vec<String> =
        world.subjects().into_iter().filter(|subject| subject.starts_with("Digest: ")).collect();
    assert_eq!(digests.len(), 2, "one for each address: {:?}", world.subjects());
    let all: Vec<Delivery> = world.deliveries("officers").await;
    assert!(all.iter().all(|delivery| delivery.state != DeliveryState::Waiting));
}

/// A baseline for the real binary, with a check and a digest every second.
async fn site_of_seconds() -> Site {
    let site = Site::new().await;
    let sections = reader(&site, &keys("* * * * * *", "never"));
    let site = Site {
        schedule: "* * * * * *",
        source: "max_revised = \"100%\"".to_owned(),
        delivery: "retry = [\"1s\", \"1s\", \"1s\", \"1s\", \"1s\", \"1s\"]".to_owned(),
        sections,
        ..site
    };
    site.publish(&rows(40));
    assert_eq!(site.command(&["check"]).await.exit, Some(0));
    site
}

/// Runs the daemon until the reader got this many changes, each in digests of one id.
async fn everything_is_digested(site: &Site, changes: usize) {
    let daemon = site.run().await;
    let is_complete = || {
        let mut found: Vec<String> =
            received(site).iter().flat_map(|(_, body)| changes_in(body)).collect();
        found.sort();
        found.dedup();
        found.len() == changes
    };
    within("all digests", site.webhook.until(|_| is_complete())).await;
    assert_eq!(daemon.stop().await, Some(0));
    assert!(types(site).iter().all(|kind| kind == "digest"), "{:?}", types(site));
    every_change_has_one_id(site);
    assert_eq!(site.command(&["journal", "verify"]).await.exit, Some(0));
}

#[tokio::test]
async fn a_daemon_killed_at_increasing_delays_sends_each_change_under_one_id() {
    let site = site_of_seconds().await;
    let rounds: usize = 6;
    for round in 1..=rounds {
        let revised: Vec<usize> = (0..round).collect();
        site.publish(&list(&revised, &[]));
        let answered = site.webhook.answered();
        let daemon = site.start();
        // Kills the daemon at the alert to `erp` or later, while the digest is made and sent.
        within("an answer", site.webhook.until(|sink| sink.answered() > answered)).await;
        let next = site.webhook.until(|sink| sink.answered() > answered + 1);
        let _ = tokio::time::timeout(Duration::from_millis(200 * (round as u64 - 1)), next).await;
        daemon.kill();
    }
    everything_is_digested(&site, rounds).await;
}

/// `CrashPoint` is built only into debug builds.
#[cfg(debug_assertions)]
mod at_each_point {
    use entitywatch::crash_point::CrashPoint;
    use futures_util::StreamExt;

    use super::{everything_is_digested, list, site_of_seconds};

    /// Of `std::process::abort`.
    const SIGABRT: i32 = 6;

    /// Daemons at a time.
    const AT_A_TIME: usize = 4;

    async fn check(point: CrashPoint) {
        let site = site_of_seconds().await;
        site.publish(&list(&[0, 1], &[]));
        let daemon = site.start_with(&[(CrashPoint::VARIABLE, point.name())]);
        assert_eq!(daemon.ends().await, Some(SIGABRT), "the daemon passes {}", point.name());
        everything_is_digested(&site, 2).await;
    }

    #[tokio::test]
    async fn a_daemon_that_ends_at_any_point_of_a_digest_loses_nothing() {
        assert!(CrashPoint::DIGESTS.len() > 5, "the points were found");
        futures_util::stream::iter(CrashPoint::DIGESTS)
            .for_each_concurrent(AT_A_TIME, |point| check(*point))
            .await;
    }
}
