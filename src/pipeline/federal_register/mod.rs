//! One check of the Federal Register: which documents change the Entity List, what each orders, and
//! which alerts follow.
//!
//! A source of this kind has no list to compare. The store has its documents, by document number.
//!
//! 1. `listing` reads both answers (public inspection and published) and selects documents.
//! 2. `documents` compares them with the known rules: `new_document`, `known_document`, and
//!    `withdrawal` for missing ones. `text_update` reads their texts.
//! 3. `notice` (or `digest` for a new source) makes the alerts. `lagging_lists` alerts operators if
//!    a list does not show what a rule ordered.

mod change_note;
mod current_entities;
mod digest;
mod documents;
mod failure;
mod known_document;
mod lagging_lists;
mod listed_document;
mod listing;
mod new_document;
mod notice;
mod orders;
mod rule_check;
mod rule_text;
mod rule_updates;
mod text_retry;
mod text_update;
mod withdrawal;

use std::collections::BTreeMap;

use jiff::civil::Date;
use jiff::{Span, Timestamp};

use crate::domain::{CheckOutcome, RecordedRule, SourceState, Validators, utc_day};
use crate::fetch::{Address, Register};
use crate::pipeline::alerting::addressing;
use crate::pipeline::check::check_result::CheckResult;
use crate::pipeline::check::last_document::validators;
use crate::pipeline::check::operator_alerts::Failure;
use crate::pipeline::check::recorder::CheckRecorder;
use crate::store::{Outgoing, Result};

use lagging_lists::LaggingList;
use listing::Listing;
use rule_check::RuleCheck;
use rule_updates::RuleUpdates;
use withdrawal::Evidence;

/// Days that the first check looks back, so that list changes can be attributed to the rules of the
/// last months.
const FIRST_CHECK_DAYS: i64 = 90;
/// Days that every later check looks back at least, before the last success. A document can be
/// published with a past date.
const OVERLAP_DAYS: i64 = 14;
/// Days that the digest of a new source covers.
const DIGEST_DAYS: i64 = 30;
/// Days that a recorded rule is compared with the lists.
const KNOWN_DAYS: i64 = 400;

/// Checks a source of this kind.
pub(crate) async fn check(
    mut recorder: CheckRecorder<'_>,
    mut state: SourceState,
) -> Result<CheckResult> {
    let now = recorder.now;
    let today = utc_day(now);
    let oldest = days_before(today, KNOWN_DAYS);
    let since = first_requested_day(&state, today).max(oldest);
    let known = known_rules(&recorder, oldest).await?;
    // With validators, an unchanged list would hide a text that must be requested again.
    let awaits_text = known.values().any(|rule| text_retry::expects_better_text(rule, today));
    let validators =
        if awaits_text { None } else { validators(&state, recorder.source, now).cloned() };
    let register = match fetch(&recorder, &mut state, validators.as_ref(), since).await {
        Ok(register) => register,
        Err(failure) => return recorder.fail(state, &failure).await,
    };
    let is_first = state.last_success_at.is_none() && known.is_empty();
    // A baseline needs both lists. Otherwise the next check would alert on all of the other list.
    if is_first && (register.filed.is_none() || register.published.is_none()) {
        return recorder.fail(state, &failure::of_requests(&register.problems)).await;
    }
    let mut listing = listing::read(&register, &known, since, oldest);
    listing::add_unlisted_publications(&recorder, &known, today, &mut listing).await;
    if is_first && listing.problems.iter().any(|problem| problem.is_whole_answer) {
        let failure = failure::of_listing(&register, &listing.problems);
        return recorder.fail(state, &failure).await;
    }
    let evidence = list_evidence(&mut state, &register, &listing, now);
    let rule_check = RuleCheck::new(&recorder, today);
    let mut updates = documents::check_documents(&rule_check, known, &listing, evidence).await?;
    let (notices, lagging) = if is_first {
        let since = days_before(today, DIGEST_DAYS);
        let digest = digest::digest(&recorder, &mut updates, since).await?;
        (digest.into_iter().collect(), Vec::new())
    } else {
        let notices = notice::notices(&recorder, &mut updates).await?;
        (notices, lagging_lists::find(&recorder, &mut updates, today).await?)
    };
    let counts = Counts {
        documents: updates.documents_checked,
        rules: updates.written().filter(|rule| rule.concerns_the_list()).count(),
        alerts: notices.len(),
    };
    let is_unchanged = updates.changed.is_empty();
    let needs_full_fetch = updates.needs_full_fetch || !listing.problems.is_empty();
    add_results(&mut recorder, updates, notices, lagging);
    accept(&mut state, &recorder, &register, now);
    if needs_full_fetch {
        state.validators = None;
    }
    if !listing.problems.is_empty() || !register.problems.is_empty() {
        let failure = failure::of_listing(&register, &listing.problems);
        return finish_incomplete(recorder, state, &failure).await;
    }
    let has_no_news = is_unchanged && recorder.record.alerts.is_empty();
    let outcome = outcome(&register, is_first, has_no_news);
    finish_complete(recorder, state, outcome, &counts).await
}

