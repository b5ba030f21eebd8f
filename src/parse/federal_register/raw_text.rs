//! Reads the plain text of a rule: the names in its instructions. A document on public inspection
//! has no other text.
//!
//! The table in such a text has lost its columns, so nothing is read from it: no alias, no address,
//! no license term.

use crate::domain::Warning;
use crate::parse::federal_register::instruction::{
    InstructionReader, Order, amends_supplement_4, is_an_order, mark_of,
    where_supplement_4_is_amended,
};
use crate::parse::federal_register::plain_lines::{Line, is_heading, lines_of, paragraphs_of};
use crate::parse::federal_register::rule::{
    Removal, RuleEntry, RuleText, date_after, entry_of_quotation, is_savings_heading,
    name_in_quotation, run_in_savings_clause,
};

/// The longest sentence, in bytes, that announces the amendments. A longer distance between its
/// first and its last words means that they belong to two sentences.
const LONGEST_SENTENCE: usize = 600;

/// How many lines after an enumeration mark are searched for an order. An instruction gives its
/// order near its start.
const LINES_OF_AN_INSTRUCTION: usize = 6;

/// Reads a rule from its plain text. The result is never certain, and its warnings say why.
pub fn parse_raw_text(text: &str) -> RuleText {
    let lines = lines_of(text);
    let (preamble, amendments) = lines.split_at(beginning_of_amendments(&lines));
    let preamble = paragraphs_of(preamble);
    let mut rule = RuleText {
        title: after_label(&preamble, &["SUBJECT"]).unwrap_or_default(),
        effective_text: after_label(&preamble, &["DATES", "EFFECTIVE DATE", "DATE"])
            .unwrap_or_default(),
        savings_clause: savings_clause(&preamble),
        ..RuleText::default()
    };
    rule.effective_on = date_after(&rule.effective_text, "effective")
        .or_else(|| date_after(&rule.effective_text, ""));
    let mut reader = InstructionReader::default();
    instructions_of(amendments).iter().for_each(|paragraph| reader.paragraph(paragraph));
    rule.amends_the_list = reader.amends_the_list() || amends_supplement_4(&lower_case(&lines).0);
    rule.instructions = reader.instructions;
    rule.replaced = reader.replaced;
    let mut removed = Vec::new();
    for instruction in &rule.instructions {
        for quoted in &instruction.names {
            if instruction.order == Order::Remove {
                removed.push(Removal {
                    name: name_in_quotation(quoted),
                    heading: instruction.heading.clone(),
                });
            } else {
                let entry = entry_of_quotation(quoted, instruction.heading.as_deref());
                rule.entries.push(RuleEntry {
                    entry,
                    order: Some(instruction.order),
                    heading: instruction.heading.clone().unwrap_or_default(),
                });
            }
        }
    }
    rule.removed = removed;
    let found = if rule.entries.is_empty() && rule.removed.is_empty() {
        "only the plain text is available so far, and no entry could be found in its instructions"
    } else {
        "only the plain text is available so far: the names are those of its instructions, and \
         aliases, addresses and license terms are only in the document"
    };
    let doubts = std::iter::once(found.to_owned()).chain(reader.doubts);
    rule.warnings = doubts.map(|text| Warning { place: "the plain text".into(), text }).collect();
    rule
}

/// The lines joined into one text in lower case, and where each line begins in it.
fn lower_case(lines: &[Line]) -> (String, Vec<usize>) {
    let mut text = String::new();
    let mut starts = Vec::with_capacity(lines.len());
    for line in lines {
        starts.push(text.len());
        text.push_str(&line.text.to_lowercase());
        text.push(' ');
    }
    (text, starts)
}

/// The index of the line after `For the reasons stated … is amended as follows:`, else of the first
/// instruction that amends the list. If there is neither, the whole text is preamble.
fn beginning_of_amendments(lines: &[Line]) -> usize {
    let (text, starts) = lower_case(lines);
    let begins = ["for the reasons", "accordingly"]
        .iter()
        .flat_map(|words| text.match_indices(words).map(|(at, _)| at));
    let ends = begins.filter_map(|from| {
        let rest = text.get(from..)?;
        let ends = ["amended as follows", "amended to read as follows", "amended as set forth"];
        let end = ends
            .iter()
            .filter_map(|words| rest.find(words))
            .min()
            .filter(|end| *end <= LONGEST_SENTENCE)?;
        Some(from + end)
    });
    if let Some(end) = ends.min() {
        return starts.partition_point(|start| *start <= end + "amended as ".len());
    }
    match where_supplement_4_is_amended(&text) {
        Some(at) => starts.partition_point(|start| *start <= at).saturating_sub(1),
        None => lines.len(),
    }
}

