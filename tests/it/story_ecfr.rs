//! The eCFR from end to end against a server on loopback: the day of a rule, failures, and the past
//! rebuilt by `backfill`.

use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};
use std::sync::Arc;
use std::time::Duration;

use entitywatch::actions::{Reply, Request, execute};
use entitywatch::clock::ManualClock;
use entitywatch::config::{
    Environment, SecretsMode, {self},
};
use entitywatch::domain::{AlertBody, ChangeKind, HoldReason, ListCode};
use entitywatch::pipeline::{Program, Wiring};
use entitywatch::store::{
    AlertQuery, ChangeQuery, Mode, {self},
};
use serde_json::{Value, json};

use crate::shared_data;
use crate::upstream::{Answer, Upstream};

const TITLES: &str = "/api/versioner/v1/titles.json";
const VERSIONS: &str = "/api/versioner/v1/versions/title-15.json";

fn full(date: &str) -> String {
    format!("/api/versioner/v1/full/{date}/title-15.xml")
}

fn titles(date: &str) -> Answer {
    let title = json!({"number": 15, "up_to_date_as_of": date});
    Answer::ok(json!({ "titles": [title] }).to_string())
}

fn versions(dates: &[&str]) -> Answer {
    let version = |date: &&str| {
        json!({
            "identifier": "Supplement No. 4 to Part 744",
            "amendment_date": date,
            "issue_date": date,
        })
    };
    let versions: Vec<Value> = dates.iter().map(version).collect();
    Answer::ok(json!({ "content_versions": versions }).to_string())
}

/// Part 744 with these Entity cells under China, each with its citations. `more` follows Supplement
/// No. 4.
fn part_744(rows: &[(&str, &str)], more: &str) -> Answer {
    let row = |(at, (entity, cited)): (usize, &(&str, &str))| {
        let country = if at == 0 { "CHINA" } else { "" };
        format!(
            "<TR><TD>{country}</TD><TD>{entity}</TD><TD>For all items.</TD><TD>Presumption of \
             denial.</TD><TD>{cited}</TD></TR>"
        )
    };
    let rows: String = rows.iter().enumerate().map(row).collect();
    Answer::gzip(
        format!(
            "<?xml version=\"1.0\"?><DIV5 N=\"744\" TYPE=\"PART\"><DIV9 N=\"Supplement No. 4 to \
             Part 744\"><TABLE><TR><TH>Country</TH><TH>Entity</TH><TH>License \
             requirement</TH><TH>License review \
             policy</TH><TH>Citation</TH></TR>{rows}</TABLE></DIV9>{more}</DIV5>"
        )
        .as_bytes(),
    )
}

const AMBER: (&str, &str) =
    ("Amber Lake Optics, 12 Orchard Road, Wuxi, China.", "85 FR 36719, 6/18/20.");
const BIRCH: (&str, &str) = ("Birch Valley Academy, Xian, China.", "83 FR 37427, 8/1/18.");
const BIRCH_AMENDED: (&str, &str) =
    ("Birch Valley Academy, Xian, China.", "83 FR 37427, 8/1/18. 91 FR 100, 4/30/26.");
const CEDAR: (&str, &str) = ("Cedar Port, 1 Quay, Dalian, China.", "91 FR 101, 4/30/26.");

/// A folder with a configuration of the eCFR at `upstream`.
struct Site {
    folder: tempfile::TempDir,
}

