//! The content of alerts to operators about sources and deliveries, and of a test message.

use jiff::Timestamp;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::domain::{AlertId, DeliveryId, Rule};

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
pub struct DeliveryTrouble {
    pub delivery_id: DeliveryId,
    /// The alert that was not delivered.
    pub undelivered_alert_id: AlertId,
    pub receiver: String,
    pub recipient: String,
    pub attempts: u32,
    pub error: String,
    /// The receiver answered that it no longer exists. Nothing is sent to it until
    /// `receivers enable`.
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

/// A list does not show what a rule in effect ordered.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct SourceLagging {
    /// The source of the list.
    pub source: String,
    /// The rule that the list does not show. `null` if a document is late.
    pub rule: Option<Rule>,
    /// The names of entries that the rule added and that are not listed.
    pub missing: Vec<String>,
    /// The document that was expected and did not come.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub expected: Option<ExpectedDocument>,
    pub at: Timestamp,
}

/// No new document of a source came when it was expected (`expect_by`).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct ExpectedDocument {
    /// The time of day, in the time zone of the source's schedule: `10:30`.
    pub by: String,
    pub timezone: String,
    /// For how many business days in a row none came.
    pub days: u32,
    /// When the last new document came.
    pub last_document_at: Timestamp,
}

/// A configuration was refused at a reload, and the one before stays in effect.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct ConfigRejected {
    /// The file.
    pub path: String,
    /// Every mistake with its line. Secrets are redacted.
    pub error: String,
    pub at: Timestamp,
}
