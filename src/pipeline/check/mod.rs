//! One check of one source: fetch → parse → diff → route → record.

pub mod assess;
pub mod freshness;
pub mod last_document;
pub mod list_outcomes;
pub mod operator_alerts;
pub mod parse_document;

use std::collections::BTreeMap;

use jiff::{SignedDuration, Timestamp};
use serde_json::json;
use tracing::{error, info, warn};

use self::last_document::{accept_document, edition_of, last_document, last_edition, validators};
use self::list_outcomes::Verdicts;
use self::operator_alerts::Failure;
use crate::clock::Stopwatch;
use crate::config::{Source, SourceKind};
use crate::domain::alert::{AlertBody, SnapshotHeld, SnapshotRef};
use crate::domain::journal::JournalEvent;
use crate::domain::{ChangeKind, Document, Hold, ListCode, SourceState};
use crate::fetch::{Fetched, FetchedDocument};
use crate::pipeline::alerting::compose::{
    Seen, {self},
};
use crate::pipeline::alerting::{addressing, other_sources};
use crate::pipeline::background::in_background;
use crate::pipeline::{Program, Wiring, federal_register};
use crate::store::{Check, CheckRecord, Result};
use crate::{metrics, schedule};

/// What is done daily is due a little earlier: a check at the same time each day comes now some
/// seconds sooner, now later.
pub(crate) const DAILY: SignedDuration = SignedDuration::from_mins(23 * 60 + 30);
/// An open hold is told again this often.
const REMIND_EVERY: SignedDuration = DAILY;

/// What a check came to; the worst of its lists.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Outcome {
    NotModified,
    Unchanged,
    Changed,
    Baseline,
    Held,
    /// The publisher asked to be left alone for a while; nothing was asked of it.
    Waiting,
    Refused,
    Failed,
}

impl Outcome {
    pub fn as_str(self) -> &'static str {
        match self {
            Outcome::NotModified => "not modified",
            Outcome::Unchanged => "unchanged",
            Outcome::Changed => "changed",
            Outcome::Baseline => "baseline",
            Outcome::Held => "held",
            Outcome::Waiting => "waiting",
            Outcome::Refused => "refused",
            Outcome::Failed => "failed",
        }
    }

    pub fn is_failure(self) -> bool {
        self >= Outcome::Waiting
    }
}

/// One check, for whoever asked for it.
#[derive(Clone, Debug)]
pub struct Watched {
    pub source: String,
    pub outcome: Outcome,
    pub detail: String,
    /// A list of the source is held, by this check or since an earlier one.
    pub held: bool,
}

/// Checks a source now. Waits for a check of it that is under way; never fails: what goes wrong is
/// recorded and returned.
pub async fn watch(program: &Program, source_name: &str) -> Watched {
    let turn = program.source_turn(source_name);
    let _turn = turn.lock().await;
    let wiring = program.wiring.load_full();
    let failed = |detail: String| Watched {
        source: source_name.to_owned(),
        outcome: Outcome::Failed,
        detail,
        held: false,
    };
    let Some(source) = wiring.config.sources.iter().find(|source| source.name == source_name)
    else {
        return failed(format!(
            "expected the name of a source in the configuration, but got `{source_name}`"
        ));
    };
    let stopwatch = Stopwatch::start();
    let watched = match Box::pin(check(program, &wiring, source, stopwatch)).await {
        Ok(watched) => watched,
        Err(problem) => {
            error!(source.name = source_name, error = %problem, "the check could not be recorded: nothing of it is kept, and it is made again");
            failed(problem.to_string())
        }
    };
    metrics::check_finished(source_name, watched.outcome.as_str(), stopwatch.elapsed_ms());
    watched
}

