//! The audit report of a past period: it has everything that happened, it is the same whenever it
//! is made, and a year of checks takes seconds.

use std::time::Duration;

use entitywatch::actions::Request;
use entitywatch::clock::Clock;
use entitywatch::domain::DeliveryState;
use entitywatch::domain::journal::JournalEvent;
use entitywatch::pipeline::configuration_record::{Loaded, record_configuration};
use jiff::{SignedDuration, Timestamp};
use serde_json::json;

use crate::list::{Row, row, rows};
use crate::sinks;
use crate::upstream::Answer;
use crate::world::{Ended, Site, World};

/// The days of the stories, in New York.
const DAYS: [&str; 4] = ["--from", "2022-06-30", "--to", "2022-07-01"];

fn with(names: &[&str]) -> Vec<Row> {
    rows(40)
        .into_iter()
        .chain(names.iter().map(|name| row(name, "87 FR 38925").at("Beijing, CN")))
        .collect()
}

async fn report(site: &Site, format: &str, days: &[&str]) -> String {
    let arguments = [&["report", "--format", format][..], days].concat();
    let ended: Ended = site.command(&arguments).await;
    assert_eq!((ended.exit, ended.stderr.as_str()), (Some(0), ""), "{ended:?}");
    ended.stdout
}

/// A hostile name, in the first two days: a baseline, an addition, missed and failed checks, a hold
/// that a person rejects, and a delivery that does not arrive.
async fn two_days() -> World {
    let site = Site::new().await;
    let sections = "[[person]]\nname = \"Ada\"\nrole = \"approver\"\ntoken_sha256 = \
                    \"ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad\"\n";
    let site = Site { sections: sections.to_owned(), ..site };
    site.publish(&rows(40));
    let world = site.open().await;
    record_configuration(&world.program, Loaded::Start).await.unwrap();
    assert_eq!(world.check().await.exit, 0);
    world.publish(&with(&["=HYPERLINK(1) <b>Tianshan</b>"]));
    assert_eq!(world.next_check().await.exit, 0);
    // Three checks are missed, and then one fails.
    world.clock.advance(Duration::from_secs(45 * 60));
    world.answer(Answer::status(503, "no"));
    assert_eq!(world.next_check().await.exit, 1);
    world.publish(&rows(20));
    assert_eq!(world.next_check().await.exit, 3);
    let hold = world.open_holds().await.remove(0);
    assert_eq!(world.reject(&hold.hold_id).await.exit, 0);
    world.webhook.will_answer([sinks::Answer::status(500)]);
    world.publish(&with(&["=HYPERLINK(1) <b>Tianshan</b>", "Vostok Radar Plant"]));
    world.next_check().await;
    let request = Request::ReceiversEnable { name: "desk".into() };
    assert_eq!(world.execute(request).await.exit, 0);
    world
}

#[tokio::test]
async fn a_report_has_what_happened_and_who_did_it() {
    let world = two_days().await;
    let text = report(&world, "text", &DAYS).await;
    assert!(text.lines().all(|line| line.chars().count() <= 80), "{text}");
    let words = text.split_whitespace().collect::<Vec<_>>().join(" ");
    for part in [
        "June 30 to July 1, 2022",
        "Checks made 5",
        "Checks failed 1",
        "Journal head",
        "=HYPERLINK(1) <b>Tianshan</b>",
    ] {
        assert!(words.contains(part), "{part}: {text}");
    }

    let page = report(&world, "html", &DAYS).await;
    assert!(page.contains("=HYPERLINK(1) &lt;b&gt;Tianshan&lt;"), "{page}");

    let table = report(&world, "csv", &DAYS).await;
    for part in [
        "Ada,",
        "half of it is missing",
        "as claimed by the user with uid 0",
        "receiver.enabled",
        "compliance@example.com",
        "but got 503",
        env!("CARGO_PKG_VERSION"),
    ] {
        assert!(table.contains(part), "{part}: {table}");
    }
    let table = table.strip_prefix('\u{feff}').unwrap();
    let mut reader = csv::Reader::from_reader(table.as_bytes());
    let header: Vec<String> = reader.headers().unwrap().iter().map(str::to_owned).collect();
    let column = |name: &str| header.iter().position(|column| column == name).unwrap();
    let rows: Vec<csv::StringRecord> = reader.records().map(|row| row.unwrap()).collect();
    let of = |section: &'static str| rows.iter().filter(move |row| &row[0] == section);
    let checks: Vec<&csv::StringRecord> = of("checks").collect();
    let number = |name: &str| checks[0][column(name)].parse::<u64>().unwrap();
    assert_eq!((number("made"), number("failed"), number("on_hold")), (5, 1, 1));
    assert_eq!(number("due"), number("missed") + 5, "a check at each due time, or a gap");
    let gaps: Vec<&str> = of("missed").map(|row| &row[column("missed")]).collect();
    assert_eq!(gaps[0], "3", "{gaps:?}");
    let counts: Vec<&str> = of("changes_by_list").map(|row| &row[column("added")]).collect();
    assert_eq!(counts, ["2"]);
    let names: Vec<&str> = of("changes").map(|row| &row[column("name")]).collect();
    assert_eq!(names, ["'=HYPERLINK(1) <b>Tianshan</b>", "Vostok Radar Plant"]);
    let erp: Vec<(&str, bool)> = of("alerts")
        .filter(|row| &row[column("receiver")] == "erp")
        .map(|row| (&row[column("attempts")], row[column("accepted")].is_empty()))
        .collect();
    assert_eq!(erp, [("1", false), ("1", true)], "the second one was not accepted");
}

