//! Writers, any number of readers, and a writer that is stopped at any point.

use std::sync::Arc;
use std::time::Duration;

use entitywatch::store::{MakeDue, Mode, StoreError, open, verify};

use super::places::Place;
use super::*;

on_every_backend! {
    a_reader_works_beside_a_writer_and_cannot_write
    an_empty_database_cannot_be_opened_for_reading
    a_store_of_a_later_version_is_refused_and_left_unchanged
    everything_stored_is_there_after_reopening
    a_writer_that_stops_at_any_point_leaves_no_partial_write
    recording_settling_and_reading_run_at_the_same_time
}

async fn a_reader_works_beside_a_writer_and_cannot_write(place: &Place) {
    let writer = place.write().await;
    let at = time("2026-03-01T10:00:00Z");
    let reader = place.read().await;
    assert_eq!(current_names(&reader, "csl").await, Vec::<String>::new());
    writer.record(check_of("csl", at, None, Vec::new(), vec![entry("Alpha")])).await.unwrap();
    assert_eq!(current_names(&reader, "csl").await, ["Alpha"]);

    let refused = reader
        .record(check_of("csl", at, None, Vec::new(), vec![entry("Beta")]))
        .await
        .unwrap_err();
    assert_eq!(refused.to_string(), "failed to record a check: the store is open for reading only");
    reader.add_journal_entries(at, vec![event("check")]).await.unwrap_err();
    assert_eq!(current_names(&writer, "csl").await, ["Alpha"]);
    writer.close().await;
    drop(writer);
    assert_eq!(current_names(&*place.read().await, "csl").await, ["Alpha"]);
}

async fn an_empty_database_cannot_be_opened_for_reading(place: &Place) {
    let error = open(&place.url, Mode::Read).await.err().unwrap();
    assert!(
        error
            .to_string()
            .starts_with(&format!("failed to open {}: nothing is stored yet", place.url)),
        "{error}"
    );
}

async fn a_store_of_a_later_version_is_refused_and_left_unchanged(place: &Place) {
    let writer = place.write().await;
    writer.close().await;
    drop(writer);
    place.tamper("UPDATE _sqlx_migrations SET version = 999 WHERE version = 7").await;
    for mode in [Mode::Write, Mode::Read] {
        let error = open(&place.url, mode).await.err().unwrap();
        assert!(matches!(error, StoreError::Unreadable { .. }), "{error}");
        assert!(error.to_string().ends_with("it was written by a later entitywatch"), "{error}");
    }
    place.tamper("UPDATE _sqlx_migrations SET version = 7 WHERE version = 999").await;
    place.write().await.ping().await.unwrap();
}

async fn everything_stored_is_there_after_reopening(place: &Place) {
    let at = time("2026-03-01T10:00:00Z");
    let first = place.write().await;
    let mut record = check_of("csl", at, None, Vec::new(), vec![entry("Alpha")]);
    record.alerts = vec![test_alert("waits", at, &["erp"])];
    first.record(record).await.unwrap();
    first.close().await;
    drop(first);
    let again = place.write().await;
    assert_eq!(current_names(&again, "csl").await, ["Alpha"]);
    assert_eq!(again.due("erp", at, 10).await.unwrap().len(), 1);
}

/// Drops the write at each point at which it waits for the database, until one write completes.
async fn a_writer_that_stops_at_any_point_leaves_no_partial_write(place: &Place) {
    let store = place.write().await;
    let at = time("2026-03-01T10:00:00Z");
    let names: Vec<String> = (0..150).map(|n| format!("Entity {n:03}")).collect();
    let mut record =
        check_of("csl", at, None, Vec::new(), names.iter().map(|name| entry(name)).collect());
    record.document = Some(document(b"cut off", at));
    record.alerts = vec![outgoing(
        "csl",
        1,
        at,
        vec![change(ChangeKind::Added, entry("Alpha"), 0)],
        &["erp", "desk"],
    )];
    record.journal = vec![event("check")];

    let mut is_complete = false;
    for polls in 1..10_000 {
        let mut writing = Box::pin(store.record(record.clone()));
        let mut left = polls;
        let ended = std::future::poll_fn(|context| {
            left -= 1;
            match writing.as_mut().poll(context) {
                std::task::Poll::Ready(result) => std::task::Poll::Ready(Some(result)),
                std::task::Poll::Pending if left == 0 => std::task::Poll::Ready(None),
                std::task::Poll::Pending => std::task::Poll::Pending,
            }
        })
        .await;
        drop(writing);
        if let Some(result) = ended {
            result.unwrap();
        }
        // The commit may have reached the database even though nobody waited for its answer, so
        // either everything is stored or nothing. An empty write waits for it to end, so that all
        // reads below see the same state.
        store.retry(&[], at).await.unwrap();
        let current = store.current_entries("csl", ListCode::EL).await.unwrap().len();
        let alerts = store.alerts(&Default::default()).await.unwrap().len();
        let journal = store.journal(0, 10).await.unwrap().len();
        let due = store.due("erp", at, 10).await.unwrap().len();
        is_complete = current > 0;
        let once = usize::from(is_complete);
        let expected = (once * names.len(), once, once, once);
        assert_eq!((current, alerts, journal, due), expected, "after {polls} polls");
        if is_complete {
            break;
        }
    }
    assert!(is_complete);
    store.add_journal_entries(at, vec![event("check")]).await.unwrap();
    verify(store.journal(0, 10).await.unwrap(), None).unwrap();
}

async fn recording_settling_and_reading_run_at_the_same_time(place: &Place) {
    const ROUNDS: u64 = 20;
    let store = place.write().await;
    let at = time("2026-03-01T10:00:00Z");
    let mut tasks = tokio::task::JoinSet::new();
    let writer = Arc::clone(&store);
    tasks.spawn(async move {
        for n in 0..ROUNDS {
            let changes = vec![change(ChangeKind::Added, entry(&n.to_string()), 0)];
            let mut record = check_of("csl", at, None, Vec::new(), vec![entry(&n.to_string())]);
            record.alerts = vec![outgoing("csl", n, at, changes, &["erp"])];
            record.journal = vec![event("check")];
            writer.record(record).await.unwrap();
        }
    });
    let sender = Arc::clone(&store);
    tasks.spawn(async move {
        let mut delivered = 0;
        while delivered < ROUNDS {
            let due = sender.claim("erp", at, ClaimSize { alone: 3, ..ANY }).await.unwrap();
            let take = |delivery: Delivery| Settlement {
                delivery: Delivery {
                    state: DeliveryState::Delivered,
                    delivered_at: Some(at),
                    ..delivery
                },
                attempt: None,
                receiver: None,
                make_due: Some(MakeDue { at, failed_since: None }),
                alerts: Vec::new(),
                journal: vec![event("delivered")],
            };
            delivered += due.len() as u64;
            sender.settle(due.into_iter().map(take).collect()).await.unwrap();
        }
    });
    let reader = place.read().await;
    tasks.spawn(async move {
        loop {
            let current = reader.current_entries("csl", ListCode::EL).await.unwrap().len() as u64;
            let alerts = reader.alerts(&Default::default()).await.unwrap().len() as u64;
            assert!(alerts >= current, "{alerts} alerts after {current} entries");
            if current == ROUNDS {
                break;
            }
        }
    });
    tokio::time::timeout(Duration::from_secs(60), tasks.join_all()).await.unwrap();
    assert_eq!(verify(store.journal(0, 1000).await.unwrap(), None).unwrap().0, 2 * ROUNDS);
    assert_eq!(store.outbox_counts().await.unwrap(), []);
}
