//! One check of a counterparty file: reads it if it has changed, compares what is new, and records
//! it all in one transaction.

use std::collections::BTreeMap;

use serde_json::json;
use tracing::{info, warn};

use crate::config::WatchlistSettings;
use crate::crash_point::CrashPoint;
use crate::domain::journal::JournalEvent;
use crate::domain::journal_kind;
use crate::domain::matching::match_record::MatchRecord;
use crate::domain::matching::screening::WatchlistProblem;
use crate::domain::matching::watchlist_state::WatchlistState;
use crate::domain::{Cause, HoldState};
use crate::pipeline::matching::announcing::announce;
use crate::pipeline::matching::comparison::Outcome;
use crate::pipeline::matching::of_changes::journal_of;
use crate::pipeline::matching::prepared::prepared;
use crate::pipeline::matching::receiver_matches::facts;
use crate::pipeline::matching::watchlist_reading::{FileRead, note_problem, read_file};
use crate::pipeline::matching::watchlist_scope::{Scope, compare, expire, scope};
use crate::pipeline::{Program, Wiring};
use crate::random;
use crate::store::{CheckRecord, Lease, Result};

/// The note about a file that another program is writing.
const BEING_WRITTEN: &str = "the file is being written; the next check reads it";

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

/// Checks all counterparty files of the configuration.
pub async fn check_watchlists(
    program: &Program,
    watch: Option<&Lease>,
) -> Result<Vec<WatchlistChecked>> {
    let wiring = program.wiring.load_full();
    forget_unconfigured(program, &wiring, watch).await?;
    let mut all = Vec::new();
    for settings in &wiring.config.watchlists {
        all.push(check(program, &wiring, settings, watch).await?);
    }
    Ok(all)
}

/// A watchlist that is not configured any more is compared with nothing. If it is configured again,
/// all of its counterparties are compared, because entries may have changed in between. Its matches
/// and decisions stay.
async fn forget_unconfigured(
    program: &Program,
    wiring: &Wiring,
    watch: Option<&Lease>,
) -> Result<()> {
    let is_forgotten = |state: &WatchlistState| {
        let watchlists = &wiring.config.watchlists;
        let is_used = |w: &WatchlistSettings| {
            w.name == state.name || w.previous_name.as_ref() == Some(&state.name)
        };
        let is_done = state.screened.is_none() && state.on_hold.is_none();
        !is_done && !watchlists.iter().any(is_used)
    };
    if !program.store.watchlist_states().await?.iter().any(is_forgotten) {
        return Ok(());
    }
    let lock = program.lock_matches_watching(watch.cloned()).await?;
    let now = program.clock.now();
    let mut record = CheckRecord { at: now, fence: lock.fence(), ..CheckRecord::default() };
    for mut state in program.store.watchlist_states().await?.into_iter().filter(is_forgotten) {
        (state.screened, state.signature) = (None, None);
        state.end_hold(HoldState::Superseded, now, None);
        let data = json!({"watchlist": state.name});
        record
            .journal
            .push(JournalEvent { kind: journal_kind::WATCHLIST_UNCONFIGURED.into(), data });
        record.matching.watchlists.push(state);
    }
    program.store.record(record).await
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
        && store.rename_watchlist(previous, &settings.name, &lock.fence()).await?
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
    // A list that is not compared any more is compared as a whole if it is configured again.
    if let Some(last) = &mut state.screened {
        last.lists.retain(|list| settings.lists.contains(list));
    }
    let mut record = CheckRecord { at: now, fence: lock.fence(), ..CheckRecord::default() };
    let read = read_file(program, settings, &mut state, &mut record).await?;
    let FileRead { change, bad_rows, is_being_written } = read;
    CrashPoint::WatchlistRead.pass();
    let has_changed = change.is_some();
    let scope = scope(program, wiring, settings, &state, change).await?;
    let is_first = matches!(scope, Scope::All(Cause::FirstScreening));
    let mut outcomes = compare(program, wiring, settings, &mut state, &record, scope).await?;
    outcomes.extend(expire(program, settings, &outcomes, now).await?);
    note_problem(wiring, &before, &state, &mut record);
    let mut states = states;
    states.retain(|other| other.name != state.name);
    states.push(state.clone());
    let detail = add_matches(wiring, &states, &settings.name, &mut record, outcomes);
    CrashPoint::WatchlistCompared.pass();
    let checked = WatchlistChecked {
        watchlist: settings.name.clone(),
        problem: state.problem.clone(),
        bad_rows,
        detail: detail
            .or_else(|| is_first.then(|| nothing_found(state.rows)))
            .or_else(|| has_changed.then(|| format!("{} rows are in use", state.rows)))
            .or_else(|| is_being_written.then(|| BEING_WRITTEN.to_owned())),
    };
    // That a file is unchanged is not worth a write.
    let is_same = WatchlistState { read_at: before.read_at, ..state.clone() } == before;
    if is_same && record.alerts.is_empty() && record.matching.matches.is_empty() {
        return Ok(checked);
    }
    record.matching.watchlists.push(state.clone());
    let has_alerts = !record.alerts.is_empty();
    // The key of hashes is there before the first decision, so that each backup with matches has
    // it, and a restored decision can be compared with its match.
    if let Ok(new_key) = random::text_of_256_bits() {
        store.matching_key(&new_key).await?;
    }
    store.record(record).await?;
    CrashPoint::WatchlistRecorded.pass();
    if has_alerts {
        program.outbox.send_replace(());
    }
    // The next check with a change need not wait for it.
    if (state.generation, &state.screened) != (before.generation, &before.screened)
        && let Err(problem) = prepared(store, &state, &lock.fence()).await
    {
        let watchlist = settings.name.as_str();
        warn!(watchlist.name = watchlist, "the counterparties are prepared later: {problem}");
    }
    if let Some(detail) = &checked.detail {
        info!(watchlist.name = settings.name, "{}: {detail}", settings.name);
    }
    Ok(checked)
}

fn nothing_found(rows: usize) -> String {
    format!("{rows} rows are in use, and the first comparison found no possible match")
}

/// Adds the matches, and one alert for each cause. Returns what happened in words.
fn add_matches(
    wiring: &Wiring,
    states: &[WatchlistState],
    watchlist: &str,
    record: &mut CheckRecord,
    mut outcomes: Vec<Outcome>,
) -> Option<String> {
    for outcome in outcomes.iter_mut().filter(|outcome| outcome.event.is_some()) {
        outcome.record.announced = outcome.record.announced.saturating_add(1);
        outcome.is_changed = true;
    }
    // What comes up because its dismissal has expired is an alert of its own.
    let mut groups: BTreeMap<(&'static str, bool), (Cause, Vec<&MatchRecord>)> = BTreeMap::new();
    for outcome in outcomes.iter().filter(|outcome| outcome.event.is_some()) {
        let cause = outcome.record.found.cause;
        let key = (cause.as_str(), outcome.record.to_show().has_expired());
        groups.entry(key).or_insert_with(|| (cause, Vec::new())).1.push(&outcome.record);
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
    let count = outcomes.iter().filter(|outcome| outcome.event.is_some()).count();
    let changed = outcomes.into_iter().filter(|outcome| outcome.is_changed);
    record.matching.matches.extend(changed.map(|outcome| outcome.record));
    (count > 0).then(|| match count {
        1 => "1 possible match is new".to_owned(),
        count => format!("{count} possible matches are new"),
    })
}
