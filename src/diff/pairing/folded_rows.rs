//! Finds removed rows whose name is still listed in another row.
//!
//! Such a row was folded into the other row if that row has everything of it. Otherwise one of
//! several rows of the name is no longer listed. Neither is a removal, because the name is still
//! listed: the evidence names what the row had of its own. Only another birth date, number or type
//! shows that the rows were two parties of one name, so that one was removed.

use std::collections::{BTreeMap, BTreeSet};

use crate::diff::list::editorial::{prose_without_typography, without_typography};
use crate::diff::pairing::affinity::affinity;
use crate::diff::pairing::compatibility::can_be_one_party;
use crate::diff::pairing::differing_rows::DifferingRows;
use crate::diff::pairing::facts::Facts;
use crate::diff::pairing::pair::{Pair, paired_old};
use crate::diff::pairing::row_loss::RowLoss;
use crate::diff::pairing::weights::{MAX_COMPARISONS_OF_A_NAME, MAX_NAMESAKES_OF_A_ROW};
use crate::domain::{Entry, RowFate};

/// The unpaired old rows that were certainly folded into a row of their name, each paired with that
/// row.
///
/// Rows that share no alias, address or number with the other row are left out. Such a row may have
/// been renamed, which is known only after the new names are weighed.
pub fn folded_rows(rows: &DifferingRows<'_>, pairs: &[Pair]) -> Vec<Pair> {
    let paired = paired_old(pairs);
    let open: Vec<usize> = (0..rows.old.len()).filter(|at| !paired.contains(at)).collect();
    closest_namesakes(rows, pairs, &open)
        .into_iter()
        .filter(|namesake| namesake.is_tied)
        .map(|namesake| namesake.pair)
        .filter(|pair| pair.matched.certain && pair.matched.row == Some(RowFate::Folded))
        .collect()
}

/// The rows of `removed` whose name is still listed, each paired with the closest row of the name.
pub fn rows_of_listed_names(
    rows: &DifferingRows<'_>,
    pairs: &[Pair],
    removed: &[usize],
) -> Vec<Pair> {
    closest_namesakes(rows, pairs, removed).into_iter().map(|namesake| namesake.pair).collect()
}

/// A removed row and the closest row of its name.
struct Namesake {
    pair: Pair,
    /// Whether they share an alias, an address or a number.
    is_tied: bool,
}

fn closest_namesakes(rows: &DifferingRows<'_>, pairs: &[Pair], open: &[usize]) -> Vec<Namesake> {
    let mut found = Vec::new();
    for name in rows_by_name(rows, pairs, open).values() {
        let most =
            (MAX_COMPARISONS_OF_A_NAME / name.open.len().max(1)).clamp(1, MAX_NAMESAKES_OF_A_ROW);
        for before in &name.open {
            let Some(old) = rows.old.get(*before) else { continue };
            let others = name.listed.iter().take(most);
            let closest = others
                .filter_map(|at| Some((*at, *rows.listed.get(*at)?)))
                .filter(|(_, other)| !is_other_party(old, other))
                .map(|(at, other)| (at, other, RowLoss::of(old, other)))
                .min_by(|a, b| {
                    let rank = |(_, other, loss): &(usize, &Entry, RowLoss)| {
                        (loss.own.len(), loss.citations.len(), -affinity(old, other))
                    };
                    rank(a).partial_cmp(&rank(b)).unwrap_or(std::cmp::Ordering::Equal)
                });
            let Some((after, new, loss)) = closest else { continue };
            let is_same_spelling =
                prose_without_typography(&old.name) == prose_without_typography(&new.name);
            let is_tied = loss.is_tied;
            let matched = loss.matched(old, new, name.rows_before);
            // The row of `Works Co., Ltd.` may have taken in the row of `Works Co. Ltd.` if the two
            // share more than a country, but it does not show that this name is still listed.
            let is_folded = is_tied && matched.row == Some(RowFate::Folded);
            if is_same_spelling || is_folded {
                found.push(Namesake { pair: Pair { before: *before, after, matched }, is_tied });
            }
        }
    }
    found
}

