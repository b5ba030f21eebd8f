//! Makes the escalations and reminders of items when they are due.

use std::sync::Arc;
use std::time::Duration;

use tokio_util::sync::CancellationToken;
use tracing::error;

use crate::pipeline::Program;
use crate::pipeline::items::make_due_steps;

/// How often the items are read at least. A command may have changed one.
const MAX_PAUSE: Duration = Duration::from_secs(30);
/// How often the items are read at most.
const MIN_PAUSE: Duration = Duration::from_millis(500);

/// Makes what is due until `stop`. Begins at once, so that a start makes what was due before.
pub async fn escalate_items(program: Arc<Program>, stop: CancellationToken) {
    let mut outbox = program.outbox.subscribe();
    loop {
        outbox.mark_unchanged();
        let pause = match make_due_steps(&program).await {
            Ok(steps) => steps.next_at.map_or(MAX_PAUSE, |next| {
                let wait = next.duration_since(program.clock.now());
                Duration::try_from(wait).unwrap_or_default().clamp(MIN_PAUSE, MAX_PAUSE)
            }),
            Err(problem) => {
                error!("failed to read or escalate the open items: {problem}");
                MAX_PAUSE
            }
        };
        tokio::select! {
            () = tokio::time::sleep(pause) => {}
            _ = outbox.changed() => {}
            () = stop.cancelled() => return,
        }
    }
}