impl Site {
    fn new(upstream: &Upstream, source: &str) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let text = format!(
            "[store]\nurl = \"sqlite://{}/ew.db\"\n[server]\nlisten = \"\"\n[[source]]\nname = \
             \"ecfr\"\nkind = \"ecfr\"\nurl = \"{}\"\nallow_private = true\n{source}\n",
            folder.path().display(),
            upstream.url("")
        );
        std::fs::write(folder.path().join("entitywatch.toml"), text).unwrap();
        Self { folder }
    }

    fn config(&self) -> PathBuf {
        self.folder.path().join("entitywatch.toml")
    }

    async fn program(&self, clock: &Arc<ManualClock>) -> Program {
        let (config, _) =
            config::load(&self.config(), &Environment::of_process(), SecretsMode::Resolve).unwrap();
        let store = store::open(&config.store, Mode::Write).await.unwrap();
        Program::new(store, Arc::<ManualClock>::clone(clock), Wiring::new(config).unwrap())
    }

    fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_entitywatch"));
        command
            .arg("--config")
            .arg(self.config())
            .args(arguments)
            .stdout(Stdio::piped())
            .stderr(Stdio::piped());
        command
    }

    fn start(&self, arguments: &[&str]) -> Child {
        self.command(arguments).spawn().unwrap()
    }

    /// Runs a command to its end while the server's tasks go on.
    async fn run(&self, arguments: &[&str]) -> Output {
        finished(self.start(arguments)).await
    }

    async fn json(&self, arguments: &[&str]) -> Vec<Value> {
        let output = self.run(&[arguments, &["--output", "json"]].concat()).await;
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        let found: Value = serde_json::from_slice(&output.stdout).unwrap();
        found[arguments[0]].as_array().unwrap().clone()
    }

    async fn names(&self, arguments: &[&str]) -> Vec<String> {
        let mut names: Vec<String> = self
            .json(arguments)
            .await
            .iter()
            .map(|entry| entry["name"].as_str().unwrap().to_owned())
            .collect();
        names.sort();
        names
    }
}

async fn finished(child: Child) -> Output {
    tokio::task::spawn_blocking(move || child.wait_with_output().unwrap()).await.unwrap()
}

async fn current_count(program: &Program) -> usize {
    program.store.current_entries("ecfr", ListCode::EL).await.unwrap().len()
}

async fn check(program: &Program) -> Reply {
    let identified = entitywatch::actions::user_of_process().await;
    execute(program, Request::Check { sources: Vec::new() }, &identified).await
}

fn targets(upstream: &Upstream) -> Vec<String> {
    upstream.requests().into_iter().map(|request| request.target).collect()
}

fn clock() -> Arc<ManualClock> {
    Arc::new(ManualClock::at("2026-05-01T12:00:00Z".parse().unwrap()))
}

const HOUR: Duration = Duration::from_secs(3600);

#[tokio::test]
async fn a_days_changes_are_alerted_and_errors_after_them_remove_nothing() {
    let upstream = Upstream::start().await;
    upstream.answer(TITLES, titles("2026-04-29"));
    upstream.answer(&full("2026-04-29"), part_744(&[AMBER, BIRCH], ""));
    let (site, clock) = (Site::new(&upstream, "min_entries = { EL = 1 }"), clock());
    let program = site.program(&clock).await;
    let state = async || program.store.source_state("ecfr").await.unwrap().unwrap();
    let reply = check(&program).await;
    assert_eq!(
        (reply.exit, reply.lines[0].as_str()),
        (0, "ecfr: baseline: EL: 2 entries accepted as the baseline")
    );
    assert_eq!(state().await.as_of, Some("2026-04-29".parse().unwrap()));

    // A date that is announced, but whose document does not exist yet.
    upstream.answer(TITLES, titles("2026-04-30"));
    let reply = check(&program).await;
    assert!(reply.exit == 1 && reply.problems[0].contains("404"), "{reply:?}");

    upstream.answer(&full("2026-04-30"), part_744(&[AMBER, BIRCH_AMENDED, CEDAR], ""));
    let reply = check(&program).await;
    assert_eq!(reply.lines[0], "ecfr: changed: EL: 1 added, 0 removed, 1 revised, 0 editorial");
    let alerts = program.store.alerts(&AlertQuery::default()).await.unwrap();
    let changed: Vec<_> = alerts
        .iter()
        .filter_map(
            |alert| if let AlertBody::ListChanged(data) = &alert.body { Some(data) } else { None },
        )
        .collect();
    assert_eq!(changed.len(), 1, "one rule, one alert");
    assert_eq!((changed[0].summary.added, changed[0].summary.revised), (1, 1));
    assert_eq!(changed[0].snapshot.as_of, Some("2026-04-30".parse().unwrap()));
    assert_eq!(
        check(&program).await.lines[0],
        "ecfr: not modified: the publisher says that nothing changed"
    );

    // An earlier date, requested with validators and, a day later, without.
    upstream.answer(TITLES, titles("2026-04-29"));
    let reply = check(&program).await;
    assert!(reply.exit == 1 && reply.problems[0].contains("2026-04-30 or later"), "{reply:?}");
    clock.advance(25 * HOUR);
    let reply = check(&program).await;
    assert!(
        reply.exit == 1 && reply.problems[0].contains("expected the list of 2026-04-30"),
        "{reply:?}"
    );

    upstream.answer(TITLES, Answer::status(406, ""));
    let reply = check(&program).await;
    assert!(reply.exit == 1 && reply.problems[0].contains("406"), "{reply:?}");
    upstream.answer(TITLES, Answer::status(503, "").with_header("Retry-After", "3600"));
    assert_eq!(check(&program).await.exit, 1);
    let requests = upstream.requests().len();
    upstream.answer(TITLES, titles("2026-04-30"));
    let reply = check(&program).await;
    assert!(reply.exit == 1 && reply.problems[0].contains("asked to wait until"), "{reply:?}");
    assert_eq!(upstream.requests().len(), requests, "no request before that time");
    clock.advance(2 * HOUR);
    assert_eq!(check(&program).await.exit, 0);

    assert_eq!(current_count(&program).await, 3);
    assert_eq!(state().await.as_of, Some("2026-04-30".parse().unwrap()));
    let requests = upstream.requests();
    assert!(
        requests.len() > 5
            && requests.iter().all(|request| request.header("accept-encoding").is_some()),
        "without it the eCFR answers 406"
    );
}

