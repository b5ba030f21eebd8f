//! Several instances on one PostgreSQL database: one journal, claims, leases and what a lost
//! connection does. SQLite admits one process.

use std::time::Duration;

use entitywatch::domain::MatchId;
use entitywatch::store::{
    InstanceSettings, Lease, LeaseTimes, Mode, PreparedWatchlist, ReceiverState, StoreError,
    StoreUrl, open_as, verify,
};
use sqlx::{AssertSqlSafe, Connection, PgConnection};
use std::sync::Arc;

use super::places::Place;
use super::*;

const AT: &str = "2026-03-01T10:00:00Z";

/// A daemon that renews itself so seldom that a test can declare it dead.
async fn daemon(url: &StoreUrl) -> Arc<Store> {
    daemon_as(url, InstanceSettings::default()).await.unwrap()
}

async fn daemon_as(
    url: &StoreUrl,
    settings: InstanceSettings,
) -> entitywatch::store::Result<Arc<Store>> {
    let host = "watch.example.com".to_owned();
    open_as(url, Mode::Write, InstanceSettings { is_daemon: true, host, ..settings }).await
}

fn renewed_often() -> LeaseTimes {
    LeaseTimes::of_lifetime(Duration::from_secs(1))
}

/// For the others, the instance with this number is dead until it renews itself.
async fn dies(place: &Place, number: i64) {
    place.tamper(&format!("UPDATE instance SET alive_until = 0 WHERE instance = {number}")).await;
}

async fn until<T>(what: &str, mut found: impl AsyncFnMut() -> Option<T>) -> T {
    let search = async {
        loop {
            if let Some(found) = found().await {
                break found;
            }
            tokio::task::yield_now().await;
        }
    };
    tokio::time::timeout(Duration::from_secs(30), search)
        .await
        .unwrap_or_else(|_| panic!("waited in vain for {what}"))
}

fn delivered(delivery: Delivery) -> Settlement {
    Settlement {
        delivery: Delivery { state: DeliveryState::Delivered, ..delivery },
        attempt: None,
        receiver: None,
        make_due: None,
        alerts: Vec::new(),
        journal: Vec::new(),
    }
}

async fn with_deliveries(store: &Store, count: usize) {
    let alerts = (0..count).map(|n| test_alert(&n.to_string(), time(AT), &["erp"])).collect();
    record_alerts(store, time(AT), alerts).await;
}

#[tokio::test]
async fn two_instances_write_one_journal() {
    let Some(place) = Place::postgres().await else { return };
    let (first, second) = (daemon(&place.url).await, daemon(&place.url).await);
    let write = async |store: &Store| {
        for _ in 0..30 {
            store.add_journal_entries(time(AT), vec![event("check")]).await.unwrap();
        }
    };
    tokio::join!(write(&first), write(&second));
    let journal = second.journal(0, 1_000).await.unwrap();
    assert_eq!(verify(journal, None).unwrap().0, 60);
    assert_eq!(first.daemons().await.unwrap().len(), 2);
}

#[tokio::test]
async fn two_that_start_at_once_create_the_tables_once() {
    let Some(place) = Place::postgres().await else { return };
    let (first, second) = tokio::join!(daemon(&place.url), daemon(&place.url));
    first.ping().await.unwrap();
    second.ping().await.unwrap();
}

#[tokio::test]
async fn a_delivery_is_claimed_by_one_instance_and_settled_only_by_it() {
    let Some(place) = Place::postgres().await else { return };
    let (first, second) = (daemon(&place.url).await, daemon(&place.url).await);
    with_deliveries(&first, 4).await;
    let claimed = first.claim("erp", time(AT), ClaimSize { shared: 2, ..ANY }).await.unwrap();
    assert_eq!(claimed.len(), 2);
    let others = second.claim("erp", time(AT), ANY).await.unwrap();
    assert!(!others.is_empty() && others.iter().all(|delivery| !claimed.contains(delivery)));

    let refused = second.settle(vec![delivered(claimed[0].clone())]).await.unwrap_err();
    let expected = vec![claimed[0].delivery_id.clone()];
    assert!(
        matches!(&refused, StoreError::ClaimLost { deliveries } if *deliveries == expected),
        "{refused}"
    );
    first.settle(vec![delivered(claimed[0].clone())]).await.unwrap();
    // Settled once: its owner has no claim any more.
    first.settle(vec![delivered(claimed[0].clone())]).await.unwrap_err();
    // What is claimed by another is not due, and is due again when it is given back.
    let receivers = ["erp".to_owned()];
    for delivery in &others {
        second.settle(vec![delivered(delivery.clone())]).await.unwrap();
    }
    while let [delivery, ..] = second.claim("erp", time(AT), ANY).await.unwrap().as_slice() {
        second.settle(vec![delivered(delivery.clone())]).await.unwrap();
    }
    assert_eq!(second.next_due_at(&receivers).await.unwrap(), None);
    first.release_claims("erp").await.unwrap();
    assert_eq!(second.next_due_at(&receivers).await.unwrap(), Some(time(AT)));
    assert_eq!(second.claim("erp", time(AT), ANY).await.unwrap(), claimed[1..]);
}

