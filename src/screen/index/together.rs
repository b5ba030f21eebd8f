//! Words that another writer writes apart.

use rustc_hash::FxHashSet;

use super::term_filter::TermFilter;
use super::vocabulary::Vocabulary;
use crate::screen::names::letter_hash::short_hash;

/// A few words of the vocabulary, of which parts may be written apart. Other words are given by
/// their skeletons.
#[derive(Debug)]
pub struct Together<'a> {
    vocabulary: &'a Vocabulary,
    groups: FxHashSet<u32>,
    filter: TermFilter,
    /// Short hashes of the skeletons of all words of these groups.
    skeletons: FxHashSet<u32>,
}

impl<'a> Together<'a> {
    pub fn of(vocabulary: &'a Vocabulary, groups: FxHashSet<u32>) -> Self {
        let terms = vocabulary.terms_of(&groups);
        let skeletons = terms.map(|(_, skeleton)| short_hash(skeleton)).collect();
        let filter = TermFilter::of(vocabulary, &groups);
        Self { vocabulary, groups, filter, skeletons }
    }

    /// Whether a word has a skeleton of this short hash.
    pub fn has_skeleton(&self, hash: u32) -> bool {
        self.skeletons.contains(&hash)
    }

    /// Whether two words written together are one of the words, but for one typing error.
    pub fn is_like_a_word(&self, skeleton: &str) -> bool {
        if !self.filter.may_be_together(skeleton) {
            return false;
        }
        let near = self.vocabulary.with_one_error(skeleton);
        self.has_skeleton(short_hash(skeleton))
            || near.iter().any(|likely| self.groups.contains(&likely.group))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::screen::names::spelling::skeleton;

    fn check(joined: &str, expected: [bool; 2]) {
        let mut vocabulary = Vocabulary::default();
        for word in ["alderwoodworks", "birchwood"] {
            let group = vocabulary.group(word);
            vocabulary.add_word(word, group);
        }
        let groups = vocabulary.group_of("alderwoodworks").into_iter().collect();
        let together = Together::of(&vocabulary, groups);
        let own = skeleton(joined);
        let found = [together.has_skeleton(short_hash(&own)), together.is_like_a_word(&own)];
        assert_eq!(found, expected, "{joined}");
    }

    #[test]
    fn words_written_together_are_a_word_or_like_one() {
        check("alderwoodworks", [true, true]);
        check("alderwoodvorks", [true, true]);
        check("olderwoodworks", [false, true]);
        check("alderwodworks", [false, true]);
        check("alderworks", [false, false]);
        check("birchwood", [false, false]);
        check("", [false, false]);
    }
}
