//! Stored sources and deliveries, with what is true of them now: the configuration and the clock
//! decide when each is next due.

use std::collections::{BTreeMap, BTreeSet};

use crate::domain::{AlertId, Delivery};
use crate::store::Result;
use crate::stored_json::{DeliveryRow, SourceRow};
use crate::web::Web;

/// Deliveries with the title of their alert and when each is tried next.
pub async fn delivery_rows(web: &Web, deliveries: Vec<Delivery>) -> Result<Vec<DeliveryRow>> {
    let (states, now) = (web.state.store.receiver_states().await?, web.state.clock.now());
    let receivers = web.state.status.receivers();
    let configured: Vec<&str> = receivers.iter().map(|receiver| receiver.name.as_str()).collect();
    let mut titles: BTreeMap<AlertId, String> = BTreeMap::new();
    let mut hidden: BTreeSet<AlertId> = BTreeSet::new();
    for delivery in &deliveries {
        if titles.contains_key(&delivery.alert_id) {
            continue;
        }
        if let Some(alert) = web.state.store.alert(&delivery.alert_id).await? {
            if alert.body.kind().is_about_watchlists() {
                hidden.insert(alert.alert_id);
                continue;
            }
            let words = web.state.words.of(&alert);
            let title = words.get("title").and_then(|title| title.as_str()).unwrap_or_default();
            titles.insert(alert.alert_id, title.to_owned());
        }
    }
    Ok(deliveries
        .into_iter()
        .filter(|delivery| !hidden.contains(&delivery.alert_id))
        .map(|delivery| {
            let title = titles.get(&delivery.alert_id).cloned().unwrap_or_default();
            DeliveryRow::new(delivery, title, &states, &configured, now)
        })
        .collect())
}

/// All sources that were ever checked, with their lists and when each is checked next.
pub async fn source_rows(web: &Web) -> Result<Vec<SourceRow>> {
    let (store, now) = (&web.state.store, web.state.clock.now());
    let (holds, configured) = (store.holds(true).await?, web.state.status.sources());
    let sections = store.current_sections(None).await?;
    let mut rows = Vec::new();
    for state in store.source_states().await? {
        let lists = store.list_states(&state.source).await?;
        let schedule = configured
            .iter()
            .find(|source| source.name == state.source)
            .map(|source| &source.schedule);
        let row = SourceRow::new(state, lists, &holds, schedule, now);
        rows.push(row.with_sections(&sections, &holds));
    }
    Ok(rows)
}
