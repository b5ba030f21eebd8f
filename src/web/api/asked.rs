//! What a request for rows asks for, and the answer with them.
//!
//! A list has the key `total` beside its rows: how many rows there are on all its pages. A page
//! after the last one has no rows.

use std::future::Future;

use axum::response::{IntoResponse, Response};
use schemars::JsonSchema;
use serde::Serialize;
use serde_json::{Map, Value, json};

use crate::web::error::WebError;
use crate::web::format::Format;
use crate::web::paging::Paging;
use crate::web::query::Parameters;
use crate::web::records::{self, MOST_ROWS};

/// Rows in an answer if no `limit` is given.
const DEFAULT_LIMIT: usize = 1_000;

/// The checked query string of a path.
pub struct Asked {
    pub parameters: Parameters,
    pub format: Format,
    pub paging: Paging,
}

/// Answers a request for a path that has the parameters in `known`, with what `rows` finds.
pub async fn answer<F>(
    query: Option<String>,
    known: &[&str],
    rows: impl FnOnce(Asked) -> F,
) -> Response
where
    F: Future<Output = Result<Response, WebError>>,
{
    answer_up_to(DEFAULT_LIMIT, query, known, rows).await
}

/// Like [`answer`], with another number of rows if no `limit` is given.
pub async fn answer_up_to<F>(
    limit: usize,
    query: Option<String>,
    known: &[&str],
    rows: impl FnOnce(Asked) -> F,
) -> Response
where
    F: Future<Output = Result<Response, WebError>>,
{
    let answered = async {
        let (parameters, format) = Parameters::read_with_format(query.as_deref(), known)?;
        let paging = Paging::read(&parameters, limit, MOST_ROWS)?;
        rows(Asked { parameters, format, paging }).await
    };
    answered.await.map_or_else(WebError::into_json, IntoResponse::into_response)
}

impl Asked {
    /// All these rows. `name` is their key.
    pub fn all<T: Serialize + JsonSchema>(
        &self,
        name: &str,
        rows: &[T],
    ) -> Result<Response, WebError> {
        records::answer(self.format, name, rows)
    }

    /// The part of these rows that is asked for.
    pub fn page_of<T: Serialize + JsonSchema>(
        &self,
        name: &str,
        rows: &[T],
    ) -> Result<Response, WebError> {
        self.page(name, self.paging.exactly(rows), rows.len())
    }

    /// The rows of the page that is asked for, of `total`.
    pub fn page<T: Serialize + JsonSchema>(
        &self,
        name: &str,
        rows: &[T],
        total: usize,
    ) -> Result<Response, WebError> {
        self.page_with(name, rows, total, Map::new())
    }

    /// Like [`Asked::page`], with more keys beside the rows.
    pub fn page_with<T: Serialize + JsonSchema>(
        &self,
        name: &str,
        rows: &[T],
        total: usize,
        mut beside: Map<String, Value>,
    ) -> Result<Response, WebError> {
        beside.insert("total".to_owned(), json!(total));
        records::answer_with(self.format, name, rows, beside)
    }
}
