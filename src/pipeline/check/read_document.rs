//! Reads one fetched document: parses it, assesses its lists, makes the alerts, and records it all.

use serde_json::json;
use tracing::warn;

use crate::crash_point::CrashPoint;
use crate::domain::CheckOutcome;
use crate::domain::alert::SnapshotRef;
use crate::domain::{ListCode, Snapshot, SourceState};
use crate::fetch::FetchedDocument;
use crate::pipeline::alerting::check_context::CheckContext;
use crate::pipeline::alerting::compose::compose;
use crate::pipeline::alerting::list_changes::ListChanges;
use crate::pipeline::background::in_background;
use crate::pipeline::check::assess_lists::{AssessedDocument, assess_lists, current_lists};
use crate::pipeline::check::check_result::CheckResult;
use crate::pipeline::check::last_document::{accept_document, edition_of};
use crate::pipeline::check::list_outcomes::ListOutcomes;
use crate::pipeline::check::operator_alerts::Failure;
use crate::pipeline::check::parse_document::{self, UnreadableDocument};
use crate::pipeline::check::recorder::CheckRecorder;
use crate::pipeline::entry_identity::{self, OpenedEntries};
use crate::pipeline::regulation;
use crate::store::{Result, Store};

/// Reads a document and records the check.
pub async fn read_document(
    mut recorder: CheckRecorder<'_>,
    mut state: SourceState,
    fetched: FetchedDocument,
) -> Result<CheckResult> {
    let (source, now) = (recorder.source, recorder.now);
    let document = fetched.document.clone();
    recorder.record.document = Some(document.clone());
    let lists = source.lists.clone();
    let parsed = in_background(move || parse_document::snapshot(&document, &lists));
    let store = recorder.program.store.as_ref();
    let (parsed, current) = tokio::join!(parsed, current_lists(store, source));
    let mut snapshot = match parsed {
        Ok(snapshot) => snapshot,
        Err(problem) => return recorder.fail(state, &unreadable(&problem, &fetched)).await,
    };
    CrashPoint::DocumentParsed.pass();
    log_warnings(&source.name, &snapshot);
    let as_of = fetched.as_of.or(snapshot.as_of);
    let reference =
        SnapshotRef { sha256: fetched.document.sha256.clone(), as_of, observed_at: None };
    let rows = snapshot.rows;
    let is_older = state.editions.is_older(&fetched.document.sha256);
    let document_columns = snapshot.columns.clone();
    let mut findings = regulation::check_sections(&recorder, &fetched, is_older).await?;
    CrashPoint::SectionsAssessed.pass();
    let current = current?;
    let parties_before = current.state(ListCode::REG).cloned();
    let first_parties = match parties_before {
        Some(_) => findings.take_first_parties(),
        None => Vec::new(),
    };
    snapshot.entries.extend(findings.parties.iter().flatten().cloned());
    let assessed = AssessedDocument {
        knows_parties: findings.parties.is_some(),
        source,
        reference: &reference,
        older_since: state.editions.older_since.filter(|_| is_older),
        previous_columns: std::mem::replace(&mut state.columns, document_columns),
        now,
    };
    let mut outcomes = assess_lists(store, &assessed, snapshot, current).await?;
    if let Some(state) = &parties_before {
        outcomes.open_unalerted(state, first_parties, now);
    }
    CrashPoint::ListsAssessed.pass();
    // Later documents are not compared in age with a document of which nothing was accepted.
    if (outcomes.is_accepted || !outcomes.is_waiting) && !is_older {
        state.editions.accept(edition_of(&fetched, now), now);
    }
    let identity_lock = recorder.program.identity_lock();
    let _identity = identity_lock.lock().await;
    identify(store, &source.name, &mut outcomes).await?;
    CrashPoint::EntriesIdentified.pass();
    let list_changes = add_outcomes(&mut recorder, &mut outcomes);
    compose_alerts(&mut recorder, &mut state, reference, list_changes).await?;
    regulation::add_to_record(&mut recorder, &mut state, &mut findings).await?;
    CrashPoint::AlertsComposed.pass();
    accept_document(&mut state, source, &fetched, now);
    state.as_of = as_of;
    outcomes.outcome = outcomes.outcome.max(findings.outcome);
    outcomes.lines.append(&mut findings.lines);
    note_result(&mut recorder, &mut state, &outcomes, findings.failure);
    let (outcome, detail) = (outcomes.outcome, outcomes.detail());
    let mut about = json!({
        "rows": rows,
        "lists": outcomes.journal,
        "size_bytes": fetched.document.size_bytes,
    });
    if let Some(fields) = about.as_object_mut().filter(|_| !findings.journal.is_empty()) {
        fields.insert("sections".to_owned(), findings.journal.into());
    }
    recorder.finish(state, outcome, detail, Some((fetched.document, about))).await
}

