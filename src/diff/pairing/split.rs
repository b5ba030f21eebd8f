//! Which rows are parts of a row that the publisher split, or that were folded into one.
//!
//! A part has what the other part lost: then it is no addition, as what was folded is no removal.
//! What nobody lost is new.

use std::collections::{BTreeMap, BTreeSet};

use crate::diff::list::editorial::folded;
use crate::diff::list::entity_cell::SUBORDINATES;
use crate::diff::list::unordered::same_members;
use crate::diff::pairing::identifiers::Facts;
use crate::diff::pairing::name::words;
use crate::diff::pairing::same_name::Pair;
use crate::diff::sources::name_forms::split_aliases;
use crate::domain::pages::{are_filled_down, is_of_one_rule, share_a_rule};
use crate::domain::subordinate::parent_and_party;
use crate::domain::{Citation, Entry, Form, Match, RowFate};

/// What went from one row to another.
#[derive(Clone, Debug, PartialEq)]
pub struct Moved {
    /// In words: `the address 1 Dock Road`.
    pub what: String,
    /// Whether nobody else is likely to have it: a remark or a programme many have.
    pub is_own: bool,
}

/// What `whole` has, `rest` has not and `part` has, of rows of one name: an address, an alias, a
/// number, a date; a remark or a programme; a country where there are no addresses to compare.
///
/// A part that cites other rules than the whole did may be another bearer of the name: it needs an
/// address, or an alias in the same country, and even then the match is doubtful.
pub fn moved(whole: &Entry, rest: &Entry, part: &Entry) -> Option<Moved> {
    let is_cited = shares_citation(whole, part);
    let is_near = whole.countries.is_empty()
        || part.countries.is_empty()
        || whole.countries.iter().any(|c| part.countries.contains(c));
    let own = |what: String| Some(Moved { what, is_own: is_cited });
    let is_address =
        |address: &&String| has(&part.addresses, address) && (is_cited || is_place(address));
    if let Some(address) = lacking(&whole.addresses, &rest.addresses).find(is_address) {
        return own(format!("the address {address}"));
    }
    if let Some(alias) = lacking(&whole.aliases, &rest.aliases)
        .find(|alias| has(&part.aliases, alias) && (is_cited || is_near))
    {
        return own(format!("the alias {alias}"));
    }
    if !is_cited {
        return None;
    }
    // A part without an address of its own shows its country alone. Having the old citations and no
    // other, it is no addition.
    let is_bare = part.addresses.iter().all(|address| part.countries.contains(address));
    let is_old = !part.citations.is_empty() && same_members(&part.citations, &whole.citations);
    let is_moved = |country: &&String| {
        part.countries.contains(country)
            && (!rest.countries.contains(country) || (is_bare && is_old))
    };
    if let Some(country) = whole.countries.iter().find(is_moved) {
        return own(format!("the country {country}"));
    }
    fact_moved(whole, rest, part)
}

/// Of rows whose names are not even written alike, what the remarks have in common tells no part
/// from another bearer of the name.
fn fact_moved(whole: &Entry, rest: &Entry, part: &Entry) -> Option<Moved> {
    if whole.name != part.name {
        return None;
    }
    let (of_whole, of_rest, of_part) = (Facts::of(whole), Facts::of(rest), Facts::of(part));
    if !of_part.contradictions(&of_whole).is_empty() {
        return None;
    }
    let told = |what: &str, value: &str, is_own: bool| {
        Some(Moved { what: format!("the {what} {value}"), is_own })
    };
    let number = of_whole
        .numbers
        .iter()
        .find(|number| !of_rest.numbers.contains(number) && of_part.numbers.contains(number));
    if let Some(number) = number {
        return told("number", &number.in_words(), true);
    }
    for (what, whole, rest, part) in [
        ("alias", &of_whole.aliases, &of_rest.aliases, &of_part.aliases),
        ("date of birth", &of_whole.birth_dates, &of_rest.birth_dates, &of_part.birth_dates),
    ] {
        if let Some(value) = lacking(whole, rest).find(|value| has(part, value)) {
            return told(what, value, true);
        }
    }
    if let Some(phrase) =
        lacking(&of_whole.phrases, &of_rest.phrases).find(|phrase| has(&of_part.phrases, phrase))
    {
        return told("remark", phrase, false);
    }
    let (programs, kept, taken) = (programs(whole), programs(rest), programs(part));
    let program =
        programs.iter().find(|program| !kept.contains(program) && taken.contains(program));
    program.and_then(|program| told("programme", program, false))
}

