//! Who gets an alert: makes the deliveries that the outbox stores. Pure.

use jiff::Timestamp;

use crate::config::Config;
use crate::deliver::Receiver;
use crate::domain::{Alert, AlertBody, AlertId, ChangeId, Citation, Delivery, DeliveryState};
use crate::pipeline::alerting::digest_choice;
use crate::route;
use crate::store::Outgoing;

/// An alert to operators, addressed as the routes say. `id_parts` make its id unique among the
/// alerts of the same type and time.
pub fn to_operators(
    config: &Config,
    body: AlertBody,
    at: Timestamp,
    id_parts: &[&str],
) -> Outgoing {
    let time = at.to_string();
    let alert_id =
        AlertId::of([body.type_name(), time.as_str()].into_iter().chain(id_parts.iter().copied()));
    routed(config, Alert { alert_id, created_at: at, body }, Vec::new())
}

/// An alert with one delivery for each recipient of each receiver that the routes name. Deliveries
/// that are part of a digest wait for it.
pub fn routed(config: &Config, alert: Alert, citations: Vec<Citation>) -> Outgoing {
    let receivers = config.receiver_refs();
    let mut deliveries = Vec::new();
    for (name, selection) in route::route(&alert, &config.routes, &receivers) {
        if let Some(receiver) = config.receiver(&name) {
            deliveries.extend(deliveries_to(receiver, &alert, selection.as_deref()));
        }
    }
    let mut outgoing = Outgoing { alert, citations, deliveries, screenings: Vec::new() };
    wait_for_digests(config, &mut outgoing);
    outgoing
}

/// Makes the deliveries wait that are due with the digest of their receiver.
pub fn wait_for_digests(config: &Config, outgoing: &mut Outgoing) {
    for delivery in &mut outgoing.deliveries {
        if let Some(digest) = config.digest(&delivery.receiver)
            && digest_choice::waits(
                &outgoing.alert.body,
                delivery.selection.as_deref(),
                digest.immediate,
            )
        {
            delivery.state = DeliveryState::Waiting;
        }
    }
}

/// One delivery for each recipient of a receiver, due at once. `selection`: the changes that the
/// receiver gets, or `None` for all.
pub fn deliveries_to(
    receiver: &Receiver,
    alert: &Alert,
    selection: Option<&[ChangeId]>,
) -> Vec<Delivery> {
    receiver
        .recipients()
        .into_iter()
        .map(|recipient| delivery(alert, &receiver.name, recipient, selection))
        .collect()
}

/// One delivery to one recipient, due at once.
pub fn delivery(
    alert: &Alert,
    receiver: &str,
    recipient: String,
    selection: Option<&[ChangeId]>,
) -> Delivery {
    Delivery {
        selection: selection.map(<[ChangeId]>::to_vec),
        ..Delivery::pending(&alert.alert_id, receiver, &recipient, alert.created_at)
    }
}
