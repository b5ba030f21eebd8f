//! Rows that are gone while the list still has another row of their name.
//!
//! Such a row was folded into the other one, if that one has all that it had; else one of several
//! rows of the name is gone. Neither is a removal: the name is still listed. What went with the row
//! is told. Only another birth date, number or kind of party shows that the rows were two bearers
//! of one name, so that one of them was removed.

use std::collections::{BTreeMap, BTreeSet};

use crate::diff::list::editorial::{folded, folded_prose, is_same_text};
use crate::diff::pairing::identifiers::Facts;
use crate::diff::pairing::same_name::{Pair, affinity, may_be_alike, taken};
use crate::diff::pairing::split::{is_place, programs};
use crate::domain::pages::{Kept, are_filled_down, share_a_rule};
use crate::domain::{Entry, Match, RowFate};

/// So many rows of one name are compared with each row of it that is gone. A list has two to five.
const NAMESAKES_OF_A_ROW: usize = 200;

/// So many rows of one name are compared in all, so that a list made to cost time takes about a
/// second.
const COMPARISONS_OF_A_NAME: usize = 20_000;

/// Of a row that is gone while another bearer of its name, or the same one, is still listed.
const SCORE_OF_A_NAMESAKE: f64 = 0.75;

/// The rows of `gone` in no pair that were folded into a row of their name, which has all that they
/// had.
///
/// `listed` has the rows that have come, up to `kept_from`, and behind them those that stayed as
/// they were.
pub fn folded_rows(
    gone: &[&Entry],
    listed: &[&Entry],
    kept_from: usize,
    pairs: &[Pair],
) -> Vec<Pair> {
    let (old, _) = taken(pairs);
    let open: Vec<usize> = (0..gone.len()).filter(|at| !old.contains(at)).collect();
    let found = pair(gone, listed, kept_from, pairs, &open, true);
    found
        .into_iter()
        .filter(|pair| pair.matched.certain && pair.matched.row == Some(RowFate::Folded))
        .collect()
}

/// The rows of `removed` whose name is still listed, each with the row of the name that is most
/// like it.
pub fn gone_rows(
    gone: &[&Entry],
    listed: &[&Entry],
    kept_from: usize,
    pairs: &[Pair],
    removed: &[usize],
) -> Vec<Pair> {
    pair(gone, listed, kept_from, pairs, removed, false)
}

/// `must_be_tied`: only rows that share an alias, an address or a number with the other row. A row
/// with nothing of its own may have been renamed, which is known only when the new names were
/// weighed.
fn pair(
    gone: &[&Entry],
    listed: &[&Entry],
    kept_from: usize,
    pairs: &[Pair],
    open: &[usize],
    must_be_tied: bool,
) -> Vec<Pair> {
    // A new row of the name is another listing, and shows nothing of this one.
    let still: BTreeSet<usize> =
        pairs.iter().map(|pair| pair.after).chain(kept_from..listed.len()).collect();
    if still.is_empty() || open.is_empty() {
        return Vec::new();
    }
    let mut names: BTreeMap<String, Names> = BTreeMap::new();
    for at in open {
        if let Some(entry) = gone.get(*at) {
            names.entry(folded(&entry.name)).or_default().open.push(*at);
        }
    }
    names.remove("");
    for (at, entry) in still.into_iter().filter_map(|at| Some((at, *listed.get(at)?))) {
        if let Some(name) = names.get_mut(&folded(&entry.name)) {
            name.listed.push(at);
        }
    }
    names.retain(|_, name| !name.listed.is_empty());
    if names.is_empty() {
        return Vec::new();
    }
    for entry in gone.iter().chain(listed.get(kept_from..).unwrap_or_default()) {
        if let Some(name) = names.get_mut(&folded(&entry.name)) {
            name.rows_before += 1;
        }
    }
    let mut found = Vec::new();
    for name in names.values() {
        let most = (COMPARISONS_OF_A_NAME / name.open.len().max(1)).clamp(1, NAMESAKES_OF_A_ROW);
        for before in &name.open {
            let Some(old) = gone.get(*before) else { continue };
            let others =
                name.listed.iter().take(most).filter_map(|at| Some((*at, *listed.get(*at)?)));
            let others = others
                .filter(|(_, other)| !is_another_party(old, other))
                .map(|(at, other)| (at, other, Went::of(old, other)));
            let closest = others.min_by(|a, b| {
                let rank = |(_, other, went): &(usize, &Entry, Went)| {
                    (went.own.len(), went.citations.len(), -affinity(old, other))
                };
                rank(a).partial_cmp(&rank(b)).unwrap_or(std::cmp::Ordering::Equal)
            });
            let Some((after, new, went)) = closest else { continue };
            // `Works Co., Ltd.` may have taken in the row of `Works Co. Ltd.` if the two share more
            // than a country, but does not show that this name is still listed.
            let is_same_spelling = folded_prose(&old.name) == folded_prose(&new.name);
            let is_tied = went.is_tied;
            let matched = went.matched(old, new, name.rows_before);
            let is_one = is_same_spelling || (is_tied && matched.row == Some(RowFate::Folded));
            if is_one && (is_tied || !must_be_tied) {
                found.push(Pair { before: *before, after, matched });
            }
        }
    }
    found
}

