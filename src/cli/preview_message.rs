//! `receivers preview`: what a receiver would be sent, printed and not sent.

use std::io::stdout;

use anyhow::Result;

use crate::cli::args::{EmailFormat, PreviewArgs};
use crate::cli::usage::Usage;
use crate::cli::{output, show_alert};
use crate::config::Config;
use crate::deliver::{MessageSettings, Receiver, fill_matches, preview, sample};
use crate::domain::{Alert, AlertId, AlertKind};
use crate::pipeline::alerting::addressing;
use crate::store::{
    DeliveryQuery, Mode, Store, {self},
};

const DEFAULT_SAMPLE: AlertKind = AlertKind::ListChanged;

/// Prints the message of an alert to the receiver `name`. A sample needs no database.
pub async fn preview(config: &Config, name: &str, args: &PreviewArgs) -> Result<()> {
    let receiver = config.receiver(name).ok_or_else(|| {
        let names: Vec<&str> = config.receivers.iter().map(|given| given.name.as_str()).collect();
        Usage(format!("expected the name of a receiver ({}), but got `{name}`", names.join(", ")))
    })?;
    let (alert, screening) = match &args.alert {
        Some(id) => {
            let store = store::open(&config.store, Mode::Read).await?;
            let alert = selected(&store, config, receiver, id).await?;
            let screening = if receiver.show_matches {
                store.screening(&alert.alert_id, &receiver.name).await?
            } else {
                None
            };
            (fill_matches(alert, screening.as_ref()), screening)
        }
        None => {
            let alert = sample_of(args.sample.as_deref().unwrap_or(DEFAULT_SAMPLE.as_str()))?;
            let screening = receiver.show_matches.then(|| sample::screening(&alert));
            (alert, screening)
        }
    };
    let marked_as_test = args.alert.is_none();
    let screening = screening.as_ref();
    let messages = MessageSettings { marked_as_test, ..config.messages.clone() };
    let text = match args.format {
        EmailFormat::Text => preview::of(receiver, &alert, screening, &messages)?,
        EmailFormat::Html => preview::html_with(&alert, screening, &messages)?,
        EmailFormat::Eml => preview::eml(receiver, &alert, screening, &messages)?,
    };
    Ok(output::line(&mut stdout(), &text)?)
}

/// The recorded alert with the changes that the receiver got, or would get by the routes of today.
async fn selected(store: &Store, config: &Config, receiver: &Receiver, id: &str) -> Result<Alert> {
    let alert = show_alert::recorded(store, id).await?;
    let query = DeliveryQuery {
        receiver: Some(receiver.name.clone()),
        alert: Some(AlertId(id.to_owned())),
        state: None,
        limit: Some(1),
        ..DeliveryQuery::default()
    };
    let recorded = store.deliveries(&query).await?.into_iter().next();
    let routed = || {
        let outgoing = addressing::routed(config, alert.clone(), Vec::new());
        outgoing.deliveries.into_iter().find(|delivery| delivery.receiver == receiver.name)
    };
    match recorded.or_else(routed) {
        Some(delivery) => Ok(crate::deliver::for_delivery(&alert, &delivery)),
        None => {
            output::problem(&format!(
                "no route sends this alert to {}: this is the whole alert",
                receiver.name
            ));
            Ok(alert)
        }
    }
}

fn sample_of(name: &str) -> Result<Alert> {
    sample::find(name).ok_or_else(|| anyhow::anyhow!("failed to find the sample {name}"))
}
