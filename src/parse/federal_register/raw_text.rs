//! A rule's plain text, which is all there is of a document on public inspection: the names in its instructions.
//!
//! The table of such a text has lost its columns, so that nothing is read from it: no alias, no address, no licence term.

use super::instruction::{InstructionReader, Order};
use super::rule::{Removal, RuleEntry, RuleText, date_after};
use crate::domain::{Entry, ListCode, Warning};
use crate::parse::country::iso_of_heading;
use crate::parse::ecfr::entity::take_apart;

/// Reads what a plain text tells of a rule. It is never certain, and says why.
pub fn parse_raw_text(text: &str) -> RuleText {
    let paragraphs = paragraphs(text);
    let mut rule = RuleText {
        title: after_label(&paragraphs, &["SUBJECT"]).unwrap_or_default(),
        effective_text: after_label(&paragraphs, &["DATES", "EFFECTIVE DATE", "DATE"]).unwrap_or_default(),
        savings_clause: savings_clause(&paragraphs),
        ..RuleText::default()
    };
    rule.effective_on = date_after(&rule.effective_text, "effective").or_else(|| date_after(&rule.effective_text, ""));
    let mut reader = InstructionReader::default();
    let amendments = paragraphs.iter().skip_while(|text| !begins_the_amendments(text)).skip(1);
    let mut in_table = false;
    for paragraph in amendments {
        if begins_an_instruction(paragraph) {
            in_table = false;
        } else if is_table(paragraph) {
            in_table = true;
        }
        if !in_table {
            reader.paragraph(paragraph);
        }
    }
    rule.instructions = reader.instructions;
    let mut removed = Vec::new();
    for instruction in &rule.instructions {
        for quoted in &instruction.names {
            let name = take_apart(quoted, None).name;
            if instruction.order == Order::Remove {
                removed.push(Removal { name, heading: instruction.heading.clone() });
                continue;
            }
            let heading = instruction.heading.clone().unwrap_or_default();
            let mut entry = Entry::named(ListCode::EL, name);
            entry.countries = iso_of_heading(&heading).map(str::to_owned).into_iter().collect();
            rule.entries.push(RuleEntry { entry, order: Some(instruction.order), heading });
        }
    }
    rule.removed = removed;
    let found = if rule.entries.is_empty() && rule.removed.is_empty() {
        "only the plain text is there yet, and no entry could be found in its instructions"
    } else {
        "only the plain text is there yet: the names are those of its instructions, and aliases, addresses and licence terms stand in the document alone"
    };
    rule.warnings = vec![Warning { place: "the plain text".into(), text: found.into() }];
    rule
}

/// Lines put together to paragraphs: one begins behind an empty line and with each letter or number of an instruction.
fn paragraphs(text: &str) -> Vec<String> {
    let mut paragraphs: Vec<String> = Vec::new();
    let mut open = false;
    for line in text.lines().map(str::trim) {
        if line.is_empty() {
            open = false;
            continue;
        }
        if line.bytes().all(|byte| byte.is_ascii_digit()) || line.starts_with("[[Page") {
            continue; // a page's number stands in the middle of a paragraph
        }
        match paragraphs.last_mut().filter(|_| open && !is_enumerated(line) && !is_labelled(line)) {
            Some(paragraph) => {
                paragraph.push(' ');
                paragraph.push_str(line);
            }
            None => paragraphs.push(line.to_owned()),
        }
        open = true;
    }
    paragraphs
}

/// `2. Supplement`, `a. Under`, `ii. By`, `(1) Adding`
fn is_enumerated(line: &str) -> bool {
    let Some(end) = line.find(['.', ')']) else { return false };
    let mark = line.get(..end).unwrap_or_default().trim_start_matches('(');
    let follows = line.get(end + 1..).is_some_and(|rest| rest.starts_with(' '));
    let digits = mark.bytes().all(|byte| byte.is_ascii_digit());
    let roman = mark.bytes().all(|byte| matches!(byte, b'i' | b'v' | b'x'));
    let letters =
        mark.len() <= 2 && mark.bytes().all(|byte| byte.is_ascii_lowercase()) && mark.bytes().all(|b| mark.as_bytes().first() == Some(&b));
    follows && !mark.is_empty() && mark.len() <= 6 && (digits || roman || letters)
}

