//! Rows of subordinate and affiliated parties. One publisher gives them rows of their own, and the
//! other lists them in their parent's row.
//!
//! Knows how an entry lists its parties. `domain::subordinate` knows how a text introduces one.

use crate::diff::list::entity_cell::SUBORDINATES;
use crate::diff::pairing::name::split_aliases;
use crate::diff::sources::name_forms::{
    LEAST_SIMILARITY, distinctive_words, same_digits, similarity,
};
use crate::domain::Entry;
use crate::domain::subordinate::{introduction, parent_and_party};

/// The party that a text introduces: `Second Works` of `Subordinate institution Second Works`.
pub fn introduced(text: &str) -> Option<&str> {
    let found = introduction(text, 0)?;
    text.get(found.end..).filter(|party| !party.trim().is_empty())
}

/// The parties that one text introduces together, separated by semicolons.
pub fn parties_in(text: &str) -> impl Iterator<Item = &str> {
    text.split("; ")
        .map(|party| party.trim())
        .map(|party| party.strip_prefix("and ").unwrap_or(party))
        .filter(|party| !party.is_empty())
}

/// Whether the parent names the party of this row anywhere, by its name or by an alias.
pub fn lists_party(parent: &Entry, row: &Entry) -> bool {
    let (name, _) = split_aliases(&row.name);
    let Some((_, parties)) = parent_and_party(name) else { return false };
    let party_names: Vec<Vec<String>> = parties_in(parties)
        .chain(row.aliases.iter().map(String::as_str))
        .map(distinctive_words)
        .collect();
    let is_listed = |party: &str| {
        let words = distinctive_words(split_aliases(party).0);
        party_names.iter().any(|name| is_spelled_alike(&words.concat(), &name.concat()))
    };
    let mentions_party = |text: &str| {
        let words = distinctive_words(text);
        party_names.iter().any(|name| {
            !name.is_empty() && words.windows(name.len()).any(|window| window == name.as_slice())
        })
    };
    let listed = parent.other.get(SUBORDINATES).into_iter().flat_map(|parties| parties.lines());
    let texts = [&parent.remarks]
        .into_iter()
        .chain(&parent.aliases)
        .chain(&parent.addresses)
        .map(String::as_str)
        .chain(parent.other.values());
    listed.into_iter().any(is_listed) || texts.into_iter().any(mentions_party)
}

/// Whether the entry may stand for parties that it does not name. A row of the Consolidated
/// Screening List, which has an id, stands only for itself.
pub fn may_mean_its_parties(parent: &Entry) -> bool {
    parent.publisher_id.is_empty() && !parent.other.contains_key(SUBORDINATES)
}

/// Whether two rows with similar names may be one. The rows of two parties of one parent have most
/// of their names in common, so only the names of the parties are compared.
pub fn may_be_one_party(one: &Entry, other: &Entry) -> bool {
    let party = |entry: &Entry| {
        parent_and_party(split_aliases(&entry.name).0)
            .map(|(_, party)| distinctive_words(party).concat())
    };
    match (party(one), party(other)) {
        (Some(one), Some(other)) => is_spelled_alike(&one, &other),
        (None, None) => true,
        _ => false,
    }
}

fn is_spelled_alike(one: &str, other: &str) -> bool {
    same_digits(one, other) && similarity(one, other) >= LEAST_SIMILARITY
}
