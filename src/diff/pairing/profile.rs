//! What a row can be recognized by, read once and weighed against many rows.

use crate::diff::list::entity_cell;
use crate::diff::pairing::facts::Facts;
use crate::diff::pairing::feature::{Feature, FeatureKind};
use crate::diff::pairing::name::{Name, skeleton, split_aliases, words};
use crate::diff::pairing::weights::{MAX_NAME_CUTS, MIN_SKELETON_LETTERS, NAME_END_LETTERS};
use crate::domain::Entry;

/// One row, read for weighing.
pub struct Profile<'a> {
    pub entry: &'a Entry,
    /// The name up to an `a.k.a.` or `f.k.a.` in it. The rest is among the aliases.
    pub name: Name,
    /// Other possible names, where the end of the name in its cell is uncertain.
    pub cuts: Vec<Name>,
    /// From the aliases, the remarks and the name.
    pub aliases: Vec<Name>,
    /// The words of each address, sorted. A country alone is no address.
    pub addresses: Vec<Vec<String>>,
    pub facts: Facts,
    /// Everything whose rarity may matter; sorted, each once.
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
        let cuts = entity_cell::cell(entry)
            .into_iter()
            .flat_map(entity_cell::possible_names)
            .filter(|text| *text != entry.name)
            .take(MAX_NAME_CUTS)
            .map(Name::of)
            .collect();
        let name = Name::of(name);
        let mut profile =
            Self { entry, name, cuts, aliases, addresses, facts, features: Vec::new() };
        profile.features = profile.read_features();
        profile
    }

    fn read_features(&self) -> Vec<Feature> {
        let mut features: Vec<Feature> = Vec::new();
        for name in self.names() {
            features.extend(name.words.iter().map(|word| (FeatureKind::Word, word.clone())));
        }
        for address in &self.addresses {
            features.push((FeatureKind::Address, address.join(" ")));
            features.extend(address.iter().map(|word| (FeatureKind::AddressWord, word.clone())));
        }
        let citations = self.entry.citations.iter();
        features.extend(citations.map(|citation| (FeatureKind::Citation, citation.to_string())));
        let numbers = self.facts.numbers.iter();
        features.extend(numbers.map(|number| (FeatureKind::Number, number.in_words())));
        let dates = self.facts.birth_dates.iter();
        features.extend(dates.map(|date| (FeatureKind::Date, date.clone())));
        let remarks = self.facts.remarks.iter();
        features.extend(remarks.map(|remark| (FeatureKind::Remark, remark.clone())));
        features.sort_unstable();
        features.dedup();
        features
    }

    /// Features by which the row is found although letters of its name changed: the whole name,
    /// its ends and the consonants of its words. Sorted, each once.
    pub fn spelling_features(&self) -> Vec<Feature> {
        let mut features: Vec<Feature> = Vec::new();
        for name in self.names() {
            let compact = name.compact.as_str();
            features.push((FeatureKind::WholeName, compact.to_owned()));
            if let (Some(start), Some(end)) = (compact.get(..NAME_END_LETTERS), name_end(compact)) {
                features.push((FeatureKind::NameStart, start.to_owned()));
                features.push((FeatureKind::NameEnd, end.to_owned()));
            }
            let skeletons = name.words.iter().map(|word| skeleton(word));
            features.extend(
                skeletons
                    .filter(|skeleton| skeleton.len() >= MIN_SKELETON_LETTERS)
                    .map(|skeleton| (FeatureKind::Skeleton, skeleton)),
            );
        }
        for cut in &self.cuts {
            let compact = cut.compact.as_str();
            features.push((FeatureKind::WholeName, compact.to_owned()));
            features.extend(name_end(compact).map(|end| (FeatureKind::NameEnd, end.to_owned())));
        }
        features.sort_unstable();
        features.dedup();
        features
    }

    fn names(&self) -> impl Iterator<Item = &Name> {
        std::iter::once(&self.name).chain(&self.aliases)
    }
}

fn name_end(compact: &str) -> Option<&str> {
    compact.len().checked_sub(NAME_END_LETTERS).and_then(|at| compact.get(at..))
}

fn sorted_words(text: &str) -> Vec<String> {
    let mut words = words(text);
    words.sort_unstable();
    words.dedup();
    words
}
