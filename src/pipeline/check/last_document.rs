//! What the state of a source remembers of its documents.

use jiff::{SignedDuration, Timestamp};

use crate::config::Source;
use crate::domain::{Edition, SourceState, Validators};
use crate::fetch::{
    FetchedDocument, {self},
};
use crate::pipeline::Program;
use crate::pipeline::check::DAILY;
use crate::store::Result;

/// A document is asked for without conditions this often, so that a validator that sticks cannot
/// hide a change for good.
const FULL_FETCH_EVERY: SignedDuration = DAILY;

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

/// The last document, as a state says that was written before editions were kept.
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

/// The validators to send, unless the document itself is needed.
pub(crate) fn validators<'a>(
    state: &'a SourceState,
    source: &Source,
    now: Timestamp,
) -> Option<&'a Validators> {
    let fresh = state
        .last_full_fetch_at
        .is_some_and(|last| now.duration_since(last) < FULL_FETCH_EVERY && last <= now);
    state.validators.as_ref().filter(|_| fresh && state.lists == source.lists)
}

/// The document of the last check, as if it were fetched again.
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

/// Notes that the document was read whole.
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
    if fetched.unconditional {
        state.last_full_fetch_at = Some(now);
    }
}
