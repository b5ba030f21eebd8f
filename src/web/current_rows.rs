//! Stored sources and deliveries, with what is true of them now: the configuration and the clock
//! decide when each is next due.

use crate::domain::Delivery;
use crate::store::Result;
use crate::stored_json::{DeliveryRow, SourceRow};
use crate::web::Web;

/// Deliveries with when each is tried next.
pub async fn delivery_rows(web: &Web, deliveries: Vec<Delivery>) -> Result<Vec<DeliveryRow>> {
    let (states, now) = (web.state.store.receiver_states().await?, web.state.clock.now());
    let receivers = web.state.status.receivers();
    let configured: Vec<&str> = receivers.iter().map(|receiver| receiver.name.as_str()).collect();
    Ok(deliveries
        .into_iter()
        .map(|delivery| DeliveryRow::new(delivery, &states, &configured, now))
        .collect())
}

/// All sources that were ever checked, with their lists and when each is checked next.
pub async fn source_rows(web: &Web) -> Result<Vec<SourceRow>> {
    let (store, now) = (&web.state.store, web.state.clock.now());
    let (holds, configured) = (store.holds(true).await?, web.state.status.sources());
    let mut rows = Vec::new();
    for state in store.source_states().await? {
        let lists = store.list_states(&state.source).await?;
        let schedule = configured
            .iter()
            .find(|source| source.name == state.source)
            .map(|source| &source.schedule);
        rows.push(SourceRow::new(state, lists, &holds, schedule, now));
    }
    Ok(rows)
}
