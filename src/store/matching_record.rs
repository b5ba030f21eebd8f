//! What a comparison of counterparties with entries writes.

use crate::domain::matching::match_record::MatchRecord;
use crate::domain::matching::watchlist_state::{StoredCounterparty, WatchlistState};
use crate::domain::{AlertId, Band, Cause, ListCode, MatchState};

/// What a comparison writes, in the transaction of what caused it.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct MatchingRecord {
    /// These replace what is stored under their names.
    pub watchlists: Vec<WatchlistState>,
    pub counterparties: Vec<CounterpartyUpdate>,
    /// These replace what is stored under their ids. The lock of the matches keeps decisions apart.
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

/// Selects matches for a person who works through them.
#[derive(Clone, Debug, Default)]
pub struct MatchListQuery {
    pub states: MatchStates,
    pub band: Option<Band>,
    pub watchlist: Option<String>,
    pub cause: Option<Cause>,
    /// The list of the entry.
    pub list: Option<ListCode>,
    /// In the texts of both sides. Spelling and spacing are forgiven.
    pub search: Option<String>,
    /// Only those that this alert shows to any receiver.
    pub alert: Option<AlertId>,
    /// Also those whose counterparty or entry is gone.
    pub with_ended: bool,
}

/// Which states are asked for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum MatchStates {
    #[default]
    All,
    /// Open or stale.
    Undecided,
    One(MatchState),
}

impl MatchListQuery {
    /// The strong matches that a person must decide.
    pub fn urgent() -> Self {
        Self { states: MatchStates::Undecided, band: Some(Band::Strong), ..Self::default() }
    }

    /// Whether the texts of each match must be read to know whether it is asked for.
    pub fn needs_content(&self) -> bool {
        self.cause.is_some() || self.list.is_some() || self.search.is_some()
    }
}
