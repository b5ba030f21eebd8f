//! Starts the check of each source when it is due, if this instance watches.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;
use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use tokio::sync::mpsc;
use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;
use tracing::{error, info};

use crate::clock::Stopwatch;
use crate::daemon::task_end::result_or_panic;
use crate::domain::{Sha256, SourceState};
use crate::metrics;
use crate::pipeline::check_source::check_on_schedule;
use crate::pipeline::matching::check_watchlists;
use crate::pipeline::{Program, restored_decisions};
use crate::schedule::{self, Due, Schedule};
use crate::store::{Lease, StoreError};
use crate::web::{Loop, Status};

/// The loop runs at least this often, even if the ticker stops.
const MAX_PAUSE: Duration = Duration::from_secs(5);
/// How often the source states are read again. A command may have checked a source in between.
const STATES_REFRESH_INTERVAL: SignedDuration = SignedDuration::from_secs(30);
/// How long a check in progress may take to end when the daemon stops. A slow download can take ten
/// minutes, which is longer than the service manager waits.
const MAX_SHUTDOWN_WAIT: Duration = Duration::from_secs(8);

/// What the loop remembers between its rounds.
#[derive(Default)]
struct SourceLoop {
    running: JoinSet<String>,
    /// The names of the sources that are being checked.
    in_progress: HashSet<String>,
    states: HashMap<String, SourceState>,
    states_read_at: Option<Timestamp>,
    /// The right to watch, as it was last read. `None` while another instance has it.
    watch: Option<Lease>,
    watch_read: Option<Stopwatch>,
    /// When a check of each source was last started, recorded or not. If a check cannot be recorded
    /// (a full disk), the source is not fetched again every second.
    started_at: HashMap<String, Timestamp>,
    /// When the counterparty files were last looked at.
    watchlists_seen: Option<Stopwatch>,
}

/// How often the counterparty files are looked at. Only one that has changed is read.
const WATCHLISTS_INTERVAL: Duration = Duration::from_secs(2);
/// The name of the task that checks the counterparty files. No source has a control character in
/// its name.
const WATCHLISTS: &str = "\u{1}watchlists";

/// Checks every source when it is due, until `stop`. Then waits for the checks in progress.
pub async fn watch_sources(
    program: Arc<Program>,
    mut ticks: mpsc::Receiver<()>,
    status: Arc<Status>,
    stop: CancellationToken,
) {
    let mut sources = SourceLoop::default();
    // The daemon of a SQLite file always watches.
    status.set_watching(!program.store.is_shared());
    metrics::watching(!program.store.is_shared());
    loop {
        tokio::select! {
            _ = tokio::time::timeout(MAX_PAUSE, ticks.recv()) => {}
            Some(ended) = sources.running.join_next() => {
                if let Some(name) = result_or_panic(ended) {
                    sources.in_progress.remove(&name);
                }
                sources.states_read_at = None;
            }
            () = stop.cancelled() => break,
        }
        let now = program.clock.now();
        status.beat(Loop::Watch, now);
        sources.refresh_watch(&program, &status).await;
        let Some(watch) = sources.watch.clone().filter(|_| program.store.is_alive()) else {
            continue;
        };
        sources.refresh_states(&program, now).await;
        sources.start_due_checks(&program, &watch, now);
        sources.start_watchlists_check(&program, &watch);
    }
    sources.shut_down().await;
}

impl SourceLoop {
    /// Takes the right to watch, keeps it, or sees that another instance has it. While the database
    /// is away, the last answer stays: nothing can be recorded without the right.
    async fn refresh_watch(&mut self, program: &Program, status: &Status) {
        let interval = program.store.renew_every().unwrap_or(Duration::MAX);
        if self.watch_read.is_some_and(|read| read.elapsed() < interval) {
            return;
        }
        let is_first = self.watch_read.replace(Stopwatch::start()).is_none();
        let before = self.watch.is_some();
        match program.store.take_watch().await {
            Ok(watch) => self.watch = watch,
            Err(problem) => {
                error!("failed to read which instance watches: {problem}");
                return;
            }
        }
        let watches = self.watch.is_some();
        if watches != before {
            // Another instance has checked the sources since.
            self.states_read_at = None;
        }
        if program.store.is_shared() && (is_first || watches != before) {
            if watches {
                info!("this instance watches the sources");
            } else {
                info!("another instance watches the sources; this one delivers and stands by");
            }
        }
        status.set_watching(watches);
        metrics::watching(watches);
    }

