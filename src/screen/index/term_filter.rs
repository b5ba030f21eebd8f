//! Which words may be one of a few terms of the vocabulary. It lets through every word for which
//! [`Vocabulary::likely`] has one of them, and few others, in a small part of the time.

use rustc_hash::FxHashSet;

use super::vocabulary::{
    ABBREVIATION_FROM, BEGINNING_FROM, CONSONANTS_FROM, ERROR_FROM, TWO_ERRORS_FROM, Vocabulary,
};
use crate::screen::names::letter_hash::{deletions, hash};
use crate::screen::names::meaning::related;
use crate::screen::names::spelling::is_consonant_at;

/// The size of the bit filter, a power of two: large enough to rule out most hashes of other words.
/// The 41 entries of a rule have about 10,000 hashes.
const BITS: usize = 1 << 18;
const BITS_OF_PLACE: u32 = 18;

/// In which way a word may be a term.
#[derive(Clone, Copy)]
enum Way {
    Meaning = 1,
    Skeleton,
    Error,
    Consonants,
    Beginning,
    BeginningOfSkeleton,
    Abbreviated,
}

/// The hashes of a few terms, each mixed with its way.
#[derive(Debug, Default)]
pub struct TermFilter {
    bits: Box<[u64]>,
    hashes: FxHashSet<u64>,
}

impl TermFilter {
    /// The terms of some groups.
    pub fn of(vocabulary: &Vocabulary, groups: &FxHashSet<u32>) -> Self {
        let mut filter = Self { bits: vec![0; BITS / 64].into(), hashes: FxHashSet::default() };
        for sense in groups.iter().filter_map(|group| vocabulary.sense(*group)) {
            filter.add(Way::Meaning, hash(sense.bytes()));
            // Related words match each other.
            for (other, _) in related(sense) {
                filter.add(Way::Meaning, hash(other.bytes()));
            }
        }
        for (text, skeleton) in vocabulary.terms_of(groups) {
            filter.add(Way::Skeleton, hash(skeleton.bytes()));
            filter.add(Way::Consonants, consonants_hash(skeleton));
            filter.add(Way::Abbreviated, hash(text.bytes()));
            for length in ABBREVIATION_FROM..=BEGINNING_FROM {
                if let Some(start) = text.get(..length) {
                    filter.add(Way::Beginning, hash(start.bytes()));
                }
            }
            if let Some(start) = skeleton.get(..BEGINNING_FROM) {
                filter.add(Way::BeginningOfSkeleton, hash(start.bytes()));
            }
            for word in [text, skeleton] {
                deletions(word, &mut |hash| filter.add(Way::Error, hash));
            }
        }
        filter
    }

    fn add(&mut self, way: Way, hash: u64) {
        let mixed = mixed(way, hash);
        let (word, bit) = place(mixed);
        if let Some(bits) = self.bits.get_mut(word) {
            *bits |= bit;
        }
        self.hashes.insert(mixed);
    }

    fn has(&self, way: Way, hash: u64) -> bool {
        let mixed = mixed(way, hash);
        let (word, bit) = place(mixed);
        self.bits.get(word).is_some_and(|bits| bits & bit != 0) && self.hashes.contains(&mixed)
    }

    /// Whether a word of this meaning is one of the terms, or related to one.
    pub fn may_mean(&self, sense: &str) -> bool {
        self.has(Way::Meaning, hash(sense.bytes()))
    }

    /// Whether a word may be one of the terms, in any way.
    pub fn may_be(&self, text: &str, sense: &str, skeleton: &str) -> bool {
        self.may_mean(sense)
            || self.has(Way::Skeleton, hash(skeleton.bytes()))
            || self.may_differ_by_an_error(text, skeleton)
            || (skeleton.len() >= CONSONANTS_FROM
                && self.has(Way::Consonants, consonants_hash(skeleton)))
            || self.begins_like_one(text, skeleton)
    }

    /// Whether words of this skeleton, written together, may be one of the terms, but for one
    /// typing error.
    pub fn may_be_together(&self, skeleton: &str) -> bool {
        let mut found = self.has(Way::Skeleton, hash(skeleton.bytes()));
        if !found && skeleton.len() >= TWO_ERRORS_FROM {
            deletions(skeleton, &mut |hash| found |= self.has(Way::Error, hash));
        }
        found
    }

