//! The first letters of the words of a name, and the words that may stand for such letters.

use crate::screen::names::rarity;
use crate::screen::names::spelling::initial;
use crate::screen::names::word::{Kind, Name, Word};

/// An acronym of a whole name has this many letters at least.
pub const INITIALS_FROM: usize = 3;
/// A longer word is not an acronym.
pub const INITIALS_TO: usize = 7;

/// The first letters of the words of a name of several words.
pub fn initials(name: &Name) -> Option<String> {
    let letters: String = name.words.iter().filter_map(|word| word.text.chars().next()).collect();
    (letters.len() >= INITIALS_FROM).then_some(letters)
}

/// The words of a name that may be acronyms, as [`runs`] spells them.
pub fn acronyms(name: &Name) -> impl Iterator<Item = String> {
    let fits = |word: &&Word| {
        word.kind == Kind::Word
            && (INITIALS_FROM..=INITIALS_TO).contains(&word.text.len())
            && !rarity::is_common(&word.sense)
    };
    name.words.iter().filter(fits).map(|word| word.text.chars().map(initial).collect())
}

/// The first letters of neighboring words, for each run that an acronym may stand for.
pub fn runs(name: &Name) -> Vec<String> {
    let letters: Vec<char> =
        name.words.iter().filter_map(|word| word.text.chars().next()).map(initial).collect();
    let lengths = INITIALS_FROM..=INITIALS_TO.min(letters.len());
    lengths.flat_map(|length| letters.windows(length)).map(|run| run.iter().collect()).collect()
}
