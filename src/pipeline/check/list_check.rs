//! Checks a source of lists: asks its publisher, and decides whether the answer is read.
//!
//! Knows the age of documents and what was fetched before. It must not know what is in a document.

use tracing::warn;

use crate::config::SourceKind;
use crate::crash_point::CrashPoint;
use crate::domain::{CheckOutcome, SourceState};
use crate::fetch::{FetchError, Fetched, FetchedDocument};
use crate::pipeline::check::check_result::CheckResult;
use crate::pipeline::check::freshness::{self, OLDER_IS_ON_HOLD_AFTER};
use crate::pipeline::check::last_document::{
    accept_document, edition_of, last_document, last_edition, validators,
};
use crate::pipeline::check::operator_alerts::Failure;
use crate::pipeline::check::read_document::read_document;
use crate::pipeline::check::recorder::CheckRecorder;
use crate::store::Result;

/// Checks a source of lists. `state` is the stored state of the source.
pub(crate) async fn check_lists(
    recorder: CheckRecorder<'_>,
    mut state: SourceState,
) -> Result<CheckResult> {
    if state.editions.current.is_none() {
        state.editions.current = last_edition(&state, recorder.now);
    }
    let is_on_hold = is_on_hold(&recorder).await?;
    // The older copy that the last check read is still what the publisher serves.
    let is_older_read =
        state.document_sha256.as_ref().is_some_and(|sha256| state.editions.is_older(sha256));
    let fetched = fetch(&recorder, &state, is_on_hold, is_older_read).await;
    state.last_check_at = Some(recorder.now);
    state.checks += 1;
    match fetched {
        Err(problem) => {
            if problem.older {
                state.editions.note_older(None, recorder.now);
            }
            let failure = Failure {
                message: problem.message,
                refused: problem.refused,
                retry_after: problem.retry_after,
            };
            recorder.fail(state, &failure).await
        }
        Ok(Fetched::NotModified) => {
            if !is_older_read {
                state.editions.clear_older();
            }
            Box::pin(not_modified(recorder, state, is_on_hold)).await
        }
        Ok(Fetched::Document(fetched)) => {
            CrashPoint::DocumentFetched.pass();
            Box::pin(got_document(recorder, state, *fetched, is_on_hold)).await
        }
    }
}

/// Whether a list of the source is on hold.
async fn is_on_hold(recorder: &CheckRecorder<'_>) -> Result<bool> {
    let source = recorder.source;
    let open = recorder.program.store.holds(true).await?;
    Ok(open.iter().any(|hold| hold.source == source.name && source.lists.contains(&hold.list)))
}

/// Asks the publisher for the document.
async fn fetch(
    recorder: &CheckRecorder<'_>,
    state: &SourceState,
    is_on_hold: bool,
    is_older_read: bool,
) -> std::result::Result<Fetched, FetchError> {
    let (source, now) = (recorder.source, recorder.now);
    let fetcher = &recorder.wiring.fetcher;
    let is_overdue = state.editions.older_for(now) >= OLDER_IS_ON_HOLD_AFTER;
    // An older copy is read once it is overdue, so that a person can decide on it.
    if is_overdue && !is_older_read {
        return fetcher.fetch_whole(&source.address, None, now).await;
    }
    // The eCFR corrects a date without a new date. With validators, a list on hold would wait for
    // the next date. Other publishers say themselves that their document has changed.
    let known = if is_on_hold && source.kind == SourceKind::Ecfr {
        None
    } else {
        validators(state, source, now)
    };
    match known {
        Some(known) => fetcher.fetch(&source.address, Some(known), now).await,
        None if is_overdue => fetcher.fetch_whole(&source.address, None, now).await,
        None => fetcher.fetch_whole(&source.address, state.validators.as_ref(), now).await,
    }
}

/// The publisher says that the document has not changed. A list on hold is assessed again with the
/// document of the last check: another source, a rule or the days that passed may confirm it now.
async fn not_modified(
    recorder: CheckRecorder<'_>,
    state: SourceState,
    is_on_hold: bool,
) -> Result<CheckResult> {
    if is_on_hold
        && state.lists == recorder.source.lists
        && let Some(document) = last_document(recorder.program, &state).await?
    {
        return Box::pin(read_document(recorder, state, document)).await;
    }
    recorder
        .finish_unchanged(
            state,
            CheckOutcome::NotModified,
            "the publisher says that nothing changed",
        )
        .await
}

/// The publisher sent a document: refuses it as an older copy, recognizes it as the last one, or
/// reads it.
async fn got_document(
    recorder: CheckRecorder<'_>,
    mut state: SourceState,
    fetched: FetchedDocument,
    is_on_hold: bool,
) -> Result<CheckResult> {
    let (source, now) = (recorder.source, recorder.now);
    let edition = edition_of(&fetched, now);
    // Compared with the current list, an older copy would look like one with entries removed.
    if let Some(message) = freshness::older(&state.editions, &edition, fetched.is_single_file) {
        // For the first day the eCFR's older date alone is an error, and its text is not fetched.
        // So the text must come in two checks before it is read.
        let is_first_sight = source.kind == SourceKind::Ecfr && state.editions.older.is_none();
        state.editions.note_older(Some(edition), now);
        if is_first_sight || state.editions.older_for(now) < OLDER_IS_ON_HOLD_AFTER {
            let failure = Failure { message, refused: false, retry_after: None };
            return recorder.fail(state, &failure).await;
        }
        warn!(
            source.name = source.name,
            "{}: reading an older copy, because nothing newer came for a day: {message}",
            source.name
        );
        return Box::pin(read_document(recorder, state, fetched)).await;
    }
    state.editions.clear_older();
    // A section of another part can change while Part 744 does not.
    if !is_on_hold
        && source.sections.is_empty()
        && state.lists == source.lists
        && state.document_sha256.as_ref() == Some(&fetched.document.sha256)
    {
        accept_document(&mut state, source, &fetched, now);
        state.editions.accept(edition, now);
        return recorder
            .finish_unchanged(
                state,
                CheckOutcome::Unchanged,
                "the document is the same as at the last check",
            )
            .await;
    }
    Box::pin(read_document(recorder, state, fetched)).await
}
