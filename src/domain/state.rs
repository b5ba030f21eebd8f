//! What is stored about a source and each of its lists between two checks.

use std::collections::BTreeSet;

use jiff::Timestamp;
use jiff::civil::Date;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::domain::{Editions, ListCode, SectionNumber, Sha256, Validators};

/// How many days back the highest count of a list is searched. A week covers a list that is cut in
/// several small steps.
const HIGH_WATER_DAYS: i64 = 7;

/// How many daily counts are kept: today and [`HIGH_WATER_DAYS`] before it.
const DAYS_OF_COUNTS: usize = 8;

/// The state of one source.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct SourceState {
    pub source: String,
    pub validators: Option<Validators>,
    /// The last document that was read completely.
    pub document_sha256: Option<Sha256>,
    /// The publisher's date of that document.
    pub as_of: Option<Date>,
    /// The lists that were watched when it was read.
    #[serde(default)]
    pub lists: Vec<ListCode>,
    /// The sections of the regulation that were watched then.
    #[serde(default)]
    pub sections: Vec<SectionNumber>,
    /// When a document was last fetched without a conditional request.
    pub last_full_fetch_at: Option<Timestamp>,
    pub last_check_at: Option<Timestamp>,
    pub last_success_at: Option<Timestamp>,
    pub retry_after_until: Option<Timestamp>,
    pub failing_since: Option<Timestamp>,
    #[serde(default)]
    pub consecutive_failures: u32,
    /// Whether operators were alerted that the source fails.
    #[serde(default, rename = "failure_told")]
    pub failure_alerted: bool,
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
    /// The unknown columns of the last document (see `Entry::is_known_column`).
    #[serde(default)]
    pub columns: BTreeSet<String>,
    /// What operators were alerted about its failures.
    #[serde(default)]
    pub outage: Outage,
    /// For the Federal Register only: the list of documents on file for public inspection.
    #[serde(default)]
    pub on_file: OnFile,
}

/// Failures of a source that operators see as one outage: from the first alert until the source
/// works reliably again. `SourceState::failure_alerted` says whether an outage is in progress.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Outage {
    pub since: Option<Timestamp>,
    /// When operators were last alerted about it.
    #[serde(rename = "told_at")]
    pub alerted_at: Option<Timestamp>,
    /// Since when all checks succeed.
    pub works_since: Option<Timestamp>,
    /// How many checks have succeeded since then.
    pub successes: u32,
    /// When operators were first alerted about each outage of the last day.
    #[serde(rename = "begun")]
    pub first_alerts_at: Vec<Timestamp>,
}

/// What is stored about the list of documents on file.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct OnFile {
    /// How many documents of all agencies the last plausible list had.
    pub count: Option<usize>,
    /// Since when the lists are not plausible.
    pub implausible_since: Option<Timestamp>,
}

/// The state of one list of one source.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct ListState {
    pub source: String,
    pub list: ListCode,
    pub baseline_at: Timestamp,
    /// How many current entries there are.
    pub count: usize,
    /// The highest accepted count of each of the last [`DAYS_OF_COUNTS`] days that had one, oldest
    /// first. Accepting a loss clears it.
    pub recent_counts: Vec<(Date, usize)>,
    /// The document that the list was last updated from.
    pub document_sha256: Sha256,
    pub observed_at: Timestamp,
    pub as_of: Option<Date>,
    /// The content (see `Snapshot::content_of`) that an operator rejected. It does not open a new
    /// hold.
    #[serde(default)]
    pub rejected_content: Option<Sha256>,
}

impl ListState {
    /// The highest count of the last [`HIGH_WATER_DAYS`] days before `today` and of today.
    pub fn high_water(&self, today: Date) -> usize {
        let oldest = today.saturating_sub(jiff::Span::new().days(HIGH_WATER_DAYS));
        self.recent_counts
            .iter()
            .filter(|(day, _)| *day >= oldest)
            .map(|(_, count)| *count)
            .chain([self.count])
            .max()
            .unwrap_or(0)
    }

    /// Records today's count.
    pub fn note_count(&mut self, today: Date, count: usize) {
        self.count = count;
        match self.recent_counts.last_mut() {
            Some((day, highest)) if *day == today => *highest = (*highest).max(count),
            _ => self.recent_counts.push((today, count)),
        }
        let excess = self.recent_counts.len().saturating_sub(DAYS_OF_COUNTS);
        self.recent_counts.drain(..excess);
    }
}
