//! All addresses of some counterparties.

use serde::{Deserialize, Serialize};

use super::texts::range;
use crate::screen::addresses::address::Address;
use crate::screen::addresses::index::keys;
use crate::screen::names::letter_hash::short_hash;
use crate::screen::party::Counterparty;

/// The addresses that say enough to be a place, by their place in the order of the counterparties.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct PreparedAddresses {
    /// Short hashes of the words under which all are found, and where those of each end.
    keys: Vec<u32>,
    key_ends: Vec<u32>,
    numbers: Vec<u64>,
}

/// One address.
#[derive(Clone, Copy, Debug)]
pub struct PreparedAddress<'a> {
    pub keys: &'a [u32],
    pub numbers: u64,
}

impl PreparedAddresses {
    pub fn get(&self, place: usize) -> Option<PreparedAddress<'_>> {
        let keys = self.keys.get(range(&self.key_ends, place))?;
        Some(PreparedAddress { keys, numbers: *self.numbers.get(place)? })
    }

    pub fn len(&self) -> usize {
        self.key_ends.len()
    }

    pub fn is_empty(&self) -> bool {
        self.key_ends.is_empty()
    }

    pub(super) fn push(&mut self, address: &ReadAddress) {
        self.keys.extend(&address.keys);
        self.key_ends.push(u32::try_from(self.keys.len()).unwrap_or(u32::MAX));
        self.numbers.push(address.numbers);
    }
}

/// An address that was read.
pub(super) struct ReadAddress {
    keys: Vec<u32>,
    numbers: u64,
}

/// The addresses of a counterparty that say enough to be a place.
pub(super) fn addresses_of(party: &Counterparty) -> impl Iterator<Item = ReadAddress> {
    party.addresses.iter().map(|text| Address::of(text)).filter(Address::is_a_place).map(
        |address| ReadAddress {
            keys: keys(&address).iter().map(|key| short_hash(key)).collect(),
            numbers: address.number_bits(),
        },
    )
}
