//! A year in the life of an installation, with a check a week, and what it leaves for people to
//! read: assurances, the heartbeats, an event for operators, and the audit report. The files are in
//! `target/shown`.

use std::path::PathBuf;

use entitywatch::actions::Request;
use entitywatch::clock::Clock;
use entitywatch::domain::DeliveryState;
use entitywatch::domain::item::Outcome;
use entitywatch::domain::matching::decision::DismissalReason;
use entitywatch::pipeline::configuration_record::{Loaded, record_configuration};
use entitywatch::pipeline::heartbeats;
use entitywatch::pipeline::items::make_due_steps;
use entitywatch::store::MatchQuery;
use jiff::{SignedDuration, Timestamp};
use serde_json::Value;

use crate::list::{Row, row, rows};
use crate::sinks::{HttpSink, SmtpBehavior};
use crate::upstream::Answer;
use crate::world::{Site, World};

const YEAR: [&str; 4] = ["--from", "2022-07-01", "--to", "2023-06-30"];
/// A Monday, at the time of the check.
const FIRST: &str = "2022-07-04T12:00:05Z";
const WEEKS: i64 = 52;

/// Leaves a file in `target/shown`.
fn leave(name: &str, content: &str) {
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("target/shown");
    std::fs::create_dir_all(&folder).unwrap();
    std::fs::write(folder.join(name), content).unwrap();
}

fn party(name: &str) -> Row {
    row(name, "87 FR 38925").at("8 Xueyuan Road, Beijing, CN")
}

/// What the publisher serves in a week.
fn list(week: i64) -> Vec<Row> {
    let mut list = rows(40);
    if week >= 3 {
        list.push(party("Tianshan Avionics Institute"));
    }
    if week >= 12 {
        list[5] = list[5].clone().known_as("Another Name");
    }
    if week >= 18 {
        list.remove(7);
    }
    if week >= 40 {
        list.push(row("Birchgrove Turbine Works", "88 FR 12170").at("Minsk, BY"));
    }
    match week {
        25 => list.truncate(20),
        36.. => drop(list.drain(10..20)),
        _ => {}
    }
    list
}

async fn site(monitor: &HttpSink) -> Site {
    let mut site = Site { schedule: "0 12 * * 1", ..Site::new().await };
    site.source = "expect_by = \"10:30\"\ntitle = \"Consolidated Screening List\"".to_owned();
    site.delivery = "retry = [\"1m\", \"1h\"]".to_owned();
    site.sections = format!(
        "[assurance]\nreceivers = [\"compliance\", \"office\"]\n[[heartbeat]]\nurl = \
         \"{}\"\nallow_private = true\n[[receiver]]\nname = \"office\"\nkind = \"webhook\"\nurl = \
         \"{}\"\nallow_private = true\nacknowledge_within = \"4h\"\nshow_matches = \
         true\n[[watchlist]]\nname = \"customers\"\npath = \"customers.csv\"\n",
        monitor.url("/beat"),
        site.webhook.url("/office"),
    );
    let customers = format!(
        "id,name,aliases,address,country,owner\nC1,{},,,AF,\nC2,Tianshan Avionics \
         Institute,,\"8 Xueyuan Road, Beijing\",CN,Ann\nC3,Quixotic Bakery,,,US,\n",
        rows(1).remove(0).name
    );
    std::fs::write(site.folder.path().join("customers.csv"), customers).unwrap();
    site
}

/// One week: the check on Monday, what people do, and the assurance. Returns whether the heartbeat
/// was sent, and why not.
async fn pass_week(world: &World, week: i64) -> String {
    let monday: Timestamp = FIRST.parse().unwrap();
    let monday = monday + SignedDuration::from_hours(7 * 24 * week);
    world.clock.set(monday);
    world.publish(&list(week));
    match week {
        16 => world.answer(Answer::status(503, "maintenance")),
        30 => world.smtp.behave(SmtpBehavior {
            data_reply: Some("451 4.3.0 later"),
            ..SmtpBehavior::default()
        }),
        32 => world.smtp.behave(SmtpBehavior::default()),
        _ => {}
    }
    // The program was stopped for two weeks.
    if !(20..22).contains(&week) {
        world.check().await;
        people_act(world, week).await;
        for hours in [3, 2, 2] {
            world.clock.advance(std::time::Duration::from_secs(3600 * hours));
            make_due_steps(&world.program).await.unwrap();
            world.deliver().await;
        }
    }
    let beat = heartbeats::beat(&world.program).await;
    let said = if beat.faults.is_empty() { "sent".to_owned() } else { beat.faults.join("; ") };
    format!("{}  {said}", world.clock.now().strftime("%Y-%m-%d %H:%M UTC"))
}

