//! What a check of a counterparty file compares: the rows that changed, or all of them.

use std::collections::{BTreeSet, HashMap, HashSet};

use crate::config::WatchlistSettings;
use crate::domain::matching::match_record::MatchRecord;
use crate::domain::matching::watchlist_state::{LastScreening, StoredCounterparty, WatchlistState};
use crate::domain::{Cause, MatchState};
use crate::pipeline::background::in_background;
use crate::pipeline::matching::comparison::{Comparison, Outcome};
use crate::pipeline::matching::current_listing::{self, CurrentListing};
use crate::pipeline::matching::file_change::FileChange;
use crate::pipeline::matching::transition::{Announcement, expired};
use crate::pipeline::{Program, Wiring};
use crate::screen::MATCHER;
use crate::store::{CheckRecord, MatchQuery, Result};

/// What a check compares.
pub enum Scope {
    Nothing,
    /// These counterparties, with all entries.
    Parties(FileChange),
    /// All counterparties, because of this.
    All(Cause),
}

/// What must be compared: all counterparties once with each list and with each version of the
/// comparison, and else those that the file changes.
pub async fn scope(
    program: &Program,
    wiring: &Wiring,
    settings: &WatchlistSettings,
    state: &WatchlistState,
    change: Option<FileChange>,
) -> Result<Scope> {
    if state.sha256.is_none() {
        return Ok(Scope::Nothing);
    }
    let is_complete = state.screened.as_ref().is_some_and(|last| {
        last.matcher == MATCHER && settings.lists.iter().all(|list| last.lists.contains(list))
    });
    if is_complete {
        return Ok(change.map_or(Scope::Nothing, Scope::Parties));
    }
    let lists =
        current_listing::lists_with_entries(&program.store, &wiring.config, &settings.lists)
            .await?;
    if lists.is_empty() {
        return Ok(Scope::Nothing);
    }
    Ok(match &state.screened {
        None => Scope::All(Cause::FirstScreening),
        Some(last) if last.matcher != MATCHER => Scope::All(Cause::MatcherChanged),
        Some(last) if lists.iter().any(|list| !last.lists.contains(list)) => {
            Scope::All(Cause::ListAdded)
        }
        Some(_) => change.map_or(Scope::Nothing, Scope::Parties),
    })
}

/// Compares what the scope says.
pub async fn compare(
    program: &Program,
    wiring: &Wiring,
    settings: &WatchlistSettings,
    state: &mut WatchlistState,
    record: &CheckRecord,
    scope: Scope,
) -> Result<Vec<Outcome>> {
    let store = &program.store;
    let (parties, chosen, causes) = match scope {
        Scope::Nothing => return Ok(Vec::new()),
        Scope::All(cause) => {
            let parties = match record.matching.counterparties.first() {
                Some(_) => parties_after(program, settings, record).await?,
                None => store.counterparties(&settings.name).await?,
            };
            let lists = current_listing::lists_with_entries(store, &wiring.config, &settings.lists);
            state.screened = Some(LastScreening {
                matcher: MATCHER.to_owned(),
                lists: lists.await?,
                at: record.at,
            });
            (parties, None, Causes::One(cause))
        }
        Scope::Parties(change) => {
            let touched: HashSet<(String, u32)> =
                change.added.iter().chain(&change.revised).cloned().collect();
            let added: HashSet<(String, u32)> = change.added.into_iter().collect();
            let gone: HashSet<(String, u32)> = change.removed.into_iter().collect();
            if touched.is_empty() && gone.is_empty() {
                return Ok(Vec::new());
            }
            (change.in_use, Some((touched, gone)), Causes::Added(added))
        }
    };
    let mut known = match &chosen {
        None => {
            let query = MatchQuery {
                watchlist: Some(settings.name.clone()),
                with_ended: true,
                ..MatchQuery::default()
            };
            store.matches(&query).await?
        }
        Some((touched, gone)) => {
            let ids: BTreeSet<&str> = touched.union(gone).map(|(id, _)| id.as_str()).collect();
            let ids: Vec<&str> = ids.into_iter().collect();
            let mut known = store.matches_of_counterparties(&settings.name, &ids).await?;
            known.retain(|record: &MatchRecord| {
                let key = (record.found.counterparty.id.clone(), record.incarnation);
                touched.contains(&key) || gone.contains(&key)
            });
            if known.is_empty() && touched.is_empty() {
                return Ok(Vec::new());
            }
            known
        }
    };
    let current =
        current_listing::read(store, &wiring.config, &settings.lists, record, HashSet::new())
            .await?;
    for record in &mut known {
        current.listing.move_ordered(record);
    }
    let (name, now) = (settings.name.clone(), record.at);
    Ok(in_background(move || {
        let CurrentListing { listing, screener } = current;
        let places = places_of(&parties, chosen.as_ref().map(|(touched, _)| touched));
        let comparison = Comparison {
            watchlist: &name,
            listing: &listing,
            screener: &screener,
            parties: &parties,
            entries: None,
            now,
        };
        let found = comparison.sightings(places);
        comparison.run(found, known, Vec::new(), &|stored, _| causes.of(stored))
    })
    .await)
}

