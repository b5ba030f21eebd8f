//! What people do with matches: dismiss, confirm, reopen; and erase a counterparty.

use serde_json::{Value, json};

use crate::domain::journal::JournalEvent;
use crate::domain::journal_kind;
use crate::domain::matching::counterparty::Counterparty;
use crate::domain::matching::decision::DismissalReason;
use crate::domain::matching::match_record::{Decider, MatchRecord, MatchRefusal};
use crate::domain::{Band, MatchId, MatchState, Sha256};
use crate::pipeline::Program;
use crate::pipeline::given_text::{EmptyText, given};
use crate::pipeline::items::Actor;
use crate::pipeline::matching::transition::rests_on;
use crate::random;
use crate::store::StoreError;

/// Who decides, and what that person has seen of the match.
#[derive(Clone, Copy, Debug)]
pub struct Deciding<'a> {
    pub actor: Actor<'a>,
    /// The version of the match that the person was shown. `None`: a command does not say.
    pub seen: Option<&'a str>,
}

/// Why a match is dismissed.
#[derive(Clone, Copy, Debug)]
pub struct Dismissal<'a> {
    pub reason: DismissalReason,
    pub note: &'a str,
    /// Several are dismissed at once, which no strong match is.
    pub is_one_of_several: bool,
}

/// Why an action was not carried out. Nothing has changed.
#[derive(Debug, thiserror::Error)]
pub enum MatchActionError {
    #[error("expected the id of a match (`entitywatch matches list` shows them), but got `{0}`")]
    Unknown(MatchId),
    #[error(transparent)]
    Empty(#[from] EmptyText),
    #[error("match {0} is strong: strong matches are dismissed one by one")]
    OneByOne(MatchId),
    #[error("expected a watchlist ({known}), but got `{name}`")]
    UnknownWatchlist { name: String, known: String },
    #[error("expected a counterparty of the watchlist `{watchlist}`, but got the id `{id}`")]
    UnknownCounterparty { watchlist: String, id: String },
    #[error(transparent)]
    Refused(#[from] MatchRefusal),
    #[error(transparent)]
    Random(#[from] random::NoRandomness),
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// The counterparty is not the entry.
///
/// # Errors
/// If it is dismissed already, is strong and one of several, or was decided by another person or
/// changed since the page was shown.
pub async fn dismiss(
    program: &Program,
    id: &MatchId,
    deciding: Deciding<'_>,
    dismissal: Dismissal<'_>,
) -> Result<MatchRecord, MatchActionError> {
    let note = given("--note", dismissal.note)?;
    decide(
        program,
        id,
        (deciding, MatchState::Dismissed),
        journal_kind::MATCH_DISMISSED,
        Some(dismissal.reason),
        |record, decider| {
            if dismissal.is_one_of_several && record.found.band == Band::Strong {
                return Err(MatchActionError::OneByOne(id.clone()));
            }
            let evidence = rests_on(record);
            Ok(record.dismiss(decider, dismissal.reason, note, evidence)?)
        },
    )
    .await
}

/// The counterparty is the entry.
///
/// # Errors
/// If it is confirmed already, or was decided by another person or changed since the page was
/// shown.
pub async fn confirm(
    program: &Program,
    id: &MatchId,
    deciding: Deciding<'_>,
    note: &str,
) -> Result<MatchRecord, MatchActionError> {
    let to = (deciding, MatchState::Confirmed);
    decide(program, id, to, journal_kind::MATCH_CONFIRMED, None, |record, decider| {
        Ok(record.confirm(decider, note.trim())?)
    })
    .await
}

/// A decision is taken back.
///
/// # Errors
/// If it is open, or was decided by another person or changed since the page was shown.
pub async fn reopen(
    program: &Program,
    id: &MatchId,
    deciding: Deciding<'_>,
    note: &str,
) -> Result<MatchRecord, MatchActionError> {
    let to = (deciding, MatchState::Open);
    decide(program, id, to, journal_kind::MATCH_REOPENED, None, |record, decider| {
        Ok(record.reopen(decider, note.trim())?)
    })
    .await
}

async fn decide(
    program: &Program,
    id: &MatchId,
    (Deciding { actor, seen }, to): (Deciding<'_>, MatchState),
    kind: &str,
    reason: Option<DismissalReason>,
    step: impl FnOnce(&mut MatchRecord, Decider<'_>) -> Result<(), MatchActionError>,
) -> Result<MatchRecord, MatchActionError> {
    let by = given("--by", actor.by)?;
    let key = hash_key(program).await?;
    let lock = program.lock_matches().await?;
    let now = program.clock.now();
    let decider = Decider { by, identified: actor.identified, at: now };
    program
        .store
        .change_match(id, (now, &lock.fence()), |record| {
            if actor.identified.is_on_page() || seen.is_some() {
                refuse_unseen(record, by, seen, to)?;
            }
            step(record, decider)?;
            Ok::<JournalEvent, MatchActionError>(event(kind, record, actor, reason, &key))
        })
        .await?
        .ok_or_else(|| MatchActionError::Unknown(id.clone()))?
}

/// A page that shows an older state replaces no decision of another person, and decides nothing
/// about names that it did not show. A person who gives a command names the match.
fn refuse_unseen(
    record: &MatchRecord,
    by: &str,
    seen: Option<&str>,
    to: MatchState,
) -> Result<(), MatchRefusal> {
    match record.unseen_decision(by, seen) {
        Some(decision) if record.state() != to => Err(MatchRefusal::DecidedByAnother {
            id: record.found.match_id.clone(),
            decision: decision.decision.as_str(),
            by: decision.by.clone(),
            at: decision.at,
        }),
        _ if seen.is_some_and(|seen| record.differs_from(seen)) => {
            Err(MatchRefusal::Changed(record.found.match_id.clone()))
        }
        _ => Ok(()),
    }
}

/// What the journal keeps of a decision. It has no text of a counterparty, and no note, because the
/// journal is never pruned: only ids and hashes with a key that stays in the store.
fn event(
    kind: &str,
    record: &MatchRecord,
    actor: Actor<'_>,
    reason: Option<DismissalReason>,
    key: &str,
) -> JournalEvent {
    let found = &record.found;
    let note = record.decision.as_ref().map(|decision| decision.note.as_str()).unwrap_or_default();
    let mut data = json!({
        "match_id": found.match_id,
        "watchlist": found.watchlist,
        "counterparty_id": found.counterparty.id,
        "entry_id": record.entry_id,
        "by": actor.by.trim(),
        "identified": actor.identified,
        "counterparty_hash": counterparty_hash(key, &found.counterparty),
        "note_hash": keyed(key, note),
    });
    if let (Some(fields), Some(reason)) = (data.as_object_mut(), reason) {
        fields.insert("reason".to_owned(), json!(reason));
        fields.insert("evidence_hash".to_owned(), json!(evidence_hash(key, record)));
    }
    JournalEvent { kind: kind.to_owned(), data }
}

/// The hash of a counterparty in the journal, by the key of the store.
pub fn counterparty_hash(key: &str, counterparty: &Counterparty) -> Sha256 {
    keyed(key, &serde_json::to_string(counterparty).unwrap_or_default())
}

/// The hash of what a dismissal of this match rests on, by the key of the store.
pub fn evidence_hash(key: &str, record: &MatchRecord) -> Sha256 {
    keyed(key, &serde_json::to_string(&rests_on(record)).unwrap_or_default())
}

fn keyed(key: &str, text: &str) -> Sha256 {
    Sha256::of_parts([key, text])
}

async fn hash_key(program: &Program) -> Result<String, MatchActionError> {
    Ok(program.store.matching_key(&random::text_of_256_bits()?).await?)
}

/// Removes everything of one counterparty. Returns how many matches it had.
///
/// # Errors
/// If nothing is stored of it.
pub async fn erase(
    program: &Program,
    watchlist: &str,
    id: &str,
    actor: Actor<'_>,
) -> Result<u64, MatchActionError> {
    let by = given("--by", actor.by)?;
    let key = hash_key(program).await?;
    let data = |matches: u64| {
        json!({
            "watchlist": watchlist,
            "counterparty_id": id,
            "counterparty_hash": keyed(&key, id),
            "matches": matches,
            "by": by,
            "identified": actor.identified,
        })
    };
    erase_with(program, watchlist, id, data).await
}

/// Removes everything of one counterparty. `data` is what the journal keeps, by the number of
/// matches that it had.
pub async fn erase_with(
    program: &Program,
    watchlist: &str,
    id: &str,
    data: impl FnOnce(u64) -> Value,
) -> Result<u64, MatchActionError> {
    let lock = program.lock_matches().await?;
    let now = program.clock.now();
    let event = |matches| JournalEvent {
        kind: journal_kind::COUNTERPARTY_ERASED.to_owned(),
        data: data(matches),
    };
    let fence = lock.fence();
    match program.store.erase_counterparty(watchlist, id, (now, &fence), event).await? {
        Some(matches) => Ok(matches),
        None => Err(not_found(program, watchlist, id).await?),
    }
}

/// Why nothing is stored of a counterparty.
async fn not_found(
    program: &Program,
    watchlist: &str,
    id: &str,
) -> Result<MatchActionError, StoreError> {
    let configured = program.wiring.load_full();
    let mut names: Vec<String> = program
        .store
        .watchlist_states()
        .await?
        .into_iter()
        .map(|state| state.name)
        .chain(configured.config.watchlists.iter().map(|settings| settings.name.clone()))
        .collect();
    names.sort();
    names.dedup();
    if names.iter().any(|name| name == watchlist) {
        let (watchlist, id) = (watchlist.to_owned(), id.to_owned());
        return Ok(MatchActionError::UnknownCounterparty { watchlist, id });
    }
    let quoted: Vec<String> = names.iter().map(|name| format!("`{name}`")).collect();
    let known = if quoted.is_empty() { "none is known".to_owned() } else { quoted.join(", ") };
    Ok(MatchActionError::UnknownWatchlist { name: watchlist.to_owned(), known })
}
