//! The XML of the Government Publishing Office as a stream of tags and text, with line numbers.
//!
//! The eCFR and the Federal Register both use it.
//!
//! Knows well-formedness and entities. It must not know what an element means. A document that ends
//! inside an element, is not XML, or has a wrong encoding declaration is an error, never a short
//! document.

use std::io::{self, BufRead, BufReader, Read};

use quick_xml::Decoder;
use quick_xml::escape::unescape;
use quick_xml::events::{BytesStart, Event};

use crate::domain::character_reference;
use crate::parse::ParseError;

/// One piece of a document. Text is decoded and its entities are resolved.
#[derive(Debug, PartialEq)]
pub enum Markup {
    Start(Tag),
    End(String),
    Text(String),
    /// The document ended after its root element was closed.
    Finished,
}

/// A start tag. An empty element gives a start tag too, followed by its end.
#[derive(Debug, PartialEq)]
pub struct Tag {
    pub name: String,
    attributes: Vec<(String, String)>,
}

impl Tag {
    /// The value of an attribute. The case of its name is ignored.
    pub fn attribute(&self, name: &str) -> Option<&str> {
        self.attributes
            .iter()
            .find(|(known, _)| known.eq_ignore_ascii_case(name))
            .map(|(_, value)| value.as_str())
    }

    /// Whether this is typesetting emphasis 51, which sets its text as superscript.
    pub fn is_superscript(&self) -> bool {
        self.name == "E" && self.attribute("T") == Some("51")
    }

    /// The count in an attribute (`rowspan`, `colspan`). 1 if it is missing or out of range.
    pub fn count(&self, name: &str) -> usize {
        self.attribute(name)
            .and_then(|value| value.trim().parse().ok())
            .filter(|count| (1..=10_000).contains(count))
            .unwrap_or(1)
    }
}

/// Reads a document piece by piece, so that memory is bounded by the largest cell, not by the file.
pub struct MarkupReader<R: Read> {
    reader: quick_xml::Reader<CountingLines<R>>,
    open: Vec<String>,
    buffer: Vec<u8>,
    started: bool,
}

impl<R: Read> MarkupReader<R> {
    pub fn new(input: R) -> Self {
        let mut reader = quick_xml::Reader::from_reader(CountingLines {
            inner: BufReader::with_capacity(64 * 1024, input),
            line: 1,
        });
        let config = reader.config_mut();
        config.expand_empty_elements = true;
        config.allow_dangling_amp = true;
        Self { reader, open: Vec::new(), buffer: Vec::new(), started: false }
    }

    /// The number of the line that was read last, from 1.
    pub fn line(&self) -> u64 {
        self.reader.get_ref().line
    }

    pub fn read(&mut self) -> Result<Markup, ParseError> {
        loop {
            self.buffer.clear();
            let decoder = self.reader.decoder();
            let event = match self.reader.read_event_into(&mut self.buffer) {
                Ok(event) => event,
                Err(error) => return Err(broken(self.reader.get_ref().line, &error)),
            };
            let line = self.reader.get_ref().line;
            match event {
                Event::Start(start) => {
                    let tag = tag_of(&start, decoder, line)?;
                    self.started = true;
                    self.open.push(tag.name.clone());
                    return Ok(Markup::Start(tag));
                }
                Event::End(_) => return Ok(Markup::End(self.open.pop().unwrap_or_default())),
                Event::Text(text) => {
                    let text = text.decode().map_err(|e| broken(line, &e))?;
                    if self.open.is_empty() {
                        if text.trim_matches(['\u{feff}', ' ', '\t', '\r', '\n']).is_empty() {
                            continue;
                        }
                        return Err(not_xml(line, &text));
                    }
                    return Ok(Markup::Text(text.into_owned()));
                }
                Event::CData(data) => {
                    return Ok(Markup::Text(
                        data.decode().map_err(|e| broken(line, &e))?.into_owned(),
                    ));
                }
                Event::GeneralRef(reference) => {
                    let name = reference.decode().map_err(|e| broken(line, &e))?;
                    let character = reference.resolve_char_ref().ok().flatten();
                    let character = character.or_else(|| character_reference::character(&name));
                    // An unknown reference is kept as written, so that no text is lost.
                    return Ok(Markup::Text(
                        character.map_or_else(|| format!("&{name};"), String::from),
                    ));
                }
                Event::Empty(_)
                | Event::Comment(_)
                | Event::Decl(_)
                | Event::PI(_)
                | Event::DocType(_) => {}
                Event::Eof => return self.end(),
            }
        }
    }

