//! One page of changes, and where the older ones begin.

use jiff::{Timestamp, ToSpan};

use crate::store::{ChangeQuery, RecordedChange, Store};
use crate::web::error::WebError;

/// One page of changes, newest first.
pub struct ChangePage {
    pub changes: Vec<RecordedChange>,
    /// With this as `until`, the next page. `None` if there are no older changes.
    pub older_until: Option<Timestamp>,
    /// One check alone has more changes than the limit. They have the same time, so `older_until`
    /// cannot continue between them.
    pub cut: bool,
}

/// Reads at most `limit` changes. All changes of one check have the same time, so a page ends
/// between two checks. Only the changes of a check that alone exceeds the limit are cut.
pub async fn read_page(
    store: &Store,
    query: ChangeQuery,
    limit: usize,
) -> Result<ChangePage, WebError> {
    let query = ChangeQuery { limit: Some(limit.saturating_add(1)), ..query };
    let mut changes = store.changes(&query).await?;
    if changes.len() <= limit {
        return Ok(ChangePage { changes, older_until: None, cut: false });
    }
    let last = changes.get(limit).map(|change| change.observed_at).unwrap_or_default();
    let complete = changes.iter().take_while(|change| change.observed_at != last).count();
    if complete == 0 {
        changes.truncate(limit);
        return Ok(ChangePage { changes, older_until: Some(last), cut: true });
    }
    changes.truncate(complete);
    Ok(ChangePage { changes, older_until: Some(just_after(last)), cut: false })
}

/// The `until` that includes changes at this time: the store's times are exact to the microsecond.
pub fn just_after(at: Timestamp) -> Timestamp {
    at.checked_add(1.microsecond()).unwrap_or(at)
}
