//! Deliveries are due in order, and their outcomes are stored.

use entitywatch::domain::{Attempt, DeliveryId};
use entitywatch::store::{DeliveryQuery, MakeDue, OutboxCount, ReceiverState};

use super::places::Place;
use super::*;

on_every_backend! {
    deliveries_are_due_in_the_order_of_their_alerts
    an_outcome_is_written_with_all_its_consequences
    a_success_makes_the_other_deliveries_of_the_receiver_due
    a_success_does_not_retry_deliveries_that_failed_before_an_earlier_success
    a_batch_with_an_unknown_delivery_writes_nothing
    a_dead_delivery_is_kept_counted_and_can_be_sent_again
    added_deliveries_are_new_or_become_pending_again
    a_receivers_state_is_replaced
    deliveries_are_found_by_receiver_state_and_alert
    a_delivery_without_its_alert_is_refused
}

fn settlement(delivery: Delivery) -> Settlement {
    Settlement {
        delivery,
        attempt: None,
        receiver: None,
        make_due: None,
        alerts: Vec::new(),
        journal: Vec::new(),
    }
}

fn ids(deliveries: &[Delivery]) -> Vec<DeliveryId> {
    deliveries.iter().map(|delivery| delivery.delivery_id.clone()).collect()
}

async fn deliveries_are_due_in_the_order_of_their_alerts(place: &Place) {
    let store = place.write().await;
    let (at, later) = (time("2026-03-01T10:00:00Z"), time("2026-03-01T11:00:00Z"));
    let first = test_alert("first", at, &["erp"]);
    let mut second = test_alert("second", at, &["erp", "desk"]);
    let mut third = test_alert("third", at, &["erp"]);
    second.deliveries[0].selection =
        Some(vec![change(ChangeKind::Added, entry("Alpha"), 0).change_id]);
    second.deliveries[0].last_error = Some("timed out".to_owned());
    third.deliveries[0].next_attempt_at = later;
    let expected =
        [first.deliveries[0].clone(), second.deliveries[0].clone(), third.deliveries[0].clone()];
    record_alerts(&store, at, vec![first, second, third]).await;

    assert_eq!(store.due("erp", at, 10).await.unwrap(), expected[..2]);
    assert_eq!(store.due("erp", later, 10).await.unwrap(), expected);
    assert_eq!(store.due("erp", later, 1).await.unwrap(), expected[..1]);
    assert_eq!(store.due("erp", time("2026-03-01T09:59:59Z"), 10).await.unwrap(), []);
    assert_eq!(store.due("nobody", later, 10).await.unwrap(), []);

    let receivers =
        |names: &[&str]| names.iter().map(|name| (*name).to_owned()).collect::<Vec<_>>();
    assert_eq!(store.next_due_at(&receivers(&["erp", "nobody"])).await.unwrap(), Some(at));
    assert_eq!(store.next_due_at(&receivers(&["nobody"])).await.unwrap(), None);
    assert_eq!(store.next_due_at(&[]).await.unwrap(), None);
}

