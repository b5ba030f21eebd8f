//! Computes the ids of a list's entries from everything that was recorded of it. Pure.
//!
//! The rows and changes of each source are replayed in the order of time, and the rows of one
//! listing get one label. Then the labels of several sources, and of the history and the checked
//! list, are joined. In the end each label becomes an id. It is made from the row that was recorded
//! first.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};

use jiff::Timestamp;

use crate::domain::same::{name_key, same_entry};
use crate::domain::{Change, Entry, EntryId, Sha256, utc_midnight};
use crate::pipeline::entry_identity::known_listings::KnownListings;
use crate::pipeline::entry_identity::labels::{
    is_label, joined_with_history, joined_with_others, label, last_states, relabel,
};
use crate::pipeline::entry_identity::lineage::{carry_ids, label_changes};
use crate::store::{AddedIds, LoggedChange, LoggedEntry};

/// The ids of all rows and changes of one list. Ids that rows have already are kept.
pub fn ids_of_list(mut entries: Vec<LoggedEntry>, mut changes: Vec<LoggedChange>) -> AddedIds {
    let mut sources: Vec<String> = Vec::new();
    for entry in &entries {
        if !sources.contains(&entry.source) {
            sources.push(entry.source.clone());
        }
    }
    let mut known: Vec<KnownListings> = Vec::new();
    for source in &sources {
        for backfilled in [false, true] {
            let is_of_part =
                |of: &str, is_backfilled: bool| of == source && is_backfilled == backfilled;
            let mut rows: Vec<&mut LoggedEntry> = entries
                .iter_mut()
                .filter(|entry| is_of_part(&entry.source, entry.backfilled))
                .collect();
            let mut recorded: Vec<&mut LoggedChange> = changes
                .iter_mut()
                .filter(|change| is_of_part(&change.recorded.source, change.backfilled))
                .collect();
            replay(&mut rows, &mut recorded);
        }
        let of_source: Vec<&LoggedEntry> =
            entries.iter().filter(|entry| entry.source == *source).collect();
        let renamed = joined_with_history(&of_source);
        relabel(&mut entries, &mut changes, source, true, &renamed);
        let of_source: Vec<&LoggedEntry> =
            entries.iter().filter(|entry| entry.source == *source).collect();
        let renamed = joined_with_others(&of_source, &known);
        for backfilled in [false, true] {
            relabel(&mut entries, &mut changes, source, backfilled, &renamed);
        }
        let of_source: Vec<&LoggedEntry> =
            entries.iter().filter(|entry| entry.source == *source).collect();
        known.extend(last_states(&of_source));
    }
    let ids = made_ids(&entries);
    let id_of = |entry: &Entry| entry.entry_id.as_ref().and_then(|label| ids.get(label)).cloned();
    AddedIds {
        entries: entries
            .iter()
            .filter_map(|logged| Some((logged.row, id_of(&logged.entry)?)))
            .collect(),
        changes: changes
            .iter()
            .map(|logged| {
                let change = &logged.recorded.change;
                let id = id_of(&change.entry);
                let before = change.before.as_ref().and_then(id_of).filter(|_| id.is_some());
                let before = before.filter(|before| Some(before) != id.as_ref());
                (logged.seq, id, before)
            })
            .collect(),
    }
}

/// Labels the rows of one source, or those of its history, and the changes between them.
fn replay(rows: &mut [&mut LoggedEntry], changes: &mut [&mut LoggedChange]) {
    let mut closed_at: BTreeMap<Timestamp, Vec<usize>> = BTreeMap::new();
    let mut opened_at: BTreeMap<Timestamp, Vec<usize>> = BTreeMap::new();
    for (at, row) in rows.iter().enumerate() {
        let (from, until) = times(row);
        opened_at.entry(from).or_default().push(at);
        if let Some(until) = until {
            closed_at.entry(until).or_default().push(at);
        }
    }
    let mut changed_at: HashMap<Timestamp, Vec<usize>> = HashMap::new();
    for (at, change) in changes.iter().enumerate() {
        let recorded = &change.recorded;
        let time = recorded.accepted_at.unwrap_or(recorded.observed_at);
        changed_at.entry(time).or_default().push(at);
    }
    let times: BTreeSet<Timestamp> =
        opened_at.keys().chain(closed_at.keys()).chain(changed_at.keys()).copied().collect();
    let mut current: BTreeSet<usize> = BTreeSet::new();
    let mut ended: HashMap<String, Vec<Entry>> = HashMap::new();
    for time in times {
        let none = Vec::new();
        let closed: Vec<Entry> = closed_at
            .get(&time)
            .unwrap_or(&none)
            .iter()
            .filter(|at| current.remove(at))
            .filter_map(|at| rows.get(*at).map(|row| row.entry.clone()))
            .collect();
        let opening = opened_at.get(&time).unwrap_or(&none);
        let mut opened: Vec<Entry> =
            opening.iter().filter_map(|at| rows.get(*at)).map(|row| row.entry.clone()).collect();
        let changing = changed_at.get(&time).unwrap_or(&none);
        let mut changed: Vec<Change> = changing
            .iter()
            .filter_map(|at| changes.get(*at))
            .map(|change| change.recorded.change.clone())
            .collect();
        carry_ids(&closed.iter().collect::<Vec<_>>(), &mut opened, &changed);
        label_new(&mut opened, opening, rows, &mut ended);
        let unchanged = current.iter().filter_map(|at| rows.get(*at)).map(|row| &row.entry);
        label_changes(&mut changed, closed.iter().chain(unchanged), &opened);
        let carried: HashSet<&EntryId> =
            opened.iter().filter_map(|entry| entry.entry_id.as_ref()).collect();
        for entry in closed {
            if entry.entry_id.as_ref().is_some_and(|id| !carried.contains(id)) {
                ended.entry(name_key(&entry.name)).or_default().push(entry);
            }
        }
        for (at, entry) in opening.iter().zip(opened) {
            if let Some(row) = rows.get_mut(*at) {
                row.entry = entry;
            }
            current.insert(*at);
        }
        for (at, change) in changing.iter().zip(changed) {
            if let Some(logged) = changes.get_mut(*at) {
                logged.recorded.change = change;
            }
        }
    }
}

