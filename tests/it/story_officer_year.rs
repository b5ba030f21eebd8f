//! One story of an officer, from the first screening to a relisting and a bad file: what each
//! receiver got at each step, and that no other receiver sees a counterparty anywhere.

use std::collections::BTreeMap;
use std::time::Duration;

use entitywatch::domain::matching::match_record::{EndReason, MatchRecord};
use entitywatch::domain::{MatchState, TokenHash};
use serde_json::Value;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use crate::list::{Row, rows};
use crate::officer::{
    OURS, PLANTED, customers, newcomer, others, site, text_of_mail, with, write, write_customers,
};
use crate::sinks::HttpSink;
use crate::world::{Site, World, changes, within};

/// What the receivers got since the last look.
struct Ledger {
    officer: usize,
    erp: usize,
}

/// One step: the types and the counterparties that `officer` got, and the changes that `erp` got.
#[derive(Debug, PartialEq, Eq)]
struct Step {
    officer: Vec<(String, Vec<String>)>,
    erp: Vec<(String, String)>,
}

impl Ledger {
    fn step(&mut self, world: &World) -> Step {
        let received = world.webhook.received();
        let own: Vec<Value> = received
            .iter()
            .filter(|received| received.path == "/officer")
            .map(crate::sinks::Received::json)
            .collect();
        let officer = own.iter().skip(self.officer).map(|body| {
            let of_changes = body["data"]["changes"].as_array().into_iter().flatten();
            let lists = of_changes.map(|change| change["matches"].clone());
            let lists: Vec<Value> = lists.chain([body["data"]["matches"].clone()]).collect();
            let found = lists.iter().filter_map(Value::as_array).flatten().map(|found| {
                let text = |value: &Value| value.as_str().unwrap().to_owned();
                format!("{} {}", text(&found["counterparty"]["id"]), text(&found["state"]))
            });
            (body["type"].as_str().unwrap().to_owned(), found.collect())
        });
        let officer = officer.collect();
        let alerts = world.alerts();
        // `world.alerts` has those of `officer` too.
        let erp: Vec<(String, String)> = received
            .iter()
            .filter(|received| received.path != "/officer")
            .skip(self.erp)
            .map(crate::sinks::Received::json)
            .filter(|body| body["type"].as_str().is_some_and(|kind| kind.starts_with("list.")))
            .flat_map(|body| changes(&body))
            .collect();
        assert!(alerts.len() <= received.len());
        self.officer = own.len();
        self.erp = received.iter().filter(|received| received.path != "/officer").count();
        Step { officer, erp }
    }
}

fn step(officer: &[(&str, &[&str])], erp: &[(&str, &str)]) -> Step {
    Step {
        officer: officer
            .iter()
            .map(|(kind, found)| {
                ((*kind).to_owned(), found.iter().map(|found| (*found).to_owned()).collect())
            })
            .collect(),
        erp: erp.iter().map(|(kind, name)| ((*kind).to_owned(), (*name).to_owned())).collect(),
    }
}

async fn of(world: &World, id: &str) -> Vec<MatchRecord> {
    let all = world.matches().await;
    all.into_iter().filter(|record| record.found.counterparty.id == id).collect()
}

/// The rows of the list, with the first one and the newcomer as they are now.
fn listed(first: &Row, more: &[Row]) -> Vec<Row> {
    let others = rows(40).into_iter().skip(1);
    [first.clone()].into_iter().chain(others).chain(more.iter().cloned()).collect()
}