    fn end(&self) -> Result<Markup, ParseError> {
        let place = format!("line {}", self.line());
        match self.open.last() {
            Some(name) => Err(ParseError {
                place,
                problem: format!(
                    "expected </{name}>, but the document ends here: it was cut short"
                ),
            }),
            None if self.started => Ok(Markup::Finished),
            None => {
                Err(ParseError { place, problem: "expected XML, but the document is empty".into() })
            }
        }
    }
}

/// Decodes a start tag.
fn tag_of(start: &BytesStart<'_>, decoder: Decoder, line: u64) -> Result<Tag, ParseError> {
    let name = decoder.decode(start.name().as_ref()).map_err(|e| broken(line, &e))?.into_owned();
    let mut attributes = Vec::new();
    for attribute in start.html_attributes() {
        let attribute = attribute.map_err(|e| broken(line, &e))?;
        let key =
            decoder.decode(attribute.key.as_ref()).map_err(|e| broken(line, &e))?.into_owned();
        let value = decoder.decode(&attribute.value).map_err(|e| broken(line, &e))?;
        let value = unescape(&value).map_or_else(|_| value.to_string(), |plain| plain.into_owned());
        attributes.push((key, value));
    }
    Ok(Tag { name, attributes })
}

fn broken(line: u64, error: &dyn std::fmt::Display) -> ParseError {
    ParseError {
        place: format!("line {line}"),
        problem: format!("expected well-formed XML, but got: {error}"),
    }
}

fn not_xml(line: u64, text: &str) -> ParseError {
    let beginning: String = text.trim_start().chars().take(40).collect();
    ParseError {
        place: format!("line {line}"),
        problem: format!("expected XML, but got `{beginning}`"),
    }
}

/// Counts line breaks while bytes are consumed.
struct CountingLines<R: Read> {
    inner: BufReader<R>,
    line: u64,
}

impl<R: Read> Read for CountingLines<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let available = self.fill_buf()?;
        let count = available.len().min(buffer.len());
        for (to, from) in buffer.iter_mut().zip(available) {
            *to = *from;
        }
        self.consume(count);
        Ok(count)
    }
}

impl<R: Read> BufRead for CountingLines<R> {
    fn fill_buf(&mut self) -> io::Result<&[u8]> {
        self.inner.fill_buf()
    }

    fn consume(&mut self, count: usize) {
        let ends = self.inner.buffer().iter().take(count).filter(|byte| **byte == b'\n').count();
        self.line += ends as u64;
        self.inner.consume(count);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(document: &str) -> Result<Vec<Markup>, ParseError> {
        let mut reader = MarkupReader::new(document.as_bytes());
        let mut pieces = Vec::new();
        loop {
            match reader.read()? {
                Markup::Finished => return Ok(pieces),
                piece => pieces.push(piece),
            }
        }
    }

    fn text_of(document: &str) -> String {
        let text = |piece| if let Markup::Text(text) = piece { Some(text) } else { None };
        read(document).unwrap().into_iter().filter_map(text).collect()
    }

    #[test]
    fn ok_entities_are_resolved_and_unknown_ones_kept() {
        assert_eq!(
            text_of("<P>R&amp;D &#167; 744 &#x2014; &nbsp;&own; AT&T</P>"),
            "R&D § 744 — \u{a0}&own; AT&T"
        );
    }

    #[test]
    fn ok_attributes_are_found_in_any_case() {
        let pieces = read("<TD ROWSPAN='3' n='a&amp;b'/>").unwrap();
        let Some(Markup::Start(tag)) = pieces.first() else { panic!("{pieces:?}") };
        assert_eq!(
            (tag.count("rowspan"), tag.count("colspan"), tag.attribute("N")),
            (3, 1, Some("a&b"))
        );
    }

    #[test]
    fn err_xml_that_is_cut_or_malformed_is_rejected_with_its_place() {
        let problem = |document| read(document).unwrap_err().to_string();
        assert_eq!(
            problem("<A>\n<B>text"),
            "line 2: expected </B>, but the document ends here: it was cut short"
        );
        assert_eq!(problem(""), "line 1: expected XML, but the document is empty");
        assert_eq!(problem("{\"error\": 1}"), "line 1: expected XML, but got `{\"error\": 1}`");
        assert!(
            problem("<A>\n</B>").starts_with("line 2: expected well-formed XML"),
            "{}",
            problem("<A>\n</B>")
        );
        assert!(
            problem("<A>\n<B").starts_with("line 2: expected well-formed XML"),
            "{}",
            problem("<A>\n<B")
        );
    }
}
