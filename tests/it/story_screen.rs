//! A counterparty file against a list file and against the current lists of the store: what is
//! printed, in which order, and with which exit code.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use entitywatch::domain::{Entry, ListCode};
use entitywatch::parse::parse;
use entitywatch::screen::prepared::PreparedParties;
use entitywatch::screen::shortlist::{is_at_one, shortlist};
use entitywatch::screen::{Counterparty, Options, Screener, batch};
use entitywatch::watchlist::{self, Columns};
use serde_json::Value;

use crate::list::{Row, file, row, rows};
use crate::shared_data;
use crate::world::{Site, World};

const CUSTOMERS: &str = "\
Customer No,Name,Other names,Address,Country,Owner\n\
C2,\"Tianshan Avionic Inst.\",,,CN,A. Reviewer\n\
C1,Birchgrove Supplies,,\"Beijing, Xueyuan Rd. 8\",,\n\
,No id,,,,\n\
C3,Cedarholm Imports,,\"9 Xueyuan Road, Beijing\",,\n\
C2,A second C2,,,,\n";

fn list() -> Vec<Row> {
    let mut list = rows(60);
    list.push(row("Tianshan Avionics Institute", "87 FR 38925").at("8 Xueyuan Road, Beijing, CN"));
    list
}

fn json(text: &str) -> Value {
    serde_json::from_str(text).unwrap_or_else(|error| panic!("{error}: {text}"))
}

#[tokio::test]
async fn a_counterparty_file_is_compared_with_a_list_file() {
    let site = Site::new().await;
    let (customers, against) =
        (site.folder.path().join("customers.csv"), site.folder.path().join("l.csv"));
    std::fs::write(&customers, CUSTOMERS).unwrap();
    std::fs::write(&against, file(&list())).unwrap();
    let (customers, against) = (customers.to_str().unwrap(), against.to_str().unwrap());
    let arguments = ["screen", "--watchlist", customers, "--against", against];

    let ended = site.command(&[&arguments[..], &["--output", "json"]].concat()).await;
    assert_eq!(ended.exit, Some(1), "two rows were not compared: {}", ended.stderr);
    let found = json(&ended.stdout);
    assert_eq!(found["screened"]["counterparties"], 3);
    assert_eq!(found["screened"]["entries"], 61);
    assert_eq!(found["screened"]["list_sha256"].as_str().map(str::len), Some(64));
    assert_eq!(found["screened"]["watchlist_sha256"].as_str().map(str::len), Some(64));
    let matches = found["matches"].as_array().unwrap();
    let shown: Vec<(&str, &str)> = matches
        .iter()
        .map(|found| {
            (found["counterparty"]["id"].as_str().unwrap(), found["band"].as_str().unwrap())
        })
        .collect();
    assert_eq!(shown, [("C2", "strong"), ("C1", "review")], "in the order of the file");
    let first = &matches[0];
    assert_eq!(first["watchlist"], "customers");
    assert_eq!(first["entry"]["name"], "Tianshan Avionics Institute");
    assert_eq!(first["counterparty"]["owner"], "A. Reviewer");
    assert_eq!(first["compared"]["counterparty"], "Tianshan Avionic Inst.");
    assert_eq!((&first["state"], &first["cause"]), (&"open".into(), &"first-screening".into()));
    assert_eq!(matches[1]["reasons"][0], "the same address, under another name");

    // Bad rows are named with their line, and cost no other row.
    for expected in ["line 4: expected an id", "line 6: expected an id of its own, but `C2`"] {
        assert!(ended.stderr.contains(expected), "{}", ended.stderr);
    }

    // The same rows give the same ids.
    let again = site.command(&[&arguments[..], &["--output", "json"]].concat()).await;
    assert_eq!(again.stdout, ended.stdout);

    let csv = site.command(&[&arguments[..], &["--output", "csv"]].concat()).await;
    let lines: Vec<&str> = csv.stdout.lines().collect();
    assert_eq!(lines.len(), 3, "{}", csv.stdout);
    assert!(lines[0].starts_with("match_id,watchlist,band,score,id,name"), "{}", lines[0]);

    let text = site.command(&arguments).await;
    assert!(text.stdout.contains("strong"), "{}", text.stdout);
    assert!(text.stderr.contains("no match is not a clearance"), "{}", text.stderr);

    // Below the review band only if it is asked for.
    let all = site
        .command(
            &[&arguments[..], &["--min-score", "0", "--top", "1", "--output", "json"]].concat(),
        )
        .await;
    let all = json(&all.stdout);
    assert!(all["matches"].as_array().unwrap().iter().all(|found| found["score"].is_number()));
    let strict =
        site.command(&[&arguments[..], &["--min-score", "1", "--output", "json"]].concat()).await;
    assert_eq!(json(&strict.stdout)["matches"], serde_json::json!([]));
}

