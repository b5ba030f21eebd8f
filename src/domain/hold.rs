//! A list that is not accepted until an operator accepts it or a later file replaces it.

use std::fmt;

use jiff::Timestamp;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::domain::{HoldId, Identified, ListCode, SectionNumber, Sha256, Summary};

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum HoldReason {
    /// More entries were removed than `max_loss` allows, up to the whole list. Additions and
    /// revisions are alerted as unconfirmed; removals wait.
    Loss,
    /// More entries were added than `max_gain` allows. The list before was probably cut. All
    /// changes wait.
    Gain,
    /// More entries were revised in substance than `max_revised` allows. A column probably became
    /// blank. All changes wait.
    Revision,
    /// The text of a section vanished, became empty, or lost more than an amendment takes away. The
    /// accepted text stays.
    Text,
    /// For a day, only a copy that is older than the accepted list was served. All changes wait.
    Older,
}

impl fmt::Display for HoldReason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            HoldReason::Loss => "loss",
            HoldReason::Gain => "gain",
            HoldReason::Revision => "revision",
            HoldReason::Text => "text",
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
    /// A later file was implausible too, and is on hold instead.
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

/// One list of one source on hold.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Hold {
    pub hold_id: HoldId,
    pub source: String,
    pub list: ListCode,
    /// The section of the regulation whose text is on hold. The hold is of no list then, and `list`
    /// is REG.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub section: Option<SectionNumber>,
    pub reason: HoldReason,
    pub state: HoldState,
    /// The hash of the document on hold.
    pub sha256: Sha256,
    /// The hash of the list's entries in it, without the rest of the document.
    pub content_sha256: Sha256,
    /// When a check first found the content on hold.
    pub opened_at: Timestamp,
    /// When operators were last alerted about it while it was open.
    #[serde(rename = "told_at")]
    pub alerted_at: Timestamp,
    pub count_before: usize,
    pub count_after: usize,
    /// What the document on hold would change.
    pub summary: Summary,
    /// What is implausible and which limit it exceeded, in words.
    pub message: String,
    pub decided_at: Option<Timestamp>,
    pub decided_by: Option<String>,
    /// How the person who decided was identified. `None` before a decision, and for decisions of
    /// versions that did not record it.
    #[serde(default)]
    pub identified: Option<Identified>,
    pub decision_reason: Option<String>,
    /// Accepted with `--as-baseline`, so no reader was alerted.
    #[serde(default)]
    pub as_baseline: bool,
}

impl Hold {
    /// What is on hold, in one word: `EL`, or `§ 744.22`.
    pub fn subject(&self) -> String {
        match &self.section {
            Some(section) => format!("§ {section}"),
            None => self.list.to_string(),
        }
    }
}
