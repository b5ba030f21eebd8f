//! Fetches and records the lists of one past date.

use std::sync::{Arc, PoisonError};

use jiff::Timestamp;
use jiff::civil::Date;
use tracing::info;

use crate::domain::{
    Change, ChangeId, Document, Entry, ListCode, Sha256, Snapshot, Summary, utc_midnight,
};
use crate::parse::ecfr;
use crate::pipeline::Program;
use crate::pipeline::backfill::ecfr_source::EcfrSource;
use crate::pipeline::backfill::error::BackfillError;
use crate::pipeline::backfill::recorded_dates::{
    RecordedDates, forgotten_entry, recorded_absence_entry, recorded_entry,
};
use crate::pipeline::background::in_background;
use crate::pipeline::check::assess;
use crate::pipeline::check::assessment::ListOutcome;
use crate::pipeline::check::parse_document::UnreadableDocument;
use crate::pipeline::entry_identity::{PastEntries, identify_past};
use crate::store::{Fence, HistorySpan, PastUpdate, RecordedChange};

/// What was recorded of one past date.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum DateOutcome {
    /// The date was recorded before, and no request was sent.
    AlreadyRecorded,
    /// The eCFR's history begins after this date, at the next one.
    BeforeHistory,
    Recorded(Vec<PastList>),
}

/// What was recorded of one list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PastList {
    pub list: ListCode,
    pub entries: usize,
    /// `None`: this is the first date of the history, which is compared with nothing.
    pub summary: Option<Summary>,
}

/// Records the source's lists as they were on `date`, unless they are recorded already. The dates
/// of a plan must be recorded in their order. `plan` is the plan's number, and `first` is its first
/// date.
///
/// # Errors
/// Nothing is recorded of the list at which it failed, or of the lists after it.
pub async fn record_date(
    program: &Program,
    source_name: &str,
    plan: u64,
    first: Date,
    date: Date,
) -> Result<DateOutcome, BackfillError> {
    let lock = program.lock_backfill(source_name).await?;
    let current =
        program.backfills.lock().unwrap_or_else(PoisonError::into_inner).get(source_name).cloned();
    let Some(current) = current.filter(|current| current.plan == plan) else {
        return Err(BackfillError::Replaced(source_name.to_owned()));
    };
    let wiring = program.wiring.load_full();
    let ecfr = EcfrSource::find(&wiring.config.sources, source_name)?;
    let now = program.clock.now();
    let mut wanted = ecfr.history_spans(program).await?;
    wanted.retain(|(list, span)| !is_recorded(*list, span, date, &current.recorded));
    if wanted.is_empty() {
        return Ok(DateOutcome::AlreadyRecorded);
    }
    ecfr.refuse_during_pause(program, now).await?;
    let fetched = wiring.fetcher.fetch_ecfr_on(ecfr.url, ecfr.allow_private, date, now).await;
    let document = match fetched {
        Ok(fetched) => fetched.document,
        // If the eCFR names no amendment before the first date, its history may begin later.
        Err(problem) if problem.not_found && date == first => {
            return Ok(DateOutcome::BeforeHistory);
        }
        Err(problem) => {
            let what = format!("Part 744 of {date}");
            return Err(ecfr.fetch_failed(program, &what, problem).await?);
        }
    };
    let sha256 = document.sha256.clone();
    let (snapshot, found) = parse(document, ecfr.source.lists.clone())
        .await
        .map_err(|problem| BackfillError::Document { date, problem: problem.to_string() })?;
    let mut entries = snapshot.entries;
    let mut recorded = Vec::new();
    for (list, span) in wanted {
        let (of_list, others) = entries.into_iter().partition(|entry: &Entry| entry.list == list);
        entries = others;
        if !found.contains(&list) {
            if let Some(from) = span.from.filter(|from| *from < date) {
                let problem = format!(
                    "expected the {}, which exists on {from}, but the document ends without it",
                    list.title()
                );
                return Err(BackfillError::Document { date, problem });
            }
            let event = recorded_absence_entry(source_name, list, date, &sha256);
            program.store.add_journal_entries(now, vec![event]).await?;
            continue;
        }
        let past = PastDate {
            source: source_name,
            list,
            date,
            span,
            sha256: &sha256,
            now,
            fence: lock.fence(),
        };
        recorded.push(record_list(program, &past, of_list).await?);
    }
    info!(source.name = source_name, history.date = %date, "a past date was recorded");
    Ok(DateOutcome::Recorded(recorded))
}

