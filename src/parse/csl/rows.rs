//! Splits delimited text into rows by RFC 4180, strictly. Knows quotes and line breaks, not what a column means.
//!
//! Strictly, because every leniency hides damage: a reader that takes an unclosed quote at the end of a file, text after a closing
//! quote, or a last row without a line break turns a cut file into a shorter list. So does one that skips what it cannot read.

use std::io::{BufRead, ErrorKind};

use crate::parse::ParseError;
use crate::parse::detect::failed_to_read;

/// One row, unquoted.
#[derive(Debug, Default)]
pub struct Row {
    bytes: Vec<u8>,
    /// Where each field ends in `bytes`.
    ends: Vec<usize>,
    /// The line it begins on, from 1.
    pub line: u64,
    /// It ended with the file and not with a line break.
    pub is_unterminated: bool,
    is_quoted: bool,
}

impl Row {
    pub fn len(&self) -> usize {
        self.ends.len()
    }

    /// An empty line.
    pub fn is_blank(&self) -> bool {
        self.ends.len() == 1 && self.bytes.is_empty() && !self.is_quoted
    }

    /// The fields as text.
    ///
    /// # Errors
    ///
    /// The number of the first field that is not UTF-8 or holds a NUL, and that byte.
    pub fn text(&self) -> Result<RowText<'_>, (usize, u8)> {
        let bad = match std::str::from_utf8(&self.bytes) {
            // No field may end within a character: the next one would begin with the rest of it.
            Ok(text) => match self.ends.iter().find(|end| !text.is_char_boundary(**end)) {
                None if !self.bytes.contains(&0) => return Ok(RowText { text, ends: &self.ends }),
                None => self.bytes.iter().position(|byte| *byte == 0).unwrap_or_default(),
                Some(end) => end.saturating_sub(1),
            },
            Err(error) => error.valid_up_to(),
        };
        let field = self.ends.iter().position(|end| bad < *end).unwrap_or(self.ends.len().saturating_sub(1));
        Err((field, self.bytes.get(bad).copied().unwrap_or_default()))
    }

    fn clear(&mut self, line: u64) {
        self.bytes.clear();
        self.ends.clear();
        self.line = line;
        self.is_unterminated = false;
        self.is_quoted = false;
    }

    fn push(&mut self, bytes: &[u8]) {
        self.bytes.extend_from_slice(bytes);
    }

    fn end_field(&mut self) {
        self.ends.push(self.bytes.len());
    }
}

/// The fields of a row, as text.
#[derive(Clone, Copy, Debug)]
pub struct RowText<'a> {
    text: &'a str,
    ends: &'a [usize],
}

impl<'a> RowText<'a> {
    pub fn get(&self, number: usize) -> &'a str {
        let start = number.checked_sub(1).map_or(Some(0), |before| self.ends.get(before).copied());
        start.zip(self.ends.get(number)).and_then(|(start, end)| self.text.get(start..*end)).unwrap_or_default()
    }

    pub fn iter(self) -> impl Iterator<Item = &'a str> {
        (0..self.ends.len()).map(move |number| self.get(number))
    }
}

/// Reads rows one after the other.
pub struct Rows<R> {
    input: R,
    delimiter: u8,
    /// The names of the columns, once the header is known: how many there must be, and what to call them in an error.
    pub columns: Vec<String>,
    /// The byte after the last one consumed.
    pub byte: u64,
    line: u64,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum State {
    FieldStart,
    Unquoted,
    Quoted,
    /// After a quote within quotes: the field's end, or the first half of a doubled quote.
    Closing,
    /// After a carriage return outside quotes.
    Return,
}

impl<R: BufRead> Rows<R> {
    /// A longer row is no row: a quote was lost, and the rest of the file is being swallowed.
    const MAX_ROW_BYTES: usize = 1 << 20;

    /// Bytes are counted from `byte` on.
    pub fn new(input: R, byte: u64, delimiter: u8) -> Self {
        Self { input, delimiter, columns: Vec::new(), byte, line: 1 }
    }

