//! Splits delimited text into rows, strictly by RFC 4180. Knows quotes and line breaks, not what a
//! column means.
//!
//! It is strict because leniency hides damage. A reader that accepts an unclosed quote at the end
//! of a file, text after a closing quote, or a last row without a line break turns a file that was
//! cut short into a shorter list. So does a reader that skips what it cannot read.

use std::io::{ErrorKind, Read};

use crate::parse::ParseError;
use crate::parse::detect::failed_to_read;

/// The longest row. A longer one means that a quote was lost and the rest of the file is read as
/// one field.
const MAX_ROW_BYTES: usize = 1 << 20;

/// How much is read at a time: enough for few system calls, and little enough to stay in the CPU
/// cache.
const BUFFER_BYTES: usize = 1 << 17;

/// The position of a field in its row, without its quotes.
#[derive(Clone, Copy, Debug, Default)]
struct Field {
    start: usize,
    end: usize,
    /// Whether it has doubled quotes, each of which means one quote.
    is_doubled: bool,
}

/// The fields of a row, as text.
#[derive(Clone, Copy, Debug)]
pub struct RowText<'a> {
    text: &'a str,
    fields: &'a [Field],
    /// The fields with doubled quotes: their numbers, and their text with single quotes.
    doubled: &'a [(usize, String)],
}

impl<'a> RowText<'a> {
    /// The text of the field with this number. Empty if there is none.
    pub fn get(&self, number: usize) -> &'a str {
        let Some(field) = self.fields.get(number) else { return "" };
        let unquoted =
            self.doubled.iter().find(|(doubled, _)| field.is_doubled && *doubled == number);
        unquoted.map_or_else(
            || self.text.get(field.start..field.end).unwrap_or_default(),
            |(_, text)| text,
        )
    }

    pub fn iter(self) -> impl Iterator<Item = &'a str> {
        (0..self.fields.len()).map(move |number| self.get(number))
    }

    /// The row as in the file, without its line break, and without its first field if
    /// `is_without_first`.
    pub fn as_written(self, is_without_first: bool) -> &'a str {
        let start = self.fields.first().filter(|_| is_without_first).map_or(0, |field| field.end);
        self.text.get(start..).unwrap_or_default()
    }
}

/// Reads rows one after the other. Only the current row is kept.
pub struct Rows<R> {
    input: R,
    delimiter: u8,
    /// The names of the columns, once the header is known. They give the number of fields and the
    /// names in errors.
    pub columns: Vec<String>,
    buffer: Vec<u8>,
    /// The range of the buffer that holds the current row and the bytes after it.
    start: usize,
    end: usize,
    has_ended: bool,
    /// How many bytes the current row has, with and without its line break.
    length: usize,
    content: usize,
    fields: Vec<Field>,
    doubled: Vec<(usize, String)>,
    /// The line on which the current row begins, from 1.
    pub line: u64,
    /// The byte at which the current row begins.
    pub byte: u64,
}

impl<R: Read> Rows<R> {
    /// `byte` is the offset of the first byte of `input` in the document.
    pub fn new(input: R, byte: u64, delimiter: u8) -> Self {
        Self {
            input,
            delimiter,
            columns: Vec::new(),
            buffer: vec![0; BUFFER_BYTES],
            start: 0,
            end: 0,
            has_ended: false,
            length: 0,
            content: 0,
            fields: Vec::new(),
            doubled: Vec::new(),
            line: 1,
            byte,
        }
    }