/// The rows of one name.
#[derive(Default)]
struct NameRows {
    /// Old rows without a pair.
    open: Vec<usize>,
    /// Unchanged and revised rows.
    listed: Vec<usize>,
    /// How many rows of the name the old list has.
    rows_before: usize,
}

/// The names of the open rows that are still listed.
fn rows_by_name(
    rows: &DifferingRows<'_>,
    pairs: &[Pair],
    open: &[usize],
) -> BTreeMap<String, NameRows> {
    // A new row without a pair is another listing: it does not show that this one is still listed.
    let listed: BTreeSet<usize> =
        pairs.iter().map(|pair| pair.after).chain(rows.unchanged_from..rows.listed.len()).collect();
    let mut names: BTreeMap<String, NameRows> = BTreeMap::new();
    if listed.is_empty() || open.is_empty() {
        return names;
    }
    for at in open {
        if let Some(entry) = rows.old.get(*at) {
            names.entry(without_typography(&entry.name)).or_default().open.push(*at);
        }
    }
    names.remove("");
    for (at, entry) in listed.into_iter().filter_map(|at| Some((at, *rows.listed.get(at)?))) {
        if let Some(name) = names.get_mut(&without_typography(&entry.name)) {
            name.listed.push(at);
        }
    }
    names.retain(|_, name| !name.listed.is_empty());
    if names.is_empty() {
        return names;
    }
    for entry in rows.old.iter().chain(rows.unchanged_rows()) {
        if let Some(name) = names.get_mut(&without_typography(&entry.name)) {
            name.rows_before += 1;
        }
    }
    names
}

