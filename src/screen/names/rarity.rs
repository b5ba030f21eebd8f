//! How rare a word is: on the list, and in names anywhere (`common_words.txt`).
//!
//! The counterparty file has no influence, so that the result of a row does not depend on other
//! rows.

use std::sync::LazyLock;

use rustc_hash::FxHashMap;

/// The weights of the three groups of `common_words.txt`, and of a word that is in none, in nats
/// (the logarithm of one in how many names has it).
const GENERAL: [f32; 3] = [0.9, 2.2, 4.2];
const NOT_COMMON: f32 = 7.0;
/// A word that no listed party has weighs as if one party of this many had it, however short the
/// list is.
const AT_LEAST_PARTIES: f32 = 500.0;
/// A common word is at most this much rarer on a list: a list of 41 entries says little of words.
const RARER_ON_A_LIST: f32 = 2.5;
/// A word weighs at most this for each of its letters: two letters prove little.
const PER_LETTER: f32 = 1.5;

static COMMON: LazyLock<FxHashMap<&'static str, f32>> = LazyLock::new(|| {
    let mut common = FxHashMap::default();
    let mut weight = NOT_COMMON;
    for line in include_str!("../tables/common_words.txt").lines() {
        match line {
            "[1]" => weight = GENERAL[0],
            "[2]" => weight = GENERAL[1],
            "[3]" => weight = GENERAL[2],
            _ if line.starts_with('#') => {}
            _ => {
                for word in line.split_whitespace() {
                    common.entry(word).or_insert(weight);
                }
            }
        }
    }
    common
});

/// The weight of a word in names anywhere.
pub fn general(word: &str) -> f32 {
    COMMON.get(word).copied().unwrap_or(NOT_COMMON)
}

/// Whether names anywhere have this word often.
pub fn is_common(word: &str) -> bool {
    COMMON.contains_key(word)
}

/// The weight of a word that `with` of `all` listed parties have.
pub fn weight(word: &str, with: usize, all: usize) -> f32 {
    #[expect(clippy::cast_precision_loss, reason = "counts of parties and letters are small")]
    let (with, all, letters) = (with as f32, all as f32, word.len() as f32);
    let listed = ((all.max(AT_LEAST_PARTIES) + 1.0) / (with + 1.0)).ln();
    let general = general(word);
    f32::midpoint(general, listed.min(general + RARER_ON_A_LIST)).min(letters * PER_LETTER)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_word_weighs_less_if_names_anywhere_or_many_listed_parties_have_it() {
        let rare = weight("sinno", 1, 2000);
        assert!(rare > weight("technology", 1, 2000));
        assert!(rare > weight("sinno", 200, 2000));
        assert!(rare > weight("zx", 1, 2000), "two letters prove little");
    }

    #[test]
    fn the_groups_are_in_order() {
        assert!(general("technology") < general("aviation"));
        assert!(general("aviation") < general("abraham"));
        assert!(general("abraham") < general("sinno"));
    }
}
