//! A name as words with meanings.

use serde::{Deserialize, Serialize};

use super::{legal_form, letters, meaning, rarity};

/// Roman numerals of names, each with its digits. `i`, `v` and `x` may be letters.
const ROMAN: [(&str, &str); 6] =
    [("ii", "2"), ("iii", "3"), ("iv", "4"), ("vii", "7"), ("viii", "8"), ("ix", "9")];

/// Words that carry nothing.
pub const FILLERS: [&str; 19] = [
    "of", "the", "and", "for", "in", "to", "on", "at", "by", "with", "from", "s", "e", "i", "po",
    "v", "im", "imeni", "ve",
];
/// The most words that another writer writes together, or apart.
pub const TOGETHER: usize = 4;
/// A name of more words is compared by its first words only.
const MAX_WORDS: usize = 24;
/// A name with a patronymic has a given name and a family name beside it.
const WORDS_WITH_PATRONYMIC: usize = 3;

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Kind {
    Word,
    Number,
    /// One letter: the initial of a person, or a part of a name.
    Letter,
    /// A patronymic, which names in the West leave out.
    Patronymic,
}

/// Whether another writer may write the word together with its neighbor.
pub fn may_join(kind: Kind) -> bool {
    kind != Kind::Number
}

/// One word of a name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Word {
    /// As it is written, in lower-case Latin letters.
    pub text: String,
    /// The word under which it is compared: its meaning, or its stem.
    pub sense: String,
    pub kind: Kind,
}

/// One name of a party, ready for comparison.
#[derive(Clone, Debug)]
pub struct Name {
    pub words: Vec<Word>,
    /// Classes of legal forms, sorted.
    pub legal: Vec<&'static str>,
    /// All words of the name without spaces, legal forms too.
    pub whole: String,
    /// The same words in the order of the alphabet.
    pub sorted: String,
    /// The words without legal forms and fillers, without spaces.
    pub bare: String,
    /// The acronym that stands for words of the name as it was written, and these words.
    pub stands_for: Option<(String, String)>,
}

impl Name {
    /// Reads one name. A word of a legal form may have a typing error. A name without letters and
    /// digits has no words.
    pub fn of(text: &str) -> Self {
        let mut all = letters::words(text);
        all.truncate(MAX_WORDS);
        let whole = all.concat();
        let mut sorted = all.clone();
        sorted.sort_unstable();
        let sorted = sorted.join(" ");
        let (rest, legal) = legal_form::split(all);
        let mut kept: Vec<String> =
            rest.iter().filter(|word| !FILLERS.contains(&word.as_str())).cloned().collect();
        if kept.is_empty() {
            kept = rest;
        }
        let bare = kept.concat();
        let mut words: Vec<Word> = Vec::with_capacity(kept.len());
        let mut at = 0;
        while let Some(text) = kept.get(at) {
            if let Some((length, sense)) = meaning::of_syllables(&kept, at) {
                let text = kept.get(at..at + length).unwrap_or_default().join(" ");
                words.push(Word { text, sense: sense.to_owned(), kind: Kind::Word });
                at += length;
                continue;
            }
            push(&mut words, text);
            at += 1;
        }
        // Of two words, the one that looks like a patronymic is the family name: `Mike Davidovich`.
        if words.len() < WORDS_WITH_PATRONYMIC {
            for word in words.iter_mut().filter(|word| word.kind == Kind::Patronymic) {
                word.kind = Kind::Word;
            }
        }
        words.dedup_by(|later, earlier| later.sense == earlier.sense && later.kind == Kind::Word);
        Self { words, legal, whole, sorted, bare, stands_for: None }
    }

    /// Whether the name is nothing but fillers, numbers and single letters: `and`, `12`.
    pub fn says_nothing(&self) -> bool {
        self.words.iter().all(|word| {
            matches!(word.kind, Kind::Number | Kind::Letter)
                || FILLERS.contains(&word.text.as_str())
        })
    }

    /// The name with an acronym instead of its first words.
    pub fn shortened(&self, count: usize, acronym: &str) -> Self {
        let first = Word { text: acronym.to_owned(), sense: acronym.to_owned(), kind: Kind::Word };
        let rest = self.words.iter().skip(count).cloned();
        let words: Vec<Word> = std::iter::once(first).chain(rest).collect();
        let bare: String = words.iter().map(|word| word.sense.as_str()).collect();
        let instead: Vec<&str> =
            self.words.iter().take(count).map(|word| word.text.as_str()).collect();
        Self {
            legal: self.legal.clone(),
            whole: bare.clone(),
            sorted: bare.clone(),
            bare,
            stands_for: Some((acronym.to_owned(), instead.join(" "))),
            words,
        }
    }
}

