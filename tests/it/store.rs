//! The contract of the store, tested on each database, and damage to the file of SQLite.

mod checks;
mod copies;
mod digests;
mod entry_ids;
mod instances;
mod items;
mod matches;
mod outbox;
mod pace;
pub mod places;
mod prune;
mod reading;
mod resting;
mod sqlite_file;
mod tables;
mod writers;

use entitywatch::domain::alert::{ListChanged, SnapshotRef, Test};
use entitywatch::domain::document::DocumentWriter;
use entitywatch::domain::journal::JournalEvent;
use entitywatch::domain::{
    Alert, AlertBody, AlertId, Change, ChangeKind, Citation, Delivery, DeliveryState, Document,
    Entry, JournalEntry, ListCode, ListState, Severity, Sha256,
};
use entitywatch::store::{
    CheckRecord, ClaimSize, Fence, ListUpdate, Outgoing, RecordedChange, Settlement, Store,
};
use jiff::Timestamp;
use jiff::civil::Date;

/// Makes one test per database of each function.
macro_rules! on_every_backend {
    ($($story:ident)*) => {
        mod sqlite {
            $(#[tokio::test] async fn $story() {
                super::$story(&crate::store::places::Place::sqlite()).await;
            })*
        }
        mod postgres {
            $(#[tokio::test] async fn $story() {
                if let Some(place) = crate::store::places::Place::postgres().await {
                    super::$story(&place).await;
                }
            })*
        }
    };
}
use on_every_backend;

fn time(text: &str) -> Timestamp {
    text.parse().unwrap()
}

fn day(text: &str) -> Date {
    text.parse().unwrap()
}

fn entry(name: &str) -> Entry {
    Entry::named(ListCode::EL, name)
}

fn event(kind: &str) -> JournalEvent {
    JournalEvent { kind: kind.to_owned(), data: serde_json::json!({ "what": kind }) }
}

fn list_state(source: &str, count: usize, as_of: Option<Date>, at: Timestamp) -> ListState {
    ListState {
        source: source.to_owned(),
        list: ListCode::EL,
        baseline_at: at,
        count,
        recent_counts: vec![(day("2026-03-01"), count)],
        document_sha256: Sha256::of(b"document"),
        observed_at: at,
        as_of,
        rejected_content: None,
    }
}

fn document(content: &[u8], at: Timestamp) -> Document {
    let mut writer = DocumentWriter::new().unwrap();
    writer.write(content).unwrap();
    writer.finish(at).unwrap()
}

/// A check of a list that closes these rows and opens these entries.
fn check_of(
    source: &str,
    at: Timestamp,
    as_of: Option<Date>,
    close: Vec<i64>,
    open: Vec<Entry>,
) -> CheckRecord {
    let state = list_state(source, open.len(), as_of, at);
    CheckRecord { at, lists: vec![ListUpdate { state, close, open }], ..CheckRecord::default() }
}

fn change(kind: ChangeKind, entry: Entry, recurrence: u32) -> Change {
    let change_id = Change::id_of(kind, None, Some(&entry), recurrence);
    Change::of_entry(change_id, kind, Severity::High, entry)
}

fn recorded(source: &str, change: Change, observed_at: Timestamp) -> RecordedChange {
    let base_id = Change::id_of(change.kind, None, Some(&change.entry), 0);
    RecordedChange {
        source: source.to_owned(),
        change,
        base_id,
        alert_id: None,
        observed_at,
        accepted_at: None,
        unconfirmed: false,
    }
}

/// An alert of changes, with one delivery to each of these receivers.
fn outgoing(
    source: &str,
    sequence: u64,
    at: Timestamp,
    changes: Vec<Change>,
    receivers: &[&str],
) -> Outgoing {
    let alert_id = AlertId::of([source, sequence.to_string().as_str()]);
    let snapshot = SnapshotRef { sha256: Sha256::of(b"now"), as_of: None, observed_at: None };
    let data = ListChanged::without_rule(alert_id.clone(), source, sequence, at, snapshot, changes);
    let alert = Alert { alert_id, created_at: at, body: AlertBody::ListChanged(Box::new(data)) };
    to_receivers(alert, receivers)
}

/// An alert without changes, with one delivery to each of these receivers.
fn test_alert(name: &str, at: Timestamp, receivers: &[&str]) -> Outgoing {
    let body =
        AlertBody::Test(Test { receiver: name.to_owned(), message: "a test".to_owned(), at });
    to_receivers(Alert { alert_id: AlertId::of(["test", name]), created_at: at, body }, receivers)
}

fn to_receivers(alert: Alert, receivers: &[&str]) -> Outgoing {
    let deliveries =
        receivers.iter().map(|receiver| delivery(&alert, receiver, alert.created_at)).collect();
    Outgoing { alert, citations: Vec::new(), deliveries, screenings: Vec::new() }
}

fn delivery(alert: &Alert, receiver: &str, at: Timestamp) -> Delivery {
    Delivery::pending(&alert.alert_id, receiver, "", at)
}

fn cited(mut outgoing: Outgoing, citations: &[Citation]) -> Outgoing {
    outgoing.citations = citations.to_vec();
    outgoing
}

/// Records a check of `csl` that opens entries with these names. Returns their rows.
async fn record_entries(store: &Store, at: &str, names: &[&str]) -> Vec<i64> {
    let entries = names.iter().map(|name| entry(name)).collect();
    store.record(check_of("csl", time(at), None, Vec::new(), entries)).await.unwrap();
    let stored = store.current_entries("csl", ListCode::EL).await.unwrap();
    stored.iter().map(|stored| stored.row).collect()
}

async fn record_alerts(store: &Store, at: Timestamp, alerts: Vec<Outgoing>) {
    store.record(CheckRecord { at, alerts, ..CheckRecord::default() }).await.unwrap();
}

async fn current_names(store: &Store, source: &str) -> Vec<String> {
    store
        .current_entries(source, ListCode::EL)
        .await
        .unwrap()
        .into_iter()
        .map(|stored| stored.entry.name)
        .collect()
}

/// Claims whatever is pending.
const ANY: ClaimSize = ClaimSize { alone: 1_000, shared: 1_000, in_order: false };

/// Settles as a pass does: claimed first.
async fn settle(store: &Store, settlements: Vec<Settlement>) -> entitywatch::store::Result<()> {
    for settlement in &settlements {
        store.claim(&settlement.delivery.receiver, time("2030-01-01T00:00:00Z"), ANY).await?;
    }
    store.settle(settlements).await
}
