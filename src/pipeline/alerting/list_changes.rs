//! The changes of one list in one check, before they become alerts.

use std::collections::{HashMap, HashSet};

use crate::domain::alert::SnapshotRef;
use crate::domain::{AlertId, Change, ChangeId, Citation, Entry, ListCode, ListState};

/// The changes of one list.
pub struct ListChanges {
    pub list: ListCode,
    pub changes: Vec<Change>,
    /// The list is on hold for loss: its removals wait, and these are the other changes.
    pub unconfirmed: bool,
    pub before: EntriesBefore,
    /// The document that the current entries came from.
    pub previous: Option<SnapshotRef>,
    /// The recent changes that other sources of the list showed, each with the alert about it.
    pub alerted_elsewhere: HashMap<ChangeId, AlertId>,
}

/// The current entries of a list before its changes, reduced to what each check needs of them. A
/// check of all lists would otherwise keep all of them in memory. Until the check is recorded, they
/// can be read from the store again.
#[derive(Default)]
pub struct EntriesBefore {
    /// The list had no entries.
    pub is_empty: bool,
    /// The entries with the name of a changed entry, in order.
    pub named_like_changed: Vec<Entry>,
    /// The citations of each entry that has any.
    pub citations: Vec<Vec<Citation>>,
}

impl EntriesBefore {
    fn of(entries: Vec<Entry>, changes: &[Change]) -> Self {
        let names: HashSet<&str> = changes
            .iter()
            .flat_map(|change| [Some(&change.entry), change.before.as_ref()])
            .flatten()
            .map(|entry| entry.name.as_str())
            .collect();
        let is_empty = entries.is_empty();
        let (mut named_like_changed, mut citations) = (Vec::new(), Vec::new());
        for mut entry in entries {
            let is_named_like_changed = names.contains(entry.name.as_str());
            if !entry.citations.is_empty() {
                citations.push(if is_named_like_changed {
                    entry.citations.clone()
                } else {
                    std::mem::take(&mut entry.citations)
                });
            }
            if is_named_like_changed {
                named_like_changed.push(entry);
            }
        }
        Self { is_empty, named_like_changed, citations }
    }
}

impl ListChanges {
    /// Changes that were not yet compared with other sources. `state` is the list's state before
    /// them, and `before` are its current entries before them.
    pub fn new(
        list: ListCode,
        state: Option<&ListState>,
        before: Vec<Entry>,
        changes: Vec<Change>,
    ) -> Self {
        Self {
            list,
            unconfirmed: false,
            before: EntriesBefore::of(before, &changes),
            changes,
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::diff;

    #[test]
    fn ok_of_the_entries_before_remain_all_citations_and_the_namesakes_of_changed_entries() {
        let entry = |name: &str, page: u32| Entry {
            citations: vec![Citation::page(80, page)],
            ..Entry::named(ListCode::EL, name)
        };
        let uncited = Entry::named(ListCode::EL, "Cedar Port");
        let removed = Entry { remarks: "removed".into(), ..entry("Alder Works", 1) };
        let namesake = entry("Alder Works", 2);
        let unchanged = entry("Birch Mill", 3);
        let before = vec![removed.clone(), namesake.clone(), unchanged.clone(), uncited.clone()];
        let after = [namesake.clone(), unchanged, uncited, entry("Dogwood Yard", 4)];
        let changes = diff::compare(&before, &after);
        let list_changes = ListChanges::new(ListCode::EL, None, before, changes);
        let EntriesBefore { is_empty, named_like_changed, citations } = list_changes.before;
        assert_eq!((is_empty, named_like_changed), (false, vec![removed, namesake]));
        assert_eq!(citations, [1, 2, 3].map(|page| vec![Citation::page(80, page)]));
    }
}
