//! A list's past, rebuilt from the eCFR's past dates: recorded as history, alerting nobody.
//!
//! It is made of steps, each of one date and recorded whole, so that it can be stopped anywhere and
//! gone on with: what is recorded already is neither asked for nor written again. Dates are
//! recorded oldest first, each compared with the one before.

use std::collections::{HashMap, HashSet};
use std::sync::{Arc, PoisonError};

use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::TimeZone;
use serde::{Deserialize, Serialize};
use serde_json::json;
use tracing::info;
use url::Url;

use crate::config::{
    Source, {self},
};
use crate::domain::journal::JournalEvent;
use crate::domain::{Change, ChangeId, Entry, ListCode, Sha256, SourceState, Summary};
use crate::fetch::{Address, FetchError};
use crate::parse::ecfr;
use crate::pipeline::Program;
use crate::pipeline::background::in_background;
use crate::pipeline::check::assess;
use crate::store::{CheckRecord, HistorySpan, PastUpdate, RecordedChange, StoreError};

/// Why a step was not made; nothing of it is recorded, and it can be made again.
#[derive(Debug, thiserror::Error)]
pub enum BackfillError {
    /// Another source was meant, or another date.
    #[error("{0}")]
    Usage(String),
    /// The publisher asked to be left alone.
    #[error("{message}")]
    Waiting { until: Timestamp, message: String },
    #[error("another backfill of {0} was begun meanwhile, or the daemon was started anew")]
    Replaced(String),
    #[error("{0}")]
    Fetch(String),
    /// What came for this date is no list.
    #[error("what the eCFR has of {date} is refused: {problem}; nothing of this date is recorded")]
    Document { date: Date, problem: String },
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// The dates that a backfill goes through, oldest first.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Plan {
    /// Which of this process's plans for the source it is: the newest alone may be gone through,
    /// so that two never mix.
    pub number: u64,
    pub dates: Vec<Date>,
}

/// What a step recorded of one list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PastList {
    pub list: ListCode,
    pub entries: usize,
    /// None: the first date of the history, which is compared with nothing.
    pub summary: Option<Summary>,
}

/// What a step came to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Step {
    /// The date was recorded before; nothing was asked of the publisher.
    Known,
    /// The eCFR's history begins after this date, at the next one.
    BeforeAll,
    Recorded(Vec<PastList>),
}

/// The dates to go through, oldest first: the last amendment up to `from` (or `from` itself where
/// the eCFR names none), and every later one up to `to` or, where that is sooner, to the newest
/// date and the day from which on the lists were watched.
///
/// # Errors
/// A source that is not of kind `ecfr`, and whatever comes between.
pub async fn plan(
    program: &Program,
    source_name: &str,
    from: Date,
    to: Option<Date>,
) -> Result<Plan, BackfillError> {
    if let Some(to) = to.filter(|to| *to < from) {
        return Err(BackfillError::Usage(format!(
            "expected --to on or after --from {from}, but got {to}"
        )));
    }
    let wiring = program.wiring.load_full();
    let (source, url, allow_private) = past_source(&wiring.config.sources, source_name)?;
    let now = program.clock.now();
    refuse_while_waiting(program, source, now).await?;
    let answer = async {
        let newest = wiring.fetcher.ecfr_newest_date(url, allow_private, now).await?;
        Ok((newest, wiring.fetcher.ecfr_amendment_dates(url, allow_private, now).await?))
    };
    let (newest, amended) = match answer.await {
        Ok(answer) => answer,
        Err(problem) => {
            return Err(failed(
                program,
                source,
                "the dates on which Part 744 was amended",
                problem,
            )
            .await?);
        }
    };
    let spans = spans(program, source).await?;
    let recorded = Arc::new(recorded_before(program, &source.name).await?);
    let mut backfills = program.backfills.lock().unwrap_or_else(PoisonError::into_inner);
    let underway = backfills.entry(source.name.clone()).or_default();
    *underway = Underway { plan: underway.plan + 1, recorded };
    Ok(Plan { number: underway.plan, dates: dates(&amended, newest, from, to, &spans) })
}

/// The newest backfill of a source.
#[derive(Clone, Default)]
pub(crate) struct Underway {
    plan: u64,
    /// What was recorded before it: also of dates on which nothing changed, or a list was not
    /// there yet.
    recorded: Arc<HashSet<(ListCode, Date)>>,
}

#[derive(Deserialize)]
struct Journalled {
    source: String,
    list: ListCode,
    as_of: Option<Date>,
}