async fn an_outcome_is_written_with_all_its_consequences(place: &Place) {
    let store = place.write().await;
    let at = time("2026-03-01T10:00:00Z");
    let sent = test_alert("sent", at, &["erp"]);
    let mut failed = sent.deliveries[0].clone();
    record_alerts(&store, at, vec![sent.clone()]).await;

    failed.attempts = 1;
    failed.parts_done = 2;
    failed.next_attempt_at = time("2026-03-01T10:00:05Z");
    failed.last_error = Some("answered 500".to_owned());
    let attempt = |delivered, detail: &str, at: &str| Attempt {
        delivery_id: failed.delivery_id.clone(),
        at: time(at),
        duration_ms: 20,
        delivered,
        detail: detail.to_owned(),
    };
    let failing = ReceiverState {
        receiver: "erp".to_owned(),
        failing_since: Some(at),
        ..ReceiverState::default()
    };
    let trouble = test_alert("trouble", at, &["log"]);
    let first = attempt(false, "answered 500", "2026-03-01T10:00:01Z");
    let outcome = Settlement {
        attempt: Some(first.clone()),
        receiver: Some(failing.clone()),
        alerts: vec![trouble.clone()],
        journal: vec![event("delivery.failed")],
        ..settlement(failed.clone())
    };
    settle(&store, vec![outcome]).await.unwrap();

    assert_eq!(store.delivery(&failed.delivery_id).await.unwrap(), Some(failed.clone()));
    assert_eq!(store.attempts(&failed.delivery_id).await.unwrap(), std::slice::from_ref(&first));
    assert_eq!(store.receiver_states().await.unwrap(), [failing]);
    assert_eq!(store.alert(&trouble.alert.alert_id).await.unwrap(), Some(trouble.alert));
    assert_eq!(store.due("log", at, 10).await.unwrap(), trouble.deliveries);
    let journal = store.journal(0, 10).await.unwrap();
    assert_eq!((journal[0].kind.as_str(), journal[0].at), ("delivery.failed", first.at));

    let delivered = Delivery {
        state: DeliveryState::Delivered,
        delivered_at: Some(at),
        last_error: None,
        ..failed.clone()
    };
    let second = attempt(true, "answered 204", "2026-03-01T10:00:05Z");
    settle(
        &store,
        vec![Settlement { attempt: Some(second.clone()), ..settlement(delivered.clone()) }],
    )
    .await
    .unwrap();
    assert_eq!(store.delivery(&failed.delivery_id).await.unwrap(), Some(delivered));
    assert_eq!(store.attempts(&failed.delivery_id).await.unwrap(), [first, second]);
    assert_eq!(store.due("erp", time("2027-01-01T00:00:00Z"), 10).await.unwrap(), []);
    assert_eq!(store.alert(&AlertId::of(["absent"])).await.unwrap(), None);
    assert_eq!(store.delivery(&DeliveryId::of(["absent"])).await.unwrap(), None);
}

async fn a_success_makes_the_other_deliveries_of_the_receiver_due(place: &Place) {
    let store = place.write().await;
    let (at, later) = (time("2026-03-01T10:00:00Z"), time("2026-03-02T10:00:00Z"));
    let mut alerts: Vec<Outgoing> =
        ["a", "b", "c"].iter().map(|name| test_alert(name, at, &["erp", "desk"])).collect();
    for delivery in alerts.iter_mut().flat_map(|outgoing| &mut outgoing.deliveries) {
        delivery.next_attempt_at = later;
    }
    record_alerts(&store, at, alerts.clone()).await;

    let delivered = Delivery {
        state: DeliveryState::Delivered,
        delivered_at: Some(at),
        ..alerts[0].deliveries[0].clone()
    };
    // In the same batch, after the success: the receiver requested a pause for this delivery, and
    // it is not shortened.
    let paused = Delivery { next_attempt_at: later, ..alerts[1].deliveries[0].clone() };
    settle(
        &store,
        vec![
            Settlement {
                make_due: Some(MakeDue { at, failed_since: None }),
                ..settlement(delivered)
            },
            settlement(paused),
        ],
    )
    .await
    .unwrap();
    assert_eq!(
        ids(&store.due("erp", at, 10).await.unwrap()),
        [alerts[2].deliveries[0].delivery_id.clone()]
    );
    assert_eq!(store.due("desk", at, 10).await.unwrap(), []);
}

