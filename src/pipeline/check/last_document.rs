//! What the state of a source holds about its last document: age, validators, content.

use jiff::{SignedDuration, Timestamp};

use crate::config::Source;
use crate::domain::{Edition, SourceState, Validators};
use crate::fetch::{self, FetchedDocument};
use crate::pipeline::Program;
use crate::pipeline::check::DAILY;
use crate::store::Result;

/// How often a document is fetched without validators, so that a server that wrongly repeats a
/// validator cannot hide a change forever.
const FULL_FETCH_EVERY: SignedDuration = DAILY;

/// The age of a fetched document.
pub(crate) fn edition_of(fetched: &FetchedDocument, now: Timestamp) -> Edition {
    Edition {
        sha256: fetched.document.sha256.clone(),
        address_sha256: fetched
            .validators
            .as_ref()
            .map(|validators| validators.address_sha256.clone()),
        modified_at: fetched.modified_at,
        as_of: fetched.as_of,
        answered_at: fetched.answered_at,
        seen_at: now,
    }
}

/// The age of the last document, from a state that was written before ages were stored.
pub(crate) fn last_edition(state: &SourceState, now: Timestamp) -> Option<Edition> {
    let seen_at = state.last_success_at.unwrap_or(now);
    Some(Edition {
        sha256: state.document_sha256.clone()?,
        address_sha256: state
            .validators
            .as_ref()
            .map(|validators| validators.address_sha256.clone()),
        modified_at: state.validators.as_ref().and_then(fetch::modified_at),
        as_of: state.as_of,
        answered_at: seen_at,
        seen_at,
    })
}

/// The validators to send. `None` if the document itself is needed: a daily full fetch is due, or
/// the configured lists have changed.
pub(crate) fn validators<'a>(
    state: &'a SourceState,
    source: &Source,
    now: Timestamp,
) -> Option<&'a Validators> {
    let has_recent_full_fetch = state
        .last_full_fetch_at
        .is_some_and(|last| now.duration_since(last) < FULL_FETCH_EVERY && last <= now);
    state.validators.as_ref().filter(|_| has_recent_full_fetch && is_same_selection(state, source))
}

/// Whether the last document was read for the lists and sections that are configured now.
fn is_same_selection(state: &SourceState, source: &Source) -> bool {
    state.lists == source.lists && state.sections == source.sections
}

/// The stored document of the last check, in the form of a fetched one.
pub(crate) async fn last_document(
    program: &Program,
    state: &SourceState,
) -> Result<Option<FetchedDocument>> {
    let Some(sha256) = &state.document_sha256 else { return Ok(None) };
    let document = program.store.document(sha256).await?;
    let (validators, as_of, modified_at) = (
        state.validators.clone(),
        state.as_of,
        state.validators.as_ref().and_then(fetch::modified_at),
    );
    Ok(document.map(|document| FetchedDocument {
        answered_at: document.fetched_at,
        document,
        validators,
        as_of,
        modified_at,
        is_single_file: false,
        mislabeled: None,
        unconditional: false,
    }))
}

/// Notes in `state` that the document was read.
pub(crate) fn accept_document(
    state: &mut SourceState,
    source: &Source,
    fetched: &FetchedDocument,
    now: Timestamp,
) {
    state.validators.clone_from(&fetched.validators);
    state.document_sha256 = Some(fetched.document.sha256.clone());
    state.as_of = fetched.as_of;
    state.lists.clone_from(&source.lists);
    state.sections.clone_from(&source.sections);
    if fetched.unconditional {
        state.last_full_fetch_at = Some(now);
    }
}
