//! The parts of an entry or a revision that the counterparts in another source do not confirm.
//!
//! Knows how two publishers word the same thing. `counterparts` finds the counterparts.

use crate::diff::pairing::name::split_aliases;
use crate::diff::sources::agreement::{self, Agreement};
use crate::diff::sources::name_forms::{LEAST_SIMILARITY, distinctive_words, similarity};
use crate::diff::sources::place::{is_under_another_code, share_an_address};
use crate::diff::sources::terms::{TermsMatch, compare_terms};
use crate::domain::subordinate::parent_and_party;
use crate::domain::{Change, Citation, Entry, Form};

/// The least number of letters that each part of a cut text has. A shorter name or address may
/// begin or end many texts by chance.
const LEAST_PART_BYTES: usize = 8;

/// What an entry shows and none of its counterparts in another source shows, each in words: a name,
/// a country, a footnote, an alias, a license requirement.
///
/// Another spelling is not a difference. Citations are not compared.
pub fn of_entry(entry: &Entry, counterparts: &[&Entry]) -> Vec<String> {
    let any = |holds: &dyn Fn(&Entry) -> bool| counterparts.iter().any(|other| holds(other));
    let mut unconfirmed: Vec<String> = Vec::new();
    let (name, _) = split_aliases(&entry.name);
    let name = parent_and_party(name).map_or(name, |(_, party)| party);
    if entry.form == Form::Party && !any(&|other| mentions(other, name)) {
        unconfirmed.push(format!("name {name}"));
    }
    for country in entry.countries.iter().filter(|country| {
        !any(&|other| other.countries.is_empty() || other.countries.contains(country))
    }) {
        // One publisher derives the country from the heading, and the other from the address.
        let there = without_other_countries(entry, country);
        let is_confirmed = any(&|other| {
            share_an_address(&there, other) || is_under_another_code(country, &there, other)
        });
        if !is_confirmed {
            unconfirmed.push(format!("country {country}"));
        }
    }
    unconfirmed.extend(
        entry
            .footnotes
            .iter()
            .filter(|footnote| !any(&|other| other.footnotes.contains(footnote)))
            .map(|footnote| format!("footnote {footnote}")),
    );
    unconfirmed.extend(
        entry
            .aliases
            .iter()
            .filter(|alias| !any(&|other| mentions(other, split_aliases(alias).0)))
            .map(|alias| format!("alias {alias}")),
    );
    if !entry.license_requirement.is_empty()
        && !any(&|other| requirements(entry, other) != TermsMatch::Different)
    {
        unconfirmed.push(format!("license requirement \"{}\"", entry.license_requirement));
    }
    unconfirmed
}

/// The parts of a revision that its current counterparts in another source do not confirm.
///
/// `theirs` is the revision that the other source showed. Returns `None` where that was another
/// event: the two neither cite a common new rule nor change a common field.
pub fn of_revision(
    revision: &Change,
    theirs: &Change,
    counterparts: &[&Entry],
) -> Option<Vec<String>> {
    let before = revision.before.as_ref()?;
    let after = &revision.entry;
    let unconfirmed = of_difference(before, after, counterparts);
    let new: Vec<Citation> = after
        .citations
        .iter()
        .filter(|citation| !before.citations.contains(citation))
        .cloned()
        .collect();
    let same_rule = !new.is_empty() && {
        let cited = Entry { citations: new, ..Entry::named(after.list, "") };
        agreement::of_rules(&cited, &theirs.entry) == Agreement::Agrees
    };
    let (our_fields, their_fields) = (comparable_fields(revision), comparable_fields(theirs));
    let same_field = our_fields.iter().any(|field| their_fields.contains(field))
        && unconfirmed.len() < our_fields.len();
    (same_rule || same_field).then_some(unconfirmed)
}

/// The license terms that every counterpart words or punctuates in another way, with the same
/// meaning. This is not news. It is shown where a reader asks how the sources differ.
pub fn reworded_terms(entry: &Entry, counterparts: &[&Entry]) -> Vec<String> {
    let is_reworded = |compare: fn(&Entry, &Entry) -> TermsMatch| {
        let all: Vec<TermsMatch> = counterparts.iter().map(|other| compare(entry, other)).collect();
        all.contains(&TermsMatch::Reworded) && !all.contains(&TermsMatch::Same)
    };
    let mut reworded = Vec::new();
    if is_reworded(requirements) {
        reworded.push(format!("license requirement \"{}\"", entry.license_requirement));
    }
    if is_reworded(policies) {
        reworded.push(format!("license review policy \"{}\"", entry.license_policy));
    }
    reworded
}

