//! A rule's full text: what it adds to, revises in and removes from the Entity List, and from when.
//!
//! Source of the format: `full_text_xml_url` of a Federal Register document. Knows which entry an
//! instruction means; where it does not, it says so: [`RuleText::certain`].

use std::io::Read;

use jiff::civil::Date;

use crate::domain::country::{iso_of_heading, name_of};
use crate::domain::{Citation, Entry, ListCode, Warning};
use crate::parse::ParseError;
use crate::parse::citation::citations;
use crate::parse::ecfr::entity::take_apart;
use crate::parse::federal_register::instruction::{
    Instruction, InstructionReader, Order, {self},
};
use crate::parse::federal_register::rule_table::{TableRow, read_rule_table, read_text};
use crate::parse::gpo_xml::{Markup, MarkupReader};

/// What a rule says.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct RuleText {
    pub title: String,
    /// The first date that the rule gives as its effective one.
    pub effective_on: Option<Date>,
    /// What the rule says of its dates, whole: it may take effect in parts.
    pub effective_text: String,
    pub instructions: Vec<Instruction>,
    /// The rows of its own table.
    pub entries: Vec<RuleEntry>,
    pub removed: Vec<Removal>,
    /// Quoted where the rule has one; paragraphs are parted by an empty line.
    pub savings_clause: Option<String>,
    /// Something in it amends Supplement No. 4 to Part 744, whatever could be read of that.
    pub amends_the_list: bool,
    /// Names of removed entries, each with the one that is added in its place.
    pub replaced: Vec<(String, String)>,
    pub warnings: Vec<Warning>,
    /// The table was read whole and agrees with the instructions. Otherwise readers must be sent
    /// to the document itself.
    pub certain: bool,
}

/// A row that the rule puts on the list. Its citations are those of earlier rules: the rule's own
/// page is not printed in it.
#[derive(Clone, Debug, PartialEq)]
pub struct RuleEntry {
    pub entry: Entry,
    /// `None` where no instruction tells.
    pub order: Option<Order>,
    /// The country heading as printed.
    pub heading: String,
}

/// An entry that the rule takes off the list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Removal {
    pub name: String,
    pub heading: Option<String>,
}

