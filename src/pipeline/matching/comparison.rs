//! Compares counterparties of one watchlist with entries, and says what follows for their matches.
//! Pure.

use std::collections::btree_map::Entry as Place;
use std::collections::{BTreeMap, HashMap, HashSet};
use std::convert::Infallible;
use std::num::NonZeroUsize;
use std::sync::Arc;

use jiff::Timestamp;
use rustc_hash::FxHashSet;

use crate::domain::matching::decision::PartyEvidence;
use crate::domain::matching::match_record::{EndReason, MatchRecord};
use crate::domain::matching::watchlist_state::StoredCounterparty;
use crate::domain::{Cause, Compared, Counterparty, Entry, EntryId, MatchState};
use crate::pipeline::matching::listing::Listing;
use crate::pipeline::matching::transition::{
    Announcement, Sighting, followed, seen, shared_address_id, unseen,
};
use crate::screen::addresses::address::Address;
use crate::screen::{Band, Found, Options, Screener, batch};

/// The reason of a confirmed match that no comparison finds any more.
const FOLLOWED: &str =
    "a person confirmed that they are one party; their names are not similar any more";

/// What is compared.
pub struct Comparison<'a> {
    pub watchlist: &'a str,
    pub listing: &'a Listing,
    pub screener: &'a Screener,
    /// Counterparties in use: at least those that are compared, and those of the known matches.
    pub parties: &'a [StoredCounterparty],
    /// Only matches with these entries count. `None`: with all.
    pub entries: Option<&'a HashSet<EntryId>>,
    pub now: Timestamp,
}

/// A match that is new or differs.
#[derive(Clone, Debug, PartialEq)]
pub struct Outcome {
    pub record: MatchRecord,
    pub event: Option<Announcement>,
    /// The entries that it concerns: several at one address may be one match.
    pub entries: Vec<EntryId>,
    /// Whether anything of it must be stored.
    pub is_changed: bool,
}

impl Outcome {
    /// A match that is over.
    fn over(record: MatchRecord) -> Self {
        Self { entries: vec![record.entry_id.clone()], record, event: None, is_changed: true }
    }
}

/// The counterparty and the entry of a match.
type Key = (String, u32, EntryId);
/// What is found of the counterparty at a place, each with the entries that it concerns.
pub type Sightings = (usize, Vec<(Sighting, Vec<EntryId>)>);

/// What the matches of each entry share.
#[derive(Default)]
struct OfEntries {
    /// By their places in the list.
    entries: HashMap<usize, Arc<Entry>>,
    sources: HashMap<EntryId, Arc<BTreeMap<String, PartyEvidence>>>,
}

