//! `/entries/{id}`: one listing: as it is now in each source, what happened to it, and its alerts.

use std::collections::BTreeSet;

use axum::extract::{Path, RawQuery};
use axum::response::Response;
use serde_json::json;

use crate::web::alert_links::alert_links;
use crate::web::api::entries::timeline_of;
use crate::web::page::reply;
use crate::web::query::{self, Parameters};
use crate::web::records;
use crate::web::visit::Visit;

pub async fn show(web: Visit, Path(id): Path<String>, RawQuery(query): RawQuery) -> Response {
    let context = async {
        let parameters = Parameters::read(query.as_deref(), query::NONE)?;
        let entry = timeline_of(&web, id.clone()).await?;
        let alerts = entry.timeline.iter().filter_map(|event| event.alert_id.as_ref()).collect();
        let alerts = alert_links(&web, alerts).await?;
        let earlier: Vec<&String> =
            entry.names.iter().filter(|name| **name != entry.name).collect();
        let catalog = web.catalog().await?;
        let numbers = entry.timeline.iter().filter_map(|event| event.rule.as_ref());
        let rules: BTreeSet<&String> = numbers
            .filter_map(|rule| rule.document_number.as_ref())
            .filter(|number| catalog.rules.contains(number))
            .collect();
        let mut timeline: Vec<_> = entry.timeline.iter().collect();
        timeline.reverse();
        Ok(json!({
            "entry": entry,
            "listed": entry.sources.iter().any(|state| state.listed),
            "earlier_names": earlier,
            "timeline": timeline,
            "alerts": alerts,
            "rules": rules,
            "links": records::links(&format!("entries/{id}/timeline"), &parameters),
            "whole": records::links(&format!("entries/{id}"), &parameters),
        }))
    };
    reply(&web, "entry.html", context.await)
}
