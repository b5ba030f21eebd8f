//! The eCFR parser on the real list, compared with the data that the list was made from.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use entitywatch::domain::ListCode;
use entitywatch::parse::ecfr::entity::take_apart;
use entitywatch::parse::ecfr::parse;
use serde_json::Value;

use crate::shared_data;

/// The list of a day, made from the real data.
fn list_of(day: &str, folder: &Path) -> Option<PathBuf> {
    shared_data::make_lists("as-of", day, folder, &[])?;
    Some(folder.join("part-744.xml"))
}

/// The data that the list is made from.
fn truth() -> Option<Vec<Value>> {
    let data = shared_data::unpacked(&shared_data::file("entity-list-to-2022.json.xz")?)?;
    let data: Value = serde_json::from_slice(&data).unwrap();
    Some(data["entities"].as_array().unwrap().clone())
}

fn text<'a>(value: &'a Value, key: &str) -> &'a str {
    value[key].as_str().unwrap_or_default()
}

/// Volume and page of each citation of the data, up to `day`, with the first one's date.
fn citations(value: &Value, day: &str) -> Option<(Vec<String>, String)> {
    let mut found = Vec::new();
    for part in text(value, "federal_register").lines() {
        let (citation, date) = part.trim_end_matches('.').split_once(", ")?;
        let mut numbers = date.split('/').map(|n| n.parse::<u32>());
        let (month, day, year) =
            (numbers.next()?.ok()?, numbers.next()?.ok()?, numbers.next()?.ok()?);
        let year = if year > 99 {
            year
        } else if year > 80 {
            1900 + year
        } else {
            2000 + year
        };
        found.push((format!("{year:04}-{month:02}-{day:02}"), citation.to_owned()));
    }
    let first = found.first()?.0.clone();
    (first.as_str() <= day).then(|| {
        (
            found
                .into_iter()
                .filter(|(date, _)| date.as_str() <= day)
                .map(|(_, citation)| citation)
                .collect(),
            first,
        )
    })
}

