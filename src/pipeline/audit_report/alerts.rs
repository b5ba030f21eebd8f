//! The section about alerts: who was alerted of what, and when the receiver's server accepted it.

use std::collections::{BTreeMap, BTreeSet};

use crate::deliver::{MessageSettings, wording};
use crate::domain::{Alert, AlertId, DeliveryId};
use crate::pipeline::audit_report::section::{Cell, Column, Section, column};
use crate::pipeline::past::period::Period;
use crate::store::{PrunedAttempt, PrunedDelivery, Result, Store};

const COLUMNS: &[Column] = &[
    column("time", "Recorded"),
    column("kind", "Type"),
    column("title", "Alert"),
    column("alert_id", "Alert ID"),
    column("receiver", "Receiver"),
    column("recipient", "Recipient"),
    column("accepted", "Accepted"),
    column("attempts", "Attempts"),
    column("detail", "At the end of the period"),
];

/// The alerts of the period, and those before it that were accepted in it. `titles` has what
/// messages called each source.
pub async fn section(
    store: &Store,
    period: Period,
    messages: &MessageSettings,
) -> Result<(Section, Counts)> {
    let (mut rows, mut counts) = (Vec::new(), Counts::default());
    let mut removed: BTreeMap<AlertId, Vec<PrunedDelivery>> = BTreeMap::new();
    for delivery in store.pruned_deliveries(period.until).await? {
        removed.entry(delivery.alert_id.clone()).or_default().push(delivery);
    }
    let was_accepted = |delivery: &PrunedDelivery| {
        delivery.attempts.iter().any(|attempt| attempt.delivered && period.contains(attempt.at))
    };
    let accepted: BTreeSet<AlertId> = removed
        .iter()
        .filter(|(_, deliveries)| deliveries.iter().any(was_accepted))
        .map(|(id, _)| id.clone())
        .collect();
    for id in store.alerts_active(period.from, period.until, &accepted).await? {
        let Some(alert) = store.alert(&id).await? else { continue };
        let about = about(&alert, messages);
        counts.alerts += usize::from(period.contains(alert.created_at));
        let mut deliveries = stored_deliveries(store, &id, period).await?;
        deliveries.extend(removed.remove(&id).unwrap_or_default());
        deliveries.sort_by(|one, other| sort_key(one).cmp(&sort_key(other)));
        if deliveries.is_empty() {
            let nobody = [Cell::Empty, Cell::Empty, Cell::Empty, Cell::Count(0)];
            rows.push([&about[..], &nobody[..], &["no receiver".into()]].concat());
        }
        for delivery in deliveries {
            let end = end_of(store, delivery, period).await?;
            counts.accepted += usize::from(matches!(end[2], Cell::Time(_)));
            rows.push([&about[..], &end[..]].concat());
        }
    }
    let section = Section {
        id: "alerts",
        title: "Alerts and their delivery",
        note: "One line for each recipient. Accepted is when the receiver's server confirmed that \
               it has the message.",
        nothing: "There was no alert.",
        columns: COLUMNS,
        rows,
        grouped: 4,
    };
    Ok((section, counts))
}

/// The deliveries of an alert that were not removed, in the form of those that were.
async fn stored_deliveries(
    store: &Store,
    id: &AlertId,
    period: Period,
) -> Result<Vec<PrunedDelivery>> {
    let mut digests = store.digests_of(id).await?;
    let mut found = Vec::new();
    for delivery in store.deliveries_of(id).await? {
        if delivery.created_at >= period.until {
            continue;
        }
        let attempts = store.attempts(&delivery.delivery_id).await?.into_iter();
        let attempts = attempts.map(|attempt| PrunedAttempt {
            at: attempt.at,
            delivered: attempt.delivered,
            detail: attempt.detail,
        });
        found.push(PrunedDelivery {
            digest: digests.remove(&delivery.delivery_id),
            delivery_id: delivery.delivery_id,
            alert_id: delivery.alert_id,
            receiver: delivery.receiver,
            recipient: delivery.recipient,
            created_at: delivery.created_at,
            attempts: attempts.collect(),
        });
    }
    Ok(found)
}

fn sort_key(delivery: &PrunedDelivery) -> (&str, &str, &DeliveryId) {
    (&delivery.receiver, &delivery.recipient, &delivery.delivery_id)
}

/// How many alerts were recorded in the period, and how many deliveries were accepted by its end.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counts {
    pub alerts: usize,
    pub accepted: usize,
}

fn about(alert: &Alert, messages: &MessageSettings) -> [Cell; 4] {
    [
        alert.created_at.into(),
        alert.body.type_name().into(),
        wording::alert_content(alert, messages).title.into(),
        alert.alert_id.as_str().into(),
    ]
}

/// What had become of a delivery at the end of the period, by its attempts until then.
async fn end_of(store: &Store, delivery: PrunedDelivery, period: Period) -> Result<[Cell; 5]> {
    let PrunedDelivery { receiver, recipient, digest, mut attempts, .. } = delivery;
    attempts.retain(|attempt| attempt.at < period.until);
    let accepted = attempts.iter().find(|attempt| attempt.delivered).map(|attempt| attempt.at);
    let digest = match digest {
        Some(id) => {
            let digest = store.alert(&id).await?;
            digest.filter(|digest| digest.created_at < period.until).map(|_| id)
        }
        None => None,
    };
    let detail = match (accepted, digest, attempts.last()) {
        (Some(_), ..) => "accepted".to_owned(),
        (None, Some(digest), _) => format!("in the digest {digest}"),
        (None, None, Some(last)) => format!("not accepted: {}", last.detail),
        (None, None, None) => "not sent".to_owned(),
    };
    Ok([
        receiver.into(),
        recipient.into(),
        accepted.into(),
        Cell::count(attempts.len()),
        detail.into(),
    ])
}
