//! From cells to counterparties.

use std::borrow::Cow;
use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::rc::Rc;

use crate::domain::Sha256;
use crate::domain::character_reference::decoded;
use crate::screen::countries;
use crate::screen::party::Counterparty;
use crate::watchlist::cell_text::{addresses, one_line};
use crate::watchlist::columns::{Columns, Header};
use crate::watchlist::encoding::UNREADABLE;
use crate::watchlist::error::WatchlistError;
use crate::watchlist::field::Field;
use crate::watchlist::row_problem::{RowProblem, RowProblemKind};

/// A header is looked for in so many rows: exports begin with titles.
const HEADER_ROWS: usize = 20;
/// More rows are not a counterparty file.
pub const MAX_ROWS: usize = 1_000_000;
/// In the place of bytes that are not text: see `encoding`.
const CANNOT_BE_READ: [char; 2] = [UNREADABLE, '\0'];
/// The most names, and the most addresses, of one counterparty.
const MAX_LISTED: usize = 50;
/// A problem quotes so many bytes of a cell.
const MAX_QUOTED: usize = 100;

/// One row of a file, with the line on which it begins.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Cells {
    pub line: u64,
    pub cells: Vec<String>,
}

/// A row with a quote that is not closed, which begins on this line.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct OpenQuote {
    pub line: u64,
}

/// How a file ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ending {
    /// At the end of a line, or as its format says.
    LineEnd,
    /// Without the end of the last line. Many programs write files so.
    NoLineEnd,
    /// Within a letter of several bytes.
    WithinLetter,
}

/// The counterparties of a file or a folder.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Watchlist {
    pub counterparties: Vec<Counterparty>,
    /// In the order of the files. The rows are left out, except those whose country is unknown.
    pub problems: Vec<RowProblem>,
    /// What a person should know of how the files were read: columns that are not used. No text of
    /// a row.
    pub notes: Vec<String>,
    /// The line on which a file ends within a row: it was cut, or is being written. The cells that
    /// the row has are used as a counterparty.
    pub ends_within: Option<u64>,
    pub sha256: Sha256,
}

impl Watchlist {
    /// How many rows are left out, or lack what could not be read.
    pub fn unread_rows(&self) -> usize {
        self.problems.iter().filter(|problem| problem.kind != RowProblemKind::NoCountry).count()
    }

    /// All rows, also those that are left out.
    pub fn all_rows(&self) -> usize {
        let left_out = self.problems.iter().filter(|problem| problem.is_left_out()).count();
        self.counterparties.len() + left_out
    }
}

/// Collects the rows of one file after another.
pub struct RowReader<'a> {
    columns: &'a Columns,
    counterparties: Vec<Counterparty>,
    problems: Vec<RowProblem>,
    notes: Vec<String>,
    /// Where each id stands first: ids are unique over all files of a folder.
    known: HashMap<String, (PathBuf, u64)>,
    ends_within: Option<u64>,
}

/// The rows of one file.
pub struct FileRows<'r, 'a> {
    reader: &'r mut RowReader<'a>,
    path: &'r Path,
    /// Of the file, or of the sheet of a workbook with several.
    header: Option<Rc<Header>>,
    any_header: bool,
    sheet: Option<String>,
    rows: usize,
    rows_of_sheet: usize,
    missing_in_sheet: Option<&'static str>,
    /// What the first rows lack to be a header.
    missing: Option<(&'static str, Vec<String>)>,
    /// The last row so far.
    last: Option<RowEnd>,
    /// Whether a row before the last one has all cells of the header, and whether one has fewer.
    before_last: (bool, bool),
}

/// How far a row goes, and the line on which it begins.
#[derive(Clone, Copy)]
enum RowEnd {
    /// It has all cells of the header.
    Whole(u64),
    /// It has fewer cells than the header.
    Short(u64),
    /// Its quote is not closed.
    Open(u64),
}

impl<'a> RowReader<'a> {
    pub fn new(columns: &'a Columns) -> Self {
        Self {
            columns,
            counterparties: Vec::new(),
            problems: Vec::new(),
            notes: Vec::new(),
            known: HashMap::new(),
            ends_within: None,
        }
    }