/// The paragraphs of the instructions. A paragraph continues over blank lines until the next
/// enumeration mark or until a table begins. Lines of a table are omitted, even if they are
/// numbered like an instruction (a Russian address begins with `d. 15`).
fn instructions_of(lines: &[Line]) -> Vec<String> {
    let mut paragraphs: Vec<String> = Vec::new();
    let mut in_table = false;
    let mut open = false;
    for (at, line) in lines.iter().enumerate() {
        let text = line.text.trim_start_matches(['■', '•', ' ']);
        if ends_the_rule(text) {
            break;
        }
        let ended = paragraphs.last().is_none_or(|last| is_ended(last));
        if mark_of(text).is_some()
            && (!in_table || is_an_instruction(lines.get(at..).unwrap_or_default()))
        {
            in_table = false;
            paragraphs.push(text.to_owned());
            open = true;
        } else if in_table || begins_a_table(text, ended) {
            in_table = true;
            open = false;
        } else if open && !(line.begins && ended) {
            if let Some(paragraph) = paragraphs.last_mut() {
                paragraph.push(' ');
                paragraph.push_str(text);
            }
        } else {
            paragraphs.push(text.to_owned());
            open = true;
        }
    }
    paragraphs
}

/// Whether the lines up to the next enumeration mark give an order. A line of a table does not.
fn is_an_instruction(lines: &[Line]) -> bool {
    let Some((first, rest)) = lines.split_first() else { return false };
    let mut text = first.text.trim_start_matches(['■', '•', ' ']).to_owned();
    for line in rest
        .iter()
        .take(LINES_OF_AN_INSTRUCTION)
        .take_while(|line| mark_of(&line.text).is_none() && !line.text.starts_with('*'))
    {
        text.push(' ');
        text.push_str(&line.text);
    }
    is_an_order(&text)
}

fn is_ended(paragraph: &str) -> bool {
    let open = paragraph.matches('“').count() > paragraph.matches('”').count();
    !open && paragraph.ends_with(['.', ':', ';', '”'])
}

/// Whether the line begins the part after the instructions: the heading of the supplement, the
/// words that announce it, or a row of asterisks.
fn begins_a_table(line: &str, ended: bool) -> bool {
    let lower = line.to_lowercase();
    let announced = ["the addition", "the revision", "the correction"]
        .iter()
        .any(|words| lower.starts_with(words));
    line.starts_with('*')
        || lower.ends_with("as follows:")
        || lower.starts_with("country") && lower.contains("entity")
        || ended && (announced || lower.starts_with("supplement no.") && !lower.contains("amended"))
}

/// Whether the line is the signature of the rule, or what the Office of the Federal Register prints
/// after it.
fn ends_the_rule(line: &str) -> bool {
    [
        "[FR Doc",
        "BILLING CODE",
        "Assistant Secretary",
        "Deputy Assistant Secretary",
        "Under Secretary",
        "Acting Assistant Secretary",
    ]
    .iter()
    .any(|start| line.starts_with(start))
}

fn after_label(paragraphs: &[String], labels: &[&str]) -> Option<String> {
    paragraphs.iter().find_map(|paragraph| {
        labels.iter().find_map(|label| {
            paragraph.strip_prefix(label)?.strip_prefix(':').map(|text| text.trim().to_owned())
        })
    })
}

