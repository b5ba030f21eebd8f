//! The content of alerts to readers and operators. In JSON, `{"type": …, "data": {…}}` is the body
//! of a webhook.

use jiff::Timestamp;
use jiff::civil::Date;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::domain::item::item_alerts::{AlertEscalated, ItemsOpen};
pub use crate::domain::matching::watchlist_alerts::{WatchlistFailing, WatchlistMatched};
pub use crate::domain::operator_alert::{
    ConfigRejected, DeliveryTrouble, ExpectedDocument, SourceFailing, SourceLagging,
    SourceRecovered, Test,
};
use crate::domain::{
    AlertId, Assurance, Attribution, Change, ChangeId, Digest, Hold, JournalEntry, ListCode,
    RegulationChanged, Rule, Sha256, Summary,
};

/// One alert, with its content.
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
    /// A section of the regulation has other words than before.
    #[serde(rename = "regulation.changed")]
    RegulationChanged(Box<RegulationChanged>),
    /// The alerts that waited for one receiver.
    #[serde(rename = "digest")]
    Digest(Box<Digest>),
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
    /// Nobody acknowledged an item in time.
    #[serde(rename = "alert.escalated")]
    AlertEscalated(Box<AlertEscalated>),
    /// All that a receiver has not closed, once a day.
    #[serde(rename = "items.open")]
    ItemsOpen(ItemsOpen),
    /// Counterparties of the reader match entries.
    #[serde(rename = "watchlist.matched")]
    WatchlistMatched(Box<WatchlistMatched>),
    #[serde(rename = "watchlist.failing")]
    WatchlistFailing(WatchlistFailing),
    /// What was checked in a period.
    #[serde(rename = "assurance")]
    Assurance(Box<Assurance>),
    /// A configuration was refused at a reload.
    #[serde(rename = "config.rejected")]
    ConfigRejected(ConfigRejected),
    #[serde(rename = "test")]
    Test(Test),
}

impl AlertBody {
    /// The changes of a list, if the alert is about a list.
    pub fn list_changed(&self) -> Option<&ListChanged> {
        match self {
            AlertBody::ListChanged(data) | AlertBody::ListCorrected(data) => Some(data),
            _ => None,
        }
    }

    /// A document of the Federal Register, if the alert is about one.
    pub fn rule_notice(&self) -> Option<&RuleNotice> {
        match self {
            AlertBody::RuleFiled(data) | AlertBody::RulePublished(data) => Some(data),
            _ => None,
        }
    }

    /// The words of a section, if the alert is about them.
    pub fn regulation_changed(&self) -> Option<&RegulationChanged> {
        match self {
            AlertBody::RegulationChanged(data) => Some(data),
            _ => None,
        }
    }

    /// The digest, if the alert is one.
    pub fn digest(&self) -> Option<&Digest> {
        match self {
            AlertBody::Digest(data) => Some(data),
            _ => None,
        }
    }

    /// The changes in the alert, of a list or as a rule orders them. None for a digest, whose
    /// alerts have changes each.
    pub fn changes(&self) -> Option<&[Change]> {
        self.list_changed()
            .map(|data| data.changes.as_slice())
            .or_else(|| self.rule_notice().map(|data| data.changes.as_slice()))
    }

    /// The changes in the alert, or those of all alerts in a digest.
    pub fn all_changes(&self) -> Vec<&Change> {
        match self {
            AlertBody::Digest(data) => data.changes().collect(),
            _ => self.changes().unwrap_or_default().iter().collect(),
        }
    }

    /// The changes in the alert, to add to them what was learned later.
    pub fn changes_mut(&mut self) -> &mut [Change] {
        match self {
            AlertBody::ListChanged(data) | AlertBody::ListCorrected(data) => &mut data.changes,
            AlertBody::RuleFiled(data) | AlertBody::RulePublished(data) => &mut data.changes,
            _ => &mut [],
        }
    }

