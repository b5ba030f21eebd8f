//! Several daemons on one PostgreSQL database: the real binary.

use std::collections::{BTreeMap, BTreeSet};
use std::time::{Duration, Instant};

use entitywatch::domain::alert::Test;
use entitywatch::domain::{Alert, AlertBody, AlertId, Delivery};
use entitywatch::store::{CheckRecord, Mode, Outgoing, open};
use serde_json::Value;

use crate::list::{Row, row, rows};
use crate::officer::announced;
use crate::store::places::PostgresServer;
use crate::world::{Daemon, Site, change_ids, within};

/// The daemons of these stories take over after four seconds. With less, a busy machine could look
/// like a frozen daemon.
const SHORT_LEASE: &[&str] = &["--lease", "4"];

/// A server of the story's own, because it is stopped and made read-only. `None` if PostgreSQL is
/// not installed.
fn server() -> Option<PostgresServer> {
    let server = PostgresServer::start();
    if server.is_none() {
        assert!(std::env::var_os("CI").is_none(), "PostgreSQL is not here, and in CI it must be");
        eprintln!("skipped: PostgreSQL is not installed");
    }
    server
}

/// A site whose publisher is asked every second, with a baseline.
async fn site(server: &PostgresServer) -> Site {
    let site = Site {
        schedule: "* * * * * *",
        delivery: r#"retry = ["1s", "1s", "1s", "1s", "1s", "1s", "1s", "1s"]"#.to_owned(),
        source: "max_gain = \"100%\"".to_owned(),
        shared: server.address.clone(),
        run_arguments: SHORT_LEASE,
        ..Site::new().await
    };
    site.publish(&rows(40));
    let ended = site.command(&["check"]).await;
    assert_eq!(ended.exit, Some(0), "{ended:?}");
    site
}

/// What `status` shows.
async fn status(site: &Site) -> Value {
    let ended = site.command(&["status", "--output", "json"]).await;
    let shown: Value = serde_json::from_str(&ended.stdout)
        .unwrap_or_else(|_| panic!("expected JSON, but got {ended:?}"));
    shown["status"][0].clone()
}

/// Waits until this daemon watches, beside so many others.
async fn until_watching(site: &Site, daemon: &Daemon, others: usize) {
    let watching = async {
        loop {
            let daemons = status(site).await["daemons"].as_array().unwrap().clone();
            if daemons.len() == others + 1
                && daemons[0]["pid"] == daemon.id()
                && !daemons[0]["watching_since"].is_null()
            {
                assert!(daemons[1..].iter().all(|other| other["watching_since"].is_null()));
                break;
            }
        }
    };
    within("the daemon to watch", watching).await;
}

fn names(site: &Site) -> BTreeSet<String> {
    site.alerted().into_iter().map(|(_, name)| name).collect()
}

/// Publishes one more entry.
fn publish(site: &Site, all: &mut Vec<Row>, name: &str) {
    all.push(row(name, &format!("{} FR 1000", 40 + all.len())).at("Beijing, CN"));
    site.publish(all);
}

async fn until_told(site: &Site, name: &str) {
    within(name, site.webhook.until(|_| names(site).contains(name))).await;
    within(name, site.slack.until(|sink| sink.received().iter().any(|r| r.body.contains(name))))
        .await;
    let mailed = site
        .smtp
        .until(|mails| mails.iter().any(|mail| mail.data.replace("=\r\n", "").contains(name)));
    within(name, mailed).await;
}

/// Each of these entries is one change under one alert, and the journal is whole.
async fn all_was_told_under_one_id(site: &Site, expected: &[&str]) {
    let expected: BTreeSet<String> = expected.iter().map(|name| (*name).to_owned()).collect();
    assert_eq!(names(site), expected);
    let mut ids: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for (id, body) in site.alerts() {
        for change in change_ids(&body) {
            ids.entry(change).or_default().insert(id.clone());
        }
    }
    assert_eq!(ids.len(), expected.len(), "each change has one change_id");
    assert!(ids.values().all(|ids| ids.len() == 1), "and one alert: {ids:?}");
    let verified = site.command(&["journal", "verify"]).await;
    assert_eq!(verified.exit, Some(0), "{verified:?}");
}

/// Who took over the watch, by pid.
async fn watchers(site: &Site) -> Vec<u64> {
    let journal = site.command(&["journal", "export"]).await.stdout;
    let entries = journal.lines().map(|line| serde_json::from_str::<Value>(line).unwrap());
    entries
        .filter(|entry| entry["kind"] == "watch.taken")
        .map(|entry| match &entry["data"] {
            Value::String(text) => {
                serde_json::from_str::<Value>(text).unwrap()["pid"].as_u64().unwrap()
            }
            data => data["pid"].as_u64().unwrap(),
        })
        .collect()
}

