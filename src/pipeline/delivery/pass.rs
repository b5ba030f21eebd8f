//! One pass over the deliveries that are due to one receiver.

use std::collections::HashSet;
use std::sync::PoisonError;

use futures_util::StreamExt;
use jiff::Timestamp;
use tokio_util::sync::CancellationToken;

use crate::crash_point::CrashPoint;
use crate::deliver::{Channel, Receiver};
use crate::domain::{DeliveryId, DeliveryState};
use crate::metrics::{self, AttemptOutcome};
use crate::pipeline::Program;
use crate::pipeline::delivery::attempt::Sender;
use crate::store::{ReceiverState, Result, Settlement};

/// Deliveries per claim. Limits the memory that a long backlog needs.
const CLAIM_SIZE: usize = 256;
/// Alerts that are read from the store ahead of their attempts, so that no attempt waits for one.
const READ_AHEAD: usize = 4;
/// Outcomes per transaction, at most. Bulk webhooks then cost few transactions.
const MAX_SETTLED_TOGETHER: usize = 64;
/// Messages to one webhook at a time.
const WEBHOOK_CONCURRENCY: usize = 16;
/// Messages to one mail server at a time.
const EMAIL_CONCURRENCY: usize = 4;
/// Slack accepts one message per second, and a person reads the console in order.
const ORDERED_CONCURRENCY: usize = 1;

/// How many attempts of a pass ended in which way.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct PassCounts {
    pub delivered: usize,
    /// Failed attempts whose delivery is tried again.
    pub failed: usize,
    /// Failed attempts after which the delivery was given up.
    pub dead: usize,
}

impl std::ops::AddAssign for PassCounts {
    fn add_assign(&mut self, other: Self) {
        self.delivered += other.delivered;
        self.failed += other.failed;
        self.dead += other.dead;
    }
}

/// The deliveries that were tried, for a command that must try none of them twice.
#[derive(Default)]
pub struct TriedDeliveries(std::sync::Mutex<HashSet<DeliveryId>>);

impl TriedDeliveries {
    /// Adds a delivery. Returns false if it was tried before.
    fn insert(&self, id: &DeliveryId) -> bool {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).insert(id.clone())
    }
}

/// Tries every delivery to a receiver that is due once, except those in `tried`, and adds them
/// there.
///
/// Starts no more attempts once `stop` is canceled, the configuration is replaced, or the receiver
/// is switched off or asked for a pause. Attempts in progress are finished.
pub async fn run_pass(
    program: &Program,
    receiver_name: &str,
    tried: &TriedDeliveries,
    stop: &CancellationToken,
) -> Result<PassCounts> {
    let mut counts = PassCounts::default();
    let lock = program.receiver_lock(receiver_name);
    let _locked = tokio::select! {
        biased;
        () = stop.cancelled() => return Ok(counts),
        locked = lock.lock() => locked,
    };
    let wiring = program.wiring.load_full();
    let Some(receiver) = wiring.config.receiver(receiver_name) else { return Ok(counts) };
    let claim = async || program.store.due(receiver_name, program.clock.now(), CLAIM_SIZE).await;
    let mut due = claim().await?;
    if due.is_empty() {
        return Ok(counts);
    }
    let state = receiver_state(program, receiver_name).await?;
    let sender = Sender::new(program, &wiring, receiver, state);
    while sender.may_start_attempt(stop).await {
        due.retain(|delivery| tried.insert(&delivery.delivery_id));
        if due.is_empty() {
            break;
        }
        CrashPoint::DeliveriesClaimed.pass();
        // `buffered` keeps the order of the deliveries, so attempts start in that order.
        let loaded = futures_util::stream::iter(due)
            .map(|delivery| sender.load_alert(delivery, stop))
            .buffered(READ_AHEAD);
        let attempts = loaded.map(|loaded| async { sender.attempt(loaded?, stop).await });
        let mut settled =
            attempts.buffer_unordered(concurrency(receiver)).ready_chunks(MAX_SETTLED_TOGETHER);
        while let Some(settlements) = settled.next().await {
            let settlements: Vec<Settlement> = settlements.into_iter().flatten().collect();
            for settlement in &settlements {
                count(settlement, receiver_name, &mut counts);
            }
            let has_alerts = settlements.iter().any(|settlement| !settlement.alerts.is_empty());
            program.store.settle(settlements).await?;
            if has_alerts {
                program.outbox.send_replace(());
            }
        }
        due = claim().await?;
    }
    Ok(counts)
}

fn count(settlement: &Settlement, receiver_name: &str, counts: &mut PassCounts) {
    let (count, outcome) = match settlement.delivery.state {
        DeliveryState::Delivered => (&mut counts.delivered, AttemptOutcome::Delivered),
        DeliveryState::Pending => (&mut counts.failed, AttemptOutcome::Failed),
        DeliveryState::Dead => (&mut counts.dead, AttemptOutcome::Dead),
    };
    *count += 1;
    metrics::delivery_attempted(receiver_name, outcome);
}

/// When the next delivery to a receiver must be tried. None if nothing is pending or the receiver
/// is switched off. Never before the end of a pause that the receiver asked for.
pub async fn next_due_at(program: &Program, receiver_name: &str) -> Result<Option<Timestamp>> {
    let state = receiver_state(program, receiver_name).await?;
    if state.disabled_at.is_some() {
        return Ok(None);
    }
    let due = program.store.next_due_at(&[receiver_name.to_owned()]).await?;
    Ok(due.map(|due| state.not_before.map_or(due, |not_before| due.max(not_before))))
}

async fn receiver_state(program: &Program, receiver_name: &str) -> Result<ReceiverState> {
    let states = program.store.receiver_states().await?;
    let state = states.into_iter().find(|state| state.receiver == receiver_name);
    Ok(state.unwrap_or_else(|| ReceiverState {
        receiver: receiver_name.to_owned(),
        ..ReceiverState::default()
    }))
}

/// How many messages are sent to one receiver at a time.
fn concurrency(receiver: &Receiver) -> usize {
    match receiver.channel {
        Channel::Webhook(_) => WEBHOOK_CONCURRENCY,
        Channel::Email(_) => EMAIL_CONCURRENCY,
        Channel::Slack(_) | Channel::Teams(_) | Channel::Console => ORDERED_CONCURRENCY,
    }
}
