//! What the store keeps of one match: how it stands, what was decided, and its history.

use std::collections::BTreeMap;
use std::sync::Arc;

use jiff::Timestamp;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::domain::matching::decision::{
    Decision, DecisionKind, DismissalReason, Evidence, PartyEvidence,
};
use crate::domain::matching::possible_match::{MatchState, PossibleMatch};
use crate::domain::matching::shown_decision::{EndOfDismissal, ShownDecision};
use crate::domain::{EntryId, Identified, MatchId, Sha256};

/// The reason of a dismissal that is as old as dismissals may be.
pub const EXPIRED: &str = "the dismissal has expired";

/// The event of a dismissal that is no longer in force.
const STALE: &str = "stale";

/// One match with everything that happened to it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct MatchRecord {
    /// With its entry as it was when the two were last compared.
    pub found: PossibleMatch,
    /// Tells two counterparties apart that had the same id one after the other.
    pub incarnation: u32,
    /// What the counterparty may be. For an entry that a rule orders and no list shows yet, an id
    /// that is replaced when it is listed.
    pub entry_id: EntryId,
    /// A rule orders the entry, and no list shows it yet.
    pub is_ordered_only: bool,
    /// What each source shows of the entry.
    pub sources: Arc<BTreeMap<String, PartyEvidence>>,
    pub first_seen_at: Timestamp,
    pub changed_at: Timestamp,
    /// The last decision, even if it is no longer in force.
    pub decision: Option<Decision>,
    /// Why a dismissal is no longer in force, in words without text of a counterparty.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub stale_because: Vec<String>,
    /// The counterparty or the entry is gone, or they are not similar any more.
    pub ended: Option<MatchEnd>,
    /// How often an alert announced it. Makes the ids of those alerts differ.
    pub announced: u32,
    /// Oldest first.
    pub history: Vec<MatchEvent>,
}

/// The end of a match. It can come back.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct MatchEnd {
    pub at: Timestamp,
    pub why: EndReason,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum EndReason {
    CounterpartyRemoved,
    EntryRemoved,
    NoLongerSimilar,
    /// Several entries are one match now, which replaces it.
    Joined,
}

impl EndReason {
    pub const ALL: &[EndReason] = &[
        EndReason::CounterpartyRemoved,
        EndReason::EntryRemoved,
        EndReason::NoLongerSimilar,
        EndReason::Joined,
    ];

    pub fn as_str(self) -> &'static str {
        match self {
            Self::CounterpartyRemoved => "counterparty-removed",
            Self::EntryRemoved => "entry-removed",
            Self::NoLongerSimilar => "no-longer-similar",
            Self::Joined => "joined",
        }
    }

    pub fn in_words(self) -> &'static str {
        match self {
            Self::CounterpartyRemoved => "the counterparty is no longer in the file",
            Self::EntryRemoved => "the entry is no longer listed",
            Self::NoLongerSimilar => "the two are no longer similar",
            Self::Joined => "several entries are one match now, which replaces it",
        }
    }
}

/// One step in the history of a match.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct MatchEvent {
    pub at: Timestamp,
    /// `found`, `dismissed`, `confirmed`, `reopened`, `stale`, `ended`, `returned`, `renamed`
    pub what: String,
    pub by: Option<String>,
    /// How that person was identified. Versions that did not record it left it out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub identified: Option<Identified>,
    pub detail: String,
}

/// Why a person's decision was refused. The match is unchanged.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum MatchRefusal {
    #[error("match {0} is {1} already")]
    Already(MatchId, &'static str),
    #[error(
        "match {id} was {decision} by {by} on {at}, and you may not have seen that: open the match \
         again before you decide"
    )]
    DecidedByAnother { id: MatchId, decision: &'static str, by: String, at: Timestamp },
    #[error(
        "match {0} has changed since the page was shown: open the match again before you decide"
    )]
    Changed(MatchId),
}

/// Who decides, and when.
#[derive(Clone, Copy, Debug)]
pub struct Decider<'a> {
    pub by: &'a str,
    pub identified: &'a Identified,
    pub at: Timestamp,
}

impl MatchRecord {
    pub fn state(&self) -> MatchState {
        self.found.state
    }

    /// Whether a person must act on it: strong, not decided, and not over.
    pub fn must_be_decided(&self) -> bool {
        self.found.is_urgent() && self.ended.is_none() && self.state() != MatchState::Confirmed
    }

    /// How many decisions people have made. A page compares it to see whether somebody decided
    /// since.
    pub fn decisions(&self) -> usize {
        self.history.iter().filter(|event| event.by.is_some()).count()
    }

    /// What a page shows of the match for a decision: how many decisions were made, a full stop, a
    /// hash of both sides and the band.
    pub fn shown_version(&self) -> String {
        format!("{}.{}", self.decisions(), self.hash_of_sides())
    }

    fn hash_of_sides(&self) -> Sha256 {
        let party = &self.found.counterparty;
        let mut parts: Vec<&str> = vec![self.found.band.as_str(), &party.name, &party.country];
        parts.extend(party.aliases.iter().chain(&party.addresses).map(String::as_str));
        if let Some(entry) = &self.found.entry {
            parts.push(&entry.name);
            let texts = entry.aliases.iter().chain(&entry.addresses).chain(&entry.countries);
            parts.extend(texts.map(String::as_str));
        }
        parts.extend(self.sources.values().flat_map(|of| &of.identifiers).map(String::as_str));
        Sha256::of_parts(parts)
    }

