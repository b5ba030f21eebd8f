//! Replaces the configuration of the running daemon, and initializes the metrics that follow from
//! it.

use std::sync::Arc;

use tracing::{info, warn};

use crate::daemon::backup_loop::show;
use crate::metrics;
use crate::pipeline::{Program, Wiring};

/// Replaces the configuration. A new `store` or `listen` takes effect only at the next start.
pub fn reload(program: &Program, mut wiring: Wiring) {
    let old = program.wiring.load_full();
    if old.config.store != wiring.config.store
        || old.config.server.listen != wiring.config.server.listen
    {
        warn!("changes to `store` and `listen` take effect at the next start");
    }
    // What is served where decides who may read, so the address in effect stays.
    wiring.config.server.listen.clone_from(&old.config.server.listen);
    program.wiring.store(Arc::new(wiring));
    info!("the configuration was reloaded");
}

/// Sets the metrics of the configured sources and receivers that are known before any check.
pub async fn init_metrics(program: &Program) {
    let wiring = program.wiring.load_full();
    let sources: Vec<String> =
        wiring.config.sources.iter().map(|source| source.name.clone()).collect();
    let receivers: Vec<String> =
        wiring.config.receivers.iter().map(|receiver| receiver.name.clone()).collect();
    if let Err(problem) = metrics::init(program.store.as_ref(), &sources, &receivers).await {
        warn!("the metrics are incomplete until the next check: {problem}");
    }
    show(program).await;
}
