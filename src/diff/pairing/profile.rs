//! What one row has to be recognised by, made ready for weighing.

use crate::diff::list::entity_cell;
use crate::diff::pairing::identifiers::Facts;
use crate::diff::pairing::name::{Name, skeleton, words};
use crate::diff::sources::name_forms::split_aliases;
use crate::domain::Entry;

/// What a feature is of. A word of a name and the same word of an address are two.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Kind {
    Word,
    Place,
    Address,
    Citation,
    Number,
    Date,
    Phrase,
    /// Traces: by them a row is found though letters of its name changed.
    Whole,
    Head,
    Tail,
    Skeleton,
}

impl Kind {
    pub const COUNT: usize = 11;

    /// Whether it matters how rare a feature is that only one of two rows has. Of the other kinds
    /// only what both have is weighed.
    pub fn counts_alone(self) -> bool {
        matches!(self, Kind::Word | Kind::Place | Kind::Citation)
    }
}

pub type Feature = (Kind, String);

/// One row, read once, weighed against many.
pub struct Profile<'a> {
    pub entry: &'a Entry,
    /// Without what stands behind `a.k.a.` or `f.k.a.` in it, which is among the aliases.
    pub name: Name,
    /// What else the name may be, where its end in the cell is uncertain.
    pub cuts: Vec<Name>,
    /// From the aliases and from the remarks.
    pub aliases: Vec<Name>,
    /// Each as a sorted set of words; a country alone is no address.
    pub addresses: Vec<Vec<String>>,
    pub facts: Facts,
    /// What its rarity is asked of; sorted, each once.
    pub features: Vec<Feature>,
}

impl<'a> Profile<'a> {
    pub fn of(entry: &'a Entry) -> Self {
        let facts = Facts::of(entry);
        let (name, known_as) = split_aliases(&entry.name);
        let name = if name.is_empty() { entry.name.as_str() } else { name };
        let aliases =
            entry.aliases.iter().chain(&facts.aliases).map(String::as_str).chain(known_as);
        let aliases = aliases.map(Name::of).filter(|alias| !alias.is_empty()).collect();
        let addresses = entry
            .addresses
            .iter()
            .map(|text| sorted_words(text))
            .filter(|words| words.len() > 1)
            .collect();
        let is_other = |text: &&str| *text != entry.name;
        let cuts = entity_cell::cell(entry)
            .into_iter()
            .flat_map(entity_cell::possible_names)
            .filter(is_other)
            .take(CUTS)
            .map(Name::of)
            .collect();
        let mut profile = Self {
            entry,
            name: Name::of(name),
            cuts,
            aliases,
            addresses,
            facts,
            features: Vec::new(),
        };
        profile.features = profile.read_features();
        profile
    }

    fn read_features(&self) -> Vec<Feature> {
        let mut features: Vec<Feature> = Vec::new();
        for name in self.names() {
            features.extend(name.words.iter().map(|word| (Kind::Word, word.clone())));
        }
        for address in &self.addresses {
            features.push((Kind::Address, address.join(" ")));
            features.extend(address.iter().map(|word| (Kind::Place, word.clone())));
        }
        features.extend(
            self.entry.citations.iter().map(|citation| (Kind::Citation, citation.to_string())),
        );
        features.extend(self.facts.numbers.iter().map(|number| (Kind::Number, number.in_words())));
        features.extend(self.facts.birth_dates.iter().map(|date| (Kind::Date, date.clone())));
        features.extend(self.facts.phrases.iter().map(|phrase| (Kind::Phrase, phrase.clone())));
        features.sort_unstable();
        features.dedup();
        features
    }

    /// By what it can be found though letters of its name changed: the ends and the consonants.
    pub fn traces(&self) -> Vec<Feature> {
        let mut traces: Vec<Feature> = Vec::new();
        for name in self.names() {
            let compact = name.compact.as_str();
            traces.push((Kind::Whole, compact.to_owned()));
            if let (Some(head), Some(tail)) =
                (compact.get(..6), compact.len().checked_sub(6).and_then(|at| compact.get(at..)))
            {
                traces.extend([(Kind::Head, head.to_owned()), (Kind::Tail, tail.to_owned())]);
            }
            traces.extend(
                name.words
                    .iter()
                    .map(|word| skeleton(word))
                    .filter(|s| s.len() > 2)
                    .map(|s| (Kind::Skeleton, s)),
            );
        }
        for cut in &self.cuts {
            let compact = cut.compact.as_str();
            traces.push((Kind::Whole, compact.to_owned()));
            traces.extend(
                compact
                    .len()
                    .checked_sub(6)
                    .and_then(|at| compact.get(at..))
                    .map(|tail| (Kind::Tail, tail.to_owned())),
            );
        }
        traces.sort_unstable();
        traces.dedup();
        traces
    }

    fn names(&self) -> impl Iterator<Item = &Name> {
        std::iter::once(&self.name).chain(&self.aliases)
    }
}

/// So many places in a cell are tried as the end of the name.
const CUTS: usize = 8;

fn sorted_words(text: &str) -> Vec<String> {
    let mut words = words(text);
    words.sort_unstable();
    words.dedup();
    words
}
