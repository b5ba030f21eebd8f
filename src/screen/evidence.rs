//! The two sides of a match in the normalized form that a dismissal rests on.
//!
//! What the comparison ignores is not in it: case, punctuation, the spelling of legal forms, and
//! how the parts of an address are abbreviated.

use std::collections::BTreeSet;

use crate::domain::matching::decision::{Evidence, PartyEvidence};
use crate::domain::{Counterparty, Entry, country};
use crate::screen::addresses::address::Address;
use crate::screen::addresses::comparison as place;
use crate::screen::addresses::part::Part;
use crate::screen::names::variants;
use crate::screen::names::word::Name;

/// The most texts of an entry that a difference quotes. The entry's own page has all.
const MAX_QUOTED: usize = 5;
/// The columns of a list that identify a party.
const IDENTIFIERS: [&str; 2] = ["ids", "dates_of_birth"];

/// The evidence of one row of a counterparty file.
pub fn of_counterparty(party: &Counterparty) -> PartyEvidence {
    PartyEvidence {
        names: std::iter::once(&party.name).chain(&party.aliases).flat_map(|n| names(n)).collect(),
        addresses: party.addresses.iter().filter_map(|text| address(text)).collect(),
        countries: [&party.country].into_iter().filter(|code| !code.is_empty()).cloned().collect(),
        identifiers: BTreeSet::new(),
    }
}

/// The evidence of one row of a list.
pub fn of_entry(entry: &Entry) -> PartyEvidence {
    let identifiers = IDENTIFIERS
        .iter()
        .filter_map(|column| entry.other.get(column))
        .flat_map(|text| text.split(';'))
        .map(letters_and_digits)
        .filter(|text| !text.is_empty());
    PartyEvidence {
        names: std::iter::once(&entry.name).chain(&entry.aliases).flat_map(|n| names(n)).collect(),
        addresses: entry.addresses.iter().filter_map(|text| address(text)).collect(),
        countries: entry.countries.iter().cloned().collect(),
        identifiers: identifiers.collect(),
    }
}

/// Adds what `other` shows of the same party.
pub fn join(evidence: &mut PartyEvidence, other: &PartyEvidence) {
    let add =
        |own: &mut BTreeSet<String>, more: &BTreeSet<String>, same: fn(&str, &str) -> bool| {
            for text in more {
                if !own.iter().any(|known| same(known, text)) {
                    own.insert(text.clone());
                }
            }
        };
    add(&mut evidence.names, &other.names, same_name);
    add(&mut evidence.addresses, &other.addresses, str::eq);
    add(&mut evidence.countries, &other.countries, str::eq);
    add(&mut evidence.identifiers, &other.identifiers, str::eq);
}

/// What both sides show today.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Shown {
    pub counterparty: PartyEvidence,
    /// Of the entry, by the sources that a dismissal rests on.
    pub entry: PartyEvidence,
    /// Of the entry, by other sources. They may write the same in another way, and have columns
    /// that the others lack.
    pub elsewhere: PartyEvidence,
}

/// What differs between the evidence of a dismissal and that of today, in words. Empty: nothing.
/// `rows` are the states of the entry, as written: what differs is quoted from them. Nothing is
/// quoted of the counterparty.
pub fn differences(before: &Evidence, now: &Shown, rows: &[Entry]) -> Vec<String> {
    let mut found = Vec::new();
    let nothing = PartyEvidence::default();
    let (ours, listed) = (&before.counterparty, &before.entry);
    compare("the counterparty", ours, &now.counterparty, &nothing, &[], &mut found);
    compare("the entry", listed, &now.entry, &now.elsewhere, rows, &mut found);
    found
}

/// `: “Cedarholm Radar”, “Birchgrove”`, as the rows write these normalized texts.
fn quoted(what: &str, texts: &[&String], rows: &[Entry]) -> String {
    let written = |text: &&String| -> Option<String> {
        let row = |row: &Entry| match what {
            "name" => std::iter::once(&row.name)
                .chain(&row.aliases)
                .find(|name| names(name).contains(text))
                .cloned(),
            "address" => row
                .addresses
                .iter()
                .find(|written| address(written).as_ref() == Some(*text))
                .cloned(),
            "country" => {
                let is_shown = row.countries.contains(text);
                is_shown.then(|| country::name_in_messages(text).to_owned())
            }
            _ => None,
        };
        rows.iter().find_map(row)
    };
    let written: BTreeSet<String> = texts.iter().filter_map(written).collect();
    let more = match written.len().saturating_sub(MAX_QUOTED) {
        0 => String::new(),
        more => format!(" and {more} more"),
    };
    let shown: Vec<String> =
        written.iter().take(MAX_QUOTED).map(|text| format!("“{text}”")).collect();
    if shown.is_empty() { String::new() } else { format!(": {}{more}", shown.join(", ")) }
}