#[tokio::test]
async fn an_earlier_date_is_an_error_for_a_day_and_then_a_hold() {
    let upstream = Upstream::start().await;
    let site = Site::new(&upstream, "min_entries = { EL = 1 }");
    let clock = Arc::new(ManualClock::at("2026-05-01T12:00:00Z".parse().unwrap()));
    let program = site.program(&clock).await;
    upstream.answer(&full("2026-04-29"), part_744(&[AMBER, BIRCH], ""));
    upstream.answer(&full("2026-04-30"), part_744(&[AMBER, BIRCH, CEDAR], ""));
    upstream.answer(TITLES, titles("2026-04-30"));
    assert_eq!(check(&program).await.exit, 0);
    upstream.answer(TITLES, titles("2026-04-29"));
    let hour = Duration::from_secs(60 * 60);
    for hours in [1, 12, 11] {
        clock.advance(hours * hour);
        assert_eq!(check(&program).await.exit, 1);
    }
    for _ in 0..3 {
        clock.advance(hour);
        let reply = check(&program).await;
        assert_eq!(reply.exit, 3, "{reply:?}");
    }
    let hold = program.store.holds(true).await.unwrap().remove(0);
    assert_eq!((hold.reason, hold.summary.removed), (HoldReason::Older, 1));
    upstream.answer(TITLES, titles("2026-04-30"));
    clock.advance(hour);
    assert_eq!(check(&program).await.exit, 0);
    assert!(program.store.holds(true).await.unwrap().is_empty());
    assert_eq!(current_count(&program).await, 3);
}

#[tokio::test]
async fn a_supplement_that_never_existed_is_a_warning_and_one_that_disappears_is_a_hold() {
    let upstream = Upstream::start().await;
    let site = Site::new(&upstream, PAST);
    let clock = Arc::new(ManualClock::at("2026-05-01T12:00:00Z".parse().unwrap()));
    let program = site.program(&clock).await;
    for (day, answer, exit) in [
        ("2026-04-27", part_744(&[AMBER, BIRCH], ""), 0),
        ("2026-04-28", part_744(&[AMBER, BIRCH], MEU), 0),
        ("2026-04-29", part_744(&[AMBER, BIRCH], ""), 3),
    ] {
        upstream.answer(&full(day), answer);
        upstream.answer(TITLES, titles(day));
        clock.advance(Duration::from_secs(60 * 60));
        let reply = check(&program).await;
        assert_eq!(reply.exit, exit, "{day}: {reply:?}");
    }
    let hold = program.store.holds(true).await.unwrap().remove(0);
    assert_eq!((hold.list, hold.summary.removed), (ListCode::MEU, 1));
}

const MEU: &str = "<DIV9 N=\"Supplement No. 7 to Part \
                   744\"><TABLE><TR><TH>Country</TH><TH>Military \
                   end-user</TH><TH>Citation</TH></TR><TR><TD>RUSSIA</TD><TD>Elder Engines, 5 \
                   Mira, Perm, Russia.</TD><TD>91 FR 50, 3/5/26.</TD></TR></TABLE></DIV9>";

