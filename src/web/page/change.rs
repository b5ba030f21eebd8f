//! `/changes/{id}`: one change, in each source that shows it.

use axum::extract::{Path, RawQuery};
use axum::response::Response;
use serde_json::json;

use crate::stored_json::ChangeRow;
use crate::web::api::changes::rows_of;
use crate::web::change_view;
use crate::web::error::WebError;
use crate::web::page::reply;
use crate::web::query::{self, Parameters};
use crate::web::records;
use crate::web::visit::Visit;

pub async fn show(web: Visit, Path(id): Path<String>, RawQuery(query): RawQuery) -> Response {
    let context = async {
        let parameters = Parameters::read(query.as_deref(), query::NONE)?;
        let rows = rows_of(&web, &id).await?;
        let catalog = web.catalog().await?;
        let line = change_view::line(&rows, &catalog);
        let (Some(line), Some(first)) = (line, rows.first()) else {
            return Err(WebError::NotFound { what: "change", id });
        };
        // What a second source shows otherwise is a change of its own.
        let differing = |row: &&ChangeRow| !row.change.differences.is_empty();
        Ok(json!({
            "line": line,
            "whole": first.change,
            "others": rows.iter().skip(1).filter(differing).collect::<Vec<_>>(),
            "links": records::links(&format!("changes/{id}"), &parameters),
        }))
    };
    reply(&web, "change_page.html", context.await)
}
