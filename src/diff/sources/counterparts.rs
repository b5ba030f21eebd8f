//! Which entry of one source is which entry of another source.
//!
//! Knows how two publishers of one list differ: they spell names in different ways, one splits rows
//! that the other combines, and one cites the first page of a rule where the other cites the page
//! of the entry. Must not know a source by name, and trusts neither more than the other. `identity`
//! pairs a list with its own past. In contrast, one entry may have several counterparts.

use std::collections::BTreeMap;

use crate::diff::sources::agreement::{self, Agreement};
use crate::diff::sources::index::{Counterpart, Index};
use crate::diff::sources::lookup_keys::LookupKeys;
use crate::diff::sources::matched_by::MatchedBy;
use crate::diff::sources::party::may_be_one_party;
use crate::diff::sources::place::place_agreement;
use crate::domain::Entry;

/// The least similarity of names for [`closest`]. A person checks the result, so it is low.
const LEAST_SIMILARITY_FOR_A_PERSON: f64 = 0.55;

/// What an agreeing place or rule adds to the similarity of two names in [`closest`]: it decides
/// between names that are about equally similar.
const AGREEMENT_BONUS: f64 = 0.1;

/// A position in `one`, a position in `other`, and what identifies the two entries as one.
pub type Pair = (usize, usize, MatchedBy);

/// The entries of two sources, matched. An entry is in several pairs where one publisher splits
/// what the other combines.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct MatchedLists {
    pub pairs: Vec<Pair>,
    pub only_one: Vec<usize>,
    pub only_other: Vec<usize>,
}

/// Matches the entries of one list in two sources.
pub fn match_lists(one: &[Entry], other: &[Entry]) -> MatchedLists {
    let (in_one, in_other) = (Index::of(one), Index::of(other));
    let mut pairs: BTreeMap<(usize, usize), MatchedBy> = BTreeMap::new();
    let mut add = |pair: (usize, usize), matched_by: MatchedBy| {
        let known = pairs.entry(pair).or_insert(matched_by);
        *known = matched_by.min(*known);
    };
    for (position, entry) in one.iter().enumerate() {
        for found in find_all(entry, &in_other, &in_one) {
            add((position, found.position), found.matched_by);
        }
    }
    for (position, entry) in other.iter().enumerate() {
        for found in find_all(entry, &in_one, &in_other) {
            add((found.position, position), found.matched_by);
        }
    }
    let (mut matched_one, mut matched_other) = (vec![false; one.len()], vec![false; other.len()]);
    for (in_one, in_other) in pairs.keys() {
        for (marks, position) in [(&mut matched_one, in_one), (&mut matched_other, in_other)] {
            if let Some(mark) = marks.get_mut(*position) {
                *mark = true;
            }
        }
    }
    let unmatched = |marks: Vec<bool>| {
        let positions = marks.iter().enumerate().filter(|(_, is_matched)| !**is_matched);
        positions.map(|(position, _)| position).collect()
    };
    MatchedLists {
        pairs: pairs.into_iter().map(|((one, other), by)| (one, other, by)).collect(),
        only_one: unmatched(matched_one),
        only_other: unmatched(matched_other),
    }
}

/// The most certain counterpart of an entry; see [`find_all`].
pub fn find(entry: &Entry, among: &Index<'_>, own: &Index<'_>) -> Option<Counterpart> {
    find_all(entry, among, own).into_iter().next()
}

