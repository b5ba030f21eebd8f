//! Whether everything works, so that a heartbeat may be sent. Pure.

use std::fmt;

use jiff::{SignedDuration, Timestamp};

use crate::domain::SourceState;
use crate::schedule::Schedule;
use crate::store::OutboxCount;

/// A check may end this long after it was due: a slow download takes ten minutes, and a check
/// begins up to half a minute late.
const LATE_AFTER: SignedDuration = SignedDuration::from_mins(11);

/// Why no heartbeat is sent. Shows names of the configuration only.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Fault {
    /// It was never checked.
    SourceUnchecked(String),
    SourceFailed(String),
    /// A check that was due did not end.
    SourceLate(String),
    DeliveriesDead(String),
    DeliveriesWait(String),
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Fault::SourceUnchecked(source) => write!(f, "{source} was never checked"),
            Fault::SourceFailed(source) => write!(f, "the last check of {source} failed"),
            Fault::SourceLate(source) => write!(f, "a check of {source} is overdue"),
            Fault::DeliveriesDead(receiver) => write!(f, "a delivery to {receiver} is dead"),
            Fault::DeliveriesWait(receiver) => {
                write!(f, "a delivery to {receiver} waits for over an hour")
            }
        }
    }
}

/// What is wrong with a source, if anything.
pub fn source_fault(
    name: &str,
    schedule: &Schedule,
    state: Option<&SourceState>,
    now: Timestamp,
) -> Option<Fault> {
    let checked = state.and_then(|state| Some((state, state.last_check_at?)));
    let Some((state, last_check_at)) = checked else {
        return Some(Fault::SourceUnchecked(name.to_owned()));
    };
    if state.failing_since.is_some() || state.last_success_at.is_none() {
        return Some(Fault::SourceFailed(name.to_owned()));
    }
    let next = schedule.next_after(last_check_at);
    let is_late = next.is_some_and(|next| now.duration_since(next) > LATE_AFTER);
    is_late.then(|| Fault::SourceLate(name.to_owned()))
}

/// What is wrong with the deliveries to a receiver.
pub fn delivery_faults(count: &OutboxCount, now: Timestamp) -> Vec<Fault> {
    let mut faults = Vec::new();
    if count.dead > 0 {
        faults.push(Fault::DeliveriesDead(count.receiver.clone()));
    }
    if count.oldest_pending_at.is_some_and(|at| now.duration_since(at) > OutboxCount::WAITS_LONG) {
        faults.push(Fault::DeliveriesWait(count.receiver.clone()));
    }
    faults
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(minutes: i64) -> Timestamp {
        Timestamp::UNIX_EPOCH + SignedDuration::from_mins(minutes)
    }

    fn state(last_check: i64, failing: bool) -> SourceState {
        SourceState {
            last_check_at: Some(at(last_check)),
            last_success_at: Some(at(if failing { 0 } else { last_check })),
            failing_since: failing.then(|| at(last_check)),
            ..SourceState::default()
        }
    }

    #[track_caller]
    fn check(state: Option<&SourceState>, now: i64, expected: Option<fn(String) -> Fault>) {
        let schedule = Schedule::parse("*/15 * * * *", "UTC").unwrap();
        let expected = expected.map(|fault| fault("csl".to_owned()));
        assert_eq!(source_fault("csl", &schedule, state, at(now)), expected);
    }

    #[test]
    fn a_source_works_while_its_last_due_check_succeeded() {
        check(Some(&state(30, false)), 44, None);
        check(Some(&state(30, false)), 56, None);
        check(Some(&state(30, false)), 57, Some(Fault::SourceLate));
        check(Some(&state(30, true)), 31, Some(Fault::SourceFailed));
        check(None, 31, Some(Fault::SourceUnchecked));
        check(Some(&SourceState::default()), 31, Some(Fault::SourceUnchecked));
    }

    #[test]
    fn a_dead_delivery_and_one_that_waits_for_over_an_hour_are_faults() {
        let count = |dead, since: Option<i64>| OutboxCount {
            receiver: "mail".into(),
            pending: 1,
            dead,
            oldest_pending_at: since.map(at),
        };
        let mail = || "mail".to_owned();
        assert_eq!(delivery_faults(&count(0, Some(0)), at(60)), []);
        assert_eq!(delivery_faults(&count(0, Some(0)), at(61)), [Fault::DeliveriesWait(mail())]);
        assert_eq!(delivery_faults(&count(1, None), at(0)), [Fault::DeliveriesDead(mail())]);
    }
}
