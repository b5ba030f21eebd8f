//! How a decision about a match, a counterparty or a counterparty file is carried out again.

use crate::domain::journal_kind;
use crate::domain::matching::decision::DismissalReason;
use crate::domain::matching::file_hold::FileHoldDecision;
use crate::domain::matching::match_record::{Decider, MatchEvent, MatchRecord, MatchRefusal};
use crate::domain::{HoldState, MatchId, Sha256};
use crate::pipeline::Program;
use crate::pipeline::matching::{
    MatchActionError, counterparty_hash, decide_again, erase_with, evidence_hash, rests_on,
};
use crate::pipeline::restored_decisions::{RestorationOutcome, Restored};
use crate::random;
use crate::store::Result;

/// What stands for the note of a decision, which neither the journal nor the export has, because a
/// counterparty can be erased and they cannot be changed.
const NOTE: &str = "restored; the note was not exported";

pub async fn carry_out(program: &Program, restored: &Restored<'_>) -> Result<RestorationOutcome> {
    match restored.kind {
        journal_kind::COUNTERPARTY_ERASED => erase(program, restored).await,
        journal_kind::WATCHLIST_ACCEPTED => {
            decide_file(program, restored, HoldState::Accepted).await
        }
        journal_kind::WATCHLIST_REJECTED => {
            decide_file(program, restored, HoldState::Rejected).await
        }
        journal_kind::MATCH_DISMISSED => {
            let Some(reason) = restored.field::<DismissalReason>("reason") else {
                return Ok(super::unknown());
            };
            decide(program, restored, |record, decider| {
                let evidence = rests_on(record);
                record.dismiss(decider, reason, NOTE, evidence)
            })
            .await
        }
        journal_kind::MATCH_CONFIRMED => {
            decide(program, restored, |record, decider| record.confirm(decider, NOTE)).await
        }
        journal_kind::MATCH_REOPENED => {
            decide(program, restored, |record, decider| record.reopen(decider, NOTE)).await
        }
        _ => Ok(super::unknown()),
    }
}

/// Why a match was not changed.
enum Refusal {
    /// The counterparty is not the one that was decided on, or not yet.
    Other,
    /// The entry is not as the person saw it who dismissed the match, or not yet.
    OtherEntry,
    /// A person decided after the decision that the restore brought back.
    Newer,
    Refused(MatchRefusal),
}

/// Decides on a match only if its counterparty is the one that the person saw.
async fn decide(
    program: &Program,
    restored: &Restored<'_>,
    step: impl FnOnce(&mut MatchRecord, Decider<'_>) -> std::result::Result<(), MatchRefusal>,
) -> Result<RestorationOutcome> {
    let id = MatchId(restored.text("match_id").to_owned());
    let Ok(new_key) = random::text_of_256_bits() else {
        return Ok(RestorationOutcome::Waits("the system has no random bytes".to_owned()));
    };
    let key = program.store.matching_key(&new_key).await?;
    let lock = program.lock_matches().await?;
    let seen = restored.field::<Sha256>("counterparty_hash");
    let evidence = restored.field::<Sha256>("evidence_hash");
    let is_newer = |event: &MatchEvent| event.by.is_some() && event.at > restored.decided_at();
    let decider =
        Decider { by: &restored.by, identified: &restored.identified, at: restored.decided_at() };
    let changed = program
        .store
        .change_match(&id, (program.clock.now(), &lock.fence()), |record| {
            if Some(counterparty_hash(&key, &record.found.counterparty)) != seen {
                return Err(Refusal::Other);
            }
            if record.history.iter().any(is_newer) {
                return Err(Refusal::Newer);
            }
            if restored.kind == journal_kind::MATCH_DISMISSED
                && Some(evidence_hash(&key, record)) != evidence
            {
                return Err(Refusal::OtherEntry);
            }
            step(record, decider).map_err(Refusal::Refused)?;
            Ok(restored.event())
        })
        .await?;
    Ok(match changed {
        None => RestorationOutcome::Waits("the store does not have its match".to_owned()),
        Some(Ok(_)) => RestorationOutcome::CarriedOut,
        Some(Err(Refusal::Other)) => {
            let why = "its counterparty is not the one that the person saw";
            RestorationOutcome::Waits(why.to_owned())
        }
        Some(Err(Refusal::OtherEntry)) => {
            let why = "the entry is not as the person saw it";
            RestorationOutcome::Waits(why.to_owned())
        }
        Some(Err(Refusal::Newer)) => super::newer(),
        Some(Err(Refusal::Refused(refused))) => RestorationOutcome::NotApplied(refused.to_string()),
    })
}

/// A backup must not bring back what a person had erased.
async fn erase(program: &Program, restored: &Restored<'_>) -> Result<RestorationOutcome> {
    let (watchlist, id) = (restored.text("watchlist"), restored.text("counterparty_id"));
    match erase_with(program, watchlist, id, |_matches| restored.journal_data()).await {
        Ok(_) => Ok(RestorationOutcome::CarriedOut),
        Err(MatchActionError::Store(problem)) => Err(problem),
        Err(refused) => Ok(RestorationOutcome::NotApplied(refused.to_string())),
    }
}

async fn decide_file(
    program: &Program,
    restored: &Restored<'_>,
    decision: HoldState,
) -> Result<RestorationOutcome> {
    let said = FileHoldDecision {
        by: restored.by.clone(),
        identified: restored.identified.clone(),
        reason: restored.text("reason").to_owned(),
    };
    let Some(content) = restored.field::<Sha256>("sha256") else { return Ok(super::unknown()) };
    let (watchlist, data) = (restored.text("watchlist"), restored.journal_data());
    Ok(if decide_again(program, watchlist, &content, decision, said, data).await? {
        RestorationOutcome::CarriedOut
    } else {
        RestorationOutcome::Waits("no such content of the file is on hold".to_owned())
    })
}
