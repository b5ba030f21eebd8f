//! `/items/{id}`: an open item with its alerts, what happened to it, and what a reviewer can do.

use std::collections::BTreeMap;

use axum::extract::{Path, RawQuery};
use axum::response::Response;
use serde_json::json;

use crate::domain::{ItemId, Role};
use crate::web::current_rows::{item_rows, names_in_items, undecided_in};
use crate::web::error::WebError;
use crate::web::page::reply;
use crate::web::query::{self, Parameters};
use crate::web::records;
use crate::web::visit::Visit;

pub async fn show(web: Visit, Path(id): Path<String>, RawQuery(query): RawQuery) -> Response {
    let context = async {
        Parameters::read(query.as_deref(), query::NONE)?;
        let store = &web.state.store;
        let item = web
            .shown_item(store.item(&ItemId(id.clone())).await?)
            .await
            .ok_or(WebError::NotFound { what: "item", id: id.clone() })?;
        let alerts = item.alerts.clone();
        let ids = item.alert_ids();
        let matches = match web.is_signed_in() {
            true => Some(undecided_in(&web, &ids).await?),
            false => None,
        };
        let row = item_rows(&web, vec![item]).await?.pop();
        let row = row.ok_or(WebError::NotFound { what: "item", id })?;
        let names = names_in_items(&web, std::slice::from_ref(&row)).await?;
        Ok(json!({
            "names": names.into_values().next().unwrap_or_default(),
            "links": records::links(&format!("items/{}", row.item_id), &Parameters::default()),
            "item": row,
            "titles": alerts
                .iter()
                .map(|alert| (alert.alert_id.to_string(), alert.title.clone()))
                .collect::<BTreeMap<_, _>>(),
            "alerts": alerts,
            "matches": matches,
            "may_act": web.person_with(Role::Reviewer).is_some(),
            "now": web.state.clock.now(),
        }))
    };
    reply(&web, "item.html", context.await)
}
