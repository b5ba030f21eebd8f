//! The parser of the Consolidated Screening List from outside: what is read, what is refused with
//! which message, and that no truncated document is accepted.

use std::fs;

use entitywatch::domain::{Citation, Entry, Form, ListCode, Publisher, Snapshot};
use entitywatch::parse::parse;
use proptest::prelude::*;

use crate::list::{COLUMNS as HEADER, ENTITY_LIST};
use crate::shared_data;

const CSV: &str = include_str!("../fixtures/csl/three-lists.csv");
const JSON: &str = include_str!("../fixtures/csl/three-lists.json");

fn read(text: impl AsRef<[u8]>, lists: &[ListCode]) -> Snapshot {
    parse(text.as_ref(), lists).unwrap()
}

/// A row of the Entity List with this name and nothing else.
fn row(name: &str) -> String {
    let cells: Vec<String> = HEADER
        .split(',')
        .map(|column| match column {
            "source" => format!("\"{ENTITY_LIST}\""),
            "name" => format!("\"{name}\""),
            _ => "\"\"".to_owned(),
        })
        .collect();
    cells.join(",") + "\n"
}

fn warnings(snapshot: &Snapshot) -> Vec<String> {
    snapshot.warnings.iter().map(|warning| format!("{}: {}", warning.place, warning.text)).collect()
}

#[track_caller]
fn check_refused(text: impl AsRef<[u8]>, expected: &str) {
    assert_eq!(parse(text.as_ref(), ListCode::ALL).unwrap_err().to_string(), expected);
}

// What is read.

#[test]
fn ok_the_watched_lists_are_kept_and_all_rows_are_counted() {
    let snapshot = read(CSV, &[ListCode::EL]);
    assert_eq!(snapshot.rows, 4);
    assert_eq!(warnings(&snapshot), [""; 0]);
    assert_eq!(
        snapshot.entries.iter().map(|entry| entry.name.as_str()).collect::<Vec<_>>(),
        ["Northern Widgets OOO", "Address 01"]
    );
    assert_eq!(snapshot.entries[0].form, Form::Party);
    assert_eq!(snapshot.entries[0].aliases, ["Severnye Vidzhety", "Widgets \"North\""]);
    assert_eq!(snapshot.entries[0].footnotes, ["3"]);
    assert_eq!(snapshot.entries[1].form, Form::Address);
    assert_eq!(snapshot.entries[1].countries, ["HK"]);
    assert!(read(CSV, &[ListCode::MEU]).entries.is_empty());
}

#[test]
fn ok_a_denied_person_and_a_sanctioned_one() {
    let snapshot = read(CSV, &[ListCode::DPL, ListCode::SDN]);
    let [denied, sanctioned] = snapshot.entries.as_slice() else { panic!("two") };
    assert_eq!(denied.countries, [""; 0], "neither a state nor a postal code is a country");
    assert_eq!(denied.citations, [Citation::page(87, 77067), Citation::page(88, 38813)]);
    assert_eq!(
        denied.other.get("federal_register_notice"),
        Some("87 F.R. 77067 12/16/2022, 88 F.R. 38813 6/14/2023")
    );
    assert_eq!(denied.remarks, "SECOND\nLINE");
    assert_eq!(denied.end_date.as_deref(), Some("2032-12-16"));
    assert_eq!(sanctioned.other.get("ids"), Some("Passport, U001, BY; Gender, Male"));
    assert_eq!(sanctioned.other.get("entity_number"), Some("777"));
    assert_eq!(sanctioned.publisher_id, "777");
}

