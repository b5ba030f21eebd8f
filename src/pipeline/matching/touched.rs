//! Whom the changes since a time touch: compares the counterparties in use with the entries that
//! changed, as they were and as they are. It writes nothing.

use std::collections::{BTreeSet, HashMap, HashSet};

use jiff::Timestamp;

use crate::config::{Config, WatchlistSettings};
use crate::domain::matching::match_record::MatchRecord;
use crate::domain::matching::watchlist_state::StoredCounterparty;
use crate::domain::{Change, Entry, EntryId, MatchState, utc_day};
use crate::pipeline::background::in_background;
use crate::pipeline::matching::comparison::Comparison;
use crate::pipeline::matching::current_listing::{self, CurrentListing};
use crate::pipeline::matching::listing::Listing;
use crate::pipeline::matching::transition::{Sighting, match_id};
use crate::store::{ChangeQuery, CheckRecord, MatchQuery, Result, Store};
use crate::stored_json::TouchedRow;

/// The reason of a match that a person confirmed and the comparison does not find any more.
const CONFIRMED: &str = "confirmed by a person";

/// A change with where and when it was seen.
#[derive(Clone)]
struct SeenChange {
    source: String,
    at: Timestamp,
    change: Change,
}

/// A counterparty and a change, with their places in what they were read from.
struct Touch {
    change: usize,
    position: usize,
    row: TouchedRow,
}

/// The counterparties that changes since this time touch, newest change first. Those that were
/// dismissed are among them, with their state.
///
/// # Errors
/// If the store cannot be read.
pub async fn touched_since(
    store: &Store,
    config: &Config,
    since: Timestamp,
    now: Timestamp,
) -> Result<Vec<TouchedRow>> {
    let changes = changes_since(store, since).await?;
    let mut all = Vec::new();
    for settings in &config.watchlists {
        all.extend(of_watchlist(store, config, settings, &changes, now).await?);
    }
    // What was touched by one change stays in the order of the watchlists.
    all.sort_by_key(|touch| touch.change);
    Ok(all.into_iter().map(|touch| touch.row).collect())
}

/// The changes of lists, and those that rules order, newest first.
async fn changes_since(store: &Store, since: Timestamp) -> Result<Vec<SeenChange>> {
    let query = ChangeQuery { since: Some(since), editorial: true, ..ChangeQuery::default() };
    let of_lists = store.changes(&query).await?.into_iter().map(|recorded| SeenChange {
        source: recorded.source,
        at: recorded.observed_at,
        change: recorded.change,
    });
    let mut changes: Vec<SeenChange> = of_lists.collect();
    let rules = store.rules(utc_day(since)).await?;
    for rule in rules.into_iter().filter(|rule| rule.first_seen_at >= since) {
        let (source, at) = (rule.document_number, rule.first_seen_at);
        let of_rule = rule.changes.into_iter();
        changes.extend(of_rule.map(|change| SeenChange { source: source.clone(), at, change }));
    }
    changes.sort_by_key(|seen| std::cmp::Reverse(seen.at));
    Ok(changes)
}

async fn of_watchlist(
    store: &Store,
    config: &Config,
    settings: &WatchlistSettings,
    changes: &[SeenChange],
    now: Timestamp,
) -> Result<Vec<Touch>> {
    let is_compared = |seen: &SeenChange| settings.lists.contains(&seen.change.entry.list);
    if !changes.iter().any(is_compared) {
        return Ok(Vec::new());
    }
    let parties = store.counterparties(&settings.name).await?;
    if parties.is_empty() {
        return Ok(Vec::new());
    }
    // Of each state of an entry once.
    let mut former: Vec<Entry> = Vec::new();
    for seen in changes.iter().filter(|seen| is_compared(seen)) {
        for entry in states_of(&seen.change).filter(|entry| entry.entry_id.is_some()) {
            if !former.contains(entry) {
                former.push(entry.clone());
            }
        }
    }
    let changed: HashSet<EntryId> =
        former.iter().filter_map(|entry| entry.entry_id.clone()).collect();
    let record = CheckRecord { at: now, ..CheckRecord::default() };
    let current =
        current_listing::read_with_former(store, config, &settings.lists, &record, changed, former)
            .await?;
    let query = MatchQuery {
        watchlist: Some(settings.name.clone()),
        with_ended: true,
        ..MatchQuery::default()
    };
    let known = store.matches(&query).await?;
    let (name, changes) = (settings.name.clone(), changes.to_vec());
    Ok(in_background(move || compare(&name, &parties, &known, &changes, &current, now)).await)
}

