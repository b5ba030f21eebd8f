//! What can be asked of the record; a filter that is `None` lets everything pass.

use jiff::Timestamp;
use jiff::civil::Date;

use crate::domain::{AlertId, AlertKind, ChangeKind, DeliveryState, ListCode};

#[derive(Clone, Debug, Default)]
pub struct ChangeQuery {
    pub source: Option<String>,
    pub list: Option<ListCode>,
    pub kind: Option<ChangeKind>,
    /// By `observed_at`: `since <= t < until`.
    pub since: Option<Timestamp>,
    pub until: Option<Timestamp>,
    pub editorial: bool,
    pub limit: Option<usize>,
}

/// Without `as_of` and `known_at`: what is held now.
#[derive(Clone, Debug, Default)]
pub struct EntryQuery {
    pub source: Option<String>,
    pub list: Option<ListCode>,
    /// A part of the name, an alias, an address or the remarks, whatever its case.
    pub search: Option<String>,
    /// As listed on the publisher's date.
    pub as_of: Option<Date>,
    /// As known to us at this time; rows that were backfilled later never answer.
    pub known_at: Option<Timestamp>,
    pub limit: Option<usize>,
}

#[derive(Clone, Debug, Default)]
pub struct AlertQuery {
    /// Only of these types; every type if empty.
    pub kinds: Vec<AlertKind>,
    pub since: Option<Timestamp>,
    pub until: Option<Timestamp>,
    pub limit: Option<usize>,
}

#[derive(Clone, Debug, Default)]
pub struct DeliveryQuery {
    pub receiver: Option<String>,
    pub state: Option<DeliveryState>,
    pub alert: Option<AlertId>,
    pub limit: Option<usize>,
}