    fn may_differ_by_an_error(&self, text: &str, skeleton: &str) -> bool {
        let mut found = false;
        let mut look = |hash: u64| found |= self.has(Way::Error, hash);
        if skeleton.len() >= ERROR_FROM {
            deletions(skeleton, &mut look);
        }
        if text.len() >= ERROR_FROM && text != skeleton {
            deletions(text, &mut look);
        }
        found
    }

    fn begins_like_one(&self, text: &str, skeleton: &str) -> bool {
        let start = |text: &str, length: usize| text.get(..length).map(|text| hash(text.bytes()));
        let begins = text.len() >= ABBREVIATION_FROM
            && start(text, text.len().min(BEGINNING_FROM))
                .is_some_and(|hash| self.has(Way::Beginning, hash));
        begins
            || start(skeleton, BEGINNING_FROM)
                .is_some_and(|hash| self.has(Way::BeginningOfSkeleton, hash))
            || (ABBREVIATION_FROM..text.len()).any(|length| {
                start(text, length).is_some_and(|hash| self.has(Way::Abbreviated, hash))
            })
    }
}

fn mixed(way: Way, hash: u64) -> u64 {
    (hash ^ (way as u64) << 56).wrapping_mul(0xff51_afd7_ed55_8ccd)
}

/// The place of a hash among the bits.
fn place(mixed: u64) -> (usize, u64) {
    let at = usize::try_from(mixed >> (64 - BITS_OF_PLACE)).unwrap_or_default();
    (at / 64, 1 << (at % 64))
}

/// The hash of the consonants of a skeleton.
fn consonants_hash(skeleton: &str) -> u64 {
    let letters = skeleton.bytes().enumerate();
    hash(letters.filter(|(at, letter)| is_consonant_at(*at, *letter)).map(|(_, letter)| letter))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::screen::names::spelling::skeleton;

    const LISTED: [&str; 12] = [
        "alderwood",
        "aviation",
        "technology",
        "krat",
        "novokuybyshevsk",
        "mikhail",
        "muhammad",
        "zavod",
        "and",
        "shenzhen",
        "dianzi",
        "electronics",
    ];

    fn vocabulary() -> Vocabulary {
        let mut vocabulary = Vocabulary::default();
        for word in LISTED {
            let group = vocabulary.group(word);
            vocabulary.add_word(word, group);
        }
        vocabulary.add_together("birchcedar");
        vocabulary
    }

    /// Whether the filter lets a word through that only these terms may be.
    fn check(word: &str, terms: &[&str]) -> bool {
        let vocabulary = vocabulary();
        let groups = terms.iter().filter_map(|term| vocabulary.group_of(term)).collect();
        let passes = TermFilter::of(&vocabulary, &groups).may_be(word, word, &skeleton(word));
        let is_likely =
            vocabulary.likely(word, word).iter().any(|likely| groups.contains(&likely.group));
        assert!(passes || !is_likely, "{word} {terms:?}");
        passes
    }

    #[test]
    fn ok_a_word_passes_for_each_way_in_which_it_may_be_a_term() {
        for (word, term) in [
            ("alderwood", "alderwood"),
            ("aldrewood", "alderwood"),
            ("alderwod", "alderwood"),
            ("alder", "alderwood"),
            ("alderwoods", "alderwood"),
            ("mohamed", "muhammad"),
            ("novokuibyshev", "novokuybyshevsk"),
            ("aircraft", "aviation"),
            ("mike", "mikhail"),
            ("birchcedar", "birchcedar"),
            ("electronicsworks", "electronics"),
        ] {
            assert!(check(word, &[term]), "{word} {term}");
        }
    }

    #[test]
    fn err_other_words_do_not_pass() {
        for word in ["juniper", "hazelgrove", "quay", "larch"] {
            assert!(!check(word, &LISTED), "{word}");
        }
        assert!(!check("alderwood", &["aviation"]));
    }

    proptest! {
        #[test]
        fn no_likely_word_is_held_back(
            word in proptest::sample::select(LISTED.to_vec()),
            cut in 0usize..20,
            other in "[a-z]{0,3}",
            skip in 0usize..3,
        ) {
            let at = cut.min(word.len());
            let rest = word.get(at + skip..).unwrap_or_default();
            check(&format!("{}{other}{rest}", &word[..at]), &LISTED);
        }
    }
}
