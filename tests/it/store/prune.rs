//! Old documents and deliveries are removed, what is in force stays, and the journal says which.

use std::collections::BTreeSet;
use std::time::Duration;

use entitywatch::domain::item::{Acknowledge, IncomingAlert, ItemAlert, Outcome, incoming_alert};
use entitywatch::domain::{Hold, HoldId, HoldReason, HoldState, SourceState, Summary};
use entitywatch::store::{DeliveryQuery, Pruned, verify};

use super::places::Place;
use super::*;

on_every_backend! {
    old_documents_are_removed_unless_something_rests_on_them
    finished_deliveries_of_closed_items_are_removed_and_others_stay
    more_than_one_transaction_of_documents_is_removed
    without_a_time_nothing_is_removed
}

const OLD: &str = "2010-03-01T10:00:00Z";
const BEFORE: &str = "2016-03-01T00:00:00Z";
const NOW: &str = "2026-03-01T10:00:00Z";

fn hold_of(content: &[u8], state: HoldState) -> Hold {
    Hold {
        hold_id: HoldId::of([Sha256::of(content).as_str()]),
        source: "csl".to_owned(),
        list: ListCode::EL,
        section: None,
        reason: HoldReason::Loss,
        state,
        sha256: Sha256::of(content),
        content_sha256: Sha256::of(b"its rows"),
        opened_at: time(OLD),
        alerted_at: time(OLD),
        count_before: 100,
        count_after: 50,
        summary: Summary::default(),
        message: "half of it is gone".to_owned(),
        decided_at: None,
        decided_by: None,
        identified: None,
        decision_reason: None,
        as_baseline: false,
    }
}

async fn keep(store: &Store, content: &[u8], at: &str) -> Sha256 {
    let document = document(content, time(at));
    let sha256 = document.sha256.clone();
    let record = CheckRecord { document: Some(document), ..CheckRecord::default() };
    store.record(record).await.unwrap();
    sha256
}

/// The number of the entries about what was pruned, and their text. The journal must be intact.
async fn journal(store: &Store) -> (usize, String) {
    let entries = store.journal(0, 1000).await.unwrap();
    verify(entries.clone(), None).unwrap();
    let pruned: Vec<String> = entries
        .into_iter()
        .filter(|entry| entry.kind == "store.pruned")
        .map(|entry| entry.data)
        .collect();
    (pruned.len(), pruned.concat())
}

async fn old_documents_are_removed_unless_something_rests_on_them(place: &Place) {
    let store = place.write().await;
    let old = keep(&store, b"old", OLD).await;
    let mut kept = vec![keep(&store, b"of this year", "2026-02-01T10:00:00Z").await];
    // `list_state` says that the current list is from this one.
    kept.push(keep(&store, b"document", OLD).await);
    store.record(check_of("csl", time(OLD), None, Vec::new(), vec![entry("Alpha")])).await.unwrap();
    kept.push(keep(&store, b"newest of its source", OLD).await);
    let state = SourceState {
        source: "ecfr".to_owned(),
        document_sha256: Some(Sha256::of(b"newest of its source")),
        ..SourceState::default()
    };
    store.record(CheckRecord { source: Some(state), ..CheckRecord::default() }).await.unwrap();
    let holds: [(&[u8], HoldState); 3] = [
        (b"on hold", HoldState::Open),
        (b"accepted", HoldState::Accepted),
        (b"rejected", HoldState::Rejected),
    ];
    for (content, state) in holds {
        kept.push(keep(&store, content, OLD).await);
        let holds = vec![hold_of(content, state)];
        store.record(CheckRecord { holds, ..CheckRecord::default() }).await.unwrap();
    }

    let pruned = store.prune(Some(time(BEFORE)), None, time(NOW)).await.unwrap();
    assert_eq!((pruned.documents, pruned.deliveries), (1, 0));
    assert!(pruned.bytes > 0);
    assert!(store.document(&old).await.unwrap().is_none());
    for sha256 in &kept {
        assert!(store.document(sha256).await.unwrap().is_some(), "{sha256}");
    }
    let (entries, text) = journal(&store).await;
    assert_eq!(entries, 1);
    assert!(text.contains(old.as_str()) && text.contains("2010-03-01T10:00:00Z"), "{text}");
    assert!(kept.iter().all(|sha256| !text.contains(sha256.as_str())), "{text}");

    let again = store.prune(Some(time(BEFORE)), None, time(NOW)).await.unwrap();
    assert_eq!(again, Pruned::default());
    assert_eq!(journal(&store).await.0, 1, "nothing was removed, so nothing is recorded");
}

