//! One alert on its way to one recipient.

use jiff::Timestamp;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::domain::{AlertId, ChangeId, DeliveryId};

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum DeliveryState {
    /// Not yet accepted by the receiver's server. Due at `next_attempt_at`.
    Pending,
    Delivered,
    /// Every retry failed. The delivery is kept, and `deliveries retry` sends it again.
    Dead,
    /// Waits for the next digest of its receiver.
    Waiting,
    /// Its alert was put into a digest, which has deliveries of its own.
    Digested,
}

impl DeliveryState {
    pub const ALL: &[DeliveryState] = &[
        DeliveryState::Pending,
        DeliveryState::Delivered,
        DeliveryState::Dead,
        DeliveryState::Waiting,
        DeliveryState::Digested,
    ];

    pub fn as_str(self) -> &'static str {
        match self {
            DeliveryState::Pending => "pending",
            DeliveryState::Delivered => "delivered",
            DeliveryState::Dead => "dead",
            DeliveryState::Waiting => "waiting",
            DeliveryState::Digested => "digested",
        }
    }
}

/// One alert for one recipient of one receiver.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Delivery {
    pub delivery_id: DeliveryId,
    pub alert_id: AlertId,
    /// The receiver's name in the configuration.
    pub receiver: String,
    /// The email address. Empty for a receiver that has only one recipient.
    pub recipient: String,
    /// The changes of the alert that this receiver's routes matched. All of them if absent.
    pub selection: Option<Vec<ChangeId>>,
    pub state: DeliveryState,
    /// The attempts that used up a retry. An answer of 429 or 503 with Retry-After uses none.
    pub attempts: u32,
    /// How many parts of a webhook in several parts the receiver accepted.
    pub parts_done: u32,
    pub created_at: Timestamp,
    pub next_attempt_at: Timestamp,
    pub delivered_at: Option<Timestamp>,
    /// Without addresses, URLs or tokens.
    pub last_error: Option<String>,
}

impl Delivery {
    /// A delivery of the whole alert that nobody has attempted yet, created and due at `at`.
    pub fn pending(alert_id: &AlertId, receiver: &str, recipient: &str, at: Timestamp) -> Self {
        Self {
            delivery_id: Self::id_of(alert_id, receiver, recipient),
            alert_id: alert_id.clone(),
            receiver: receiver.to_owned(),
            recipient: recipient.to_owned(),
            selection: None,
            state: DeliveryState::Pending,
            attempts: 0,
            parts_done: 0,
            created_at: at,
            next_attempt_at: at,
            delivered_at: None,
            last_error: None,
        }
    }

    /// The id of a delivery. It never changes.
    pub fn id_of(alert: &AlertId, receiver: &str, recipient: &str) -> DeliveryId {
        DeliveryId::of([alert.as_str(), receiver, recipient])
    }
}

/// One attempt at a delivery, with its outcome.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Attempt {
    pub delivery_id: DeliveryId,
    pub at: Timestamp,
    pub duration_ms: u64,
    pub delivered: bool,
    /// The server's answer or the failure, without addresses, URLs or tokens.
    pub detail: String,
}
