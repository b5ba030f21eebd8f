//! A decision about a match, as those who are shown the match read it.

use jiff::Timestamp;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::domain::matching::decision::{DecisionKind, DismissalReason};

/// What a person decided about a match, in force or not.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct ShownDecision {
    pub decision: DecisionKind,
    pub by: String,
    pub at: Timestamp,
    /// Of a dismissal.
    pub reason: Option<DismissalReason>,
    pub note: String,
    /// The end of a dismissal. Left out while the decision is in force.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ended: Option<EndOfDismissal>,
}

/// Why a dismissal is no longer in force.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct EndOfDismissal {
    pub at: Timestamp,
    /// It was as old as dismissals may be. Nothing that it rests on has changed.
    pub expired: bool,
    /// What has changed, and what ordered it, in words.
    pub because: Vec<String>,
}