#[derive(Deserialize)]
struct Renamed {
    from: String,
    to: String,
}

/// The lists and dates that the journal says are recorded.
async fn recorded_before(
    program: &Program,
    source: &str,
) -> Result<HashSet<(ListCode, Date)>, StoreError> {
    /// Entries read at a time.
    const ENTRIES: usize = 1000;
    let mut by_source: HashMap<String, HashSet<(ListCode, Date)>> = HashMap::new();
    let mut after = 0;
    loop {
        let entries = program.store.journal(after, ENTRIES).await?;
        let Some(last) = entries.last() else { break };
        after = last.seq;
        for entry in &entries {
            match entry.kind.as_str() {
                RECORDED | FORGOTTEN => {
                    let Ok(Journalled { source, list, as_of }) = serde_json::from_str(&entry.data)
                    else {
                        continue;
                    };
                    let known = by_source.entry(source).or_default();
                    match as_of.filter(|_| entry.kind == RECORDED) {
                        Some(date) => drop(known.insert((list, date))),
                        None => known.retain(|(of, _)| *of != list),
                    }
                }
                "source.renamed" => {
                    let Ok(Renamed { from, to }) = serde_json::from_str(&entry.data) else {
                        continue;
                    };
                    if let Some(known) = by_source.remove(&from) {
                        by_source.insert(to, known);
                    }
                }
                _ => {}
            }
        }
    }
    Ok(by_source.remove(source).unwrap_or_default())
}

/// Entered with each list and date that is recorded, also where the list was not there yet.
const RECORDED: &str = "history.recorded";
/// Entered where a list's history is begun anew.
const FORGOTTEN: &str = "history.forgotten";

fn dates(
    amended: &[Date],
    newest: Date,
    from: Date,
    to: Option<Date>,
    spans: &[(ListCode, HistorySpan)],
) -> Vec<Date> {
    let base = amended.iter().copied().filter(|date| *date <= from).max().unwrap_or(from);
    // A history has no hole: one that ends before `from` goes on where it ends. Nor does it lose
    // its end to an earlier beginning.
    let recorded_until = spans.iter().filter_map(|(_, span)| span.until).max();
    let begin = recorded_until.map_or(base, |until| base.min(until));
    let watched_from = spans.iter().map(|(_, span)| span.watched_from).max().flatten();
    let end = to.map_or(newest, |to| recorded_until.map_or(to, |until| to.max(until))).min(newest);
    let end = watched_from
        .filter(|_| spans.iter().all(|(_, span)| span.watched_from.is_some()))
        .map_or(end, |watched| end.min(watched));
    let mut dates = vec![begin];
    dates.extend(amended.iter().copied().filter(|date| *date > begin));
    dates.retain(|date| *date <= end);
    dates
}

/// Records what the source's lists were on `date`, if that is not recorded yet. The dates of a
/// [`plan`] are to be gone through in their order; `first` is its first.
///
/// # Errors
/// Nothing of the list at which it failed is recorded.
pub async fn step(
    program: &Program,
    source_name: &str,
    plan: u64,
    first: Date,
    date: Date,
) -> Result<Step, BackfillError> {
    let turn = program.backfill_turn(source_name);
    let _turn = turn.lock().await;
    let underway =
        program.backfills.lock().unwrap_or_else(PoisonError::into_inner).get(source_name).cloned();
    let Some(Underway { recorded: before, .. }) = underway.filter(|newest| newest.plan == plan)
    else {
        return Err(BackfillError::Replaced(source_name.to_owned()));
    };
    let wiring = program.wiring.load_full();
    let (source, url, allow_private) = past_source(&wiring.config.sources, source_name)?;
    let now = program.clock.now();
    let mut wanted: Vec<(ListCode, HistorySpan)> = Vec::new();
    for (list, span) in spans(program, source).await? {
        let within = span.from.is_some_and(|from| from <= date)
            && span.until.is_some_and(|until| date <= until);
        if within
            || before.contains(&(list, date))
            || span.watched_from.is_some_and(|watched| date > watched)
        {
            continue;
        }
        wanted.push((list, span));
    }
    if wanted.is_empty() {
        return Ok(Step::Known);
    }
    refuse_while_waiting(program, source, now).await?;
    let fetched = match wiring.fetcher.fetch_ecfr_on(url, allow_private, date, now).await {
        Ok(fetched) => fetched,
        // Where the eCFR named no amendment before the first date, its history may begin later.
        Err(problem) if problem.not_found && date == first => return Ok(Step::BeforeAll),
        Err(problem) => {
            return Err(failed(program, source, &format!("Part 744 of {date}"), problem).await?);
        }
    };
    let (document, lists) = (fetched.document, source.lists.clone());
    let sha256 = document.sha256.clone();
    let read = in_background(move || match document.reader() {
        Ok(reader) => ecfr::parse_past(reader, &lists).map_err(|problem| problem.to_string()),
        Err(problem) => Err(format!("failed to decompress it: {problem}")),
    });
    let (snapshot, found) =
        read.await.map_err(|problem| BackfillError::Document { date, problem })?;
    let mut entries = snapshot.entries;
    let mut recorded = Vec::new();
    for (list, span) in wanted {
        let (of_list, others) = entries.into_iter().partition(|entry: &Entry| entry.list == list);
        entries = others;
        if !found.contains(&list) {
            if span.from.is_some_and(|from| from < date) {
                let problem = format!(
                    "expected the {}, which is there on {}, but the document ends without it",
                    list.title(),
                    since(&span)
                );
                return Err(BackfillError::Document { date, problem });
            }
            let data = json!({"source": source.name, "list": list, "as_of": date, "sha256": sha256, "entries": null});
            program
                .store
                .add_journal_entries(now, vec![JournalEvent { kind: RECORDED.into(), data }])
                .await?;
            continue;
        }
        recorded.push(
            record_list(program, source, &Past { list, date, span, sha256: &sha256, now }, of_list)
                .await?,
        );
    }
    info!(source.name = source.name, history.date = %date, "a past date was recorded");
    Ok(Step::Recorded(recorded))
}

