//! A counterparty that a change touched, as `rescreen` prints it.

use jiff::Timestamp;
use schemars::JsonSchema;
use serde::Serialize;

use crate::domain::{
    Band, ChangeId, ChangeKind, Compared, Counterparty, Entry, MatchId, MatchState,
};

/// One counterparty and one change of an entry that it may be.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct TouchedRow {
    pub watchlist: String,
    pub counterparty: Counterparty,
    /// The id under which a decision is stored, or would be.
    pub match_id: MatchId,
    pub band: Band,
    pub score: f64,
    /// `open` if no decision is stored.
    pub state: MatchState,
    /// What was compared with what, as written on both sides.
    pub compared: Compared,
    /// Why the two match, in words.
    pub reasons: Vec<String>,
    /// The source, or the document number of the rule.
    pub source: String,
    pub observed_at: Timestamp,
    pub change_id: ChangeId,
    pub kind: ChangeKind,
    pub entry: Entry,
}