impl Comparison<'_> {
    /// Goes from the `known` matches of what was compared to those of today, by what was found.
    /// `others` are matches that may be found as well, and are not over if they are not. `cause`
    /// says what brings up a match of a counterparty with an entry.
    pub fn run(
        &self,
        found: Vec<Sightings>,
        known: Vec<MatchRecord>,
        others: Vec<MatchRecord>,
        cause: &dyn Fn(&StoredCounterparty, &[EntryId]) -> Cause,
    ) -> Vec<Outcome> {
        let (mut known, joined_into_another) = by_key(known);
        let mut others: HashMap<Key, MatchRecord> =
            others.into_iter().map(|record| (key_of(&record), record)).collect();
        let over = joined_into_another.into_iter();
        let over = over.filter_map(|record| unseen(record, EndReason::Joined, self.now));
        let mut outcomes: Vec<Outcome> = over.map(Outcome::over).collect();
        let mut joined: Vec<Key> = Vec::new();
        for (place, sightings) in found {
            let Some(stored) = self.parties.get(place) else { continue };
            for (mut sighting, entries) in sightings {
                if !sighting.sharing.is_empty() {
                    let of_party = (&sighting.party.id, sighting.incarnation);
                    let keys =
                        entries.iter().map(|id| (of_party.0.clone(), of_party.1, id.clone()));
                    joined.extend(keys);
                }
                let key =
                    (sighting.party.id.clone(), sighting.incarnation, sighting.entry_id.clone());
                let other = others.remove(&key);
                let before = known.remove(&key).or(other);
                let why = cause(stored, &entries);
                if before.as_ref().is_some_and(|before| before.state() == MatchState::Dismissed) {
                    sighting.rows = self.listing.entries_of(&sighting.entry_id).cloned().collect();
                }
                let (record, event) = seen(before.clone(), sighting, why, self.now);
                let is_changed = before.as_ref() != Some(&record);
                outcomes.push(Outcome { record, event, entries, is_changed });
            }
        }
        // What was a match of each entry at an address is one match of all of them now.
        joined.retain(|key| !known.contains_key(key));
        let replaced = joined.iter().filter_map(|key| others.remove(key)).filter(is_by_address);
        let replaced = replaced.filter_map(|record| unseen(record, EndReason::Joined, self.now));
        outcomes.extend(replaced.map(Outcome::over));
        let in_use: HashMap<(&str, u32), &StoredCounterparty> = self
            .parties
            .iter()
            .map(|stored| ((stored.party.id.as_str(), stored.incarnation), stored))
            .collect();
        for record in known.into_values() {
            let party = (record.found.counterparty.id.as_str(), record.incarnation);
            let stored = in_use.get(&party).copied();
            let why = self.reason_of_end(&record, stored.is_some());
            let entries = vec![record.entry_id.clone()];
            if why == EndReason::NoLongerSimilar
                && record.state() == MatchState::Confirmed
                && let Some(stored) = stored
                && let Some(sighting) = self.as_listed(&record, stored)
            {
                let why = cause(stored, &entries);
                let (after, event) = followed(record.clone(), sighting, why, self.now);
                let is_changed = after != record;
                outcomes.push(Outcome { record: after, event, entries, is_changed });
                continue;
            }
            match unseen(record.clone(), why, self.now) {
                Some(record) => {
                    outcomes.push(Outcome { record, event: None, entries, is_changed: true });
                }
                None => outcomes.push(Outcome { record, event: None, entries, is_changed: false }),
            }
        }
        outcomes
    }

    /// Both sides of a confirmed match as they are today, although they are not similar any more.
    /// `None` if the entry is not listed.
    fn as_listed(&self, record: &MatchRecord, stored: &StoredCounterparty) -> Option<Sighting> {
        let found = &record.found;
        let entry = self.listing.entries_of(&record.entry_id).next()?;
        let is_same = found.counterparty == stored.party
            && found.entry.as_ref().is_some_and(|before| before.name == entry.name);
        let (compared, reasons) = if is_same {
            (found.compared.clone(), found.reasons.clone())
        } else {
            let (counterparty, name) = (stored.party.name.clone(), entry.name.clone());
            (Compared { counterparty, entry: name }, vec![FOLLOWED.to_owned()])
        };
        Some(Sighting {
            watchlist: self.watchlist.to_owned(),
            party: stored.party.clone(),
            incarnation: record.incarnation,
            entry_id: record.entry_id.clone(),
            is_ordered_only: record.is_ordered_only,
            sources: Arc::new(self.listing.evidence(&record.entry_id)),
            band: found.band,
            score: found.score,
            compared,
            reasons,
            sharing: Vec::new(),
            rows: Vec::new(),
            entry: Arc::new(entry.clone()),
        })
    }

    fn reason_of_end(&self, record: &MatchRecord, is_in_use: bool) -> EndReason {
        if !is_in_use {
            EndReason::CounterpartyRemoved
        } else if record.found.sharing.is_empty() && !self.listing.shows(&record.entry_id) {
            EndReason::EntryRemoved
        } else {
            EndReason::NoLongerSimilar
        }
    }

    /// What is found of the counterparties at these places, best first.
    pub fn sightings(&self, places: Vec<usize>) -> Vec<Sightings> {
        let compared: Vec<(usize, &StoredCounterparty)> = places
            .into_iter()
            .filter_map(|place| Some((place, self.parties.get(place)?)))
            .collect();
        let parties: Vec<&Counterparty> =
            compared.iter().map(|(_, stored)| &stored.party).collect();
        let among = self.entries.map(|ids| self.listing.places_of(ids));
        let among: Option<FxHashSet<u32>> = among
            .map(|places| places.into_iter().filter_map(|at| u32::try_from(at).ok()).collect());
        let options = Options { among: among.as_ref(), ..Options::default() };
        let mut known = OfEntries::default();
        let mut sighted: Vec<Sightings> = Vec::new();
        let mut order = compared.iter();
        let each: batch::Each<'_, Infallible> = &mut |_, found| {
            if let Some((place, stored)) = order.next() {
                let sightings = self.of_party(stored, found, &mut known);
                if !sightings.is_empty() {
                    sighted.push((*place, sightings));
                }
            }
            Ok(())
        };
        match batch::screen_all(self.screener, &parties, options, threads(), each) {
            Ok(()) => {}
            Err(never) => match never {},
        }
        sighted
    }

    fn of_party(
        &self,
        stored: &StoredCounterparty,
        found: Vec<Found>,
        known: &mut OfEntries,
    ) -> Vec<(Sighting, Vec<EntryId>)> {
        let mut sightings: Vec<(Sighting, Vec<EntryId>)> = Vec::new();
        for found in found.into_iter().filter(|found| found.band != Band::None) {
            let Some(listed) = self.listing.listed.get(found.entry) else { continue };
            let Some(entry) = self.screener.entries().get(found.entry) else { continue };
            let sharing: Vec<EntryId> = found
                .sharing
                .iter()
                .filter_map(|at| self.listing.listed.get(*at))
                .map(|listed| listed.entry_id.clone())
                .collect();
            // One decision for all entries at the address, also for those that are added later.
            let (entry_id, concerned) = if sharing.is_empty() {
                (listed.entry_id.clone(), vec![listed.entry_id.clone()])
            } else {
                (shared_address_id(&found.compared.entry), sharing)
            };
            let is_in_scope = self.entries.is_none_or(|ids| {
                ids.contains(&entry_id) || concerned.iter().any(|id| ids.contains(id))
            });
            let is_known = sightings.iter().any(|(other, _)| other.entry_id == entry_id);
            if !is_in_scope || is_known {
                continue;
            }
            let sources = if found.sharing.is_empty() {
                let of_entry = known.sources.entry(entry_id.clone());
                let read = || Arc::new(self.listing.evidence(&entry_id));
                Arc::clone(of_entry.or_insert_with(read))
            } else {
                let address = Address::of(&found.compared.entry).normalized();
                let shown =
                    PartyEvidence { addresses: [address].into(), ..PartyEvidence::default() };
                Arc::new([("address".to_owned(), shown)].into())
            };
            let shared = known.entries.entry(found.entry);
            let entry = Arc::clone(shared.or_insert_with(|| Arc::new(entry.clone())));
            let names = found.sharing.iter().filter_map(|at| self.screener.entries().get(*at));
            let sighting = Sighting {
                watchlist: self.watchlist.to_owned(),
                party: stored.party.clone(),
                incarnation: stored.incarnation,
                entry_id,
                is_ordered_only: listed.is_ordered_only,
                entry,
                sources,
                band: found.band,
                score: found.score,
                sharing: names.map(|entry| entry.name.clone()).collect(),
                compared: found.compared,
                reasons: found.reasons,
                rows: Vec::new(),
            };
            sightings.push((sighting, concerned));
        }
        sightings
    }
}

