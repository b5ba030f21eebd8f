//! The report of a drill: the shape of its JSON.

use jiff::Timestamp;
use jiff::civil::Date;
use schemars::JsonSchema;
use serde::Serialize;

use crate::domain::ListCode;
use crate::domain::matching::screening::WatchlistProblem;
use crate::pipeline::drill::Outcome;

/// What `drill --output json` prints.
#[derive(Serialize, JsonSchema)]
pub struct Drilled {
    pub drill: DrillReport,
}

/// The report of a drill.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct DrillReport {
    pub at: Timestamp,
    pub program: String,
    pub matcher: String,
    pub lists: Vec<ListAge>,
    pub watchlists: Vec<FileAge>,
    pub parties: Parties,
    #[serde(flatten)]
    pub outcome: Outcome,
    pub receivers: Vec<ReceiverAnswer>,
}

/// How old one list is.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct ListAge {
    pub source: String,
    pub list: ListCode,
    pub entries: usize,
    /// The publisher's date of the current list.
    pub as_of: Option<Date>,
    /// When the current list was last updated. `null`: the source never showed it.
    pub observed_at: Option<Timestamp>,
    /// When its source was last checked without an error.
    pub last_success_at: Option<Timestamp>,
    pub failing_since: Option<Timestamp>,
    pub on_hold: bool,
}

/// How old one counterparty file is.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct FileAge {
    pub watchlist: String,
    /// The rows in use.
    pub rows: usize,
    /// When the content in use was written. `null`: none was ever read.
    pub dated: Option<Timestamp>,
    /// Why the file is not up to date. `null`: it is.
    pub problem: Option<WatchlistProblem>,
}

/// The parties that the drill was made of.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Parties {
    /// How many were asked for.
    pub asked: usize,
    /// How many there were.
    pub taken: usize,
    /// Since when they were listed or amended: the start date of what the page of `since_citation`
    /// added. `null` if it is not known.
    pub since: Option<String>,
    /// The last citation of the one that was listed or amended first.
    pub since_citation: Option<String>,
}

/// Whether the server of a receiver accepted the test alert.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct ReceiverAnswer {
    pub receiver: String,
    pub kind: String,
    pub accepted: bool,
    pub answer: String,
}
