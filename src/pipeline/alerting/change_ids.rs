//! The ids of changes that occur more than once.

use std::collections::HashMap;

use crate::domain::{Change, ChangeId, ChangeKind};
use crate::store::{Result, Store};

/// Gives every change that was recorded before an id of its own, so that a recurrence is not taken
/// for a repeat of the old change. Adds the id of the content of each change to `base_ids`, under
/// the change's new id.
pub async fn number_recurrences(
    store: &Store,
    source: &str,
    mut changes: Vec<Change>,
    base_ids: &mut HashMap<ChangeId, ChangeId>,
) -> Result<Vec<Change>> {
    let ids: Vec<ChangeId> = changes.iter().map(|change| change.change_id.clone()).collect();
    let mut recurrences: HashMap<ChangeId, u32> =
        store.recurrences(source, &ids).await?.into_iter().collect();
    let mut new_ids: HashMap<ChangeId, ChangeId> = HashMap::new();
    for change in &mut changes {
        let base_id = change.change_id.clone();
        let recurrence = recurrences.entry(base_id.clone()).or_default();
        if *recurrence > 0 {
            let (before, after) = match change.kind {
                ChangeKind::Added => (None, Some(&change.entry)),
                ChangeKind::Removed => (Some(&change.entry), None),
                ChangeKind::Revised => (change.before.as_ref(), Some(&change.entry)),
            };
            change.change_id = Change::id_of(change.kind, before, after, *recurrence);
        }
        *recurrence += 1;
        new_ids.insert(base_id.clone(), change.change_id.clone());
        base_ids.insert(change.change_id.clone(), base_id);
    }
    for id in changes.iter_mut().flat_map(|change| &mut change.possibly) {
        if let Some(new_id) = new_ids.get(id) {
            id.clone_from(new_id);
        }
    }
    Ok(changes)
}
