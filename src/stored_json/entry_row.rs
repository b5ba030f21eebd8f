//! One row of `entries`.

use jiff::Timestamp;
use jiff::civil::Date;
use schemars::JsonSchema;
use serde::Serialize;

use crate::domain::Entry;
use crate::store::HistoricEntry;

/// One row of `entries`.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct EntryRow {
    pub source: String,
    /// Our time: when we first knew it, and when we no longer did.
    pub known_from: Timestamp,
    pub known_until: Option<Timestamp>,
    /// The publisher's dates, if it gives any.
    pub listed_from: Option<Date>,
    pub listed_until: Option<Date>,
    #[serde(flatten)]
    pub entry: Entry,
}

impl From<HistoricEntry> for EntryRow {
    fn from(historic: HistoricEntry) -> Self {
        let HistoricEntry { source, entry, known_from, known_until, listed_from, listed_until } =
            historic;
        Self { source, known_from, known_until, listed_from, listed_until, entry }
    }
}