#[tokio::test]
async fn the_report_of_a_past_period_is_the_same_whenever_it_is_made() {
    let world = two_days().await;
    world.clock.set("2022-07-02T04:00:00Z".parse().unwrap());
    assert_eq!(world.check().await.exit, 0);
    let mut before = Vec::new();
    for format in ["text", "html", "csv"] {
        before.push(report(&world, format, &DAYS).await);
    }
    // Everything that can change afterwards does.
    world.clock.set("2022-07-03T04:00:00Z".parse().unwrap());
    assert_eq!(
        world.delivery_states("erp").await,
        [DeliveryState::Delivered, DeliveryState::Delivered]
    );
    let ids = world.deliveries("erp").await.into_iter().map(|one| one.delivery_id).collect();
    assert_eq!(world.execute(Request::DeliveriesRetry { ids, by: None }).await.exit, 0);
    world.publish(&rows(25));
    assert_eq!(world.next_check().await.exit, 3);
    let hold = world.open_holds().await.remove(0);
    assert_eq!(world.accept(&hold.hold_id, false).await.exit, 0);
    let since = world.clock.now() - SignedDuration::from_hours(24 * 9);
    let request = Request::DeliveriesSend { receiver: "desk".into(), since };
    assert_eq!(world.execute(request).await.exit, 0);
    let World { mut site, clock, program } = world;
    drop(program);
    // The source gets another name and another title.
    site.source = "previously = \"csl\"\ntitle = \"Our copy\"".into();
    let text = site.text().replace("name = \"csl\"", "name = \"mirror\"");
    std::fs::write(site.configuration(), &text).unwrap();
    let mut command = std::process::Command::new(env!("CARGO_BIN_EXE_entitywatch"));
    command.arg("--config").arg(site.configuration()).arg("check");
    let checked = tokio::task::spawn_blocking(move || command.output().unwrap()).await.unwrap();
    assert_eq!(checked.status.code(), Some(0), "{checked:?}");
    drop(clock);
    site.source = "title = \"Our copy\"".into();
    for (format, before) in ["text", "html", "csv"].into_iter().zip(before) {
        let after = report(&site, format, &DAYS).await;
        assert_eq!(after, before, "{format}");
    }
}

/// Deliveries and documents are removed after their retention, and a new program migrates the
/// tables. The journal has what the report says of what is not there any more.
#[tokio::test]
async fn the_report_of_a_past_period_stays_the_same_when_its_deliveries_are_pruned() {
    let world = two_days().await;
    let mut before = Vec::new();
    for format in ["text", "html", "csv"] {
        before.push(report(&world, format, &DAYS).await);
    }
    assert!(before[2].contains("compliance@example.com"), "{}", before[2]);
    world.clock.set("2028-07-03T04:00:00Z".parse().unwrap());
    let deliveries = world.deliveries("compliance").await.len();
    assert!(deliveries > 0);
    let retention = "[retention]\ndocuments = \"5y\"\ndeliveries = \"5y\"\n";
    world.reload_text(&format!("{}\n{retention}", world.text()));
    let reply = world.execute(Request::StorePrune).await;
    assert_eq!(reply.exit, 0, "{reply:?}");
    assert!(world.deliveries("compliance").await.is_empty(), "{reply:?}");
    let world = world
        .restart(|site| {
            // The tables of an older program.
            let database = site.database();
            let older = async move {
                let options = sqlx::sqlite::SqliteConnectOptions::new().filename(database);
                let mut old =
                    <sqlx::SqliteConnection as sqlx::Connection>::connect_with(&options).await?;
                for statement in [
                    "DROP TABLE prepared_watchlist",
                    "DROP INDEX journal_carried",
                    "DELETE FROM _sqlx_migrations WHERE version >= 13",
                ] {
                    sqlx::query(statement).execute(&mut old).await?;
                }
                sqlx::Connection::close(old).await
            };
            let handle = tokio::runtime::Handle::current();
            std::thread::spawn(move || handle.block_on(older)).join().unwrap().unwrap();
        })
        .await;
    for (format, before) in ["text", "html", "csv"].into_iter().zip(before) {
        assert_eq!(report(&world, format, &DAYS).await, before, "{format}");
    }
    assert_eq!(world.command(&["journal", "verify"]).await.exit, Some(0));
}