    /// Whether a page that shows this version shows other names, addresses or another band.
    pub fn differs_from(&self, shown: &str) -> bool {
        shown.split_once('.').is_some_and(|(_, sides)| sides != self.hash_of_sides().as_str())
    }

    /// A decision of another person that `by` may not have seen, on a page that shows this version.
    /// A page that does not say must not replace one that is in force.
    pub fn unseen_decision(&self, by: &str, shown: Option<&str>) -> Option<&Decision> {
        let is_hidden = match shown {
            Some(shown) => shown.split('.').next() != Some(&self.decisions().to_string()),
            None => matches!(self.state(), MatchState::Confirmed | MatchState::Dismissed),
        };
        self.decision.as_ref().filter(|decision| is_hidden && decision.by != by)
    }

    /// The decision of another person that the last decision replaced.
    pub fn replaced_decision(&self) -> Option<&MatchEvent> {
        let mut decisions = self.history.iter().rev().filter(|event| event.by.is_some());
        let last = decisions.next()?;
        let is_decision = |event: &&MatchEvent| ["dismissed", "confirmed"].contains(&&*event.what);
        decisions.next().filter(|before| before.by != last.by).filter(is_decision)
    }

    /// The match as it is shown in a message, with the decision that a person made.
    pub fn to_show(&self) -> PossibleMatch {
        let is_decided = self.state() != MatchState::Open;
        let decision = self.decision.as_ref().filter(|_| is_decided).map(|decision| {
            Box::new(ShownDecision {
                decision: decision.decision,
                by: decision.by.clone(),
                at: decision.at,
                reason: decision.reason,
                note: decision.note.clone(),
                ended: self.end_of_dismissal(),
            })
        });
        PossibleMatch { decision, ..self.found.clone() }
    }

    fn end_of_dismissal(&self) -> Option<EndOfDismissal> {
        if self.state() != MatchState::Stale {
            return None;
        }
        let stale = self.history.iter().rev().find(|event| event.what == STALE);
        Some(EndOfDismissal {
            at: stale.map_or(self.changed_at, |event| event.at),
            expired: self.stale_because.first().is_some_and(|because| because == EXPIRED),
            because: self.stale_because.clone(),
        })
    }

    /// All sources together.
    pub fn entry_evidence(&self, join: fn(&mut PartyEvidence, &PartyEvidence)) -> PartyEvidence {
        let mut all = PartyEvidence::default();
        for evidence in self.sources.values() {
            join(&mut all, evidence);
        }
        all
    }

    /// A person says that the counterparty is not the entry. `evidence` is what that rests on.
    ///
    /// # Errors
    /// If it is dismissed already.
    pub fn dismiss(
        &mut self,
        decider: Decider<'_>,
        reason: DismissalReason,
        note: &str,
        evidence: Evidence,
    ) -> Result<(), MatchRefusal> {
        self.refuse_if(MatchState::Dismissed)?;
        let detail = format!("{}: {note}", reason.as_str());
        self.decide(decider, DecisionKind::Dismissed, MatchState::Dismissed, note, detail);
        if let Some(decision) = &mut self.decision {
            (decision.reason, decision.evidence) = (Some(reason), Some(evidence));
        }
        Ok(())
    }

    /// A person says that the counterparty is the entry.
    ///
    /// # Errors
    /// If it is confirmed already.
    pub fn confirm(&mut self, decider: Decider<'_>, note: &str) -> Result<(), MatchRefusal> {
        self.refuse_if(MatchState::Confirmed)?;
        let detail = note.to_owned();
        self.decide(decider, DecisionKind::Confirmed, MatchState::Confirmed, note, detail);
        Ok(())
    }

    /// A person takes a decision back.
    ///
    /// # Errors
    /// If it is open.
    pub fn reopen(&mut self, decider: Decider<'_>, note: &str) -> Result<(), MatchRefusal> {
        self.refuse_if(MatchState::Open)?;
        let detail = note.to_owned();
        self.decide(decider, DecisionKind::Reopened, MatchState::Open, note, detail);
        Ok(())
    }

    /// A dismissal is no longer in force.
    pub fn make_stale(&mut self, because: Vec<String>, at: Timestamp) {
        self.found.state = MatchState::Stale;
        self.changed_at = at;
        self.note(at, STALE, because.join("; "));
        self.stale_because = because;
    }

    /// Adds what happened without a person to the history.
    pub fn note(&mut self, at: Timestamp, what: &str, detail: String) {
        let (what, by, identified) = (what.to_owned(), None, None);
        self.history.push(MatchEvent { at, what, by, identified, detail });
    }

    fn refuse_if(&self, state: MatchState) -> Result<(), MatchRefusal> {
        if self.state() == state {
            return Err(MatchRefusal::Already(self.found.match_id.clone(), state.as_str()));
        }
        Ok(())
    }

    fn decide(
        &mut self,
        decider: Decider<'_>,
        kind: DecisionKind,
        state: MatchState,
        note: &str,
        detail: String,
    ) {
        let Decider { by, identified, at } = decider;
        self.found.state = state;
        self.changed_at = at;
        self.stale_because.clear();
        self.decision = Some(Decision {
            decision: kind,
            by: by.to_owned(),
            identified: identified.clone(),
            at,
            reason: None,
            note: note.to_owned(),
            evidence: None,
        });
        self.history.push(MatchEvent {
            at,
            what: kind.as_str().to_owned(),
            by: Some(by.to_owned()),
            identified: Some(identified.clone()),
            detail,
        });
    }
}
