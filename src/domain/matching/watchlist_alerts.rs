//! The alerts about counterparty files.

use jiff::Timestamp;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::domain::HoldId;
use crate::domain::matching::possible_match::{Cause, PossibleMatch};
use crate::domain::matching::screening::WatchlistProblem;

/// Counterparties match entries, and no change of a list brings it to the reader: the file or the
/// matcher changed, or the routes of the reader do not let the change through.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct WatchlistMatched {
    pub watchlist: String,
    pub cause: Cause,
    /// The dismissals of all these matches have expired, and nothing else has changed. `cause` is
    /// what brought the matches up before they were dismissed. Left out if not.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub expired: bool,
    /// Empty in the store, so that nothing that reads alerts shows a counterparty. A delivery to a
    /// receiver with `show_matches` has them from its `Screening`.
    pub matches: Vec<PossibleMatch>,
}

/// A counterparty file is missing, unreadable, old or on hold, or is well again. For operators, so
/// it has no text of a counterparty.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct WatchlistFailing {
    pub watchlist: String,
    /// `null` if the file is well again.
    pub problem: Option<WatchlistProblem>,
    /// The hold that `holds accept` and `holds reject` decide. Left out if the file is not on hold.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub hold_id: Option<HoldId>,
    pub failing_since: Timestamp,
    pub at: Timestamp,
    /// When the content that stays in use was written. `null` if none was ever read.
    pub in_use_from: Option<Timestamp>,
    pub counterparties_in_use: usize,
}
