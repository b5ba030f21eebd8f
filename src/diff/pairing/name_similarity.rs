//! How alike two names are, word by word and letter by letter, and what each has that the other
//! lacks.
//!
//! Knows names and how rare their words are; knows nothing else of the rows.

use rapidfuzz::distance::levenshtein;

use crate::diff::pairing::name::{Name, is_legal_form, skeleton};
use crate::diff::pairing::profile::Kind;
use crate::diff::pairing::rarity::Rarity;

/// More bits than these are not given to a name, however rare it is.
const MOST_FOR_A_NAME: f64 = 16.0;

/// The likest of the aliases.
pub fn best_likeness(name: &Name, aliases: &[Name], rarity: &Rarity) -> Likeness {
    aliases
        .iter()
        .map(|alias| Likeness::of(name, alias, rarity))
        .max_by(|a, b| a.bits().total_cmp(&b.bits()))
        .unwrap_or_default()
}

/// How alike two names are.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Likeness {
    /// Bits of the words that they have in common.
    shared: f64,
    /// 0 to 1: those bits against all.
    pub ratio: f64,
    /// How many rare words each name has of its own, of which the other has no spelling, short
    /// form or part.
    pub own: (usize, usize),
}

impl Likeness {
    pub fn of(one: &Name, other: &Name, rarity: &Rarity) -> Self {
        if one.is_empty() || other.is_empty() {
            return Self { shared: 0.0, ratio: 0.5, own: (0, 0) };
        }
        let mut open: Vec<&String> = other.words.iter().collect();
        let mut left_over: Vec<&String> = Vec::new();
        let mut shared = 0.0;
        for word in &one.words {
            match open.iter().position(|candidate| *candidate == word) {
                Some(at) => {
                    open.swap_remove(at);
                    shared += word_bits(word, rarity);
                }
                None => left_over.push(word),
            }
        }
        let (mut apart, mut alone) = (0.0, Vec::new());
        for word in left_over {
            let best = open
                .iter()
                .enumerate()
                .map(|(at, candidate)| (at, word_similarity(word, candidate)))
                .max_by(|a, b| a.1.total_cmp(&b.1));
            match best {
                Some((at, similarity)) if similarity >= LEAST_WORD_SIMILARITY => {
                    let candidate = open.swap_remove(at);
                    let bits = word_bits(word, rarity).min(word_bits(candidate, rarity));
                    shared += bits * similarity * similarity;
                    apart += bits * (1.0 - similarity);
                }
                _ => {
                    apart += word_bits(word, rarity);
                    alone.push(word);
                }
            }
        }
        apart += open.iter().map(|word| word_bits(word, rarity)).sum::<f64>();
        if is_same_but_for_legal_form(one, other) {
            // The whole name says more than its words: nobody else in the list has it, or both
            // names would be weighed alike.
            return Self { shared: shared + BITS_FOR_A_WHOLE_NAME, ratio: 1.0, own: (0, 0) };
        }
        let ratio = if shared + apart > 0.0 { 2.0 * shared / (2.0 * shared + apart) } else { 0.5 };
        let by_words = Self {
            shared,
            ratio,
            own: (own_words(&alone, &open, other, rarity), own_words(&open, &alone, one, rarity)),
        };
        by_words.or_by_letters(one, other, rarity)
    }

    /// Blind to spacing: `Hua Wei` and `Huawei`.
    fn or_by_letters(self, one: &Name, other: &Name, rarity: &Rarity) -> Self {
        let (short, long) = (
            one.compact.len().min(other.compact.len()),
            one.compact.len().max(other.compact.len()),
        );
        if self.ratio > 0.95 || one.numbers != other.numbers || short * 10 < long * 8 {
            return self;
        }
        let similarity =
            levenshtein::normalized_similarity(one.compact.chars(), other.compact.chars());
        if similarity < 0.88 || similarity <= self.ratio {
            return self;
        }
        let total =
            |name: &Name| name.words.iter().map(|word| word_bits(word, rarity)).sum::<f64>();
        Self {
            shared: self.shared.max(total(one).min(total(other)) * similarity),
            ratio: similarity,
            own: (0, 0),
        }
    }

    pub fn bits(self) -> f64 {
        let scale = (self.ratio - 0.5) * 2.0;
        if scale >= 0.0 { self.shared.min(MOST_FOR_A_NAME) * scale } else { scale * 5.0 }
    }
}

/// How many of the words that one name has alone are rare, and neither a short form of what the
/// other has alone nor a part of it.
fn own_words(alone: &[&String], others: &[&String], other: &Name, rarity: &Rarity) -> usize {
    let is_own = |word: &&&String| {
        let is_of_another = |candidate: &&String| {
            is_short_for(candidate, word)
                || is_short_for(word, candidate)
                || has_one_stem(word, candidate)
        };
        word.len() > 2
            && !is_legal_form(word)
            && !word.bytes().any(|byte| byte.is_ascii_digit())
            && !other.compact.contains(word.as_str())
            && !others.iter().any(is_of_another)
            && word_bits(word, rarity) >= BITS_OF_A_RARE_WORD
    };
    alone.iter().filter(is_own).count()
}