async fn check(
    program: &Program,
    wiring: &Wiring,
    source: &Source,
    stopwatch: Stopwatch,
) -> Result<Watched> {
    let now = program.clock.now();
    if let Some(previous) = &source.previous_name
        && program.store.rename_source(previous, &source.name, now).await?
    {
        info!(
            source.name = source.name,
            source.previous = previous,
            "the record of the source was carried over from its previous name"
        );
    }
    let known = program.store.source_state(&source.name).await?;
    let mut state = known
        .unwrap_or_else(|| SourceState { source: source.name.clone(), ..SourceState::default() });
    if let Some(until) = state.retry_after_until.filter(|until| *until > now) {
        let detail =
            format!("the publisher asked to be left alone until {until}; nothing was asked of it");
        warn!(source.name = source.name, retry_after.until = %until, "not checked: the publisher asked to be left alone");
        return Ok(Watched {
            source: source.name.clone(),
            outcome: Outcome::Waiting,
            detail,
            held: false,
        });
    }
    let mut observed = Observed::new(program, wiring, source, now, stopwatch);
    observed.note_gap(&state);
    if source.kind == SourceKind::FederalRegister {
        return federal_register::check(observed, state).await;
    }
    if state.editions.current.is_none() {
        state.editions.current = last_edition(&state, now);
    }
    let held = program
        .store
        .holds(true)
        .await?
        .iter()
        .any(|hold| hold.source == source.name && source.lists.contains(&hold.list));
    // The eCFR repairs a date under the date that it had, so that what is held of it would wait for
    // the next date. Elsewhere the publisher itself says what has changed.
    let known = if held && source.kind == SourceKind::Ecfr {
        None
    } else {
        validators(&state, source, now)
    };
    let is_overdue = state.editions.older_for(now) >= freshness::OLDER_IS_ON_HOLD_AFTER;
    let is_older_read =
        state.document_sha256.as_ref().is_some_and(|sha256| state.editions.is_older(sha256));
    let fetched = match known {
        // What is older is read by now all the same, so that a person can decide on it.
        _ if is_overdue && !is_older_read => {
            wiring.fetcher.fetch_whole(&source.address, None, now).await
        }
        Some(known) => wiring.fetcher.fetch(&source.address, Some(known), now).await,
        None if is_overdue => wiring.fetcher.fetch_whole(&source.address, None, now).await,
        None => wiring.fetcher.fetch_whole(&source.address, state.validators.as_ref(), now).await,
    };
    state.last_check_at = Some(now);
    state.checks += 1;
    let known_lists = state.lists == source.lists;
    match fetched {
        Err(problem) => {
            if problem.older {
                state.editions.note_older(None, now);
            }
            let failure = Failure {
                message: problem.message,
                refused: problem.refused,
                retry_after: problem.retry_after,
            };
            observed.fail(state, &failure).await
        }
        Ok(Fetched::NotModified) => {
            if !is_older_read {
                state.editions.newest_again();
            }
            // What waits is judged again: another source, a rule or the passing of days may bear
            // out by now what was not believed.
            let waiting =
                if held && known_lists { last_document(program, &state).await? } else { None };
            match waiting {
                Some(document) => observed.read(state, document).await,
                None => {
                    observed
                        .stand(
                            state,
                            Outcome::NotModified,
                            "the publisher says that nothing changed",
                        )
                        .await
                }
            }
        }
        Ok(Fetched::Document(fetched)) => {
            let fetched = *fetched;
            let edition = edition_of(&fetched, now);
            // An older list would look like one from which entries were removed.
            if let Some(message) =
                freshness::older(&state.editions, &edition, fetched.is_single_file)
            {
                // Before the day is over the eCFR says no more than an older date: what stands
                // under it has to be seen twice.
                let is_sudden = source.kind == SourceKind::Ecfr && state.editions.older.is_none();
                state.editions.note_older(Some(edition), now);
                if is_sudden || state.editions.older_for(now) < freshness::OLDER_IS_ON_HOLD_AFTER {
                    return observed
                        .fail(state, &Failure { message, refused: false, retry_after: None })
                        .await;
                }
                warn!(
                    source.name = source.name,
                    "{}: read all the same, since nothing newer came for a day: {message}",
                    source.name
                );
                return observed.read(state, fetched).await;
            }
            state.editions.newest_again();
            if !held
                && known_lists
                && state.document_sha256.as_ref() == Some(&fetched.document.sha256)
            {
                accept_document(&mut state, source, &fetched, now);
                state.editions.accept(edition, now);
                return observed
                    .stand(state, Outcome::Unchanged, "the document is the one of the last check")
                    .await;
            }
            observed.read(state, fetched).await
        }
    }
}

