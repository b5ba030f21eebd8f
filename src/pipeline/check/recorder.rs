//! Collects what one check found and records it in one transaction, with the alerts to operators
//! that follow from it.
//!
//! Both kinds of check use it. It must not know what either kind compares.

use jiff::Timestamp;
use serde_json::json;
use tracing::{info, warn};

use crate::clock::Stopwatch;
use crate::config::Source;
use crate::crash_point::CrashPoint;
use crate::domain::CheckOutcome;
use crate::domain::alert::{AlertBody, SnapshotHeld};
use crate::domain::journal::JournalEvent;
use crate::domain::{Document, Hold, SourceState, journal_kind};
use crate::pipeline::alerting::addressing;
use crate::pipeline::check::check_metrics::CheckMetrics;
use crate::pipeline::check::check_result::CheckResult;
use crate::pipeline::check::hold_alerts;
use crate::pipeline::check::list_holds::{holds_of_list, open_holds_after};
use crate::pipeline::check::operator_alerts::{Failure, failed, succeeded};
use crate::pipeline::items::note_items;
use crate::pipeline::matching::match_changes;
use crate::pipeline::shared_lock::SharedLock;
use crate::pipeline::{Program, Wiring};
use crate::schedule;
use crate::store::{Check, CheckRecord, Result};

/// One check while it runs, and what it will record.
pub(crate) struct CheckRecorder<'a> {
    pub(crate) program: &'a Program,
    pub(crate) wiring: &'a Wiring,
    pub(crate) source: &'a Source,
    /// When the check began.
    pub(crate) now: Timestamp,
    stopwatch: Stopwatch,
    /// What `finish` will record.
    pub(crate) record: CheckRecord,
}

impl<'a> CheckRecorder<'a> {
    pub(crate) fn new(
        program: &'a Program,
        wiring: &'a Wiring,
        source: &'a Source,
        now: Timestamp,
        stopwatch: Stopwatch,
    ) -> Self {
        Self {
            program,
            wiring,
            source,
            now,
            stopwatch,
            record: CheckRecord { at: now, ..CheckRecord::default() },
        }
    }

    /// Enters into the journal the checks that were due since the last one and were not made. Then
    /// a gap in the history is not taken for a time without changes.
    pub(crate) fn note_missed_checks(&mut self, state: &SourceState) {
        let missed = schedule::missed(&self.source.schedule, state.last_check_at, self.now);
        let Some(gap) = missed else { return };
        warn!(
            source.name = self.source.name,
            gap.checks = gap.count,
            gap.from = %gap.first,
            gap.until = %gap.last,
            "checks that were due were not made"
        );
        let data = json!({
            "source": self.source.name,
            "checks": gap.count,
            "from": gap.first,
            "until": gap.last,
        });
        self.record.journal.push(JournalEvent { kind: journal_kind::GAP.into(), data });
    }

    /// Records that the source could not be reached, or that its document was not usable. The
    /// current lists stay as they are.
    pub(crate) async fn fail(
        mut self,
        mut state: SourceState,
        failure: &Failure,
    ) -> Result<CheckResult> {
        let (source, message, failures) =
            (&self.source.name, &failure.message, state.consecutive_failures + 1);
        warn!(
            source.name = source,
            refused = failure.refused,
            failures,
            "{source}: the check failed; the current lists stay as they are: {message}"
        );
        let outcome = if failure.refused { CheckOutcome::Refused } else { CheckOutcome::Failed };
        self.note_failure(&mut state, failure);
        self.finish(state, outcome, failure.message.clone(), None).await
    }

    /// Records that nothing is new.
    pub(crate) async fn finish_unchanged(
        mut self,
        mut state: SourceState,
        outcome: CheckOutcome,
        detail: &str,
    ) -> Result<CheckResult> {
        state.unchanged_checks += 1;
        self.succeed(&mut state);
        self.finish(state, outcome, detail.to_owned(), None).await
    }

    /// Notes in `state` that the check succeeded, and alerts operators if the source has recovered.
    pub(crate) fn succeed(&mut self, state: &mut SourceState) {
        if let Some(body) = succeeded(state, self.now) {
            self.alert_operators(body);
        }
    }

