//! Compares what a check changes with the counterparties, before the check is recorded: the changed
//! entries of lists, and the entries that a rule orders.

use std::collections::{BTreeMap, HashMap, HashSet};

use serde_json::json;

use crate::config::Config;
use crate::domain::journal::JournalEvent;
use crate::domain::journal_kind;
use crate::domain::matching::match_record::MatchRecord;
use crate::domain::matching::screening::ScreenedWatchlist;
use crate::domain::matching::watchlist_state::{StoredCounterparty, WatchlistState};
use crate::domain::{
    AlertBody, Cause, Change, ChangeId, ChangeKind, EntryId, ListCode, MatchId, MatchState,
    PossibleMatch,
};
use crate::pipeline::background::in_background;
use crate::pipeline::matching::announcing::announce;
use crate::pipeline::matching::comparison::{Comparison, Outcome, threads};
use crate::pipeline::matching::current_listing::{self, CurrentListing};
use crate::pipeline::matching::listing::ordered_id;
use crate::pipeline::matching::prepared::prepared;
use crate::pipeline::matching::receiver_matches::{MatchesOfChanges, facts, show};
use crate::pipeline::shared_lock::SharedLock;
use crate::pipeline::{Program, Wiring};
use crate::screen::shortlist::{is_at_one, shortlist};
use crate::store::{CheckRecord, MatchQuery, Result, Store};

/// A change of a record, with what brings up its matches.
struct ChangeInRecord {
    change: Change,
    cause: Cause,
}

/// Adds to a record what its changes mean for the counterparties: matches, what receivers with
/// `show_matches` get because of them, and the alerts about matches that no change brings them.
/// The caller keeps the lock until the record is written.
pub async fn match_changes(
    program: &Program,
    wiring: &Wiring,
    record: &mut CheckRecord,
) -> Result<Option<SharedLock>> {
    let config = &wiring.config;
    if config.watchlists.is_empty() {
        return Ok(None);
    }
    let changes = changes_of(record);
    let opens = record.lists.iter().any(|update| !update.open.is_empty());
    let concerns_readers = record.alerts.iter().any(|outgoing| {
        outgoing.alert.body.list_changed().is_some() || outgoing.alert.body.rule_notice().is_some()
    });
    if changes.is_empty() && !opens && !concerns_readers {
        return Ok(None);
    }
    let lock = program.lock_matches().await?;
    let states = program.store.watchlist_states().await?;
    let facts = facts(config, &states);
    let mut outcomes: Vec<Outcome> = Vec::new();
    if !changes.is_empty() || opens {
        for state in states.iter().filter(|state| state.screened.is_some()) {
            let Some(settings) = config.watchlists.iter().find(|w| w.name == state.name) else {
                continue;
            };
            let found = compare(program, config, record, state, &settings.lists, &changes).await?;
            outcomes.extend(found);
        }
    }
    let matches = matches_of(&changes, &mut outcomes);
    for outgoing in &mut record.alerts {
        show(config, &facts, &matches, outgoing);
    }
    store_outcomes(config, &facts, record, outcomes, &changes);
    Ok(Some(lock))
}

/// The changes of lists, and those that alerts about rules contain.
fn changes_of(record: &CheckRecord) -> Vec<ChangeInRecord> {
    let of_kind = |kind: ChangeKind| match kind {
        ChangeKind::Added => Cause::EntryAdded,
        ChangeKind::Removed => Cause::EntryRemoved,
        ChangeKind::Revised => Cause::EntryRevised,
    };
    let mut changes: Vec<ChangeInRecord> = record
        .changes
        .iter()
        .map(|recorded| ChangeInRecord {
            change: recorded.change.clone(),
            cause: of_kind(recorded.change.kind),
        })
        .collect();
    for outgoing in &record.alerts {
        let (data, cause) = match &outgoing.alert.body {
            AlertBody::RuleFiled(data) => (data, Cause::RuleFiled),
            AlertBody::RulePublished(data) => (data, Cause::RulePublished),
            _ => continue,
        };
        let listed = data.documents.iter().flat_map(|listing| &listing.changes);
        let ordered = data.changes.iter().chain(listed).cloned();
        changes.extend(ordered.map(|change| ChangeInRecord { change, cause }));
    }
    changes
}

/// The permanent ids in the changes and in what a list opens without a change, such as an accepted
/// list of which nobody was alerted.
fn changed_ids(record: &CheckRecord, changes: &[ChangeInRecord]) -> HashSet<EntryId> {
    let of_changes = changes.iter().flat_map(|in_record| {
        [Some(&in_record.change.entry), in_record.change.before.as_ref()].into_iter().flatten()
    });
    let opened = record.lists.iter().flat_map(|update| &update.open);
    of_changes.chain(opened).filter_map(|entry| entry.entry_id.clone()).collect()
}

