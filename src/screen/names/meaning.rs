//! The meaning of trade words: `zavod` is a plant, `keji` is technology, `Intl` is international.

use std::sync::LazyLock;

use rustc_hash::FxHashMap;

use super::table::{Stems, lines};

static MEANINGS: LazyLock<Stems> =
    LazyLock::new(|| Stems::of(include_str!("../tables/meanings.txt")));

static ACRONYMS: LazyLock<FxHashMap<&'static str, Vec<&'static str>>> = LazyLock::new(|| {
    lines(include_str!("../tables/acronyms.txt"))
        .map(|(acronym, words)| {
            let words = words.split_whitespace();
            (acronym, words.map(|word| of_word(word).unwrap_or(word)).collect())
        })
        .collect()
});

static PINYIN: LazyLock<FxHashMap<&'static str, &'static str>> = LazyLock::new(|| {
    let mut pinyin = FxHashMap::default();
    for (meaning, words) in lines(include_str!("../tables/pinyin.txt")) {
        for word in words.split_whitespace() {
            pinyin.entry(word).or_insert(meaning);
        }
    }
    pinyin
});

/// Words that stand for each other, by each of them.
static RELATED: LazyLock<FxHashMap<&'static str, Vec<(&'static str, Relation)>>> =
    LazyLock::new(|| {
        let mut related: FxHashMap<_, Vec<(&'static str, Relation)>> = FxHashMap::default();
        for (kind, words) in lines(include_str!("../tables/related.txt")) {
            let relation = if kind == "name" { Relation::Name } else { Relation::Meaning };
            for word in words.split_whitespace() {
                let others = words.split_whitespace().filter(|other| *other != word);
                related.entry(word).or_default().extend(others.map(|other| (other, relation)));
            }
        }
        related
    });

/// How a word of `related.txt` stands for another.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Relation {
    /// Trade words that translators exchange: aviation, aircraft.
    Meaning,
    /// Forms of one personal name: Mike, Mikhail.
    Name,
}

/// The most syllables of a word in `pinyin.txt`.
const SYLLABLES: usize = 4;
/// The most letters of a syllable in Hanyu Pinyin (`zhuang`).
const SYLLABLE_LETTERS: usize = 6;

/// The meaning of one word, if it is a trade word in another form or language.
pub fn of_word(word: &str) -> Option<&'static str> {
    MEANINGS.get(word).or_else(|| PINYIN.get(word).copied())
}

/// All whole words that have a meaning, with it.
pub fn all() -> impl Iterator<Item = (&'static str, &'static str)> {
    MEANINGS.words().chain(PINYIN.iter().map(|(word, meaning)| (*word, *meaning)))
}

/// The words for which a known acronym stands: `nii` gives research, institute.
pub fn spelled_out(word: &str) -> Option<&'static [&'static str]> {
    ACRONYMS.get(word).map(Vec::as_slice)
}

/// Whether this is a trade word of `pinyin.txt`.
pub fn is_pinyin(word: &str) -> bool {
    PINYIN.contains_key(word)
}

/// The words that may stand for a word of this meaning.
pub fn related(sense: &str) -> &'static [(&'static str, Relation)] {
    RELATED.get(sense).map(Vec::as_slice).unwrap_or_default()
}

/// The trade word whose syllables begin at this word, written apart: how many words, and its
/// meaning.
pub fn of_syllables(words: &[String], at: usize) -> Option<(usize, &'static str)> {
    let mut joined = String::new();
    let mut found = None;
    for (length, word) in words.iter().skip(at).take(SYLLABLES).enumerate() {
        if word.len() > SYLLABLE_LETTERS {
            break;
        }
        joined.push_str(word);
        if length > 0
            && let Some(meaning) = PINYIN.get(joined.as_str())
        {
            found = Some((length + 1, *meaning));
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ok_trade_words_have_the_meaning_of_their_english_word() {
        assert_eq!(
            ["zavod", "nauchno", "issledovatelskii", "institut", "keji", "intl", "technologies"]
                .map(of_word),
            [
                Some("plant"),
                Some("research"),
                Some("research"),
                Some("institute"),
                Some("technology"),
                Some("international"),
                Some("technology")
            ]
        );
        assert_eq!(of_word("sinno"), None);
    }

    #[test]
    fn ok_syllables_of_pinyin_may_be_written_apart() {
        let words = ["sinno", "ke", "ji"].map(str::to_owned);
        assert_eq!(of_syllables(&words, 1), Some((2, "technology")));
        assert_eq!((of_syllables(&words, 0), of_syllables(&words, 3)), (None, None));
    }

    #[test]
    fn ok_words_that_stand_for_each_other_are_related() {
        assert!(related("aviation").contains(&("aircraft", Relation::Meaning)));
        assert!(related("mikhail").contains(&("mike", Relation::Name)));
        assert!(related("sinno").is_empty());
    }

    #[test]
    fn every_related_trade_word_is_a_meaning() {
        for (word, others) in RELATED.iter() {
            for (other, _) in others.iter().filter(|(_, kind)| *kind == Relation::Meaning) {
                assert_eq!(of_word(other).unwrap_or(other), *other, "{word}");
            }
        }
    }

    #[test]
    fn ok_acronyms_are_spelled_out() {
        assert_eq!(spelled_out("nii"), Some(["research", "institute"].as_slice()));
        assert_eq!(spelled_out("sinno"), None);
    }
}