/// What differs from `before` to `after` and is not confirmed. Where the two sources differed
/// before already, that is not news.
fn of_difference(before: &Entry, after: &Entry, counterparts: &[&Entry]) -> Vec<String> {
    let any = |holds: &dyn Fn(&Entry) -> bool| counterparts.iter().any(|other| holds(other));
    let gained = |now: &[String], was: &[String]| {
        now.iter().filter(|text| !was.contains(text)).cloned().collect::<Vec<_>>()
    };
    let mut gains = Entry::named(after.list, after.name.clone());
    gains.form = after.form;
    gains.aliases = gained(&after.aliases, &before.aliases);
    gains.addresses.clone_from(&after.addresses);
    gains.countries = gained(&after.countries, &before.countries);
    gains.footnotes = gained(&after.footnotes, &before.footnotes);
    if after.license_requirement != before.license_requirement {
        gains.license_requirement.clone_from(&after.license_requirement);
    }
    let mut unconfirmed = of_entry(&gains, counterparts);
    for address in gained(&after.addresses, &before.addresses) {
        let alone = Entry { addresses: vec![address.clone()], ..Entry::named(after.list, "") };
        if !any(&|other| share_an_address(&alone, other) || mentions(other, &address)) {
            unconfirmed.push(format!("address {address}"));
        }
    }
    let lost_footnotes = gained(&before.footnotes, &after.footnotes);
    unconfirmed.extend(
        lost_footnotes
            .iter()
            .filter(|footnote| any(&|other| other.footnotes.contains(footnote)))
            .map(|footnote| format!("no footnote {footnote}")),
    );
    if after.license_policy != before.license_policy
        && !any(&|other| policies(after, other) != TermsMatch::Different)
    {
        unconfirmed.push(format!("license review policy \"{}\"", after.license_policy));
    }
    unconfirmed
}

/// The fields that a change names and that two publishers write alike. Each publisher has its own
/// citations, dates, remarks, form and further columns.
fn comparable_fields(change: &Change) -> Vec<&str> {
    let is_own = |field: &str| {
        matches!(field, "citations" | "start_date" | "end_date" | "remarks" | "form")
            || field.starts_with("other.")
    };
    change.fields.iter().map(|field| field.field.as_str()).filter(|field| !is_own(field)).collect()
}

/// Whether a name occurs anywhere in the texts of an entry. Another publisher cuts the same text in
/// other places.
fn mentions(entry: &Entry, name: &str) -> bool {
    let compact = |text: &str| distinctive_words(text).concat();
    let name = compact(name);
    let texts: Vec<String> = [&entry.name, &entry.remarks]
        .into_iter()
        .chain(&entry.aliases)
        .chain(&entry.addresses)
        .map(String::as_str)
        .chain(entry.other.values())
        .map(compact)
        .collect();
    let matches_name =
        |text: &String| text.contains(&name) || similarity(text, &name) >= LEAST_SIMILARITY;
    // A name that continues into an address at one publisher is a name and an address at the other.
    let continues = |beginning: &String| {
        let rest = name.strip_prefix(&compact(split_aliases(beginning).0)).filter(|rest| {
            rest.len() >= LEAST_PART_BYTES && name.len() - rest.len() >= LEAST_PART_BYTES
        });
        rest.is_some_and(|rest| texts.iter().any(|text| text.contains(rest)))
    };
    texts.iter().any(matches_name)
        || std::iter::once(&entry.name).chain(&entry.aliases).any(continues)
}

fn requirements(one: &Entry, other: &Entry) -> TermsMatch {
    compare_terms(
        &one.license_requirement,
        &other.license_requirement,
        &[&one.footnotes, &other.footnotes],
    )
}

fn policies(one: &Entry, other: &Entry) -> TermsMatch {
    compare_terms(&one.license_policy, &other.license_policy, &[&one.footnotes, &other.footnotes])
}