fn is_other_party(old: &Entry, new: &Entry) -> bool {
    !can_be_one_party(old, new) || !Facts::of(old).contradictions(&Facts::of(new)).is_empty()
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

    /// The change of the row that is no longer listed.
    fn change_of(removed: &Entry, before: &[Entry], after: &[Entry]) -> Change {
        let found = compare(before, after);
        assert!(found.iter().all(|change| change.kind == ChangeKind::Revised), "{found:#?}");
        found.into_iter().find(|change| change.before.as_ref() == Some(removed)).unwrap()
    }

    fn check(change: &Change, row: RowFate, certain: bool, severity: Severity, evidence: &str) {
        let matched = change.matched.as_ref().unwrap();
        assert_eq!(
            (matched.row, matched.certain, change.severity, change.editorial),
            (Some(row), certain, severity, false),
            "{matched:?}"
        );
        assert!(matched.evidence.iter().any(|words| words == evidence), "{matched:?}");
    }

    const FOLDED: &str = "folded into another row of the name, which has all that this row had";
    const MISSING: &str = "one of two rows of this name is gone";

    #[test]
    fn ok_folded_rows_may_cite_any_page_of_the_rules() {
        let (one, other) = (
            row(&["A"], DOCK, &["79 FR 44680", "81 FR 14953"]),
            row(&["B"], DOCK, &["79 FR 44680", "80 FR 69852"]),
        );
        let common = row(&["A", "B"], DOCK, &["79 FR 44683", "80 FR 69856", "81 FR 14958"]);
        for removed in [&one, &other] {
            let found = compare(&[one.clone(), other.clone()], std::slice::from_ref(&common));
            assert_eq!(found.len(), 2);
            assert!(
                found
                    .iter()
                    .all(|change| change.kind == ChangeKind::Revised && change.entry == common),
                "{found:#?}"
            );
            assert!(found.iter().any(|change| change.before.as_ref() == Some(removed)
                && change.severity == Severity::Normal));
        }
    }

    #[test]
    fn ok_a_repeated_row_with_a_filled_down_citation_is_folded_into_the_remaining_row() {
        let (remaining, repeat) =
            (row(&["A"], DOCK, &["83 FR 37423"]), row(&["A"], DOCK, &["84 FR 37423"]));
        let change = change_of(
            &repeat,
            &[remaining.clone(), repeat.clone()],
            std::slice::from_ref(&remaining),
        );
        check(&change, RowFate::Folded, true, Severity::Normal, FOLDED);
        assert_eq!(change.entry, remaining);
        assert_eq!(
            change.new_citations(),
            Vec::<&Citation>::new(),
            "an old rule is no new citation"
        );
    }

    #[test]
    fn ok_the_evidence_names_what_is_no_longer_listed() {
        let (remaining, removed) = (
            row(&["A"], DOCK, &["83 FR 37423"]),
            row(&["A", "B"], "8 Dock Road, Beijing, CN", &["87 FR 37423"]),
        );
        let change = change_of(&removed, &[remaining.clone(), removed.clone()], &[remaining]);
        check(&change, RowFate::Gone, true, Severity::Normal, MISSING);
        check(
            &change,
            RowFate::Gone,
            true,
            Severity::Normal,
            "gone with it: the alias B, the address 8 Dock Road, Beijing, CN",
        );
        assert_eq!(change.lost_row(), Some(&removed));
    }

    #[test]
    fn ok_a_missing_listing_of_the_name_in_another_country_has_the_severity_of_an_addition() {
        let (remaining, removed) =
            (row(&[], DOCK, &["80 FR 1000"]), row(&["A"], QUAY, &["87 FR 2000"]));
        let change = change_of(
            &removed,
            &[remaining.clone(), removed.clone()],
            std::slice::from_ref(&remaining),
        );
        check(&change, RowFate::Gone, false, Severity::High, MISSING);
        let revised = Entry { license_policy: "Denial".into(), ..remaining.clone() };
        check(
            &change_of(&removed, &[remaining, removed.clone()], &[revised]),
            RowFate::Gone,
            false,
            Severity::High,
            MISSING,
        );
    }

    #[test]
    fn err_a_name_with_another_spelling_is_not_still_listed() {
        let named = |name: &str, address: &str| Entry {
            name: name.to_owned(),
            ..row(&[], address, &["80 FR 1000"])
        };
        let kinds = |before: &[Entry], after: &[Entry]| {
            compare(before, after).iter().map(|change| change.kind).collect::<Vec<_>>()
        };
        let (remaining, removed) =
            (named("Alpha Works Co., Ltd.", QUAY), named("Alpha Works Co. Ltd", DOCK));
        assert_eq!(
            kinds(&[remaining.clone(), removed], std::slice::from_ref(&remaining)),
            [ChangeKind::Removed]
        );
    }

    #[test]
    fn err_a_renamed_row_without_facts_of_its_own_is_not_folded() {
        let remaining =
            Entry { name: "Alpha Works Co.".to_owned(), ..row(&[], QUAY, &["80 FR 1000"]) };
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
        let found = compare(&[remaining.clone(), bare.clone()], &[remaining, renamed.clone()]);
        let found: Vec<_> = found
            .iter()
            .map(|change| (change.kind, change.before.as_ref(), &change.entry))
            .collect();
        assert_eq!(found, [(ChangeKind::Revised, Some(&bare), &renamed)]);
    }

    #[test]
    fn ok_a_row_with_another_spelling_is_folded_into_the_row_with_its_address() {
        let one = Entry { name: "Alpha Works Co".to_owned(), ..row(&[], DOCK, &["80 FR 1000"]) };
        let other =
            Entry { name: "Alpha Works Co.".to_owned(), ..row(&["A"], DOCK, &["80 FR 1000"]) };
        let change = change_of(&one, &[one.clone(), other.clone()], &[other]);
        check(&change, RowFate::Folded, true, Severity::Normal, FOLDED);
    }

    #[test]
    fn err_a_new_listing_of_the_name_is_not_the_removed_one() {
        let (removed, new) = (row(&[], DOCK, &["80 FR 1000"]), row(&[], QUAY, &["87 FR 2000"]));
        let kinds: Vec<ChangeKind> =
            compare(&[removed], &[new]).into_iter().map(|change| change.kind).collect();
        assert_eq!(kinds, [ChangeKind::Added, ChangeKind::Removed]);
    }

    #[test]
    fn err_another_birth_date_or_number_is_another_party_of_the_name() {
        let person = |remarks: &str| Entry { remarks: remarks.into(), ..row(&[], DOCK, &[]) };
        let (remaining, removed) = (person("DOB 01 Feb 1960."), person("DOB 03 Mar 1975."));
        let changes = compare(&[remaining.clone(), removed], &[remaining]);
        assert_eq!(
            changes.iter().map(|change| change.kind).collect::<Vec<_>>(),
            [ChangeKind::Removed]
        );
    }
}
