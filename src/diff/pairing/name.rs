//! A name as pairing compares it: words in Latin letters, and the numbers in it.
//!
//! Knows letters. Knows no list and no rarity.

use unicode_normalization::UnicodeNormalization;

/// A name in words of lower-case ASCII letters and digits.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Name {
    /// Sorted, because the order of a person's names does not matter.
    pub words: Vec<String>,
    /// All words in published order, without spaces and punctuation.
    pub compact: String,
    /// The numbers in the name, sorted, each once: `55` for `55th`, `2` for `II`. Sister institutes
    /// and sister ships differ in nothing else.
    pub numbers: Vec<String>,
    /// The digits of the numbers in published order: the same for `1-2` and `12`.
    pub digits: String,
}

/// How the numbers in two names relate.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Numbers {
    Same,
    /// One name has all numbers of the other and more, or the same digits are split differently.
    Amended,
    Contradicting,
}

impl Name {
    pub fn of(text: &str) -> Self {
        let mut words = words(text);
        let compact = words.concat();
        let mut numbers: Vec<String> = words.iter().flat_map(|word| numbers_in(word)).collect();
        let digits = numbers.concat();
        numbers.sort_unstable();
        numbers.dedup();
        words.sort_unstable();
        Self { words, compact, numbers, digits }
    }

    /// Compares the numbers in two names.
    pub fn numbers_against(&self, other: &Self) -> Numbers {
        let has_all =
            |one: &[String], other: &[String]| other.iter().all(|number| one.contains(number));
        if self.numbers == other.numbers {
            Numbers::Same
        } else if has_all(&self.numbers, &other.numbers)
            || has_all(&other.numbers, &self.numbers)
            || self.digits == other.digits
        {
            Numbers::Amended
        } else {
            Numbers::Contradicting
        }
    }

    pub fn is_empty(&self) -> bool {
        self.words.is_empty()
    }
}

/// A name, and the aliases after `a.k.a.` or `f.k.a.` in it.
pub fn split_aliases(text: &str) -> (&str, Vec<&str>) {
    let mut parts = text
        .split("a.k.a.")
        .flat_map(|part| part.split("f.k.a."))
        .map(|part| part.trim_matches([' ', ',', '(', ')', ';', ':']));
    let name = parts.next().unwrap_or_default();
    (name, parts.filter(|part| !part.is_empty()).collect())
}

fn numbers_in(word: &str) -> Vec<String> {
    if let Some(at) = ROMAN.iter().position(|numeral| *numeral == word) {
        return vec![(at + 2).to_string()];
    }
    word.split(|c: char| !c.is_ascii_digit())
        .filter(|digits| !digits.is_empty())
        .map(str::to_owned)
        .collect()
}

/// Roman numerals from two to twenty. Single letters are missing because they are initials, and
/// `xi` is missing because it is a syllable of Chinese names.
const ROMAN: [&str; 19] = [
    "ii", "iii", "iv", "", "vi", "vii", "viii", "ix", "", "", "xii", "xiii", "xiv", "xv", "xvi",
    "xvii", "xviii", "xix", "xx",
];

/// The words of a text in lower-case ASCII. Each ideograph is one word, as in Latin spelling.
pub fn words(text: &str) -> Vec<String> {
    let mut words = Vec::new();
    each_word(text, |word| words.push(word.to_owned()));
    words
}

/// Calls `each` with every word of a text. Unlike [`words`], it does not allocate the words.
pub fn each_word(text: &str, each: impl FnMut(&str)) {
    words_of(&spelled(text)).for_each(each);
}

/// A text in lower-case ASCII in which [`words_of`] finds the words.
pub fn spelled(text: &str) -> String {
    without_periods_of_initials(latin(text))
}

/// The words of a text from [`spelled`].
pub fn words_of(spelled: &str) -> impl Iterator<Item = &str> {
    spelled.split(|c: char| !c.is_ascii_alphanumeric()).filter(|word| !word.is_empty())
}

/// A text in lower-case ASCII, without apostrophes: publishers often drop them, so that `Xi'an` and
/// `Xian` are one word.
fn latin(text: &str) -> String {
    let mut latin = String::with_capacity(text.len());
    if text.is_ascii() {
        latin.push_str(text);
        latin.make_ascii_lowercase();
    } else {
        for character in text.nfkc() {
            if character.is_ascii() {
                latin.push(character.to_ascii_lowercase());
                continue;
            }
            let spelled = any_ascii::any_ascii_char(character);
            let is_ideograph = is_ideograph(character);
            if is_ideograph {
                latin.push(' ');
            }
            latin.extend(spelled.chars().map(|c| c.to_ascii_lowercase()));
            if is_ideograph {
                latin.push(' ');
            }
        }
    }
    if latin.contains(['\'', '`']) {
        latin.retain(|c| !matches!(c, '\'' | '`'));
    }
    latin
}

