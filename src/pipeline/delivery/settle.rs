//! Turns an attempt that has ended into what the store must write about it. Pure, except for
//! [`log`], which reports what was written.

use std::sync::Arc;

use jiff::Timestamp;
use serde_json::json;
use tracing::{error, info, warn};

use crate::config::Config;
use crate::deliver::retry::Next;
use crate::deliver::{Outcome, Retry};
use crate::domain::journal::JournalEvent;
use crate::domain::{Alert, Attempt, Delivery, DeliveryState, journal_kind};
use crate::pipeline::delivery::receiver_health::{self, HealthChange};
use crate::pipeline::delivery::trouble_alert;
use crate::store::{ReceiverState, Settlement};

/// An attempt that has ended, and what the retry schedule orders next.
pub struct EndedAttempt {
    /// With `attempts` and `parts_done` as they are after the attempt.
    pub delivery: Delivery,
    pub alert: Arc<Alert>,
    pub attempt: Attempt,
    pub outcome: Outcome,
    pub next: Next,
    pub ended_at: Timestamp,
}

/// Returns what must be written, and updates `state`, the state of the receiver. It is computed
/// again if another instance changed that state.
pub fn settle(config: &Config, ended: &EndedAttempt, state: &mut ReceiverState) -> Settlement {
    let EndedAttempt { delivery, alert, attempt, outcome, next, ended_at } = ended;
    let (mut delivery, attempt, next, ended_at) =
        (delivery.clone(), attempt.clone(), *next, *ended_at);
    let detail = attempt.detail.clone();
    update_delivery(&mut delivery, next, &detail, ended_at);
    let health = match outcome {
        Outcome::Delivered { .. } => {
            receiver_health::after_success(state, &delivery.receiver, ended_at)
        }
        Outcome::Failed { retry, .. } => {
            let pause_until = match (retry, next) {
                (Retry::After(_), Next::RetryAt(time)) => Some(time),
                _ => None,
            };
            receiver_health::after_failure(
                state,
                &delivery.recipient,
                *retry,
                pause_until,
                &detail,
                ended_at,
            )
        }
    };
    let mut journal = Vec::new();
    if health.switched_off_now {
        journal.push(JournalEvent {
            kind: journal_kind::RECEIVER_DISABLED.into(),
            data: json!({"receiver": delivery.receiver, "reason": detail}),
        });
    }
    if delivery.state == DeliveryState::Dead {
        journal.push(JournalEvent {
            kind: journal_kind::DELIVERY_DEAD.into(),
            data: json!({
                "delivery_id": delivery.delivery_id,
                "alert_id": delivery.alert_id,
                "receiver": delivery.receiver,
                "error": detail,
            }),
        });
    }
    let alerts = trouble_alert::of(config, &delivery, alert, &health, &detail, ended_at);
    let HealthChange { state: receiver, make_due, .. } = health;
    if let Some(changed) = &receiver {
        state.clone_from(changed);
    }
    Settlement {
        delivery,
        attempt: Some(attempt),
        receiver,
        make_due,
        alerts: alerts.into_iter().collect(),
        journal,
    }
}

fn update_delivery(delivery: &mut Delivery, next: Next, detail: &str, now: Timestamp) {
    match next {
        Next::Delivered => {
            delivery.state = DeliveryState::Delivered;
            delivery.delivered_at = Some(now);
            delivery.last_error = None;
        }
        Next::RetryAt(time) => {
            delivery.next_attempt_at = time;
            delivery.last_error = Some(detail.to_owned());
        }
        // The due time stays, so that the delivery is due when the receiver is switched on again.
        Next::SwitchOff => delivery.last_error = Some(detail.to_owned()),
        Next::Dead => {
            delivery.state = DeliveryState::Dead;
            delivery.last_error = Some(detail.to_owned());
        }
    }
}

/// Reports an attempt whose outcome was recorded.
pub fn log(EndedAttempt { delivery, attempt, next, .. }: &EndedAttempt) {
    let (receiver, detail) = (&delivery.receiver, &attempt.detail);
    match next {
        Next::Delivered => info!(
            delivery.id = %delivery.delivery_id,
            receiver.name = receiver,
            alert.id = %delivery.alert_id,
            "delivered to {receiver}"
        ),
        Next::RetryAt(time) => warn!(
            delivery.id = %delivery.delivery_id,
            receiver.name = receiver,
            error = detail,
            retry.at = %time,
            "failed to deliver to {receiver}, and will retry: {detail}"
        ),
        // Several attempts may get this answer. It is reported once.
        Next::SwitchOff => {}
        Next::Dead => error!(
            delivery.id = %delivery.delivery_id,
            receiver.name = receiver,
            error = detail,
            "gave up after the last retry to {receiver}: {detail}; `entitywatch deliveries retry` \
             sends it again"
        ),
    }
}

/// Reports that a receiver was switched off.
pub fn log_switched_off(receiver: &str) {
    error!(
        receiver.name = receiver,
        "the receiver answered that it no longer exists, and is switched off; its deliveries are \
         kept: `entitywatch receivers enable`"
    );
}
