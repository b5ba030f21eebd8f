//! The other half of the program: claim → send → settle, one receiver at a time, all receivers side
//! by side.
//!
//! A claim writes nothing: a delivery stays pending until its outcome is recorded, so that what was
//! under way when the process died is simply due again. Only one pass over a receiver is made at a
//! time, whoever asks for it.

use std::collections::{HashMap, HashSet};
use std::sync::{Arc, PoisonError};

use futures_util::StreamExt;
use jiff::{SignedDuration, Timestamp};
use serde_json::json;
use tokio::sync::{Mutex, OnceCell};
use tokio_util::sync::CancellationToken;
use tracing::{error, info, warn};

use crate::clock::Stopwatch;
use crate::deliver::retry::{
    Next, {self},
};
use crate::deliver::{
    Channel, Message, Outcome, Receiver, Retry, {self},
};
use crate::domain::alert::{AlertBody, DeliveryTrouble};
use crate::domain::journal::JournalEvent;
use crate::domain::{Alert, AlertId, Attempt, Delivery, DeliveryId, DeliveryState, Sha256};
use crate::metrics::{
    AttemptOutcome, {self},
};
use crate::pipeline::alerting::addressing;
use crate::pipeline::background::aside;
use crate::pipeline::{Program, Wiring};
use crate::store::{MakeDue, ReceiverState, Result, Settlement};

/// How many deliveries are claimed at a time.
const CLAIM: usize = 256;
/// How many alerts are read ahead of their attempts.
const READ_AHEAD: usize = 4;
/// How many outcomes are written in one transaction at most.
const SETTLE: usize = 64;
/// A receiver that fails for passing reasons is told of after this long.
const TROUBLE_BEFORE_TELLING: SignedDuration = SignedDuration::from_mins(30);
/// A recipient that fails again, after the receiver took a message, is alerted again after this
/// long: four times a day.
const TELL_AGAIN_AFTER: SignedDuration = SignedDuration::from_hours(6);
/// Operators are alerted so many times a day that one receiver fails. The rest is alerted later, if
/// it lasts, or once given up.
const MOST_TOLD: usize = 6;
const TOLD_WITHIN: SignedDuration = SignedDuration::from_hours(24);
/// How often a receiver's last success is written while nothing else about it changes.
const NOTE_SUCCESS_EVERY: SignedDuration = SignedDuration::from_mins(1);

/// What one pass over a receiver's due deliveries came to.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Pass {
    pub delivered: usize,
    pub failed: usize,
    pub dead: usize,
}

impl std::ops::AddAssign for Pass {
    fn add_assign(&mut self, other: Self) {
        self.delivered += other.delivered;
        self.failed += other.failed;
        self.dead += other.dead;
    }
}

/// Tries once each delivery that is due, to every receiver of the configuration, the receivers side
/// by side.
pub async fn deliver_due(program: &Program) -> Result<Pass> {
    deliver_untried(program, &Tried::default()).await
}

/// The deliveries that were tried already, of passes that try none twice.
#[derive(Default)]
pub struct Tried(std::sync::Mutex<HashSet<DeliveryId>>);

impl Tried {
    /// Whether it was not there yet.
    fn insert(&self, id: &DeliveryId) -> bool {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).insert(id.clone())
    }
}

/// Does so but for the deliveries that were `tried` already, and adds those that it has tried.
pub async fn deliver_untried(program: &Program, tried: &Tried) -> Result<Pass> {
    let mut total = Pass::default();
    loop {
        let wiring = program.wiring.load_full();
        let passes = wiring
            .config
            .receivers
            .iter()
            .map(|receiver| pass(program, &receiver.name, tried, &program.stopping));
        let mut this_round = Pass::default();
        for pass in futures_util::future::join_all(passes).await {
            this_round += pass?;
        }
        total += this_round;
        // What failed may have put an alert for the operators into the outbox: it is tried too.
        if this_round == Pass::default() || this_round.failed + this_round.dead == 0 {
            return Ok(total);
        }
    }
}