    /// Notes in `state` that the check failed, and alerts operators if that is due.
    pub(crate) fn note_failure(&mut self, state: &mut SourceState, failure: &Failure) {
        if let Some(body) = failed(state, failure, self.now) {
            self.alert_operators(body);
        }
    }

    /// Adds an alert to operators.
    pub(crate) fn alert_operators(&mut self, body: AlertBody) {
        let outgoing = addressing::to_operators(
            &self.wiring.config,
            body,
            self.now,
            &[&self.source.name, &self.record.alerts.len().to_string()],
        );
        self.record.alerts.push(outgoing);
    }

    /// Adds the alerts about open holds of the source that are due: reminders, and late alerts of
    /// holds that were opened without one. Returns the open holds of all sources after this check.
    async fn remind_of_holds(&mut self) -> Result<Vec<Hold>> {
        let store = self.program.store.as_ref();
        let mut open = open_holds_after(store, &self.record.holds).await?;
        for hold in open.iter_mut().filter(|hold| hold.source == self.source.name) {
            // Only a hold without an alert of its own needs the other holds of its list.
            let is_late_alert_due = hold_alerts::is_not_alerted(hold) && {
                let holds = holds_of_list(store, &hold.source, hold.list).await?;
                hold_alerts::is_late_alert_due(hold, &holds, self.now)
            };
            if is_late_alert_due || hold_alerts::is_reminder_due(hold, self.now) {
                hold.alerted_at = self.now;
                self.record.holds.push(hold.clone());
                self.alert_operators(AlertBody::SnapshotHeld(Box::new(SnapshotHeld {
                    hold: hold.clone(),
                    reminder: true,
                    examples: Vec::new(),
                })));
            }
        }
        Ok(open)
    }

    /// Records the check and everything that follows from it in one transaction. `read` is the
    /// document that was read and the further fields of the journal entry.
    ///
    /// # Errors
    /// The store failed: nothing of the check was recorded.
    pub(crate) async fn finish(
        mut self,
        state: SourceState,
        outcome: CheckOutcome,
        detail: String,
        read: Option<(Document, serde_json::Value)>,
    ) -> Result<CheckResult> {
        let open_holds = self.remind_of_holds().await?;
        let is_on_hold = open_holds
            .iter()
            .any(|hold| hold.source == self.source.name && self.source.lists.contains(&hold.list));
        let sha256 = read
            .as_ref()
            .map(|(document, _)| document.sha256.clone())
            .or_else(|| state.document_sha256.clone());
        let mut data = json!({
            "source": self.source.name,
            "outcome": outcome.as_str(),
            "detail": detail,
            "sha256": sha256,
        });
        if let (Some(fields), Some((_, serde_json::Value::Object(about)))) =
            (data.as_object_mut(), read)
        {
            fields.extend(about);
        }
        self.record.journal.push(JournalEvent { kind: journal_kind::CHECK.into(), data });
        self.record.check = Some(Check {
            source: self.source.name.clone(),
            at: self.now,
            duration_ms: self.stopwatch.elapsed_ms(),
            outcome: outcome.as_str().into(),
            detail: detail.clone(),
            sha256,
        });
        self.record.source = Some(state);
        let matching = Box::pin(match_changes(self.program, self.wiring, &mut self.record)).await?;
        self.record.fence.extend(matching.as_ref().map(SharedLock::fence));
        CrashPoint::MatchesFound.pass();
        let (alerts, changes) = (self.record.alerts.len(), self.record.changes.len());
        let check_metrics = CheckMetrics::of(&self.record, open_holds.len());
        let store = self.program.store.as_ref();
        note_items(store, &self.wiring.config, &mut self.record).await?;
        Box::pin(store.record(self.record)).await?;
        check_metrics.publish(&self.source.name);
        if alerts > 0 {
            self.program.outbox.send_replace(());
            CrashPoint::OutboxSignaled.pass();
        }
        info!(
            source.name = self.source.name,
            outcome = outcome.as_str(),
            changes,
            alerts,
            duration_ms = self.stopwatch.elapsed_ms(),
            "{}: {detail}",
            self.source.name
        );
        Ok(CheckResult { source: self.source.name.clone(), outcome, detail, is_on_hold })
    }
}
