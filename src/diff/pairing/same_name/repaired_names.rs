//! Pairs rows whose names are the same except for a broken character that was repaired. Also
//! finds the reverse: a character that broke.

use std::collections::{BTreeMap, BTreeSet};

use crate::diff::list::editorial::{is_broken, is_repaired, without_typography};
use crate::diff::pairing::differing_rows::DifferingRows;
use crate::diff::pairing::evidence::Evidence;
use crate::diff::pairing::pair::{Pair, RowGroup, Side, unpaired};
use crate::diff::pairing::same_name::best_pairs::best_pairs;
use crate::diff::pairing::weights::MAX_REPAIRS_OF_A_ROW;

/// Whether a sound end is the last part of its name, and the end.
type SoundEnd = (bool, String);

pub fn pair(rows: &DifferingRows<'_>, pairs: &[Pair]) -> Vec<Pair> {
    let unpaired = unpaired(rows, pairs);
    // A broken name is looked up by the longer of its sound ends.
    let mut by_end: BTreeMap<SoundEnd, RowGroup> = BTreeMap::new();
    let mut lengths: BTreeSet<(bool, usize)> = BTreeSet::new();
    for (side, at, entry) in &unpaired {
        if !entry.name.contains(is_broken) {
            continue;
        }
        if let Some((is_last, end)) = sound_end(&entry.name) {
            lengths.insert((is_last, end.chars().count()));
            by_end.entry((is_last, end)).or_default().push(*side, *at);
        }
    }
    let name_of = |side: Side, at: usize| match side {
        Side::Old => rows.old.get(at).map(|entry| &entry.name),
        Side::New => rows.listed.get(at).map(|entry| &entry.name),
    };
    let mut found: BTreeSet<(usize, usize)> = BTreeSet::new();
    // Names whose end very many others share are left to weighing: comparing all of them would
    // take time that grows with the square.
    let mut comparisons_left =
        (rows.old.len() + rows.new_rows().len()).saturating_mul(MAX_REPAIRS_OF_A_ROW);
    for (side, at, entry) in &unpaired {
        let name: Vec<char> = without_typography(&entry.name).chars().collect();
        for &(is_last, length) in &lengths {
            let end = if is_last {
                name.len().checked_sub(length).and_then(|from| name.get(from..))
            } else {
                name.get(..length)
            };
            let Some(group) = end.and_then(|end| by_end.get(&(is_last, end.iter().collect())))
            else {
                continue;
            };
            let partners = group.partners_of(*side);
            let Some(rest) = comparisons_left.checked_sub(partners.len()) else { continue };
            comparisons_left = rest;
            let other_side = side.opposite();
            let repaired = partners.iter().filter(|partner| {
                name_of(other_side, **partner)
                    .is_some_and(|broken| is_repaired(broken, &entry.name))
            });
            found.extend(repaired.map(|partner| side.with(*at, *partner)));
        }
    }
    best_pairs(rows, found, &Evidence::SameNameExceptBrokenCharacter)
}

/// The longer of the parts before the first and after the last broken character, if it is long
/// enough to look up by.
fn sound_end(name: &str) -> Option<SoundEnd> {
    let name = without_typography(name);
    let first = name.split(is_broken).next().unwrap_or_default();
    let last = name.rsplit(is_broken).next().unwrap_or_default();
    let is_last = last.len() > first.len();
    let end = if is_last { last } else { first };
    (end.len() > 1).then(|| (is_last, end.to_owned()))
}
