//! The counterparties of a drill, made of the parties that were listed or amended lately.

use std::collections::BTreeSet;

use rustc_hash::FxHashMap;

use crate::domain::citation::year_of_volume;
use crate::domain::{Citation, Entry, Form};
use crate::pipeline::drill::dice::Dice;
use crate::pipeline::drill::other_address::{in_other_order, is_usable, next_door};
use crate::pipeline::drill::other_spelling::{self, key, sister};
use crate::pipeline::drill::spelling_kind::SpellingKind;
use crate::screen::Counterparty;
use crate::screen::names::legal_form;

/// The fewest letters and digits of a name that is written in another way: a shorter one is an
/// acronym.
const NAME_LETTERS: usize = 9;
/// The fewest letters and digits of an alias that is taken out, and the most letters.
const ALIAS_LETTERS: usize = 4;
const LONGEST_ALIAS: usize = 90;
/// A name of at most so many letters in capitals is an acronym.
const ACRONYM_LETTERS: usize = 7;
/// A word in at most so many entries is rare.
const RARE: usize = 3;
/// Words of made-up names.
const MADE_UP: [&[&str]; 4] = [
    &["Alder", "Birch", "Cedar", "Dogwood", "Elm", "Fir", "Gorse", "Hazel", "Juniper", "Larch"],
    &["Harbour", "Summit", "Meridian", "Lantern", "Compass", "Orchard", "Beacon", "Granite"],
    &["Supplies", "Imports", "Wholesale", "Logistics"],
    &["Limited", "LLC", "GmbH", "Inc."],
];

/// One counterparty, and the entries that it is. None if it is on no list.
#[derive(Clone, Debug, PartialEq)]
pub struct Case {
    pub kind: SpellingKind,
    pub counterparty: Counterparty,
    /// Places in the list.
    pub expected: Vec<usize>,
}

/// All counterparties of a drill.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Cases {
    pub all: Vec<Case>,
    /// The aliases that must be taken out of the list before [`SpellingKind::Alias`] is screened:
    /// the place of the entry, and the alias.
    pub hidden: Vec<(usize, String)>,
}

/// The places of the parties that were listed or amended last, the latest first: by the last page
/// of the Federal Register that an entry cites, else by its start date. Each name counts once.
pub fn latest(entries: &[Entry], count: usize) -> Vec<usize> {
    let mut places: Vec<usize> = (0..entries.len()).collect();
    places.sort_by_cached_key(|at| std::cmp::Reverse(entries.get(*at).map(recency)));
    let mut seen = BTreeSet::new();
    places.retain(|at| entries.get(*at).is_some_and(|entry| seen.insert(key(&entry.name))));
    places.truncate(count);
    places
}

/// A year, and what orders the entries of one year.
fn recency(entry: &Entry) -> (i16, u32, String) {
    let pages = entry.citations.iter().filter_map(|citation| match citation {
        Citation::Page { volume, page } => Some((year_of_volume(*volume), *page)),
        Citation::AsPublished(_) => None,
    });
    let date = entry.start_date.clone().unwrap_or_default();
    let year = date.get(..4).and_then(|year| year.parse().ok()).unwrap_or(0);
    let (year, page) = pages.max().unwrap_or((year, 0));
    (year, page, date)
}

/// What is known of all entries together.
struct Names<'a> {
    entries: &'a [Entry],
    /// The names of the parties that have this name or alias.
    owners: FxHashMap<String, BTreeSet<String>>,
    /// The entries of this name.
    parties: FxHashMap<String, Vec<usize>>,
    /// The entries at this address.
    places: FxHashMap<String, Vec<usize>>,
    /// In how many names each word is.
    words: FxHashMap<String, usize>,
}

impl<'a> Names<'a> {
    fn of(entries: &'a [Entry]) -> Self {
        let mut names = Self {
            entries,
            owners: FxHashMap::default(),
            parties: FxHashMap::default(),
            places: FxHashMap::default(),
            words: FxHashMap::default(),
        };
        for (at, entry) in entries.iter().enumerate() {
            let party = key(&entry.name);
            names.parties.entry(party.clone()).or_default().push(at);
            for name in std::iter::once(&entry.name).chain(&entry.aliases) {
                names.owners.entry(key(name)).or_default().insert(party.clone());
            }
            for address in &entry.addresses {
                names.places.entry(key(address)).or_default().push(at);
            }
            for word in entry.name.split_whitespace().map(key).collect::<BTreeSet<_>>() {
                *names.words.entry(word).or_default() += 1;
            }
        }
        names
    }

    /// Whether the text is a name of this party and of no other.
    fn is_own(&self, text: &str, party: &str) -> bool {
        let owners = self.owners.get(&key(text));
        owners.is_some_and(|owners| owners.iter().eq([party]))
    }

    /// Whether the text is a name of no other party.
    fn is_free_for(&self, text: &str, party: &str) -> bool {
        let text = key(text);
        !text.is_empty() && self.owners.get(&text).is_none_or(|owners| owners.iter().eq([party]))
    }