#[test]
fn ok_the_formats_of_one_list_give_equal_entries() {
    let expected = read(CSV, ListCode::ALL);
    let tsv = CSV.replace("\",\"", "\"\t\"").replacen(HEADER, &HEADER.replace(',', "\t"), 1);
    for (shape, text) in [
        ("json", JSON.to_owned()),
        ("tsv", tsv),
        ("with a byte order mark", format!("\u{feff}{CSV}")),
        ("json with a byte order mark", format!("\u{feff}{JSON}")),
        (
            "with carriage returns",
            CSV.replace("SECOND\nLINE", "SECOND LINE")
                .replace('\n', "\r\n")
                .replace("SECOND LINE", "SECOND\nLINE"),
        ),
        (
            "with a quoted header",
            CSV.replacen(HEADER, &format!("\"{}\"", HEADER.replace(',', "\",\"")), 1),
        ),
        ("with empty lines before and after", format!("\n{CSV}\n\n")),
    ] {
        let snapshot = read(text, ListCode::ALL);
        assert_eq!(snapshot.entries, expected.entries, "{shape}");
        assert_eq!(snapshot.rows, 4, "{shape}");
    }
}

#[test]
fn ok_columns_are_found_by_name_in_any_order() {
    let mut columns: Vec<&str> = HEADER.split(',').collect();
    columns.reverse();
    let cells = columns.iter().map(|column| match *column {
        "source" => ENTITY_LIST,
        other => other,
    });
    let text = format!("{}\n\"{}\"\n", columns.join(","), cells.collect::<Vec<_>>().join("\",\""));
    let snapshot = read(text, &[ListCode::EL]);
    assert_eq!(snapshot.entries[0].name, "name");
    assert_eq!(snapshot.entries[0].other.get("vessel_flag"), Some("vessel_flag"));
}

#[test]
fn ok_oddities_are_kept_with_a_warning() {
    let text = format!(
        "{HEADER}\n{HEADER}\n{}{}{}",
        row("A"),
        row("B").replace(ENTITY_LIST, "New List (NEW) - Some Agency"),
        row("Xi?an")
    );
    let snapshot = read(&text, &[ListCode::EL]);
    assert_eq!(snapshot.rows, 3);
    assert_eq!(
        warnings(&snapshot),
        [
            "line 2: the header line is repeated and is dropped",
            "line 4, column 2 (source): `New List (NEW) - Some Agency` is an unknown list; its \
             rows are counted and not kept",
            "line 5, column 6 (name): a character of a name was lost (`?` or U+FFFD within a \
             word) in 1 rows from here on; kept as published",
        ]
    );
    assert_eq!(snapshot.entries[1].name, "Xi?an");
    assert_eq!(
        warnings(&read(text.trim_end(), &[])).last().unwrap(),
        "line 5: the last row has no line break after it"
    );
}

#[test]
fn ok_an_unknown_column_of_a_table_is_kept() {
    let with = |header: &str, cells: [&str; 4]| {
        let mut lines = CSV.lines();
        let mut text = format!("{header}{}\n", lines.next().unwrap());
        let rest = lines.collect::<Vec<_>>().join("\n").replace("\nLINE", " LINE");
        for (line, cell) in rest.lines().zip(cells) {
            text.push_str(&format!("\"{cell}\",{line}\n"));
        }
        text
    };
    let text = with("colour,", ["red", "", " blue ", "green"]);
    let tsv = text.replace("\",\"", "\"\t\"").replacen(
        &format!("colour,{HEADER}"),
        &format!("colour\t{}", HEADER.replace(',', "\t")),
        1,
    );
    let plain = read(CSV.replace("\nLINE", " LINE"), ListCode::ALL);
    for text in [text, tsv] {
        let snapshot = read(&text, ListCode::ALL);
        assert_eq!(
            warnings(&snapshot),
            ["line 1, column 1 (colour): the column `colour` is unknown; it is kept as published"]
        );
        assert_eq!(snapshot.columns.iter().collect::<Vec<_>>(), ["colour"]);
        let colours: Vec<Option<&str>> =
            snapshot.entries.iter().map(|entry| entry.other.get("colour")).collect();
        assert_eq!(colours, [Some("red"), None, Some("blue"), Some("green")]);
        let mut bare = snapshot.entries;
        bare.iter_mut().for_each(|entry| entry.other.remove("colour"));
        assert_eq!(bare, plain.entries, "the other columns are read as before");
    }
    let entity = read(with("entity,", ["A, B", "", "", ""]), ListCode::ALL);
    assert_eq!(
        entity.entries[0].other.get("column_entity"),
        Some("A, B"),
        "`entity` is a key of the eCFR's cells"
    );
    assert_eq!(entity.entries[0].other.get("entity"), None);
    check_refused(
        with("colour,", ["red", "", "blue", "green"]).replace("\"red\",", ""),
        "line 2: expected 30 columns, but got 29",
    );
}

