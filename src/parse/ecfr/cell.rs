//! The text of one table cell, with single spaces, line breaks, and footnote marks kept separate.
//!
//! Knows how a cell is written, not what it means.

use crate::parse::footnote::SUPERSCRIPTS;

/// A cell as text.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Cell {
    /// Lines end where the publisher breaks them (`<br/>`, `<LI>`). A footnote mark is a
    /// superscript digit (`734.9(g),³`), so that it cannot be read as part of a number.
    pub text: String,
    /// The numbers of the footnote marks, in the order of the text.
    pub marks: Vec<String>,
}

impl Cell {
    /// The text on one line.
    pub fn flat(&self) -> String {
        self.text.replace('\n', " ")
    }

    pub fn is_empty(&self) -> bool {
        self.text.is_empty()
    }
}

/// Builds a cell from the pieces of the markup.
#[derive(Debug, Default)]
pub struct CellWriter {
    cell: Cell,
    mark: Option<String>,
}

impl CellWriter {
    pub fn text(&mut self, text: &str) {
        if let Some(mark) = &mut self.mark {
            mark.push_str(text);
            return;
        }
        for character in text.chars() {
            if !character.is_whitespace() {
                self.cell.text.push(character);
            } else if !self.cell.text.is_empty() && !self.cell.text.ends_with([' ', '\n']) {
                self.cell.text.push(' ');
            }
        }
    }

    pub fn line_break(&mut self) {
        self.close_mark();
        let length = self.cell.text.trim_end().len();
        self.cell.text.truncate(length);
        if !self.cell.text.is_empty() {
            self.cell.text.push('\n');
        }
    }

    pub fn open_mark(&mut self) {
        self.close_mark();
        self.mark = Some(String::new());
    }

    /// Ends a superscript. Numbers are footnote marks. Anything else (`2nd`) is text.
    pub fn close_mark(&mut self) {
        let Some(mark) = self.mark.take() else { return };
        let numbers: Vec<&str> =
            mark.split([',', ' ', '\n', '\t', '\u{a0}']).filter(|part| !part.is_empty()).collect();
        if numbers.is_empty()
            || !numbers.iter().all(|number| number.bytes().all(|byte| byte.is_ascii_digit()))
        {
            // The letters of an ordinal belong to the number before them, even if the markup has a
            // space between them.
            if ["st", "nd", "rd", "th"].contains(&mark.trim()) {
                self.drop_trailing_spaces();
            }
            self.text(&mark);
            return;
        }
        self.drop_trailing_spaces();
        for (index, number) in numbers.iter().enumerate() {
            if index > 0 {
                self.cell.text.push(',');
            }
            self.cell.text.extend(number.chars().map(superscript));
            self.cell.marks.push((*number).to_owned());
        }
    }

    pub fn finish(mut self) -> Cell {
        self.close_mark();
        let text = self.cell.text.trim();
        Cell { text: text.to_owned(), marks: self.cell.marks }
    }

    fn drop_trailing_spaces(&mut self) {
        let length = self.cell.text.trim_end_matches(' ').len();
        self.cell.text.truncate(length);
    }
}

fn superscript(digit: char) -> char {
    digit.to_digit(10).and_then(|value| SUPERSCRIPTS.get(value as usize).copied()).unwrap_or(digit)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spaces_are_single_and_breaks_are_kept() {
        let mut writer = CellWriter::default();
        writer.text("  Name,\n   a.k.a. ");
        writer.line_break();
        writer.text("\t—Alias;\u{a0} ");
        writer.text("and");
        assert_eq!(writer.finish().text, "Name, a.k.a.\n—Alias; and");
    }

    #[test]
    fn a_mark_is_superscript_and_listed_and_an_ordinal_is_text() {
        let mut writer = CellWriter::default();
        writer.text("§ 734.9(e), ");
        writer.open_mark();
        writer.text("1, 4");
        writer.close_mark();
        writer.text(" on the 2");
        writer.open_mark();
        writer.text("nd");
        writer.close_mark();
        assert_eq!(
            writer.finish(),
            Cell {
                text: "§ 734.9(e),¹,⁴ on the 2nd".into(), marks: vec!["1".into(), "4".into()]
            }
        );
    }
}
