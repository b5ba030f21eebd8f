//! Sends the heartbeats, while everything works: a monitor that gets none alerts a person. Nothing
//! waits for them, and nothing of them is stored.

mod condition;

use crate::metrics;
use crate::pipeline::Program;
use crate::store::Result;

pub use condition::Fault;

/// What became of the heartbeats that were due.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Beat {
    /// Why none was sent. Empty if they were.
    pub faults: Vec<String>,
    /// Why some did not arrive, each with its number in the configuration.
    pub failures: Vec<String>,
}

/// Sends every heartbeat once, if everything works. Does nothing if none is configured.
pub async fn beat(program: &Program) -> Beat {
    let wiring = program.wiring.load_full();
    let heartbeats = &wiring.config.heartbeats;
    if heartbeats.is_empty() {
        return Beat::default();
    }
    let faults = match faults(program).await {
        Ok(faults) => faults.iter().map(ToString::to_string).collect(),
        Err(problem) => vec![format!("the store does not answer: {problem}")],
    };
    if !faults.is_empty() {
        heartbeats.iter().for_each(|_| metrics::heartbeat("withheld"));
        return Beat { faults, failures: Vec::new() };
    }
    let sending =
        heartbeats.iter().map(|one| wiring.deliverer.send_heartbeat(&one.url, one.allow_private));
    let sent = futures_util::future::join_all(sending).await;
    let mut failures = Vec::new();
    for (number, sent) in (1..).zip(sent) {
        metrics::heartbeat(if sent.is_ok() { "sent" } else { "failed" });
        failures.extend(sent.err().map(|problem| format!("heartbeat {number}: {problem}")));
    }
    Beat { faults, failures }
}

/// Everything that does not work. What waits for a receiver that was taken out of the configuration
/// does not count, because it is never sent.
pub async fn faults(program: &Program) -> Result<Vec<Fault>> {
    let wiring = program.wiring.load_full();
    let (config, store, now) = (&wiring.config, &program.store, program.clock.now());
    let states = store.source_states().await?;
    let mut faults: Vec<Fault> = config
        .sources
        .iter()
        .filter_map(|source| {
            let state = states.iter().find(|state| state.source == source.name);
            condition::source_fault(&source.name, &source.schedule, state, now)
        })
        .collect();
    for count in store.outbox_counts().await? {
        if config.receiver(&count.receiver).is_some() {
            faults.extend(condition::delivery_faults(&count, now));
        }
    }
    Ok(faults)
}
