//! Makes the digests of the receivers when they are due.

use std::sync::Arc;
use std::time::Duration;

use tokio_util::sync::CancellationToken;
use tracing::error;

use crate::pipeline::{Program, digests};

/// The loop runs at least this often. An alert may begin to wait at any time, and the clock may be
/// set.
const MAX_PAUSE: Duration = Duration::from_secs(30);
/// The loop runs at most this often, so that a store that fails is not queried without a pause.
const MIN_PAUSE: Duration = Duration::from_millis(200);

/// Makes digests until `stop`. A reload may end a digest: what waited for it is then sent at once.
pub async fn make_digests(
    program: Arc<Program>,
    mut reloaded: tokio::sync::watch::Receiver<()>,
    stop: CancellationToken,
) {
    loop {
        if let Err(problem) = digests::make_due(&program).await {
            error!("failed to make the digests that are due; they are made later: {problem}");
        }
        tokio::select! {
            () = tokio::time::sleep(pause(&program)) => {}
            _ = reloaded.changed() => {}
            () = stop.cancelled() => return,
        }
    }
}

fn pause(program: &Program) -> Duration {
    let until_due = digests::next_due_at(program)
        .map(|due| due.duration_since(program.clock.now()))
        .and_then(|wait| Duration::try_from(wait).ok());
    until_due.unwrap_or(MAX_PAUSE).clamp(MIN_PAUSE, MAX_PAUSE)
}
