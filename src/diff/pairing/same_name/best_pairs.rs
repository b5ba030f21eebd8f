//! Chooses the best of the pairs of rows whose names are variants of one name.

use std::collections::BTreeSet;

use crate::diff::pairing::affinity::affinity;
use crate::diff::pairing::assignment::{Edge, best};
use crate::diff::pairing::compatibility::{can_be_one_entry, match_by_name};
use crate::diff::pairing::differing_rows::DifferingRows;
use crate::diff::pairing::evidence::Evidence;
use crate::diff::pairing::pair::Pair;

/// The best of these pairs (old, new) that nothing excludes, each row in one pair.
pub fn best_pairs(
    rows: &DifferingRows<'_>,
    pairs: BTreeSet<(usize, usize)>,
    reason: &Evidence,
) -> Vec<Pair> {
    let edge = |(before, after): (usize, usize)| {
        let (old, new) = (rows.old.get(before)?, rows.listed.get(after)?);
        can_be_one_entry(old, new).then(|| Edge { before, after, weight: affinity(old, new) })
    };
    let edges: Vec<Edge> = pairs.into_iter().filter_map(edge).collect();
    let pair = |Edge { before, after, .. }: Edge| {
        let (old, new) = (rows.old.get(before)?, rows.listed.get(after)?);
        Some(Pair { before, after, matched: match_by_name(old, new, vec![reason.clone()]) })
    };
    best(&edges).into_iter().filter_map(pair).collect()
}