    async fn refresh_states(&mut self, program: &Program, now: Timestamp) {
        // `abs`: the clock may have been set back.
        let is_fresh = self
            .states_read_at
            .is_some_and(|read_at| now.duration_since(read_at).abs() < STATES_REFRESH_INTERVAL);
        if is_fresh {
            return;
        }
        match program.store.source_states().await {
            Ok(states) => {
                self.states =
                    states.into_iter().map(|state| (state.source.clone(), state)).collect();
                self.states_read_at = Some(now);
            }
            Err(problem) => error!(
                "failed to read the source states; due times are computed from the last known \
                 states: {problem}"
            ),
        }
    }

    fn start_due_checks(&mut self, program: &Arc<Program>, watch: &Lease, now: Timestamp) {
        for source in &program.wiring.load_full().config.sources {
            let name = &source.name;
            let started_at = self.started_at.get(name).copied().filter(|at| *at <= now);
            if self.in_progress.contains(name)
                || !is_due(&source.schedule, self.states.get(name), started_at, name, now)
            {
                continue;
            }
            self.in_progress.insert(name.clone());
            self.started_at.insert(name.clone(), now);
            let (program, name, watch) = (Arc::clone(program), name.clone(), watch.clone());
            self.running.spawn(async move {
                check_on_schedule(&program, &name, watch).await;
                restored_decisions::carry_out(&program).await;
                name
            });
        }
    }

    fn start_watchlists_check(&mut self, program: &Arc<Program>, watch: &Lease) {
        // Also without any: one that is not configured any more is noted.
        if self.in_progress.contains(WATCHLISTS)
            || self.watchlists_seen.is_some_and(|seen| seen.elapsed() < WATCHLISTS_INTERVAL)
        {
            return;
        }
        self.watchlists_seen = Some(Stopwatch::start());
        self.in_progress.insert(WATCHLISTS.to_owned());
        let (program, watch) = (Arc::clone(program), watch.clone());
        self.running.spawn(async move {
            match check_watchlists(&program, Some(&watch)).await {
                Ok(_) | Err(StoreError::LeaseLost { .. }) => {}
                Err(problem) => error!(
                    "failed to check the counterparty files; the next check repeats it: {problem}"
                ),
            }
            restored_decisions::carry_out(&program).await;
            WATCHLISTS.to_owned()
        });
    }

    async fn shut_down(mut self) {
        let all_ended = async {
            while let Some(ended) = self.running.join_next().await {
                result_or_panic(ended);
            }
        };
        if tokio::time::timeout(MAX_SHUTDOWN_WAIT, all_ended).await.is_err() {
            // A check is recorded in one transaction, so an aborted check leaves nothing behind.
            info!(
                "a check that is still fetching is aborted; it recorded nothing and is repeated \
                 at the next start"
            );
            self.running.abort_all();
        }
    }
}

/// Whether a source is due now: by its schedule, a `Retry-After`, and a jitter.
///
/// The jitter is computed from the source's name and the due time, so that a thousand installations
/// do not send their requests in the same second.
fn is_due(
    schedule: &Schedule,
    state: Option<&SourceState>,
    started_at: Option<Timestamp>,
    name: &str,
    now: Timestamp,
) -> bool {
    // A recorded time in the future is from before the clock was set back. It counts only if this
    // process has not started a check itself.
    let recorded_at =
        state.and_then(|state| state.last_check_at).filter(|at| started_at.is_none() || *at <= now);
    let last = recorded_at.max(started_at);
    let retry_after = state.and_then(|state| state.retry_after_until);
    match schedule::due(schedule, last, retry_after, now) {
        Due::Now => {
            let Some(due) =
                last.filter(|last| *last <= now).and_then(|last| schedule.next_after(last))
            else {
                return true;
            };
            let fraction = Sha256::of_parts([name, &due.to_string()]).fraction();
            let jitter = schedule::jitter(schedule.interval_hint(now), fraction);
            now.duration_since(due) >= SignedDuration::try_from(jitter).unwrap_or_default()
        }
        Due::At(_) | Due::Never => false,
    }
}
