//! Wakes the loops of the receivers when another instance of a shared database has work for them.

use std::sync::Arc;

use tokio_util::sync::CancellationToken;

use crate::pipeline::Program;

/// Passes the signals of other instances on until `stop`. Returns at once if the database is not
/// shared.
pub async fn hear_other_instances(program: Arc<Program>, stop: CancellationToken) {
    let Some(mut signal) = program.store.outbox_signal() else { return };
    loop {
        tokio::select! {
            heard = signal.changed() => if heard.is_err() { return },
            () = stop.cancelled() => return,
        }
        program.outbox.send_replace(());
    }
}
