//! Rows of subordinate and affiliated parties, which one publisher gives rows of their own and the
//! other lists in their parent's.
//!
//! Knows how an entry lists its parties; how a text introduces one is known to
//! `domain::subordinate`.

use rapidfuzz::distance::levenshtein;

use crate::diff::sources::counterparts::{LEAST_LIKENESS, core, parted};
use crate::domain::Entry;
use crate::domain::subordinate::{introduction, parent_and_party as subordinate};

/// The party that a text introduces: `Subordinate institution Second Works`.
pub fn introduced(text: &str) -> Option<&str> {
    let found = introduction(text, 0)?;
    text.get(found.end..).filter(|party| !party.trim().is_empty())
}

/// Several parties may be introduced at once.
pub fn parties_in(text: &str) -> impl Iterator<Item = &str> {
    text.split("; ")
        .map(|party| party.trim())
        .map(|party| party.strip_prefix("and ").unwrap_or(party))
        .filter(|party| !party.is_empty())
}

/// Whether the parent names the party of this row anywhere, by its name or by an alias.
pub fn lists_party(parent: &Entry, row: &Entry) -> bool {
    let (name, _) = parted(&row.name);
    let Some((_, parties)) = subordinate(name) else { return false };
    let sought: Vec<Vec<String>> =
        parties_in(parties).chain(row.aliases.iter().map(String::as_str)).map(core).collect();
    let listed =
        parent.other.get("subordinate_parties").into_iter().flat_map(|parties| parties.lines());
    let is_listed = |party: &str| {
        let words = core(parted(party).0);
        sought.iter().any(|name| is_spelled_alike(&words.concat(), &name.concat()))
    };
    let texts = [&parent.remarks]
        .into_iter()
        .chain(&parent.aliases)
        .chain(&parent.addresses)
        .chain(parent.other.values());
    let holds = |text: &String| {
        let words = core(text);
        sought.iter().any(|name| {
            !name.is_empty() && words.windows(name.len()).any(|window| window == name.as_slice())
        })
    };
    listed.into_iter().any(is_listed) || texts.into_iter().any(holds)
}

/// Whether the entry may stand for parties that it does not name. A row of the Consolidated
/// Screening List, which has an id, stands for itself alone.
pub fn may_mean_its_parties(parent: &Entry) -> bool {
    parent.publisher_id.is_empty() && !parent.other.contains_key("subordinate_parties")
}

/// Whether two rows with names alike may be one: rows of two parties of one parent have most of
/// their names in common.
pub fn is_same_party(one: &Entry, other: &Entry) -> bool {
    let party =
        |entry: &Entry| subordinate(parted(&entry.name).0).map(|(_, party)| core(party).concat());
    match (party(one), party(other)) {
        (Some(one), Some(other)) => is_spelled_alike(&one, &other),
        (None, None) => true,
        _ => false,
    }
}

/// Sister institutes differ in nothing but a number.
fn is_spelled_alike(one: &str, other: &str) -> bool {
    let digits = |text: &str| text.chars().filter(char::is_ascii_digit).collect::<String>();
    digits(one) == digits(other)
        && levenshtein::normalized_similarity(one.chars(), other.chars()) >= LEAST_LIKENESS
}