#[tokio::test]
async fn a_frozen_watcher_is_replaced_and_does_no_harm_when_it_wakes() {
    let Some(server) = server() else { return };
    let site = site(&server).await;
    let mut all = rows(40);
    let first = site.run().await;
    until_watching(&site, &first, 0).await;
    let second = site.run().await;
    until_watching(&site, &first, 1).await;
    publish(&site, &mut all, "Tianshan Avionics Institute");
    until_told(&site, "Tianshan Avionics Institute").await;

    first.signal("STOP");
    let frozen = Instant::now();
    publish(&site, &mut all, "Vostok Radar Plant");
    until_told(&site, "Vostok Radar Plant").await;
    assert!(frozen.elapsed() < Duration::from_secs(30), "{:?}", frozen.elapsed());
    until_watching(&site, &second, 0).await;

    first.signal("CONT");
    until_watching(&site, &second, 1).await;
    publish(&site, &mut all, "Juba Pumps");
    until_told(&site, "Juba Pumps").await;
    let taken = watchers(&site).await;
    assert_eq!(taken, [first.id(), second.id()].map(u64::from));

    // One that stops hands over at once.
    assert_eq!(second.stop().await, Some(0));
    until_watching(&site, &first, 0).await;
    publish(&site, &mut all, "Number 12 Bureau");
    until_told(&site, "Number 12 Bureau").await;
    assert_eq!(first.stop().await, Some(0));
    all_was_told_under_one_id(
        &site,
        &["Tianshan Avionics Institute", "Vostok Radar Plant", "Juba Pumps", "Number 12 Bureau"],
    )
    .await;
}

#[tokio::test]
async fn nothing_is_lost_when_the_watcher_is_killed_and_the_server_restarts_or_is_read_only() {
    let Some(mut server) = server() else { return };
    let site = site(&server).await;
    let mut all = rows(40);
    let first = site.run().await;
    until_watching(&site, &first, 0).await;
    let (second, third) = (site.run().await, site.run().await);
    until_watching(&site, &first, 2).await;

    publish(&site, &mut all, "Tianshan Avionics Institute");
    first.kill();
    until_told(&site, "Tianshan Avionics Institute").await;

    server.restart();
    publish(&site, &mut all, "Vostok Radar Plant");
    until_told(&site, "Vostok Radar Plant").await;

    server.set_read_only(true).await;
    let is_refused = |daemon: &Daemon| {
        let log = daemon.log();
        log.contains("accepts no writes") || log.contains("read-only transaction")
    };
    let refused = async {
        while ![&second, &third].into_iter().any(is_refused) {
            tokio::task::yield_now().await;
        }
    };
    within("a write to be refused", refused).await;
    publish(&site, &mut all, "Juba Pumps");
    assert!(!names(&site).contains("Juba Pumps"), "what is not recorded is not sent");
    server.set_read_only(false).await;
    until_told(&site, "Juba Pumps").await;

    assert_eq!(second.stop().await, Some(0));
    assert_eq!(third.stop().await, Some(0));
    let told = ["Tianshan Avionics Institute", "Vostok Radar Plant", "Juba Pumps"];
    all_was_told_under_one_id(&site, &told).await;
    let shown = status(&site).await;
    assert_eq!(shown["watching"], false);
    assert_eq!(shown["daemons"], serde_json::json!([]));
}

#[tokio::test]
async fn daemons_with_different_configurations_are_refused_until_it_is_allowed() {
    let Some(server) = server() else { return };
    let mut site = Site { schedule: "0 0 1 1 *", ..site(&server).await };
    let first = site.run().await;
    site.listen = "127.0.0.1:0";
    let second = site.run().await;
    site.schedule = "0 0 2 1 *";
    let refused = site.command(&["run"]).await;
    assert_eq!(refused.exit, Some(2), "{refused:?}");
    assert!(refused.stderr.contains("--allow-different-config"), "{refused:?}");
    site.run_arguments = &["--lease", "4", "--allow-different-config"];
    let third = site.run().await;
    let shown = status(&site).await;
    assert_eq!(shown["daemons"].as_array().unwrap().len(), 3, "{shown}");
    for daemon in [first, second, third] {
        assert_eq!(daemon.stop().await, Some(0));
    }
}

/// An alert without changes for the webhook.
fn alert(number: usize) -> Outgoing {
    let at = jiff::Timestamp::UNIX_EPOCH;
    let alert_id = AlertId::of(["shared", &number.to_string()]);
    let delivery = Delivery::pending(&alert_id, "erp", "", at);
    let body = AlertBody::Test(Test { receiver: "erp".to_owned(), message: "a test".into(), at });
    let alert = Alert { alert_id, created_at: at, body };
    Outgoing { alert, citations: Vec::new(), deliveries: vec![delivery], screenings: Vec::new() }
}