#[test]
fn ok_an_unknown_key_of_the_json_is_kept() {
    let text =
        JSON.replacen("\"id\": \"aa01\"", "\"id\": \"aa01\", \"colour\": [\"red\", \"blue\"]", 1);
    let snapshot = read(text, &[ListCode::EL]);
    assert_eq!(snapshot.entries[0].other.get("colour"), Some("red; blue"));
    assert_eq!(
        warnings(&snapshot),
        ["results, row 1: the key `colour` is unknown; it is kept as published"]
    );
}

// What is refused, and with which message.

#[test]
fn err_documents_that_are_no_list() {
    check_refused(
        "",
        "byte 0: expected a list as CSV, TSV, JSON or eCFR XML, but got an empty document (0 \
         bytes)",
    );
    check_refused(
        " \n\t\r\n",
        "byte 0: expected a list as CSV, TSV, JSON or eCFR XML, but got nothing but white space \
         (5 bytes)",
    );
    check_refused(
        " ".repeat(1 << 16),
        "byte 0: expected a list as CSV, TSV, JSON or eCFR XML, but got nothing but white space \
         (65536 bytes)",
    );
    for page in [
        "<!DOCTYPE html><html></html>",
        "\n<HTML>",
        "<?xml version=\"1.0\"?><!DOCTYPE html PUBLIC \"x\"><html/>",
    ] {
        check_refused(
            page,
            "byte 0: expected a list as CSV, TSV, JSON or eCFR XML, but got a web page (HTML)",
        );
    }
    check_refused(
        b"\x1f\x8b\x08\0",
        "byte 0: expected a list as CSV, TSV, JSON or eCFR XML, but got a gzip archive: unpack it \
         first",
    );
    for (text, got) in [
        ("Service Unavailable\n", "Service Unavailable"),
        ("Service Unavailable", "Service Unavailable"),
        ("null", "null"),
        ("\"oops\"", "oops"),
        ("Sorry, we are down", "Sorry, we are down"),
    ] {
        check_refused(
            text,
            &format!(
                "line 1: expected the header of the Consolidated Screening List \
                 (`_id,source,…,ids`), but got `{got}`"
            ),
        );
    }
}

#[test]
fn err_a_table_without_rows() {
    check_refused(format!("{HEADER}\n"), "end of the document: expected rows, but got none");
    check_refused(
        format!("{HEADER}\n{HEADER}\n\n"),
        "end of the document: expected rows, but got none",
    );
    check_refused(
        format!("{HEADER}\n{}", row("A").replace("(EL)", "(NEW)")),
        "column source: expected rows of the known lists, but got none in 1 rows",
    );
}

#[test]
fn err_a_header_that_changed() {
    let all = row("A");
    for (header, problem) in [
        (
            HEADER.replace("alt_names", "aliases"),
            "got 29 (missing: `alt_names`; unknown: `aliases`)",
        ),
        (HEADER.replace(",remarks", ""), "got 28 (missing: `remarks`)"),
        (format!("{HEADER},"), "got 30 (unknown: ``)"),
        (format!("{HEADER},colour,colour"), "got 31 (unknown: `colour`; repeated: `colour`)"),
        (format!("{HEADER},name"), "got 30 (repeated: `name`)"),
        (HEADER.replace(",title", ",name"), "got 29 (missing: `title`; repeated: `name`)"),
        (HEADER.to_uppercase().replace("_ID", "_id"), "got 29 (missing: `source`, "),
    ] {
        let error =
            parse(format!("{header}\n{all}").as_bytes(), ListCode::ALL).unwrap_err().to_string();
        let expected =
            format!("line 1: the header changed: expected the 29 known columns, but {problem}");
        assert!(error.starts_with(&expected), "{error}");
    }
}

