//! A person's decision on a hold.

use std::collections::HashMap;

use jiff::Timestamp;
use jiff::tz::TimeZone;
use serde_json::json;
use tracing::warn;

use crate::domain::alert::SnapshotRef;
use crate::domain::journal::JournalEvent;
use crate::domain::{Change, Hold, HoldId, HoldReason, HoldState, ListState, Summary};
use crate::pipeline::alerting::compose::{
    Seen, Step, {self},
};
use crate::pipeline::alerting::other_sources;
use crate::pipeline::background::in_background;
use crate::pipeline::check::assess::{
    Judgement, ListVerdict, {self},
};
use crate::pipeline::check::list_outcomes::said_of_repeats;
use crate::pipeline::check::parse_document;
use crate::pipeline::{Program, Wiring};
use crate::store::{CheckRecord, ListUpdate, RecordedChange, Store, StoreError};

/// Why a decision was not carried out; nothing has changed.
#[derive(Debug, thiserror::Error)]
pub enum DecideError {
    #[error("expected the id of a hold (`entitywatch holds list` shows them), but got `{0}`")]
    Unknown(HoldId),
    #[error("hold {id} is {state} and cannot be decided any more{now_open}")]
    NotOpen { id: HoldId, state: &'static str, now_open: String },
    #[error("expected {0} to say who decides and why, but it is empty")]
    Empty(&'static str),
    #[error("the document of hold {id} cannot be read again: {reason}")]
    Document { id: HoldId, reason: String },
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// Who decides, and why.
#[derive(Clone, Debug)]
pub struct Decision<'a> {
    pub by: &'a str,
    pub reason: &'a str,
}

/// What would change if the hold were accepted now.
pub async fn preview(store: &Store, hold: &Hold) -> Result<Vec<Change>, DecideError> {
    let judgement = judged(store, hold).await?;
    let ListVerdict::Changed(mut changes) = judgement.verdict else { return Ok(Vec::new()) };
    other_sources::others(store, &hold.source, hold.list, hold.told_at)
        .await?
        .corroborate(&mut changes, &judgement.before);
    Ok(changes)
}

/// Believes the held document: its changes are told, or with `as_baseline` only recorded.
pub async fn accept(
    program: &Program,
    id: &HoldId,
    decision: &Decision<'_>,
    as_baseline: bool,
) -> Result<(Hold, Summary), DecideError> {
    let hold = open_hold(program, id, decision).await?;
    let turn = program.source_turn(&hold.source);
    let _turn = turn.lock().await;
    let hold = open_hold(program, &hold.hold_id, decision).await?;
    let (wiring, now, store) =
        (program.wiring.load_full(), program.clock.now(), program.store.as_ref());
    let Judgement { verdict, seen, held_count, before, close, open, .. } =
        judged(store, &hold).await?;
    if let Some(text) = said_of_repeats(hold.list, seen) {
        warn!(source.name = hold.source, list = hold.list.as_str(), "{text}");
    }
    let changes = if let ListVerdict::Changed(changes) = verdict { changes } else { Vec::new() };
    let summary = Summary::of(&changes);
    let known =
        store.list_states(&hold.source).await?.into_iter().find(|state| state.list == hold.list);
    let previous = known.as_ref().map(reference);
    let mut observation = CheckRecord { at: now, ..CheckRecord::default() };
    let steps = vec![Step {
        list: hold.list,
        changes,
        unconfirmed: false,
        before,
        previous,
        alerted_elsewhere: HashMap::new(),
    }];
    told(program, &wiring, &hold, now, steps, as_baseline, &mut observation).await?;
    if let Some(state) = known {
        observation.lists.push(ListUpdate {
            state: accepted_state(state, &hold, held_count, now),
            close,
            open,
        });
    }
    going_back(store, &hold, now, &mut observation).await?;
    let hold = decided(hold, HoldState::Accepted, decision, now, as_baseline);
    observation.journal.push(JournalEvent {
        kind: "hold.accepted".into(),
        data: json!({"hold_id": hold.hold_id, "source": hold.source, "list": hold.list, "sha256": hold.sha256, "by": decision.by,
                     "reason": decision.reason, "as_baseline": as_baseline, "summary": summary}),
    });
    observation.holds.push(hold.clone());
    store.record(observation).await?;
    program.outbox.send_replace(());
    Ok((hold, summary))
}

/// Does not believe the held document: the same content is not asked again.
pub async fn reject(
    program: &Program,
    id: &HoldId,
    decision: &Decision<'_>,
) -> Result<Hold, DecideError> {
    let hold = open_hold(program, id, decision).await?;
    let turn = program.source_turn(&hold.source);
    let _turn = turn.lock().await;
    let hold = open_hold(program, &hold.hold_id, decision).await?;
    let now = program.clock.now();
    let mut observation = CheckRecord { at: now, ..CheckRecord::default() };
    let states = program.store.list_states(&hold.source).await?;
    if let Some(state) = states.into_iter().find(|state| state.list == hold.list) {
        let state = ListState { rejected_content: Some(hold.content_sha256.clone()), ..state };
        observation.lists.push(ListUpdate { state, close: Vec::new(), open: Vec::new() });
    }
    let hold = decided(hold, HoldState::Rejected, decision, now, false);
    observation.journal.push(JournalEvent {
        kind: "hold.rejected".into(),
        data: json!({"hold_id": hold.hold_id, "source": hold.source, "list": hold.list, "sha256": hold.sha256, "by": decision.by, "reason": decision.reason}),
    });
    observation.holds.push(hold.clone());
    program.store.record(observation).await?;
    Ok(hold)
}

async fn open_hold(
    program: &Program,
    id: &HoldId,
    decision: &Decision<'_>,
) -> Result<Hold, DecideError> {
    if decision.by.trim().is_empty() {
        return Err(DecideError::Empty("--by"));
    }
    if decision.reason.trim().is_empty() {
        return Err(DecideError::Empty("--reason"));
    }
    let hold = program.store.hold(id).await?.ok_or_else(|| DecideError::Unknown(id.clone()))?;
    if hold.state == HoldState::Open {
        return Ok(hold);
    }
    let open = program.store.holds(true).await?;
    let now_open = open
        .iter()
        .find(|other| other.source == hold.source && other.list == hold.list)
        .map_or_else(String::new, |other| {
            format!("; open now for {} of {} is {}", other.list, other.source, other.hold_id)
        });
    Err(DecideError::NotOpen { id: id.clone(), state: hold.state.as_str(), now_open })
}

/// The held document against what is held now.
async fn judged(store: &Store, hold: &Hold) -> Result<Judgement, DecideError> {
    let unreadable = |reason: String| DecideError::Document { id: hold.hold_id.clone(), reason };
    let document = store
        .document(&hold.sha256)
        .await?
        .ok_or_else(|| unreadable("it is not in the record".into()))?;
    let held = store.current_entries(&hold.source, hold.list).await?;
    let list = hold.list;
    in_background(move || {
        let snapshot = parse_document::snapshot(&document, &[list])?;
        Ok(assess::accept(
            list,
            held,
            snapshot.entries.into_iter().filter(|entry| entry.list == list).collect(),
        ))
    })
    .await
    .map_err(unreadable)
}

/// Puts the alerts and the changes into the observation.
async fn told(
    program: &Program,
    wiring: &Wiring,
    hold: &Hold,
    now: Timestamp,
    steps: Vec<Step>,
    as_baseline: bool,
    observation: &mut CheckRecord,
) -> Result<(), StoreError> {
    let store = program.store.as_ref();
    let Some(mut source) = store.source_state(&hold.source).await? else { return Ok(()) };
    let seen = Seen {
        config: &wiring.config,
        source: &hold.source,
        observed_at: hold.opened_at,
        recorded_at: now,
        accepted_at: Some(now),
        snapshot: SnapshotRef {
            sha256: hold.sha256.clone(),
            as_of: source.as_of,
            observed_at: Some(hold.opened_at),
        },
        journal_head: store.journal_head().await?,
        sequence: source.sequence,
    };
    let steps = other_sources::steps(store, &hold.source, steps, now).await?;
    let composed = compose::compose(store, &seen, steps).await?;
    observation.journal.extend(other_sources::journal(&composed.changes));
    if as_baseline {
        observation.changes = composed
            .changes
            .into_iter()
            .map(|change| RecordedChange { alert_id: None, ..change })
            .collect();
        return Ok(());
    }
    source.sequence = composed.sequence;
    observation.source = Some(source);
    observation.alerts = composed.alerts;
    observation.changes = composed.changes;
    Ok(())
}

/// A person believes an older copy: once no other list of it waits, it is what later documents are
/// measured against.
async fn going_back(
    store: &Store,
    hold: &Hold,
    now: Timestamp,
    observation: &mut CheckRecord,
) -> Result<(), StoreError> {
    let waits = |other: &Hold| {
        other.hold_id != hold.hold_id && other.source == hold.source && other.sha256 == hold.sha256
    };
    if hold.reason != HoldReason::Older || store.holds(true).await?.iter().any(waits) {
        return Ok(());
    }
    let source = match observation.source.take() {
        Some(source) => Some(source),
        None => store.source_state(&hold.source).await?,
    };
    observation.source = source.map(|mut source| {
        if let Some(older) =
            source.editions.older.take().filter(|older| older.sha256 == hold.sha256)
        {
            source.editions.accept(older, now);
        }
        source
    });
    Ok(())
}

/// The state of a list whose held content a person believes: later ones are measured against it
/// alone.
fn accepted_state(mut state: ListState, hold: &Hold, count: usize, now: Timestamp) -> ListState {
    state.recent_counts.clear();
    state.note_count(now.to_zoned(TimeZone::UTC).date(), count);
    state.document_sha256.clone_from(&hold.sha256);
    state.observed_at = now;
    state.rejected_content = None;
    state
}

fn reference(state: &ListState) -> SnapshotRef {
    SnapshotRef {
        sha256: state.document_sha256.clone(),
        as_of: state.as_of,
        observed_at: Some(state.observed_at),
    }
}

fn decided(
    hold: Hold,
    state: HoldState,
    decision: &Decision<'_>,
    now: Timestamp,
    as_baseline: bool,
) -> Hold {
    Hold {
        state,
        decided_at: Some(now),
        decided_by: Some(decision.by.trim().to_owned()),
        decision_reason: Some(decision.reason.trim().to_owned()),
        as_baseline,
        ..hold
    }
}