    pub fn source(&self) -> Option<&str> {
        match self {
            AlertBody::ListChanged(d) | AlertBody::ListCorrected(d) => Some(&d.source),
            AlertBody::RuleFiled(d) | AlertBody::RulePublished(d) => Some(&d.source),
            AlertBody::RegulationChanged(d) => Some(&d.source),
            AlertBody::SourceLagging(d) => Some(&d.source),
            AlertBody::SourceBaseline(d) => Some(&d.source),
            AlertBody::SourceFailing(d) => Some(&d.source),
            AlertBody::SourceRecovered(d) => Some(&d.source),
            AlertBody::SnapshotHeld(d) => Some(&d.hold.source),
            AlertBody::Digest(_)
            | AlertBody::DeliveryFailing(_)
            | AlertBody::DeliveryDead(_)
            | AlertBody::AlertEscalated(_)
            | AlertBody::ItemsOpen(_)
            | AlertBody::WatchlistMatched(_)
            | AlertBody::WatchlistFailing(_)
            | AlertBody::Assurance(_)
            | AlertBody::ConfigRejected(_)
            | AlertBody::Test(_) => None,
        }
    }
}

/// Identifies one document of a source.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct SnapshotRef {
    pub sha256: Sha256,
    /// The publisher's date, if the publisher gives one.
    pub as_of: Option<Date>,
    /// When it was first fetched.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub observed_at: Option<Timestamp>,
}

/// The changes that one check of one source attributes to one rule, or to no rule.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct ListChanged {
    pub alert_id: AlertId,
    /// Counts the alerts of a source. A receiver applies them in this order.
    pub sequence: u64,
    pub source: String,
    /// When a check first found the changes.
    pub observed_at: Timestamp,
    /// When an operator accepted the list on hold that contains them.
    pub accepted_at: Option<Timestamp>,
    /// The list was on hold for loss when the check found these changes.
    pub unconfirmed: bool,
    pub snapshot: SnapshotRef,
    pub previous: Option<SnapshotRef>,
    pub attributed: Option<Attribution>,
    pub rule: Option<Rule>,
    /// The first alert about the same rule, if this is a later part of it. For relisted entries,
    /// the alert about their removal.
    pub follows: Option<AlertId>,
    /// The alert whose changes these reverse.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub corrects: Option<AlertId>,
    /// When readers were alerted about the changes that these reverse.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub corrects_at: Option<Timestamp>,
    /// How many entries of the same rule were in earlier alerts.
    pub rule_alerted_before: usize,
    /// How many entries of the same rule were in the baseline and never in an alert.
    pub rule_in_baseline: usize,
    /// The head of the journal when this alert was recorded.
    pub journal_head: Sha256,
    /// Counts `changes`, which are those that the receiver's routes match.
    pub summary: Summary,
    /// Counts all changes of this alert, for all receivers.
    pub total: Summary,
    pub changes: Vec<Change>,
    /// The earlier alert about the rule's own document in the Federal Register.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub announced: Option<Announced>,
    /// The changes that relist an entry with the content it had before its removal. The rules that
    /// it cites ordered its first listing.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub returned: Vec<ChangeId>,
    /// What the rule's own text says. `None` if it was not read.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rule_text: Option<RuleExcerpt>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub part: Option<Part>,
}

/// What the text of a rule says, and how the changes of a list compare with it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct RuleExcerpt {
    /// What the rule says about its dates.
    pub effective_text: Option<String>,
    /// Quoted if the rule has one.
    pub savings_clause: Option<String>,
    /// Counts all changes that the rule orders.
    pub orders: Summary,
    /// The names of the ordered entries that have no change in this alert.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub not_shown: Vec<String>,
    /// The changes of this alert that carry out several orders at once, because the list has one
    /// row for an entry that the rule lists under several countries.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub combined: Vec<ChangeId>,
    /// The changes whose entries were named in an earlier alert, which lacked aliases, addresses
    /// and license terms.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub named_before: Vec<ChangeId>,
}

