//! Two files compared row by row have the same changes as the two lists compared in memory.

use std::path::Path;

use entitywatch::compare_files::{Incomparable, compare_files};
use entitywatch::diff;
use entitywatch::domain::{Change, ListCode};
use entitywatch::parse::parse;
use serde_json::json;

use crate::list::{COLUMNS, ENTITY_LIST, Row, file, row, rows, with_column};
use crate::shared_data;
use crate::world::Site;

/// The changes between the two files, which must equal those of the lists compared in memory.
fn compared(before: &Path, after: &Path, lists: &[ListCode]) -> Vec<Change> {
    let read = |path: &Path| parse(std::fs::File::open(path).unwrap(), lists).unwrap();
    let (old, new) = (read(before), read(after));
    let of = |snapshot: &entitywatch::domain::Snapshot, list| {
        snapshot.of_list(list).cloned().collect::<Vec<_>>()
    };
    let compare = |list| {
        diff::compare_with_columns(&of(&old, list), &of(&new, list), &old.columns, &new.columns)
    };
    let in_memory: Vec<Change> = lists.iter().flat_map(|list| compare(*list)).collect();
    let found = compare_files(before, after, lists).unwrap().changes;
    assert_eq!(found, in_memory);
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
fn rows_in_both_files_are_skipped_but_count_as_listed() {
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
    let found: Vec<(&str, &str)> =
        changes.iter().map(|change| (change.kind.as_str(), change.entry.name.as_str())).collect();
    let removed = before[3].name.as_str();
    assert_eq!(
        found,
        [
            ("added", "Dogwood Systems"),
            ("revised", "Alder Werks"),
            ("revised", "Birch Trading"),
            ("removed", removed)
        ]
    );
}

#[test]
fn a_column_that_only_one_file_has_is_no_change_and_hides_none() {
    let before = rows(60);
    let mut after = before.clone();
    after[4].policy = "Case-by-case review.".to_owned();
    after[9] = row("Dogwood Systems", "87 FR 9").at("1 Hill Road, Gomel, BY");
    let (old, new) = (file(&before), file(&after));
    let names = |changes: &[Change]| {
        changes.iter().map(|change| change.entry.name.clone()).collect::<Vec<_>>()
    };
    let plain = names(&compared_texts(&old, &new, ListCode::ALL));
    assert_eq!(plain.len(), 3);
    let tiers = |at: usize| format!("tier {at}");
    let gained = compared_texts(&old, &with_column(&new, "tier", tiers), ListCode::ALL);
    assert_eq!(names(&gained), plain);
    let newcomer = gained.iter().find(|change| change.entry.name == "Dogwood Systems").unwrap();
    assert_eq!(
        newcomer.entry.other.get("tier"),
        Some("tier 10"),
        "its value is still in the entry"
    );
    assert_eq!(
        names(&compared_texts(&with_column(&old, "tier", tiers), &new, ListCode::ALL)),
        plain
    );
    assert_eq!(
        names(&compared_texts(
            &with_column(&old, "level", tiers),
            &with_column(&new, "tier", tiers),
            ListCode::ALL
        )),
        plain
    );
    // Both files have the column, but before no row has a value in it.
    let blank = with_column(&old, "tier", |_| String::new());
    let filled =
        with_column(&old, "tier", |at| if at == 30 { "2".to_owned() } else { String::new() });
    let changes = compared_texts(&blank, &filled, ListCode::ALL);
    assert_eq!(
        changes.iter().map(|change| change.fields[0].field.as_str()).collect::<Vec<_>>(),
        ["other.tier"]
    );
}

#[test]
fn a_row_with_the_same_content_in_another_layout_is_no_change() {
    let before = [row("Alder Works", "80 FR 1"), row("Birch Trading", "80 FR 1")];
    // The row is repeated with spaces around its name, and the repetition is removed again. Both
    // have the content of the row that stays.
    let mut twice = before.to_vec();
    twice.insert(0, row(" Alder Works ", "80 FR 1"));
    assert!(compared_texts(&file(&before), &file(&twice), ListCode::ALL).is_empty());
    assert!(compared_texts(&file(&twice), &file(&before), ListCode::ALL).is_empty());
}

#[test]
fn a_row_that_splits_is_compared_with_the_part_that_both_files_have() {
    let unsplit = [
        row("Alder Works", "80 FR 1").at("5 Dock Road, Minsk, BY; 7 Long Road, Almaty, KZ"),
        row("Birch Trading", "80 FR 1"),
    ];
    let parts = [
        row("Alder Works", "80 FR 1").at("5 Dock Road, Minsk, BY"),
        row("Alder Works", "80 FR 1").at("7 Long Road, Almaty, KZ"),
        row("Birch Trading", "80 FR 1"),
    ];
    let changes = compared_texts(&file(&unsplit), &file(&parts), ListCode::ALL);
    let kinds: Vec<&str> = changes.iter().map(|change| change.kind.as_str()).collect();
    assert_eq!(kinds, ["revised", "revised"]);
}

#[test]
fn files_in_other_formats_are_compared_by_their_entries() {
    let csv = file(&[row("Alder Works", "80 FR 1"), row("Birch Trading", "80 FR 1")]);
    let tsv = csv.replace("\",\"", "\"\t\"").replacen(',', "\t", 28);
    assert!(compared_texts(&csv, &tsv, &[ListCode::EL]).is_empty());
    assert_eq!(compared_texts(&csv, &tsv.replace("Alder", "Cedar"), &[ListCode::EL]).len(), 1);
    let xml = include_str!("../fixtures/ecfr/part-744.xml");
    assert!(compared_texts(xml, xml, &[ListCode::EL]).is_empty());
    let revised = xml.replace("Birch Valley Academy", "Birch Valley Institute");
    assert!(!compared_texts(xml, &revised, &[ListCode::EL]).is_empty());
}

/// Why the two files are refused. It must be a mistake in how the program was called.
fn refusal(before: &str, after: &str, lists: &[ListCode]) -> String {
    let folder = tempfile::tempdir().unwrap();
    let (old, new) = (folder.path().join("before"), folder.path().join("after"));
    std::fs::write(&old, before).unwrap();
    std::fs::write(&new, after).unwrap();
    let problem = compare_files(&old, &new, lists).unwrap_err();
    assert!(problem.is::<Incomparable>(), "{problem:#}");
    problem.to_string()
}

#[test]
fn files_of_two_publishers_are_refused() {
    let csv = file(&rows(20));
    let tsv = csv.replace("\",\"", "\"\t\"").replacen(',', "\t", 28);
    let xml = include_str!("../fixtures/ecfr/part-744.xml");
    for (before, after) in [
        (csv.as_str(), xml),
        (xml, &csv),
        (xml, &tsv),
        (xml, include_str!("../fixtures/csl/three-lists.json")),
    ] {
        let refused = refusal(before, after, &[ListCode::EL]);
        assert!(refused.starts_with("expected two files of one publisher, but "), "{refused}");
        assert!(
            refused.contains("Consolidated Screening List") && refused.contains("eCFR"),
            "{refused}"
        );
        assert!(
            refused.ends_with("`entitywatch sources --compare` compares two sources of one list"),
            "{refused}"
        );
    }
}

#[test]
fn lists_that_the_publisher_does_not_have_are_refused() {
    let (csv, xml) = (file(&rows(20)), include_str!("../fixtures/ecfr/part-744.xml"));
    let lists = [ListCode::EL, ListCode::SDN];
    assert!(refusal(&csv, xml, &lists).starts_with("expected two files of one publisher, but "));
    let refused = refusal(xml, xml, &lists);
    assert!(
        refused.starts_with("expected EL, UVL or MEU as lists of the eCFR, but got SDN"),
        "{refused}"
    );
}

#[test]
fn files_of_other_lists_are_refused() {
    let entities = file(&rows(20));
    let unverified = file(&rows(20).into_iter().map(Row::unverified).collect::<Vec<_>>());
    for (before, after) in [(&entities, &unverified), (&unverified, &entities)] {
        let refused = refusal(before, after, &[ListCode::EL]);
        assert!(refused.starts_with("expected entries of EL in both files, but "), "{refused}");
    }
    // A list that appears beside another one is a change like any other.
    let both = file(
        &rows(21)
            .into_iter()
            .enumerate()
            .map(|(at, row)| if at == 20 { row.unverified() } else { row })
            .collect::<Vec<_>>(),
    );
    let changes = compared_texts(&entities, &both, &[ListCode::EL, ListCode::UVL]);
    assert_eq!(changes.iter().map(|change| change.kind.as_str()).collect::<Vec<_>>(), ["added"]);
    assert!(compared_texts(&both, &both, &[ListCode::SDN]).is_empty());
}

#[tokio::test]
async fn a_comparison_that_cannot_be_right_ends_with_the_code_for_usage() {
    let folder = tempfile::tempdir().unwrap();
    let path = |name: &str, text: &str| {
        let path = folder.path().join(name);
        std::fs::write(&path, text).unwrap();
        path.display().to_string()
    };
    let (csv, xml) = (
        path("a.csv", &file(&rows(20))),
        path("b.xml", include_str!("../fixtures/ecfr/part-744.xml")),
    );
    let site = Site::new().await;
    let ended = site.command(&["diff", &csv, &xml]).await;
    assert_eq!(ended.exit, Some(2), "{}", ended.stderr);
    assert!(
        ended.stdout.is_empty() && ended.stderr.contains("sources --compare"),
        "{}",
        ended.stderr
    );
    let unverified =
        path("c.csv", &file(&rows(20).into_iter().map(Row::unverified).collect::<Vec<_>>()));
    assert_eq!(site.command(&["diff", &csv, &unverified]).await.exit, Some(2));
    assert_eq!(site.command(&["diff", &xml, &xml, "--lists", "SDN"]).await.exit, Some(2));
    assert_eq!(site.command(&["diff", &csv, &csv]).await.exit, Some(0));
}

/// One row as CSV and as JSON of the same day. The CSV has the aliases as the agency wrote them,
/// the JSON has them split.
fn both_formats(source: &str, alt_names: &str, split: &str) -> (String, String) {
    let cell = |column: &str| match column {
        "_id" => "0a1b".to_owned(),
        "source" => source.to_owned(),
        "name" => "Alder Works".to_owned(),
        "addresses" => "5 Dock Road, Minsk, BY".to_owned(),
        "alt_names" => alt_names.replace('"', "\"\""),
        _ => String::new(),
    };
    let row = COLUMNS
        .split(',')
        .map(|column| format!("\"{}\"", cell(column)))
        .collect::<Vec<_>>()
        .join(",");
    let split: serde_json::Value = serde_json::from_str(split).unwrap();
    let json = json!({"results": [{
        "id": "0a1b",
        "source": source,
        "name": "Alder Works",
        "alt_names": split,
        "federal_register_notice": null,
        "start_date": null,
        "license_requirement": null,
        "license_policy": null,
        "addresses": [{
            "address": "5 Dock Road",
            "city": "Minsk",
            "state": null,
            "postal_code": null,
            "country": "BY",
        }],
    }]});
    (format!("{COLUMNS}\n{row}\n"), json.to_string())
}

#[test]
fn aliases_are_the_same_in_every_format_of_a_day() {
    for (source, list, cell, split, expected) in [
        (ENTITY_LIST, ListCode::EL, "A; B; and C", r#"["A", "B", "C"]"#, vec!["A", "B", "C"]),
        (
            ENTITY_LIST,
            ListCode::EL,
            "A; and B; C; and D",
            r#"["A", "B", "C", "D"]"#,
            vec!["A", "B", "C", "D"],
        ),
        (
            ENTITY_LIST,
            ListCode::EL,
            "A; Sand and Gravel; and",
            r#"["A", "Sand and Gravel", "and"]"#,
            vec!["A", "Sand and Gravel", "and"],
        ),
        (
            ENTITY_LIST,
            ListCode::EL,
            "and Sons; B;",
            r#"["and Sons", "B;"]"#,
            vec!["and Sons", "B;"],
        ),
        (ENTITY_LIST, ListCode::EL, "", r#"[""]"#, vec![]),
        (
            "Nonproliferation Sanctions (ISN) - State Department",
            ListCode::ISN,
            "A Works, A.W., and AW",
            r#"["A Works", "A.W.", "AW"]"#,
            vec!["A Works", "A.W.", "AW"],
        ),
        (
            "Military End User (MEU) List - Bureau of Industry and Security",
            ListCode::MEU,
            "A Co., Ltd., Minsk; and B",
            r#""A Co., Ltd., Minsk; and B""#,
            vec!["A Co., Ltd., Minsk", "B"],
        ),
    ] {
        let (csv, json) = both_formats(source, cell, split);
        assert_eq!(compared_texts(&csv, &json, &[list]), [], "{cell}");
        let read = parse(csv.as_bytes(), &[list]).unwrap();
        assert_eq!(read.entries[0].aliases, expected, "{cell}");
    }
}

/// Text before and between the rows, and the end of the last row, shift where each row begins.
#[test]
fn rows_are_matched_whatever_the_layout_of_the_file() {
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
    for layout in [
        format!("\u{feff}{new}"),
        format!("\n  {new}"),
        new.trim_end().to_owned(),
        format!("{}\n{header}\n{}", &new[..middle], &new[middle..]),
        new.replace("\"\n\"", "\"\r\n\""),
    ] {
        assert_eq!(compared_texts(&old, &layout, ListCode::ALL), plain, "{layout}");
        assert_eq!(compared_texts(&layout, &old, ListCode::ALL).len(), 3, "{layout}");
    }
}

/// The header decides what the cells of a row mean, so rows with equal bytes under another header
/// differ.
#[test]
fn tables_with_another_column_order_are_compared_by_column_name() {
    let plain = file(&[row("Alder Works", "80 FR 1"), row("Birch Trading", "80 FR 1")]);
    let moved = plain.replacen(
        "license_requirement,license_policy",
        "license_policy,license_requirement",
        1,
    );
    let changes = compared_texts(&plain, &moved, &[ListCode::EL]);
    assert_eq!(changes.len(), 2, "{changes:?}");
    assert!(changes.iter().all(|change| change.fields.len() == 2), "{changes:?}");
}

#[test]
fn a_list_that_is_named_twice_is_compared_once() {
    let folder = tempfile::tempdir().unwrap();
    let path = |name: &str, text: String| {
        std::fs::write(folder.path().join(name), text).unwrap();
        folder.path().join(name)
    };
    let csv = file(&[row("Alder Works", "80 FR 1")]);
    let tables = (path("old.csv", csv.clone()), path("new.csv", csv.replace("Alder", "Birch")));
    let as_whole_lists = (
        tables.0.clone(),
        path(
            "new.tsv",
            csv.replace("Alder", "Birch").replace("\",\"", "\"\t\"").replacen(',', "\t", 28),
        ),
    );
    for (old, new) in [tables, as_whole_lists] {
        let once = compare_files(&old, &new, &[ListCode::EL]).unwrap();
        assert!(!once.changes.is_empty());
        assert_eq!(
            compare_files(&old, &new, &[ListCode::EL, ListCode::EL]).unwrap().changes,
            once.changes
        );
    }
}

/// A row that stays decides how a removed row of the same name is reported, even if the name is
/// spelled with other punctuation.
#[test]
fn a_removed_row_is_compared_with_the_remaining_rows_of_its_name() {
    for (kept, removed) in [
        ("Alder Works", "ALDER WORKS."),
        ("Xi\u{2019}an Works", "Xi'an Works"),
        ("Xi'an Works", "XI\u{2019}AN Works"),
    ] {
        let before = [
            row(kept, "80 FR 1"),
            row(removed, "81 FR 2").at("5 Dock Road, Minsk, BY"),
            row("Birch Trading", "80 FR 1"),
        ];
        let after = [before[0].clone(), before[2].clone()];
        let changes = compared_texts(&file(&before), &file(&after), &[ListCode::EL]);
        assert_eq!(changes.len(), 1, "{removed}: {changes:?}");
    }
}

#[test]
fn rows_in_another_order_under_other_ids_are_no_change() {
    let mut before = rows(40);
    before.push(row("Alder Works", "80 FR 1"));
    let text = file(&before);
    let mut lines: Vec<String> = text.lines().map(str::to_owned).collect();
    lines[1..].reverse();
    for line in &mut lines[1..] {
        *line = format!("\"new{}", &line[1..]);
    }
    assert!(compared_texts(&text, &(lines.join("\n") + "\n"), ListCode::ALL).is_empty());
}

#[test]
fn real_days_give_the_same_changes_row_by_row_and_as_whole_lists() {
    let folder = tempfile::tempdir().unwrap();
    let Some(days) = shared_data::days_with_renames(folder.path()) else { return };
    assert!(days.len() > 40, "{days:?}");
    for day in &days {
        let changes = compared(&day.join("before.csv"), &day.join("after.csv"), ListCode::ALL);
        assert!(!changes.is_empty(), "{}", day.display());
    }
}
