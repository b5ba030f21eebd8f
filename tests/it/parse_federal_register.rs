//! The Federal Register's parsers on real documents.

use std::collections::BTreeMap;

use entitywatch::parse::federal_register::document::{Filing, parse_document, parse_documents};
use entitywatch::parse::federal_register::{Order, parse_rule, touches_entity_list};
use serde_json::Value;

use crate::shared_data;

#[test]
fn the_rule_of_february_2023_adds_thirteen_entries_of_ten_entities() {
    let Some(path) = shared_data::file("fr-2023-03929.xml") else { return };
    let rule = parse_rule(std::fs::File::open(path).unwrap()).unwrap();
    assert!(rule.certain, "{:?}", rule.warnings);
    assert_eq!(rule.title, "Additions of Entities to the Entity List");
    assert_eq!(rule.effective_on, Some(jiff::civil::date(2023, 2, 24)));
    assert_eq!(rule.entries.len(), 13);
    let mut countries: BTreeMap<&str, usize> = BTreeMap::new();
    for entry in &rule.entries {
        assert_eq!(entry.entry.countries.len(), 1);
        *countries.entry(entry.entry.countries[0].as_str()).or_default() += 1;
        assert_eq!(entry.order, Some(Order::Add), "{}", entry.entry.name);
        assert_eq!(entry.entry.footnotes, ["3"], "{}", entry.entry.name);
        assert_eq!(entry.entry.start_date.as_deref(), Some("2023-02-27"));
        assert!(entry.entry.citations.is_empty(), "the rule's own page is not printed in it");
        assert!(!entry.entry.addresses.is_empty(), "{}", entry.entry.name);
        assert!(!entry.entry.aliases.is_empty(), "{}", entry.entry.name);
        println!("{:#?}", entry.entry);
    }
    assert_eq!(
        countries,
        BTreeMap::from([("CA", 2), ("CN", 5), ("FR", 1), ("LU", 1), ("NL", 1), ("RU", 3)])
    );
    let names: std::collections::BTreeSet<&str> =
        rule.entries.iter().map(|entry| entry.entry.name.as_str()).collect();
    assert_eq!(names.len(), 10, "{names:?}");
    assert!(rule.removed.is_empty());
    assert!(
        rule.savings_clause
            .as_deref()
            .is_some_and(|clause| clause.contains("en route aboard a carrier"))
    );
    println!("{:#?}", rule.instructions);
}

#[test]
fn real_answers_of_the_api_are_read() {
    let Some(path) = shared_data::file("federal-register-api-shapes.json") else { return };
    let shapes: Value = serde_json::from_slice(&std::fs::read(path).unwrap()).unwrap();
    let mut read = 0;
    for (address, answer) in shapes.as_object().unwrap() {
        let bytes = serde_json::to_vec(answer).unwrap();
        if address.contains("/NUMBER") {
            let document = parse_document(&bytes).unwrap();
            println!("{document:#?}");
            assert!(document.html_url.is_some() && document.publication_date.is_some());
            read += 1;
        } else if answer.get("results").is_some() {
            let documents = parse_documents(&bytes).unwrap();
            assert_eq!(documents.len(), answer["results"].as_array().unwrap().len());
            for document in &documents {
                assert!(!document.document_number.is_empty() && !document.title.is_empty());
                assert!(document.publication_date.is_some());
                if address.starts_with("public-inspection") {
                    assert_eq!(document.filing, Some(Filing::Special));
                    assert!(
                        document.filed_at.is_some()
                            && document.raw_text_url.is_some()
                            && document.full_text_xml_url.is_none()
                    );
                }
            }
            read += 1;
        } else {
            println!("not read: {address}");
        }
    }
    assert!(read >= 3);
}

#[test]
fn rules_that_change_the_entity_list_are_distinguished_from_others() {
    let Some(path) = shared_data::file("bis-rules-to-2022.json") else { return };
    let rules: Vec<Value> = serde_json::from_slice(&std::fs::read(path).unwrap()).unwrap();
    let (mut entity_list_rules, mut unverified_list_rules) = (0, 0);
    for rule in &rules {
        let document = parse_document(&serde_json::to_vec(rule).unwrap()).unwrap();
        let touches = touches_entity_list(&document);
        println!("{} {touches} {}", document.document_number, document.title);
        let titled = document.title.contains("Entity List")
            && !document.title.starts_with("Authorization")
            && !document.title.contains("Clarifications to");
        if titled {
            assert!(touches, "{}", document.title);
            entity_list_rules += 1;
        }
        if document.title.starts_with("Revisions to the Unverified List")
            && !document.title.contains("Entity")
        {
            assert!(!touches, "{}", document.title);
            unverified_list_rules += 1;
        }
    }
    assert_eq!(rules.len(), 30);
    assert!(entity_list_rules > 5 && unverified_list_rules > 0);
}

const RULE: &str = include_str!("../fixtures/federal_register/rule.xml");

#[test]
fn a_rule_that_adds_revises_and_removes_is_read() {
    let rule = parse_rule(RULE.as_bytes()).unwrap();
    assert!(rule.certain, "{:?}", rule.warnings);
    assert_eq!(rule.effective_on, Some(jiff::civil::date(2025, 3, 4)));
    assert!(rule.effective_text.ends_with("effective May 5, 2025."));
    assert_eq!(
        rule.savings_clause.as_deref(),
        Some("Shipments on their way may go on.\n\nThey must arrive by April 3.")
    );
    let [north, blue] = rule.entries.as_slice() else { panic!("{:?}", rule.entries) };
    assert_eq!(
        (north.entry.name.as_str(), north.order, north.entry.start_date.as_deref()),
        ("North Glass JSC", Some(Order::Add), Some("2025-03-06"))
    );
    assert_eq!(
        (&north.entry.aliases, &north.entry.addresses),
        (&vec!["NG".to_owned()], &vec!["The 3rd Street, Perm, Russia".to_owned()])
    );
    assert_eq!(
        (blue.entry.name.as_str(), blue.order, blue.entry.start_date.as_deref()),
        ("Blue Lake Ltd.", Some(Order::Revise), Some("2022-06-30"))
    );
    assert_eq!(blue.entry.citations.len(), 1);
    let removed: Vec<(&str, Option<&str>)> = rule
        .removed
        .iter()
        .map(|removal| (removal.name.as_str(), removal.heading.as_deref()))
        .collect();
    assert_eq!(removed, [("Old Glass", Some("RUSSIA"))]);
}

#[test]
fn a_rule_without_a_readable_table_is_uncertain() {
    let begin = RULE.find("<GPOTABLE").unwrap();
    let end = RULE.find("</GPOTABLE>").unwrap() + "</GPOTABLE>".len();
    let picture = format!("{}<GPH><GID>ER06MR25.000</GID></GPH>{}", &RULE[..begin], &RULE[end..]);
    let rule = parse_rule(picture.as_bytes()).unwrap();
    assert!(!rule.certain);
    assert_eq!(rule.warnings[0].text, "the instructions name 2 entries, but the table has 0");

    let unknown = RULE.replace("<ENT I=\"01\">TURKEY</ENT>", "<ENT I=\"01\">ATLANTIS</ENT>");
    assert!(!parse_rule(unknown.as_bytes()).unwrap().certain);
    assert!(parse_rule(&RULE.as_bytes()[..end]).is_err(), "a rule cut short is no rule");
    assert!(parse_rule("<html></html>".as_bytes()).is_err());
}
