//! Reads a counterparty file that has changed, and decides whether its content comes into use.

use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
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
use crate::pipeline::matching::watchlist_file::{self, NotRead, Sight};
use crate::pipeline::{Program, Wiring};
use crate::store::{CheckRecord, CounterpartyUpdate, Result};
use crate::watchlist::Watchlist;

/// The most problems of rows that are kept of one file. Every check reads them from the store.
const MOST_ROW_PROBLEMS: usize = 1_000;
/// How often one check reads a file that changes during the read or ends within a row, because
/// another program is writing it.
const READS: u32 = 3;
/// The pause between these reads: longer than a program that writes row by row needs for its next
/// row.
const PAUSE: Duration = Duration::from_millis(500);
/// A file that changed during each read for this long is a problem. An export of a million rows
/// takes some minutes.
const MOVES_FOR: SignedDuration = SignedDuration::from_mins(15);
/// What is said of a content that a person rejected.
pub const REJECTED: &str = "a person rejected the content of the file";

/// The result of reading a file.
#[derive(Debug, Default)]
pub struct FileRead {
    /// What its new content changes. `None`: no new content comes into use.
    pub change: Option<FileChange>,
    /// How many of its rows have problems.
    pub bad_rows: usize,
    /// Another program writes it, so that the next check reads it.
    pub is_being_written: bool,
}

/// Reads the file if it has changed since it was last read.
pub async fn read_file(
    program: &Program,
    settings: &WatchlistSettings,
    state: &mut WatchlistState,
    record: &mut CheckRecord,
) -> Result<FileRead> {
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
            return Ok(FileRead::default());
        }
    };
    if state.signature.as_ref() == Some(&sight.signature) {
        // The last judgement of the same file stays, but the content in use grows older.
        state.read_at = Some(now);
        state.being_written_since = None;
        note_age(settings, state, now);
        return Ok(FileRead { bad_rows: state.row_problems.len(), ..FileRead::default() });
    }
    let Some((sight, read)) = read_whole(settings, sight, PAUSE, watchlist_file::read).await else {
        note_being_written(settings, state, now);
        return Ok(FileRead { is_being_written: true, ..FileRead::default() });
    };
    // If it is wrong because it is being written, it is read again when it has changed.
    (state.signature, state.being_written_since) = (Some(sight.signature.clone()), None);
    let file = match read {
        Ok(file) => file,
        Err(wrong) => {
            state.problem = Some(problem(state, wrong));
            return Ok(FileRead::default());
        }
    };
    let bad_rows = file.problems.len();
    let kept = file.problems.iter().take(MOST_ROW_PROBLEMS);
    state.row_problems = kept.map(ToString::to_string).collect();
    state.more_row_problems = bad_rows.saturating_sub(MOST_ROW_PROBLEMS);
    log_new_notes(state, &file.notes);
    let unread = watchlist_file::unread(&file, settings.max_loss);
    let not_used = FileRead { bad_rows, ..FileRead::default() };
    if let Some(line) = file.ends_within {
        state.problem = Some(problem(state, watchlist_file::cut_short(line)));
        return Ok(not_used);
    }
    let in_use = program.store.counterparties(&settings.name).await?;
    let former = program.store.removed_counterparties(&settings.name).await?;
    let change = FileChange::between(in_use, &former, file.counterparties, now);
    let exceeded = change.exceeds(settings.max_loss, settings.max_revised);
    // The same bytes may be read in another way after an upgrade. The file did not change then.
    let is_same = state.sha256.as_ref() == Some(&file.sha256)
        && state.read_as.as_ref().is_none_or(|before| *before == read_as(settings));
    let is_accepted = is_same || state.accepted.as_ref() == Some(&file.sha256);
    if let Some(exceeded) = exceeded.filter(|_| !is_accepted) {
        if state.rejected.as_ref() == Some(&file.sha256) {
            state.end_hold(HoldState::Superseded, now, None);
            let wrong = (WatchlistProblemKind::Rejected, REJECTED.to_owned());
            state.problem = Some(problem(state, wrong));
            return Ok(not_used);
        }
        let message = with_reasons(&exceeded.message, state, &sight, unread.as_ref());
        let exceeded = Exceeded { message, ..exceeded };
        let detail = format!("{}, so it is on hold", exceeded.message);
        put_on_hold(state, exceeded, file.sha256, &change, now);
        state.problem = Some(problem(state, (WatchlistProblemKind::OnHold, detail)));
        return Ok(not_used);
    }
    let before = state.said_problem().cloned();
    accept(settings, state, &sight, file.sha256, &change, record);
    state.rows_left_out = None;
    if let Some(wrong) = unread {
        let problem = watchlist_file::since(before.as_ref(), wrong, now);
        if problem.kind.is_stale() {
            state.problem = Some(problem);
        } else {
            state.rows_left_out = Some(problem);
        }
    }
    Ok(FileRead { change: Some(change), ..not_used })
}

