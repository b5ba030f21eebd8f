//! What is remembered of a source and of each of its lists between two checks.

use std::collections::BTreeSet;

use jiff::Timestamp;
use jiff::civil::Date;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::domain::{Editions, ListCode, Sha256};

/// The validators of the last document that was read whole, and the address they belong to (as a
/// hash: it may hold a token).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Validators {
    pub etag: Option<String>,
    pub last_modified: Option<String>,
    pub address_sha256: Sha256,
}

/// One source.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct SourceState {
    pub source: String,
    pub validators: Option<Validators>,
    /// The last document that was read whole.
    pub document_sha256: Option<Sha256>,
    /// The publisher's date of that document.
    pub as_of: Option<Date>,
    /// The lists that were watched when it was read.
    #[serde(default)]
    pub lists: Vec<ListCode>,
    /// When a document was last fetched without conditions.
    pub last_full_fetch_at: Option<Timestamp>,
    pub last_check_at: Option<Timestamp>,
    pub last_success_at: Option<Timestamp>,
    pub retry_after_until: Option<Timestamp>,
    pub failing_since: Option<Timestamp>,
    #[serde(default)]
    pub consecutive_failures: u32,
    /// Whether the operators were told that it fails.
    #[serde(default)]
    pub failure_told: bool,
    pub last_error: Option<String>,
    /// The last `sequence` given to an alert of this source.
    #[serde(default)]
    pub sequence: u64,
    #[serde(default)]
    pub checks: u64,
    #[serde(default)]
    pub unchanged_checks: u64,
    #[serde(default)]
    pub editions: Editions,
    /// The columns of the last document that are not known (`Entry::is_known_column`).
    #[serde(default)]
    pub columns: BTreeSet<String>,
    /// What operators were told of its failures.
    #[serde(default)]
    pub outage: Outage,
    /// Of the Federal Register: the list of what is on file for public inspection.
    #[serde(default)]
    pub on_file: OnFile,
}

/// Failures of a source that operators see as one: from the first that they were alerted of until
/// the source works again for good. `SourceState::failure_told` says whether one is under way.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Outage {
    pub since: Option<Timestamp>,
    /// When operators were last alerted of it.
    pub told_at: Option<Timestamp>,
    /// Since when all checks succeed.
    pub works_since: Option<Timestamp>,
    /// How many checks have succeeded since then.
    pub successes: u32,
    /// When the outages of the last day were first alerted.
    pub begun: Vec<Timestamp>,
}

/// What is remembered of the list of documents on file.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct OnFile {
    /// How many documents the last plausible list had, of all agencies.
    pub count: Option<usize>,
    /// Since when the lists are not plausible.
    pub implausible_since: Option<Timestamp>,
}

/// One list of one source.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct ListState {
    pub source: String,
    pub list: ListCode,
    pub baseline_at: Timestamp,
    /// Entries held now.
    pub count: usize,
    /// The highest accepted count of each of the last eight days, oldest first. Accepting a loss
    /// starts it anew.
    pub recent_counts: Vec<(Date, usize)>,
    /// The document of which the list was last brought up to date.
    pub document_sha256: Sha256,
    pub observed_at: Timestamp,
    pub as_of: Option<Date>,
    /// The list's content (`Snapshot::content_of`) that an operator rejected: it is not asked
    /// again.
    #[serde(default)]
    pub rejected_content: Option<Sha256>,
}

impl ListState {
    /// The highest count of the seven days up to `today`.
    pub fn high_water(&self, today: Date) -> usize {
        let oldest = today.saturating_sub(jiff::Span::new().days(7));
        self.recent_counts
            .iter()
            .filter(|(day, _)| *day >= oldest)
            .map(|(_, count)| *count)
            .chain([self.count])
            .max()
            .unwrap_or(0)
    }

    /// Notes today's count.
    pub fn note_count(&mut self, today: Date, count: usize) {
        self.count = count;
        match self.recent_counts.last_mut() {
            Some((day, highest)) if *day == today => *highest = (*highest).max(count),
            _ => self.recent_counts.push((today, count)),
        }
        let excess = self.recent_counts.len().saturating_sub(8);
        self.recent_counts.drain(..excess);
    }
}
