//! The visible sheets of an XLSX workbook, as rows of cells.

use std::io::{Cursor, Read};

use calamine::{DataRef, Reader as _, SheetType, SheetVisible, Xlsx};

use crate::watchlist::error::WorkbookError;
use crate::watchlist::rows::Cells;

/// Cells beyond this column are ignored: a workbook may claim 16,384 of them.
const MAX_COLUMNS: usize = 200;
/// The most bytes that a workbook unpacks to. A million rows of eight cells have half of it; a
/// small file that unpacks to more is an attack on the memory.
pub const MAX_UNPACKED: u64 = 1_000_000_000;
/// The most bytes of one part that is read into memory as a whole: the table of texts, the styles,
/// the relations. Each text takes several times its bytes.
pub const MAX_WHOLE_PART: u64 = 250_000_000;
/// The most letters of a cell in Excel.
pub const MAX_CELL: usize = 32_767;
/// The most bytes of the text of all cells. Many cells may refer to one text.
pub const MAX_TEXT: u64 = 250_000_000;
/// Where the sheets are, which are read cell by cell.
const SHEETS: &str = "xl/worksheets/sheet";

/// Where the formats of numbers are, and what begins one.
const STYLES: &str = "xl/styles.xml";
const FORMAT: &str = "formatCode=\"";

fn broken(error: impl std::fmt::Display) -> WorkbookError {
    WorkbookError::Broken(error.to_string())
}

/// What is found in a workbook, in its order.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Found {
    /// A sheet begins. Only in a workbook with several visible ones.
    Sheet(String),
    /// A row, with its number in the sheet.
    Row(Cells),
    /// What a person should know, as a part of a sentence about the file.
    Note(String),
}

/// Calls `each` with each row of each visible sheet. A hidden sheet is named.
pub fn rows(bytes: &[u8], each: &mut dyn FnMut(Found)) -> Result<(), WorkbookError> {
    bound(bytes, MAX_UNPACKED, MAX_WHOLE_PART)?;
    let mut book: Xlsx<_> = Xlsx::new(Cursor::new(bytes)).map_err(broken)?;
    let sheets = book.sheets_metadata().iter().filter(|sheet| sheet.typ == SheetType::WorkSheet);
    let (visible, hidden): (Vec<_>, Vec<_>) =
        sheets.cloned().partition(|sheet| sheet.visible == SheetVisible::Visible);
    for sheet in hidden {
        each(Found::Note(format!("has a hidden sheet `{}` that is not read", sheet.name)));
    }
    if shows_zeros_in_front(bytes) {
        let text =
            "shows numbers with zeros in front, which are read without them: keep ids as text";
        each(Found::Note(text.to_owned()));
    }
    let are_several = visible.len() > 1;
    let mut left = usize::try_from(MAX_TEXT).unwrap_or(usize::MAX);
    for sheet in visible {
        // Cell by cell: a whole range would take memory for each cell between two far corners.
        let name = sheet.name.clone();
        let of_sheet = |problem: String| broken(format!("the sheet `{name}`: {problem}"));
        let opened = book.worksheet_cells_reader(&sheet.name);
        let mut cells = opened.map_err(|error| of_sheet(error.to_string()))?;
        if are_several {
            each(Found::Sheet(sheet.name));
        }
        let mut row = Cells { line: 0, cells: Vec::new() };
        let mut any = false;
        while let Some(cell) = cells.next_cell().map_err(broken)? {
            let (line, column) = cell.get_position();
            let line = u64::from(line) + 1;
            let column = usize::try_from(column).unwrap_or(usize::MAX);
            let text = text(cell.get_value());
            if text.is_empty() || column >= MAX_COLUMNS {
                continue;
            }
            if text.len() > MAX_CELL && text.chars().count() > MAX_CELL {
                let problem = format!("a cell of row {line} has over {MAX_CELL} letters");
                return Err(of_sheet(problem));
            }
            left = left.checked_sub(text.len()).ok_or_else(|| WorkbookError::UnpacksToMuch {
                what: "the text of all cells".to_owned(),
                limit: MAX_TEXT,
            })?;
            if row.line != line && any {
                each(Found::Row(std::mem::replace(&mut row, Cells { line, cells: Vec::new() })));
            }
            row.line = line;
            any = true;
            row.cells.resize(row.cells.len().max(column + 1), String::new());
            if let Some(place) = row.cells.get_mut(column) {
                *place = text;
            }
        }
        if any {
            each(Found::Row(row));
        }
    }
    Ok(())
}

/// Whether a format of numbers is of zeros alone: `000000` shows 12 as 000012.
fn shows_zeros_in_front(bytes: &[u8]) -> bool {
    let styles = || -> Option<String> {
        let mut archive = zip::ZipArchive::new(Cursor::new(bytes)).ok()?;
        let mut text = String::new();
        archive.by_name(STYLES).ok()?.take(MAX_WHOLE_PART).read_to_string(&mut text).ok()?;
        Some(text)
    };
    let styles = styles().unwrap_or_default();
    let formats = styles.split(FORMAT).skip(1).filter_map(|rest| rest.split('"').next());
    formats.into_iter().any(|format| format.len() > 1 && format.bytes().all(|byte| byte == b'0'))
}

