//! `/holds`: the lists that wait for a decision, and what was decided.

use axum::extract::RawQuery;
use axum::response::Response;
use serde_json::json;

use crate::web::current_rows::holds;
use crate::web::page::{MAX_LIMIT, reply};
use crate::web::paging::Paging;
use crate::web::query::{self, Parameters};
use crate::web::records;
use crate::web::visit::Visit;

/// Holds on a page if no `limit` is given.
const DEFAULT_LIMIT: usize = 50;

pub async fn show(web: Visit, RawQuery(query): RawQuery) -> Response {
    let context = async {
        let parameters = Parameters::read(query.as_deref(), query::HOLDS)?;
        let paging = Paging::read(&parameters, DEFAULT_LIMIT, MAX_LIMIT)?;
        let found = holds(&web, parameters.open_only()?).await?;
        Ok(json!({
            "holds": paging.of(&found),
            "filters": parameters,
            "paging": paging.shown(found.len(), &parameters),
            "links": records::links("holds", &parameters),
        }))
    };
    reply(&web, "holds.html", context.await)
}
