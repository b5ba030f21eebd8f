//! CSV and TSV as rows of cells.

use crate::watchlist::encoding::{Decoded, NoText, decoded};
use crate::watchlist::open_quotes;
use crate::watchlist::rows::{Cells, Ending, OpenQuote};

/// What separates cells. The one that the header has most of counts.
const SEPARATORS: [u8; 4] = [b',', b';', b'\t', b'|'];
/// The separator is looked for in so many bytes.
const HEADER_BYTES: usize = 4096;
/// After an open quote, the rest of the text is read again. More than this many in one file would
/// take minutes in a file of some megabytes.
pub const MOST_OPEN_ROWS: usize = 200;
/// Old programs end a text with it.
const END_OF_TEXT: char = '\u{1a}';

/// Why bytes are no table.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum NoTable {
    NoText(NoText),
    /// The reader of CSV failed.
    Csv(String),
    /// So many rows have a quote that is not closed that the file is not what it seems. The first
    /// of them begins on this line.
    OpenQuotes {
        line: u64,
    },
}

/// What is known of a text after its rows were read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Text {
    pub ending: Ending,
    /// Its encoding is only likely.
    pub is_guessed: bool,
}

/// Calls `each` with each row and its line, or with the line of a row that cannot be read.
pub fn rows(bytes: &[u8], each: &mut dyn FnMut(Result<Cells, OpenQuote>)) -> Result<Text, NoTable> {
    let Decoded { text, is_guessed, ends_within_letter } =
        decoded(bytes).map_err(NoTable::NoText)?;
    let text = text.trim_end_matches(END_OF_TEXT);
    let separator = separator(text);
    let mut rest: &str = text;
    let mut lines_before = 0;
    let (mut open_rows, mut first_open) = (0, 0);
    // A quote that is never closed would swallow the rows after it, and nobody would miss them.
    while let Some(open) = open_quotes::first(rest, separator) {
        let before = rest.get(..open.begins).unwrap_or_default();
        rows_of(before, separator, lines_before, each)?;
        let line = lines_before + open.line;
        (open_rows, first_open) = (open_rows + 1, if open_rows == 0 { line } else { first_open });
        if open_rows > MOST_OPEN_ROWS {
            return Err(NoTable::OpenQuotes { line: first_open });
        }
        each(Err(OpenQuote { line }));
        rest = rest.get(open.ends..).unwrap_or_default();
        lines_before = line;
    }
    rows_of(rest, separator, lines_before, each)?;
    let ending = if ends_within_letter {
        Ending::WithinLetter
    } else if text.ends_with(['\n', '\r']) {
        Ending::LineEnd
    } else {
        Ending::NoLineEnd
    };
    Ok(Text { ending, is_guessed })
}

fn rows_of(
    text: &str,
    separator: u8,
    lines_before: u64,
    each: &mut dyn FnMut(Result<Cells, OpenQuote>),
) -> Result<(), NoTable> {
    let mut reader = csv::ReaderBuilder::new()
        .has_headers(false)
        .flexible(true)
        .delimiter(separator)
        .from_reader(text.as_bytes());
    let mut record = csv::StringRecord::new();
    loop {
        let more =
            reader.read_record(&mut record).map_err(|error| NoTable::Csv(error.to_string()))?;
        if !more {
            return Ok(());
        }
        let line = lines_before + record.position().map_or(0, csv::Position::line);
        let cells = record.iter().map(|cell| cell.trim().to_owned()).collect();
        each(Ok(Cells { line, cells }));
    }
}

