//! Reads the text of single sections (`DIV8`) of the regulation.
//!
//! Knows where the paragraphs, the notes and the source note of a section are. It must not know
//! what the words mean, except which of them speak of an effective date or a suspension.

use std::collections::BTreeSet;
use std::io::Read;

use crate::domain::{SectionNumber, SectionText};
use crate::parse::ParseError;
use crate::parse::ecfr::cell::CellWriter;
use crate::parse::gpo_xml::{Markup, MarkupReader, Tag};

/// The sections of one document.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Sections {
    /// In the order of the document, each once.
    pub texts: Vec<SectionText>,
    /// The sections that the document has more than once. It is not known which one counts.
    pub repeated: BTreeSet<SectionNumber>,
}

/// Reads the `wanted` sections. A section that the document does not have is left out.
///
/// # Errors
/// If the document is not XML, is a web page, or is cut short. The error names the line.
pub fn sections(input: impl Read, wanted: &[SectionNumber]) -> Result<Sections, ParseError> {
    let mut reader = MarkupReader::new(input);
    let mut sections = Sections::default();
    let mut first = true;
    loop {
        match reader.read()? {
            Markup::Start(tag) => {
                if first && tag.name.eq_ignore_ascii_case("html") {
                    let place = format!("line {}", reader.line());
                    return Err(ParseError::new(place, "expected XML, but got a web page"));
                }
                first = false;
                let Some(number) = wanted.iter().find(|number| begins_section(&tag, number)) else {
                    continue;
                };
                let text = read_section(&mut reader, number)?;
                if sections.texts.iter().any(|known| known.section == *number) {
                    sections.repeated.insert(number.clone());
                } else {
                    sections.texts.push(text);
                }
            }
            Markup::End(_) | Markup::Text(_) => {}
            Markup::Finished => break,
        }
    }
    let Sections { texts, repeated } = &mut sections;
    texts.retain(|text| !repeated.contains(&text.section));
    Ok(sections)
}

/// Whether the tag begins this section: `<DIV8 N="744.11" TYPE="SECTION">`, or `N="§ 744.11"`.
fn begins_section(tag: &Tag, number: &SectionNumber) -> bool {
    let is_number = |n: &str| n.trim_matches(['§', ' ', '\u{a0}', '\n']) == number.as_str();
    tag.name.eq_ignore_ascii_case("DIV8") && tag.attribute("N").is_some_and(is_number)
}

/// What a block of text is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Block {
    Heading,
    Paragraph,
    /// A note about anything.
    Note,
    /// A note that is quoted whatever it says: `Effective Date Note`, or the link to an amendment
    /// that is not in the text yet.
    EffectNote,
    SourceNote,
}

/// The parts of a section while it is read.
struct SectionReader {
    text: SectionText,
    writer: CellWriter,
    block: Block,
    /// The elements of which everything is one block, and that are open.
    whole: Vec<String>,
    /// In a row of a table, whose cells are separated by bars.
    in_row: bool,
    has_cell: bool,
}

/// Reads a section up to its end. Its start tag was just read.
fn read_section<R: Read>(
    reader: &mut MarkupReader<R>,
    number: &SectionNumber,
) -> Result<SectionText, ParseError> {
    let mut section = SectionReader {
        text: SectionText::vanished(number.clone(), String::new()),
        writer: CellWriter::default(),
        block: Block::Paragraph,
        whole: Vec::new(),
        in_row: false,
        has_cell: false,
    };
    let mut depth = 1_usize;
    while depth > 0 {
        match reader.read()? {
            Markup::Start(tag) => {
                depth += 1;
                section.start(&tag);
            }
            Markup::End(name) => {
                depth -= 1;
                section.end(&name.to_ascii_uppercase());
            }
            Markup::Text(text) => section.writer.text(&text),
            // The reader refuses a document that ends inside an element.
            Markup::Finished => break,
        }
    }
    section.flush();
    Ok(section.text)
}

impl SectionReader {
    fn start(&mut self, tag: &Tag) {
        let name = tag.name.to_ascii_uppercase();
        if let Some(block) = whole_block(&name, tag) {
            if self.whole.is_empty() {
                self.flush();
                self.block = block;
            }
            self.whole.push(name);
            return;
        }
        match name.as_str() {
            "SU" | "SUP" => self.writer.open_mark(),
            "E" if tag.is_superscript() => self.writer.open_mark(),
            "BR" => self.writer.text(" "),
            "TR" | "ROW" => {
                self.break_block();
                (self.in_row, self.has_cell) = (true, false);
            }
            "TD" | "TH" | "ENT" if self.in_row => {
                if self.has_cell {
                    self.writer.text(" | ");
                }
                self.has_cell = true;
            }
            _ if !self.in_row && !is_inline(&name) => self.break_block(),
            _ => {}
        }
    }

