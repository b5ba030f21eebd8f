//! Decides the next state of a delivery after an attempt. Pure: knows a schedule and an outcome.
//! Must not know the clock, randomness or the store.

use std::time::Duration;

use jiff::{SignedDuration, Timestamp};

use crate::deliver::{Outcome, Retry};
use crate::dial::LONGEST_RETRY_AFTER;

/// The shortest wait after a `Retry-After`. `Retry-After: 0` would cause a busy loop.
const MIN_WAIT: Duration = Duration::from_secs(1);
/// The jitter of a wait, as a fraction of it to either side.
const JITTER: f64 = 0.2;

/// `[delivery] retry`: the waiting time after each failed attempt. A delivery that fails after the
/// last step is dead.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RetryPolicy {
    pub steps: Vec<Duration>,
}

impl RetryPolicy {
    /// The step at which the longer waits begin: the second half of the schedule.
    fn slow_end(&self) -> usize {
        self.steps.len() / 2
    }
}

impl Default for RetryPolicy {
    /// 5 s, 30 s, 5 min, 30 min, 2 h, 5 h, 10 h, and four times 24 h.
    fn default() -> Self {
        let steps = [5, 30, 300, 1_800, 7_200, 18_000, 36_000, 86_400, 86_400, 86_400, 86_400];
        Self { steps: steps.map(Duration::from_secs).to_vec() }
    }
}

/// The next state of the delivery.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Next {
    Delivered,
    RetryAt(Timestamp),
    /// The schedule is used up. The delivery is kept, and operators are alerted over another
    /// channel.
    Dead,
    /// The receiver is switched off. The delivery keeps waiting, with its due time unchanged.
    SwitchOff,
}

/// Returns the next state and the number of attempts used up by then.
///
/// `random` is from 0 to 1 and becomes a jitter of ±20 %, so that many deliveries that failed
/// together are not retried together. [`Retry::Slowly`] uses the longer waits from the first
/// attempt on. [`Retry::After`] uses up no attempt.
pub fn next(
    policy: &RetryPolicy,
    attempts_before: u32,
    outcome: &Outcome,
    now: Timestamp,
    random: f64,
) -> (Next, u32) {
    let retry = match outcome {
        Outcome::Delivered { .. } => return (Next::Delivered, attempts_before.saturating_add(1)),
        Outcome::Failed { retry, .. } => *retry,
    };
    let step = match retry {
        Retry::SwitchOff => return (Next::SwitchOff, attempts_before),
        Retry::After(wait) => {
            let wait = wait.clamp(MIN_WAIT, LONGEST_RETRY_AFTER);
            return (Next::RetryAt(later(now, wait)), attempts_before);
        }
        Retry::Later => attempts_before as usize,
        Retry::Slowly => (attempts_before as usize).max(policy.slow_end()),
    };
    let attempts = attempts_before.saturating_add(1);
    match policy.steps.get(step) {
        Some(wait) => {
            let factor = 1.0 - JITTER + 2.0 * JITTER * random.clamp(0.0, 1.0);
            (Next::RetryAt(later(now, wait.mul_f64(factor))), attempts)
        }
        None => (Next::Dead, attempts),
    }
}

fn later(now: Timestamp, wait: Duration) -> Timestamp {
    let wait = SignedDuration::try_from(wait).unwrap_or(SignedDuration::MAX);
    now.checked_add(wait).unwrap_or(Timestamp::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: Timestamp = Timestamp::UNIX_EPOCH;

    fn failed(retry: Retry) -> Outcome {
        Outcome::Failed { retry, detail: String::new() }
    }

    /// Expects the seconds until the next attempt without jitter (-1 for dead) and the attempts
    /// used up by then.
    fn check(before: u32, retry: Retry, expected: (i64, u32)) {
        let (next, attempts) = next(&RetryPolicy::default(), before, &failed(retry), NOW, 0.5);
        let seconds = match next {
            Next::RetryAt(at) => at.as_second(),
            Next::Dead => -1,
            other => panic!("{other:?}"),
        };
        assert_eq!((seconds, attempts), expected, "{before} {retry:?}");
    }

    #[test]
    fn each_failure_takes_the_next_step_and_after_the_last_one_the_delivery_is_dead() {
        for (before, seconds) in (0..)
            .zip([5, 30, 300, 1_800, 7_200, 18_000, 36_000, 86_400, 86_400, 86_400, 86_400, -1])
        {
            check(before, Retry::Later, (seconds, before + 1));
        }
    }

    #[test]
    fn a_failure_that_needs_a_person_is_retried_slowly() {
        check(0, Retry::Slowly, (18_000, 1));
        check(3, Retry::Slowly, (18_000, 4));
        check(7, Retry::Slowly, (86_400, 8));
        check(11, Retry::Slowly, (-1, 12));
    }

    #[test]
    fn retry_after_uses_up_no_attempt_and_is_at_most_a_day() {
        check(3, Retry::After(Duration::from_secs(90)), (90, 3));
        check(3, Retry::After(Duration::from_secs(1_000_000)), (86_400, 3));
        check(3, Retry::After(Duration::ZERO), (1, 3));
    }

    #[test]
    fn jitter_is_at_most_20_percent() {
        let at =
            |random| match next(&RetryPolicy::default(), 1, &failed(Retry::Later), NOW, random).0 {
                Next::RetryAt(at) => at.as_second(),
                other => panic!("{other:?}"),
            };
        assert_eq!((at(0.0), at(0.5), at(1.0)), (24, 30, 36));
    }

    #[test]
    fn a_receiver_that_answers_gone_is_switched_off_and_its_delivery_kept() {
        assert_eq!(
            next(&RetryPolicy::default(), 4, &failed(Retry::SwitchOff), NOW, 0.5),
            (Next::SwitchOff, 4)
        );
    }

    #[test]
    fn schedules_with_no_step_and_with_one_step_end() {
        let outcome = failed(Retry::Slowly);
        assert_eq!(next(&RetryPolicy { steps: vec![] }, 0, &outcome, NOW, 0.5), (Next::Dead, 1));
        let single = RetryPolicy { steps: vec![Duration::from_secs(10)] };
        assert_eq!(next(&single, 0, &outcome, NOW, 0.5).1, 1);
        assert_eq!(next(&single, 1, &outcome, NOW, 0.5), (Next::Dead, 2));
    }

    #[test]
    fn a_success_is_delivered() {
        let taken = Outcome::Delivered { detail: "HTTP 200 OK".into() };
        assert_eq!(next(&RetryPolicy::default(), 2, &taken, NOW, 0.5), (Next::Delivered, 3));
    }
}
