//! The texts that a search looks in. Most rows share their lines with others: a revision with the
//! row before it, one source with another.

use crate::domain::search::{Letters, Search};
use crate::web::catalog::interned::Interned;

/// The lines of all rows, each line once.
#[derive(Debug, Default)]
pub struct Texts {
    lines: Interned,
    /// The letters of each line, which rule out most lines of a search.
    letters: Vec<Letters>,
    /// The numbers of the lines of all rows, one row after another.
    numbers: Vec<u32>,
}

/// Which lines of a row are its own, as a part of `Texts::numbers`.
#[derive(Clone, Copy, Debug)]
pub struct Text {
    start: u32,
    end: u32,
}

/// How well a row matches a search.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Found {
    /// The first line, which is the name, contains what was typed.
    InName,
    /// Another line contains what was typed.
    Exactly,
    /// With other spelling or spacing.
    Forgiven,
}

impl Texts {
    /// Adds the lines of a row.
    pub fn add<'a>(&mut self, lines: impl IntoIterator<Item = &'a str>) -> Text {
        let place = |at: usize| u32::try_from(at).unwrap_or(u32::MAX);
        let start = place(self.numbers.len());
        for line in lines {
            let number = self.lines.add(line);
            if number as usize == self.letters.len() {
                self.letters.push(Letters::of(line));
            }
            self.numbers.push(number);
        }
        Text { start, end: place(self.numbers.len()) }
    }

    /// Frees what only adding needs.
    pub fn seal(&mut self) {
        self.lines.seal();
        self.numbers.shrink_to_fit();
        self.letters.shrink_to_fit();
    }

    /// Which rows match: each line is compared once. `None` for a row that does not match.
    pub fn find<'a>(&'a self, search: &Search) -> impl Fn(Text) -> Option<Found> + use<'a> {
        let compare = |(line, letters): (&str, &Letters)| {
            let is_found = search.may_find(*letters) && search.finds_line(line);
            let exactly = is_found && search.finds_exactly(line);
            is_found.then_some(if exactly { Found::Exactly } else { Found::Forgiven })
        };
        let lines: Vec<Option<Found>> = self.lines.iter().zip(&self.letters).map(compare).collect();
        move |text: Text| {
            let found = |number: &u32| lines.get(*number as usize).copied().flatten();
            let numbers = self.numbers_of(text);
            if numbers.first().and_then(found) == Some(Found::Exactly) {
                return Some(Found::InName);
            }
            numbers.iter().filter_map(found).min()
        }
    }

    /// The first line of a row: its name, in lower case.
    pub fn first_line(&self, text: Text) -> &str {
        self.numbers_of(text).first().map_or("", |number| self.lines.text(*number))
    }

    fn numbers_of(&self, text: Text) -> &[u32] {
        self.numbers.get(text.start as usize..text.end as usize).unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_search_finds_names_before_other_lines_and_those_before_other_spellings() {
        let mut texts = Texts::default();
        let rows = [
            texts.add(["alder optics", "12 dock road"]),
            texts.add(["elm works", "alder optics"]),
            texts.add(["aldre optics", "12 dock road"]),
            texts.add(["birch", "12 dock road"]),
        ];
        texts.seal();
        let find = |text: &str| {
            let found = texts.find(&Search::new(text));
            rows.map(&found)
        };
        assert_eq!(
            find("Alder Optics"),
            [Some(Found::InName), Some(Found::Exactly), Some(Found::Forgiven), None]
        );
        assert_eq!(find("dock"), [0, 1, 2, 3].map(|n| (n != 1).then_some(Found::Exactly)));
        assert_eq!(find("nothing of it"), [None; 4]);
        assert_eq!(texts.first_line(rows[3]), "birch");
    }
}