/// The paragraphs after the heading of the savings clause, up to the next heading.
fn savings_clause(paragraphs: &[String]) -> Option<String> {
    let Some(begins) =
        paragraphs.iter().position(|text| is_heading(text) && is_savings_heading(text))
    else {
        return paragraphs.iter().find_map(|text| run_in_savings_clause(text));
    };
    let amends = |text: &str| {
        text.to_lowercase().starts_with("for the reasons") || text.starts_with("Accordingly")
    };
    let clause: Vec<&str> = paragraphs
        .iter()
        .skip(begins + 1)
        .map(String::as_str)
        .take_while(|text| !is_heading(text) && !amends(text))
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
        let names: Vec<(&str, &str)> = rule
            .entries
            .iter()
            .map(|entry| (entry.entry.name.as_str(), entry.entry.countries[0].as_str()))
            .collect();
        assert_eq!(names, [("North Glass JSC", "RU"), ("South Glass", "RU")]);
        assert_eq!(
            rule.removed,
            [Removal { name: "Blue Lake Ltd.".into(), heading: Some("TURKEY".into()) }]
        );
        assert_eq!(rule.effective_on, Some(jiff::civil::date(2025, 3, 4)));
        assert_eq!(
            rule.savings_clause.as_deref(),
            Some("Shipments on their way may go on until April 3.")
        );
        assert!(!rule.certain && rule.warnings.len() == 1);
    }

    #[test]
    fn a_quotation_without_a_name_gives_no_entry_without_a_name() {
        for (quoted, names) in [
            ("“(”", &[] as &[&str]),
            ("\"\"\"(\"\"", &[]),
            ("“a.k.a., Glass”", &["a.k.a., Glass"]),
            ("“North Glass”", &["North Glass"]),
        ] {
            let rule = parse_raw_text(&format!(
                "part 744 is amended as follows:\n\n2. Supplement No. 4 to part 744 is amended:\n\
                 a. Under RUSSIA, by adding an entry for {quoted}."
            ));
            let found: Vec<&str> = rule.entries.iter().map(|row| &*row.entry.name).collect();
            assert_eq!(found, names, "{quoted}");
            assert!(rule.amends_the_list && !rule.certain, "{quoted}");
        }
    }

    #[test]
    fn a_text_without_instructions_gives_no_entry_but_a_warning() {
        let rule = parse_raw_text("DATES: soon\n\nNothing else “at all”.");
        assert!(rule.entries.is_empty() && rule.removed.is_empty() && !rule.certain);
        assert!(rule.warnings[0].text.contains("no entry could be found"));
    }

    #[track_caller]
    fn orders(text: &str) -> Vec<(String, String)> {
        let rule = parse_raw_text(text);
        assert!(rule.amends_the_list && !rule.certain);
        let country =
            |heading: Option<&str>| heading.unwrap_or_default().chars().take(2).collect::<String>();
        let put =
            rule.entries.iter().map(|row| (row.entry.name.clone(), country(Some(&row.heading))));
        put.chain(
            rule.removed
                .iter()
                .map(|removal| (format!("-{}", removal.name), country(removal.heading.as_deref()))),
        )
        .collect()
    }

    const INSTRUCTIONS: &str = "\
DATES: This rule is effective March 4, 2024.
Savings Clause
Shipments may go on until
April 4, 2024.
List of Subjects in 15 CFR Part 744
Exports, Terrorism.
For the reasons stated in the preamble, part 744 of the
Regulations (15 CFR parts 730-774) is amended as
follows:
PART 744 – CONTROL POLICY
1. The authority citation for 15 CFR part 744 continues to read as follows:
Authority: 50 U.S.C. 4801.
2. Supplement No. 4 to part 744 is amended:
a. Under CHINA, by adding entries for “Alpha
Tech Co., Ltd.” and “Beta Works”; and
b. Under RUSSIA, by removing the entry for “Gamma OOO”.
The additions read as follows:
Supplement No. 4 to Part 744 – Entity List
* * * * *
RUSSIA
Joint Stock Company “Works”, a.k.a.
d. 15, office 51, Simferopol, JSC “North Star”, Russia
* * * * *
Jane Roe,
Assistant Secretary for Export Administration.
[FR Doc. 2024-00001]
a. Under RUSSIA, by removing “Delta”.
";

    #[test]
    fn names_are_found_in_every_layout_of_the_text() {
        let expected = [("Alpha Tech Co., Ltd.", "CH"), ("Beta Works", "CH"), ("-Gamma OOO", "RU")];
        let expected = expected.map(|(name, country)| (name.to_owned(), country.to_owned()));
        let sentence = "For the reasons stated in the preamble, part 744 of the\nRegulations (15 \
                        CFR parts 730-774) is amended as\nfollows:\n";
        let layouts = [
            INSTRUCTIONS.to_owned(),
            INSTRUCTIONS.lines().collect::<Vec<_>>().join("\n\n"),
            INSTRUCTIONS.replace("“Alpha\n", "“Alpha\n\n12\n\x0c\n").replace('\n', "\r\n"),
            format!(
                "<html><body><pre>\n{}</pre></body></html>",
                INSTRUCTIONS.replace('“', "&ldquo;").replace('”', "&#8221;")
            ),
            INSTRUCTIONS
                .replace('“', "``")
                .replace('”', "''")
                .replace("\n2. ", "\n0\n2. ")
                .replace("\nThe additions", "\n    The additions"),
            INSTRUCTIONS.replace(sentence, ""),
        ];
        for text in layouts {
            assert_eq!(orders(&text), expected, "{text}");
            let rule = parse_raw_text(&text);
            assert_eq!(rule.effective_on, Some(jiff::civil::date(2024, 3, 4)), "{text}");
            assert_eq!(
                rule.savings_clause.as_deref(),
                Some("Shipments may go on until April 4, 2024."),
                "{text}"
            );
        }
    }

    #[test]
    fn a_second_supplement_after_a_table_is_read() {
        let more = "3. Supplement No. 4 to part 744 is further amended:\na. Under TURKEY, by \
                    removing “Epsilon”.\nJane Roe,\nAssistant Secretary";
        assert_eq!(
            orders(&INSTRUCTIONS.replace("Jane Roe,\nAssistant Secretary", more)).last().unwrap().0,
            "-Epsilon"
        );
    }

    #[test]
    fn a_text_that_amends_the_list_is_recognized() {
        assert!(
            parse_raw_text("2. Supplement No. 4 to part 744 is amended as shown in the image.")
                .amends_the_list
        );
        assert!(
            !parse_raw_text(
                "2. Supplement No. 6 to part 744 is amended by removing under CHINA “Alpha”."
            )
            .amends_the_list
        );
    }
}
