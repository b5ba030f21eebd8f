//! `/watchlists`: the counterparty files. Only a person who is signed in gets here.

use std::collections::BTreeMap;

use axum::extract::RawQuery;
use axum::response::Response;
use serde_json::json;

use crate::domain::HoldId;
use crate::stored_json::holds_of_files;
use crate::web::current_rows;
use crate::web::page::reply;
use crate::web::query::{self, Parameters};
use crate::web::records;
use crate::web::visit::Visit;

pub async fn show(web: Visit, RawQuery(query): RawQuery) -> Response {
    let context = async {
        let parameters = Parameters::read(query.as_deref(), query::NONE)?;
        let open = holds_of_files(&web.state.store, true).await?.into_iter();
        let holds: BTreeMap<String, HoldId> =
            open.filter_map(|hold| Some((hold.watchlist?, hold.hold_id))).collect();
        Ok(json!({
            "holds": holds,
            "watchlists": current_rows::watchlists(&web).await?,
            "links": records::links("watchlists", &parameters),
            "now": web.state.clock.now(),
        }))
    };
    reply(&web, "watchlists.html", context.await)
}