/// Gives the opened entries their permanent ids, and the entries of changes the ids of their rows.
/// A change may show a row that was listed before and opens none.
async fn identify(store: &Store, source: &str, outcomes: &mut ListOutcomes) -> Result<()> {
    for update in &mut outcomes.updates {
        let list = update.state.list;
        let of_list = outcomes.changes.iter_mut().find(|changes| changes.list == list);
        if update.open.is_empty() && of_list.is_none() {
            continue;
        }
        let (is_first, before, changes) = match of_list {
            Some(of_list) => {
                let before = &of_list.before;
                let named = before.named_like_changed.as_slice();
                (before.is_empty, named, of_list.changes.as_mut_slice())
            }
            None => (true, &[][..], &mut [][..]),
        };
        let opened = &mut update.open;
        let check = OpenedEntries { source, list, is_first, before, opened, changes };
        entry_identity::identify(store, check).await?;
    }
    Ok(())
}

/// Adds what the outcomes write and the alerts to operators. Returns the changes, for which alerts
/// must be composed.
fn add_outcomes(recorder: &mut CheckRecorder<'_>, outcomes: &mut ListOutcomes) -> Vec<ListChanges> {
    recorder.record.lists.append(&mut outcomes.updates);
    recorder.record.holds.append(&mut outcomes.holds);
    for body in outcomes.operator_alerts.drain(..) {
        recorder.alert_operators(body);
    }
    std::mem::take(&mut outcomes.changes)
}

/// Notes whether the check succeeded. A document of which a list was refused is a failure, and so
/// is a section that was not read.
fn note_result(
    recorder: &mut CheckRecorder<'_>,
    state: &mut SourceState,
    outcomes: &ListOutcomes,
    failure: Option<Failure>,
) {
    if let Some(failure) = failure.filter(|_| outcomes.refusals.is_empty()) {
        // The next check fetches the parts again.
        state.validators = None;
        recorder.note_failure(state, &failure);
    } else if outcomes.refusals.is_empty() {
        if outcomes.outcome <= CheckOutcome::Unchanged {
            state.unchanged_checks += 1;
        }
        recorder.succeed(state);
    } else {
        // The next check fetches a refused document again in full. It never becomes the document
        // that later ones are compared with.
        (state.validators, state.document_sha256) = (None, None);
        let message = outcomes.refusals.join("; ");
        recorder.note_failure(state, &Failure { message, refused: true, retry_after: None });
    }
}

fn unreadable(problem: &UnreadableDocument, fetched: &FetchedDocument) -> Failure {
    let label = fetched
        .mislabeled
        .as_ref()
        .map_or_else(String::new, |label| format!(" (its Content-Encoding says `{label}`)"));
    Failure {
        message: format!("the document is refused: {problem}{label}"),
        refused: true,
        retry_after: None,
    }
}

fn log_warnings(source: &str, snapshot: &Snapshot) {
    for warning in &snapshot.warnings {
        warn!(source.name = source, document.place = warning.place, "{}", warning.text);
    }
}

/// Adds the alerts about the changes, and the changes themselves, to what the check records.
async fn compose_alerts(
    recorder: &mut CheckRecorder<'_>,
    state: &mut SourceState,
    snapshot: SnapshotRef,
    list_changes: Vec<ListChanges>,
) -> Result<()> {
    let (source, now) = (recorder.source, recorder.now);
    let store = recorder.program.store.as_ref();
    let context = CheckContext {
        config: &recorder.wiring.config,
        source: &source.name,
        observed_at: now,
        recorded_at: now,
        accepted_at: None,
        snapshot,
        journal_head: store.journal_head().await?,
        sequence: state.sequence,
    };
    let composed = compose(store, &context, list_changes).await?;
    state.sequence = composed.sequence;
    let record = &mut recorder.record;
    record.journal.extend(composed.journal);
    record.alerts.extend(composed.alerts);
    record.changes.extend(composed.changes);
    Ok(())
}