#[derive(Default)]
struct Figures(BTreeMap<&'static str, (usize, usize)>);

impl Figures {
    fn count(&mut self, field: &'static str, right: bool) {
        let (good, all) = self.0.entry(field).or_default();
        *good += usize::from(right);
        *all += 1;
    }

    fn share(&self, field: &str) -> f64 {
        let (good, all) = self.0.get(field).copied().unwrap_or_default();
        good as f64 / all.max(1) as f64
    }
}

#[test]
fn every_entry_of_the_real_list_is_read_and_its_fields_are_right() {
    let Some(data) = truth() else { return };
    let mut all = Vec::new();
    for day in ["2016-06-30", "2020-12-31", "2022-06-30", "2022-12-31"] {
        let folder = tempfile::tempdir().unwrap();
        let Some(path) = list_of(day, folder.path()) else { return };
        let snapshot = parse(std::fs::File::open(path).unwrap(), &[ListCode::EL]).unwrap();

        // The tool sorts the list by heading and name.
        let mut expected: Vec<(&Value, Vec<String>, String)> = data
            .iter()
            .filter_map(|e| citations(e, day).map(|(cited, first)| (e, cited, first)))
            .collect();
        expected.sort_by_key(|(e, ..)| {
            (text(e, "country").to_uppercase(), text(e, "name").to_lowercase())
        });
        assert_eq!(snapshot.entries.len(), expected.len(), "{day}");
        assert_eq!(snapshot.rows, expected.len());

        let mut figures = Figures::default();
        let show = std::env::var("SHOW").is_ok() && day == "2022-12-31";
        for (entry, (row, cited, first)) in snapshot.entries.iter().zip(&expected) {
            let aliases: Vec<&str> =
                row["aliases"].as_array().unwrap().iter().map(|a| a.as_str().unwrap()).collect();
            let address = text(row, "address");
            let name_right = entry.name == text(row, "name").trim();
            let field = match (aliases.is_empty(), address.is_empty()) {
                (false, _) => "names with an alias line",
                (true, false) => "names with only a comma",
                (true, true) => "names alone",
            };
            figures.count(field, name_right);
            if show && !name_right {
                println!("{field}: {:?} for {:?} | {address:.60}", entry.name, text(row, "name"));
            }
            let clean = |alias: &&&str| !alias.contains(';') && !holds_address(alias);
            for alias in aliases.iter().filter(clean) {
                // An alias that ends with a period has no second one after it in the list, so that
                // `Ltd` and `Ltd.` look the same.
                let bare = |name: &str| name.trim().trim_end_matches('.').to_owned();
                let right = entry.aliases.iter().any(|found| bare(found) == bare(alias));
                figures.count("aliases", right);
                if show && !right {
                    println!("alias {alias:?} not in {:?}", entry.aliases);
                }
            }
            let parts: Vec<&str> = address
                .split(';')
                .map(|a| a.trim().trim_start_matches("and "))
                .filter(|a| !a.is_empty())
                .collect();
            if !parts.is_empty() {
                figures.count("address counts", entry.addresses.len() == parts.len());
                if std::env::var("SHOW_ADDRESSES").is_ok()
                    && show
                    && entry.addresses.len() != parts.len()
                {
                    println!("addresses of {}: {:#?} for {address}", entry.name, entry.addresses);
                }
            }
            let footnotes: Vec<String> = footnotes(text(row, "notes"));
            figures.count("footnotes", entry.footnotes == footnotes);
            if show && entry.footnotes != footnotes {
                println!(
                    "footnotes {:?} for {footnotes:?} of {}",
                    entry.footnotes,
                    text(row, "notes")
                );
            }
            figures.count(
                "citations",
                entry.citations.iter().map(ToString::to_string).collect::<Vec<_>>() == *cited,
            );
            figures.count("start dates", entry.start_date.as_deref() == Some(first));
            figures.count("countries", entry.countries.len() == 1);
            figures.count("certain names", !entry.other.contains_key("entity"));
        }
        for (field, (good, all)) in &figures.0 {
            println!("{day} {field}: {good} of {all} = {:.2} %", 100.0 * figures.share(field));
        }
        for warning in &snapshot.warnings {
            println!("{day} {}: {}", warning.place, warning.text);
        }
        all.push((day, figures));
    }
    for (day, figures) in all {
        for field in ["aliases", "footnotes", "citations", "start dates", "countries"] {
            assert!(figures.share(field) >= 0.995, "{day} {field}");
        }
        assert!(figures.share("names with an alias line") >= 0.99, "{day}");
        assert!(figures.share("names with only a comma") >= 0.97, "{day}");
    }
}

/// Whether an alias of the data also contains an address. Some last aliases do: they contain the
/// end of a sentence, or a comma and a house number.
fn holds_address(alias: &str) -> bool {
    let behind_stop =
        alias.split_once(". ").is_some_and(|(_, rest)| rest.contains(',') || rest.contains(": "));
    behind_stop || alias.split(',').skip(1).any(|part| part.contains(|c: char| c.is_ascii_digit()))
}

/// What the tool marks as footnotes: a digit after `734.9(e)` or `734.9(g)`, and one after the last
/// parenthesis.
fn footnotes(notes: &str) -> Vec<String> {
    let mut found = Vec::new();
    for section in ["734.9(e)", "734.9(g)"] {
        for (at, _) in notes.match_indices(section) {
            let rest = notes[at + section.len()..].trim_start_matches(',').trim_start_matches(' ');
            let digit: String = rest.chars().take(1).filter(|c| "1345".contains(*c)).collect();
            if !digit.is_empty() && rest[1..].starts_with(char::is_whitespace) {
                found.push(digit);
            }
        }
    }
    // A mark without markup, such as that of the former footnote 2: `and 744.11 of the EAR 2`.
    for (at, found_at) in notes.match_indices("of the EAR ") {
        let rest = &notes[at + found_at.len()..];
        if let Some(digit) = rest.chars().next().filter(|c| "12345".contains(*c))
            && !rest[1..].starts_with(|c: char| c.is_alphanumeric())
        {
            found.push(digit.to_string());
        }
    }
    let end = notes.trim_end_matches('.');
    if let Some(digit) = end.chars().next_back().filter(|c| "1345".contains(*c))
        && end[..end.len() - 1].trim_end().ends_with(')')
    {
        found.push(digit.to_string());
    }
    found.sort();
    found.dedup();
    found
}

#[test]
fn the_names_in_real_cells_are_read() {
    let Some(path) = shared_data::file("entity-cells.json") else { return };
    let cells: Value = serde_json::from_slice(&std::fs::read(path).unwrap()).unwrap();
    let (mut wrong, mut aliases, mut addresses) = (0, 0, 0);
    for cell in cells.as_array().unwrap() {
        let entity = take_apart(text(cell, "raw"), Some("China"));
        println!("{entity:#?}");
        wrong += usize::from(entity.name != text(cell, "name"));
        aliases += entity.aliases.len();
        addresses += entity.addresses.len();
    }
    println!("30 cells: {wrong} names wrong, {aliases} aliases, {addresses} addresses");
    assert!(wrong <= 1);
    assert!(cells.as_array().unwrap().len() == 30);
}

const PART_744: &str = include_str!("../fixtures/ecfr/part-744.xml");

#[test]
fn a_part_with_every_form_of_row_is_read() {
    let snapshot =
        parse(PART_744.as_bytes(), &[ListCode::EL, ListCode::UVL, ListCode::MEU]).unwrap();
    assert_eq!(snapshot.warnings, vec![]);
    assert_eq!(snapshot.rows, 7);
    let entries = &snapshot.entries;
    let names: Vec<(&str, &str)> =
        entries.iter().map(|entry| (entry.countries[0].as_str(), entry.name.as_str())).collect();
    assert_eq!(
        names,
        [
            ("CN", "Amber Lake Optics Co., Ltd."),
            ("CN", "Birch Valley Academy"),
            ("UA", "Cedar Port"),
            ("UA", "Cedar Works, JSC"),
            ("HK", "Address 01"),
            ("CA", "Dogwood Import Ltd."),
            ("RU", "Elder Engines JSC"),
        ]
    );
    let amber = &entries[0];
    assert_eq!(amber.aliases, ["Amber Lake", "ALO", "Amber & Lake Glass Ltd."]);
    assert_eq!(
        amber.addresses,
        ["No. 12 Orchard Road, Wuxi, China", "3rd Floor, Pine Tower, Jinan, China"]
    );
    assert_eq!(amber.remarks, "See alternate address under Russia");
    assert_eq!(amber.footnotes, ["1", "3"]);
    assert_eq!(
        amber.license_requirement,
        "For all items subject to the EAR. (See §§ 734.9(e),¹ 734.9(g),³ and 744.11 of the EAR)"
    );
    assert_eq!(
        amber.citations.iter().map(ToString::to_string).collect::<Vec<_>>(),
        ["85 FR 36719", "87 FR 38925"]
    );
    assert_eq!(amber.start_date.as_deref(), Some("2020-06-18"));
    assert!(amber.other.is_empty(), "the name's end is marked: {:?}", amber.other);

    let birch = &entries[1];
    assert_eq!(birch.aliases, ["BVA"]);
    assert_eq!(
        birch.other.get("subordinate_parties"),
        Some("First Design Office, a.k.a. FDO\n9th Workshop")
    );
    assert_eq!(birch.addresses, ["5 Birch Street, Xian, China", "6 Birch Street, Xian, China"]);
    assert_eq!(
        birch.remarks,
        "The following addresses apply to the entity and to its two subordinate institutions"
    );

    assert_eq!(entries[2].other.get("country_heading"), Some("CRIMEA REGION OF UKRAINE"));
    assert_eq!(
        entries[2].other.get("entity"),
        Some("Cedar Port, Yalta, Crimea."),
        "the cut is uncertain: the cell is kept in full"
    );
    assert_eq!(
        entries[3].license_requirement, "For all items subject to the EAR",
        "a cell that spans rows counts in each"
    );
    assert_eq!(
        entries[3].addresses,
        ["5 Quay Street, Kerch, Crimea", "6 Quay Street, Kerch, Crimea"]
    );
    assert_eq!(entries[4].form, entitywatch::domain::Form::Address);
    assert_eq!(entries[4].addresses, ["Unit 9, 8/F, Poplar House, Kowloon, Hong Kong"]);
    assert_eq!((entries[5].list, entries[6].list), (ListCode::UVL, ListCode::MEU));
}

#[test]
fn only_the_requested_lists_are_returned_and_all_rows_are_counted() {
    let snapshot = parse(PART_744.as_bytes(), &[ListCode::MEU]).unwrap();
    assert_eq!((snapshot.entries.len(), snapshot.rows), (1, 7));
}

#[test]
fn a_document_cut_anywhere_is_refused() {
    for length in (0..PART_744.len() - 10).step_by(97) {
        let cut = PART_744.as_bytes().get(..length).unwrap();
        let error = parse(cut, &[ListCode::EL]).expect_err(&format!("cut at byte {length}"));
        assert!(error.place.starts_with("line "), "{error}");
    }
}

#[test]
fn ok_a_column_that_is_not_known_is_kept_with_a_warning() {
    let document = "<DIV5 N=\"744\"><DIV9 N=\"Supplement No. 4 to Part \
                    744\"><TABLE><TR><TH>Country</TH><TH>Entity</TH><TH>Status</TH><TH>License \
                    requirement</TH><TH>License review \
                    policy</TH><TH>Citation</TH></TR>\n<TR><TD>CHINA</TD><TD>Cedar Port, 1 Quay, \
                    Dalian, China.</TD><TD>Active</TD><TD>For all \
                    items.</TD><TD>Denial.</TD><TD>91 FR 101, \
                    4/30/26.</TD></TR>\n<TR><TD></TD><TD>Birch Valley Academy, Xian, \
                    China.</TD><TD></TD><TD>For all items.</TD><TD>Denial.</TD><TD>83 FR 37427, \
                    8/1/18.</TD></TR></TABLE></DIV9></DIV5>";
    let snapshot = parse(document.as_bytes(), &[ListCode::EL]).unwrap();
    let [cedar, birch] = snapshot.entries.as_slice() else { panic!("two entries") };
    assert_eq!((cedar.other.get("status"), birch.other.get("status")), (Some("Active"), None));
    assert_eq!((cedar.name.as_str(), cedar.license_policy.as_str()), ("Cedar Port", "Denial."));
    assert_eq!(snapshot.columns.iter().collect::<Vec<_>>(), ["status"]);
    assert!(
        snapshot.warnings[0]
            .text
            .ends_with("the column `status` is unknown; it is kept as published"),
        "{:?}",
        snapshot.warnings
    );
    for (heading, other) in [("Status", "Entity"), ("Status", "")] {
        let document =
            document.replace(&format!("<TH>{heading}</TH>"), &format!("<TH>{other}</TH>"));
        assert!(
            parse(document.as_bytes(), &[ListCode::EL])
                .unwrap_err()
                .problem
                .starts_with("expected the columns"),
            "{other}"
        );
    }
}

#[test]
fn a_missing_supplement_is_a_warning_unless_it_is_the_entity_list() {
    let start = PART_744.find("<DIV9 N=\"Supplement No. 7").unwrap();
    let end = start + PART_744[start..].find("</DIV9>").unwrap() + "</DIV9>".len();
    let without = format!("{}{}", &PART_744[..start], &PART_744[end..]);
    let snapshot = parse(without.as_bytes(), &[ListCode::EL, ListCode::MEU]).unwrap();
    assert_eq!(snapshot.of_list(ListCode::MEU).count(), 0);
    assert!(snapshot.of_list(ListCode::EL).count() > 0);
    let warning = &snapshot.warnings.last().unwrap().text;
    assert!(
        warning.starts_with("expected Supplement No. 7 (the Military End User List)"),
        "{warning}"
    );
}

#[track_caller]
fn check_refused(document: &str, lists: &[ListCode], expected: &str) {
    assert_eq!(parse(document.as_bytes(), lists).unwrap_err().to_string(), expected);
}

#[test]
fn err_a_document_without_the_list_is_refused_with_its_place() {
    let el = &[ListCode::EL];
    check_refused(
        "<!DOCTYPE html>\n<html><head></head></html>",
        el,
        "line 2: expected the XML of Part 744, but got a web page",
    );
    check_refused(
        "{\"error\": \"Not found\"}",
        el,
        "line 1: expected XML, but got `{\"error\": \"Not found\"}`",
    );
    check_refused(
        "<DIV5 N=\"740\" TYPE=\"PART\"></DIV5>",
        el,
        "line 1: expected Part 744 (DIV5 N=\"744\"), but the document ends without it",
    );
    check_refused(
        "<DIV5 N=\"744\"></DIV5>",
        el,
        "line 1: expected Supplement No. 4 (the Entity List) with a table, but the document ends \
         without it",
    );
    check_refused(
        PART_744,
        &[ListCode::DPL],
        "the watched lists: expected EL, UVL or MEU of the eCFR, but got DPL",
    );
    let other_columns = PART_744.replace("<TH scope=\"col\">Entity</TH>", "");
    check_refused(
        &other_columns,
        el,
        "line 10 (the Entity List): expected the columns country | entity | license requirement | \
         license review policy | Federal Register citation, but got Country | License requirement \
         | License review policy | Federal Register citation",
    );
    let begin = PART_744.find("<TBODY>").unwrap() + "<TBODY>".len();
    let empty =
        format!("{}{}", &PART_744[..begin], &PART_744[PART_744.find("</TBODY>").unwrap()..]);
    check_refused(&empty, el, "line 9 (the Entity List): expected rows, but the table is empty");
}
