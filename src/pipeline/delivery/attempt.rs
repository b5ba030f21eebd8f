//! Makes the attempts of one pass: may one start, which alert does it send, what did it yield.

use std::sync::Arc;

use tokio::sync::Mutex;
use tokio_util::sync::CancellationToken;
use tracing::error;

use crate::clock::Stopwatch;
use crate::crash_point::CrashPoint;
use crate::deliver::{self, Message, Outcome, Receiver, retry};
use crate::domain::{Alert, Attempt, Delivery, Screening, Sha256};
use crate::pipeline::background::aside;
use crate::pipeline::delivery::alert_cache::{AlertCache, AlertReadError};
use crate::pipeline::delivery::settle::{EndedAttempt, settle};
use crate::pipeline::{Program, Wiring};
use crate::store::ReceiverState;

/// Sends the deliveries of one pass to one receiver, and knows the receiver's state during it.
pub struct Sender<'a> {
    program: &'a Program,
    wiring: &'a Arc<Wiring>,
    receiver: &'a Receiver,
    state: Mutex<ReceiverState>,
    alerts: AlertCache,
}

/// A delivery with what its message is made of.
pub struct LoadedDelivery {
    delivery: Delivery,
    alert: Arc<Alert>,
    screening: Option<Screening>,
}

impl<'a> Sender<'a> {
    pub fn new(
        program: &'a Program,
        wiring: &'a Arc<Wiring>,
        receiver: &'a Receiver,
        state: ReceiverState,
    ) -> Self {
        let alerts = AlertCache::new(Arc::clone(&program.store));
        Self { program, wiring, receiver, state: Mutex::new(state), alerts }
    }

    /// Replaces the state of the receiver by the one that is stored.
    pub async fn set_state(&self, state: ReceiverState) {
        *self.state.lock().await = state;
    }

    /// Whether another attempt may start. See [`super::run_pass`]. False also when another instance
    /// may have taken over the claims of this one.
    pub async fn may_start_attempt(&self, stop: &CancellationToken) -> bool {
        if stop.is_cancelled()
            || !Arc::ptr_eq(self.wiring, &self.program.wiring.load())
            || !self.program.store.is_alive()
        {
            return false;
        }
        let state = self.state.lock().await;
        let now = self.program.clock.now();
        state.disabled_at.is_none() && state.not_before.is_none_or(|not_before| not_before <= now)
    }

    /// Returns the delivery with its alert. None if no more attempts may start, or if the alert
    /// cannot be read: this is logged, and the delivery is tried again later.
    pub async fn load_alert(
        &self,
        delivery: Delivery,
        stop: &CancellationToken,
    ) -> Option<LoadedDelivery> {
        if !self.may_start_attempt(stop).await {
            return None;
        }
        match self.read(&delivery).await {
            Ok((alert, screening)) => {
                CrashPoint::AlertLoaded.pass();
                Some(LoadedDelivery { delivery, alert, screening })
            }
            Err(problem) => {
                error!(
                    delivery.id = %delivery.delivery_id,
                    error = %problem,
                    "the alert of a delivery cannot be read; the delivery stays in the outbox"
                );
                None
            }
        }
    }

    /// The alert of a delivery, and what the receiver is shown of its own counterparties. A
    /// receiver that may not be shown any more is not.
    async fn read(
        &self,
        delivery: &Delivery,
    ) -> Result<(Arc<Alert>, Option<Screening>), AlertReadError> {
        let alert = self.alerts.get(&delivery.alert_id).await?;
        if !self.receiver.show_matches {
            return Ok((alert, None));
        }
        let (store, id) = (Arc::clone(&self.program.store), delivery.alert_id.clone());
        let receiver = self.receiver.name.clone();
        let screening = aside(async move { store.screening(&id, &receiver).await }).await?;
        Ok((alert, screening))
    }

    /// Makes one attempt and returns how it ended. None if no more attempts may start.
    pub async fn attempt(
        &self,
        LoadedDelivery { delivery, alert, screening }: LoadedDelivery,
        stop: &CancellationToken,
    ) -> Option<EndedAttempt> {
        // Checked before each attempt: a claim can be long, and each of its attempts slow.
        if !self.may_start_attempt(stop).await {
            return None;
        }
        let started_at = self.program.clock.now();
        let stopwatch = Stopwatch::start();
        let reduced = deliver::for_delivery(&alert, &delivery);
        let reduced = deliver::fill_matches(reduced, screening.as_ref());
        let message =
            Message { delivery: &delivery, alert: &reduced, screening: screening.as_ref() };
        CrashPoint::AttemptStarted.pass();
        let attempted = self
            .wiring
            .deliverer
            .attempt(self.receiver, &message, started_at, delivery.parts_done)
            .await;
        CrashPoint::AttemptEnded.pass();
        let ended_at = self.program.clock.now();
        let (Outcome::Delivered { detail } | Outcome::Failed { detail, .. }) = &attempted.outcome;
        let attempt = Attempt {
            delivery_id: delivery.delivery_id.clone(),
            at: started_at,
            duration_ms: stopwatch.elapsed_ms(),
            delivered: matches!(attempted.outcome, Outcome::Delivered { .. }),
            detail: detail.clone(),
        };
        // The jitter of the retry comes from the id and the time: no random source is needed.
        let jitter =
            Sha256::of_parts([delivery.delivery_id.as_str(), &started_at.to_string()]).fraction();
        let (next, attempts) = retry::next(
            &self.wiring.config.delivery.retry,
            delivery.attempts,
            &attempted.outcome,
            ended_at,
            jitter,
        );
        let ended = EndedAttempt {
            delivery: Delivery { attempts, parts_done: attempted.parts_done, ..delivery },
            alert,
            attempt,
            outcome: attempted.outcome,
            next,
            ended_at,
        };
        // The next attempts must know at once if the receiver is switched off or asks for a pause.
        // What is written is computed from the stored state.
        let mut state = self.state.lock().await;
        settle(&self.wiring.config, &ended, &mut state);
        Some(ended)
    }
}
