//! The report as one table for spreadsheets: the columns of all sections side by side, and the
//! section in the first. Pure.

use anyhow::Result;

use crate::deliver::plain::spreadsheet_cell;
use crate::pipeline::audit_report::{AuditReport, Cell};

/// Makes spreadsheets read the table as UTF-8.
const BYTE_ORDER_MARK: &[u8] = "\u{feff}".as_bytes();
const LEADING: [&str; 3] = ["section", "fact", "value"];
/// The section of the facts.
const SUMMARY: &str = "summary";

pub fn of(report: &AuditReport) -> Result<String> {
    let mut columns: Vec<&str> = LEADING.to_vec();
    for column in report.sections.iter().flat_map(|section| section.columns) {
        if !columns.contains(&column.key) {
            columns.push(column.key);
        }
    }
    let mut writer = csv::WriterBuilder::new()
        .terminator(csv::Terminator::CRLF)
        .from_writer(BYTE_ORDER_MARK.to_vec());
    writer.write_record(&columns)?;
    let of_summary = |key: &str, value: String| {
        let mut row = vec![SUMMARY.to_owned(), key.to_owned(), value];
        row.resize(columns.len(), String::new());
        row
    };
    for fact in &report.facts {
        writer.write_record(of_summary(fact.key, cell(&fact.value)))?;
    }
    for caution in &report.cautions {
        writer.write_record(of_summary("caution", spreadsheet_cell(caution)))?;
    }
    for section in &report.sections {
        for row in &section.rows {
            let value = |column: &&str| {
                if *column == LEADING[0] {
                    return section.id.to_owned();
                }
                let at = section.columns.iter().position(|own| own.key == *column);
                at.and_then(|at| row.get(at)).map(cell).unwrap_or_default()
            };
            writer.write_record(columns.iter().map(value))?;
        }
    }
    Ok(String::from_utf8(writer.into_inner()?)?)
}

/// Times are RFC 3339 in UTC. No text is run as a formula.
fn cell(cell: &Cell) -> String {
    match cell {
        Cell::Empty => String::new(),
        Cell::Text(text) => spreadsheet_cell(text),
        Cell::Count(count) => count.to_string(),
        Cell::Time(at) => at.to_string(),
    }
}
