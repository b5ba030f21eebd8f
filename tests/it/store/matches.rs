//! Matches: written with what caused them, found again by their entry and counterparty, and erased.

use std::sync::Arc;

use entitywatch::domain::matching::decision::DismissalReason;
use entitywatch::domain::matching::match_record::{
    Decider, EndReason, MatchEnd, MatchRecord, MatchRefusal,
};
use entitywatch::domain::matching::screening::{ScreenedWatchlist, ShownMatch};
use entitywatch::domain::matching::watchlist_state::{StoredCounterparty, WatchlistState};
use entitywatch::domain::{
    Band, Cause, Compared, Counterparty, EntryId, Identified, MatchId, MatchState, PossibleMatch,
    Screening,
};
use entitywatch::store::{
    CounterpartyUpdate, Fence, MatchListQuery, MatchQuery, MatchStates, MatchingRecord,
    PreparedWatchlist,
};

use super::places::Place;
use super::*;

on_every_backend! {
    matches_are_found_by_entry_and_in_the_order_of_the_file
    matches_are_found_by_counterparty_and_by_shared_addresses
    the_list_begins_with_what_nobody_has_decided_and_is_filtered
    counterparties_are_replaced_and_removed
    some_counterparties_are_read_by_their_ids
    what_was_prepared_is_of_one_content_and_version
    a_decision_that_is_refused_writes_nothing
    what_a_delivery_shows_is_fixed
    an_erased_counterparty_is_gone_everywhere
    a_renamed_watchlist_keeps_its_matches
    the_key_of_hashes_is_made_once
}

const AT: &str = "2026-03-01T10:00:00Z";

fn party(id: &str) -> Counterparty {
    Counterparty { id: id.into(), name: format!("Alder {id}"), ..Counterparty::default() }
}

fn stored(position: usize, id: &str) -> StoredCounterparty {
    StoredCounterparty { position, incarnation: 0, party: party(id), removed_at: None }
}

fn found(id: &str, entry: &str, score: f64) -> MatchRecord {
    MatchRecord {
        found: PossibleMatch {
            match_id: MatchId::of(["customers", id, entry]),
            watchlist: "customers".into(),
            band: Band::Strong,
            score,
            counterparty: party(id),
            entry: Some(Arc::new(super::entry("Alder"))),
            compared: Compared::default(),
            reasons: vec!["the same name".into()],
            sharing: Vec::new(),
            state: MatchState::Open,
            cause: Cause::EntryAdded,
            decision: None,
        },
        incarnation: 0,
        entry_id: EntryId(entry.into()),
        is_ordered_only: false,
        sources: Default::default(),
        first_seen_at: time(AT),
        changed_at: time(AT),
        decision: None,
        stale_because: Vec::new(),
        ended: None,
        announced: 0,
        history: Vec::new(),
    }
}

async fn record(store: &Store, matching: MatchingRecord) {
    store.record(CheckRecord { at: time(AT), matching, ..CheckRecord::default() }).await.unwrap();
}

/// Two counterparties with three matches.
async fn with_matches(place: &Place) -> std::sync::Arc<Store> {
    let store = place.write().await;
    let update = CounterpartyUpdate {
        watchlist: "customers".into(),
        parties: vec![stored(0, "C2"), stored(1, "C1")],
    };
    let state = WatchlistState { name: "customers".into(), rows: 2, ..WatchlistState::default() };
    record(
        &store,
        MatchingRecord {
            watchlists: vec![state],
            counterparties: vec![update],
            matches: vec![
                found("C1", "ent_1", 0.9),
                found("C2", "ent_1", 0.8),
                found("C2", "ent_2", 0.95),
            ],
        },
    )
    .await;
    store.keep_prepared_watchlist(prepared_customers(), &Fence::default()).await.unwrap();
    store
}

fn ids(records: &[MatchRecord]) -> Vec<(String, String)> {
    let id =
        |record: &MatchRecord| (record.found.counterparty.id.clone(), record.entry_id.to_string());
    records.iter().map(id).collect()
}