/// The rows of one name.
#[derive(Default)]
struct Names {
    /// Gone, and in no pair.
    open: Vec<usize>,
    /// Still listed: kept, or revised.
    listed: Vec<usize>,
    rows_before: usize,
}

fn is_another_party(old: &Entry, new: &Entry) -> bool {
    !may_be_alike(old, new) || !Facts::of(old).contradictions(&Facts::of(new)).is_empty()
}

/// What a row had and another of its name has not, in words.
struct Went {
    /// Names, addresses, countries and facts of the party.
    own: Vec<String>,
    citations: Vec<String>,
    /// An alias, an address or a number that both rows have.
    is_tied: bool,
}

impl Went {
    fn of(old: &Entry, new: &Entry) -> Self {
        let (mut own, mut is_tied) = (Vec::new(), false);
        let mut compare = |what: &str, had: &[String], has: &[String], ties: bool| {
            let has: BTreeMap<String, &String> =
                has.iter().map(|text| (folded(text), text)).collect();
            for text in had {
                let is_kept = has.contains_key(&folded(text))
                    || has.values().any(|other| is_same_text(text, other));
                if is_kept {
                    is_tied |= ties;
                } else {
                    own.push(format!("the {what} {text}"));
                }
            }
        };
        let (was, is) = (Facts::of(old), Facts::of(new));
        let names: Vec<String> =
            [&new.name].into_iter().chain(&new.aliases).chain(&is.aliases).cloned().collect();
        let aliases: Vec<String> = old
            .aliases
            .iter()
            .filter(|alias| folded(alias) != folded(&old.name))
            .cloned()
            .collect();
        compare("alias", &aliases, &names, true);
        compare("alias", &was.aliases, &names, true);
        // A country that stands for an address is compared among the countries.
        let (places, bare): (Vec<String>, Vec<String>) =
            old.addresses.iter().cloned().partition(|address| is_place(address));
        compare("address", &places, &new.addresses, true);
        let bare: Vec<String> =
            bare.into_iter().filter(|address| !old.countries.contains(address)).collect();
        compare("address", &bare, &new.addresses, false);
        compare("country", &old.countries, &new.countries, false);
        let numbers = |facts: &Facts| {
            facts
                .numbers
                .iter()
                .map(crate::diff::pairing::identifiers::Number::in_words)
                .collect::<Vec<_>>()
        };
        compare("number", &numbers(&was), &numbers(&is), true);
        compare("date of birth", &was.birth_dates, &is.birth_dates, true);
        compare("remark", &was.phrases, &is.phrases, false);
        let of_programs =
            |entry: &Entry| programs(entry).into_iter().map(str::to_owned).collect::<Vec<_>>();
        compare("program", &of_programs(old), &of_programs(new), false);
        let kept = Kept::of(&old.citations, &new.citations);
        let is_filled_down = |citation: &&&crate::domain::Citation| {
            are_filled_down(std::slice::from_ref(**citation), &new.citations)
        };
        let citations = kept
            .lost
            .iter()
            .filter(|citation| !is_filled_down(citation))
            .map(ToString::to_string)
            .collect();
        Self { own, citations, is_tied }
    }

