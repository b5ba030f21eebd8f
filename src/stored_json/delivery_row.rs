//! One row of `deliveries`: a delivery, and when it is tried next.
//!
//! The stored `next_attempt_at` is when the delivery is due. The row shows when it will be tried,
//! which also depends on its receiver.

use jiff::Timestamp;
use schemars::JsonSchema;
use serde::Serialize;

use crate::domain::{AlertId, ChangeId, Delivery, DeliveryId, DeliveryState};
use crate::store::ReceiverState;

/// One row of `deliveries`.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct DeliveryRow {
    pub delivery_id: DeliveryId,
    pub alert_id: AlertId,
    /// The title of the alert, as messages show it.
    pub title: String,
    pub receiver: String,
    /// The email address; empty for a receiver that has only one recipient.
    pub recipient: String,
    /// Which of the alert's changes this receiver's routes matched; all of them if null.
    pub selection: Option<Vec<ChangeId>>,
    pub state: DeliveryState,
    /// Attempts that used up a retry.
    pub attempts: u32,
    /// Parts of a split webhook that the receiver has accepted.
    pub parts_done: u32,
    pub created_at: Timestamp,
    /// When it is tried next, as of now. Null if it is not tried without a person's action: it was
    /// delivered, is dead, or waits for a person.
    pub next_attempt_at: Option<Timestamp>,
    pub delivered_at: Option<Timestamp>,
    /// Without addresses, URLs or tokens.
    pub last_error: Option<String>,
    /// What a pending delivery waits for, if it is not tried without a person's action.
    pub waits_for: Option<WaitsFor>,
}

/// What a pending delivery waits for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum WaitsFor {
    /// Its receiver is disabled, because it answered 410. `receivers enable` sends its deliveries.
    Enable,
    /// Its receiver is no longer in the configuration.
    Configuration,
}

impl WaitsFor {
    /// `the receiver is switched off`
    pub fn in_words(self) -> &'static str {
        match self {
            WaitsFor::Enable => "the receiver is switched off",
            WaitsFor::Configuration => "the receiver is not configured",
        }
    }
}

impl DeliveryRow {
    /// `title` is that of its alert. `states` are the states of all receivers. `configured` are the
    /// names of the receivers in the configuration.
    pub fn new(
        delivery: Delivery,
        title: String,
        states: &[ReceiverState],
        configured: &[&str],
        now: Timestamp,
    ) -> Self {
        let state = states.iter().find(|state| state.receiver == delivery.receiver);
        let pending = delivery.state == DeliveryState::Pending;
        let waits_for = match state {
            _ if !pending => None,
            _ if !configured.contains(&delivery.receiver.as_str()) => Some(WaitsFor::Configuration),
            Some(state) if state.disabled_at.is_some() => Some(WaitsFor::Enable),
            _ => None,
        };
        let not_before = state.and_then(|state| state.not_before).unwrap_or(now).max(now);
        let next_attempt_at =
            (pending && waits_for.is_none()).then(|| delivery.next_attempt_at.max(not_before));
        let Delivery { delivery_id, alert_id, receiver, recipient, selection, state, .. } =
            delivery;
        let Delivery { attempts, parts_done, created_at, delivered_at, last_error, .. } = delivery;
        Self {
            delivery_id,
            alert_id,
            title,
            receiver,
            recipient,
            selection,
            state,
            attempts,
            parts_done,
            created_at,
            next_attempt_at,
            delivered_at,
            last_error,
            waits_for,
        }
    }
}

#[cfg(test)]
mod tests {
    use jiff::Span;

    use super::*;

    const NOW: Timestamp = Timestamp::UNIX_EPOCH;

    fn in_minutes(minutes: i64) -> Timestamp {
        NOW + Span::new().minutes(minutes)
    }

    fn delivery(state: DeliveryState, next_attempt_at: Timestamp) -> Delivery {
        let alert_id = AlertId::of(["an alert"]);
        Delivery {
            state,
            attempts: 3,
            next_attempt_at,
            ..Delivery::pending(&alert_id, "erp", "", NOW)
        }
    }

    #[test]
    fn the_next_attempt_is_when_it_will_be_made() {
        use DeliveryState::{Dead, Delivered, Pending};
        let working = ReceiverState { receiver: "erp".into(), ..ReceiverState::default() };
        let disabled = ReceiverState { disabled_at: Some(in_minutes(-60)), ..working.clone() };
        let resting = ReceiverState { not_before: Some(in_minutes(30)), ..working.clone() };
        let rested = ReceiverState { not_before: Some(in_minutes(-30)), ..working.clone() };
        let check = |state: &ReceiverState,
                     of: DeliveryState,
                     stored: i64,
                     next: Option<i64>,
                     waits_for: Option<WaitsFor>| {
            let row = DeliveryRow::new(
                delivery(of, in_minutes(stored)),
                "An alert".to_owned(),
                std::slice::from_ref(state),
                &["log", "erp"],
                NOW,
            );
            assert_eq!(
                (row.next_attempt_at, row.waits_for),
                (next.map(in_minutes), waits_for),
                "{state:?} {of:?} {stored}"
            );
        };
        check(&working, Pending, 5, Some(5), None);
        check(&working, Pending, -5, Some(0), None);
        check(&resting, Pending, 5, Some(30), None);
        check(&rested, Pending, -5, Some(0), None);
        check(&disabled, Pending, -5, None, Some(WaitsFor::Enable));
        check(&disabled, Pending, 5, None, Some(WaitsFor::Enable));
        check(&working, Delivered, -5, None, None);
        check(&disabled, Dead, -5, None, None);
        let due = delivery(Pending, in_minutes(-5));
        let orphan = DeliveryRow::new(due, "An alert".to_owned(), &[], &["log"], NOW);
        assert_eq!(
            (orphan.next_attempt_at, orphan.waits_for),
            (None, Some(WaitsFor::Configuration))
        );
        let json = serde_json::to_value(&orphan).unwrap();
        assert_eq!(
            (&json["next_attempt_at"], &json["waits_for"]),
            (&serde_json::Value::Null, &"configuration".into())
        );
    }
}
