//! A check is written completely or not at all, and is read back as it was.

use entitywatch::domain::journal::JournalEvent;
use entitywatch::domain::{
    ChangeKind, Citation, Hold, HoldId, HoldReason, HoldState, ListCode, Sha256, SourceState,
    Summary,
};
use entitywatch::store::{ChangeQuery, Check, CheckRecord, RecordedChange, StoreError, verify};

use super::places::Place;
use super::*;

on_every_backend! {
    a_check_is_read_back_as_it_was_written
    a_list_keeps_its_order_when_entries_change
    a_check_that_closes_stale_rows_writes_nothing
    recording_a_check_twice_repeats_no_alert_delivery_or_change
    recurrences_count_the_changes_with_the_same_content
    alerts_are_found_by_the_pages_they_cite
    a_hold_replaces_the_one_with_the_same_id
    a_renamed_source_keeps_everything_stored
    the_journal_is_one_chain_for_all_writers
    a_journal_that_was_changed_by_hand_fails_verification
    unusual_characters_are_kept
}

async fn a_check_is_read_back_as_it_was_written(place: &Place) {
    let store = place.write().await;
    let at = time("2026-03-01T10:00:00.123456Z");
    assert_eq!(store.source_state("csl").await.unwrap(), None);
    assert_eq!(
        store.document(&Sha256::of(b"absent")).await.unwrap().map(|found| found.size_bytes),
        None
    );

    let source = SourceState {
        source: "csl".to_owned(),
        checks: 3,
        as_of: Some(day("2026-02-28")),
        ..SourceState::default()
    };
    let check = Check {
        source: "csl".to_owned(),
        at,
        duration_ms: 12,
        outcome: "baseline".to_owned(),
        detail: "2 entries".to_owned(),
        sha256: Some(Sha256::of(b"the list")),
    };
    let mut record = check_of(
        "csl",
        at,
        Some(day("2026-02-28")),
        Vec::new(),
        vec![entry("Beta"), entry("Alpha")],
    );
    record.source = Some(source.clone());
    record.check = Some(check.clone());
    record.document = Some(document(b"the list", at));
    record.journal = vec![event("check"), event("source.baseline")];
    store.record(record).await.unwrap();
    // Content that is served again is stored once, as it was first fetched.
    let again = CheckRecord {
        document: Some(document(b"the list", time("2026-03-02T10:00:00Z"))),
        ..CheckRecord::default()
    };
    store.record(again).await.unwrap();

    assert_eq!(store.source_state("csl").await.unwrap(), Some(source.clone()));
    assert_eq!(store.source_states().await.unwrap(), [source]);
    assert_eq!(
        store.list_states("csl").await.unwrap(),
        [list_state("csl", 2, Some(day("2026-02-28")), at)]
    );
    assert_eq!(store.list_states("ecfr").await.unwrap(), []);
    let current: Vec<_> = store
        .current_entries("csl", ListCode::EL)
        .await
        .unwrap()
        .into_iter()
        .map(|stored| stored.entry)
        .collect();
    assert_eq!(current, [entry("Beta"), entry("Alpha")]);
    let kept = store.document(&Sha256::of(b"the list")).await.unwrap().unwrap();
    assert_eq!((kept.size_bytes, kept.fetched_at), (8, at));
    assert_eq!(std::io::read_to_string(kept.reader().unwrap()).unwrap(), "the list");
    assert_eq!(store.checks(Some("csl"), 10).await.unwrap(), std::slice::from_ref(&check));
    assert_eq!(store.checks(None, 10).await.unwrap(), [check]);
    assert_eq!(store.checks(Some("ecfr"), 10).await.unwrap(), []);

    let journal = store.journal(0, 10).await.unwrap();
    assert_eq!(
        journal.iter().map(|entry| entry.kind.as_str()).collect::<Vec<_>>(),
        ["check", "source.baseline"]
    );
    assert!(journal.iter().all(|entry| entry.at == at));
    assert_eq!(verify(journal, None).unwrap(), (2, store.journal_head().await.unwrap()));
    store.ping().await.unwrap();
}

