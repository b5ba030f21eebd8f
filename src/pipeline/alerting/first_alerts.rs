//! Whether another source's alert was the first about a change, and what that alert lacked. Pure.

use jiff::SignedDuration;

use crate::diff::sources::counterparts;
use crate::diff::sources::index::Index;
use crate::diff::sources::matched_by::MatchedBy;
use crate::diff::sources::unconfirmed;
use crate::domain::{Change, ChangeKind, Entry, RowFate};
use crate::store::RecordedChange;

/// A source that shows a change at most this long after another one confirms it. Later the change
/// is news again.
pub const CONFIRMED_WITHIN: SignedDuration = SignedDuration::from_hours(60 * 24);

/// The recently alerted changes of one other source, ready for lookups.
pub struct RecentAlerts<'a> {
    pub changes: &'a [RecordedChange],
    /// The entries of `changes`, at the same places.
    pub index: Index<'a>,
    /// The current entries of the other source.
    pub current: &'a Index<'a>,
    /// The entries of the checked list, before and after its changes.
    pub own: &'a Index<'a>,
}

/// The change that another source showed first.
pub struct FirstAlert<'a> {
    pub first: &'a RecordedChange,
    /// What the other source did not show.
    pub differences: Vec<String>,
    /// The terms that the other source words or punctuates differently.
    pub worded_differently: Vec<String>,
}

impl<'a> RecentAlerts<'a> {
    /// The change of the other source that was the first alert about `change`. `None` if there is
    /// none, or if the other source has reversed it since.
    pub fn first_alert(&self, change: &Change) -> Option<FirstAlert<'a>> {
        // A removed row of a change names another row, about which the other source may have had
        // any alert.
        if change.row_fate() == Some(RowFate::Gone) {
            return None;
        }
        let mut current: Vec<&Entry> =
            counterparts::find_all(&change.entry, self.current, self.own)
                .into_iter()
                .filter_map(|found| self.current.get(found))
                .collect();
        let is_removed = change.kind == ChangeKind::Removed;
        if is_removed != current.is_empty() {
            return None;
        }
        // A revision that was paired by weak evidence may be a new listing. Then only an alert with
        // the same name counts.
        let alerted = counterparts::find_all(&change.entry, &self.index, self.own)
            .into_iter()
            .filter(|found| found.matched_by == MatchedBy::Name || !change.is_uncertain_revision())
            .filter_map(|found| self.changes.get(found.position))
            .filter(|alerted| alerted.change.kind == change.kind);
        for first in alerted {
            let differences = match change.kind {
                ChangeKind::Removed => Vec::new(),
                ChangeKind::Added => {
                    current.push(&first.change.entry);
                    unconfirmed::of_entry(&change.entry, &current)
                }
                ChangeKind::Revised => {
                    match unconfirmed::of_revision(change, &first.change, &current) {
                        Some(differences) => differences,
                        None => continue,
                    }
                }
            };
            let worded_differently = if is_removed {
                Vec::new()
            } else {
                unconfirmed::reworded_terms(&change.entry, &current)
            };
            return Some(FirstAlert { first, differences, worded_differently });
        }
        None
    }
}
