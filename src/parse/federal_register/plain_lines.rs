//! The plain text of a document as lines and paragraphs, in any layout: extracted from a PDF,
//! typeset by the Government Publishing Office, or inside an HTML page.
//!
//! Knows characters, blank lines and indentation. It must not know what an instruction is.

use crate::domain::character_reference;

/// One line that is not empty, without the space around it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Line {
    pub text: String,
    /// Whether the layout shows that a paragraph begins with this line.
    pub begins: bool,
}

/// The lines of a text, without the page numbers that interrupt paragraphs.
pub fn lines_of(text: &str) -> Vec<Line> {
    let text = without_markup(text).replace("``", "“").replace("''", "”");
    let all: Vec<&str> = text.lines().collect();
    let filled = all.iter().filter(|line| !line.trim().is_empty()).count();
    let indented = all.iter().filter(|line| is_indented(line)).count();
    // Blank lines or indentation everywhere do not mark paragraphs.
    let is_filled = |line: &&str| !line.trim().is_empty();
    let adjacent = all.windows(2).filter(|pair| pair.iter().all(is_filled)).count();
    let blanks_matter = adjacent * 5 >= filled;
    let indents_matter = indented * 4 < filled * 3;
    let mut lines: Vec<Line> = Vec::new();
    let mut blank = true;
    for line in all {
        let text = line.trim();
        if text.is_empty() {
            blank |= blanks_matter;
        } else if !text.bytes().all(|byte| byte.is_ascii_digit()) && !text.starts_with("[[Page") {
            lines.push(Line {
                text: text.to_owned(),
                begins: blank || indents_matter && is_indented(line),
            });
            blank = false;
        }
    }
    lines
}

fn is_indented(line: &str) -> bool {
    (line.starts_with("  ") || line.starts_with('\t')) && !line.trim().is_empty()
}

/// The text of an HTML page: the content of `<pre>` if it has one. Any other text is returned
/// unchanged.
fn without_markup(text: &str) -> String {
    let lower = text.to_ascii_lowercase();
    let tagged = ["<pre", "<html", "<body", "</p>"].iter().any(|tag| lower.contains(tag));
    if !tagged {
        return text.to_owned();
    }
    let start = lower.find("<pre").unwrap_or(0);
    let end = lower.rfind("</pre>").filter(|end| *end > start).unwrap_or(text.len());
    let mut rest = text.get(start..end).unwrap_or(text);
    let mut plain = String::with_capacity(rest.len());
    while let Some(at) = rest.find(['<', '&']) {
        let (before, mark) = rest.split_at(at);
        plain.push_str(before);
        let (put, length) = if mark.starts_with('<') { tag(mark) } else { reference(mark) };
        plain.push_str(&put);
        rest = mark.get(length..).unwrap_or_default();
    }
    plain.push_str(rest);
    plain
}

/// The text that replaces a tag, and the length of the tag. Block tags become blank lines. A single
/// `<` is kept.
fn tag(text: &str) -> (String, usize) {
    let is_tag = text.get(1..).is_some_and(|rest| {
        rest.starts_with(|c: char| c.is_ascii_alphabetic() || matches!(c, '/' | '!'))
    });
    let Some(end) = text.find('>').filter(|_| is_tag) else { return ("<".to_owned(), 1) };
    let name: String =
        text.chars().skip(1).take_while(|c| c.is_ascii_alphanumeric() || *c == '/').collect();
    let parts = matches!(
        name.to_ascii_lowercase().as_str(),
        "p" | "/p" | "div" | "/div" | "h1" | "h2" | "h3" | "h4"
    );
    let breaks = matches!(name.to_ascii_lowercase().as_str(), "br" | "br/" | "tr" | "li");
    (
        if parts {
            "\n\n"
        } else if breaks {
            "\n"
        } else {
            ""
        }
        .to_owned(),
        end + 1,
    )
}

/// The character of a reference (`&ldquo;`, `&#8220;`, `&#x201C;`), and the length of the
/// reference. An unknown reference is kept.
fn reference(text: &str) -> (String, usize) {
    let unknown = ("&".to_owned(), 1);
    let Some(end) = text.find(';').filter(|end| *end <= 10) else { return unknown };
    let name = text.get(1..end).unwrap_or_default();
    let character = match name {
        // It separates words here.
        "nbsp" => Some(' '),
        "bull" => Some('•'),
        _ => character_reference::character(name),
    };
    character.map_or(unknown, |character| (character.to_string(), end + 1))
}

/// The paragraphs, separated by the layout, by labels (`DATES: …`) and by headings of the preamble.
pub fn paragraphs_of(lines: &[Line]) -> Vec<String> {
    let mut paragraphs: Vec<String> = Vec::new();
    let mut after_heading = false;
    for Line { text, begins } in lines {
        let ended =
            paragraphs.last().is_none_or(|last| last.ends_with('.') || last.ends_with(".”"));
        let heading = is_heading(text) && (ended || after_heading || *begins);
        match paragraphs
            .last_mut()
            .filter(|_| !begins && !is_labeled(text) && !heading && !after_heading)
        {
            Some(paragraph) => {
                paragraph.push(' ');
                paragraph.push_str(text);
            }
            None => paragraphs.push(text.clone()),
        }
        after_heading = heading;
    }
    paragraphs
}

/// Whether the line begins with a label: `DATES: This rule`.
fn is_labeled(line: &str) -> bool {
    let label = line.split(':').next().unwrap_or_default();
    label.len() < line.len()
        && (4..=40).contains(&label.len())
        && label.bytes().all(|byte| byte.is_ascii_uppercase() || byte == b' ')
}

/// Whether this is a short line of capitalized words that does not end like a sentence:
/// `Savings Clause`.
pub fn is_heading(text: &str) -> bool {
    let words: Vec<&str> = text.split_whitespace().filter(|word| word.len() > 3).collect();
    let capitalized = words.iter().all(|word| !word.starts_with(char::is_lowercase))
        && words.iter().any(|w| w.starts_with(char::is_uppercase));
    capitalized
        && text.chars().count() <= 80
        && !text.ends_with(['.', ';'])
        && !text.contains([',', ':'])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(text: &str, expected: &[&str]) {
        assert_eq!(paragraphs_of(&lines_of(text)), expected);
    }

    #[test]
    fn paragraphs_are_separated_as_in_the_layout() {
        let expected = [
            "DATES: This is effective now.",
            "Savings Clause",
            "It may go on.",
            "Next Part",
            "More.",
        ];
        check(
            "DATES: This is\neffective now.\n\nSavings Clause\n\nIt may\ngo on.\n\nNext \
             Part\n\nMore.",
            &expected,
        );
        check(
            "DATES: This is\neffective now.\nSavings Clause\nIt may\n12\ngo on.\nNext Part\nMore.",
            &expected,
        );
        check(
            "DATES: This is\n\neffective now.\n\nSavings Clause\n\nIt may\n\n\n12\n\ngo \
             on.\n\nNext Part\n\nMore.",
            &expected,
        );
        check("    It may\ngo on.\n    And on and\non.", &["It may go on.", "And on and on."]);
    }

    #[test]
    fn an_html_page_is_read_as_its_text() {
        check(
            "<html><head><title>t</title></head><body><pre>\nR&amp;D <a \
             href='x'>``Alpha''</a>\n&#167;&nbsp;5 &lt; 6\n</pre></body></html>",
            &["R&D “Alpha” § 5 < 6"],
        );
        check("A < B & C", &["A < B & C"]);
    }
}
