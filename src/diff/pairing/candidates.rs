//! Finds the pairs of rows that are worth weighing.
//!
//! Of few rows, every old row is weighed against every new row. Of many rows, pairs are looked up
//! by the rare features that they share, so that the work grows with the rows and not with their
//! square.

use std::collections::{BTreeMap, HashMap};

use crate::diff::pairing::feature::{Feature, FeatureKind};
use crate::diff::pairing::pair::RowGroup;
use crate::diff::pairing::profile::Profile;
use crate::diff::pairing::rarity::Rarity;
use crate::diff::pairing::weights::{
    MAX_CANDIDATES_OF_A_ROW, MAX_EXHAUSTIVE_PAIRS, MAX_PAIRS_OF_A_FEATURE,
};

/// Pairs (old, new) of places of profiles that share a rare feature, in order.
pub fn candidates(
    old: &[Profile<'_>],
    new: &[Profile<'_>],
    rarity: &Rarity,
) -> Vec<(usize, usize)> {
    if old.len().saturating_mul(new.len()) <= MAX_EXHAUSTIVE_PAIRS {
        return (0..old.len())
            .flat_map(|before| (0..new.len()).map(move |after| (before, after)))
            .collect();
    }
    let (old_spellings, new_spellings): (Vec<_>, Vec<_>) = (
        old.iter().map(Profile::spelling_features).collect(),
        new.iter().map(Profile::spelling_features).collect(),
    );
    let mut rows: HashMap<&Feature, RowGroup> = HashMap::new();
    for (at, (profile, spellings)) in old.iter().zip(&old_spellings).enumerate() {
        for feature in lookup_features(profile, spellings) {
            rows.entry(feature).or_default().old.push(at);
        }
    }
    for (at, (profile, spellings)) in new.iter().zip(&new_spellings).enumerate() {
        for feature in lookup_features(profile, spellings) {
            if let Some(rows) = rows.get_mut(feature) {
                rows.new.push(at);
            }
        }
    }
    most_similar(shared_bits(&rows, rarity))
}

/// All features except single words of addresses, which many rows share.
fn lookup_features<'a>(
    profile: &'a Profile<'_>,
    spellings: &'a [Feature],
) -> impl Iterator<Item = &'a Feature> {
    profile.features.iter().filter(|(kind, _)| *kind != FeatureKind::AddressWord).chain(spellings)
}

/// The weight of the rare features that each pair shares, in thousandths of a bit.
///
/// Whole numbers, because a sum of fractions depends on the order of the map.
fn shared_bits(
    rows: &HashMap<&Feature, RowGroup>,
    rarity: &Rarity,
) -> HashMap<(usize, usize), u64> {
    let mut shared: HashMap<(usize, usize), u64> = HashMap::new();
    for ((kind, text), RowGroup { old, new }) in rows {
        if old.len() * new.len() > MAX_PAIRS_OF_A_FEATURE {
            continue;
        }
        #[expect(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "a few bits, never below zero"
        )]
        let bits = (rarity.bits(*kind, text) * 1000.0) as u64;
        for before in old {
            for after in new {
                *shared.entry((*before, *after)).or_default() += bits;
            }
        }
    }
    shared
}

/// For each old row, the new rows that share the most.
fn most_similar(shared: HashMap<(usize, usize), u64>) -> Vec<(usize, usize)> {
    let mut by_before: BTreeMap<usize, Vec<(usize, u64)>> = BTreeMap::new();
    for ((before, after), bits) in shared {
        by_before.entry(before).or_default().push((after, bits));
    }
    let mut pairs = Vec::new();
    for (before, mut afters) in by_before {
        afters.sort_unstable_by_key(|(after, shared)| (std::cmp::Reverse(*shared), *after));
        afters.truncate(MAX_CANDIDATES_OF_A_ROW);
        pairs.extend(afters.into_iter().map(|(after, _)| (before, after)));
    }
    pairs.sort_unstable();
    pairs
}