async fn compare(
    program: &Program,
    config: &Config,
    record: &CheckRecord,
    state: &WatchlistState,
    lists: &[ListCode],
    changes: &[ChangeInRecord],
) -> Result<Vec<Outcome>> {
    let store = &program.store;
    let mut ids = changed_ids(record, changes);
    let current = current_listing::read(store, config, lists, record, ids.clone()).await?;
    let mut causes: HashMap<EntryId, Cause> = HashMap::new();
    let mut ordered: HashMap<EntryId, EntryId> = HashMap::new();
    for ChangeInRecord { change, cause } in changes {
        for entry in [Some(&change.entry), change.before.as_ref()].into_iter().flatten() {
            let id = current.listing.id_of(entry);
            causes.entry(id.clone()).or_insert(*cause);
            ids.insert(id.clone());
            if entry.entry_id.is_some() {
                ordered.insert(ordered_id(entry.list, &entry.name), id);
            }
        }
    }
    let opened = record.lists.iter().flat_map(|update| &update.open);
    for entry in opened.filter(|entry| lists.contains(&entry.list)) {
        if let Some(id) = &entry.entry_id {
            ordered.insert(ordered_id(entry.list, &entry.name), id.clone());
        }
    }
    let (groups, others) = shared_addresses(store, state, record, changes).await?;
    let shared: HashSet<&String> = groups.iter().flat_map(|group| &group.found.sharing).collect();
    let of_screener = current.screener.entries().iter().zip(&current.listing.listed);
    for (_, listed) in of_screener.filter(|(entry, _)| shared.contains(&entry.name)) {
        // Without the one that changed, the address may be one of few entries again.
        causes.entry(listed.entry_id.clone()).or_insert(Cause::EntryRevised);
        ids.insert(listed.entry_id.clone());
    }
    ids.extend(groups.iter().map(|group| group.entry_id.clone()));
    let known_ids: Vec<EntryId> = ids.iter().chain(ordered.keys()).cloned().collect();
    let mut known: Vec<MatchRecord> = store.matches_of_entries(&known_ids).await?;
    known.retain(|record| record.found.watchlist == state.name);
    known.iter_mut().for_each(|record| listed_now(record, &ordered));
    let prepared = prepared(store, state).await?;
    let changed = current.listing.places_of(&ids);
    let (current, near) = in_background(move || {
        let near = shortlist(&current.screener, &changed, &prepared, threads());
        let near = near.into_iter().map(|near| (prepared.id(near.place).to_owned(), near.by_name));
        let near: HashMap<String, bool> = near.collect();
        (current, near)
    })
    .await;
    let known_parties = known.iter().map(|record| record.found.counterparty.id.as_str());
    let wanted: HashSet<&str> = near.keys().map(String::as_str).chain(known_parties).collect();
    let wanted: Vec<&str> = wanted.into_iter().collect();
    let parties = store.counterparties_of(&state.name, &wanted).await?;
    let (name, now) = (state.name.clone(), record.at);
    Ok(in_background(move || {
        let CurrentListing { listing, screener } = current;
        let is_at_one = is_at_one(&screener, &listing.places_of(&ids));
        let is_near = |stored: &StoredCounterparty| match near.get(&stored.party.id) {
            Some(by_name) => *by_name || is_at_one(&stored.party),
            None => false,
        };
        let all = parties.iter().enumerate();
        let places = all.filter(|(_, stored)| is_near(stored)).map(|(place, _)| place).collect();
        let comparison = Comparison {
            watchlist: &name,
            listing: &listing,
            screener: &screener,
            parties: &parties,
            places,
            entries: Some(&ids),
            now,
        };
        comparison.run(known, others, &|_, id| causes.get(id).copied().unwrap_or(Cause::ListAdded))
    })
    .await)
}

/// The matches with addresses that many entries share and that the changes concern, and all other
/// matches. An entry that comes to such an address is in no match so far.
async fn shared_addresses(
    store: &Store,
    state: &WatchlistState,
    record: &CheckRecord,
    changes: &[ChangeInRecord],
) -> Result<(Vec<MatchRecord>, Vec<MatchRecord>)> {
    let of_changes = changes.iter().flat_map(|in_record| {
        [Some(&in_record.change.entry), in_record.change.before.as_ref()].into_iter().flatten()
    });
    let opened = record.lists.iter().flat_map(|update| &update.open);
    let names: HashSet<&String> = of_changes.chain(opened).map(|entry| &entry.name).collect();
    let query = MatchQuery {
        watchlist: Some(state.name.clone()),
        with_ended: true,
        ..MatchQuery::default()
    };
    let all = store.matches(&query).await?;
    let is_concerned =
        |record: &MatchRecord| record.found.sharing.iter().any(|name| names.contains(name));
    Ok(all.into_iter().partition(is_concerned))
}

/// A match with an entry that a rule ordered is one with the listed entry from now on. It keeps its
/// id, so that one decision serves both.
fn listed_now(record: &mut MatchRecord, ordered: &HashMap<EntryId, EntryId>) {
    if record.is_ordered_only
        && let Some(listed) = ordered.get(&record.entry_id)
    {
        record.entry_id = listed.clone();
        record.is_ordered_only = false;
    }
}

