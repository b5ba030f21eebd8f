//! Weighs the countries and addresses of two rows.

use crate::diff::pairing::evidence::Evidence;
use crate::diff::pairing::feature::FeatureKind;
use crate::diff::pairing::rarity::Rarity;
use crate::diff::pairing::weighing::pair_weight::{PairWeight, ProfilePair, SharedFacts};
use crate::diff::pairing::weights::{
    ADDRESS_RATIO_BASE, ADDRESS_RATIO_SLOPE, ADDRESS_SHARES, MAX_ADDRESS_BITS, MIN_ADDRESS_RATIO,
    NO_COMMON_ADDRESS_BITS, OTHER_COUNTRY_BITS, SAME_COUNTRY_BITS,
};

pub fn weigh(
    weight: &mut PairWeight,
    shared: &mut SharedFacts,
    ProfilePair { old, new, rarity }: ProfilePair<'_>,
) {
    weigh_countries(weight, &old.entry.countries, &new.entry.countries);
    if old.addresses.is_empty() || new.addresses.is_empty() {
        return;
    }
    let mut bits: Vec<f64> =
        old.addresses.iter().map(|address| address_bits(address, &new.addresses, rarity)).collect();
    bits.sort_by(|a, b| b.total_cmp(a));
    let total: f64 = bits.iter().zip(ADDRESS_SHARES).map(|(bits, share)| bits * share).sum();
    shared.address = Some(total > 0.0);
    if total > 0.0 {
        let has_several = bits.len() > 1;
        let evidence =
            if has_several { Evidence::SharedAddresses } else { Evidence::SameOrSimilarAddress };
        weight.support(total.min(MAX_ADDRESS_BITS), evidence);
    } else {
        weight.oppose(NO_COMMON_ADDRESS_BITS, Evidence::NoSharedAddress);
    }
}

fn weigh_countries(weight: &mut PairWeight, before: &[String], after: &[String]) {
    if before.is_empty() || after.is_empty() {
        return;
    }
    if before == after {
        weight.support(SAME_COUNTRY_BITS, Evidence::SameCountry);
    } else if !before.iter().any(|country| after.contains(country)) {
        weight.oppose(OTHER_COUNTRY_BITS, Evidence::DifferentCountries);
    }
}

fn address_bits(address: &[String], others: &[Vec<String>], rarity: &Rarity) -> f64 {
    if others.iter().any(|other| other == address) {
        return rarity.bits(FeatureKind::Address, &address.join(" "));
    }
    others.iter().map(|other| edited_address_bits(address, other, rarity)).fold(0.0, f64::max)
}

/// Bits of an address that was edited: most of its rare words are the same.
fn edited_address_bits(one: &[String], other: &[String], rarity: &Rarity) -> f64 {
    let bits = |words: &[&String]| {
        words.iter().map(|word| rarity.bits(FeatureKind::AddressWord, word)).sum::<f64>()
    };
    let (shared, lost): (Vec<&String>, Vec<&String>) =
        one.iter().partition(|word| other.binary_search(word).is_ok());
    let gained: Vec<&String> =
        other.iter().filter(|word| one.binary_search(word).is_err()).collect();
    let (shared, changed) = (bits(&shared), bits(&lost) + bits(&gained));
    let ratio = 2.0 * shared / (2.0 * shared + changed).max(1.0);
    if ratio > MIN_ADDRESS_RATIO {
        shared.min(MAX_ADDRESS_BITS) * (ratio - ADDRESS_RATIO_BASE) * ADDRESS_RATIO_SLOPE
    } else {
        0.0
    }
}