/// How many threads compare.
pub fn threads() -> usize {
    std::thread::available_parallelism().map_or(1, NonZeroUsize::get)
}

/// Whether the match rests on an address, and not on a name.
fn is_by_address(record: &MatchRecord) -> bool {
    let found = &record.found;
    found.entry.as_ref().is_some_and(|entry| entry.addresses.contains(&found.compared.entry))
}

/// The matches by their keys, and those that another match of the same key replaces: two entries
/// that a rule ordered may be one in the list. A confirmation is never lost, and a dismissal never
/// hides a match that nobody has decided.
fn by_key(records: Vec<MatchRecord>) -> (BTreeMap<Key, MatchRecord>, Vec<MatchRecord>) {
    let rank = |record: &MatchRecord| match record.state() {
        _ if record.ended.is_some() => 0,
        MatchState::Dismissed => 1,
        MatchState::Open | MatchState::Stale => 2,
        MatchState::Confirmed => 3,
    };
    let (mut by_key, mut replaced) = (BTreeMap::new(), Vec::new());
    for record in records {
        match by_key.entry(key_of(&record)) {
            Place::Vacant(place) => {
                place.insert(record);
            }
            Place::Occupied(mut place) if rank(place.get()) < rank(&record) => {
                replaced.push(place.insert(record));
            }
            Place::Occupied(_) => replaced.push(record),
        }
    }
    (by_key, replaced)
}

fn key_of(record: &MatchRecord) -> Key {
    (record.found.counterparty.id.clone(), record.incarnation, record.entry_id.clone())
}