#[tokio::test]
async fn one_counterparty_is_compared_with_the_current_lists_of_the_store() {
    let world = World::with_baseline(Site::new().await, &list()).await;
    let ended = world
        .command(&[
            "screen",
            "--name",
            "TIANSHAN AVIONICS INSTITUTE",
            "--country",
            "China",
            "--output",
            "json",
        ])
        .await;
    assert_eq!(ended.exit, Some(0), "{}", ended.stderr);
    let found = json(&ended.stdout);
    assert_eq!(found["screened"]["entries"], 61);
    assert_eq!(found["screened"]["watchlist_sha256"], Value::Null);
    assert_eq!(found["matches"][0]["score"], 1.0);
    assert_eq!(found["matches"][0]["counterparty"]["country"], "CN");
    let none = world.command(&["screen", "--name", "Birchgrove Supplies"]).await;
    assert_eq!((none.exit, none.stdout.as_str()), (Some(0), "no match\n"), "{}", none.stderr);
}

#[tokio::test]
async fn what_would_compare_nothing_is_refused() {
    let site = Site::new().await;
    let against = site.folder.path().join("l.csv");
    std::fs::write(&against, file(&list())).unwrap();
    let against = ["--against", against.to_str().unwrap()];
    for asked in [&["--name", ""][..], &["--name", " . "], &["--name", "Cedarholm", "--top", "0"]] {
        let ended = site.command(&[&["screen"], asked, &against[..]].concat()).await;
        assert_eq!(ended.exit, Some(2), "{asked:?}: {}", ended.stderr);
        assert!(ended.stderr.contains("expected a"), "{asked:?}: {}", ended.stderr);
    }
    // A row whose country nobody knows is compared, so nothing failed.
    let customers = site.folder.path().join("customers.csv");
    std::fs::write(&customers, "id,name,country\nC1,Cedarholm,Atlantis\n").unwrap();
    let asked = ["screen", "--watchlist", customers.to_str().unwrap()];
    let ended = site.command(&[&asked[..], &against].concat()).await;
    assert_eq!(ended.exit, Some(0), "{}", ended.stderr);
    assert!(ended.stderr.contains("line 2: expected an ISO 3166-1 code"), "{}", ended.stderr);
}

#[tokio::test]
async fn what_cannot_be_read_is_an_error_that_says_where() {
    let site = Site::new().await;
    let path = |name: &str| site.folder.path().join(name).to_str().unwrap().to_owned();
    let write = |name: &str, text: &str| std::fs::write(path(name), text).unwrap();
    write("customers.csv", CUSTOMERS);
    write("no-header.csv", "a,b\n1,2\n");
    write("cut.csv", &file(&list())[..3000]);
    for (watchlist, against, exit, expected) in [
        ("customers.csv", "cut.csv", 1, "cut.csv"),
        ("customers.csv", "none.csv", 1, "none.csv"),
        ("none.csv", "customers.csv", 1, "customers.csv"),
        ("no-header.csv", "list.csv", 1, "expected a header with a column for id"),
    ] {
        write("list.csv", &file(&list()));
        let ended = site
            .command(&["screen", "--watchlist", &path(watchlist), "--against", &path(against)])
            .await;
        assert_eq!(ended.exit, Some(exit), "{watchlist} {against}: {}", ended.stderr);
        assert!(ended.stderr.contains(expected), "{expected}: {}", ended.stderr);
    }
    // Without a store there is nothing to compare with.
    let ended = site.command(&["screen", "--watchlist", &path("customers.csv")]).await;
    assert_eq!(ended.exit, Some(1), "{}", ended.stderr);
    let ended = site.command(&["screen"]).await;
    assert_eq!(ended.exit, Some(2), "{}", ended.stderr);
}