/// A word that more rows have than one in thirty or so tells no party from its sister.
const BITS_OF_A_RARE_WORD: f64 = 5.0;

/// `inst` of `institute`, `intl` of `international`, `a` of `ali`: the beginning of the word, or
/// what is left of it without vowels.
fn is_short_for(short: &str, word: &str) -> bool {
    let is_vowel = |byte: u8| b"aeiouy".contains(&byte);
    let mut letters = word.bytes();
    let is_left = |at: usize, byte: u8, letters: &mut std::str::Bytes<'_>| {
        (at == 0 || !is_vowel(byte)) && letters.any(|l| l == byte)
    };
    short.len() < word.len()
        && short.bytes().next() == word.bytes().next()
        && (word.starts_with(short)
            || short.bytes().enumerate().all(|(at, byte)| is_left(at, byte, &mut letters)))
}

/// `trade` and `trading`: three in four letters of the shorter word begin the longer.
fn has_one_stem(one: &str, other: &str) -> bool {
    let same = one.bytes().zip(other.bytes()).take_while(|(a, b)| a == b).count();
    same >= LEAST_STEM && same * 4 >= one.len().min(other.len()) * 3
}

const LEAST_STEM: usize = 4;

/// How many letters are between two names that differ in at most `most`, whatever the spacing.
pub fn edits_within(most: usize, one: &Name, other: &Name) -> Option<usize> {
    if one.compact.len().abs_diff(other.compact.len()) > most {
        return None;
    }
    levenshtein::distance_with_args(
        one.compact.chars(),
        other.compact.chars(),
        &levenshtein::Args::default().score_cutoff(most),
    )
}

const BITS_FOR_A_WHOLE_NAME: f64 = 3.0;

pub fn is_same_but_for_legal_form(one: &Name, other: &Name) -> bool {
    fn core(name: &Name) -> impl Iterator<Item = &String> {
        name.words.iter().filter(|word| !is_legal_form(word))
    }
    core(one).next().is_some() && core(one).eq(core(other))
}

const LEAST_WORD_SIMILARITY: f64 = 0.74;

fn word_similarity(one: &str, other: &str) -> f64 {
    let has_digit = |word: &str| word.bytes().any(|byte| byte.is_ascii_digit());
    let (short, long) = (one.len().min(other.len()), one.len().max(other.len()));
    if short < 4 || short * 2 < long || has_digit(one) || has_digit(other) {
        return 0.0;
    }
    let by_letters = levenshtein::normalized_similarity(one.chars(), other.chars());
    let by_consonants =
        if by_letters < 0.8 && skeleton(one) == skeleton(other) { 0.8 } else { 0.0 };
    by_letters.max(by_consonants)
}

/// What a word of a name says.
pub fn word_bits(word: &str, rarity: &Rarity) -> f64 {
    let light = if is_legal_form(word) {
        0.1
    } else if word.len() == 1 && !word.bytes().all(|byte| byte.is_ascii_digit()) {
        0.3
    } else {
        1.0
    };
    rarity.bits(Kind::Word, word) * light
}

#[cfg(test)]
mod tests {
    use super::*;

    fn own(one: &str, other: &str) -> (usize, usize) {
        Likeness::of(&Name::of(one), &Name::of(other), &Rarity::default()).own
    }

    #[test]
    fn a_rare_word_that_the_other_name_lacks_is_its_own() {
        for (one, other, expected) in [
            ("STAR TRADE GHANA LIMITED", "STAR SARVANEH GHANA LIMITED", (1, 1)),
            ("Ivan Petrov", "Ivan Nikolaevich Petrov", (0, 1)),
            ("Alder Works", "Alder Works Scientific Production", (0, 2)),
            ("Alder International Institute", "Alder Intl Inst.", (0, 0)),
            ("Alder Overseas Trading", "Alder Overseas Trade", (0, 0)),
            ("ATLAS KIAN QESHM", "ATLAS KIVANTO QESHM", (1, 1)),
            ("Ali Mehdipour Omrani", "A. M. Omrani", (0, 0)),
            ("Hua Wei Quay", "Huawei Quayside Dock", (0, 1)),
            ("Alder Works Ltd.", "Alder Works GmbH", (0, 0)),
            ("13th Alder Works", "Alder Works", (0, 0)),
            ("Vostok Zumar", "Vostok Zomor", (0, 0)),
        ] {
            assert_eq!(own(one, other), expected, "{one} | {other}");
        }
    }

    #[test]
    fn edits_are_counted_whatever_the_spacing() {
        let edits = |one: &str, other: &str| edits_within(2, &Name::of(one), &Name::of(other));
        assert_eq!(edits("Hua Wei Works", "Huawei Work"), Some(1));
        assert_eq!(edits("Alder Works", "Elder Quays"), None);
    }
}