async fn matches_are_found_by_entry_and_in_the_order_of_the_file(place: &Place) {
    let store = with_matches(place).await;
    let all = store.matches(&MatchQuery::default()).await.unwrap();
    let expected = [("C2", "ent_2"), ("C2", "ent_1"), ("C1", "ent_1")];
    assert_eq!(ids(&all), expected.map(|(id, entry)| (id.to_owned(), entry.to_owned())));
    assert_eq!(all[0], found("C2", "ent_2", 0.95));
    let of_entry = store.matches_of_entries(&[EntryId("ent_1".into())]).await.unwrap();
    assert_eq!(of_entry.len(), 2);
    let stale = MatchQuery { state: Some(MatchState::Stale), ..MatchQuery::default() };
    assert!(store.matches(&stale).await.unwrap().is_empty());
    assert_eq!(store.count_matches(MatchState::Open).await.unwrap(), [("customers".into(), 3)]);
}

async fn matches_are_found_by_counterparty_and_by_shared_addresses(place: &Place) {
    let store = with_matches(place).await;
    let of = async |watchlist: &str, wanted: &[&str]| {
        ids(&store.matches_of_counterparties(watchlist, wanted).await.unwrap())
    };
    let both = [("C2", "ent_1"), ("C2", "ent_2")].map(|(id, e)| (id.to_owned(), e.to_owned()));
    assert_eq!(of("customers", &["C2", "C3"]).await, both);
    assert_eq!(of("vendors", &["C2"]).await, []);
    // More than one statement names.
    let many: Vec<String> = (0..1200).map(|n| format!("C{n}")).collect();
    let many: Vec<&str> = many.iter().map(String::as_str).collect();
    assert_eq!(of("customers", &many).await.len(), 3);

    let mut shared = found("C1", "ent_at_address", 0.6);
    shared.found.sharing = vec!["Alder".into(), "Birch".into()];
    let mut over = found("C2", "ent_at_address", 0.6);
    over.found.sharing = vec!["Alder".into()];
    over.ended = Some(MatchEnd { at: time(AT), why: EndReason::NoLongerSimilar });
    // A match with an entry that a rule orders and no list has.
    let ordered = found("C1", "ent_ordered", 0.6);
    let matches = vec![shared.clone(), over.clone(), ordered];
    record(&store, MatchingRecord { matches, ..MatchingRecord::default() }).await;
    assert_eq!(store.matches_of_shared_addresses("customers").await.unwrap(), [shared, over]);
    assert_eq!(store.matches_of_shared_addresses("vendors").await.unwrap(), []);
}

async fn the_list_begins_with_what_nobody_has_decided_and_is_filtered(place: &Place) {
    let store = with_matches(place).await;
    let mut confirmed = found("C2", "ent_2", 0.95);
    confirmed.found.state = MatchState::Confirmed;
    let mut review = found("C2", "ent_1", 0.8);
    (review.found.band, review.found.cause) = (Band::Review, Cause::RuleFiled);
    let matches = vec![confirmed, review];
    record(&store, MatchingRecord { matches, ..Default::default() }).await;
    let check = async |query: MatchListQuery, expected: &[(&str, &str)]| {
        let numbers = store.match_numbers(&query).await.unwrap();
        let records = store.matches_numbered(&numbers).await.unwrap();
        let expected: Vec<(String, String)> =
            expected.iter().map(|(id, entry)| ((*id).to_owned(), (*entry).to_owned())).collect();
        assert_eq!(ids(&records), expected, "{query:?}");
    };
    let all = MatchListQuery::default;
    check(all(), &[("C1", "ent_1"), ("C2", "ent_1"), ("C2", "ent_2")]).await;
    check(MatchListQuery::urgent(), &[("C1", "ent_1")]).await;
    let confirmed = MatchStates::One(MatchState::Confirmed);
    check(MatchListQuery { states: confirmed, ..all() }, &[("C2", "ent_2")]).await;
    check(MatchListQuery { band: Some(Band::Review), ..all() }, &[("C2", "ent_1")]).await;
    let cause = Some(Cause::RuleFiled);
    check(MatchListQuery { cause, ..all() }, &[("C2", "ent_1")]).await;
    let search = Some("aldre c1".to_owned());
    check(MatchListQuery { search, ..all() }, &[("C1", "ent_1")]).await;
    check(MatchListQuery { watchlist: Some("vendors".into()), ..all() }, &[]).await;
    let alert = shown(&store, screening(0.9)).await;
    let of_alert = MatchListQuery { alert: Some(alert.clone()), ..all() };
    let shown = store.match_numbers(&of_alert).await.unwrap();
    let shown = store.matches_numbered(&shown).await.unwrap();
    assert_eq!(shown.len(), 1);
    let with = store.alerts_with_match(&shown[0].found.match_id).await.unwrap();
    assert_eq!(with, [alert]);
    assert!(store.items_with_match(&shown[0].found.match_id).await.unwrap().is_empty());
}

