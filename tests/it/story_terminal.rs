//! What the reading commands print: on a screen of 80 columns, as CSV and as JSON Lines.

use std::process::Command;

use serde_json::Value;

use crate::list::{row, rows};
use crate::world::{Ended, Site};

const COLUMNS: usize = 80;
/// Each reading command. `entries` has a search, so that the page stays short.
const READING: [&[&str]; 10] = [
    &["changes"],
    &["entries", "--search", "tianshan"],
    &["entries", "show", "Tianshan Avionics Institute"],
    &["sources"],
    &["alerts"],
    &["deliveries"],
    &["holds", "list"],
    &["receivers", "list"],
    &["status"],
    &["diff", "--source", "csl", "--from", "TODAY", "--to", "TODAY"],
];

/// A baseline, and then one addition that is alerted.
async fn site() -> Site {
    let site = Site { schedule: "0 0 1 1 *", ..Site::new().await };
    site.publish(&rows(40));
    assert_eq!(site.command(&["check"]).await.exit, Some(0));
    let mut later = rows(40);
    later.push(row("Tianshan Avionics Institute", "87 FR 38925").at("Beijing, CN"));
    site.publish(&later);
    assert_eq!(site.command(&["check"]).await.exit, Some(0));
    site
}

/// Runs a command on a screen of this width.
fn on_screen(site: &Site, arguments: &[&str]) -> String {
    let output = Command::new(env!("CARGO_BIN_EXE_entitywatch"))
        .arg("--config")
        .arg(site.configuration())
        .args(arguments)
        .env("COLUMNS", COLUMNS.to_string())
        .output()
        .unwrap();
    String::from_utf8(output.stdout).unwrap()
}

/// The day on which the site was checked, by the store.
async fn day(site: &Site) -> String {
    let shown = lines(&site.command(&["changes", "--output", "jsonl"]).await);
    shown[0]["observed_at"].as_str().unwrap()[..10].to_owned()
}

