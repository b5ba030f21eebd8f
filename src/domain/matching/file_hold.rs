//! A counterparty file that does not come into use until a person accepts it or a later content
//! replaces it. It has numbers and no text of a counterparty.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::domain::{HoldId, HoldReason, HoldState, Identified, Sha256};

/// A content of a counterparty file that lost or revised more rows than its limits allow.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct FileHold {
    #[serde(default = "unnamed")]
    pub hold_id: HoldId,
    /// `Loss` or `Revision`.
    #[serde(default = "loss")]
    pub reason: HoldReason,
    pub sha256: Sha256,
    /// When a check first found the content.
    pub since: Timestamp,
    /// The rows in use.
    #[serde(default)]
    pub rows_before: usize,
    /// The rows of the content on hold.
    pub rows: usize,
    #[serde(default)]
    pub added: usize,
    pub lost: usize,
    pub revised: usize,
    /// Which limit it exceeded, in words.
    #[serde(default)]
    pub message: String,
}

/// A hold that is over.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct EndedFileHold {
    pub hold: FileHold,
    /// Not `Open`.
    pub state: HoldState,
    pub at: Timestamp,
    /// `None` if a later content ended it.
    pub decision: Option<FileHoldDecision>,
}

/// What a person said about a hold.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct FileHoldDecision {
    pub by: String,
    pub identified: Identified,
    pub reason: String,
}

impl FileHold {
    /// The id of a hold. `earlier` counts the holds of the same content before it.
    pub fn id(watchlist: &str, content: &Sha256, earlier: usize) -> HoldId {
        HoldId::of(["watchlist", watchlist, content.as_str(), &earlier.to_string()])
    }
}

/// The id of a hold that a program before 0.2 recorded without one.
fn unnamed() -> HoldId {
    HoldId::of(["watchlist"])
}

fn loss() -> HoldReason {
    HoldReason::Loss
}