    pub fn file<'r>(&'r mut self, path: &'r Path) -> FileRows<'r, 'a> {
        FileRows {
            reader: self,
            path,
            header: None,
            any_header: false,
            sheet: None,
            rows: 0,
            rows_of_sheet: 0,
            missing_in_sheet: None,
            missing: None,
            last: None,
            before_last: (false, false),
        }
    }

    pub fn finish(self, sha256: Sha256) -> Watchlist {
        let Self { counterparties, problems, notes, ends_within, .. } = self;
        Watchlist { counterparties, problems, notes, ends_within, sha256 }
    }
}

impl FileRows<'_, '_> {
    pub fn add(&mut self, row: Cells) {
        if row.cells.iter().all(String::is_empty) {
            return;
        }
        self.rows += 1;
        self.rows_of_sheet += 1;
        let Some(header) = self.header.clone() else {
            if self.rows_of_sheet <= HEADER_ROWS {
                match self.reader.columns.header(&row.cells) {
                    Ok(header) => {
                        if let Some(unused) = header.unused_in_words() {
                            self.note(&unused);
                        }
                        self.header = Some(Rc::new(header));
                        self.any_header = true;
                    }
                    Err(missing) => {
                        self.missing.get_or_insert((missing, row.cells));
                        self.missing_in_sheet.get_or_insert(missing);
                    }
                }
            }
            return;
        };
        if self.rows > MAX_ROWS {
            return;
        }
        let is_whole = row.cells.len() >= header.fields.len();
        self.follow(if is_whole { RowEnd::Whole(row.line) } else { RowEnd::Short(row.line) });
        match self.counterparty(&header, &row) {
            Ok(counterparty) => {
                let place = (self.place(), row.line);
                self.reader.known.insert(counterparty.id.clone(), place);
                self.reader.counterparties.push(counterparty);
            }
            Err(problem) => self.problem(row.line, problem, RowProblemKind::LeftOut),
        }
    }

    /// The rows that follow are those of a sheet of a workbook.
    pub fn begin_sheet(&mut self, name: &str) {
        self.end_sheet();
        self.sheet = Some(one_line(name));
        (self.header, self.rows_of_sheet, self.missing_in_sheet) = (None, 0, None);
        self.last = None;
    }

    /// Says that a sheet with cells is not read, if others are.
    fn end_sheet(&mut self) {
        if let (Some(sheet), None, Some(missing)) =
            (&self.sheet, &self.header, self.missing_in_sheet)
        {
            let text = format!("has a sheet `{sheet}` that is not read: it has no column for");
            self.note(&format!("{text} {missing}"));
        }
    }

    /// The file, and its sheet if it has several.
    fn place(&self) -> PathBuf {
        match &self.sheet {
            Some(sheet) => PathBuf::from(format!("{}, sheet `{sheet}`", self.path.display())),
            None => self.path.to_owned(),
        }
    }

    /// Fails if the file had no header, or more rows than a counterparty file has.
    pub fn finish(mut self, ending: Ending) -> Result<(), WatchlistError> {
        let path = self.path.to_owned();
        if self.rows > MAX_ROWS {
            return Err(WatchlistError::TooManyRows { path, limit: MAX_ROWS });
        }
        self.end_sheet();
        if !self.any_header {
            let (missing, found) = self.missing.unwrap_or(("id", Vec::new()));
            let found: Vec<String> =
                found.iter().filter(|c| !c.is_empty()).map(|cell| format!("`{cell}`")).collect();
            let found = if found.is_empty() { "no row".to_owned() } else { found.join(", ") };
            return Err(WatchlistError::NoColumn { path, missing, found });
        }
        if let Some(line) = self.cut_row(ending) {
            let problem = "expected a whole row, but the file ends within it: it may be incomplete";
            self.problem(line, problem.to_owned(), RowProblemKind::Damaged);
            self.reader.ends_within.get_or_insert(line);
        }
        Ok(())
    }