fn since(span: &HistorySpan) -> String {
    span.from.map_or_else(String::new, |from| from.to_string())
}

/// One list on one past date.
struct Past<'a> {
    list: ListCode,
    date: Date,
    span: HistorySpan,
    sha256: &'a Sha256,
    now: Timestamp,
}

async fn record_list(
    program: &Program,
    source: &Source,
    past: &Past<'_>,
    entries: Vec<Entry>,
) -> Result<PastList, BackfillError> {
    let &Past { list, date, span, sha256, now } = past;
    let store = program.store.as_ref();
    let count = entries.len();
    let mut begins = span.from.is_none();
    if span.from.is_some_and(|from| date < from) {
        let data = json!({"source": source.name, "list": list, "from": span.from, "until": span.until, "begins_anew_on": date});
        store
            .forget_history(
                &source.name,
                list,
                now,
                vec![JournalEvent { kind: FORGOTTEN.into(), data }],
            )
            .await?;
        let mut backfills = program.backfills.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(underway) = backfills.get_mut(&source.name) {
            Arc::make_mut(&mut underway.recorded).retain(|(of, _)| *of != list);
        }
        begins = true;
    }
    let known = if begins { Vec::new() } else { store.open_history(&source.name, list).await? };
    let (close, open, changes) = in_background(move || {
        if begins {
            return (Vec::new(), entries, Vec::new());
        }
        let judged = assess::accept(list, known, entries);
        match judged.verdict {
            assess::ListVerdict::Changed(changes) if !changes.is_empty() => {
                (judged.close, judged.open, changes)
            }
            _ => (Vec::new(), Vec::new(), Vec::new()),
        }
    })
    .await;
    let summary = (!begins).then(|| Summary::of(&changes));
    let data = json!({"source": source.name, "list": list, "as_of": date, "sha256": sha256, "entries": count, "summary": summary});
    let past = PastUpdate {
        source: source.name.clone(),
        list,
        as_of: date,
        close,
        open,
        changes: recorded(&source.name, date, changes),
        at: now,
        journal: vec![JournalEvent { kind: RECORDED.into(), data }],
    };
    store.record_history(past).await?;
    Ok(PastList { list, entries: count, summary })
}

/// The changes of a past date. They bear its midnight (UTC), and ids of their own: what is seen
/// today never has the id of something past.
fn recorded(source: &str, date: Date, changes: Vec<Change>) -> Vec<RecordedChange> {
    let observed_at =
        date.to_zoned(TimeZone::UTC).map_or(Timestamp::UNIX_EPOCH, |midnight| midnight.timestamp());
    let past_id = |id: &ChangeId| RecordedChange::past_id(date, id);
    let record = |mut change: Change| {
        let base_id = change.change_id.clone();
        change.change_id = past_id(&base_id);
        change.possibly = change.possibly.iter().map(past_id).collect();
        RecordedChange {
            source: source.to_owned(),
            change,
            base_id,
            alert_id: None,
            observed_at,
            accepted_at: None,
            unconfirmed: false,
        }
    };
    changes.into_iter().map(record).collect()
}

