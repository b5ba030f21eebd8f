//! The acronyms that the list itself explains: `Alder Science Group (ASG) 3rd Academy` says that
//! ASG stands for the words before it, in the names of all its sisters too.

use rustc_hash::{FxHashMap, FxHashSet};

use crate::domain::Entry;
use crate::screen::names::letters::words;
use crate::screen::names::variants::is_initials;
use crate::screen::names::word::Name;

/// An acronym that stands for words has this many letters at least.
const LETTERS: usize = 3;
/// The most words that an acronym stands for.
const WORDS: usize = 10;

/// By the meanings of the words: the acronym that stands for them.
#[derive(Debug, Default)]
pub struct Acronyms {
    by_words: FxHashMap<String, String>,
    /// The meanings of the first of these words.
    firsts: FxHashSet<String>,
}

impl Acronyms {
    pub fn of(entries: &[Entry]) -> Self {
        let mut acronyms = Self::default();
        for published in
            entries.iter().flat_map(|row| std::iter::once(&row.name).chain(&row.aliases))
        {
            let Some((before, rest)) = published.split_once('(') else { continue };
            let inside = rest.split(')').next().unwrap_or_default();
            let acronym = words(inside).into_iter().next().unwrap_or_default();
            let is_word = acronym.bytes().all(|byte| byte.is_ascii_alphabetic());
            if acronym.len() >= LETTERS && is_word && is_initials(&acronym, &words(before)) {
                let name = Name::of(before);
                let key = key(&name, WORDS);
                acronyms.firsts.extend(name.words.first().map(|word| word.sense.clone()));
                acronyms.by_words.entry(key).or_insert(acronym);
            }
        }
        acronyms
    }

    /// The name with an acronym instead of its first words, if the list has one for them.
    pub fn shorten(&self, name: &Name) -> Option<Name> {
        let senses = name.words.iter().map(|word| word.sense.as_str());
        let (count, acronym) = self.of_first_words(senses)?;
        Some(name.shortened(count, acronym))
    }

    /// The acronym for the first words of a name, given their meanings, and how many these are.
    pub fn of_first_words<'a>(
        &self,
        mut senses: impl Iterator<Item = &'a str>,
    ) -> Option<(usize, &str)> {
        let mut key = senses.next().filter(|first| self.firsts.contains(*first))?.to_owned();
        let mut found = None;
        for (count, sense) in (2..=WORDS).zip(senses) {
            key.push(' ');
            key.push_str(sense);
            if let Some(acronym) = self.by_words.get(&key) {
                found = Some((count, acronym.as_str()));
            }
        }
        found
    }
}

/// The meanings of the first words.
fn key(name: &Name, count: usize) -> String {
    let words: Vec<&str> = name.words.iter().take(count).map(|word| word.sense.as_str()).collect();
    words.join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::ListCode;

    #[test]
    fn ok_an_acronym_of_one_name_shortens_its_sisters() {
        let listed =
            Entry::named(ListCode::EL, "Alder Science Group Corporation (ASG) 3rd Academy");
        let acronyms = Acronyms::of(&[listed]);
        let shorten = |name: &str| acronyms.shorten(&Name::of(name)).map(|name| name.bare);
        assert_eq!(shorten("Alder Scientific Grp. Corp. 7th Academy"), Some("asg7academy".into()));
        assert_eq!(shorten("Alder Group 7th Academy"), None);
        assert_eq!(shorten(""), None);
    }
}
