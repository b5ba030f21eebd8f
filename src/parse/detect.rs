//! Detects the format of a document by its first bytes. Knows no structure.

use std::io::{BufReader, Chain, Cursor, Read};

use crate::parse::ParseError;

const EXPECTED: &str = "expected a list as CSV, TSV, JSON or eCFR XML";

/// How many bytes are inspected. Enough to find a web page after an XML declaration and comments,
/// and to contain the whole header of a CSV.
const HEAD_BYTES: usize = 2048;

/// How much is read at a time.
const BUFFER_BYTES: usize = 1 << 16;

/// The format of a document.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    Csv,
    Tsv,
    Json,
    Xml,
}

/// A document from its first byte on, without a byte order mark or leading white space.
pub type Input<R> = Chain<Cursor<Vec<u8>>, BufReader<R>>;

/// The format of a document, the number of skipped bytes before it, and the document.
///
/// # Errors
///
/// If the document is empty or clearly not a list, e.g. a web page or an archive.
pub fn detect<R: Read>(input: R) -> Result<(Format, u64, Input<R>), ParseError> {
    let mut input = BufReader::with_capacity(BUFFER_BYTES, input);
    let mut head = Vec::with_capacity(HEAD_BYTES);
    let mut skipped = 0_u64;
    loop {
        let wanted = (HEAD_BYTES - head.len()) as u64;
        let read = input
            .by_ref()
            .take(wanted)
            .read_to_end(&mut head)
            .map_err(|error| failed_to_read(skipped, &error))?;
        let blank = leading_blank(&head, skipped == 0);
        head.drain(..blank);
        skipped += blank as u64;
        if read == 0 || head.len() >= HEAD_BYTES {
            break;
        }
    }
    if head.is_empty() {
        let got = if skipped == 0 {
            "an empty document (0 bytes)".to_owned()
        } else {
            format!("nothing but white space ({skipped} bytes)")
        };
        return Err(ParseError::new("byte 0", format!("{EXPECTED}, but got {got}")));
    }
    let format = format_of(&head)?;
    Ok((format, skipped, Cursor::new(head).chain(input)))
}

/// The error for a document whose bytes could not be read.
pub fn failed_to_read(byte: u64, error: &std::io::Error) -> ParseError {
    ParseError::new(format!("byte {byte}"), format!("failed to read the document: {error}"))
}

/// How many bytes at the start are a byte order mark or white space.
fn leading_blank(head: &[u8], at_start: bool) -> usize {
    let mark = if at_start && head.starts_with(b"\xef\xbb\xbf") { 3 } else { 0 };
    mark + head.iter().skip(mark).take_while(|byte| byte.is_ascii_whitespace()).count()
}

fn format_of(head: &[u8]) -> Result<Format, ParseError> {
    let refused = |got: &str| Err(ParseError::new("byte 0", format!("{EXPECTED}, but got {got}")));
    match head {
        [0x1f, 0x8b, ..] => refused("a gzip archive: unpack it first"),
        [b'P', b'K', 3, 4, ..] => refused("a zip archive: unpack it first"),
        [0xfd, b'7', b'z', b'X', b'Z', ..] => refused("an xz archive: unpack it first"),
        [0x28, 0xb5, 0x2f, 0xfd, ..] => refused("a zstd archive: unpack it first"),
        [0xff, 0xfe, ..] | [0xfe, 0xff, ..] => refused("UTF-16 text: it has to be UTF-8"),
        [b'%', b'P', b'D', b'F', ..] => refused("a PDF"),
        [b'<', ..] if is_web_page(head) => refused("a web page (HTML)"),
        [b'<', ..] => Ok(Format::Xml),
        [b'{' | b'[', ..] => Ok(Format::Json),
        _ => {
            let first_line = head.split(|byte| *byte == b'\n').next().unwrap_or(head);
            Ok(if first_line.contains(&b'\t') { Format::Tsv } else { Format::Csv })
        }
    }
}

/// `<HEAD>` does not show a web page, because the eCFR uses that element for its headings.
fn is_web_page(head: &[u8]) -> bool {
    let head = head.to_ascii_lowercase();
    ["<!doctype html", "<html", "<script"]
        .iter()
        .any(|mark| head.windows(mark.len()).any(|window| window == mark.as_bytes()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn kind(bytes: &[u8]) -> Result<Format, String> {
        detect(bytes).map(|(format, ..)| format).map_err(|error| error.to_string())
    }

    #[test]
    fn ok_a_format_is_detected_by_the_first_bytes() {
        assert_eq!(kind(b"_id,source\n\"a\tb\",1\n"), Ok(Format::Csv));
        assert_eq!(kind(b"\xef\xbb\xbf_id\tsource\n"), Ok(Format::Tsv));
        assert_eq!(kind(b" \n{\"results\": []}"), Ok(Format::Json));
        assert_eq!(
            kind(b"<?xml version=\"1.0\"?>\n<DIV5 N=\"744\"><HEAD>PART 744</HEAD>"),
            Ok(Format::Xml)
        );
    }

    #[test]
    fn ok_only_a_mark_and_leading_white_space_are_skipped() {
        for (text, expected) in
            [("\u{feff}a,b\n", "a,b\n".to_owned()), ("a,b\n", "a,b\n".to_owned())]
        {
            let (_, skipped, mut input) = detect(text.as_bytes()).unwrap();
            let mut read = String::new();
            input.read_to_string(&mut read).unwrap();
            assert_eq!(
                (skipped, read.as_str()),
                ((text.len() - expected.len()) as u64, expected.as_str())
            );
        }
        let long = format!("{}{{{}", " ".repeat(3 * HEAD_BYTES), "x".repeat(1 << 17));
        let (format, _, mut input) = detect(long.as_bytes()).unwrap();
        let mut read = String::new();
        input.read_to_string(&mut read).unwrap();
        assert_eq!((format, read.trim_start().len()), (Format::Json, 1 + (1 << 17)));
    }

    #[test]
    fn err_a_document_that_is_not_text_is_named() {
        for (bytes, got) in [
            (&b"\x1f\x8b\x08"[..], "a gzip archive: unpack it first"),
            (b"PK\x03\x04", "a zip archive: unpack it first"),
            (b"\xff\xfe_\0i\0d\0", "UTF-16 text: it has to be UTF-8"),
            (b"%PDF-1.7", "a PDF"),
            (b"<!-- x --><HTML>", "a web page (HTML)"),
        ] {
            assert_eq!(kind(bytes), Err(format!("byte 0: {EXPECTED}, but got {got}")));
        }
    }
}