#[test]
fn err_a_malformed_row() {
    check_refused(
        format!("{HEADER}\n{}\"x\",\"y\"\n{}", row("A"), row("B")),
        "line 3: expected 29 columns, but got 2",
    );
    check_refused(
        format!("{HEADER}\n{}", row("A").replace("\"\"\n", "\"\",\"\"\n")),
        "line 2: expected 29 columns, but got 30",
    );
    check_refused(
        format!("{HEADER}\n{}", row("A").replace("\"A\"", "\"A\"B\"")),
        "line 2, column 6 (name): expected a delimiter or a line break after a closing quote, but \
         got `B`",
    );
    check_refused(
        format!("{HEADER}\n{}", row("A\0")),
        "line 2, column 6 (name): expected text, but got byte 0x00",
    );
    let text = [format!("{HEADER}\n").as_bytes(), &row("A#").into_bytes()].concat();
    let text: Vec<u8> =
        text.into_iter().map(|byte| if byte == b'#' { 0x92 } else { byte }).collect();
    check_refused(text, "line 2, column 6 (name): expected UTF-8, but got byte 0x92");
    for (source, got) in
        [("", "nothing"), ("Entity L", "`Entity L`"), ("1 Long Road", "`1 Long Road`")]
    {
        check_refused(
            format!("{HEADER}\n{}{}", row("A"), row("B").replace(ENTITY_LIST, source)),
            &format!(
                "line 3, column 2 (source): expected the name of a list such as `Entity List (EL) \
                 - Bureau of Industry and Security`, but got {got}"
            ),
        );
    }
}

#[test]
fn err_a_table_that_breaks_off() {
    let complete = format!("{HEADER}\n{}", row("A"));
    let first = complete.len();
    let text = format!("{complete}\"id\",\"{ENTITY_LIST}\",\"\",\"\",\"PROG");
    let end = text.len();
    check_refused(
        &text,
        &format!(
            "line 3, column 5 (programs), byte {end}: the file ends in the middle of a row: \
             expected 29 columns, but got 5"
        ),
    );
    check_refused(
        &complete[..first - 2],
        &format!(
            "line 2, column 29 (ids), byte {}: the file ends in the middle of the last column: \
             expected a closing quote, but got the end of the file",
            first - 2
        ),
    );
    check_refused(
        "_id,source,entity",
        "line 1, column 3, byte 17: the file ends in the middle of its header",
    );
    // A document that breaks off between two rows looks complete. The guards against loss catch
    // it, because they know the list before.
    assert_eq!(read(&complete, ListCode::ALL).rows, 1);
}

#[test]
fn err_json_that_is_no_list() {
    for (text, expected) in [
        ("{}", "document: expected an object with rows in `results`, but got an empty object"),
        (
            "{\"error\": \"Rate limit is exceeded\"}",
            "document: expected an object with rows in `results`, but got one with `error`: `Rate \
             limit is exceeded`",
        ),
        (
            "{\"data\": [1]}",
            "document: expected an object with rows in `results`, but got one with `data`",
        ),
        ("[]", "line 1, byte 1: expected an object with rows in `results`, but got an array"),
        (
            "{\"results\": null}",
            "line 1, byte 16: expected an array of rows in `results`, but got null",
        ),
        ("{\"results\": []}", "end of the document: expected rows, but got none"),
        (
            "{\"results\": [7]}",
            "line 1, byte 15, row 1 of results: expected a row (an object), but got integer `7`",
        ),
        ("{\"results\": [], \"results\": []}", "results: the key `results` appears twice"),
        (
            "{\"results\": [{\"source\": \"x\"}]}",
            "results, row 1: expected the key `name`, but it is missing",
        ),
        (
            "{\"results\": [{\"name\": \"x\"}]}",
            "results, row 1: expected the key `source`, but it is missing",
        ),
        (
            "{\"results\": [{\"name\": \"x\", \"name\": \"y\"}]}",
            "line 1, byte 39, row 1 of results: expected valid JSON, but got an error: the key \
             `name` appears twice in one row",
        ),
        (
            "{\"results\": [{\"name\": \"x",
            "line 1, byte 24, row 1 of results: the file ends at the key `name`: expected the \
             rest of the document, but got its end",
        ),
    ] {
        check_refused(text, expected);
    }
    check_refused(
        JSON.replacen("\"results\"", "\"total\": 26000, \"results\"", 1),
        "results: expected all 26000 rows that `total` states, but got 4",
    );
    check_refused(
        JSON.replace("alt_names", "aliases"),
        "results: the keys of the rows changed: missing: `alt_names`; unknown: `aliases`",
    );
    for key in [
        "id",
        "alt_names",
        "addresses",
        "federal_register_notice",
        "start_date",
        "license_requirement",
        "license_policy",
    ] {
        let renamed = JSON.replace(&format!("\"{key}\":"), "\"novel\":");
        let name = if key == "id" { "_id" } else { key };
        check_refused(
            renamed,
            &format!("results: the keys of the rows changed: missing: `{name}`; unknown: `novel`"),
        );
    }
    let without = JSON
        .replace("\"license_policy\": \"Policy of denial.\",", "")
        .replace("\"license_policy\": \"Presumption of denial.\",", "");
    assert_eq!(
        parse(without.as_bytes(), &[ListCode::EL]).unwrap_err().to_string(),
        "results: the keys of the rows changed: missing: `license_policy`"
    );
    assert!(parse(without.as_bytes(), &[ListCode::SDN]).is_ok(), "other lists have no such key");
    assert!(
        parse(format!("{JSON}x").as_bytes(), &[])
            .unwrap_err()
            .problem
            .contains("trailing characters")
    );
}