pub fn programs(entry: &Entry) -> Vec<&str> {
    entry
        .other
        .get("programs")
        .into_iter()
        .flat_map(|text| text.split(';'))
        .map(str::trim)
        .filter(|text| !text.is_empty())
        .collect()
}

pub fn has(texts: &[String], text: &str) -> bool {
    let sought = folded(text);
    texts.iter().any(|text| folded(text) == sought)
}

pub fn lacking<'a>(texts: &'a [String], rest: &[String]) -> impl Iterator<Item = &'a String> {
    let rest: BTreeSet<String> = rest.iter().map(|text| folded(text)).collect();
    texts.iter().filter(move |text| !rest.contains(&folded(text)))
}

/// An addition has only new citations, so that a part of an old row cites a rule that it cited. The
/// page may differ, and so may a volume that a spreadsheet counted up.
pub fn shares_citation(whole: &Entry, part: &Entry) -> bool {
    let (whole, part) = (&whole.citations, &part.citations);
    whole.is_empty() || part.is_empty() || share_a_rule(whole, part) || are_filled_down(whole, part)
}

/// Of the rows that are left over, those that are part of a changed row under a name of their own:
/// an alias or a subordinate party that the changed row lost is a new row's name now, or an old
/// row's has become the changed row's. Of a row that lists an address alone, the address counts as
/// its name.
///
/// The rows of a part cite nothing that the changed row does not: what cites another rule is
/// another event.
pub fn parts(
    gone: &[&Entry],
    come: &[&Entry],
    pairs: &[Pair],
    removed: &[usize],
    added: &[usize],
) -> Vec<Pair> {
    let wholes: Vec<Whole<'_>> = pairs
        .iter()
        // A row that another was folded into may have had all along what that one had.
        .filter(|pair| !matches!(pair.matched.row, Some(RowFate::Folded | RowFate::Gone)))
        .filter_map(|pair| {
            Some(Whole {
                pair,
                old: gone.get(pair.before).copied()?,
                new: come.get(pair.after).copied()?,
            })
        })
        .filter(|whole| !whole.old.citations.is_empty() && !whole.new.citations.is_empty())
        .collect();
    let mut found = Vec::new();
    let splits = Lost::of(&wholes, |whole| (whole.old, whole.new), added.is_empty());
    for (at, part) in added.iter().filter_map(|at| Some((*at, *come.get(*at)?))) {
        if let Some((whole, what)) = splits.by(part, |whole| shares_citation(whole.old, part)) {
            let told = format!(
                "part of a row that was split: it has {what}, which {} lost",
                whole.new.name
            );
            found.push(Pair {
                before: whole.pair.before,
                after: at,
                matched: doubtful(told, RowFate::Split),
            });
        }
    }
    let folds = Lost::of(&wholes, |whole| (whole.new, whole.old), removed.is_empty());
    for (at, part) in removed.iter().filter_map(|at| Some((*at, *gone.get(*at)?))) {
        if let Some((whole, what)) = folds.by(part, |whole| shares_citation(whole.new, part)) {
            let told = format!("folded into the row of {}: that row gained {what}", whole.new.name);
            found.push(Pair {
                before: at,
                after: whole.pair.after,
                matched: doubtful(told, RowFate::Folded),
            });
        }
    }
    found
}

/// Rows under two names: shown as a revision, as loudly as an addition.
const SCORE_OF_A_PART: f64 = 0.75;

fn doubtful(told: String, row: RowFate) -> Match {
    Match { row: Some(row), ..Match::doubtful(SCORE_OF_A_PART, vec![told]) }
}