/// An eCFR on loopback with four amendments. The Military End-User List begins with the second one.
async fn four_amendments() -> Upstream {
    let upstream = Upstream::start().await;
    upstream.answer(TITLES, titles("2026-06-30"));
    upstream.answer(VERSIONS, versions(&["2026-02-02", "2026-03-05", "2026-04-30", "2026-05-20"]));
    upstream.answer(&full("2026-02-02"), part_744(&[AMBER, BIRCH], ""));
    upstream.answer(&full("2026-03-05"), part_744(&[AMBER, BIRCH], MEU));
    upstream.answer(&full("2026-04-30"), part_744(&[AMBER, BIRCH_AMENDED, CEDAR], MEU));
    upstream.answer(&full("2026-05-20"), part_744(&[BIRCH_AMENDED, CEDAR], MEU));
    upstream
}

const PAST: &str = "lists = [\"EL\", \"MEU\"]\nmin_entries = { EL = 1 }";

/// Everything that the reading commands show of the history.
async fn history(site: &Site) -> Vec<Value> {
    let mut history = Vec::new();
    for day in [
        "2026-01-31",
        "2026-02-15",
        "2026-03-05",
        "2026-04-30",
        "2026-05-19",
        "2026-05-20",
        "2026-06-30",
    ] {
        for mut entry in site.json(&["entries", "--as-of", day]).await {
            entry.as_object_mut().unwrap().retain(|key, _| !key.starts_with("known_"));
            history.push(entry);
        }
    }
    history.extend(site.json(&["changes"]).await);
    history
}

#[tokio::test]
async fn a_backfill_that_is_killed_and_run_again_ends_in_the_same_history() {
    let upstream = four_amendments().await;
    let uninterrupted = Site::new(&upstream, PAST);
    let backfill = ["backfill", "--source", "ecfr", "--from", "2026-02-10"];
    let output = uninterrupted.run(&backfill).await;
    let printed = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(output.status.success(), "{printed}");
    assert_eq!(
        printed.lines().collect::<Vec<_>>(),
        [
            "[1 of 4] 2026-02-02: EL: 2 entries, the start of the history",
            "[2 of 4] 2026-03-05: EL: 0 added, 0 removed, 0 revised, 0 editorial; 2 entries; MEU: \
             1 entries, the start of the history",
            "[3 of 4] 2026-04-30: EL: 1 added, 0 removed, 1 revised, 0 editorial; 3 entries; MEU: \
             0 added, 0 removed, 0 revised, 0 editorial; 1 entries",
            "[4 of 4] 2026-05-20: EL: 0 added, 1 removed, 0 revised, 0 editorial; 2 entries; MEU: \
             0 added, 0 removed, 0 revised, 0 editorial; 1 entries",
        ]
    );
    assert_eq!(
        uninterrupted.names(&["entries", "--as-of", "2026-05-19", "--list", "EL"]).await,
        ["Amber Lake Optics", "Birch Valley Academy", "Cedar Port"]
    );
    assert_eq!(
        uninterrupted.names(&["entries", "--as-of", "2026-05-20", "--list", "EL"]).await,
        ["Birch Valley Academy", "Cedar Port"]
    );
    let nothing: Vec<String> = Vec::new();
    assert_eq!(uninterrupted.names(&["entries", "--as-of", "2026-01-31"]).await, nothing);
    assert_eq!(
        uninterrupted.names(&["entries", "--known-at", "2100-01-01"]).await,
        nothing,
        "a backfill does not change what was known at a time"
    );
    assert_eq!(uninterrupted.names(&["entries"]).await, nothing, "and there is no current list");
    assert_eq!(
        uninterrupted
            .json(&["changes", "--since", "2026-04-30", "--until", "2026-05-01"])
            .await
            .len(),
        2
    );
    assert_eq!(uninterrupted.json(&["changes", "--since", "2026-05-01"]).await.len(), 1);
    assert_eq!(uninterrupted.json(&["alerts"]).await, Vec::<Value>::new(), "nobody is alerted");
    assert!(uninterrupted.run(&["journal", "verify"]).await.status.success());

    // Killed while it waits for the third date.
    let delayed = four_amendments().await;
    let third = part_744(&[AMBER, BIRCH_AMENDED, CEDAR], "");
    delayed.answer(&full("2026-04-30"), Answer::Delayed(Box::new(third)));
    let killed = Site::new(&delayed, PAST);
    let mut child = killed.start(&backfill);
    delayed.until_requested(5).await;
    child.kill().unwrap();
    finished(child).await;
    delayed.release();
    let fourth = four_amendments().await;
    let text = std::fs::read_to_string(killed.config())
        .unwrap()
        .replace(delayed.url("").as_str(), fourth.url("").as_str());
    std::fs::write(killed.config(), text).unwrap();
    let output = killed.run(&backfill).await;
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let rest = [
        TITLES.to_owned(),
        format!("{VERSIONS}?part=744"),
        format!("{}?part=744", full("2026-04-30")),
        format!("{}?part=744", full("2026-05-20")),
    ];
    assert_eq!(targets(&fourth), rest, "recorded dates are not fetched again");
    assert_eq!(history(&killed).await, history(&uninterrupted).await);

    // With an earlier start, the history is recorded again from there on.
    fourth.answer(
        VERSIONS,
        versions(&["2025-12-01", "2026-02-02", "2026-03-05", "2026-04-30", "2026-05-20"]),
    );
    fourth.answer(&full("2025-12-01"), part_744(&[AMBER], ""));
    let output = killed
        .run(&["backfill", "--source", "ecfr", "--from", "2025-12-15", "--to", "2025-12-31"])
        .await;
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    assert_eq!(
        killed.names(&["entries", "--as-of", "2026-01-31", "--list", "EL"]).await,
        ["Amber Lake Optics"]
    );
    assert_eq!(
        killed.names(&["entries", "--as-of", "2026-05-20", "--list", "EL"]).await,
        ["Birch Valley Academy", "Cedar Port"]
    );
    assert_eq!(
        killed.json(&["changes", "--kind", "added"]).await.len(),
        2,
        "Birch Valley Academy was added on 2026-02-02"
    );
    assert_eq!(
        (fourth.most_concurrent(), upstream.most_concurrent()),
        (1, 1),
        "one request at a time"
    );
}