/// Requests both lists, and notes in the state that a check was made.
async fn fetch(
    recorder: &CheckRecorder<'_>,
    state: &mut SourceState,
    validators: Option<&Validators>,
    since: Date,
) -> std::result::Result<Register, Failure> {
    let Address::FederalRegister { url, allow_private } = &recorder.source.address else {
        let message = "expected the address of the Federal Register's API, but the source has \
                       another"
            .to_owned();
        return Err(Failure { message, refused: true, retry_after: None });
    };
    let now = recorder.now;
    let fetcher = &recorder.wiring.fetcher;
    let fetched = fetcher.federal_register(url, *allow_private, validators, since, now).await;
    state.last_check_at = Some(now);
    state.checks += 1;
    fetched.map_err(|problem| failure::of_requests(&[problem]))
}

/// What the list of documents on file shows about documents that it does not contain.
fn list_evidence(
    state: &mut SourceState,
    register: &Register,
    listing: &Listing,
    now: Timestamp,
) -> Evidence {
    let is_unreadable = listing
        .problems
        .iter()
        .any(|problem| problem.is_whole_answer && problem.in_public_inspection);
    let public_inspection_received = !register.filed_failed && !is_unreadable;
    withdrawal::assess_list(
        &mut state.on_file,
        public_inspection_received,
        listing.public_inspection.as_ref(),
        now,
    )
}

/// Records a check of which a part could not be read.
async fn finish_incomplete(
    mut recorder: CheckRecorder<'_>,
    mut state: SourceState,
    failure: &Failure,
) -> Result<CheckResult> {
    recorder.note_failure(&mut state, failure);
    let outcome = if failure.refused { CheckOutcome::Refused } else { CheckOutcome::Failed };
    recorder.finish(state, outcome, failure.message.clone(), None).await
}

/// Records a check that read everything.
async fn finish_complete(
    mut recorder: CheckRecorder<'_>,
    mut state: SourceState,
    outcome: CheckOutcome,
    counts: &Counts,
) -> Result<CheckResult> {
    recorder.succeed(&mut state);
    if outcome <= CheckOutcome::Unchanged {
        state.unchanged_checks += 1;
    }
    recorder.finish(state, outcome, detail(outcome, counts), None).await
}

fn outcome(register: &Register, is_first: bool, has_no_news: bool) -> CheckOutcome {
    match (has_no_news, is_first, register) {
        (_, true, _) => CheckOutcome::Baseline,
        (true, _, Register { filed: None, published: None, .. }) => CheckOutcome::NotModified,
        (true, ..) => CheckOutcome::Unchanged,
        _ => CheckOutcome::Changed,
    }
}

/// What a check reports about itself.
struct Counts {
    documents: usize,
    /// Written rules that concern the list.
    rules: usize,
    alerts: usize,
}

fn detail(outcome: CheckOutcome, counts: &Counts) -> String {
    let Counts { documents, rules, alerts } = counts;
    match outcome {
        CheckOutcome::NotModified => "the publisher says that nothing changed".to_owned(),
        CheckOutcome::Unchanged => {
            format!("{documents} documents of the agency, nothing new on the Entity List")
        }
        _ => format!(
            "{documents} documents of the agency; {rules} on the Entity List recorded, {alerts} \
             alerts"
        ),
    }
}

/// The recorded rules of `oldest` and later, by document number.
async fn known_rules(
    recorder: &CheckRecorder<'_>,
    oldest: Date,
) -> Result<BTreeMap<String, RecordedRule>> {
    let rules = recorder.program.store.rules(oldest).await?;
    Ok(rules.into_iter().map(|rule| (rule.document_number.clone(), rule)).collect())
}

/// The first day that this check requests documents of.
fn first_requested_day(state: &SourceState, today: Date) -> Date {
    match state.last_success_at {
        None => days_before(today, FIRST_CHECK_DAYS),
        Some(at) => days_before(utc_day(at).min(today), OVERLAP_DAYS),
    }
}

fn days_before(day: Date, days: i64) -> Date {
    day.saturating_sub(Span::new().days(days))
}

/// Adds the rules, their texts, and the alerts to what the check writes.
fn add_results(
    recorder: &mut CheckRecorder<'_>,
    mut updates: RuleUpdates,
    notices: Vec<Outgoing>,
    lagging: Vec<LaggingList>,
) {
    recorder.record.alerts.extend(notices);
    for LaggingList { document_number, source, body } in lagging {
        let outgoing = addressing::to_operators(
            &recorder.wiring.config,
            body,
            recorder.now,
            &[&recorder.source.name, &format!("{document_number} {source}")],
        );
        recorder.record.alerts.push(outgoing);
    }
    recorder.record.rules = updates.written().cloned().collect();
    recorder.record.texts = std::mem::take(&mut updates.texts);
}

/// Notes what was requested and received. The public inspection list is kept as evidence.
fn accept(
    state: &mut SourceState,
    recorder: &CheckRecorder<'_>,
    register: &Register,
    now: Timestamp,
) {
    state.validators.clone_from(&register.validators);
    state.lists.clone_from(&recorder.source.lists);
    if let Some(document) = &register.filed {
        state.document_sha256 = Some(document.sha256.clone());
    }
    if register.unconditional {
        state.last_full_fetch_at = Some(now);
    }
}
