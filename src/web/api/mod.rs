//! Rows for programs under `/api`, in the shapes of the reading commands: `{"changes": [objects]}`,
//! or with `format` as JSON Lines or CSV. [`paths`] is the table of all paths.

pub mod alerts;
pub mod changes;
pub mod deliveries;
pub mod difference;
pub mod entries;
pub mod holds;
pub mod items;
pub mod now;
pub mod paths;
pub mod pictures;
pub mod rules;

use axum::response::{IntoResponse, Response};

use crate::web::error::WebError;

/// Objects in an answer if no `limit` is given.
const DEFAULT_LIMIT: usize = 1_000;

fn reply<T: IntoResponse>(answer: Result<T, WebError>) -> Response {
    answer.map_or_else(WebError::into_json, IntoResponse::into_response)
}
