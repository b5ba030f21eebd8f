//! What the tables of the pages read: a part at a time, counted, and by day.

use entitywatch::domain::AlertKind;
use entitywatch::domain::journal::JournalEvent;
use entitywatch::store::{AlertQuery, Check, DailyChecks, DeliveryQuery};
use jiff::tz::{Offset, offset};
use serde_json::json;

use super::places::Place;
use super::*;

on_every_backend! {
    alerts_are_read_a_page_at_a_time_and_counted
    deliveries_are_read_a_page_at_a_time_and_counted
    checks_are_counted_by_the_day_of_a_clock
    the_gaps_of_a_period_are_read
}

async fn alerts_are_read_a_page_at_a_time_and_counted(place: &Place) {
    let store = place.write().await;
    let at = time("2026-03-01T10:00:00Z");
    let mut alerts: Vec<Outgoing> =
        (1..=4).map(|n| outgoing("csl", n, at, Vec::new(), &[])).collect();
    alerts.push(outgoing("ecfr", 1, at, Vec::new(), &[]));
    alerts.push(test_alert("a", at, &[]));
    record_alerts(&store, at, alerts.clone()).await;
    let csl = AlertQuery { source: Some("csl".to_owned()), ..AlertQuery::default() };
    assert_eq!(store.count_alerts(&csl).await.unwrap(), 4);
    let page = AlertQuery { limit: Some(3), offset: Some(2), ..csl.clone() };
    let found = store.alerts(&page).await.unwrap();
    assert_eq!(found, [alerts[1].alert.clone(), alerts[0].alert.clone()]);
    assert_eq!(store.count_alerts(&page).await.unwrap(), 4, "the page does not count");
    let tests = AlertQuery { kinds: vec![AlertKind::Test], ..AlertQuery::default() };
    assert_eq!(store.count_alerts(&tests).await.unwrap(), 1);
    let both = AlertQuery { kinds: vec![AlertKind::Test], ..csl };
    assert_eq!(store.count_alerts(&both).await.unwrap(), 0);
    assert_eq!(store.count_alerts(&AlertQuery::default()).await.unwrap(), 6);
}

async fn deliveries_are_read_a_page_at_a_time_and_counted(place: &Place) {
    let store = place.write().await;
    let at = time("2026-03-01T10:00:00Z");
    let alerts: Vec<Outgoing> =
        (1..=3).map(|n| outgoing("csl", n, at, Vec::new(), &["desk", "erp"])).collect();
    record_alerts(&store, at, alerts.clone()).await;
    let erp = DeliveryQuery { receiver: Some("erp".to_owned()), ..DeliveryQuery::default() };
    assert_eq!(store.count_deliveries(&erp).await.unwrap(), 3);
    let page = DeliveryQuery { limit: Some(2), offset: Some(1), ..erp };
    let found = store.deliveries(&page).await.unwrap();
    let of_alerts: Vec<&AlertId> = found.iter().map(|delivery| &delivery.alert_id).collect();
    assert_eq!(of_alerts, [&alerts[1].alert.alert_id, &alerts[0].alert.alert_id]);
    assert_eq!(store.count_deliveries(&page).await.unwrap(), 3);
    assert_eq!(store.count_deliveries(&DeliveryQuery::default()).await.unwrap(), 6);
}

async fn checks_are_counted_by_the_day_of_a_clock(place: &Place) {
    let store = place.write().await;
    for (at, source, outcome) in [
        ("2026-03-01T04:59:59.999999Z", "csl", "unchanged"),
        ("2026-03-01T05:00:00Z", "csl", "unchanged"),
        ("2026-03-01T23:00:00Z", "csl", "unchanged"),
        ("2026-03-01T23:15:00Z", "csl", "failed"),
        ("2026-03-01T23:15:00Z", "ecfr", "changed"),
        ("2026-03-02T05:00:00Z", "csl", "unchanged"),
    ] {
        let at = time(at);
        let check = Check {
            source: source.to_owned(),
            at,
            duration_ms: 1,
            outcome: outcome.to_owned(),
            detail: String::new(),
            sha256: None,
        };
        let record = CheckRecord { at, check: Some(check), ..CheckRecord::default() };
        store.record(record).await.unwrap();
    }
    let counted = async |since: &str, until: &str, clock: Offset| -> Vec<String> {
        let found = store.daily_checks(time(since), time(until), clock).await.unwrap();
        let words =
            |it: &DailyChecks| format!("{} {} {} {}", it.day, it.source, it.outcome, it.count);
        found.iter().map(words).collect()
    };
    let (first, end) = ("2026-03-01T00:00:00Z", "2026-03-03T00:00:00Z");
    assert_eq!(
        counted(first, end, Offset::UTC).await,
        [
            "2026-03-01 csl failed 1",
            "2026-03-01 csl unchanged 3",
            "2026-03-01 ecfr changed 1",
            "2026-03-02 csl unchanged 1",
        ]
    );
    // In New York a day begins at 05:00 UTC.
    assert_eq!(
        counted(first, end, offset(-5)).await,
        [
            "2026-02-28 csl unchanged 1",
            "2026-03-01 csl failed 1",
            "2026-03-01 csl unchanged 2",
            "2026-03-01 ecfr changed 1",
            "2026-03-02 csl unchanged 1",
        ]
    );
    // The start is included, and the end is not.
    assert_eq!(
        counted("2026-03-01T23:15:00Z", "2026-03-02T05:00:00Z", Offset::UTC).await,
        ["2026-03-01 csl failed 1", "2026-03-01 ecfr changed 1"]
    );
}

async fn the_gaps_of_a_period_are_read(place: &Place) {
    let store = place.write().await;
    for (at, kind) in [
        ("2026-03-01T10:00:00Z", "gap"),
        ("2026-03-02T10:00:00Z", "check"),
        ("2026-03-03T10:00:00Z", "gap"),
    ] {
        let event = JournalEvent { kind: kind.to_owned(), data: json!({ "at": at }) };
        store.add_journal_entries(time(at), vec![event]).await.unwrap();
    }
    let gaps = async |since: &str| -> Vec<String> {
        let entries = store.gaps(time(since)).await.unwrap();
        entries.into_iter().map(|entry| entry.at.to_string()).collect()
    };
    assert_eq!(gaps("2026-03-01T00:00:00Z").await.len(), 2);
    assert_eq!(gaps("2026-03-02T00:00:00Z").await, ["2026-03-03T10:00:00Z"]);
}
