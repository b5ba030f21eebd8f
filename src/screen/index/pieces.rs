//! Which listed names are made of the beginnings of the words of another name, or it of theirs.

use rustc_hash::FxHashMap;

use super::listed_name::ListedName;
use crate::screen::names::pieces::{
    acronym_letters, compound_start, is_short, letters, made_of, may_be_made, starts,
};
use crate::screen::names::word::Word;

/// A listed word that may be made of pieces, and the names that have it.
#[derive(Debug)]
struct Made {
    text: Box<str>,
    letters: u32,
    names: Vec<u32>,
}

/// Some listed names, by the pieces of their words.
#[derive(Debug, Default)]
pub struct Pieces {
    /// The names of entries that may have a Russian name, with the letters of their acronyms.
    translated: Vec<(u32, u32)>,
    /// By the first letters of their rare words.
    by_start: FxHashMap<Box<str>, Vec<u32>>,
    made: Vec<Made>,
    places: FxHashMap<Box<str>, usize>,
    /// The places of acronyms, and of compounds by their first letters.
    acronyms: Vec<usize>,
    compounds: FxHashMap<Box<str>, Vec<usize>>,
}

impl Pieces {
    pub fn of(names: &[ListedName]) -> Self {
        let mut index = Self::default();
        for (id, listed) in (0u32..).zip(names) {
            index.add(id, listed);
        }
        index
    }

    pub fn add(&mut self, id: u32, listed: &ListedName) {
        let words = &listed.name.words;
        if listed.is_translated && words.len() > 1 {
            self.translated.push((acronym_letters(words), id));
        }
        if words.len() > 1 {
            for start in starts(words) {
                push_once(self.by_start.entry(start.into()).or_default(), id);
            }
        }
        for word in words.iter().filter(|word| may_be_made(word)) {
            let place = self.place_of(&word.text, listed.is_translated);
            if let Some(made) = self.made.get_mut(place) {
                push_once(&mut made.names, id);
            }
        }
    }

    fn place_of(&mut self, text: &str, is_translated: bool) -> usize {
        let next = self.made.len();
        let place = *self.places.entry(text.into()).or_insert(next);
        if place == next {
            self.made.push(Made { text: text.into(), letters: letters(text), names: Vec::new() });
            if let Some(start) = compound_start(text) {
                self.compounds.entry(start.into()).or_default().push(place);
            }
        }
        if is_translated && is_short(text) && !self.acronyms.contains(&place) {
            self.acronyms.push(place);
        }
        place
    }

    /// The names of which a word may be made.
    pub fn of_word<'a>(
        &self,
        word: &Word,
        name: impl Fn(u32) -> Option<&'a ListedName>,
    ) -> Vec<u32> {
        let mut found = Vec::new();
        if !may_be_made(word) {
            return found;
        }
        let text = word.text.as_str();
        let mut add = |id: u32| {
            let is_made = |listed: &ListedName| {
                made_of(text, &listed.name.words, listed.is_translated, |_| true).is_some()
            };
            if name(id).is_some_and(is_made) {
                found.push(id);
            }
        };
        if is_short(text) {
            let own = letters(text);
            let fit = self.translated.iter().filter(|(letters, _)| own & !letters == 0);
            fit.for_each(|(_, id)| add(*id));
        }
        if let Some(start) = compound_start(text) {
            self.by_start.get(start).into_iter().flatten().for_each(|id| add(*id));
        }
        found.sort_unstable();
        found.dedup();
        found
    }

    fn fits(&self, place: usize, letters: u32) -> bool {
        self.made.get(place).is_some_and(|made| made.letters & !letters == 0)
    }

    /// Whether an acronym has only these letters.
    pub fn has_acronym_of(&self, letters: u32) -> bool {
        self.acronyms.iter().any(|place| self.fits(*place, letters))
    }

    /// Whether a compound may begin with this word.
    pub fn has_compound_of(&self, word: &Word) -> bool {
        starts(std::slice::from_ref(word)).any(|start| self.compounds.contains_key(start))
    }

    /// The names that have a word that may be made of these words.
    pub fn of_name(&self, words: &[Word]) -> Vec<u32> {
        let mut found = Vec::new();
        if words.len() < 2 {
            return found;
        }
        let mut add = |place: &usize| {
            if let Some(made) = self.made.get(*place)
                && made_of(&made.text, words, true, |_| true).is_some()
            {
                found.extend(&made.names);
            }
        };
        let own = acronym_letters(words);
        self.acronyms.iter().filter(|place| self.fits(**place, own)).for_each(&mut add);
        for start in starts(words) {
            self.compounds.get(start).into_iter().flatten().for_each(&mut add);
        }
        found.sort_unstable();
        found.dedup();
        found
    }
}

fn push_once(names: &mut Vec<u32>, id: u32) {
    if names.last() != Some(&id) {
        names.push(id);
    }
}
