//! Reads the tables in the supplements of Part 744, row by row.
//!
//! Knows headings, spans and columns. It must not know what an entry is.

use std::io::Read;

use crate::parse::ParseError;
use crate::parse::ecfr::cell::{Cell, CellWriter};
use crate::parse::gpo_xml::{Markup, MarkupReader, Tag};

/// The longest text, in bytes, that is read as a heading. A longer text is an entry.
pub const HEADING_BYTES: usize = 80;

/// The most columns that a cell may span, so that a damaged attribute cannot fill memory.
const MOST_SPANNED_COLUMNS: usize = 64;

/// The content of a column of a supplement.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Column {
    Country,
    Entity,
    LicenseRequirement,
    LicensePolicy,
    Citation,
}

impl Column {
    /// The column with this heading: `License review policy`, `Listed person and address`,
    /// `Federal Register citation and date of publication`.
    pub fn of_heading(heading: &str) -> Option<Self> {
        let heading = heading.to_lowercase();
        let has = |word: &str| heading.contains(word);
        match () {
            () if has("citation") || has("federal register") => Some(Column::Citation),
            () if has("policy") => Some(Column::LicensePolicy),
            () if has("requirement") => Some(Column::LicenseRequirement),
            () if has("country") || has("destination") => Some(Column::Country),
            () if has("entit") || has("person") || has("military end") => Some(Column::Entity),
            () => None,
        }
    }

    fn title(self) -> &'static str {
        match self {
            Column::Country => "country",
            Column::Entity => "entity",
            Column::LicenseRequirement => "license requirement",
            Column::LicensePolicy => "license review policy",
            Column::Citation => "Federal Register citation",
        }
    }
}

/// One row below the headings, with its cells in the order of the requested columns.
#[derive(Debug)]
pub struct Row {
    pub line: u64,
    pub cells: Vec<Cell>,
    /// The cells of other columns, with their headings in lower case.
    pub extras: Vec<(String, Cell)>,
    /// Whether the row had fewer cells than the table has columns. The missing cells are empty.
    pub short: bool,
}

/// Reads one table whose start tag was just read, and passes its rows to `take`, with cells in the
/// order of `columns`.
///
/// # Errors
/// If the table has other columns, a row that does not fit them, a nested table, or no rows.
pub fn read_table<R: Read>(
    reader: &mut MarkupReader<R>,
    columns: &[Column],
    mut take: impl FnMut(Row) -> Result<(), ParseError>,
) -> Result<(), ParseError> {
    let mut order: Option<Headings> = None;
    let mut spans = Spans::default();
    let mut heading = false;
    let mut rows = 0_usize;
    let started = reader.line();
    loop {
        match reader.read()? {
            Markup::Start(tag) => match tag.name.to_ascii_uppercase().as_str() {
                "THEAD" => heading = true,
                "TR" => {
                    let line = reader.line();
                    let cells = spans.place(read_row(reader)?);
                    if cells.iter().all(Cell::is_empty) {
                        continue;
                    }
                    let found = heading_order(&cells, columns);
                    // The headings may be repeated further down, but a row that only resembles them
                    // is a row.
                    if let Some(found) = found.filter(|found| {
                        found.others.is_empty() || order.as_ref().is_none_or(|order| order == found)
                    }) {
                        order.get_or_insert(found);
                        continue;
                    }
                    let Some(order) = &order else {
                        if heading
                            && columns.len() != cells.len()
                            && cells.iter().filter(|cell| !cell.is_empty()).count() == 1
                        {
                            continue; // a title row over the whole table
                        }
                        return Err(other_columns(line, &cells, columns));
                    };
                    rows += 1;
                    take(fit(line, cells, order)?)?;
                }
                "TABLE" => {
                    return Err(at(
                        reader.line(),
                        "expected a row, but got a table inside a table",
                    ));
                }
                _ => {}
            },
            Markup::End(name) if name.eq_ignore_ascii_case("THEAD") => heading = false,
            Markup::End(name) if name.eq_ignore_ascii_case("TABLE") => break,
            Markup::End(_) | Markup::Text(_) => {}
            Markup::Finished => {
                return Err(at(reader.line(), "expected </TABLE>, but the document ends here"));
            }
        }
    }
    if rows == 0 { Err(at(started, "expected rows, but the table is empty")) } else { Ok(()) }
}

/// The cells of a row as written, each with the number of columns and rows that it spans.
fn read_row<R: Read>(reader: &mut MarkupReader<R>) -> Result<Vec<Spanning>, ParseError> {
    let mut cells = Vec::new();
    loop {
        match reader.read()? {
            Markup::Start(tag) if is_cell(&tag.name) => {
                let (columns, rows) = (tag.count("colspan"), tag.count("rowspan"));
                let name = tag.name;
                cells.push(Spanning { cell: read_cell(reader, &name)?, columns, rows });
            }
            Markup::Start(Tag { name, .. }) if name.eq_ignore_ascii_case("TABLE") => {
                return Err(at(reader.line(), "expected a cell, but got a table inside a table"));
            }
            Markup::End(name) if name.eq_ignore_ascii_case("TR") => return Ok(cells),
            Markup::Finished => {
                return Err(at(reader.line(), "expected </TR>, but the document ends here"));
            }
            Markup::Start(_) | Markup::End(_) | Markup::Text(_) => {}
        }
    }
}

fn is_cell(name: &str) -> bool {
    name.eq_ignore_ascii_case("TD") || name.eq_ignore_ascii_case("TH")
}

