//! Sends what is in the outbox: claim → send → settle.
//!
//! Each receiver has its own passes, and all receivers are served side by side. A pass claims the
//! deliveries that are due, sends them, and settles the outcomes, several in one transaction.
//!
//! On SQLite a claim writes nothing: a delivery stays pending until its outcome is recorded, and if
//! the process dies during an attempt, the delivery is due again. In a shared database a claim
//! keeps other instances from sending the delivery for as long as this one lives. A lock allows
//! only one pass per receiver at a time in this process, whether the daemon or a command starts it.

mod alert_cache;
mod attempt;
mod pass;
mod receiver_health;
mod settle;
mod trouble_alert;

use crate::pipeline::{Program, assurance, digests, expected_documents};
use crate::store::Result;

pub use pass::{PassCounts, TriedDeliveries, next_due_at, run_pass};

/// Tries every delivery that is due once, for every configured receiver.
pub async fn deliver_due(program: &Program) -> Result<PassCounts> {
    deliver_due_except(program, &TriedDeliveries::default()).await
}

/// Like [`deliver_due`], but skips the deliveries in `tried`, and adds those that it tries. The
/// digests and regular messages that are due are made first, so that they are sent too.
pub async fn deliver_due_except(program: &Program, tried: &TriedDeliveries) -> Result<PassCounts> {
    digests::make_due(program).await?;
    assurance::make_due(program).await?;
    expected_documents::make_due(program).await?;
    let mut total = PassCounts::default();
    loop {
        let wiring = program.wiring.load_full();
        let passes = wiring
            .config
            .receivers
            .iter()
            .map(|receiver| run_pass(program, &receiver.name, tried, &program.stopping));
        let mut round = PassCounts::default();
        for counts in futures_util::future::join_all(passes).await {
            round += counts?;
        }
        total += round;
        // A failure can put an alert for the operators into the outbox. The next round sends it.
        if round.failed + round.dead == 0 {
            return Ok(total);
        }
    }
}
