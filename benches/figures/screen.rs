//! Screening: counterparties against a whole list, and against the entries of one rule.

use std::time::Duration;

use entitywatch::domain::{Entry, ListCode};
use entitywatch::screen::prepared::PreparedParties;
use entitywatch::screen::shortlist::{is_at_one, shortlist};
use entitywatch::screen::{Counterparty, Options, Screener, batch};

use crate::report::{heading, line, ms, timed};

const ENTRIES: u32 = 3_400;
const RULE: usize = 41;
const THREADS: usize = 2;

pub fn figures() {
    heading("Screening: counterparties against 3,400 entries, on two cores");
    let entries: Vec<Entry> = (0..ENTRIES).map(entry).collect();
    let mut screener = Screener::new(Vec::new());
    line("the index of 3,400 entries", ms(timed(|| screener = Screener::new(entries.clone()))), "");
    for count in [50_000, 200_000] {
        let parties: Vec<Counterparty> = (0..count).map(party).collect();
        let (time, found) = screened(&screener, &parties);
        line(&format!("{count} counterparties"), ms(time), format!("{found} matches"));
    }
    let parties: Vec<Counterparty> = (0..50_000).map(party).collect();
    let rule: Vec<usize> = (0..RULE).collect();
    let mut content = Vec::new();
    let time = timed(|| content = PreparedParties::of(&parties, THREADS).to_bytes());
    line("50,000 counterparties prepared", ms(time), format!("{} bytes", content.len()));
    let (mut near, mut found) = (0, 0);
    let time = timed(|| {
        let prepared = PreparedParties::from_bytes(&content).unwrap();
        let is_at_one = is_at_one(&screener, &rule);
        let near_ones: Vec<Counterparty> = shortlist(&screener, &rule, &prepared, THREADS)
            .iter()
            .map(|near| (near, &parties[near.place]))
            .filter(|(near, party)| near.by_name || is_at_one(party))
            .map(|(_, party)| party.clone())
            .collect();
        near = near_ones.len();
        found = screened(&screener, &near_ones).1;
    });
    line(
        "41 entries of a rule against 50,000 counterparties",
        ms(time),
        format!("{near} compared in full, {found} matches"),
    );
}

fn screened(screener: &Screener, parties: &[Counterparty]) -> (Duration, usize) {
    let mut found = 0;
    let time = timed(|| {
        batch::screen_all(screener, parties, Options::default(), THREADS, &mut |_, matches| {
            found += matches.len();
            Ok::<(), ()>(())
        })
        .unwrap();
    });
    (time, found)
}

/// Names of one rare word and two common ones, in which a few dozen words come again and again.
fn name(n: u32) -> String {
    let mixed = n.wrapping_mul(2_654_435_761);
    let trades = ["Electronics", "Aviation", "Trading", "Technology", "Shipping", "Research"];
    let towns = ["Beijing", "Moscow", "Tehran", "Lahore", "Dubai", "Istanbul", "Minsk"];
    let forms = ["Co., Ltd.", "LLC", "OOO", "Institute", "FZE"];
    let pick =
        |words: &[&'static str], turn: u32| words[mixed.rotate_left(turn) as usize % words.len()];
    format!("{} {} {} {}", pick(&towns, 3), rare(mixed), pick(&trades, 9), pick(&forms, 17))
}

fn rare(mixed: u32) -> String {
    let syllables = ["ba", "den", "fi", "gom", "hu", "kas", "le", "min", "no", "puk", "ras", "tev"];
    let turned = |turn: u32| mixed.wrapping_mul(40_503).rotate_left(turn * 8) as usize;
    (0..5).map(|turn| syllables[(turned(turn) >> 3) % syllables.len()]).collect()
}

fn entry(n: u32) -> Entry {
    let mut entry = Entry::named(ListCode::EL, name(n));
    entry.addresses = vec![format!("{} {} Road, Beijing, China", n % 300 + 1, rare(n))];
    entry
}

/// One in a hundred is a listed name.
fn party(n: u32) -> Counterparty {
    Counterparty {
        id: n.to_string(),
        name: name(if n.is_multiple_of(100) { n / 100 % ENTRIES } else { n + ENTRIES }),
        addresses: vec![format!("{} {} St., Beijing", n % 400, rare(n + ENTRIES))],
        ..Counterparty::default()
    }
}
