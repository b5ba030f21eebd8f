//! What an attempt changes about its receiver, and when operators are alerted about failures. Pure.

use jiff::{SignedDuration, Timestamp};

use crate::deliver::Retry;
use crate::store::{MakeDue, ReceiverState};

/// How long a receiver may fail for temporary reasons before operators are alerted.
const ALERT_AFTER: SignedDuration = SignedDuration::from_mins(30);
/// The least time between two alerts about one recipient that succeeds and fails in turns: four
/// alerts a day.
const MIN_ALERT_INTERVAL: SignedDuration = SignedDuration::from_hours(6);
/// The most alerts about one receiver in `ALERT_WINDOW`, for all its recipients together. A failure
/// beyond this is alerted later, if it lasts, or when the delivery is given up.
const MAX_ALERTS: usize = 6;
const ALERT_WINDOW: SignedDuration = SignedDuration::from_hours(24);
/// How often the time of the last success is written while nothing else changes. Saves a write for
/// each message.
const SUCCESS_WRITE_INTERVAL: SignedDuration = SignedDuration::from_mins(1);

/// What an attempt changes about its receiver.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct HealthChange {
    /// The new state. None if nothing needs to be written.
    pub state: Option<ReceiverState>,
    /// Other deliveries to the receiver that become due.
    pub make_due: Option<MakeDue>,
    /// Operators must be alerted now that the receiver fails.
    pub alert_now: bool,
    /// This attempt switched the receiver off.
    pub switched_off_now: bool,
}

/// The change after a successful attempt.
pub fn after_success(state: &ReceiverState, receiver: &str, now: Timestamp) -> HealthChange {
    let is_stale =
        state.last_success_at.is_none_or(|last| now.duration_since(last) >= SUCCESS_WRITE_INTERVAL);
    if state.failing_since.is_none() && !is_stale {
        return HealthChange::default();
    }
    // Another attempt at the same time may have been asked to pause. This success does not end the
    // pause.
    let not_before = state.not_before.filter(|not_before| *not_before > now);
    HealthChange {
        make_due: state.failing_since.map(|_| MakeDue {
            at: not_before.unwrap_or(now),
            failed_since: state.last_success_at,
        }),
        state: Some(ReceiverState {
            receiver: receiver.to_owned(),
            last_success_at: Some(now),
            not_before,
            failures_alerted_at: state.failures_alerted_at.clone(),
            alerted_at: state.alerted_at.clone(),
            ..ReceiverState::default()
        }),
        ..HealthChange::default()
    }
}

/// The change after a failed attempt. `pause_until` is the end of the pause that the receiver asked
/// for with `Retry-After`.
pub fn after_failure(
    state: &ReceiverState,
    recipient: &str,
    retry: Retry,
    pause_until: Option<Timestamp>,
    detail: &str,
    now: Timestamp,
) -> HealthChange {
    let failing_since = state.failing_since.unwrap_or(now);
    let mut changed = ReceiverState {
        failing_since: Some(failing_since),
        last_error: Some(detail.to_owned()),
        not_before: state.not_before.max(pause_until),
        ..state.clone()
    };
    let is_recent = |alerted_at: &Timestamp| now.duration_since(*alerted_at) < ALERT_WINDOW;
    changed.failures_alerted_at.retain(|_, alerted_at| is_recent(alerted_at));
    changed.alerted_at.retain(is_recent);
    let is_worth_alert = now.duration_since(failing_since) >= ALERT_AFTER
        || matches!(retry, Retry::Slowly | Retry::SwitchOff);
    let recipient_alerted_lately = changed
        .failures_alerted_at
        .get(recipient)
        .is_some_and(|alerted_at| now.duration_since(*alerted_at) < MIN_ALERT_INTERVAL);
    // True at most for `ALERT_WINDOW`: a failure that lasts is alerted again each day.
    let failure_alerted = changed.failure_alerted && !changed.failures_alerted_at.is_empty();
    let alert_now = is_worth_alert
        && !failure_alerted
        && !recipient_alerted_lately
        && changed.alerted_at.len() < MAX_ALERTS;
    if alert_now {
        changed.failure_alerted = true;
        changed.alerted_at.push(now);
        changed.failures_alerted_at.insert(recipient.to_owned(), now);
    }
    // If several attempts in progress get this answer, only the first switches the receiver off.
    let switched_off_now = retry == Retry::SwitchOff && changed.disabled_at.is_none();
    if switched_off_now {
        changed.disabled_at = Some(now);
        changed.disabled_reason = Some(detail.to_owned());
    }
    HealthChange { state: Some(changed), make_due: None, alert_now, switched_off_now }
}
