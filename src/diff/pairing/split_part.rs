//! What a new row took from an old row of the same name that was split.
//!
//! A part has what the other part lost, so that it is no addition. What no row lost is new.

use crate::diff::list::unordered::same_members;
use crate::diff::pairing::compatibility::shares_citation;
use crate::diff::pairing::evidence::{Detail, DetailKind};
use crate::diff::pairing::facts::Facts;
use crate::diff::pairing::row_texts::{has_text, is_place, missing_in, programs};
use crate::domain::Entry;

/// What moved from one row to another.
#[derive(Clone, Debug, PartialEq)]
pub struct Moved {
    pub detail: Detail,
    /// Whether it belongs to this party. Many parties share a remark or a program.
    pub is_own: bool,
}

/// What `old` has, `rest` lacks and `part` has, of three rows of one name: an address, an alias, a
/// country that an address does not show, or a fact in the remarks.
///
/// A part that cites other rules than the old row may be another party of the name. It needs an
/// address, or an alias in the same country, and even then the match is doubtful.
pub fn moved(old: &Entry, rest: &Entry, part: &Entry) -> Option<Moved> {
    let is_cited = shares_citation(old, part);
    let is_in_same_country = old.countries.is_empty()
        || part.countries.is_empty()
        || old.countries.iter().any(|country| part.countries.contains(country));
    let own = |kind: DetailKind, text: &str| {
        Some(Moved { detail: Detail::new(kind, text), is_own: is_cited })
    };
    let is_address =
        |address: &&String| has_text(&part.addresses, address) && (is_cited || is_place(address));
    if let Some(address) = missing_in(&old.addresses, &rest.addresses).find(is_address) {
        return own(DetailKind::Address, address);
    }
    let is_alias =
        |alias: &&String| has_text(&part.aliases, alias) && (is_cited || is_in_same_country);
    if let Some(alias) = missing_in(&old.aliases, &rest.aliases).find(is_alias) {
        return own(DetailKind::Alias, alias);
    }
    if !is_cited {
        return None;
    }
    // A part without an address of its own has only its country. With exactly the old citations,
    // it is no addition.
    let has_no_address = part.addresses.iter().all(|address| part.countries.contains(address));
    let has_old_citations =
        !part.citations.is_empty() && same_members(&part.citations, &old.citations);
    let is_moved = |country: &&String| {
        part.countries.contains(country)
            && (!rest.countries.contains(country) || (has_no_address && has_old_citations))
    };
    if let Some(country) = old.countries.iter().find(is_moved) {
        return own(DetailKind::Country, country);
    }
    moved_fact(old, rest, part)
}

