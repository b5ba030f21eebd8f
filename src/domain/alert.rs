//! What readers and operators are told. In JSON, `{"type": …, "data": {…}}` is the body of a webhook.

use jiff::Timestamp;
use jiff::civil::Date;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{AlertId, Attribution, Change, DeliveryId, Hold, ListCode, Rule, Sha256, Summary};

/// One thing to tell.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Alert {
    pub alert_id: AlertId,
    pub created_at: Timestamp,
    #[serde(flatten)]
    pub body: AlertBody,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(tag = "type", content = "data")]
pub enum AlertBody {
    #[serde(rename = "list.changed")]
    ListChanged(Box<ListChanged>),
    #[serde(rename = "list.corrected")]
    ListCorrected(Box<ListChanged>),
    #[serde(rename = "source.baseline")]
    SourceBaseline(SourceBaseline),
    #[serde(rename = "source.failing")]
    SourceFailing(SourceFailing),
    #[serde(rename = "source.recovered")]
    SourceRecovered(SourceRecovered),
    #[serde(rename = "snapshot.held")]
    SnapshotHeld(Box<SnapshotHeld>),
    #[serde(rename = "delivery.failing")]
    DeliveryFailing(DeliveryTrouble),
    #[serde(rename = "delivery.dead")]
    DeliveryDead(DeliveryTrouble),
    #[serde(rename = "test")]
    Test(Test),
}

impl AlertBody {
    pub fn type_name(&self) -> &'static str {
        match self {
            AlertBody::ListChanged(_) => "list.changed",
            AlertBody::ListCorrected(_) => "list.corrected",
            AlertBody::SourceBaseline(_) => "source.baseline",
            AlertBody::SourceFailing(_) => "source.failing",
            AlertBody::SourceRecovered(_) => "source.recovered",
            AlertBody::SnapshotHeld(_) => "snapshot.held",
            AlertBody::DeliveryFailing(_) => "delivery.failing",
            AlertBody::DeliveryDead(_) => "delivery.dead",
            AlertBody::Test(_) => "test",
        }
    }

    /// The changes of a list, where that is what is told.
    pub fn list_changed(&self) -> Option<&ListChanged> {
        match self {
            AlertBody::ListChanged(data) | AlertBody::ListCorrected(data) => Some(data),
            _ => None,
        }
    }

    /// Goes to operator receivers only.
    pub fn is_operators(&self) -> bool {
        self.list_changed().is_none() && !matches!(self, AlertBody::Test(_))
    }

    pub fn source(&self) -> Option<&str> {
        match self {
            AlertBody::ListChanged(d) | AlertBody::ListCorrected(d) => Some(&d.source),
            AlertBody::SourceBaseline(d) => Some(&d.source),
            AlertBody::SourceFailing(d) => Some(&d.source),
            AlertBody::SourceRecovered(d) => Some(&d.source),
            AlertBody::SnapshotHeld(d) => Some(&d.hold.source),
            AlertBody::DeliveryFailing(_) | AlertBody::DeliveryDead(_) | AlertBody::Test(_) => None,
        }
    }
}

/// Which document of a source.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct SnapshotRef {
    pub sha256: Sha256,
    /// The publisher's date, where it says one.
    pub as_of: Option<Date>,
    /// When it was first seen.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub observed_at: Option<Timestamp>,
}

/// What one observation of one source attributes to one rule, or to none.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct ListChanged {
    pub alert_id: AlertId,
    /// Counts the alerts of a source: apply in this order.
    pub sequence: u64,
    pub source: String,
    /// When the changes were first seen.
    pub observed_at: Timestamp,
    /// When a held list with them was accepted by a person.
    pub accepted_at: Option<Timestamp>,
    /// The list was held for loss when these were seen in it.
    pub unconfirmed: bool,
    pub snapshot: SnapshotRef,
    pub previous: Option<SnapshotRef>,
    pub attributed: Option<Attribution>,
    pub rule: Option<Rule>,
    /// The first alert of the same rule, if this is a later part of it.
    pub follows: Option<AlertId>,
    /// The alert whose changes these undo.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub corrects: Option<AlertId>,
    /// Entries of the same rule that earlier alerts told of.
    pub rule_alerted_before: usize,
    /// Entries of the same rule that were in the baseline and were never told of.
    pub rule_in_baseline: usize,
    /// The head of the journal when this was recorded.
    pub journal_head: Sha256,
    /// Counts the changes below, which are those that the receiver's routes match.
    pub summary: Summary,
    /// Counts all changes of this alert, whoever gets them.
    pub total: Summary,
    pub changes: Vec<Change>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub part: Option<Part>,
}

/// Which part of a parted webhook.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Part {
    pub n: usize,
    pub of: usize,
}

/// A list was seen for the first time: it is what later ones are compared with.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct SourceBaseline {
    pub source: String,
    pub list: ListCode,
    pub count: usize,
    pub observed_at: Timestamp,
    pub snapshot: SnapshotRef,
    /// Oddities of the document, each with its place.
    pub warnings: Vec<String>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct SourceFailing {
    pub source: String,
    pub failing_since: Timestamp,
    pub last_success_at: Option<Timestamp>,
    pub consecutive_failures: u32,
    pub error: String,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct SourceRecovered {
    pub source: String,
    pub failing_since: Timestamp,
    pub recovered_at: Timestamp,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct SnapshotHeld {
    #[serde(flatten)]
    pub hold: Hold,
    /// The hold was told before and is still open.
    pub reminder: bool,
    /// The first names of what would go, come or change.
    pub examples: Vec<String>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct DeliveryTrouble {
    pub delivery_id: DeliveryId,
    /// The alert that has not arrived.
    pub undelivered_alert_id: AlertId,
    pub receiver: String,
    pub recipient: String,
    pub attempts: u32,
    pub error: String,
    pub at: Timestamp,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Test {
    pub receiver: String,
    pub message: String,
    pub at: Timestamp,
}
