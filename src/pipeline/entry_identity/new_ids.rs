//! Makes the ids of listings that are recorded for the first time.

use std::collections::{HashMap, HashSet};

use crate::domain::{Entry, EntryId, Sha256};
use crate::store::{Result, Store};

/// Gives an id to each entry that has none. Entries with the same content are one listing.
pub async fn make_ids(store: &Store, entries: &mut [Entry]) -> Result<()> {
    let mut wanted: Vec<(Sha256, usize)> = entries
        .iter()
        .enumerate()
        .filter(|(_, entry)| entry.entry_id.is_none())
        .map(|(at, entry)| (entry.content_hash(), at))
        .collect();
    // Counters are given in an order of the contents, so that the order of rows decides nothing.
    wanted.sort_unstable();
    let mut used: HashSet<EntryId> =
        entries.iter().filter_map(|entry| entry.entry_id.clone()).collect();
    let mut made: HashMap<Sha256, EntryId> = HashMap::new();
    let mut counters: HashMap<EntryId, u32> = HashMap::new();
    while !wanted.is_empty() {
        let id_of = |entry: &Entry, counters: &HashMap<EntryId, u32>| {
            let base = entry.first_id(0);
            let id = counters.get(&base).map_or(base.clone(), |counter| entry.first_id(*counter));
            (base, id)
        };
        let tried: Vec<EntryId> = wanted
            .iter()
            .filter_map(|(_, at)| entries.get(*at))
            .map(|entry| id_of(entry, &counters).1)
            .collect();
        let taken: HashSet<EntryId> = store.taken_entry_ids(&tried).await?.into_iter().collect();
        // Of entries that differ in the counter alone, one gets its id in each round.
        let mut tried_bases: HashSet<EntryId> = HashSet::new();
        let mut left = Vec::new();
        for (hash, at) in wanted {
            let Some(entry) = entries.get_mut(at) else { continue };
            if let Some(id) = made.get(&hash) {
                entry.entry_id = Some(id.clone());
                continue;
            }
            let (base, id) = id_of(entry, &counters);
            if !tried_bases.insert(base.clone()) {
                left.push((hash, at));
                continue;
            }
            *counters.entry(base).or_insert(0) += 1;
            if taken.contains(&id) || !used.insert(id.clone()) {
                left.push((hash, at));
                continue;
            }
            made.insert(hash, id.clone());
            entry.entry_id = Some(id);
        }
        wanted = left;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::{Citation, ListCode};
    use crate::store::{Fence, Mode, PastUpdate, StoreUrl, open};

    fn row(address: &str) -> Entry {
        Entry {
            addresses: vec![address.to_owned()],
            citations: vec![Citation::page(84, 61541)],
            ..Entry::named(ListCode::EL, "Alder Works")
        }
    }

    async fn made(store: &Store, addresses: &[&str]) -> HashMap<String, EntryId> {
        let mut entries: Vec<Entry> = addresses.iter().map(|address| row(address)).collect();
        make_ids(store, &mut entries).await.unwrap();
        let pairs = entries
            .into_iter()
            .map(|mut entry| (entry.addresses.remove(0), entry.entry_id.unwrap()));
        pairs.collect()
    }

    #[tokio::test]
    async fn namesakes_differ_in_their_counter_whatever_the_order_of_rows() {
        let folder = tempfile::tempdir().unwrap();
        let url = StoreUrl::sqlite_file(folder.path().join("entitywatch.db"));
        let store = open(&url, Mode::Write).await.unwrap();
        let ids = made(&store, &["Dock", "Quay", "Pier", "Dock"]).await;
        assert_eq!(ids, made(&store, &["Pier", "Dock", "Dock", "Quay"]).await);
        let mut found: Vec<&EntryId> = ids.values().collect();
        found.sort();
        let mut expected: Vec<EntryId> = (0..3).map(|counter| row("").first_id(counter)).collect();
        expected.sort();
        assert_eq!(found, expected.iter().collect::<Vec<_>>());

        // An id that is stored already belongs to another listing.
        let stored = Entry { entry_id: Some(row("").first_id(1)), ..row("Mole") };
        let past = PastUpdate {
            source: "ecfr".to_owned(),
            list: ListCode::EL,
            as_of: "2022-06-30".parse().unwrap(),
            close: Vec::new(),
            open: vec![stored],
            changes: Vec::new(),
            joined: Vec::new(),
            at: jiff::Timestamp::UNIX_EPOCH,
            journal: Vec::new(),
            fence: Fence::default(),
        };
        store.record_history(past).await.unwrap();
        let ids = made(&store, &["Dock", "Quay"]).await;
        let mut found: Vec<EntryId> = ids.into_values().collect();
        found.sort();
        let mut expected = vec![row("").first_id(0), row("").first_id(2)];
        expected.sort();
        assert_eq!(found, expected);
    }
}