/// Reads a rule.
///
/// # Errors
/// No XML, XML that is cut short, or no `RULE`.
pub fn parse_rule(input: impl Read) -> Result<RuleText, ParseError> {
    let mut reader = MarkupReader::new(input);
    let mut rule = RuleText::default();
    let mut instructions = InstructionReader::default();
    let mut rows: Vec<TableRow> = Vec::new();
    let mut in_rule = false;
    let mut savings: Option<Vec<String>> = None;
    let mut in_dates = false;
    let mut doubts: Vec<String> = Vec::new();
    let mut amends = false;
    loop {
        match reader.read()? {
            Markup::Start(tag) => match tag.name.as_str() {
                "RULE" => in_rule = true,
                "SUBJECT" if rule.title.is_empty() => {
                    rule.title = read_text(&mut reader, "SUBJECT")?.flat()
                }
                "EFFDATE" | "DATES" => in_dates = true,
                "HD" => {
                    let heading = read_text(&mut reader, "HD")?.flat();
                    let begins = is_savings_heading(&heading);
                    if begins && rule.savings_clause.is_none() {
                        savings = Some(Vec::new());
                    } else if let Some(paragraphs) = savings.take() {
                        rule.savings_clause = Some(paragraphs.join("\n\n"));
                    }
                }
                "P" | "FP" => {
                    let text = read_text(&mut reader, &tag.name)?.flat();
                    if in_dates {
                        rule.effective_text.push_str(if rule.effective_text.is_empty() {
                            ""
                        } else {
                            " "
                        });
                        rule.effective_text.push_str(&text);
                    }
                    amends |= instruction::amends_supplement_4(&text.to_lowercase());
                    match savings.as_mut() {
                        Some(paragraphs) if !text.is_empty() => paragraphs.push(text),
                        None if rule.savings_clause.is_none() => {
                            rule.savings_clause = run_in_savings_clause(&text)
                        }
                        _ => {}
                    }
                }
                "AMDPAR" => {
                    let text = read_text(&mut reader, "AMDPAR")?.flat();
                    instructions.paragraph(&text);
                }
                "GPOTABLE" => {
                    let columns = tag
                        .attribute("COLS")
                        .and_then(|text| text.trim().parse().ok())
                        .unwrap_or(0);
                    let heading = rows.last().and_then(|row| row.heading.clone());
                    let table = read_rule_table(&mut reader, columns, heading)?;
                    amends |= table.headed;
                    if instructions.in_supplement_4() && (table.headed || table.columns == 5) {
                        doubts.extend(table.doubts);
                        rows.extend(table.rows);
                    }
                }
                _ => {}
            },
            Markup::End(name) => match name.as_str() {
                "EFFDATE" | "DATES" => in_dates = false,
                "SUPLINF" | "REGTEXT" | "LSTSUB" => {
                    if let Some(paragraphs) = savings.take() {
                        rule.savings_clause = Some(paragraphs.join("\n\n"));
                    }
                }
                _ => {}
            },
            Markup::Text(_) => {}
            Markup::Finished => break,
        }
    }
    if !in_rule {
        let problem = "expected a rule (<RULE>), but the document ends without one".into();
        return Err(ParseError { place: format!("line {}", reader.line()), problem });
    }
    rule.effective_on = date_after(&rule.effective_text, "effective")
        .or_else(|| date_after(&rule.effective_text, ""));
    rule.amends_the_list = amends || instructions.amends_the_list();
    doubts.extend(instructions.doubts);
    rule.instructions = instructions.instructions;
    for (old, new) in instructions.replaced {
        doubts.push(format!(
            "it removes `{old}` and adds `{new}` in its place, which may be one entry under \
             another name"
        ));
        rule.replaced.push((old, new));
    }
    for row in rows {
        let entry = entry_of(row, &rule.instructions, &mut doubts);
        rule.entries.push(entry);
    }
    rule.removed = removals(&rule.instructions, &mut doubts);
    doubts.extend(disagreements(&rule));
    let untabled = without_a_row(&rule);
    rule.entries.extend(untabled);
    rule.certain = doubts.is_empty();
    rule.warnings = doubts
        .into_iter()
        .map(|text| Warning { place: "the rule's table and instructions".into(), text })
        .collect();
    Ok(rule)
}

fn entry_of(row: TableRow, instructions: &[Instruction], doubts: &mut Vec<String>) -> RuleEntry {
    let heading = row.heading.unwrap_or_default();
    let code = iso_of_heading(&heading);
    if code.is_none() {
        doubts.push(format!("line {}: expected a country, but got `{heading}`", row.line));
    }
    let parts = take_apart(&row.entity.text, code.and_then(name_of));
    let mut entry = Entry::named(ListCode::EL, parts.name);
    entry.form = parts.form;
    entry.aliases = parts.aliases;
    entry.addresses = parts.addresses;
    entry.remarks = parts.remarks.join("; ");
    entry.countries = code.map(str::to_owned).into_iter().collect();
    entry.license_requirement = row.requirement.flat();
    entry.license_policy = row.policy.flat();
    entry.footnotes = row.requirement.marks;
    entry.footnotes.sort();
    entry.footnotes.dedup();
    let (printed, own_date) = without_placeholder(&row.citation.flat());
    let cited = citations(&printed);
    entry.start_date =
        cited.first().map_or(own_date, |first| first.date).map(|date| date.to_string());
    entry.citations = cited
        .into_iter()
        .map(|dated| dated.citation)
        .filter(|citation| matches!(citation, Citation::Page { .. }))
        .collect();
    if !parts.subordinates.is_empty() {
        entry.other.insert("subordinate_parties".into(), parts.subordinates.join("\n"));
    }
    if !parts.certain {
        entry.other.insert("entity".into(), row.entity.flat());
    }
    let order = order_of(&entry.name, &heading, instructions);
    RuleEntry { entry, order, heading }
}

