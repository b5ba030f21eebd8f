//! Carries out a person's decision on a hold.

use jiff::Timestamp;
use serde_json::json;
use tracing::warn;

use crate::domain::alert::SnapshotRef;
use crate::domain::journal::JournalEvent;
use crate::domain::{
    Change, Entry, Hold, HoldId, HoldReason, HoldState, Identified, ListCode, ListState,
    SectionNumber, SectionText, Summary, TextChange, journal_kind, utc_day,
};
use crate::pipeline::alerting::check_context::CheckContext;
use crate::pipeline::alerting::compose::compose;
use crate::pipeline::alerting::list_changes::ListChanges;
use crate::pipeline::alerting::other_sources;
use crate::pipeline::background::in_background;
use crate::pipeline::check::assess;
use crate::pipeline::check::assessment::{Assessment, ListOutcome};
use crate::pipeline::check::document_warnings::repeats_warning;
use crate::pipeline::check::parse_document::{self, UnreadableDocument};
use crate::pipeline::entry_identity::{self, OpenedEntries};
use crate::pipeline::given_text::{EmptyText, given};
use crate::pipeline::items::note_items;
use crate::pipeline::matching::match_changes;
use crate::pipeline::regulation::accepted_text;
use crate::pipeline::regulation::parties::{self, NewCitations};
use crate::pipeline::shared_lock::SharedLock;
use crate::pipeline::{Program, Wiring};
use crate::store::copies::RestoredFrom;
use crate::store::{CheckRecord, ListUpdate, RecordedChange, Store, StoreError};