/// One check on its way into the record.
pub(crate) struct Observed<'a> {
    pub(crate) program: &'a Program,
    pub(crate) wiring: &'a Wiring,
    pub(crate) source: &'a Source,
    pub(crate) now: Timestamp,
    stopwatch: Stopwatch,
    pub(crate) observation: CheckRecord,
}

impl<'a> Observed<'a> {
    fn new(
        program: &'a Program,
        wiring: &'a Wiring,
        source: &'a Source,
        now: Timestamp,
        stopwatch: Stopwatch,
    ) -> Self {
        Self {
            program,
            wiring,
            source,
            now,
            stopwatch,
            observation: CheckRecord { at: now, ..CheckRecord::default() },
        }
    }

    /// Checks that were due since the last one and were not made are silence of ours: they are
    /// entered as what they are.
    fn note_gap(&mut self, state: &SourceState) {
        if let Some(gap) = schedule::missed(&self.source.schedule, state.last_check_at, self.now) {
            warn!(source.name = self.source.name, gap.checks = gap.count, gap.from = %gap.first, gap.until = %gap.last, "checks that were due were not made");
            let data = json!({"source": self.source.name, "checks": gap.count, "from": gap.first, "until": gap.last});
            self.observation.journal.push(JournalEvent { kind: "gap".into(), data });
        }
    }

    /// The source could not be reached, or its document is refused whole: nothing that is held
    /// changes.
    pub(crate) async fn fail(
        mut self,
        mut state: SourceState,
        failure: &Failure,
    ) -> Result<Watched> {
        let (source, message, failures) =
            (&self.source.name, &failure.message, state.consecutive_failures + 1);
        warn!(
            source.name = source,
            refused = failure.refused,
            failures,
            "{source}: the check failed; what is held stays: {message}"
        );
        let outcome = if failure.refused { Outcome::Refused } else { Outcome::Failed };
        self.note_failure(&mut state, failure);
        self.finish(state, outcome, failure.message.clone(), None).await
    }

    /// Nothing new.
    async fn stand(
        mut self,
        mut state: SourceState,
        outcome: Outcome,
        detail: &str,
    ) -> Result<Watched> {
        state.unchanged_checks += 1;
        self.succeed(&mut state);
        self.finish(state, outcome, detail.to_owned(), None).await
    }