    fn end(&mut self, name: &str) {
        if self.whole.last().is_some_and(|open| open == name) {
            self.whole.pop();
            if self.whole.is_empty() {
                self.flush();
            }
            return;
        }
        match name {
            "SU" | "SUP" | "E" => self.writer.close_mark(),
            "TR" | "ROW" => {
                self.in_row = false;
                self.break_block();
            }
            _ if !self.in_row && !is_inline(name) => self.break_block(),
            _ => {}
        }
    }

    /// Ends a block. Inside an element that is one block, its parts are separated by a space.
    fn break_block(&mut self) {
        if self.whole.is_empty() { self.flush() } else { self.writer.text(" ") }
    }

    fn flush(&mut self) {
        let block = std::mem::replace(&mut self.block, Block::Paragraph);
        let line = std::mem::take(&mut self.writer).finish().flat();
        if line.is_empty() {
            return;
        }
        match block {
            Block::Heading => self.text.title = without_number(&line, &self.text.section),
            Block::SourceNote if self.text.source_note.is_empty() => self.text.source_note = line,
            Block::EffectNote => {
                self.text.notes.push(line.clone());
                self.text.paragraphs.push(line);
            }
            Block::Paragraph | Block::Note | Block::SourceNote => {
                if speaks_of_effect(&line, block == Block::Note) {
                    self.text.notes.push(line.clone());
                }
                self.text.paragraphs.push(line);
            }
        }
    }
}

/// The kind of an element of which everything is one block. `None` for other elements.
fn whole_block(name: &str, tag: &Tag) -> Option<Block> {
    match name {
        "HEAD" => Some(Block::Heading),
        "CITA" => Some(Block::SourceNote),
        "EFFDNOT" | "EFFDNOTP" => Some(Block::EffectNote),
        "EDNOTE" | "NOTE" | "CROSSREF" => Some(Block::Note),
        // `<XREF ID="20250930" REFID="1">Link to an amendment published at …</XREF>`
        "XREF" if tag.attribute("ID").is_some() => Some(Block::EffectNote),
        _ => None,
    }
}

/// Whether the element is part of a line. Any other element begins a line.
fn is_inline(name: &str) -> bool {
    matches!(
        name,
        "I" | "B" | "E" | "EM" | "STRONG" | "SU" | "SUP" | "SUB" | "A" | "AC" | "FR" | "SPAN" | "U"
    ) || matches!(name, "XREF" | "BR" | "FTREF" | "IMG" | "G" | "HR")
}

/// `§ 744.11   License requirements.` without its number.
fn without_number(heading: &str, number: &SectionNumber) -> String {
    let rest = heading.trim_start_matches(['§', ' ']);
    rest.strip_prefix(number.as_str()).unwrap_or(rest).trim().to_owned()
}

/// Beginnings of words that say that a text does not apply, or not yet. In a note one of them is
/// enough. In a paragraph, where they also occur in rules, it must stand beside a year.
const OF_EFFECT: [&str; 13] = [
    "suspen",
    "stayed",
    "stay of",
    "staying",
    "delay",
    "postpone",
    "reinstat",
    "effective date",
    "effective from",
    "effective until",
    "until further notice",
    "expires on",
    "withdrawn",
];

