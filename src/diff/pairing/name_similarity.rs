//! How similar two names are, by words and by letters, and which rare words only one of them has.
//!
//! Knows names and the rarity of their words. Knows nothing else of the rows.

use rapidfuzz::distance::levenshtein;

use crate::diff::pairing::feature::FeatureKind;
use crate::diff::pairing::filler_words::is_filler_word;
use crate::diff::pairing::name::{Name, skeleton};
use crate::diff::pairing::rarity::Rarity;
use crate::diff::pairing::weights::{
    ENOUGH_WORD_RATIO, FILLER_WORD_SHARE, INITIAL_SHARE, MAX_BITS_AGAINST_NAME, MAX_NAME_BITS,
    MIN_COMPARED_LETTERS, MIN_LENGTH_TENTHS, MIN_LETTER_SIMILARITY, MIN_RARE_WORD_LETTERS,
    MIN_STEM_LETTERS, MIN_STEM_QUARTERS, MIN_WORD_SIMILARITY, NEUTRAL_NAME_RATIO, RARE_WORD_BITS,
    SAME_CONSONANTS_SIMILARITY, WHOLE_NAME_BITS,
};

/// How similar two names are.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct NameSimilarity {
    /// Bits of the words that both names have.
    shared_bits: f64,
    /// 0 to 1: those bits against the bits of all words.
    pub ratio: f64,
    /// How many rare words each name has of which the other has no spelling, short form or part.
    pub own_words: (usize, usize),
}

impl NameSimilarity {
    pub fn of(one: &Name, other: &Name, rarity: &Rarity) -> Self {
        if one.is_empty() || other.is_empty() {
            return Self { shared_bits: 0.0, ratio: NEUTRAL_NAME_RATIO, own_words: (0, 0) };
        }
        let mut unmatched: Vec<&String> = other.words.iter().collect();
        let mut not_equal: Vec<&String> = Vec::new();
        let mut shared_bits = 0.0;
        for word in &one.words {
            match unmatched.iter().position(|candidate| *candidate == word) {
                Some(at) => {
                    unmatched.swap_remove(at);
                    shared_bits += word_bits(word, rarity);
                }
                None => not_equal.push(word),
            }
        }
        let (mut own_bits, mut alone) = (0.0, Vec::new());
        for word in not_equal {
            let best = unmatched
                .iter()
                .enumerate()
                .map(|(at, candidate)| (at, word_similarity(word, candidate)))
                .max_by(|a, b| a.1.total_cmp(&b.1));
            match best {
                Some((at, similarity)) if similarity >= MIN_WORD_SIMILARITY => {
                    let candidate = unmatched.swap_remove(at);
                    let bits = word_bits(word, rarity).min(word_bits(candidate, rarity));
                    shared_bits += bits * similarity * similarity;
                    own_bits += bits * (1.0 - similarity);
                }
                _ => {
                    own_bits += word_bits(word, rarity);
                    alone.push(word);
                }
            }
        }
        own_bits += unmatched.iter().map(|word| word_bits(word, rarity)).sum::<f64>();
        if is_same_except_legal_form(one, other) {
            return Self {
                shared_bits: shared_bits + WHOLE_NAME_BITS,
                ratio: 1.0,
                own_words: (0, 0),
            };
        }
        let ratio = if shared_bits + own_bits > 0.0 {
            2.0 * shared_bits / (2.0 * shared_bits + own_bits)
        } else {
            NEUTRAL_NAME_RATIO
        };
        let own_words = (
            count_own_words(&alone, &unmatched, other, rarity),
            count_own_words(&unmatched, &alone, one, rarity),
        );
        Self { shared_bits, ratio, own_words }.or_by_letters(one, other, rarity)
    }

    /// The similarity by letters where it is greater. It ignores spacing: `Hua Wei` and `Huawei`.
    fn or_by_letters(self, one: &Name, other: &Name, rarity: &Rarity) -> Self {
        let (short, long) = (
            one.compact.len().min(other.compact.len()),
            one.compact.len().max(other.compact.len()),
        );
        if self.ratio > ENOUGH_WORD_RATIO
            || one.numbers != other.numbers
            || short * 10 < long * MIN_LENGTH_TENTHS
        {
            return self;
        }
        let similarity =
            levenshtein::normalized_similarity(one.compact.chars(), other.compact.chars());
        if similarity < MIN_LETTER_SIMILARITY || similarity <= self.ratio {
            return self;
        }
        let total =
            |name: &Name| name.words.iter().map(|word| word_bits(word, rarity)).sum::<f64>();
        Self {
            shared_bits: self.shared_bits.max(total(one).min(total(other)) * similarity),
            ratio: similarity,
            own_words: (0, 0),
        }
    }