    /// The line of the last row if the file ends within it. The line must have no end, and its row
    /// fewer cells than all others: some programs leave empty cells at the end of a row out.
    fn cut_row(&self, ending: Ending) -> Option<u64> {
        let (any_whole, any_short) = self.before_last;
        match (ending, self.last) {
            (Ending::NoLineEnd | Ending::WithinLetter, Some(RowEnd::Open(line))) => Some(line),
            (Ending::NoLineEnd, Some(RowEnd::Short(line))) if any_whole && !any_short => Some(line),
            (Ending::WithinLetter, Some(RowEnd::Short(line) | RowEnd::Whole(line))) => Some(line),
            _ => None,
        }
    }

    /// Notes the next row.
    fn follow(&mut self, row: RowEnd) {
        match self.last.replace(row) {
            Some(RowEnd::Whole(_)) => self.before_last.0 = true,
            Some(RowEnd::Short(_)) => self.before_last.1 = true,
            Some(RowEnd::Open(_)) | None => {}
        }
    }

    /// Names a row that cannot be read because of its quote.
    pub fn add_open(&mut self, open: OpenQuote) {
        self.follow(RowEnd::Open(open.line));
        let problem = "expected a quote at the end of the quoted cell, but got none";
        self.problem(open.line, problem.to_owned(), RowProblemKind::LeftOut);
    }

    /// Says something of the file as a whole.
    pub fn note(&mut self, text: &str) {
        let name = self.path.file_name().unwrap_or_default().to_string_lossy();
        self.reader.notes.push(format!("{name} {text}"));
    }

    fn problem(&mut self, line: u64, problem: String, kind: RowProblemKind) {
        let file = self.place();
        self.reader.problems.push(RowProblem { file, line, problem, kind });
    }

    fn counterparty(&mut self, header: &Header, row: &Cells) -> Result<Counterparty, String> {
        let width = header.fields.len();
        let beyond = row.cells.iter().skip(width).filter(|cell| !cell.is_empty()).count();
        if beyond > 0 {
            return Err(format!(
                "expected {width} cells as in the header, but got {}",
                row.cells.len()
            ));
        }
        let mut counterparty = Counterparty::default();
        let mut parts: Vec<&str> = Vec::new();
        let mut country = "";
        let used = || header.fields.iter().zip(&row.cells).filter(|(field, _)| field.is_some());
        let is_damaged = used().any(|(_, cell)| cell.contains(CANNOT_BE_READ));
        let cells: Vec<Cow<'_, str>> = row
            .cells
            .iter()
            .map(|cell| {
                if is_damaged {
                    decoded(&cell.replace(CANNOT_BE_READ, "")).into_owned().into()
                } else {
                    decoded(cell)
                }
            })
            .collect();
        for (field, cell) in header.fields.iter().zip(&cells) {
            match field {
                Some(Field::Id) => counterparty.id = cell.to_string(),
                Some(Field::Name) => counterparty.name = one_line(cell),
                Some(Field::Aliases) => counterparty.aliases.extend(self.names(cell)),
                Some(Field::Address) if !cell.is_empty() => parts.push(cell),
                Some(Field::Country) => country = cell,
                Some(Field::Owner) => counterparty.owner = one_line(cell),
                Some(Field::Address) | None => {}
            }
        }
        counterparty.addresses = match parts.as_slice() {
            [] => Vec::new(),
            [whole] => self.several(whole).flat_map(addresses).collect(),
            parts => vec![one_line(&parts.join(", "))],
        };
        counterparty.addresses.retain(|address| !address.is_empty());
        let most = counterparty.aliases.len().max(counterparty.addresses.len());
        if most > MAX_LISTED {
            let problem = format!(
                "expected at most {MAX_LISTED} other names or addresses, but got {most}: the row \
                 is compared with the first {MAX_LISTED}"
            );
            self.problem(row.line, problem, RowProblemKind::Damaged);
        }
        counterparty.aliases.truncate(MAX_LISTED);
        counterparty.addresses.truncate(MAX_LISTED);
        if counterparty.id.is_empty() {
            return Err("expected an id, but the cell is empty".to_owned());
        }
        let is_id = |(field, _): &(&Option<Field>, &String)| **field == Some(Field::Id);
        if used().find(is_id).is_some_and(|(_, cell)| cell.contains(CANNOT_BE_READ)) {
            return Err("expected an id in UTF-8, but some bytes of it are not".to_owned());
        }
        if let Some((file, line)) = self.reader.known.get(&counterparty.id) {
            let other = if *file == self.place() {
                String::new()
            } else {
                format!(" of {}", file.display())
            };
            return Err(format!(
                "expected an id of its own, but `{}` is that of line {line}{other}",
                quoted(&counterparty.id)
            ));
        }
        if !counterparty.name.chars().any(char::is_alphanumeric) {
            return Err(format!("expected a name, but got `{}`", quoted(&counterparty.name)));
        }
        if let Some(code) = countries::read(country) {
            counterparty.country = code.to_owned();
        } else if !country.is_empty() {
            let problem = format!(
                "expected an ISO 3166-1 code or the name of a country, but got `{}`: the row is \
                 compared without a country",
                quoted(country)
            );
            self.problem(row.line, problem, RowProblemKind::NoCountry);
        }
        if is_damaged {
            let problem = "expected text in UTF-8, but some bytes are not: the row is compared \
                           without them";
            self.problem(row.line, problem.to_owned(), RowProblemKind::Damaged);
        }
        Ok(counterparty)
    }