#[tokio::test]
async fn the_claims_of_a_dead_instance_are_free_and_it_settles_nothing_when_it_wakes() {
    let Some(place) = Place::postgres().await else { return };
    let (first, second) = (daemon(&place.url).await, daemon(&place.url).await);
    with_deliveries(&first, 1).await;
    let claimed = first.claim("erp", time(AT), ANY).await.unwrap();
    assert_eq!(second.claim("erp", time(AT), ANY).await.unwrap(), []);
    dies(&place, 1).await;
    assert_eq!(second.claim("erp", time(AT), ANY).await.unwrap(), claimed);
    let failed = Settlement {
        delivery: Delivery { attempts: 9, ..claimed[0].clone() },
        ..delivered(claimed[0].clone())
    };
    let refused = first.settle(vec![failed]).await.unwrap_err();
    assert!(matches!(refused, StoreError::ClaimLost { .. }), "{refused}");
    second.settle(vec![delivered(claimed[0].clone())]).await.unwrap();
    let stored = first.delivery(&claimed[0].delivery_id).await.unwrap().unwrap();
    assert_eq!((stored.state, stored.attempts), (DeliveryState::Delivered, 0));
}

#[tokio::test]
async fn daemons_claim_equal_shares_and_one_that_is_alone_claims_more() {
    let Some(place) = Place::postgres().await else { return };
    let first = daemon(&place.url).await;
    with_deliveries(&first, 30).await;
    let size = ClaimSize { alone: 20, shared: 12, in_order: false };
    assert_eq!(first.claim("erp", time(AT), size).await.unwrap().len(), 20);
    first.release_claims("erp").await.unwrap();
    let (second, third) = (daemon(&place.url).await, daemon(&place.url).await);
    assert_eq!(first.claim("erp", time(AT), size).await.unwrap().len(), 10);
    assert_eq!(second.claim("erp", time(AT), size).await.unwrap().len(), 7);
    assert_eq!(third.claim("erp", time(AT), size).await.unwrap().len(), 5);
}

#[tokio::test]
async fn messages_that_must_arrive_in_order_are_claimed_by_one_instance_at_a_time() {
    let Some(place) = Place::postgres().await else { return };
    let (first, second) = (daemon(&place.url).await, daemon(&place.url).await);
    with_deliveries(&first, 6).await;
    let in_order = ClaimSize { alone: 20, shared: 2, in_order: true };
    let claimed = first.claim("erp", time(AT), in_order).await.unwrap();
    assert_eq!(claimed.len(), 2);
    assert_eq!(second.claim("erp", time(AT), in_order).await.unwrap(), []);
    first.settle(claimed.into_iter().map(delivered).collect()).await.unwrap();
    assert_eq!(second.claim("erp", time(AT), in_order).await.unwrap().len(), 2);
}

#[tokio::test]
async fn outcomes_are_computed_again_if_another_instance_changed_the_receiver() {
    let Some(place) = Place::postgres().await else { return };
    let (first, second) = (daemon(&place.url).await, daemon(&place.url).await);
    with_deliveries(&first, 1).await;
    let claimed = first.claim("erp", time(AT), ANY).await.unwrap();
    let unknown = ReceiverState { receiver: "erp".to_owned(), ..ReceiverState::default() };
    let off = ReceiverState { disabled_at: Some(time(AT)), ..unknown.clone() };
    second.set_receiver_state(off.clone(), time(AT), Vec::new()).await.unwrap();
    let settlements = vec![delivered(claimed[0].clone())];
    let refused = first.settle_if_unchanged(settlements.clone(), &unknown).await.unwrap_err();
    assert!(matches!(refused, StoreError::ReceiverChanged { .. }), "{refused}");
    first.settle_if_unchanged(settlements, &off).await.unwrap();
}