async fn counterparties_are_replaced_and_removed(place: &Place) {
    let store = with_matches(place).await;
    let gone = StoredCounterparty { removed_at: Some(time(AT)), ..stored(0, "C2") };
    let renamed = StoredCounterparty {
        party: Counterparty { name: "Birch".into(), ..party("C1") },
        ..stored(5, "C1")
    };
    let update =
        CounterpartyUpdate { watchlist: "customers".into(), parties: vec![gone, renamed.clone()] };
    record(&store, MatchingRecord { counterparties: vec![update], ..Default::default() }).await;
    assert_eq!(store.counterparties("customers").await.unwrap(), [renamed]);
    let removed = store.removed_counterparties("customers").await.unwrap();
    assert_eq!(removed.len(), 1);
    assert_eq!(removed[0].party, party("C2"));
}

async fn a_decision_that_is_refused_writes_nothing(place: &Place) {
    let store = with_matches(place).await;
    let id = found("C1", "ent_1", 0.9).found.match_id;
    let identified = Identified::Session;
    let decider = Decider { by: "Ann", identified: &identified, at: time(AT) };
    let dismissed = store
        .change_match(&id, (time(AT), &Fence::default()), |record| {
            record.dismiss(decider, DismissalReason::Other, "no", Default::default())?;
            Ok::<_, MatchRefusal>(event("match.dismissed"))
        })
        .await
        .unwrap()
        .unwrap()
        .unwrap();
    assert_eq!(dismissed.state(), MatchState::Dismissed);
    let before = store.match_record(&id).await.unwrap().unwrap();
    assert_eq!(before, dismissed);
    let refused = store
        .change_match(&id, (time(AT), &Fence::default()), |record| {
            record.dismiss(decider, DismissalReason::Other, "again", Default::default())?;
            Ok::<_, MatchRefusal>(event("match.dismissed"))
        })
        .await
        .unwrap()
        .unwrap();
    assert!(refused.is_err());
    assert_eq!(store.match_record(&id).await.unwrap().unwrap(), before);
    let unknown = MatchId("mat_unknown".into());
    let changed = store
        .change_match(&unknown, (time(AT), &Fence::default()), |_| {
            Ok::<_, MatchRefusal>(event("match.dismissed"))
        })
        .await
        .unwrap();
    assert!(changed.is_none());
    assert_eq!(store.journal(0, 10).await.unwrap().len(), 1);
}

async fn some_counterparties_are_read_by_their_ids(place: &Place) {
    let store = with_matches(place).await;
    let ids = async |ids: &[&str]| -> Vec<String> {
        let found = store.counterparties_of("customers", ids).await.unwrap();
        found.into_iter().map(|stored| stored.party.id).collect()
    };
    assert_eq!(ids(&["C1", "C9", "C2"]).await, ["C2", "C1"], "in the order of the file");
    assert_eq!(ids(&["C1"]).await, ["C1"]);
    assert!(ids(&[]).await.is_empty());
    let many: Vec<String> = (0..2_000).map(|id| format!("C{id}")).collect();
    assert_eq!(ids(&many.iter().map(String::as_str).collect::<Vec<_>>()).await.len(), 2);
    assert!(store.counterparties_of("vendors", &["C1"]).await.unwrap().is_empty());
}

