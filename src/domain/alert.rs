//! What readers and operators are told. In JSON, `{"type": …, "data": {…}}` is the body of a
//! webhook.

use jiff::Timestamp;
use jiff::civil::Date;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::domain::{
    AlertId, Attribution, Change, ChangeId, DeliveryId, Hold, ListCode, Rule, Sha256, Summary,
};

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
    /// A document that changes the Entity List was filed for public inspection.
    #[serde(rename = "rule.filed")]
    RuleFiled(Box<RuleNotice>),
    #[serde(rename = "rule.published")]
    RulePublished(Box<RuleNotice>),
    #[serde(rename = "source.lagging")]
    SourceLagging(SourceLagging),
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
    /// The changes of a list, where that is what is told.
    pub fn list_changed(&self) -> Option<&ListChanged> {
        match self {
            AlertBody::ListChanged(data) | AlertBody::ListCorrected(data) => Some(data),
            _ => None,
        }
    }

    /// A document of the Federal Register, where that is what is told.
    pub fn rule_notice(&self) -> Option<&RuleNotice> {
        match self {
            AlertBody::RuleFiled(data) | AlertBody::RulePublished(data) => Some(data),
            _ => None,
        }
    }

    /// The changes that are told, of a list or as a rule orders them.
    pub fn changes(&self) -> Option<&[Change]> {
        self.list_changed()
            .map(|data| data.changes.as_slice())
            .or_else(|| self.rule_notice().map(|data| data.changes.as_slice()))
    }

    pub fn source(&self) -> Option<&str> {
        match self {
            AlertBody::ListChanged(d) | AlertBody::ListCorrected(d) => Some(&d.source),
            AlertBody::RuleFiled(d) | AlertBody::RulePublished(d) => Some(&d.source),
            AlertBody::SourceLagging(d) => Some(&d.source),
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
    /// The first alert of the same rule, if this is a later part of it; of entries that are back,
    /// the alert that told that they went.
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
    /// What the Federal Register's own document told of it before.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub announced: Option<Announced>,
    /// Those of the changes that bring back an entry as it was before it went: the rules that it
    /// cites ordered its first listing.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub returned: Vec<ChangeId>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub part: Option<Part>,
}

/// The changes of a list that its rule announced.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Announced {
    pub alert_id: AlertId,
    /// When readers were told of the rule.
    pub at: Timestamp,
    /// Those of the alert's changes that the rule's own table had told, alike in substance.
    pub changes: Vec<ChangeId>,
}

/// What is told of a document of the Federal Register.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum NoticeStatus {
    Filed,
    /// It was changed after it was told, or more of it can be read.
    Changed,
    /// Gone from public inspection before it was published.
    Withdrawn,
    Published,
    /// What was filed of late, told once as a list when the source is new.
    Digest,
}

/// One document of a digest.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct RuleListing {
    pub rule: Rule,
    pub published: bool,
    pub certain: bool,
    pub summary: Summary,
    /// What it orders.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub changes: Vec<Change>,
}

/// A document of the Federal Register that changes the Entity List.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct RuleNotice {
    pub source: String,
    pub observed_at: Timestamp,
    pub status: NoticeStatus,
    /// `published_on` is the planned date until it is published. None in a digest.
    pub rule: Option<Rule>,
    pub agency: Option<String>,
    /// `special` or `regular`
    pub filing_type: Option<String>,
    pub pdf_url: Option<String>,
    /// The document was read whole and its table agrees with its instructions. Else see the
    /// document itself.
    pub certain: bool,
    /// Why not, in words.
    pub doubts: Vec<String>,
    /// What the document says of its dates.
    pub effective_text: Option<String>,
    pub savings_clause: Option<String>,
    /// What was changed, or why it is told, in words.
    pub note: Option<String>,
    /// The first alert of the same document.
    pub follows: Option<AlertId>,
    /// Alerts of list changes that this document orders.
    pub related: Vec<AlertId>,
    /// Of a digest.
    pub documents: Vec<RuleListing>,
    /// Counts all that the document orders, told before or not.
    pub orders: Summary,
    pub journal_head: Sha256,
    /// Counts the changes below, which are those that the receiver's routes match.
    pub summary: Summary,
    /// Counts all changes of this alert, whoever gets them.
    pub total: Summary,
    /// What the document orders and was not told before.
    pub changes: Vec<Change>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub part: Option<Part>,
}

/// A list does not show what a rule in effect has ordered.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct SourceLagging {
    /// The source of the list.
    pub source: String,
    pub rule: Rule,
    /// Names of the entries that were announced as added and are not listed.
    pub missing: Vec<String>,
    pub at: Timestamp,
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
    /// The receiver said that it is gone: nothing more is sent to it until `receivers enable`.
    #[serde(default)]
    pub switched_off: bool,
    pub at: Timestamp,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Test {
    pub receiver: String,
    pub message: String,
    pub at: Timestamp,
}