fn check_under(lease: &Lease) -> CheckRecord {
    CheckRecord {
        at: time(AT),
        fence: Fence::of([lease]),
        journal: vec![event("check")],
        ..CheckRecord::default()
    }
}

#[tokio::test]
async fn one_watches_and_a_former_watcher_writes_nothing() {
    let Some(place) = Place::postgres().await else { return };
    let (first, second) = (daemon(&place.url).await, daemon(&place.url).await);
    let old = first.take_watch().await.unwrap().unwrap();
    assert_eq!(first.take_watch().await.unwrap().as_ref(), Some(&old));
    assert_eq!(second.take_watch().await.unwrap(), None);
    first.record(check_under(&old)).await.unwrap();

    dies(&place, 1).await;
    // Before anybody has taken over, too.
    first.record(check_under(&old)).await.unwrap_err();
    let new = second.take_watch().await.unwrap().unwrap();
    place.tamper("UPDATE instance SET alive_until = 9000000000000000 WHERE instance = 1").await;
    let refused = first.record(check_under(&old)).await.unwrap_err();
    assert!(matches!(refused, StoreError::LeaseLost { .. }), "{refused}");
    assert_eq!(first.take_watch().await.unwrap(), None);
    second.record(check_under(&new)).await.unwrap();

    let daemons = first.daemons().await.unwrap();
    let watching: Vec<bool> =
        daemons.iter().map(|daemon| daemon.watching_since.is_some()).collect();
    assert_eq!((daemons[0].instance, watching), (2, vec![true, false]));
    let kinds: Vec<String> =
        first.journal(0, 10).await.unwrap().into_iter().map(|entry| entry.kind).collect();
    assert_eq!(kinds, ["watch.taken", "check", "watch.taken", "check"]);
}

#[tokio::test]
async fn a_former_holder_of_the_matches_writes_none() {
    let Some(place) = Place::postgres().await else { return };
    let (first, second) = (daemon(&place.url).await, daemon(&place.url).await);
    let lease = first.take_lease("matches").await.unwrap().unwrap();
    let lost = Fence::of([&lease]);
    first.release(&lease).await.unwrap();
    let held = Fence::of([&second.take_lease("matches").await.unwrap().unwrap()]);
    let prepared = || PreparedWatchlist {
        watchlist: "customers".to_owned(),
        generation: 1,
        made_by: "a test".to_owned(),
        content: Vec::new(),
    };
    let id = MatchId("mat_none".to_owned());
    let errors = [
        first
            .change_match(&id, (time(AT), &lost), |_| Ok::<_, ()>(event("match.confirmed")))
            .await
            .unwrap_err(),
        first
            .erase_counterparty("customers", "C1", (time(AT), &lost), |_| event("erased"))
            .await
            .unwrap_err(),
        first.rename_watchlist("customers", "clients", &lost).await.unwrap_err(),
        first.keep_prepared_watchlist(prepared(), &lost).await.unwrap_err(),
    ];
    for error in errors {
        assert!(matches!(error, StoreError::LeaseLost { .. }), "{error}");
    }
    second.keep_prepared_watchlist(prepared(), &held).await.unwrap();
}

#[tokio::test]
async fn a_lease_is_free_when_it_is_given_back_and_when_its_instance_stops() {
    let Some(place) = Place::postgres().await else { return };
    let (first, second) = (daemon(&place.url).await, daemon(&place.url).await);
    let lease = first.take_lease("source csl").await.unwrap().unwrap();
    assert_eq!(second.take_lease("source csl").await.unwrap(), None);
    first.release(&lease).await.unwrap();
    second.take_lease("source csl").await.unwrap().unwrap();
    first.record(check_under(&lease)).await.unwrap_err();
    first.release(&lease).await.unwrap();
    assert_eq!(first.take_lease("source csl").await.unwrap(), None);
    second.close().await;
    first.take_lease("source csl").await.unwrap().unwrap();
    assert_eq!(first.daemons().await.unwrap().len(), 1);
}