    /// The key of the rarest word of a name.
    fn rarest(&self, name: &str) -> String {
        let count = |word: &String| self.words.get(word).copied().unwrap_or(0);
        let words = name.split_whitespace().map(key).filter(|word| !word.is_empty());
        words.min_by_key(|word| (count(word), word.clone())).unwrap_or_default()
    }

    /// Rare words of all names, as they are written.
    fn rare_words(&self) -> Vec<&'a str> {
        let words = self.entries.iter().flat_map(|entry| entry.name.split_whitespace());
        let is_rare = |word: &&str| {
            word.chars().all(|c| c.is_ascii_alphabetic())
                && word.len() > 4
                // Another legal form is no other party.
                && !legal_form::is_part(&key(word))
                && self.words.get(&key(word)).is_some_and(|count| *count <= RARE)
        };
        words.filter(is_rare).collect()
    }
}

/// The counterparties that are made of these entries, at most `per_kind` of each kind. The same
/// list gives the same ones.
pub fn of(entries: &[Entry], latest: &[usize], per_kind: usize) -> Cases {
    let names = Names::of(entries);
    let mut cases = Cases::default();
    for kind in SpellingKind::ALL.iter().copied() {
        let made = match kind {
            SpellingKind::Alias => aliases(&names, latest, &mut cases.hidden, per_kind),
            SpellingKind::Address | SpellingKind::Number => addresses(kind, &names, latest),
            SpellingKind::Sister => sisters(&names, latest),
            SpellingKind::Clean => clean(&names, per_kind),
            _ => spellings(kind, &names, latest),
        };
        cases.all.extend(made.into_iter().take(per_kind));
    }
    for (at, case) in cases.all.iter_mut().enumerate() {
        case.counterparty.id = format!("D{:05}", at + 1);
    }
    cases
}

fn dice(kind: SpellingKind, text: &str) -> Dice {
    Dice::of(&format!("{} {text}", kind.as_str()))
}

fn case(kind: SpellingKind, name: String, entry: &Entry, expected: &[usize]) -> Case {
    let country = entry.countries.first().cloned().unwrap_or_default();
    let counterparty = Counterparty { name, country, ..Counterparty::default() };
    Case { kind, counterparty, expected: expected.to_vec() }
}

/// The listed parties, with the key of their name and the places of all entries of that name.
fn parties<'n>(
    names: &'n Names<'_>,
    latest: &'n [usize],
) -> impl Iterator<Item = (&'n Entry, String, &'n [usize])> {
    latest.iter().filter_map(|at| {
        let entry = names.entries.get(*at).filter(|entry| entry.form == Form::Party)?;
        let party = key(&entry.name);
        let places = names.parties.get(&party)?;
        (!party.is_empty()).then_some((entry, party, places.as_slice()))
    })
}

fn spellings(kind: SpellingKind, names: &Names<'_>, latest: &[usize]) -> Vec<Case> {
    let made = |(entry, party, places): (&Entry, String, &[usize])| {
        let mut dice = dice(kind, &party);
        if kind == SpellingKind::Same {
            let own: Vec<&String> = std::iter::once(&entry.name)
                .chain(&entry.aliases)
                .filter(|name| names.is_own(name, &party))
                .collect();
            let name = dice.pick(&own)?;
            let made = other_spelling::of(kind, name, "", &mut dice)?;
            // Some capital letters have another lower case.
            return (key(&made) == key(name)).then(|| case(kind, made, entry, places));
        }
        let made = other_spelling::of(kind, &entry.name, &names.rarest(&entry.name), &mut dice)?;
        let usable = party.len() >= NAME_LETTERS && names.is_free_for(&made, &party);
        usable.then(|| case(kind, made, entry, places))
    };
    parties(names, latest).filter_map(made).collect()
}

fn aliases(
    names: &Names<'_>,
    latest: &[usize],
    hidden: &mut Vec<(usize, String)>,
    most: usize,
) -> Vec<Case> {
    let is_acronym = |alias: &str| {
        alias.replace('.', "").chars().count() <= ACRONYM_LETTERS
            && !alias.trim().contains(' ')
            && alias.to_uppercase() == alias
    };
    let made = |(entry, party, places): (&Entry, String, &[usize])| {
        let pool: Vec<&String> = entry
            .aliases
            .iter()
            .filter(|alias| {
                key(alias).len() >= ALIAS_LETTERS
                    && key(alias) != party
                    && names.is_own(alias, &party)
                    && !is_acronym(alias)
                    && alias.chars().count() < LONGEST_ALIAS
            })
            .collect();
        let alias: String = dice(SpellingKind::Alias, &party).pick(&pool)?.as_str().to_owned();
        hidden.extend(places.iter().map(|at| (*at, alias.clone())));
        Some(case(SpellingKind::Alias, alias, entry, places))
    };
    parties(names, latest).filter_map(made).take(most).collect()
}