    /// Reads the next row. Returns false at the end of the file.
    ///
    /// # Errors
    ///
    /// If the file ends inside a row, a quote is in a wrong place, or a row has no end.
    pub fn read(&mut self) -> Result<bool, ParseError> {
        self.line += lines(self.ahead(), self.length);
        self.byte += self.length as u64;
        self.start += self.length;
        self.length = 0;
        loop {
            let ahead = self.buffer.get(self.start..self.end).unwrap_or_default();
            match split(ahead, self.delimiter, &mut self.fields) {
                Split::Stray(at, problem) => {
                    return Err(ParseError::new(
                        self.place(self.line + lines(ahead, at), self.fields.len()),
                        problem,
                    ));
                }
                Split::Open(..) if self.has_ended && ahead.is_empty() => return Ok(false),
                Split::Open(state, field) if self.has_ended => {
                    self.fields.push(field);
                    // Before the columns are known, the reader of the header decides, because the
                    // file may not be a list.
                    let is_whole =
                        state == State::Closing && self.fields.len() == self.columns.len();
                    if !self.columns.is_empty() && !is_whole {
                        return Err(self.broken_off(state));
                    }
                    (self.content, self.length) = (ahead.len(), ahead.len());
                    break;
                }
                Split::Open(..) if ahead.len() <= MAX_ROW_BYTES => self.fill()?,
                Split::Row { content, length } if length <= MAX_ROW_BYTES => {
                    (self.content, self.length) = (content, length);
                    break;
                }
                Split::Open(..) | Split::Row { .. } => {
                    let problem = format!(
                        "expected a row, but got over {MAX_ROW_BYTES} bytes without its end: a \
                         quote is not closed"
                    );
                    return Err(ParseError::new(format!("line {}", self.line), problem));
                }
            }
        }
        self.unquote();
        Ok(true)
    }

    pub fn len(&self) -> usize {
        self.fields.len()
    }

    /// Whether the current row is an empty line.
    pub fn is_blank(&self) -> bool {
        self.content == 0
    }

    /// Whether the current row ended at the end of the file, without a line break.
    pub fn is_unterminated(&self) -> bool {
        self.content == self.length
    }

    /// How many bytes the current row has, with its line break.
    pub fn row_length(&self) -> u64 {
        self.length as u64
    }

    /// The fields of the current row.
    ///
    /// # Errors
    ///
    /// If a field is not UTF-8 or contains a NUL.
    pub fn text(&self) -> Result<RowText<'_>, ParseError> {
        let bytes = self.ahead().get(..self.content).unwrap_or_default();
        let (bad, expected) = match std::str::from_utf8(bytes) {
            Ok(text) => match memchr::memchr(0, bytes) {
                None => return Ok(RowText { text, fields: &self.fields, doubled: &self.doubled }),
                Some(bad) => (bad, "text"),
            },
            Err(error) => (error.valid_up_to(), "UTF-8"),
        };
        let field = self
            .fields
            .iter()
            .position(|field| bad < field.end)
            .unwrap_or(self.len().saturating_sub(1));
        let byte = byte_in_words(bytes.get(bad).copied().unwrap_or_default());
        Err(ParseError::new(
            self.place(self.line, field),
            format!("expected {expected}, but got {byte}"),
        ))
    }

    /// `line 14, column 8 (addresses)` for the field with this number, from 0.
    pub fn place(&self, line: u64, field: usize) -> String {
        match self.columns.get(field) {
            Some(name) => format!("line {line}, column {} ({name})", field + 1),
            None => format!("line {line}, column {}", field + 1),
        }
    }

    fn ahead(&self) -> &[u8] {
        self.buffer.get(self.start..self.end).unwrap_or_default()
    }

    fn unquote(&mut self) {
        self.doubled.clear();
        let row = self.buffer.get(self.start..self.end).unwrap_or_default();
        for (number, field) in self.fields.iter().enumerate().filter(|(_, field)| field.is_doubled)
        {
            // A row that is not UTF-8 is rejected before this text is used.
            let text = String::from_utf8_lossy(row.get(field.start..field.end).unwrap_or_default());
            self.doubled.push((number, text.replace("\"\"", "\"")));
        }
    }

    /// Moves the incomplete row to the front of the buffer and reads until the buffer is full.
    fn fill(&mut self) -> Result<(), ParseError> {
        self.buffer.copy_within(self.start..self.end, 0);
        (self.start, self.end) = (0, self.end - self.start);
        if self.end == self.buffer.len() {
            self.buffer.resize(2 * self.end, 0);
        }
        while let Some(free) =
            self.buffer.get_mut(self.end..).filter(|free| !free.is_empty() && !self.has_ended)
        {
            match self.input.read(free) {
                Ok(read) => (self.end, self.has_ended) = (self.end + read, read == 0),
                Err(error) if error.kind() == ErrorKind::Interrupted => {}
                Err(error) => return Err(failed_to_read(self.byte + self.end as u64, &error)),
            }
        }
        Ok(())
    }

    fn broken_off(&self, state: State) -> ParseError {
        let (expected, got, length) = (self.columns.len(), self.len(), self.ahead().len());
        let place = self.place(self.line + lines(self.ahead(), length), got.saturating_sub(1));
        let problem = if got != expected {
            format!(
                "the file ends in the middle of a row: expected {expected} columns, but got {got}"
            )
        } else if state == State::Quoted {
            "the file ends in the middle of the last column: expected a closing quote, but got \
             the end of the file"
                .to_owned()
        } else {
            "the file may be cut in the middle of the last column: expected a line break, but got \
             the end of the file"
                .to_owned()
        };
        ParseError::new(format!("{place}, byte {}", self.byte + length as u64), problem)
    }
}

