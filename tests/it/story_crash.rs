//! The real binary, killed with SIGKILL at every point that can be told apart from outside, and
//! started again.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use crate::list::{Row, row, rows};
use crate::sinks;
use crate::upstream::Answer;
use crate::world::{Daemon, Site, change_ids, within};

const NEW: [&str; 3] = ["Tianshan Avionics Institute", "Vostok Radar Plant", "Juba Pumps"];

fn grown() -> Vec<Row> {
    let pages = ["87 FR 38925", "87 FR 51877", "87 FR 60000"];
    rows(40)
        .into_iter()
        .chain(NEW.iter().zip(pages).map(|(name, page)| row(name, page).at("Beijing, CN")))
        .collect()
}

/// A site with a baseline, whose publisher has three alerts' worth of news, and a daemon that asks
/// every second.
async fn site() -> Site {
    let site = Site {
        schedule: "* * * * * *",
        delivery: "retry = [\"1s\", \"1s\", \"1s\", \"1s\", \"1s\", \"1s\"]".to_owned(),
        ..Site::new().await
    };
    site.publish(&rows(40));
    let ended = site.command(&["check"]).await;
    assert_eq!(ended.exit, Some(0), "{ended:?}");
    site.publish(&grown());
    site
}

/// Everything reached everybody, repeats carry the same id, and the journal holds together.
async fn all_is_told(site: &Site, daemon: Daemon) {
    these_are_told(site, daemon, &NEW.map(str::to_owned)).await;
}

async fn these_are_told(site: &Site, daemon: Daemon, new: &[String]) {
    let names =
        |site: &Site| site.told().into_iter().map(|(_, name)| name).collect::<BTreeSet<String>>();
    within("the webhook's alerts", site.webhook.until(|_| names(site).len() == new.len())).await;
    within(
        "Slack's alerts",
        site.slack.until(|sink| {
            new.iter().all(|name| sink.received().iter().any(|r| r.body.contains(name)))
        }),
    )
    .await;
    within(
        "the emails",
        site.smtp.until(|mails| {
            new.iter()
                .all(|name| mails.iter().any(|mail| mail.data.replace("=\r\n", "").contains(name)))
        }),
    )
    .await;
    // What arrived before a kill, but was not noted to have arrived, is sent once more: that too is
    // over when this ends.
    assert_eq!(site.command(&["check"]).await.exit, Some(0));
    assert_eq!(daemon.stop().await, Some(0), "a stop waits for what is under way");
    let mut ids: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for (id, body) in site.alerts() {
        for change in change_ids(&body) {
            ids.entry(change).or_default().insert(id.clone());
        }
    }
    assert_eq!(ids.len(), new.len(), "each change is told, and under one change_id");
    assert!(
        ids.values().all(|ids| ids.len() == 1),
        "a repeat carries the id of the first: {ids:?}"
    );
    let alerts: BTreeSet<String> = site.alerts().into_iter().map(|(id, _)| id).collect();
    let messages: BTreeSet<String> =
        site.smtp.mails().iter().filter_map(|mail| mail.header("Message-ID")).collect();
    assert_eq!(
        messages.len(),
        1 + alerts.len(),
        "the baseline's, and one an alert: {:?}",
        site.subjects()
    );
    let pending = site.command(&["deliveries", "--state", "pending", "--output", "json"]).await;
    assert!(
        pending.stdout.contains("\"deliveries\"") && !pending.stdout.contains("delivery_id"),
        "{pending:?}"
    );
    assert_eq!(site.command(&["journal", "verify"]).await.exit, Some(0));
}

#[tokio::test]
async fn killed_while_the_publisher_answers() {
    let site = site().await;
    let text = crate::list::file(&grown());
    site.answer(Answer::Stall(
        format!("HTTP/1.1 200 OK\r\nContent-Length: {}\r\n\r\n{}", text.len(), &text[..300])
            .into_bytes(),
    ));
    let asked = site.publisher.seen().len();
    let daemon = site.start();
    within("a request", site.publisher.asked(asked + 1)).await;
    daemon.kill();
    site.publish(&grown());
    all_is_told(&site, site.run().await).await;
}

#[tokio::test]
async fn killed_when_the_webhook_has_the_request_and_has_not_answered() {
    let site = site().await;
    site.webhook.will_answer((0..NEW.len()).map(|_| sinks::Answer::silence()));
    let daemon = site.start();
    within("the webhook's requests", site.webhook.until(|sink| sink.received().len() == NEW.len()))
        .await;
    daemon.kill();
    all_is_told(&site, site.run().await).await;
    assert_eq!(
        site.alerts().len(),
        2 * NEW.len(),
        "an attempt without an outcome is made again at once, and once"
    );
}

#[tokio::test]
async fn killed_right_after_the_webhook_has_answered() {
    let site = site().await;
    for answered in 1..=NEW.len() {
        let daemon = site.start();
        within("the webhook's answers", site.webhook.until(|sink| sink.answered() >= answered))
            .await;
        daemon.kill();
    }
    all_is_told(&site, site.run().await).await;
}

#[tokio::test]
async fn killed_at_ever_later_points_after_the_publisher_was_asked() {
    let site = Site { source: "max_gain = \"100%\"".to_owned(), ..site().await };
    let (mut all, mut names) = (rows(40), Vec::new());
    for step in 0..14_u64 {
        let name = format!("Number {step} Bureau");
        all.push(row(&name, &format!("{} FR 1000", 60 + step)).at("Beijing, CN"));
        names.push(name);
        site.publish(&all);
        let (asked, answered) = (site.publisher.seen().len(), site.webhook.answered());
        let daemon = site.start();
        within("a request", site.publisher.asked(asked + 1)).await;
        // Until it was told, or for so long: whatever the daemon is doing then, it is killed in it.
        let told = site.webhook.until(|sink| sink.answered() > answered);
        let _ = tokio::time::timeout(Duration::from_millis(12 * step), told).await;
        daemon.kill();
    }
    these_are_told(&site, site.run().await, &names).await;
}

#[tokio::test]
async fn a_stop_finishes_what_is_under_way() {
    let site = site().await;
    let daemon = site.start();
    within("the webhook's first request", site.webhook.until(|sink| !sink.received().is_empty()))
        .await;
    assert_eq!(
        daemon.stop().await,
        Some(0),
        "{}",
        std::fs::read_to_string(site.log_path()).unwrap()
    );
    all_is_told(&site, site.run().await).await;
    assert_eq!(site.alerts().len(), NEW.len(), "nothing was sent twice");
}
