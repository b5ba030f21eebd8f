//! `/items`: what somebody must acknowledge, and what came of it.

use axum::extract::RawQuery;
use axum::response::Response;
use serde_json::json;

use crate::domain::Role;
use crate::web::current_rows::{item_rows, items, names_in_items, receiver_names};
use crate::web::page::{MAX_LIMIT, reply};
use crate::web::paging::Paging;
use crate::web::query::{self, Parameters};
use crate::web::records;
use crate::web::visit::Visit;

/// Items on a page if no `limit` is given.
const DEFAULT_LIMIT: usize = 50;

pub async fn show(web: Visit, RawQuery(query): RawQuery) -> Response {
    let context = async {
        let parameters = Parameters::read(query.as_deref(), query::ITEMS)?;
        let paging = Paging::read(&parameters, DEFAULT_LIMIT, MAX_LIMIT)?;
        let found = items(&web, parameters.item_states()?, parameters.get("receiver")).await?;
        let rows = item_rows(&web, paging.of(&found).to_vec()).await?;
        Ok(json!({
            "names": names_in_items(&web, &rows).await?,
            "items": rows,
            "receivers": receiver_names(&web),
            "filters": parameters,
            "paging": paging.shown(found.len(), &parameters),
            "links": records::links("items", &parameters),
            "may_act": web.person_with(Role::Reviewer).is_some(),
            "now": web.state.clock.now(),
        }))
    };
    reply(&web, "items.html", context.await)
}
