//! Compares two snapshots of one list and lists the changes.

use std::collections::{BTreeMap, BTreeSet, HashSet};

use crate::diff::list::content::{Hashed, hashed, in_order};
use crate::diff::list::editorial::is_same_wording;
use crate::diff::list::fields::differences;
use crate::diff::list::{columns, severity};
use crate::diff::pairing::fast_hash::MixerState;
use crate::diff::pairing::identity::{Identification, Identity};
use crate::diff::pairing::namesakes;
use crate::diff::pairing::rarity::Rarity;
use crate::diff::pairing::same_name::Pair;
use crate::diff::parallel::side_by_side_if_many;
use crate::domain::{Change, ChangeId, ChangeKind, Entry, Severity};

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
pub struct Comparison<'a> {
    /// Rows before whose content no row after has.
    only_before: Vec<&'a Entry>,
    /// Rows after whose content no row before has. From `unchanged_from` on: unchanged rows with a
    /// name of `only_before`.
    after: Vec<&'a Entry>,
    unchanged_from: usize,
    identity: Identification<'a>,
}

impl<'a> Comparison<'a> {
    pub fn begin(before: &'a [Entry], after: &'a [Entry]) -> Self {
        let (olds, news) = side_by_side_if_many(before.len(), || hashed(before), || hashed(after));
        let (only_before, mut after) =
            side_by_side_if_many(before.len(), || only_in(&olds, &news), || only_in(&news, &olds));
        let unchanged_from = after.len();
        after.extend(namesakes::kept(&only_before, &olds, &news));
        let mut identity = Identification::begin(&only_before, &after, unchanged_from);
        identity.count(before);
        Self { only_before, after, unchanged_from, identity }
    }

    /// A counter for the rows before that were left out. `None` if their properties do not matter.
    /// Several counters may count different rows at the same time.
    pub fn counter(&self) -> Option<Rarity> {
        self.identity.counter()
    }

    /// Adds the result of a counter.
    pub fn add(&mut self, counter: &Rarity) {
        self.identity.add(counter);
    }

    pub fn finish(self) -> Vec<Change> {
        let Self { only_before, after, unchanged_from, identity } = self;
        let found = identity.finish(&only_before, &after, unchanged_from);
        changes_of(&only_before, &after, unchanged_from, found)
    }
}

fn changes_of(
    only_before: &[&Entry],
    after: &[&Entry],
    unchanged_from: usize,
    identity: Identity,
) -> Vec<Change> {
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

/// The rows of one snapshot whose content the other does not have, each content once, sorted by
/// content.
fn only_in<'a>(rows: &[Hashed<'a>], other: &[Hashed<'_>]) -> Vec<&'a Entry> {
    let other: HashSet<&Hashed<'_>, MixerState> = other.iter().collect();
    let mut seen: HashSet<&Hashed<'_>, MixerState> = HashSet::default();
    let mut only: Vec<&Entry> = rows
        .iter()
        .filter(|row| !other.contains(row) && seen.insert(row))
        .map(|row| row.content.0)
        .collect();
    only.sort_by(|a, b| in_order(a, b));
    only
}

fn unpaired(kind: ChangeKind, severity: Severity, entry: &Entry) -> Change {
    let change_id = match kind {
        ChangeKind::Removed => Change::id_of(kind, Some(entry), None, 0),
        ChangeKind::Added | ChangeKind::Revised => Change::id_of(kind, None, Some(entry), 0),
    };
    change(change_id, kind, severity, entry)
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
        ..change(
            Change::id_of(ChangeKind::Revised, Some(before), Some(after), 0),
            ChangeKind::Revised,
            severity,
            after,
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
        for (key, text) in &row.other {
            if after.other.get(key) == Some(text) {
                combined.other.insert(key.clone(), text.clone());
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

fn change(change_id: ChangeId, kind: ChangeKind, severity: Severity, entry: &Entry) -> Change {
    Change {
        change_id,
        kind,
        severity,
        editorial: false,
        entry: entry.clone(),
        before: None,
        fields: Vec::new(),
        matched: None,
        possibly_now: Vec::new(),
        possibly_was: Vec::new(),
        possibly: Vec::new(),
        corroboration: Vec::new(),
        confirms: None,
        differences: Vec::new(),
    }
}
