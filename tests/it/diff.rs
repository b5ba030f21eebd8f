//! Comparing two snapshots: the real lists replayed, with the truth beside them, and the cases that mislead.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::process::Command;

use entitywatch::diff::compare;
use entitywatch::domain::{Change, ChangeKind, Citation, Entry, ListCode, Severity, Summary};

fn shared() -> Option<PathBuf> {
    let shared = Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared");
    if shared.join("data").is_dir() {
        return Some(shared);
    }
    println!("skipped: ../shared/data is not here");
    None
}

fn python(arguments: &[&str]) {
    let output = Command::new("python3").arg("-B").args(arguments).output().expect("python3 runs");
    assert!(output.status.success(), "{arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
}

/// The Entity List as `make_lists.py MODE` writes it: before, after and the truth.
fn made(shared: &Path, mode: &str, day: &str, seed: &str) -> (Vec<Entry>, Vec<Entry>, serde_json::Value) {
    let folder = tempfile::tempdir().unwrap();
    let (tool, data) = (shared.join("tools/make_lists.py"), shared.join("data/entity-list-to-2022.json.xz"));
    let (tool, data, out) = (tool.to_str().unwrap(), data.to_str().unwrap(), folder.path().to_str().unwrap());
    python(&[tool, data, mode, day, out, "--seed", seed]);
    read_pair(folder.path(), "before/consolidated.csv", "after/consolidated.csv")
}

fn read_pair(folder: &Path, before: &str, after: &str) -> (Vec<Entry>, Vec<Entry>, serde_json::Value) {
    let truth = std::fs::read(folder.join("truth.json")).unwrap();
    (read(&folder.join(before)), read(&folder.join(after)), serde_json::from_slice(&truth).unwrap())
}

/// Just enough of the CSL's columns for comparing.
fn read(path: &Path) -> Vec<Entry> {
    let mut reader = csv::Reader::from_path(path).unwrap();
    let headers = reader.headers().unwrap().clone();
    reader
        .records()
        .map(|record| entry(&headers.iter().zip(record.unwrap().iter()).map(|(k, v)| (k.into(), v.trim().into())).collect()))
        .collect()
}

fn entry(columns: &BTreeMap<String, String>) -> Entry {
    let text = |column: &str| columns.get(column).cloned().unwrap_or_default();
    let list = |column: &str| -> Vec<String> { text(column).split("; ").filter(|part| !part.is_empty()).map(str::to_owned).collect() };
    let mut entry = Entry::named(ListCode::EL, text("name"));
    entry.aliases = list("alt_names");
    entry.addresses = list("addresses");
    let country =
        |address: &String| address.rsplit(", ").next().filter(|c| c.len() == 2 && c.chars().all(char::is_uppercase)).map(str::to_owned);
    entry.countries = entry.addresses.iter().filter_map(country).collect::<BTreeSet<_>>().into_iter().collect();
    entry.citations = list("federal_register_notice").iter().map(|text| Citation::from_text(text)).collect();
    entry.start_date = Some(text("start_date")).filter(|date| !date.is_empty());
    entry.license_requirement = text("license_requirement");
    entry.license_policy = text("license_policy");
    entry.remarks = text("remarks");
    if entry.license_requirement.contains("734.9(e)") {
        entry.footnotes = entry
            .license_requirement
            .trim_end_matches('.')
            .rsplit(' ')
            .next()
            .filter(|last| last.len() == 1)
            .map(str::to_owned)
            .into_iter()
            .collect();
    }
    for column in ["type", "programs", "title", "ids", "source_list_url", "dates_of_birth", "entity_number"] {
        entry.other.extend(Some((column.to_owned(), text(column))).filter(|(_, text)| !text.is_empty()));
    }
    entry.publisher_id = text("_id");
    entry
}

fn names(changes: &[Change], kind: ChangeKind, editorial: bool) -> BTreeSet<String> {
    changes
        .iter()
        .filter(|change| change.kind == kind && change.editorial == editorial)
        .map(|change| change.before.as_ref().unwrap_or(&change.entry).name.clone())
        .collect()
}

fn summary(changes: &[Change]) -> (usize, usize, usize, usize) {
    let summary = Summary::of(changes);
    (summary.added, summary.removed, summary.revised, summary.editorial)
}

#[test]
fn every_rule_of_three_years_adds_and_revises_what_it_says() {
    let Some(shared) = shared() else { return };
    let folder = tempfile::tempdir().unwrap();
    let days = folder.path().join("days");
    let script = "import sys; sys.path.insert(0, sys.argv[1]); import make_lists as m; \
                  open(sys.argv[3], 'w').write('\\n'.join(sorted({str(c[0]) for e in m.load(sys.argv[2]) for c in e['citations'] if c[0].year >= 2020})))";
    let (tools, data) = (shared.join("tools"), shared.join("data/entity-list-to-2022.json.xz"));
    python(&["-c", script, tools.to_str().unwrap(), data.to_str().unwrap(), days.to_str().unwrap()]);
    let days = std::fs::read_to_string(days).unwrap();
    let days: Vec<&str> = days.lines().filter(|day| *day < "2023").collect();
    let mut replayed = 0;
    for day in &days {
        let (before, after, truth) = made(&shared, "rule", day, "1");
        let count = |key: &str| usize::try_from(truth["csl_rows"][key].as_u64().unwrap()).unwrap();
        let (added, removed, revised, editorial) = summary(&compare(&before, &after));
        assert_eq!((added, removed, editorial), (count("added"), 0, 0), "{day}: {truth}");
        assert!((count("revised")..=count("revised") + count("split")).contains(&revised), "{day}: {revised} revised, {truth}");
        replayed += usize::from(added + revised > 0);
    }
    println!("{replayed} rules replayed");
    assert_eq!(replayed, days.len());
}

#[test]
fn the_rule_of_june_2022_adds_forty_rows_and_revises_thirteen() {
    let Some(shared) = shared() else { return };
    let (before, after, _) = made(&shared, "rule", "2022-06-30", "1");
    let (added, removed, revised, _) = summary(&compare(&before, &after));
    assert_eq!((added, removed), (40, 0));
    assert!((13..=14).contains(&revised), "{revised}");
}

#[test]
fn seeded_edits_are_found_by_name_and_kind() {
    let Some(shared) = shared() else { return };
    for seed in 1..=12 {
        let (before, after, truth) = made(&shared, "edits", "2022-06-30", &seed.to_string());
        let changes = compare(&before, &after);
        let truth = |kind: &str| -> BTreeSet<String> {
            truth[kind].as_array().unwrap().iter().map(|row| row["name"].as_str().unwrap().trim().to_owned()).collect()
        };
        for (kind, editorial, expected) in [
            (ChangeKind::Added, false, truth("added")),
            (ChangeKind::Removed, false, truth("removed")),
            (ChangeKind::Revised, false, truth("revised")),
            (ChangeKind::Revised, true, truth("editorial")),
        ] {
            let found = names(&changes, kind, editorial);
            let extra: Vec<_> = found.difference(&expected).collect();
            let missing: Vec<_> = expected.difference(&found).collect();
            assert!(
                extra.is_empty() && missing.is_empty(),
                "seed {seed}, {kind:?} editorial {editorial}: extra {extra:?}, missing {missing:?}"
            );
        }
    }
}

/// Parties that OFAC listed anew under another number on the same day: taking each for one with its successor is right.
const SUCCESSORS: [&str; 6] = ["SHUKR", "AQIL", "BM BANK", "ACTIVE BUSINESS CONSULT", "TORNADO CASH", "KADYROV"];

#[derive(Default, Debug, Clone, Copy)]
struct Renames {
    truth: usize,
    found: usize,
    possibly: usize,
    wrong: usize,
    edits_missed: usize,
}

#[test]
fn renamed_parties_of_a_real_sanctions_list_are_recognised() {
    let Some(shared) = shared() else { return };
    let folder = tempfile::tempdir().unwrap();
    let archive = shared.join("data/identity-2021-2022.tar.xz");
    python(&["-m", "tarfile", "-e", archive.to_str().unwrap(), folder.path().to_str().unwrap()]);
    let mut days: Vec<PathBuf> = std::fs::read_dir(folder.path()).unwrap().map(|day| day.unwrap().path()).collect();
    days.sort();
    let mut halves = [Renames::default(), Renames::default()];
    for (number, day) in days.iter().enumerate() {
        let (before, after, truth) = read_pair(day, "before.csv", "after.csv");
        judge(day, &compare(&before, &after), &truth, &mut halves[number % 2]);
    }
    for renames in halves {
        println!("{renames:?}");
    }
    let sum = |of: fn(&Renames) -> usize| halves.iter().map(of).sum::<usize>();
    let (truth, found, wrong) = (sum(|r| r.truth), sum(|r| r.found), sum(|r| r.wrong));
    #[expect(clippy::cast_precision_loss, reason = "counts of fifty")]
    let (recall, precision) = (found as f64 / truth as f64, found as f64 / (found + wrong) as f64);
    println!("recall {recall:.3}, precision {precision:.3}");
    assert_eq!(truth, 50);
    assert!(recall >= 0.90, "recall {recall}");
    assert!(precision >= 0.97, "precision {precision}");
    assert_eq!(sum(|r| r.edits_missed), 0);
}

fn judge(day: &Path, changes: &[Change], truth: &serde_json::Value, renames: &mut Renames) {
    let day = day.file_name().unwrap().to_string_lossy();
    let pairs: BTreeSet<(&str, &str)> = truth["renamed"]
        .as_array()
        .unwrap()
        .iter()
        .map(|pair| (pair[0].as_str().unwrap().trim(), pair[1].as_str().unwrap().trim()))
        .collect();
    let edited: BTreeSet<&str> = truth["edited"].as_array().unwrap().iter().map(|name| name.as_str().unwrap().trim()).collect();
    let revised: Vec<&Change> = changes.iter().filter(|change| change.kind == ChangeKind::Revised).collect();
    let pair_of = |change: &'_ Change| (change.before.as_ref().unwrap().name.clone(), change.entry.name.clone());
    let found: BTreeSet<(String, String)> = revised.iter().map(|change| pair_of(change)).collect();
    for pair in &pairs {
        renames.truth += 1;
        if found.contains(&(pair.0.to_owned(), pair.1.to_owned())) {
            renames.found += 1;
            continue;
        }
        let removal = changes.iter().find(|change| change.kind == ChangeKind::Removed && change.entry.name == pair.0);
        let is_possible = removal.is_some_and(|removal| removal.possibly_now.iter().any(|name| name == pair.1));
        renames.possibly += usize::from(is_possible);
        println!("{day}: missed {pair:?}, possibly: {is_possible}");
    }
    for change in &revised {
        let (before, after) = pair_of(change);
        let is_true = pairs.contains(&(before.as_str(), after.as_str())) || (before == after && edited.contains(before.as_str()));
        if !is_true && !SUCCESSORS.iter().any(|name| before.contains(name)) {
            renames.wrong += 1;
            println!("{day}: wrong {before} → {after}: {:?}", change.matched);
        }
    }
    for name in edited {
        // KADYROV's two rows became one that says what one of them said: the other is gone.
        if !revised.iter().any(|change| change.entry.name == name) && !name.starts_with("KADYROV") {
            renames.edits_missed += 1;
            println!("{day}: edit of {name} missed");
        }
    }
}