fn compare(
    watchlist: &str,
    parties: &[StoredCounterparty],
    known: &[MatchRecord],
    changes: &[SeenChange],
    current: &CurrentListing,
    now: Timestamp,
) -> Vec<Touch> {
    let of_entry = places_of(changes, &current.listing);
    let ids: HashSet<EntryId> = of_entry.keys().cloned().collect();
    let comparison = Comparison {
        watchlist,
        listing: &current.listing,
        screener: &current.screener,
        parties,
        entries: Some(&ids),
        now,
    };
    let mut decided: HashMap<(String, u32, EntryId), &MatchRecord> = known
        .iter()
        .map(|record| {
            let id = record.found.counterparty.id.clone();
            ((id, record.incarnation, record.entry_id.clone()), record)
        })
        .collect();
    let mut touches = Vec::new();
    for (place, sightings) in comparison.sightings((0..parties.len()).collect()) {
        let Some(stored) = parties.get(place) else { continue };
        for (sighting, concerned) in sightings {
            let key = (stored.party.id.clone(), stored.incarnation, sighting.entry_id.clone());
            let record = decided.remove(&key);
            for change in changes_of(&of_entry, &concerned) {
                let Some(seen) = changes.get(change) else { continue };
                let row = row(&sighting, record, seen);
                touches.push(Touch { change, position: stored.position, row });
            }
        }
    }
    // A person said that both are the same, whatever a comparison finds.
    let in_use: HashMap<(&str, u32), usize> = parties
        .iter()
        .map(|stored| ((stored.party.id.as_str(), stored.incarnation), stored.position))
        .collect();
    for ((id, incarnation, entry_id), record) in decided {
        let Some(position) = in_use.get(&(id.as_str(), incarnation)) else { continue };
        if record.state() != MatchState::Confirmed {
            continue;
        }
        for change in changes_of(&of_entry, std::slice::from_ref(&entry_id)) {
            let Some(seen) = changes.get(change) else { continue };
            touches.push(Touch { change, position: *position, row: row_of_record(record, seen) });
        }
    }
    touches.sort_by_key(|touch| (touch.change, touch.position));
    touches
}

fn states_of(change: &Change) -> impl Iterator<Item = &Entry> {
    [Some(&change.entry), change.before.as_ref()].into_iter().flatten()
}

/// The places of the changes of each entry, also under the id that it had before it was listed.
fn places_of(changes: &[SeenChange], listing: &Listing) -> HashMap<EntryId, Vec<usize>> {
    let mut places: HashMap<EntryId, Vec<usize>> = HashMap::new();
    for (place, seen) in changes.iter().enumerate() {
        for entry in states_of(&seen.change) {
            for id in [listing.id_of(entry), listing.ordered_id(entry)] {
                places.entry(id).or_default().push(place);
            }
        }
    }
    places
}

fn changes_of(of_entry: &HashMap<EntryId, Vec<usize>>, entries: &[EntryId]) -> BTreeSet<usize> {
    entries.iter().filter_map(|id| of_entry.get(id)).flatten().copied().collect()
}

fn row(sighting: &Sighting, record: Option<&MatchRecord>, seen: &SeenChange) -> TouchedRow {
    let Sighting { watchlist, party, incarnation, entry_id, .. } = sighting;
    let made = || match_id(watchlist, &party.id, *incarnation, entry_id);
    TouchedRow {
        watchlist: watchlist.clone(),
        counterparty: party.clone(),
        match_id: record.map_or_else(made, |record| record.found.match_id.clone()),
        band: sighting.band,
        score: sighting.score,
        state: record.map_or(MatchState::Open, MatchRecord::state),
        compared: sighting.compared.clone(),
        reasons: sighting.reasons.clone(),
        source: seen.source.clone(),
        observed_at: seen.at,
        change_id: seen.change.change_id.clone(),
        kind: seen.change.kind,
        entry: seen.change.entry.clone(),
    }
}

fn row_of_record(record: &MatchRecord, seen: &SeenChange) -> TouchedRow {
    let found = &record.found;
    TouchedRow {
        watchlist: found.watchlist.clone(),
        counterparty: found.counterparty.clone(),
        match_id: found.match_id.clone(),
        band: found.band,
        score: found.score,
        state: found.state,
        compared: found.compared.clone(),
        reasons: vec![CONFIRMED.to_owned()],
        source: seen.source.clone(),
        observed_at: seen.at,
        change_id: seen.change.change_id.clone(),
        kind: seen.change.kind,
        entry: seen.change.entry.clone(),
    }
}