    /// A document to read.
    async fn read(mut self, mut state: SourceState, fetched: FetchedDocument) -> Result<Watched> {
        let document = fetched.document.clone();
        self.observation.document = Some(document.clone());
        let lists = self.source.lists.clone();
        let parsed = in_background(move || parse_document::snapshot(&document, &lists));
        let (parsed, held) = tokio::join!(parsed, list_outcomes::held(self.program, self.source));
        let snapshot = match parsed {
            Ok(snapshot) => snapshot,
            Err(message) => {
                let label = fetched.mislabeled.map_or_else(String::new, |label| {
                    format!(" (its Content-Encoding says `{label}`)")
                });
                let failure = Failure {
                    message: format!("the document is refused: {message}{label}"),
                    refused: true,
                    retry_after: None,
                };
                return self.fail(state, &failure).await;
            }
        };
        for warning in &snapshot.warnings {
            warn!(
                source.name = self.source.name,
                document.place = warning.place,
                "{}",
                warning.text
            );
        }
        let as_of = fetched.as_of.or(snapshot.as_of);
        let (reference, rows) = (
            SnapshotRef { sha256: fetched.document.sha256.clone(), as_of, observed_at: None },
            snapshot.rows,
        );
        let is_older = state.editions.is_older(&fetched.document.sha256);
        let before = list_outcomes::Before {
            older_since: state.editions.older_since.filter(|_| is_older),
            columns: std::mem::take(&mut state.columns),
        };
        state.columns.clone_from(&snapshot.columns);
        let mut verdicts = list_outcomes::of_lists(
            self.program,
            self.source,
            snapshot,
            held?,
            &reference,
            &before,
            self.now,
        )
        .await?;
        // A document of which nothing was taken is no measure of those that follow.
        if (verdicts.moved || !verdicts.waits) && !is_older {
            state.editions.accept(edition_of(&fetched, self.now), self.now);
        }
        let before_sequence = state.sequence;
        self.apply(&mut verdicts);
        let (outcome, detail, refusals, lists) = (
            verdicts.outcome,
            verdicts.detail(),
            verdicts.refusals.clone(),
            verdicts.journal.clone(),
        );
        let seen = Seen {
            config: &self.wiring.config,
            source: &self.source.name,
            observed_at: self.now,
            recorded_at: self.now,
            accepted_at: None,
            snapshot: reference,
            journal_head: self.program.store.journal_head().await?,
            sequence: before_sequence,
        };
        let store = self.program.store.as_ref();
        let steps =
            other_sources::steps(store, &self.source.name, verdicts.steps, self.now).await?;
        let composed = compose::compose(store, &seen, steps).await?;
        state.sequence = composed.sequence;
        self.observation.journal.extend(other_sources::journal(&composed.changes));
        self.observation.alerts.extend(composed.alerts);
        self.observation.changes.extend(composed.changes);
        accept_document(&mut state, self.source, &fetched, self.now);
        state.as_of = as_of;
        if refusals.is_empty() {
            if outcome <= Outcome::Unchanged {
                state.unchanged_checks += 1;
            }
            self.succeed(&mut state);
        } else {
            // What was refused is asked for again in full: it never becomes the document that
            // others are compared with.
            (state.validators, state.document_sha256) = (None, None);
            self.note_failure(
                &mut state,
                &Failure { message: refusals.join("; "), refused: true, retry_after: None },
            );
        }
        let about =
            json!({"rows": rows, "lists": lists, "size_bytes": fetched.document.size_bytes});
        self.finish(state, outcome, detail, Some((fetched.document, about))).await
    }

    /// Takes over what the verdicts write: a baseline holds the whole list, which there is no
    /// second time.
    fn apply(&mut self, verdicts: &mut Verdicts) {
        self.observation.lists.append(&mut verdicts.updates);
        self.observation.holds.append(&mut verdicts.holds);
        verdicts.operator_alerts.drain(..).for_each(|body| self.tell_operators(body));
    }

    pub(crate) fn succeed(&mut self, state: &mut SourceState) {
        if let Some(body) = operator_alerts::succeeded(state, self.now) {
            self.tell_operators(body);
        }
    }

    pub(crate) fn note_failure(&mut self, state: &mut SourceState, failure: &Failure) {
        if let Some(body) = operator_alerts::failed(state, failure, self.now) {
            self.tell_operators(body);
        }
    }

    fn tell_operators(&mut self, body: AlertBody) {
        let outgoing = addressing::to_operators(
            &self.wiring.config,
            body,
            self.now,
            &[&self.source.name, &self.observation.alerts.len().to_string()],
        );
        self.observation.alerts.push(outgoing);
    }