async fn people_act(world: &World, week: i64) {
    world.clock.advance(std::time::Duration::from_secs(1800));
    for hold in world.open_holds().await {
        match week {
            25 => assert_eq!(world.reject(&hold.hold_id).await.exit, 0),
            _ => assert_eq!(world.accept(&hold.hold_id, false).await.exit, 0),
        }
    }
    let query = MatchQuery { with_ended: false, ..MatchQuery::default() };
    let undecided = world.program.store.matches(&query).await.unwrap();
    for found in undecided.into_iter().filter(|found| found.decision.is_none() && week > 0) {
        let ids = vec![found.found.match_id.clone()];
        let reply = if found.found.counterparty.id == "C1" {
            let (reason, note) = (DismissalReason::DifferentCountry, "in another country".into());
            world.execute(Request::MatchesDismiss { ids, by: "Ann".into(), reason, note }).await
        } else {
            let note = "orders are held".into();
            world.execute(Request::MatchesConfirm { ids, by: "Ann".into(), note }).await
        };
        assert_eq!(reply.exit, 0, "{reply:?}");
    }
    if week == 33 {
        let dead = world.deliveries("compliance").await;
        let dead = dead.into_iter().filter(|delivery| delivery.state == DeliveryState::Dead);
        let ids = dead.map(|delivery| delivery.delivery_id).collect();
        let reply = world.execute(Request::DeliveriesRetry { ids, by: None }).await;
        assert_eq!(reply.exit, 0, "{reply:?}");
    }
    for item in world.program.store.unclosed_items().await.unwrap() {
        let ids = vec![item.item_id.clone()];
        let (by, outcome) = ("Ann".to_owned(), Outcome::OrdersHeld);
        // The last one stays open to the end of the year.
        if week < 40 {
            let note = "told the warehouse".to_owned();
            world.execute(Request::ItemsTake { ids: ids.clone(), by: by.clone() }).await;
            let reply = world.execute(Request::ItemsClose { ids, by, outcome, note }).await;
            assert_eq!(reply.exit, 0, "{reply:?}");
        }
    }
}

fn assurances(world: &World) -> Vec<Value> {
    let received = world.webhook.received();
    let own = received.iter().filter(|one| one.path == "/office").map(|one| one.json());
    own.filter(|body| body["type"] == "assurance").collect()
}

/// Leaves the message of an alert as text and as a page.
async fn leave_message(world: &World, name: &str, alert: &str) {
    for (format, ending) in [("text", "txt"), ("html", "html")] {
        let shown = world.command(&["alerts", "show", alert, "--format", format]).await;
        assert_eq!(shown.exit, Some(0), "{shown:?}");
        leave(&format!("{name}.{ending}"), &shown.stdout);
    }
}

#[tokio::test]
async fn a_year_leaves_assurances_heartbeats_and_an_audit_report_to_look_at() {
    let monitor = HttpSink::start().await;
    let site = site(&monitor).await;
    site.publish(&rows(40));
    let world = site.open().await;
    record_configuration(&world.program, Loaded::Start).await.unwrap();
    assert_eq!(world.check().await.exit, 0);
    let mut beats = Vec::new();
    for week in 0..WEEKS {
        beats.push(pass_week(&world, week).await);
    }
    leave("heartbeats.txt", &(beats.join("\n") + "\n"));
    let stopped = |part: &str| beats.iter().filter(|line| line.contains(part)).count();
    assert!(stopped("the last check of csl failed") > 0, "{beats:#?}");
    assert!(stopped("a check of csl is overdue") > 0, "{beats:#?}");
    assert!(stopped("compliance is dead") > 0, "it stops when mail is dead: {beats:#?}");
    assert!(stopped("  sent") > 40, "{beats:#?}");

    let sent = assurances(&world);
    assert!(sent.len() >= 49, "one a week, and one for the weeks without the program");
    let id = |body: &Value| body["data"]["alert_id"].as_str().unwrap().to_owned();
    let quiet = sent
        .iter()
        .find(|body| body["data"]["change_count"] == 0 && body["data"]["checks"]["missed"] == 0);
    let missed = sent.iter().find(|body| body["data"]["checks"]["missed"] != 0);
    let changed = sent.iter().find(|body| body["data"]["change_count"] != 0);
    leave_message(&world, "assurance-quiet", &id(quiet.unwrap())).await;
    leave_message(&world, "assurance-missed", &id(missed.unwrap())).await;
    leave_message(&world, "assurance-changes", &id(changed.unwrap())).await;
    leave("assurance-webhook.json", &serde_json::to_string_pretty(quiet.unwrap()).unwrap());
    assert_eq!(quiet.unwrap()["data"]["watchlists"][0]["rows"], 3);
    let alerts = world.command(&["alerts", "--output", "json", "--limit", "5000"]).await;
    let alerts: Value = serde_json::from_str(&alerts.stdout).unwrap();
    let late =
        alerts["alerts"].as_array().unwrap().iter().find(|alert| {
            alert["type"] == "source.lagging" && alert["data"]["expected"].is_object()
        });
    let late = late.expect("operators learn that no new document came");
    leave_message(&world, "no-new-document", late["alert_id"].as_str().unwrap()).await;

    for (format, ending) in [("text", "txt"), ("html", "html"), ("csv", "csv")] {
        let arguments = [&["report", "--format", format][..], &YEAR].concat();
        let first = world.command(&arguments).await;
        assert_eq!((first.exit, first.stderr.as_str()), (Some(0), ""), "{first:?}");
        assert_eq!(world.command(&arguments).await.stdout, first.stdout, "{format}");
        for part in ["Birchgrove Turbine Works", "half of it is missing", "told the warehouse"] {
            assert!(first.stdout.contains(part), "{part}: {}", first.stdout);
        }
        leave(&format!("audit-report.{ending}"), &first.stdout);
    }
}
