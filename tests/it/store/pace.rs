//! Prints how long the store takes for realistic sizes, and asserts that everything is stored.

use std::time::Instant;

use entitywatch::domain::Attempt;

use super::places::Place;
use super::*;

on_every_backend! { a_complete_list_and_a_long_outbox_are_written_and_read }

async fn a_complete_list_and_a_long_outbox_are_written_and_read(place: &Place) {
    const ENTRIES: usize = 3_400;
    const DELIVERIES: usize = 1_280;
    let store = place.write().await;
    let at = time("2026-03-01T10:00:00Z");
    let entries = |prefix: &str, count: usize| {
        let full = |n| {
            let mut full = entry(&format!("{prefix} {n}"));
            full.addresses = vec!["12 Harbour Road, Kowloon, HK".to_owned(); 3];
            full.license_requirement =
                "For all items subject to the regulations, but for a few. ".repeat(5);
            full
        };
        (0..count).map(full).collect::<Vec<_>>()
    };
    let place_name = if place.postgres.is_some() { "PostgreSQL" } else { "SQLite" };
    let report = |what: &str, since: Instant| {
        eprintln!("{place_name}: {what} in {:.1} ms", since.elapsed().as_secs_f64() * 1e3);
    };

    let mut baseline = check_of("csl", at, None, Vec::new(), entries("First", ENTRIES));
    baseline.document = Some(document(&vec![7; 1 << 20], at));
    let since = Instant::now();
    store.record(baseline).await.unwrap();
    report("a baseline of 3,400 entries recorded", since);

    let since = Instant::now();
    let current = store.current_entries("csl", ListCode::EL).await.unwrap();
    report("3,400 current entries read", since);
    assert_eq!(current.len(), ENTRIES);

    let opened = entries("Second", 40);
    let changes: Vec<_> =
        opened.iter().map(|entry| change(ChangeKind::Added, entry.clone(), 0)).collect();
    let mut moved =
        check_of("csl", at, None, current[..40].iter().map(|stored| stored.row).collect(), opened);
    moved.changes = changes.iter().map(|change| recorded("csl", change.clone(), at)).collect();
    moved.alerts = vec![outgoing("csl", 1, at, changes, &["erp"])];
    let since = Instant::now();
    store.record(moved).await.unwrap();
    report("40 changes with their alert recorded", since);
    assert_eq!(store.current_entries("csl", ListCode::EL).await.unwrap().len(), ENTRIES);

    let mut many = test_alert("many", at, &[]);
    many.deliveries = (0..DELIVERIES)
        .map(|n| {
            let recipient = n.to_string();
            let delivery_id = Delivery::id_of(&many.alert.alert_id, "hooks", &recipient);
            Delivery { delivery_id, recipient, ..delivery(&many.alert, "hooks", at) }
        })
        .collect();
    record_alerts(&store, at, vec![many]).await;
    let since = Instant::now();
    let mut settled = 0;
    loop {
        let due = store.claim("hooks", at, ClaimSize { alone: 64, ..ANY }).await.unwrap();
        if due.is_empty() {
            break;
        }
        settled += due.len();
        let take = |delivery: Delivery| Settlement {
            attempt: Some(Attempt {
                delivery_id: delivery.delivery_id.clone(),
                at,
                duration_ms: 1,
                delivered: true,
                detail: "answered 204".to_owned(),
            }),
            delivery: Delivery {
                state: DeliveryState::Delivered,
                delivered_at: Some(at),
                ..delivery
            },
            receiver: None,
            make_due: None,
            alerts: Vec::new(),
            journal: Vec::new(),
        };
        store.settle(due.into_iter().map(take).collect()).await.unwrap();
    }
    report("1,280 deliveries claimed and settled, 64 a commit,", since);
    assert_eq!(settled, DELIVERIES);
}
