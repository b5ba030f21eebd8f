//! Two files compared row by row give what the two lists give when they are held whole.

use std::path::Path;

use entitywatch::cli::compare_files::{compare_files, compare_holding};
use entitywatch::diff;
use entitywatch::domain::{Change, ListCode};
use entitywatch::parse::parse;

use crate::list::{file, row, rows};

/// The changes between the two files, after seeing that they are those of the lists held whole.
fn compared(before: &Path, after: &Path, lists: &[ListCode]) -> Vec<Change> {
    let read = |path: &Path| parse(std::fs::File::open(path).unwrap(), lists).unwrap();
    let (old, new) = (read(before), read(after));
    let of = |snapshot: &entitywatch::domain::Snapshot, list| snapshot.of_list(list).cloned().collect::<Vec<_>>();
    let whole: Vec<Change> = lists.iter().flat_map(|list| diff::compare(&of(&old, *list), &of(&new, *list))).collect();
    let found = compare_files(before, after, lists).unwrap().changes;
    assert_eq!(found, whole);
    for most_held in [0, old.entries.len()] {
        assert_eq!(compare_holding(before, after, lists, most_held).unwrap().changes, whole, "at most {most_held} rows are held");
    }
    found
}

fn compared_texts(before: &str, after: &str, lists: &[ListCode]) -> Vec<Change> {
    let folder = tempfile::tempdir().unwrap();
    let (old, new) = (folder.path().join("before"), folder.path().join("after"));
    std::fs::write(&old, before).unwrap();
    std::fs::write(&new, after).unwrap();
    compared(&old, &new, lists)
}

#[test]
fn rows_that_both_files_have_are_passed_over_and_still_count() {
    let mut before = rows(60);
    before.push(row("Alder Works", "80 FR 1").at("5 Dock Road, Minsk, BY"));
    before.push(row("Birch Trading", "80 FR 1").at("9 Quay Street, Brest, BY"));
    before.push(row("Cedar House", "80 FR 1").unverified());
    let mut after = before.clone();
    after.remove(3);
    after[59] = row("Alder Werks", "80 FR 1; 87 FR 9").at("5 Dock Road, Minsk, BY");
    after[60].policy = "Case-by-case review.".to_owned();
    after.push(row("Dogwood Systems", "87 FR 9").at("1 Hill Road, Gomel, BY"));
    let changes = compared_texts(&file(&before), &file(&after), ListCode::ALL);
    let told: Vec<(&str, &str)> = changes.iter().map(|change| (change.kind.as_str(), change.entry.name.as_str())).collect();
    let gone = before[3].name.as_str();
    assert_eq!(told, [("added", "Dogwood Systems"), ("revised", "Alder Werks"), ("revised", "Birch Trading"), ("removed", gone)]);
}

#[test]
fn a_row_that_says_the_same_in_another_setting_is_no_change() {
    let before = [row("Alder Works", "80 FR 1"), row("Birch Trading", "80 FR 1")];
    // Once more with spaces around the name, and gone again: both say what the row that stays says.
    let mut twice = before.to_vec();
    twice.insert(0, row(" Alder Works ", "80 FR 1"));
    assert!(compared_texts(&file(&before), &file(&twice), ListCode::ALL).is_empty());
    assert!(compared_texts(&file(&twice), &file(&before), ListCode::ALL).is_empty());
}

#[test]
fn a_row_that_splits_from_one_that_stays_is_seen_beside_it() {
    let whole = [row("Alder Works", "80 FR 1").at("5 Dock Road, Minsk, BY; 7 Long Road, Almaty, KZ"), row("Birch Trading", "80 FR 1")];
    let parts = [
        row("Alder Works", "80 FR 1").at("5 Dock Road, Minsk, BY"),
        row("Alder Works", "80 FR 1").at("7 Long Road, Almaty, KZ"),
        row("Birch Trading", "80 FR 1"),
    ];
    assert!(compared_texts(&file(&whole), &file(&parts), ListCode::ALL).iter().all(|change| change.kind.as_str() == "revised"));
}

#[test]
fn files_of_another_shape_are_compared_by_what_they_hold() {
    let csv = file(&[row("Alder Works", "80 FR 1"), row("Birch Trading", "80 FR 1")]);
    let tsv = csv.replace("\",\"", "\"\t\"").replacen(',', "\t", 28);
    assert!(compared_texts(&csv, &tsv, &[ListCode::EL]).is_empty());
    let xml = include_str!("../fixtures/ecfr/part-744.xml");
    assert!(compared_texts(xml, xml, &[ListCode::EL]).is_empty());
    assert!(!compared_texts(&csv, xml, &[ListCode::EL]).is_empty() && !compared_texts(xml, &csv, &[ListCode::EL]).is_empty());
}

/// What stands before and between the rows, and how the last one ends, moves where each row begins.
#[test]
fn rows_are_found_again_however_they_are_set() {
    let mut before = rows(30);
    before.push(row("Alder Works", "80 FR 1").at("5 Dock \"Road\",\nMinsk, BY"));
    let mut after = before.clone();
    after[3].policy = "Case-by-case review.".to_owned();
    after.remove(7);
    after[29] = row("Alder Werks", "80 FR 1; 87 FR 9").at("5 Dock \"Road\",\nMinsk, BY");
    let (old, new) = (file(&before), file(&after));
    let header = new.split_once('\n').unwrap().0;
    let middle = new.find("\n\"").unwrap() + 1;
    let plain = compared_texts(&old, &new, ListCode::ALL);
    assert_eq!(plain.len(), 3, "{plain:?}");
    for set in [
        format!("\u{feff}{new}"),
        format!("\n  {new}"),
        new.trim_end().to_owned(),
        format!("{}\n{header}\n{}", &new[..middle], &new[middle..]),
        new.replace("\"\n\"", "\"\r\n\""),
    ] {
        assert_eq!(compared_texts(&old, &set, ListCode::ALL), plain, "{set}");
        assert_eq!(compared_texts(&set, &old, ListCode::ALL).len(), 3, "{set}");
    }
}

#[test]
fn the_days_of_a_real_sanctions_list_give_the_same_either_way() {
    let archive = Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/data/identity-2021-2022.tar.xz");
    if !archive.exists() {
        println!("skipped: ../shared/data is not here");
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    let unpacked = std::process::Command::new("python3")
        .args(["-m", "tarfile", "-e", archive.to_str().unwrap(), folder.path().to_str().unwrap()])
        .status();
    assert!(unpacked.unwrap().success());
    let mut days = 0;
    for day in std::fs::read_dir(folder.path()).unwrap() {
        let day = day.unwrap().path();
        compared(&day.join("before.csv"), &day.join("after.csv"), ListCode::ALL);
        days += 1;
    }
    println!("{days} days compared");
    assert!(days > 40);
}
