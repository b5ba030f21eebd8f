//! The outcomes of all watched lists of one document, and what each of them writes to the store.

use jiff::Timestamp;
use serde_json::json;
use tracing::warn;

use crate::domain::CheckOutcome;
use crate::domain::alert::{AlertBody, SnapshotHeld};
use crate::domain::{Change, Entry, Hold, HoldState, ListCode, ListState, Summary, utc_day};
use crate::pipeline::alerting::list_changes::ListChanges;
use crate::pipeline::check::assessment::{Assessment, ListOnHold, ListOutcome};
use crate::pipeline::check::document_warnings::repeats_warning;
use crate::pipeline::check::hold_alerts;
use crate::pipeline::check::list_in_document::ListInDocument;
use crate::store::ListUpdate;

/// How many entry names a message about a hold shows.
const EXAMPLES: usize = 10;

/// What one document means for the watched lists.
pub struct ListOutcomes {
    /// The worst outcome of the lists.
    pub outcome: CheckOutcome,
    pub changes: Vec<ListChanges>,
    pub updates: Vec<ListUpdate>,
    pub holds: Vec<Hold>,
    pub operator_alerts: Vec<AlertBody>,
    /// Why lists were refused.
    pub refusals: Vec<String>,
    /// Lists of which no document had a row so far.
    pub absent: Vec<ListCode>,
    /// A part of the document was accepted: a baseline, changes, or the changes of a list on hold
    /// that do not wait.
    pub is_accepted: bool,
    /// A list is on hold or was refused, or its content was rejected before.
    pub is_waiting: bool,
    /// One line for each list.
    pub lines: Vec<String>,
    /// The outcome of each list, for the journal.
    pub journal: serde_json::Map<String, serde_json::Value>,
}

impl Default for ListOutcomes {
    fn default() -> Self {
        Self {
            outcome: CheckOutcome::NotModified,
            changes: Vec::new(),
            updates: Vec::new(),
            holds: Vec::new(),
            operator_alerts: Vec::new(),
            refusals: Vec::new(),
            absent: Vec::new(),
            is_accepted: false,
            is_waiting: false,
            lines: Vec::new(),
            journal: serde_json::Map::new(),
        }
    }
}

impl ListOutcomes {
    /// All outcomes in one line.
    pub fn detail(&self) -> String {
        self.lines.join("; ")
    }

    /// Adds a list of which nothing is taken from the document.
    pub fn refuse(&mut self, list: ListCode, message: String) {
        self.outcome = self.outcome.max(CheckOutcome::Refused);
        self.journal.insert(list.to_string(), json!({"outcome": CheckOutcome::Refused.as_str()}));
        self.refusals.push(message.clone());
        self.lines.push(message);
    }

    /// Adds the assessment of one list. `open_hold` is the hold of the list that was open before.
    pub fn add(
        &mut self,
        listed: &ListInDocument<'_>,
        assessment: Assessment,
        open_hold: Option<Hold>,
    ) {
        let (list, document_size) = (assessment.list, assessment.document_size);
        if let Some(text) = repeats_warning(list, document_size) {
            warn!(source.name = listed.source.name, list = list.as_str(), "{text}");
        }
        let (outcome, line) = self.add_outcome(listed, assessment, open_hold);
        self.outcome = self.outcome.max(outcome);
        self.journal.insert(
            list.to_string(),
            json!({"outcome": outcome.as_str(), "entries": document_size.entries}),
        );
        self.lines.push(line);
    }

    /// Adds what follows from the outcome of one list. Returns the outcome and its line.
    fn add_outcome(
        &mut self,
        listed: &ListInDocument<'_>,
        assessment: Assessment,
        open_hold: Option<Hold>,
    ) -> (CheckOutcome, String) {
        let Assessment { list, outcome, document_size, count_after, .. } = assessment;
        let Assessment { ordered_removals, before, close, open, resets_counts, .. } = assessment;
        self.note_acceptance(&outcome);
        let update = |state: ListState| ListUpdate { state, close, open };
        match outcome {
            ListOutcome::RefusedBaseline(message) => {
                self.refusals.push(message.clone());
                (CheckOutcome::Refused, message)
            }
            ListOutcome::Absent => (CheckOutcome::Unchanged, self.note_absence(listed)),
            ListOutcome::Baseline => {
                self.updates.push(update(listed.accepted_state(count_after)));
                self.operator_alerts.push(listed.baseline_alert(count_after, document_size));
                (
                    CheckOutcome::Baseline,
                    format!(
                        "{list}: {count_after} entries accepted as the \
                                             baseline"
                    ),
                )
            }
            ListOutcome::Unchanged => {
                self.updates.push(update(listed.accepted_state(count_after)));
                self.close_hold(listed, open_hold, HoldState::Superseded);
                let line = format!("{list}: {} entries, unchanged", document_size.entries);
                (CheckOutcome::Unchanged, line)
            }
            ListOutcome::RejectedBefore => {
                // The publisher no longer serves the content of the open hold, so nobody is asked
                // about it any more.
                self.close_hold(listed, open_hold, HoldState::Replaced);
                let line = format!(
                    "{list}: the same content was rejected before; the current list stays as it is"
                );
                (CheckOutcome::Unchanged, line)
            }
            ListOutcome::Changed(changes) => {
                let state = if resets_counts {
                    listed.accepted_state_with_new_counts(count_after)
                } else {
                    listed.accepted_state_after_orders(count_after, ordered_removals)
                };
                self.updates.push(update(state));
                self.close_hold(listed, open_hold, HoldState::Superseded);
                let line = changed_line(list, &changes);
                self.changes.push(listed.changes(changes, before));
                (CheckOutcome::Changed, line)
            }
            ListOutcome::OnHold(on_hold) => {
                let line = format!("{list}: on hold for {}: {}", on_hold.reason, on_hold.message);
                if !on_hold.passing.is_empty() {
                    self.updates.push(update(listed.state_on_hold(count_after)));
                    let changes = listed.changes(on_hold.passing.clone(), before);
                    self.changes.push(ListChanges { unconfirmed: true, ..changes });
                }
                self.put_on_hold(listed, &on_hold, open_hold);
                (CheckOutcome::OnHold, line)
            }
        }
    }

