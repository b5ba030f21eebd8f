//! The entries of one source, indexed by their names, so that the counterpart of an entry of
//! another source is found without reading them all.
//!
//! Finds candidates. `counterparts` decides which of them are the same entry.

use std::cmp::Reverse;
use std::collections::{BTreeMap, HashMap};

use crate::diff::sources::agreement::{self, Agreement};
use crate::diff::sources::lookup_keys::LookupKeys;
use crate::diff::sources::matched_by::MatchedBy;
use crate::diff::sources::name_forms::{LEAST_SIMILARITY, same_digits, similarity};
use crate::diff::sources::party::{lists_party, may_mean_its_parties};
use crate::diff::sources::place::place_agreement;
use crate::domain::Entry;

/// The least number of letters of a name that counts as the beginning or end of a longer one.
const LEAST_PREFIX_BYTES: usize = 8;

/// A fragment that more names than this share says too little to be looked up.
const MOST_NAMES_OF_A_FRAGMENT: usize = 60;

/// At most this many names are compared letter by letter for one entry, to bound the time.
const MOST_COMPARED_NAMES: usize = 8;

/// The score of a name that is the beginning or the end of another. Above 1, the highest similarity
/// by letters.
const PREFIX_SCORE: f64 = 2.0;

/// The entries of a source, ready to be searched.
pub struct Index<'a> {
    entries: &'a [Entry],
    names: HashMap<String, Vec<(usize, MatchedBy)>>,
    /// Rows of subordinate parties, by the form of their parent's name.
    parents: HashMap<String, Vec<usize>>,
    fragments: HashMap<String, Vec<usize>>,
    /// Each entry's [`LookupKeys::compact`].
    compact: Vec<String>,
}

/// A counterpart in another source.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Counterpart {
    /// Its position in the slice that the index was made of.
    pub position: usize,
    pub matched_by: MatchedBy,
}

impl<'a> Index<'a> {
    pub fn of(entries: &'a [Entry]) -> Self {
        let mut index = Self {
            entries,
            names: HashMap::new(),
            parents: HashMap::new(),
            fragments: HashMap::new(),
            compact: Vec::with_capacity(entries.len()),
        };
        for (position, entry) in entries.iter().enumerate() {
            let keys = LookupKeys::of(entry);
            for (name, matched_by) in keys.names {
                index.names.entry(name).or_default().push((position, matched_by));
            }
            for parent in keys.parents {
                index.parents.entry(parent).or_default().push(position);
            }
            for fragment in keys.fragments {
                index.fragments.entry(fragment).or_default().push(position);
            }
            index.compact.push(keys.compact);
        }
        index
    }

