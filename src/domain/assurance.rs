//! The content of assurance: the regular message that shows that the program works, also when
//! nothing changed.

use jiff::Timestamp;
use jiff::civil::Date;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::domain::{AlertId, HoldId, HoldReason, ItemId, ItemState, ListCode, Sha256};

/// What was checked in a period, and what stood at its end.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Assurance {
    pub alert_id: AlertId,
    /// The receivers that `[assurance]` names.
    pub receivers: Vec<String>,
    /// The end of the period before, or when the record begins.
    pub from: Timestamp,
    /// The due time. The period ends before it.
    pub to: Timestamp,
    /// Counts the checks of all sources.
    pub checks: CheckCounts,
    /// The same for each source.
    pub sources: Vec<SourceAssurance>,
    /// The lists that are watched.
    pub lists: Vec<ListAssurance>,
    /// How many substantive changes were recorded in the period.
    pub change_count: usize,
    /// The newest substantive change of any list. `null` if none was ever recorded.
    pub last_change: Option<LastChange>,
    /// The lists that wait for a decision.
    pub holds: Vec<HoldAssurance>,
    /// The receivers to which an alert was given up.
    pub dead: Vec<Undelivered>,
    /// The receivers to which an alert waits for over an hour.
    pub waiting: Vec<Undelivered>,
    /// The items that are not closed.
    pub items: Vec<ItemAssurance>,
    /// The counterparty files. Only in what is sent to a receiver with `show_matches`.
    #[serde(default)]
    pub watchlists: Vec<WatchlistAssurance>,
    /// The head of the journal before this message was recorded.
    pub journal_head: Sha256,
}

/// Checks in a period.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct CheckCounts {
    /// By the schedule.
    pub due: u64,
    /// On the schedule or by a command.
    pub made: u64,
    pub unchanged: u64,
    pub failed: u64,
    /// None was made before the next one was due.
    pub missed: u64,
}

/// The checks of one source.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct SourceAssurance {
    pub source: String,
    pub checks: CheckCounts,
    /// The missed checks, oldest first.
    pub missed: Vec<MissedChecks>,
    pub last_success_at: Option<Timestamp>,
    /// Since when every check fails.
    pub failing_since: Option<Timestamp>,
    pub last_error: Option<String>,
}

/// Checks of one source that were due and not made, one after another.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct MissedChecks {
    pub count: u64,
    pub first: Timestamp,
    pub last: Timestamp,
}

/// One list in one source.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct ListAssurance {
    pub source: String,
    pub list: ListCode,
    pub entries: usize,
    /// When the content of the list was first seen.
    pub observed_at: Timestamp,
    /// The publisher's date of it.
    pub as_of: Option<Date>,
    /// When a check last confirmed it. `null` if none did since.
    pub confirmed_at: Option<Timestamp>,
}

/// The newest change.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct LastChange {
    pub at: Timestamp,
    pub source: String,
    pub list: ListCode,
    pub name: String,
    pub alert_id: Option<AlertId>,
}

/// A list that waits for a decision.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct HoldAssurance {
    pub hold_id: HoldId,
    pub source: String,
    pub list: ListCode,
    pub reason: HoldReason,
    pub opened_at: Timestamp,
}

/// What a receiver did not get.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Undelivered {
    pub receiver: String,
    pub deliveries: u64,
    /// When the oldest was recorded, if it waits.
    pub since: Option<Timestamp>,
}

/// An item that is open or taken.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct ItemAssurance {
    pub item_id: ItemId,
    pub state: ItemState,
    pub title: String,
    pub opened_at: Timestamp,
    pub taken_by: Option<String>,
}

/// A counterparty file.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct WatchlistAssurance {
    pub watchlist: String,
    pub rows: usize,
    /// When the content in use was written. `null` if none was ever read.
    pub dated: Option<Timestamp>,
    /// How many of its possible matches nobody has decided.
    #[serde(default)]
    pub undecided: usize,
    /// Why it cannot be relied on.
    pub problem: Option<String>,
}

impl Assurance {
    /// The id of the message of a due time. It never changes.
    pub fn id_of(due_at: Timestamp) -> AlertId {
        AlertId::of(["assurance", &due_at.to_string()])
    }

    /// Whether everything that was due was done, and nothing waits for a person.
    pub fn is_clean(&self) -> bool {
        self.checks.missed == 0
            && self.sources.iter().all(|source| source.failing_since.is_none())
            && self.holds.is_empty()
            && self.dead.is_empty()
            && self.waiting.is_empty()
            && self.items.is_empty()
    }
}
