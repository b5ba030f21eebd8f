//! The header of a table: where each of the 29 columns is, and which columns are unknown.

use std::io::Read;

use crate::domain::Entry;
use crate::parse::ParseError;
use crate::parse::csl::column::Column;
use crate::parse::csl::excerpt::shortened;
use crate::parse::csl::rows::{RowText, Rows};

/// The position of each column.
#[derive(Debug)]
pub struct Header {
    pub line: u64,
    known: [usize; Column::COUNT],
    /// The unknown columns with their keys, sorted by key.
    pub unknown: Vec<(usize, String)>,
}

impl Header {
    /// The number of the field that holds a column.
    pub fn field_of(&self, column: Column) -> usize {
        self.known.get(column as usize).copied().unwrap_or_default()
    }

    /// Writes the values of the unknown columns to `extras`, without the empty ones.
    pub fn extras_of(&self, text: RowText<'_>, extras: &mut Vec<(String, String)>) {
        extras.clear();
        let value =
            |(field, key): &(usize, String)| (key.clone(), text.get(*field).trim().to_owned());
        extras.extend(self.unknown.iter().map(value).filter(|(_, value)| !value.is_empty()));
    }
}

/// Reads the header and gives `rows` the names of the columns.
pub fn read_header<R: Read>(rows: &mut Rows<R>) -> Result<Header, ParseError> {
    let names = read_names(rows)?;
    let mut located = locate(&names);
    let faults = faults(&names, &located);
    if !faults.is_empty() {
        let problem = format!(
            "the header changed: expected the {} known columns, but got {} ({})",
            Column::COUNT,
            names.len(),
            faults.join("; ")
        );
        return Err(ParseError::new(format!("line {}", rows.line), problem));
    }
    rows.columns = names;
    located.unknown.sort_by(|(_, one), (_, other)| one.cmp(other));
    let known = located.known.map(Option::unwrap_or_default);
    Ok(Header { line: rows.line, known, unknown: located.unknown })
}

/// The names in the first row that is not blank.
fn read_names<R: Read>(rows: &mut Rows<R>) -> Result<Vec<String>, ParseError> {
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
    let names: Vec<String> = rows.text()?.iter().map(str::to_owned).collect();
    if !names.iter().any(|name| Column::of_name(name).is_some()) {
        let got = shortened(&names.join(","));
        return Err(ParseError::new(
            format!("line {}", rows.line),
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
        return Err(ParseError::new(place, "the file ends in the middle of its header"));
    }
    Ok(names)
}

/// Where the columns are in a header that may have faults.
struct Located {
    known: [Option<usize>; Column::COUNT],
    /// The unknown columns with their keys, in the order of the header.
    unknown: Vec<(usize, String)>,
    /// The positions of columns that were there before.
    repeated: Vec<usize>,
}

fn locate(names: &[String]) -> Located {
    let mut located =
        Located { known: [None; Column::COUNT], unknown: Vec::new(), repeated: Vec::new() };
    for (number, name) in names.iter().enumerate() {
        let is_repeated = names.iter().take(number).any(|before| before.trim() == name.trim());
        match Column::of_name(name).and_then(|column| located.known.get_mut(column as usize)) {
            Some(Some(_)) => located.repeated.push(number),
            None if is_repeated => located.repeated.push(number),
            None => located.unknown.push((number, Entry::key_of_unknown_column(name.trim()))),
            Some(field) => *field = Some(number),
        }
    }
    located
}

/// What is wrong with a header: `missing: …`, `unknown: …`, `repeated: …`.
fn faults(names: &[String], located: &Located) -> Vec<String> {
    let name_at = |number: &usize| names.get(*number).map(String::as_str);
    let repeated: Vec<&str> = located.repeated.iter().filter_map(name_at).collect();
    let missing: Vec<&str> = Column::ALL
        .iter()
        .zip(&located.known)
        .filter(|(_, field)| field.is_none())
        .map(|(column, _)| column.name())
        .collect();
    // A column without a name cannot be kept. If a known column is missing, an unknown one may be
    // that column under a new name.
    let is_fault = |name: &&str| name.is_empty() || !missing.is_empty() || !repeated.is_empty();
    let unknown: Vec<&str> = located
        .unknown
        .iter()
        .filter_map(|(number, _)| name_at(number))
        .map(str::trim)
        .filter(is_fault)
        .collect();
    [("missing", missing), ("unknown", unknown), ("repeated", repeated)]
        .into_iter()
        .filter(|(_, names)| !names.is_empty())
        .map(|(what, names)| format!("{what}: {}", quoted(&names)))
        .collect()
}

/// `` `a`, `b` ``
fn quoted(names: &[&str]) -> String {
    let quoted: Vec<String> = names.iter().map(|name| format!("`{}`", shortened(name))).collect();
    quoted.join(", ")
}