async fn a_list_keeps_its_order_when_entries_change(place: &Place) {
    let store = place.write().await;
    let names: Vec<String> = (0..250).map(|n| format!("Entity {n:03}")).collect();
    let first = check_of(
        "csl",
        time("2026-03-01T10:00:00Z"),
        None,
        Vec::new(),
        names.iter().map(|name| entry(name)).collect(),
    );
    store.record(first).await.unwrap();
    assert_eq!(current_names(&store, "csl").await, names);

    let rows: Vec<i64> = store.current_entries("csl", ListCode::EL).await.unwrap()[..249]
        .iter()
        .map(|stored| stored.row)
        .collect();
    store
        .record(check_of("csl", time("2026-03-02T10:00:00Z"), None, rows, vec![entry("New")]))
        .await
        .unwrap();
    assert_eq!(current_names(&store, "csl").await, ["Entity 249", "New"]);
    assert_eq!(current_names(&store, "ecfr").await, Vec::<String>::new());
    assert_eq!(store.list_states("csl").await.unwrap().len(), 1);
}

async fn a_check_that_closes_stale_rows_writes_nothing(place: &Place) {
    let store = place.write().await;
    let row = record_entries(&store, "2026-03-01T10:00:00Z", &["Alpha"]).await[0];
    let close = |name: &str| {
        check_of("csl", time("2026-03-02T10:00:00Z"), None, vec![row], vec![entry(name)])
    };
    store.record(close("Beta")).await.unwrap();

    let mut stale = close("Gamma");
    stale.document = Some(document(b"stale", stale.at));
    stale.alerts = vec![test_alert("stale", stale.at, &["erp"])];
    stale.journal = vec![event("check")];
    let error = store.record(stale).await.unwrap_err();
    assert!(matches!(error, StoreError::Stale { .. }), "{error}");
    assert_eq!(
        error.to_string(),
        "found that the rows of EL in csl have changed since they were read"
    );

    assert_eq!(current_names(&store, "csl").await, ["Beta"]);
    assert!(store.document(&Sha256::of(b"stale")).await.unwrap().is_none());
    assert_eq!(store.alerts(&Default::default()).await.unwrap(), []);
    assert_eq!(store.journal(0, 10).await.unwrap(), []);
}

async fn recording_a_check_twice_repeats_no_alert_delivery_or_change(place: &Place) {
    let store = place.write().await;
    let at = time("2026-03-01T10:00:00Z");
    let added = change(ChangeKind::Added, entry("Alpha"), 0);
    let first = outgoing("csl", 1, at, vec![added.clone()], &["erp", "desk"]);
    let record = CheckRecord {
        at,
        changes: vec![recorded("csl", added, at)],
        alerts: vec![first.clone()],
        ..CheckRecord::default()
    };
    store.record(record.clone()).await.unwrap();

    let mut settled = first.deliveries[0].clone();
    settled.state = DeliveryState::Delivered;
    settled.delivered_at = Some(at);
    let settlement = entitywatch::store::Settlement {
        delivery: settled.clone(),
        attempt: None,
        receiver: None,
        make_due: None,
        alerts: Vec::new(),
        journal: Vec::new(),
    };
    settle(&store, vec![settlement]).await.unwrap();
    store.record(record).await.unwrap();

    assert_eq!(
        store.alerts(&Default::default()).await.unwrap(),
        std::slice::from_ref(&first.alert)
    );
    assert_eq!(store.delivery(&settled.delivery_id).await.unwrap(), Some(settled));
    assert_eq!(store.deliveries_of(&first.alert.alert_id).await.unwrap().len(), 2);
    assert_eq!(store.changes(&ChangeQuery::default()).await.unwrap().len(), 1);
}

async fn recurrences_count_the_changes_with_the_same_content(place: &Place) {
    let store = place.write().await;
    let at = time("2026-03-01T10:00:00Z");
    let removed =
        |recurrence| recorded("csl", change(ChangeKind::Removed, entry("Alpha"), recurrence), at);
    let other = recorded("csl", change(ChangeKind::Added, entry("Beta"), 0), at);
    let elsewhere = RecordedChange { source: "ecfr".to_owned(), ..removed(0) };
    let changes = vec![removed(0), removed(1), other.clone(), elsewhere];
    store.record(CheckRecord { at, changes, ..CheckRecord::default() }).await.unwrap();

    let absent = Change::id_of(ChangeKind::Added, None, Some(&entry("Gamma")), 0);
    let mut ids = vec![removed(0).base_id, other.base_id.clone(), absent, removed(0).base_id];
    ids.extend(
        (0..1200).map(|n| Change::id_of(ChangeKind::Added, None, Some(&entry(&n.to_string())), 0)),
    );
    let mut counts = store.recurrences("csl", &ids).await.unwrap();
    counts.sort_by_key(|(_, count)| *count);
    assert_eq!(counts, [(other.base_id, 1), (removed(0).base_id, 2)]);
    assert_eq!(store.recurrences("csl", &[]).await.unwrap(), []);
}

