//! Compares one counterparty with all entries of some lists.

use rustc_hash::{FxHashMap, FxHashSet};

use crate::domain::{Entry, Form};
use crate::screen::addresses::index::{AddressIndex, AtPlace};
use crate::screen::alignment::align;
use crate::screen::band::{self, REVIEW};
use crate::screen::countries;
use crate::screen::found::{Compared, Found, Options};
use crate::screen::index::asked_name::AskedName;
use crate::screen::index::names::{NamesIndex, Scratch};
use crate::screen::index::reach::Reach;
use crate::screen::name_score::{WEIGHTS, Weights, score};
use crate::screen::names::variants;
use crate::screen::party::Counterparty;
use crate::screen::reasons;

/// An address that more entries share is one match of all of them: a secretary's office, where
/// thousands of companies have their seat.
pub const MANY_AT_ONE_ADDRESS: usize = 5;
/// A name that is equal, or equal but for its legal form, is not weighed by country.
const BEYOND_COUNTRY: f32 = 0.97;
/// The highest likeness of a name that says nothing, such as `and`: review, and never strong.
const SAYS_NOTHING: f32 = 0.83;
/// Below this, matches are not shown, and the same country counts more. Less than [`REVIEW`].
const WEAK: f32 = 0.49;
/// The score of a shared address with another name: review, and never strong.
const AT_ADDRESS: f64 = 0.62;
const AT_SAME_ADDRESS: f64 = 0.20;
/// The score of an address that is listed without a name, if nothing in it differs.
const LISTED_ADDRESS: f64 = 0.90;
/// A name that is at least this much alike is supported by a shared address.
const ALIKE: f64 = 0.40;
/// How far a shared address closes the distance of a name to 1.
const SUPPORT: f64 = 0.5;

/// The entries of some lists, ready for comparison.
///
/// The result of a counterparty depends on these entries, on the counterparty and on the tables of
/// this module: never on other counterparties.
#[derive(Debug)]
pub struct Screener {
    entries: Vec<Entry>,
    /// The countries of each entry, as [`countries::compared`] writes them.
    countries: Vec<Vec<String>>,
    names: NamesIndex,
    addresses: AddressIndex,
    weights: Weights,
}

/// The best comparison of names with one entry.
#[derive(Clone, Copy)]
struct ByName {
    likeness: f32,
    /// The places of the two names.
    asked: usize,
    listed: u32,
}

/// A match before its reasons are put in words.
struct Candidate<'a> {
    entry: u32,
    score: f64,
    name: Option<ByName>,
    /// The address of the counterparty, and the listed one.
    place: Option<(&'a str, AtPlace)>,
    /// All entries at the address, if they are one match.
    sharing: Vec<u32>,
}

impl Screener {
    pub fn new(entries: Vec<Entry>) -> Self {
        Self::with_weights(entries, WEIGHTS)
    }

    /// A screener with other weights, to measure them.
    pub fn with_weights(entries: Vec<Entry>, weights: Weights) -> Self {
        let (names, addresses) = std::thread::scope(|scope| {
            let addresses = scope.spawn(|| AddressIndex::of(&entries));
            let names = NamesIndex::of(&entries);
            let addresses = addresses.join();
            (names, addresses.unwrap_or_else(|panic| std::panic::resume_unwind(panic)))
        });
        let countries = entries.iter().map(|entry| countries::compared(&entry.countries)).collect();
        Self { entries, countries, names, addresses, weights }
    }

