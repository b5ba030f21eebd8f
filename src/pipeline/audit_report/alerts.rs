//! The section about alerts: who was alerted of what, and when the receiver's server accepted it.

use std::collections::BTreeMap;

use crate::deliver::{MessageSettings, wording};
use crate::domain::{Alert, Delivery, DeliveryState};
use crate::pipeline::audit_report::section::{Cell, Column, Section, column};
use crate::pipeline::past::period::Period;
use crate::store::{Result, Store};

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
    for id in store.alerts_active(period.from, period.until).await? {
        let Some(alert) = store.alert(&id).await? else { continue };
        let about = about(&alert, messages);
        counts.alerts += usize::from(period.contains(alert.created_at));
        let mut deliveries = store.deliveries_of(&id).await?;
        deliveries.retain(|delivery| delivery.created_at < period.until);
        if deliveries.is_empty() {
            let nobody = [Cell::Empty, Cell::Empty, Cell::Empty, Cell::Count(0)];
            rows.push([&about[..], &nobody[..], &["no receiver".into()]].concat());
        }
        for delivery in deliveries {
            let end = end_of(store, &delivery, period).await?;
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

/// What had become of a delivery at the end of the period, by its attempts until then. Its state is
/// that of now.
async fn end_of(store: &Store, delivery: &Delivery, period: Period) -> Result<[Cell; 5]> {
    let mut attempts = store.attempts(&delivery.delivery_id).await?;
    attempts.retain(|attempt| attempt.at < period.until);
    let accepted = attempts.iter().find(|attempt| attempt.delivered).map(|attempt| attempt.at);
    let digest = if delivery.state == DeliveryState::Digested {
        digest_of(store, delivery, period).await?
    } else {
        None
    };
    let detail = match (accepted, digest, attempts.last()) {
        (Some(_), ..) => "accepted".to_owned(),
        (None, Some(digest), _) => format!("in the digest {digest}"),
        (None, None, Some(last)) => format!("not accepted: {}", last.detail),
        (None, None, None) => "not sent".to_owned(),
    };
    Ok([
        delivery.receiver.as_str().into(),
        delivery.recipient.as_str().into(),
        accepted.into(),
        Cell::count(attempts.len()),
        detail.into(),
    ])
}

/// The digest that contains the alert, if it was made in time.
async fn digest_of(store: &Store, delivery: &Delivery, period: Period) -> Result<Option<String>> {
    let digests: BTreeMap<_, _> = store.digests_of(&delivery.alert_id).await?;
    let Some(id) = digests.get(&delivery.delivery_id) else { return Ok(None) };
    let made = store.alert(id).await?.is_some_and(|digest| digest.created_at < period.until);
    Ok(made.then(|| id.to_string()))
}