/// A changed row, before and after.
struct Whole<'a> {
    pair: &'a Pair,
    old: &'a Entry,
    new: &'a Entry,
}

impl Whole<'_> {
    fn cites_all(&self, citations: &[Citation]) -> bool {
        let cites = |entry: &Entry, citation: &Citation| {
            entry.citations.iter().any(|theirs| is_of_one_rule(theirs, citation))
        };
        citations.iter().all(|citation| cites(self.old, citation) || cites(self.new, citation))
    }
}

/// Changed rows by the names and addresses that one side of them has and the other has not.
struct Lost<'a>(BTreeMap<(bool, String), Vec<&'a Whole<'a>>>);

impl<'a> Lost<'a> {
    fn of(
        wholes: &'a [Whole<'a>],
        sides: impl Fn(&Whole<'a>) -> (&'a Entry, &'a Entry),
        is_unasked: bool,
    ) -> Self {
        let mut lost: BTreeMap<(bool, String), Vec<&Whole<'_>>> = BTreeMap::new();
        for whole in wholes.iter().filter(|_| !is_unasked) {
            let (with, without) = sides(whole);
            let (names, kept) = (parties(with), parties(without));
            let names = lacking(&names, &kept).map(|name| (false, folded(name)));
            let places = lacking(&with.addresses, &without.addresses)
                .filter(|text| is_place(text))
                .map(|text| (true, folded(text)));
            for key in names.chain(places) {
                lost.entry(key).or_default().push(whole);
            }
        }
        Self(lost)
    }

    /// The changed row that lost what this one has, and what that is.
    fn by(
        &self,
        part: &Entry,
        shares: impl Fn(&Whole<'_>) -> bool,
    ) -> Option<(&Whole<'a>, String)> {
        let names =
            [Some(part.name.as_str()), parent_and_party(&part.name).map(|(_, party)| party)];
        let names = names.into_iter().flatten().map(|name| (false, name));
        // A party of another name that was at an address of this one is another party. Only an
        // address alone has no name to go by.
        let is_address = part.form == Form::Address;
        let places = part
            .addresses
            .iter()
            .filter(|text| is_address && is_place(text))
            .map(|text| (true, text.as_str()));
        names.chain(places).filter(|_| !part.citations.is_empty()).find_map(|(is_place, text)| {
            let wholes = self.0.get(&(is_place, folded(text)))?;
            let whole =
                wholes.iter().find(|whole| whole.cites_all(&part.citations) && shares(whole))?;
            Some((*whole, format!("the {} {text}", if is_place { "address" } else { "name" })))
        })
    }
}

/// The other names that a row holds: its aliases and its subordinate parties.
fn parties(entry: &Entry) -> Vec<String> {
    let subordinates = entry
        .other
        .get(SUBORDINATES)
        .into_iter()
        .flat_map(|parties| parties.lines())
        .map(|line| split_aliases(line).0.to_owned());
    entry.aliases.iter().cloned().chain(subordinates).collect()
}

/// A country or a town alone is where many are.
pub fn is_place(address: &str) -> bool {
    words(address).len() > LEAST_WORDS
}

const LEAST_WORDS: usize = 3;

#[cfg(test)]
mod tests {
    use super::*;
    use crate::diff::compare;
    use crate::domain::{Change, ChangeKind, ListCode};

    fn row(name: &str, aliases: &[&str], addresses: &[&str], pages: &[u32]) -> Entry {
        let texts = |texts: &[&str]| texts.iter().map(ToString::to_string).collect();
        let mut row = Entry::named(ListCode::EL, name);
        (row.aliases, row.addresses, row.countries) =
            (texts(aliases), texts(addresses), vec!["CN".into()]);
        row.citations = pages.iter().map(|page| Citation::page(80, *page)).collect();
        row
    }

    fn person(remarks: &str, programs: &str) -> Entry {
        let mut row = Entry::named(ListCode::SDN, "SHUKR, Fu'ad");
        remarks.clone_into(&mut row.remarks);
        row.other.insert("programs".into(), programs.into());
        row
    }

