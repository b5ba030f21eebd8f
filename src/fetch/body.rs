//! Receives a document piece by piece: decodes, counts, hashes and keeps it compressed. Stops at
//! the first piece that exceeds a limit.

use std::io::{self, Write};

use jiff::Timestamp;

use crate::domain::Document;
use crate::domain::document::DocumentWriter;
use crate::fetch::decoder::{Decoder, Sink};
use crate::fetch::{FetchError, FetchLimits};

/// A document that is being received. `from` names the sender in errors.
pub(super) struct Intake<'a> {
    from: &'a str,
    limits: &'a FetchLimits,
    wire_bytes: u64,
    decoder: Decoder,
}

impl<'a> Intake<'a> {
    pub(super) fn new(from: &'a str, limits: &'a FetchLimits) -> Result<Self, FetchError> {
        let writer = DocumentWriter::new().map_err(|error| unpack_error(from, &error))?;
        Ok(Self { from, limits, wire_bytes: 0, decoder: Decoder::new(Sink::new(writer)) })
    }

    /// How many bytes were received, before decoding.
    pub(super) fn wire_bytes(&self) -> u64 {
        self.wire_bytes
    }

    /// Whether the received bytes are gzip.
    pub(super) fn is_gzip(&self) -> bool {
        matches!(self.decoder, Decoder::Gzip(_))
    }

    /// Whether the content begins like text. A document of any format is text.
    pub(super) fn is_text(&mut self) -> bool {
        if self.decoder.decide().is_err() {
            return false;
        }
        let Some(sink) = self.decoder.sink_mut() else { return false };
        let text = match std::str::from_utf8(&sink.head) {
            Ok(text) => text,
            // The head may end in the middle of a character.
            Err(error) if error.error_len().is_none() => {
                std::str::from_utf8(sink.head.get(..error.valid_up_to()).unwrap_or_default())
                    .unwrap_or_default()
            }
            Err(_) => return false,
        };
        !text.is_empty()
            && !text.chars().any(|c| c.is_control() && !matches!(c, '\t' | '\n' | '\r'))
    }

    /// Refuses a document whose announced size exceeds the limit, before it is received.
    pub(super) fn expect_bytes(&self, wire_bytes: u64) -> Result<(), FetchError> {
        if wire_bytes > self.limits.wire_bytes {
            return Err(FetchError::refused(format!(
                "expected at most {} bytes from {}, but got {wire_bytes}",
                self.limits.wire_bytes, self.from
            )));
        }
        Ok(())
    }

    pub(super) fn take(&mut self, piece: &[u8]) -> Result<(), FetchError> {
        self.wire_bytes += piece.len() as u64;
        self.expect_bytes(self.wire_bytes)?;
        self.allow_bytes();
        self.decoder.write_all(piece).map_err(|error| self.refuse(&error))
    }

    /// The document, if the received bytes are complete and can be a list.
    pub(super) fn finish(mut self, now: Timestamp) -> Result<Document, FetchError> {
        self.allow_bytes();
        self.decoder.end().map_err(|error| self.refuse(&error))?;
        let from = self.from;
        let sink = self.decoder.into_sink().map_err(|error| unpack_error(from, &error))?;
        let Some(sink) = sink.filter(|sink| sink.writer.size_bytes() > 0) else {
            return Err(FetchError::refused(format!(
                "expected a list from {from}, but got an empty answer"
            )));
        };
        let is_wrapped_text = self.limits.wrapped_text && contains_plain_text(&sink.head);
        if is_web_page(&sink.head) && !is_wrapped_text {
            return Err(FetchError::refused(format!(
                "expected a list from {from}, but got a web page"
            )));
        }
        sink.writer.finish(now).map_err(|e| unpack_error(from, &e))
    }

    /// The limit of unpacked bytes grows with the bytes received so far.
    fn allow_bytes(&mut self) {
        let most_bytes = self.most_decoded_bytes();
        if let Some(sink) = self.decoder.sink_mut() {
            sink.most_bytes = most_bytes;
        }
    }

    fn most_decoded_bytes(&self) -> u64 {
        let by_ratio = self
            .wire_bytes
            .saturating_mul(self.limits.decoded_ratio)
            .max(self.limits.ratio_from_bytes);
        self.limits.decoded_bytes.min(by_ratio)
    }

    fn refuse(&mut self, error: &io::Error) -> FetchError {
        let (from, most, wire) = (self.from, self.most_decoded_bytes(), self.wire_bytes);
        if self.decoder.sink_mut().is_some_and(|sink| sink.too_much) {
            return FetchError::refused(format!(
                "expected at most {most} bytes from {from}, but {wire} bytes unpack to more"
            ));
        }
        unpack_error(from, error)
    }
}

fn unpack_error(from: &str, error: &io::Error) -> FetchError {
    FetchError::refused(format!("failed to unpack the answer from {from}: {error}"))
}

/// Whether the content begins like HTML. XML and text do not.
fn is_web_page(head: &[u8]) -> bool {
    let head = head.strip_prefix(b"\xef\xbb\xbf").unwrap_or(head).trim_ascii_start();
    [&b"<!doctype html"[..], b"<html", b"<head", b"<body", b"<script"]
        .iter()
        .any(|tag| head.get(..tag.len()).is_some_and(|start| start.eq_ignore_ascii_case(tag)))
}

