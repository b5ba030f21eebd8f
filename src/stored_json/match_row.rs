//! A match as `matches` prints it.

use std::sync::Arc;

use jiff::Timestamp;
use schemars::JsonSchema;
use serde::Serialize;

use crate::domain::matching::decision::{DecisionKind, DismissalReason, Evidence};
use crate::domain::matching::match_record::{EndReason, MatchEvent, MatchRecord};
use crate::domain::{
    Band, Cause, Compared, Counterparty, Entry, EntryId, Identified, MatchId, MatchState,
};

#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct MatchRow {
    pub match_id: MatchId,
    pub watchlist: String,
    pub band: Band,
    pub score: f64,
    pub counterparty: Counterparty,
    pub entry: Option<Entry>,
    pub compared: Compared,
    pub reasons: Vec<String>,
    /// The names of all entries at one address, if so many share it that they are one match.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub sharing: Vec<String>,
    pub state: MatchState,
    pub cause: Cause,
    /// The permanent id of the entry, or of an entry that a rule orders and no list shows yet.
    pub entry_id: EntryId,
    /// The sources and rules that show the entry.
    pub sources: Vec<String>,
    pub first_seen_at: Timestamp,
    pub changed_at: Timestamp,
    /// The last decision, even if it is no longer in force.
    pub decision: Option<DecisionRow>,
    /// Why a dismissal is no longer in force.
    pub stale_because: Vec<String>,
    /// Why it is over. `null`: it is not.
    pub ended: Option<EndReason>,
    pub ended_at: Option<Timestamp>,
    /// Oldest first.
    pub history: Vec<MatchEvent>,
}

/// What a person decided.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct DecisionRow {
    pub decision: DecisionKind,
    pub by: String,
    pub identified: Identified,
    pub at: Timestamp,
    pub reason: Option<DismissalReason>,
    pub note: String,
    /// What a dismissal rests on, in the normalized form of the comparison.
    pub evidence: Option<Evidence>,
}

impl From<MatchRecord> for MatchRow {
    fn from(record: MatchRecord) -> Self {
        let found = record.found;
        Self {
            match_id: found.match_id,
            watchlist: found.watchlist,
            band: found.band,
            score: found.score,
            counterparty: found.counterparty,
            // The permanent id belongs to the match: a rule orders entries without one.
            entry: found.entry.map(Arc::unwrap_or_clone),
            compared: found.compared,
            reasons: found.reasons,
            sharing: found.sharing,
            state: found.state,
            cause: found.cause,
            entry_id: record.entry_id,
            sources: record.sources.keys().cloned().collect(),
            first_seen_at: record.first_seen_at,
            changed_at: record.changed_at,
            decision: record.decision.map(|decision| DecisionRow {
                decision: decision.decision,
                by: decision.by,
                identified: decision.identified,
                at: decision.at,
                reason: decision.reason,
                note: decision.note,
                evidence: decision.evidence,
            }),
            stale_because: record.stale_because,
            ended: record.ended.as_ref().map(|end| end.why),
            ended_at: record.ended.map(|end| end.at),
            history: record.history,
        }
    }
}
