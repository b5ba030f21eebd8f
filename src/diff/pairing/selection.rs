//! Chooses, among the weighed pairs, those that are one entry and those that possibly are.

use std::collections::BTreeMap;

use crate::diff::pairing::assignment::{Edge, best};
use crate::diff::pairing::candidates::candidates;
use crate::diff::pairing::profile::Profile;
use crate::diff::pairing::rarity::Rarity;
use crate::diff::pairing::weighing::pair_weight::{PairWeight, ProfilePair};
use crate::diff::pairing::weighing::weigh;
use crate::diff::pairing::weights::{
    EVEN_SCORE_BITS, MARGIN_BITS, MAX_CONTRADICTED_BITS, MAX_NAMED_PARTNERS, POSSIBLE_FOR_BITS,
    POSSIBLE_LEFT_BITS, POSSIBLE_SHARE_AGAINST, REVISION_BITS, SCORE_BITS_PER_DOUBLING,
};
use crate::diff::parallel::side_by_side_if_many;

/// Weights by the places of the old and the new profile.
pub type Weighed = BTreeMap<(usize, usize), PairWeight>;

/// Weighs the candidate pairs, and keeps those that may be one entry.
pub fn weigh_candidates(old: &[Profile<'_>], new: &[Profile<'_>], rarity: &Rarity) -> Weighed {
    let weighed = |pairs: &[(usize, usize)]| {
        let mut weighed = Weighed::new();
        for (before, after) in pairs {
            if let (Some(old), Some(new)) = (old.get(*before), new.get(*after)) {
                let weight = weigh(ProfilePair { old, new, rarity });
                if is_possible(&weight) || weight.net() >= REVISION_BITS {
                    weighed.insert((*before, *after), weight);
                }
            }
        }
        weighed
    };
    let pairs = candidates(old, new, rarity);
    let (first, second) = pairs.split_at(pairs.len() / 2);
    let (first, mut second) =
        side_by_side_if_many(pairs.len(), || weighed(first), || weighed(second));
    second.extend(first);
    second
}

/// The pairs that are taken for one entry: those of the best assignment that reach the threshold,
/// that nothing contradicts, and that exceed every other pair of either row.
pub fn select_revisions(weighed: &Weighed) -> Vec<(usize, usize)> {
    let edges: Vec<Edge> = weighed
        .iter()
        .filter(|(_, weight)| weight.net() > 0.0)
        .map(|(&(before, after), weight)| {
            let most = if weight.is_contradicted { MAX_CONTRADICTED_BITS } else { f64::INFINITY };
            Edge { before, after, weight: weight.net().min(most) }
        })
        .collect();
    let chosen = best(&edges);
    let strongest_rival = strongest_rivals(&edges, &chosen);
    chosen
        .into_iter()
        .filter(|edge| {
            let rival = strongest_rival.get(&(edge.before, edge.after)).copied().unwrap_or(0.0);
            edge.weight >= REVISION_BITS && edge.weight - rival >= MARGIN_BITS
        })
        .map(|edge| (edge.before, edge.after))
        .collect()
}

/// For each chosen pair, the weight of the strongest other pair of either row.
///
/// A rival does not count if its other row has a chosen pair that is much better.
fn strongest_rivals(edges: &[Edge], chosen: &[Edge]) -> BTreeMap<(usize, usize), f64> {
    let by_before: BTreeMap<usize, &Edge> = chosen.iter().map(|edge| (edge.before, edge)).collect();
    let by_after: BTreeMap<usize, &Edge> = chosen.iter().map(|edge| (edge.after, edge)).collect();
    let has_better = |rival: &Edge, chosen: Option<&&Edge>| {
        chosen.is_some_and(|better| better.weight >= rival.weight + MARGIN_BITS)
    };
    let mut strongest: BTreeMap<(usize, usize), f64> = BTreeMap::new();
    for rival in edges {
        let of_before = by_before.get(&rival.before).filter(|edge| {
            edge.after != rival.after && !has_better(rival, by_after.get(&rival.after))
        });
        let of_after = by_after.get(&rival.after).filter(|edge| {
            edge.before != rival.before && !has_better(rival, by_before.get(&rival.before))
        });
        for edge in of_before.into_iter().chain(of_after) {
            let weight = strongest.entry((edge.before, edge.after)).or_insert(0.0);
            *weight = weight.max(rival.weight);
        }
    }
    strongest
}