#[tokio::test]
async fn an_officer_is_alerted_of_what_matters_once_and_the_others_of_what_changed() {
    let mut site = site("").await;
    site.sections.push_str("max_age = \"36h\"\n");
    let mut first = rows(1).remove(0);
    let known = |address: &str| format!("K1,{},,\"{address}\",AF,", first.name);
    let (street, short) = (known("1 bar Street, Kabul"), known("1 BAR ST., Kabul"));
    write_customers(&site, &[&street, OURS]);
    let world = World::with_baseline(site, &rows(40)).await;
    let mut ledger = Ledger { officer: 0, erp: 0 };
    let matched = "watchlist.matched";
    let changed = "list.changed";
    assert_eq!(ledger.step(&world), step(&[(matched, &["K1 open"])], &[]), "the first screening");
    assert_eq!(world.dismiss(&of(&world, "K1").await[0]).await.exit, 0);

    // One of ours is added.
    let name = newcomer().name;
    world.publish(&listed(&first, &[newcomer()]));
    world.next_check().await;
    let expected = step(&[(changed, &["C1 open"])], &[("added", &name)]);
    assert_eq!(ledger.step(&world), expected);
    let confirmed = of(&world, "C1").await.remove(0);
    assert_eq!(world.confirm(&confirmed).await.exit, 0);

    // A citation and a license change, and an export that writes "St." for "Street".
    first.citation.push_str("; 88 FR 66273");
    first.policy = "Case-by-case review.".to_owned();
    world.publish(&listed(&first, &[newcomer()]));
    write_customers(&world, &[&short, OURS]);
    world.next_check().await;
    let expected = step(&[(changed, &[])], &[("revised", &first.name)]);
    assert_eq!(ledger.step(&world), expected, "the dismissal is in force");
    assert_eq!(of(&world, "K1").await[0].state(), MatchState::Dismissed);

    // An alias: what the dismissal rests on has changed.
    first = first.known_as("Cedarholm Radar");
    world.publish(&listed(&first, &[newcomer()]));
    world.next_check().await;
    let expected = step(&[(changed, &["K1 stale"])], &[("revised", &first.name)]);
    assert_eq!(ledger.step(&world), expected);
    assert_eq!(world.dismiss(&of(&world, "K1").await[0]).await.exit, 0);

    // The confirmed party is amended, renamed, delisted and relisted.
    let amended = newcomer().at("9 Xueyuan Road, Beijing, CN");
    world.publish(&listed(&first, std::slice::from_ref(&amended)));
    world.next_check().await;
    let of_confirmed: &[(&str, &[&str])] = &[(changed, &["C1 confirmed"])];
    assert_eq!(ledger.step(&world), step(of_confirmed, &[("revised", &name)]));
    let renamed = Row { name: "Tianshan Avionics Research Institute".into(), ..amended };
    world.publish(&listed(&first, std::slice::from_ref(&renamed)));
    world.next_check().await;
    assert_eq!(ledger.step(&world), step(of_confirmed, &[("revised", &renamed.name)]));
    world.publish(&listed(&first, &[]));
    world.next_check().await;
    assert_eq!(ledger.step(&world), step(of_confirmed, &[("removed", &renamed.name)]));
    let ended = of(&world, "C1").await.remove(0);
    assert_eq!(ended.ended.map(|end| end.why), Some(EndReason::EntryRemoved));
    world.clock.advance(Duration::from_secs(30 * 86_400));
    world.publish(&listed(&first, std::slice::from_ref(&renamed)));
    world.next_check().await;
    assert_eq!(ledger.step(&world), step(of_confirmed, &[("added", &renamed.name)]));
    let back = of(&world, "C1").await.remove(0);
    assert_eq!(back.found.match_id, confirmed.found.match_id, "one decision");
    assert_eq!((back.state(), back.ended), (MatchState::Confirmed, None));

    // A counterparty is added, renamed, removed, and back under a reused id.
    let (second, third) = (rows(3).remove(1).name, rows(3).remove(2).name);
    let added = format!("N1,{second},,,AF,");
    write_customers(&world, &[&short, OURS, &added]);
    world.next_check().await;
    assert_eq!(ledger.step(&world), step(&[(matched, &["N1 open"])], &[]));
    let quiet = "N1,Quiet Kiosk Plantedname,,,AF,";
    write_customers(&world, &[&short, OURS, quiet]);
    world.next_check().await;
    assert_eq!(ledger.step(&world), step(&[], &[]), "it is not similar any more");
    let ended = of(&world, "N1").await.remove(0);
    assert_eq!(ended.ended.map(|end| end.why), Some(EndReason::NoLongerSimilar));
    write_customers(&world, &[&short, OURS]);
    world.next_check().await;
    let reused = format!("N1,{third},,,AF,");
    write_customers(&world, &[&short, OURS, &reused]);
    world.next_check().await;
    assert_eq!(ledger.step(&world), step(&[(matched, &["N1 open"])], &[]));
    let both = of(&world, "N1").await;
    assert_eq!(both.iter().filter(|record| record.ended.is_none()).count(), 1);
    assert_eq!(both.len(), 2, "another counterparty");

    // The file is cut in half, then gone, then old: the last good content stays in use.
    let all = customers(&[&short, OURS, &reused]);
    let all: Vec<&str> = all.iter().map(String::as_str).collect();
    write(&world, &all[..20]);
    assert_eq!(world.next_check().await.exit, 3);
    let path = world.folder.path().join("customers.csv");
    std::fs::remove_file(&path).unwrap();
    assert_eq!(world.next_check().await.exit, 1);
    write(&world, &all);
    let written: jiff::Timestamp = "2022-07-01T00:00:00Z".parse().unwrap();
    let file = std::fs::File::options().write(true).open(&path).unwrap();
    file.set_modified(written.into()).unwrap();
    drop(file);
    assert_eq!(world.next_check().await.exit, 0);
    assert_eq!(ledger.step(&world), step(&[], &[]), "operators are alerted, not readers");
    let failing = |words: &str| world.subjects().iter().filter(|s| s.contains(words)).count();
    assert_eq!((failing("is on hold"), failing("is missing"), failing("is too old")), (1, 1, 1));
    // A relisting that is undone on the same day is a correction.
    world.publish(&listed(&first, &[]));
    world.next_check().await;
    let corrected: &[(&str, &[&str])] = &[("list.corrected", &["C1 confirmed"])];
    assert_eq!(ledger.step(&world), step(corrected, &[("removed", &renamed.name)]));
    let screening = world.last_screening("list.corrected").await;
    assert_eq!(screening.watchlists[0].problem.as_ref().unwrap().kind.as_str(), "old");
    assert_eq!(screening.watchlists[0].counterparties, 43);
    world.nothing_leaks().await;
    world.journal_kinds().await;
}

