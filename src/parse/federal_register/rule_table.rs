//! Reads the tables of a rule: `GPOTABLE` › `ROW` › `ENT`. They hold the amended rows of Supplement
//! No. 4 between rows of asterisks.
//!
//! Source of the format: the Federal Register XML of the Government Publishing Office. A continued
//! cell has its own row. The attribute `A` counts the further columns that an `ENT` spans. Knows
//! rows. It must not know instructions.

use std::io::Read;

use crate::parse::ParseError;
use crate::parse::ecfr::cell::{Cell, CellWriter};
use crate::parse::ecfr::table::{Column, HEADING_BYTES};
use crate::parse::gpo_xml::{Markup, MarkupReader};

/// The most further columns that a cell may span, so that a damaged attribute cannot fill memory.
const MOST_SPANNED_COLUMNS: usize = 16;

/// The row of one entry, with its continued cells joined.
#[derive(Debug, PartialEq, Eq)]
pub struct TableRow {
    pub line: u64,
    pub heading: Option<String>,
    pub entity: Cell,
    pub requirement: Cell,
    pub policy: Cell,
    pub citation: Cell,
}

/// The rows of one table.
#[derive(Debug, Default)]
pub struct Table {
    pub rows: Vec<TableRow>,
    /// The headings are those of the Entity List.
    pub headed: bool,
    /// How many columns the table declares.
    pub columns: usize,
    /// What could not be read with certainty.
    pub doubts: Vec<String>,
}

/// Reads a table whose start tag was just read. `heading` is the last country of the previous table
/// of the rule.
pub fn read_rule_table<R: Read>(
    reader: &mut MarkupReader<R>,
    columns: usize,
    mut heading: Option<String>,
) -> Result<Table, ParseError> {
    let mut table = Table { columns, ..Table::default() };
    let mut box_heads = String::new();
    loop {
        match reader.read()? {
            Markup::Start(tag) if tag.name == "CHED" => {
                let cell = read_text(reader, "CHED")?;
                box_heads.push_str(&cell.flat());
                box_heads.push('|');
            }
            Markup::Start(tag) if tag.name == "ROW" => {
                let line = reader.line();
                let cells = read_row(reader)?;
                take_row(&mut table, line, cells, &mut heading);
            }
            Markup::End(name) if name == "GPOTABLE" => break,
            Markup::Finished => {
                return Err(ParseError {
                    place: format!("line {}", reader.line()),
                    problem: "expected </GPOTABLE>, but the document ends here".into(),
                });
            }
            Markup::Start(_) | Markup::End(_) | Markup::Text(_) => {}
        }
    }
    table.headed |= is_header(&box_heads.split('|').map(str::to_owned).collect::<Vec<_>>());
    Ok(table)
}

fn take_row(table: &mut Table, line: u64, cells: Vec<Cell>, heading: &mut Option<String>) {
    let texts: Vec<String> = cells.iter().map(Cell::flat).collect();
    if texts.iter().all(|text| text.is_empty() || is_asterisks(text)) {
        return;
    }
    if is_header(&texts) {
        table.headed = true;
        return;
    }
    let mut cells = cells.into_iter();
    let mut next = || cells.next().filter(|cell| !is_asterisks(&cell.text)).unwrap_or_default();
    let country = next().flat();
    if !country.is_empty() {
        *heading = Some(country);
    }
    let (entity, requirement, policy, citation) = (next(), next(), next(), next());
    let others_empty = requirement.is_empty() && policy.is_empty() && citation.is_empty();
    if entity.is_empty() && others_empty {
        return;
    }
    if others_empty || entity.is_empty() {
        // A cell that was split at the end of a page continues in its own row.
        match table.rows.last_mut() {
            Some(last) => {
                extend(&mut last.entity, entity, '\n');
                extend(&mut last.requirement, requirement, ' ');
                extend(&mut last.policy, policy, ' ');
                extend(&mut last.citation, citation, ' ');
            }
            None => table
                .doubts
                .push(format!("line {line}: expected an entry, but got the rest of one")),
        }
        return;
    }
    if requirement.is_empty() || policy.is_empty() || citation.is_empty() {
        table.doubts.push(format!("line {line}: expected five cells, but some are empty"));
    }
    table.rows.push(TableRow {
        line,
        heading: heading.clone(),
        entity,
        requirement,
        policy,
        citation,
    });
}

fn extend(cell: &mut Cell, more: Cell, separator: char) {
    if more.is_empty() {
        return;
    }
    if !cell.text.is_empty() {
        cell.text.push(separator);
    }
    cell.text.push_str(&more.text);
    cell.marks.extend(more.marks);
}

fn is_asterisks(text: &str) -> bool {
    text.contains('*') && text.trim_matches(['*', ' ', '\n']).is_empty()
}

fn is_header(texts: &[String]) -> bool {
    let found: Vec<Column> = texts
        .iter()
        .filter(|text| text.len() < HEADING_BYTES)
        .filter_map(|text| Column::of_heading(text))
        .collect();
    found
        == [
            Column::Country,
            Column::Entity,
            Column::LicenseRequirement,
            Column::LicensePolicy,
            Column::Citation,
        ]
}

/// The cells of a row by column. A cell that spans columns is in the first of them.
fn read_row<R: Read>(reader: &mut MarkupReader<R>) -> Result<Vec<Cell>, ParseError> {
    let mut cells = Vec::new();
    loop {
        match reader.read()? {
            Markup::Start(tag) if tag.name == "ENT" => {
                let further = tag.attribute("A").map_or(0, |text| {
                    text.trim_matches(|c: char| !c.is_ascii_digit()).parse().unwrap_or(0_usize)
                });
                cells.push(read_text(reader, "ENT")?);
                cells.extend((0..further.min(MOST_SPANNED_COLUMNS)).map(|_| Cell::default()));
            }
            Markup::End(name) if name == "ROW" => return Ok(cells),
            Markup::Finished => {
                return Err(ParseError {
                    place: format!("line {}", reader.line()),
                    problem: "expected </ROW>, but the document ends here".into(),
                });
            }
            Markup::Start(_) | Markup::End(_) | Markup::Text(_) => {}
        }
    }
}

/// The text of an element whose start tag was just read, up to its end tag.
pub fn read_text<R: Read>(reader: &mut MarkupReader<R>, element: &str) -> Result<Cell, ParseError> {
    let mut writer = CellWriter::default();
    let mut depth = 1_usize;
    let mut skipped: Option<String> = None;
    loop {
        match reader.read()? {
            Markup::Start(tag) => {
                depth += usize::from(tag.name == element);
                match tag.name.as_str() {
                    "LI" | "P" | "FP" | "BR" => writer.line_break(),
                    "SU" => writer.open_mark(),
                    "E" if tag.is_superscript() => writer.open_mark(),
                    "PRTPAGE" | "FTREF" => skipped = Some(tag.name),
                    _ => {}
                }
            }
            Markup::End(name) => {
                if name == element {
                    depth -= 1;
                    if depth == 0 {
                        return Ok(writer.finish());
                    }
                }
                match name.as_str() {
                    "SU" | "E" => writer.close_mark(),
                    "LI" | "P" | "FP" => writer.line_break(),
                    _ if skipped.as_ref() == Some(&name) => skipped = None,
                    _ => {}
                }
            }
            Markup::Text(text) if skipped.is_none() => writer.text(&text),
            Markup::Text(_) => {}
            Markup::Finished => {
                return Err(ParseError {
                    place: format!("line {}", reader.line()),
                    problem: format!("expected </{element}>, but the document ends here"),
                });
            }
        }
    }
}
