//! Adds ids to the entries that an older program recorded without.

use tracing::info;

use crate::pipeline::background::in_background;
use crate::pipeline::entry_identity::replay::ids_of_list;
use crate::store::{AddedIds, Result, Store};

/// Adds an id to each entry and change that has none, all in one transaction. Does nothing if every
/// entry has one. To be called when the store was opened for writing, before anything is written.
pub async fn add_missing_ids(store: &Store) -> Result<()> {
    let lists = store.lists_without_ids().await?;
    if lists.is_empty() {
        return Ok(());
    }
    let mut added = AddedIds::default();
    for list in lists {
        let (entries, changes) = (store.entry_log(list).await?, store.change_log(list).await?);
        let of_list = in_background(move || ids_of_list(entries, changes)).await;
        added.entries.extend(of_list.entries);
        added.changes.extend(of_list.changes);
    }
    let (entries, changes) = (added.entries.len(), added.changes.len());
    store.add_entry_ids(added).await?;
    info!(entries, changes, "the recorded entries have permanent ids now");
    Ok(())
}
