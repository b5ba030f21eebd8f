//! An item as `items` and the API print it.

use jiff::Timestamp;
use jiff::tz::TimeZone;
use schemars::JsonSchema;
use serde::Serialize;

use crate::domain::item::{ClockStart, ItemEvent, Outcome};
use crate::domain::{AlertId, Item, ItemId, ItemState, Rule};
use crate::store::{Result, Store};

#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct ItemRow {
    pub item_id: ItemId,
    pub state: ItemState,
    pub rule: Option<Rule>,
    pub title: String,
    pub opened_at: Timestamp,
    pub reopened_at: Option<Timestamp>,
    /// When it must be acknowledged. After the last escalation, when that was made. `null` if a
    /// person has the item, or if all its alerts wait for a digest.
    pub due_at: Option<Timestamp>,
    /// The receivers that have it.
    pub receivers: Vec<String>,
    /// The receivers that were alerted because nobody had acknowledged it.
    pub escalated_to: Vec<String>,
    pub taken_by: Option<String>,
    pub taken_at: Option<Timestamp>,
    pub closed_by: Option<String>,
    pub closed_at: Option<Timestamp>,
    pub outcome: Option<Outcome>,
    pub note: Option<String>,
    /// Oldest first.
    pub alerts: Vec<AlertId>,
    /// What happened to it, oldest first.
    pub history: Vec<ItemEvent>,
}

impl ItemRow {
    /// The row of an item whose clock runs in the hours of `zone`.
    pub async fn of(store: &Store, item: Item, zone: &TimeZone) -> Result<Self> {
        // Only the clock of an open item runs.
        let start = match item.state {
            ItemState::Open => store.clock_start(&item).await?,
            ItemState::Taken | ItemState::Closed => ClockStart::Opening,
        };
        Ok(Self {
            due_at: item.due_at(start, zone),
            receivers: item.receivers(),
            alerts: item.alerts.into_iter().map(|alert| alert.alert_id).collect(),
            item_id: item.item_id,
            state: item.state,
            rule: item.rule,
            title: item.title,
            opened_at: item.opened_at,
            reopened_at: item.reopened_at,
            escalated_to: item.escalated_to,
            taken_by: item.taken_by,
            taken_at: item.taken_at,
            closed_by: item.closed_by,
            closed_at: item.closed_at,
            outcome: item.outcome,
            note: item.note,
            history: item.history,
        })
    }
}