/// All counterparties as they are after the record is written.
async fn parties_after(
    program: &Program,
    settings: &WatchlistSettings,
    record: &CheckRecord,
) -> Result<Vec<StoredCounterparty>> {
    let mut all: HashMap<(String, u32), StoredCounterparty> = program
        .store
        .counterparties(&settings.name)
        .await?
        .into_iter()
        .map(|stored| ((stored.party.id.clone(), stored.incarnation), stored))
        .collect();
    for stored in record.matching.counterparties.iter().flat_map(|update| &update.parties) {
        let key = (stored.party.id.clone(), stored.incarnation);
        if stored.removed_at.is_some() {
            all.remove(&key);
        } else {
            all.insert(key, stored.clone());
        }
    }
    let mut parties: Vec<StoredCounterparty> = all.into_values().collect();
    parties.sort_by_key(|stored| stored.position);
    Ok(parties)
}

fn places_of(
    parties: &[StoredCounterparty],
    chosen: Option<&HashSet<(String, u32)>>,
) -> Vec<usize> {
    let is_chosen = |stored: &StoredCounterparty| {
        chosen.is_none_or(|chosen| chosen.contains(&(stored.party.id.clone(), stored.incarnation)))
    };
    parties
        .iter()
        .enumerate()
        .filter(|(_, stored)| is_chosen(stored))
        .map(|(place, _)| place)
        .collect()
}

/// What brings a match up.
enum Causes {
    One(Cause),
    /// These counterparties are new, and the others differ.
    Added(HashSet<(String, u32)>),
}

impl Causes {
    fn of(&self, stored: &StoredCounterparty) -> Cause {
        match self {
            Self::One(cause) => *cause,
            Self::Added(added) => {
                if added.contains(&(stored.party.id.clone(), stored.incarnation)) {
                    Cause::CounterpartyAdded
                } else {
                    Cause::CounterpartyRevised
                }
            }
        }
    }
}

/// The dismissals that have expired. Not those that were just compared: a match is written once.
pub async fn expire(
    program: &Program,
    settings: &WatchlistSettings,
    compared: &[Outcome],
    now: jiff::Timestamp,
) -> Result<Vec<Outcome>> {
    let Some(expire_after) = settings.dismissals_expire else { return Ok(Vec::new()) };
    let query = MatchQuery {
        watchlist: Some(settings.name.clone()),
        state: Some(MatchState::Dismissed),
        with_ended: false,
    };
    let done: HashSet<&str> =
        compared.iter().map(|outcome| outcome.record.found.match_id.as_str()).collect();
    let dismissed = program.store.matches(&query).await?;
    Ok(dismissed
        .into_iter()
        .filter(|record| !done.contains(record.found.match_id.as_str()))
        .filter_map(|record| expired(record, expire_after, now))
        .map(|record| Outcome {
            entries: vec![record.entry_id.clone()],
            record,
            event: Some(Announcement::Stale),
            is_changed: true,
        })
        .collect())
}