/// Whether the page is a plain text in `<pre>`. The tag is near the start of such a page.
fn contains_plain_text(head: &[u8]) -> bool {
    head.windows(4).any(|tag| tag.eq_ignore_ascii_case(b"<pre"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn gzip(content: &[u8]) -> Vec<u8> {
        let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::best());
        encoder.write_all(content).unwrap();
        encoder.finish().unwrap()
    }

    fn check(limits: &FetchLimits, wire: &[u8], piece_bytes: usize) -> Result<String, String> {
        let mut intake = Intake::new("the test", limits).map_err(|e| e.message)?;
        for piece in wire.chunks(piece_bytes) {
            intake.take(piece).map_err(|e| e.message)?;
        }
        let document = intake.finish(Timestamp::UNIX_EPOCH).map_err(|e| e.message)?;
        Ok(io::read_to_string(document.reader().unwrap()).unwrap())
    }

    #[test]
    fn ok_every_encoding_and_every_split_gives_the_same_content() {
        let limits = FetchLimits::default();
        for piece_bytes in [1, 2, 3, 7, 1000] {
            assert_eq!(check(&limits, b"name\nA\n", piece_bytes).unwrap(), "name\nA\n");
            assert_eq!(check(&limits, &gzip(b"name\nA\n"), piece_bytes).unwrap(), "name\nA\n");
            assert_eq!(
                check(&limits, &gzip(&gzip(b"name\nA\n")), piece_bytes).unwrap(),
                "name\nA\n",
                "compressed twice"
            );
        }
        let two_members = [gzip(b"name\n"), gzip(b"A\n")].concat();
        assert_eq!(check(&limits, &two_members, 5).unwrap(), "name\nA\n");
        assert_eq!(check(&limits, b"x", 1).unwrap(), "x");
    }

    #[test]
    fn err_gzip_that_is_cut_short_at_any_byte_is_refused() {
        let whole = gzip(b"name,country\nA,B\nC,D\n");
        for cut in 1..whole.len() {
            let found = check(&FetchLimits::default(), &whole[..cut], 1000);
            assert!(found.is_err(), "cut at {cut} of {}: {found:?}", whole.len());
        }
        let twice = gzip(&whole);
        for cut in 1..twice.len() {
            assert!(
                check(&FetchLimits::default(), &twice[..cut], 7).is_err(),
                "cut at {cut} of {}",
                twice.len()
            );
        }
        let broken_inside = gzip(&whole[..whole.len() - 1]);
        assert!(
            check(&FetchLimits::default(), &broken_inside, 7)
                .unwrap_err()
                .contains("failed to unpack")
        );
    }

    #[test]
    fn err_an_empty_answer_and_a_web_page_are_not_a_list() {
        let limits = FetchLimits::default();
        let empty = "expected a list from the test, but got an empty answer";
        assert_eq!(check(&limits, b"", 1).unwrap_err(), empty);
        assert_eq!(check(&limits, &gzip(b""), 9).unwrap_err(), empty);
        assert_eq!(check(&limits, &gzip(&gzip(b"")), 9).unwrap_err(), empty);
        let wrapped = FetchLimits { wrapped_text: true, ..limits.clone() };
        let text = b"<html><head><title>Federal Register</title></head><body><pre>\nDATES";
        assert!(check(&wrapped, text, 7).is_ok() && check(&limits, text, 7).is_err());
        assert!(check(&wrapped, b"<html><body>Request access</body></html>", 7).is_err());
        for page in [&b"<!DOCTYPE HTML>\n<html>"[..], b"\xef\xbb\xbf\n  <html lang=en>", b"<HTML>"]
        {
            assert_eq!(
                check(&limits, page, 2).unwrap_err(),
                "expected a list from the test, but got a web page"
            );
        }
        assert!(check(&limits, b"<?xml version=\"1.0\"?><DIV5/>", 5).is_ok());
    }

    #[test]
    fn err_a_decompression_bomb_is_stopped_by_its_size_and_by_its_ratio() {
        let bomb = gzip(&vec![b'0'; 4 << 20]);
        let small = FetchLimits { decoded_bytes: 1 << 20, ..FetchLimits::default() };
        assert!(check(&small, &bomb, 512).unwrap_err().contains("expected at most 1048576 bytes"));
        let strict = FetchLimits { ratio_from_bytes: 1 << 10, ..FetchLimits::default() };
        assert!(check(&strict, &bomb, 512).unwrap_err().contains("unpack to more"));
        let hidden = gzip(&gzip(&vec![b'0'; 64 << 20]));
        assert!(
            check(&FetchLimits::default(), &hidden, 512).unwrap_err().contains("unpack to more"),
            "a bomb inside a bomb"
        );
        let narrow = FetchLimits { wire_bytes: 100, ..FetchLimits::default() };
        assert_eq!(
            check(&narrow, &[b'x'; 101], 7).unwrap_err(),
            "expected at most 100 bytes from the test, but got 101"
        );
    }
}