impl ListChanged {
    /// The changes that a check of `source` found at `observed_at`. No rule is known for them, and
    /// the journal is empty.
    pub fn without_rule(
        alert_id: AlertId,
        source: &str,
        sequence: u64,
        observed_at: Timestamp,
        snapshot: SnapshotRef,
        changes: Vec<Change>,
    ) -> Self {
        let summary = Summary::of(&changes);
        Self {
            alert_id,
            sequence,
            source: source.to_owned(),
            observed_at,
            accepted_at: None,
            unconfirmed: false,
            snapshot,
            previous: None,
            attributed: None,
            rule: None,
            follows: None,
            corrects: None,
            corrects_at: None,
            rule_alerted_before: 0,
            rule_in_baseline: 0,
            journal_head: JournalEntry::genesis(),
            summary,
            total: summary,
            changes,
            announced: None,
            returned: Vec::new(),
            rule_text: None,
            part: None,
        }
    }
}

/// The changes of a list that its rule already announced.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Announced {
    pub alert_id: AlertId,
    /// When readers were alerted about the rule.
    pub at: Timestamp,
    /// The changes of this alert that the rule's own table announced with the same substance.
    pub changes: Vec<ChangeId>,
}

/// Why there is an alert about a document of the Federal Register.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum NoticeStatus {
    Filed,
    /// It was changed after the first alert, or more of it can be read now.
    Changed,
    /// Removed from public inspection before it was published.
    Withdrawn,
    Published,
    /// The recently filed documents, sent once as a list when the source is new.
    Digest,
}

/// One document of a digest.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct RuleListing {
    pub rule: Rule,
    pub published: bool,
    pub certain: bool,
    pub summary: Summary,
    /// The changes that it orders.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub changes: Vec<Change>,
}

/// A document of the Federal Register that changes the Entity List.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct RuleNotice {
    pub source: String,
    pub observed_at: Timestamp,
    pub status: NoticeStatus,
    /// `published_on` is the planned date until the document is published. `None` in a digest.
    pub rule: Option<Rule>,
    pub agency: Option<String>,
    /// `special` or `regular`
    pub filing_type: Option<String>,
    pub pdf_url: Option<String>,
    /// The whole document was read, and its table agrees with its instructions. If false, readers
    /// must see the document itself.
    pub certain: bool,
    /// If `certain` is false: why, in words.
    pub doubts: Vec<String>,
    /// What the document says about its dates.
    pub effective_text: Option<String>,
    pub savings_clause: Option<String>,
    /// What was changed, or why there is an alert, in words.
    pub note: Option<String>,
    /// The first alert about the same document.
    pub follows: Option<AlertId>,
    /// Alerts of list changes that this document orders.
    pub related: Vec<AlertId>,
    /// The documents of a digest.
    pub documents: Vec<RuleListing>,
    /// Counts all changes that the document orders, including those in earlier alerts.
    pub orders: Summary,
    pub journal_head: Sha256,
    /// Counts `changes`, which are those that the receiver's routes match.
    pub summary: Summary,
    /// Counts all changes of this alert, for all receivers.
    pub total: Summary,
    /// The changes that the document orders and that were in no earlier alert.
    pub changes: Vec<Change>,
    /// The changes whose entries were named in an earlier alert, which lacked aliases, addresses
    /// and license terms.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub named_before: Vec<ChangeId>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub part: Option<Part>,
}

/// Which part of a webhook that is sent in several parts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Part {
    pub n: usize,
    pub of: usize,
}

/// A list was read for the first time. Later lists are compared with it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct SourceBaseline {
    pub source: String,
    pub list: ListCode,
    pub count: usize,
    pub observed_at: Timestamp,
    pub snapshot: SnapshotRef,
    /// What was unusual in the document, each with its place.
    pub warnings: Vec<String>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct SnapshotHeld {
    #[serde(flatten)]
    pub hold: Hold,
    /// Operators were alerted before, and the hold is still open.
    pub reminder: bool,
    /// The first names of entries that would be removed, added or revised.
    pub examples: Vec<String>,
}