#[tokio::test]
async fn two_recorded_days_differ_by_what_changed_between_them() {
    let upstream = four_amendments().await;
    let site = Site::new(&upstream, PAST);
    let output = site.run(&["backfill", "--source", "ecfr", "--from", "2026-02-10"]).await;
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let check = async |from: &str, to: &str, expected: &[(&str, &str)]| {
        let days = ["diff", "--source", "ecfr", "--from", from, "--to", to, "--output", "json"];
        let output = site.run(&days).await;
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        let found: Value = serde_json::from_slice(&output.stdout).unwrap();
        let changes = found["changes"].as_array().unwrap();
        let text = |value: &Value| value.as_str().unwrap().to_owned();
        let mut shown: Vec<(String, String)> = changes
            .iter()
            .map(|change| (text(&change["kind"]), text(&change["entry"]["name"])))
            .collect();
        shown.sort();
        let expected: Vec<(String, String)> =
            expected.iter().map(|(kind, name)| ((*kind).into(), (*name).into())).collect();
        assert_eq!(shown, expected, "{from} to {to}");
        assert_eq!(found["summary"]["added"], u64::from(shown.iter().any(|one| one.0 == "added")));
    };
    let all = [
        ("added", "Cedar Port"),
        ("removed", "Amber Lake Optics"),
        ("revised", "Birch Valley Academy"),
    ];
    check("2026-02-15", "2026-05-20", &all).await;
    check("2026-02-15", "2026-06-30", &all).await;
    let days = ["diff", "--source", "ecfr", "--from", "2026-02-15", "--to", "2026-05-20"];
    let printed = String::from_utf8(site.run(&days).await.stdout).unwrap();
    for line in ["added: Cedar Port [EL] CN", "removed: Amber Lake Optics [EL] CN"] {
        assert!(printed.lines().any(|printed| printed == line), "{line} is not in\n{printed}");
    }
    assert!(
        printed.contains("revised: Birch Valley Academy [EL] CN\n    citations: "),
        "{printed}"
    );
    assert!(printed.ends_with("1 added, 1 removed, 1 revised, 0 editorial\n"), "{printed}");
    check("2026-02-15", "2026-03-05", &[]).await;
    check("2026-04-29", "2026-04-30", &[all[0], all[2]]).await;
    check("2026-04-30", "2026-05-20", &[all[1]]).await;
}

