//! Compares two snapshots of one list and lists the changes.

use std::collections::{BTreeMap, BTreeSet, HashSet};

use rustc_hash::FxBuildHasher;

use crate::diff::list::content::{Hashed, hashed, in_order};
use crate::diff::list::editorial::is_same_wording;
use crate::diff::list::fields::differences;
use crate::diff::list::{columns, severity};
use crate::diff::pairing::differing_rows::DifferingRows;
use crate::diff::pairing::feature_counter::FeatureCounter;
use crate::diff::pairing::identity::{CertainPairs, Identity};
use crate::diff::pairing::namesakes::unchanged_namesakes;
use crate::diff::pairing::pair::Pair;
use crate::diff::parallel::side_by_side_if_many;
use crate::domain::{Change, ChangeKind, Entry, Severity};

/// What changed from one snapshot of a list to the next.
///
/// The result does not depend on the order of the rows, nor on the order of aliases and addresses
/// in a row. Rows that say the same are one row. Sorted for a reader: additions, revisions,
/// removals, editorial revisions, each by name.
pub fn compare(before: &[Entry], after: &[Entry]) -> Vec<Change> {
    compare_with_columns(
        before,
        after,
        &columns::unknown_columns(before),
        &columns::unknown_columns(after),
    )
}

/// Like [`compare`], for a caller that knows the unknown columns of each list, even those without a
/// value in any row.
pub fn compare_with_columns(
    before: &[Entry],
    after: &[Entry],
    before_columns: &BTreeSet<String>,
    after_columns: &BTreeSet<String>,
) -> Vec<Change> {
    let one_sided: BTreeSet<String> =
        before_columns.symmetric_difference(after_columns).cloned().collect();
    if one_sided.is_empty() {
        return Comparison::begin(before, after).finish();
    }
    let (old, new) = (columns::without(before, &one_sided), columns::without(after, &one_sided));
    let mut changes = Comparison::begin(&old, &new).finish();
    columns::restore(&mut changes, &one_sided, before, after);
    changes
}

/// A comparison of two snapshots of a list that need not have all rows in memory.
///
/// Rows that both snapshots share may be left out, if all rows of their name are left out. They
/// only show how rare the properties of the other rows are. Where that matters, they are counted
/// ([`Comparison::counter`]).
pub struct Comparison<'a>(CertainPairs<'a>);

impl<'a> Comparison<'a> {
    pub fn begin(before: &'a [Entry], after: &'a [Entry]) -> Self {
        let (olds, news) = side_by_side_if_many(before.len(), || hashed(before), || hashed(after));
        let (old, new) =
            side_by_side_if_many(before.len(), || only_in(&olds, &news), || only_in(&news, &olds));
        let new: Vec<&Entry> = new.into_iter().map(|(_, entry)| entry).collect();
        let removed: Vec<&Entry> = old.iter().map(|(_, entry)| *entry).collect();
        let unchanged = unchanged_namesakes(&removed, &olds, &news);
        Self(CertainPairs::find(DifferingRows::new(old, new, unchanged), before))
    }

    /// A counter for the rows of the old list that were left out, where it matters how rare the
    /// features of the other rows are. Several counters may count different rows at a time.
    pub fn counter(&self) -> Option<FeatureCounter> {
        self.0.counter()
    }

    /// Adds what a counter counted.
    pub fn add(&mut self, counter: &FeatureCounter) {
        self.0.add(counter);
    }

    pub fn finish(self) -> Vec<Change> {
        let (rows, identity) = self.0.decide();
        changes_of(&rows, identity)
    }
}

fn changes_of(rows: &DifferingRows<'_>, identity: Identity) -> Vec<Change> {
    let (only_before, after) = (&rows.old, &rows.listed);
    let unchanged_from = rows.unchanged_from;
    let mut changes: Vec<Change> = Vec::new();
    let mut befores: BTreeMap<usize, Vec<&Entry>> = BTreeMap::new();
    for pair in &identity.pairs {
        befores.entry(pair.after).or_default().extend(only_before.get(pair.before));
    }
    for pair in identity.pairs {
        if let (Some(old), Some(new)) = (only_before.get(pair.before), after.get(pair.after)) {
            let others = befores.get(&pair.after).map_or(&[][..], Vec::as_slice);
            let unchanged = (pair.after >= unchanged_from).then_some(*new);
            let listed_before: Vec<&Entry> = others.iter().copied().chain(unchanged).collect();
            let revision = revision(old, new, pair, &listed_before);
            // Rows that differ only in where their cell was cut are not a change.
            if !revision.editorial || !revision.fields.is_empty() {
                changes.push(revision);
            }
        }
    }
    let mut removed: BTreeMap<usize, Change> = identity
        .removed
        .iter()
        .filter_map(|at| {
            Some((*at, unpaired(ChangeKind::Removed, Severity::Normal, only_before.get(*at)?)))
        })
        .collect();
    let mut added: BTreeMap<usize, Change> = identity
        .added
        .iter()
        .filter_map(|at| Some((*at, unpaired(ChangeKind::Added, Severity::High, after.get(*at)?))))
        .collect();
    for (old, new) in identity.possible {
        if let (Some(removal), Some(addition)) = (removed.get_mut(&old), added.get_mut(&new)) {
            removal.possibly_now.push(addition.entry.name.clone());
            removal.possibly.push(addition.change_id.clone());
            addition.possibly_was.push(removal.entry.name.clone());
            addition.possibly.push(removal.change_id.clone());
        }
    }
    changes.extend(removed.into_values());
    changes.extend(added.into_values());
    changes.sort_by(|a, b| {
        let key = |change: &Change| (change.editorial, rank(change.kind));
        key(a)
            .cmp(&key(b))
            .then_with(|| a.entry.name.cmp(&b.entry.name))
            .then_with(|| a.change_id.cmp(&b.change_id))
    });
    changes
}

