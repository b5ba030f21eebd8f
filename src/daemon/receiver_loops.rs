//! Sends what is due to each receiver, in a loop of its own.

use std::sync::Arc;
use std::time::Duration;

use jiff::Timestamp;
use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;
use tracing::{error, warn};

use crate::daemon::task_end::result_or_panic;
use crate::pipeline::Program;
use crate::pipeline::delivery::{self, TriedDeliveries};
use crate::web::{Loop, Status};

/// How often the heartbeat of the loops is sent at least.
const HEARTBEAT_INTERVAL: Duration = Duration::from_secs(5);
/// How often a receiver's loop reads the outbox at least.
const MAX_PAUSE: Duration = Duration::from_secs(30);
/// How often a receiver's loop reads the outbox at most, so that a store that fails is not queried
/// without a pause.
const MIN_PAUSE: Duration = Duration::from_millis(200);
/// How long a delivery in progress may take to end when the daemon stops. A mail server can take
/// ten minutes for its final reply. The service manager kills the process after 40 s
/// (`TimeoutStopSec` of the unit).
const MAX_SHUTDOWN_WAIT: Duration = Duration::from_secs(30);

/// Delivers to every receiver until `stop`, each in a task of its own. Then waits for the attempts
/// in progress.
///
/// A reload ends the tasks and starts new ones immediately. An attempt in progress holds the lock
/// of its receiver, so it delays no other receiver.
pub async fn deliver_to_receivers(
    program: Arc<Program>,
    status: Arc<Status>,
    mut reloaded: tokio::sync::watch::Receiver<()>,
    stop: CancellationToken,
) {
    let mut loops: JoinSet<()> = JoinSet::new();
    while !stop.is_cancelled() {
        let until_reload = stop.child_token();
        for receiver in &program.wiring.load_full().config.receivers {
            let (program, name) = (Arc::clone(&program), receiver.name.clone());
            loops.spawn(receiver_loop(program, name, until_reload.clone()));
        }
        warn_of_orphans(&program).await;
        loop {
            status.beat(Loop::Deliver, program.clock.now());
            tokio::select! {
                _ = reloaded.changed() => break,
                () = stop.cancelled() => break,
                Some(ended) = loops.join_next() => { result_or_panic(ended); }
                () = tokio::time::sleep(HEARTBEAT_INTERVAL) => {}
            }
        }
        until_reload.cancel();
    }
    let all_ended = async {
        while !loops.is_empty() {
            status.beat(Loop::Deliver, program.clock.now());
            tokio::select! {
                Some(ended) = loops.join_next() => { result_or_panic(ended); }
                () = tokio::time::sleep(HEARTBEAT_INTERVAL) => {}
            }
        }
    };
    if tokio::time::timeout(MAX_SHUTDOWN_WAIT, all_ended).await.is_err() {
        // The outbox still has these deliveries as pending.
        warn!(
            "a delivery whose server has not answered yet is aborted; it is sent again with the \
             same id at the next start"
        );
        loops.shutdown().await;
    }
}

async fn receiver_loop(program: Arc<Program>, receiver: String, stop: CancellationToken) {
    let mut outbox = program.outbox.subscribe();
    loop {
        outbox.mark_unchanged();
        let tried = TriedDeliveries::default();
        let pass = delivery::run_pass(&program, &receiver, &tried, &stop).await;
        let pause = match (&pass, delivery::next_due_at(&program, &receiver).await) {
            (Ok(_), Ok(Some(due))) => pause_until(due, program.clock.now()),
            // After an error, outcomes may not be recorded (a full disk), and the same message
            // would be sent again and again.
            (Err(_), _) | (_, Ok(None) | Err(_)) => MAX_PAUSE,
        };
        if let Err(problem) = pass {
            error!(
                receiver.name = receiver,
                "failed to access the outbox; the deliveries to {receiver} stay in it: {problem}"
            );
        }
        tokio::select! {
            () = tokio::time::sleep(pause) => {}
            _ = outbox.changed() => {}
            () = stop.cancelled() => return,
        }
    }
}

fn pause_until(due: Timestamp, now: Timestamp) -> Duration {
    Duration::try_from(due.duration_since(now)).unwrap_or_default().clamp(MIN_PAUSE, MAX_PAUSE)
}

/// Warns about deliveries to receivers that are no longer configured. They are kept.
async fn warn_of_orphans(program: &Program) {
    let wiring = program.wiring.load_full();
    let Ok(counts) = program.store.outbox_counts().await else { return };
    for count in counts {
        if count.pending > 0 && wiring.config.receiver(&count.receiver).is_none() {
            warn!(
                receiver.name = count.receiver,
                deliveries.pending = count.pending,
                "the receiver {} is no longer configured; its pending deliveries are kept and not \
                 sent",
                count.receiver
            );
        }
    }
}
