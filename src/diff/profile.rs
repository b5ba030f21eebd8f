//! What one row has to be recognised by, made ready for weighing.

use std::collections::BTreeSet;

use super::name::{Name, skeleton, words};
use super::number::Facts;
use crate::domain::Entry;

/// One row, read once, weighed against many.
pub struct Profile<'a> {
    pub entry: &'a Entry,
    pub name: Name,
    /// From the aliases and from the remarks.
    pub aliases: Vec<Name>,
    /// Each as a sorted set of words; a country alone is no address.
    pub addresses: Vec<Vec<String>>,
    pub facts: Facts,
}

impl<'a> Profile<'a> {
    pub fn of(entry: &'a Entry) -> Self {
        let facts = Facts::of(entry);
        let aliases = entry.aliases.iter().chain(&facts.aliases).map(|alias| Name::of(alias)).filter(|alias| !alias.is_empty()).collect();
        let addresses = entry.addresses.iter().map(|text| sorted_words(text)).filter(|words| words.len() > 1).collect();
        Self { entry, name: Name::of(&entry.name), aliases, addresses, facts }
    }

    /// What its rarity is asked of, sorted.
    pub fn features(&self) -> Vec<String> {
        let mut features: BTreeSet<String> = BTreeSet::new();
        for name in std::iter::once(&self.name).chain(&self.aliases) {
            features.extend(name.words.iter().map(|word| word_feature(word)));
        }
        for address in &self.addresses {
            features.insert(address_feature(address));
            features.extend(address.iter().map(|word| place_feature(word)));
        }
        features.extend(self.entry.citations.iter().map(citation_feature));
        features.extend(self.facts.numbers.iter().map(|number| number_feature(&number.in_words())));
        features.extend(self.facts.birth_dates.iter().map(|date| date_feature(date)));
        features.extend(self.facts.phrases.iter().map(|phrase| phrase_feature(phrase)));
        features.into_iter().collect()
    }

    /// By what it can be found though letters of its name changed: the ends and the consonants.
    pub fn traces(&self) -> Vec<String> {
        let mut traces: BTreeSet<String> = BTreeSet::new();
        for name in std::iter::once(&self.name).chain(&self.aliases) {
            let compact = name.compact.as_str();
            traces.insert(format!("whole {compact}"));
            if let (Some(head), Some(tail)) = (compact.get(..6), compact.len().checked_sub(6).and_then(|at| compact.get(at..))) {
                traces.extend([format!("head {head}"), format!("tail {tail}")]);
            }
            traces.extend(name.words.iter().map(|word| skeleton(word)).filter(|s| s.len() > 2).map(|s| format!("skeleton {s}")));
        }
        traces.into_iter().collect()
    }
}

pub fn word_feature(word: &str) -> String {
    format!("word {word}")
}

pub fn place_feature(word: &str) -> String {
    format!("place {word}")
}

pub fn address_feature(words: &[String]) -> String {
    format!("address {}", words.join(" "))
}

pub fn citation_feature(citation: &crate::domain::Citation) -> String {
    format!("citation {citation}")
}

pub fn number_feature(number: &str) -> String {
    format!("number {number}")
}

pub fn date_feature(date: &str) -> String {
    format!("born {date}")
}

pub fn phrase_feature(phrase: &str) -> String {
    format!("phrase {phrase}")
}

fn sorted_words(text: &str) -> Vec<String> {
    let mut words = words(text);
    words.sort_unstable();
    words.dedup();
    words
}