    /// Reads the next row into `row`; false at the end of the file.
    ///
    /// # Errors
    ///
    /// Where the file breaks off within a row, a quote stands where none may, or a row has no end.
    pub fn read(&mut self, row: &mut Row) -> Result<bool, ParseError> {
        row.clear(self.line);
        let mut state = State::FieldStart;
        loop {
            let chunk = match self.input.fill_buf() {
                Ok(chunk) => chunk,
                Err(error) if error.kind() == ErrorKind::Interrupted => continue,
                Err(error) => return Err(failed_to_read(self.byte, &error)),
            };
            if chunk.is_empty() {
                return self.finish(state, row);
            }
            let (rest, outcome) = split(chunk, self.delimiter, &mut state, row, &mut self.line);
            let consumed = chunk.len() - rest;
            self.input.consume(consumed);
            self.byte += consumed as u64;
            match outcome {
                Outcome::RowEnds => return Ok(true),
                Outcome::Continues if row.bytes.len() + row.ends.len() > Self::MAX_ROW_BYTES => {
                    let problem =
                        format!("expected a row, but got over {} bytes without its end: a quote is not closed", Self::MAX_ROW_BYTES);
                    return Err(ParseError::new(format!("line {}", row.line), problem));
                }
                Outcome::Continues => {}
                Outcome::Stray(problem) => return Err(ParseError::new(self.place(self.line, row.len()), problem)),
            }
        }
    }

    /// `line 14, column 8 (addresses)` for the field of this number, from 0.
    pub fn place(&self, line: u64, field: usize) -> String {
        match self.columns.get(field) {
            Some(name) => format!("line {line}, column {} ({name})", field + 1),
            None => format!("line {line}, column {}", field + 1),
        }
    }

    fn finish(&self, state: State, row: &mut Row) -> Result<bool, ParseError> {
        if state == State::FieldStart && row.ends.is_empty() {
            return Ok(false);
        }
        let (expected, got) = (self.columns.len(), row.len() + 1);
        // What stands before the columns are known is the header's reader's to judge: it may be no list at all.
        if expected == 0 || state == State::Closing && got == expected {
            row.end_field();
            row.is_unterminated = true;
            return Ok(true);
        }
        let place = format!("{}, byte {}", self.place(self.line, row.len()), self.byte);
        let problem = if got != expected {
            format!("the file breaks off in the middle of a row: expected {expected} columns, but got {got}")
        } else if state == State::Quoted {
            "the file breaks off in the middle of the last column: expected a closing quote, but got the end of the file".to_owned()
        } else {
            "the file may be cut in the middle of the last column: expected a line break, but got the end of the file".to_owned()
        };
        Err(ParseError::new(place, problem))
    }
}

enum Outcome {
    Continues,
    RowEnds,
    Stray(String),
}

/// Takes as much of `chunk` as belongs to the row; how many bytes are left, and why it stopped.
fn split(chunk: &[u8], delimiter: u8, state: &mut State, row: &mut Row, line: &mut u64) -> (usize, Outcome) {
    let mut rest = chunk;
    while let Some((&byte, after)) = rest.split_first() {
        match *state {
            State::FieldStart if byte == b'"' => {
                row.is_quoted = true;
                *state = State::Quoted;
                rest = after;
            }
            State::FieldStart => *state = State::Unquoted,
            State::Quoted => {
                let length = memchr::memchr(b'"', rest).unwrap_or(rest.len());
                let (content, remaining) = rest.split_at(length);
                row.push(content);
                *line += content.iter().filter(|byte| **byte == b'\n').count() as u64;
                rest = remaining;
                if let Some((_, after_quote)) = remaining.split_first() {
                    *state = State::Closing;
                    rest = after_quote;
                }
            }
            State::Closing if byte == b'"' => {
                row.push(b"\"");
                *state = State::Quoted;
                rest = after;
            }
            State::Unquoted if !ends_plain(byte, delimiter) => {
                let length = rest.iter().position(|byte| ends_plain(*byte, delimiter)).unwrap_or(rest.len());
                let (content, remaining) = rest.split_at(length);
                row.push(content);
                rest = remaining;
            }
            // Writers of tab-separated text do not all quote: there a quote within a value is a character like any other.
            State::Unquoted if byte == b'"' && delimiter == b'\t' => {
                row.push(b"\"");
                rest = after;
            }
            State::Unquoted if byte == b'"' => {
                return (rest.len(), Outcome::Stray("expected a value in quotes or one without any, but got a quote within it".to_owned()));
            }
            State::Unquoted | State::Closing | State::Return => {
                rest = after;
                if byte == delimiter && *state != State::Return {
                    row.end_field();
                    *state = State::FieldStart;
                } else if byte == b'\n' {
                    row.end_field();
                    *line += 1;
                    return (rest.len(), Outcome::RowEnds);
                } else if byte == b'\r' && *state != State::Return {
                    *state = State::Return;
                } else {
                    let after = if *state == State::Return {
                        "a line feed after a carriage return"
                    } else {
                        "a delimiter or a line break after a closing quote"
                    };
                    return (rest.len(), Outcome::Stray(format!("expected {after}, but got {}", byte_in_words(byte))));
                }
            }
        }
    }
    (0, Outcome::Continues)
}

fn ends_plain(byte: u8, delimiter: u8) -> bool {
    byte == delimiter || matches!(byte, b'\n' | b'\r' | b'"')
}

/// A byte as an error names it.
pub fn byte_in_words(byte: u8) -> String {
    if byte.is_ascii_graphic() { format!("`{}`", char::from(byte)) } else { format!("byte 0x{byte:02x}") }
}

#[cfg(test)]
mod tests {
    use std::io::BufReader;

