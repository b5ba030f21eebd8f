//! One check of the Federal Register: which documents change the Entity List, what each orders, and
//! what is told of it.
//!
//! A source of this kind has no list to compare: what it remembers are its documents, by their
//! numbers.

mod absence;
mod answers;
mod lagging;
mod notice;
mod orders;
mod register_entry;
mod rule_text;
mod tracker;

use std::collections::BTreeMap;

use jiff::civil::Date;
use jiff::tz::TimeZone;
use jiff::{Span, Timestamp};
use tracing::warn;

use crate::domain::{RecordedRule, SourceState, Summary, same};
use crate::fetch::{Address, FetchError, Register};
use crate::pipeline::alerting::addressing;
use crate::pipeline::check::last_document::validators;
use crate::pipeline::check::operator_alerts::Failure;
use crate::pipeline::check::{Observed, Outcome, Watched};
use crate::store::Result;

use answers::{Answers, Problem};
use tracker::Turn;

/// So far back the first check looks, so that changes of a list find the rules of the last months.
const FIRST_DAYS: i64 = 90;
/// So far back every later check looks, at the least.
const LATER_DAYS: i64 = 14;
/// What was filed in so many days is told once when the source is new.
const DIGEST_DAYS: i64 = 30;
/// A rule that was recorded longer ago is not asked about any more.
const KNOWN_DAYS: i64 = 400;

/// Checks a source of this kind.
pub(crate) async fn check(mut observed: Observed<'_>, mut state: SourceState) -> Result<Watched> {
    let Address::FederalRegister { url, allow_private } = &observed.source.address else {
        let message = "expected the address of the Federal Register's API, but the source has \
                       another"
            .to_owned();
        return observed.fail(state, &Failure { message, refused: true, retry_after: None }).await;
    };
    let (now, today) = (observed.now, observed.now.to_zoned(TimeZone::UTC).date());
    let since = asked_since(&state, today);
    let known: BTreeMap<String, RecordedRule> = observed
        .program
        .store
        .rules(today.saturating_sub(Span::new().days(KNOWN_DAYS)))
        .await?
        .into_iter()
        .map(|rule| (rule.document_number.clone(), rule))
        .collect();
    // What could not be read yet is asked for again, whatever the lists say of themselves.
    let unread = known.values().any(|rule| tracker::is_read_again(rule, today));
    let conditions = if unread { None } else { validators(&state, observed.source, now).cloned() };
    let asked = observed
        .wiring
        .fetcher
        .federal_register(url, *allow_private, conditions.as_ref(), since, now)
        .await;
    state.last_check_at = Some(now);
    state.checks += 1;
    let register = match asked {
        Ok(register) => register,
        Err(problem) => return observed.fail(state, &failure_of(&[problem])).await,
    };
    let first_time = state.last_success_at.is_none() && known.is_empty();
    // One list of the two is no baseline: the other would be told as news.
    if first_time && (register.filed.is_none() || register.published.is_none()) {
        return observed.fail(state, &failure_of(&register.problems)).await;
    }
    let oldest = today.saturating_sub(Span::new().days(KNOWN_DAYS));
    let mut answers = answers::read(&register, &known, since, oldest);
    answers::ask_for_due(&observed, &known, today, &mut answers).await;
    let Answers { standings, listed, filed, problems } = answers;
    if first_time && problems.iter().any(|problem| problem.whole) {
        return observed.fail(state, &failure(&register, &problems)).await;
    }
    let filed_came =
        !register.filed_failed && !problems.iter().any(|problem| problem.whole && problem.filed);
    let evidence = absence::evidence(&mut state.on_file, filed_came, filed.as_ref(), now);
    let mut turn = Turn::new(&observed, known, today);
    turn.take(&standings, &listed, evidence).await?;
    let looked_at = turn.looked_at;
    let told = if first_time {
        turn.digest(today.saturating_sub(Span::new().days(DIGEST_DAYS))).await?
    } else {
        turn.notices().await?
    };
    let lagging = if first_time {
        Vec::new()
    } else {
        lagging::find(&observed, &mut turn.rules, &mut turn.changed, today).await?
    };
    let Turn { rules, texts, changed, noted, asks_again, .. } = turn;
    let nothing_changed = changed.is_empty();
    let is_written = |number: &String| changed.contains(number) || noted.contains(number);
    let written: Vec<RecordedRule> =
        rules.into_values().filter(|rule| is_written(&rule.document_number)).collect();
    let (alerts, recorded) =
        (told.len(), written.iter().filter(|rule| rule.concerns_the_list()).count());
    observed.observation.alerts.extend(told);
    for (number, body) in lagging {
        let outgoing = addressing::to_operators(
            &observed.wiring.config,
            body,
            now,
            &[&observed.source.name, &number],
        );
        observed.observation.alerts.push(outgoing);
    }
    observed.observation.rules = written;
    observed.observation.texts = texts;
    accept(&mut state, &observed, &register, now);
    let nothing_new = nothing_changed && observed.observation.alerts.is_empty();
    if asks_again || !problems.is_empty() {
        state.validators = None;
    }
    if !problems.is_empty() || !register.problems.is_empty() {
        let failure = failure(&register, &problems);
        observed.note_failure(&mut state, &failure);
        let outcome = if failure.refused { Outcome::Refused } else { Outcome::Failed };
        return observed.finish(state, outcome, failure.message, None).await;
    }
    observed.succeed(&mut state);
    let outcome = match (nothing_new, first_time, &register) {
        (_, true, _) => Outcome::Baseline,
        (true, _, Register { filed: None, published: None, .. }) => Outcome::NotModified,
        (true, ..) => Outcome::Unchanged,
        _ => Outcome::Changed,
    };
    if outcome <= Outcome::Unchanged {
        state.unchanged_checks += 1;
    }
    let detail = match outcome {
        Outcome::NotModified => "the publisher says that nothing changed".to_owned(),
        Outcome::Unchanged => {
            format!("{looked_at} documents of the agency, nothing new on the Entity List")
        }
        _ => format!(
            "{looked_at} documents of the agency; recorded {recorded} on the Entity List, told in \
             {alerts} alerts"
        ),
    };
    observed.finish(state, outcome, detail, None).await
}

