//! Which pairs are worth weighing at all.
//!
//! Few rows are weighed each against each. Many are looked up by what they share that is rare, so that the work grows with
//! the rows and not with their square.

use std::collections::{BTreeMap, HashMap};

use super::profile::Profile;
use super::rarity::Rarity;

/// Pairs of (old, new) that have something rare in common, in order.
pub fn candidates(old: &[Profile<'_>], new: &[Profile<'_>], rarity: &Rarity) -> Vec<(usize, usize)> {
    if old.len().saturating_mul(new.len()) <= ALL_PAIRS {
        return (0..old.len()).flat_map(|before| (0..new.len()).map(move |after| (before, after))).collect();
    }
    let mut index: HashMap<String, (Vec<usize>, Vec<usize>)> = HashMap::new();
    for (at, profile) in old.iter().enumerate() {
        for key in keys(profile) {
            index.entry(key).or_default().0.push(at);
        }
    }
    for (at, profile) in new.iter().enumerate() {
        for key in keys(profile) {
            if let Some(rows) = index.get_mut(&key) {
                rows.1.push(at);
            }
        }
    }
    let mut shared: HashMap<(usize, usize), f64> = HashMap::new();
    for (key, (befores, afters)) in &index {
        if befores.len() * afters.len() > PAIRS_OF_ONE_KEY {
            continue;
        }
        for before in befores {
            for after in afters {
                *shared.entry((*before, *after)).or_default() += rarity.bits(key);
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

fn keys(profile: &Profile<'_>) -> impl Iterator<Item = String> {
    profile.features().into_iter().filter(|feature| !feature.starts_with("place ")).chain(profile.traces())
}

fn most_alike(shared: HashMap<(usize, usize), f64>) -> Vec<(usize, usize)> {
    let mut by_before: BTreeMap<usize, Vec<(usize, f64)>> = BTreeMap::new();
    for ((before, after), bits) in shared {
        by_before.entry(before).or_default().push((after, bits));
    }
    let mut pairs = Vec::new();
    for (before, mut afters) in by_before {
        // Sums of the same bits in another order differ in the last places; equal ones are told apart by place.
        afters.sort_by(|a, b| (b.1 * 100.0).round().total_cmp(&(a.1 * 100.0).round()).then(a.0.cmp(&b.0)));
        afters.truncate(CANDIDATES_OF_A_ROW);
        pairs.extend(afters.into_iter().map(|(after, _)| (before, after)));
    }
    pairs.sort_unstable();
    pairs
}
