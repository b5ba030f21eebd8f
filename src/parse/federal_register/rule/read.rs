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
use crate::parse::gpo_xml::{Markup, MarkupReader, Tag};

/// What was read of a rule so far.
#[derive(Default)]
struct Reading {
    rule: RuleText,
    instructions: InstructionReader,
    rows: Vec<TableRow>,
    doubts: Vec<String>,
    /// The paragraphs of the savings clause, while it is being read.
    savings: Option<Vec<String>>,
    has_rule: bool,
    is_in_dates: bool,
    /// A paragraph or a table heading names Supplement No. 4.
    amends: bool,
}

/// Reads a rule from its full-text XML.
///
/// # Errors
/// If the text is not XML, is cut short, or has no `RULE`.
pub fn parse_rule(input: impl Read) -> Result<RuleText, ParseError> {
    let mut reader = MarkupReader::new(input);
    let mut reading = Reading::default();
    loop {
        match reader.read()? {
            Markup::Start(tag) => take_element(&mut reading, &mut reader, &tag)?,
            Markup::End(name) => match name.as_str() {
                "EFFDATE" | "DATES" => reading.is_in_dates = false,
                "SUPLINF" | "REGTEXT" | "LSTSUB" => end_savings_clause(&mut reading),
                _ => {}
            },
            Markup::Text(_) => {}
            Markup::Finished => break,
        }
    }
    let Reading { mut rule, instructions, rows, doubts, has_rule, amends, .. } = reading;
    if !has_rule {
        let problem = "expected a rule (<RULE>), but the document ends without one".into();
        return Err(ParseError { place: format!("line {}", reader.line()), problem });
    }
    rule.amends_the_list = amends || instructions.amends_the_list();
    Ok(assemble(rule, instructions, rows, doubts))
}

/// Reads the element that begins with `tag`, if its text matters.
fn take_element<R: Read>(
    reading: &mut Reading,
    reader: &mut MarkupReader<R>,
    tag: &Tag,
) -> Result<(), ParseError> {
    match tag.name.as_str() {
        "RULE" => reading.has_rule = true,
        "SUBJECT" if reading.rule.title.is_empty() => {
            reading.rule.title = read_text(reader, "SUBJECT")?.flat();
        }
        "EFFDATE" | "DATES" => reading.is_in_dates = true,
        "HD" => take_heading(reading, &read_text(reader, "HD")?.flat()),
        "P" | "FP" => take_paragraph(reading, read_text(reader, &tag.name)?.flat()),
        "AMDPAR" => reading.instructions.paragraph(&read_text(reader, "AMDPAR")?.flat()),
        "GPOTABLE" => take_table(reading, reader, tag)?,
        _ => {}
    }
    Ok(())
}

/// A heading begins the savings clause or ends it.
fn take_heading(reading: &mut Reading, heading: &str) {
    if is_savings_heading(heading) && reading.rule.savings_clause.is_none() {
        reading.savings = Some(Vec::new());
    } else {
        end_savings_clause(reading);
    }
}

fn end_savings_clause(reading: &mut Reading) {
    if let Some(paragraphs) = reading.savings.take() {
        reading.rule.savings_clause = Some(paragraphs.join("\n\n"));
    }
}

fn take_paragraph(reading: &mut Reading, text: String) {
    let rule = &mut reading.rule;
    if reading.is_in_dates {
        if !rule.effective_text.is_empty() {
            rule.effective_text.push(' ');
        }
        rule.effective_text.push_str(&text);
    }
    reading.amends |= amends_supplement_4(&text.to_lowercase());
    match reading.savings.as_mut() {
        Some(paragraphs) if !text.is_empty() => paragraphs.push(text),
        None if rule.savings_clause.is_none() => {
            rule.savings_clause = run_in_savings_clause(&text);
        }
        _ => {}
    }
}

/// Reads a table. Its rows count if the instruction before it is about Supplement No. 4.
fn take_table<R: Read>(
    reading: &mut Reading,
    reader: &mut MarkupReader<R>,
    tag: &Tag,
) -> Result<(), ParseError> {
    let columns = tag.attribute("COLS").and_then(|text| text.trim().parse().ok()).unwrap_or(0);
    let heading = reading.rows.last().and_then(|row| row.heading.clone());
    let table = read_rule_table(reader, columns, heading)?;
    reading.amends |= table.headed;
    if reading.instructions.in_supplement_4() && (table.headed || table.columns == 5) {
        reading.doubts.extend(table.doubts);
        reading.rows.extend(table.rows);
    }
    Ok(())
}
