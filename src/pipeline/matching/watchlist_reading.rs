//! Reads a counterparty file that has changed, and decides whether its content comes into use.

use jiff::Timestamp;
use serde_json::json;
use tracing::{info, warn};

use crate::config::WatchlistSettings;
use crate::domain::alert::{AlertBody, WatchlistFailing};
use crate::domain::journal::JournalEvent;
use crate::domain::journal_kind;
use crate::domain::matching::file_hold::FileHold;
use crate::domain::matching::screening::WatchlistProblemKind;
use crate::domain::matching::watchlist_state::WatchlistState;
use crate::domain::{HoldState, Sha256};
use crate::pipeline::alerting::addressing;
use crate::pipeline::background::in_background;
use crate::pipeline::matching::file_change::{Exceeded, FileChange};
use crate::pipeline::matching::watchlist_file::{self, Sight};
use crate::pipeline::{Program, Wiring};
use crate::store::{CheckRecord, CounterpartyUpdate, Result};

/// What is said of a content that a person rejected.
pub const REJECTED: &str = "a person rejected the content of the file";

/// Reads the file if it has changed since it was last read. Returns what its new content changes,
/// and how many of its rows were left out.
pub async fn read_file(
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
        if state.rejected.as_ref() == Some(&file.sha256) {
            state.end_hold(HoldState::Superseded, now, None);
            let wrong = (WatchlistProblemKind::Rejected, REJECTED.to_owned());
            state.problem = Some(problem(state, wrong));
            return Ok((None, bad_rows));
        }
        let detail = format!("{}, so it is on hold", exceeded.message);
        put_on_hold(state, exceeded, file.sha256, &change, now);
        state.problem = Some(problem(state, (WatchlistProblemKind::OnHold, detail)));
        return Ok((None, bad_rows));
    }
    accept(settings, state, &sight, file.sha256, &change, record);
    Ok((Some(change), bad_rows))
}

/// A content waits for a person. One that was on hold before keeps its hold.
fn put_on_hold(
    state: &mut WatchlistState,
    Exceeded { reason, message }: Exceeded,
    sha256: Sha256,
    change: &FileChange,
    now: Timestamp,
) {
    let same = state.on_hold.take_if(|hold| hold.sha256 == sha256);
    state.end_hold(HoldState::Replaced, now, None);
    let (hold_id, since) = same.map_or_else(
        || {
            let earlier = state.ended_holds.iter().filter(|ended| ended.hold.sha256 == sha256);
            (FileHold::id(&state.name, &sha256, earlier.count()), now)
        },
        |hold| (hold.hold_id, hold.since),
    );
    state.on_hold = Some(FileHold {
        hold_id,
        reason,
        sha256,
        since,
        rows_before: change.rows_before,
        rows: change.in_use.len(),
        added: change.added.len(),
        lost: change.removed.len(),
        revised: change.revised.len(),
        message,
    });
}

/// The content of a file comes into use.
fn accept(
    settings: &WatchlistSettings,
    state: &mut WatchlistState,
    sight: &Sight,
    sha256: Sha256,
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
        record.journal.push(JournalEvent { kind: journal_kind::WATCHLIST_READ.into(), data });
    }
    (state.sha256, state.rows) = (Some(sha256), change.in_use.len());
    (state.dated, state.read_at) = (sight.dated, Some(record.at));
    state.end_hold(HoldState::Superseded, record.at, None);
    (state.problem, state.accepted, state.rejected) = (None, None, None);
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
fn note_age(settings: &WatchlistSettings, state: &mut WatchlistState, now: Timestamp) {
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

/// Alerts operators once when a file is not up to date, and when it is again.
pub fn note_problem(
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
            "{}: {}; {}",
            state.name,
            problem.detail,
            match state.sha256 {
                Some(_) => "the last good content stays in use",
                None => "nothing of it is in use",
            }
        ),
        None => info!(watchlist.name = state.name, "{}: up to date again", state.name),
    }
    let known = before.problem.as_ref().or(state.problem.as_ref());
    let body = AlertBody::WatchlistFailing(WatchlistFailing {
        watchlist: state.name.clone(),
        problem: state.problem.clone(),
        hold_id: state.on_hold.as_ref().map(|hold| hold.hold_id.clone()),
        failing_since: known.map_or(record.at, |problem| problem.since),
        at: record.at,
        in_use_from: state.dated,
        counterparties_in_use: state.rows,
    });
    let data = json!({
        "watchlist": state.name,
        "problem": state.problem.as_ref().map(|problem| problem.kind),
    });
    record.journal.push(JournalEvent { kind: journal_kind::WATCHLIST_FAILING.into(), data });
    let id_parts = [state.name.as_str(), kind(state).map_or("recovered", |kind| kind.as_str())];
    record.alerts.push(addressing::to_operators(&wiring.config, body, record.at, &id_parts));
}