/// Why a decision was not carried out. Nothing has changed.
#[derive(Debug, thiserror::Error)]
pub enum DecideError {
    #[error("expected the id of a hold (`entitywatch holds list` shows them), but got `{0}`")]
    Unknown(HoldId),
    #[error("hold {id} is {state} and can no longer be decided{now_open}")]
    NotOpen { id: HoldId, state: &'static str, now_open: String },
    #[error(transparent)]
    Empty(#[from] EmptyText),
    #[error("failed to read the document of hold {id} again: {reason}")]
    Document { id: HoldId, reason: UnreadableDocument },
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// Who decides, and why.
#[derive(Clone, Debug)]
pub struct Decision<'a> {
    pub by: &'a str,
    /// How that person was identified. On the command line `by` is a claim.
    pub identified: &'a Identified,
    pub reason: &'a str,
    /// The decision that is carried out again after a restore.
    pub restored: Option<RestoredFrom>,
}

impl Decision<'_> {
    /// When the person decided.
    fn decided_at(&self, now: Timestamp) -> Timestamp {
        self.restored.as_ref().map_or(now, |from| from.decided_at)
    }
}

/// What would change if the hold were accepted now.
pub async fn preview(store: &Store, hold: &Hold) -> Result<Vec<Change>, DecideError> {
    if hold.section.is_some() {
        return Ok(Vec::new());
    }
    let assessment = assess_document_on_hold(store, hold).await?;
    let ListOutcome::Changed(mut changes) = assessment.outcome else { return Ok(Vec::new()) };
    other_sources::load(store, &hold.source, hold.list, hold.alerted_at)
        .await?
        .corroborate(&mut changes, &assessment.before);
    Ok(changes)
}

/// The words that would change if a hold of the text of a section were accepted now. Empty for
/// other holds.
pub async fn preview_words(store: &Store, hold: &Hold) -> Result<Vec<TextChange>, DecideError> {
    let Some(section) = &hold.section else { return Ok(Vec::new()) };
    let text = text_on_hold(store, hold, section).await?;
    let before = store.section_texts(&hold.source, section).await?.into_iter().next();
    let before = before.map(|before| before.text.whole()).unwrap_or_default();
    Ok(TextChange::between(&before, &text.whole()))
}

/// Accepts the document on hold. Its changes are alerted, or with `as_baseline` only recorded.
/// Returns the decided hold and a count of the changes.
pub async fn accept(
    program: &Program,
    id: &HoldId,
    decision: &Decision<'_>,
    as_baseline: bool,
) -> Result<(Hold, Summary), DecideError> {
    let hold = open_hold(program, id, decision).await?;
    let lock = program.lock_source(&hold.source, None).await?;
    // A check may have replaced the hold before the lock was free.
    let hold = open_hold(program, &hold.hold_id, decision).await?;
    let (wiring, now, store) =
        (program.wiring.load_full(), program.clock.now(), program.store.as_ref());
    if let Some(section) = &hold.section {
        let text = text_on_hold(store, &hold, section).await?;
        let mut record = CheckRecord { at: now, fence: lock.fence(), ..CheckRecord::default() };
        let config = &wiring.config;
        accepted_text::accept(store, config, &hold, text, as_baseline, now, &mut record).await?;
        let revised = Summary { revised: 1, ..Summary::default() };
        let hold = note_acceptance(hold, decision, now, as_baseline, revised, &mut record);
        note_items(store, config, &mut record).await?;
        store.record(record).await?;
        program.outbox.send_replace(());
        return Ok((hold, revised));
    }
    let Assessment { outcome, document_size, count_after, before, close, mut open, .. } =
        assess_document_on_hold(store, &hold).await?;
    if let Some(text) = repeats_warning(hold.list, document_size) {
        warn!(source.name = hold.source, list = hold.list.as_str(), "{text}");
    }
    let changes = if let ListOutcome::Changed(changes) = outcome { changes } else { Vec::new() };
    let summary = Summary::of(&changes);
    let identity_lock = program.identity_lock();
    let _identity = identity_lock.lock().await;
    let state = list_state(store, &hold).await?;
    let mut list_changes = ListChanges::new(hold.list, state.as_ref(), before, changes);
    let opened = OpenedEntries {
        source: &hold.source,
        list: hold.list,
        is_first: list_changes.before.is_empty,
        before: &list_changes.before.named_like_changed,
        opened: &mut open,
        changes: &mut list_changes.changes,
    };
    entry_identity::identify(store, opened).await?;
    let mut record = CheckRecord { at: now, fence: lock.fence(), ..CheckRecord::default() };
    compose_alerts(program, &wiring, &hold, now, list_changes, as_baseline, &mut record).await?;
    if let Some(state) = state {
        record.lists.push(ListUpdate {
            state: accepted_state(state, &hold, count_after, now),
            close,
            open,
        });
    }
    accept_older_edition(store, &hold, now, &mut record).await?;
    let hold = note_acceptance(hold, decision, now, as_baseline, summary, &mut record);
    let matching = Box::pin(match_changes(program, &wiring, &mut record)).await?;
    record.fence.extend(matching.as_ref().map(SharedLock::fence));
    note_items(store, &wiring.config, &mut record).await?;
    Box::pin(store.record(record)).await?;
    program.outbox.send_replace(());
    Ok((hold, summary))
}

/// Adds an accepted hold to the record. Returns it as decided.
fn note_acceptance(
    hold: Hold,
    decision: &Decision<'_>,
    now: Timestamp,
    as_baseline: bool,
    summary: Summary,
    record: &mut CheckRecord,
) -> Hold {
    let hold = decided(hold, HoldState::Accepted, decision, now, as_baseline);
    let mut data = json!({
        "hold_id": hold.hold_id,
        "source": hold.source,
        "list": hold.list,
        "sha256": hold.sha256,
        "by": decision.by,
        "identified": decision.identified,
        "reason": decision.reason,
        "as_baseline": as_baseline,
        "summary": summary,
    });
    add_particulars(&mut data, &hold, decision);
    record.journal.push(JournalEvent { kind: journal_kind::HOLD_ACCEPTED.into(), data });
    record.holds.push(hold.clone());
    hold
}

/// Adds what not every decision has to its journal entry: the section whose text was on hold, and
/// the decision that is carried out again.
fn add_particulars(data: &mut serde_json::Value, hold: &Hold, decision: &Decision<'_>) {
    let Some(fields) = data.as_object_mut() else { return };
    if let Some(section) = &hold.section {
        fields.insert("section".to_owned(), json!(section));
    }
    if let Some(from) = &decision.restored {
        fields.insert("restored".to_owned(), json!(from));
    }
}

/// Rejects the document on hold. If a later document has the same content, it is not put on hold
/// again.
pub async fn reject(
    program: &Program,
    id: &HoldId,
    decision: &Decision<'_>,
) -> Result<Hold, DecideError> {
    let hold = open_hold(program, id, decision).await?;
    let lock = program.lock_source(&hold.source, None).await?;
    // A check may have replaced the hold before the lock was free.
    let hold = open_hold(program, &hold.hold_id, decision).await?;
    let now = program.clock.now();
    let mut record = CheckRecord { at: now, fence: lock.fence(), ..CheckRecord::default() };
    if hold.section.is_none()
        && let Some(state) = list_state(program.store.as_ref(), &hold).await?
    {
        let state = ListState { rejected_content: Some(hold.content_sha256.clone()), ..state };
        record.lists.push(ListUpdate { state, close: Vec::new(), open: Vec::new() });
    }
    let hold = decided(hold, HoldState::Rejected, decision, now, false);
    let mut data = json!({
        "hold_id": hold.hold_id,
        "source": hold.source,
        "list": hold.list,
        "sha256": hold.sha256,
        "by": decision.by,
        "identified": decision.identified,
        "reason": decision.reason,
    });
    add_particulars(&mut data, &hold, decision);
    record.journal.push(JournalEvent { kind: journal_kind::HOLD_REJECTED.into(), data });
    record.holds.push(hold.clone());
    program.store.record(record).await?;
    Ok(hold)
}

/// The hold, if it is open and the decision is complete.
async fn open_hold(
    program: &Program,
    id: &HoldId,
    decision: &Decision<'_>,
) -> Result<Hold, DecideError> {
    given("--by", decision.by)?;
    given("--reason", decision.reason)?;
    let hold = program.store.hold(id).await?.ok_or_else(|| DecideError::Unknown(id.clone()))?;
    if hold.state == HoldState::Open {
        return Ok(hold);
    }
    let open = program.store.holds(true).await?;
    let now_open = open
        .iter()
        .find(|other| {
            other.source == hold.source && other.list == hold.list && other.section == hold.section
        })
        .map_or_else(String::new, |other| {
            format!("; the open hold for {} of {} is {}", other.list, other.source, other.hold_id)
        });
    Err(DecideError::NotOpen { id: id.clone(), state: hold.state.as_str(), now_open })
}

/// The text of a section that is on hold.
async fn text_on_hold(
    store: &Store,
    hold: &Hold,
    section: &SectionNumber,
) -> Result<SectionText, DecideError> {
    let text = accepted_text::text_on_hold(store, hold, section).await?;
    text.map_err(|reason| DecideError::Document { id: hold.hold_id.clone(), reason })
}

/// Compares the document on hold with the current list.
async fn assess_document_on_hold(store: &Store, hold: &Hold) -> Result<Assessment, DecideError> {
    let unreadable = |reason| DecideError::Document { id: hold.hold_id.clone(), reason };
    let document = store
        .document(&hold.sha256)
        .await?
        .ok_or_else(|| unreadable(UnreadableDocument::Missing))?;
    let current = store.current_entries(&hold.source, hold.list).await?;
    let list = hold.list;
    if list == ListCode::REG {
        let sections = store.current_sections(Some(&hold.source)).await?;
        let listed: Vec<Entry> = current.iter().map(|stored| stored.entry.clone()).collect();
        let parties = parties::of_sections(&sections, &listed, &NewCitations::new());
        return Ok(assess::accept(list, current, parties));
    }
    in_background(move || {
        let snapshot = parse_document::snapshot(&document, &[list])?;
        let entries = snapshot.entries.into_iter().filter(|entry| entry.list == list).collect();
        Ok(assess::accept(list, current, entries))
    })
    .await
    .map_err(unreadable)
}

async fn list_state(store: &Store, hold: &Hold) -> Result<Option<ListState>, StoreError> {
    let states = store.list_states(&hold.source).await?;
    Ok(states.into_iter().find(|state| state.list == hold.list))
}

/// Adds the changes and the alerts about them to the record. With `as_baseline` the changes
/// are recorded without alerts.
async fn compose_alerts(
    program: &Program,
    wiring: &Wiring,
    hold: &Hold,
    now: Timestamp,
    list_changes: ListChanges,
    as_baseline: bool,
    record: &mut CheckRecord,
) -> Result<(), StoreError> {
    let store = program.store.as_ref();
    let Some(mut source) = store.source_state(&hold.source).await? else { return Ok(()) };
    let context = CheckContext {
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
    let composed = compose(store, &context, vec![list_changes]).await?;
    record.journal.extend(composed.journal);
    if as_baseline {
        record.changes = composed
            .changes
            .into_iter()
            .map(|change| RecordedChange { alert_id: None, ..change })
            .collect();
        return Ok(());
    }
    source.sequence = composed.sequence;
    record.source = Some(source);
    record.alerts = composed.alerts;
    record.changes = composed.changes;
    Ok(())
}

/// Makes an accepted older copy the document that the age of later ones is compared with, once no
/// other list of the document is on hold.
async fn accept_older_edition(
    store: &Store,
    hold: &Hold,
    now: Timestamp,
    record: &mut CheckRecord,
) -> Result<(), StoreError> {
    let is_of_same_document = |other: &Hold| {
        other.hold_id != hold.hold_id && other.source == hold.source && other.sha256 == hold.sha256
    };
    if hold.reason != HoldReason::Older || store.holds(true).await?.iter().any(is_of_same_document)
    {
        return Ok(());
    }
    let source = match record.source.take() {
        Some(source) => Some(source),
        None => store.source_state(&hold.source).await?,
    };
    record.source = source.map(|mut source| {
        if let Some(older) =
            source.editions.older.take().filter(|older| older.sha256 == hold.sha256)
        {
            source.editions.accept(older, now);
        }
        source
    });
    Ok(())
}

/// The state of a list whose content on hold a person accepted. Later counts are compared with its
/// count alone.
fn accepted_state(mut state: ListState, hold: &Hold, count: usize, now: Timestamp) -> ListState {
    state.recent_counts.clear();
    state.note_count(utc_day(now), count);
    state.document_sha256.clone_from(&hold.sha256);
    state.observed_at = now;
    state.rejected_content = None;
    state
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
        decided_at: Some(decision.decided_at(now)),
        decided_by: Some(decision.by.trim().to_owned()),
        identified: Some(decision.identified.clone()),
        decision_reason: Some(decision.reason.trim().to_owned()),
        as_baseline,
        ..hold
    }
}