    /// All open holds as they are after this check; those of the source that were not told for a
    /// day are told again.
    async fn remind(&mut self) -> Result<Vec<Hold>> {
        let mut open: BTreeMap<_, Hold> = self
            .program
            .store
            .holds(true)
            .await?
            .into_iter()
            .map(|hold| (hold.hold_id.clone(), hold))
            .collect();
        for hold in &self.observation.holds {
            open.insert(hold.hold_id.clone(), hold.clone());
        }
        let mut open: Vec<Hold> = open
            .into_values()
            .filter(|hold| hold.state == crate::domain::HoldState::Open)
            .collect();
        for hold in open.iter_mut().filter(|hold| hold.source == self.source.name) {
            let lasts_untold =
                list_outcomes::untold_hold_lasts(self.program, hold, self.now).await?;
            if lasts_untold || self.now.duration_since(hold.told_at) >= REMIND_EVERY {
                hold.told_at = self.now;
                self.observation.holds.push(hold.clone());
                self.tell_operators(AlertBody::SnapshotHeld(Box::new(SnapshotHeld {
                    hold: hold.clone(),
                    reminder: true,
                    examples: Vec::new(),
                })));
            }
        }
        Ok(open)
    }

    /// Writes the check and all that follows from it in one transaction.
    pub(crate) async fn finish(
        mut self,
        state: SourceState,
        outcome: Outcome,
        detail: String,
        read: Option<(Document, serde_json::Value)>,
    ) -> Result<Watched> {
        let open_holds = self.remind().await?;
        let held = open_holds
            .iter()
            .any(|hold| hold.source == self.source.name && self.source.lists.contains(&hold.list));
        let sha256 = read
            .as_ref()
            .map(|(document, _)| document.sha256.clone())
            .or_else(|| state.document_sha256.clone());
        let mut data = json!({"source": self.source.name, "outcome": outcome.as_str(), "detail": detail, "sha256": sha256});
        if let (Some(fields), Some((_, serde_json::Value::Object(about)))) =
            (data.as_object_mut(), read)
        {
            fields.extend(about);
        }
        self.observation.journal.push(JournalEvent { kind: "check".into(), data });
        self.observation.check = Some(Check {
            source: self.source.name.clone(),
            at: self.now,
            duration_ms: self.stopwatch.elapsed_ms(),
            outcome: outcome.as_str().into(),
            detail: detail.clone(),
            sha256,
        });
        self.observation.source = Some(state);
        let (alerts, changes) = (self.observation.alerts.len(), self.observation.changes.len());
        let figures = Figures::of(&self.observation, open_holds.len());
        self.program.store.record(self.observation).await?;
        figures.count(&self.source.name);
        if alerts > 0 {
            self.program.outbox.send_replace(());
        }
        info!(
            source.name = self.source.name,
            outcome = outcome.as_str(),
            changes,
            alerts,
            duration_ms = self.stopwatch.elapsed_ms(),
            "{}: {detail}",
            self.source.name
        );
        Ok(Watched { source: self.source.name.clone(), outcome, detail, held })
    }
}

/// What the metrics say of a check, once it is recorded.
struct Figures {
    last_success_at: Option<Timestamp>,
    consecutive_failures: u32,
    lists: Vec<(ListCode, usize)>,
    changes: Vec<(ChangeKind, bool)>,
    open_holds: usize,
}

impl Figures {
    fn of(observation: &CheckRecord, open_holds: usize) -> Self {
        let state = observation.source.as_ref();
        Self {
            last_success_at: state.and_then(|state| state.last_success_at),
            consecutive_failures: state.map_or(0, |state| state.consecutive_failures),
            lists: observation
                .lists
                .iter()
                .map(|update| (update.state.list, update.state.count))
                .collect(),
            changes: observation
                .changes
                .iter()
                .map(|recorded| (recorded.change.kind, recorded.change.editorial))
                .collect(),
            open_holds,
        }
    }

    fn count(self, source: &str) {
        metrics::source_state(source, self.last_success_at, self.consecutive_failures);
        self.lists
            .into_iter()
            .for_each(|(list, count)| metrics::snapshot_entries(source, list, count));
        self.changes
            .into_iter()
            .for_each(|(kind, editorial)| metrics::change_recorded(source, kind, editorial));
        metrics::holds_open(self.open_holds);
    }
}
