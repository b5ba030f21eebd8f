//! Writes the changes and the possible matches of an alert as a spreadsheet (XLSX). Pure.
//!
//! Every cell is text. Nothing from a list can become a formula or a link.

use rust_xlsxwriter::{
    DocProperties, ExcelDateTime, Format, FormatAlign, Workbook, Worksheet, XlsxError,
};

use crate::deliver::email::match_table;
use crate::deliver::email::table_cells::{COLUMN_COUNT, cells};
use crate::deliver::plain;
use crate::deliver::shown_matches::Shown;
use crate::domain::Change;

/// The most characters in a cell (Excel, *Specifications and limits*).
const MAX_CELL_CHARS: usize = 32_767;
/// The headings and the widths of the columns, in characters. The order is that of the CSV file.
const COLUMNS: [(&str, f64); COLUMN_COUNT] = [
    ("Change ID", 14.0),
    ("Kind", 10.0),
    ("Severity", 10.0),
    ("Editorial", 10.0),
    ("List", 8.0),
    ("Form", 10.0),
    ("Name", 40.0),
    ("Aliases", 40.0),
    ("Addresses", 50.0),
    ("Countries", 12.0),
    ("License requirement", 40.0),
    ("License review policy", 30.0),
    ("Footnotes", 10.0),
    ("Citations", 24.0),
    ("Start date", 12.0),
    ("End date", 12.0),
    ("Remarks", 30.0),
    ("Was and now", 60.0),
    ("Why it is the same entry", 40.0),
    ("Entry ID", 14.0),
];
/// The columns from the left that stay visible while scrolling: up to the name.
const FROZEN_COLUMNS: u16 = 7;
/// The time in the document's properties. It is fixed, so that a repeated message has equal bytes.
const CREATED: &str = "2000-01-01";

/// Writes a workbook with a sheet of the possible matches, if there are any, and one of the
/// changes, if there are any.
pub fn workbook(changes: &[Change], matches: &[Shown<'_>]) -> Result<Vec<u8>, XlsxError> {
    let mut workbook = Workbook::new();
    let created = ExcelDateTime::parse_from_str(CREATED)?;
    workbook.set_properties(&DocProperties::new().set_creation_datetime(&created));
    if !matches.is_empty() {
        let sheet = workbook.add_worksheet().set_name("Possible matches")?;
        let columns = match_table::COLUMNS.map(|(_, heading, width)| (heading, width));
        headings(sheet, &columns, match_table::FROZEN_COLUMNS)?;
        fill(sheet, matches.iter().map(|shown| match_table::cells(shown).to_vec()))?;
    }
    if !changes.is_empty() || matches.is_empty() {
        let sheet = workbook.add_worksheet().set_name("Changes")?;
        headings(sheet, &COLUMNS, FROZEN_COLUMNS)?;
        fill(sheet, changes.iter().map(|change| cells(change).to_vec()))?;
    }
    workbook.save_to_buffer()
}

fn fill(sheet: &mut Worksheet, rows: impl Iterator<Item = Vec<String>>) -> Result<(), XlsxError> {
    let wrapped = Format::new().set_text_wrap().set_align(FormatAlign::Top);
    for (row, cells) in (1..).zip(rows) {
        for (column, cell) in (0..).zip(cells) {
            let text = plain::shorten(&cell, MAX_CELL_CHARS);
            sheet.write_string_with_format(row, column, text, &wrapped)?;
        }
    }
    Ok(())
}

fn headings(sheet: &mut Worksheet, columns: &[(&str, f64)], frozen: u16) -> Result<(), XlsxError> {
    let bold = Format::new().set_bold();
    for (column, (heading, width)) in (0..).zip(columns) {
        sheet.write_string_with_format(0, column, *heading, &bold)?;
        sheet.set_column_width(column, *width)?;
    }
    sheet.set_freeze_panes(1, frozen)?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use std::io::{Cursor, Read};

    use super::*;
    use crate::deliver::sample;

    /// The XML of the only sheet and of the shared texts.
    fn xml_of(changes: &[Change]) -> String {
        let bytes = workbook(changes, &[]).unwrap();
        let mut archive = zip::ZipArchive::new(Cursor::new(bytes)).unwrap();
        let mut xml = String::new();
        for name in ["xl/worksheets/sheet1.xml", "xl/sharedStrings.xml"] {
            archive.by_name(name).unwrap().read_to_string(&mut xml).unwrap();
        }
        xml
    }

    #[test]
    fn every_change_is_a_row_of_text() {
        let alert = sample::rule_of_june_2022();
        let changes = &alert.body.list_changed().unwrap().changes;
        let xml = xml_of(changes);
        assert_eq!(xml.matches("<row ").count(), changes.len() + 1);
        assert!(xml.contains("License review policy") && xml.contains("Connec Example Ltd."));
    }

    #[test]
    fn a_name_cannot_be_a_formula_and_a_long_one_is_cut() {
        let long = "x".repeat(MAX_CELL_CHARS + 10);
        let names = ["=HYPERLINK(\"https://evil.example\")", "https://evil.example", &long];
        let changes: Vec<Change> = names.iter().map(|name| sample::added(name, "CN")).collect();
        let xml = xml_of(&changes);
        assert!(!xml.contains("<f>") && !xml.contains("<hyperlink"), "{xml}");
        assert!(xml.contains("=HYPERLINK(") && xml.contains(&"x".repeat(MAX_CELL_CHARS - 1)));
        assert!(!xml.contains(&long));
    }

    #[test]
    fn a_repeated_message_has_equal_bytes() {
        let changes = [sample::added("Example", "CN")];
        assert_eq!(workbook(&changes, &[]).unwrap(), workbook(&changes, &[]).unwrap());
    }
}