fn push(words: &mut Vec<Word>, text: &str) {
    if let Some(number) = number(text) {
        words.push(Word { text: text.to_owned(), sense: number, kind: Kind::Number });
    } else if let Some(senses) = meaning::spelled_out(text) {
        words.extend(senses.iter().map(|sense| Word {
            text: text.to_owned(),
            sense: (*sense).to_owned(),
            kind: Kind::Word,
        }));
    } else if let Some((letters, digits)) = letters_and_digits(text) {
        push(words, letters);
        push(words, digits);
    } else if text.len() == 1 {
        words.push(Word { text: text.to_owned(), sense: text.to_owned(), kind: Kind::Letter });
    } else {
        let kind = if is_patronymic(text) { Kind::Patronymic } else { Kind::Word };
        let sense = meaning::of_word(text).map_or_else(|| stem(text), str::to_owned);
        words.push(Word { text: text.to_owned(), sense, kind });
    }
}

/// The endings of Russian adjectives of towns and regions, and of family names, after `sk`.
const ADJECTIVE: [&str; 16] = [
    "iy", "ii", "ij", "y", "i", "aya", "aia", "aja", "oe", "oye", "ogo", "oi", "oy", "om", "ikh",
    "ie",
];
/// The name of a town has this many letters at least before them: `Omsk`.
const TOWN: usize = 4;

/// `obninskoye` and `obninskiy` are of `obninsk`.
fn of_town(text: &str) -> Option<&str> {
    let (town, ending) = text.split_at_checked(text.rfind("sk")? + 2)?;
    (town.len() >= TOWN && ADJECTIVE.contains(&ending)).then_some(town)
}

/// The English plural and the Russian adjective, without their endings.
fn stem(text: &str) -> String {
    if let Some(town) = of_town(text) {
        return meaning::of_word(town).unwrap_or(town).to_owned();
    }
    let stem = text.strip_suffix('s').filter(|stem| stem.len() >= 4 && !stem.ends_with('s'));
    stem.filter(|stem| rarity::is_common(stem)).unwrap_or(text).to_owned()
}

/// `46`, `046`, `46th`, `first` and `II` as a number without leading zeros.
fn number(text: &str) -> Option<String> {
    const ORDINALS: [&str; 12] = [
        "first", "second", "third", "fourth", "fifth", "sixth", "seventh", "eighth", "ninth",
        "tenth", "eleventh", "twelfth",
    ];
    if let Some(at) = ORDINALS.iter().position(|ordinal| *ordinal == text) {
        return Some((at + 1).to_string());
    }
    // `Vi` is a name, and one letter an initial.
    if let Some((_, number)) = ROMAN.iter().find(|(roman, _)| *roman == text) {
        return Some((*number).to_owned());
    }
    let digits = text.trim_end_matches(|letter: char| letter.is_ascii_alphabetic());
    let ending = text.get(digits.len()..)?;
    let is_number = !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit());
    if !is_number || !["", "st", "nd", "rd", "th", "y", "i", "oy", "go"].contains(&ending) {
        return None;
    }
    let shown = digits.trim_start_matches('0');
    Some(if shown.is_empty() { "0" } else { shown }.to_owned())
}

/// `cetc55` is an acronym and a number.
fn letters_and_digits(text: &str) -> Option<(&str, &str)> {
    let letters = text.trim_end_matches(|letter: char| letter.is_ascii_digit());
    let digits = text.get(letters.len()..)?;
    let apart = letters.len() >= 3
        && !digits.is_empty()
        && letters.bytes().all(|byte| byte.is_ascii_alphabetic());
    apart.then_some((letters, digits))
}

/// A Russian patronymic, in the usual romanizations.
pub fn is_patronymic(text: &str) -> bool {
    const ENDINGS: [&str; 12] = [
        "ovich", "evich", "yevich", "ovna", "evna", "yevna", "ovitch", "evitch", "ovic", "ichna",
        "iyevich", "avich",
    ];
    text.len() >= 7 && ENDINGS.iter().any(|ending| text.ends_with(ending))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(name: &str, expected: &str) {
        let senses: Vec<String> = Name::of(name).words.into_iter().map(|word| word.sense).collect();
        assert_eq!(senses.join(" "), expected, "{name}");
    }

    #[test]
    fn ok_words_have_their_meaning() {
        check("Sinno Dianzi Keji Youxian Gongsi", "sinno electronics technology");
        check("NII Ekran", "research institute ekran");
        check("The Works of Alder", "plant alder");
        check("Hai Wei Ke Ji", "hai wei technology");
    }

    #[test]
    fn ok_numbers_are_numbers_however_they_are_written() {
        check("46th Institute", "46 institute");
        check("First Alder", "1 alder");
        check("Alder Fund II", "alder fund 2");
        check("CETC55", "cetc 55");
        check("3M", "3m");
    }

    #[test]
    fn ok_patronymics_and_initials_are_seen() {
        let kinds: Vec<Kind> =
            Name::of("Ivan P. Sergeyevich").words.iter().map(|w| w.kind).collect();
        assert_eq!(kinds, [Kind::Word, Kind::Letter, Kind::Patronymic]);
    }

    #[test]
    fn err_a_family_name_is_no_patronymic() {
        assert!(Name::of("Mike Davidovich").words.iter().all(|word| word.kind == Kind::Word));
    }

    #[test]
    fn ok_a_name_of_fillers_and_forms_keeps_its_words() {
        check("and", "and");
        check("The Company", "the");
        check("—", "");
    }
}
