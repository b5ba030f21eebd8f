//! The daemon: wires the store, the program, the pages and the control socket, and keeps the two
//! loops going.
//!
//! The watching loop asks, every second, which sources are due; each check is a task of its own,
//! never two of one source. Every receiver has a loop of its own, so that one that does not answer
//! delays no other. A task that panics ends the process: systemd starts it again, and the outbox
//! makes that safe.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;
use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use tokio::sync::mpsc;
use tokio::task::JoinSet;
use tokio_cron_scheduler::{Job, JobScheduler, JobSchedulerError};
use tokio_util::sync::CancellationToken;
use tracing::{error, info, warn};

use crate::domain::{Sha256, SourceState};
use crate::metrics;
use crate::pipeline::{Program, Wiring, check, delivery};
use crate::schedule::{
    Due, {self},
};
use crate::web::{Loop, Status};

/// The loops look around at least this often, should the ticker ever stand still.
const LONGEST_PAUSE: Duration = Duration::from_secs(5);
/// What is remembered of the sources is read again this often: a command may have checked one
/// meanwhile.
const REFRESH_EVERY: SignedDuration = SignedDuration::from_secs(30);
/// A receiver's loop looks into the outbox at least this often.
const OUTBOX_PAUSE: Duration = Duration::from_secs(30);

/// Starts the ticker: a signal every second. Its job does nothing but signal, so nothing in it can
/// fail or overlap; what is due is computed elsewhere, right across daylight saving.
pub async fn ticker() -> Result<(JobScheduler, mpsc::Receiver<()>), JobSchedulerError> {
    let (signal, ticks) = mpsc::channel(1);
    let scheduler = JobScheduler::new().await?;
    let job = Job::new("* * * * * *", move |_, _| {
        // A full channel means that the loop has not yet taken the last tick: one is enough.
        let _ = signal.try_send(());
    })?;
    scheduler.add(job).await?;
    scheduler.start().await?;
    Ok((scheduler, ticks))
}

/// Checks every source when it is due, until `stop`; then finishes the checks that are under way.
pub async fn watch_sources(
    program: Arc<Program>,
    mut ticks: mpsc::Receiver<()>,
    status: Arc<Status>,
    stop: CancellationToken,
) {
    let mut running: JoinSet<String> = JoinSet::new();
    let mut busy: HashSet<String> = HashSet::new();
    let mut known: HashMap<String, SourceState> = HashMap::new();
    // When a check was last begun, recorded or not: a record that cannot be written (a full disk)
    // is no reason to ask the publisher every second.
    let mut begun: HashMap<String, Timestamp> = HashMap::new();
    let mut refreshed: Option<Timestamp> = None;
    loop {
        tokio::select! {
            _ = tokio::time::timeout(LONGEST_PAUSE, ticks.recv()) => {}
            Some(done) = running.join_next() => {
                busy.remove(&finished(done));
                refreshed = None;
            }
            () = stop.cancelled() => break,
        }
        let now = program.clock.now();
        status.beat(Loop::Watch, now);
        if refreshed.is_none_or(|last| now.duration_since(last).abs() >= REFRESH_EVERY) {
            match program.store.source_states().await {
                Ok(states) => {
                    known = states.into_iter().map(|state| (state.source.clone(), state)).collect();
                    refreshed = Some(now);
                }
                Err(problem) => {
                    error!(
                        "the record does not answer, and what is due is decided from what was \
                         last known: {problem}"
                    );
                }
            }
        }
        let wiring = program.wiring.load_full();
        for source in &wiring.config.sources {
            let name = &source.name;
            let last_begun = begun.get(name).copied().filter(|begun| *begun <= now);
            if !busy.contains(name)
                && is_due(&source.schedule, known.get(name), last_begun, name, now)
            {
                busy.insert(name.clone());
                begun.insert(name.clone(), now);
                let (program, name) = (Arc::clone(&program), name.clone());
                running.spawn(async move {
                    check::watch(&program, &name).await;
                    name
                });
            }
        }
    }
    let drained = async {
        while let Some(done) = running.join_next().await {
            finished(done);
        }
    };
    if tokio::time::timeout(LONGEST_DRAIN, drained).await.is_err() {
        // A check is recorded whole or not at all, and is made again at the next start.
        info!(
            "a check that is still fetching is given up; it has recorded nothing and is made \
             again at the next start"
        );
        running.abort_all();
    }
}