    pub fn get(&self, counterpart: Counterpart) -> Option<&'a Entry> {
        self.at(counterpart.position)
    }

    pub(super) fn at(&self, position: usize) -> Option<&'a Entry> {
        self.entries.get(position)
    }

    /// The most certain of the candidates that nothing contradicts. Several may be equally certain.
    pub(super) fn most_certain(
        &self,
        entry: &Entry,
        candidates: Vec<(usize, MatchedBy)>,
    ) -> Vec<Counterpart> {
        let mut accepted: Vec<((MatchedBy, bool, bool), usize)> = Vec::new();
        for (position, matched_by) in candidates {
            let Some(other) = self.at(position) else { continue };
            let (place, rule) = (place_agreement(entry, other), agreement::of_rules(entry, other));
            if matched_by.suffices(place, rule) {
                let rank = (matched_by, rule != Agreement::Agrees, place != Agreement::Agrees);
                accepted.push((rank, position));
            }
        }
        accepted.sort_unstable();
        let best = accepted.first().map(|(rank, _)| *rank);
        accepted
            .into_iter()
            .take_while(|(rank, _)| Some(*rank) == best)
            .map(|((matched_by, ..), position)| Counterpart { position, matched_by })
            .collect()
    }

    /// Whether an entry of this source has the very name of `other`. With `same_place`, their
    /// places must agree too.
    pub(super) fn has_name_of(&self, other: &Entry, same_place: bool) -> bool {
        let named = self
            .named(other, &LookupKeys::of(other))
            .into_iter()
            .filter(|(_, matched_by)| *matched_by == MatchedBy::Name)
            .collect();
        self.most_certain(other, named)
            .into_iter()
            .filter_map(|found| self.get(found))
            .any(|one| !same_place || place_agreement(one, other) == Agreement::Agrees)
    }

    /// Entries with one of the names. An alias of both sides identifies neither. A party's own row
    /// and its parent are one entry only if the parent lists the party.
    pub(super) fn named(&self, entry: &Entry, keys: &LookupKeys) -> Vec<(usize, MatchedBy)> {
        let mut found: BTreeMap<usize, MatchedBy> = BTreeMap::new();
        for (name, matched_by) in &keys.names {
            for (position, other) in self.names.get(name).into_iter().flatten() {
                if *matched_by == MatchedBy::Name || *other == MatchedBy::Name {
                    let matched_by = (*matched_by).max(*other);
                    let known = found.entry(*position).or_insert(matched_by);
                    *known = matched_by.min(*known);
                }
            }
        }
        for position in self.parents_of(entry, keys).chain(self.parties_of(entry, keys)) {
            found.entry(position).or_insert(MatchedBy::Party);
        }
        found.into_iter().collect()
    }

    /// The entries that list this row's party.
    fn parents_of(&self, row: &Entry, keys: &LookupKeys) -> impl Iterator<Item = usize> {
        // A source that lists no party of this parent, neither in its entry nor in rows of their
        // own, may mean all of them.
        let lists_parties = keys.parents.iter().any(|parent| self.parents.contains_key(parent));
        keys.parents
            .iter()
            .filter_map(|parent| self.names.get(parent))
            .flatten()
            .filter(|(_, matched_by)| *matched_by == MatchedBy::Name)
            .map(|(position, _)| *position)
            .filter(move |position| {
                let Some(parent) = self.at(*position) else { return false };
                lists_party(parent, row) || (!lists_parties && may_mean_its_parties(parent))
            })
    }

    /// The rows of the parties that this entry lists.
    fn parties_of(&self, parent: &Entry, keys: &LookupKeys) -> impl Iterator<Item = usize> {
        keys.names
            .iter()
            .filter(|(_, matched_by)| *matched_by == MatchedBy::Name)
            .filter_map(|(name, _)| self.parents.get(name))
            .flatten()
            .copied()
            .filter(|position| self.at(*position).is_some_and(|party| lists_party(parent, party)))
    }

    /// Entries whose names are spelled alike.
    pub(super) fn spelled_alike(&self, keys: &LookupKeys) -> Vec<(usize, MatchedBy)> {
        self.similar(keys, LEAST_SIMILARITY)
            .into_iter()
            .map(|(position, score)| {
                let is_prefix = score >= PREFIX_SCORE;
                (position, if is_prefix { MatchedBy::LongerName } else { MatchedBy::Spelling })
            })
            .collect()
    }

    /// Entries whose names have at least this score: the similarity by letters from 0 to 1, or
    /// [`PREFIX_SCORE`].
    pub(super) fn similar(&self, keys: &LookupKeys, least: f64) -> Vec<(usize, f64)> {
        let mut shared: BTreeMap<usize, usize> = BTreeMap::new();
        for positions in keys
            .fragments
            .iter()
            .filter_map(|fragment| self.fragments.get(fragment))
            .filter(|positions| positions.len() <= MOST_NAMES_OF_A_FRAGMENT)
        {
            for position in positions {
                *shared.entry(*position).or_default() += 1;
            }
        }
        let mut likeliest: Vec<(usize, usize)> = shared.into_iter().collect();
        likeliest.sort_unstable_by_key(|(position, count)| (Reverse(*count), *position));
        likeliest.truncate(MOST_COMPARED_NAMES);
        likeliest
            .into_iter()
            .filter_map(|(position, _)| {
                Some((position, score(self.compact.get(position)?, &keys.compact)))
            })
            .filter(|(_, score)| *score >= least)
            .collect()
    }
}

/// How alike two compact names are; see [`Index::similar`].
fn score(one: &str, other: &str) -> f64 {
    let (short, long) = if one.len() < other.len() { (one, other) } else { (other, one) };
    if short.len() >= LEAST_PREFIX_BYTES && (long.starts_with(short) || long.ends_with(short)) {
        return PREFIX_SCORE;
    }
    if !same_digits(short, long) {
        return 0.0;
    }
    similarity(one, other)
}