type Wrong = (WatchlistProblemKind, String);

/// Reads a file that another program may be writing, several times if it is. `None`: it changed
/// each time.
async fn read_whole(
    settings: &WatchlistSettings,
    seen: Sight,
    pause: Duration,
    read: impl Fn(&WatchlistSettings) -> std::result::Result<Watchlist, NotRead>
    + Clone
    + Send
    + 'static,
) -> Option<(Sight, std::result::Result<Watchlist, Wrong>)> {
    let mut sight = seen;
    let mut cut = None;
    for attempt in 0..READS {
        if attempt > 0 {
            tokio::time::sleep(pause).await;
        }
        let (settings, read, seen) = (settings.clone(), read.clone(), sight.clone());
        // The size and time are read before the content, so that the next check reads a file again
        // that changed in between.
        let (seen, found) = in_background(move || {
            let seen = if attempt > 0 { watchlist_file::look(&settings) } else { Ok(seen) };
            (seen, read(&settings))
        })
        .await;
        sight = seen.unwrap_or(sight);
        match found {
            Ok(file) if file.ends_within.is_some() => cut = Some((sight.clone(), Ok(file))),
            Ok(file) => return Some((sight, Ok(file))),
            Err(NotRead::Wrong(kind, detail)) => return Some((sight, Err((kind, detail)))),
            Err(NotRead::BeingWritten) => cut = None,
        }
    }
    cut
}

/// The last good content stays in use while a file is written.
fn note_being_written(settings: &WatchlistSettings, state: &mut WatchlistState, now: Timestamp) {
    let since = *state.being_written_since.get_or_insert(now);
    if now.duration_since(since) > MOVES_FOR {
        let wrong = watchlist_file::always_being_written();
        state.problem = Some(watchlist_file::since(state.problem.as_ref(), wrong, now));
    }
    note_age(settings, state, now);
}

/// The message, with why rows may be missing: some could not be read, or files are no longer in the
/// folder.
fn with_reasons(
    message: &str,
    state: &WatchlistState,
    sight: &Sight,
    unread: Option<&Wrong>,
) -> String {
    let gone = state.files.iter().filter(|name| !sight.files.contains(name));
    let gone = gone.map(|name| format!("`{name}` is not in the folder any more"));
    // Only a folder of several files can lack one of them.
    let gone = gone.filter(|_| state.files.len() > 1);
    let reasons: Vec<String> =
        unread.map(|(_, detail)| detail.clone()).into_iter().chain(gone).collect();
    if reasons.is_empty() {
        return message.to_owned();
    }
    format!("{message} ({})", reasons.join("; "))
}

fn read_as(settings: &WatchlistSettings) -> String {
    format!("{:?}", settings.columns)
}

/// Stores the notes about a file, and logs those that are new.
fn log_new_notes(state: &mut WatchlistState, notes: &[String]) {
    for note in notes.iter().filter(|note| !state.notes.contains(note)) {
        info!(watchlist.name = state.name, "{}: {note}", state.name);
    }
    state.notes = notes.to_vec();
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
    state.files.clone_from(&sight.files);
    state.read_as = Some(read_as(settings));
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

fn what_is_in_use(state: &WatchlistState, kind: WatchlistProblemKind) -> &'static str {
    use WatchlistProblemKind::{Incomplete, RowsLeftOut};
    match kind {
        RowsLeftOut | Incomplete => "the other rows are in use",
        _ if state.sha256.is_none() => "nothing of it is in use",
        _ => "the last good content stays in use",
    }
}

