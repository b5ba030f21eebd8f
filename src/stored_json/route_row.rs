//! One row of `routes explain`: one receiver, and whether it was alerted of a change.

use schemars::JsonSchema;
use serde::Serialize;

use crate::domain::{AlertId, ChangeId, ItemId};
use crate::stored_json::DeliveryRow;

/// One row of `routes explain`.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct RouteRow {
    pub change_id: ChangeId,
    /// The source that shows the change.
    pub source: String,
    /// The alert about the change. Null if there is none.
    pub alert_id: Option<AlertId>,
    pub receiver: String,
    pub outcome: RouteOutcome,
    /// Why, in words.
    pub why: String,
    /// The numbers of the routes to the receiver that match the change today, from 1. Empty if no
    /// route is configured.
    pub routes: Vec<usize>,
    /// The digest that contains the alert.
    pub digest_id: Option<AlertId>,
    /// The open item that the alert belongs to.
    pub item_id: Option<ItemId>,
    /// The deliveries of the alert or of the digest that contain the change, one for each
    /// recipient.
    pub deliveries: Vec<DeliveryRow>,
}

/// Whether a receiver was alerted of a change.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum RouteOutcome {
    /// The server of at least one recipient has accepted the alert.
    Sent,
    /// In a digest, or waiting for one.
    InDigest,
    /// It was not selected for the receiver, or no server has accepted it.
    NotSent,
}

impl RouteOutcome {
    /// `in a digest`
    pub fn in_words(self) -> &'static str {
        match self {
            RouteOutcome::Sent => "sent",
            RouteOutcome::InDigest => "in a digest",
            RouteOutcome::NotSent => "not sent",
        }
    }
}