#[tokio::test]
async fn a_daemon_with_another_configuration_is_refused_unless_it_is_allowed() {
    let Some(place) = Place::postgres().await else { return };
    let settings = |hash: &str, allow_different_config| InstanceSettings {
        lease: renewed_often(),
        config_hash: Some(hash.to_owned()),
        allow_different_config,
        ..InstanceSettings::default()
    };
    let first = daemon_as(&place.url, settings("a", false)).await.unwrap();
    daemon_as(&place.url, settings("a", false)).await.unwrap().close().await;
    let refused = daemon_as(&place.url, settings("b", false)).await.err().unwrap();
    assert!(matches!(refused, StoreError::DifferentConfig { instance: 1, .. }), "{refused}");
    let second = daemon_as(&place.url, settings("b", true)).await.unwrap();
    let others = second.set_config_hash("c").await.unwrap();
    assert_eq!(others.iter().map(|other| other.instance).collect::<Vec<_>>(), [1]);
    assert_eq!(first.set_config_hash("c").await.unwrap(), []);
    // A reload is compared as a start is, unless it changes nothing.
    let refused = first.set_config_hash("d").await.err().unwrap();
    assert!(matches!(refused, StoreError::DifferentConfig { instance: 3, .. }), "{refused}");
    second.set_config_hash("e").await.unwrap();
    first.set_config_hash("c").await.unwrap();
    // A command is not compared.
    open_as(&place.url, Mode::Act, InstanceSettings::default()).await.unwrap().close().await;
}

#[tokio::test]
async fn an_instance_of_an_older_version_is_refused_and_told_to_end() {
    let Some(place) = Place::postgres().await else { return };
    let lease = renewed_often();
    let old =
        daemon_as(&place.url, InstanceSettings { lease, ..InstanceSettings::default() }).await;
    let old = old.unwrap();
    place.tamper("UPDATE _sqlx_migrations SET version = 999 WHERE version = 5").await;
    let refused = old.add_journal_entries(time(AT), vec![event("check")]).await.unwrap_err();
    assert!(refused.to_string().ends_with("it was written by a later entitywatch"), "{refused}");
    let ended = tokio::time::timeout(Duration::from_secs(30), old.superseded()).await.unwrap();
    assert!(ended.to_string().ends_with("it was written by a later entitywatch"), "{ended}");
}

#[tokio::test]
async fn what_one_instance_puts_into_the_outbox_is_signaled_to_the_others() {
    let Some(place) = Place::postgres().await else { return };
    let (first, second) = (daemon(&place.url).await, daemon(&place.url).await);
    let mut signal = second.outbox_signal().unwrap();
    // Until the second listens, its signal may come from its start.
    until("a signal", async || {
        with_deliveries(&first, 1).await;
        tokio::time::timeout(Duration::from_millis(100), signal.changed()).await.ok()
    })
    .await
    .unwrap();
}

#[tokio::test]
async fn lost_connections_are_replaced_and_a_read_only_server_is_used_again_when_it_writes() {
    let Some(place) = Place::postgres().await else { return };
    let store = daemon(&place.url).await;
    let lease = store.take_watch().await.unwrap().unwrap();
    let url: url::Url = place.postgres.as_ref().unwrap().parse().unwrap();
    let name = url.path().trim_start_matches('/');
    // It works on a server that is read-only by default.
    let alter = async |what: &str| {
        let mut connection = PgConnection::connect(place.postgres.as_ref().unwrap()).await.unwrap();
        let text = format!(
            "BEGIN READ WRITE; ALTER DATABASE {name} {what}; COMMIT; \
             SELECT pg_terminate_backend(pid) FROM pg_stat_activity \
             WHERE datname = '{name}' AND pid <> pg_backend_pid()"
        );
        sqlx::raw_sql(AssertSqlSafe(text)).execute(&mut connection).await.unwrap();
        connection.close().await.unwrap();
    };
    alter("SET default_transaction_read_only = on").await;
    let refused = until("a refusal", async || {
        let refused = store.record(check_under(&lease)).await.err()?;
        matches!(refused, StoreError::NotWritable { .. }).then_some(refused)
    })
    .await;
    assert!(refused.is_outage());
    assert!(store.ping().await.is_err_and(|problem| problem.is_outage()));
    assert_eq!(store.journal(0, 10).await.unwrap().len(), 1, "reading goes on");

    alter("RESET default_transaction_read_only").await;
    until("a write", async || store.record(check_under(&lease)).await.ok()).await;
    store.ping().await.unwrap();
    assert_eq!(store.journal(0, 10).await.unwrap().len(), 2);
}