/// The order of the instruction that names the entry under its heading, else the only one that its
/// heading has.
fn order_of(name: &str, heading: &str, instructions: &[Instruction]) -> Option<Order> {
    let put: Vec<&Instruction> =
        instructions.iter().filter(|instruction| instruction.order != Order::Remove).collect();
    let here: Vec<&&Instruction> = put
        .iter()
        .filter(|instruction| same_country(instruction.heading.as_deref(), heading))
        .collect();
    if let Some(named) = here
        .iter()
        .find(|instruction| instruction.names.iter().any(|quoted| is_named(name, quoted)))
    {
        return Some(named.order);
    }
    let first = here.first()?.order;
    here.iter().all(|instruction| instruction.order == first).then_some(first)
}

fn same_country(one: Option<&str>, other: &str) -> bool {
    one.is_none_or(|one| {
        one.eq_ignore_ascii_case(other)
            || iso_of_heading(one).is_some() && iso_of_heading(one) == iso_of_heading(other)
    })
}

/// Instructions quote a name with or without its aliases and in their own punctuation.
fn is_named(name: &str, quoted: &str) -> bool {
    let letters = |text: &str| {
        text.chars()
            .filter(|c| c.is_alphanumeric())
            .flat_map(char::to_lowercase)
            .collect::<String>()
    };
    let (name, quoted) = (letters(name), letters(&take_apart(quoted, None).name));
    !name.is_empty()
        && (name == quoted
            || !quoted.is_empty() && (name.starts_with(&quoted) || quoted.starts_with(&name)))
}

fn removals(instructions: &[Instruction], doubts: &mut Vec<String>) -> Vec<Removal> {
    let mut removed = Vec::new();
    for instruction in instructions.iter().filter(|instruction| instruction.order == Order::Remove)
    {
        if instruction.names.is_empty() {
            doubts.push(format!(
                "an instruction removes something without quoting it: `{}`",
                instruction.text
            ));
        }
        if instruction.heading.is_none() && !instruction.names.is_empty() {
            doubts.push(format!(
                "an instruction removes entries without naming their country: `{}`",
                instruction.text
            ));
        }
        for quoted in &instruction.names {
            removed.push(Removal {
                name: take_apart(quoted, None).name,
                heading: instruction.heading.clone(),
            });
        }
    }
    removed
}

/// An entry of which only what an instruction quotes is known.
pub(super) fn bare(quoted: &str, heading: Option<&str>) -> Entry {
    let mut entry = Entry::named(ListCode::EL, take_apart(quoted, None).name);
    entry.countries = heading.and_then(iso_of_heading).map(str::to_owned).into_iter().collect();
    entry
}

/// What the instructions name and the table, where it could not be read or lacks rows, does not
/// have. A name that the table spells in another way is none of these: under its heading there are
/// as many rows as names.
fn without_a_row(rule: &RuleText) -> Vec<RuleEntry> {
    let mut bare_entries = Vec::new();
    let put = || rule.instructions.iter().filter(|instruction| instruction.order != Order::Remove);
    for instruction in put() {
        let here = |heading: &str| same_country(instruction.heading.as_deref(), heading);
        let rows = rule.entries.iter().filter(|row| here(&row.heading)).count();
        let named: usize = put()
            .filter(|other| here(other.heading.as_deref().unwrap_or_default()))
            .map(|other| other.names.len())
            .sum();
        if rows >= named.max(instruction.names.len()) {
            continue;
        }
        let has_row = |quoted: &str| {
            rule.entries.iter().any(|row| here(&row.heading) && is_named(&row.entry.name, quoted))
        };
        for quoted in instruction.names.iter().filter(|quoted| !has_row(quoted)) {
            let heading = instruction.heading.clone().unwrap_or_default();
            bare_entries.push(RuleEntry {
                entry: bare(quoted, instruction.heading.as_deref()),
                order: Some(instruction.order),
                heading,
            });
        }
    }
    bare_entries
}

