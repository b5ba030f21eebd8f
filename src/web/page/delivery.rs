//! `/deliveries/{id}`: one delivery with its attempts. `/deliveries/{id}/retry`: an approver sends
//! a dead one again.

use axum::extract::{Path, RawQuery, Request};
use axum::http::StatusCode;
use axum::response::Response;
use serde_json::json;

use crate::domain::{DeliveryId, DeliveryState, Role};
use crate::web::action::Action;
use crate::web::current_rows::{delivery_rows, shown_delivery};
use crate::web::error::{WebError, refusal};
use crate::web::page::act::act;
use crate::web::page::reply;
use crate::web::query::{self, Parameters};
use crate::web::records;
use crate::web::visit::Visit;

/// Attempts on the page. The list of attempts has all.
const SHOWN: usize = 50;

pub async fn show(web: Visit, Path(id): Path<String>, RawQuery(query): RawQuery) -> Response {
    let context = async {
        Parameters::read(query.as_deref(), query::NONE)?;
        let store = &web.state.store;
        let id = DeliveryId(id);
        let found = shown_delivery(&web, &id).await?;
        let row = delivery_rows(&web, found.into_iter().collect()).await?.pop();
        let row = row.ok_or_else(|| WebError::NotFound { what: "delivery", id: id.to_string() })?;
        let mut attempts = store.attempts(&id).await?;
        attempts.reverse();
        let left_out = attempts.len().saturating_sub(SHOWN);
        attempts.truncate(SHOWN);
        Ok(json!({
            "delivery": row,
            "attempts": attempts,
            "left_out": left_out,
            "links": records::links(&format!("deliveries/{id}/attempts"), &Parameters::default()),
            "may_act": web.person_with(Role::Approver).is_some(),
            "now": web.state.clock.now(),
        }))
    };
    reply(&web, "delivery.html", context.await)
}

/// Only a dead delivery is sent again: a repeat of one that arrived would be a second message.
pub async fn retry(web: Visit, Path(id): Path<String>, request: Request) -> Response {
    let id = DeliveryId(id);
    let uri = request.uri().clone();
    match web.state.store.delivery(&id).await {
        Ok(Some(delivery)) if delivery.state != DeliveryState::Dead => {
            let state = delivery.state.as_str();
            let text = format!("expected a dead delivery, but {id} is {state}");
            return refusal(&web, &uri, StatusCode::CONFLICT, &text);
        }
        Ok(_) => {}
        Err(problem) => return WebError::from(problem).into_page(&web),
    }
    let page = format!("/deliveries/{id}");
    act(&web, request, Role::Approver, &page, |_| Ok(Action::RetryDelivery { id })).await
}
