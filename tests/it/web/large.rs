//! The pages of a large store: ten years of history, and thousands of entries of other lists.
//!
//! `LARGE=1 cargo test --release --test it large_store -- --nocapture` prints the time of each page
//! with 25,000 of them.

use std::time::Instant;

use axum::http::StatusCode;
use entitywatch::domain::{ListCode, Sha256};
use entitywatch::store::Store;

use super::get;
use super::sample::Sample;
use super::years::{RULE, added, check, entry, past, years};

/// Months of history.
const MONTHS: usize = 120;
/// Entries that each month adds. The Entity List has grown by about 30 a month.
const PER_MONTH: usize = 30;
/// Entries of other lists.
const OTHERS: usize = 3_000;
/// With `LARGE`: about those of the Consolidated Screening List.
const LARGE_OTHERS: usize = 25_000;
/// The largest page, in bytes.
const MOST_BYTES: usize = 200_000;
/// Words of names. Real names share most of their words.
const WORDS: [&str; 12] = [
    "technology",
    "electronics",
    "trading",
    "import",
    "export",
    "industrial",
    "aviation",
    "optics",
    "shipping",
    "research",
    "institute",
    "instruments",
];

#[tokio::test]
async fn no_page_of_a_large_store_is_large_and_each_shows_its_part() {
    let large = Box::pin(large()).await;
    let first = large.entry.clone();
    for path in [
        "/changes".to_owned(),
        "/changes?search=Optiks+Instruments&country=CN".into(),
        "/changes?page=40".into(),
        format!("/changes?rule={RULE}"),
        "/entries".into(),
        "/entries?search=aviaton+reserch".into(),
        "/entries?list=SDN&country=RU&page=3".into(),
        "/entries?as_of=2020-06-30".into(),
        format!("/entries/{first}"),
        "/rules".into(),
        format!("/rules/{RULE}"),
        "/pictures".into(),
        "/pictures?list=SDN".into(),
    ] {
        // The first one reads the catalog.
        get(&large.sample, &path).await;
        let begun = Instant::now();
        let answer = get(&large.sample, &path).await;
        let took = begun.elapsed();
        assert_eq!(answer.status, StatusCode::OK, "{path}: {}", answer.text);
        assert!(answer.text.len() <= MOST_BYTES, "{path} has {} bytes", answer.text.len());
        println!("{path}: {} ms, {} bytes", took.as_millis(), answer.text.len());
    }
    let page = get(&large.sample, "/entries?list=SDN").await.text;
    let total = if is_large() { "25,000" } else { "3,000" };
    assert!(page.contains(&format!("1–50 of {total} entries")), "{page}");
}

fn is_large() -> bool {
    std::env::var_os("LARGE").is_some()
}

struct Large {
    sample: Sample,
    entry: String,
}

async fn large() -> Large {
    let years = Box::pin(years()).await;
    let sample = years.sample;
    fill(&sample.state.store).await;
    Large { sample, entry: years.new.to_string() }
}

async fn fill(store: &Store) {
    for month in 0..MONTHS {
        let day = format!("{}-{:02}-01", 2007 + month / 12, month % 12 + 1);
        let open: Vec<_> = (0..PER_MONTH).map(|n| named(month * PER_MONTH + n)).collect();
        let changes = open.iter().map(added).collect();
        store.record_history(past(&day, Vec::new(), open, changes)).await.unwrap();
    }
    let mut others = check("csl", "2026-11-26T11:00:00Z", Vec::new(), Vec::new(), Vec::new());
    let count = if is_large() { LARGE_OTHERS } else { OTHERS };
    let others_of = (0..count).map(|n| {
        let mut entry = named(100_000 + n);
        entry.list = ListCode::SDN;
        entry.aliases = (0..3).map(|alias| format!("{} {alias}", entry.name)).collect();
        entry.entry_id = Some(entry.first_id(0));
        entry
    });
    others.lists[0].open = others_of.collect();
    others.lists[0].state.list = ListCode::SDN;
    store.record(others).await.unwrap();
}

/// An entry with a name, an address and a country of its number.
fn named(number: usize) -> entitywatch::domain::Entry {
    let hash = Sha256::of(number.to_string().as_bytes());
    let word = |at: usize| WORDS[(number / (1 + at * 7) + at) % WORDS.len()];
    let own: String = hash.as_str().chars().filter(char::is_ascii_lowercase).take(7).collect();
    let country = ["CN", "RU", "IR", "AE", "PK"][number % 5];
    let name = format!("{own} {} {} Co., Ltd. {number}", word(0), word(1));
    let mut entry = entry(&name, country, (80, u32::try_from(number).unwrap_or(1)));
    entry.addresses.push(format!("No. {number}, {own} Street, District {}", number % 97));
    entry.license_requirement = "For all items subject to the EAR (see § 744.11 of the EAR)".into();
    entry
}
