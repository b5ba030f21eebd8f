//! The addresses of all entries, and those that are the same place as a given one.

use rustc_hash::{FxHashMap, FxHashSet};

use super::address::Address;
use super::comparison::{SamePlace, compare};
use super::part::Part;
use crate::domain::Entry;

/// The most listed addresses that are compared with one address in full.
const NEAREST: usize = 60;
/// A word that more listed addresses have leads nowhere, unless no other does.
const VISITS: usize = 600;
/// A word that all addresses have weighs nothing, one that a single one has weighs its whole.
const FULL: f32 = 7.0;
/// The most neighboring words that may be written together.
const TOGETHER: usize = 3;

#[derive(Debug)]
struct Listed {
    entry: u32,
    published: Box<str>,
    address: Address,
    weights: Box<[f32]>,
}

/// A listed address that is the place that was asked for.
#[derive(Clone, Debug)]
pub struct AtPlace {
    pub entry: u32,
    pub published: String,
    pub place: SamePlace,
}

/// The addresses of a list.
#[derive(Debug, Default)]
pub struct AddressIndex {
    listed: Vec<Listed>,
    by_word: FxHashMap<Box<str>, Vec<u32>>,
}

impl AddressIndex {
    pub fn of(entries: &[Entry]) -> Self {
        let mut index = Self::default();
        for (entry, row) in (0u32..).zip(entries) {
            for published in &row.addresses {
                let address = Address::of(published);
                if address.is_a_place() {
                    index.add(entry, published, address);
                }
            }
        }
        for at in 0..index.listed.len() {
            let weights = index.listed.get(at).map(|listed| index.weights(&listed.address));
            if let (Some(listed), Some(weights)) = (index.listed.get_mut(at), weights) {
                listed.weights = weights.into();
            }
        }
        index
    }

    fn add(&mut self, entry: u32, published: &str, address: Address) {
        let id = u32::try_from(self.listed.len()).unwrap_or(u32::MAX);
        for key in keys(&address) {
            let places = self.by_word.entry(key.into()).or_default();
            if places.last() != Some(&id) {
                places.push(id);
            }
        }
        self.listed.push(Listed {
            entry,
            published: published.into(),
            address,
            weights: Box::default(),
        });
    }

    /// The addresses of some entries, each with its id.
    pub(super) fn of_entries(
        &self,
        entries: &FxHashSet<u32>,
    ) -> impl Iterator<Item = (u32, &Address)> {
        let all = (0u32..).zip(&self.listed);
        let theirs = all.filter(|(_, listed)| entries.contains(&listed.entry));
        theirs.map(|(id, listed)| (id, &listed.address))
    }

    /// A listed address, and the weights of its words.
    pub(super) fn listed(&self, id: u32) -> Option<(&Address, &[f32])> {
        let listed = self.listed.get(usize::try_from(id).ok()?)?;
        Some((&listed.address, &listed.weights))
    }

    /// The weight of each word: how rare it is anywhere and in listed addresses.
    pub fn weights(&self, address: &Address) -> Vec<f32> {
        #[expect(clippy::cast_precision_loss, reason = "counts of addresses are small")]
        let weigh = |word: &super::address::Word| {
            if word.part != Part::Word {
                return word.weight;
            }
            let with = self.by_word.get(word.skeleton.as_str()).map_or(0, Vec::len) as f32;
            let listed = ((self.listed.len() as f32).max(500.0) / (with + 1.0)).ln();
            f32::midpoint(word.weight, listed.clamp(0.0, FULL))
        };
        address.words.iter().map(weigh).collect()
    }

    /// The listed addresses that are this place, in the order of the list, one for each entry.
    pub fn find(&self, text: &str) -> Vec<AtPlace> {
        let address = Address::of(text);
        if !address.is_a_place() {
            return Vec::new();
        }
        let weights = self.weights(&address);
        let mut best: FxHashMap<u32, AtPlace> = FxHashMap::default();
        for id in self.nearest(&address) {
            let Some(listed) = self.listed.get(id as usize) else { continue };
            let place = compare(&address, &weights, &listed.address, &listed.weights);
            let Some(place) = place else { continue };
            let better =
                best.get(&listed.entry).is_none_or(|known| known.place.likeness < place.likeness);
            if better {
                let published = listed.published.to_string();
                best.insert(listed.entry, AtPlace { entry: listed.entry, published, place });
            }
        }
        let mut found: Vec<AtPlace> = best.into_values().collect();
        found.sort_by_key(|at| at.entry);
        found
    }

    fn nearest(&self, address: &Address) -> Vec<u32> {
        let mut steps: Vec<&Vec<u32>> =
            keys(address).iter().filter_map(|key| self.by_word.get(key.as_str())).collect();
        steps.sort_by_key(|places| places.len());
        let mut count: FxHashMap<u32, usize> = FxHashMap::default();
        let mut visits = 0;
        for places in steps {
            if visits > 0 && visits + places.len() > VISITS {
                break;
            }
            visits += places.len();
            for id in places {
                *count.entry(*id).or_default() += 1;
            }
        }
        let mut ranked: Vec<(usize, u32)> =
            count.into_iter().map(|(id, found)| (found, id)).collect();
        ranked.sort_by(|a, b| b.0.cmp(&a.0).then(a.1.cmp(&b.1)));
        ranked.truncate(NEAREST);
        ranked.into_iter().map(|(_, id)| id).collect()
    }
}

/// The words under which an address is found, also those that another writes together.
pub fn keys(address: &Address) -> Vec<String> {
    let words: Vec<&str> = address
        .words
        .iter()
        .filter(|word| word.part == Part::Word || word.part == Part::Direction)
        .map(|word| word.skeleton.as_str())
        .collect();
    let mut keys = Vec::new();
    for start in 0..words.len() {
        for length in 1..=TOGETHER {
            if let Some(run) = words.get(start..start + length) {
                keys.push(run.concat());
            }
        }
    }
    keys
}
