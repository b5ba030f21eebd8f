//! Deliveries wait for a digest, which takes each of them once.

use entitywatch::domain::{AlertKind, DeliveryId, Digest};
use entitywatch::store::{DeliveryQuery, DigestRecord};

use super::places::Place;
use super::*;

on_every_backend! {
    a_waiting_delivery_is_not_due_and_not_counted_as_pending
    a_digest_takes_what_waits_in_one_transaction_and_only_once
    a_digest_with_a_delivery_that_does_not_wait_is_not_written
    what_waits_is_released_when_its_receiver_has_no_digest
    alerts_sent_at_once_are_found_by_receiver_type_and_period
}

const AT: &str = "2026-03-01T10:00:00Z";
const DUE: &str = "2026-03-02T08:00:00Z";

fn receivers(names: &[&str]) -> Vec<String> {
    names.iter().map(|name| (*name).to_owned()).collect()
}

/// Records alerts to `reader` that wait. Returns the ids of their deliveries.
async fn wait(store: &Store, names: &[&str]) -> Vec<DeliveryId> {
    let alerts: Vec<Outgoing> = names
        .iter()
        .map(|name| {
            let mut alert = test_alert(name, time(AT), &["reader"]);
            alert.deliveries[0].state = DeliveryState::Waiting;
            alert
        })
        .collect();
    let ids = alerts.iter().map(|alert| alert.deliveries[0].delivery_id.clone()).collect();
    record_alerts(store, time(AT), alerts).await;
    ids
}

fn record(digested: Vec<DeliveryId>) -> DigestRecord {
    let due_at = time(DUE);
    let body = AlertBody::Digest(Box::new(Digest {
        receiver: "reader".to_owned(),
        from: time(AT),
        to: due_at,
        alerts: Vec::new(),
        already_sent: Vec::new(),
        sent_at_once: Vec::new(),
        part: None,
    }));
    let alert = Alert { alert_id: Digest::id_of("reader", due_at), created_at: due_at, body };
    DigestRecord {
        receiver: "reader".to_owned(),
        due_at,
        at: due_at,
        outgoing: to_receivers(alert, &["reader"]),
        digested,
        journal: vec![event("digest")],
    }
}

async fn states(store: &Store) -> Vec<DeliveryState> {
    let mut deliveries = store.deliveries(&DeliveryQuery::default()).await.unwrap();
    deliveries.sort_by_key(|delivery| delivery.created_at);
    deliveries.into_iter().map(|delivery| delivery.state).collect()
}

async fn a_waiting_delivery_is_not_due_and_not_counted_as_pending(place: &Place) {
    let store = place.write().await;
    let ids = wait(&store, &["first"]).await;
    assert_eq!(store.due("reader", time(DUE), 10).await.unwrap(), []);
    assert_eq!(store.next_due_at(&receivers(&["reader"])).await.unwrap(), None);
    let counts = store.outbox_counts().await.unwrap();
    assert!(counts.iter().all(|count| (count.pending, count.dead) == (0, 0)), "{counts:?}");
    assert_eq!(store.waiting_receivers().await.unwrap(), ["reader"]);
    let waiting = store.waiting_deliveries("reader", time(AT)).await.unwrap();
    assert_eq!(waiting.into_iter().map(|d| d.delivery_id).collect::<Vec<_>>(), ids);
    let before = store.waiting_deliveries("reader", time("2026-03-01T09:59:59Z")).await.unwrap();
    assert_eq!(before, []);
}

async fn a_digest_takes_what_waits_in_one_transaction_and_only_once(place: &Place) {
    use DeliveryState::{Digested, Pending};
    let store = place.write().await;
    let ids = wait(&store, &["first", "second"]).await;
    assert_eq!(store.last_digest_due_at("reader").await.unwrap(), None);
    assert!(store.record_digest(record(ids.clone())).await.unwrap());
    assert!(!store.record_digest(record(ids.clone())).await.unwrap(), "it exists");
    assert_eq!(states(&store).await, [Digested, Digested, Pending]);
    assert_eq!(store.last_digest_due_at("reader").await.unwrap(), Some(time(DUE)));
    assert_eq!(store.waiting_receivers().await.unwrap(), receivers(&[]));
    let alert = store.delivery(&ids[0]).await.unwrap().unwrap().alert_id;
    let digests = store.digests_of(&alert).await.unwrap();
    assert_eq!(digests.get(&ids[0]), Some(&Digest::id_of("reader", time(DUE))));
    assert_eq!(digests.len(), 1);
    assert_eq!(store.journal(0, 10).await.unwrap().len(), 1);
}

async fn a_digest_with_a_delivery_that_does_not_wait_is_not_written(place: &Place) {
    use DeliveryState::{Pending, Waiting};
    let store = place.write().await;
    let ids = wait(&store, &["first", "second"]).await;
    store.retry(&ids[1..], time(AT)).await.unwrap();
    assert!(!store.record_digest(record(ids)).await.unwrap());
    let found = states(&store).await;
    assert!(found.len() == 2 && found.contains(&Pending) && found.contains(&Waiting), "{found:?}");
    assert_eq!(store.last_digest_due_at("reader").await.unwrap(), None);
    assert_eq!(store.journal(0, 10).await.unwrap(), []);
}

async fn what_waits_is_released_when_its_receiver_has_no_digest(place: &Place) {
    let store = place.write().await;
    wait(&store, &["first", "second"]).await;
    assert_eq!(store.release_waiting("nobody", time(DUE)).await.unwrap(), 0);
    assert_eq!(store.release_waiting("reader", time(DUE)).await.unwrap(), 2);
    assert_eq!(store.due("reader", time(DUE), 10).await.unwrap().len(), 2);
    assert_eq!(store.release_waiting("reader", time(DUE)).await.unwrap(), 0);
}

async fn alerts_sent_at_once_are_found_by_receiver_type_and_period(place: &Place) {
    let store = place.write().await;
    let at = time(AT);
    let added = || vec![change(ChangeKind::Added, entry("Alpha"), 0)];
    let sent = outgoing("csl", 1, at, added(), &["reader", "desk"]);
    let mut dead = outgoing("csl", 2, at, added(), &["reader"]);
    dead.deliveries[0].state = DeliveryState::Dead;
    let mut waiting = outgoing("csl", 3, at, added(), &["reader"]);
    waiting.deliveries[0].state = DeliveryState::Waiting;
    let expected = sent.alert.alert_id.clone();
    record_alerts(&store, at, vec![sent, dead, waiting, test_alert("t", at, &["reader"])]).await;
    let found = async |receiver: &str, after: &str, until: &str| {
        let kinds = [AlertKind::ListChanged, AlertKind::ListCorrected];
        store.alerts_sent_at_once(receiver, &kinds, time(after), time(until)).await.unwrap()
    };
    let before = "2026-03-01T09:59:59Z";
    assert_eq!(found("reader", before, AT).await, [expected]);
    assert_eq!(found("reader", AT, DUE).await, [], "the period begins after its first time");
    assert_eq!(found("erp", before, DUE).await, []);
}
