//! Pairs rows that are certainly one entry: by a stable number of the publisher, by the same cell,
//! or by the same name.
//!
//! Several new rows of one name may be parts of one old row: `name_group` finds them. `fold` finds
//! the reverse. Weighs no evidence.

pub mod best_pairs;
pub mod marked_names;
pub mod name_group;
pub mod repaired_names;

use std::collections::BTreeMap;

use crate::diff::list::editorial::without_typography;
use crate::diff::list::entity_cell;
use crate::diff::pairing::compatibility::has_stable_number;
use crate::diff::pairing::differing_rows::DifferingRows;
use crate::diff::pairing::evidence::Evidence;
use crate::diff::pairing::pair::{Pair, RowGroup, unpaired};
use crate::diff::pairing::same_name::name_group::NameGroup;
use crate::diff::pairing::weights::MAX_GROUP_PAIRS;
use crate::domain::Entry;

/// The certain pairs. A row is in more than one of them only where rows were split or folded.
pub fn pair(rows: &DifferingRows<'_>) -> Vec<Pair> {
    let mut pairs = Vec::new();
    let number = |entry: &Entry| {
        let number = entry.other.get("entity_number");
        number.filter(|_| has_stable_number(entry.list)).map(str::to_owned)
    };
    for (number, group) in groups(rows, &pairs, number) {
        let reason = Evidence::SamePublisherNumber(number);
        pairs.extend(NameGroup { rows, group, reason, has_stable_number: true }.pairs());
    }
    let cell = |entry: &Entry| entity_cell::cell(entry).map(str::to_owned);
    for (_, group) in groups(rows, &pairs, cell) {
        let reason = Evidence::SameCell;
        pairs.extend(NameGroup { rows, group, reason, has_stable_number: false }.pairs());
    }
    let name =
        |entry: &Entry| Some(without_typography(&entry.name)).filter(|name| !name.is_empty());
    for (_, group) in groups(rows, &pairs, name) {
        let reason = Evidence::SameName;
        pairs.extend(NameGroup { rows, group, reason, has_stable_number: false }.pairs());
    }
    pairs.extend(repaired_names::pair(rows, &pairs));
    pairs.extend(marked_names::pair(rows, &pairs));
    pairs
}

/// The unpaired rows by their key, where both sides have the key.
///
/// A group with very many pairs, such as that of an empty key, is left to weighing.
fn groups(
    rows: &DifferingRows<'_>,
    pairs: &[Pair],
    key: impl Fn(&Entry) -> Option<String>,
) -> BTreeMap<String, RowGroup> {
    let mut groups: BTreeMap<String, RowGroup> = BTreeMap::new();
    for (side, at, entry) in unpaired(rows, pairs) {
        if let Some(key) = key(entry) {
            groups.entry(key).or_default().push(side, at);
        }
    }
    groups.retain(|_, RowGroup { old, new }| {
        !old.is_empty() && !new.is_empty() && old.len().saturating_mul(new.len()) <= MAX_GROUP_PAIRS
    });
    groups
}
