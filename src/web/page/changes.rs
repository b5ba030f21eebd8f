//! `/changes`: the changes, newest first.

use axum::extract::RawQuery;
use axum::response::Response;
use serde_json::json;

use crate::domain::ListCode;
use crate::stored_json::ChangeRow;
use crate::web::change_page::read_page;
use crate::web::page::{MAX_LIMIT, reply};
use crate::web::query::{self, Parameters};
use crate::web::visit::Visit;

/// Changes on a page if no `limit` is given.
const DEFAULT_LIMIT: usize = 100;

pub async fn show(web: Visit, RawQuery(query): RawQuery) -> Response {
    let context = async {
        let parameters = Parameters::read(query.as_deref(), query::CHANGES)?;
        let limit = parameters.limit(DEFAULT_LIMIT, MAX_LIMIT)?;
        let query = parameters.changes(&web.state.settings.timezone, limit)?;
        let page = read_page(&web.state.store, query, limit).await?;
        let older = page
            .older_until
            .map(|until| Parameters { until: until.to_string(), ..parameters.clone() });
        let older = older.map(|older| query_string(&older));
        let lists: Vec<&str> = ListCode::ALL.iter().map(|list| list.as_str()).collect();
        let sources: Vec<String> =
            web.state.status.sources().into_iter().map(|line| line.name).collect();
        let changes = ChangeRow::of(&web.state.store, page.changes).await?;
        Ok(json!({
            "filters": parameters,
            "changes": changes,
            "older": older,
            "cut": page.cut,
            "lists": lists,
            "sources": sources,
        }))
    };
    reply(&web, "changes.html", context.await)
}

/// The parameters as a query string, without the empty ones.
fn query_string(parameters: &Parameters) -> String {
    let mut query = url::form_urlencoded::Serializer::new(String::new());
    if let Ok(serde_json::Value::Object(values)) = serde_json::to_value(parameters) {
        for (name, value) in &values {
            if let Some(value) = value.as_str().filter(|value| !value.is_empty()) {
                query.append_pair(name, value);
            }
        }
    }
    query.finish()
}