fn is_ideograph(character: char) -> bool {
    matches!(u32::from(character),
        0x2e80..=0x2fdf
        | 0x3400..=0x9fff
        | 0xac00..=0xd7af
        | 0xf900..=0xfaff
        | 0x20000..=0x3ffff)
}

/// The consonants of a word, doubled ones once. Transliterations of one name share them.
pub fn skeleton(word: &str) -> String {
    let mut skeleton = String::new();
    for letter in word.chars() {
        if letter == 'x' && !skeleton.ends_with('k') {
            skeleton.push('k');
        }
        let letter = match letter {
            'a' | 'e' | 'i' | 'o' | 'u' | 'y' | 'j' | 'h' | 'w' => continue,
            'c' | 'q' => 'k',
            'z' | 'x' => 's',
            other => other,
        };
        if !skeleton.ends_with(letter) {
            skeleton.push(letter);
        }
    }
    skeleton
}

/// `p.j.s` → `pjs`: a period between single letters does not separate words.
fn without_periods_of_initials(mut text: String) -> String {
    let bytes = text.as_bytes();
    let is_single = |at: usize| {
        bytes.get(at).is_some_and(u8::is_ascii_alphabetic)
            && at
                .checked_sub(1)
                .and_then(|before| bytes.get(before))
                .is_none_or(|byte| !byte.is_ascii_alphanumeric())
            && bytes.get(at + 1).is_none_or(|byte| !byte.is_ascii_alphanumeric())
    };
    let is_of_initials = |at: &usize| at.checked_sub(1).is_some_and(is_single) && is_single(at + 1);
    let periods: Vec<usize> =
        text.match_indices('.').map(|(at, _)| at).filter(is_of_initials).collect();
    for at in periods.into_iter().rev() {
        text.remove(at);
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_of_every_script_become_latin() {
        assert_eq!(words("Компания «Восток-1»"), ["kompaniya", "vostok", "1"]);
        assert_eq!(words("华为技术"), ["hua", "wei", "ji", "shu"]);
        assert_eq!(words("Xi’an P.J.S Co., Ltd."), ["xian", "pjs", "co", "ltd"]);
        assert_eq!(words("شركة"), ["shrkh"]);
    }

    #[test]
    fn the_numbers_of_a_name_are_separate() {
        assert_eq!(Name::of("55th Research Institute 1-2").numbers, ["1", "2", "55"]);
    }

    #[test]
    fn numbers_contradict_if_neither_name_has_all_of_the_other() {
        for (one, other, expected) in [
            ("55th Research Institute", "Research Institute (CETC 55)", Numbers::Same),
            ("55th Research Institute (CETC 55)", "55th Research Institute", Numbers::Same),
            ("Sea Pearl II", "Sea Pearl 2", Numbers::Same),
            ("Plant 514", "Plant 514 (P.O. Box 12)", Numbers::Amended),
            ("Plant", "Plant 514", Numbers::Amended),
            ("Unit 1-2 Works", "Unit 12 Works", Numbers::Amended),
            ("Sea Pearl II", "Sea Pearl III", Numbers::Contradicting),
            ("54th Research Institute", "55th Research Institute", Numbers::Contradicting),
            ("Plant V", "Plant I", Numbers::Same),
            ("Xi Guang Works", "Xii Guang Works", Numbers::Amended),
        ] {
            assert_eq!(
                Name::of(one).numbers_against(&Name::of(other)),
                expected,
                "{one} | {other}"
            );
        }
    }

    #[test]
    fn transliterations_share_a_skeleton() {
        assert_eq!(skeleton("zumar"), skeleton("zomor"));
        assert_eq!(skeleton("maxim"), skeleton("maksim"));
        assert_eq!(skeleton("aleksandr"), skeleton("oleksandr"));
    }

    #[test]
    fn ok_aliases_in_a_name_are_split_off() {
        assert_eq!(
            split_aliases("Oak, a.k.a. Quercus; f.k.a. Elm"),
            ("Oak", vec!["Quercus", "Elm"])
        );
        assert_eq!(split_aliases("Oak"), ("Oak", vec![]));
    }
}