/// Tries once each delivery to a receiver that is due, but for those that were `tried`, and adds
/// them there. Begins no more attempts once `stop` is cancelled, the configuration was replaced, or
/// the receiver is to be left alone; what is under way is finished.
pub async fn pass(
    program: &Program,
    receiver_name: &str,
    tried: &Tried,
    stop: &CancellationToken,
) -> Result<Pass> {
    let mut done = Pass::default();
    let turn = program.receiver_turn(receiver_name);
    let _turn = tokio::select! {
        biased;
        () = stop.cancelled() => return Ok(done),
        turn = turn.lock() => turn,
    };
    let wiring = program.wiring.load_full();
    let Some(receiver) = wiring.config.receiver(receiver_name) else { return Ok(done) };
    let claim = async || program.store.due(receiver_name, program.clock.now(), CLAIM).await;
    let mut due = claim().await?;
    if due.is_empty() {
        return Ok(done);
    }
    let state = Mutex::new(state_of(program, receiver_name).await?);
    let sender = Sender { program, wiring: &wiring, receiver, state, alerts: Mutex::default() };
    while sender.goes_on(stop).await {
        due.retain(|delivery| tried.insert(&delivery.delivery_id));
        if due.is_empty() {
            break;
        }
        // Read ahead, but handed on in order: so attempts begin in it.
        let read = futures_util::stream::iter(due)
            .map(|delivery| sender.read(delivery, stop))
            .buffered(READ_AHEAD);
        let attempts = read.map(|read| async { sender.attempt(read?, stop).await });
        let mut outcomes = attempts.buffer_unordered(concurrency(receiver)).ready_chunks(SETTLE);
        while let Some(settlements) = outcomes.next().await {
            let settlements: Vec<Settlement> = settlements.into_iter().flatten().collect();
            for settlement in &settlements {
                let (count, outcome) = match settlement.delivery.state {
                    DeliveryState::Delivered => (&mut done.delivered, AttemptOutcome::Delivered),
                    DeliveryState::Pending => (&mut done.failed, AttemptOutcome::Failed),
                    DeliveryState::Dead => (&mut done.dead, AttemptOutcome::Dead),
                };
                *count += 1;
                metrics::delivery_attempted(receiver_name, outcome);
            }
            let told = settlements.iter().any(|settlement| !settlement.alerts.is_empty());
            program.store.settle(settlements).await?;
            if told {
                program.outbox.send_replace(());
            }
        }
        due = claim().await?;
    }
    Ok(done)
}

/// When the next delivery to a receiver is to be tried: never (by itself) where it is switched off,
/// and not before it wants to hear from us again.
pub async fn next_due_at(program: &Program, receiver_name: &str) -> Result<Option<Timestamp>> {
    let state = state_of(program, receiver_name).await?;
    if state.disabled_at.is_some() {
        return Ok(None);
    }
    let due = program.store.next_due_at(&[receiver_name.to_owned()]).await?;
    Ok(due.map(|due| state.not_before.map_or(due, |not_before| due.max(not_before))))
}

async fn state_of(program: &Program, receiver_name: &str) -> Result<ReceiverState> {
    let states = program.store.receiver_states().await?;
    let state = states.into_iter().find(|state| state.receiver == receiver_name);
    Ok(state.unwrap_or_else(|| ReceiverState {
        receiver: receiver_name.to_owned(),
        ..ReceiverState::default()
    }))
}

/// How many messages are under way to one receiver at a time: Slack takes one a second, a person
/// reads in order.
fn concurrency(receiver: &Receiver) -> usize {
    match receiver.channel {
        Channel::Webhook(_) => 16,
        Channel::Email(_) => 4,
        Channel::Slack(_) | Channel::Console => 1,
    }
}

struct Sender<'a> {
    program: &'a Program,
    wiring: &'a Arc<Wiring>,
    receiver: &'a Receiver,
    state: Mutex<ReceiverState>,
    /// Alerts of this pass, each read once however many recipients it has.
    alerts: Mutex<HashMap<AlertId, Arc<OnceCell<Arc<Alert>>>>>,
}