/// Whether two normalized texts say the same.
type Same = fn(&str, &str) -> bool;

fn compare(
    side: &str,
    before: &PartyEvidence,
    now: &PartyEvidence,
    elsewhere: &PartyEvidence,
    rows: &[Entry],
    found: &mut Vec<String>,
) {
    let none = BTreeSet::new();
    // If other sources alone show the entry now, what they do not publish is not lost.
    let is_shown = !now.names.is_empty() || !now.addresses.is_empty();
    let equal: Same = |one, other| one == other;
    let categories: [(&str, [&BTreeSet<String>; 3], Same, Same); 4] = [
        ("name", [&before.names, &now.names, &elsewhere.names], same_name, same_name),
        ("address", [&before.addresses, &now.addresses, &elsewhere.addresses], equal, same_address),
        // Another source may know countries and identifiers that the first one does not publish.
        ("country", [&before.countries, &now.countries, &none], equal, equal),
        ("identifier", [&before.identifiers, &now.identifiers, &none], equal, equal),
    ];
    for (what, [before, now, elsewhere], same, alike) in categories {
        let lacks =
            |all: &BTreeSet<String>, text: &str, same: Same| !all.iter().any(|o| same(o, text));
        let new: Vec<&String> = now
            .iter()
            .filter(|text| lacks(before, text, same))
            .chain(elsewhere.iter().filter(|text| lacks(before, text, alike)))
            .collect();
        if !new.is_empty() {
            found.push(format!("{side} has another {what}{}", quoted(what, &new, rows)));
        }
        // What no source of the dismissal shows any more may be known from another one.
        let is_lost = |text: &String| lacks(now, text, same) && lacks(elsewhere, text, alike);
        let lost: Vec<&String> = before.iter().filter(|text| is_lost(text)).collect();
        if is_shown && !lost.is_empty() {
            found.push(format!(
                "{side} lost {} {what}{}",
                article(what),
                quoted(what, &lost, rows)
            ));
        }
    }
}

fn article(what: &str) -> &'static str {
    if what.starts_with(['a', 'i']) { "an" } else { "a" }
}

/// The normalized forms of a cell of names: `letters/meanings/legal forms`.
fn names(text: &str) -> Vec<String> {
    let form = |variant: &variants::Variant| {
        let name = Name::of(&variant.text);
        let mut senses: Vec<&str> = name.words.iter().map(|word| word.sense.as_str()).collect();
        senses.sort_unstable();
        let left_out = letters_and_digits(&variant.left_out);
        let left_out = if left_out.is_empty() { left_out } else { format!("/{left_out}") };
        format!("{}/{}/{}{left_out}", name.bare, senses.join(" "), name.legal.join(" "))
    };
    variants::of_listed(text).iter().map(form).filter(|form| form != "//").collect()
}

/// Whether two normalized names are the same: their legal forms, and their letters without spaces
/// or the meanings of their words.
fn same_name(one: &str, other: &str) -> bool {
    if one == other {
        return true;
    }
    let parts = |text: &'_ str| -> Option<(String, String, String)> {
        let (letters, rest) = text.split_once('/')?;
        let (meanings, forms) = rest.split_once('/')?;
        Some((letters.to_owned(), meanings.to_owned(), forms.to_owned()))
    };
    match (parts(one), parts(other)) {
        (Some(one), Some(other)) => {
            one.2 == other.2
                && ((!one.0.is_empty() && one.0 == other.0)
                    || (!one.1.is_empty() && one.1 == other.1))
        }
        _ => false,
    }
}

/// The normalized form of an address: its words without those that name its parts, and its numbers.
fn address(text: &str) -> Option<String> {
    let address = Address::of(text);
    let mut words: Vec<&str> = address
        .words
        .iter()
        .filter(|word| matches!(word.part, Part::Word | Part::Direction))
        .map(|word| word.text.as_str())
        .collect();
    words.sort_unstable();
    let numbers = [&address.numbers, &address.floors, &address.postal].map(|list| list.join(" "));
    let mut form = format!("{}|{}", words.join(" "), numbers.join("|"));
    for number in &address.boxes {
        form.push_str(" box ");
        form.push_str(number);
    }
    form.chars().any(char::is_alphanumeric).then_some(form)
}

/// Whether two normalized addresses are one place.
fn same_address(one: &str, other: &str) -> bool {
    let (one_place, other_place) = (Address::of(one), Address::of(other));
    let weights =
        |address: &Address| -> Vec<f32> { address.words.iter().map(|word| word.weight).collect() };
    one == other
        || place::compare(&one_place, &weights(&one_place), &other_place, &weights(&other_place))
            .is_some()
}