    fn names(&self, cell: &str) -> Vec<String> {
        let lines = self.several(cell).flat_map(str::lines);
        lines.map(one_line).filter(|name| !name.is_empty()).collect()
    }

    /// The parts of a cell that has several names, or several addresses.
    fn several<'c>(&'c self, cell: &'c str) -> impl Iterator<Item = &'c str> {
        let separator = self.reader.columns.alias_separator.as_str();
        let whole = separator.is_empty().then_some(cell);
        let parts = (!separator.is_empty()).then(|| cell.split(separator));
        whole.into_iter().chain(parts.into_iter().flatten())
    }
}

/// The beginning of a cell, for a problem that quotes it.
fn quoted(cell: &str) -> &str {
    cell.get(..cell.floor_char_boundary(MAX_QUOTED)).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(columns: &Columns, rows: &[&[&str]]) -> Result<Watchlist, WatchlistError> {
        let mut reader = RowReader::new(columns);
        let mut file = reader.file(Path::new("customers.csv"));
        for (line, cells) in (1..).zip(rows) {
            file.add(Cells { line, cells: cells.iter().map(|cell| (*cell).to_owned()).collect() });
        }
        file.finish(Ending::LineEnd)?;
        Ok(reader.finish(Sha256::of(b"")))
    }

    fn problems(rows: &[&[&str]]) -> Vec<String> {
        let watchlist = read(&Columns::default(), rows).unwrap();
        watchlist.problems.iter().map(ToString::to_string).collect()
    }

    const HEADER: &[&str] = &["id", "name", "aliases", "address", "country", "owner"];

    #[test]
    fn ok_a_row_is_a_counterparty() {
        let row = &["C1", "Alder  Works", "AW; Alder", "1 Quay St.", "Russia", "J. Roe"][..];
        let found = read(&Columns::default(), &[HEADER, row]).unwrap();
        assert_eq!(
            found.counterparties,
            [Counterparty {
                id: "C1".into(),
                name: "Alder Works".into(),
                aliases: vec!["AW".into(), "Alder".into()],
                addresses: vec!["1 Quay St.".into()],
                country: "RU".into(),
                owner: "J. Roe".into(),
            }]
        );
        assert!(found.problems.is_empty());
    }

    #[test]
    fn ok_titles_before_the_header_and_parts_of_an_address() {
        let rows: &[&[&str]] = &[
            &["Customers of 2026"],
            &[""],
            &["No.", "Company", "Street", "Zip", "City"],
            &["7", "Alder", "1 Quay St.", "", "Minsk"],
        ];
        let found = read(&Columns::default(), rows).unwrap();
        assert_eq!(found.counterparties[0].addresses, ["1 Quay St., Minsk"]);
        assert_eq!(found.notes, Vec::<String>::new());
    }

    #[test]
    fn ok_an_address_in_lines_is_one_and_names_in_lines_are_several() {
        let row = &["C1", "Alder &amp; Co", "AW\nAlder; A&nbsp;W", "1 Quay St.\nMinsk; 2 Mill Rd"];
        let found = read(&Columns::default(), &[HEADER, row]).unwrap();
        let party = &found.counterparties[0];
        assert_eq!(party.name, "Alder & Co");
        assert_eq!(party.aliases, ["AW", "Alder", "A W"]);
        assert_eq!(party.addresses, ["1 Quay St., Minsk", "2 Mill Rd"]);
    }

    #[test]
    fn err_more_names_than_are_compared_are_said() {
        let names = |count: usize| (1..=count).map(|n| format!("A{n}")).collect::<Vec<_>>();
        let row = |count| ["C1".to_owned(), "Alder".to_owned(), names(count).join(";")];
        for (count, problems) in [(MAX_LISTED, 0), (MAX_LISTED + 1, 1)] {
            let row = row(count);
            let row: Vec<&str> = row.iter().map(String::as_str).collect();
            let found = read(&Columns::default(), &[HEADER, &row]).unwrap();
            assert_eq!(found.counterparties[0].aliases, names(MAX_LISTED));
            assert_eq!(found.problems.len(), problems, "{:?}", found.problems);
        }
        let named = problems(&[HEADER, &["C1", "Alder", &names(51).join(";")]]);
        assert!(named[0].contains("at most 50 other names or addresses, but got 51"), "{named:?}");
    }

    #[test]
    fn columns_that_are_not_used_are_noted() {
        let rows: &[&[&str]] = &[&["id", "name", "Fax", "Straße", "Hausnummer"], &["1", "Alder"]];
        let found = read(&Columns::default(), rows).unwrap();
        assert_eq!(found.notes, ["customers.csv has a column that is not used: `Fax`"]);
    }

    #[test]
    fn err_a_row_with_bytes_that_cannot_be_read_is_named_and_compared_without_them() {
        let rows: &[&[&str]] = &[
            &["id", "name", "Fax"],
            &["C1", "Al\u{fffd}der"],
            &["C\u{fffd}2", "Birch"],
            &["C3", "Ce\0dar"],
            &["C4", "Elm", "\u{fffd}"],
        ];
        let found = read(&Columns::default(), rows).unwrap();
        let names: Vec<&str> = found.counterparties.iter().map(|p| p.name.as_str()).collect();
        assert_eq!(names, ["Alder", "Cedar", "Elm"]);
        let of_line = |line: u64| found.problems.iter().find(|problem| problem.line == line);
        assert!(of_line(2).unwrap().problem.contains("some bytes are not"));
        assert!(of_line(3).unwrap().is_left_out());
        assert!(of_line(4).is_some_and(|problem| !problem.is_left_out()));
        assert_eq!(of_line(5), None, "the column is not used");
        assert_eq!((found.unread_rows(), found.all_rows()), (3, 4));
    }

    #[test]
    fn err_a_bad_row_is_named_with_its_line_and_costs_no_other() {
        let rows: &[&[&str]] = &[
            HEADER,
            &["C1", "Alder"],
            &["", "Birch"],
            &["C1", "Cedar"],
            &["C2", "—"],
            &["C3", "Dogwood", "", "", "", "", "more"],
            &["C4", "Elm", "", "", "Atlantis"],
        ];
        assert_eq!(
            problems(rows),
            [
                "customers.csv, line 3: expected an id, but the cell is empty",
                "customers.csv, line 4: expected an id of its own, but `C1` is that of line 2",
                "customers.csv, line 5: expected a name, but got `—`",
                "customers.csv, line 6: expected 6 cells as in the header, but got 7",
                "customers.csv, line 7: expected an ISO 3166-1 code or the name of a country, but \
                 got `Atlantis`: the row is compared without a country",
            ]
        );
        let found = read(&Columns::default(), rows).unwrap();
        let ids: Vec<&str> = found.counterparties.iter().map(|party| party.id.as_str()).collect();
        assert_eq!(ids, ["C1", "C4"]);
    }

    #[test]
    fn err_no_header_names_what_it_lacks() {
        let error = read(&Columns::default(), &[&["Konto", "name"], &["1", "Alder"]]).unwrap_err();
        assert_eq!(
            error.to_string(),
            "expected a header with a column for id in customers.csv, but got `Konto`, `name`: \
             name the column in `columns` of the watchlist, or call it `id`"
        );
        assert!(read(&Columns::default(), &[]).unwrap_err().to_string().contains("got no row"));
    }
}
