//! The alert to operators about a delivery that failed, and when it is sent. Pure.

use jiff::Timestamp;

use crate::config::Config;
use crate::domain::alert::{AlertBody, DeliveryTrouble};
use crate::domain::{Alert, Delivery, DeliveryState};
use crate::pipeline::alerting::addressing;
use crate::pipeline::delivery::receiver_health::HealthChange;
use crate::store::Outgoing;

/// The alert to operators after an attempt, if one is needed. It goes over another channel.
///
/// A failed alert about a delivery causes no further alert, or two broken receivers would alert
/// about each other forever. The exception is that a receiver was switched off, which happens once.
pub fn of(
    config: &Config,
    delivery: &Delivery,
    undelivered: &Alert,
    health: &HealthChange,
    error: &str,
    now: Timestamp,
) -> Option<Outgoing> {
    let is_dead = delivery.state == DeliveryState::Dead;
    if !is_dead && !health.alert_now && !health.switched_off_now {
        return None;
    }
    let is_about_delivery =
        matches!(undelivered.body, AlertBody::DeliveryDead(_) | AlertBody::DeliveryFailing(_));
    if is_about_delivery && (is_dead || !health.switched_off_now) {
        return None;
    }
    let trouble = DeliveryTrouble {
        delivery_id: delivery.delivery_id.clone(),
        undelivered_alert_id: delivery.alert_id.clone(),
        receiver: delivery.receiver.clone(),
        recipient: delivery.recipient.clone(),
        attempts: delivery.attempts,
        error: error.to_owned(),
        switched_off: health.switched_off_now,
        at: now,
    };
    let body = if is_dead {
        AlertBody::DeliveryDead(trouble)
    } else {
        AlertBody::DeliveryFailing(trouble)
    };
    Some(addressing::to_operators(config, body, now, &[delivery.delivery_id.as_str()]))
}
