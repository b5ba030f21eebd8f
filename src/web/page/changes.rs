//! `/changes`: what was seen to change, newest first.

use axum::extract::{RawQuery, State};
use axum::response::Response;
use jiff::{Timestamp, ToSpan};
use serde_json::json;

use crate::domain::ListCode;
use crate::store::{ChangeQuery, RecordedChange};
use crate::stored_json::ChangeRow;
use crate::web::Web;
use crate::web::error::WebError;
use crate::web::page::reply;
use crate::web::query::{
    Asked, {self},
};

const LIMIT: usize = 100;
const MOST: usize = 2_000;

pub async fn show(State(web): State<Web>, RawQuery(asked): RawQuery) -> Response {
    let context = async {
        let asked = Asked::read(asked.as_deref(), query::CHANGES)?;
        let limit = asked.limit(LIMIT, MOST)?;
        let page = page_of(&web, asked.changes(&web.state.settings.timezone, limit)?).await?;
        let older =
            page.older_until.map(|until| Asked { until: until.to_string(), ..asked.clone() });
        let older = older.map(|older| query_string(&older));
        let lists: Vec<&str> = ListCode::ALL.iter().map(|list| list.as_str()).collect();
        let sources: Vec<String> =
            web.state.status.sources().into_iter().map(|line| line.name).collect();
        let changes = ChangeRow::of(web.state.store.as_ref(), page.changes).await?;
        Ok(
            json!({ "asked": asked, "changes": changes, "older": older, "cut": page.cut, "lists": lists, "sources": sources }),
        )
    };
    reply(&web, "changes.html", context.await)
}

/// Some changes, and where the older ones begin.
pub struct ChangePage {
    pub changes: Vec<RecordedChange>,
    /// With this as `until`, the next older ones.
    pub older_until: Option<Timestamp>,
    /// There are more of one single observation than the limit: they cannot be parted by time.
    pub cut: bool,
}

/// At most `limit` changes. All of one observation carry one time, so a page ends between two
/// observations; only where one observation alone is over the limit is it cut, and `cut` says so.
pub async fn page_of(web: &Web, mut query: ChangeQuery) -> Result<ChangePage, WebError> {
    let limit = query.limit.unwrap_or(LIMIT);
    query.limit = Some(limit.saturating_add(1));
    let mut changes = web.state.store.changes(&query).await?;
    if changes.len() <= limit {
        return Ok(ChangePage { changes, older_until: None, cut: false });
    }
    let last = changes.get(limit).map(|change| change.observed_at).unwrap_or_default();
    let whole = changes.iter().take_while(|change| change.observed_at != last).count();
    if whole == 0 {
        changes.truncate(limit);
        return Ok(ChangePage { changes, older_until: Some(last), cut: true });
    }
    changes.truncate(whole);
    Ok(ChangePage { changes, older_until: Some(just_after(last)), cut: false })
}

/// As an `until`, so that what was seen at this time is within: the record's times are exact to the
/// microsecond.
pub fn just_after(at: Timestamp) -> Timestamp {
    at.checked_add(1.microsecond()).unwrap_or(at)
}

/// The asked parameters as a query string, without the empty ones.
fn query_string(asked: &Asked) -> String {
    let mut query = url::form_urlencoded::Serializer::new(String::new());
    if let Ok(serde_json::Value::Object(parameters)) = serde_json::to_value(asked) {
        for (name, value) in &parameters {
            if let Some(value) = value.as_str().filter(|value| !value.is_empty()) {
                query.append_pair(name, value);
            }
        }
    }
    query.finish()
}
