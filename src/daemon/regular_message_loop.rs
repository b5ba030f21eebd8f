//! Makes assurance when it is due, and the alerts about documents that did not come.

use std::sync::Arc;
use std::time::Duration;

use tokio_util::sync::CancellationToken;
use tracing::error;

use crate::pipeline::{Program, assurance, expected_documents};

/// The loop runs at least this often. The configuration and the clock may be set.
const MAX_PAUSE: Duration = Duration::from_secs(30);
/// The loop runs at most this often, so that a store that fails is not queried without a pause.
const MIN_PAUSE: Duration = Duration::from_millis(200);

/// Makes what is due until `stop`. Begins at once, so that a start makes what was missed.
pub async fn make_regular_messages(
    program: Arc<Program>,
    mut reloaded: tokio::sync::watch::Receiver<()>,
    stop: CancellationToken,
) {
    loop {
        if let Err(problem) = assurance::make_due(&program).await {
            error!("failed to make the assurance that is due; it is made later: {problem}");
        }
        if let Err(problem) = expected_documents::make_due(&program).await {
            error!("failed to look for documents that did not come: {problem}");
        }
        tokio::select! {
            () = tokio::time::sleep(pause(&program)) => {}
            _ = reloaded.changed() => {}
            () = stop.cancelled() => return,
        }
    }
}

fn pause(program: &Program) -> Duration {
    let until_due = assurance::next_due_at(program)
        .map(|due| due.duration_since(program.clock.now()))
        .and_then(|wait| Duration::try_from(wait).ok());
    until_due.unwrap_or(MAX_PAUSE).clamp(MIN_PAUSE, MAX_PAUSE)
}
