//! One check of a counterparty file: reads it if it has changed, compares what is new, and records
//! it all in one transaction.

use std::collections::{BTreeMap, HashMap, HashSet};

use serde_json::json;
use tracing::{info, warn};

use crate::config::WatchlistSettings;
use crate::domain::alert::{AlertBody, WatchlistFailing};
use crate::domain::journal::JournalEvent;
use crate::domain::matching::match_record::MatchRecord;
use crate::domain::matching::screening::{WatchlistProblem, WatchlistProblemKind};
use crate::domain::matching::watchlist_state::{
    FileOnHold, LastScreening, StoredCounterparty, WatchlistState,
};
use crate::domain::{Cause, EntryId};
use crate::pipeline::alerting::addressing;
use crate::pipeline::background::in_background;
use crate::pipeline::items::Actor;
use crate::pipeline::matching::announcing::announce;
use crate::pipeline::matching::comparison::{Comparison, Outcome};
use crate::pipeline::matching::current_listing::{self, CurrentListing};
use crate::pipeline::matching::file_change::FileChange;
use crate::pipeline::matching::of_changes::journal_of;
use crate::pipeline::matching::shown_matches::facts;
use crate::pipeline::matching::transition::{News, expired};
use crate::pipeline::matching::watchlist_file::{self, Sight};
use crate::pipeline::{Program, Wiring};
use crate::screen::MATCHER;
use crate::store::{CheckRecord, CounterpartyUpdate, Lease, MatchQuery, Result};

/// How the check of one counterparty file ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WatchlistChecked {
    pub watchlist: String,
    pub problem: Option<WatchlistProblem>,
    /// How many rows were left out. Only if the file was read.
    pub bad_rows: usize,
    /// What happened, in words without text of a counterparty. `None`: nothing.
    pub detail: Option<String>,
}

/// What a check compares.
enum Scope {
    Nothing,
    /// These counterparties, with all entries.
    Parties(FileChange),
    /// All counterparties, because of this.
    All(Cause),
}

/// Checks all counterparty files of the configuration.
pub async fn check_watchlists(
    program: &Program,
    watch: Option<&Lease>,
) -> Result<Vec<WatchlistChecked>> {
    let wiring = program.wiring.load_full();
    let mut all = Vec::new();
    for settings in &wiring.config.watchlists {
        all.push(check(program, &wiring, settings, watch).await?);
    }
    Ok(all)
}

async fn check(
    program: &Program,
    wiring: &Wiring,
    settings: &WatchlistSettings,
    watch: Option<&Lease>,
) -> Result<WatchlistChecked> {
    let store = &program.store;
    let lock = program.lock_matches_watching(watch.cloned()).await?;
    let now = program.clock.now();
    if let Some(previous) = &settings.previous_name
        && store.rename_watchlist(previous, &settings.name).await?
    {
        info!(
            watchlist.name = settings.name,
            watchlist.previous = previous,
            "the matches of the watchlist were carried over from its previous name"
        );
    }
    let states = store.watchlist_states().await?;
    let before = states.iter().find(|state| state.name == settings.name).cloned();
    let before = before
        .unwrap_or_else(|| WatchlistState { name: settings.name.clone(), ..Default::default() });
    let mut state = before.clone();
    let mut record = CheckRecord { at: now, fence: lock.fence(), ..CheckRecord::default() };
    let (change, bad_rows) = read_file(program, settings, &mut state, &mut record).await?;
    let has_changed = change.is_some();
    let scope = scope(program, wiring, settings, &state, change).await?;
    let mut outcomes = compare(program, wiring, settings, &mut state, &record, scope).await?;
    outcomes.extend(expire(program, settings, &outcomes, now).await?);
    note_problem(wiring, &before, &state, &mut record);
    let mut states = states;
    states.retain(|other| other.name != state.name);
    states.push(state.clone());
    let detail = add_matches(wiring, &states, &settings.name, &mut record, outcomes);
    let checked = WatchlistChecked {
        watchlist: settings.name.clone(),
        problem: state.problem.clone(),
        bad_rows,
        detail: detail.or_else(|| has_changed.then(|| format!("{} rows are in use", state.rows))),
    };
    // That a file is unchanged is not worth a write.
    let is_same = WatchlistState { read_at: before.read_at, ..state.clone() } == before;
    if is_same && record.alerts.is_empty() && record.matching.matches.is_empty() {
        return Ok(checked);
    }
    record.matching.watchlists.push(state);
    let has_alerts = !record.alerts.is_empty();
    store.record(record).await?;
    if has_alerts {
        program.outbox.send_replace(());
    }
    if let Some(detail) = &checked.detail {
        info!(watchlist.name = settings.name, "{}: {detail}", settings.name);
    }
    Ok(checked)
}