const READER: &str = "ewt_the-token-of-cy-who-reads";

/// What the daemon answers to a GET of somebody who is not signed in.
async fn page(site: &Site, path: &str) -> String {
    let log = std::fs::read_to_string(site.log_path()).unwrap();
    let address = log.rsplit("server.listen=").next().unwrap().split_whitespace().next().unwrap();
    let mut stream = TcpStream::connect(address).await.unwrap();
    let request = format!("GET {path} HTTP/1.1\r\nHost: {address}\r\nConnection: close\r\n\r\n");
    stream.write_all(request.as_bytes()).await.unwrap();
    let mut answer = Vec::new();
    within(path, stream.read_to_end(&mut answer)).await.unwrap();
    String::from_utf8_lossy(&answer).into_owned()
}

/// All ids in a JSON text that begin so.
fn ids(text: &str, prefix: &str) -> Vec<String> {
    let mut all: Vec<String> =
        text.split('"').filter(|part| part.starts_with(prefix)).map(str::to_owned).collect();
    all.sort();
    all.dedup();
    all
}

#[tokio::test]
async fn a_planted_counterparty_is_in_no_output_for_those_without_the_right_to_see_it() {
    let mut site = site("acknowledge_within = \"4h\"").await;
    site.schedule = "* * * * * *";
    site.listen = "127.0.0.1:0";
    site.server_keys = "public_reading = true".to_owned();
    site.log = "info,entitywatch=debug";
    let hash = TokenHash::of(READER).hex();
    site.sections = format!(
        "[[person]]\nname = \"cy\"\nrole = \"reader\"\ntoken_sha256 = \
         \"{hash}\"\n[backup]\nschedule = \"*/5 * * * * *\"\nfolder = \"{}\"\nkeep = \
         1\n[assurance]\nschedule = \"* * * * * *\"\nreceivers = [\"erp\", \"desk\", \
         \"compliance\"]\n{}",
        site.folder.path().join("backup").display(),
        site.sections
    );
    write_customers(&site, &[OURS, "C2,,,,Plantedname,Plantedname"]);
    site.publish(&rows(40));
    let mut seen: BTreeMap<String, String> = BTreeMap::new();
    let first = site.command(&["check"]).await;
    assert_eq!(first.exit, Some(0), "{first:?}");
    seen.insert("check".to_owned(), first.stdout + &first.stderr);
    site.publish(&with(&[newcomer()]));
    let daemon = site.run().await;
    let has_match = |sink: &HttpSink| {
        let all = sink.received();
        all.iter().any(|r| r.path == "/officer" && r.body.contains("Plantedname"))
    };
    within("the match", site.webhook.until(has_match)).await;
    let listed = site.command(&["matches", "list", "--output", "json"]).await.stdout;
    assert!(listed.contains(PLANTED), "who may see it does: {listed}");
    let id = ids(&listed, "mat_").remove(0);
    let note = ["--reason", "other", "--note", "Plantedname is a bakery"];
    let dismiss = [&["matches", "dismiss", &id, "--by", "Ann"][..], &note[..]].concat();
    let dismissed = site.command(&dismiss).await;
    assert_eq!(dismissed.exit, Some(0), "{dismissed:?}");
    seen.insert("dismiss".to_owned(), dismissed.stdout + &dismissed.stderr);
    // A cut file: a hold.
    write(&site, &others().iter().take(9).map(String::as_str).collect::<Vec<_>>());
    let is_failing = |mails: &[crate::sinks::Mail]| {
        let subjects = mails.iter().filter_map(|mail| mail.header("Subject"));
        subjects.into_iter().any(|subject| subject.contains("on hold"))
    };
    within("the hold", site.smtp.until(is_failing)).await;

    // Every path without a parameter, and one of each kind with one, for the public.
    let openapi = page(&site, "/api/openapi.json").await;
    assert!(openapi.starts_with("HTTP/1.1 200"), "{openapi}");
    let api = openapi.split('"').filter(|part| part.starts_with("/api/")).map(str::to_owned);
    let mut paths: Vec<String> = api.collect();
    paths.extend(
        [
            "/",
            "/changes",
            "/entries",
            "/rules",
            "/alerts",
            "/items",
            "/deliveries",
            "/holds",
            "/matches",
            "/watchlists",
            "/receivers",
            "/sources",
            "/feed.atom",
            "/metrics",
            "/healthz",
            "/readyz",
        ]
        .map(str::to_owned),
    );
    let all_ids: Vec<(&str, Vec<String>)> = {
        let mut text = String::new();
        for path in ["alerts", "deliveries", "changes", "entries", "items", "holds"] {
            text.push_str(&page(&site, &format!("/api/{path}")).await);
        }
        let of = |prefix: &'static str| (prefix, ids(&text, prefix));
        ["alr_", "dlv_", "chg_", "ent_", "itm_"].map(of).to_vec()
    };
    assert!(all_ids.iter().take(4).all(|(_, ids)| !ids.is_empty()), "{all_ids:?}");
    let mut with_ids: Vec<String> = Vec::new();
    for path in paths {
        let Some((before, rest)) = path.split_once('{') else {
            with_ids.push(path);
            continue;
        };
        let after = rest.split_once('}').map_or("", |(_, after)| after);
        for id in all_ids.iter().flat_map(|(_, ids)| ids.iter().take(4)) {
            with_ids.push(format!("{before}{id}{after}"));
        }
    }
    for (folder, prefix) in
        [("alerts", "alr_"), ("deliveries", "dlv_"), ("changes", "chg_"), ("items", "itm_")]
    {
        let own = all_ids.iter().filter(|(other, _)| *other == prefix);
        with_ids.extend(own.flat_map(|(_, ids)| ids).map(|id| format!("/{folder}/{id}")));
    }
    with_ids.push(format!("/matches/{id}"));
    let mut answered = 0;
    for path in with_ids {
        let shown = page(&site, &path).await;
        answered += usize::from(shown.starts_with("HTTP/1.1 200"));
        seen.insert(path, shown);
    }
    assert!(answered > 30, "{answered} pages were shown");

    let day = |hours: i64| {
        let at = jiff::Timestamp::now() + jiff::SignedDuration::from_hours(hours);
        at.strftime("%Y-%m-%d").to_string()
    };
    let report =
        |format: &str| format!("report --from {} --to {} --format {format}", day(-24), day(24));
    let reports = [report("csv"), report("html"), report("text")];
    let alerts = ids(&site.command(&["alerts", "--output", "json"]).await.stdout, "alr_");
    let mut commands: Vec<Vec<String>> = Vec::new();
    for alert in &alerts {
        for format in ["text", "html", "slack", "json"] {
            let words = ["alerts", "show", alert.as_str(), "--format", format];
            commands.push(words.map(str::to_owned).to_vec());
        }
    }
    for words in [
        "alerts --output csv",
        "deliveries --output csv",
        "changes --output jsonl",
        "items list --output json",
        "holds list --all --output json",
        "receivers list --output json",
        "sources --output json",
        "status --output json",
        "journal export",
        "journal verify",
        "config show",
        "config check",
        "check",
    ]
    .into_iter()
    .chain(reports.iter().map(String::as_str))
    {
        commands.push(words.split(' ').map(str::to_owned).collect());
    }
    for words in commands {
        let words: Vec<&str> = words.iter().map(String::as_str).collect();
        let ended = site.command(&words).await;
        seen.insert(words.join(" "), ended.stdout + &ended.stderr);
    }
    // The decisions beside the backups, for who repeats them.
    let mut exports = 0;
    for item in std::fs::read_dir(site.folder.path().join("backup")).unwrap() {
        let path = item.unwrap().path();
        // A backup that was replaced meanwhile.
        let Ok(text) = std::fs::read(&path) else { continue };
        if path.extension().is_none_or(|end| end != "db") && !text.starts_with(b"SQLite") {
            exports += usize::from(String::from_utf8_lossy(&text).contains("match.dismissed"));
            seen.insert(path.display().to_string(), String::from_utf8_lossy(&text).into_owned());
        }
    }
    assert_eq!(exports, 1, "the decision is exported");
    seen.insert("log".to_owned(), daemon.log());
    assert_eq!(daemon.stop().await, Some(0));
    let others = site.webhook.received().into_iter().filter(|r| r.path != "/officer");
    seen.extend(others.enumerate().map(|(at, received)| (format!("erp {at}"), received.body)));
    let posts = site.slack.received().into_iter().enumerate();
    seen.extend(posts.map(|(at, received)| (format!("desk {at}"), received.body)));
    let mails = site.smtp.mails().into_iter().enumerate();
    seen.extend(mails.map(|(at, mail)| (format!("mail {at}"), text_of_mail(&mail.data))));
    assert!(seen.values().any(|text| text.contains("87 FR 38925")), "attachments are read");
    assert!(seen.values().any(|text| text.contains("<sheetData")), "workbooks are unpacked");
    let assured = seen.values().any(|text| text.contains("\"assurance\""));
    assert!(assured, "an assurance was sent");
    for (what, text) in &seen {
        let at = text.find("Plantedname");
        let around = at.map(|at| text.get(at.saturating_sub(80)..).unwrap_or(text));
        assert!(at.is_none(), "a counterparty leaked in {what}: {around:?}");
    }
}
