//! Whether an address may be one of a few listed ones.

use rustc_hash::{FxHashMap, FxHashSet};

use super::address::Address;
use super::comparison::compare;
use super::index::{AddressIndex, keys};
use crate::screen::names::letter_hash::short_hash;
use crate::screen::prepared::addresses::PreparedAddress;

/// The listed addresses of a few entries, by short hashes of the words under which they are found.
#[derive(Debug)]
pub struct PlacesInReach<'a> {
    index: &'a AddressIndex,
    /// Each with the bits of its numbers.
    by_word: FxHashMap<u32, Vec<(u32, u64)>>,
}

impl<'a> PlacesInReach<'a> {
    pub fn of(index: &'a AddressIndex, entries: &FxHashSet<u32>) -> Self {
        let mut by_word: FxHashMap<u32, Vec<(u32, u64)>> = FxHashMap::default();
        for (id, address) in index.of_entries(entries) {
            let listed = (id, address.number_bits());
            for key in keys(address) {
                let ids = by_word.entry(short_hash(&key)).or_default();
                if ids.last() != Some(&listed) {
                    ids.push(listed);
                }
            }
        }
        Self { index, by_word }
    }

    /// Whether an address has a word and a number of one of the entries, or both have no number.
    pub fn may_be(&self, address: &PreparedAddress<'_>) -> bool {
        let listed = address.keys.iter().filter_map(|key| self.by_word.get(key)).flatten();
        let mut numbers = listed.map(|(_, numbers)| *numbers);
        numbers.any(|numbers| numbers & address.numbers != 0 || numbers | address.numbers == 0)
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
        let words = keys(&address);
        let listed = words.iter().filter_map(|key| self.by_word.get(&short_hash(key))).flatten();
        let near: FxHashSet<u32> = listed.map(|(id, _)| *id).collect();
        if near.is_empty() {
            return false;
        }
        let weights = self.index.weights(&address);
        near.into_iter().filter_map(|id| self.index.listed(id)).any(|(listed, listed_weights)| {
            compare(&address, &weights, listed, listed_weights).is_some()
        })
    }
}
