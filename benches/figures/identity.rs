//! Matching entries: lists in which every row changed, lists made to take long, and known renames.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::process::Command;

use entitywatch::compare_files::compare_files;
use entitywatch::diff::compare;
use entitywatch::domain::{Change, ChangeKind, Citation, Entry, ListCode, Summary};

use crate::report::{heading, line, ms, skipped, timed};

pub fn figures() {
    heading("Identity: lists in which every row changed, and lists made to take long");
    let changed = |name: &str, before: Vec<Entry>, after: Vec<Entry>| {
        let mut changes = Vec::new();
        let time = timed(|| changes = compare(&before, &after));
        let Summary { added, removed, revised, editorial } = Summary::of(&changes);
        line(name, ms(time), format!("+{added} −{removed} ~{revised} ({editorial})"));
    };
    let rows =
        |count: u32, make: &dyn Fn(u32) -> Entry| (0..count).map(make).collect::<Vec<Entry>>();
    let works = |suffix: &'static str| {
        move |n: u32| {
            let mixed = n.wrapping_mul(2_654_435_761);
            let name =
                format!("{}{suffix} {} Works", letters(mixed), letters(mixed.rotate_left(13)));
            party(&name, &format!("{} Dock Road, CN", letters(mixed.rotate_left(7))))
        }
    };
    changed(
        "100,000 rows, every name respelled",
        rows(100_000, &works("")),
        rows(100_000, &works("x")),
    );
    changed(
        "100,000 rows, none in common",
        rows(100_000, &works("")),
        rows(100_000, &|n| works("")(n + 500_000)),
    );
    let policy = |policy: &'static str| {
        move |n: u32| Entry { license_policy: policy.into(), ..works("")(n) }
    };
    changed(
        "100,000 rows, one column emptied",
        rows(100_000, &policy("Denial.")),
        rows(100_000, &policy("")),
    );

    let same_name =
        |road: &'static str| move |n: u32| party("Alder Works", &format!("{n} {road} Road, CN"));
    changed(
        "10,000 rows of one name, all moved",
        rows(10_000, &same_name("Dock")),
        rows(10_000, &same_name("Quay")),
    );
    changed("10,000 rows of one name, one moved", rows(10_000, &same_name("Dock")), {
        let mut rows = rows(10_000, &same_name("Dock"));
        rows[77].addresses = vec!["1 Quay Road, CN".into()];
        rows
    });
    changed(
        "10,000 equal rows, against half of them",
        rows(10_000, &|_| works("")(1)),
        rows(5_000, &|_| works("")(1)),
    );
    let nameless = |road: &'static str| move |n: u32| party("", &format!("{n} {road} Road, CN"));
    changed(
        "10,000 rows without a name",
        rows(10_000, &nameless("Dock")),
        rows(10_000, &nameless("Quay")),
    );
    let alias = |suffix: &'static str| {
        move |n: u32| Entry { aliases: vec!["One For All".into()], ..works(suffix)(n) }
    };
    changed(
        "10,000 rows of one alias, names respelled",
        rows(10_000, &alias("")),
        rows(10_000, &alias("x")),
    );
    let broken = |letter: &'static str| {
        move |n: u32| party(&format!("Alder {letter} Works {n}"), "1 Dock Road, CN")
    };
    changed(
        "10,000 names with a broken character, repaired",
        rows(10_000, &broken("?")),
        rows(10_000, &broken("é")),
    );
    let same_broken = |letter: &'static str| {
        move |n: u32| party(&format!("Alder {letter} Works"), &format!("{n} Dock Road, CN"))
    };
    changed(
        "10,000 rows of one broken name, repaired",
        rows(10_000, &same_broken("?")),
        rows(10_000, &same_broken("é")),
    );
    let aliases = |count: u32, from: u32| {
        let aliases = (from..from + count)
            .map(|n| format!("{} {}", letters(n), letters(n.wrapping_mul(7919))))
            .collect();
        vec![Entry { aliases, ..party("Alder Works", "1 Dock Road, CN") }]
    };
    changed(
        "one row of 10,000 aliases, all replaced",
        aliases(10_000, 0),
        aliases(10_000, 1_000_000),
    );
    let long = |end: &str| {
        vec![Entry {
            remarks: format!("{}{end}", "so it is ? and ".repeat(60_000)),
            ..party("Alder Works", "")
        }]
    };
    changed("one row of a million characters of remarks", long("a"), long("b"));

    renames();
}

