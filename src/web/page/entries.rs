//! `/entries`: who is listed, now or at some time.

use axum::extract::{RawQuery, State};
use axum::response::Response;
use serde_json::json;

use crate::domain::ListCode;
use crate::stored_json::EntryRow;
use crate::web::Web;
use crate::web::page::reply;
use crate::web::query::{
    Asked, {self},
};

const LIMIT: usize = 50;
const MOST: usize = 2_000;

pub async fn show(State(web): State<Web>, RawQuery(asked): RawQuery) -> Response {
    let context = async {
        let asked = Asked::read(asked.as_deref(), query::ENTRIES)?;
        let limit = asked.limit(LIMIT, MOST)?;
        let query = asked.entries(&web.state.settings.timezone, limit.saturating_add(1))?;
        let mut entries = web.state.store.entries(&query).await?;
        let cut = entries.len() > limit;
        entries.truncate(limit);
        let entries: Vec<EntryRow> = entries.into_iter().map(EntryRow::from).collect();
        let lists: Vec<&str> = ListCode::ALL.iter().map(|list| list.as_str()).collect();
        Ok(
            json!({ "asked": asked, "entries": entries, "cut": cut, "lists": lists, "limit": limit }),
        )
    };
    reply(&web, "entries.html", context.await)
}
