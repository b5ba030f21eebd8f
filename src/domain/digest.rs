//! The content of a digest: the alerts that waited for one receiver, and what it got at once.

use jiff::Timestamp;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::domain::alert::{ListChanged, Part, RuleNotice};
use crate::domain::{Alert, AlertBody, AlertId, Change, RegulationChanged, Rule};

/// One message with the alerts that waited for a receiver. Its content is fixed when it is made.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Digest {
    /// The receiver that it is made for.
    pub receiver: String,
    /// The period begins after this time: the due time of the last digest, or if there is none, the
    /// due time before the first alert that waited.
    pub from: Timestamp,
    /// The due time. The period includes it.
    pub to: Timestamp,
    /// The alerts that waited, oldest first. Each has the changes that the receiver's routes match.
    pub alerts: Vec<DigestedAlert>,
    /// The alerts of the period that did not wait.
    pub already_sent: Vec<AlertId>,
    /// The same alerts, each with its title.
    pub sent_at_once: Vec<SentAtOnce>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub part: Option<Part>,
}

/// The data of an alert in a digest, with its type.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(tag = "type")]
pub enum DigestedAlert {
    #[serde(rename = "list.changed")]
    ListChanged(Box<ListChanged>),
    #[serde(rename = "rule.filed")]
    RuleFiled(Box<DigestedNotice>),
    #[serde(rename = "rule.published")]
    RulePublished(Box<DigestedNotice>),
    #[serde(rename = "regulation.changed")]
    RegulationChanged(Box<RegulationChanged>),
}

/// A document of the Federal Register in a digest.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct DigestedNotice {
    pub alert_id: AlertId,
    #[serde(flatten)]
    pub notice: RuleNotice,
}

/// An alert that the receiver got apart from the digest.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct SentAtOnce {
    pub alert_id: AlertId,
    /// When it was recorded.
    pub created_at: Timestamp,
    pub title: String,
    /// The alert that it corrects or withdraws.
    pub corrects: Option<AlertId>,
}

impl Digest {
    /// The id of a digest. It never changes.
    pub fn id_of(receiver: &str, due_at: Timestamp) -> AlertId {
        AlertId::of(["digest", receiver, &due_at.to_string()])
    }

    /// The changes of all alerts that waited.
    pub fn changes(&self) -> impl Iterator<Item = &Change> {
        self.alerts.iter().flat_map(DigestedAlert::changes)
    }
}

impl DigestedAlert {
    /// The alert as a part of a digest. None for the types that are never in a digest.
    pub fn of(alert: Alert) -> Option<Self> {
        let Alert { alert_id, body, .. } = alert;
        let digested =
            |notice: Box<RuleNotice>| Box::new(DigestedNotice { alert_id, notice: *notice });
        match body {
            AlertBody::ListChanged(data) => Some(Self::ListChanged(data)),
            AlertBody::RuleFiled(notice) => Some(Self::RuleFiled(digested(notice))),
            AlertBody::RulePublished(notice) => Some(Self::RulePublished(digested(notice))),
            AlertBody::RegulationChanged(data) => Some(Self::RegulationChanged(data)),
            _ => None,
        }
    }

    pub fn alert_id(&self) -> &AlertId {
        match self {
            Self::ListChanged(data) => &data.alert_id,
            Self::RuleFiled(data) | Self::RulePublished(data) => &data.alert_id,
            Self::RegulationChanged(data) => &data.alert_id,
        }
    }

    pub fn changes(&self) -> &[Change] {
        match self {
            Self::ListChanged(data) => &data.changes,
            Self::RuleFiled(data) | Self::RulePublished(data) => &data.notice.changes,
            Self::RegulationChanged(_) => &[],
        }
    }

    pub fn rule(&self) -> Option<&Rule> {
        match self {
            Self::ListChanged(data) => data.rule.as_ref(),
            Self::RuleFiled(data) | Self::RulePublished(data) => data.notice.rule.as_ref(),
            Self::RegulationChanged(data) => data.rule.as_ref(),
        }
    }

    /// When the changes or the document were first seen.
    pub fn observed_at(&self) -> Timestamp {
        match self {
            Self::ListChanged(data) => data.observed_at,
            Self::RuleFiled(data) | Self::RulePublished(data) => data.notice.observed_at,
            Self::RegulationChanged(data) => data.observed_at,
        }
    }

    /// The same data as an alert of its own.
    pub fn body(&self) -> AlertBody {
        match self {
            Self::ListChanged(data) => AlertBody::ListChanged(data.clone()),
            Self::RuleFiled(data) => AlertBody::RuleFiled(Box::new(data.notice.clone())),
            Self::RulePublished(data) => AlertBody::RulePublished(Box::new(data.notice.clone())),
            Self::RegulationChanged(data) => AlertBody::RegulationChanged(data.clone()),
        }
    }
}