/// How many line feeds are before `end`.
fn lines(bytes: &[u8], end: usize) -> u64 {
    memchr::memchr_iter(b'\n', bytes.get(..end).unwrap_or_default()).count() as u64
}

/// Where in a field the bytes end, if they end inside a row.
#[derive(Clone, Copy, PartialEq, Eq)]
enum State {
    Plain,
    Quoted,
    /// After a quote inside quotes: the end of the field, or the first half of a doubled quote.
    Closing,
}

enum Split {
    /// A complete row: how many bytes it has without and with its line break.
    Row { content: usize, length: usize },
    /// The bytes end inside this field.
    Open(State, Field),
    /// Not a row: the position of the error, and what is wrong.
    Stray(usize, String),
}

/// Finds the fields of the row at the start of the bytes.
fn split(bytes: &[u8], delimiter: u8, fields: &mut Vec<Field>) -> Split {
    fields.clear();
    let mut start = 0;
    loop {
        let is_quoted = bytes.get(start) == Some(&b'"');
        let found =
            if is_quoted { quoted(bytes, start + 1) } else { plain(bytes, start, delimiter) };
        let (field, after) = match found {
            Ok(found) => found,
            Err((state, field)) => return Split::Open(state, field),
        };
        let stray = |at: usize, expected: &str, byte: u8| {
            Split::Stray(at, format!("expected {expected}, but got {}", byte_in_words(byte)))
        };
        let length = match (bytes.get(after), bytes.get(after + 1)) {
            (Some(byte), _) if *byte == delimiter => {
                fields.push(field);
                start = after + 1;
                continue;
            }
            (Some(b'\n'), _) => after + 1,
            (Some(b'\r'), Some(b'\n')) => after + 2,
            (Some(b'\r'), Some(byte)) => {
                return stray(after + 1, "a line feed after a carriage return", *byte);
            }
            (Some(b'\r'), None) => return Split::Open(State::Plain, field),
            (Some(b'"'), _) => {
                return Split::Stray(
                    after,
                    "expected a value in quotes or one without any, but got a quote within it"
                        .to_owned(),
                );
            }
            (Some(byte), _) => {
                return stray(after, "a delimiter or a line break after a closing quote", *byte);
            }
            (None, _) => {
                return Split::Open(if is_quoted { State::Closing } else { State::Plain }, field);
            }
        };
        fields.push(field);
        return Split::Row { content: after, length };
    }
}

type Found = Result<(Field, usize), (State, Field)>;

/// The quoted field whose text begins at `start`, and the position after it.
fn quoted(bytes: &[u8], start: usize) -> Found {
    let (mut from, mut is_doubled) = (start, false);
    loop {
        let Some(end) =
            memchr::memchr(b'"', bytes.get(from..).unwrap_or_default()).map(|length| from + length)
        else {
            return Err((State::Quoted, Field { start, end: bytes.len(), is_doubled }));
        };
        if bytes.get(end + 1) != Some(&b'"') {
            return Ok((Field { start, end, is_doubled }, end + 1));
        }
        (from, is_doubled) = (end + 2, true);
    }
}

