//! Reads the list as CSV or TSV: a header with the 29 columns in any order, and one row per entry.
//! Other columns are kept with a warning.

use std::io::Read;

use crate::domain::{ListCode, Snapshot};
use crate::parse::ParseError;
use crate::parse::csl::cells::Cells;
use crate::parse::csl::collect::Collector;
use crate::parse::csl::column::Column;
use crate::parse::csl::excerpt::shortened;
use crate::parse::csl::header::{Header, read_header};
use crate::parse::csl::rows::Rows;
use crate::parse::csl::watched_row::{RowBytes, WatchedRow};

/// Reads a delimited file and passes each row of the watched lists to `each`. `skipped` bytes
/// before it were already skipped. Returns a snapshot without entries, and the number of bytes
/// before the first row.
///
/// # Errors
///
/// If the file is cut short, a row has a wrong number of columns, the header lacks or repeats a
/// column, or a byte is not text.
pub fn read_table(
    input: impl Read,
    skipped: u64,
    delimiter: u8,
    lists: &[ListCode],
    each: &mut dyn FnMut(WatchedRow<'_>),
) -> Result<(Snapshot, u64), ParseError> {
    let mut rows = Rows::new(input, skipped, delimiter);
    let header = read_header(&mut rows)?;
    let mut collector = Collector::new(lists, each);
    let header_bytes = rows.byte + rows.row_length();
    note_unknown_columns(&rows, &header, &mut collector);
    let mut extras = Vec::new();
    let mut blank_line = None;
    while rows.read()? {
        let line = rows.line;
        if rows.is_blank() {
            blank_line.get_or_insert(line);
            continue;
        }
        if let Some(blank_line) = blank_line.take() {
            collector.warnings.push(
                || format!("line {blank_line}"),
                || "an empty line between rows is skipped".to_owned(),
            );
        }
        if rows.len() != rows.columns.len() {
            let problem =
                format!("expected {} columns, but got {}", rows.columns.len(), rows.len());
            return Err(ParseError::new(format!("line {line}"), problem));
        }
        let text = rows.text()?;
        if text.iter().eq(rows.columns.iter().map(String::as_str)) {
            collector.warnings.push(
                || format!("line {line}"),
                || "the header line is repeated and is dropped".to_owned(),
            );
            continue;
        }
        if rows.is_unterminated() {
            collector.warnings.push(
                || format!("line {line}"),
                || "the last row has no line break after it".to_owned(),
            );
        }
        let place = |column: Column| rows.place(line, header.field_of(column));
        if let Some(list) =
            collector.count(text.get(header.field_of(Column::Source)), || place(Column::Source))?
        {
            // The publisher's id is not part of the content of a row, so it is omitted if it is the
            // first field.
            let written = text.as_written(header.field_of(Column::Id) == 0);
            let bytes = RowBytes { start: rows.byte, length: rows.row_length(), written };
            header.extras_of(text, &mut extras);
            collector.pass_on(
                WatchedRow {
                    list,
                    cells: Cells::Of(&header, text),
                    extras: &extras,
                    bytes: Some(bytes),
                },
                &place,
            );
        }
    }
    Ok((collector.finish()?, header_bytes))
}

fn note_unknown_columns<R: Read>(rows: &Rows<R>, header: &Header, collector: &mut Collector<'_>) {
    for (field, key) in &header.unknown {
        collector.columns.insert(key.clone());
        let name = rows.columns.get(*field).map_or(key.as_str(), String::as_str);
        collector.warnings.push(
            || rows.place(header.line, *field),
            || format!("the column `{}` is unknown; it is kept as published", shortened(name)),
        );
    }
}
