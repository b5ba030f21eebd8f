//! The pages. Each reads the store and renders its template. What a person decides on a page is
//! sent with a form ([`act`]).

pub mod act;
pub mod alert;
pub mod alerts;
pub mod changes;
pub mod deliveries;
pub mod delivery;
pub mod change;
pub mod difference;
pub mod entries;
pub mod entry;
pub mod file_hold;
pub mod hold;
pub mod hold_decision;
pub mod holds;
pub mod item;
pub mod item_action;
pub mod items;
pub mod match_decision;
pub mod matches;
pub mod overview;
pub mod pictures;
pub mod possible_match;
pub mod rule;
pub mod rules;
pub mod sign_in;
pub mod watchlists;

use axum::response::{IntoResponse, Response};
use serde_json::Value;

use crate::web::error::WebError;
use crate::web::visit::Visit;

/// Rows on a page if no `limit` is given.
const ROWS: usize = 50;
/// The largest `limit` of a page.
const MAX_LIMIT: usize = 2_000;

/// The page, or the page of the error.
fn reply(visit: &Visit, template: &str, context: Result<Value, WebError>) -> Response {
    let page = context.and_then(|context| Ok(visit.render(template, context)?));
    match page {
        Ok(html) => html.into_response(),
        Err(error) => error.into_page(visit),
    }
}