/// `DATES: This rule`
fn is_labelled(line: &str) -> bool {
    let label = line.split(':').next().unwrap_or_default();
    label.len() < line.len() && (4..=30).contains(&label.len()) && label.bytes().all(|byte| byte.is_ascii_uppercase() || byte == b' ')
}

fn begins_an_instruction(paragraph: &str) -> bool {
    is_enumerated(paragraph.trim_start_matches(['■', '•', ' ']))
}

fn begins_the_amendments(paragraph: &str) -> bool {
    let lower = paragraph.to_lowercase();
    (lower.starts_with("for the reasons") || lower.starts_with("accordingly")) && lower.contains("amended")
}

/// What stands behind the instructions: the heading of the supplement, and rows of asterisks.
fn is_table(paragraph: &str) -> bool {
    let lower = paragraph.to_lowercase();
    paragraph.starts_with('*') || lower.starts_with("supplement no.") || lower.ends_with("as follows:")
}

fn after_label(paragraphs: &[String], labels: &[&str]) -> Option<String> {
    paragraphs.iter().find_map(|paragraph| {
        labels.iter().find_map(|label| paragraph.strip_prefix(label)?.strip_prefix(':').map(|text| text.trim().to_owned()))
    })
}

/// The paragraphs behind their heading, up to the next one.
fn savings_clause(paragraphs: &[String]) -> Option<String> {
    let is_heading = |text: &str| text.chars().count() <= 80 && !text.ends_with(['.', ';', ',', ':']);
    let begins = paragraphs.iter().position(|text| is_heading(text) && text.to_lowercase().contains("savings clause"))?;
    let clause: Vec<&str> = paragraphs
        .iter()
        .skip(begins + 1)
        .map(String::as_str)
        .take_while(|text| !is_heading(text) && !begins_the_amendments(text))
        .collect();
    (!clause.is_empty()).then(|| clause.join("\n\n"))
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEXT: &str = "\
BILLING CODE 3510-33-P

SUBJECT: Additions to the Entity List
DATES:  This rule is effective
March 4, 2025.

The Entity List (supplement no. 4 to part 744 of the EAR) is amended by adding “Nobody Ltd.” here.

Savings Clause

Shipments on their way may go
on until April 3.

For the reasons stated in the preamble, part 744 is amended as follows:

2. Supplement No. 4 to part 744 is amended:
a. Under RUSSIA, by adding in alphabetical order, entries for “North Glass
JSC” and “South
12
Glass”;
b. Under TURKEY, by removing the entry for “Blue Lake Ltd.”.
The additions read as follows:

Supplement No. 4 to Part 744 – Entity List
* * * * *
RUSSIA North Glass JSC, “adding” 5 Sea Street
";

    #[test]
    fn names_are_read_from_the_instructions_alone() {
        let rule = parse_raw_text(TEXT);
        let names: Vec<(&str, &str)> =
            rule.entries.iter().map(|entry| (entry.entry.name.as_str(), entry.entry.countries[0].as_str())).collect();
        assert_eq!(names, [("North Glass JSC", "RU"), ("South Glass", "RU")]);
        assert_eq!(rule.removed, [Removal { name: "Blue Lake Ltd.".into(), heading: Some("TURKEY".into()) }]);
        assert_eq!(rule.effective_on, Some(jiff::civil::date(2025, 3, 4)));
        assert_eq!(rule.savings_clause.as_deref(), Some("Shipments on their way may go on until April 3."));
        assert!(!rule.certain && rule.warnings.len() == 1);
    }

    #[test]
    fn a_text_without_instructions_gives_no_entry_and_says_so() {
        let rule = parse_raw_text("DATES: soon\n\nNothing else “at all”.");
        assert!(rule.entries.is_empty() && rule.removed.is_empty() && !rule.certain);
        assert!(rule.warnings[0].text.contains("no entry could be found"));
    }
}