    /// The weight of the similarity. Below zero, it is the weight against one entry.
    pub fn bits(self) -> f64 {
        let scale = (self.ratio - NEUTRAL_NAME_RATIO) * 2.0;
        if scale >= 0.0 {
            self.shared_bits.min(MAX_NAME_BITS) * scale
        } else {
            scale * MAX_BITS_AGAINST_NAME
        }
    }
}

/// The similarity of the most similar alias.
pub fn best_alias_similarity(name: &Name, aliases: &[Name], rarity: &Rarity) -> NameSimilarity {
    aliases
        .iter()
        .map(|alias| NameSimilarity::of(name, alias, rarity))
        .max_by(|a, b| a.bits().total_cmp(&b.bits()))
        .unwrap_or_default()
}

/// How many letters differ between two names without their spaces, if at most `most` do.
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

/// Whether two names have the same words except for legal forms and function words.
pub fn is_same_except_legal_form(one: &Name, other: &Name) -> bool {
    fn core(name: &Name) -> impl Iterator<Item = &String> {
        name.words.iter().filter(|word| !is_filler_word(word))
    }
    core(one).next().is_some() && core(one).eq(core(other))
}

/// The weight of a shared word of a name, in bits.
pub fn word_bits(word: &str, rarity: &Rarity) -> f64 {
    let share = if is_filler_word(word) {
        FILLER_WORD_SHARE
    } else if word.len() == 1 && !has_digit(word) {
        INITIAL_SHARE
    } else {
        1.0
    };
    rarity.bits(FeatureKind::Word, word) * share
}

/// How many of the words that only one name has are rare, and are neither a short form nor a part
/// of the words that only the other name has.
fn count_own_words(alone: &[&String], others: &[&String], other: &Name, rarity: &Rarity) -> usize {
    let is_own = |word: &&&String| {
        let is_form_of_word = |candidate: &&String| {
            is_short_for(candidate, word)
                || is_short_for(word, candidate)
                || has_same_stem(word, candidate)
        };
        word.len() >= MIN_RARE_WORD_LETTERS
            && !is_filler_word(word)
            && !has_digit(word)
            && !other.compact.contains(word.as_str())
            && !others.iter().any(is_form_of_word)
            && word_bits(word, rarity) >= RARE_WORD_BITS
    };
    alone.iter().filter(is_own).count()
}

fn has_digit(word: &str) -> bool {
    word.bytes().any(|byte| byte.is_ascii_digit())
}

/// `inst` for `institute`, `intl` for `international`, `a` for `ali`: the start of the word, or
/// some of its letters with no vowel after the first.
fn is_short_for(short: &str, word: &str) -> bool {
    let is_vowel = |byte: u8| b"aeiouy".contains(&byte);
    let mut letters = word.bytes();
    let is_kept = |at: usize, byte: u8, letters: &mut std::str::Bytes<'_>| {
        (at == 0 || !is_vowel(byte)) && letters.any(|l| l == byte)
    };
    short.len() < word.len()
        && short.bytes().next() == word.bytes().next()
        && (word.starts_with(short)
            || short.bytes().enumerate().all(|(at, byte)| is_kept(at, byte, &mut letters)))
}

/// Whether two words begin alike, as `trade` and `trading` do.
fn has_same_stem(one: &str, other: &str) -> bool {
    let same = one.bytes().zip(other.bytes()).take_while(|(a, b)| a == b).count();
    same >= MIN_STEM_LETTERS && same * 4 >= one.len().min(other.len()) * MIN_STEM_QUARTERS
}

/// 0 to 1: whether two words are spellings of one word.
fn word_similarity(one: &str, other: &str) -> f64 {
    let (short, long) = (one.len().min(other.len()), one.len().max(other.len()));
    if short < MIN_COMPARED_LETTERS || short * 2 < long || has_digit(one) || has_digit(other) {
        return 0.0;
    }
    let by_letters = levenshtein::normalized_similarity(one.chars(), other.chars());
    let has_same_consonants =
        by_letters < SAME_CONSONANTS_SIMILARITY && skeleton(one) == skeleton(other);
    by_letters.max(if has_same_consonants { SAME_CONSONANTS_SIMILARITY } else { 0.0 })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn own_words(one: &str, other: &str) -> (usize, usize) {
        NameSimilarity::of(&Name::of(one), &Name::of(other), &Rarity::default()).own_words
    }

    #[test]
    fn a_rare_word_that_the_other_name_lacks_is_counted() {
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
            assert_eq!(own_words(one, other), expected, "{one} | {other}");
        }
    }

    #[test]
    fn edits_are_counted_without_spacing() {
        let edits = |one: &str, other: &str| edits_within(2, &Name::of(one), &Name::of(other));
        assert_eq!(edits("Hua Wei Works", "Huawei Work"), Some(1));
        assert_eq!(edits("Alder Works", "Elder Quays"), None);
    }
}
