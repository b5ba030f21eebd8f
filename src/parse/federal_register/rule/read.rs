//! Reads the XML of a rule.
//!
//! Source of the format: `full_text_xml_url` of a Federal Register document. Knows elements. It
//! must not know which entry an instruction means.
//!
//! The savings clause, the title and the dates are read on the way.

use std::io::Read;

use crate::parse::ParseError;
use crate::parse::federal_register::instruction::{InstructionReader, amends_supplement_4};
use crate::parse::federal_register::rule::RuleText;
use crate::parse::federal_register::rule::assemble::assemble;
use crate::parse::federal_register::rule::savings_clause::{
    is_savings_heading, run_in_savings_clause,
};
use crate::parse::federal_register::rule_table::{TableRow, read_rule_table, read_text};
use crate::parse::gpo_xml::{Markup, MarkupReader};

/// Reads a rule from its full-text XML.
///
/// # Errors
/// If the text is not XML, is cut short, or has no `RULE`.
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
                    rule.title = read_text(&mut reader, "SUBJECT")?.flat();
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
                    amends |= amends_supplement_4(&text.to_lowercase());
                    match savings.as_mut() {
                        Some(paragraphs) if !text.is_empty() => paragraphs.push(text),
                        None if rule.savings_clause.is_none() => {
                            rule.savings_clause = run_in_savings_clause(&text);
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
    rule.amends_the_list = amends || instructions.amends_the_list();
    Ok(assemble(rule, instructions, rows, doubts))
}