#[tokio::test]
async fn a_past_date_that_cannot_be_parsed_stops_the_backfill_and_is_named() {
    let upstream = four_amendments().await;
    upstream.answer(
        &full("2026-04-30"),
        Answer::ok("<DIV5 N=\"744\"><DIV9 N=\"Supplement No. 4 to Part 744\"><TABLE>"),
    );
    let site = Site::new(&upstream, PAST);
    let output = site.run(&["backfill", "--source", "ecfr", "--from", "2026-02-10"]).await;
    let printed = String::from_utf8_lossy(&output.stderr).into_owned();
    assert_eq!(output.status.code(), Some(1));
    assert!(printed.contains("the eCFR's version of 2026-04-30 is refused: line 1"), "{printed}");
    assert_eq!(
        site.names(&["entries", "--as-of", "2026-05-20", "--list", "EL"]).await,
        ["Amber Lake Optics", "Birch Valley Academy"]
    );

    for (arguments, expected) in [
        (
            ["--source", "csl", "--from", "2026-01-01"].as_slice(),
            "expected the name of a source (ecfr), but got `csl`",
        ),
        (
            ["--source", "ecfr", "--from", "2026-01-02", "--to", "2026-01-01"].as_slice(),
            "expected --to on or after --from",
        ),
    ] {
        let output = site.run(&[["backfill"].as_slice(), arguments].concat()).await;
        assert_eq!(output.status.code(), Some(2));
        assert!(String::from_utf8_lossy(&output.stderr).contains(expected));
    }
    let text = std::fs::read_to_string(site.config())
        .unwrap()
        .replace("\"EL\", \"MEU\"", "\"EL\"")
        .replace("kind = \"ecfr\"", "kind = \"csl\"");
    std::fs::write(site.config(), text).unwrap();
    let output = site.run(&["backfill", "--source", "ecfr", "--from", "2026-01-01"]).await;
    assert_eq!(output.status.code(), Some(2));
    assert!(String::from_utf8_lossy(&output.stderr).contains("expected a source of kind ecfr"));
}

#[tokio::test]
async fn a_backfill_waits_as_long_as_retry_after_says() {
    let upstream = four_amendments().await;
    let list = part_744(&[AMBER, BIRCH], "");
    upstream.answer_in_turn(
        &full("2026-03-05"),
        vec![Answer::status(429, "").with_header("Retry-After", "1"), list],
    );
    let site = Site::new(&upstream, "min_entries = { EL = 1 }");
    let output = site.run(&["backfill", "--source", "ecfr", "--from", "2026-02-10"]).await;
    let printed = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(
        output.status.success()
            && printed.contains("asked to wait until")
            && printed.contains("waiting"),
        "{printed}"
    );

    upstream
        .answer(&full("2026-02-02"), Answer::status(429, "").with_header("Retry-After", "7200"));
    let site = Site::new(&upstream, "min_entries = { EL = 1 }");
    let output = site.run(&["backfill", "--source", "ecfr", "--from", "2026-02-10"]).await;
    let requests = upstream.requests().len();
    assert_eq!(output.status.code(), Some(1));
    assert_eq!(site.run(&["check"]).await.status.code(), Some(1), "a check obeys it too");
    assert_eq!(
        site.run(&["backfill", "--source", "ecfr", "--from", "2026-02-10"]).await.status.code(),
        Some(1)
    );
    assert_eq!(upstream.requests().len(), requests);
}

#[tokio::test]
async fn a_backfill_ends_where_the_list_was_first_watched_and_runs_beside_a_daemon() {
    let upstream = four_amendments().await;
    upstream.answer(TITLES, titles("2026-04-30"));
    let site = Site::new(&upstream, "min_entries = { EL = 1 }");
    let mut daemon =
        site.command(&["run"]).stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
    // The daemon's first check.
    upstream.until_requested(2).await;
    upstream.answer(TITLES, titles("2026-06-30"));
    let socket = site.folder.path().join("ew.sock");
    while tokio::net::UnixStream::connect(&socket).await.is_err()
        || site.json(&["entries"]).await.is_empty()
    {
        tokio::task::yield_now().await;
    }
    let output = site.run(&["backfill", "--source", "ecfr", "--from", "2026-02-10"]).await;
    let printed = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(
        output.status.success() && printed.contains("[3 of 3] 2026-04-30: EL: 1 added"),
        "{printed}"
    );
    assert_eq!(
        site.names(&["entries", "--as-of", "2026-03-31"]).await,
        ["Amber Lake Optics", "Birch Valley Academy"]
    );
    assert_eq!(site.names(&["entries", "--as-of", "2026-04-30"]).await.len(), 3, "as watched");
    daemon.kill().unwrap();
    daemon.wait().unwrap();
}

