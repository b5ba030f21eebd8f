//! One counterparty that may be one listed entry. Its JSON is that of `screen`, of `matches` and of
//! alerts.

use std::sync::Arc;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::domain::matching::counterparty::Counterparty;
use crate::domain::matching::shown_decision::ShownDecision;
use crate::domain::{Entry, MatchId};

/// What a match asks of its reader.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "lowercase")]
pub enum Band {
    /// Shown only because it was asked for.
    None,
    /// A person should look.
    Review,
    /// Act on it.
    Strong,
}

impl Band {
    pub fn as_str(self) -> &'static str {
        match self {
            Self::None => "none",
            Self::Review => "review",
            Self::Strong => "strong",
        }
    }
}

/// What was compared with what, as written on both sides.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Compared {
    /// The name, alias or address of the counterparty.
    pub counterparty: String,
    /// The name, alias or address of the entry.
    pub entry: String,
}

/// What was decided about a match.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum MatchState {
    /// Nobody has decided.
    Open,
    /// A person says that the counterparty is the entry.
    Confirmed,
    /// A person says that it is not.
    Dismissed,
    /// It was dismissed, and what the dismissal rested on has changed since, or it has expired.
    Stale,
}

impl MatchState {
    pub const ALL: &[MatchState] =
        &[MatchState::Open, MatchState::Confirmed, MatchState::Dismissed, MatchState::Stale];

    pub fn as_str(self) -> &'static str {
        match self {
            Self::Open => "open",
            Self::Confirmed => "confirmed",
            Self::Dismissed => "dismissed",
            Self::Stale => "stale",
        }
    }

    /// Whether messages show the match: all but what a person has dismissed.
    pub fn is_shown(self) -> bool {
        self != Self::Dismissed
    }
}

/// What brought a match up, or brought it up again.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
pub enum Cause {
    #[serde(rename = "entry.added")]
    EntryAdded,
    #[serde(rename = "entry.revised")]
    EntryRevised,
    #[serde(rename = "entry.removed")]
    EntryRemoved,
    #[serde(rename = "rule.filed")]
    RuleFiled,
    #[serde(rename = "rule.published")]
    RulePublished,
    #[serde(rename = "counterparty.added")]
    CounterpartyAdded,
    #[serde(rename = "counterparty.revised")]
    CounterpartyRevised,
    #[serde(rename = "list.added")]
    ListAdded,
    #[serde(rename = "matcher.changed")]
    MatcherChanged,
    #[serde(rename = "first-screening")]
    FirstScreening,
}

impl Cause {
    pub const ALL: &[Cause] = &[
        Cause::EntryAdded,
        Cause::EntryRevised,
        Cause::EntryRemoved,
        Cause::RuleFiled,
        Cause::RulePublished,
        Cause::CounterpartyAdded,
        Cause::CounterpartyRevised,
        Cause::ListAdded,
        Cause::MatcherChanged,
        Cause::FirstScreening,
    ];

    pub fn as_str(self) -> &'static str {
        match self {
            Self::EntryAdded => "entry.added",
            Self::EntryRevised => "entry.revised",
            Self::EntryRemoved => "entry.removed",
            Self::RuleFiled => "rule.filed",
            Self::RulePublished => "rule.published",
            Self::CounterpartyAdded => "counterparty.added",
            Self::CounterpartyRevised => "counterparty.revised",
            Self::ListAdded => "list.added",
            Self::MatcherChanged => "matcher.changed",
            Self::FirstScreening => "first-screening",
        }
    }

    /// `an entry was added`
    pub fn in_words(self) -> &'static str {
        match self {
            Self::EntryAdded => "an entry was added",
            Self::EntryRevised => "an entry was revised",
            Self::EntryRemoved => "an entry was removed",
            Self::RuleFiled => "a rule was filed",
            Self::RulePublished => "a rule was published",
            Self::CounterpartyAdded => "a counterparty was added",
            Self::CounterpartyRevised => "a counterparty was changed",
            Self::ListAdded => "a list was added",
            Self::MatcherChanged => "a new version compares in another way",
            Self::FirstScreening => "the first comparison of the file",
        }
    }
}

/// One counterparty that may be one entry.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct PossibleMatch {
    /// Made of the watchlist, the id of the counterparty and the `entry_id`. It never changes.
    pub match_id: MatchId,
    pub watchlist: String,
    pub band: Band,
    /// 0 to 1.
    pub score: f64,
    pub counterparty: Counterparty,
    /// Left out in the `matches` of a change, whose entry it is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub entry: Option<Arc<Entry>>,
    pub compared: Compared,
    /// Why, in words.
    pub reasons: Vec<String>,
    /// The names of all entries at one address, if so many share it that they are one match. Left
    /// out otherwise.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub sharing: Vec<String>,
    pub state: MatchState,
    pub cause: Cause,
    /// The last decision of a confirmed, dismissed or stale match. Left out if nobody has decided,
    /// and in what `screen` prints.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub decision: Option<Box<ShownDecision>>,
}

impl PossibleMatch {
    /// Whether a person must act on it: strong, and not dismissed.
    pub fn is_urgent(&self) -> bool {
        self.band == Band::Strong && self.state.is_shown()
    }

    /// Whether its dismissal has expired. Nothing else has changed.
    pub fn has_expired(&self) -> bool {
        let decision = self.decision.as_deref().filter(|_| self.state == MatchState::Stale);
        decision.and_then(|decision| decision.ended.as_ref()).is_some_and(|end| end.expired)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_names_of_states_and_causes_are_those_of_the_contract() {
        for state in MatchState::ALL {
            assert_eq!(serde_json::to_value(state).unwrap(), state.as_str());
        }
        for cause in Cause::ALL {
            assert_eq!(serde_json::to_value(cause).unwrap(), cause.as_str());
        }
        for band in [Band::None, Band::Review, Band::Strong] {
            assert_eq!(serde_json::to_value(band).unwrap(), band.as_str());
        }
    }
}
