//! Words that are made of the beginnings of other words: `TsKB` and `Zlatmash`, of the words
//! themselves or of their Russian translations (`russian_words.txt`).

use std::ops::RangeInclusive;
use std::sync::LazyLock;

use rustc_hash::FxHashMap;

use super::rarity;
use super::spelling::initial;
use super::table::lines;
use super::word::{Kind, Word};

/// The letters of an acronym, and of a compound of syllables.
const ACRONYM: RangeInclusive<usize> = 3..=7;
const COMPOUND: RangeInclusive<usize> = 7..=16;
/// A syllable has this many letters at least.
pub const SYLLABLE: usize = 3;
/// Initials after the syllables of a compound are this many at least: `UralNIIM`.
const INITIALS_IN_COMPOUND: usize = 3;
/// A shorter acronym stands for a whole name only: its letters may be chance.
const PARTLY_FROM: usize = 4;
/// Letters that romanize one Cyrillic letter.
const ONE_LETTER: [&str; 8] = ["shch", "ts", "kh", "ch", "sh", "zh", "ya", "yu"];
/// Marks a word in the table that may be left out.
const LEFT_OUT: &str = "-";

static RUSSIAN: LazyLock<FxHashMap<&'static str, Vec<&'static str>>> = LazyLock::new(|| {
    lines(include_str!("../tables/russian_words.txt"))
        .map(|(meaning, pieces)| (meaning, pieces.split_whitespace().collect()))
        .collect()
});

/// How the Russian words of this meaning begin.
pub fn russian(sense: &str) -> &'static [&'static str] {
    RUSSIAN.get(sense).map(Vec::as_slice).unwrap_or_default()
}

/// Whether a word may be made of the beginnings of others.
pub fn may_be_made(word: &Word) -> bool {
    word.kind == Kind::Word
        && word.text == word.sense
        && word.text.is_ascii()
        && (*ACRONYM.start()..=*COMPOUND.end()).contains(&word.text.len())
        && !rarity::is_common(&word.sense)
}

/// Whether a word may be an acronym by its length.
pub fn is_short(text: &str) -> bool {
    ACRONYM.contains(&text.len())
}

/// The first letters of a word that may be a compound.
pub fn compound_start(text: &str) -> Option<&str> {
    text.get(..SYLLABLE).filter(|_| COMPOUND.contains(&text.len()))
}

/// The first letters of the words with which a compound may begin: those that not many names have.
pub fn starts(words: &[Word]) -> impl Iterator<Item = &str> {
    words.iter().filter(|word| may_begin(word)).filter_map(|word| word.text.get(..SYLLABLE))
}

fn may_begin(word: &Word) -> bool {
    word.kind == Kind::Word && !rarity::is_common(&word.sense)
}

/// The letters of the acronyms that these words may have in Russian, one bit each.
pub fn acronym_letters(words: &[Word]) -> u32 {
    let translated = words.iter().flat_map(|word| russian(&word.sense)).copied();
    let short = translated.filter(|piece| !is_syllable(piece));
    let own = words.iter().filter_map(|word| word.text.get(..1));
    let digraphs = words.iter().filter_map(|word| digraph(&word.text));
    short.chain(own).chain(digraphs).fold(0, |bits, text| bits | letters(text))
}

/// The letters of a word, one bit each.
pub fn letters(text: &str) -> u32 {
    text.chars()
        .map(initial)
        .filter(char::is_ascii_lowercase)
        .fold(0, |bits, letter| bits | 1 << (u32::from(letter) - u32::from('a')))
}

/// Whether a piece is a syllable and not initials: the `mash` of Zlatmash, but not the SRZ of NSRZ.
fn is_syllable(piece: &str) -> bool {
    piece.len() >= SYLLABLE && piece.contains(['a', 'e', 'i', 'o', 'u', 'y'])
}

/// The letters at the beginning of a word that romanize one Cyrillic letter.
fn digraph(word: &str) -> Option<&'static str> {
    ONE_LETTER.into_iter().find(|letters| word.starts_with(letters))
}

/// What of a name is compared with pieces, worked out once.
#[derive(Clone, Copy, Debug, Default)]
pub struct PiecesOfName {
    /// [`acronym_letters`].
    pub letters: u32,
    /// The places of the words that may be made of pieces, one bit each.
    pub may_be_made: u32,
}

impl PiecesOfName {
    pub fn of(words: &[Word]) -> Self {
        let made = words.iter().zip(0..32).filter(|(word, _)| may_be_made(word));
        let may_be_made = made.fold(0, |bits, (_, at)| bits | 1 << at);
        Self { letters: acronym_letters(words), may_be_made }
    }

    /// Whether a word may be made of these words, by its letters. `words` are those of this name.
    pub fn may_make(self, text: &str, words: &[Word], with_russian: bool) -> bool {
        let by_letters = || with_russian && is_short(text) && letters(text) & !self.letters == 0;
        let begins = |start: &str| words.iter().any(|word| word.text.starts_with(start));
        compound_start(text).is_some_and(begins) || by_letters()
    }
}

/// The neighboring words of which a word is made: the first, and how many. `is_free` says which of
/// them may be taken.
pub fn made_of(
    text: &str,
    words: &[Word],
    with_russian: bool,
    is_free: impl Fn(usize) -> bool,
) -> Option<(usize, usize)> {
    if words.len() < 2 {
        return None;
    }
    let search = Search { words, with_russian, is_free };
    (0..words.len() - 1).find_map(|start| {
        let end = search.from(text, start, Made::default(), &mut |made, end| {
            let whole = start == 0 && end == words.len();
            made.is_enough(text.len(), whole)
        })?;
        Some((start, end - start))
    })
}

