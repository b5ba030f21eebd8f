//! What people decide about counterparty files on hold.

use serde_json::{Value, json};

use crate::domain::journal::JournalEvent;
use crate::domain::journal_kind;
use crate::domain::matching::file_hold::{EndedFileHold, FileHold, FileHoldDecision};
use crate::domain::matching::screening::{WatchlistProblem, WatchlistProblemKind};
use crate::domain::{HoldId, HoldState, Sha256};
use crate::pipeline::Program;
use crate::pipeline::given_text::{EmptyText, given};
use crate::pipeline::items::Actor;
use crate::pipeline::matching::watchlist_reading::REJECTED;
use crate::pipeline::shared_lock::SharedLock;
use crate::store::{CheckRecord, Store, StoreError};

/// Why a decision was not carried out. Nothing has changed.
#[derive(Debug, thiserror::Error)]
pub enum FileHoldError {
    #[error("expected the id of a hold (`entitywatch holds list` shows them), but got `{0}`")]
    Unknown(HoldId),
    #[error("hold {0} is {1} and can no longer be decided")]
    NotOpen(HoldId, &'static str),
    #[error(transparent)]
    Empty(#[from] EmptyText),
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// One hold of a counterparty file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FoundHold {
    pub watchlist: String,
    pub hold: FileHold,
    /// `None`: it is open.
    pub ended: Option<EndedFileHold>,
}

/// The holds of all counterparty files, open ones first, else newest first.
pub async fn file_holds(store: &Store) -> Result<Vec<FoundHold>, StoreError> {
    let mut all = Vec::new();
    for state in store.watchlist_states().await? {
        all.extend(state.holds().map(|(hold, ended)| FoundHold {
            watchlist: state.name.clone(),
            hold: hold.clone(),
            ended: ended.cloned(),
        }));
    }
    all.sort_by_key(|found| (found.ended.is_some(), std::cmp::Reverse(found.hold.since)));
    Ok(all)
}

/// The hold of a counterparty file with this id.
pub async fn file_hold(store: &Store, id: &HoldId) -> Result<Option<FoundHold>, StoreError> {
    Ok(file_holds(store).await?.into_iter().find(|found| found.hold.hold_id == *id))
}

/// The content on hold comes into use at the next check, although it exceeds the limits.
///
/// # Errors
/// If the hold is not open.
pub async fn accept_file(
    program: &Program,
    id: &HoldId,
    actor: Actor<'_>,
    reason: &str,
) -> Result<FoundHold, FileHoldError> {
    decide(program, id, actor, reason, HoldState::Accepted).await
}

/// The content in use stays, and the content on hold is not put on hold again.
///
/// # Errors
/// If the hold is not open.
pub async fn reject_file(
    program: &Program,
    id: &HoldId,
    actor: Actor<'_>,
    reason: &str,
) -> Result<FoundHold, FileHoldError> {
    decide(program, id, actor, reason, HoldState::Rejected).await
}

async fn decide(
    program: &Program,
    id: &HoldId,
    actor: Actor<'_>,
    reason: &str,
    decision: HoldState,
) -> Result<FoundHold, FileHoldError> {
    let by = given("--by", actor.by)?;
    given("--reason", reason)?;
    let lock = program.lock_matches().await?;
    let found = file_hold(&program.store, id).await?;
    let found = found.ok_or_else(|| FileHoldError::Unknown(id.clone()))?;
    if let Some(ended) = &found.ended {
        return Err(FileHoldError::NotOpen(id.clone(), ended.state.as_str()));
    }
    let said = FileHoldDecision {
        by: by.to_owned(),
        identified: actor.identified.clone(),
        reason: reason.trim().to_owned(),
    };
    let data = json!({
        "watchlist": found.watchlist,
        "hold_id": id,
        "sha256": found.hold.sha256,
        "by": by,
        "identified": actor.identified,
        "reason": reason.trim(),
        "rows": found.hold.rows,
        "removed": found.hold.lost,
        "revised": found.hold.revised,
    });
    end_hold(program, &lock, &found, decision, said, data).await?;
    Ok(found)
}

/// Carries out again a decision that a restore lost, with these data in the journal. `false`: this
/// content of the file is not on hold.
pub async fn decide_again(
    program: &Program,
    watchlist: &str,
    content: &Sha256,
    decision: HoldState,
    said: FileHoldDecision,
    data: Value,
) -> Result<bool, StoreError> {
    let lock = program.lock_matches().await?;
    let open = file_holds(&program.store).await?.into_iter().find(|found| {
        found.ended.is_none() && found.watchlist == watchlist && found.hold.sha256 == *content
    });
    let Some(open) = open else { return Ok(false) };
    end_hold(program, &lock, &open, decision, said, data).await?;
    Ok(true)
}

async fn end_hold(
    program: &Program,
    lock: &SharedLock,
    found: &FoundHold,
    decision: HoldState,
    said: FileHoldDecision,
    data: Value,
) -> Result<(), StoreError> {
    let states = program.store.watchlist_states().await?;
    let Some(mut state) = states.into_iter().find(|state| state.name == found.watchlist) else {
        return Ok(());
    };
    let now = program.clock.now();
    state.end_hold(decision, now, Some(said));
    let sha256 = found.hold.sha256.clone();
    let kind = if decision == HoldState::Accepted {
        // The file is read again, although it is unchanged.
        (state.accepted, state.signature) = (Some(sha256), None);
        journal_kind::WATCHLIST_ACCEPTED
    } else {
        state.rejected = Some(sha256);
        state.problem = Some(WatchlistProblem {
            kind: WatchlistProblemKind::Rejected,
            detail: REJECTED.to_owned(),
            since: now,
        });
        journal_kind::WATCHLIST_REJECTED
    };
    let mut record = CheckRecord { at: now, fence: lock.fence(), ..CheckRecord::default() };
    record.matching.watchlists.push(state);
    record.journal.push(JournalEvent { kind: kind.to_owned(), data });
    program.store.record(record).await
}
