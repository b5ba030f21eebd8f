//! Which counterparties may match one of a few entries, such as those that a rule changes.
//!
//! A check compares only these in full. None is left out whose comparison would show one of the
//! entries: see [`Reach`](super::index::reach::Reach) for names, and [`PlacesInReach`] for
//! addresses.

use rustc_hash::FxHashSet;

use crate::screen::addresses::reach::PlacesInReach;
use crate::screen::in_parts::in_parts;
use crate::screen::index::known_word::KnownWord;
use crate::screen::index::reach::{Asked, Reach, Remembered};
use crate::screen::party::Counterparty;
use crate::screen::prepared::PreparedParties;
use crate::screen::screener::Screener;

/// A counterparty that may match.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Near {
    /// Its place among the prepared ones.
    pub place: usize,
    /// By a name. Otherwise it only has a word and a number of an address: see [`is_at_one`].
    pub by_name: bool,
}

/// The counterparties that may match one of `entries`, which are places in the list of the
/// screener. In the order of `parties`.
pub fn shortlist(
    screener: &Screener,
    entries: &[usize],
    parties: &PreparedParties,
    threads: usize,
) -> Vec<Near> {
    let entries = set(entries);
    if entries.is_empty() {
        return Vec::new();
    }
    let reach = screener.reach(&entries);
    let places = PlacesInReach::of(screener.addresses(), &entries);
    let words = &parties.names.words;
    let all_words: Vec<usize> = (0..words.len()).collect();
    let known: Vec<Vec<KnownWord>> = in_parts(&all_words, threads, |part| {
        let mut remembered = Remembered::default();
        let words = part.iter().filter_map(|place| words.get(*place));
        words.map(|word| reach.known(word, &mut remembered)).collect()
    });
    let known = known.concat();
    let pairs: Vec<usize> = (0..parties.names.pairs().len()).collect();
    let is_pair_a_word: Vec<Vec<bool>> = in_parts(&pairs, threads, |part| {
        let skeletons = part.iter().map(|pair| parties.names.pairs().get(*pair));
        skeletons.map(|skeleton| reach.is_like_a_word(skeleton)).collect()
    });
    let is_pair_a_word = is_pair_a_word.concat();
    let asked = Asked { words, known: &known, is_pair_a_word: &is_pair_a_word };
    let all: Vec<usize> = (0..parties.len()).collect();
    let near: Vec<Vec<Near>> = in_parts(&all, threads, |part| {
        let mut remembered = Remembered::default();
        let near = part.iter().filter_map(|place| {
            let by_name = by_name(&reach, *place, parties, asked, &mut remembered);
            let is_near = by_name || may_be_at_one(&places, *place, parties);
            is_near.then_some(Near { place: *place, by_name })
        });
        near.collect()
    });
    near.concat()
}

/// Whether a counterparty may have an address of one of `entries`: for those that are on the
/// shortlist by an address alone.
pub fn is_at_one<'a>(
    screener: &'a Screener,
    entries: &[usize],
) -> impl Fn(&Counterparty) -> bool + 'a {
    let places = PlacesInReach::of(screener.addresses(), &set(entries));
    move |party| party.addresses.iter().any(|address| places.may_find(address))
}

fn set(entries: &[usize]) -> FxHashSet<u32> {
    entries.iter().filter_map(|entry| u32::try_from(*entry).ok()).collect()
}

fn by_name(
    reach: &Reach<'_>,
    place: usize,
    parties: &PreparedParties,
    asked: Asked<'_>,
    remembered: &mut Remembered,
) -> bool {
    let mut names = parties.names_of(place).filter_map(|name| parties.names.get(name));
    names.any(|name| reach.may_reach(&name, asked, remembered))
}

fn may_be_at_one(places: &PlacesInReach<'_>, place: usize, parties: &PreparedParties) -> bool {
    let mut addresses = parties.addresses_of(place).filter_map(|at| parties.addresses.get(at));
    addresses.any(|address| places.may_be(&address))
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

    /// The places of those that a check compares in full.
    fn compared(
        screener: &Screener,
        entries: &[usize],
        parties: &[Counterparty],
        threads: usize,
    ) -> Vec<usize> {
        let near = shortlist(screener, entries, &PreparedParties::of(parties, threads), threads);
        let is_at_one = is_at_one(screener, entries);
        let kept = near.iter().filter(|near| near.by_name || is_at_one(&parties[near.place]));
        kept.map(|near| near.place).collect()
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
        let near = compared(&screener, &ASKED, &parties, 2);
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
        assert_eq!(compared(&list(), &ASKED, &parties, 1), [4]);
        assert!(compared(&list(), &[], &parties, 1).is_empty());
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
            let near = compared(&screener, &ASKED, &parties, 1);
            prop_assert!(matching(&screener, &parties).iter().all(|place| near.contains(place)));
        }
    }
}
