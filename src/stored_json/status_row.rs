//! The one row of `status`: all that an operator must know, at one time.

use jiff::Timestamp;
use schemars::JsonSchema;
use serde::Serialize;

use crate::domain::matching::screening::WatchlistProblemKind;
use crate::store::{DaemonRow, StoreSize};
use crate::stored_json::{HoldRow, ItemRow, ReceiverRow, SourceRow, WatchlistStateRow};

/// The one row of `status`.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct StatusRow {
    /// When it was read.
    pub at: Timestamp,
    /// Of this program.
    pub version: String,
    /// Whether a daemon checks the sources on their schedules.
    pub watching: bool,
    /// The daemons that run, the watching one first.
    pub daemons: Vec<DaemonRow>,
    pub sources: Vec<SourceRow>,
    /// The open holds of watched lists and of counterparty files.
    pub holds: Vec<HoldRow>,
    /// The counterparty files.
    pub watchlists: Vec<WatchlistStateRow>,
    /// The alerts that nobody has acknowledged, or that a person has not closed.
    pub items: Vec<ItemRow>,
    pub receivers: Vec<ReceiverRow>,
    pub store: StoreSize,
    /// Null without `[backup]`.
    pub backup: Option<BackupRow>,
    /// Decisions of before a restore that are carried out again when a check brings back what they
    /// are about.
    pub waiting_decisions: usize,
}

/// The backups that the daemon makes.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct BackupRow {
    pub folder: String,
    /// When the newest one was finished.
    pub last_at: Option<Timestamp>,
    pub last_bytes: Option<u64>,
    /// Whether a daemon runs and has not made the one that was due an hour ago.
    pub overdue: bool,
    /// Why the folder cannot be read.
    pub error: Option<String>,
}

impl StatusRow {
    /// Whether something failed that a person must know of: a backup, a source, a counterparty file
    /// that cannot be read, or a receiver that is switched off, that fails so long that operators
    /// were alerted, or that has dead deliveries. A delivery that will be retried is no failure.
    pub fn has_failed(&self) -> bool {
        let source_failed = |row: &SourceRow| row.configured && row.consecutive_failures > 0;
        let receiver_failed = |row: &ReceiverRow| {
            row.dead > 0
                || (row.kind.is_some()
                    && (row.state.disabled_at.is_some() || row.state.failure_alerted))
        };
        let file_failed = |row: &WatchlistStateRow| {
            use WatchlistProblemKind::{Incomplete, Malformed, Unreadable};
            let kind = row.problem.as_ref().map(|problem| problem.kind);
            matches!(kind, Some(Unreadable | Malformed | Incomplete))
        };
        let backup_failed = self.backup.as_ref().is_some_and(|backup| backup.overdue);
        backup_failed
            || self.sources.iter().any(source_failed)
            || self.watchlists.iter().any(file_failed)
            || self.receivers.iter().any(receiver_failed)
    }
}
