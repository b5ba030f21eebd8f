//! One counterparty that accepting a file on hold would change.

use schemars::JsonSchema;
use serde::Serialize;

use crate::domain::{Band, Counterparty, MatchState};

/// What would happen to a counterparty.
#[derive(Clone, Debug, PartialEq, Serialize, JsonSchema)]
pub struct FileHoldLine {
    pub what: CounterpartyChange,
    /// As it would be. As it is, if it would be removed.
    pub counterparty: Counterparty,
    /// Of one that would be revised.
    pub before: Option<Counterparty>,
    /// The matches of one that would be removed.
    pub matches: Vec<MatchBrief>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum CounterpartyChange {
    Removed,
    Revised,
    Added,
}

/// How a match stands.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct MatchBrief {
    pub state: MatchState,
    pub band: Band,
}
