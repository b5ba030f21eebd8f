//! `/alerts/{id}`: one complete alert, and the state of its deliveries.

use axum::extract::{Path, RawQuery};
use axum::response::Response;
use serde_json::json;

use crate::domain::AlertId;
use crate::web::current_rows::delivery_rows;
use crate::web::error::WebError;
use crate::web::headline::headline;
use crate::web::page::reply;
use crate::web::query::{self, Parameters};
use crate::web::visit::Visit;

pub async fn show(web: Visit, Path(id): Path<String>, RawQuery(query): RawQuery) -> Response {
    let context = async {
        Parameters::read(query.as_deref(), query::NONE)?;
        let alert = web
            .state
            .store
            .alert(&AlertId(id.clone()))
            .await?
            .filter(|alert| !alert.body.kind().is_about_watchlists())
            .ok_or(WebError::NotFound { what: "alert", id })?;
        let deliveries =
            delivery_rows(&web, web.state.store.deliveries_of(&alert.alert_id).await?).await?;
        let words = web.state.words.of(&alert);
        let is_list = alert.body.list_changed().is_some();
        let title = if is_list {
            headline(&alert)
        } else {
            words.get("title").and_then(|title| title.as_str()).unwrap_or_default().to_owned()
        };
        Ok(json!({
            "title": title,
            "alert": alert,
            "words": words,
            "is_list": is_list,
            "deliveries": deliveries,
            "now": web.state.clock.now(),
        }))
    };
    reply(&web, "alert.html", context.await)
}
