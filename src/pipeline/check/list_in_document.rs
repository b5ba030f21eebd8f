//! One watched list in one document: the stored state, the hold and the baseline alert that it
//! gives. Pure.

use jiff::Timestamp;

use crate::config::Source;
use crate::diff::Size;
use crate::domain::alert::{AlertBody, SnapshotRef, SourceBaseline};
use crate::domain::{
    Change, Entry, Hold, HoldId, HoldState, ListCode, ListState, Summary, utc_day,
};
use crate::pipeline::alerting::list_changes::ListChanges;
use crate::pipeline::check::assessment::ListOnHold;
use crate::pipeline::check::document_warnings::repeats_warning;

/// One list of the document.
pub struct ListInDocument<'a> {
    pub source: &'a Source,
    pub list: ListCode,
    /// The state before the document.
    pub state: Option<ListState>,
    pub reference: &'a SnapshotRef,
    pub now: Timestamp,
    pub warnings: &'a [String],
    /// All holds of the list, if this document puts it on hold.
    pub earlier_holds: &'a [Hold],
}

impl ListInDocument<'_> {
    /// The list's state after the document is accepted with `count` entries.
    pub fn accepted_state(&self, count: usize) -> ListState {
        let mut state = self.state.clone().unwrap_or_else(|| ListState {
            source: self.source.name.clone(),
            list: self.list,
            baseline_at: self.now,
            count,
            recent_counts: Vec::new(),
            document_sha256: self.reference.sha256.clone(),
            observed_at: self.now,
            as_of: self.reference.as_of,
            rejected_content: None,
        });
        state.note_count(utc_day(self.now), count);
        state.document_sha256.clone_from(&self.reference.sha256);
        state.observed_at = self.now;
        state.as_of = self.reference.as_of;
        state
    }

    /// Like `accepted_state`, but later counts are compared with `count` alone.
    pub fn accepted_state_with_new_counts(&self, count: usize) -> ListState {
        let mut state = self.accepted_state(count);
        state.recent_counts.clear();
        state.note_count(utc_day(self.now), count);
        state
    }

    /// Like `accepted_state`, but the removals that rules order do not count as lost later.
    pub fn accepted_state_after_orders(&self, count: usize, ordered_removals: usize) -> ListState {
        let mut state = self.accepted_state(count);
        if ordered_removals > 0 {
            for (_, highest) in &mut state.recent_counts {
                *highest = highest.saturating_sub(ordered_removals).max(count);
            }
        }
        state
    }

    /// The list's state while removals of the document wait. The entries that wait are still
    /// counted, and the loss is still measured against the state before.
    pub fn state_on_hold(&self, count: usize) -> ListState {
        let state = self.state.clone().unwrap_or_else(|| self.accepted_state(count));
        ListState { count, ..state }
    }

    /// The changes of the list, to be alerted.
    pub fn changes(&self, changes: Vec<Change>, before: Vec<Entry>) -> ListChanges {
        ListChanges::new(self.list, self.state.as_ref(), before, changes)
    }

    /// The alert to operators about a new baseline.
    pub fn baseline_alert(&self, count: usize, size: Size) -> AlertBody {
        AlertBody::SourceBaseline(SourceBaseline {
            source: self.source.name.clone(),
            list: self.list,
            count,
            observed_at: self.now,
            snapshot: self.reference.clone(),
            warnings: self
                .warnings
                .iter()
                .cloned()
                .chain(repeats_warning(self.list, size))
                .collect(),
        })
    }

    /// A new hold. `alerted_at` is the time of the alert about it, or of the one before it.
    pub fn new_hold(&self, on_hold: &ListOnHold, alerted_at: Timestamp) -> Hold {
        let opened_at = self.now.to_string();
        Hold {
            hold_id: HoldId::of([
                self.source.name.as_str(),
                self.list.as_str(),
                on_hold.content.as_str(),
                &opened_at,
            ]),
            source: self.source.name.clone(),
            list: self.list,
            section: None,
            reason: on_hold.reason,
            state: HoldState::Open,
            sha256: self.reference.sha256.clone(),
            content_sha256: on_hold.content.clone(),
            opened_at: self.now,
            alerted_at,
            count_before: on_hold.count_before,
            count_after: on_hold.count_after,
            summary: Summary::of(&on_hold.changes),
            message: on_hold.message.clone(),
            decided_at: None,
            decided_by: None,
            identified: None,
            decision_reason: None,
            as_baseline: false,
        }
    }
}