async fn alerts_are_found_by_the_pages_they_cite(place: &Place) {
    let store = place.write().await;
    let at = time("2026-03-01T10:00:00Z");
    let changes = |names: &[&str]| {
        names.iter().map(|name| change(ChangeKind::Added, entry(name), 0)).collect::<Vec<_>>()
    };
    let page = |page| Citation::page(87, page);
    let first =
        cited(outgoing("csl", 1, at, changes(&["Alpha", "Beta"]), &[]), &[page(10), page(11)]);
    let second = cited(outgoing("csl", 2, at, changes(&["Gamma"]), &[]), &[page(11), page(12)]);
    let elsewhere = cited(outgoing("ecfr", 1, at, changes(&["Alpha"]), &[]), &[page(11)]);
    let ids = [first.alert.alert_id.clone(), second.alert.alert_id.clone()];
    record_alerts(&store, at, vec![first, second, elsewhere]).await;

    let found = store.alerts_citing("csl", &[page(12), page(11), page(11)]).await.unwrap();
    assert_eq!(found, [(ids[0].clone(), 2), (ids[1].clone(), 1)]);
    assert_eq!(store.alerts_citing("csl", &[page(10)]).await.unwrap(), [(ids[0].clone(), 2)]);
    let many: Vec<Citation> = (0..1300).map(page).collect();
    assert_eq!(store.alerts_citing("csl", &many).await.unwrap().len(), 2);
    assert_eq!(store.alerts_citing("csl", &[page(13)]).await.unwrap(), []);
    assert_eq!(store.alerts_citing("csl", &[]).await.unwrap(), []);
}

async fn a_hold_replaces_the_one_with_the_same_id(place: &Place) {
    let store = place.write().await;
    let hold = |id: &str, opened_at: &str| Hold {
        hold_id: HoldId::of([id]),
        source: "csl".to_owned(),
        list: ListCode::EL,
        section: None,
        reason: HoldReason::Loss,
        state: HoldState::Open,
        sha256: Sha256::of(id.as_bytes()),
        content_sha256: Sha256::of(id.as_bytes()),
        opened_at: time(opened_at),
        alerted_at: time(opened_at),
        count_before: 100,
        count_after: 50,
        summary: Summary::default(),
        message: "half of it is gone".to_owned(),
        decided_at: None,
        decided_by: None,
        identified: None,
        decision_reason: None,
        as_baseline: false,
    };
    let (older, newer) =
        (hold("older", "2026-03-01T10:00:00Z"), hold("newer", "2026-03-02T10:00:00Z"));
    store
        .record(CheckRecord { holds: vec![newer.clone(), older.clone()], ..CheckRecord::default() })
        .await
        .unwrap();
    assert_eq!(store.holds(true).await.unwrap(), [older.clone(), newer.clone()]);

    let accepted =
        Hold { state: HoldState::Accepted, decided_by: Some("Ann".to_owned()), ..older.clone() };
    store
        .record(CheckRecord { holds: vec![accepted.clone()], ..CheckRecord::default() })
        .await
        .unwrap();
    assert_eq!(store.holds(true).await.unwrap(), std::slice::from_ref(&newer));
    assert_eq!(store.holds(false).await.unwrap(), [accepted.clone(), newer]);
    assert_eq!(store.hold(&older.hold_id).await.unwrap(), Some(accepted));
    assert_eq!(store.hold(&HoldId::of(["absent"])).await.unwrap(), None);
}