    /// Which names may be shown with these entries. An entry of a common country counts more.
    #[expect(clippy::cast_possible_truncation, reason = "a threshold of two digits")]
    pub(super) fn reach(&self, entries: &FxHashSet<u32>) -> Reach<'_> {
        let least = (REVIEW - ROUNDED) as f32 / (1.0 + self.weights.same_country);
        Reach::of(&self.names, entries, self.weights, least)
    }

    pub(super) fn addresses(&self) -> &AddressIndex {
        &self.addresses
    }

    pub fn entries(&self) -> &[Entry] {
        &self.entries
    }

    /// The entries that a counterparty may be, best first. Entries of one score are in the order of
    /// the list.
    pub fn screen(
        &self,
        party: &Counterparty,
        options: Options<'_>,
        scratch: &mut Scratch,
    ) -> Vec<Found> {
        let asked = self.asked(party, scratch);
        let addresses = party.addresses.iter().map(String::as_str);
        let places: Vec<(&str, Vec<AtPlace>)> =
            addresses.map(|address| (address, self.addresses.find(address))).collect();
        let at_places = || places.iter().flat_map(|(_, places)| places).map(|place| place.entry);
        // How many entries share an address depends on the names of all that are there.
        let among: Option<FxHashSet<u32>> =
            options.among.map(|among| among.iter().copied().chain(at_places()).collect());
        let mut by_name = self.by_name(party, &asked, among.as_ref(), scratch);
        let mut found: Vec<Candidate<'_>> = Vec::new();
        for (address, places) in places {
            self.at_address(address, places, &mut by_name, &mut found);
        }
        found.extend(by_name.into_iter().map(|(entry, name)| Candidate {
            entry,
            score: f64::from(name.likeness),
            name: Some(name),
            place: None,
            sharing: Vec::new(),
        }));
        if let Some(among) = options.among {
            let is_asked = |found: &Candidate<'_>| among.contains(&found.entry);
            found.retain(|found| is_asked(found) || !found.sharing.is_empty());
        }
        select(found, options)
            .into_iter()
            .map(|candidate| self.explained(candidate, &asked, party))
            .collect()
    }

    /// All names of a counterparty, with the text that each was read from.
    fn asked<'a>(
        &self,
        party: &'a Counterparty,
        scratch: &mut Scratch,
    ) -> Vec<(&'a str, AskedName)> {
        let mut asked = Vec::new();
        for text in std::iter::once(&party.name).chain(&party.aliases) {
            for variant in variants::of(text) {
                let names = self.names.ask(variant, scratch);
                asked.extend(names.into_iter().map(|name| (text.as_str(), name)));
            }
        }
        asked
    }

    fn by_name(
        &self,
        party: &Counterparty,
        asked: &[(&str, AskedName)],
        among: Option<&FxHashSet<u32>>,
        scratch: &mut Scratch,
    ) -> FxHashMap<u32, ByName> {
        let mut best: FxHashMap<u32, ByName> = FxHashMap::default();
        let country = countries::compared(std::slice::from_ref(&party.country));
        for (place, (text, name)) in asked.iter().enumerate() {
            let is_own_name = *text == party.name;
            for id in self.names.nearest(name, scratch) {
                let Some(listed) = self.names.name(id) else { continue };
                if among.is_some_and(|among| !among.contains(&listed.entry)) {
                    continue;
                }
                let likeness = score(name, listed, &align(name, listed), &self.weights);
                // `Address 01` is not a name. Only an equal name matches it.
                if likeness < BEYOND_COUNTRY && self.is_address(listed.entry) {
                    continue;
                }
                let likeness = self.weighed_by_country(likeness, &country, listed.entry);
                let says_nothing = likeness > SAYS_NOTHING
                    && listed.name.says_nothing()
                    && !(is_own_name && self.agree(&country, listed.entry) == Some(true));
                let likeness = if says_nothing { SAYS_NOTHING } else { likeness };
                let found = ByName { likeness, asked: place, listed: id };
                let known = best.entry(listed.entry).or_insert(found);
                if known.likeness < likeness {
                    *known = found;
                }
            }
        }
        best
    }

    fn weighed_by_country(&self, likeness: f32, country: &[String], entry: u32) -> f32 {
        if likeness >= BEYOND_COUNTRY {
            return likeness;
        }
        match self.agree(country, entry) {
            Some(true) if likeness < WEAK => {
                likeness * (1.0 + self.weights.weak_same_country * (1.0 - likeness / WEAK))
            }
            Some(true) => likeness * (1.0 + self.weights.same_country),
            Some(false) => (likeness - self.weights.other_country).max(0.0),
            None => likeness,
        }
    }

    /// Whether a country is one of an entry.
    fn agree(&self, country: &[String], entry: u32) -> Option<bool> {
        let listed = self.countries.get(entry as usize).map(Vec::as_slice).unwrap_or_default();
        countries::agree(country, listed)
    }

    /// Adds the entries at the places of an address. An entry whose name is alike too is taken out
    /// of `by_name`.
    fn at_address<'a>(
        &self,
        address: &'a str,
        places: Vec<AtPlace>,
        by_name: &mut FxHashMap<u32, ByName>,
        found: &mut Vec<Candidate<'a>>,
    ) {
        let mut alone: Vec<Candidate<'a>> = Vec::new();
        for place in places {
            let entry = place.entry;
            let name =
                by_name.get(&entry).copied().filter(|name| f64::from(name.likeness) >= ALIKE);
            let score = match name {
                Some(name) => {
                    by_name.remove(&entry);
                    1.0 - (1.0 - f64::from(name.likeness)) * (1.0 - SUPPORT)
                }
                None => self.score_of_place(&place),
            };
            let place = Some((address, place));
            let candidate = Candidate { entry, score, name, place, sharing: Vec::new() };
            if name.is_some() {
                found.push(candidate);
            } else {
                alone.push(candidate);
            }
        }
        if alone.len() > MANY_AT_ONE_ADDRESS {
            let sharing = alone.iter().map(|candidate| candidate.entry).collect();
            alone.sort_by(|a, b| b.score.total_cmp(&a.score).then(a.entry.cmp(&b.entry)));
            let first = alone.into_iter().next();
            found.extend(first.map(|first| Candidate { sharing, ..first }));
        } else {
            found.append(&mut alone);
        }
    }

    fn score_of_place(&self, place: &AtPlace) -> f64 {
        let form = self.entries.get(place.entry as usize).map(|entry| entry.form);
        // Without its unit it may be the building of hundreds of companies.
        if form == Some(Form::Address) && place.place.is_exact {
            return LISTED_ADDRESS;
        }
        AT_ADDRESS + AT_SAME_ADDRESS * f64::from(place.place.likeness)
    }

    fn explained(
        &self,
        candidate: Candidate<'_>,
        asked: &[(&str, AskedName)],
        party: &Counterparty,
    ) -> Found {
        let mut reasons = Vec::new();
        let mut compared = None;
        if let Some(name) = candidate.name
            && let Some((text, own)) = asked.get(name.asked)
            && let Some(listed) = self.names.name(name.listed)
        {
            reasons.extend(reasons::of_names(own, listed, &align(own, listed)));
            let entry = listed.published.to_string();
            compared = Some(Compared { counterparty: (*text).to_owned(), entry });
        }
        if let Some((text, place)) = candidate.place {
            let other_name = candidate.name.is_none() && !self.is_address(place.entry);
            reasons.extend(reasons::of_address(&place.place, other_name));
            let address = Compared { counterparty: text.to_owned(), entry: place.published };
            compared.get_or_insert(address);
        }
        if !candidate.sharing.is_empty() {
            let names: Vec<&str> = candidate
                .sharing
                .iter()
                .filter_map(|entry| self.entries.get(*entry as usize))
                .map(|entry| entry.name.as_str())
                .collect();
            reasons.push(reasons::of_sharing(&names));
        }
        let countries =
            self.entries.get(candidate.entry as usize).map(|entry| entry.countries.as_slice());
        let countries = countries.unwrap_or_default();
        let own = countries::compared(std::slice::from_ref(&party.country));
        let agree = countries::agree(&own, &countries::compared(countries));
        reasons.extend(reasons::of_countries(agree, &party.country, countries));
        Found {
            entry: candidate.entry as usize,
            score: candidate.score,
            band: band::of(candidate.score),
            compared: compared.unwrap_or_default(),
            reasons,
            sharing: candidate.sharing.into_iter().map(|entry| entry as usize).collect(),
        }
    }

    fn is_address(&self, entry: u32) -> bool {
        self.entries.get(entry as usize).is_some_and(|entry| entry.form == Form::Address)
    }
}

