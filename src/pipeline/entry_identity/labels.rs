//! Labels of listings, and which labels of two lists stand for the same listing. Pure.

use std::collections::{BTreeMap, HashMap, HashSet};

use crate::diff;
use crate::domain::{Entry, EntryId};
use crate::pipeline::entry_identity::known_listings::{KnownListings, known_ids};
use crate::pipeline::entry_identity::lineage::carry_ids;
use crate::store::{LoggedChange, LoggedEntry};

/// What a label begins with, and no id does.
const LABEL: &str = "row ";

/// The label of a listing until it gets its id: it is named for the row that opened it.
pub fn label(row: i64) -> EntryId {
    EntryId(format!("{LABEL}{row}"))
}

pub fn is_label(id: &EntryId) -> bool {
    id.as_str().starts_with(LABEL)
}

/// The labels of a source's history that are those of its first checked entries, by the label that
/// they take over.
pub fn joined_with_history(of_source: &[&LoggedEntry]) -> HashMap<EntryId, EntryId> {
    let checked = || of_source.iter().filter(|row| !row.backfilled);
    let Some(first) = checked().map(|row| row.known_from).min() else { return HashMap::new() };
    let first_checked: Vec<Entry> =
        checked().filter(|row| row.known_from == first).map(|row| row.entry.clone()).collect();
    let history: Vec<&Entry> = of_source
        .iter()
        .filter(|row| row.backfilled && row.day_until.is_none())
        .map(|row| &row.entry)
        .collect();
    let mut last: Vec<Entry> =
        history.iter().map(|entry| Entry { entry_id: None, ..(*entry).clone() }).collect();
    let changes = diff::compare(&first_checked, &last);
    carry_ids(&first_checked.iter().collect::<Vec<_>>(), &mut last, &changes);
    let mut joined =
        pairs(history.iter().copied(), last.iter().map(|entry| entry.entry_id.as_ref()));
    // What the history ended before may be listed again since.
    let states =
        last_states(&of_source.iter().copied().filter(|row| !row.backfilled).collect::<Vec<_>>());
    let used: HashSet<EntryId> = joined.values().cloned().collect();
    let own: Vec<Entry> =
        last_states(&of_source.iter().copied().filter(|row| row.backfilled).collect::<Vec<_>>())
            .into_iter()
            .flat_map(|list| list.entries)
            .filter(|entry| entry.entry_id.as_ref().is_some_and(|id| !joined.contains_key(id)))
            .collect();
    let free: Vec<KnownListings> = states
        .into_iter()
        .map(|list| KnownListings {
            entries: list
                .entries
                .into_iter()
                .filter(|entry| entry.entry_id.as_ref().is_some_and(|id| !used.contains(id)))
                .collect(),
            ..list
        })
        .collect();
    let new: Vec<&Entry> = own.iter().collect();
    let found = known_ids(&new, &free, &own);
    joined.extend(pairs(own.iter(), found.iter().map(Option::as_ref)));
    joined
}

/// The labels of a source that are those of listings in other sources, by the label that they take
/// over.
pub fn joined_with_others(
    of_source: &[&LoggedEntry],
    known: &[KnownListings],
) -> HashMap<EntryId, EntryId> {
    let states: Vec<Entry> =
        last_states(of_source).into_iter().flat_map(|list| list.entries).collect();
    let new: Vec<&Entry> =
        states.iter().filter(|entry| entry.entry_id.as_ref().is_some_and(is_label)).collect();
    let found = known_ids(&new, known, &states);
    pairs(new.iter().copied(), found.iter().map(Option::as_ref))
}

fn pairs<'a>(
    entries: impl Iterator<Item = &'a Entry>,
    ids: impl Iterator<Item = Option<&'a EntryId>>,
) -> HashMap<EntryId, EntryId> {
    entries
        .zip(ids)
        .filter_map(|(entry, id)| Some((entry.entry_id.clone()?, id?.clone())))
        .filter(|(label, id)| is_label(label) && label != id)
        .collect()
}

/// The last state of each listing: those that are current, and those that ended.
pub fn last_states(of_source: &[&LoggedEntry]) -> [KnownListings; 2] {
    let mut last: BTreeMap<&EntryId, &LoggedEntry> = BTreeMap::new();
    for row in of_source {
        let Some(id) = &row.entry.entry_id else { continue };
        let rank = |row: &LoggedEntry| (!row.backfilled, row.known_until.is_none(), row.row);
        if last.get(id).is_none_or(|known| rank(known) < rank(row)) {
            last.insert(id, row);
        }
    }
    [true, false].map(|are_current| KnownListings {
        entries: last
            .values()
            .filter(|row| (row.known_until.is_none() && !row.backfilled) == are_current)
            .map(|row| row.entry.clone())
            .collect(),
        are_current,
    })
}

/// Replaces labels in the rows and changes of a source, or of its history.
pub fn relabel(
    entries: &mut [LoggedEntry],
    changes: &mut [LoggedChange],
    source: &str,
    backfilled: bool,
    labels: &HashMap<EntryId, EntryId>,
) {
    let replace = |entry: &mut Entry| {
        if let Some(new) = entry.entry_id.as_ref().and_then(|old| labels.get(old)) {
            entry.entry_id = Some(new.clone());
        }
    };
    entries
        .iter_mut()
        .filter(|row| row.source == source && row.backfilled == backfilled)
        .for_each(|row| replace(&mut row.entry));
    for logged in changes
        .iter_mut()
        .filter(|logged| logged.recorded.source == source && logged.backfilled == backfilled)
    {
        let change = &mut logged.recorded.change;
        replace(&mut change.entry);
        change.before.iter_mut().for_each(replace);
    }
}