/// An alert of this number, made long ago, whose delivery was accepted.
async fn delivered(store: &Store, sequence: u64, items: bool) -> Delivery {
    let at = time(OLD);
    let changes = vec![change(ChangeKind::Added, entry(&sequence.to_string()), 0)];
    let alert = outgoing("csl", sequence, at, changes, &["erp"]);
    let mut delivery = alert.deliveries[0].clone();
    let acknowledge =
        Acknowledge { within: Duration::from_secs(60), hours: None, escalate_to: Vec::new() };
    let incoming = IncomingAlert {
        alert: ItemAlert {
            alert_id: alert.alert.alert_id.clone(),
            r#type: alert.alert.body.type_name().to_owned(),
            created_at: at,
            title: sequence.to_string(),
        },
        rule: None,
        rule_keys: Vec::new(),
        related: Vec::new(),
        responsible: vec![incoming_alert::responsible("erp", "erp", &acknowledge, at)],
        opens: true,
        contents: BTreeSet::from([format!("name {sequence}")]),
    };
    let items = if items { vec![incoming] } else { Vec::new() };
    let record = CheckRecord { at, alerts: vec![alert], items, ..CheckRecord::default() };
    store.record(record).await.unwrap();
    delivery.state = DeliveryState::Delivered;
    delivery.delivered_at = Some(at);
    let attempt = entitywatch::domain::Attempt {
        delivery_id: delivery.delivery_id.clone(),
        at,
        duration_ms: 20,
        delivered: true,
        detail: "answered 200".to_owned(),
    };
    let settlement = Settlement {
        delivery: delivery.clone(),
        attempt: Some(attempt),
        receiver: None,
        make_due: None,
        alerts: Vec::new(),
        journal: Vec::new(),
    };
    settle(store, vec![settlement]).await.unwrap();
    delivery
}

async fn finished_deliveries_of_closed_items_are_removed_and_others_stay(place: &Place) {
    let store = place.write().await;
    let plain = delivered(&store, 1, false).await;
    let closed = delivered(&store, 2, true).await;
    let item = store.items(None).await.unwrap().remove(0);
    store
        .change_item(&item.item_id, time(OLD), &[], |item| {
            item.close("Ann", Outcome::NotOurs, "checked", time(OLD)).map(|()| event("item.closed"))
        })
        .await
        .unwrap()
        .unwrap()
        .unwrap();
    let open = delivered(&store, 3, true).await;
    let pending = test_alert("pending", time(OLD), &["desk"]);
    let recent = test_alert("recent", time(NOW), &["desk"]);
    record_alerts(&store, time(OLD), vec![pending.clone(), recent.clone()]).await;

    for delivery in [&plain, &open] {
        let (alert, receiver) = (&delivery.alert_id, &delivery.receiver);
        place
            .tamper(&format!(
                "INSERT INTO screening (alert_id, receiver, watchlists) \
                 VALUES ('{alert}', '{receiver}', '[]')"
            ))
            .await;
    }

    let pruned = store.prune(None, Some(time(BEFORE)), time(NOW)).await.unwrap();
    assert_eq!((pruned.documents, pruned.deliveries), (0, 2));
    for (delivery, is_kept) in [(&plain, false), (&open, true)] {
        let shown = store.receivers_of_screening(&delivery.alert_id).await.unwrap();
        assert_eq!(shown.is_empty(), !is_kept, "what a removed delivery showed is removed too");
    }
    let left = store.deliveries(&DeliveryQuery::default()).await.unwrap();
    let mut left: Vec<_> = left.into_iter().map(|delivery| delivery.delivery_id).collect();
    left.sort();
    let mut expected = vec![
        open.delivery_id.clone(),
        pending.deliveries[0].delivery_id.clone(),
        recent.deliveries[0].delivery_id.clone(),
    ];
    expected.sort();
    assert_eq!(left, expected);
    let (entries, text) = journal(&store).await;
    assert_eq!(entries, 1);
    for (delivery, is_named) in [(&plain, true), (&closed, true), (&open, false)] {
        assert_eq!(text.contains(delivery.delivery_id.as_str()), is_named, "{text}");
    }
    assert_eq!(store.alerts(&Default::default()).await.unwrap().len(), 5, "alerts stay");
}

async fn more_than_one_transaction_of_documents_is_removed(place: &Place) {
    let store = place.write().await;
    let at = time(OLD);
    let texts = (0..450).map(|n: u32| document(&n.to_be_bytes(), at)).collect();
    store.record(CheckRecord { texts, ..CheckRecord::default() }).await.unwrap();
    let pruned = store.prune(Some(time(BEFORE)), None, time(NOW)).await.unwrap();
    assert_eq!(pruned.documents, 450);
    let (entries, text) = journal(&store).await;
    assert_eq!((entries, text.matches("fetched_at").count()), (3, 450));
}

async fn without_a_time_nothing_is_removed(place: &Place) {
    let store = place.write().await;
    let old = keep(&store, b"old", OLD).await;
    delivered(&store, 1, false).await;
    assert_eq!(store.prune(None, None, time(NOW)).await.unwrap(), Pruned::default());
    assert!(store.document(&old).await.unwrap().is_some());
    assert_eq!(store.deliveries(&DeliveryQuery::default()).await.unwrap().len(), 1);
}