/// The entry with only the addresses that may be in this country: without those that end in the
/// code of another of its countries.
fn without_other_countries(entry: &Entry, country: &str) -> Entry {
    let is_in_another = |address: &String| {
        let last =
            address.trim_end_matches([' ', '.']).rsplit([',', ' ']).next().unwrap_or_default();
        last != country && entry.countries.iter().any(|other| other == last)
    };
    let addresses =
        entry.addresses.iter().filter(|address| !is_in_another(address)).cloned().collect();
    Entry { addresses, ..entry.clone() }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::diff::sources::counterparts::match_lists;
    use crate::diff::sources::matched_by::MatchedBy;
    use crate::domain::ListCode;

    fn entry(name: &str, country: &str, page: u32) -> Entry {
        Entry {
            countries: vec![country.into()],
            citations: vec![Citation::page(87, page)],
            ..Entry::named(ListCode::EL, name)
        }
    }

    #[test]
    fn only_what_the_counterparts_do_not_show_is_unconfirmed() {
        let mut one = entry("Ash Works", "CN", 100);
        one.aliases = vec!["AW Trading".into(), "Esche Handel".into()];
        one.footnotes = vec!["3".into()];
        one.license_requirement =
            "For all items subject to the EAR. (See §§ 734.9(e) and 744.11 of the EAR)".into();
        let mut other = entry("Ash Works Ltd.", "CN", 110);
        other.addresses = vec!["a.k.a. AW Trading, 5 Orchard Road, Wuxi, CN".into()];
        other.license_requirement =
            "For all items subject to the EAR  (See §744.11 of the EAR)".into();
        let requirement = format!("license requirement \"{}\"", one.license_requirement);
        assert_eq!(of_entry(&one, &[&other]), ["footnote 3", "alias Esche Handel", &requirement]);
        assert_eq!(
            of_entry(&other, &[&one]),
            [requirement.replace(&one.license_requirement, &other.license_requirement)]
        );
        assert_eq!(of_entry(&one, &[&one]), [""; 0]);
    }

    #[test]
    fn ok_headings_spelling_of_sections_and_cuts_are_confirmed() {
        let mut ecfr = entry("Ash Works", "CN", 38925);
        ecfr.aliases = vec!["Esche Handel".into()];
        ecfr.addresses = vec![
            "Unit 9, Kowloon, Hong Kong".into(),
            "No. 7, Tower House, Wanchai, Hong Kong".into(),
        ];
        ecfr.license_requirement =
            "For all items (See §§ 734.9(g),3 746.8(a)(3) of the EAR)".into();
        ecfr.footnotes = vec!["3".into()];
        let mut csl = entry("ASH WORKS", "HK", 38920);
        csl.aliases = vec!["Esche Handel, No. 7, Tower House, Wanchai".into()];
        csl.addresses = vec!["Unit 9, Kowloon, HK".into()];
        csl.license_requirement =
            "For all items (See §734.9(g), 3 §746.8(a)(3) of the EAR).".into();
        csl.footnotes = vec!["3".into()];
        let lists = match_lists(std::slice::from_ref(&csl), std::slice::from_ref(&ecfr));
        assert_eq!(lists.pairs, [(0, 0, MatchedBy::Name)]);
        assert_eq!((of_entry(&csl, &[&ecfr]), of_entry(&ecfr, &[&csl])), (vec![], vec![]));
        assert_eq!(reworded_terms(&csl, &[&ecfr]), [""; 0]);
        csl.license_requirement =
            "For all items, (See §734.9(g), 3 §746.8(a)(3) of the EAR)".into();
        assert_eq!(of_entry(&csl, &[&ecfr]), [""; 0], "another comma is not reported");
        assert_eq!(
            reworded_terms(&csl, &[&ecfr]),
            [format!("license requirement \"{}\"", csl.license_requirement)]
        );
    }

    #[test]
    fn an_address_in_one_country_does_not_confirm_another() {
        let mut one =
            Entry { countries: vec!["CN".into(), "RU".into()], ..entry("Ash Works", "CN", 100) };
        one.addresses = vec![
            "12 Orchard Road, Wuxi, 214000, CN".into(),
            "5 Mira Street, Perm, 614000, RU".into(),
        ];
        let mut other = entry("Ash Works", "CN", 100);
        other.addresses = vec!["12 Orchard Road, Wuxi, 214000, China".into()];
        assert_eq!(of_entry(&one, &[&other]), ["country RU"]);
    }

    #[test]
    fn a_revision_is_confirmed_by_the_current_entry_of_the_other_source() {
        let revision = |before: &Entry, after: &Entry| {
            crate::diff::compare(std::slice::from_ref(before), std::slice::from_ref(after))
                .remove(0)
        };
        let was = entry("Ash Works", "CN", 100);
        let aliased = |alias: &str| {
            let mut now = was.clone();
            now.aliases = vec![alias.into()];
            now.citations.push(Citation::page(88, 500));
            now
        };
        let theirs = revision(&was, &aliased("AW Trading"));
        let check = |after: &Entry, expected: Option<&[&str]>| {
            let unconfirmed = of_revision(&revision(&was, after), &theirs, &[&theirs.entry]);
            assert_eq!(
                unconfirmed,
                expected
                    .map(|texts| texts.iter().map(|text| (*text).to_owned()).collect::<Vec<_>>())
            );
        };
        check(&aliased("A.W. Trading"), Some(&[]));
        check(&aliased("Esche Handel"), Some(&["alias Esche Handel"]));
        check(&Entry { license_policy: "Denial.".into(), ..was.clone() }, None);
    }
}