// No truncated or mutated document is accepted, and nothing panics.

#[test]
fn a_table_cut_anywhere_is_refused_or_loses_no_row_that_had_begun() {
    let complete = read(CSV, ListCode::ALL);
    let mut accepted = 0;
    for cut in 0..CSV.len() {
        let Ok(snapshot) = parse(&CSV.as_bytes()[..cut], ListCode::ALL) else { continue };
        accepted += 1;
        assert!(
            matches!(CSV.as_bytes()[cut], b'\n') || CSV.as_bytes()[cut - 1] == b'\n',
            "a document cut within a row at byte {cut} was accepted"
        );
        assert_eq!(snapshot.entries, complete.entries[..snapshot.entries.len()], "{cut}");
    }
    assert!(accepted >= complete.rows, "{accepted} cuts between rows");
}

#[test]
fn json_cut_anywhere_is_refused() {
    let text = JSON.trim_end();
    for cut in 0..text.len() {
        let error =
            parse(&text.as_bytes()[..cut], ListCode::ALL).expect_err("a cut document was accepted");
        assert!(cut < 2 || error.problem.contains("the file ends"), "{cut}: {error}");
    }
    assert_eq!(read(text, ListCode::ALL).rows, 4);
}

proptest! {
    #[test]
    fn no_mutated_document_causes_a_panic(
        is_json: bool,
        from in 0..4000_usize,
        length in 0..60_usize,
        with in proptest::collection::vec(any::<u8>(), 0..20),
    ) {
        let mut bytes = if is_json { JSON } else { CSV }.as_bytes().to_vec();
        let from = from.min(bytes.len());
        let to = (from + length).min(bytes.len());
        bytes.splice(from..to, with);
        match parse(bytes.as_slice(), ListCode::ALL) {
            Ok(snapshot) => {
                prop_assert!(snapshot.entries.len() <= snapshot.rows && snapshot.rows > 0);
            }
            Err(error) => prop_assert!(!error.place.is_empty() && !error.problem.is_empty()),
        }
    }

    #[test]
    fn a_piece_cut_out_of_a_row_never_loses_the_row(
        from in HEADER.len()..CSV.len() - 1,
        length in 1..200_usize,
    ) {
        // A download that was resumed at the wrong byte. It may change a value, but it must not
        // lose a row unnoticed.
        let boundary = |from: usize| {
            (from..CSV.len()).find(|at| CSV.is_char_boundary(*at)).unwrap_or(CSV.len())
        };
        let (from, to) = (boundary(from), boundary(from + length));
        let cut_newlines = CSV[from..to].contains('\n');
        let text = [&CSV[..from], &CSV[to..]].concat();
        if let Ok(snapshot) = parse(text.as_bytes(), ListCode::ALL) {
            prop_assert!(snapshot.rows == 4 || cut_newlines, "{} rows", snapshot.rows);
        }
    }

    #[test]
    fn any_text_is_a_list_or_is_refused(text in "\\PC{0,400}") {
        if let Ok(snapshot) = parse(text.as_bytes(), ListCode::ALL) {
            prop_assert!(snapshot.rows > 0);
        }
        for dated in entitywatch::parse::citation::citations(&text) {
            prop_assert_eq!(Citation::from_text(&dated.citation.to_string()), dated.citation);
        }
        for mark in entitywatch::parse::footnote::footnotes(&text) {
            prop_assert!(mark.len() == 1);
        }
    }
}

