//! Reports to systemd that the daemon works.

use std::sync::Arc;
use std::time::Duration;

use jiff::Timestamp;
use tokio_util::sync::CancellationToken;
use tracing::error;

use crate::pipeline::Program;
use crate::store::StoreError;
use crate::web::Status;

/// How long the database may take to answer.
const PING_TIMEOUT: Duration = Duration::from_secs(10);

/// Why the daemon does not work.
#[derive(Debug, thiserror::Error)]
enum Unhealthy {
    #[error("the database does not answer: {0}")]
    Database(#[from] StoreError),
    #[error("the database does not answer within {} s", PING_TIMEOUT.as_secs())]
    DatabaseTimeout,
    #[error("the {name} loop has not run since {since}")]
    LoopStalled { name: &'static str, since: Timestamp },
}

/// Feeds the watchdog of systemd, but only while the daemon works.
pub async fn feed_watchdog(
    program: Arc<Program>,
    status: Arc<Status>,
    every: Duration,
    stop: CancellationToken,
) {
    loop {
        match check_health(&program, &status).await {
            Ok(()) => {
                let _ = sd_notify::notify(&[sd_notify::NotifyState::Watchdog]);
            }
            // A restart would not bring the database server back, and the daemon takes the
            // connection up again by itself.
            Err(Unhealthy::Database(problem)) if problem.is_outage() => {
                error!("the database server does not answer; waiting for it: {problem}");
                let _ = sd_notify::notify(&[sd_notify::NotifyState::Watchdog]);
            }
            Err(reason) => error!(
                "not healthy: {reason}; the watchdog is not fed, and systemd restarts the service \
                 if this lasts"
            ),
        }
        tokio::select! {
            () = tokio::time::sleep(every) => {}
            () = stop.cancelled() => return,
        }
    }
}

/// Checks that the database answers and that the loops run.
async fn check_health(program: &Program, status: &Status) -> Result<(), Unhealthy> {
    tokio::time::timeout(PING_TIMEOUT, program.store.ping())
        .await
        .map_err(|_elapsed| Unhealthy::DatabaseTimeout)??;
    match status.stalled(program.clock.now()).first() {
        Some((stalled, since)) => {
            Err(Unhealthy::LoopStalled { name: stalled.as_str(), since: *since })
        }
        None => Ok(()),
    }
}
