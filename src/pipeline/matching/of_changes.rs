//! Compares what a check changes with the counterparties, before the check is recorded: the changed
//! entries of lists, and the entries that a rule orders.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};

use serde_json::json;

use crate::config::Config;
use crate::domain::journal::JournalEvent;
use crate::domain::journal_kind;
use crate::domain::matching::match_record::MatchRecord;
use crate::domain::matching::screening::ScreenedWatchlist;
use crate::domain::matching::watchlist_state::WatchlistState;
use crate::domain::same::{name_key, same_entry};
use crate::domain::{
    AlertBody, Cause, Change, ChangeId, ChangeKind, Entry, EntryId, ListCode, MatchId, MatchState,
    PossibleMatch,
};
use crate::pipeline::background::in_background;
use crate::pipeline::matching::announcing::announce;
use crate::pipeline::matching::comparison::{Outcome, threads};
use crate::pipeline::matching::current_listing;
use crate::pipeline::matching::listing::Listing;
use crate::pipeline::matching::prepared::prepared;
use crate::pipeline::matching::receiver_matches::{MatchesOfChanges, facts, show};
use crate::pipeline::matching::sides::Sides;
use crate::pipeline::shared_lock::SharedLock;
use crate::pipeline::{Program, Wiring};
use crate::screen::shortlist::shortlist;
use crate::store::{CheckRecord, Fence, Result, Store};

/// A change of a record, with what brings up its matches.
struct ChangeInRecord {
    change: Change,
    cause: Cause,
}

/// The entries of each change, by their ids in the listing.
type IdsOfChanges = HashMap<ChangeId, HashSet<EntryId>>;

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
    let fence = lock.fence();
    let states = program.store.watchlist_states().await?;
    let facts = facts(config, &states);
    let mut outcomes: Vec<Outcome> = Vec::new();
    let mut ids_of_changes = IdsOfChanges::new();
    if !changes.is_empty() || opens {
        for state in states.iter().filter(|state| state.screened.is_some()) {
            let Some(settings) = config.watchlists.iter().find(|w| w.name == state.name) else {
                continue;
            };
            let scope = (state, settings.lists.as_slice(), &fence);
            let found =
                compare(program, config, record, scope, &changes, &mut ids_of_changes).await?;
            outcomes.extend(found);
        }
    }
    let matches = matches_of(&changes, &outcomes, &ids_of_changes);
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
    let of_changes = changes.iter().flat_map(|in_record| states_of(&in_record.change));
    let opened = record.lists.iter().flat_map(|update| &update.open);
    of_changes.chain(opened).filter_map(|entry| entry.entry_id.clone()).collect()
}

fn states_of(change: &Change) -> impl Iterator<Item = &Entry> {
    [Some(&change.entry), change.before.as_ref()].into_iter().flatten()
}

async fn compare(
    program: &Program,
    config: &Config,
    record: &CheckRecord,
    (state, lists, fence): (&WatchlistState, &[ListCode], &Fence),
    changes: &[ChangeInRecord],
    ids_of_changes: &mut IdsOfChanges,
) -> Result<Vec<Outcome>> {
    let store = &program.store;
    let mut ids = changed_ids(record, changes);
    let (current, prepared) = tokio::try_join!(
        current_listing::read(store, config, lists, record, ids.clone()),
        prepared(store, state, fence),
    )?;
    let mut causes: HashMap<EntryId, Cause> = HashMap::new();
    for ChangeInRecord { change, cause } in changes {
        let of_change = ids_of_changes.entry(change.change_id.clone()).or_default();
        for entry in states_of(change) {
            let id = current.listing.id_of(entry);
            causes.entry(id.clone()).or_insert(*cause);
            of_change.extend([id.clone(), current.listing.ordered_id(entry)]);
            ids.insert(id);
        }
    }
    let mut neighbors: HashSet<EntryId> = HashSet::new();
    let groups = shared_addresses(store, state, record, changes).await?;
    let shared: HashSet<&String> = groups.iter().flat_map(|group| &group.found.sharing).collect();
    let of_screener = current.screener.entries().iter().zip(&current.listing.listed);
    for (_, listed) in of_screener.filter(|(entry, _)| shared.contains(&entry.name)) {
        // Without the one that changed, the address may be one of few entries again.
        neighbors.insert(listed.entry_id.clone());
        ids.insert(listed.entry_id.clone());
    }
    ids.extend(groups.iter().map(|group| group.entry_id.clone()));
    let mut ordered = store.matches_of_ordered_entries(&state.name).await?;
    let moved = listed_now(&mut ordered, record, changes, &current.listing);
    ids.extend(moved.iter().map(|record| record.entry_id.clone()));
    let known_ids: Vec<EntryId> = ids.iter().cloned().collect();
    let mut known: Vec<MatchRecord> = store.matches_of_entries(&known_ids).await?;
    let is_moved = |record: &MatchRecord| {
        moved.iter().any(|other| other.found.match_id == record.found.match_id)
    };
    known.retain(|record| record.found.watchlist == state.name && !is_moved(record));
    known.extend(moved);
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
    // Of those that are compared: a match of an address that many entries share may replace them.
    let compared: Vec<String> = near.keys().cloned().collect();
    let compared: Vec<&str> = compared.iter().map(String::as_str).collect();
    let others = store.matches_of_counterparties(&state.name, &compared);
    let (name, now) = (state.name.clone(), record.at);
    let sides = Sides { name, current, parties, ids, now };
    let (others, (sides, found)) = tokio::join!(
        others,
        in_background(move || {
            let found = sides.found(&near);
            (sides, found)
        })
    );
    let others = others?;
    let (outcomes, screener) = in_background(move || {
        let outcomes = sides.comparison().run(found, known, others, &|_, entries| {
            let of_change = entries.iter().find_map(|id| causes.get(id).copied());
            let is_neighbor = entries.iter().any(|id| neighbors.contains(id));
            let other = if is_neighbor { Cause::EntryRevised } else { Cause::ListAdded };
            of_change.unwrap_or(other)
        });
        (outcomes, sides.current.screener)
    })
    .await;
    // Freeing its many small parts takes a while, so it is done outside the check.
    tokio::task::spawn_blocking(move || drop(screener));
    Ok(outcomes)
}