fn addresses(kind: SpellingKind, names: &Names<'_>, latest: &[usize]) -> Vec<Case> {
    let mut cases = Vec::new();
    let mut seen = BTreeSet::new();
    for entry in latest.iter().filter_map(|at| names.entries.get(*at)) {
        for address in entry.addresses.iter().filter(|address| is_usable(address)) {
            let mut dice = dice(kind, address);
            if !seen.insert(key(address)) {
                continue;
            }
            let (written, expected) = if kind == SpellingKind::Address {
                let expected = names.places.get(&key(address)).cloned().unwrap_or_default();
                (Some(in_other_order(address)), expected)
            } else {
                let other = next_door(address, &mut dice);
                (other.filter(|other| !names.places.contains_key(&key(other))), Vec::new())
            };
            let Some(written) = written else { continue };
            let mut case = case(kind, made_up(&mut dice), entry, &expected);
            case.counterparty.addresses = vec![written];
            cases.push(case);
        }
    }
    cases
}

fn sisters(names: &Names<'_>, latest: &[usize]) -> Vec<Case> {
    let rare_words = names.rare_words();
    let made = |(entry, party, _): (&Entry, String, &[usize])| {
        let mut dice = dice(SpellingKind::Sister, &party);
        let rarest = names.rarest(&entry.name);
        let others: Vec<&&str> = rare_words.iter().filter(|word| key(word) != rarest).collect();
        let made = sister(&entry.name, &rarest, dice.pick(&others)?)?;
        let is_other = key(&made) != party && !names.owners.contains_key(&key(&made));
        is_other.then(|| case(SpellingKind::Sister, made, entry, &[]))
    };
    parties(names, latest).filter_map(made).collect()
}

fn clean(names: &Names<'_>, most: usize) -> Vec<Case> {
    let mut dice = Dice::of("clean");
    let mut seen = BTreeSet::new();
    (0..most)
        .map(|_| made_up(&mut dice))
        .filter(|name| !names.owners.contains_key(&key(name)) && seen.insert(name.clone()))
        .map(|name| {
            let counterparty = Counterparty { name, ..Counterparty::default() };
            Case { kind: SpellingKind::Clean, counterparty, expected: Vec::new() }
        })
        .collect()
}

fn made_up(dice: &mut Dice) -> String {
    MADE_UP.iter().filter_map(|words| dice.pick(words).copied()).collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::ListCode;

    pub fn entry(name: &str, page: u32) -> Entry {
        Entry {
            aliases: vec![format!("{name} Export Bureau")],
            addresses: vec![format!("No. {page} Long Road, Xiatun District, Shenyang, 110000, CN")],
            countries: vec!["CN".into()],
            citations: vec![Citation::page(87, page)],
            ..Entry::named(ListCode::EL, name)
        }
    }

    #[test]
    fn the_latest_are_those_that_cite_the_last_page() {
        let amended = Entry {
            citations: vec![Citation::page(70, 1), Citation::page(91, 5)],
            ..entry("Amended", 1)
        };
        let dated = Entry {
            citations: Vec::new(),
            start_date: Some("2024-01-02".into()),
            ..entry("Dated", 1)
        };
        let list = [entry("Old", 10), amended, entry("New", 20), dated, entry("new", 15)];
        assert_eq!(latest(&list, 9), [1, 3, 2, 0], "a name counts once");
        assert_eq!(latest(&list, 2), [1, 3]);
    }

    #[test]
    fn each_kind_is_made_and_each_run_makes_the_same() {
        let names = ["Zhukovsky Avionics", "Tianshan Radars", "Sinnovar Optics", "Wuhanite Lasers"];
        let named = |(name, page): (&&str, u32)| {
            entry(&format!("{name} Technology Research Institute Co., Ltd."), page)
        };
        let list: Vec<Entry> = names.iter().zip(10..).map(named).collect();
        let places = latest(&list, 10);
        let cases = of(&list, &places, 3);
        assert_eq!(cases, of(&list, &places, 3));
        for kind in SpellingKind::ALL {
            let made: Vec<&Case> = cases.all.iter().filter(|case| case.kind == *kind).collect();
            assert!((1..=3).contains(&made.len()), "{kind:?}: {}", made.len());
            for case in made {
                assert_eq!(!case.expected.is_empty(), kind.is_listed(), "{case:?}");
            }
        }
        assert_eq!(cases.hidden.len(), 3);
        assert_eq!(cases.all[0].counterparty.id, "D00001");
    }

    #[test]
    fn a_spelling_that_another_party_has_is_not_used() {
        let kinds = |other: &str| {
            let cases = of(&[entry("Tianshan Trading Works", 10), entry(other, 11)], &[0], 9);
            cases.all.iter().map(|case| case.kind).collect::<Vec<_>>()
        };
        assert!(kinds("Alder Works").contains(&SpellingKind::Short));
        assert!(!kinds("Tianshan Trdg Works").contains(&SpellingKind::Short));
        assert!(of(&[], &[], 9).hidden.is_empty());
    }
}