pub(super) fn is_savings_heading(text: &str) -> bool {
    let lower = text.to_lowercase();
    lower.contains("savings clause") || lower.contains("saving clause")
}

/// A clause whose heading stands in its own paragraph: `Savings Clause. Shipments …`
pub(super) fn run_in_savings_clause(text: &str) -> Option<String> {
    let (heading, clause) = text.split_once(['.', ':', '—'])?;
    let clause = clause.trim();
    (heading.len() <= 40 && is_savings_heading(heading) && !clause.is_empty())
        .then(|| clause.to_owned())
}

/// Where the table and the instructions do not say the same.
fn disagreements(rule: &RuleText) -> Vec<String> {
    let mut found = Vec::new();
    let put: Vec<&Instruction> =
        rule.instructions.iter().filter(|instruction| instruction.order != Order::Remove).collect();
    let named: usize = put.iter().map(|instruction| instruction.names.len()).sum();
    if named != rule.entries.len() && !(put.is_empty() && rule.entries.is_empty()) {
        found.push(format!(
            "the instructions name {named} entries, but the table has {}",
            rule.entries.len()
        ));
    }
    for entry in rule.entries.iter().filter(|entry| entry.order.is_none()) {
        found.push(format!(
            "no instruction says whether `{}` under {} is added or revised",
            entry.entry.name, entry.heading
        ));
    }
    found
}

/// A citation cell without the place where the rule's own page will stand (`88 FR [INSERT FR PAGE
/// NUMBER AND 2/27/2023]`), and the date that is printed with it.
fn without_placeholder(text: &str) -> (String, Option<Date>) {
    let Some(open) = text.find('[') else { return (text.to_owned(), None) };
    let close =
        text.get(open..).and_then(|rest| rest.find(']')).map_or(text.len(), |at| open + at + 1);
    let before = text.get(..open).unwrap_or_default().trim_end();
    let before = before
        .strip_suffix("FR")
        .map_or(before, |head| head.trim_end().trim_end_matches(|c: char| c.is_ascii_digit()));
    let inner = text.get(open..close).unwrap_or_default();
    let after = text.get(close..).unwrap_or_default();
    let date =
        numeric_date(inner).or_else(|| numeric_date(after)).or_else(|| date_after(inner, ""));
    (before.trim_end_matches([' ', ',', ';']).to_owned(), date)
}

/// The first `2/27/2023` or `2/27/23` of a text.
fn numeric_date(text: &str) -> Option<Date> {
    text.split(|c: char| !c.is_ascii_digit() && c != '/').find_map(|word| {
        let mut numbers = word.split('/').map(str::parse::<i16>);
        let (month, day, year) =
            (numbers.next()?.ok()?, numbers.next()?.ok()?, numbers.next()?.ok()?);
        let year = if year < 100 { 2000 + year } else { year };
        Date::new(year, i8::try_from(month).ok()?, i8::try_from(day).ok()?).ok()
    })
}

/// The first date in words (`February 24, 2023`) behind a word.
pub(super) fn date_after(text: &str, word: &str) -> Option<Date> {
    const MONTHS: [&str; 12] = [
        "January",
        "February",
        "March",
        "April",
        "May",
        "June",
        "July",
        "August",
        "September",
        "October",
        "November",
        "December",
    ];
    let rest = text.get(text.find(word)?..)?;
    let words: Vec<&str> = rest.split_whitespace().collect();
    words.windows(3).find_map(|window| {
        let [month, day, year] = window else { return None };
        let month = MONTHS.iter().position(|name| name == month)?;
        let day: i8 = day.trim_end_matches(',').parse().ok()?;
        let year: String = year.chars().take_while(char::is_ascii_digit).collect();
        Date::new(year.parse().ok()?, i8::try_from(month + 1).ok()?, day).ok()
    })
}