fn past_source<'a>(
    sources: &'a [Source],
    name: &str,
) -> Result<(&'a Source, &'a Url, bool), BackfillError> {
    let Some(source) = sources.iter().find(|source| source.name == name) else {
        let known: Vec<&str> = sources.iter().map(|source| source.name.as_str()).collect();
        return Err(BackfillError::Usage(config::unknown_name("source", &known, name)));
    };
    match &source.address {
        Address::Ecfr { url, allow_private } => Ok((source, url, *allow_private)),
        _ => Err(BackfillError::Usage(format!(
            "expected a source of kind ecfr, whose past dates can be asked for, but `{name}` is \
             of kind {}",
            source.kind.as_str()
        ))),
    }
}

async fn spans(
    program: &Program,
    source: &Source,
) -> Result<Vec<(ListCode, HistorySpan)>, StoreError> {
    let mut spans = Vec::new();
    for list in &source.lists {
        spans.push((*list, program.store.history_span(&source.name, *list).await?));
    }
    Ok(spans)
}

async fn refuse_while_waiting(
    program: &Program,
    source: &Source,
    now: Timestamp,
) -> Result<(), BackfillError> {
    let state = program.store.source_state(&source.name).await?;
    match state.and_then(|state| state.retry_after_until).filter(|until| *until > now) {
        Some(until) => {
            let message = format!(
                "the publisher asked to be left alone until {until}; nothing was asked of it"
            );
            Err(BackfillError::Waiting { until, message })
        }
        None => Ok(()),
    }
}

/// What a fetch that failed means. That the publisher asked to be left alone is remembered, so that
/// checks obey it too.
async fn failed(
    program: &Program,
    source: &Source,
    what: &str,
    problem: FetchError,
) -> Result<BackfillError, StoreError> {
    let message = format!("failed to get {what}: {problem}");
    let Some(until) = problem.retry_after else { return Ok(BackfillError::Fetch(message)) };
    let turn = program.source_turn(&source.name);
    let _turn = turn.lock().await;
    let known = program.store.source_state(&source.name).await?;
    let mut state = known
        .unwrap_or_else(|| SourceState { source: source.name.clone(), ..SourceState::default() });
    state.retry_after_until = state.retry_after_until.max(Some(until));
    program
        .store
        .record(CheckRecord {
            at: program.clock.now(),
            source: Some(state),
            ..CheckRecord::default()
        })
        .await?;
    Ok(BackfillError::Waiting { until, message })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day(text: &str) -> Date {
        text.parse().unwrap()
    }

    #[track_caller]
    fn check(from: &str, to: Option<&str>, span: HistorySpan, expected: &[&str]) {
        let amended = ["2021-01-05", "2021-03-01", "2021-06-01", "2022-02-01"].map(day);
        let found =
            dates(&amended, day("2022-12-31"), day(from), to.map(day), &[(ListCode::EL, span)]);
        assert_eq!(found, expected.iter().map(|text| day(text)).collect::<Vec<_>>());
    }

    #[test]
    fn it_begins_with_the_last_amendment_before_and_ends_with_the_last_one_within() {
        let none = HistorySpan::default();
        check("2021-03-15", None, none, &["2021-03-01", "2021-06-01", "2022-02-01"]);
        check("2021-03-01", Some("2021-12-31"), none, &["2021-03-01", "2021-06-01"]);
        check("2020-01-01", Some("2021-03-01"), none, &["2020-01-01", "2021-01-05", "2021-03-01"]);
        check("2022-03-01", None, none, &["2022-02-01"]);
    }

    #[test]
    fn a_history_has_no_hole_keeps_its_end_and_stops_where_the_list_was_watched() {
        let span = |from, until| HistorySpan {
            from: Some(day(from)),
            until: Some(day(until)),
            watched_from: None,
        };
        check(
            "2022-03-01",
            None,
            span("2021-01-05", "2021-03-01"),
            &["2021-03-01", "2021-06-01", "2022-02-01"],
        );
        check(
            "2021-01-05",
            Some("2021-01-31"),
            span("2021-03-01", "2021-06-01"),
            &["2021-01-05", "2021-03-01", "2021-06-01"],
        );
        let watched =
            HistorySpan { watched_from: Some(day("2021-06-01")), ..HistorySpan::default() };
        check("2021-03-01", None, watched, &["2021-03-01", "2021-06-01"]);
    }
}
