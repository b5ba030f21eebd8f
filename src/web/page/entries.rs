//! `/entries`: who is listed, now or at a past time.

use axum::extract::RawQuery;
use axum::response::Response;
use serde_json::json;

use crate::domain::ListCode;
use crate::stored_json::EntryRow;
use crate::web::page::{MAX_LIMIT, reply};
use crate::web::query::{self, Parameters};
use crate::web::visit::Visit;

/// Entries on a page if no `limit` is given.
const DEFAULT_LIMIT: usize = 50;

pub async fn show(web: Visit, RawQuery(query): RawQuery) -> Response {
    let context = async {
        let parameters = Parameters::read(query.as_deref(), query::ENTRIES)?;
        let limit = parameters.limit(DEFAULT_LIMIT, MAX_LIMIT)?;
        let query = parameters.entries(&web.state.settings.timezone, limit.saturating_add(1))?;
        let mut entries = web.state.store.entries(&query).await?;
        let cut = entries.len() > limit;
        entries.truncate(limit);
        let entries: Vec<EntryRow> = entries.into_iter().map(EntryRow::from).collect();
        let lists: Vec<&str> = ListCode::ALL.iter().map(|list| list.as_str()).collect();
        Ok(json!({
            "filters": parameters,
            "entries": entries,
            "cut": cut,
            "lists": lists,
            "limit": limit,
        }))
    };
    reply(&web, "entries.html", context.await)
}