/// Unpacks the parts once and drops them, because the sizes that an archive states may be lies.
fn bound(bytes: &[u8], most: u64, most_of_part: u64) -> Result<(), WorkbookError> {
    let mut archive = zip::ZipArchive::new(Cursor::new(bytes)).map_err(broken)?;
    let mut left = most;
    for place in 0..archive.len() {
        let part = archive.by_index(place).map_err(broken)?;
        let name = part.name().map_err(broken)?.into_owned();
        let most_of_part = if name.starts_with(SHEETS) { most } else { most_of_part };
        let limit = left.min(most_of_part);
        let unpacked = std::io::copy(&mut part.take(limit + 1), &mut std::io::sink())
            .map_err(|error| broken(format!("{name}: {error}")))?;
        let much = |what, limit| WorkbookError::UnpacksToMuch { what, limit };
        if unpacked > most_of_part {
            return Err(much(name, most_of_part));
        }
        left = left.checked_sub(unpacked).ok_or_else(|| much("a workbook".to_owned(), most))?;
    }
    Ok(())
}

/// A cell as text. A whole number has no decimals: an id is `1001`, not `1001.0`.
fn text(value: &DataRef<'_>) -> String {
    match value {
        DataRef::Empty | DataRef::Error(_) => String::new(),
        DataRef::String(text) => text.trim().to_owned(),
        DataRef::SharedString(text) => text.trim().to_owned(),
        DataRef::Int(number) => number.to_string(),
        DataRef::Float(number) => number.to_string(),
        DataRef::Bool(value) => value.to_string(),
        DataRef::DateTime(value) if value.is_datetime() => {
            let (year, month, day, hour, minute, second, _) = value.to_ymd_hms_milli();
            let date = format!("{year:04}-{month:02}-{day:02}");
            match (hour, minute, second) {
                (0, 0, 0) => date,
                _ => format!("{date} {hour:02}:{minute:02}:{second:02}"),
            }
        }
        DataRef::DateTime(value) => value.as_f64().to_string(),
        DataRef::DateTimeIso(text) | DataRef::DurationIso(text) => text.clone(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ok_numbers_have_no_decimals_that_they_do_not_need() {
        assert_eq!(text(&DataRef::Float(1001.0)), "1001");
        assert_eq!(text(&DataRef::Float(0.5)), "0.5");
        assert_eq!(text(&DataRef::SharedString(" Alder ")), "Alder");
        let date = |days: f64| {
            use calamine::{ExcelDateTime, ExcelDateTimeType};
            text(&DataRef::DateTime(ExcelDateTime::new(days, ExcelDateTimeType::DateTime, false)))
        };
        assert_eq!(date(45_296.0), "2024-01-05");
        assert_eq!(date(45_296.5), "2024-01-05 12:00:00");
    }

    fn archive(parts: &[(&str, usize)]) -> Vec<u8> {
        use std::io::Write;
        let mut writer = zip::ZipWriter::new(Cursor::new(Vec::new()));
        for (name, size) in parts {
            let options = zip::write::SimpleFileOptions::default();
            writer.start_file(*name, options).unwrap();
            writer.write_all(&vec![b' '; *size]).unwrap();
        }
        writer.finish().unwrap().into_inner()
    }

    #[test]
    fn err_a_small_file_that_unpacks_to_much_is_refused_before_it_is_read() {
        let parts = [("xl/worksheets/sheet1.xml", 3_000), ("xl/sharedStrings.xml", 2_000)];
        let bytes = archive(&parts);
        assert!(bytes.len() < 1_000, "{}", bytes.len());
        assert_eq!(bound(&bytes, 5_000, 2_000), Ok(()));
        let error = bound(&bytes, 4_999, 2_000).unwrap_err().to_string();
        assert_eq!(error, "a workbook, which unpacks to over 4999 bytes");
        let error = bound(&bytes, 5_000, 1_999).unwrap_err().to_string();
        assert_eq!(error, "xl/sharedStrings.xml, which unpacks to over 1999 bytes");
        // A stated size that is a lie does not help.
        let mut lying = bytes.clone();
        let size = 3_000_u32.to_le_bytes();
        for place in 0..lying.len() - 4 {
            if lying[place..place + 4] == size {
                lying[place..place + 4].copy_from_slice(&10_u32.to_le_bytes());
            }
        }
        assert!(bound(&lying, 2_500, 2_500).is_err());
        assert_eq!((MAX_UNPACKED, MAX_WHOLE_PART), (1_000_000_000, 250_000_000));
    }

    #[test]
    fn err_a_bomb_is_an_error_of_the_file() {
        let bytes = archive(&[("xl/sharedStrings.xml", 260_000_000)]);
        assert!(bytes.len() < 1_000_000, "{}", bytes.len());
        let error = rows(&bytes, &mut |_| ()).unwrap_err();
        let expected = WorkbookError::UnpacksToMuch {
            what: "xl/sharedStrings.xml".to_owned(),
            limit: MAX_WHOLE_PART,
        };
        assert_eq!(error, expected);
    }

    /// A workbook with this text, which each of the cells refers to. It names a second sheet, whose
    /// part may be there or not.
    fn book(text: &str, cells: usize, has_second: bool) -> Vec<u8> {
        use std::io::Write;
        const MAIN: &str = "http://schemas.openxmlformats.org/spreadsheetml/2006/main";
        const RELATIONS: &str =
            "http://schemas.openxmlformats.org/officeDocument/2006/relationships";
        const PACKAGE: &str = "http://schemas.openxmlformats.org/package/2006/relationships";
        let sheet = |n: u32| format!("<sheet name=\"S{n}\" sheetId=\"{n}\" r:id=\"r{n}\"/>");
        let relation = |id: &str, kind: &str, target: &str| {
            format!("<Relationship Id=\"{id}\" Type=\"{RELATIONS}/{kind}\" Target=\"{target}\"/>")
        };
        let related = [
            relation("r1", "worksheet", "worksheets/sheet1.xml"),
            relation("r2", "worksheet", "worksheets/sheet2.xml"),
            relation("r3", "sharedStrings", "sharedStrings.xml"),
        ];
        let row = |n: usize| format!("<row r=\"{n}\"><c r=\"A{n}\" t=\"s\"><v>0</v></c></row>");
        let rows = |count: usize| {
            let rows: String = (1..=count).map(row).collect();
            format!("<worksheet xmlns=\"{MAIN}\"><sheetData>{rows}</sheetData></worksheet>")
        };
        let relations =
            |all: &str| format!("<Relationships xmlns=\"{PACKAGE}\">{all}</Relationships>");
        let mut parts = vec![
            ("_rels/.rels", relations(&relation("r1", "officeDocument", "xl/workbook.xml"))),
            (
                "xl/workbook.xml",
                format!(
                    "<workbook xmlns=\"{MAIN}\" xmlns:r=\"{RELATIONS}\">\
                     <sheets>{}{}</sheets></workbook>",
                    sheet(1),
                    sheet(2)
                ),
            ),
            ("xl/_rels/workbook.xml.rels", relations(&related.concat())),
            ("xl/sharedStrings.xml", format!("<sst xmlns=\"{MAIN}\"><si><t>{text}</t></si></sst>")),
            ("xl/worksheets/sheet1.xml", rows(cells)),
        ];
        parts.extend(has_second.then(|| ("xl/worksheets/sheet2.xml", rows(1))));
        let mut writer = zip::ZipWriter::new(Cursor::new(Vec::new()));
        for (name, content) in parts {
            writer.start_file(name, zip::write::SimpleFileOptions::default()).unwrap();
            writer.write_all(content.as_bytes()).unwrap();
        }
        writer.finish().unwrap().into_inner()
    }

    #[test]
    fn err_a_sheet_that_cannot_be_read_is_named() {
        let mut found = 0;
        rows(&book("Alder", 2, true), &mut |_| found += 1).unwrap();
        assert_eq!(found, 5, "two sheets with three rows");
        let error = rows(&book("Alder", 2, false), &mut |_| ()).unwrap_err().to_string();
        assert!(error.contains("the sheet `S2`"), "{error}");
    }

    #[test]
    fn err_cells_with_more_text_than_excel_allows() {
        rows(&book(&"ü".repeat(MAX_CELL), 1, true), &mut |_| ()).unwrap();
        let error = rows(&book(&"ü".repeat(MAX_CELL + 1), 1, true), &mut |_| ()).unwrap_err();
        let expected = "the sheet `S1`: a cell of row 1 has over 32767 letters";
        assert!(error.to_string().contains(expected), "{error}");
    }

    #[test]
    fn err_one_text_in_very_many_cells() {
        let cells = usize::try_from(MAX_TEXT).unwrap() / MAX_CELL + 1;
        let bytes = book(&"a".repeat(MAX_CELL), cells, true);
        assert!(bytes.len() < 100_000, "{}", bytes.len());
        let error = rows(&bytes, &mut |_| ()).unwrap_err();
        let what = "the text of all cells".to_owned();
        assert_eq!(error, WorkbookError::UnpacksToMuch { what, limit: MAX_TEXT });
        assert_eq!(MAX_TEXT, 250_000_000);
    }

    #[test]
    fn err_bytes_that_are_no_workbook() {
        for bytes in [&b""[..], b"PK\x03\x04", b"id,name"] {
            let error = rows(bytes, &mut |_| ()).unwrap_err();
            assert!(matches!(error, WorkbookError::Broken(_)), "{error}");
        }
    }
}