/// Makes counterparties of the real list with what is true of them, in a folder. Returns the folder
/// of the real data, or `None` if it or Python is not there.
fn make_counterparties(folder: &Path, seed: usize) -> Option<PathBuf> {
    let shared = shared_data::folder()?;
    let arguments = [
        text(shared.join("tools/make_watchlist.py")),
        text(shared.join("data/entity-list-to-2022.json.xz")),
        text(folder.to_owned()),
        "--others".into(),
        text(shared.join("data/clean-names.txt.xz")),
        "--clean".into(),
        "5000".into(),
        "--from-year".into(),
        "2020".into(),
        "--seed".into(),
        seed.to_string(),
    ];
    shared_data::python(&arguments).map(|_| shared)
}

fn text(path: PathBuf) -> String {
    path.to_str().unwrap().to_owned()
}

/// The made counterparties, and what other writers make of listed names: in other scripts, joined
/// with the next word, as initials, in parentheses, at the listed address.
fn counterparties_near(entries: &[Entry], folder: &Path) -> Vec<Counterparty> {
    let read = watchlist::read(&folder.join("watchlist.csv"), &Columns::default()).unwrap();
    let mut parties = read.counterparties;
    for (at, entry) in entries.iter().enumerate() {
        let words: Vec<&str> = entry.name.split(' ').collect();
        let (head, tail) = words.split_at(at % words.len());
        let name = match at % 7 {
            0 => in_cyrillic(&entry.name),
            1 => format!("{} {}", head.concat(), tail.join(" ")),
            2 => words.iter().filter_map(|word| word.chars().next()).collect(),
            3 => format!("Birch ({})", entry.name),
            4 => format!("{}; Birchgrove Supplies", tail.join(" ")),
            5 => format!("{}company, {}", head.join(" "), tail.join(" ")),
            _ => entry.aliases.first().cloned().unwrap_or_default().replace(' ', "-"),
        };
        parties.push(Counterparty {
            id: format!("N{at}"),
            name,
            addresses: entry.addresses.iter().skip(at % 3).take(at % 2).cloned().collect(),
            ..Counterparty::default()
        });
    }
    parties
}

fn in_cyrillic(name: &str) -> String {
    let letters = "abcdefghiklmnoprstuvz".chars().zip("абцдефгхиклмнопрстувз".chars());
    let letters: BTreeMap<char, char> = letters.collect();
    let turn = |letter: char| letters.get(&letter.to_ascii_lowercase()).copied().unwrap_or(letter);
    name.chars().map(turn).collect()
}

/// The places of the entries of each rule. Small rules that follow each other are taken together.
fn rules_together(entries: &[Entry]) -> Vec<Vec<usize>> {
    let mut of_day: BTreeMap<&str, Vec<usize>> = BTreeMap::new();
    for (place, entry) in entries.iter().enumerate() {
        of_day.entry(entry.start_date.as_deref().unwrap_or_default()).or_default().push(place);
    }
    let mut rules: Vec<Vec<usize>> = Vec::new();
    for (_, places) in of_day {
        match rules.last_mut().filter(|last| last.len() < 40) {
            Some(last) => last.extend(places),
            None => rules.push(places),
        }
    }
    rules
}