/// Rows whose names are spelled differently may be two parties that share a remark.
fn moved_fact(old: &Entry, rest: &Entry, part: &Entry) -> Option<Moved> {
    if old.name != part.name {
        return None;
    }
    let (of_old, of_rest, of_part) = (Facts::of(old), Facts::of(rest), Facts::of(part));
    if !of_part.contradictions(&of_old).is_empty() {
        return None;
    }
    let moved = |kind: DetailKind, text: &str, is_own: bool| {
        Some(Moved { detail: Detail::new(kind, text), is_own })
    };
    let number = of_old
        .numbers
        .iter()
        .find(|number| !of_rest.numbers.contains(number) && of_part.numbers.contains(number));
    if let Some(number) = number {
        return moved(DetailKind::Number, &number.in_words(), true);
    }
    for (kind, old, rest, part, is_own) in [
        (DetailKind::Alias, &of_old.aliases, &of_rest.aliases, &of_part.aliases, true),
        (
            DetailKind::BirthDate,
            &of_old.birth_dates,
            &of_rest.birth_dates,
            &of_part.birth_dates,
            true,
        ),
        (DetailKind::Remark, &of_old.remarks, &of_rest.remarks, &of_part.remarks, false),
    ] {
        if let Some(text) = missing_in(old, rest).find(|text| has_text(part, text)) {
            return moved(kind, text, is_own);
        }
    }
    let (of_rest, of_part) = (programs(rest), programs(part));
    let program = programs(old)
        .into_iter()
        .find(|program| !of_rest.contains(program) && of_part.contains(program));
    program.and_then(|program| moved(DetailKind::MovedProgram, program, false))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::diff::compare;
    use crate::diff::pairing::split_check::{PLACE, both_ways, check, row};
    use crate::domain::{ChangeKind, Citation, ListCode};

    fn person(remarks: &str, programs: &str) -> Entry {
        let mut row = Entry::named(ListCode::SDN, "SHUKR, Fu'ad");
        remarks.clone_into(&mut row.remarks);
        row.other.insert("programs", programs);
        row
    }

    #[test]
    fn ok_a_part_has_what_the_other_part_lost() {
        let old = row("Alpha", &["Beta Works", "Gamma"], &[PLACE], &[1]);
        both_ways(
            &old,
            &[
                row("Alpha", &["Gamma"], &[PLACE], &[1]),
                row("Alpha", &["Beta Works"], &[PLACE], &[1]),
            ],
        );
        let old = person("DOB 15 Apr 1961; alt. DOB 1962; POB Beirut; a.k.a. 'CHAKAR'", "SDGT");
        both_ways(
            &old,
            &[
                person("DOB 15 Apr 1961; POB Beirut", "SDGT"),
                person("DOB 1962; a.k.a. 'CHAKAR'", "SDGT"),
            ],
        );
        let old = person("Passport A1234567 (Iran); Tax ID No. 7718989383 (Russia)", "SDGT");
        both_ways(
            &old,
            &[
                person("Passport A1234567 (Iran)", "SDGT"),
                person("Tax ID No. 7718989383 (Russia)", "SDGT"),
            ],
        );
        let old = person("POB Beirut", "SDGT; LEBANON");
        both_ways(&old, &[person("POB Beirut", "SDGT"), person("", "LEBANON")]);
    }

    #[test]
    fn err_what_no_row_lost_is_an_addition_and_another_birth_date_is_another_person() {
        let old = person("DOB 15 Apr 1961; a.k.a. 'CHAKAR'", "SDGT");
        check(
            &old,
            &[
                person("DOB 15 Apr 1961", "SDGT"),
                person("DOB 03 May 1980; a.k.a. 'CHAKAR'", "SDGT"),
            ],
            1,
            1,
        );
        let old = row("Alpha", &["Gamma"], &[PLACE], &[1]);
        check(
            &old,
            &[row("Alpha", &[], &[PLACE], &[1]), row("Alpha", &["Beta"], &[PLACE], &[1])],
            1,
            0,
        );
    }

    #[test]
    fn err_a_name_with_another_spelling_needs_more_than_shared_remarks() {
        let old = person("DOB 15 Apr 1961; a.k.a. 'CHAKAR'", "SDGT");
        let part = Entry { name: "SHUKR, Fuad".into(), ..person("a.k.a. 'CHAKAR'", "SDGT") };
        check(&old, &[person("DOB 15 Apr 1961", "SDGT"), part], 1, 0);
    }

    #[test]
    fn ok_a_part_cites_another_page_of_the_rule_or_the_same_page_of_another_volume() {
        let old = row("Alpha", &["B", "G"], &[PLACE, "2 Quay Street, Moscow, RU"], &[100]);
        let (rest, part) = (
            row("Alpha", &["B"], &[PLACE], &[100]),
            row("Alpha", &["G"], &["2 Quay Street, Moscow, RU"], &[104]),
        );
        both_ways(&old, &[rest.clone(), part.clone()]);
        both_ways(&old, &[rest, Entry { citations: vec![Citation::page(84, 100)], ..part }]);
    }

    #[test]
    fn err_a_listing_by_another_rule_in_another_country_is_no_part() {
        let old = row("Alpha", &["Alpha Trading"], &[PLACE], &[1]);
        let other = Entry {
            countries: vec!["AE".into()],
            ..row("Alpha", &["Alpha Trading"], &["2 Quay Street, Dubai, AE"], &[900])
        };
        let changes = compare(&[old], &[row("Alpha", &[], &[PLACE], &[1]), other]);
        assert_eq!(
            changes.iter().filter(|change| change.kind == ChangeKind::Added).count(),
            1,
            "{changes:#?}"
        );
    }
}
