//! The pages. Each reads the store and renders its template.

pub mod alert;
pub mod changes;
pub mod entries;
pub mod hold;
pub mod overview;

use axum::response::{IntoResponse, Response};
use serde_json::Value;

use crate::web::Web;
use crate::web::error::WebError;

/// The largest `limit` of a page.
const MAX_LIMIT: usize = 2_000;

/// The page, or the page of the error.
fn reply(web: &Web, template: &str, context: Result<Value, WebError>) -> Response {
    let page = context.and_then(|context| Ok(web.templates.render(template, context)?));
    match page {
        Ok(html) => html.into_response(),
        Err(error) => error.into_page(web),
    }
}
