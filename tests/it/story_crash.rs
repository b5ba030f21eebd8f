//! The real binary, killed with SIGKILL at every point that can be distinguished from outside, and
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

/// A site with a baseline, whose publisher now has the changes of three alerts. The daemon checks
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

/// Every receiver gets every alert, repeats have the same id, and the journal is consistent.
async fn everything_is_alerted(site: &Site, daemon: Daemon) {
    these_are_alerted(site, daemon, &NEW.map(str::to_owned)).await;
}

async fn these_are_alerted(site: &Site, daemon: Daemon, new: &[String]) {
    let names = |site: &Site| {
        site.alerted().into_iter().map(|(_, name)| name).collect::<BTreeSet<String>>()
    };
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
    // A delivery that arrived before a kill, but was not recorded, is sent once more. This command
    // ends after that.
    assert_eq!(site.command(&["check"]).await.exit, Some(0));
    assert_eq!(daemon.stop().await, Some(0), "a stop waits for the current deliveries");
    let mut ids: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for (id, body) in site.alerts() {
        for change in change_ids(&body) {
            ids.entry(change).or_default().insert(id.clone());
        }
    }
    assert_eq!(ids.len(), new.len(), "each change is alerted under one change_id");
    assert!(ids.values().all(|ids| ids.len() == 1), "a repeat has the id of the first: {ids:?}");
    let alerts: BTreeSet<String> = site.alerts().into_iter().map(|(id, _)| id).collect();
    let messages: BTreeSet<String> =
        site.smtp.mails().iter().filter_map(|mail| mail.header("Message-ID")).collect();
    assert_eq!(
        messages.len(),
        1 + alerts.len(),
        "one for the baseline, and one for each alert: {:?}",
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
async fn a_daemon_killed_while_the_publisher_answers_loses_no_alert() {
    let site = site().await;
    let text = crate::list::file(&grown());
    site.answer(Answer::Stall(
        format!("HTTP/1.1 200 OK\r\nContent-Length: {}\r\n\r\n{}", text.len(), &text[..300])
            .into_bytes(),
    ));
    let requests = site.publisher.requests().len();
    let daemon = site.start();
    within("a request", site.publisher.until_requested(requests + 1)).await;
    daemon.kill();
    site.publish(&grown());
    everything_is_alerted(&site, site.run().await).await;
}

#[tokio::test]
async fn a_daemon_killed_before_the_webhook_answers_repeats_the_attempt_once() {
    let site = site().await;
    site.webhook.will_answer((0..NEW.len()).map(|_| sinks::Answer::silence()));
    let daemon = site.start();
    within("the webhook's requests", site.webhook.until(|sink| sink.received().len() == NEW.len()))
        .await;
    daemon.kill();
    everything_is_alerted(&site, site.run().await).await;
    assert_eq!(
        site.alerts().len(),
        2 * NEW.len(),
        "an attempt without an outcome is repeated at once, and only once"
    );
}

#[tokio::test]
async fn a_daemon_killed_right_after_the_webhook_answers_loses_no_alert() {
    let site = site().await;
    for answered in 1..=NEW.len() {
        let daemon = site.start();
        within("the webhook's answers", site.webhook.until(|sink| sink.answered() >= answered))
            .await;
        daemon.kill();
    }
    everything_is_alerted(&site, site.run().await).await;
}

#[tokio::test]
async fn a_daemon_killed_at_increasing_delays_loses_no_alert() {
    let site = Site { source: "max_gain = \"100%\"".to_owned(), ..site().await };
    let (mut all, mut names) = (rows(40), Vec::new());
    for round in 0..14_u64 {
        let name = format!("Number {round} Bureau");
        all.push(row(&name, &format!("{} FR 1000", 60 + round)).at("Beijing, CN"));
        names.push(name);
        site.publish(&all);
        let (requests, answered) = (site.publisher.requests().len(), site.webhook.answered());
        let daemon = site.start();
        within("a request", site.publisher.until_requested(requests + 1)).await;
        // Kills the daemon after the alert or after this delay.
        let alerted = site.webhook.until(|sink| sink.answered() > answered);
        let _ = tokio::time::timeout(Duration::from_millis(12 * round), alerted).await;
        daemon.kill();
    }
    these_are_alerted(&site, site.run().await, &names).await;
}

/// `CrashPoint` is built only into debug builds.
#[cfg(debug_assertions)]
mod at_each_point {
    use entitywatch::crash_point::CrashPoint;
    use futures_util::StreamExt;

    use super::{everything_is_alerted, site};

    /// Of `std::process::abort`.
    const SIGABRT: i32 = 6;

    /// Daemons at a time.
    const AT_A_TIME: usize = 4;

    async fn check(point: CrashPoint) {
        let site = site().await;
        let daemon = site.start_with(&[(CrashPoint::VARIABLE, point.name())]);
        assert_eq!(daemon.ends().await, Some(SIGABRT), "the daemon passes {}", point.name());
        everything_is_alerted(&site, site.run().await).await;
    }

    #[tokio::test]
    async fn a_daemon_that_ends_at_any_named_point_loses_no_alert() {
        assert!(CrashPoint::ALL.len() > 20, "the points were found");
        // `story_items` goes through those of items.
        let points =
            CrashPoint::ALL.iter().filter(|point| !CrashPoint::OF_ITEM_STEPS.contains(point));
        futures_util::stream::iter(points)
            .for_each_concurrent(AT_A_TIME, |point| check(*point))
            .await;
    }
}

#[tokio::test]
async fn a_stop_finishes_the_current_deliveries() {
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
    everything_is_alerted(&site, site.run().await).await;
    assert_eq!(site.alerts().len(), NEW.len(), "nothing was sent twice");
}
