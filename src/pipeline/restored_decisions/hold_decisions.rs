//! How a decision on a hold is carried out again.

use crate::domain::{Hold, HoldId, HoldState, SectionNumber, Sha256, journal_kind};
use crate::pipeline::Program;
use crate::pipeline::hold_decision::{DecideError, Decision, accept, reject};
use crate::pipeline::restored_decisions::{RestorationOutcome, Restored};
use crate::store::Result;

pub async fn carry_out(program: &Program, restored: &Restored<'_>) -> Result<RestorationOutcome> {
    let id = HoldId(restored.text("hold_id").to_owned());
    let hold = match program.store.hold(&id).await? {
        Some(hold) => Some(hold),
        None => reopened(program, restored).await?,
    };
    let Some(hold) = hold else {
        let why = "the store does not have its hold";
        return Ok(RestorationOutcome::Waits(why.to_owned()));
    };
    let decision = Decision {
        by: &restored.by,
        identified: &restored.identified,
        reason: restored.text("reason"),
        restored: Some(restored.from.clone()),
    };
    let as_baseline = restored.field::<bool>("as_baseline").unwrap_or(false);
    let decided = match restored.kind {
        journal_kind::HOLD_ACCEPTED => {
            Box::pin(accept(program, &hold.hold_id, &decision, as_baseline)).await.map(drop)
        }
        journal_kind::HOLD_REJECTED => {
            Box::pin(reject(program, &hold.hold_id, &decision)).await.map(drop)
        }
        _ => return Ok(super::unknown()),
    };
    match decided {
        Ok(()) => Ok(RestorationOutcome::CarriedOut),
        Err(DecideError::Store(problem)) => Err(problem),
        Err(refused) => Ok(RestorationOutcome::NotApplied(refused.to_string())),
    }
}

/// The open hold of the same document: the id of a hold is made from the time at which a check
/// opened it, so a hold that a check opens again has another one.
async fn reopened(program: &Program, restored: &Restored<'_>) -> Result<Option<Hold>> {
    let document = restored.field::<Sha256>("sha256");
    let section = restored.field::<SectionNumber>("section");
    let holds = program.store.holds(true).await?;
    Ok(holds.into_iter().find(|hold| {
        hold.state == HoldState::Open
            && hold.source == restored.text("source")
            && hold.list.as_str() == restored.text("list")
            && hold.section == section
            && Some(&hold.sha256) == document.as_ref()
    }))
}