// The real data, where it is present.

#[test]
fn a_real_download_that_broke_off_is_refused_with_the_place() {
    let Some(path) = shared_data::file("csl-2023-11-30-truncated.csv.xz") else { return };
    let Some(bytes) = shared_data::unpacked(&path) else { return };
    check_refused(
        &bytes,
        "line 4233, column 8 (addresses), byte 2691298: the file ends in the middle of a row: \
         expected 29 columns, but got 8",
    );
    // Without the row that broke off it is a list, and all of its thirteen parts are known.
    let end = bytes.windows(2).rposition(|two| two == b"\"\n").unwrap() + 2;
    let snapshot = read(&bytes[..end], ListCode::ALL);
    assert_eq!(snapshot.rows, 4226);
    assert_eq!(snapshot.entries.len(), 4226);
    assert_eq!(snapshot.of_list(ListCode::EL).count(), 919);
    assert_eq!(snapshot.warnings[0].text, "the header line is repeated and is dropped");
    assert!(
        ListCode::ALL
            .iter()
            .filter(|list| Publisher::Csl.publishes(**list))
            .all(|list| snapshot.of_list(*list).count() > 0)
    );
    let unread: Vec<String> = snapshot
        .of_list(ListCode::EL)
        .flat_map(|entry| &entry.citations)
        .filter(|citation| matches!(citation, Citation::AsPublished(_)))
        .map(ToString::to_string)
        .collect();
    assert!(!unread.is_empty());
    assert!(
        unread.iter().all(|text| text.ends_with("FR") || text.starts_with("76 FR No. 197")),
        "{unread:?}"
    );
}

#[test]
fn the_formats_of_the_real_list_give_equal_entries() {
    let folder = tempfile::tempdir().unwrap();
    for (mode, day, name, options) in [
        ("as-of", "2019-05-21", "early", &[][..]),
        ("as-of", "2022-12-31", "late", &[]),
        ("edits", "2022-06-30", "edits", &["--seed", "3"]),
    ] {
        let out = folder.path().join(name);
        let Some(()) = shared_data::make_lists(mode, day, &out, options) else { return };
    }
    for list in ["early", "late", "edits/before", "edits/after"] {
        let entries = |file: &str| -> Vec<Entry> {
            let snapshot =
                read(fs::read(folder.path().join(list).join(file)).unwrap(), &[ListCode::EL]);
            assert_eq!(snapshot.entries.len(), snapshot.rows);
            snapshot.entries
        };
        let (csv, json) = (entries("consolidated.csv"), entries("consolidated.json"));
        assert_eq!(csv.len(), json.len(), "{list}");
        for (csv, json) in csv.iter().zip(&json) {
            assert_eq!(csv, json, "{list}");
        }
        assert!(
            csv.len() <= entries("part-744.xml").len(),
            "{list}: the CSL folds rows of the list itself"
        );
        assert!(csv.len() > 500, "{list}: {} entries", csv.len());
        assert!(
            csv.iter().all(|entry| entry.citations.iter().all(|citation| citation.url().is_some())),
            "{list}: a citation was not read"
        );
        assert!(
            csv.iter().all(|entry| !entry.countries.is_empty() || entry.addresses.is_empty()),
            "{list}: an address names no country"
        );
    }
}
