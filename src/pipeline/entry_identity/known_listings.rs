//! Finds the listing that a new entry belongs to: the same entry in another source of the list, or
//! an entry that was listed before. Pure.

use std::collections::HashSet;

use crate::diff::sources::counterparts;
use crate::diff::sources::index::Index;
use crate::diff::sources::matched_by::MatchedBy;
use crate::domain::same::name_key;
use crate::domain::{Entry, EntryId, Sha256};

/// Entries with ids, of one source or of the past.
#[derive(Clone, Debug, Default)]
pub struct KnownListings {
    pub entries: Vec<Entry>,
    /// They are listed now. An entry that is no longer listed is recognized by its name alone.
    pub are_current: bool,
}

/// An id that an entry may take, the most certain first.
#[derive(PartialEq, Eq, PartialOrd, Ord)]
struct Claim<'a> {
    matched_by: MatchedBy,
    is_renamed: bool,
    is_ended: bool,
    /// The place of the known list.
    known: usize,
    /// The contents of both entries, so that the order of rows decides nothing.
    contents: (Sha256, Sha256),
    id: &'a EntryId,
    at: usize,
}

/// The ids that these new entries of a source take from known listings, in their order.
///
/// `own` is the list of the source itself, with the new entries. An id of `own` is taken by no
/// other entry: within a source, each listing is one entry.
pub fn known_ids(new: &[&Entry], known: &[KnownListings], own: &[Entry]) -> Vec<Option<EntryId>> {
    let mut found: Vec<Option<EntryId>> = vec![None; new.len()];
    if new.is_empty() || known.iter().all(|list| list.entries.is_empty()) {
        return found;
    }
    let own_index = Index::of(own);
    let mut claims = Vec::new();
    for (place, list) in known.iter().enumerate().filter(|(_, list)| !list.entries.is_empty()) {
        let index = Index::of(&list.entries);
        for (at, entry) in new.iter().enumerate() {
            for counterpart in counterparts::find_all(entry, &index, &own_index) {
                let Some(other) = index.get(counterpart) else { continue };
                let Some(id) = &other.entry_id else { continue };
                let matched_by = counterpart.matched_by;
                // A party of an entry is listed with it, but is a listing of its own.
                if matched_by == MatchedBy::Party
                    || (matched_by != MatchedBy::Name && !list.are_current)
                {
                    continue;
                }
                claims.push(Claim {
                    matched_by,
                    is_renamed: name_key(&entry.name) != name_key(&other.name),
                    is_ended: !list.are_current,
                    known: place,
                    contents: (entry.content_hash(), other.content_hash()),
                    id,
                    at,
                });
            }
        }
    }
    claims.sort_unstable();
    let mut used: HashSet<&EntryId> = own.iter().filter_map(|row| row.entry_id.as_ref()).collect();
    for claim in claims {
        if let Some(target) = found.get_mut(claim.at).filter(|target| target.is_none())
            && used.insert(claim.id)
        {
            *target = Some(claim.id.clone());
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::{Citation, ListCode};

    fn row(name: &str, country: &str, page: u32) -> Entry {
        Entry {
            countries: vec![country.into()],
            citations: vec![Citation::page(87, page)],
            ..Entry::named(ListCode::EL, name)
        }
    }

    fn listed(id: &str, row: Entry) -> Entry {
        Entry { entry_id: Some(EntryId(id.into())), ..row }
    }

    #[track_caller]
    fn check(new: &[Entry], known: &[(bool, &[Entry])], own: &[Entry], expected: &[Option<&str>]) {
        let known: Vec<KnownListings> = known
            .iter()
            .map(|(are_current, entries)| KnownListings {
                entries: entries.to_vec(),
                are_current: *are_current,
            })
            .collect();
        let own: Vec<Entry> = own.iter().chain(new).cloned().collect();
        let found = known_ids(&new.iter().collect::<Vec<_>>(), &known, &own);
        let found: Vec<Option<&str>> =
            found.iter().map(|id| id.as_ref().map(EntryId::as_str)).collect();
        assert_eq!(found, expected);
    }

    #[test]
    fn ok_the_counterpart_of_another_source_and_an_entry_that_was_listed_before() {
        let ash = listed("a", row("Ash Works Co., Ltd.", "CN", 38920));
        check(
            &[row("ASH WORKS Company Limited", "CN", 38960)],
            &[(true, std::slice::from_ref(&ash))],
            &[],
            &[Some("a")],
        );
        check(&[row("Ash Works Co Ltd", "CN", 40000)], &[(false, &[ash])], &[], &[Some("a")]);
    }

    #[test]
    fn ok_a_listing_that_is_current_elsewhere_counts_before_one_that_ended() {
        let (old, now) = (
            listed("old", row("Ash Works", "CN", 100)),
            listed("now", row("Ash Works", "CN", 100)),
        );
        check(
            &[row("Ash Works", "CN", 100)],
            &[(false, &[old]), (true, &[now])],
            &[],
            &[Some("now")],
        );
    }

    #[test]
    fn err_an_id_of_the_own_list_is_not_taken_twice() {
        let ash = listed("a", row("Ash Works", "CN", 38920));
        let (of_hong_kong, new) = (row("Ash Works", "HK", 38920), row("Ash Works", "CN", 38921));
        check(&[new], &[(true, std::slice::from_ref(&ash))], &[listed("a", of_hong_kong)], &[None]);
    }

    #[test]
    fn err_an_ended_entry_under_another_name_or_a_party_of_an_entry() {
        let renamed = Entry { aliases: vec!["Ash Works".into()], ..row("Esche", "CN", 38920) };
        check(
            &[row("Ash Works", "CN", 38920)],
            &[(false, &[listed("a", renamed.clone())])],
            &[],
            &[None],
        );
        check(
            &[row("Ash Works", "CN", 38920)],
            &[(true, &[listed("a", renamed)])],
            &[],
            &[Some("a")],
        );
        let mut board = row("Board of Mines", "IN", 38925);
        board.other.insert("subordinate_parties", "Second Works\nThird Works");
        check(
            &[row("Board of Mines entity: Second Works", "IN", 38920)],
            &[(true, &[listed("b", board)])],
            &[],
            &[None],
        );
    }
}