/// The thresholds were chosen on the days of 2021 only. README.md reports the days of 2022.
const YEARS: [(&str, &str); 2] = [("2021", "chose the thresholds"), ("2022", "reported")];

/// On days on which a sanctions list renamed parties: how many renames are found, and how many of
/// those are true.
fn renames() {
    heading("Identity: renames on real lists");
    let data =
        Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/data/identity-2021-2022.tar.xz");
    if !data.is_file() {
        return skipped("recall and precision", "../shared/data is not here");
    }
    let folder = tempfile::tempdir().expect("a folder");
    let unpacked = Command::new("tar").arg("-xJf").arg(&data).arg("-C").arg(folder.path()).status();
    if !unpacked.is_ok_and(|status| status.success()) {
        return skipped("recall and precision", "tar does not unpack the lists");
    }
    let mut days: Vec<PathBuf> = std::fs::read_dir(folder.path())
        .expect("the days")
        .filter_map(|day| day.ok().map(|day| day.path()))
        .collect();
    days.sort();
    for (year, part) in YEARS {
        let is_of_year = |day: &&PathBuf| {
            day.file_name().is_some_and(|name| name.to_string_lossy().starts_with(year))
        };
        renames_of(year, part, &days.iter().filter(is_of_year).collect::<Vec<_>>());
    }
}

fn renames_of(year: &str, part: &str, days: &[&PathBuf]) {
    let (mut true_renames, mut found, mut possibly, mut claimed) = (0, 0, 0, 0);
    for day in days {
        let changes = compare_files(&day.join("before.csv"), &day.join("after.csv"), ListCode::ALL)
            .expect("compared")
            .changes;
        let truth: serde_json::Value =
            serde_json::from_slice(&std::fs::read(day.join("truth.json")).expect("the truth"))
                .expect("the truth is JSON");
        let renamed: BTreeSet<(String, String)> = truth["renamed"]
            .as_array()
            .into_iter()
            .flatten()
            .map(|pair| (trimmed(&pair[0]), trimmed(&pair[1])))
            .collect();
        let claims: BTreeSet<(String, String)> = changes
            .iter()
            .filter_map(|change| {
                Some((change.before.as_ref()?.name.clone(), change.entry.name.clone()))
            })
            .filter(|(before, after)| before != after)
            .collect();
        true_renames += renamed.len();
        found += renamed.intersection(&claims).count();
        claimed += claims.len();
        possibly += renamed.difference(&claims).filter(|pair| is_possible(&changes, pair)).count();
    }
    let share = |part: usize, whole: usize| {
        format!("{:.3} ({part} of {whole})", part as f64 / whole as f64)
    };
    let label = |what: &str| format!("{year} ({part}, {} days): {what}", days.len());
    line(&label("recall, renames shown as revisions"), share(found, true_renames), "aim ≥ 0.90");
    line(&label("missed, and shown as possible"), possibly, "");
    line(
        &label("precision, claimed renames in the truth"),
        share(found, claimed),
        "aim ≥ 0.97; the truth lists successors separately",
    );
}

fn is_possible(changes: &[Change], (before, after): &(String, String)) -> bool {
    changes.iter().any(|change| {
        change.kind == ChangeKind::Removed
            && change.entry.name == *before
            && change.possibly_now.iter().any(|name| name == after)
    })
}

fn trimmed(text: &serde_json::Value) -> String {
    text.as_str().unwrap_or_default().trim().to_owned()
}

fn party(name: &str, address: &str) -> Entry {
    Entry {
        addresses: vec![address.to_owned()],
        citations: vec![Citation::page(80, 1)],
        ..Entry::named(ListCode::EL, name)
    }
}

fn letters(mut number: u32) -> String {
    let mut letters = String::new();
    for _ in 0..7 {
        letters.push(char::from(b'a' + (number % 26) as u8));
        number /= 26;
    }
    letters
}
