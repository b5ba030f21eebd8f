//! The changes of one list in one check, before they become alerts.

use std::collections::HashMap;

use crate::domain::alert::SnapshotRef;
use crate::domain::{AlertId, Change, ChangeId, Entry, ListCode, ListState};

/// The changes of one list.
pub struct ListChanges {
    pub list: ListCode,
    pub changes: Vec<Change>,
    /// The list is on hold for loss: its removals wait, and these are the other changes.
    pub unconfirmed: bool,
    /// The current entries before the changes.
    pub before: Vec<Entry>,
    /// The document that the current entries came from.
    pub previous: Option<SnapshotRef>,
    /// The recent changes that other sources of the list showed, each with the alert about it.
    pub alerted_elsewhere: HashMap<ChangeId, AlertId>,
}

impl ListChanges {
    /// Changes that were not yet compared with other sources. `state` is the list's state before
    /// them.
    pub fn new(
        list: ListCode,
        state: Option<&ListState>,
        before: Vec<Entry>,
        changes: Vec<Change>,
    ) -> Self {
        Self {
            list,
            changes,
            unconfirmed: false,
            before,
            previous: state.map(snapshot_of),
            alerted_elsewhere: HashMap::new(),
        }
    }
}

fn snapshot_of(state: &ListState) -> SnapshotRef {
    SnapshotRef {
        sha256: state.document_sha256.clone(),
        as_of: state.as_of,
        observed_at: Some(state.observed_at),
    }
}