/// Reads the file if it has changed since it was last read. Returns what its new content changes,
/// and how many of its rows were left out.
async fn read_file(
    program: &Program,
    settings: &WatchlistSettings,
    state: &mut WatchlistState,
    record: &mut CheckRecord,
) -> Result<(Option<FileChange>, usize)> {
    let now = record.at;
    let seen = {
        let settings = settings.clone();
        in_background(move || watchlist_file::look(&settings)).await
    };
    let problem = |state: &WatchlistState, wrong: (WatchlistProblemKind, String)| {
        watchlist_file::since(state.problem.as_ref(), wrong, now)
    };
    let sight = match seen {
        Ok(sight) => sight,
        Err(unreadable) => {
            state.signature = None;
            let wrong = watchlist_file::unseen(&unreadable, &settings.path);
            state.problem = Some(problem(state, wrong));
            return Ok((None, 0));
        }
    };
    if state.signature.as_ref() == Some(&sight.signature) {
        // The last judgement of the same file stays, but the content in use grows older.
        state.read_at = Some(now);
        note_age(settings, state, now);
        return Ok((None, state.row_problems.len()));
    }
    let read = {
        let settings = settings.clone();
        in_background(move || watchlist_file::read(&settings)).await
    };
    let file = match read {
        Ok(file) => file,
        Err(wrong) => {
            // A file that is being written is read again when it is complete.
            state.signature = Some(sight.signature);
            state.problem = Some(problem(state, wrong));
            return Ok((None, 0));
        }
    };
    state.signature = Some(sight.signature.clone());
    state.row_problems = file.problems.iter().map(ToString::to_string).collect();
    let bad_rows = state.row_problems.len();
    let in_use = program.store.counterparties(&settings.name).await?;
    let former = program.store.removed_counterparties(&settings.name).await?;
    let change = FileChange::between(in_use, &former, file.counterparties, now);
    let exceeded = change.exceeds(settings.max_loss, settings.max_revised);
    if let Some(exceeded) = exceeded.filter(|_| state.accepted.as_ref() != Some(&file.sha256)) {
        let since = state.on_hold.as_ref().filter(|hold| hold.sha256 == file.sha256);
        state.on_hold = Some(FileOnHold {
            since: since.map_or(now, |hold| hold.since),
            sha256: file.sha256,
            rows: change.in_use.len(),
            lost: change.removed.len(),
            revised: change.revised.len(),
        });
        let detail =
            format!("{exceeded}, so it is on hold: `entitywatch watchlists accept` accepts it",);
        state.problem = Some(problem(state, (WatchlistProblemKind::OnHold, detail)));
        return Ok((None, bad_rows));
    }
    accept(settings, state, &sight, file.sha256, &change, record);
    Ok((Some(change), bad_rows))
}

/// The content of a file comes into use.
fn accept(
    settings: &WatchlistSettings,
    state: &mut WatchlistState,
    sight: &Sight,
    sha256: crate::domain::Sha256,
    change: &FileChange,
    record: &mut CheckRecord,
) {
    if state.sha256.as_ref() != Some(&sha256) {
        let data = json!({
            "watchlist": settings.name,
            "rows": change.in_use.len(),
            "added": change.added.len(),
            "revised": change.revised.len(),
            "removed": change.removed.len(),
        });
        record.journal.push(JournalEvent { kind: "watchlist.read".into(), data });
    }
    (state.sha256, state.rows) = (Some(sha256), change.in_use.len());
    (state.dated, state.read_at) = (sight.dated, Some(record.at));
    (state.problem, state.on_hold, state.accepted) = (None, None, None);
    if !change.written.is_empty() {
        state.generation += 1;
        record.matching.counterparties.push(CounterpartyUpdate {
            watchlist: settings.name.clone(),
            parties: change.written.clone(),
        });
    }
    note_age(settings, state, record.at);
}

/// Notes that the content in use is old, or is not any more.
fn note_age(settings: &WatchlistSettings, state: &mut WatchlistState, now: jiff::Timestamp) {
    let is_old = watchlist_file::is_old(state.dated, settings.max_age, now);
    let kind = state.problem.as_ref().map(|problem| problem.kind);
    match kind {
        None if is_old => {
            let detail = "the file was written longer ago than `max_age` allows".to_owned();
            let wrong = (WatchlistProblemKind::Old, detail);
            state.problem = Some(watchlist_file::since(None, wrong, now));
        }
        Some(WatchlistProblemKind::Old) if !is_old => state.problem = None,
        _ => {}
    }
}

