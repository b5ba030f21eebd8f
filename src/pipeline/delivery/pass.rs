//! One pass over the deliveries that are due to one receiver.

use std::collections::HashSet;
use std::sync::{Arc, PoisonError};
use std::time::Duration;

use futures_util::StreamExt;
use jiff::Timestamp;
use tokio_util::sync::CancellationToken;
use tracing::{debug, warn};

use crate::crash_point::CrashPoint;
use crate::deliver::{Channel, Receiver};
use crate::domain::{DeliveryId, DeliveryState};
use crate::metrics::{self, AttemptOutcome};
use crate::pipeline::delivery::attempt::Sender;
use crate::pipeline::delivery::settle::{EndedAttempt, log, log_switched_off, settle};
use crate::pipeline::{Program, Wiring};
use crate::store::{ClaimSize, ReceiverState, Result, Settlement, StoreError};

/// Deliveries per claim of a daemon that is alone. Limits the memory that a long backlog needs.
const CLAIM_SIZE: usize = 256;
/// Messages under way for which a daemon that shares the database claims deliveries at a time. With
/// fewer than two, it would wait for the database between them. With more, others get less.
const SHARED_ROUNDS: usize = 2;
/// How often the record of an outcome is tried while the database server is away, and the pause
/// between. Long enough for a restart of the server.
const MAX_OUTAGES: u32 = 10;
const OUTAGE_PAUSE: Duration = Duration::from_secs(1);
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
    let sent = send_due(program, &wiring, receiver, tried, stop, &mut counts).await;
    if !matches!(sent, Ok(Left::Nothing))
        && let Err(problem) = program.store.release_claims(receiver_name).await
    {
        debug!("failed to give claims back: {problem}");
    }
    sent.map(|_| counts)
}

/// Whether a pass may have claimed deliveries that it did not send.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Left {
    Nothing,
    Claims,
}

/// Claims, sends and settles until nothing is due that was not tried.
async fn send_due(
    program: &Program,
    wiring: &Arc<Wiring>,
    receiver: &Receiver,
    tried: &TriedDeliveries,
    stop: &CancellationToken,
    counts: &mut PassCounts,
) -> Result<Left> {
    let claim = async || {
        program.store.claim(&receiver.name, program.clock.now(), claim_size(receiver)).await
    };
    let mut due = claim().await?;
    if due.is_empty() {
        return Ok(Left::Nothing);
    }
    let state = receiver_state(program, &receiver.name).await?;
    let sender = Sender::new(program, wiring, receiver, state.clone());
    let mut recorder = OutcomeRecorder { program, wiring, sender: &sender, stored: state };
    while sender.may_start_attempt(stop).await {
        due.retain(|delivery| tried.insert(&delivery.delivery_id));
        if due.is_empty() {
            return Ok(Left::Claims);
        }
        CrashPoint::DeliveriesClaimed.pass();
        // `buffered` keeps the order of the deliveries, so attempts start in that order.
        let loaded = futures_util::stream::iter(due)
            .map(|delivery| sender.load_alert(delivery, stop))
            .buffered(READ_AHEAD);
        let attempts = loaded.map(|loaded| async { sender.attempt(loaded?, stop).await });
        let mut ended =
            attempts.buffer_unordered(concurrency(receiver)).ready_chunks(MAX_SETTLED_TOGETHER);
        while let Some(chunk) = ended.next().await {
            recorder.record(chunk.into_iter().flatten().collect(), counts).await?;
        }
        due = claim().await?;
        if due.is_empty() {
            return Ok(Left::Nothing);
        }
        if program.store.is_shared() {
            // Another instance may have been asked for a pause.
            recorder.read_receiver().await?;
        }
    }
    Ok(Left::Claims)
}

/// Records outcomes, from the state of the receiver that is stored.
struct OutcomeRecorder<'a> {
    program: &'a Program,
    wiring: &'a Wiring,
    sender: &'a Sender<'a>,
    stored: ReceiverState,
}

impl OutcomeRecorder<'_> {
    async fn read_receiver(&mut self) -> Result<()> {
        self.stored = receiver_state(self.program, &self.stored.receiver).await?;
        self.sender.set_state(self.stored.clone()).await;
        Ok(())
    }

    /// Records the outcomes of attempts. Those whose claims another instance has taken are not
    /// recorded: it sends these deliveries again, under their ids.
    async fn record(
        &mut self,
        mut ended: Vec<EndedAttempt>,
        counts: &mut PassCounts,
    ) -> Result<()> {
        let store = self.program.store.as_ref();
        let mut outages = 0;
        while !ended.is_empty() {
            let mut state = self.stored.clone();
            let settlements: Vec<Settlement> = ended
                .iter()
                .map(|attempt| settle(&self.wiring.config, attempt, &mut state))
                .collect();
            let states: Vec<DeliveryState> =
                settlements.iter().map(|settlement| settlement.delivery.state).collect();
            let has_alerts = settlements.iter().any(|settlement| !settlement.alerts.is_empty());
            match store.settle_if_unchanged(settlements, &self.stored).await {
                Ok(()) => {
                    let was_on = self.stored.disabled_at.is_none();
                    self.stored = state;
                    ended.iter().for_each(log);
                    if was_on && self.stored.disabled_at.is_some() {
                        log_switched_off(&self.stored.receiver);
                    }
                    states.into_iter().for_each(|state| count(state, &self.stored, counts));
                    if has_alerts {
                        self.program.outbox.send_replace(());
                    }
                    return Ok(());
                }
                Err(StoreError::ReceiverChanged { .. }) => self.read_receiver().await?,
                Err(StoreError::ClaimLost { deliveries }) => {
                    warn!(
                        receiver.name = self.stored.receiver,
                        "this instance was silent for so long that another one took over {} of \
                         its deliveries; they may arrive twice",
                        deliveries.len()
                    );
                    ended.retain(|attempt| !deliveries.contains(&attempt.delivery.delivery_id));
                }
                // An outcome that is lost is a message that is sent twice.
                Err(problem)
                    if store.is_shared() && problem.is_outage() && outages < MAX_OUTAGES =>
                {
                    outages += 1;
                    warn!("failed to record what was sent, and will try again: {problem}");
                    tokio::time::sleep(OUTAGE_PAUSE).await;
                }
                Err(problem) => return Err(problem),
            }
        }
        Ok(())
    }
}

fn count(state: DeliveryState, receiver: &ReceiverState, counts: &mut PassCounts) {
    let (count, outcome) = match state {
        DeliveryState::Delivered => (&mut counts.delivered, AttemptOutcome::Delivered),
        // A delivery that waits or is digested is never attempted.
        DeliveryState::Pending | DeliveryState::Waiting | DeliveryState::Digested => {
            (&mut counts.failed, AttemptOutcome::Failed)
        }
        DeliveryState::Dead => (&mut counts.dead, AttemptOutcome::Dead),
    };
    *count += 1;
    metrics::delivery_attempted(&receiver.receiver, outcome);
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

/// How many deliveries are claimed at a time.
fn claim_size(receiver: &Receiver) -> ClaimSize {
    let concurrency = concurrency(receiver);
    ClaimSize {
        alone: CLAIM_SIZE,
        shared: SHARED_ROUNDS * concurrency,
        in_order: concurrency == ORDERED_CONCURRENCY,
    }
}
