//! Finds rows that are parts of a changed row under their own name.
//!
//! An alias or subordinate party that the changed row lost is the name of a new row, or the name of
//! an old row became an alias of the changed row. A row that lists only an address has no name of
//! its own, so that its address counts instead.
//!
//! The rows cite nothing that the changed row does not: a row that cites another rule is another
//! event.

use std::collections::BTreeMap;

use crate::diff::list::editorial::without_typography;
use crate::diff::list::entity_cell::SUBORDINATES;
use crate::diff::pairing::compatibility::shares_citation;
use crate::diff::pairing::differing_rows::DifferingRows;
use crate::diff::pairing::evidence::{Detail, DetailKind, Evidence, in_words};
use crate::diff::pairing::name::split_aliases;
use crate::diff::pairing::pair::Pair;
use crate::diff::pairing::row_texts::{is_place, missing_in};
use crate::diff::pairing::weights::DOUBTFUL_NAME_SCORE;
use crate::domain::pages::is_of_one_rule;
use crate::domain::subordinate::parent_and_party;
use crate::domain::{Citation, Entry, Form, Match, RowFate};

/// The rows of `removed` and `added` that are parts of a changed row, each paired with that row.
pub fn renamed_parts(
    rows: &DifferingRows<'_>,
    pairs: &[Pair],
    removed: &[usize],
    added: &[usize],
) -> Vec<Pair> {
    let changed: Vec<ChangedRow<'_>> = pairs
        .iter()
        // A row that another row was folded into may have had everything of that row all along.
        .filter(|pair| !matches!(pair.matched.row, Some(RowFate::Folded | RowFate::Gone)))
        .filter_map(|pair| {
            let old = rows.old.get(pair.before).copied()?;
            Some(ChangedRow { pair, old, new: rows.listed.get(pair.after).copied()? })
        })
        .filter(|row| !row.old.citations.is_empty() && !row.new.citations.is_empty())
        .collect();
    let mut found = split_parts(rows, &changed, added);
    found.extend(folded_parts(rows, &changed, removed));
    found
}

fn split_parts(rows: &DifferingRows<'_>, changed: &[ChangedRow<'_>], added: &[usize]) -> Vec<Pair> {
    if added.is_empty() {
        return Vec::new();
    }
    let lost = OneSided::index(changed, |row| (row.old, row.new));
    let pair = |at: usize| {
        let part = rows.listed.get(at)?;
        let (row, detail) = lost.find(part, |row| shares_citation(row.old, part))?;
        let evidence = Evidence::SplitFrom(detail, row.new.name.clone());
        Some(Pair {
            before: row.pair.before,
            after: at,
            matched: doubtful(evidence, RowFate::Split),
        })
    };
    added.iter().filter_map(|at| pair(*at)).collect()
}

fn folded_parts(
    rows: &DifferingRows<'_>,
    changed: &[ChangedRow<'_>],
    removed: &[usize],
) -> Vec<Pair> {
    if removed.is_empty() {
        return Vec::new();
    }
    let gained = OneSided::index(changed, |row| (row.new, row.old));
    let pair = |at: usize| {
        let part = rows.old.get(at)?;
        let (row, detail) = gained.find(part, |row| shares_citation(row.new, part))?;
        let evidence = Evidence::FoldedInto(row.new.name.clone(), detail);
        Some(Pair {
            before: at,
            after: row.pair.after,
            matched: doubtful(evidence, RowFate::Folded),
        })
    };
    removed.iter().filter_map(|at| pair(*at)).collect()
}

/// Rows with two names are shown as a revision with the severity of an addition.
fn doubtful(evidence: Evidence, row: RowFate) -> Match {
    Match { row: Some(row), ..Match::doubtful(DOUBTFUL_NAME_SCORE, in_words(&[evidence])) }
}

/// A changed row, before and after.
struct ChangedRow<'a> {
    pair: &'a Pair,
    old: &'a Entry,
    new: &'a Entry,
}

impl ChangedRow<'_> {
    fn cites_all(&self, citations: &[Citation]) -> bool {
        let cites = |entry: &Entry, citation: &Citation| {
            entry.citations.iter().any(|theirs| is_of_one_rule(theirs, citation))
        };
        citations.iter().all(|citation| cites(self.old, citation) || cites(self.new, citation))
    }
}

/// Changed rows by the names and addresses that only one of their two sides has.
struct OneSided<'a>(BTreeMap<(Key, String), Vec<&'a ChangedRow<'a>>>);

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Key {
    Name,
    Address,
}

impl<'a> OneSided<'a> {
    /// `sides`: the side whose names and addresses are indexed, and the side that lacks them.
    fn index(
        changed: &'a [ChangedRow<'a>],
        sides: impl Fn(&ChangedRow<'a>) -> (&'a Entry, &'a Entry),
    ) -> Self {
        let mut index: BTreeMap<(Key, String), Vec<&ChangedRow<'_>>> = BTreeMap::new();
        for row in changed {
            let (with, without) = sides(row);
            let (names, kept) = (other_names(with), other_names(without));
            let names = missing_in(&names, &kept).map(|name| (Key::Name, without_typography(name)));
            let addresses = missing_in(&with.addresses, &without.addresses)
                .filter(|text| is_place(text))
                .map(|text| (Key::Address, without_typography(text)));
            for key in names.chain(addresses) {
                index.entry(key).or_default().push(row);
            }
        }
        Self(index)
    }

