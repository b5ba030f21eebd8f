//! `backfill`: plans the dates of the history, and records one date per request.

use jiff::civil::Date;
use serde_json::json;

use crate::actions::Reply;
use crate::actions::summary_text::counts;
use crate::domain::Identified;
use crate::domain::journal::JournalEvent;
use crate::domain::journal_kind;
use crate::exit::Exit;
use crate::pipeline::Program;
use crate::pipeline::backfill::{self, BackfillError, DateOutcome, PastList};

/// Puts the dates of a backfill into the reply, and enters in the journal who asked for it.
pub async fn plan(
    program: &Program,
    source: &str,
    (from, to): (Date, Option<Date>),
    identified: &Identified,
    reply: &mut Reply,
) {
    let plan = match backfill::plan(program, source, from, to).await {
        Ok(plan) => plan,
        Err(problem) => return report_error(problem, reply),
    };
    let data = json!({
        "source": source,
        "from": from,
        "to": to,
        "dates": plan.dates.len(),
        "identified": identified,
    });
    let event = JournalEvent { kind: journal_kind::BACKFILL_PLANNED.into(), data };
    match program.store.add_journal_entries(program.clock.now(), vec![event]).await {
        Ok(()) => reply.plan = Some(plan),
        Err(problem) => reply.problem(Exit::Failed, problem.to_string()),
    }
}

/// Records one date of a plan.
pub async fn step(
    program: &Program,
    source: &str,
    plan: u64,
    first: Date,
    date: Date,
    reply: &mut Reply,
) {
    match backfill::record_date(program, source, plan, first, date).await {
        Ok(outcome) => reply.line(format!("{date}: {}", outcome_in_words(&outcome))),
        Err(problem) => report_error(problem, reply),
    }
}

fn outcome_in_words(outcome: &DateOutcome) -> String {
    let lists = match outcome {
        DateOutcome::AlreadyRecorded => return "recorded before".into(),
        DateOutcome::BeforeHistory => {
            return "the eCFR has no version of this date: its history begins later".into();
        }
        DateOutcome::Recorded(lists) => lists,
    };
    if lists.is_empty() {
        return "none of the lists exists yet".into();
    }
    lists.iter().map(list_in_words).collect::<Vec<_>>().join("; ")
}

fn list_in_words(PastList { list, entries, summary }: &PastList) -> String {
    match summary {
        Some(summary) => format!("{list}: {}; {entries} entries", counts(*summary)),
        None => format!("{list}: {entries} entries, the start of the history"),
    }
}

fn report_error(problem: BackfillError, reply: &mut Reply) {
    let exit = if let BackfillError::Usage(_) = problem { Exit::Usage } else { Exit::Failed };
    if let BackfillError::Waiting { until, .. } = problem {
        reply.wait_until = Some(until);
    }
    reply.problem(exit, problem.to_string());
}
