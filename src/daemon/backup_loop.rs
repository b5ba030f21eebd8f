//! Makes the backups when they are due, exports decisions that a command could not export, and puts
//! old documents to rest.

use std::sync::Arc;
use std::time::Duration;

use tokio_util::sync::CancellationToken;
use tracing::{debug, error, warn};

use crate::metrics;
use crate::pipeline::{Program, backups, decision_export};
use crate::receipt::KeyFolder;
use crate::web::Status;

/// The loop runs at least this often. The clock may be set, and the metrics show sizes and ages.
const MAX_PAUSE: Duration = Duration::from_secs(60);
const MIN_PAUSE: Duration = Duration::from_secs(1);
/// The pause after a backup that failed, for example because the disk is full.
const RETRY_PAUSE: Duration = Duration::from_secs(10 * 60);

/// Makes backups until `stop`. Of several daemons on one database, the one that watches does.
pub async fn make_backups(
    program: Arc<Program>,
    keys: KeyFolder,
    status: Arc<Status>,
    mut reloaded: tokio::sync::watch::Receiver<()>,
    stop: CancellationToken,
) {
    loop {
        decision_export::export_new(&program).await;
        let mut pause = pause(&program);
        if !program.store.is_shared() || status.is_watching() {
            if let Err(problem) = backups::make_if_due(&program, &keys).await {
                error!("failed to make the backup that is due; it is tried again: {problem}");
                pause = RETRY_PAUSE;
            }
            rest(&program).await;
        }
        show(&program).await;
        tokio::select! {
            () = tokio::time::sleep(pause) => {}
            _ = reloaded.changed() => {}
            () = stop.cancelled() => return,
        }
    }
}

/// Puts one document to rest. The others follow in the next rounds, so that this never takes long.
async fn rest(program: &Program) {
    match program.store.rest_one_document().await {
        Ok(Some(rested)) => debug!(
            "document {}: {} bytes are stored, and were {}",
            rested.sha256, rested.bytes_after, rested.bytes_before
        ),
        Ok(None) => {}
        Err(problem) => warn!("failed to put a document to rest; it is tried again: {problem}"),
    }
}

fn pause(program: &Program) -> Duration {
    let until_due = backups::next_due_at(program)
        .map(|due| due.duration_since(program.clock.now()))
        .and_then(|wait| Duration::try_from(wait).ok());
    until_due.unwrap_or(MAX_PAUSE).clamp(MIN_PAUSE, MAX_PAUSE)
}

/// Sets the metrics of the store and of its backups.
pub async fn show(program: &Program) {
    match program.store.size(program.clock.now()).await {
        Ok(size) => metrics::store_size(size.bytes),
        Err(problem) => warn!("failed to read the size of the database: {problem}"),
    }
    let wiring = program.wiring.load();
    if let Some(settings) = &wiring.config.backup {
        match backups::newest(settings) {
            Ok(newest) => metrics::backup(newest.map(|newest| newest.made_at)),
            Err(problem) => warn!(
                "failed to read the folder of the backups, {}: {problem}",
                settings.folder.display()
            ),
        }
    }
}
