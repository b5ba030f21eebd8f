//! The metrics of one check. They are taken before the check is recorded and published after it.

use jiff::Timestamp;

use crate::domain::{ChangeKind, ListCode};
use crate::metrics;
use crate::store::CheckRecord;

/// The figures of one check.
pub struct CheckMetrics {
    last_success_at: Option<Timestamp>,
    consecutive_failures: u32,
    lists: Vec<(ListCode, usize)>,
    changes: Vec<(ChangeKind, bool)>,
    open_holds: usize,
}

impl CheckMetrics {
    pub fn of(record: &CheckRecord, open_holds: usize) -> Self {
        let state = record.source.as_ref();
        Self {
            last_success_at: state.and_then(|state| state.last_success_at),
            consecutive_failures: state.map_or(0, |state| state.consecutive_failures),
            lists: record
                .lists
                .iter()
                .map(|update| (update.state.list, update.state.count))
                .collect(),
            changes: record
                .changes
                .iter()
                .map(|recorded| (recorded.change.kind, recorded.change.editorial))
                .collect(),
            open_holds,
        }
    }

    /// Publishes the figures. Call this only after the check was recorded.
    pub fn publish(self, source: &str) {
        metrics::source_state(source, self.last_success_at, self.consecutive_failures);
        for (list, count) in self.lists {
            metrics::snapshot_entries(source, list, count);
        }
        for (kind, editorial) in self.changes {
            metrics::change_recorded(source, kind, editorial);
        }
        metrics::holds_open(self.open_holds);
    }
}