    /// Notes a list of which no document had a row so far. Returns its line.
    fn note_absence(&mut self, listed: &ListInDocument<'_>) -> String {
        let list = listed.list;
        warn!(
            source.name = listed.source.name,
            list = list.as_str(),
            "the document has no row of {list}, and no earlier document had one"
        );
        self.absent.push(list);
        format!("{list}: no rows so far; its first ones will be the baseline")
    }

    /// Refuses the whole document, because it has no row of any watched list.
    pub fn refuse_without_rows(&mut self, rows: usize) {
        let lists: Vec<&str> = self.absent.iter().map(|list| list.as_str()).collect();
        let message = format!(
            "expected rows of the watched lists ({}), but got none in {rows} rows",
            lists.join(", ")
        );
        self.lines = vec![message.clone()];
        self.refusals.push(message);
        self.outcome = CheckOutcome::Refused;
    }

    /// Adds entries of a list that were listed before it was known that they are. Nobody is alerted
    /// of them. `state` is that of the list.
    pub fn open_unalerted(&mut self, state: &ListState, entries: Vec<Entry>, now: Timestamp) {
        if entries.is_empty() {
            return;
        }
        let count = entries.len();
        let of_list = self.updates.iter_mut().find(|update| update.state.list == state.list);
        if let Some(update) = of_list {
            let total = update.state.count + count;
            update.state.note_count(utc_day(now), total);
            update.open.extend(entries);
            return;
        }
        let mut state = state.clone();
        state.note_count(utc_day(now), state.count + count);
        self.updates.push(ListUpdate { state, close: Vec::new(), open: entries });
    }

    fn note_acceptance(&mut self, outcome: &ListOutcome) {
        let (is_accepted, is_waiting) = match outcome {
            ListOutcome::Baseline | ListOutcome::Changed(_) => (true, false),
            ListOutcome::OnHold(on_hold) => (!on_hold.passing.is_empty(), true),
            ListOutcome::RefusedBaseline(_) | ListOutcome::RejectedBefore => (false, true),
            ListOutcome::Absent | ListOutcome::Unchanged => (false, false),
        };
        self.is_accepted |= is_accepted;
        self.is_waiting |= is_waiting;
    }

    fn close_hold(
        &mut self,
        listed: &ListInDocument<'_>,
        open_hold: Option<Hold>,
        state: HoldState,
    ) {
        if let Some(hold) = open_hold {
            self.holds.push(Hold { state, decided_at: Some(listed.now), ..hold });
        }
    }

    /// Opens a hold, unless the same content is on hold already.
    fn put_on_hold(
        &mut self,
        listed: &ListInDocument<'_>,
        on_hold: &ListOnHold,
        open_hold: Option<Hold>,
    ) {
        if let Some(open_hold) = open_hold {
            if open_hold.content_sha256 == on_hold.content {
                // A reminder must show the message that is true at its time.
                if open_hold.message != on_hold.message {
                    self.holds.push(Hold { message: on_hold.message.clone(), ..open_hold });
                }
                return;
            }
            self.close_hold(listed, Some(open_hold), HoldState::Replaced);
        }
        let alerted_lately =
            hold_alerts::alerted_lately(&on_hold.content, listed.earlier_holds, listed.now);
        let hold = listed.new_hold(on_hold, alerted_lately.unwrap_or(listed.now));
        self.holds.push(hold.clone());
        if alerted_lately.is_some() {
            return;
        }
        let examples =
            on_hold.waiting().take(EXAMPLES).map(|change| change.entry.name.clone()).collect();
        self.operator_alerts.push(AlertBody::SnapshotHeld(Box::new(SnapshotHeld {
            hold,
            reminder: false,
            examples,
        })));
    }
}

fn changed_line(list: ListCode, changes: &[Change]) -> String {
    let Summary { added, removed, revised, editorial } = Summary::of(changes);
    format!("{list}: {added} added, {removed} removed, {revised} revised, {editorial} editorial")
}