    /// The changed row that lost or gained the name or address of `part`, and what that is.
    fn find(
        &self,
        part: &Entry,
        shares_citation: impl Fn(&ChangedRow<'_>) -> bool,
    ) -> Option<(&ChangedRow<'a>, Detail)> {
        if part.citations.is_empty() {
            return None;
        }
        let (parent, party) = parent_and_party(&part.name).unzip();
        let names = [Some(part.name.as_str()), party].into_iter().flatten();
        let names = names.map(|name| (Key::Name, name));
        // A party with another name at a lost address is another party. Only a row without a party
        // is found by its address, and a row whose name says of which party it is a part.
        let parent = parent.map(without_typography);
        let is_address_only = part.form == Form::Address;
        let addresses = part
            .addresses
            .iter()
            .filter(|text| (is_address_only || parent.is_some()) && is_place(text))
            .map(|text| (Key::Address, text.as_str()));
        let is_part_of = |row: &ChangedRow<'_>, key: Key| {
            key == Key::Name
                || is_address_only
                || [row.old, row.new]
                    .iter()
                    .any(|side| Some(without_typography(&side.name)) == parent)
        };
        names.chain(addresses).find_map(|(key, text)| {
            let rows = self.0.get(&(key, without_typography(text)))?;
            let row = rows.iter().find(|row| {
                row.cites_all(&part.citations) && shares_citation(row) && is_part_of(row, key)
            })?;
            let kind = match key {
                Key::Name => DetailKind::Name,
                Key::Address => DetailKind::Address,
            };
            Some((*row, Detail::new(kind, text)))
        })
    }
}

/// The aliases and subordinate parties of a row.
fn other_names(entry: &Entry) -> Vec<String> {
    let subordinates = entry
        .other
        .get(SUBORDINATES)
        .into_iter()
        .flat_map(|parties| parties.lines())
        .map(|line| split_aliases(line).0.to_owned());
    entry.aliases.iter().cloned().chain(subordinates).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::diff::compare;
    use crate::diff::pairing::split_check::{PLACE, both_ways, check, row};
    use crate::domain::ChangeKind;

    fn kinds(before: &[Entry], after: &[Entry]) -> Vec<(ChangeKind, String)> {
        compare(before, after).into_iter().map(|change| (change.kind, change.entry.name)).collect()
    }

    #[test]
    fn ok_a_party_named_in_the_old_row_gets_its_own_row() {
        let old = row("Alpha", &["Beta Institute", "Gamma"], &[PLACE], &[1]);
        both_ways(
            &old,
            &[
                row("Alpha", &["Gamma"], &[PLACE], &[1]),
                row("Beta Institute", &[], &["2 Quay, CN"], &[1]),
            ],
        );
        let mut old = row("Alpha", &[], &[PLACE], &[1]);
        old.other.insert(SUBORDINATES, "Second Works, a.k.a. SW\nThird Works");
        let mut rest = old.clone();
        rest.other.insert(SUBORDINATES, "Third Works");
        both_ways(
            &old,
            &[rest.clone(), row("Alpha subordinate institution: Second Works", &[], &[], &[1])],
        );
        let old = row("Alpha", &[], &[PLACE, "2 Quay Street, Moscow, RU"], &[1]);
        let address = Entry {
            form: Form::Address,
            ..row("Address 02", &[], &["2 Quay Street, Moscow, RU"], &[1])
        };
        both_ways(&old, &[row("Alpha", &[], &[PLACE], &[1]), address]);
    }

    #[test]
    fn ok_a_part_that_names_its_row_is_found_by_an_address_that_the_row_lost() {
        let old = row("Alpha", &["Gamma"], &[PLACE, "2 Quay Street, Moscow, RU"], &[1]);
        let rest = row("Alpha", &["Gamma"], &[PLACE], &[1]);
        let part = |name: &str| row(name, &[], &["2 Quay Street, Moscow, RU"], &[1]);
        both_ways(&old, &[rest.clone(), part("Alpha. Subordinate Institution - Quay Office")]);
        both_ways(&old, &[rest.clone(), part("Alpha. Affiliated Entity: Quay Office")]);
        check(&old, &[rest, part("Beta. Subordinate Institution - Quay Office")], 1, 1);
    }

    #[test]
    fn err_a_party_of_another_name_at_an_address_that_a_row_lost_is_no_part_of_it() {
        let old = row("Alpha", &[], &[PLACE, "2 Quay Street, Moscow, RU"], &[1]);
        check(
            &old,
            &[
                row("Alpha", &[], &[PLACE], &[1]),
                row("Quayside Optics", &[], &["2 Quay Street, Moscow, RU"], &[1]),
            ],
            1,
            1,
        );
    }

    #[test]
    fn ok_a_part_with_its_own_name_has_the_severity_of_an_addition() {
        let old = row("Alpha", &["Beta Institute"], &[PLACE], &[1]);
        let changes = compare(
            &[old],
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
    fn err_a_row_of_another_rule_or_one_that_no_row_lost_is_an_addition() {
        let old = row("Alpha", &["Beta Institute"], &[PLACE], &[1]);
        let (rest, kept) = (
            row("Alpha", &[], &[PLACE], &[1]),
            row("Alpha", &["Beta Institute", "B"], &[PLACE], &[1]),
        );
        for (after, part) in [
            (&rest, row("Beta Institute", &[], &["2 Quay, CN"], &[900])),
            (&kept, row("Beta Institute", &[], &[], &[1])),
        ] {
            let found = kinds(std::slice::from_ref(&old), &[after.clone(), part]);
            assert!(found.contains(&(ChangeKind::Added, "Beta Institute".into())), "{found:?}");
        }
    }
}
