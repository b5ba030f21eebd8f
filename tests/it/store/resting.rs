//! Documents at rest take little space and are read as before.

use entitywatch::domain::{Editions, Replaced, SourceState};
use entitywatch::store::{Check, Rested};

use super::places::Place;
use super::*;

on_every_backend! {
    documents_that_the_next_checks_do_not_need_rest_as_differences
    a_document_whose_whole_one_is_missing_or_damaged_is_an_error
    small_documents_stay_whole
}

/// A list of which one line differs from day to day. Its lines hardly compress.
fn list(day: u64, lines: u64) -> Vec<u8> {
    let line = |n: u64| Sha256::of(&n.to_be_bytes()).to_string() + "\n";
    let changed = |n: u64| if n == day * 10 { format!("changed on day {day}\n") } else { line(n) };
    (0..lines).map(changed).collect::<String>().into_bytes()
}

async fn checked(store: &Store, source: &str, content: &[u8], day: u64) -> Sha256 {
    let at =
        time("2026-03-01T10:00:00Z") + jiff::SignedDuration::from_hours(24 * day.cast_signed());
    let document = document(content, at);
    let sha256 = document.sha256.clone();
    let check = Check {
        source: source.to_owned(),
        at,
        duration_ms: 1,
        outcome: "changed".to_owned(),
        detail: String::new(),
        sha256: Some(sha256.clone()),
    };
    let record =
        CheckRecord { at, check: Some(check), document: Some(document), ..CheckRecord::default() };
    store.record(record).await.unwrap();
    sha256
}

async fn rest_all(store: &Store) -> Vec<Rested> {
    let mut rested = Vec::new();
    while let Some(one) = store.rest_one_document().await.unwrap() {
        rested.push(one);
    }
    rested
}

async fn content(store: &Store, sha256: &Sha256) -> Vec<u8> {
    let document = store.document(sha256).await.unwrap().unwrap();
    assert_eq!(document.sha256, *sha256);
    std::io::read_to_string(document.reader().unwrap()).unwrap().into_bytes()
}

async fn documents_that_the_next_checks_do_not_need_rest_as_differences(place: &Place) {
    let store = place.write().await;
    let mut stored = Vec::new();
    for day in 0..22 {
        stored.push(checked(&store, "csl", &list(day, 3_000), day).await);
    }
    // The list of another source was last read from an old document.
    let in_use = checked(&store, "csl", &list(50, 3_000), 1).await;
    let state = SourceState {
        source: "mirror".to_owned(),
        document_sha256: Some(in_use.clone()),
        // Of documents that were replaced, only the hashes are needed.
        editions: Editions {
            replaced: stored
                .iter()
                .map(|sha256| Replaced {
                    sha256: sha256.clone(),
                    times: 1,
                    at: time("2026-03-30T10:00:00Z"),
                })
                .collect(),
            ..Editions::default()
        },
        ..SourceState::default()
    };
    store.record(CheckRecord { source: Some(state), ..CheckRecord::default() }).await.unwrap();
    stored.push(checked(&store, "csl", &list(60, 3_000), 60).await);

    let rested = rest_all(&store).await;
    // Of 24 documents, the newest two and the one in use are not touched.
    let small: Vec<&Rested> =
        rested.iter().filter(|one| one.bytes_after * 50 < one.bytes_before).collect();
    let whole: Vec<&Sha256> = rested
        .iter()
        .filter(|one| one.bytes_after == one.bytes_before)
        .map(|one| &one.sha256)
        .collect();
    assert_eq!((rested.len(), small.len()), (22, 20), "{rested:#?}");
    assert_eq!(whole, [&stored[0], &stored[16]], "after 15 differences one stays whole");
    assert!(rested.iter().all(|one| one.sha256 != in_use));
    for (day, sha256) in stored.iter().take(22).enumerate() {
        assert_eq!(content(&store, sha256).await, list(day as u64, 3_000), "day {day}");
    }
    assert_eq!(content(&store, &in_use).await, list(50, 3_000));
    assert_eq!(rest_all(&store).await, []);

    // What is served again is not stored again.
    checked(&store, "csl", &list(3, 3_000), 70).await;
    assert_eq!(content(&store, &stored[3]).await, list(3, 3_000));
    drop(store);
    let found = entitywatch::store::copies::check(&place.url).await.unwrap();
    assert!(found.is_whole(), "{found:#?}");
}

async fn a_document_whose_whole_one_is_missing_or_damaged_is_an_error(place: &Place) {
    let store = place.write().await;
    for day in 0..4 {
        checked(&store, "csl", &list(day, 3_000), day).await;
    }
    let difference = rest_all(&store).await.pop().unwrap().sha256;
    assert_eq!(content(&store, &difference).await, list(1, 3_000));
    // Documents may be removed before a time, but not one that others rest on.
    let now = time("2040-03-01T10:00:00Z");
    let before = time("2026-03-02T00:00:00Z");
    assert_eq!(store.prune(Some(before), None, now).await.unwrap().documents, 0);
    let whole = Sha256::of(&list(0, 3_000));
    place.tamper(&format!("DELETE FROM document WHERE sha256 = '{whole}'")).await;
    let error = store.document(&difference).await.unwrap_err().to_string();
    assert!(error.contains("is missing"), "{error}");
    let found = entitywatch::store::copies::check(&place.url).await.unwrap();
    let faults: Vec<_> = found.findings.iter().filter(|found| found.result.is_err()).collect();
    assert!(faults.len() == 1 && faults[0].what == "documents", "{found:#?}");
    assert!(faults[0].result.as_ref().unwrap_err().contains(difference.as_str()), "{faults:?}");
}

async fn small_documents_stay_whole(place: &Place) {
    let store = place.write().await;
    for day in 0..4 {
        checked(&store, "csl", &list(day, 100), day).await;
    }
    let rested = rest_all(&store).await;
    assert_eq!(rested.len(), 2);
    assert!(rested.iter().all(|one| one.bytes_after == one.bytes_before), "{rested:?}");
}
