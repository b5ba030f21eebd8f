//! Reading the store with filters.

use entitywatch::domain::{AlertKind, Audience, ChangeKind};
use entitywatch::store::{AlertQuery, ChangeQuery, EntryQuery, PastUpdate, StoreError};

use super::places::Place;
use super::*;

on_every_backend! {
    entries_can_be_read_as_current_on_a_day_and_at_a_time
    entries_without_a_publishers_date_use_the_day_of_the_check
    a_search_covers_names_aliases_addresses_and_remarks
    changes_are_filtered_and_newest_first
    alerts_are_newest_first
    backfilled_entries_answer_only_for_days_before_the_list_was_watched
}

async fn names(store: &Store, query: EntryQuery) -> Vec<String> {
    store.entries(&query).await.unwrap().into_iter().map(|found| found.entry.name).collect()
}

fn on(text: &str) -> EntryQuery {
    EntryQuery { as_of: Some(day(text)), ..EntryQuery::default() }
}

fn known(text: &str) -> EntryQuery {
    EntryQuery { known_at: Some(time(text)), ..EntryQuery::default() }
}

async fn entries_can_be_read_as_current_on_a_day_and_at_a_time(place: &Place) {
    let store = place.write().await;
    let first = check_of(
        "csl",
        time("2026-03-03T10:00:00Z"),
        Some(day("2026-03-01")),
        Vec::new(),
        vec![entry("Alpha"), entry("Beta")],
    );
    store.record(first).await.unwrap();
    let alpha = store.current_entries("csl", ListCode::EL).await.unwrap()[0].row;
    let second = check_of(
        "csl",
        time("2026-03-12T10:00:00Z"),
        Some(day("2026-03-10")),
        vec![alpha],
        vec![entry("Gamma")],
    );
    store.record(second).await.unwrap();

    assert_eq!(names(&store, EntryQuery::default()).await, ["Beta", "Gamma"]);
    assert_eq!(names(&store, on("2026-02-28")).await, Vec::<String>::new());
    assert_eq!(names(&store, on("2026-03-01")).await, ["Alpha", "Beta"]);
    assert_eq!(names(&store, on("2026-03-09")).await, ["Alpha", "Beta"]);
    assert_eq!(names(&store, on("2026-03-10")).await, ["Beta", "Gamma"]);
    assert_eq!(names(&store, known("2026-03-03T09:59:59Z")).await, Vec::<String>::new());
    assert_eq!(names(&store, known("2026-03-03T10:00:00Z")).await, ["Alpha", "Beta"]);
    assert_eq!(names(&store, known("2026-03-12T09:59:59Z")).await, ["Alpha", "Beta"]);
    assert_eq!(names(&store, known("2026-03-12T10:00:00Z")).await, ["Beta", "Gamma"]);
    // Both filters: what was known of that day at that time.
    assert_eq!(
        names(
            &store,
            EntryQuery { as_of: Some(day("2026-03-10")), ..known("2026-03-11T00:00:00Z") }
        )
        .await,
        ["Beta"]
    );

    let closed = store.entries(&on("2026-03-05")).await.unwrap().remove(0);
    assert_eq!(
        (closed.known_from, closed.known_until),
        (time("2026-03-03T10:00:00Z"), Some(time("2026-03-12T10:00:00Z")))
    );
    assert_eq!(
        (closed.listed_from, closed.listed_until),
        (Some(day("2026-03-01")), Some(day("2026-03-10")))
    );

    assert_eq!(
        names(&store, EntryQuery { source: Some("ecfr".to_owned()), ..EntryQuery::default() })
            .await,
        Vec::<String>::new()
    );
    assert_eq!(
        names(&store, EntryQuery { list: Some(ListCode::UVL), ..EntryQuery::default() }).await,
        Vec::<String>::new()
    );
    assert_eq!(
        names(&store, EntryQuery { limit: Some(1), ..EntryQuery::default() }).await,
        ["Beta"]
    );
}

async fn entries_without_a_publishers_date_use_the_day_of_the_check(place: &Place) {
    let store = place.write().await;
    let row = record_entries(&store, "2026-03-03T23:30:00Z", &["Alpha"]).await[0];
    store
        .record(check_of("csl", time("2026-03-05T00:30:00Z"), None, vec![row], Vec::new()))
        .await
        .unwrap();
    assert_eq!(names(&store, on("2026-03-02")).await, Vec::<String>::new());
    assert_eq!(names(&store, on("2026-03-03")).await, ["Alpha"]);
    assert_eq!(names(&store, on("2026-03-05")).await, Vec::<String>::new());
    let found = store.entries(&on("2026-03-04")).await.unwrap().remove(0);
    assert_eq!((found.listed_from, found.listed_until), (None, None));
}