/// The unquoted field that begins at `start`, and its end.
fn plain(bytes: &[u8], start: usize, delimiter: u8) -> Found {
    // Not all writers of tab-separated text quote values, so in TSV a quote inside a value is an
    // ordinary character.
    let ends = |byte: &u8| {
        *byte == delimiter || matches!(byte, b'\n' | b'\r') || *byte == b'"' && delimiter != b'\t'
    };
    let length = bytes.get(start..).unwrap_or_default().iter().position(ends);
    let end = length.map_or(bytes.len(), |length| start + length);
    let field = Field { start, end, is_doubled: false };
    if length.is_none() { Err((State::Plain, field)) } else { Ok((field, end)) }
}

/// The text for a byte in an error.
pub fn byte_in_words(byte: u8) -> String {
    if byte.is_ascii_graphic() {
        format!("`{}`", char::from(byte))
    } else {
        format!("byte 0x{byte:02x}")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// All rows of `text`. Asserts that buffers of every small size give the same rows.
    fn read(text: &str) -> Result<Vec<Vec<String>>, String> {
        let through = |capacity: usize| {
            let mut rows = Rows::new(text.as_bytes(), 0, b',');
            rows.buffer.truncate(capacity);
            rows.columns = vec!["name".to_owned(), "addresses".to_owned()];
            let mut all = Vec::new();
            while rows.read().map_err(|error| error.to_string())? {
                all.push(rows.text().unwrap().iter().map(str::to_owned).collect());
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
    fn err_the_file_is_cut_short() {
        for (text, error) in [
            (
                "\"a\",\"b\"\n\"c",
                "line 2, column 1 (name), byte 10: the file ends in the middle of a row: expected \
                 2 columns, but got 1",
            ),
            (
                "\"a\",\"b\"\n\"c\"",
                "line 2, column 1 (name), byte 11: the file ends in the middle of a row: expected \
                 2 columns, but got 1",
            ),
            (
                "\"a\",\"b\"\n\"c\",",
                "line 2, column 2 (addresses), byte 12: the file may be cut in the middle of the \
                 last column: expected a line break, but got the end of the file",
            ),
            (
                "\"a\",\"b\"\n\"c\",\"d\ne",
                "line 3, column 2 (addresses), byte 16: the file ends in the middle of the last \
                 column: expected a closing quote, but got the end of the file",
            ),
            (
                "a,b",
                "line 1, column 2 (addresses), byte 3: the file may be cut in the middle of the \
                 last column: expected a line break, but got the end of the file",
            ),
        ] {
            assert_eq!(read(text).unwrap_err(), error);
        }
    }

    #[test]
    fn err_a_quote_in_a_wrong_place() {
        for (text, error) in [
            (
                "\"a\"x,\"b\"\n",
                "line 1, column 1 (name): expected a delimiter or a line break after a closing \
                 quote, but got `x`",
            ),
            (
                "a\"x,b\n",
                "line 1, column 1 (name): expected a value in quotes or one without any, but got \
                 a quote within it",
            ),
            (
                "a,b\rc,d\n",
                "line 1, column 2 (addresses): expected a line feed after a carriage return, but \
                 got `c`",
            ),
        ] {
            assert_eq!(read(text).unwrap_err(), error);
        }
    }

    #[test]
    fn err_a_row_without_an_end() {
        let text = format!("\"a\",\"{}", "b\n".repeat(1 << 20));
        let error = Rows::new(text.as_bytes(), 0, b',').read().unwrap_err();
        assert_eq!(
            error.to_string(),
            "line 1: expected a row, but got over 1048576 bytes without its end: a quote is not \
             closed"
        );
    }

    #[test]
    fn err_a_field_that_is_not_utf_8_is_named() {
        for (text, error) in [
            (&b"\"a\",\"b\xe9\"\n"[..], "line 1, column 2: expected UTF-8, but got byte 0xe9"),
            (b"\"\xc3\",\"\xa9\"\n", "line 1, column 1: expected UTF-8, but got byte 0xc3"),
            (b"\"a\0\",\"b\"\n", "line 1, column 1: expected text, but got byte 0x00"),
        ] {
            let mut rows = Rows::new(text, 0, b',');
            assert!(rows.read().unwrap());
            assert_eq!(rows.text().unwrap_err().to_string(), error);
        }
    }
}