/// So long a check that is under way may take to end when the daemon is to stop; a slow download
/// takes ten minutes.
const LONGEST_DRAIN: Duration = Duration::from_secs(8);

/// A check that panicked ends the process.
fn finished(done: Result<String, tokio::task::JoinError>) -> String {
    match done {
        Ok(name) => name,
        Err(failed) => match failed.try_into_panic() {
            Ok(panic) => std::panic::resume_unwind(panic),
            Err(_) => String::new(),
        },
    }
}

/// Whether a source is to be checked now: its schedule, a Retry-After, and a jitter that is drawn
/// from its name and the due time, so that a thousand installations do not ask the publisher in the
/// same second.
fn is_due(
    schedule: &schedule::Schedule,
    known: Option<&SourceState>,
    last_begun: Option<Timestamp>,
    name: &str,
    now: Timestamp,
) -> bool {
    // What was recorded by a clock that has been set back since counts for less than what was seen
    // by this one.
    let recorded = known
        .and_then(|state| state.last_check_at)
        .filter(|last| last_begun.is_none() || *last <= now);
    let last = recorded.max(last_begun);
    let retry_after = known.and_then(|state| state.retry_after_until);
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

/// Delivers to every receiver until `stop`, each in a task of its own; then finishes what is under
/// way. A reload tells the tasks to end and starts new ones at once: an attempt that is still under
/// way keeps only its own receiver waiting, whose turn it has.
pub async fn deliver_to_receivers(
    program: Arc<Program>,
    status: Arc<Status>,
    mut reloaded: tokio::sync::watch::Receiver<()>,
    stop: CancellationToken,
) {
    let mut loops: JoinSet<()> = JoinSet::new();
    while !stop.is_cancelled() {
        let round = stop.child_token();
        for receiver in &program.wiring.load_full().config.receivers {
            loops.spawn(deliver_to(Arc::clone(&program), receiver.name.clone(), round.clone()));
        }
        tell_orphans(&program).await;
        loop {
            status.beat(Loop::Deliver, program.clock.now());
            tokio::select! {
                _ = reloaded.changed() => break,
                () = stop.cancelled() => break,
                Some(done) = loops.join_next() => ended(done),
                () = tokio::time::sleep(LONGEST_PAUSE) => {}
            }
        }
        round.cancel();
    }
    let drained = async {
        while !loops.is_empty() {
            status.beat(Loop::Deliver, program.clock.now());
            tokio::select! {
                Some(done) = loops.join_next() => ended(done),
                () = tokio::time::sleep(LONGEST_PAUSE) => {}
            }
        }
    };
    if tokio::time::timeout(LONGEST_DELIVERY_DRAIN, drained).await.is_err() {
        // The outbox has each of them as pending still.
        warn!(
            "a delivery whose server has not answered yet is given up; it is sent again, under \
             its old id, at the next start"
        );
        loops.shutdown().await;
    }
}

/// How long a delivery that is under way may take to end when the daemon is to stop. A mail server
/// may take ten minutes for its final reply; the service manager waits 40 s (`TimeoutStopSec` of
/// the unit) before it kills.
const LONGEST_DELIVERY_DRAIN: Duration = Duration::from_secs(30);

/// A receiver's loop ends when it is told to. One that panicked ends the process.
fn ended(done: Result<(), tokio::task::JoinError>) {
    if let Err(failed) = done
        && let Ok(panic) = failed.try_into_panic()
    {
        std::panic::resume_unwind(panic);
    }
}

async fn deliver_to(program: Arc<Program>, receiver: String, stop: CancellationToken) {
    let mut outbox = program.outbox.subscribe();
    loop {
        outbox.mark_unchanged();
        let passed = delivery::pass(&program, &receiver, &delivery::Tried::default(), &stop).await;
        let pause = match (&passed, delivery::next_due_at(&program, &receiver).await) {
            (Ok(_), Ok(Some(due))) => until(due, program.clock.now()),
            // What was sent and could not be recorded (a full disk) would be sent again and again.
            (Err(_), _) | (_, Ok(None) | Err(_)) => OUTBOX_PAUSE,
        };
        if let Err(problem) = passed {
            error!(
                receiver.name = receiver,
                "the outbox does not answer, and what waits for {receiver} stays in it: {problem}"
            );
        }
        tokio::select! {
            () = tokio::time::sleep(pause) => {}
            _ = outbox.changed() => {}
            () = stop.cancelled() => return,
        }
    }
}

/// How long to wait for `due`: at least a moment, so that a failing store is not asked without
/// pause.
fn until(due: Timestamp, now: Timestamp) -> Duration {
    let wait = due.duration_since(now);
    Duration::try_from(wait).unwrap_or_default().clamp(Duration::from_millis(200), OUTBOX_PAUSE)
}

/// Deliveries to a receiver that the configuration no longer has are kept, and said.
async fn tell_orphans(program: &Program) {
    let wiring = program.wiring.load_full();
    let Ok(counts) = program.store.outbox_counts().await else { return };
    for count in counts {
        if count.pending > 0
            && !wiring.config.receivers.iter().any(|receiver| receiver.name == count.receiver)
        {
            warn!(
                receiver.name = count.receiver,
                deliveries.pending = count.pending,
                "the configuration no longer has the receiver {}: what waits for it is kept and \
                 not sent",
                count.receiver
            );
        }
    }
}

/// Whether the daemon works: the database answers and the watching loop looks around.
pub async fn is_healthy(program: &Program, status: &Status) -> Result<(), String> {
    let ping = tokio::time::timeout(Duration::from_secs(10), program.store.ping());
    match ping.await {
        Ok(Ok(())) => {}
        Ok(Err(problem)) => return Err(format!("the database does not answer: {problem}")),
        Err(_) => return Err("the database does not answer within 10 s".into()),
    }
    match status.stalled(program.clock.now()).first() {
        Some((stalled, since)) => {
            Err(format!("the {} loop has stood still since {since}", stalled.as_str()))
        }
        None => Ok(()),
    }
}

/// Feeds systemd's watchdog while the daemon works, and only then.
pub async fn feed_watchdog(
    program: Arc<Program>,
    status: Arc<Status>,
    every: Duration,
    stop: CancellationToken,
) {
    loop {
        match is_healthy(&program, &status).await {
            Ok(()) => {
                let _ = sd_notify::notify(&[sd_notify::NotifyState::Watchdog]);
            }
            Err(reason) => error!(
                "not healthy: {reason}; the watchdog is not fed, and systemd starts the service \
                 again if it lasts"
            ),
        }
        tokio::select! {
            () = tokio::time::sleep(every) => {}
            () = stop.cancelled() => return,
        }
    }
}

/// Sets the metrics that are known without anything happening.
pub async fn show_metrics(program: &Program) {
    let wiring = program.wiring.load_full();
    let sources: Vec<String> =
        wiring.config.sources.iter().map(|source| source.name.clone()).collect();
    let receivers: Vec<String> =
        wiring.config.receivers.iter().map(|receiver| receiver.name.clone()).collect();
    if let Err(problem) = metrics::recorded(program.store.as_ref(), &sources, &receivers).await {
        warn!("the metrics are not whole until the next check: {problem}");
    }
}

/// Puts a new configuration in place of the old one; the store and the listen address stay as they
/// were.
pub fn reload(program: &Program, wiring: Wiring) {
    let old = program.wiring.load_full();
    if old.config.store != wiring.config.store
        || old.config.server.listen != wiring.config.server.listen
    {
        warn!("`store` and `listen` are taken over only at the next start");
    }
    program.wiring.store(Arc::new(wiring));
    info!("the configuration was reloaded");
}