async fn a_search_covers_names_aliases_addresses_and_remarks(place: &Place) {
    let store = place.write().await;
    let mut rich = entry("Ünited 100%_Works");
    rich.aliases = vec!["Second Name".to_owned(), "Third".to_owned()];
    rich.addresses = vec!["12 Harbour Road, Kowloon".to_owned()];
    rich.remarks = "Passport AB-123".to_owned();
    rich.license_policy = "Presumption of denial".to_owned();
    let at = time("2026-03-01T10:00:00Z");
    store
        .record(check_of("csl", at, None, Vec::new(), vec![entry("Other 100 Works"), rich]))
        .await
        .unwrap();

    let search = |text: &str| EntryQuery { search: Some(text.to_owned()), ..EntryQuery::default() };
    for text in [
        "üNITED",
        "ünited 100%_works",
        "0%_w",
        "second name",
        "HARBOUR ROAD",
        "ab-123",
        " kowloon ",
    ] {
        assert_eq!(names(&store, search(text)).await, ["Ünited 100%_Works"], "{text}");
    }
    for text in ["namethird", "name third", "denial", "1%_", "x' OR '1'='1", "\\"] {
        assert_eq!(names(&store, search(text)).await, Vec::<String>::new(), "{text}");
    }
    assert_eq!(names(&store, search("works")).await.len(), 2);
}

async fn changes_are_filtered_and_newest_first(place: &Place) {
    let store = place.write().await;
    let (early, late) = (time("2026-03-01T10:00:00Z"), time("2026-03-02T10:00:00Z"));
    let added = recorded("csl", change(ChangeKind::Added, entry("Added"), 0), early);
    let mut removed = recorded("csl", change(ChangeKind::Removed, entry("Removed"), 0), late);
    removed.alert_id = Some(AlertId::of(["an alert"]));
    removed.accepted_at = Some(late);
    removed.unconfirmed = true;
    let mut respelled = recorded("csl", change(ChangeKind::Revised, entry("Respelled"), 0), late);
    respelled.change.editorial = true;
    let elsewhere = recorded(
        "ecfr",
        change(ChangeKind::Added, Entry::named(ListCode::UVL, "Elsewhere"), 0),
        late,
    );
    let changes = vec![added.clone(), removed.clone(), respelled.clone(), elsewhere.clone()];
    store.record(CheckRecord { at: late, changes, ..CheckRecord::default() }).await.unwrap();

    let all = ChangeQuery { editorial: true, ..ChangeQuery::default() };
    let found = async |query: ChangeQuery| store.changes(&query).await.unwrap();
    assert_eq!(
        found(all.clone()).await,
        [removed.clone(), respelled, elsewhere.clone(), added.clone()]
    );
    assert_eq!(
        found(ChangeQuery::default()).await,
        [removed.clone(), elsewhere.clone(), added.clone()]
    );
    assert_eq!(
        found(ChangeQuery { until: Some(late), ..all.clone() }).await,
        std::slice::from_ref(&added)
    );
    assert_eq!(
        found(ChangeQuery { since: Some(late), ..ChangeQuery::default() }).await,
        [removed.clone(), elsewhere.clone()]
    );
    assert_eq!(
        found(ChangeQuery { kind: Some(ChangeKind::Removed), ..all.clone() }).await,
        std::slice::from_ref(&removed)
    );
    assert_eq!(
        found(ChangeQuery { list: Some(ListCode::UVL), ..all.clone() }).await,
        std::slice::from_ref(&elsewhere)
    );
    assert_eq!(
        found(ChangeQuery { source: Some("ecfr".to_owned()), ..all.clone() }).await,
        [elsewhere]
    );
    assert_eq!(found(ChangeQuery { limit: Some(1), ..all }).await, std::slice::from_ref(&removed));

    assert_eq!(
        store.recent_changes("csl", ListCode::EL, early).await.unwrap(),
        [added, removed.clone()]
    );
    assert_eq!(store.recent_changes("csl", ListCode::EL, late).await.unwrap(), [removed]);
    assert_eq!(store.recent_changes("csl", ListCode::UVL, early).await.unwrap(), []);
}