/// The matches that are shown with each change. A dismissal in force is not shown.
fn matches_of(changes: &[ChangeInRecord], outcomes: &mut [Outcome]) -> MatchesOfChanges {
    let mut of_entry: HashMap<&EntryId, Vec<&Outcome>> = HashMap::new();
    for outcome in outcomes.iter().filter(|outcome| is_shown(outcome)) {
        for id in &outcome.entries {
            of_entry.entry(id).or_default().push(outcome);
        }
    }
    let mut matches: MatchesOfChanges = HashMap::new();
    for ChangeInRecord { change, cause } in changes {
        let mut found: BTreeMap<MatchId, PossibleMatch> = BTreeMap::new();
        for entry in [Some(&change.entry), change.before.as_ref()].into_iter().flatten() {
            let ids = [entry.entry_id.clone(), Some(ordered_id(entry.list, &entry.name))];
            for outcome in ids.iter().flatten().filter_map(|id| of_entry.get(id)).flatten() {
                let shown = PossibleMatch { cause: *cause, ..outcome.record.found.clone() };
                found.insert(shown.match_id.clone(), shown);
            }
        }
        if change.entry.entry_id.is_none() {
            // A rule names entries that are listed, without their ids.
            let same =
                outcomes.iter().filter(|outcome| {
                    is_shown(outcome)
                        && outcome.record.found.entry.as_ref().is_some_and(|entry| {
                            crate::domain::same::same_entry(entry, &change.entry)
                        })
                });
            for outcome in same {
                let shown = PossibleMatch { cause: *cause, ..outcome.record.found.clone() };
                found.insert(shown.match_id.clone(), shown);
            }
        }
        if !found.is_empty() {
            matches.insert(change.change_id.clone(), found.into_values().collect());
        }
    }
    matches
}

fn is_shown(outcome: &Outcome) -> bool {
    let record = &outcome.record;
    let is_over = record.ended.is_some() && !outcome.is_changed;
    record.state().is_shown() && (!is_over || record.state() == MatchState::Confirmed)
}

/// Adds the matches to the record, and the alerts about those that no change brings to a receiver.
fn store_outcomes(
    config: &Config,
    facts: &[ScreenedWatchlist],
    record: &mut CheckRecord,
    mut outcomes: Vec<Outcome>,
    changes: &[ChangeInRecord],
) {
    // A party that a person confirmed is followed, also by changes that no alert is about.
    let alerted: HashSet<ChangeId> = record
        .alerts
        .iter()
        .flat_map(|outgoing| outgoing.alert.body.all_changes())
        .map(|change| change.change_id.clone())
        .collect();
    let mut followed: HashMap<EntryId, Cause> = HashMap::new();
    for in_record in changes {
        let change = &in_record.change;
        if !alerted.contains(&change.change_id) && !change.is_confirmation() {
            followed.extend(change.entry.entry_id.clone().map(|id| (id, in_record.cause)));
        }
    }
    for outcome in &mut outcomes {
        if outcome.event.is_some() {
            outcome.record.announced = outcome.record.announced.saturating_add(1);
            outcome.is_changed = true;
        }
    }
    let mut groups: BTreeMap<(String, &'static str), (Cause, Vec<&MatchRecord>)> = BTreeMap::new();
    for outcome in &outcomes {
        let of_record = &outcome.record;
        let is_followed = of_record.state() == MatchState::Confirmed
            && (of_record.ended.is_none() || outcome.is_changed);
        let cause = match outcome.event {
            Some(_) => of_record.found.cause,
            None => match followed.get(&of_record.entry_id) {
                Some(cause) if is_followed => *cause,
                _ => continue,
            },
        };
        let key = (of_record.found.watchlist.clone(), cause.as_str());
        groups.entry(key).or_insert_with(|| (cause, Vec::new())).1.push(of_record);
    }
    let mut announcements = Vec::new();
    for ((watchlist, _), (cause, records)) in groups {
        announcements.extend(announce(config, facts, record, (&watchlist, cause), &records));
    }
    record.alerts.extend(announcements);
    record.journal.extend(journal_of(&outcomes));
    let changed = outcomes.into_iter().filter(|outcome| outcome.is_changed);
    record.matching.matches.extend(changed.map(|outcome| outcome.record));
}

/// What the journal keeps of a comparison: ids alone.
pub fn journal_of(outcomes: &[Outcome]) -> Option<JournalEvent> {
    let ids = |wanted: &dyn Fn(&Outcome) -> bool| -> Vec<MatchId> {
        let found = outcomes.iter().filter(|outcome| wanted(outcome));
        found.map(|outcome| outcome.record.found.match_id.clone()).collect()
    };
    let state = |outcome: &Outcome| outcome.record.state();
    let (open, stale) = (
        ids(&|outcome| outcome.event.is_some() && state(outcome) != MatchState::Stale),
        ids(&|outcome| outcome.event.is_some() && state(outcome) == MatchState::Stale),
    );
    let ended = ids(&|outcome| outcome.is_changed && outcome.record.ended.is_some());
    if open.is_empty() && stale.is_empty() && ended.is_empty() {
        return None;
    }
    let data = json!({"open": open, "stale": stale, "ended": ended});
    Some(JournalEvent { kind: journal_kind::MATCHES.to_owned(), data })
}
