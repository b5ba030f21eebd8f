//! The state of a receiver between attempts.

use std::collections::BTreeMap;

use jiff::Timestamp;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// The state of one receiver.
#[derive(Clone, Debug, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
pub struct ReceiverState {
    pub receiver: String,
    /// When it was disabled (it answered 410). Nothing is sent until `receivers enable`.
    pub disabled_at: Option<Timestamp>,
    pub disabled_reason: Option<String>,
    /// The first failure since the last success.
    pub failing_since: Option<Timestamp>,
    pub last_success_at: Option<Timestamp>,
    pub last_error: Option<String>,
    /// The time that it asked to wait for (`Retry-After`). Nothing is sent before.
    #[serde(default)]
    pub not_before: Option<Timestamp>,
    /// Whether operators were alerted that it fails.
    #[serde(default, rename = "failure_told")]
    pub failure_alerted: bool,
    /// When operators were last alerted that it fails, by recipient. If one recipient fails while
    /// others do not, operators are not alerted at every message.
    #[serde(default, rename = "failures_told", skip_serializing_if = "BTreeMap::is_empty")]
    pub failures_alerted_at: BTreeMap<String, Timestamp>,
    /// Every time in the last day at which operators were alerted that it fails, for any recipient.
    #[serde(default, rename = "told_at", skip_serializing_if = "Vec::is_empty")]
    pub alerted_at: Vec<Timestamp>,
}