impl Sender<'_> {
    /// Whether one more attempt may be begun.
    async fn goes_on(&self, stop: &CancellationToken) -> bool {
        if stop.is_cancelled() || !Arc::ptr_eq(self.wiring, &self.program.wiring.load()) {
            return false;
        }
        let state = self.state.lock().await;
        let now = self.program.clock.now();
        state.disabled_at.is_none() && state.not_before.is_none_or(|not_before| not_before <= now)
    }

    /// A delivery with its alert; none where no more is to be begun, or where the alert cannot be
    /// read, which is logged and tried again.
    async fn read(
        &self,
        delivery: Delivery,
        stop: &CancellationToken,
    ) -> Option<(Delivery, Arc<Alert>)> {
        if !self.goes_on(stop).await {
            return None;
        }
        match self.alert(&delivery.alert_id).await {
            Ok(alert) => Some((delivery, alert)),
            Err(problem) => {
                error!(delivery.id = %delivery.delivery_id, error = %problem, "the alert of a delivery cannot be read: it stays in the outbox");
                None
            }
        }
    }

    /// One attempt and what it writes; none where no more is to be begun.
    async fn attempt(
        &self,
        (delivery, alert): (Delivery, Arc<Alert>),
        stop: &CancellationToken,
    ) -> Option<Settlement> {
        // Asked before each: a claim may be long, and each attempt in it slow.
        if !self.goes_on(stop).await {
            return None;
        }
        let started = self.program.clock.now();
        let stopwatch = Stopwatch::start();
        let reduced = deliver::for_delivery(&alert, &delivery);
        let message = Message { delivery: &delivery, alert: &reduced };
        let attempted = self
            .wiring
            .deliverer
            .attempt(self.receiver, &message, started, delivery.parts_done)
            .await;
        let settled_at = self.program.clock.now();
        let (Outcome::Delivered { detail } | Outcome::Failed { detail, .. }) = &attempted.outcome;
        let attempt = Attempt {
            delivery_id: delivery.delivery_id.clone(),
            at: started,
            duration_ms: stopwatch.elapsed_ms(),
            delivered: matches!(attempted.outcome, Outcome::Delivered { .. }),
            detail: detail.clone(),
        };
        let chance =
            Sha256::of_parts([delivery.delivery_id.as_str(), &started.to_string()]).fraction();
        let (next, attempts) = retry::next(
            &self.wiring.config.delivery.retry,
            delivery.attempts,
            &attempted.outcome,
            settled_at,
            chance,
        );
        let delivery = Delivery { attempts, parts_done: attempted.parts_done, ..delivery };
        Some(self.settled(delivery, &alert, attempt, &attempted.outcome, next, settled_at).await)
    }

    async fn alert(&self, id: &AlertId) -> std::result::Result<Arc<Alert>, String> {
        let cell = {
            let mut alerts = self.alerts.lock().await;
            // A long backlog may hold many large alerts: only the last few are kept.
            if alerts.len() >= 8 && !alerts.contains_key(id) {
                alerts.clear();
            }
            Arc::clone(alerts.entry(id.clone()).or_default())
        };
        let read = async || {
            let (store, wanted) = (Arc::clone(&self.program.store), id.clone());
            // Reads ahead are not waited for while outcomes are written, and a command has one
            // connection for both.
            let alert = aside(async move { store.alert(&wanted).await })
                .await
                .map_err(|problem| problem.to_string())?;
            alert.map(Arc::new).ok_or_else(|| format!("alert {id} is not in the record"))
        };
        cell.get_or_try_init(read).await.cloned()
    }

    async fn settled(
        &self,
        delivery: Delivery,
        alert: &Alert,
        attempt: Attempt,
        outcome: &Outcome,
        next: Next,
        now: Timestamp,
    ) -> Settlement {
        let mut state = self.state.lock().await;
        let detail = attempt.detail.clone();
        let mut settlement = Settlement {
            delivery,
            attempt: Some(attempt),
            receiver: None,
            make_due: None,
            alerts: Vec::new(),
            journal: Vec::new(),
        };
        let delivery = &mut settlement.delivery;
        match next {
            Next::Delivered => {
                delivery.state = DeliveryState::Delivered;
                delivery.delivered_at = Some(now);
                delivery.last_error = None;
                info!(delivery.id = %delivery.delivery_id, receiver.name = self.receiver.name, alert.id = %delivery.alert_id, "delivered to {}", self.receiver.name);
            }
            Next::RetryAt(time) => {
                delivery.next_attempt_at = time;
                delivery.last_error = Some(detail.clone());
                warn!(delivery.id = %delivery.delivery_id, receiver.name = self.receiver.name, error = detail, retry.at = %time, "not delivered to {}, and tried again: {detail}", self.receiver.name);
            }
            // It keeps waiting, as due as it was, for the receiver to be switched on again.
            Next::SwitchOff => delivery.last_error = Some(detail.clone()),
            Next::Dead => {
                delivery.state = DeliveryState::Dead;
                delivery.last_error = Some(detail.clone());
                error!(delivery.id = %delivery.delivery_id, receiver.name = self.receiver.name, error = detail, "given up after the last retry to {}: {detail}; `entitywatch deliveries retry` sends it again", self.receiver.name);
            }
        }
        let delivery = settlement.delivery.clone();
        match outcome {
            Outcome::Delivered { .. } => self.note_success(&mut state, &mut settlement, now),
            Outcome::Failed { retry, .. } => {
                let left_alone_until = match (retry, next) {
                    (Retry::After(_), Next::RetryAt(time)) => Some(time),
                    _ => None,
                };
                self.note_failure(
                    &mut state,
                    &mut settlement,
                    *retry,
                    left_alone_until,
                    &detail,
                    now,
                );
            }
        }
        let (told_now, switched_off_now) =
            settlement.receiver.as_ref().map_or((false, false), |changed| {
                let told_at = changed.failures_alerted_at.get(&delivery.recipient);
                let told_now = told_at.is_some()
                    && told_at != state.failures_alerted_at.get(&delivery.recipient);
                (told_now, changed.disabled_at.is_some() && state.disabled_at.is_none())
            });
        let body =
            DeliveryTrouble { switched_off: switched_off_now, ..trouble(&delivery, &detail, now) };
        if delivery.state == DeliveryState::Dead {
            let id = delivery.delivery_id.clone();
            settlement.journal.push(JournalEvent {
                kind: "delivery.dead".into(),
                data: json!({"delivery_id": id, "alert_id": delivery.alert_id, "receiver": delivery.receiver, "error": detail}),
            });
            self.tell(&mut settlement, alert, AlertBody::DeliveryDead(body));
        } else if told_now || switched_off_now {
            self.tell(&mut settlement, alert, AlertBody::DeliveryFailing(body));
        }
        if let Some(changed) = &settlement.receiver {
            state.clone_from(changed);
        }
        settlement
    }

    fn note_success(&self, state: &mut ReceiverState, settlement: &mut Settlement, now: Timestamp) {
        let stale =
            state.last_success_at.is_none_or(|last| now.duration_since(last) >= NOTE_SUCCESS_EVERY);
        if state.failing_since.is_some() || stale {
            // A success of an attempt that was under way does not end the rest that another was
            // told to give.
            let not_before = state.not_before.filter(|not_before| *not_before > now);
            settlement.make_due = state.failing_since.map(|_| MakeDue {
                at: not_before.unwrap_or(now),
                failed_since: state.last_success_at,
            });
            settlement.receiver = Some(ReceiverState {
                receiver: self.receiver.name.clone(),
                last_success_at: Some(now),
                not_before,
                failures_alerted_at: state.failures_alerted_at.clone(),
                alerted_at: state.alerted_at.clone(),
                ..ReceiverState::default()
            });
        }
    }

    fn note_failure(
        &self,
        state: &mut ReceiverState,
        settlement: &mut Settlement,
        retry: Retry,
        left_alone_until: Option<Timestamp>,
        detail: &str,
        now: Timestamp,
    ) {
        let failing_since = *state.failing_since.get_or_insert(now);
        let lasting = now.duration_since(failing_since) >= TROUBLE_BEFORE_TELLING;
        let mut changed = ReceiverState { last_error: Some(detail.to_owned()), ..state.clone() };
        changed.not_before = changed.not_before.max(left_alone_until);
        let recipient = &settlement.delivery.recipient;
        changed.failures_alerted_at.retain(|_, told_at| now.duration_since(*told_at) < TOLD_WITHIN);
        changed.alerted_at.retain(|told_at| now.duration_since(*told_at) < TOLD_WITHIN);
        let wants_telling = lasting || matches!(retry, Retry::Slowly | Retry::SwitchOff);
        let told_lately = changed
            .failures_alerted_at
            .get(recipient)
            .is_some_and(|told_at| now.duration_since(*told_at) < TELL_AGAIN_AFTER);
        // A failure that lasts is told again each day.
        let told = changed.failure_alerted && !changed.failures_alerted_at.is_empty();
        // What is not told now for having been told lately is told later, if it lasts.
        if wants_telling && !told && !told_lately && changed.alerted_at.len() < MOST_TOLD {
            changed.failure_alerted = true;
            changed.alerted_at.push(now);
            changed.failures_alerted_at.insert(recipient.clone(), now);
        }
        // Of several that were under way, the first says it.
        if retry == Retry::SwitchOff && changed.disabled_at.is_none() {
            changed.disabled_at = Some(now);
            changed.disabled_reason = Some(detail.to_owned());
            error!(
                receiver.name = self.receiver.name,
                "the receiver says that it is gone and is switched off; what waits is kept: \
                 `entitywatch receivers enable`"
            );
            settlement.journal.push(JournalEvent {
                kind: "receiver.disabled".into(),
                data: json!({"receiver": self.receiver.name, "reason": detail}),
            });
        }
        settlement.receiver = Some(changed);
    }

    /// Tells operators over another channel. Of an alert that itself tells of such trouble only
    /// that its receiver was switched off, which happens once.
    fn tell(&self, settlement: &mut Settlement, alert: &Alert, body: AlertBody) {
        let switched_off =
            matches!(&body, AlertBody::DeliveryFailing(trouble) if trouble.switched_off);
        if !switched_off
            && matches!(alert.body, AlertBody::DeliveryDead(_) | AlertBody::DeliveryFailing(_))
        {
            return;
        }
        let id = settlement.delivery.delivery_id.as_str().to_owned();
        let at = self.program.clock.now();
        settlement.alerts.push(addressing::to_operators(&self.wiring.config, body, at, &[&id]));
    }
}

fn trouble(delivery: &Delivery, detail: &str, now: Timestamp) -> DeliveryTrouble {
    DeliveryTrouble {
        delivery_id: delivery.delivery_id.clone(),
        undelivered_alert_id: delivery.alert_id.clone(),
        receiver: delivery.receiver.clone(),
        recipient: delivery.recipient.clone(),
        attempts: delivery.attempts,
        error: detail.to_owned(),
        switched_off: false,
        at: now,
    }
}
