//! When operators are alerted about a hold: when it is opened, when it lasts, and as a reminder.
//! Pure.

use std::collections::BTreeSet;

use jiff::{SignedDuration, Timestamp};

use crate::domain::{Hold, Sha256};
use crate::pipeline::check::DAILY;

/// Operators are reminded of an open hold this often.
const REMIND_EVERY: SignedDuration = DAILY;
/// At most this many alerts about holds of one list are sent within `HOLD_ALERTS_WITHIN`. With a
/// reminder this makes five messages a day.
const MOST_HOLD_ALERTS: usize = 4;
const HOLD_ALERTS_WITHIN: SignedDuration = SignedDuration::from_hours(24);
/// A hold that was opened without an alert, because similar ones had been alerted, is alerted once
/// it has been open for this long.
const ALERT_IF_OPEN_FOR: SignedDuration = SignedDuration::from_hours(1);

/// The time of the last alert about a hold of the same list, if a new hold of this `content` is
/// not worth another alert: the same content was alerted in the last day, or the list has had
/// enough alerts in that day. `None` if the new hold is to be alerted. `holds` are all holds of
/// the list.
pub fn alerted_lately(content: &Sha256, holds: &[Hold], now: Timestamp) -> Option<Timestamp> {
    let lately = alerted_within_a_day(holds, now);
    let same_content = lately.iter().any(|hold| hold.content_sha256 == *content);
    let last = lately.iter().map(|hold| hold.alerted_at).max();
    last.filter(|_| same_content || count_alerts(&lately) >= MOST_HOLD_ALERTS)
}

/// Whether the last alert about an open hold is so old that operators are reminded.
pub fn is_reminder_due(hold: &Hold, now: Timestamp) -> bool {
    now.duration_since(hold.alerted_at) >= REMIND_EVERY
}

/// Whether an open hold that was opened without an alert is to be alerted now. `holds` are all
/// holds of its list.
pub fn is_late_alert_due(hold: &Hold, holds: &[Hold], now: Timestamp) -> bool {
    is_not_alerted(hold)
        && now.duration_since(hold.opened_at) >= ALERT_IF_OPEN_FOR
        && count_alerts(&alerted_within_a_day(holds, now)) < MOST_HOLD_ALERTS
}

/// Whether a hold was opened without an alert. Such a hold carries the time of the alert before
/// it.
pub fn is_not_alerted(hold: &Hold) -> bool {
    hold.alerted_at < hold.opened_at
}

fn alerted_within_a_day(holds: &[Hold], now: Timestamp) -> Vec<&Hold> {
    holds.iter().filter(|hold| now.duration_since(hold.alerted_at) < HOLD_ALERTS_WITHIN).collect()
}

/// Holds that share the time of one alert count once.
fn count_alerts(holds: &[&Hold]) -> usize {
    holds.iter().map(|hold| hold.alerted_at).collect::<BTreeSet<_>>().len()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::{HoldId, HoldReason, HoldState, ListCode, Summary};

    fn at(minutes: i64) -> Timestamp {
        Timestamp::UNIX_EPOCH + SignedDuration::from_mins(minutes)
    }

    /// A hold that was opened and alerted at these minutes.
    fn hold(content: &str, opened_at: i64, alerted_at: i64) -> Hold {
        let sha256 = Sha256::of(content.as_bytes());
        Hold {
            hold_id: HoldId::of([content, &opened_at.to_string()]),
            source: "csl".into(),
            list: ListCode::EL,
            section: None,
            reason: HoldReason::Loss,
            state: HoldState::Replaced,
            sha256: sha256.clone(),
            content_sha256: sha256,
            opened_at: at(opened_at),
            alerted_at: at(alerted_at),
            count_before: 40,
            count_after: 20,
            summary: Summary::default(),
            message: String::new(),
            decided_at: None,
            decided_by: None,
            identified: None,
            decision_reason: None,
            as_baseline: false,
        }
    }

    #[test]
    fn ok_new_content_on_hold_is_alerted_up_to_four_times_a_day() {
        let new = Sha256::of(b"new");
        let mut holds: Vec<Hold> =
            (0..3).map(|n| hold(&format!("content {n}"), n * 15, n * 15)).collect();
        assert_eq!(alerted_lately(&new, &holds, at(60)), None);
        holds.push(hold("content 3", 45, 45));
        assert_eq!(alerted_lately(&new, &holds, at(60)), Some(at(45)));
        assert_eq!(alerted_lately(&new, &holds, at(24 * 60)), None, "a day after the first");
    }

    #[test]
    fn ok_the_same_content_on_hold_is_alerted_once_a_day_unless_it_lasts() {
        let holds = [hold("one", 0, 0), hold("two", 15, 15)];
        assert_eq!(alerted_lately(&Sha256::of(b"one"), &holds, at(30)), Some(at(15)));
        assert_eq!(alerted_lately(&Sha256::of(b"one"), &holds, at(15 + 24 * 60)), None);
        let again = hold("one", 30, 15);
        let all = [holds.as_slice(), std::slice::from_ref(&again)].concat();
        assert!(
            !is_late_alert_due(&again, &all, at(89)) && is_late_alert_due(&again, &all, at(90))
        );
        assert!(!is_late_alert_due(&holds[1], &all, at(90)), "it was alerted");
    }

    #[test]
    fn ok_an_open_hold_is_reminded_of_daily() {
        let hold = hold("one", 0, 0);
        assert!(!is_reminder_due(&hold, at(23 * 60 + 29)) && is_reminder_due(&hold, at(1410)));
    }
}