/// Whether a text says that words are suspended, stayed, delayed or effective for a time.
fn speaks_of_effect(line: &str, is_note: bool) -> bool {
    let line = line.to_lowercase();
    let has_year = || {
        line.split(|c: char| !c.is_ascii_digit()).any(|digits| {
            digits.len() == 4 && (digits.starts_with("19") || digits.starts_with("20"))
        })
    };
    OF_EFFECT.iter().any(|word| line.contains(word))
        && (is_note || has_year() || line.contains("until further notice"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn numbers(texts: &[&str]) -> Vec<SectionNumber> {
        texts.iter().map(|text| text.parse().unwrap()).collect()
    }

    fn read(document: &str) -> Sections {
        sections(document.as_bytes(), &numbers(&["744.11", "744.16"])).unwrap()
    }

    #[track_caller]
    fn check(inner: &str, paragraphs: &[&str], notes: &[&str], source_note: &str) {
        let document = format!(
            "<DIV5 N=\"744\"><DIV8 N=\"744.1\"><HEAD>§ 744.1 Other.</HEAD><P>No.</P></DIV8>\
             <DIV8 N=\"744.11\" TYPE=\"SECTION\"><HEAD>§ 744.11 \u{a0} Entities.</HEAD>{inner}\
             </DIV8></DIV5>"
        );
        let mut sections = read(&document);
        assert_eq!((sections.texts.len(), sections.repeated.len()), (1, 0));
        let text = sections.texts.remove(0);
        assert_eq!(text.title, "Entities.");
        assert_eq!(text.paragraphs, paragraphs);
        assert_eq!(text.notes, notes);
        assert_eq!(text.source_note, source_note);
    }

    #[test]
    fn ok_each_paragraph_is_one_line_and_markup_inside_it_is_text() {
        check(
            "\n<P>(a) <I>License\n requirement.</I> See §<E T=\"03\">734.9</E>(e).<SU>1</SU></P>\n\
             <P>(b) Two<br/>lines.</P><EXTRACT><HD1>Example</HD1><P>Three.</P></EXTRACT>\
             <FTNT><P><SU>1</SU> A footnote.</P></FTNT>\
             <CITA TYPE=\"N\">[61 FR 12802, Mar. 25, 1996]</CITA>",
            &[
                "(a) License requirement. See §734.9(e).¹",
                "(b) Two lines.",
                "Example",
                "Three.",
                "¹ A footnote.",
            ],
            &[],
            "[61 FR 12802, Mar. 25, 1996]",
        );
    }

    #[test]
    fn ok_a_row_of_a_table_is_one_line() {
        check(
            "<DIV><TABLE><TR><TH>Country</TH><TH>Item</TH></TR>\
             <TR><TD>Russia</TD><TD><P>One</P></TD></TR></TABLE></DIV>",
            &["Country | Item", "Russia | One"],
            &[],
            "",
        );
    }

    #[test]
    fn ok_notes_about_effect_are_quoted_whole() {
        let note = "Effective Date Note: At 90 FR 50857, Nov. 12, 2025, § 744.11(g) was stayed \
                    until Nov. 9, 2026.";
        let link = "Link to an amendment published at 90 FR 47201, Sept. 30, 2025.";
        check(
            "<XREF ID=\"20250930\" REFID=\"1\">Link to an amendment published at 90 FR 47201, \
             Sept. 30, 2025.</XREF><P>(a) One. <XREF>See § 744.16.</XREF></P>\
             <NOTE><HED>Note 1 to paragraph (a):</HED><P>Paragraph (g) is suspended until \
             November 9, 2026.</P></NOTE><NOTE><HED>Note 2:</HED><P>Plain.</P></NOTE>\
             <EFFDNOT><HED>Effective Date Note:</HED><PSPACE>At 90 FR 50857, Nov. 12, 2025, § \
             744.11(g) was stayed until Nov. 9, 2026.</PSPACE></EFFDNOT>",
            &[
                link,
                "(a) One. See § 744.16.",
                "Note 1 to paragraph (a): Paragraph (g) is suspended until November 9, 2026.",
                "Note 2: Plain.",
                note,
            ],
            &[
                link,
                "Note 1 to paragraph (a): Paragraph (g) is suspended until November 9, 2026.",
                note,
            ],
            "",
        );
    }

    #[test]
    fn ok_a_paragraph_is_a_note_only_if_it_gives_a_time() {
        for (line, expected) in [
            ("The license requirement is suspended until November 9, 2026.", true),
            ("Effective from March 1, 2026, to March 1, 2027.", true),
            ("BIS may grant a suspension of a license.", false),
            ("See 87 FR 38925, June 30, 2022.", false),
            ("Paragraph (b) is suspended until further notice.", true),
        ] {
            assert_eq!(speaks_of_effect(line, false), expected, "{line}");
        }
        assert!(speaks_of_effect("Note: paragraph (b) is suspended.", true));
        assert!(!speaks_of_effect("Note: see § 744.16.", true));
    }

    #[test]
    fn ok_a_section_is_found_as_the_root_and_by_either_number() {
        let text = read("<DIV8 N=\"§ 744.16\"><HEAD>§ 744.16 Entity List.</HEAD></DIV8>").texts;
        assert_eq!(text.len(), 1);
        assert_eq!((text[0].title.as_str(), text[0].paragraphs.len()), ("Entity List.", 0));
        assert_eq!(read("<DIV5 N=\"744\"/>"), Sections::default());
        assert_eq!(read("<DIV5><DIV8 N=\"744.110\"><P>x</P></DIV8></DIV5>").texts, []);
    }

    #[test]
    fn err_a_repeated_section_has_no_text() {
        let section = "<DIV8 N=\"744.11\"><P>(a) One.</P></DIV8>";
        let sections = read(&format!("<DIV5>{section}{section}</DIV5>"));
        assert_eq!(sections.texts, []);
        assert_eq!(sections.repeated.into_iter().collect::<Vec<_>>(), numbers(&["744.11"]));
    }

    #[test]
    fn err_a_cut_document_and_a_web_page_are_refused() {
        let problem =
            |text: &str| sections(text.as_bytes(), &numbers(&["744.11"])).unwrap_err().to_string();
        assert_eq!(
            problem("<DIV5>\n<DIV8 N=\"744.11\"><P>(a) On"),
            "line 2: expected </P>, but the document ends here: it was cut short"
        );
        assert_eq!(problem("<html><body/></html>"), "line 1: expected XML, but got a web page");
    }
}
