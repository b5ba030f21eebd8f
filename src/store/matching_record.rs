//! What a comparison of counterparties with entries writes.

use crate::domain::matching::match_record::MatchRecord;
use crate::domain::matching::watchlist_state::{StoredCounterparty, WatchlistState};

/// What a comparison writes, in the transaction of what caused it.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct MatchingRecord {
    /// These replace what is stored under their names.
    pub watchlists: Vec<WatchlistState>,
    pub counterparties: Vec<CounterpartyUpdate>,
    /// These replace what is stored under their ids. A decision that is newer in the store stays.
    pub matches: Vec<MatchRecord>,
}

/// Counterparties of one watchlist that are new, differ, or were removed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CounterpartyUpdate {
    pub watchlist: String,
    pub parties: Vec<StoredCounterparty>,
}

/// Selects matches.
#[derive(Clone, Debug, Default)]
pub struct MatchQuery {
    pub watchlist: Option<String>,
    pub state: Option<crate::domain::MatchState>,
    /// Also those whose counterparty or entry is gone.
    pub with_ended: bool,
}