fn letters_and_digits(text: &str) -> String {
    text.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_lowercase).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::{Citation, ListCode};

    fn party(name: &str, address: &str) -> Counterparty {
        Counterparty {
            id: "C1".into(),
            name: name.into(),
            addresses: vec![address.into()],
            country: "CN".into(),
            ..Counterparty::default()
        }
    }

    fn of(one: &Counterparty, other: &Counterparty) -> Vec<String> {
        let before = Evidence { counterparty: of_counterparty(one), ..Evidence::default() };
        let now = Shown { counterparty: of_counterparty(other), ..Shown::default() };
        differences(&before, &now, &[])
    }

    #[test]
    fn ok_what_an_export_writes_differently_is_the_same_evidence() {
        let before = party("Alderwood Works Co., Ltd.", "12 Polevaya Street, Building 3, Samarsk");
        for (name, address) in [
            ("ALDERWOOD WORKS CO LTD", "12 Polevaya St., Bldg. 3, Samarsk"),
            ("Alderwood Works Company Limited", "Bldg 3, 12 Polevaya st, SAMARSK"),
            ("Alder Wood Works Co. Ltd", "12 Polevaya Street Building 3 Samarsk"),
        ] {
            assert_eq!(of(&before, &party(name, address)), Vec::<String>::new(), "{name}");
        }
    }

    #[test]
    fn err_another_name_number_or_country_is_other_evidence() {
        let before = party("Alderwood Works Co., Ltd.", "12 Polevaya Street, Samarsk");
        let check = |after: Counterparty, expected: &[&str]| {
            assert_eq!(of(&before, &after), expected);
        };
        let address = "12 Polevaya Street, Samarsk";
        let both = |what: &str| {
            vec![
                format!("the counterparty has another {what}"),
                format!("the counterparty lost {} {what}", article(what)),
            ]
        };
        assert_eq!(of(&before, &party("Birchwood Works Co., Ltd.", address)), both("name"));
        assert_eq!(
            of(&before, &party(&before.name, "14 Polevaya Street, Samarsk")),
            both("address")
        );
        let moved = Counterparty { country: "RU".into(), ..before.clone() };
        assert_eq!(of(&before, &moved), both("country"));
        let alias = Counterparty { aliases: vec!["Cedarholm".into()], ..before.clone() };
        check(alias, &["the counterparty has another name"]);
    }

    #[test]
    fn citations_license_terms_and_case_are_no_evidence() {
        let entry = Entry {
            aliases: vec!["Cedarholm Institute".into()],
            ..Entry::named(ListCode::EL, "Alderwood Works")
        };
        let amended = Entry {
            name: "ALDERWOOD WORKS".into(),
            license_requirement: "All items".into(),
            citations: vec![Citation::page(87, 38920)],
            ..entry.clone()
        };
        assert_eq!(of_entry(&entry), of_entry(&amended));
        let renamed = Entry { aliases: Vec::new(), ..entry.clone() };
        assert_ne!(of_entry(&entry), of_entry(&renamed));
    }

    #[test]
    fn another_source_that_writes_the_same_in_another_way_changes_nothing() {
        let entry = |aliases: &[&str], address: &str| Entry {
            aliases: aliases.iter().map(|alias| (*alias).to_owned()).collect(),
            addresses: vec![address.to_owned()],
            countries: vec!["RU".to_owned()],
            ..Entry::named(ListCode::EL, "Alderwood Works")
        };
        let first = of_entry(&entry(&["Cedarholm"], "12 Polevaya Street, Samarsk 443000, Russia"));
        let before = Evidence { entry: first.clone(), ..Evidence::default() };
        let check = |known: &PartyEvidence, elsewhere: Entry, expected: &[&str]| {
            let now =
                Shown { entry: known.clone(), elsewhere: of_entry(&elsewhere), ..Shown::default() };
            assert_eq!(differences(&before, &now, &[]), expected);
        };
        let other = entry(&["CEDARHOLM"], "Polevaya St. 12, Samarsk, RU");
        check(&first, other.clone(), &[]);
        // The first source lost the entry, or was a rule that is carried out now.
        check(&PartyEvidence::default(), other, &[]);
        let more = entry(&["Cedarholm", "Birchgrove"], "12 Polevaya Street, Samarsk");
        check(&first, more, &["the entry has another name"]);
        let moved = entry(&["Cedarholm"], "14 Polevaya Street, Samarsk");
        check(&first, moved, &["the entry has another address"]);
    }

    #[test]
    fn two_sources_of_one_entry_are_joined() {
        let mut evidence = of_entry(&Entry::named(ListCode::EL, "Alderwood Works"));
        let same = evidence.clone();
        join(&mut evidence, &of_entry(&Entry::named(ListCode::EL, "ALDERWOOD  WORKS")));
        assert_eq!(evidence, same);
        join(&mut evidence, &of_entry(&Entry::named(ListCode::EL, "Birchgrove Plant")));
        assert_eq!(evidence.names.len(), 2);
    }
}