/// Whether a list needs no record of this date: it lies within the recorded history, was recorded
/// without changes, or the checks of the list cover it.
fn is_recorded(list: ListCode, span: &HistorySpan, date: Date, recorded: &RecordedDates) -> bool {
    let is_within =
        span.from.is_some_and(|from| from <= date) && span.until.is_some_and(|until| date <= until);
    is_within
        || recorded.contains(&(list, date))
        || span.checked_from.is_some_and(|checked| date > checked)
}

/// The entries of a past document, and the lists that it has.
async fn parse(
    document: Document,
    lists: Vec<ListCode>,
) -> Result<(Snapshot, Vec<ListCode>), UnreadableDocument> {
    in_background(move || Ok(ecfr::parse_past(document.reader()?, &lists)?)).await
}

/// One list on one past date.
struct PastDate<'a> {
    source: &'a str,
    list: ListCode,
    date: Date,
    /// The history that is recorded so far.
    span: HistorySpan,
    sha256: &'a Sha256,
    now: Timestamp,
    fence: Fence,
}

async fn record_list(
    program: &Program,
    past: &PastDate<'_>,
    entries: Vec<Entry>,
) -> Result<PastList, BackfillError> {
    let &PastDate { source, list, date, span, sha256, now, .. } = past;
    let store = program.store.as_ref();
    let count = entries.len();
    let is_before_history = span.from.is_some_and(|from| date < from);
    if is_before_history {
        forget_history(program, past).await?;
    }
    let is_first = span.from.is_none() || is_before_history;
    let current = if is_first { Vec::new() } else { store.open_history(source, list).await? };
    let (close, mut open, mut changes, before) = in_background(move || {
        if is_first {
            return (Vec::new(), entries, Vec::new(), Vec::new());
        }
        let assessment = assess::accept(list, current, entries);
        match assessment.outcome {
            ListOutcome::Changed(changes) if !changes.is_empty() => {
                (assessment.close, assessment.open, changes, assessment.before)
            }
            _ => (Vec::new(), Vec::new(), Vec::new(), Vec::new()),
        }
    })
    .await;
    let identity_lock = program.identity_lock();
    let _identity = identity_lock.lock().await;
    let opened =
        PastEntries { source, list, before: &before, opened: &mut open, changes: &mut changes };
    let joined = identify_past(store, opened).await?;
    let summary = (!is_first).then(|| Summary::of(&changes));
    let update = PastUpdate {
        fence: past.fence.clone(),
        source: source.to_owned(),
        list,
        as_of: date,
        close,
        open,
        changes: past_changes(source, date, changes),
        joined,
        at: now,
        journal: vec![recorded_entry(source, list, date, sha256, count, summary)],
    };
    store.record_history(update).await?;
    Ok(PastList { list, entries: count, summary })
}

/// Deletes the history of a list, so that it can be rebuilt from an earlier date.
async fn forget_history(program: &Program, past: &PastDate<'_>) -> Result<(), BackfillError> {
    let &PastDate { source, list, date, span, now, .. } = past;
    let event = forgotten_entry(source, list, &span, date);
    program.store.forget_history(source, list, now, vec![event], &past.fence).await?;
    let mut backfills = program.backfills.lock().unwrap_or_else(PoisonError::into_inner);
    if let Some(current) = backfills.get_mut(source) {
        Arc::make_mut(&mut current.recorded).retain(|(of, _)| *of != list);
    }
    Ok(())
}

/// The changes of a past date. Their time is the date's midnight (UTC), and their ids contain the
/// date, so that a change observed today never has the id of a past one.
fn past_changes(source: &str, date: Date, changes: Vec<Change>) -> Vec<RecordedChange> {
    let observed_at = utc_midnight(date);
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