fn separator(text: &str) -> u8 {
    let start: Vec<u8> = text.bytes().take(HEADER_BYTES).collect();
    let header = start
        .split(|byte| *byte == b'\n')
        .find(|line| SEPARATORS.iter().any(|separator| line.contains(separator)));
    let count = |separator: &u8| {
        header.map_or(0, |line| line.iter().filter(|byte| *byte == separator).count())
    };
    // Of equal counts the first in the table counts, and `max_by_key` takes the last.
    SEPARATORS.iter().rev().max_by_key(|separator| count(separator)).copied().unwrap_or(b',')
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(bytes: &[u8]) -> Result<Vec<(u64, Vec<String>)>, NoTable> {
        let mut found = Vec::new();
        rows(bytes, &mut |row| {
            found.push(row.map_or_else(
                |open| (open.line, vec!["OPEN".to_owned()]),
                |row| (row.line, row.cells),
            ));
        })?;
        Ok(found)
    }

    fn row(line: u64, cells: &[&str]) -> (u64, Vec<String>) {
        (line, cells.iter().map(|cell| (*cell).to_owned()).collect())
    }

    #[test]
    fn ok_the_separator_is_the_one_of_the_header() {
        for text in ["id,name\n1,A;B", "id;name\n1;A;B", "id\tname\n1\tA;B", "id|name\n1|A;B"] {
            let found = read(text.as_bytes()).unwrap();
            assert_eq!(found[0], row(1, &["id", "name"]), "{text}");
            assert_eq!(found[1].0, 2);
        }
    }

    #[test]
    fn ok_a_cell_of_several_lines_keeps_the_line_of_the_next_row() {
        let found = read(b"id,name\n1,\"Alder\nWorks\"\n2,Birch\n").unwrap();
        assert_eq!(found[1], row(2, &["1", "Alder\nWorks"]));
        assert_eq!(found[2], row(4, &["2", "Birch"]));
    }

    #[test]
    fn ok_a_row_with_an_open_quote_costs_no_other_row() {
        let found = read(b"id,name\n1,\"Alder\n2,\"Birch\",x\n3,Cedar\n4,\"Dogwood\n").unwrap();
        let expected = [
            row(1, &["id", "name"]),
            row(2, &["OPEN"]),
            row(3, &["2", "Birch", "x"]),
            row(4, &["3", "Cedar"]),
            row(5, &["OPEN"]),
        ];
        assert_eq!(found, expected);
        let found = read(b"id,name\n1,\"Alder\n2,Birch\n").unwrap();
        assert_eq!(found[1..], [row(2, &["OPEN"]), row(3, &["2", "Birch"])]);
    }

    #[test]
    fn err_a_file_of_open_quotes_is_refused_after_a_few() {
        let text = format!("id,name\n{}", "x\",\"\n".repeat(2_000));
        let mut seen = 0;
        let error = rows(text.as_bytes(), &mut |_| seen += 1).unwrap_err();
        assert_eq!(error, NoTable::OpenQuotes { line: 2 });
        assert!(seen <= 3 * MOST_OPEN_ROWS, "{seen}");
        assert_eq!(MOST_OPEN_ROWS, 200);
    }

    #[test]
    fn ok_encodings_of_spreadsheets() {
        let marked = [&b"\xef\xbb\xbf"[..], "id,Größe".as_bytes()].concat();
        assert_eq!(read(&marked).unwrap()[0], row(1, &["id", "Größe"]));
        assert_eq!(read(b"id,Gr\xf6\xdfe").unwrap()[0], row(1, &["id", "Größe"]));
        let wide: Vec<u8> = [0xfeff]
            .into_iter()
            .chain("id,Größe".encode_utf16())
            .flat_map(u16::to_le_bytes)
            .collect();
        assert_eq!(read(&wide).unwrap()[0], row(1, &["id", "Größe"]));
    }

    #[test]
    fn ok_how_a_text_ends() {
        let check = |bytes: &[u8], expected: Ending| {
            assert_eq!(rows(bytes, &mut |_| ()).unwrap().ending, expected, "{bytes:?}");
        };
        for bytes in [&b"id,name\n1,A\n"[..], b"id,name\r\n", b"id,name\r", b"id,name\n\x1a"] {
            check(bytes, Ending::LineEnd);
        }
        let wide: Vec<u8> = "\u{feff}id,name\n".encode_utf16().flat_map(u16::to_le_bytes).collect();
        check(&wide, Ending::LineEnd);
        check(b"id,name\n1,A", Ending::NoLineEnd);
        // The last byte of the first is all of a letter in Windows-1252.
        check(b"id,name\n1,Gr\xf6", Ending::NoLineEnd);
        check("id,name\n1,Größe".as_bytes(), Ending::NoLineEnd);
        let marked = "\u{feff}id,name\n1,Größ";
        for text in ["id,name\n1,Größ", marked] {
            check(&text.as_bytes()[..text.len() - 1], Ending::WithinLetter);
        }
    }

    #[test]
    fn a_text_that_ends_within_a_letter_is_not_read_in_another_encoding() {
        let text = "id,name\n1,Größe\n2,ß";
        let found = read(&text.as_bytes()[..text.len() - 1]).unwrap();
        assert_eq!(found[1], row(2, &["1", "Größe"]));
    }

    #[test]
    fn err_bytes_that_are_no_text() {
        assert!(read(b"\x00\x01\x02\x00").is_err());
        assert_eq!(read(b""), Ok(Vec::new()));
    }
}
