//! One row of `sources`: a source with its lists, and when it is checked next.

use jiff::Timestamp;
use jiff::civil::Date;
use schemars::JsonSchema;
use serde::Serialize;

use crate::domain::{Hold, HoldId, ListCode, ListState, RecordedSection, Sha256, SourceState};
use crate::schedule::{self, Schedule};
use crate::stored_json::section_row::SectionRow;

/// One row of `sources`.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct SourceRow {
    pub source: String,
    /// Whether it is in the configuration.
    pub configured: bool,
    /// From its schedule, its last check and a `Retry-After`, as of now. Never in the past: it is
    /// now if the check is overdue.
    pub next_check_at: Option<Timestamp>,
    pub last_check_at: Option<Timestamp>,
    pub last_success_at: Option<Timestamp>,
    /// When a document was last fetched without conditional headers.
    pub last_full_fetch_at: Option<Timestamp>,
    pub checks: u64,
    pub unchanged_checks: u64,
    pub consecutive_failures: u32,
    pub failing_since: Option<Timestamp>,
    pub last_error: Option<String>,
    /// Until when the publisher asked not to be checked. Null when that time is past.
    pub retry_after_until: Option<Timestamp>,
    /// The last document that was read completely, and the publisher's date of it.
    pub document_sha256: Option<Sha256>,
    pub as_of: Option<Date>,
    /// The `sequence` of its last alert.
    pub sequence: u64,
    pub lists: Vec<ListRow>,
    /// Watched lists that have had no row so far. Their first rows will be the baseline.
    pub absent: Vec<ListCode>,
    /// The sections of the regulation with an accepted text.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub sections: Vec<SectionRow>,
}

/// One list of a source.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct ListRow {
    pub list: ListCode,
    pub count: usize,
    pub baseline_at: Timestamp,
    pub observed_at: Timestamp,
    pub as_of: Option<Date>,
    /// The open hold, if the list is on hold.
    pub hold_id: Option<HoldId>,
}

impl SourceRow {
    /// `holds` are the open holds. `schedule` comes from the configuration; it is `None` for a
    /// source that is no longer configured.
    pub fn new(
        state: SourceState,
        lists: Vec<ListState>,
        holds: &[Hold],
        schedule: Option<&Schedule>,
        now: Timestamp,
    ) -> Self {
        let next_check_at = schedule.and_then(|schedule| {
            schedule::next_check(schedule, state.last_check_at, state.retry_after_until, now)
        });
        let hold_of = |list: ListCode| {
            holds.iter().find(|hold| {
                hold.source == state.source && hold.list == list && hold.section.is_none()
            })
        };
        let row = |ListState { list, count, baseline_at, observed_at, as_of, .. }| ListRow {
            list,
            count,
            baseline_at,
            observed_at,
            as_of,
            hold_id: hold_of(list).map(|hold| hold.hold_id.clone()),
        };
        let absent = absent_lists(&state, &lists);
        Self {
            absent,
            lists: lists.into_iter().map(row).collect(),
            source: state.source,
            configured: schedule.is_some(),
            next_check_at,
            last_check_at: state.last_check_at,
            last_success_at: state.last_success_at,
            last_full_fetch_at: state.last_full_fetch_at,
            checks: state.checks,
            unchanged_checks: state.unchanged_checks,
            consecutive_failures: state.consecutive_failures,
            failing_since: state.failing_since,
            last_error: state.last_error,
            retry_after_until: state.retry_after_until.filter(|until| *until > now),
            document_sha256: state.document_sha256,
            as_of: state.as_of,
            sequence: state.sequence,
            sections: Vec::new(),
        }
    }

    /// The row with those of the `sections` that are of its source. `holds` are the open holds.
    #[must_use]
    pub fn with_sections(mut self, sections: &[RecordedSection], holds: &[Hold]) -> Self {
        let own = sections.iter().filter(|section| section.source == self.source);
        self.sections = own.map(|section| SectionRow::new(section.clone(), holds)).collect();
        self
    }
}

/// The lists that were watched in the last document of a source and have never had a row.
pub fn absent_lists(state: &SourceState, lists: &[ListState]) -> Vec<ListCode> {
    // If no list was ever read, the source has another problem, which is reported as such.
    let watched = state.lists.iter().filter(|_| !lists.is_empty());
    watched.filter(|list| !lists.iter().any(|known| known.list == **list)).copied().collect()
}
