//! `/alerts/{id}`: one alert whole, and how far it has got.

use axum::extract::{Path, State};
use axum::response::Response;
use serde_json::json;

use super::reply;
use crate::domain::AlertId;
use crate::web::Web;
use crate::web::error::WebError;
use crate::web::feed::headline;

pub async fn show(State(web): State<Web>, Path(id): Path<String>) -> Response {
    let context = async {
        let alert = web.state.store.alert(&AlertId(id.clone())).await?.ok_or(WebError::Unknown { what: "alert", id })?;
        let deliveries = web.state.store.deliveries_of(&alert.alert_id).await?;
        let (title, is_list) = (headline(&alert), alert.body.list_changed().is_some());
        Ok(json!({ "title": title, "alert": alert, "is_list": is_list, "deliveries": deliveries }))
    };
    reply(&web, "alert.html", context.await)
}