/// The possible pairs among those that `is_open` allows, the most likely first, with a limited
/// number of partners for each row.
pub fn select_possible(
    weighed: &Weighed,
    is_open: impl Fn(&(usize, usize)) -> bool,
) -> Vec<(usize, usize)> {
    let mut open: Vec<((usize, usize), f64)> = weighed
        .iter()
        .filter(|(pair, weight)| is_open(pair) && is_possible(weight))
        .map(|(pair, weight)| (*pair, weight.net()))
        .collect();
    open.sort_by(|a, b| b.1.total_cmp(&a.1).then(a.0.cmp(&b.0)));
    let (mut of_before, mut of_after): (BTreeMap<usize, usize>, BTreeMap<usize, usize>) =
        (BTreeMap::new(), BTreeMap::new());
    open.retain(|((before, after), _)| {
        let (olds, news) =
            (of_before.entry(*before).or_default(), of_after.entry(*after).or_default());
        let is_named = *olds < MAX_NAMED_PARTNERS && *news < MAX_NAMED_PARTNERS;
        if is_named {
            *olds += 1;
            *news += 1;
        }
        is_named
    });
    open.into_iter().map(|(pair, _)| pair).collect()
}

fn is_possible(weight: &PairWeight) -> bool {
    !weight.is_unrelated
        && weight.for_bits >= POSSIBLE_FOR_BITS
        && weight.for_bits - weight.against_bits * POSSIBLE_SHARE_AGAINST >= POSSIBLE_LEFT_BITS
}

/// A score from 0 to 1 for net bits, rounded to three decimals.
pub fn score(bits: f64) -> f64 {
    let score = 1.0 / (1.0 + (-(bits - EVEN_SCORE_BITS) / SCORE_BITS_PER_DOUBLING).exp2());
    (score * 1000.0).round() / 1000.0
}

#[cfg(test)]
mod tests {
    use super::*;

    fn weighed(pairs: &[(usize, usize, f64)]) -> Weighed {
        let weight = |for_bits: f64| PairWeight { for_bits, ..PairWeight::default() };
        pairs.iter().map(|(before, after, bits)| ((*before, *after), weight(*bits))).collect()
    }

    #[test]
    fn a_pair_needs_the_threshold_and_a_margin_to_its_rivals() {
        for (pairs, expected) in [
            (vec![(0, 0, 10.0)], vec![(0, 0)]),
            (vec![(0, 0, 9.9)], vec![]),
            (vec![(0, 0, 12.0), (0, 1, 9.0)], vec![(0, 0)]),
            (vec![(0, 0, 12.0), (0, 1, 9.1)], vec![]),
            // The rival's new row has a much better pair.
            (vec![(0, 0, 12.0), (0, 1, 9.1), (1, 1, 13.0)], vec![(0, 0), (1, 1)]),
        ] {
            assert_eq!(select_revisions(&weighed(&pairs)), expected, "{pairs:?}");
        }
    }

    #[test]
    fn a_contradicted_pair_is_no_revision() {
        let mut weighed = weighed(&[(0, 0, 30.0)]);
        weighed.values_mut().for_each(|weight| weight.is_contradicted = true);
        assert_eq!(select_revisions(&weighed), []);
        assert_eq!(select_possible(&weighed, |_| true), [(0, 0)]);
    }

    #[test]
    fn each_row_has_three_possible_partners_at_most() {
        let pairs = [(0, 0, 7.0), (0, 1, 9.0), (0, 2, 8.0), (0, 3, 6.5), (1, 3, 6.0), (1, 4, 5.9)];
        assert_eq!(select_possible(&weighed(&pairs), |_| true), [(0, 1), (0, 2), (0, 0), (1, 3)]);
    }

    #[test]
    fn a_score_is_one_half_at_even_odds() {
        assert!((score(6.0) - 0.5).abs() < 1e-9);
        assert!((score(REVISION_BITS) - 0.8).abs() < 1e-9);
    }
}