// --- on the real list

/// Writes Part 744 of 2019-12-31 and of each rule date of 2020–2022 into `folder`. Returns each
/// date with the numbers of entries on it, added and revised.
fn three_years(folder: &Path) -> Option<Vec<(String, usize, usize, usize)>> {
    const MAKE: &str = "
import sys, pathlib, datetime, json
sys.path.insert(0, sys.argv[1])
from make_lists import load, as_of, write_xml
entries, out = load(sys.argv[2]), pathlib.Path(sys.argv[3])
first, last = datetime.date(2019, 12, 31), datetime.date(2022, 12, 31)
days = sorted({c[0] for e in entries for c in e['citations'] if first < c[0] <= last})
rows = []
for day in [first] + days:
    now = as_of(entries, day)
    write_xml(now, day, out / f'{day}.xml')
    rows.append([str(day), len(now), sum(e['citations'][0][0] == day for e in now), \
                        sum(e['citations'][0][0] < day == e['citations'][-1][0] for e in now)])
print(json.dumps(rows))
";
    let shared = shared_data::folder()?;
    let (tools, data) = (shared.join("tools"), shared.join("data/entity-list-to-2022.json.xz"));
    let printed = shared_data::python(&["-c".as_ref(), MAKE.as_ref(), &*tools, &*data, folder])?;
    Some(serde_json::from_slice(&printed).unwrap())
}

#[tokio::test]
async fn three_years_of_the_real_list_are_rebuilt_within_64_mib() {
    let lists = tempfile::tempdir().unwrap();
    let Some(days) = three_years(lists.path()) else { return };
    let upstream = Upstream::start().await;
    upstream.answer(TITLES, titles("2022-12-31"));
    let dates: Vec<&str> = days.iter().map(|(day, ..)| day.as_str()).collect();
    upstream.answer(VERSIONS, versions(&dates));
    let document =
        |day: &str| Answer::gzip(&std::fs::read(lists.path().join(format!("{day}.xml"))).unwrap());
    for day in &dates {
        upstream.answer(&full(day), document(day));
    }
    let half = dates[dates.len() / 2];
    upstream.answer_in_turn(
        &full(half),
        vec![Answer::Delayed(Box::new(document(half))), document(half)],
    );
    let last = dates[dates.len() - 1];
    upstream.answer(&full(last), Answer::Delayed(Box::new(document(last))));

    let site = Site::new(&upstream, "");
    let backfill = ["backfill", "--source", "ecfr", "--from", "2020-01-01"];
    let mut child = site.start(&backfill);
    upstream.until_requested(2 + dates.len() / 2 + 1).await;
    child.kill().unwrap();
    finished(child).await;
    upstream.release();
    let requests = upstream.requests().len();
    let child = site.start(&backfill);
    // The plan and the remaining dates. The last answer is delayed.
    upstream.until_requested(requests + 2 + dates.len() - dates.len() / 2).await;
    let status =
        std::fs::read_to_string(format!("/proc/{}/status", child.id())).unwrap_or_default();
    let kib = |key: &str| -> usize {
        status
            .lines()
            .find_map(|line| line.strip_prefix(key)?.trim().strip_suffix(" kB")?.parse().ok())
            .unwrap_or(0)
    };
    let mib = |kib: usize| kib as f64 / 1024.0;
    let peak_kib = kib("VmHWM:");
    // The code of a debug build is several times as large. It is mapped from its file.
    let code_kib = if cfg!(debug_assertions) { kib("RssFile:") } else { 0 };
    println!(
        "VmHWM of a backfill of three years: {:.1} MiB, of which {:.1} MiB are a debug build's \
         code",
        mib(peak_kib),
        mib(code_kib)
    );
    assert!(peak_kib > 0 && peak_kib - code_kib <= 64 * 1024);
    upstream.release();
    let output = finished(child).await;
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));

    for (day, entries, added, revised) in &days {
        assert_eq!(site.names(&["entries", "--as-of", day]).await.len(), *entries, "{day}");
        if *day == dates[0] {
            continue;
        }
        let next = format!("{day}T23:59:59Z");
        let changes = site.json(&["changes", "--since", day, "--until", &next]).await;
        let of = |kind: &str| changes.iter().filter(|change| change["kind"] == kind).count();
        assert_eq!((of("added"), of("revised"), of("removed")), (*added, *revised, 0), "{day}");
    }
    let on_the_day = days
        .iter()
        .find(|(day, ..)| day == "2022-06-30")
        .map(|(_, _, added, revised)| (*added, *revised));
    assert_eq!(on_the_day, Some((41, 13)));
}