/// The pieces that were found so far.
#[derive(Clone, Copy, Default)]
struct Made {
    words: usize,
    syllables: usize,
    translated: usize,
    /// The first piece is a syllable of a word that not many names have.
    begins: bool,
}

impl Made {
    fn is_enough(self, letters: usize, whole: bool) -> bool {
        let initials = self.words - self.syllables;
        if self.syllables > 0 {
            let enough = initials == 0 || initials >= INITIALS_IN_COMPOUND;
            return self.begins && self.words >= 2 && enough && COMPOUND.contains(&letters);
        }
        let from = if whole { *ACRONYM.start() } else { PARTLY_FROM };
        // Acronyms of the words as they are written are found without this table.
        self.words >= 2 && self.translated > 0 && (from..=*ACRONYM.end()).contains(&letters)
    }
}

struct Search<'a, F> {
    words: &'a [Word],
    with_russian: bool,
    is_free: F,
}

impl<F: Fn(usize) -> bool> Search<'_, F> {
    /// The end of the words whose pieces are the rest of a text, from this word on.
    fn from(
        &self,
        rest: &str,
        at: usize,
        made: Made,
        is_enough: &mut impl FnMut(Made, usize) -> bool,
    ) -> Option<usize> {
        let left_out = |word: &Word| self.with_russian && russian(&word.sense).contains(&LEFT_OUT);
        if rest.is_empty() {
            // A word that may be left out belongs to the words before it.
            let rest = self.words.iter().zip(0..).skip(at);
            let open = rest.take_while(|(word, at)| left_out(word) && (self.is_free)(*at)).count();
            return is_enough(made, at + open).then_some(at + open);
        }
        let word = self.words.get(at).filter(|word| word.kind != Kind::Number)?;
        if !(self.is_free)(at) {
            return None;
        }
        let own = own_pieces(&word.text, rest).map(|length| (length, false));
        let translated = russian(&word.sense)
            .iter()
            .filter(|piece| self.with_russian && begins_with(rest, piece))
            .map(|piece| (piece.len(), true));
        for (length, is_translated) in own.chain(translated) {
            let is_syllable = is_syllable(rest.get(..length).unwrap_or_default());
            let made = Made {
                words: made.words + 1,
                syllables: made.syllables + usize::from(is_syllable),
                translated: made.translated + usize::from(is_translated),
                begins: made.begins
                    || (made.words == 0 && !is_translated && is_syllable && may_begin(word)),
            };
            let next = rest.get(length..).unwrap_or_default();
            if let Some(end) = self.from(next, at + 1, made, is_enough) {
                return Some(end);
            }
        }
        if made.words > 0 && left_out(word) {
            return self.from(rest, at + 1, made, is_enough);
        }
        None
    }
}

/// The lengths of the beginnings of a word with which a text begins, the longest first: syllables,
/// and its first letter.
fn own_pieces<'a>(word: &'a str, text: &'a str) -> impl Iterator<Item = usize> + use<'a> {
    let shared = word.bytes().zip(text.bytes()).take_while(|(one, other)| one == other).count();
    let digraph = digraph(word).filter(|letters| text.starts_with(letters)).map(str::len);
    let first = begins_with(text, word.get(..1).unwrap_or(word)).then_some(1);
    // A compound keeps a part of each word: the whole word is found by its spaces.
    (SYLLABLE..=shared).rev().chain(digraph).chain(first)
}

/// Whether a text begins with a piece. The first letter of an acronym may be written in another
/// romanization.
fn begins_with(text: &str, piece: &str) -> bool {
    let one = |text: &str| text.chars().next().map(initial);
    if piece.len() == 1 { one(text) == one(piece) } else { text.starts_with(piece) }
}

#[cfg(test)]
mod tests {
    use super::super::word::Name;
    use super::*;

    fn check(text: &str, name: &str, expected: Option<(usize, usize)>) {
        let words = Name::of(name).words;
        assert_eq!(made_of(text, &words, true, |_| true), expected, "{text} | {name}");
        if expected.is_some() {
            let by_letters = is_short(text) && letters(text) & !acronym_letters(&words) == 0;
            let by_start = compound_start(text).is_some_and(|s| starts(&words).any(|o| o == s));
            assert!(by_letters || by_start, "{text} | {name}");
        }
    }

    #[test]
    fn ok_acronyms_of_the_russian_words() {
        check("apz", "Alder Instrument Plant", Some((0, 3)));
        check("bsrz", "Birchgrove Shipyard JSC", Some((0, 2)));
        check("apz", "Alder Instrument Engineering Plant", Some((0, 4)));
        check(
            "nikiet",
            "N.A. Alderov Research and Design Institute of Power Engineering",
            Some((3, 5)),
        );
        check(
            "aniitmu",
            "Alder Scientific-Research Institute of Telemechanical Devices",
            Some((0, 5)),
        );
        check("okbm", "Experimental Design Bureau of Machine Building", Some((0, 5)));
        check("tsniim", "Central Scientific Research Institute of Machine Building", Some((0, 5)));
    }

    #[test]
    fn ok_compounds_of_syllables() {
        check("aldmash", "Aldervsky Machine Building Plant", Some((0, 3)));
        check("alderpribor", "Alder Instrument Works", Some((0, 2)));
        check("nilepet", "Nile Petroleum Corporation", Some((0, 2)));
    }

    #[test]
    fn err_three_letters_of_a_part_and_words_that_are_already_linked() {
        check("apz", "Alder Instrument Plant Birchgrove", None);
        check("alderwood", "Alder Instrument Plant", None);
        let words = Name::of("Alder Instrument Plant").words;
        assert_eq!(made_of("apz", &words, false, |_| true), None);
        assert_eq!(made_of("apz", &words, true, |at| at != 1), None);
    }
}