fn lines(ended: &Ended) -> Vec<Value> {
    ended.stdout.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

#[tokio::test]
async fn every_reading_command_prints_80_columns_and_the_same_rows_as_json_lines_and_csv() {
    let site = site().await;
    let today = day(&site).await;
    let mut shown = String::new();
    for reading in READING {
        let arguments: Vec<&str> = reading
            .iter()
            .map(|word| if *word == "TODAY" { today.as_str() } else { *word })
            .collect();
        let text = on_screen(&site, &arguments);
        let widest = text.lines().map(|line| line.chars().count()).max().unwrap_or_default();
        assert!(widest <= COLUMNS, "{arguments:?}: {widest} columns\n{text}");
        let with = |format: &'static str| [&arguments[..], &["--output", format]].concat();
        let json = site.command(&with("json")).await;
        let jsonl = site.command(&with("jsonl")).await;
        let csv = site.command(&with("csv")).await;
        let value: Value = serde_json::from_str(&json.stdout).unwrap();
        let key = if reading[0] == "diff" { "changes" } else { reading[0] };
        let rows = value[key].as_array().unwrap();
        let mut records = csv::Reader::from_reader(csv.stdout.as_bytes());
        let header = records.headers().unwrap().clone();
        let records: Vec<csv::StringRecord> = records.records().map(Result::unwrap).collect();
        if reading[0] != "status" {
            assert_eq!(&lines(&jsonl), rows, "{arguments:?}");
        }
        assert_eq!(records.len(), rows.len(), "{arguments:?}: {}", csv.stdout);
        assert!(!header.is_empty() && !csv.stdout.starts_with('\u{feff}'), "{}", csv.stdout);
        let title = reading.join(" ");
        shown += &format!("$ entitywatch {title}\n{text}\n");
        shown += &format!("$ entitywatch {title} --output csv\n{}\n", csv.stdout);
        shown += &format!("$ entitywatch {title} --output jsonl\n{}\n", jsonl.stdout);
    }
    insta::with_settings!({filters => vec![
        (r"\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d(\.\d+)?Z", "[time]"),
        (r"\b(alr|dlv|chg|ent|hld)_[0-9a-zA-Z]+", "[$1]"),
        (r"\b[0-9a-f]{64}\b", "[hash]"),
        (r"127\.0\.0\.1:\d+", "[address]"),
        (r"\d{4}-\d\d-\d\d", "[day]"),
        (r"\b\d\d:\d\d:\d\dZ", "[clock]"),
        (r"\b\d+ kB", "[size]"),
        (r#""bytes":\d+"#, "\"bytes\":[bytes]"),
        (r",\d{5,7},,,,,,", ",[bytes],,,,,,"),
    ]}, { insta::assert_snapshot!("reading_commands", shown) });
}

#[tokio::test]
async fn rows_stay_whole_in_a_pipe() {
    let site = site().await;
    let ended = site.command(&["deliveries"]).await;
    let rows: Vec<&str> = ended.stdout.lines().collect();
    assert!(rows.len() > 2 && rows[0].starts_with("RECORDED "), "{ended:?}");
    assert!(rows[0].contains(" ALERT ") && rows[1].chars().count() > COLUMNS, "{ended:?}");
    assert!(!ended.stdout.contains('\u{1b}'), "{ended:?}");
}

#[tokio::test]
async fn changes_are_found_by_country_and_by_a_misspelled_name() {
    let site = site().await;
    for (arguments, expected) in [
        (&["--country", "cn"][..], 1),
        (&["--country", "RU"], 0),
        (&["--country", "RU", "--country", "CN"], 1),
        (&["--search", "Tian-shan avionics"], 1),
        (&["--search", "Tianshan Avoinics"], 1),
        (&["--search", "Tianshan Optics"], 0),
    ] {
        let ended =
            site.command(&[&["changes", "--output", "jsonl"][..], arguments].concat()).await;
        assert_eq!((ended.exit, lines(&ended).len()), (Some(0), expected), "{arguments:?}");
    }
    assert_eq!(site.command(&["changes", "--country", "China"]).await.exit, Some(2));
}

#[tokio::test]
async fn two_days_of_a_source_are_compared_and_others_are_refused_with_what_exists() {
    let site = site().await;
    let today = day(&site).await;
    let diff = async |source: &str, from: &str, to: &str| {
        let days = ["--from", from, "--to", to, "--output", "json"];
        site.command(&[&["diff", "--source", source][..], &days[..]].concat()).await
    };
    let same = diff("csl", &today, &today).await;
    assert_eq!(same.exit, Some(0), "{same:?}");
    let value: Value = serde_json::from_str(&same.stdout).unwrap();
    assert_eq!(value["summary"]["added"], 0);
    for (source, from, to, expected) in [
        ("typo", today.as_str(), today.as_str(), "source (csl)"),
        ("csl", "2001-01-01", today.as_str(), "expected days from "),
        ("csl", today.as_str(), "2001-01-01", "at or before --to"),
    ] {
        let ended = diff(source, from, to).await;
        assert_eq!((ended.exit, ended.stdout.as_str()), (Some(2), ""), "{ended:?}");
        assert!(ended.stderr.contains(expected), "{ended:?}");
    }
}

#[tokio::test]
async fn the_daemon_compares_two_days_on_a_page_as_the_command_does() {
    let site = Site { listen: "127.0.0.1:0", ..site().await };
    let today = day(&site).await;
    let daemon = site.run().await;
    let of = |source: &str| format!("difference?source={source}&from={today}&to={today}");
    let page = site.page(&format!("/{}", of("csl"))).await;
    assert!(page.contains("0 added, 0 removed, 0 revised, 0 editorial"), "{page}");
    let answer = site.page(&format!("/api/{}", of("csl"))).await;
    let body = answer.split("\r\n\r\n").nth(1).unwrap();
    let body: Value = serde_json::from_str(body).unwrap();
    assert_eq!((&body["summary"]["added"], &body["changes"]), (&0.into(), &Value::Array(vec![])));
    let refused = site.page(&format!("/api/{}", of("typo"))).await;
    assert!(refused.starts_with("HTTP/1.1 400") && refused.contains("source (csl)"), "{refused}");
    daemon.stop().await;
}
