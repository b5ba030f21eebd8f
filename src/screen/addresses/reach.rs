//! Whether an address may be one of a few listed ones.

use rustc_hash::{FxHashMap, FxHashSet};

use super::address::Address;
use super::comparison::compare;
use super::index::{AddressIndex, keys};

/// The listed addresses of a few entries, by the words under which they are found.
#[derive(Debug)]
pub struct PlacesInReach<'a> {
    index: &'a AddressIndex,
    by_word: FxHashMap<String, Vec<u32>>,
}

impl<'a> PlacesInReach<'a> {
    pub fn of(index: &'a AddressIndex, entries: &FxHashSet<u32>) -> Self {
        let mut by_word: FxHashMap<String, Vec<u32>> = FxHashMap::default();
        for (id, address) in index.of_entries(entries) {
            for key in keys(address) {
                let ids = by_word.entry(key).or_default();
                if ids.last() != Some(&id) {
                    ids.push(id);
                }
            }
        }
        Self { index, by_word }
    }

    /// Whether [`AddressIndex::find`] may find one of the entries. It compares fewer addresses.
    pub fn may_find(&self, text: &str) -> bool {
        if self.by_word.is_empty() {
            return false;
        }
        let address = Address::of(text);
        if !address.is_a_place() {
            return false;
        }
        let near: FxHashSet<u32> = keys(&address)
            .iter()
            .filter_map(|key| self.by_word.get(key))
            .flatten()
            .copied()
            .collect();
        if near.is_empty() {
            return false;
        }
        let weights = self.index.weights(&address);
        near.into_iter().filter_map(|id| self.index.listed(id)).any(|(listed, listed_weights)| {
            compare(&address, &weights, listed, listed_weights).is_some()
        })
    }
}