/// One candidate for each entry, best first, within the limits of the options.
fn select<'a>(mut found: Vec<Candidate<'a>>, options: Options<'_>) -> Vec<Candidate<'a>> {
    for candidate in &mut found {
        candidate.score = rounded(candidate.score);
    }
    let least = options.min_score.unwrap_or(if options.top.is_some() { 0.0 } else { REVIEW });
    found.retain(|candidate| candidate.score > 0.0 && candidate.score >= least);
    found.sort_by(|a, b| {
        b.score.total_cmp(&a.score).then(a.entry.cmp(&b.entry)).then(
            // The name explains more than the address.
            a.name.is_none().cmp(&b.name.is_none()),
        )
    });
    let mut seen: FxHashSet<u32> = FxHashSet::default();
    found.retain(|candidate| seen.insert(candidate.entry));
    found.truncate(options.top.unwrap_or(usize::MAX));
    found
}

/// A score is rounded up by this at most.
const ROUNDED: f64 = 0.0005;

/// In thousandths, so that the printed score and its band agree.
fn rounded(score: f64) -> f64 {
    (score.clamp(0.0, 1.0) * 1000.0).round() / 1000.0
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::domain::ListCode;
    use crate::screen::band::Band;
    use crate::screen::batch::screen_all;

    const OFFICE: &str = "Room 1905, 19/F, Cedarholm House, 148 Wing Lok Street, Hong Kong";

    fn list() -> Screener {
        let entry = |name: &str, aliases: &[&str], address: &str, country: &str| Entry {
            aliases: aliases.iter().map(|alias| (*alias).to_owned()).collect(),
            addresses: vec![address.to_owned()],
            countries: vec![country.to_owned()],
            ..Entry::named(ListCode::EL, name)
        };
        let mut entries = vec![
            entry("Sinno Electronics Co., Ltd.", &["and", "ZT"], "5 Dongmen Lu, Xiatun", "CN"),
            entry("Alderwood Trading LLC", &[], "22 Polevaya Street, Samarsk 443000", "RU"),
            Entry {
                form: Form::Address,
                ..entry("Address 01", &[], "7 Kwai Fuk Road, Tsuen", "HK")
            },
        ];
        let names = ["Elmira", "Firuza", "Ginkgold", "Hazelin", "Ivorine", "Junipera"];
        entries.extend(names.map(|name| entry(name, &[], OFFICE, "HK")));
        Screener::new(entries)
    }

    fn party(name: &str, address: &str, country: &str) -> Counterparty {
        Counterparty {
            id: "C1".into(),
            name: name.into(),
            addresses: if address.is_empty() { Vec::new() } else { vec![address.into()] },
            country: country.into(),
            ..Counterparty::default()
        }
    }

    fn found(party: &Counterparty) -> Vec<Found> {
        list().screen(party, Options::default(), &mut Scratch::default())
    }

    fn check(name: &str, address: &str, expected: &[(&str, Band)]) {
        let screener = list();
        let found = found(&party(name, address, ""));
        let shown: Vec<(&str, Band)> = found
            .iter()
            .map(|found| (screener.entries()[found.entry].name.as_str(), found.band))
            .collect();
        assert_eq!(shown, expected, "{name} {address}");
    }

    #[test]
    fn ok_a_name_is_found_and_explained() {
        check("SINNO ELECTRONICS CO LTD", "", &[("Sinno Electronics Co., Ltd.", Band::Strong)]);
        let found = found(&party("Sino Elektronik GmbH", "", "DE"));
        let reasons = found[0].reasons.join("; ");
        assert!(reasons.contains("another country: DE, not CN"), "{reasons}");
        let found = super::tests::found(&party("Sinno Dianzi, OOO", "", "CN"));
        assert_eq!(
            found[0].reasons,
            [
                "the same rare word `sinno`",
                "`dianzi` means `electronics`",
                "legal form differs: limited liability for the counterparty, limited for the entry",
                "the same country: CN"
            ]
        );
        let compared = Compared {
            counterparty: "Sinno Dianzi, OOO".into(),
            entry: "Sinno Electronics Co., Ltd.".into(),
        };
        assert_eq!(found[0].compared, compared);
    }

    #[test]
    fn ok_words_that_are_joined_are_explained_as_they_differ() {
        let check = |name: &str, expected: &str| {
            let found = found(&party(name, "", "RU"));
            let reasons = &found.first().expect(name).reasons;
            assert!(reasons.iter().any(|reason| reason == expected), "{reasons:?}");
        };
        check("Alder Wood Supplies", "`alder wood` is `alderwood` with other spaces");
        check("Alder Woods Trading", "`alder woods` is spelled almost like `alderwood`");
    }

    #[test]
    fn err_a_name_that_says_nothing_is_for_review_unless_the_country_agrees() {
        let band = |name: &str, alias: &str, country: &str| {
            let aliases = if alias.is_empty() { Vec::new() } else { vec![alias.to_owned()] };
            let found = found(&Counterparty { aliases, ..party(name, "", country) });
            found.first().map(|found| found.band)
        };
        assert_eq!(band("and", "", ""), Some(Band::Review));
        assert_eq!(band("and", "", "CN"), Some(Band::Strong));
        assert_eq!(band("Hazelgrove Supplies", "and", "CN"), Some(Band::Review));
        assert_eq!(band("ZT", "", ""), Some(Band::Strong));
    }

    #[test]
    fn err_the_number_of_an_address_is_no_name() {
        check("Address", "", &[]);
        check("Address 1", "", &[]);
        check("Address 01", "", &[("Address 01", Band::Strong)]);
    }

    #[test]
    fn ok_a_word_of_near_meaning_is_explained() {
        let found = found(&party("Alderwood Supplies", "", "RU"));
        assert_eq!(
            found[0].reasons,
            [
                "the same rare word `alderwood`",
                "`supplies` is near in meaning to `trading`",
                "legal form differs: the entry has one (limited liability), the counterparty none",
                "the same country: RU"
            ]
        );
    }

    #[test]
    fn err_an_alias_that_is_a_word_or_two_letters_matches_only_itself() {
        check("Birch and Cedar", "", &[]);
        check("ZT Logistics", "", &[]);
        check("AND", "", &[("Sinno Electronics Co., Ltd.", Band::Review)]);
    }

    #[test]
    fn ok_a_shared_address_with_another_name_is_for_review_with_the_reason() {
        check(
            "Birch Supplies",
            "Samarsk, ul. Polevaya 22",
            &[("Alderwood Trading LLC", Band::Review)],
        );
        let found = found(&party("Birch Supplies", "Samarsk, ul. Polevaya 22", "RU"));
        assert_eq!(found[0].reasons[0], "the same address, under another name");
        check("Birch Supplies", "Samarsk, ul. Polevaya 23", &[]);
        check("Birch Supplies", "Samarsk", &[]);
    }

    #[test]
    fn ok_an_alike_name_at_the_same_address_is_strong() {
        check(
            "Alderwood Birchgrove Supplies",
            "22 Polevaya St., Samarsk",
            &[("Alderwood Trading LLC", Band::Review)],
        );
        let with = found(&party("Alderwood Supplies", "22 Polevaya St., Samarsk", ""));
        let without = found(&party("Alderwood Supplies", "", ""));
        assert!(without.first().is_none_or(|without| without.score < with[0].score));
    }

    #[test]
    fn ok_an_entry_that_is_an_address_is_matched_by_it_alone() {
        check("Birch Supplies", "7 Kwai Fuk Rd., Tsuen", &[("Address 01", Band::Strong)]);
        check("Birch Supplies", "8 Kwai Fuk Rd., Tsuen", &[]);
        for address in [
            "7 Kwai Fuk Road, Tsuen, Hong Kong",
            "7 Kwai Fuk Road, Tsuen, HK",
            "7 Kwai Fuk Road, Kwai Chung, Tsuen",
        ] {
            check("Birch Supplies", address, &[("Address 01", Band::Strong)]);
        }
    }

    #[test]
    fn ok_an_address_of_more_than_five_entries_is_one_match() {
        let found = found(&party("Birch Supplies", OFFICE, ""));
        assert_eq!(found.len(), 1);
        assert_eq!((found[0].sharing.len(), found[0].band), (6, Band::Review));
        let reasons = found[0].reasons.join("; ");
        assert!(
            reasons.contains("6 listed entries share this address: Elmira; Firuza"),
            "{reasons}"
        );
    }

    #[test]
    fn options_limit_the_score_and_the_count() {
        let party = party("Alderwood Birchgrove", "", "");
        let screen = |min_score, top| {
            list().screen(&party, Options { min_score, top, among: None }, &mut Scratch::default())
        };
        assert!(screen(Some(0.99), None).is_empty());
        let one = screen(None, Some(1));
        assert_eq!(one.len(), 1, "also below the review band");
        assert!(one[0].score > 0.0);
    }

    #[test]
    fn hostile_counterparties_end() {
        let long = "Alderwood ".repeat(50_000);
        for name in ["", " ", "((((", "\u{202e}\u{0}", "'", "、、", "🦀 🦀", long.as_str(), ", , ,"]
        {
            found(&party(name, name, ""));
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(40))]

        /// The other rows of a file, and what a thread remembers of them, change no result.
        #[test]
        fn a_result_does_not_depend_on_other_rows(
            names in proptest::collection::vec(
                "(Sinno|Alderwood|Zinno|Elmira|and|ZT|[a-z]{1,9}) (Trading|Keji|Co|[A-Za-z ]{0,9})",
                1..80,
            ),
        ) {
            let screener = list();
            let parties: Vec<Counterparty> =
                names.iter().map(|name| party(name, "", "RU")).collect();
            let options = Options { min_score: Some(0.0), ..Options::default() };
            let mut together = Vec::new();
            screen_all(&screener, &parties, options, 3, &mut |_, found| {
                together.push(found);
                Ok::<(), ()>(())
            }).unwrap();
            for (party, found) in parties.iter().zip(together) {
                let alone = screener.screen(party, options, &mut Scratch::default());
                prop_assert_eq!(alone, found);
            }
        }

        /// Those at an address that many share count one another, also if few are asked for.
        #[test]
        fn the_matches_with_some_entries_are_those_of_all(
            name in "(Sinno|Alderwood|Elmira|Firuza|and|[a-z]{1,9}) (Trading|Electronics|Co)",
            address in prop::sample::select(
                vec!["", OFFICE, "7 Kwai Fuk Road, Tsuen", "5 Dongmen Lu"]
            ),
            among in proptest::collection::hash_set(0u32..9, 0..9),
        ) {
            let screener = list();
            let party = party(&name, address, "HK");
            let all = Options { min_score: Some(0.0), ..Options::default() };
            let screen = |options| screener.screen(&party, options, &mut Scratch::default());
            let mut expected = screen(all);
            let among: FxHashSet<u32> = among.into_iter().collect();
            expected.retain(|found| {
                let entry = u32::try_from(found.entry).unwrap();
                among.contains(&entry) || !found.sharing.is_empty()
            });
            prop_assert_eq!(screen(Options { among: Some(&among), ..all }), expected);
        }
    }
}
