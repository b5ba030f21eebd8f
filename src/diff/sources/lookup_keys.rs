//! The keys by which one entry is found in another source.
//!
//! Knows an entry. Must not know the other source.

use crate::diff::list::entity_cell::SUBORDINATES;
use crate::diff::pairing::name::split_aliases;
use crate::diff::sources::matched_by::MatchedBy;
use crate::diff::sources::name_forms::{distinctive_words, lookup_forms};
use crate::diff::sources::party::{introduced, parties_in};
use crate::domain::subordinate::parent_and_party;
use crate::domain::{Entry, Form};

/// The first and the last letters of a name that a differently spelled name probably shares.
const FRAGMENT_BYTES: usize = 6;

/// A word of at most this many letters is in too many names to be a fragment.
const LONGEST_COMMON_WORD: usize = 3;

/// The keys of one entry.
pub struct LookupKeys {
    /// Forms of its names, sorted, each once.
    pub names: Vec<(String, MatchedBy)>,
    /// Forms of the parent's name, if the name is that of a subordinate party:
    /// `Board of Mines. Subordinate Institution - Second Works`.
    pub parents: Vec<String>,
    /// The parts of the name that a differently spelled name may share: words, and the first and
    /// the last letters. Sorted, each once.
    pub fragments: Vec<String>,
    /// The name without spaces and legal forms.
    pub compact: String,
}

impl LookupKeys {
    pub fn of(entry: &Entry) -> Self {
        let (name, _) = split_aliases(&entry.name);
        let parents = parent_and_party(name).map_or(Vec::new(), |(parent, _)| lookup_forms(parent));
        let words = distinctive_words(name);
        let compact = words.concat();
        let names =
            if entry.form == Form::Address { address_keys(entry) } else { name_keys(entry) };
        Self { names, parents, fragments: fragments(words, &compact), compact }
    }
}

/// Many entries are named `Address 01`. What is listed there is the address itself.
fn address_keys(entry: &Entry) -> Vec<(String, MatchedBy)> {
    entry
        .addresses
        .iter()
        .flat_map(|address| lookup_forms(address))
        .map(|key| (key, MatchedBy::Name))
        .collect()
}

fn name_keys(entry: &Entry) -> Vec<(String, MatchedBy)> {
    let mut keys: Vec<(String, MatchedBy)> = Vec::new();
    let mut add = |text: &str, matched_by: MatchedBy| {
        keys.extend(lookup_forms(text).into_iter().map(|key| (key, matched_by)));
    };
    let (name, known_as) = split_aliases(&entry.name);
    add(&entry.name, MatchedBy::Name);
    add(name, MatchedBy::Name);
    known_as.into_iter().for_each(|alias| add(alias, MatchedBy::Alias));
    if let Some((_, parties)) = parent_and_party(name) {
        parties_in(parties).for_each(|party| add(party, MatchedBy::Party));
    }
    for alias in &entry.aliases {
        let (alias, more) = split_aliases(alias);
        if let Some(party) = introduced(alias) {
            parties_in(party).for_each(|party| add(party, MatchedBy::Party));
        }
        add(alias, MatchedBy::Alias);
        more.into_iter().for_each(|alias| add(alias, MatchedBy::Alias));
    }
    let listed = entry.other.get(SUBORDINATES);
    for party in listed.into_iter().flat_map(|parties| parties.lines()) {
        let (party, more) = split_aliases(party);
        add(party, MatchedBy::Party);
        more.into_iter()
            .flat_map(|names| names.split("; "))
            .for_each(|alias| add(alias, MatchedBy::Party));
    }
    // Of two equal keys the more certain one stays.
    keys.sort_unstable();
    keys.dedup_by(|next, kept| next.0 == kept.0);
    keys
}

fn fragments(words: Vec<String>, compact: &str) -> Vec<String> {
    let mut fragments: Vec<String> =
        words.into_iter().filter(|word| word.len() > LONGEST_COMMON_WORD).collect();
    let head = compact.get(..FRAGMENT_BYTES);
    let tail = compact.len().checked_sub(FRAGMENT_BYTES).and_then(|start| compact.get(start..));
    if let (Some(head), Some(tail)) = (head, tail) {
        fragments.extend([format!("{head}-"), format!("-{tail}")]);
    }
    fragments.sort_unstable();
    fragments.dedup();
    fragments
}