    /// A row was folded if all that it had of its own is kept. If it had nothing but its name and
    /// country, its citations decide.
    fn matched(self, old: &Entry, new: &Entry, rows: usize) -> Match {
        let is_one_rule = share_a_rule(&old.citations, &new.citations)
            || are_filled_down(&old.citations, &new.citations);
        let is_folded = self.own.is_empty() && (self.is_tied || self.citations.is_empty());
        let mut evidence = vec!["same name".to_owned()];
        if is_folded {
            evidence.push(
                "folded into another row of the name, which has all that this row had".to_owned(),
            );
        } else {
            evidence.push(format!("one of {} rows of this name is gone", in_words(rows)));
        }
        let went: Vec<&str> = self.own.iter().map(String::as_str).collect();
        let citations: Vec<String> =
            self.citations.iter().map(|citation| format!("the citation {citation}")).collect();
        let went: Vec<&str> =
            went.into_iter().chain(citations.iter().map(String::as_str)).collect();
        if !went.is_empty() {
            evidence.push(format!("gone with it: {}", went.join(", ")));
        }
        let is_certain = is_one_rule || (is_folded && self.is_tied);
        let matched = if is_certain {
            Match::certain(evidence)
        } else {
            Match::doubtful(SCORE_OF_A_NAMESAKE, evidence)
        };
        Match { row: Some(if is_folded { RowFate::Folded } else { RowFate::Gone }), ..matched }
    }
}

