//! Where a quote in CSV or TSV is opened and not closed as it should be. Pure.

/// A row whose quoted cell goes on into other lines and is never closed properly.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct OpenRow {
    /// The line of the text on which the row begins, from 1.
    pub line: u64,
    /// The byte at which the row begins.
    pub begins: usize,
    /// The byte after the first line of the row.
    pub ends: usize,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Place {
    CellStart,
    Plain,
    Quoted,
    /// After a quote inside a quoted cell: it closes the cell, or is half of a doubled quote.
    Closing,
    /// Spaces after the quote that closes a cell of several lines.
    Padding,
}

/// The first row with a cell of several lines whose quote is closed by the end of the text only, or
/// by a quote with other text after it, which is the quote of another cell. A quote that is odd
/// within one line costs no other row and is not looked for.
pub fn first(text: &str, separator: u8) -> Option<OpenRow> {
    let mut place = Place::CellStart;
    let (mut line, mut begins) = (1_u64, 0_usize);
    // Where the first line of the row ends, and its number, once the row has further lines.
    let mut first_line: Option<usize> = None;
    let mut row_line = 1_u64;
    let bytes = text.as_bytes();
    let mut previous = 0_u8;
    for (at, byte) in bytes.iter().copied().enumerate() {
        // A carriage return with a line feed after it ends one line.
        let is_break = byte == b'\n' || byte == b'\r';
        let is_second = byte == b'\n' && previous == b'\r';
        previous = byte;
        if is_break && !is_second {
            line += 1;
        }
        match place {
            Place::CellStart if byte == b'"' => place = Place::Quoted,
            Place::Quoted if byte == b'"' => place = Place::Closing,
            Place::Quoted if is_break => {
                if is_second && first_line == Some(at) || first_line.is_none() {
                    first_line = Some(at + 1);
                }
            }
            Place::Quoted => {}
            Place::Closing if byte == b'"' => place = Place::Quoted,
            Place::CellStart | Place::Plain | Place::Closing | Place::Padding if is_break => {
                place = Place::CellStart;
                (begins, row_line, first_line) = (at + 1, line, None);
            }
            _ if byte == separator => place = Place::CellStart,
            Place::Closing | Place::Padding => match first_line {
                Some(_) if byte == b' ' => place = Place::Padding,
                Some(ends) => return Some(OpenRow { line: row_line, begins, ends }),
                None => place = Place::Plain,
            },
            Place::CellStart | Place::Plain => place = Place::Plain,
        }
    }
    if place != Place::Quoted {
        return None;
    }
    Some(OpenRow { line: row_line, begins, ends: first_line.unwrap_or(bytes.len()) })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str, expected: Option<(u64, &str)>) {
        let found = first(text, b',');
        let found = found.map(|open| (open.line, &text[open.begins..open.ends]));
        assert_eq!(found, expected, "{text:?}");
    }

    #[test]
    fn ok_quotes_that_are_closed() {
        check("", None);
        check("id,name\n1,\"Alder, Ltd.\"\n", None);
        check("1,\"Alder\nWorks\",x\r\n2,\"A \"\"B\"\"\"\n", None);
        check("1,\"Alder\r\nWorks\" ,x\n", None);
        check("1,\"Alder\"", None);
        // Odd, but within its line.
        check("1,5\" pipe\n2,\"Alder\" Works\n3,A \"B\n", None);
    }

    #[test]
    fn err_quotes_that_are_not() {
        check("1,A\n2,\"B\n3,C\n", Some((2, "2,\"B\n")));
        check("1,A\n2,\"B\n3,\"C\",x\n", Some((2, "2,\"B\n")));
        check("1,\"A\n2,\" B\"\n", Some((1, "1,\"A\n")));
        check("1,\"A\r\n2,\"B\"\r\n", Some((1, "1,\"A\r\n")));
        check("1,A\r\n2,\"B", Some((2, "2,\"B")));
        check("1,A\r2,\"B\r3,C", Some((2, "2,\"B\r")));
    }
}
