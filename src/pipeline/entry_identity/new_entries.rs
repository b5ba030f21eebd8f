//! The ids of the entries that a check opens.

use crate::diff;
use crate::domain::{Change, Entry, EntryId, ListCode};
use crate::pipeline::background::in_background;
use crate::pipeline::entry_identity::known_listings::{KnownListings, known_ids};
use crate::pipeline::entry_identity::lineage::{carry_ids, label_changes};
use crate::pipeline::entry_identity::new_ids::make_ids;
use crate::pipeline::entry_identity::split_namesakes::{give_back, take_back};
use crate::store::{Result, Store, StoredEntry};

/// What a check changes in one list.
pub struct OpenedEntries<'a> {
    pub source: &'a str,
    pub list: ListCode,
    /// The list had no current entries before, as in its first document.
    pub is_first: bool,
    /// The current entries before that have the name of a changed entry, with their ids.
    pub before: &'a [Entry],
    /// The entries that become current. Those that continue an entry have its id already.
    pub opened: &'a mut Vec<Entry>,
    pub changes: &'a mut [Change],
}

/// Gives an id to each opened entry, and adds the ids to the entries of the changes. The caller
/// holds `Program::identity_lock` until the entries are recorded.
pub async fn identify(store: &Store, check: OpenedEntries<'_>) -> Result<()> {
    let OpenedEntries { source, list, is_first, before, opened, changes } = check;
    if is_first && opened.iter().any(|entry| entry.entry_id.is_none()) {
        continue_history(store, source, list, opened).await?;
    }
    if opened.iter().any(|entry| entry.entry_id.is_none()) {
        let known = known_listings(store, source, list).await?;
        // Nothing is recorded yet, so the store has the list as it was before.
        let own = if is_first || known.iter().all(|list| list.entries.is_empty()) {
            Vec::new()
        } else {
            still_current(store.current_entries(source, list).await?, changes)
        };
        let taken = take_back(opened, changes);
        *opened = with_known_ids(std::mem::take(opened), known, own).await;
        give_back(opened, taken);
        make_ids(store, opened).await?;
    }
    label_changes(changes, before.iter(), opened);
    Ok(())
}

/// The first document of a list goes on from the history that was backfilled before it.
async fn continue_history(
    store: &Store,
    source: &str,
    list: ListCode,
    opened: &mut Vec<Entry>,
) -> Result<()> {
    let history: Vec<Entry> =
        store.open_history(source, list).await?.into_iter().map(|stored| stored.entry).collect();
    if history.is_empty() {
        return Ok(());
    }
    let mut entries = std::mem::take(opened);
    *opened = in_background(move || {
        let changes = diff::compare(&history, &entries);
        carry_ids(&history.iter().collect::<Vec<_>>(), &mut entries, &changes);
        entries
    })
    .await;
    Ok(())
}

/// The listings of a list that a new entry of `source` may belong to: the current entries of the
/// other sources, and what any source listed before.
pub async fn known_listings(
    store: &Store,
    source: &str,
    list: ListCode,
) -> Result<Vec<KnownListings>> {
    let mut known = Vec::new();
    for other in store.sources_of_list(list).await?.into_iter().filter(|other| other != source) {
        let current = store.current_entries(&other, list).await?;
        known.push(KnownListings {
            entries: current.into_iter().map(|stored| stored.entry).collect(),
            are_current: true,
        });
    }
    let (own, others): (Vec<_>, Vec<_>) =
        store.ended_entries(list).await?.into_iter().partition(|(of, _)| of == source);
    // The last end counts first.
    known.extend([own, others].map(|ended| KnownListings {
        entries: ended.into_iter().rev().map(|(_, entry)| entry).collect(),
        are_current: false,
    }));
    Ok(known)
}

/// The entries, with the ids that those without one take from known listings. `own` are the other
/// entries of their list.
pub async fn with_known_ids(
    mut entries: Vec<Entry>,
    known: Vec<KnownListings>,
    own: Vec<Entry>,
) -> Vec<Entry> {
    if known.iter().all(|list| list.entries.is_empty()) {
        return entries;
    }
    in_background(move || {
        let mut own = own;
        own.extend(entries.iter().cloned());
        let new: Vec<&Entry> = entries.iter().filter(|entry| entry.entry_id.is_none()).collect();
        let found = known_ids(&new, &known, &own);
        let without_id = entries.iter_mut().filter(|entry| entry.entry_id.is_none());
        for (entry, id) in without_id.zip(found) {
            entry.entry_id = id;
        }
        entries
    })
    .await
}

/// The entries before that the changes leave in the list.
fn still_current(before: Vec<StoredEntry>, changes: &[Change]) -> Vec<Entry> {
    let replaced: std::collections::HashSet<&EntryId> = changes
        .iter()
        .filter_map(|change| change.before.as_ref().or(change.lost_row()))
        .filter_map(|entry| entry.entry_id.as_ref())
        .collect();
    let is_replaced =
        |entry: &Entry| entry.entry_id.as_ref().is_some_and(|id| replaced.contains(id));
    before.into_iter().map(|stored| stored.entry).filter(|entry| !is_replaced(entry)).collect()
}
