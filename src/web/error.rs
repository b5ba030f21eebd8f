//! What is answered where there is nothing to show: as a page, and as JSON below `/api`.

use axum::Json;
use axum::extract::State;
use axum::http::{StatusCode, Uri};
use axum::response::{IntoResponse, Response};
use serde_json::json;

use crate::store::StoreError;
use crate::web::Web;

/// Why a page or an answer could not be made.
#[derive(Debug, thiserror::Error)]
pub enum WebError {
    /// 400: what was asked cannot be read.
    #[error("{0}")]
    Asked(String),
    /// 404: `no alert`, `no hold` …, and the id.
    #[error("found no {what} `{id}`")]
    Unknown { what: &'static str, id: String },
    /// 503: the database does not answer. Its words may name its address, so they go to the log
    /// only.
    #[error("failed to read the record")]
    Store(#[from] StoreError),
    /// 500: a template is broken.
    #[error("failed to make the page")]
    Template(#[from] minijinja::Error),
    /// 500: the feed could not be written.
    #[error("failed to make the feed: {0}")]
    Feed(String),
}

impl WebError {
    pub fn status(&self) -> StatusCode {
        match self {
            WebError::Asked(_) => StatusCode::BAD_REQUEST,
            WebError::Unknown { .. } => StatusCode::NOT_FOUND,
            WebError::Store(_) => StatusCode::SERVICE_UNAVAILABLE,
            WebError::Template(_) | WebError::Feed(_) => StatusCode::INTERNAL_SERVER_ERROR,
        }
    }

    /// Where it is handled: logged once, with what the reader is not shown.
    pub fn into_page(self, web: &Web) -> Response {
        self.log();
        page(web, self.status(), &self.to_string())
    }

    pub fn into_json(self) -> Response {
        self.log();
        (self.status(), Json(json!({ "error": self.to_string() }))).into_response()
    }

    fn log(&self) {
        match self {
            WebError::Asked(_) | WebError::Unknown { .. } => {}
            WebError::Store(source) => {
                tracing::warn!(error = %source, "failed to read the record for a page")
            }
            WebError::Template(source) => tracing::error!(error = ?source, "failed to make a page"),
            WebError::Feed(source) => tracing::error!(error = %source, "failed to make the feed"),
        }
    }
}

pub async fn no_such_page(State(web): State<Web>, uri: Uri) -> Response {
    plain_or_page(&web, &uri, StatusCode::NOT_FOUND, "there is no such page")
}

pub async fn reads_only(State(web): State<Web>, uri: Uri) -> Response {
    plain_or_page(
        &web,
        &uri,
        StatusCode::METHOD_NOT_ALLOWED,
        "pages are only read; what decides something is a command",
    )
}

fn plain_or_page(web: &Web, uri: &Uri, status: StatusCode, message: &str) -> Response {
    if uri.path().starts_with("/api/") {
        return (status, Json(json!({ "error": message }))).into_response();
    }
    page(web, status, message)
}

fn page(web: &Web, status: StatusCode, message: &str) -> Response {
    let title = status.canonical_reason().unwrap_or("Error");
    match web.templates.render(
        "error.html",
        json!({ "title": title, "message": message, "status": status.as_u16() }),
    ) {
        Ok(html) => (status, html).into_response(),
        Err(_) => (status, format!("{message}\n")).into_response(),
    }
}