    use super::*;

    /// All rows of `text`, read through buffers of every small size: the same, however the bytes come.
    fn read(text: &str) -> Result<Vec<Vec<String>>, String> {
        let through = |capacity: usize| {
            let mut rows = Rows::new(BufReader::with_capacity(capacity, text.as_bytes()), 0, b',');
            rows.columns = vec!["name".to_owned(), "addresses".to_owned()];
            let (mut row, mut all) = (Row::default(), Vec::new());
            while rows.read(&mut row).map_err(|error| error.to_string())? {
                all.push(row.text().unwrap().iter().map(str::to_owned).collect());
            }
            Ok(all)
        };
        let whole = through(1 << 12);
        for capacity in 1..8 {
            assert_eq!(through(capacity), whole, "{capacity}");
        }
        whole
    }

    #[track_caller]
    fn check(text: &str, expected: &[&[&str]]) {
        assert_eq!(read(text).unwrap(), expected);
    }

    #[test]
    fn ok_rows() {
        check("\"a\",\"b\"\n", &[&["a", "b"]]);
        check("a,b\r\n\"c \"\"d\"\"\",\"e\nf\"\r\n", &[&["a", "b"], &["c \"d\"", "e\nf"]]);
        check(",\n\"\",\"\"\n", &[&["", ""], &["", ""]]);
        check("\"a\",\"b\"", &[&["a", "b"]]);
        check("", &[]);
    }

    #[test]
    fn err_the_file_breaks_off() {
        for (text, error) in [
            (
                "\"a\",\"b\"\n\"c",
                "line 2, column 1 (name), byte 10: the file breaks off in the middle of a row: expected 2 columns, but got 1",
            ),
            (
                "\"a\",\"b\"\n\"c\"",
                "line 2, column 1 (name), byte 11: the file breaks off in the middle of a row: expected 2 columns, but got 1",
            ),
            (
                "\"a\",\"b\"\n\"c\",",
                "line 2, column 2 (addresses), byte 12: the file may be cut in the middle of the last column: expected a line break, but got the end of the file",
            ),
            (
                "\"a\",\"b\"\n\"c\",\"d\ne",
                "line 3, column 2 (addresses), byte 16: the file breaks off in the middle of the last column: expected a closing quote, but got the end of the file",
            ),
            (
                "a,b",
                "line 1, column 2 (addresses), byte 3: the file may be cut in the middle of the last column: expected a line break, but got the end of the file",
            ),
        ] {
            assert_eq!(read(text).unwrap_err(), error);
        }
    }

    #[test]
    fn err_a_quote_where_none_may_stand() {
        for (text, error) in [
            ("\"a\"x,\"b\"\n", "line 1, column 1 (name): expected a delimiter or a line break after a closing quote, but got `x`"),
            ("a\"x,b\n", "line 1, column 1 (name): expected a value in quotes or one without any, but got a quote within it"),
            ("a,b\rc,d\n", "line 1, column 2 (addresses): expected a line feed after a carriage return, but got `c`"),
        ] {
            assert_eq!(read(text).unwrap_err(), error);
        }
    }

    #[test]
    fn err_a_row_without_an_end_is_not_swallowed() {
        let text = format!("\"a\",\"{}", "b\n".repeat(1 << 20));
        let mut rows = Rows::new(BufReader::new(text.as_bytes()), 0, b',');
        let error = rows.read(&mut Row::default()).unwrap_err();
        assert_eq!(error.to_string(), "line 1: expected a row, but got over 1048576 bytes without its end: a quote is not closed");
    }

    #[test]
    fn err_a_field_that_is_not_utf_8_is_named() {
        for (text, expected) in [(&b"\"a\",\"b\xe9\"\n"[..], (1, 0xe9)), (b"\"\xc3\",\"\xa9\"\n", (0, 0xc3)), (b"\"a\0\",\"b\"\n", (0, 0))]
        {
            let mut row = Row::default();
            assert!(Rows::new(text, 0, b',').read(&mut row).unwrap());
            assert_eq!(row.text().err(), Some(expected), "{text:?}");
        }
    }
}
