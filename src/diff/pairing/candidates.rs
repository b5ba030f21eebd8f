//! Which pairs are worth weighing at all.
//!
//! Few rows are weighed each against each. Many are looked up by what they share that is rare, so
//! that the work grows with the rows and not with their square.

use std::collections::{BTreeMap, HashMap};

use crate::diff::pairing::profile::{Feature, Kind, Profile};
use crate::diff::pairing::rarity::Rarity;

/// Pairs of (old, new) that have something rare in common, in order.
pub fn candidates(
    old: &[Profile<'_>],
    new: &[Profile<'_>],
    rarity: &Rarity,
) -> Vec<(usize, usize)> {
    if old.len().saturating_mul(new.len()) <= ALL_PAIRS {
        return (0..old.len())
            .flat_map(|before| (0..new.len()).map(move |after| (before, after)))
            .collect();
    }
    let (old_traces, new_traces): (Vec<_>, Vec<_>) =
        (old.iter().map(Profile::traces).collect(), new.iter().map(Profile::traces).collect());
    let mut index: HashMap<&Feature, (Vec<usize>, Vec<usize>)> = HashMap::new();
    for (at, (profile, traces)) in old.iter().zip(&old_traces).enumerate() {
        for key in keys(profile, traces) {
            index.entry(key).or_default().0.push(at);
        }
    }
    for (at, (profile, traces)) in new.iter().zip(&new_traces).enumerate() {
        for key in keys(profile, traces) {
            if let Some(rows) = index.get_mut(key) {
                rows.1.push(at);
            }
        }
    }
    let mut shared: HashMap<(usize, usize), u64> = HashMap::new();
    for ((kind, text), (befores, afters)) in &index {
        if befores.len() * afters.len() > PAIRS_OF_ONE_KEY {
            continue;
        }
        // Whole numbers, because sums of fractions in another order differ in the last places.
        #[expect(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "some bits, never below zero"
        )]
        let bits = (rarity.bits(*kind, text) * 1000.0) as u64;
        for before in befores {
            for after in afters {
                *shared.entry((*before, *after)).or_default() += bits;
            }
        }
    }
    most_alike(shared)
}

/// So many pairs are weighed each against each.
const ALL_PAIRS: usize = 20_000;

/// What more pairs than these have in common is not rare.
const PAIRS_OF_ONE_KEY: usize = 256;

/// Of each old row, so many new ones are weighed.
const CANDIDATES_OF_A_ROW: usize = 8;

fn keys<'a>(profile: &'a Profile<'_>, traces: &'a [Feature]) -> impl Iterator<Item = &'a Feature> {
    profile.features.iter().filter(|(kind, _)| *kind != Kind::Place).chain(traces)
}

fn most_alike(shared: HashMap<(usize, usize), u64>) -> Vec<(usize, usize)> {
    let mut by_before: BTreeMap<usize, Vec<(usize, u64)>> = BTreeMap::new();
    for ((before, after), bits) in shared {
        by_before.entry(before).or_default().push((after, bits));
    }
    let mut pairs = Vec::new();
    for (before, mut afters) in by_before {
        afters.sort_unstable_by_key(|(after, shared)| (std::cmp::Reverse(*shared), *after));
        afters.truncate(CANDIDATES_OF_A_ROW);
        pairs.extend(afters.into_iter().map(|(after, _)| (before, after)));
    }
    pairs.sort_unstable();
    pairs
}