    fn kinds(before: &[Entry], after: &[Entry]) -> Vec<(ChangeKind, String)> {
        compare(before, after).into_iter().map(|change| (change.kind, change.entry.name)).collect()
    }

    /// A split that is none adds a row; a fold that is none removes one, or says that a row of the
    /// name is gone.
    fn check(whole: &Entry, parts: &[Entry], added: usize, removed: usize) {
        for (before, after, alone, expected) in [
            (std::slice::from_ref(whole), parts, ChangeKind::Added, added),
            (parts, std::slice::from_ref(whole), ChangeKind::Removed, removed),
        ] {
            let found: Vec<Change> = compare(before, after);
            let others = found.iter().filter(|change| change.kind == alone).count();
            assert_eq!((found.len(), others), (2, expected), "{found:#?}");
        }
    }

    fn both_ways(whole: &Entry, parts: &[Entry]) {
        check(whole, parts, 0, 0);
    }

    const PLACE: &str = "1 Dock Road, Beijing, CN";

    #[test]
    fn ok_a_part_has_what_the_other_part_lost() {
        let whole = row("Alpha", &["Beta Works", "Gamma"], &[PLACE], &[1]);
        both_ways(
            &whole,
            &[
                row("Alpha", &["Gamma"], &[PLACE], &[1]),
                row("Alpha", &["Beta Works"], &[PLACE], &[1]),
            ],
        );
        let whole = person("DOB 15 Apr 1961; alt. DOB 1962; POB Beirut; a.k.a. 'CHAKAR'", "SDGT");
        both_ways(
            &whole,
            &[
                person("DOB 15 Apr 1961; POB Beirut", "SDGT"),
                person("DOB 1962; a.k.a. 'CHAKAR'", "SDGT"),
            ],
        );
        let whole = person("Passport A1234567 (Iran); Tax ID No. 7718989383 (Russia)", "SDGT");
        both_ways(
            &whole,
            &[
                person("Passport A1234567 (Iran)", "SDGT"),
                person("Tax ID No. 7718989383 (Russia)", "SDGT"),
            ],
        );
        let whole = person("POB Beirut", "SDGT; LEBANON");
        both_ways(&whole, &[person("POB Beirut", "SDGT"), person("", "LEBANON")]);
    }

    #[test]
    fn err_what_nobody_lost_is_an_addition_and_another_birth_date_another_person() {
        let whole = person("DOB 15 Apr 1961; a.k.a. 'CHAKAR'", "SDGT");
        check(
            &whole,
            &[
                person("DOB 15 Apr 1961", "SDGT"),
                person("DOB 03 May 1980; a.k.a. 'CHAKAR'", "SDGT"),
            ],
            1,
            1,
        );
        let whole = row("Alpha", &["Gamma"], &[PLACE], &[1]);
        check(
            &whole,
            &[row("Alpha", &[], &[PLACE], &[1]), row("Alpha", &["Beta"], &[PLACE], &[1])],
            1,
            0,
        );
    }

    #[test]
    fn err_a_name_that_is_written_in_another_way_needs_more_than_remarks_in_common() {
        let whole = person("DOB 15 Apr 1961; a.k.a. 'CHAKAR'", "SDGT");
        let part = Entry { name: "SHUKR, Fuad".into(), ..person("a.k.a. 'CHAKAR'", "SDGT") };
        check(&whole, &[person("DOB 15 Apr 1961", "SDGT"), part], 1, 0);
    }