async fn a_renamed_source_keeps_everything_stored(place: &Place) {
    let store = place.write().await;
    let at = time("2026-03-01T10:00:00Z");
    let mut record = check_of("old", at, None, Vec::new(), vec![entry("Alpha")]);
    record.source =
        Some(SourceState { source: "old".to_owned(), sequence: 7, ..SourceState::default() });
    record.changes = vec![recorded("old", change(ChangeKind::Added, entry("Alpha"), 0), at)];
    record.alerts =
        vec![cited(outgoing("old", 7, at, Vec::new(), &["erp"]), &[Citation::page(87, 1)])];
    store.record(record).await.unwrap();

    assert!(!store.rename_source("absent", "new", at, &Fence::default()).await.unwrap());
    assert!(store.rename_source("old", "new", at, &Fence::default()).await.unwrap());
    assert!(!store.rename_source("old", "new", at, &Fence::default()).await.unwrap());

    let state = store.source_state("new").await.unwrap().unwrap();
    assert_eq!((state.source.as_str(), state.sequence), ("new", 7));
    assert_eq!(store.source_state("old").await.unwrap(), None);
    assert_eq!(store.list_states("new").await.unwrap()[0].source, "new");
    assert_eq!(current_names(&store, "new").await, ["Alpha"]);
    assert_eq!(store.changes(&ChangeQuery::default()).await.unwrap()[0].source, "new");
    assert_eq!(store.alerts_citing("new", &[Citation::page(87, 1)]).await.unwrap().len(), 1);
    assert_eq!(store.journal(0, 10).await.unwrap()[0].kind, "source.renamed");

    // A source that already exists is not overwritten.
    let other = CheckRecord {
        source: Some(SourceState { source: "other".to_owned(), ..SourceState::default() }),
        ..CheckRecord::default()
    };
    store.record(other).await.unwrap();
    assert!(!store.rename_source("new", "other", at, &Fence::default()).await.unwrap());
}

async fn the_journal_is_one_chain_for_all_writers(place: &Place) {
    let store = place.write().await;
    assert_eq!(store.journal_head().await.unwrap(), JournalEntry::genesis());
    let mut writers = tokio::task::JoinSet::new();
    for n in 0..40_u32 {
        let store = store.clone();
        writers.spawn(async move {
            let at =
                time("2026-03-01T10:00:00.000000001Z") + std::time::Duration::from_nanos(1001) * n;
            if n % 2 == 0 {
                store.add_journal_entries(at, vec![event("check"), event("gap")]).await.unwrap();
            } else {
                store
                    .record(CheckRecord {
                        at,
                        journal: vec![event("check")],
                        ..CheckRecord::default()
                    })
                    .await
                    .unwrap();
            }
        });
    }
    writers.join_all().await;

    let all_entries = store.journal(0, 1000).await.unwrap();
    assert_eq!(all_entries.len(), 60);
    assert_eq!(verify(all_entries.clone(), None).unwrap().1, store.journal_head().await.unwrap());
    assert_eq!(store.journal(10, 3).await.unwrap(), all_entries[10..13]);
    assert_eq!(store.journal(60, 3).await.unwrap(), []);
}

async fn a_journal_that_was_changed_by_hand_fails_verification(place: &Place) {
    let store = place.write().await;
    let at = time("2026-03-01T10:00:00Z");
    store
        .add_journal_entries(at, vec![event("check"), event("gap"), event("check")])
        .await
        .unwrap();
    let head = store.journal_head().await.unwrap();

    place.tamper("UPDATE journal SET kind = 'check' WHERE seq = 2").await;
    let fault = verify(store.journal(0, 10).await.unwrap(), None).unwrap_err();
    assert_eq!(
        fault.to_string(),
        "expected the hash of its content in journal entry 2, but got another: it was changed"
    );

    place.tamper("UPDATE journal SET kind = 'gap' WHERE seq = 2").await;
    place.tamper("DELETE FROM journal WHERE seq = 3").await;
    let fault = verify(store.journal(0, 10).await.unwrap(), Some(&head)).unwrap_err();
    assert!(
        fault
            .to_string()
            .ends_with("none of its 2 entries has it: the end was cut off or rewritten"),
        "{fault}"
    );
}

async fn unusual_characters_are_kept(place: &Place) {
    let store = place.write().await;
    let at = time("2026-03-01T10:00:00Z");
    let mut odd = entry("Zoë \u{1F680} \u{0}nul \\ ' \" %_ \u{fffd}\r\n");
    odd.remarks = "x".repeat(200_000);
    let mut record = check_of("csl", at, None, Vec::new(), vec![odd.clone()]);
    record.journal = vec![JournalEvent {
        kind: "check".to_owned(),
        data: serde_json::json!({ "error": "\u{0}'" }),
    }];
    store.record(record).await.unwrap();
    assert_eq!(store.current_entries("csl", ListCode::EL).await.unwrap()[0].entry, odd);
    verify(store.journal(0, 10).await.unwrap(), None).unwrap();
}
