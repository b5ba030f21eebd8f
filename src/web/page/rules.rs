//! `/rules`: the documents of the Federal Register that change the Entity List, newest first.

use axum::extract::RawQuery;
use axum::response::Response;
use serde_json::json;

use crate::web::api::rules::all;
use crate::web::page::{MAX_LIMIT, ROWS, reply};
use crate::web::paging::Paging;
use crate::web::query::{self, Parameters};
use crate::web::records;
use crate::web::visit::Visit;

pub async fn show(web: Visit, RawQuery(query): RawQuery) -> Response {
    let context = async {
        let parameters = Parameters::read(query.as_deref(), query::PAGES)?;
        let paging = Paging::read(&parameters, ROWS, MAX_LIMIT)?;
        let rules = all(&web).await?;
        Ok(json!({
            "rules": paging.of(&rules),
            "paging": paging.shown(rules.len(), &parameters),
            "links": records::links("rules", &parameters),
        }))
    };
    reply(&web, "rules.html", context.await)
}
