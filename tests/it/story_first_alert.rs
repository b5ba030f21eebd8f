//! From a silent baseline to one alert in three channels, and the correction of a wrong alert.

use std::time::Duration;

use standardwebhooks::Webhook;

use crate::list::{Row, row, rows};
use crate::world::{SECRET, Site, World, change_ids, changes};

const DAY: Duration = Duration::from_secs(24 * 60 * 60);

fn with(standing: &[Row], more: &[Row]) -> Vec<Row> {
    more.iter().chain(standing).cloned().collect()
}

fn newcomer() -> Row {
    row("Tianshan Avionics Institute", "87 FR 38925").at("8 Xueyuan Road, Beijing, CN")
}

#[tokio::test]
async fn a_baseline_is_silent_and_a_rule_is_one_alert_in_every_channel() {
    let standing = rows(40);
    let world = World::with_baseline(Site::new().await, &standing).await;
    assert!(world.slack.received().is_empty() && world.webhook.received().is_empty());
    assert_eq!(
        world.smtp.mails().len(),
        1,
        "operators are alerted of the baseline: {:?}",
        world.subjects()
    );

    let mut amended = standing.clone();
    amended[3].citation.push_str("; 87 FR 38925");
    amended[3].address = "99 Embankment, Moscow, RU".to_owned();
    amended.remove(7);
    world.publish(&with(
        &amended,
        &[newcomer(), row("Vostok Radar Plant", "87 FR 38925").at("Omsk, RU")],
    ));
    let reply = world.next_check().await;
    assert_eq!(reply.exit, 0, "{reply:?}");

    let received = world.webhook.received();
    assert_eq!(received.len(), 1);
    let (id, sent_at) = (
        received[0].header("webhook-id").unwrap(),
        received[0].header("webhook-timestamp").unwrap(),
    );
    let signed = Webhook::new(SECRET)
        .unwrap()
        .sign(id, sent_at.parse().unwrap(), received[0].body.as_bytes())
        .unwrap();
    assert_eq!(received[0].header("webhook-signature"), Some(signed.as_str()));
    let body = received[0].json();
    assert_eq!(body["type"], "list.changed");
    assert_eq!(
        body["data"]["summary"],
        serde_json::json!({"added": 2, "removed": 1, "revised": 1, "editorial": 0})
    );
    assert_eq!(body["data"]["rule"]["citation"], "87 FR 38925");
    assert_eq!(world.slack.received().len(), 1);
    assert!(world.slack.received()[0].body.contains("Tianshan Avionics Institute"));
    let mails = world.smtp.mails();
    assert_eq!(mails.len(), 2);
    assert_eq!(mails[1].to, ["compliance@example.com"]);

    let reply = world.next_check().await;
    assert!(reply.exit == 0 && reply.lines[0].contains("not modified"), "{reply:?}");
    assert_eq!(world.webhook.received().len(), 1);
    assert_eq!(world.smtp.mails().len(), 2);
    assert_eq!(
        world.journal_kinds().await.iter().filter(|kind| *kind == "check").count(),
        3,
        "unchanged checks are recorded too"
    );
}

#[tokio::test]
async fn a_change_reversed_within_a_week_is_a_correction_for_its_recipients() {
    let standing = rows(40);
    let site = Site {
        sections: "[[route]]\nreceivers = [\"erp\"]\nkinds = [\"removed\"]\n".to_owned(),
        ..Site::new().await
    };
    let world = World::with_baseline(site, &standing).await;
    world.publish(&standing[1..]);
    world.next_check().await;
    world.clock.advance(6 * DAY);
    world.publish(&standing);
    world.next_check().await;
    let alerts = world.alerts();
    assert_eq!(alerts.len(), 2, "the route is for removals only, but the correction is sent");
    assert_eq!(alerts[1].1["type"], "list.corrected");
    assert_eq!(alerts[1].1["data"]["corrects"], alerts[0].1["data"]["alert_id"]);
    assert_eq!(changes(&alerts[1].1), [("added".to_owned(), standing[0].name.clone())]);
    assert!(
        world.slack.received().is_empty(),
        "a receiver that did not get the first alert does not get its correction"
    );
}

#[tokio::test]
async fn a_change_reversed_after_a_week_is_a_new_change() {
    let standing = rows(40);
    let world = World::with_baseline(Site::new().await, &standing).await;
    world.publish(&standing[1..]);
    world.next_check().await;
    world.clock.advance(8 * DAY);
    world.publish(&standing);
    world.next_check().await;
    let alerts = world.alerts();
    assert_eq!(alerts[1].1["type"], "list.changed");
}

#[tokio::test]
async fn a_receiver_gets_corrections_only_of_what_it_received() {
    let standing = rows(40);
    let site = Site {
        sections: "[[route]]\nreceivers = [\"erp\"]\ncountries = [\"CN\"]\n\n[[route]]\nreceivers \
                   = [\"desk\"]\n"
            .to_owned(),
        ..Site::new().await
    };
    let world = World::with_baseline(site, &standing).await;
    let kabul = row("Hindukush Trading", "87 FR 38925").at("Kabul, AF");
    world.publish(&with(&standing, &[newcomer(), kabul]));
    world.next_check().await;
    world.publish(&with(&standing, &[newcomer()]));
    world.next_check().await;
    assert_eq!(world.alerts().len(), 1, "it never got the entry of Kabul");
    assert_eq!(world.slack.received().len(), 2);
    world.publish(&standing);
    world.next_check().await;
    let alerts = world.alerts();
    assert_eq!(alerts.len(), 2);
    assert_eq!(changes(&alerts[1].1), [("removed".to_owned(), newcomer().name)]);
}

#[tokio::test]
async fn an_entry_that_is_removed_again_has_a_change_id_of_its_own() {
    let standing = rows(40);
    let world = World::with_baseline(Site::new().await, &standing).await;
    for _ in 0..2 {
        for published in [&standing[1..], &standing[..]] {
            world.publish(published);
            world.clock.advance(10 * DAY);
            world.check().await;
        }
    }
    let mut ids: Vec<String> =
        world.alerts().iter().flat_map(|(_, body)| change_ids(body)).collect();
    assert_eq!(ids.len(), 4);
    ids.sort();
    ids.dedup();
    assert_eq!(ids.len(), 4, "removed, added, removed, added: four changes");
}

#[tokio::test]
async fn a_database_restored_from_a_copy_repeats_under_the_same_ids() {
    let standing = rows(40);
    let world = World::with_baseline(Site::new().await, &standing).await;
    world.publish(&standing[1..]);
    world.next_check().await;
    let world = world.restart(|site| {
        std::fs::copy(site.database(), site.folder.path().join("backup")).unwrap();
    });
    let world = world.await;
    world.publish(&with(&standing, &[newcomer()]));
    world.next_check().await;
    let before = world.alerts();
    let world = world
        .restart(|site| {
            for suffix in ["db-wal", "db-shm"] {
                let _ = std::fs::remove_file(site.database().with_extension(suffix));
            }
            std::fs::copy(site.folder.path().join("backup"), site.database()).unwrap();
        })
        .await;
    // An hour later than before, so that the repeated changes have another time.
    world.clock.advance(Duration::from_secs(3600));
    world.next_check().await;
    let after = world.alerts();
    let repeated = &after[before.len()..];
    assert!(!repeated.is_empty());
    let ids = |alerts: &[(String, serde_json::Value)]| -> Vec<(String, Vec<String>)> {
        alerts.iter().map(|(id, body)| (id.clone(), change_ids(body))).collect()
    };
    assert_eq!(ids(repeated), ids(&before[1..]), "webhook-ids and change_ids are the same");
}
