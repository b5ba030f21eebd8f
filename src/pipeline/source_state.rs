//! What every request to a publisher asks of the stored state of its source.

use jiff::Timestamp;

use crate::domain::SourceState;
use crate::store::{Result, Store};

/// The stored state of a source, or an empty one for a source that was never checked.
pub(crate) async fn source_state(store: &Store, source: &str) -> Result<SourceState> {
    let known = store.source_state(source).await?;
    Ok(known.unwrap_or_else(|| SourceState { source: source.to_owned(), ..Default::default() }))
}

/// Until when the publisher asked us to send no request, if that time is after `now`; and the same
/// in words.
pub(crate) fn requested_pause(state: &SourceState, now: Timestamp) -> Option<(Timestamp, String)> {
    let until = state.retry_after_until.filter(|until| *until > now)?;
    let message = format!("the publisher asked to wait until {until}; no request was sent");
    Some((until, message))
}
