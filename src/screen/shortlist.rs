//! Which counterparties may match one of a few entries, such as those that a rule changes.
//!
//! A check compares only these in full. None is left out whose comparison would show one of the
//! entries: see [`Reach`] for names, and [`PlacesInReach`] for addresses.

use std::borrow::Borrow;

use rustc_hash::FxHashSet;

use crate::screen::addresses::reach::PlacesInReach;
use crate::screen::batch::{MOST_THREADS, WORTH_A_THREAD};
use crate::screen::index::reach::{Reach, Remembered};
use crate::screen::party::Counterparty;
use crate::screen::screener::Screener;

/// The places of the counterparties that may match one of `entries`, which are places in the list
/// of the screener. In the order of `parties`.
pub fn shortlist<P>(
    screener: &Screener,
    entries: &[usize],
    parties: &[P],
    threads: usize,
) -> Vec<usize>
where
    P: Borrow<Counterparty> + Sync,
{
    let entries: FxHashSet<u32> =
        entries.iter().filter_map(|entry| u32::try_from(*entry).ok()).collect();
    if entries.is_empty() {
        return Vec::new();
    }
    let names = screener.reach(&entries);
    let places = PlacesInReach::of(screener.addresses(), &entries);
    let threads = if parties.len() < WORTH_A_THREAD { 1 } else { threads.clamp(1, MOST_THREADS) };
    let share = parties.len().div_ceil(threads).max(1);
    std::thread::scope(|scope| {
        let running: Vec<_> = parties
            .chunks(share)
            .zip((0..).step_by(share))
            .map(|(part, first)| {
                let (names, places) = (&names, &places);
                scope.spawn(move || {
                    let mut remembered = Remembered::default();
                    (first..)
                        .zip(part.iter().map(Borrow::borrow))
                        .filter(|(_, party)| may_match(names, places, party, &mut remembered))
                        .map(|(place, _)| place)
                        .collect::<Vec<usize>>()
                })
            })
            .collect();
        let join = |thread: std::thread::ScopedJoinHandle<'_, Vec<usize>>| {
            thread.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic))
        };
        running.into_iter().flat_map(join).collect()
    })
}