async fn a_success_does_not_retry_deliveries_that_failed_before_an_earlier_success(place: &Place) {
    let store = place.write().await;
    let (at, later) = (time("2026-03-01T10:00:00Z"), time("2026-03-02T10:00:00Z"));
    let alerts: Vec<Outgoing> =
        ["a", "b", "c"].iter().map(|name| test_alert(name, at, &["erp"])).collect();
    record_alerts(&store, at, alerts.clone()).await;
    let failed = |index: usize, when: &str| {
        let delivery = Delivery { next_attempt_at: later, ..alerts[index].deliveries[0].clone() };
        let delivery_id = delivery.delivery_id.clone();
        let attempt = Attempt {
            delivery_id,
            at: time(when),
            duration_ms: 1,
            delivered: false,
            detail: "HTTP 500".into(),
        };
        Settlement { attempt: Some(attempt), ..settlement(delivery) }
    };
    let delivered = Delivery {
        state: DeliveryState::Delivered,
        delivered_at: Some(at),
        ..alerts[2].deliveries[0].clone()
    };
    let failed_since = Some(time("2026-03-01T09:00:00Z"));
    let success =
        Settlement { make_due: Some(MakeDue { at, failed_since }), ..settlement(delivered) };
    settle(
        &store,
        vec![failed(0, "2026-03-01T08:59:59Z"), failed(1, "2026-03-01T09:00:01Z"), success],
    )
    .await
    .unwrap();
    assert_eq!(
        ids(&store.due("erp", at, 10).await.unwrap()),
        [alerts[1].deliveries[0].delivery_id.clone()]
    );
}

async fn a_batch_with_an_unknown_delivery_writes_nothing(place: &Place) {
    let store = place.write().await;
    let at = time("2026-03-01T10:00:00Z");
    let known = test_alert("known", at, &["erp"]);
    record_alerts(&store, at, vec![known.clone()]).await;
    let delivered = Delivery { state: DeliveryState::Delivered, ..known.deliveries[0].clone() };
    let unknown = test_alert("unknown", at, &["erp"]).deliveries[0].clone();
    let error =
        settle(&store, vec![settlement(delivered), settlement(unknown.clone())]).await.unwrap_err();
    assert!(error.to_string().contains(unknown.delivery_id.as_str()), "{error}");
    assert_eq!(store.due("erp", at, 10).await.unwrap(), known.deliveries);
}

async fn a_dead_delivery_is_kept_counted_and_can_be_sent_again(place: &Place) {
    let store = place.write().await;
    let (at, later) = (time("2026-03-01T10:00:00Z"), time("2026-03-09T10:00:00Z"));
    let (dead, waiting) =
        (test_alert("dead", at, &["erp"]), test_alert("waiting", later, &["erp", "desk"]));
    record_alerts(&store, at, vec![dead.clone(), waiting]).await;
    let dead_delivery = Delivery {
        state: DeliveryState::Dead,
        attempts: 12,
        parts_done: 3,
        ..dead.deliveries[0].clone()
    };
    settle(&store, vec![settlement(dead_delivery.clone())]).await.unwrap();

    let count = |receiver: &str, pending, dead| OutboxCount {
        receiver: receiver.to_owned(),
        pending,
        dead,
        oldest_pending_at: Some(later),
    };
    assert_eq!(store.outbox_counts().await.unwrap(), [count("desk", 1, 0), count("erp", 1, 1)]);
    assert_eq!(store.due("erp", at, 10).await.unwrap(), []);

    let absent = DeliveryId::of(["absent"]);
    let found = store.retry(&[absent, dead_delivery.delivery_id.clone()], later).await.unwrap();
    assert_eq!(found, std::slice::from_ref(&dead_delivery.delivery_id));
    let again = Delivery {
        state: DeliveryState::Pending,
        attempts: 0,
        next_attempt_at: later,
        ..dead_delivery.clone()
    };
    assert_eq!(store.delivery(&dead_delivery.delivery_id).await.unwrap(), Some(again.clone()));

    // One that was delivered is sent again from its first part.
    settle(
        &store,
        vec![settlement(Delivery {
            state: DeliveryState::Delivered,
            delivered_at: Some(later),
            ..again.clone()
        })],
    )
    .await
    .unwrap();
    store.retry(std::slice::from_ref(&dead_delivery.delivery_id), later).await.unwrap();
    assert_eq!(
        store.delivery(&dead_delivery.delivery_id).await.unwrap(),
        Some(Delivery { parts_done: 0, ..again })
    );
}