async fn alerts_are_newest_first(place: &Place) {
    let store = place.write().await;
    let (early, late) = (time("2026-03-01T10:00:00Z"), time("2026-03-02T10:00:00Z"));
    let (first, second, third) = (
        test_alert("a", early, &[]),
        test_alert("b", late, &[]),
        outgoing("csl", 1, late, Vec::new(), &[]),
    );
    record_alerts(&store, late, vec![first.clone(), second.clone(), third.clone()]).await;
    let (first_alert, second_alert) = (first.alert.clone(), second.alert.clone());
    let found = async |query: AlertQuery| store.alerts(&query).await.unwrap();
    assert_eq!(
        found(AlertQuery::default()).await,
        [third.alert.clone(), second.alert.clone(), first.alert.clone()]
    );
    assert_eq!(
        found(AlertQuery { since: Some(late), ..AlertQuery::default() }).await,
        [third.alert.clone(), second.alert]
    );
    assert_eq!(
        found(AlertQuery { until: Some(late), ..AlertQuery::default() }).await,
        [first.alert]
    );
    assert_eq!(
        found(AlertQuery { limit: Some(1), ..AlertQuery::default() }).await,
        std::slice::from_ref(&third.alert)
    );
    // The filter comes before the limit: alerts that do not match do not count.
    let tests =
        AlertQuery { kinds: vec![AlertKind::Test], limit: Some(2), ..AlertQuery::default() };
    assert_eq!(found(tests).await, [second_alert, first_alert]);
    let changed = AlertQuery {
        kinds: AlertKind::of(Audience::Readers),
        limit: Some(1),
        until: None,
        since: Some(early),
        ..AlertQuery::default()
    };
    assert_eq!(found(changed).await, [third.alert]);
}

async fn backfilled_entries_answer_only_for_days_before_the_list_was_watched(place: &Place) {
    let store = place.write().await;
    let watched = check_of(
        "ecfr",
        time("2026-03-11T10:00:00Z"),
        Some(day("2026-03-10")),
        Vec::new(),
        vec![entry("Now")],
    );
    store.record(watched).await.unwrap();

    let past = |as_of: &str, close: Vec<i64>, open: &[&str]| PastUpdate {
        fence: Fence::default(),
        source: "ecfr".to_owned(),
        list: ListCode::EL,
        as_of: day(as_of),
        close,
        open: open.iter().map(|name| entry(name)).collect(),
        changes: open
            .iter()
            .map(|name| {
                recorded(
                    "ecfr",
                    change(ChangeKind::Added, entry(name), 0),
                    time("2026-04-01T10:00:00Z"),
                )
            })
            .collect(),
        at: time("2026-04-01T10:00:00Z"),
        joined: Vec::new(),
        journal: vec![event("backfill")],
    };
    store.record_history(past("2026-01-01", Vec::new(), &["Before", "Now"])).await.unwrap();
    let before = store.open_history("ecfr", ListCode::EL).await.unwrap()[0].row;
    store.record_history(past("2026-02-01", vec![before], &["Between"])).await.unwrap();

    assert_eq!(names(&store, on("2025-12-31")).await, Vec::<String>::new());
    assert_eq!(names(&store, on("2026-01-15")).await, ["Before", "Now"]);
    assert_eq!(names(&store, on("2026-02-01")).await, ["Now", "Between"]);
    assert_eq!(names(&store, on("2026-03-10")).await, ["Now"]);
    assert_eq!(names(&store, EntryQuery::default()).await, ["Now"]);
    assert_eq!(current_names(&store, "ecfr").await, ["Now"]);
    assert_eq!(names(&store, known("2026-05-01T00:00:00Z")).await, ["Now"]);
    let open: Vec<String> = store
        .open_history("ecfr", ListCode::EL)
        .await
        .unwrap()
        .into_iter()
        .map(|row| row.entry.name)
        .collect();
    assert_eq!(open, ["Now", "Between"]);

    // Backfilled changes are listed with the others, but they do not count as recurrences or recent
    // changes.
    assert_eq!(store.changes(&ChangeQuery::default()).await.unwrap().len(), 3);
    assert_eq!(
        store.recent_changes("ecfr", ListCode::EL, time("2026-01-01T00:00:00Z")).await.unwrap(),
        []
    );
    let base_id = Change::id_of(ChangeKind::Added, None, Some(&entry("Between")), 0);
    assert_eq!(store.recurrences("ecfr", &[base_id]).await.unwrap(), []);

    let stale =
        store.record_history(past("2026-02-02", vec![before], &["Never"])).await.unwrap_err();
    assert!(matches!(stale, StoreError::Stale { .. }), "{stale}");
    let current = store.current_entries("ecfr", ListCode::EL).await.unwrap()[0].row;
    store.record_history(past("2026-02-02", vec![current], &["Never"])).await.unwrap_err();
    assert_eq!(store.open_history("ecfr", ListCode::EL).await.unwrap().len(), 2);
}