/// Every counterpart of an entry that is as certain as the most certain one.
///
/// `own` is the entry's own source. A candidate that has the name of another entry there is not a
/// counterpart of this one, however similar, because sister companies differ in a letter.
pub fn find_all(entry: &Entry, among: &Index<'_>, own: &Index<'_>) -> Vec<Counterpart> {
    let keys = LookupKeys::of(entry);
    let named = among.most_certain(entry, among.named(entry, &keys));
    let mut found = if named.is_empty() {
        among.most_certain(entry, among.spelled_alike(&keys))
    } else {
        named
    };
    found.retain(|found| {
        let Some(other) = among.get(*found) else { return false };
        match found.matched_by {
            MatchedBy::Name => {
                place_agreement(entry, other) != Agreement::Differs || !own.has_name_of(other, true)
            }
            MatchedBy::Party => true,
            MatchedBy::Alias => !own.has_name_of(other, false),
            MatchedBy::LongerName | MatchedBy::Spelling => {
                may_be_one_party(entry, other) && !own.has_name_of(other, false)
            }
        }
    });
    found
}

/// The position of the most similar entry, even if little speaks for it: the one that a person
/// would check first.
pub fn closest(entry: &Entry, among: &Index<'_>) -> Option<usize> {
    let keys = LookupKeys::of(entry);
    let nearby = among
        .named(entry, &keys)
        .into_iter()
        .map(|(position, _)| (position, 1.0))
        .chain(among.similar(&keys, LEAST_SIMILARITY_FOR_A_PERSON));
    let with_bonus = |position: usize, similarity: f64| {
        let other = among.at(position)?;
        let agreeing = [place_agreement(entry, other), agreement::of_rules(entry, other)]
            .into_iter()
            .filter(|agreement| *agreement == Agreement::Agrees)
            .map(|_| 1.0)
            .sum::<f64>();
        Some((position, similarity + AGREEMENT_BONUS * agreeing))
    };
    nearby
        .filter_map(|(position, similarity)| with_bonus(position, similarity))
        .max_by(|a, b| a.1.total_cmp(&b.1).then(b.0.cmp(&a.0)))
        .map(|(position, _)| position)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::{Citation, ListCode};

    fn entry(name: &str, country: &str, page: u32) -> Entry {
        Entry {
            countries: vec![country.into()],
            citations: vec![Citation::page(87, page)],
            ..Entry::named(ListCode::EL, name)
        }
    }

    fn matched_by(one: &Entry, other: &Entry) -> Option<MatchedBy> {
        match_lists(std::slice::from_ref(one), std::slice::from_ref(other))
            .pairs
            .first()
            .map(|(.., matched_by)| *matched_by)
    }

    #[test]
    fn ok_one_entry_in_the_writing_of_two_publishers() {
        let ash = entry("Ash Works Co., Ltd.", "CN", 38920);
        assert_eq!(
            matched_by(&ash, &entry("ASH WORKS Company Limited", "CN", 38960)),
            Some(MatchedBy::Name)
        );
        assert_eq!(
            matched_by(&ash, &entry("Ash Works (AW)", "CN", 500)),
            Some(MatchedBy::Name),
            "with different citations"
        );
        assert_eq!(
            matched_by(&ash, &entry("PT Ash Works (See alternate address under Oman)", "CN", 500)),
            Some(MatchedBy::Name)
        );
        assert_eq!(
            matched_by(
                &ash,
                &Entry { aliases: vec!["Ash Works".into()], ..entry("Esche Werke", "CN", 38960) }
            ),
            Some(MatchedBy::Alias)
        );
        assert_eq!(
            matched_by(
                &entry("Oak, a.k.a. Quercus Trading", "CN", 38920),
                &entry("Quercus Trading", "CN", 38960)
            ),
            Some(MatchedBy::Alias)
        );
        assert_eq!(
            matched_by(
                &entry("Elizaveta Krapivinia", "RU", 38920),
                &entry("Elizaveta Krapivina", "RU", 38925)
            ),
            Some(MatchedBy::Spelling)
        );
        assert_eq!(
            matched_by(
                &entry("Kish Airlines, Headquarters", "IR", 38920),
                &entry("Kish Airlines", "IR", 38925)
            ),
            Some(MatchedBy::LongerName)
        );
        let mut board = entry("Board of Mines", "IN", 38925);
        assert_eq!(
            matched_by(&entry("Board of Mines entity: Second Works", "IN", 38920), &board),
            Some(MatchedBy::Party)
        );
        board.other.insert("subordinate_parties", "Second Works, a.k.a. SW\nThird Works");
        assert_eq!(matched_by(&entry("Third Works", "IN", 38920), &board), Some(MatchedBy::Party));
        for row in [
            "Board of Mines entity: Second Works",
            "Board of Mines. Subordinate Institution - Second Works",
            "BOARD OF MINES. AFFILIATED ENTITIES — SECOND WORK",
        ] {
            assert_eq!(
                matched_by(&entry(row, "IN", 38920), &board),
                Some(MatchedBy::Party),
                "{row}"
            );
            assert_eq!(
                matched_by(&board, &entry(row, "IN", 38920)),
                Some(MatchedBy::Party),
                "{row}"
            );
        }
        let by_alias = Entry {
            aliases: vec!["SW".into()],
            ..entry("Board of Mines. Affiliated Entity: Works 2", "IN", 38920)
        };
        assert_eq!(matched_by(&by_alias, &board), Some(MatchedBy::Party));
    }

    #[test]
    fn err_similar_names_of_different_entries() {
        let ash = entry("Ash Works 13 Institute", "CN", 38920);
        assert_eq!(matched_by(&ash, &entry("Ash Works 14 Institute", "CN", 38920)), None);
        assert_eq!(
            matched_by(&ash, &entry("Ash Works 13 Institute", "RU", 500)),
            None,
            "another country and rule"
        );
        let party = entry("Board of Mines. Subordinate Institution - 3rd Works", "IN", 38920);
        let mut board = entry("Board of Mines", "IN", 38925);
        let row = Entry { publisher_id: "0a1b".into(), ..board.clone() };
        assert_eq!(matched_by(&party, &row), None, "a publisher that gives each party a row");
        let sister = entry("Board of Mines. Subordinate Institution - 4th Works", "IN", 38920);
        let lists = match_lists(std::slice::from_ref(&party), &[board.clone(), sister]);
        assert_eq!(lists.pairs, [], "a source that gives another party a row");
        board.other.insert("subordinate_parties", "23rd Works, a.k.a. SW");
        assert_eq!(matched_by(&party, &board), None, "a parent that names another party");
        let sister =
            entry("Board of Mines. Subordinate Institution - Glass Institute", "IN", 38920);
        assert_eq!(
            matched_by(
                &sister,
                &entry("Board of Mines. Subordinate Institution - Radio Factory", "IN", 38920)
            ),
            None
        );
        assert_eq!(
            matched_by(
                &entry("Elizaveta Krapivinia", "RU", 500),
                &entry("Elizaveta Krapivina", "RU", 38925)
            ),
            None,
            "similar, but of another rule"
        );
    }

    #[test]
    fn sister_companies_are_told_apart_by_their_own_source() {
        let (m, t) = (entry("Angstrem-M", "RU", 100), entry("Angstrem-T", "RU", 100));
        let lists = match_lists(&[m.clone(), t.clone()], std::slice::from_ref(&m));
        assert_eq!((lists.pairs, lists.only_one), (vec![(0, 0, MatchedBy::Name)], vec![1]));
        let entries = [m.clone(), t.clone()];
        assert_eq!(find(&t, &Index::of(&entries[..1]), &Index::of(&entries)), None);
    }

    #[test]
    fn ok_a_row_that_combines_two_has_two_counterparts() {
        let combined =
            Entry { countries: vec!["CN".into(), "HK".into()], ..entry("Ash Works", "CN", 100) };
        let lists = match_lists(
            &[combined],
            &[entry("Ash Works", "CN", 110), entry("Ash Works", "HK", 112)],
        );
        assert_eq!(lists.pairs, [(0, 0, MatchedBy::Name), (0, 1, MatchedBy::Name)]);
    }
}