/// Alerts operators once when a file is not up to date, and when it is again.
pub fn note_problem(
    wiring: &Wiring,
    before: &WatchlistState,
    state: &WatchlistState,
    record: &mut CheckRecord,
) {
    let kind = |state: &WatchlistState| state.said_problem().map(|problem| problem.kind);
    if kind(before) == kind(state) {
        return;
    }
    match state.said_problem() {
        Some(problem) => warn!(
            watchlist.name = state.name,
            watchlist.problem = problem.kind.as_str(),
            "{}: {}; {}",
            state.name,
            problem.detail,
            what_is_in_use(state, problem.kind)
        ),
        None => info!(watchlist.name = state.name, "{}: up to date again", state.name),
    }
    let known = before.said_problem().or(state.said_problem());
    let body = AlertBody::WatchlistFailing(WatchlistFailing {
        watchlist: state.name.clone(),
        problem: state.said_problem().cloned(),
        hold_id: state.on_hold.as_ref().map(|hold| hold.hold_id.clone()),
        failing_since: known.map_or(record.at, |problem| problem.since),
        at: record.at,
        in_use_from: state.dated,
        counterparties_in_use: state.rows,
    });
    let data = json!({
        "watchlist": state.name,
        "problem": kind(state),
    });
    record.journal.push(JournalEvent { kind: journal_kind::WATCHLIST_FAILING.into(), data });
    let id_parts = [state.name.as_str(), kind(state).map_or("recovered", |kind| kind.as_str())];
    record.alerts.push(addressing::to_operators(&wiring.config, body, record.at, &id_parts));
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;
    use std::sync::atomic::{AtomicU32, Ordering};

    use super::*;
    use crate::domain::ListCode;
    use crate::watchlist::Columns;

    fn settings() -> WatchlistSettings {
        WatchlistSettings {
            name: "customers".into(),
            path: "customers.csv".into(),
            columns: Columns::default(),
            lists: vec![ListCode::EL],
            max_age: None,
            max_loss: 0.05,
            max_revised: 0.05,
            dismissals_expire: None,
            previous_name: None,
        }
    }

    fn file(ends_within: Option<u64>) -> Watchlist {
        let (counterparties, problems) = (Vec::new(), Vec::new());
        Watchlist {
            counterparties,
            problems,
            notes: Vec::new(),
            ends_within,
            sha256: Sha256::of(b""),
        }
    }

    #[tokio::test]
    async fn a_file_that_is_being_written_or_is_cut_is_read_again_a_moment_later() {
        // What each read finds: `m`: it moves, `c`: it is cut, `w`: it is whole, `e`: an error.
        let check = async |reads: &'static str, expected: Option<Option<u64>>, count: u32| {
            let times = Arc::new(AtomicU32::new(0));
            let made = times.clone();
            let found = read_whole(
                &settings(),
                Sight { signature: "1".into(), dated: None, files: Vec::new() },
                Duration::ZERO,
                move |_: &WatchlistSettings| {
                    let made = made.fetch_add(1, Ordering::SeqCst);
                    match reads.chars().nth(usize::try_from(made).unwrap()).unwrap() {
                        'm' => Err(NotRead::BeingWritten),
                        'c' => Ok(file(Some(7))),
                        'w' => Ok(file(None)),
                        _ => Err(NotRead::Wrong(WatchlistProblemKind::Malformed, "x".into())),
                    }
                },
            )
            .await;
            let ends = found.map(|(_, read)| read.map_or(Some(0), |file| file.ends_within));
            assert_eq!(ends, expected, "{reads}");
            assert_eq!(times.load(Ordering::SeqCst), count, "{reads}");
        };
        check("w", Some(None), 1).await;
        check("e", Some(Some(0)), 1).await;
        check("mw", Some(None), 2).await;
        check("cmw", Some(None), 3).await;
        check("ccc", Some(Some(7)), 3).await;
        check("mmc", Some(Some(7)), 3).await;
        check("mmm", None, 3).await;
        check("ccm", None, 3).await;
    }

    #[test]
    fn a_file_that_is_being_written_is_a_problem_only_after_a_time() {
        let at = |minutes: i64| Timestamp::UNIX_EPOCH + SignedDuration::from_mins(minutes);
        let mut state = WatchlistState::default();
        for minutes in [1, 2, 16] {
            note_being_written(&settings(), &mut state, at(minutes));
            assert_eq!((state.problem.as_ref(), state.being_written_since), (None, Some(at(1))));
        }
        note_being_written(&settings(), &mut state, at(17));
        let problem = state.problem.clone().unwrap();
        assert_eq!((problem.kind, problem.since), (WatchlistProblemKind::Unreadable, at(17)));
        note_being_written(&settings(), &mut state, at(18));
        assert_eq!(state.problem.unwrap().since, at(17));
    }

    #[test]
    fn a_file_that_is_being_written_may_also_be_old() {
        let now = Timestamp::UNIX_EPOCH + SignedDuration::from_hours(48);
        let hour = Duration::from_secs(3600);
        let settings = WatchlistSettings { max_age: Some(hour), ..settings() };
        let dated = Some(Timestamp::UNIX_EPOCH);
        let mut state = WatchlistState { dated, ..WatchlistState::default() };
        note_being_written(&settings, &mut state, now);
        assert_eq!(state.problem.unwrap().kind, WatchlistProblemKind::Old);
    }
}