#[tokio::test]
async fn a_period_that_is_not_over_or_that_is_none_is_named() {
    let world = two_days().await;
    let text = report(&world, "text", &["--from", "2022-06-30", "--to", "2999-12-31"]).await;
    assert!(text.contains("The period is not over."), "{text}");
    for days in [["2022-07-01", "2022-06-30"], ["2999-01-01", "2999-01-02"]] {
        let arguments = ["report", "--from", days[0], "--to", days[1]];
        let ended = world.command(&arguments).await;
        assert_eq!((ended.exit, ended.stdout.as_str()), (Some(2), ""), "{ended:?}");
    }
    let text = report(&world, "text", &["--from", "2019-01-01", "--to", "2019-12-31"]).await;
    assert!(text.contains("No source was watched"), "{text}");
}

/// A check every six hours.
const CHECKS_OF_A_YEAR: i64 = 365 * 4;
/// Every so many checks one is missed.
const MISSED_EVERY: i64 = 100;

#[tokio::test]
async fn a_year_of_checks_is_counted_exactly() {
    let site = Site { schedule: "0 */6 * * *", ..Site::new().await };
    let world = site.open().await;
    // The year begins at five in UTC, and the first check is due at six.
    let start: Timestamp = "2021-01-01T05:00:00Z".parse().unwrap();
    world.clock.set(start);
    record_configuration(&world.program, Loaded::Start).await.unwrap();
    for number in (0..=CHECKS_OF_A_YEAR).filter(|number| number % MISSED_EVERY != 50) {
        let at = start + SignedDuration::from_secs(3600 + number * 6 * 3600 + 4);
        let data = json!({"source": "csl", "outcome": "not modified", "detail": "same"});
        let event = JournalEvent { kind: "check".into(), data };
        world.program.store.add_journal_entries(at, vec![event]).await.unwrap();
    }
    let table = report(&world, "csv", &["--from", "2021-01-01", "--to", "2021-12-31"]).await;
    let fact = |name: &str| {
        let line = table.lines().find(|line| line.starts_with(&format!("summary,{name},")));
        line.unwrap().split(',').nth(2).unwrap().parse::<i64>().unwrap()
    };
    let missed = 15;
    assert_eq!(fact("checks_due"), CHECKS_OF_A_YEAR);
    assert_eq!(fact("checks_missed"), missed);
    assert_eq!(fact("checks_made"), CHECKS_OF_A_YEAR - missed);
    assert!(!table.contains("not intact"), "{table}");
}

#[tokio::test]
async fn a_command_that_acts_leaves_the_user_who_gave_it_in_the_journal() {
    let site = Site::new().await;
    let world = World::with_baseline(site, &rows(40)).await;
    let since = world.clock.now() - SignedDuration::from_hours(1);
    let ids = world.deliveries("compliance").await.into_iter().map(|one| one.delivery_id).collect();
    for request in [
        Request::ReceiversEnable { name: "desk".into() },
        Request::ReceiversTest { name: "desk".into(), sample: None },
        Request::DeliveriesSend { receiver: "desk".into(), since },
        Request::DeliveriesRetry { ids, by: None },
    ] {
        assert_eq!(world.execute(request.clone()).await.exit, 0, "{request:?}");
    }
    let entries = world.program.store.journal(0, 100).await.unwrap();
    for kind in ["receiver.enabled", "receiver.tested", "deliveries.sent", "deliveries.retried"] {
        let entry = entries.iter().find(|entry| entry.kind == kind).unwrap();
        let data: serde_json::Value = serde_json::from_str(&entry.data).unwrap();
        let who = json!({"by": "process", "uid": 0, "user": null});
        assert_eq!(data["identified"], who, "{kind}");
    }
}
