//! From cells to counterparties.

use std::collections::HashMap;
use std::path::{Path, PathBuf};

use crate::domain::Sha256;
use crate::screen::countries;
use crate::screen::party::Counterparty;
use crate::watchlist::columns::{Columns, Field, Header};
use crate::watchlist::error::WatchlistError;

/// A header is looked for in so many rows: exports begin with titles.
const HEADER_ROWS: usize = 20;
/// More rows are not a counterparty file.
pub const MAX_ROWS: usize = 1_000_000;
/// The most names, and the most addresses, of one counterparty.
const MAX_LISTED: usize = 50;

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

/// What is wrong with one row. The other rows are used.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RowProblem {
    pub file: PathBuf,
    pub line: u64,
    pub problem: String,
    /// The row is not compared. Otherwise it is compared without what is wrong.
    pub is_left_out: bool,
}

impl std::fmt::Display for RowProblem {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}, line {}: {}", self.file.display(), self.line, self.problem)
    }
}

/// The counterparties of a file or a folder.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Watchlist {
    pub counterparties: Vec<Counterparty>,
    /// In the order of the files. The rows are left out, except those whose country is unknown.
    pub problems: Vec<RowProblem>,
    /// The line on which a file ends within a row: it was cut, or is being written. What there is
    /// of the row is a counterparty like others.
    pub ends_within: Option<u64>,
    pub sha256: Sha256,
}

/// Collects the rows of one file after another.
pub struct RowReader<'a> {
    columns: &'a Columns,
    counterparties: Vec<Counterparty>,
    problems: Vec<RowProblem>,
    /// Where each id stands first: ids are unique over all files of a folder.
    known: HashMap<String, (PathBuf, u64)>,
    ends_within: Option<u64>,
}

/// The rows of one file.
pub struct FileRows<'r, 'a> {
    reader: &'r mut RowReader<'a>,
    path: &'r Path,
    header: Option<Header>,
    rows: usize,
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
            known: HashMap::new(),
            ends_within: None,
        }
    }

    pub fn file<'r>(&'r mut self, path: &'r Path) -> FileRows<'r, 'a> {
        FileRows {
            reader: self,
            path,
            header: None,
            rows: 0,
            missing: None,
            last: None,
            before_last: (false, false),
        }
    }

    pub fn finish(self, sha256: Sha256) -> Watchlist {
        Watchlist {
            counterparties: self.counterparties,
            problems: self.problems,
            ends_within: self.ends_within,
            sha256,
        }
    }
}

impl FileRows<'_, '_> {
    pub fn add(&mut self, row: Cells) {
        if row.cells.iter().all(String::is_empty) {
            return;
        }
        self.rows += 1;
        let Some(header) = self.header.clone() else {
            if self.rows <= HEADER_ROWS {
                match self.reader.columns.header(&row.cells) {
                    Ok(header) => self.header = Some(header),
                    Err(missing) => {
                        self.missing.get_or_insert((missing, row.cells));
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
                let place = (self.path.to_owned(), row.line);
                self.reader.known.insert(counterparty.id.clone(), place);
                self.reader.counterparties.push(counterparty);
            }
            Err(problem) => self.problem(row.line, problem, true),
        }
    }

    /// Fails if the file had no header, or more rows than a counterparty file has.
    pub fn finish(mut self, ending: Ending) -> Result<(), WatchlistError> {
        let path = self.path.to_owned();
        if self.rows > MAX_ROWS {
            return Err(WatchlistError::TooManyRows { path, limit: MAX_ROWS });
        }
        if self.header.is_none() {
            let (missing, found) = self.missing.unwrap_or(("id", Vec::new()));
            let found: Vec<String> =
                found.iter().filter(|c| !c.is_empty()).map(|cell| format!("`{cell}`")).collect();
            let found = if found.is_empty() { "no row".to_owned() } else { found.join(", ") };
            return Err(WatchlistError::NoColumn { path, missing, found });
        }
        if let Some(line) = self.cut_row(ending) {
            let problem = "expected a whole row, but the file ends within it: it may be incomplete";
            self.problem(line, problem.to_owned(), false);
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
        self.problem(open.line, problem.to_owned(), true);
    }

    fn problem(&mut self, line: u64, problem: String, is_left_out: bool) {
        let file = self.path.to_owned();
        self.reader.problems.push(RowProblem { file, line, problem, is_left_out });
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
        for (field, cell) in header.fields.iter().zip(&row.cells) {
            match field {
                Some(Field::Id) => counterparty.id = cell.clone(),
                Some(Field::Name) => counterparty.name = one_line(cell),
                Some(Field::Aliases) => counterparty.aliases.extend(self.several(cell)),
                Some(Field::Address) if !cell.is_empty() => parts.push(cell),
                Some(Field::Country) => country = cell,
                Some(Field::Owner) => counterparty.owner = one_line(cell),
                Some(Field::Address) | None => {}
            }
        }
        counterparty.addresses = match parts.as_slice() {
            [] => Vec::new(),
            [whole] => self.several(whole),
            parts => vec![one_line(&parts.join(", "))],
        };
        counterparty.aliases.truncate(MAX_LISTED);
        counterparty.addresses.truncate(MAX_LISTED);
        if counterparty.id.is_empty() {
            return Err("expected an id, but the cell is empty".to_owned());
        }
        if let Some((file, line)) = self.reader.known.get(&counterparty.id) {
            let other =
                if file == self.path { String::new() } else { format!(" of {}", file.display()) };
            return Err(format!(
                "expected an id of its own, but `{}` is that of line {line}{other}",
                counterparty.id
            ));
        }
        if !counterparty.name.chars().any(char::is_alphanumeric) {
            return Err(format!("expected a name, but got `{}`", counterparty.name));
        }
        if let Some(code) = countries::read(country) {
            counterparty.country = code.to_owned();
        } else if !country.is_empty() {
            let problem = format!(
                "expected an ISO 3166-1 code or the name of a country, but got `{country}`: the \
                 row is compared without a country"
            );
            self.problem(row.line, problem, false);
        }
        Ok(counterparty)
    }

    fn several(&self, cell: &str) -> Vec<String> {
        let separator = &self.reader.columns.alias_separator;
        let parts: Vec<&str> = if separator.is_empty() {
            cell.lines().collect()
        } else {
            cell.lines().flat_map(|line| line.split(separator.as_str())).collect()
        };
        parts.into_iter().map(one_line).filter(|part| !part.is_empty()).collect()
    }
}

fn one_line(cell: &str) -> String {
    cell.split_whitespace().collect::<Vec<_>>().join(" ")
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
