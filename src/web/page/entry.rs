//! `/entries/{id}`: one listing: as it is now in each source, what happened to it, and its alerts.

use std::collections::BTreeSet;

use axum::extract::{Path, RawQuery};
use axum::response::Response;
use serde_json::{Value, json};

use crate::domain::AlertId;
use crate::stored_json::EntryTimeline;
use crate::web::api::entries::timeline_of;
use crate::web::error::WebError;
use crate::web::headline::headline;
use crate::web::page::reply;
use crate::web::query::{self, Parameters};
use crate::web::records;
use crate::web::visit::Visit;

pub async fn show(web: Visit, Path(id): Path<String>, RawQuery(query): RawQuery) -> Response {
    let context = async {
        let parameters = Parameters::read(query.as_deref(), query::NONE)?;
        let entry = timeline_of(&web, id.clone()).await?;
        let alerts = alerts_of(&web, &entry).await?;
        let earlier: Vec<&String> =
            entry.names.iter().filter(|name| **name != entry.name).collect();
        let catalog = web.catalog().await?;
        let numbers = entry.timeline.iter().filter_map(|event| event.rule.as_ref());
        let rules: BTreeSet<&String> = numbers
            .filter_map(|rule| rule.document_number.as_ref())
            .filter(|number| catalog.rules.contains(*number))
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

/// The alerts that report its changes, newest first.
async fn alerts_of(web: &Visit, entry: &EntryTimeline) -> Result<Vec<Value>, WebError> {
    let ids: BTreeSet<&AlertId> =
        entry.timeline.iter().filter_map(|event| event.alert_id.as_ref()).collect();
    let mut alerts = Vec::new();
    for id in ids {
        alerts.extend(web.state.store.alert(id).await?);
    }
    alerts.sort_by_key(|alert| std::cmp::Reverse(alert.created_at));
    let shown = alerts.iter().map(|alert| {
        json!({
            "alert_id": alert.alert_id,
            "title": headline(alert),
            "created_at": alert.created_at,
        })
    });
    Ok(shown.collect())
}