#[tokio::test]
async fn three_daemons_share_the_deliveries() {
    const DELIVERIES: usize = 900;
    let Some(server) = server() else { return };
    let site = Site { schedule: "0 0 1 1 *", ..site(&server).await };
    site.webhook.takes(Duration::from_millis(50));
    let first = site.run().await;
    until_watching(&site, &first, 0).await;
    let daemons = [first, site.run().await, site.run().await];
    until_watching(&site, &daemons[0], 2).await;

    let store = open(&server.address.parse().unwrap(), Mode::Act).await.unwrap();
    let alerts = (0..DELIVERIES).map(alert).collect();
    let at = jiff::Timestamp::UNIX_EPOCH;
    store.record(CheckRecord { at, alerts, ..CheckRecord::default() }).await.unwrap();
    within("the deliveries", site.webhook.until(|sink| sink.answered() >= DELIVERIES)).await;
    let ids: BTreeSet<String> = site
        .webhook
        .received()
        .iter()
        .map(|received| received.header("webhook-id").unwrap().to_owned())
        .collect();
    assert_eq!(ids.len(), DELIVERIES);
    assert_eq!(site.webhook.answered(), DELIVERIES, "each was sent once");
    let recorded = async {
        loop {
            let pending = store.outbox_counts().await.unwrap();
            if pending.iter().all(|count| count.receiver != "erp") {
                break;
            }
        }
    };
    within("the outcomes to be recorded", recorded).await;
    let shares = daemons.each_ref().map(|daemon| daemon.log().matches("delivered to erp").count());
    assert!(shares.iter().all(|share| *share * 5 >= DELIVERIES), "{shares:?}");
    store.close().await;
    for daemon in daemons {
        assert_eq!(daemon.stop().await, Some(0));
    }
}

#[tokio::test]
async fn commands_go_to_a_daemon_of_this_machine_even_if_it_stands_by() {
    let Some(server) = server() else { return };
    let site = Site { schedule: "0 0 1 1 *", ..site(&server).await };
    let first = site.run().await;
    until_watching(&site, &first, 0).await;
    let second = site.run().await;
    until_watching(&site, &first, 1).await;
    let mut all = rows(40);
    publish(&site, &mut all, "Tianshan Avionics Institute");
    let checked = site.command(&["check"]).await;
    assert_eq!(checked.exit, Some(0), "{checked:?}");
    until_told(&site, "Tianshan Avionics Institute").await;
    assert_eq!(first.stop().await, Some(0));
    publish(&site, &mut all, "Vostok Radar Plant");
    let checked = site.command(&["check"]).await;
    assert_eq!(checked.exit, Some(0), "{checked:?}");
    until_told(&site, "Vostok Radar Plant").await;
    assert_eq!(second.stop().await, Some(0));
    all_was_told_under_one_id(&site, &["Tianshan Avionics Institute", "Vostok Radar Plant"]).await;
}

#[tokio::test]
async fn two_daemons_announce_each_match_once_under_one_id_also_when_the_watcher_is_killed() {
    let Some(server) = server() else { return };
    let mut site = site(&server).await;
    site.sections = format!(
        "[[receiver]]\nname = \"officer\"\nkind = \"webhook\"\nurl = \"{}\"\nallow_private = \
         true\nshow_matches = true\n[[watchlist]]\nname = \"customers\"\npath = \
         \"customers.csv\"\n",
        site.webhook.url("/officer")
    );
    let write = |rows: &[&str]| {
        let text = format!("id,name,country\n{}\n", rows.join("\n"));
        std::fs::write(site.folder.path().join("customers.csv"), text).unwrap();
    };
    let (one, two, three) =
        ("C1,Tianshan Avionics Institute,CN", "C2,Vostok Radar Plant,RU", "C3,Juba Pumps,SS");
    write(&[one, two]);
    let mut all = rows(40);
    let first = site.run().await;
    until_watching(&site, &first, 0).await;
    let second = site.run().await;
    until_watching(&site, &first, 1).await;
    let until = async |count: usize| {
        within("the matches", site.webhook.until(|_| announced(&site.webhook).len() == count))
            .await;
    };
    publish(&site, &mut all, "Tianshan Avionics Institute");
    until(1).await;
    publish(&site, &mut all, "Vostok Radar Plant");
    first.kill();
    until(2).await;
    // The counterparty and the entry come at about the same time.
    write(&[one, two, three]);
    publish(&site, &mut all, "Juba Pumps");
    until(3).await;
    let third = site.run().await;
    until_watching(&site, &second, 1).await;
    assert_eq!(second.stop().await, Some(0));
    assert_eq!(third.stop().await, Some(0));
    let announced = announced(&site.webhook);
    assert_eq!(announced.len(), 3);
    assert!(announced.values().all(|alerts| alerts.len() == 1), "{announced:?}");
    let listed = site.command(&["matches", "list", "--output", "json"]).await;
    let listed: Value = serde_json::from_str(&listed.stdout).unwrap();
    let stored: BTreeSet<String> = listed["matches"]
        .as_array()
        .unwrap()
        .iter()
        .map(|found| found["match_id"].as_str().unwrap().to_owned())
        .collect();
    assert_eq!(stored, announced.into_keys().collect());
    assert_eq!(site.command(&["journal", "verify"]).await.exit, Some(0));
}
