//! `entitywatch deliveries`

use std::collections::BTreeMap;
use std::io::stdout;

use anyhow::Result;
use jiff::Timestamp;

use super::soon;
use crate::cli::args::DeliveriesListArgs;
use crate::cli::output::{self, or_dash, time};
use crate::cli::show_alert;
use crate::cli::usage::Usage;
use crate::config::Config;
use crate::deliver::wording;
use crate::domain::{AlertId, Delivery};
use crate::store::{DeliveryQuery, Store};
use crate::stored_json::DeliveryRow;

pub async fn deliveries(
    store: &Store,
    config: &Config,
    args: &DeliveriesListArgs,
    now: Timestamp,
) -> Result<()> {
    let query = DeliveryQuery {
        receiver: args.receiver.clone(),
        state: args.state,
        alert: args.alert.clone().map(AlertId),
        limit: args.limit,
        ..DeliveryQuery::default()
    };
    let deliveries = store.deliveries(&query).await?;
    if deliveries.is_empty() {
        expect_known(store, config, args).await?;
    }
    let states = store.receiver_states().await?;
    let configured: Vec<&str> =
        config.receivers.iter().map(|receiver| receiver.name.as_str()).collect();
    let titles = titles(store, config, &deliveries).await?;
    let deliveries: Vec<DeliveryRow> = deliveries
        .into_iter()
        .map(|delivery| {
            let title = titles.get(&delivery.alert_id).cloned().unwrap_or_default();
            DeliveryRow::new(delivery, title, &states, &configured, now)
        })
        .collect();
    let header = [
        "recorded",
        "delivery",
        "receiver",
        "recipient",
        "state",
        "attempts",
        "next attempt",
        "alert",
        "last error",
    ];
    output::rows(
        &mut stdout(),
        args.output.output,
        "deliveries",
        &deliveries,
        &header,
        "no recorded delivery matches",
        |delivery| cells(delivery, now),
    )?;
    Ok(())
}

/// A receiver or an alert that does not exist is an error. One without deliveries is not.
async fn expect_known(store: &Store, config: &Config, args: &DeliveriesListArgs) -> Result<()> {
    if let Some(name) = &args.receiver {
        let states = store.receiver_states().await?;
        let configured = config.receivers.iter().map(|receiver| &receiver.name);
        let known = configured.chain(states.iter().map(|state| &state.receiver));
        Usage::unless_known("receiver", name, known.map(String::as_str))?;
    }
    if let Some(id) = &args.alert {
        show_alert::recorded(store, id).await?;
    }
    Ok(())
}

/// The titles of the alerts of these deliveries.
async fn titles(
    store: &Store,
    config: &Config,
    deliveries: &[Delivery],
) -> Result<BTreeMap<AlertId, String>> {
    let mut titles = BTreeMap::new();
    for delivery in deliveries {
        if !titles.contains_key(&delivery.alert_id)
            && let Some(alert) = store.alert(&delivery.alert_id).await?
        {
            let title = wording::alert_content(&alert, &config.messages).title;
            titles.insert(alert.alert_id, title);
        }
    }
    Ok(titles)
}

fn cells(delivery: &DeliveryRow, now: Timestamp) -> Vec<String> {
    let waits_for = delivery.waits_for.map(|waits_for| waits_for.in_words().to_owned());
    vec![
        time(delivery.created_at),
        delivery.delivery_id.to_string(),
        delivery.receiver.clone(),
        or_dash((!delivery.recipient.is_empty()).then_some(&delivery.recipient)),
        delivery.state.as_str().to_owned(),
        delivery.attempts.to_string(),
        or_dash(delivery.next_attempt_at.map(|next| soon(next, now)).or(waits_for)),
        delivery.title.clone(),
        or_dash(delivery.last_error.as_ref()),
    ]
}
