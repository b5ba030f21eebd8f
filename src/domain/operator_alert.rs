//! The content of alerts to operators about sources and deliveries, and of a test message.

use jiff::Timestamp;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::domain::{AlertId, DeliveryId};

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
