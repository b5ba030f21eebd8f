//! The different words of all names.

use rustc_hash::FxHashMap;
use serde::{Deserialize, Serialize};

use super::texts::Texts;
use crate::screen::names::spelling::skeleton;
use crate::screen::names::word::{Kind, Word};

/// The different words, by their place.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct PreparedWords {
    texts: Texts,
    senses: Texts,
    /// The skeletons of the texts without spaces.
    skeletons: Texts,
    kinds: Vec<Kind>,
}

/// One word.
#[derive(Clone, Copy, Debug)]
pub struct PreparedWord<'a> {
    pub text: &'a str,
    pub sense: &'a str,
    pub skeleton: &'a str,
    pub kind: Kind,
}

impl PreparedWord<'_> {
    /// The word as a name has it.
    pub fn to_word(self) -> Word {
        Word { text: self.text.to_owned(), sense: self.sense.to_owned(), kind: self.kind }
    }
}

impl PreparedWords {
    pub fn get(&self, place: usize) -> Option<PreparedWord<'_>> {
        Some(PreparedWord {
            text: self.texts.get(place),
            sense: self.senses.get(place),
            skeleton: self.skeletons.get(place),
            kind: *self.kinds.get(place)?,
        })
    }

    pub fn len(&self) -> usize {
        self.kinds.len()
    }

    pub fn is_empty(&self) -> bool {
        self.kinds.is_empty()
    }

    fn push(&mut self, word: &Word) {
        self.texts.push(&word.text);
        self.senses.push(&word.sense);
        self.skeletons.push(&skeleton(&word.text.replace(' ', "")));
        self.kinds.push(word.kind);
    }
}

/// A meaning of a word, its kind, and its place.
type Meaning = (Box<str>, Kind, u32);

/// Gives each different word a place.
#[derive(Debug, Default)]
pub struct Collected {
    pub words: PreparedWords,
    places: FxHashMap<Box<str>, Vec<Meaning>>,
}

impl Collected {
    /// The place of a word. The same letters are another word with another meaning.
    pub fn place(&mut self, word: &Word) -> u32 {
        let known = self.places.get(word.text.as_str()).into_iter().flatten();
        let mut same =
            known.filter(|(sense, kind, _)| **sense == *word.sense && *kind == word.kind);
        if let Some((_, _, place)) = same.next() {
            return *place;
        }
        let place = u32::try_from(self.words.len()).unwrap_or(u32::MAX);
        self.words.push(word);
        let meanings = self.places.entry(word.text.as_str().into()).or_default();
        meanings.push((word.sense.as_str().into(), word.kind, place));
        place
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn word(text: &str, sense: &str) -> Word {
        Word { text: text.into(), sense: sense.into(), kind: Kind::Word }
    }

    #[test]
    fn a_word_has_one_place_for_each_of_its_meanings() {
        let mut collected = Collected::default();
        let places = [
            word("ke ji", "technology"),
            word("ras", "ras"),
            word("ras", "russian"),
            word("ras", "ras"),
        ]
        .map(|word| collected.place(&word));
        assert_eq!(places, [0, 1, 2, 1]);
        let words = collected.words;
        let first = words.get(0).unwrap();
        assert_eq!((first.text, first.sense, first.skeleton), ("ke ji", "technology", "keji"));
        assert_eq!(words.get(2).unwrap().to_word(), word("ras", "russian"));
        assert!(words.get(3).is_none());
    }
}
