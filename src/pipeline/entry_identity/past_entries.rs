//! The ids of the entries that a backfill records of a past date.
//!
//! The history and the checked list share their ids. The history may have given an id to an entry
//! before it was seen to be an entry of the checked list. Then the history takes over the id of the
//! checked list, because people and programs know that one.

use std::collections::HashSet;

use crate::diff;
use crate::domain::{Change, Entry, EntryId, ListCode};
use crate::pipeline::background::in_background;
use crate::pipeline::entry_identity::known_listings::KnownListings;
use crate::pipeline::entry_identity::lineage::{carry_ids, label_changes};
use crate::pipeline::entry_identity::new_entries::{known_listings, with_known_ids};
use crate::pipeline::entry_identity::new_ids::make_ids;
use crate::store::{Result, Store};

/// What a past date changes in one list.
pub struct PastEntries<'a> {
    pub source: &'a str,
    pub list: ListCode,
    /// The entries of the past date before it, with their ids.
    pub before: &'a [Entry],
    /// The entries that were listed from this date on. Those that continue an entry have its id
    /// already.
    pub opened: &'a mut Vec<Entry>,
    pub changes: &'a mut [Change],
}

/// Gives an id to each opened entry, and adds the ids to the entries of the changes. Returns the
/// ids that the history used so far, each with the id of the checked list that it takes over. The
/// caller holds `Program::identity_lock` until the entries are recorded.
pub async fn identify_past(
    store: &Store,
    past: PastEntries<'_>,
) -> Result<Vec<(EntryId, EntryId)>> {
    let PastEntries { source, list, before, opened, changes } = past;
    let first_checked = store.first_entries(source, list).await?;
    let renamed = not_checked(store, opened).await?;
    let joined = if first_checked.is_empty() {
        Vec::new()
    } else {
        let (entries, joined) =
            join(std::mem::take(opened), before.to_vec(), first_checked, renamed).await;
        *opened = entries;
        joined
    };
    if opened.iter().any(|entry| entry.entry_id.is_none()) {
        let mut known = known_listings(store, source, list).await?;
        let current = store.current_entries(source, list).await?;
        known.insert(
            0,
            KnownListings {
                entries: current.into_iter().map(|stored| stored.entry).collect(),
                are_current: true,
            },
        );
        *opened = with_known_ids(std::mem::take(opened), known, before.to_vec()).await;
        make_ids(store, opened).await?;
    }
    label_changes(changes, before.iter(), opened);
    for entry in changes.iter_mut().filter_map(|change| change.before.as_mut()) {
        if let Some((_, new)) = joined.iter().find(|(old, _)| Some(old) == entry.entry_id.as_ref())
        {
            entry.entry_id = Some(new.clone());
        }
    }
    Ok(joined)
}

/// The ids of these entries that no checked list uses.
async fn not_checked(store: &Store, opened: &[Entry]) -> Result<HashSet<EntryId>> {
    let ids: Vec<EntryId> = opened.iter().filter_map(|entry| entry.entry_id.clone()).collect();
    let checked = store.checked_entry_ids(&ids).await?;
    Ok(ids.into_iter().filter(|id| !checked.contains(id)).collect())
}

/// Gives the opened entries that are in the first checked list the ids of that list. An entry may
/// have an id of the history already, if it is one of `unchecked`. Then the id of the checked list
/// is returned with it.
async fn join(
    mut opened: Vec<Entry>,
    before: Vec<Entry>,
    first_checked: Vec<Entry>,
    unchecked: HashSet<EntryId>,
) -> (Vec<Entry>, Vec<(EntryId, EntryId)>) {
    let is_open = |entry: &Entry| entry.entry_id.as_ref().is_none_or(|id| unchecked.contains(id));
    if !opened.iter().any(is_open) {
        return (opened, Vec::new());
    }
    in_background(move || {
        let is_open =
            |entry: &Entry| entry.entry_id.as_ref().is_none_or(|id| unchecked.contains(id));
        let used: HashSet<&EntryId> =
            before.iter().chain(&opened).filter_map(|entry| entry.entry_id.as_ref()).collect();
        let free: Vec<&Entry> = first_checked
            .iter()
            .filter(|entry| entry.entry_id.as_ref().is_some_and(|id| !used.contains(id)))
            .collect();
        let places: Vec<usize> =
            (0..opened.len()).filter(|at| opened.get(*at).is_some_and(is_open)).collect();
        let mut candidates: Vec<Entry> = places
            .iter()
            .filter_map(|at| opened.get(*at))
            .map(|entry| Entry { entry_id: None, ..entry.clone() })
            .collect();
        let free_entries: Vec<Entry> = free.iter().map(|entry| (*entry).clone()).collect();
        let changes = diff::compare(&free_entries, &candidates);
        carry_ids(&free, &mut candidates, &changes);
        let mut joined = Vec::new();
        for (at, candidate) in places.into_iter().zip(candidates) {
            let (Some(entry), Some(id)) = (opened.get_mut(at), candidate.entry_id) else {
                continue;
            };
            if let Some(old) = entry.entry_id.replace(id.clone()) {
                joined.push((old, id));
            }
        }
        (opened, joined)
    })
    .await
}