fn in_words(count: usize) -> String {
    const WORDS: [&str; 9] =
        ["two", "three", "four", "five", "six", "seven", "eight", "nine", "ten"];
    let word = count.checked_sub(2).and_then(|at| WORDS.get(at));
    word.map_or_else(|| count.to_string(), |word| (*word).to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::diff::compare;
    use crate::domain::{Change, ChangeKind, Citation, ListCode, Severity};

    const DOCK: &str = "1 Dock Road, Beijing, CN";
    const QUAY: &str = "2 Quay Street, Deira, Dubai, AE";

    fn row(aliases: &[&str], address: &str, cited: &[&str]) -> Entry {
        let country = address.rsplit(", ").next().unwrap_or_default().to_owned();
        Entry {
            aliases: aliases.iter().map(ToString::to_string).collect(),
            addresses: vec![address.to_owned()],
            countries: vec![country],
            citations: cited.iter().map(|text| Citation::from_text(text)).collect(),
            ..Entry::named(ListCode::EL, "Alpha Works")
        }
    }

    /// The change of the row that is gone.
    fn of_the_row(gone: &Entry, before: &[Entry], after: &[Entry]) -> Change {
        let found = compare(before, after);
        assert!(found.iter().all(|change| change.kind == ChangeKind::Revised), "{found:#?}");
        found.into_iter().find(|change| change.before.as_ref() == Some(gone)).unwrap()
    }

    fn check(change: &Change, row: RowFate, certain: bool, severity: Severity, says: &str) {
        let matched = change.matched.as_ref().unwrap();
        assert_eq!(
            (matched.row, matched.certain, change.severity, change.editorial),
            (Some(row), certain, severity, false),
            "{matched:?}"
        );
        assert!(matched.evidence.iter().any(|words| words == says), "{matched:?}");
    }

    const FOLDED: &str = "folded into another row of the name, which has all that this row had";
    const GONE: &str = "one of two rows of this name is gone";

    #[test]
    fn ok_a_fold_is_one_whatever_pages_of_the_rules_the_rows_cite() {
        let (one, other) = (
            row(&["A"], DOCK, &["79 FR 44680", "81 FR 14953"]),
            row(&["B"], DOCK, &["79 FR 44680", "80 FR 69852"]),
        );
        let common = row(&["A", "B"], DOCK, &["79 FR 44683", "80 FR 69856", "81 FR 14958"]);
        for gone in [&one, &other] {
            let found = compare(&[one.clone(), other.clone()], std::slice::from_ref(&common));
            assert_eq!(found.len(), 2);
            assert!(
                found
                    .iter()
                    .all(|change| change.kind == ChangeKind::Revised && change.entry == common),
                "{found:#?}"
            );
            assert!(found.iter().any(|change| change.before.as_ref() == Some(gone)
                && change.severity == Severity::Normal));
        }
    }

    #[test]
    fn ok_a_repeated_row_whose_citation_was_filled_down_is_folded_into_the_row_that_stays() {
        let (stays, repeat) =
            (row(&["A"], DOCK, &["83 FR 37423"]), row(&["A"], DOCK, &["84 FR 37423"]));
        let change =
            of_the_row(&repeat, &[stays.clone(), repeat.clone()], std::slice::from_ref(&stays));
        check(&change, RowFate::Folded, true, Severity::Normal, FOLDED);
        assert_eq!(change.entry, stays);
        assert_eq!(change.new_citations(), Vec::<&Citation>::new(), "an old rule orders nothing");
    }

    #[test]
    fn ok_of_a_row_that_is_gone_is_told_what_went() {
        let (stays, gone) = (
            row(&["A"], DOCK, &["83 FR 37423"]),
            row(&["A", "B"], "8 Dock Road, Beijing, CN", &["87 FR 37423"]),
        );
        let change = of_the_row(&gone, &[stays.clone(), gone.clone()], &[stays]);
        check(&change, RowFate::Gone, true, Severity::Normal, GONE);
        check(
            &change,
            RowFate::Gone,
            true,
            Severity::Normal,
            "gone with it: the alias B, the address 8 Dock Road, Beijing, CN",
        );
        assert_eq!(change.lost_row(), Some(&gone));
    }

    #[test]
    fn ok_a_listing_of_the_name_in_another_country_that_is_gone_is_as_loud_as_an_addition() {
        let (stays, gone) = (row(&[], DOCK, &["80 FR 1000"]), row(&["A"], QUAY, &["87 FR 2000"]));
        let change =
            of_the_row(&gone, &[stays.clone(), gone.clone()], std::slice::from_ref(&stays));
        check(&change, RowFate::Gone, false, Severity::High, GONE);
        let revised = Entry { license_policy: "Denial".into(), ..stays.clone() };
        check(
            &of_the_row(&gone, &[stays, gone.clone()], &[revised]),
            RowFate::Gone,
            false,
            Severity::High,
            GONE,
        );
    }

    #[test]
    fn err_a_name_in_another_spelling_is_not_still_listed() {
        let named = |name: &str, address: &str| Entry {
            name: name.to_owned(),
            ..row(&[], address, &["80 FR 1000"])
        };
        let kinds = |before: &[Entry], after: &[Entry]| {
            compare(before, after).iter().map(|change| change.kind).collect::<Vec<_>>()
        };
        let (stays, gone) =
            (named("Alpha Works Co., Ltd.", QUAY), named("Alpha Works Co. Ltd", DOCK));
        assert_eq!(
            kinds(&[stays.clone(), gone], std::slice::from_ref(&stays)),
            [ChangeKind::Removed]
        );
    }

    #[test]
    fn err_a_row_with_nothing_of_its_own_that_was_renamed_is_not_folded() {
        let stays = Entry { name: "Alpha Works Co.".to_owned(), ..row(&[], QUAY, &["80 FR 1000"]) };
        let bare = Entry {
            name: "Alpha Works Co".to_owned(),
            addresses: vec!["CN".to_owned()],
            ..row(&[], DOCK, &["80 FR 1000"])
        };
        let renamed = Entry {
            name: "Alpha Works Co Group Holdings Co., Ltd.".to_owned(),
            citations: vec![Citation::page(80, 1000), Citation::page(87, 2000)],
            ..bare.clone()
        };
        let found = compare(&[stays.clone(), bare.clone()], &[stays, renamed.clone()]);
        let found: Vec<_> = found
            .iter()
            .map(|change| (change.kind, change.before.as_ref(), &change.entry))
            .collect();
        assert_eq!(found, [(ChangeKind::Revised, Some(&bare), &renamed)]);
    }

    #[test]
    fn ok_a_row_in_another_spelling_is_folded_into_the_one_that_has_its_address() {
        let one = Entry { name: "Alpha Works Co".to_owned(), ..row(&[], DOCK, &["80 FR 1000"]) };
        let other =
            Entry { name: "Alpha Works Co.".to_owned(), ..row(&["A"], DOCK, &["80 FR 1000"]) };
        let change = of_the_row(&one, &[one.clone(), other.clone()], &[other]);
        check(&change, RowFate::Folded, true, Severity::Normal, FOLDED);
    }

    #[test]
    fn err_a_new_listing_of_the_name_keeps_nothing_of_the_one_that_went() {
        let (gone, new) = (row(&[], DOCK, &["80 FR 1000"]), row(&[], QUAY, &["87 FR 2000"]));
        let kinds: Vec<ChangeKind> =
            compare(&[gone], &[new]).into_iter().map(|change| change.kind).collect();
        assert_eq!(kinds, [ChangeKind::Added, ChangeKind::Removed]);
    }

    #[test]
    fn err_another_birth_date_or_number_is_another_bearer_of_the_name() {
        let person = |remarks: &str| Entry { remarks: remarks.into(), ..row(&[], DOCK, &[]) };
        let (stays, gone) = (person("DOB 01 Feb 1960."), person("DOB 03 Mar 1975."));
        let changes = compare(&[stays.clone(), gone], &[stays]);
        assert_eq!(
            changes.iter().map(|change| change.kind).collect::<Vec<_>>(),
            [ChangeKind::Removed]
        );
    }

    #[test]
    fn rows_are_counted_in_words() {
        assert_eq!([2, 5, 10, 11].map(in_words), ["two", "five", "ten", "11"]);
    }
}
