//! Reads the list as CSV or TSV: a header with the 29 columns, found by name in any order, and one
//! row an entry. Other columns are kept with a warning.

use std::io::Read;

use crate::domain::{ListCode, Snapshot};
use crate::parse::ParseError;
use crate::parse::csl::collect::{Collector, shortened};
use crate::parse::csl::column::{Cells, Column};
use crate::parse::csl::rows::{RowText, Rows};
use crate::parse::csl::watched_row::{RowBytes, WatchedRow};

/// Reads a delimited file, before which `skipped` bytes were left out, and hands each row of the
/// watched lists to `each`. What else there is to say comes as a snapshot without entries; with it,
/// how many bytes come before the rows.
///
/// # Errors
///
/// Where the file is cut, a row has another number of columns, the header lacks a column or repeats
/// one, or a byte is no text.
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
    for (field, key) in &header.unknown {
        collector.columns.insert(key.clone());
        let name = rows.columns.get(*field).map_or(key.as_str(), String::as_str);
        collector.warnings.push(
            || rows.place(header.line, *field),
            || format!("the column `{}` is not known; it is kept as published", shortened(name)),
        );
    }
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
                || "an empty line stands between rows and is passed over".to_owned(),
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
            // The publisher's id, where it comes first, is no part of what a row says.
            let written = text.as_written(header.field_of(Column::Id) == 0);
            let bytes = RowBytes { start: rows.byte, length: rows.row_length(), written };
            header.extras_of(text, &mut extras);
            collector.hand_on(
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

/// Where each column stands.
#[derive(Debug)]
pub struct Header {
    line: u64,
    known: [usize; Column::COUNT],
    /// With their keys, in the order of these.
    unknown: Vec<(usize, String)>,
}

impl Header {
    pub fn field_of(&self, column: Column) -> usize {
        self.known.get(column as usize).copied().unwrap_or_default()
    }

    /// The values of the unknown columns, where they have one.
    fn extras_of(&self, text: RowText<'_>, extras: &mut Vec<(String, String)>) {
        extras.clear();
        let value =
            |(field, key): &(usize, String)| (key.clone(), text.get(*field).trim().to_owned());
        extras.extend(self.unknown.iter().map(value).filter(|(_, value)| !value.is_empty()));
    }
}

/// Reads the header and tells `rows` the names of the columns.
fn read_header<R: Read>(rows: &mut Rows<R>) -> Result<Header, ParseError> {
    loop {
        if !rows.read()? {
            return Err(ParseError::new(
                "line 1",
                "expected a header, but got the end of the file",
            ));
        }
        if !rows.is_blank() {
            break;
        }
    }
    let place = format!("line {}", rows.line);
    let names: Vec<String> = rows.text()?.iter().map(str::to_owned).collect();
    if !names.iter().any(|name| Column::of_name(name).is_some()) {
        let got = shortened(&names.join(","));
        return Err(ParseError::new(
            place,
            format!(
                "expected the header of the Consolidated Screening List (`_id,source,…,ids`), but \
                 got `{got}`"
            ),
        ));
    }
    if rows.is_unterminated() {
        let place = format!(
            "{}, byte {}",
            rows.place(rows.line, rows.len().saturating_sub(1)),
            rows.byte + rows.row_length()
        );
        return Err(ParseError::new(place, "the file breaks off in the middle of its header"));
    }
    let mut fields = [None; Column::COUNT];
    let (mut unknown, mut repeated): (Vec<(usize, String)>, Vec<&str>) = (Vec::new(), Vec::new());
    for (number, name) in names.iter().enumerate() {
        let is_repeated = names.iter().take(number).any(|before| before.trim() == name.trim());
        match Column::of_name(name).and_then(|column| fields.get_mut(column as usize)) {
            Some(Some(_)) => repeated.push(name),
            None if is_repeated => repeated.push(name),
            None => unknown.push((number, Column::unknown_key(name.trim()))),
            Some(field) => *field = Some(number),
        }
    }
    let missing: Vec<&str> = Column::ALL
        .iter()
        .zip(&fields)
        .filter(|(_, field)| field.is_none())
        .map(|(column, _)| column.name())
        .collect();
    // One without a name cannot be kept; beside a column that is missing an unknown one may be that
    // column under another name.
    let is_fault = |name: &&str| name.is_empty() || !missing.is_empty() || !repeated.is_empty();
    let unknown_names: Vec<&str> = unknown
        .iter()
        .filter_map(|(number, _)| names.get(*number))
        .map(|name| name.trim())
        .filter(is_fault)
        .collect();
    let faults: Vec<String> =
        [("missing", missing), ("unknown", unknown_names), ("repeated", repeated)]
            .into_iter()
            .filter(|(_, names)| !names.is_empty())
            .map(|(what, names)| {
                format!(
                    "{what}: {}",
                    names
                        .iter()
                        .map(|name| format!("`{}`", shortened(name)))
                        .collect::<Vec<_>>()
                        .join(", ")
                )
            })
            .collect();
    if !faults.is_empty() {
        let problem = format!(
            "the header changed: expected the {} known columns, but got {} ({})",
            Column::COUNT,
            names.len(),
            faults.join("; ")
        );
        return Err(ParseError::new(place, problem));
    }
    let line = rows.line;
    rows.columns = names;
    unknown.sort_by(|(_, one), (_, other)| one.cmp(other));
    Ok(Header { line, known: fields.map(Option::unwrap_or_default), unknown })
}
