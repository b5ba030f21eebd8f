//! The first sheet of an XLSX workbook that has cells, as rows of cells.

use std::io::Cursor;

use calamine::{DataRef, Reader as _, Xlsx};

use crate::watchlist::rows::Cells;

/// Cells beyond this column are ignored: a workbook may claim 16,384 of them.
const MAX_COLUMNS: usize = 200;

/// Hands on each row of the first sheet that has any, with its number in the sheet.
pub fn rows(bytes: &[u8], each: &mut dyn FnMut(Cells)) -> Result<(), String> {
    let mut book: Xlsx<_> = Xlsx::new(Cursor::new(bytes)).map_err(|error| error.to_string())?;
    for sheet in book.sheet_names() {
        // Cell by cell: a whole range would take memory for each cell between two far corners.
        let Ok(mut cells) = book.worksheet_cells_reader(&sheet) else { continue };
        let mut row = Cells { line: 0, cells: Vec::new() };
        let mut any = false;
        while let Some(cell) = cells.next_cell().map_err(|error| error.to_string())? {
            let (line, column) = cell.get_position();
            let line = u64::from(line) + 1;
            let column = usize::try_from(column).unwrap_or(usize::MAX);
            let text = text(cell.get_value());
            if text.is_empty() || column >= MAX_COLUMNS {
                continue;
            }
            if row.line != line && any {
                each(std::mem::replace(&mut row, Cells { line, cells: Vec::new() }));
            }
            row.line = line;
            any = true;
            row.cells.resize(row.cells.len().max(column + 1), String::new());
            if let Some(place) = row.cells.get_mut(column) {
                *place = text;
            }
        }
        if any {
            each(row);
            return Ok(());
        }
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
    }

    #[test]
    fn err_bytes_that_are_no_workbook() {
        for bytes in [&b""[..], b"PK\x03\x04", b"id,name"] {
            assert!(rows(bytes, &mut |_| ()).is_err());
        }
    }
}
