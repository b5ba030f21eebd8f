//! A list that is not believed until a person says so, or a later file takes its place.

use std::fmt;

use jiff::Timestamp;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::domain::{HoldId, ListCode, Sha256, Summary};

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum HoldReason {
    /// More went than `max_loss` allows, up to the whole list. Additions and revisions pass,
    /// unconfirmed; removals wait.
    Loss,
    /// More came than `max_gain` allows: the list before was probably cut. The list waits whole.
    Gain,
    /// More was revised in substance than `max_revised` allows: a column probably went blank. The
    /// list waits whole.
    Revision,
    /// For a day nothing newer came than a copy that is older than the accepted list. The list
    /// waits whole.
    Older,
}

impl fmt::Display for HoldReason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            HoldReason::Loss => "loss",
            HoldReason::Gain => "gain",
            HoldReason::Revision => "revision",
            HoldReason::Older => "older copy",
        })
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum HoldState {
    Open,
    /// A later file was plausible against the last accepted one.
    Superseded,
    /// A later file was implausible too, and is held in its place.
    Replaced,
    Accepted,
    Rejected,
}

impl HoldState {
    pub fn as_str(self) -> &'static str {
        match self {
            HoldState::Open => "open",
            HoldState::Superseded => "superseded",
            HoldState::Replaced => "replaced",
            HoldState::Accepted => "accepted",
            HoldState::Rejected => "rejected",
        }
    }
}

/// One list of one source, held.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Hold {
    pub hold_id: HoldId,
    pub source: String,
    pub list: ListCode,
    pub reason: HoldReason,
    pub state: HoldState,
    /// Of the document that is held.
    pub sha256: Sha256,
    /// Of the list's entries in it, whatever else the document holds.
    pub content_sha256: Sha256,
    /// When the held content was first seen.
    pub opened_at: Timestamp,
    /// When the operators were last told of it while open.
    pub told_at: Timestamp,
    pub count_before: usize,
    pub count_after: usize,
    /// What the held document would change.
    pub summary: Summary,
    /// What is implausible and which limit it broke, in words.
    pub message: String,
    pub decided_at: Option<Timestamp>,
    pub decided_by: Option<String>,
    pub decision_reason: Option<String>,
    /// Accepted with `--as-baseline`: nobody was alerted.
    #[serde(default)]
    pub as_baseline: bool,
}
