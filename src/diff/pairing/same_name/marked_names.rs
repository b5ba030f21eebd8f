//! Pairs a row with a marked name and a row whose cell begins with that name but was cut at
//! another place.

use std::collections::{BTreeMap, BTreeSet};

use crate::diff::list::entity_cell;
use crate::diff::pairing::differing_rows::DifferingRows;
use crate::diff::pairing::evidence::Evidence;
use crate::diff::pairing::pair::{Pair, RowGroup, unpaired};
use crate::diff::pairing::same_name::best_pairs::best_pairs;

pub fn pair(rows: &DifferingRows<'_>, pairs: &[Pair]) -> Vec<Pair> {
    let unpaired = unpaired(rows, pairs);
    let mut by_marked_name: BTreeMap<&str, RowGroup> = BTreeMap::new();
    for (side, at, entry) in &unpaired {
        if entity_cell::cell(entry).is_none() {
            by_marked_name.entry(entry.name.as_str()).or_default().push(*side, *at);
        }
    }
    let mut found: BTreeSet<(usize, usize)> = BTreeSet::new();
    for (side, at, entry) in &unpaired {
        for group in entity_cell::cell(entry)
            .into_iter()
            .flat_map(entity_cell::possible_names)
            .filter_map(|name| by_marked_name.get(name))
        {
            let partners = group.partners_of(*side).iter();
            found.extend(partners.map(|partner| side.with(*at, *partner)));
        }
    }
    best_pairs(rows, found, &Evidence::SameNameMarkedInCell)
}