/// The position of a kind in the order for a reader.
fn rank(kind: ChangeKind) -> u8 {
    match kind {
        ChangeKind::Added => 0,
        ChangeKind::Revised => 1,
        ChangeKind::Removed => 2,
    }
}

/// The rows of one snapshot whose content the other snapshot does not have, with their places in
/// the snapshot: each content once, in an order of their contents.
fn only_in<'a>(rows: &[Hashed<'a>], other: &[Hashed<'_>]) -> Vec<(usize, &'a Entry)> {
    let theirs: HashSet<&Hashed<'_>, FxBuildHasher> = other.iter().collect();
    let mut included: HashSet<&Hashed<'_>, FxBuildHasher> = HashSet::default();
    let mut only: Vec<(usize, &Entry)> = rows
        .iter()
        .enumerate()
        .filter(|(_, row)| !theirs.contains(row) && included.insert(row))
        .map(|(at, row)| (at, row.content.0))
        .collect();
    only.sort_by(|(_, a), (_, b)| in_order(a, b));
    only
}

fn unpaired(kind: ChangeKind, severity: Severity, entry: &Entry) -> Change {
    let change_id = match kind {
        ChangeKind::Removed => Change::id_of(kind, Some(entry), None, 0),
        ChangeKind::Added | ChangeKind::Revised => Change::id_of(kind, None, Some(entry), 0),
    };
    Change::of_entry(change_id, kind, severity, entry.clone())
}

/// `listed_before` has every row before that became part of `after`, including `before`.
fn revision(before: &Entry, after: &Entry, pair: Pair, listed_before: &[&Entry]) -> Change {
    let differences = differences(before, after);
    let editorial =
        pair.matched.certain && differences.iter().all(|difference| difference.editorial);
    let severity = match listed_before {
        [] | [_] => severity::of_revision(&differences, pair.matched.certain),
        // What another of these rows had is not a gain of the list.
        rows => {
            let combined = combined_rows(before, after, rows);
            let severity =
                severity::of_revision(&self::differences(&combined, after), pair.matched.certain);
            if editorial { Severity::Low } else { severity.max(Severity::Normal) }
        }
    };
    Change {
        editorial,
        before: Some(before.clone()),
        fields: differences.into_iter().map(|difference| difference.change).collect(),
        matched: Some(pair.matched),
        ..Change::of_entry(
            Change::id_of(ChangeKind::Revised, Some(before), Some(after), 0),
            ChangeKind::Revised,
            severity,
            after.clone(),
        )
    }
}

/// The row `before`, with the names, places and terms of the entry's other rows added.
fn combined_rows(before: &Entry, after: &Entry, rows: &[&Entry]) -> Entry {
    let mut combined = before.clone();
    for row in rows.iter().filter(|row| **row != before) {
        for (mine, theirs) in [
            (&mut combined.aliases, &row.aliases),
            (&mut combined.addresses, &row.addresses),
            (&mut combined.countries, &row.countries),
            (&mut combined.footnotes, &row.footnotes),
        ] {
            mine.extend(
                theirs.iter().filter(|text| !mine.contains(text)).cloned().collect::<Vec<_>>(),
            );
        }
        if is_same_wording(&row.license_requirement, &after.license_requirement) {
            combined.license_requirement.clone_from(&after.license_requirement);
        }
        for (key, text) in row.other.iter() {
            if after.other.get(key) == Some(text) {
                combined.other.insert(key, text);
            }
        }
    }
    for list in [&mut combined.countries, &mut combined.footnotes] {
        list.sort_unstable();
    }
    // A footnote that another row had and `after` does not have is shown by the revision of that
    // row.
    combined.footnotes.retain(|footnote| {
        before.footnotes.contains(footnote) || after.footnotes.contains(footnote)
    });
    combined
}
