//! `/api/deliveries`, `/api/deliveries/{id}` and `/api/deliveries/{id}/attempts`.

use axum::extract::{Path, RawQuery};
use axum::response::Response;

use super::asked::answer;
use crate::domain::{Delivery, DeliveryId};
use crate::store::DeliveryQuery;
use crate::web::current_rows::{delivery_rows, shown_delivery};
use crate::web::error::WebError;
use crate::web::query;
use crate::web::visit::Visit;

/// Newest first.
pub async fn list(web: Visit, RawQuery(query): RawQuery) -> Response {
    answer(query, query::DELIVERIES, |asked| async move {
        let (store, paging) = (&web.state.store, asked.paging);
        let query = asked.parameters.deliveries(paging.size())?;
        let query = DeliveryQuery {
            offset: Some(paging.start()),
            without_receivers: web.hidden_receivers().await.to_vec(),
            ..query
        };
        let total = usize::try_from(store.count_deliveries(&query).await?).unwrap_or(usize::MAX);
        let rows = delivery_rows(&web, store.deliveries(&query).await?).await?;
        asked.page("deliveries", &rows, total)
    })
    .await
}

pub async fn one(web: Visit, Path(id): Path<String>, RawQuery(query): RawQuery) -> Response {
    answer(query, query::NONE, |asked| async move {
        let delivery = found(&web, id).await?;
        asked.all("deliveries", &delivery_rows(&web, vec![delivery]).await?)
    })
    .await
}

/// Oldest first.
pub async fn attempts(web: Visit, Path(id): Path<String>, RawQuery(query): RawQuery) -> Response {
    answer(query, query::NONE, |asked| async move {
        let delivery = found(&web, id).await?;
        asked.all("attempts", &web.state.store.attempts(&delivery.delivery_id).await?)
    })
    .await
}

async fn found(web: &Visit, id: String) -> Result<Delivery, WebError> {
    let delivery = shown_delivery(web, &DeliveryId(id.clone())).await?;
    delivery.ok_or(WebError::NotFound { what: "delivery", id })
}
