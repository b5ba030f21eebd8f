//! `/api/deliveries`, `/api/deliveries/{id}` and `/api/deliveries/{id}/attempts`.

use axum::extract::{Path, RawQuery, State};
use axum::response::Response;

use super::{DEFAULT_LIMIT, reply};
use crate::domain::{Delivery, DeliveryId};
use crate::store::DeliveryQuery;
use crate::web::Web;
use crate::web::current_rows::{delivery_rows, shown_delivery};
use crate::web::error::WebError;
use crate::web::paging::Paging;
use crate::web::query::{self, Parameters};
use crate::web::records::{self, MOST_ROWS};

/// Newest first.
pub async fn list(State(web): State<Web>, RawQuery(query): RawQuery) -> Response {
    let answer = async {
        let (parameters, format) =
            Parameters::read_with_format(query.as_deref(), query::DELIVERIES)?;
        let paging = Paging::read(&parameters, DEFAULT_LIMIT, MOST_ROWS)?;
        let query = parameters.deliveries(paging.size())?;
        let query = DeliveryQuery { offset: Some(paging.start()), ..query };
        let deliveries = web.state.store.deliveries(&query).await?;
        records::answer(format, "deliveries", &delivery_rows(&web, deliveries).await?)
    };
    reply(answer.await)
}

pub async fn one(
    State(web): State<Web>,
    Path(id): Path<String>,
    RawQuery(query): RawQuery,
) -> Response {
    let answer = async {
        let (_, format) = Parameters::read_with_format(query.as_deref(), query::NONE)?;
        let delivery = found(&web, id).await?;
        records::answer(format, "deliveries", &delivery_rows(&web, vec![delivery]).await?)
    };
    reply(answer.await)
}

/// Oldest first.
pub async fn attempts(
    State(web): State<Web>,
    Path(id): Path<String>,
    RawQuery(query): RawQuery,
) -> Response {
    let answer = async {
        let (_, format) = Parameters::read_with_format(query.as_deref(), query::NONE)?;
        let delivery = found(&web, id).await?;
        let attempts = web.state.store.attempts(&delivery.delivery_id).await?;
        records::answer(format, "attempts", &attempts)
    };
    reply(answer.await)
}

async fn found(web: &Web, id: String) -> Result<Delivery, WebError> {
    let delivery = shown_delivery(web, &DeliveryId(id.clone())).await?;
    delivery.ok_or(WebError::NotFound { what: "delivery", id })
}