fn may_match(
    names: &Reach<'_>,
    places: &PlacesInReach<'_>,
    party: &Counterparty,
    remembered: &mut Remembered,
) -> bool {
    std::iter::once(&party.name).chain(&party.aliases).any(|name| names.may_reach(name, remembered))
        || party.addresses.iter().any(|address| places.may_find(address))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::domain::{Entry, ListCode};
    use crate::screen::batch::screen_all;
    use crate::screen::found::Options;

    /// The entries that are asked about come first. The others have the same trades and towns.
    fn list() -> Screener {
        let entry = |name: &str, alias: &str, address: &str| Entry {
            aliases: vec![alias.into()],
            addresses: vec![address.into()],
            countries: vec!["RU".into()],
            ..Entry::named(ListCode::EL, name)
        };
        Screener::new(vec![
            entry("Alderwood Works Co., Ltd.", "AWX", "22 Polevaya St., Samarsk, Russia"),
            entry("Birch Cedar Dogwood Institute (BCDI)", "Jinyi Keji", "No. 5 Elm Road, Fir"),
            entry("General Electronics Trading", "Mo Elmavi", "Office 3, Gorse Tower, Dubai, UAE"),
            entry("Joint Stock Company 218 Aviation Repair Plant", "A. Q. Hazelov", ""),
            entry("ZAO Svyaz Inzhiniring", "Blue Ship Company", "Quay Street, Cedarholm, Samarsk"),
            entry("Samarsk Technology Institute", "Juniper", "7 Elm Road, Fir"),
            entry("Larch Electronics Trading Co., Ltd.", "Atoll", "24 Polevaya St., Samarsk"),
            entry("Larch Science Group (LSG) 3rd Academy", "Cedar Works", ""),
        ])
    }

    const ASKED: [usize; 5] = [0, 1, 2, 3, 4];

    fn party(name: &str, address: &str) -> Counterparty {
        Counterparty {
            name: name.into(),
            addresses: vec![address.into()],
            country: "RU".into(),
            ..Counterparty::default()
        }
    }

    /// The places of the counterparties that a whole comparison shows with the entries.
    fn matching(screener: &Screener, parties: &[Counterparty]) -> Vec<usize> {
        let (mut places, mut place) = (Vec::new(), 0);
        screen_all(screener, parties, Options::default(), 1, &mut |_, found| {
            let mut entries =
                found.iter().flat_map(|found| found.sharing.iter().chain([&found.entry]));
            if entries.any(|entry| ASKED.contains(entry)) {
                places.push(place);
            }
            place += 1;
            Ok::<(), ()>(())
        })
        .unwrap();
        places
    }

    /// Each name and address is near one of the entries in another way.
    #[test]
    fn ok_what_a_whole_comparison_shows_is_on_the_shortlist() {
        let names = [
            "Alderwood",
            "Alder Wood Works",
            "Aldrewood Trading",
            "Al Derwood Works",
            "Alderwoodworks",
            "Алдервоод",
            "Hazel (Alderwood Works)",
            "Hazel; Alderwood Works",
            "Juniper “Alderwood”",
            "A.W.X.",
            "BCDI",
            "Birch-Cedar Dogwood",
            "BirchCedar Dogvud Inst",
            "Jin Yi Ke Ji You Xian Gong Si",
            "Electronics Trading General",
            "Generalelectronics Tradng",
            "Elmawi, Mo",
            "Aq Hazelov",
            "Anton Hazelov",
            "218 ARZ",
            "Joint Stockcompany 218 Aviation Repair",
            "Svyaz Engineering",
            "Swiaz-Inzhiniring",
            "Blueschipcompany",
            "Blueship",
            "Alderzavod",
        ];
        let mut parties: Vec<Counterparty> = names.map(|name| party(name, "")).to_vec();
        let addresses = ["Samarsk, Polevaya 22", "5 Elm Rd, Fir", "Dubai, Gorse Tower, Office 3"];
        parties.extend(addresses.map(|address| party("Hazelgrove Supplies", address)));
        let screener = list();
        let expected = matching(&screener, &parties);
        assert!(expected.len() > 20, "{expected:?}");
        let near = shortlist(&screener, &ASKED, &parties, 2);
        let lost: Vec<_> = expected.iter().filter(|place| !near.contains(place)).collect();
        assert!(lost.is_empty(), "{lost:?}");
    }

    #[test]
    fn err_other_names_and_places_are_left_out() {
        let parties = [
            party("Hazelgrove Supplies", "Samarsk, Polevaya 24"),
            party("Larch General Trading", "Quay 1, Dubai"),
            party("", ""),
            party("Juniper", "7 Elm Road, Fir"),
            party("Alderwood Works", ""),
        ];
        assert_eq!(shortlist(&list(), &ASKED, &parties, 1), [4]);
        assert!(shortlist(&list(), &[], &parties, 1).is_empty());
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(300))]

        #[test]
        fn no_match_of_a_whole_comparison_is_left_out(
            words in proptest::collection::vec(
                proptest::sample::select(vec![
                    "Alderwood", "Aldrewood", "Alder", "wood", "Works", "Zavod", "AWX", "Birch",
                    "Berch", "Cedar", "Dogwood", "BCDI", "Institute", "Jinyi", "Jin", "Yi", "Ke",
                    "ji", "General", "Elektronics", "Trade", "Mo", "M.", "Elmawi", "218", "219",
                    "ARZ", "Aviation", "A.", "Q", "Hazelov", "Svyaz", "Engineering", "Blue",
                    "Schip", "Company", "Joint", "Stock", "Co., Ltd.", "and", "(Fir)", "LSG",
                    "Science Group", "Samarsk", "Alderzavod",
                ]),
                1..5,
            ),
            joints in proptest::collection::vec(
                proptest::sample::select(vec![" ", " ", "", "-", ", ", " of "]), 4,
            ),
            address in proptest::sample::select(vec![
                "", "Samarsk, Polevaya 22", "Polevaia Street 22-24, Samarsk", "Elm Rd 5, Fir",
                "Gorsetower, Dubai, Of. 3", "Quay St., Cedar holm, Samarsk",
            ]),
        ) {
            let name: String = words
                .iter()
                .zip(&joints)
                .flat_map(|(word, joint)| [*word, *joint])
                .collect();
            let screener = list();
            let parties = [party(&name, address)];
            let near = shortlist(&screener, &ASKED, &parties, 1);
            prop_assert!(matching(&screener, &parties).iter().all(|place| near.contains(place)));
        }
    }
}
