//! Puts one digest together from the alerts that waited. Pure.

use std::collections::BTreeSet;

use jiff::Timestamp;
use serde_json::json;

use crate::deliver;
use crate::domain::digest::SentAtOnce;
use crate::domain::journal::JournalEvent;
use crate::domain::{
    Alert, AlertBody, AlertId, ChangeId, Delivery, DeliveryId, Digest, DigestedAlert, journal_kind,
};
use crate::pipeline::alerting::addressing;
use crate::store::{DigestRecord, Outgoing};

/// The time that a digest covers: after `from`, up to and including `to`, its due time.
pub struct Period {
    pub from: Timestamp,
    pub to: Timestamp,
}

/// An alert that waited, with its deliveries to the recipients of the receiver.
pub struct WaitingAlert {
    pub alert: Alert,
    pub deliveries: Vec<Delivery>,
}

/// The deliveries of each alert, in the order of the first delivery of each.
pub fn waiting_alerts(deliveries: Vec<Delivery>) -> Vec<(AlertId, Vec<Delivery>)> {
    let mut alerts: Vec<(AlertId, Vec<Delivery>)> = Vec::new();
    for delivery in deliveries {
        match alerts.iter_mut().find(|(alert, _)| *alert == delivery.alert_id) {
            Some((_, deliveries)) => deliveries.push(delivery),
            None => alerts.push((delivery.alert_id.clone(), vec![delivery])),
        }
    }
    alerts
}

/// The digest of one receiver, with a delivery to each recipient for whom an alert waited.
pub fn compose(
    receiver: &str,
    period: &Period,
    waiting: Vec<WaitingAlert>,
    sent_at_once: Vec<SentAtOnce>,
    now: Timestamp,
) -> DigestRecord {
    let mut alerts = Vec::new();
    let mut digested: Vec<DeliveryId> = Vec::new();
    let mut recipients: BTreeSet<String> = BTreeSet::new();
    for WaitingAlert { alert, deliveries } in waiting {
        alerts.extend(DigestedAlert::of(selected(&alert, &deliveries)));
        for delivery in deliveries {
            digested.push(delivery.delivery_id);
            recipients.insert(delivery.recipient);
        }
    }
    let already_sent: Vec<AlertId> =
        sent_at_once.iter().map(|sent| sent.alert_id.clone()).collect();
    let alert_id = Digest::id_of(receiver, period.to);
    let data = json!({
        "alert_id": alert_id,
        "receiver": receiver,
        "from": period.from,
        "to": period.to,
        "alerts": alerts.iter().map(DigestedAlert::alert_id).collect::<Vec<_>>(),
        "already_sent": already_sent,
    });
    let digest = Digest {
        receiver: receiver.to_owned(),
        from: period.from,
        to: period.to,
        alerts,
        already_sent,
        sent_at_once,
        part: None,
    };
    let alert = Alert { alert_id, created_at: now, body: AlertBody::Digest(Box::new(digest)) };
    let deliveries = recipients
        .into_iter()
        .map(|recipient| addressing::delivery(&alert, receiver, recipient, None))
        .collect();
    DigestRecord {
        receiver: receiver.to_owned(),
        due_at: period.to,
        at: now,
        outgoing: Outgoing { alert, citations: Vec::new(), deliveries, screenings: Vec::new() },
        digested,
        journal: vec![JournalEvent { kind: journal_kind::DIGEST.into(), data }],
    }
}

/// The alert with the changes that any of its recipients gets. All recipients of a receiver get the
/// same digest.
fn selected(alert: &Alert, deliveries: &[Delivery]) -> Alert {
    let Some(first) = deliveries.first() else { return alert.clone() };
    let selections: Option<Vec<&Vec<ChangeId>>> =
        deliveries.iter().map(|delivery| delivery.selection.as_ref()).collect();
    let selection = selections.map(|selections| {
        let mut all: Vec<ChangeId> = selections.into_iter().flatten().cloned().collect();
        all.sort();
        all.dedup();
        all
    });
    deliver::for_delivery(alert, &Delivery { selection, ..first.clone() })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::deliver::sample;

    const NOW: Timestamp = Timestamp::constant(1_656_600_000, 0);

    fn waiting(alert: &Alert, recipients: &[(&str, Option<&[usize]>)]) -> WaitingAlert {
        let changes = alert.body.changes().unwrap();
        let deliveries = recipients
            .iter()
            .map(|(recipient, selection)| Delivery {
                selection: selection.map(|indices| {
                    indices.iter().map(|index| changes[*index].change_id.clone()).collect()
                }),
                ..sample::delivery(alert, "compliance", recipient)
            })
            .collect();
        WaitingAlert { alert: alert.clone(), deliveries }
    }

    fn made(waiting: Vec<WaitingAlert>) -> DigestRecord {
        let period = Period { from: Timestamp::UNIX_EPOCH, to: NOW };
        compose("compliance", &period, waiting, Vec::new(), NOW)
    }

    #[test]
    fn each_recipient_for_whom_an_alert_waited_gets_the_digest_once() {
        let alert = sample::rule_of_june_2022();
        let record =
            made(vec![waiting(&alert, &[("b@example.com", None), ("a@example.com", None)])]);
        let recipients: Vec<&str> =
            record.outgoing.deliveries.iter().map(|d| d.recipient.as_str()).collect();
        assert_eq!(recipients, ["a@example.com", "b@example.com"]);
        assert_eq!(record.digested.len(), 2);
        assert_eq!(record.outgoing.alert.alert_id, Digest::id_of("compliance", NOW));
    }

    #[test]
    fn an_alert_has_the_changes_that_the_routes_select() {
        let alert = sample::rule_of_june_2022();
        let count = |recipients: &[(&str, Option<&[usize]>)]| {
            made(vec![waiting(&alert, recipients)])
                .outgoing
                .alert
                .body
                .digest()
                .unwrap()
                .changes()
                .count()
        };
        assert_eq!(count(&[("a", Some(&[0])), ("b", Some(&[0, 2]))]), 2);
        assert_eq!(count(&[("a", Some(&[0])), ("b", None)]), 9);
    }

    #[test]
    fn deliveries_of_one_alert_stay_together() {
        let (first, second) = (sample::rule_of_june_2022(), sample::source_failing());
        let deliveries = vec![
            sample::delivery(&first, "r", "a"),
            sample::delivery(&second, "r", "a"),
            sample::delivery(&first, "r", "b"),
        ];
        let sizes: Vec<usize> =
            waiting_alerts(deliveries).iter().map(|(_, deliveries)| deliveries.len()).collect();
        assert_eq!(sizes, [2, 1]);
    }
}