async fn added_deliveries_are_new_or_become_pending_again(place: &Place) {
    let store = place.write().await;
    let (at, later) = (time("2026-03-01T10:00:00Z"), time("2026-03-09T10:00:00Z"));
    let (old, new) = (test_alert("old", at, &["erp"]), test_alert("new", later, &["desk"]));
    record_alerts(&store, at, vec![old.clone(), new.clone()]).await;
    settle(
        &store,
        vec![settlement(Delivery { state: DeliveryState::Delivered, ..old.deliveries[0].clone() })],
    )
    .await
    .unwrap();

    let for_desk = delivery(&old.alert, "desk", later);
    store
        .add_deliveries(vec![for_desk.clone(), delivery(&old.alert, "erp", later)], later)
        .await
        .unwrap();
    // In the order of the alerts, not in the order in which they were added.
    assert_eq!(
        ids(&store.due("desk", later, 10).await.unwrap()),
        [for_desk.delivery_id, new.deliveries[0].delivery_id.clone()]
    );
    assert_eq!(ids(&store.due("erp", later, 10).await.unwrap()), ids(&old.deliveries));
}

async fn a_receivers_state_is_replaced(place: &Place) {
    let store = place.write().await;
    let at = time("2026-03-01T10:00:00Z");
    let off = ReceiverState {
        receiver: "erp".to_owned(),
        disabled_at: Some(at),
        failure_alerted: true,
        ..ReceiverState::default()
    };
    let on = ReceiverState { receiver: "erp".to_owned(), ..ReceiverState::default() };
    let desk = ReceiverState { receiver: "desk".to_owned(), ..ReceiverState::default() };
    store.set_receiver_state(off.clone(), at, vec![event("receiver.disabled")]).await.unwrap();
    assert_eq!(store.receiver_states().await.unwrap(), [off]);
    store.set_receiver_state(on.clone(), at, vec![event("receiver.enabled")]).await.unwrap();
    store.set_receiver_state(desk.clone(), at, Vec::new()).await.unwrap();
    assert_eq!(store.receiver_states().await.unwrap(), [desk, on]);
    assert_eq!(store.journal(0, 10).await.unwrap().len(), 2);
}

async fn deliveries_are_found_by_receiver_state_and_alert(place: &Place) {
    let store = place.write().await;
    let (at, later) = (time("2026-03-01T10:00:00Z"), time("2026-03-09T10:00:00Z"));
    let (old, new) = (test_alert("old", at, &["erp", "desk"]), test_alert("new", later, &["erp"]));
    record_alerts(&store, at, vec![old.clone(), new.clone()]).await;
    settle(
        &store,
        vec![settlement(Delivery { state: DeliveryState::Dead, ..old.deliveries[1].clone() })],
    )
    .await
    .unwrap();

    let found = async |query: DeliveryQuery| ids(&store.deliveries(&query).await.unwrap());
    let erp = DeliveryQuery { receiver: Some("erp".to_owned()), ..DeliveryQuery::default() };
    assert_eq!(
        found(erp.clone()).await,
        [new.deliveries[0].delivery_id.clone(), old.deliveries[0].delivery_id.clone()]
    );
    assert_eq!(found(DeliveryQuery { limit: Some(1), ..erp }).await, ids(&new.deliveries));
    let dead = DeliveryQuery { state: Some(DeliveryState::Dead), ..DeliveryQuery::default() };
    assert_eq!(found(dead).await, ids(&old.deliveries[1..]));
    let of_new =
        DeliveryQuery { alert: Some(new.alert.alert_id.clone()), ..DeliveryQuery::default() };
    assert_eq!(found(of_new).await, ids(&new.deliveries));
    assert_eq!(found(DeliveryQuery::default()).await.len(), 3);
    assert_eq!(ids(&store.deliveries_of(&new.alert.alert_id).await.unwrap()), ids(&new.deliveries));
}

async fn a_delivery_without_its_alert_is_refused(place: &Place) {
    let store = place.write().await;
    let at = time("2026-03-01T10:00:00Z");
    let orphan = test_alert("never recorded", at, &["erp"]).deliveries;
    store.add_deliveries(orphan, at).await.unwrap_err();
    assert_eq!(store.due("erp", at, 10).await.unwrap(), []);
}
