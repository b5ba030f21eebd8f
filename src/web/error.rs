//! Error answers: a page, or JSON under `/api`.

use axum::Json;
use axum::http::{StatusCode, Uri};
use axum::response::{IntoResponse, Response};
use serde_json::json;

use crate::store::StoreError;
use crate::web::visit::Visit;

/// Why a request has no answer.
#[derive(Debug, thiserror::Error)]
pub enum WebError {
    /// 400: a parameter cannot be parsed.
    #[error("{0}")]
    BadRequest(String),
    /// 404: no alert or hold has this id.
    #[error("found no {what} `{id}`")]
    NotFound { what: &'static str, id: String },
    /// 503: the database does not answer. Its message can contain its address, so it goes to the
    /// log only.
    #[error("failed to read the store")]
    Store(#[from] StoreError),
    /// 503: two days could not be compared. The reason goes to the log only.
    #[error("failed to compare the days")]
    Difference(String),
    /// 500: a template is broken.
    #[error("failed to build the page")]
    Template(#[from] minijinja::Error),
    /// 500: a row is no JSON.
    #[error("failed to write the rows")]
    Rows(#[from] serde_json::Error),
    /// 500: the feed could not be written.
    #[error("failed to build the feed: {0}")]
    Feed(String),
}

impl WebError {
    /// The HTTP status.
    pub fn status(&self) -> StatusCode {
        match self {
            WebError::BadRequest(_) => StatusCode::BAD_REQUEST,
            WebError::NotFound { .. } => StatusCode::NOT_FOUND,
            WebError::Store(_) | WebError::Difference(_) => StatusCode::SERVICE_UNAVAILABLE,
            WebError::Template(_) | WebError::Rows(_) | WebError::Feed(_) => {
                StatusCode::INTERNAL_SERVER_ERROR
            }
        }
    }

    /// The page of the error. Logs what the reader is not shown.
    pub fn into_page(self, visit: &Visit) -> Response {
        self.log();
        page(visit, self.status(), &self.to_string())
    }

    /// The JSON of the error. Logs what the reader is not shown.
    pub fn into_json(self) -> Response {
        self.log();
        (self.status(), Json(json!({ "error": self.to_string() }))).into_response()
    }

    fn log(&self) {
        match self {
            WebError::BadRequest(_) | WebError::NotFound { .. } => {}
            WebError::Store(source) => {
                tracing::warn!(error = %source, "failed to read the store for a page");
            }
            WebError::Difference(reason) => {
                tracing::warn!(error = %reason, "failed to compare two days for a page");
            }
            WebError::Template(source) => {
                tracing::error!(error = ?source, "failed to build a page");
            }
            WebError::Rows(source) => tracing::error!(error = %source, "failed to write rows"),
            WebError::Feed(source) => tracing::error!(error = %source, "failed to build the feed"),
        }
    }
}

/// The answer to an unknown path.
pub async fn no_such_page(visit: Visit, uri: Uri) -> Response {
    refusal(&visit, &uri, StatusCode::NOT_FOUND, "there is no such page")
}

/// The answer to a method that a path does not have.
pub async fn no_such_method(visit: Visit, uri: Uri) -> Response {
    refusal(
        &visit,
        &uri,
        StatusCode::METHOD_NOT_ALLOWED,
        "this page has no such method: pages are read with GET, and decisions are forms on them",
    )
}

/// An error as a page, or as JSON under `/api`.
pub fn refusal(visit: &Visit, uri: &Uri, status: StatusCode, message: &str) -> Response {
    if uri.path().starts_with("/api/") {
        return (status, Json(json!({ "error": message }))).into_response();
    }
    page(visit, status, message)
}

fn page(visit: &Visit, status: StatusCode, message: &str) -> Response {
    let title = status.canonical_reason().unwrap_or("Error");
    match visit.render(
        "error.html",
        json!({ "title": title, "message": message, "status": status.as_u16() }),
    ) {
        Ok(html) => (status, html).into_response(),
        Err(_) => (status, format!("{message}\n")).into_response(),
    }
}