/// What must be compared: all counterparties once with each list and with each version of the
/// comparison, and else those that the file changes.
async fn scope(
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
async fn compare(
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
    let query = MatchQuery {
        watchlist: Some(settings.name.clone()),
        with_ended: true,
        ..MatchQuery::default()
    };
    let mut known: Vec<MatchRecord> = store.matches(&query).await?;
    if let Some((touched, gone)) = &chosen {
        known.retain(|record| {
            let key = (record.found.counterparty.id.clone(), record.incarnation);
            touched.contains(&key) || gone.contains(&key)
        });
        if known.is_empty() && touched.is_empty() {
            return Ok(Vec::new());
        }
    }
    let current =
        current_listing::read(store, &wiring.config, &settings.lists, record, HashSet::new())
            .await?;
    let (name, now) = (settings.name.clone(), record.at);
    Ok(in_background(move || {
        let CurrentListing { listing, screener } = current;
        let places = places_of(&parties, chosen.as_ref().map(|(touched, _)| touched));
        let comparison = Comparison {
            watchlist: &name,
            listing: &listing,
            screener: &screener,
            parties: &parties,
            places,
            entries: None,
            now,
        };
        comparison.run(known, &|stored, id| causes.of(stored, id))
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
    fn of(&self, stored: &StoredCounterparty, _: &EntryId) -> Cause {
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
async fn expire(
    program: &Program,
    settings: &WatchlistSettings,
    compared: &[Outcome],
    now: jiff::Timestamp,
) -> Result<Vec<Outcome>> {
    let Some(expire_after) = settings.dismissals_expire else { return Ok(Vec::new()) };
    let query = MatchQuery {
        watchlist: Some(settings.name.clone()),
        state: Some(crate::domain::MatchState::Dismissed),
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
            news: Some(News::Stale),
            is_changed: true,
        })
        .collect())
}

/// Adds the matches, and one alert for each cause. Returns what happened in words.
fn add_matches(
    wiring: &Wiring,
    states: &[WatchlistState],
    watchlist: &str,
    record: &mut CheckRecord,
    mut outcomes: Vec<Outcome>,
) -> Option<String> {
    for outcome in outcomes.iter_mut().filter(|outcome| outcome.news.is_some()) {
        outcome.record.announced = outcome.record.announced.saturating_add(1);
        outcome.is_changed = true;
    }
    let mut groups: BTreeMap<&'static str, (Cause, Vec<&MatchRecord>)> = BTreeMap::new();
    for outcome in outcomes.iter().filter(|outcome| outcome.news.is_some()) {
        let cause = outcome.record.found.cause;
        groups.entry(cause.as_str()).or_insert_with(|| (cause, Vec::new())).1.push(&outcome.record);
    }
    let facts = facts(&wiring.config, states);
    let alerts: Vec<_> = groups
        .into_values()
        .filter_map(|(cause, records)| {
            announce(&wiring.config, &facts, record, (watchlist, cause), &records)
        })
        .collect();
    record.alerts.extend(alerts);
    record.journal.extend(journal_of(&outcomes));
    let news = outcomes.iter().filter(|outcome| outcome.news.is_some()).count();
    let changed = outcomes.into_iter().filter(|outcome| outcome.is_changed);
    record.matching.matches.extend(changed.map(|outcome| outcome.record));
    (news > 0).then(|| match news {
        1 => "1 possible match is new".to_owned(),
        count => format!("{count} possible matches are new"),
    })
}

/// Alerts operators once when a file is not up to date, and when it is again.
fn note_problem(
    wiring: &Wiring,
    before: &WatchlistState,
    state: &WatchlistState,
    record: &mut CheckRecord,
) {
    let kind = |state: &WatchlistState| state.problem.as_ref().map(|problem| problem.kind);
    if kind(before) == kind(state) {
        return;
    }
    match &state.problem {
        Some(problem) => warn!(
            watchlist.name = state.name,
            watchlist.problem = problem.kind.as_str(),
            "{}: {}; the last good content stays in use",
            state.name,
            problem.detail
        ),
        None => info!(watchlist.name = state.name, "{}: up to date again", state.name),
    }
    let known = before.problem.as_ref().or(state.problem.as_ref());
    let body = AlertBody::WatchlistFailing(WatchlistFailing {
        watchlist: state.name.clone(),
        problem: state.problem.clone(),
        failing_since: known.map_or(record.at, |problem| problem.since),
        at: record.at,
        in_use_from: state.dated,
        counterparties_in_use: state.rows,
    });
    let data = json!({
        "watchlist": state.name,
        "problem": state.problem.as_ref().map(|problem| problem.kind),
    });
    record.journal.push(JournalEvent { kind: "watchlist.failing".into(), data });
    let id_parts = [state.name.as_str(), kind(state).map_or("recovered", |kind| kind.as_str())];
    record.alerts.push(addressing::to_operators(&wiring.config, body, record.at, &id_parts));
}

/// A file on hold comes into use at its next check, although it exceeds the limits. `None` if no
/// such file is on hold.
pub async fn accept_hold(
    program: &Program,
    name: &str,
    actor: Actor<'_>,
    reason: &str,
) -> Result<Option<FileOnHold>> {
    let lock = program.lock_matches().await?;
    let states = program.store.watchlist_states().await?;
    let Some(mut state) = states.into_iter().find(|state| state.name == name) else {
        return Ok(None);
    };
    let Some(hold) = state.on_hold.clone() else { return Ok(None) };
    (state.accepted, state.signature) = (Some(hold.sha256.clone()), None);
    let mut record =
        CheckRecord { at: program.clock.now(), fence: lock.fence(), ..CheckRecord::default() };
    record.matching.watchlists.push(state);
    let data = json!({
        "watchlist": name,
        "sha256": hold.sha256,
        "by": actor.by.trim(),
        "identified": actor.identified,
        "reason": reason,
    });
    record.journal.push(JournalEvent { kind: "watchlist.accepted".into(), data });
    program.store.record(record).await?;
    Ok(Some(hold))
}
