//! An entry as the store returns it.

use jiff::Timestamp;
use jiff::civil::Date;

use crate::domain::Entry;

/// An entry with the store's own number of its row.
#[derive(Clone, Debug, PartialEq)]
pub struct StoredEntry {
    pub row: i64,
    pub entry: Entry,
}

/// An entry with the times between which it was current.
#[derive(Clone, Debug, PartialEq)]
pub struct HistoricEntry {
    pub source: String,
    pub entry: Entry,
    /// Our time: when we first knew it, and when we no longer did.
    pub known_from: Timestamp,
    pub known_until: Option<Timestamp>,
    /// The publisher's dates, if it gives any.
    pub listed_from: Option<Date>,
    pub listed_until: Option<Date>,
}