/// A check compares only the counterparties of the shortlist with the changed entries.
#[test]
fn the_shortlist_of_each_rule_has_every_match_of_a_whole_comparison() {
    let (mut compared, mut left_out) = (0, 0);
    for seed in 4..=6 {
        let folder = tempfile::tempdir().unwrap();
        if make_counterparties(folder.path(), seed).is_none() {
            return;
        }
        let list = std::fs::File::open(folder.path().join("consolidated.csv")).unwrap();
        let entries = parse(list, &[ListCode::EL]).unwrap().entries;
        let parties = counterparties_near(&entries, folder.path());
        let screener = Screener::new(entries.clone());
        // As a check reads them from the store.
        let prepared = PreparedParties::of(&parties, 2).to_bytes();
        let prepared = PreparedParties::from_bytes(&prepared).unwrap();
        let rules = rules_together(&entries);
        let mut matches: BTreeMap<usize, BTreeSet<usize>> = BTreeMap::new();
        let mut place = 0;
        batch::screen_all(&screener, &parties, Options::default(), 2, &mut |_, found| {
            for entry in found.iter().flat_map(|found| found.sharing.iter().chain([&found.entry])) {
                matches.entry(*entry).or_default().insert(place);
            }
            place += 1;
            Ok::<(), ()>(())
        })
        .unwrap();
        // All rules in each seed would take minutes in a debug build.
        for places in rules.iter().skip(seed % 3).step_by(3) {
            let is_at_one = is_at_one(&screener, places);
            let mut near = shortlist(&screener, places, &prepared, 2);
            near.retain(|near| near.by_name || is_at_one(&parties[near.place]));
            let near: Vec<usize> = near.into_iter().map(|near| near.place).collect();
            left_out += parties.len() - near.len();
            for place in places.iter().filter_map(|entry| matches.get(entry)).flatten() {
                compared += 1;
                assert!(near.binary_search(place).is_ok(), "{:?}", parties[*place]);
            }
        }
    }
    assert!(compared > 1000 && left_out > compared, "{compared} {left_out}");
}

/// The rates that `config/README.md` states, on parties that were first listed from 2020 to 2022.
#[tokio::test]
async fn the_stated_rates_hold_on_the_real_list() {
    let site = Site::new().await;
    let folder = site.folder.path().join("made");
    let Some(shared) = make_counterparties(&folder, 4) else { return };
    let ended = site
        .command(&[
            "screen",
            "--watchlist",
            &text(folder.join("watchlist.csv")),
            "--against",
            &text(folder.join("consolidated.csv")),
            "--min-score",
            "0",
            "--top",
            "5",
            "--output",
            "json",
        ])
        .await;
    assert_eq!(ended.exit, Some(0), "{}", ended.stderr);
    let matches = text(site.folder.path().join("matches.json"));
    std::fs::write(&matches, &ended.stdout).unwrap();
    let scored = shared_data::python(&[
        text(shared.join("tools/score_watchlist.py")),
        text(folder),
        matches,
        "--json".into(),
    ]);
    let figures = json(&String::from_utf8(scored.unwrap()).unwrap());
    let figure = |kind: &str, of: &str| figures[kind][of].as_f64().unwrap();
    for kind in ["same", "space", "legal", "order", "typo", "romanised", "short", "dropped"] {
        assert!(figure(kind, "shown") >= 0.97, "{kind}: {figures:#}");
        assert!(figure(kind, "strong") >= 0.90, "{kind}: {figures:#}");
    }
    assert!(figure("alias", "shown") >= 0.55, "{figures:#}");
    assert!(figure("address", "shown") >= 0.95, "{figures:#}");
    assert!(figure("number", "shown") <= 0.03, "{figures:#}");
    assert!(figure("sister", "shown") <= 0.40, "{figures:#}");
    assert!(figure("sister", "strong") <= 0.05, "{figures:#}");
    assert!(figure("clean", "shown") <= 0.015, "{figures:#}");
    assert!(figures["recall_at_1_percent"].as_f64().unwrap() >= 0.80, "{figures:#}");
}