/// When a row began and ceased to be a state of the list: by our times, or for the history by the
/// publisher's dates.
fn times(row: &LoggedEntry) -> (Timestamp, Option<Timestamp>) {
    if row.backfilled {
        (row.day_from.map_or(row.known_from, utc_midnight), row.day_until.map(utc_midnight))
    } else {
        (row.known_from, row.known_until)
    }
}

/// Labels the opened rows that continue no row: those of a listing that ended before take its label
/// up again, the others get a new one.
fn label_new(
    opened: &mut [Entry],
    opening: &[usize],
    rows: &[&mut LoggedEntry],
    ended: &mut HashMap<String, Vec<Entry>>,
) {
    let mut new: HashMap<Sha256, EntryId> = HashMap::new();
    for (entry, at) in opened.iter_mut().zip(opening) {
        if entry.entry_id.is_some() {
            continue;
        }
        // Rows with the same content are one listing.
        let content = entry.content_hash();
        let mut relisted = || {
            let namesakes = ended.get_mut(&name_key(&entry.name))?;
            let found = namesakes.iter().rposition(|row| same_entry(row, entry))?;
            namesakes.remove(found).entry_id
        };
        let id = match new.get(&content) {
            Some(id) => Some(id.clone()),
            None => relisted().or_else(|| rows.get(*at).map(|row| label(row.row))),
        };
        if let Some(id) = &id {
            new.insert(content, id.clone());
        }
        entry.entry_id = id;
    }
}

/// The entries as they were recorded. Those of one check are in an order of their contents, as for
/// new entries.
fn in_order_of_recording(entries: &[LoggedEntry]) -> Vec<&Entry> {
    let mut batch = 0_u64;
    let mut ordered: Vec<(u64, Sha256, &Entry)> = Vec::with_capacity(entries.len());
    let mut last: Option<&LoggedEntry> = None;
    for row in entries {
        let is_of_last_check = last.is_some_and(|last| {
            (&last.source, last.known_from, last.backfilled)
                == (&row.source, row.known_from, row.backfilled)
        });
        if !is_of_last_check {
            batch += 1;
        }
        last = Some(row);
        ordered.push((batch, row.entry.content_hash(), &row.entry));
    }
    ordered.sort_by(|a, b| (a.0, &a.1).cmp(&(b.0, &b.1)));
    ordered.into_iter().map(|(.., entry)| entry).collect()
}

/// The id of each label, made from the first row with it.
fn made_ids(entries: &[LoggedEntry]) -> HashMap<EntryId, EntryId> {
    let mut ids: HashMap<EntryId, EntryId> = HashMap::new();
    let mut taken: HashSet<EntryId> = entries
        .iter()
        .filter_map(|row| row.entry.entry_id.clone())
        .filter(|id| !is_label(id))
        .collect();
    for entry in in_order_of_recording(entries) {
        let Some(label) = entry.entry_id.as_ref().filter(|label| !ids.contains_key(*label)) else {
            continue;
        };
        let id = if is_label(label) {
            (0..u32::MAX).map(|counter| entry.first_id(counter)).find(|id| !taken.contains(id))
        } else {
            Some(label.clone())
        };
        if let Some(id) = id {
            taken.insert(id.clone());
            ids.insert(label.clone(), id);
        }
    }
    ids
}
