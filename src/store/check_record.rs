//! What one check of a source writes.

use jiff::Timestamp;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::domain::item::IncomingAlert;
use crate::domain::journal::JournalEvent;
use crate::domain::{
    Document, Entry, Hold, ListState, RecordedRule, RecordedSection, Sha256, SourceState,
};
use crate::store::{Fence, MatchingRecord, Outgoing, RecordedChange};

/// Everything that one check (or one decision on a hold) writes, in one transaction.
#[derive(Clone, Debug, Default)]
pub struct CheckRecord {
    pub at: Timestamp,
    /// The leases without which nothing is written.
    pub fence: Fence,
    pub check: Option<Check>,
    /// Stored by its hash. A document that is already stored is not written again.
    pub document: Option<Document>,
    pub source: Option<SourceState>,
    pub lists: Vec<ListUpdate>,
    /// These replace what is stored under their ids.
    pub holds: Vec<Hold>,
    pub changes: Vec<RecordedChange>,
    pub alerts: Vec<Outgoing>,
    /// What these alerts bring to items.
    pub items: Vec<IncomingAlert>,
    /// What the comparison with counterparties found.
    pub matching: MatchingRecord,
    /// These replace what is stored under their document numbers.
    pub rules: Vec<RecordedRule>,
    /// The texts of those rules, stored like `document`.
    pub texts: Vec<Document>,
    /// The accepted texts of sections of the regulation.
    pub sections: Vec<RecordedSection>,
    pub journal: Vec<JournalEvent>,
}

/// The next state of one list.
#[derive(Clone, Debug, PartialEq)]
pub struct ListUpdate {
    pub state: ListState,
    /// Rows that are no longer current.
    pub close: Vec<i64>,
    /// Entries that are current from now on.
    pub open: Vec<Entry>,
}

/// The outcome of one check of one source.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Check {
    pub source: String,
    pub at: Timestamp,
    pub duration_ms: u64,
    /// `baseline`, `changed`, `unchanged`, `not modified`, `held`, `refused`, `failed`, `waiting`
    pub outcome: String,
    pub detail: String,
    pub sha256: Option<Sha256>,
}
