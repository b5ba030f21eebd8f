//! The filters of the reading methods. A filter that is `None` matches everything.

use jiff::Timestamp;
use jiff::civil::Date;

use crate::domain::{AlertId, AlertKind, ChangeKind, DeliveryState, ListCode};

/// Selects changes.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ChangeQuery {
    pub source: Option<String>,
    pub list: Option<ListCode>,
    pub kind: Option<ChangeKind>,
    /// By `observed_at`: `since <= t < until`.
    pub since: Option<Timestamp>,
    pub until: Option<Timestamp>,
    /// Whether editorial changes are included.
    pub editorial: bool,
    /// Of the entry before or after. An entry of unknown country always matches. Every country if
    /// empty.
    pub countries: Vec<String>,
    /// In the entry before or after, as in [`EntryQuery`].
    pub search: Option<String>,
    pub limit: Option<usize>,
}

/// Selects entries: the current ones, unless `as_of` or `known_at` is set.
#[derive(Clone, Debug, Default)]
pub struct EntryQuery {
    pub source: Option<String>,
    pub list: Option<ListCode>,
    /// In the name, an alias, an address or the remarks. Spelling and spacing are forgiven.
    pub search: Option<String>,
    /// The entries as listed on this date of the publisher.
    pub as_of: Option<Date>,
    /// The entries as known to us at this time. Backfilled rows never match.
    pub known_at: Option<Timestamp>,
    pub limit: Option<usize>,
}

/// Selects alerts.
#[derive(Clone, Debug, Default)]
pub struct AlertQuery {
    /// The alerts of these types, or of every type if empty.
    pub kinds: Vec<AlertKind>,
    /// The alerts about this source.
    pub source: Option<String>,
    /// By `created_at`: `since <= t < until`.
    pub since: Option<Timestamp>,
    pub until: Option<Timestamp>,
    /// Not what was made for these receivers alone: their digests, reminders and escalations.
    pub without_receivers: Vec<String>,
    pub limit: Option<usize>,
    /// The alerts before the first one that is wanted. Needs a limit.
    pub offset: Option<usize>,
}

/// Selects deliveries.
#[derive(Clone, Debug, Default)]
pub struct DeliveryQuery {
    pub receiver: Option<String>,
    pub state: Option<DeliveryState>,
    pub alert: Option<AlertId>,
    /// Not the deliveries of alerts of these types.
    pub without: Vec<AlertKind>,
    /// Not the deliveries to these receivers.
    pub without_receivers: Vec<String>,
    pub limit: Option<usize>,
    /// The deliveries before the first one that is wanted. Needs a limit.
    pub offset: Option<usize>,
}