/// The matches with addresses that many entries share and that the changes concern. An entry that
/// is new at such an address is in no match so far.
async fn shared_addresses(
    store: &Store,
    state: &WatchlistState,
    record: &CheckRecord,
    changes: &[ChangeInRecord],
) -> Result<Vec<MatchRecord>> {
    let of_changes = changes.iter().flat_map(|in_record| states_of(&in_record.change));
    let opened = record.lists.iter().flat_map(|update| &update.open);
    let names: HashSet<&String> = of_changes.chain(opened).map(|entry| &entry.name).collect();
    let mut shared = store.matches_of_shared_addresses(&state.name).await?;
    shared.retain(|record| record.found.sharing.iter().any(|name| names.contains(name)));
    Ok(shared)
}

/// Takes out the matches with entries that rules ordered and that have another id now, with that
/// id. An entry may be listed under the name that a change of this record replaces.
fn listed_now(
    others: &mut Vec<MatchRecord>,
    record: &CheckRecord,
    changes: &[ChangeInRecord],
    listing: &Listing,
) -> Vec<MatchRecord> {
    if !others.iter().any(|record| record.is_ordered_only) {
        return Vec::new();
    }
    let of_changes = changes.iter().flat_map(|in_record| states_of(&in_record.change));
    let opened = record.lists.iter().flat_map(|update| &update.open);
    let mut names: HashMap<(ListCode, String), Vec<&Entry>> = HashMap::new();
    for entry in of_changes.chain(opened).filter(|entry| entry.entry_id.is_some()) {
        names.entry((entry.list, name_key(&entry.name))).or_default().push(entry);
    }
    let mut moved = Vec::new();
    others.retain_mut(|record| {
        let Some(entry) = record.found.entry.as_deref().filter(|_| record.is_ordered_only) else {
            return true;
        };
        let mut namesakes = names.get(&(entry.list, name_key(&entry.name))).into_iter().flatten();
        let listed = namesakes.find(|other| same_entry(other, entry));
        if let Some(id) = listed.and_then(|listed| listed.entry_id.clone()) {
            (record.entry_id, record.is_ordered_only) = (id, false);
        } else if !listing.move_ordered(record) {
            return true;
        }
        moved.push(record.clone());
        false
    });
    moved
}

/// The matches of each change. Those whose dismissal is in force are only counted.
fn matches_of(
    changes: &[ChangeInRecord],
    outcomes: &[Outcome],
    ids_of_changes: &IdsOfChanges,
) -> MatchesOfChanges {
    let mut of_entry: HashMap<&EntryId, Vec<&Outcome>> = HashMap::new();
    for outcome in outcomes.iter().filter(|outcome| is_of_today(outcome)) {
        for id in &outcome.entries {
            of_entry.entry(id).or_default().push(outcome);
        }
    }
    let mut matches = MatchesOfChanges::default();
    for ChangeInRecord { change, cause } in changes {
        let mut found: BTreeMap<MatchId, PossibleMatch> = BTreeMap::new();
        let mut dismissed: BTreeSet<(String, MatchId)> = BTreeSet::new();
        let ids = ids_of_changes.get(&change.change_id).into_iter().flatten();
        for outcome in ids.filter_map(|id| of_entry.get(id)).flatten() {
            let shown = PossibleMatch { cause: *cause, ..outcome.record.to_show() };
            if shown.state.is_shown() {
                found.insert(shown.match_id.clone(), shown);
            } else {
                dismissed.insert((shown.watchlist, shown.match_id));
            }
        }
        if !found.is_empty() {
            matches.shown.insert(change.change_id.clone(), found.into_values().collect());
        }
        if !dismissed.is_empty() {
            matches.dismissed.insert(change.change_id.clone(), dismissed.into_iter().collect());
        }
    }
    matches
}

/// Whether the match is not over, or ends now. A confirmed one always counts.
fn is_of_today(outcome: &Outcome) -> bool {
    let record = &outcome.record;
    let is_over = record.ended.is_some() && !outcome.is_changed;
    !is_over || record.state() == MatchState::Confirmed
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
