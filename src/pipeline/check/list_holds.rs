//! Reads the holds of lists from the store.

use std::collections::BTreeMap;

use crate::domain::{Hold, HoldId, HoldState, ListCode};
use crate::store::{Result, Store};

/// All holds of one list, open or decided.
pub async fn holds_of_list(store: &Store, source: &str, list: ListCode) -> Result<Vec<Hold>> {
    Ok(store
        .holds(false)
        .await?
        .into_iter()
        .filter(|hold| hold.source == source && hold.list == list && hold.section.is_none())
        .collect())
}

/// The open holds of the lists of one source, by list.
pub async fn open_holds_of(store: &Store, source: &str) -> Result<BTreeMap<ListCode, Hold>> {
    Ok(store
        .holds(true)
        .await?
        .into_iter()
        .filter(|hold| hold.source == source && hold.section.is_none())
        .map(|hold| (hold.list, hold))
        .collect())
}

/// The open holds of all sources, as they are once `written` is stored.
pub async fn open_holds_after(store: &Store, written: &[Hold]) -> Result<Vec<Hold>> {
    let mut open: BTreeMap<HoldId, Hold> =
        store.holds(true).await?.into_iter().map(|hold| (hold.hold_id.clone(), hold)).collect();
    for hold in written {
        open.insert(hold.hold_id.clone(), hold.clone());
    }
    Ok(open.into_values().filter(|hold| hold.state == HoldState::Open).collect())
}