/// Later than the last success by a margin: a document may be published under a date that has
/// passed.
fn asked_since(state: &SourceState, today: Date) -> Date {
    let from = state.last_success_at.map_or_else(
        || today.saturating_sub(Span::new().days(FIRST_DAYS)),
        |at| {
            at.to_zoned(TimeZone::UTC)
                .date()
                .min(today)
                .saturating_sub(Span::new().days(LATER_DAYS))
        },
    );
    from.max(today.saturating_sub(Span::new().days(KNOWN_DAYS)))
}

/// What went wrong with the lists as such.
fn failure_of(problems: &[FetchError]) -> Failure {
    let messages: Vec<&str> = problems.iter().map(|problem| problem.message.as_str()).collect();
    Failure {
        message: messages.join("; "),
        refused: problems.iter().any(|problem| problem.refused),
        retry_after: problems.iter().filter_map(|problem| problem.retry_after).max(),
    }
}

/// What went wrong with the lists and with what is in them.
fn failure(register: &Register, problems: &[Problem]) -> Failure {
    let of_lists = failure_of(&register.problems);
    let within =
        problems.iter().map(|problem| format!("the document is refused: {}", problem.message));
    let messages: Vec<String> =
        register.problems.iter().map(|problem| problem.message.clone()).chain(within).collect();
    Failure {
        message: messages.join("; "),
        refused: of_lists.refused || !problems.is_empty(),
        ..of_lists
    }
}

/// Notes what was asked and answered. The list of what is on file is kept as evidence where
/// something came of it.
fn accept(state: &mut SourceState, observed: &Observed<'_>, register: &Register, now: Timestamp) {
    state.validators.clone_from(&register.validators);
    state.lists.clone_from(&observed.source.lists);
    if let Some(document) = &register.filed {
        state.document_sha256 = Some(document.sha256.clone());
    }
    if register.unconditional {
        state.last_full_fetch_at = Some(now);
    }
}

/// Counts what a rule orders.
fn orders_of(rule: &RecordedRule) -> Summary {
    Summary::of(&rule.changes)
}

/// A log line for a text that cannot be had: it is asked for again by the next check.
fn warn_of_text(number: &str, problem: &str) {
    warn!(rule.document_number = number, error = problem, "the text of a rule cannot be read now");
}
