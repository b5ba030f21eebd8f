//! Compares two snapshots of one list.

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
/// The outcome does not depend on the order of the rows, nor on that of aliases and addresses
/// within a row; rows that say the same are one. Sorted for a reader: additions, revisions,
/// removals, editorial revisions; each by name.
pub fn compare(before: &[Entry], after: &[Entry]) -> Vec<Change> {
    compare_with_columns(
        before,
        after,
        &columns::unknown_columns(before),
        &columns::unknown_columns(after),
    )
}

/// The same, where it is known which unknown columns each list has, be it without a value in any
/// row.
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

/// A comparison of two snapshots of a list of which not all rows are at hand.
///
/// Rows that both snapshots have alike may be left out, if all rows of their name are. They tell
/// only how rare it is what the others have, and are counted where that matters
/// ([`Comparison::counter`]).
pub struct Comparison<'a> {
    gone: Vec<&'a Entry>,
    /// The rows that have come, and from `kept_from` on the rows of a name in `gone` that stayed
    /// as they were.
    listed: Vec<&'a Entry>,
    kept_from: usize,
    identity: Identification<'a>,
}

impl<'a> Comparison<'a> {
    pub fn begin(before: &'a [Entry], after: &'a [Entry]) -> Self {
        let (olds, news) = side_by_side_if_many(before.len(), || hashed(before), || hashed(after));
        let (gone, come) =
            side_by_side_if_many(before.len(), || only_in(&olds, &news), || only_in(&news, &olds));
        let kept_from = come.len();
        let mut listed = come;
        listed.extend(namesakes::kept(&gone, &olds, &news));
        let mut identity = Identification::begin(&gone, &listed, kept_from);
        identity.count(before);
        Self { gone, listed, kept_from, identity }
    }

    /// What counts the rows of the list before that were left out, where it matters how rare it is
    /// what the others have. Several may count different rows at a time.
    pub fn counter(&self) -> Option<Rarity> {
        self.identity.counter()
    }

    /// Takes back a counter when it has counted.
    pub fn add(&mut self, counter: &Rarity) {
        self.identity.add(counter);
    }

    pub fn finish(self) -> Vec<Change> {
        let Self { gone, listed, kept_from, identity } = self;
        let found = identity.finish(&gone, &listed, kept_from);
        changes_of(&gone, &listed, kept_from, found)
    }
}

fn changes_of(
    gone: &[&Entry],
    come: &[&Entry],
    kept_from: usize,
    identity: Identity,
) -> Vec<Change> {
    let mut changes: Vec<Change> = Vec::new();
    let mut befores: BTreeMap<usize, Vec<&Entry>> = BTreeMap::new();
    for pair in &identity.pairs {
        befores.entry(pair.after).or_default().extend(gone.get(pair.before));
    }
    for pair in identity.pairs {
        if let (Some(old), Some(new)) = (gone.get(pair.before), come.get(pair.after)) {
            let others = befores.get(&pair.after).map_or(&[][..], Vec::as_slice);
            let kept = (pair.after >= kept_from).then_some(*new);
            let listed_before: Vec<&Entry> = others.iter().copied().chain(kept).collect();
            let revision = revision(old, new, pair, &listed_before);
            // Rows that differ in nothing but where their cell was cut are one entry as it was.
            if !revision.editorial || !revision.fields.is_empty() {
                changes.push(revision);
            }
        }
    }
    let mut removed: BTreeMap<usize, Change> = identity
        .removed
        .iter()
        .filter_map(|at| Some((*at, alone(ChangeKind::Removed, Severity::Normal, gone.get(*at)?))))
        .collect();
    let mut added: BTreeMap<usize, Change> = identity
        .added
        .iter()
        .filter_map(|at| Some((*at, alone(ChangeKind::Added, Severity::High, come.get(*at)?))))
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
        let key = |change: &Change| (change.editorial, place(change.kind));
        key(a)
            .cmp(&key(b))
            .then_with(|| a.entry.name.cmp(&b.entry.name))
            .then_with(|| a.change_id.cmp(&b.change_id))
    });
    changes
}

fn place(kind: ChangeKind) -> u8 {
    match kind {
        ChangeKind::Added => 0,
        ChangeKind::Revised => 1,
        ChangeKind::Removed => 2,
    }
}

/// The rows of one snapshot whose content the other has not, each content once, in an order of
/// their contents.
fn only_in<'a>(rows: &[Hashed<'a>], other: &[Hashed<'_>]) -> Vec<&'a Entry> {
    let theirs: HashSet<&Hashed<'_>, MixerState> = other.iter().collect();
    let mut seen: HashSet<&Hashed<'_>, MixerState> = HashSet::default();
    let mut only: Vec<&Entry> = rows
        .iter()
        .filter(|row| !theirs.contains(row) && seen.insert(row))
        .map(|row| row.content.0)
        .collect();
    only.sort_by(|a, b| in_order(a, b));
    only
}

fn alone(kind: ChangeKind, severity: Severity, entry: &Entry) -> Change {
    let change_id = match kind {
        ChangeKind::Removed => Change::id_of(kind, Some(entry), None, 0),
        ChangeKind::Added | ChangeKind::Revised => Change::id_of(kind, None, Some(entry), 0),
    };
    change(change_id, kind, severity, entry)
}

/// `listed_before` has every row before that became part of `after`, `before` among them.
fn revision(before: &Entry, after: &Entry, pair: Pair, listed_before: &[&Entry]) -> Change {
    let differences = differences(before, after);
    let editorial =
        pair.matched.certain && differences.iter().all(|difference| difference.editorial);
    let severity = match listed_before {
        [] | [_] => severity::of_revision(&differences, pair.matched.certain),
        // What another of the rows had is nothing that the list gained.
        rows => {
            let all = folded_rows(before, after, rows);
            let severity =
                severity::of_revision(&self::differences(&all, after), pair.matched.certain);
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

/// The row `before` with the names, places and terms that other rows of the entry had beside it.
fn folded_rows(before: &Entry, after: &Entry, rows: &[&Entry]) -> Entry {
    let mut all = before.clone();
    for row in rows.iter().filter(|row| **row != before) {
        for (mine, theirs) in [
            (&mut all.aliases, &row.aliases),
            (&mut all.addresses, &row.addresses),
            (&mut all.countries, &row.countries),
            (&mut all.footnotes, &row.footnotes),
        ] {
            mine.extend(
                theirs.iter().filter(|text| !mine.contains(text)).cloned().collect::<Vec<_>>(),
            );
        }
        if is_same_wording(&row.license_requirement, &after.license_requirement) {
            all.license_requirement.clone_from(&after.license_requirement);
        }
        for (key, text) in &row.other {
            if after.other.get(key) == Some(text) {
                all.other.insert(key.clone(), text.clone());
            }
        }
    }
    for list in [&mut all.countries, &mut all.footnotes] {
        list.sort_unstable();
    }
    // Footnotes that one of the rows had and `after` has not are told by the fields of that row's
    // own revision.
    all.footnotes.retain(|footnote| {
        before.footnotes.contains(footnote) || after.footnotes.contains(footnote)
    });
    all
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
