//! Rows for programs and spreadsheets: `{"changes": [objects]}`, JSON Lines, or CSV.

use axum::Json;
use axum::http::header;
use axum::response::{IntoResponse, Response};
use schemars::JsonSchema;
use serde::Serialize;
use serde_json::{Map, Value, json};

use crate::stored_json;
use crate::web::error::WebError;
use crate::web::format::Format;
use crate::web::query::Parameters;

/// The largest `limit` of an API path. A download has this many rows at most.
pub const MOST_ROWS: usize = 100_000;

/// The answer with these rows. `name` is the key of the rows in JSON, and is in the name of a file.
pub fn answer<T: Serialize + JsonSchema>(
    format: Format,
    name: &str,
    rows: &[T],
) -> Result<Response, WebError> {
    answer_with(format, name, rows, Map::new())
}

/// Like [`answer`], with more keys beside the rows. Only JSON has them.
pub fn answer_with<T: Serialize + JsonSchema>(
    format: Format,
    name: &str,
    rows: &[T],
    beside: Map<String, Value>,
) -> Result<Response, WebError> {
    Ok(match format {
        Format::Json => {
            let mut object = Map::from_iter([(name.to_owned(), serde_json::to_value(rows)?)]);
            object.extend(beside);
            Json(object).into_response()
        }
        Format::Jsonl => {
            let mut lines = String::new();
            for row in rows {
                lines.push_str(&serde_json::to_string(row)?);
                lines.push('\n');
            }
            file(lines, "application/jsonl; charset=utf-8", name, format)
        }
        Format::Csv => {
            let table = stored_json::csv_for_spreadsheets(rows)?;
            file(table, "text/csv; charset=utf-8; header=present", name, format)
        }
    })
}

fn file(text: String, content_type: &'static str, name: &str, format: Format) -> Response {
    let name = format!("attachment; filename=\"entitywatch-{name}.{}\"", format.as_str());
    let headers =
        [(header::CONTENT_TYPE, content_type.to_owned()), (header::CONTENT_DISPOSITION, name)];
    (headers, text).into_response()
}

/// The links of a page to its rows in each format, for the template `table.html`. `path` is below
/// `/api`: `changes`. A download has the rows of all pages.
pub fn links(path: &str, parameters: &Parameters) -> Value {
    let links = Format::ALL.map(|format| {
        let all = if parameters.knows("limit") {
            parameters.with("page", "").with("limit", MOST_ROWS)
        } else {
            parameters.clone()
        };
        let query = all.with("format", format.as_str()).query_string();
        json!({ "title": format.title(), "address": format!("/api/{path}?{query}") })
    });
    json!(links)
}
