//! `/deliveries`: every alert on its way to every recipient, newest first.

use axum::extract::RawQuery;
use axum::response::Response;
use serde_json::json;

use crate::domain::DeliveryState;
use crate::store::DeliveryQuery;
use crate::web::current_rows::{delivery_rows, receiver_names};
use crate::web::page::{MAX_LIMIT, reply};
use crate::web::paging::Paging;
use crate::web::query::{self, Parameters};
use crate::web::records;
use crate::web::visit::Visit;

/// Deliveries on a page if no `limit` is given.
const DEFAULT_LIMIT: usize = 50;

pub async fn show(web: Visit, RawQuery(query): RawQuery) -> Response {
    let context = async {
        let parameters = Parameters::read(query.as_deref(), query::DELIVERIES)?;
        let paging = Paging::read(&parameters, DEFAULT_LIMIT, MAX_LIMIT)?;
        let hidden = web.hidden_receivers().await;
        let mut receivers = receiver_names(&web);
        receivers.retain(|name| !hidden.contains(name));
        let query = DeliveryQuery {
            without_receivers: hidden.to_vec(),
            ..parameters.deliveries(paging.size())?
        };
        let total = web.state.store.count_deliveries(&query).await?;
        let total = usize::try_from(total).unwrap_or(usize::MAX);
        let query = DeliveryQuery { offset: Some(paging.offset(total)), ..query };
        let deliveries = web.state.store.deliveries(&query).await?;
        let states: Vec<&str> = DeliveryState::ALL.iter().map(|state| state.as_str()).collect();
        Ok(json!({
            "deliveries": delivery_rows(&web, deliveries).await?,
            "states": states,
            "receivers": receivers,
            "filters": parameters,
            "paging": paging.shown(total, &parameters),
            "links": records::links("deliveries", &parameters),
            "now": web.state.clock.now(),
        }))
    };
    reply(&web, "deliveries.html", context.await)
}