#[tokio::test]
async fn the_rule_of_june_2022_is_alerted_from_the_real_list() {
    let lists = tempfile::tempdir().unwrap();
    let Some(days) = three_years(lists.path()) else { return };
    let at = days.iter().position(|(day, ..)| day == "2022-06-30").unwrap();
    let upstream = Upstream::start().await;
    let (site, clock) = (Site::new(&upstream, "min_entries = { EL = 1000 }"), clock());
    let program = site.program(&clock).await;
    for (day, ..) in &days[at - 1..=at] {
        upstream.answer(TITLES, titles(day));
        upstream.answer(
            &full(day),
            Answer::gzip(&std::fs::read(lists.path().join(format!("{day}.xml"))).unwrap()),
        );
        let reply = check(&program).await;
        assert_eq!(reply.exit, 0, "{reply:?}");
        clock.advance(HOUR);
    }
    let changes = program
        .store
        .changes(&ChangeQuery { editorial: true, ..ChangeQuery::default() })
        .await
        .unwrap();
    let of = |kind| changes.iter().filter(|recorded| recorded.change.kind == kind).count();
    assert_eq!(
        (of(ChangeKind::Added), of(ChangeKind::Revised), of(ChangeKind::Removed)),
        (41, 13, 0)
    );
    let alerts = program.store.alerts(&AlertQuery::default()).await.unwrap();
    let alerted: usize = alerts
        .iter()
        .filter_map(|alert| alert.body.list_changed())
        .map(|data| data.changes.len())
        .sum();
    assert_eq!(alerted, 54, "every change is in an alert");
}

#[tokio::test]
async fn a_document_that_is_repaired_under_its_own_date_ends_the_hold() {
    let upstream = Upstream::start().await;
    let names = [
        "Amber", "Birch", "Cedar", "Dogwood", "Elder", "Fir", "Ginkgo", "Hazel", "Ivy", "Juniper",
        "Kapok", "Larch",
    ];
    let texts: Vec<String> = names
        .iter()
        .enumerate()
        .map(|(n, name)| format!("{name} Works, {n} Orchard Road, Wuxi, China."))
        .collect();
    let entries: Vec<(&str, &str)> =
        texts.iter().map(|text| (text.as_str(), "85 FR 36719, 6/18/20.")).collect();
    upstream.answer(TITLES, titles("2026-04-29"));
    upstream.answer(&full("2026-04-29"), part_744(&entries, ""));
    let (site, clock) = (Site::new(&upstream, "min_entries = { EL = 1 }"), clock());
    let program = site.program(&clock).await;
    assert_eq!(check(&program).await.exit, 0);

    upstream.answer(TITLES, titles("2026-04-30"));
    upstream.answer(&full("2026-04-30"), part_744(&entries[..3], ""));
    assert_eq!(check(&program).await.exit, 3);
    assert_eq!(check(&program).await.exit, 3, "it stays on hold as long as nothing else is served");
    upstream.answer(&full("2026-04-30"), part_744(&entries, ""));
    assert_eq!(check(&program).await.exit, 0);
    assert!(program.store.holds(true).await.unwrap().is_empty());

    let requests = targets(&upstream).len();
    assert_eq!(
        check(&program).await.lines[0],
        "ecfr: not modified: the publisher says that nothing changed"
    );
    assert_eq!(targets(&upstream).len(), requests + 1, "then the date alone is requested again");
}