async fn what_was_prepared_is_of_one_content_and_version(place: &Place) {
    let store = with_matches(place).await;
    let prepared = async |generation: u64, made_by: &str| {
        store.prepared_watchlist("customers", generation, made_by).await.unwrap()
    };
    assert_eq!(prepared(1, "3").await, Some(vec![1, 0, 255]));
    assert_eq!((prepared(2, "3").await, prepared(1, "4").await), (None, None));
    let newer = PreparedWatchlist { generation: 2, content: Vec::new(), ..prepared_customers() };
    store.keep_prepared_watchlist(newer, &Fence::default()).await.unwrap();
    assert_eq!((prepared(1, "3").await, prepared(2, "3").await), (None, Some(Vec::new())));
    assert!(store.rename_watchlist("customers", "clients", &Fence::default()).await.unwrap());
    let renamed = store.prepared_watchlist("clients", 2, "3").await.unwrap();
    assert_eq!(renamed, Some(Vec::new()));
}

fn screening(score: f64) -> Screening {
    Screening {
        watchlists: vec![ScreenedWatchlist {
            watchlist: "customers".into(),
            file: "customers.csv".into(),
            dated: Some(time(AT)),
            counterparties: 2,
            lists: vec![ListCode::EL],
            problem: None,
            undecided: None,
            dismissed: 0,
        }],
        matches: vec![ShownMatch { change_id: None, found: found("C1", "ent_1", score).found }],
    }
}

fn prepared_customers() -> PreparedWatchlist {
    PreparedWatchlist {
        watchlist: "customers".into(),
        generation: 1,
        made_by: "3".into(),
        content: vec![1, 0, 255],
    }
}

async fn shown(store: &Store, screening: Screening) -> AlertId {
    let mut alert = test_alert("ops", time(AT), &["mail"]);
    alert.screenings.push(("mail".into(), screening));
    let id = alert.alert.alert_id.clone();
    record_alerts(store, time(AT), vec![alert]).await;
    id
}

async fn what_a_delivery_shows_is_fixed(place: &Place) {
    let store = with_matches(place).await;
    let id = shown(&store, screening(0.9)).await;
    shown(&store, screening(0.5)).await;
    assert_eq!(store.screening(&id, "mail").await.unwrap(), Some(screening(0.9)));
    assert_eq!(store.screening(&id, "erp").await.unwrap(), None);
    assert_eq!(store.receivers_of_screening(&id).await.unwrap(), ["mail"]);
    let undecided = store.undecided_in(&[id]).await.unwrap();
    assert_eq!(undecided, [found("C1", "ent_1", 0.9).found.match_id]);
}

async fn an_erased_counterparty_is_gone_everywhere(place: &Place) {
    let store = with_matches(place).await;
    let id = shown(&store, screening(0.9)).await;
    let fence = Fence::default();
    let erase = |id: &'static str| {
        store.erase_counterparty("customers", id, (time(AT), &fence), |_| {
            event("counterparty.erased")
        })
    };
    assert_eq!(erase("C9").await.unwrap(), None);
    assert_eq!(erase("C1").await.unwrap(), Some(1));
    assert!(store.screening(&id, "mail").await.unwrap().unwrap().matches.is_empty());
    assert_eq!(store.matches(&MatchQuery::default()).await.unwrap().len(), 2);
    assert_eq!(store.counterparties("customers").await.unwrap().len(), 1);
    assert_eq!(store.prepared_watchlist("customers", 1, "3").await.unwrap(), None);
    assert_eq!(store.journal(0, 10).await.unwrap().len(), 1);
}

async fn a_renamed_watchlist_keeps_its_matches(place: &Place) {
    let store = with_matches(place).await;
    assert!(!store.rename_watchlist("vendors", "clients", &Fence::default()).await.unwrap());
    assert!(store.rename_watchlist("customers", "clients", &Fence::default()).await.unwrap());
    assert!(!store.rename_watchlist("customers", "clients", &Fence::default()).await.unwrap());
    let all = store.matches(&MatchQuery::default()).await.unwrap();
    assert_eq!(all.len(), 3);
    assert!(all.iter().all(|record| record.found.watchlist == "clients"));
    assert_eq!(all[0].found.match_id, found("C2", "ent_2", 0.95).found.match_id);
    assert_eq!(store.watchlist_states().await.unwrap()[0].name, "clients");
}

async fn the_key_of_hashes_is_made_once(place: &Place) {
    let store = place.write().await;
    assert_eq!(store.matching_key("first").await.unwrap(), "first");
    assert_eq!(store.matching_key("second").await.unwrap(), "first");
}