/// The text of an element whose start tag was just read, up to its end tag.
fn read_cell<R: Read>(reader: &mut MarkupReader<R>, element: &str) -> Result<Cell, ParseError> {
    let mut writer = CellWriter::default();
    let mut depth = 1_usize;
    loop {
        match reader.read()? {
            Markup::Start(tag) => {
                if tag.name.eq_ignore_ascii_case(element) {
                    depth += 1;
                }
                match tag.name.to_ascii_uppercase().as_str() {
                    "BR" | "LI" | "P" | "DIV" | "FP" => writer.line_break(),
                    "SU" | "SUP" => writer.open_mark(),
                    "E" if tag.is_superscript() => writer.open_mark(),
                    "TABLE" => {
                        return Err(at(
                            reader.line(),
                            "expected text, but got a table inside a cell",
                        ));
                    }
                    _ => {}
                }
            }
            Markup::End(name) => {
                if name.eq_ignore_ascii_case(element) {
                    depth -= 1;
                    if depth == 0 {
                        return Ok(writer.finish());
                    }
                }
                match name.to_ascii_uppercase().as_str() {
                    "SU" | "SUP" | "E" => writer.close_mark(),
                    "LI" | "P" | "DIV" | "FP" => writer.line_break(),
                    _ => {}
                }
            }
            Markup::Text(text) => writer.text(&text),
            Markup::Finished => {
                return Err(at(
                    reader.line(),
                    "expected the end of a cell, but the document ends here",
                ));
            }
        }
    }
}

struct Spanning {
    cell: Cell,
    columns: usize,
    rows: usize,
}

/// The cells that span later rows, by column.
#[derive(Default)]
struct Spans {
    down: Vec<Option<(usize, Cell)>>,
}

impl Spans {
    /// The cells of a row by column. A cell that spans rows is in each of them. A cell that spans
    /// columns is in the first one.
    fn place(&mut self, written: Vec<Spanning>) -> Vec<Cell> {
        let mut cells = Vec::new();
        let mut written = written.into_iter();
        loop {
            let column = cells.len();
            if let Some(Some((rows, cell))) = self.down.get_mut(column) {
                cells.push(cell.clone());
                *rows -= 1;
                if *rows == 0
                    && let Some(span) = self.down.get_mut(column)
                {
                    *span = None;
                }
                continue;
            }
            let Some(next) = written.next() else {
                // A spanning cell after a gap still counts, so the row does not end before it.
                match self.down.iter().skip(column).any(Option::is_some) {
                    true => cells.push(Cell::default()),
                    false => return cells,
                }
                continue;
            };
            for index in 0..next.columns.min(MOST_SPANNED_COLUMNS) {
                let cell = if index == 0 { next.cell.clone() } else { Cell::default() };
                if next.rows > 1 {
                    if self.down.len() <= column + index {
                        self.down.resize(column + index + 1, None);
                    }
                    if let Some(span) = self.down.get_mut(column + index) {
                        *span = Some((next.rows - 1, cell.clone()));
                    }
                }
                cells.push(cell);
            }
        }
    }
}

/// The positions of the columns of a table.
#[derive(Debug, PartialEq, Eq)]
struct Headings {
    /// The position of each requested column.
    order: Vec<usize>,
    /// The positions and headings of the other columns.
    others: Vec<(usize, String)>,
    count: usize,
}

/// The positions of the columns. `None` if these cells are not headings, or a requested column is
/// missing.
fn heading_order(cells: &[Cell], columns: &[Column]) -> Option<Headings> {
    let is_short = |cell: &Cell| cell.text.len() < HEADING_BYTES;
    let found: Vec<Option<Column>> = cells
        .iter()
        .map(|cell| Column::of_heading(&cell.flat()).filter(|_| is_short(cell)))
        .collect();
    let order: Vec<usize> = columns
        .iter()
        .map(|wanted| found.iter().position(|column| *column == Some(*wanted)))
        .collect::<Option<_>>()?;
    let mut others = Vec::new();
    for (at, cell) in cells.iter().enumerate().filter(|(at, _)| !order.contains(at)) {
        let heading = cell.flat().to_lowercase();
        // A repeated known column, a column without a name, or a repeated name is ambiguous.
        let is_certain = found.get(at) == Some(&None) && is_short(cell) && !heading.is_empty();
        if !is_certain || others.iter().any(|(_, known)| *known == heading) {
            return None;
        }
        others.push((at, heading));
    }
    Some(Headings { order, others, count: cells.len() })
}

fn fit(line: u64, mut cells: Vec<Cell>, headings: &Headings) -> Result<Row, ParseError> {
    let short = cells.len() < headings.count;
    let excess = cells.get(headings.count..).unwrap_or_default();
    if excess.iter().any(|cell| !cell.is_empty()) {
        return Err(at(
            line,
            &format!("expected {} cells in a row, but got {}", headings.count, cells.len()),
        ));
    }
    let mut take = |index: usize| cells.get_mut(index).map(std::mem::take).unwrap_or_default();
    let known = headings.order.iter().map(|index| take(*index)).collect();
    let extras =
        headings.others.iter().map(|(index, heading)| (heading.clone(), take(*index))).collect();
    Ok(Row { line, cells: known, extras, short })
}

fn other_columns(line: u64, cells: &[Cell], columns: &[Column]) -> ParseError {
    let shown = |texts: Vec<String>| texts.join(" | ");
    let wanted = shown(columns.iter().map(|column| column.title().to_owned()).collect());
    let got = shown(cells.iter().map(|cell| cell.flat().chars().take(40).collect()).collect());
    at(line, &format!("expected the columns {wanted}, but got {got}"))
}

fn at(line: u64, problem: &str) -> ParseError {
    ParseError { place: format!("line {line}"), problem: problem.to_owned() }
}
