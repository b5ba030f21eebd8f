//! Explains for each receiver whether it was alerted of a change, and why. It only reads.

mod selection_reason;

use jiff::Timestamp;

use crate::config::Config;
use crate::deliver::wording;
use crate::domain::{
    Alert, AlertId, AlertKind, Change, ChangeId, Delivery, DeliveryState, Item, ItemId,
};
use crate::store::{AlertQuery, ReceiverState, RecordedChange, Result, Store};
use crate::stored_json::{DeliveryRow, RouteOutcome, RouteRow};

/// A change where it was found: in a source, or in a document of the Federal Register.
pub struct FoundChange {
    pub source: String,
    pub change: Change,
    pub alert: Option<Alert>,
    /// As it is stored. None for a change that only a document of the Federal Register orders.
    pub recorded: Option<RecordedChange>,
}

/// Everywhere that a change was found: in each source, else in the alerts about rules.
pub async fn find(store: &Store, id: &ChangeId) -> Result<Vec<FoundChange>> {
    let mut found = Vec::new();
    for recorded in store.changes_with_id(id).await? {
        let alert = match &recorded.alert_id {
            Some(alert_id) => store.alert(alert_id).await?,
            None => None,
        };
        found.push(FoundChange {
            source: recorded.source.clone(),
            change: recorded.change.clone(),
            alert,
            recorded: Some(recorded),
        });
    }
    if found.is_empty() {
        found.extend(in_rules(store, id).await?);
    }
    Ok(found)
}

/// The alerts about rules that contain a change.
async fn in_rules(store: &Store, id: &ChangeId) -> Result<Vec<FoundChange>> {
    let kinds = vec![AlertKind::RuleFiled, AlertKind::RulePublished];
    let alerts = store.alerts(&AlertQuery { kinds, ..AlertQuery::default() }).await?;
    let found = |alert: Alert| {
        let notice = alert.body.rule_notice()?;
        let change = notice.changes.iter().find(|change| change.change_id == *id)?.clone();
        let source = notice.source.clone();
        Some(FoundChange { source, change, alert: Some(alert), recorded: None })
    };
    Ok(alerts.into_iter().filter_map(found).collect())
}

/// One row for each receiver that is configured or has a delivery of the alert.
pub async fn explain(
    store: &Store,
    config: &Config,
    found: &FoundChange,
    now: Timestamp,
) -> Result<Vec<RouteRow>> {
    let states = store.receiver_states().await?;
    let alert_id = found.alert.as_ref().map(|alert| &alert.alert_id);
    let deliveries = match alert_id {
        Some(alert_id) => store.deliveries_of(alert_id).await?,
        None => Vec::new(),
    };
    let mut names: Vec<&str> =
        config.receivers.iter().map(|receiver| receiver.name.as_str()).collect();
    for delivery in &deliveries {
        if !names.contains(&delivery.receiver.as_str()) {
            names.push(&delivery.receiver);
        }
    }
    let mut rows = Vec::with_capacity(names.len());
    for name in names {
        let own: Vec<&Delivery> =
            deliveries.iter().filter(|delivery| delivery.receiver == name).collect();
        rows.push(row(store, config, found, name, &own, &states, now).await?);
    }
    Ok(rows)
}

async fn row(
    store: &Store,
    config: &Config,
    found: &FoundChange,
    receiver: &str,
    deliveries: &[&Delivery],
    states: &[ReceiverState],
    now: Timestamp,
) -> Result<RouteRow> {
    let id = &found.change.change_id;
    let selects = |delivery: &&&Delivery| {
        delivery.selection.as_ref().is_none_or(|selection| selection.contains(id))
    };
    let mut selected: Vec<Delivery> =
        deliveries.iter().filter(selects).map(|delivery| (**delivery).clone()).collect();
    let mut digest_id = None;
    if selected.iter().any(|delivery| delivery.state == DeliveryState::Digested) {
        digest_id = digest_of(store, &selected).await?;
        if let Some(digest_id) = &digest_id {
            let in_digest = store.deliveries_of(digest_id).await?;
            selected.retain(|delivery| delivery.state != DeliveryState::Digested);
            selected.extend(in_digest.into_iter().filter(|delivery| delivery.receiver == receiver));
        }
    }
    let any_is = |state| selected.iter().any(|delivery| delivery.state == state);
    let outcome = if digest_id.is_some() || any_is(DeliveryState::Waiting) {
        RouteOutcome::InDigest
    } else if any_is(DeliveryState::Delivered) {
        RouteOutcome::Sent
    } else {
        RouteOutcome::NotSent
    };
    let routes = selection_reason::matching_routes(config, receiver, &found.source, &found.change);
    let why = if selected.is_empty() {
        selection_reason::not_selected(config, receiver, found, !deliveries.is_empty())
    } else {
        selection_reason::selected(config, receiver, &routes, &selected, digest_id.as_ref(), now)
    };
    let title = found
        .alert
        .as_ref()
        .map(|alert| wording::alert_content(alert, &config.messages).title)
        .unwrap_or_default();
    let configured: Vec<&str> =
        config.receivers.iter().map(|receiver| receiver.name.as_str()).collect();
    Ok(RouteRow {
        change_id: id.clone(),
        source: found.source.clone(),
        alert_id: found.alert.as_ref().map(|alert| alert.alert_id.clone()),
        receiver: receiver.to_owned(),
        outcome,
        why,
        routes,
        digest_id,
        item_id: item_of(store, found, receiver).await?,
        deliveries: selected
            .into_iter()
            .map(|delivery| DeliveryRow::new(delivery, title.clone(), states, &configured, now))
            .collect(),
    })
}

/// The item of the alert, if the receiver has it.
async fn item_of(store: &Store, found: &FoundChange, receiver: &str) -> Result<Option<ItemId>> {
    let Some(alert) = &found.alert else { return Ok(None) };
    let has_alert = |item: &Item| item.alerts.iter().any(|one| one.alert_id == alert.alert_id);
    let items = store.items(None).await?;
    let of_receiver = |item: &Item| item.receivers().iter().any(|name| name == receiver);
    Ok(items.into_iter().find(|item| has_alert(item) && of_receiver(item)).map(|item| item.item_id))
}

async fn digest_of(store: &Store, deliveries: &[Delivery]) -> Result<Option<AlertId>> {
    let Some(first) = deliveries.first() else { return Ok(None) };
    let digests = store.digests_of(&first.alert_id).await?;
    Ok(deliveries.iter().find_map(|delivery| digests.get(&delivery.delivery_id).cloned()))
}