    #[test]
    fn ok_a_party_that_the_old_row_named_gets_a_row_of_its_own() {
        let whole = row("Alpha", &["Beta Institute", "Gamma"], &[PLACE], &[1]);
        both_ways(
            &whole,
            &[
                row("Alpha", &["Gamma"], &[PLACE], &[1]),
                row("Beta Institute", &[], &["2 Quay, CN"], &[1]),
            ],
        );
        let mut whole = row("Alpha", &[], &[PLACE], &[1]);
        whole.other.insert(SUBORDINATES.into(), "Second Works, a.k.a. SW\nThird Works".into());
        let mut rest = whole.clone();
        rest.other.insert(SUBORDINATES.into(), "Third Works".into());
        both_ways(
            &whole,
            &[rest.clone(), row("Alpha subordinate institution: Second Works", &[], &[], &[1])],
        );
        let whole = row("Alpha", &[], &[PLACE, "2 Quay Street, Moscow, RU"], &[1]);
        let address = Entry {
            form: Form::Address,
            ..row("Address 02", &[], &["2 Quay Street, Moscow, RU"], &[1])
        };
        both_ways(&whole, &[row("Alpha", &[], &[PLACE], &[1]), address]);
    }

    #[test]
    fn err_a_party_of_another_name_at_an_address_that_a_row_lost_is_no_part_of_it() {
        let whole = row("Alpha", &[], &[PLACE, "2 Quay Street, Moscow, RU"], &[1]);
        check(
            &whole,
            &[
                row("Alpha", &[], &[PLACE], &[1]),
                row("Quayside Optics", &[], &["2 Quay Street, Moscow, RU"], &[1]),
            ],
            1,
            1,
        );
    }

    #[test]
    fn ok_a_part_cites_another_page_of_the_rule_or_the_same_page_of_another_volume() {
        let whole = row("Alpha", &["B", "G"], &[PLACE, "2 Quay Street, Moscow, RU"], &[100]);
        let (rest, part) = (
            row("Alpha", &["B"], &[PLACE], &[100]),
            row("Alpha", &["G"], &["2 Quay Street, Moscow, RU"], &[104]),
        );
        both_ways(&whole, &[rest.clone(), part.clone()]);
        both_ways(&whole, &[rest, Entry { citations: vec![Citation::page(84, 100)], ..part }]);
    }

    #[test]
    fn err_a_listing_by_another_rule_in_another_country_shares_an_alias_by_chance() {
        let whole = row("Alpha", &["Alpha Trading"], &[PLACE], &[1]);
        let other = Entry {
            countries: vec!["AE".into()],
            ..row("Alpha", &["Alpha Trading"], &["2 Quay Street, Dubai, AE"], &[900])
        };
        let changes = compare(&[whole], &[row("Alpha", &[], &[PLACE], &[1]), other]);
        assert_eq!(
            changes.iter().filter(|change| change.kind == ChangeKind::Added).count(),
            1,
            "{changes:#?}"
        );
    }

    #[test]
    fn ok_a_part_under_a_name_of_its_own_is_as_loud_as_an_addition() {
        let whole = row("Alpha", &["Beta Institute"], &[PLACE], &[1]);
        let changes = compare(
            &[whole],
            &[
                row("Alpha", &[], &[PLACE], &[1, 9]),
                row("Beta Institute", &[], &["2 Quay, CN"], &[1, 9]),
            ],
        );
        let part = changes.iter().find(|change| change.entry.name == "Beta Institute").unwrap();
        assert!(part.is_uncertain_revision());
        assert_eq!(
            part.matched.as_ref().unwrap().evidence,
            ["part of a row that was split: it has the name Beta Institute, which Alpha lost"]
        );
    }

    #[test]
    fn err_a_row_of_another_rule_or_one_that_nobody_lost_is_an_addition() {
        let whole = row("Alpha", &["Beta Institute"], &[PLACE], &[1]);
        let (rest, kept) = (
            row("Alpha", &[], &[PLACE], &[1]),
            row("Alpha", &["Beta Institute", "B"], &[PLACE], &[1]),
        );
        for (after, part) in [
            (&rest, row("Beta Institute", &[], &["2 Quay, CN"], &[900])),
            (&kept, row("Beta Institute", &[], &[], &[1])),
        ] {
            let found = kinds(std::slice::from_ref(&whole), &[after.clone(), part]);
            assert!(found.contains(&(ChangeKind::Added, "Beta Institute".into())), "{found:?}");
        }
    }
}
