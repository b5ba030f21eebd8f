//! The alerts about items: one that nobody acknowledged, and the daily reminder.

use jiff::Timestamp;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::domain::item::{ItemAlert, ItemState};
use crate::domain::{Alert, ItemId, Rule};

/// Nobody has acknowledged an item in time.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct AlertEscalated {
    pub item_id: ItemId,
    pub state: ItemState,
    pub rule: Option<Rule>,
    pub title: String,
    pub opened_at: Timestamp,
    /// When the clock ran out.
    pub due_at: Timestamp,
    /// The receivers that have the item.
    pub receivers: Vec<String>,
    /// The receivers that were alerted before.
    pub escalated_to: Vec<String>,
    /// The receivers of this alert.
    pub to: Vec<String>,
    /// Nobody else is alerted after them.
    pub last: bool,
    /// The alerts of the item, with the changes that its receivers got. Oldest first.
    pub alerts: Vec<Alert>,
}

/// All that a receiver has not closed. Sent once a day.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct ItemsOpen {
    pub receiver: String,
    /// Oldest first.
    pub items: Vec<UnclosedItem>,
}

/// An item that is open or taken.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct UnclosedItem {
    pub item_id: ItemId,
    pub state: ItemState,
    pub rule: Option<Rule>,
    pub title: String,
    pub opened_at: Timestamp,
    /// When the clock runs out, or ran out last. `null` if a person has the item.
    pub due_at: Option<Timestamp>,
    pub escalated_to: Vec<String>,
    pub taken_by: Option<String>,
    pub taken_at: Option<Timestamp>,
    pub alerts: Vec<ItemAlert>,
}
