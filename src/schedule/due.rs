//! When a source is next checked. Pure: the time and chance are arguments.

use std::time::Duration;

use jiff::{SignedDuration, Timestamp};

use crate::dial::LONGEST_RETRY_AFTER;
use crate::schedule::Schedule;

/// How far a synchronized clock may be set back.
const CLOCK_SKEW: SignedDuration = SignedDuration::from_mins(1);

/// When a source is to be checked next.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Due {
    Now,
    At(Timestamp),
    /// The schedule has no further due time.
    Never,
}

/// When the next check is due. A first check is due now. One check makes up for all missed checks.
///
/// `retry_after_until` is the time until which the publisher asked to wait. A time that only a
/// clock that was later set back can explain is ignored: a last check in the future, or a wait
/// longer than [`LONGEST_RETRY_AFTER`]. Otherwise nothing would be checked until then.
pub fn due(
    schedule: &Schedule,
    last_check: Option<Timestamp>,
    retry_after_until: Option<Timestamp>,
    now: Timestamp,
) -> Due {
    let scheduled = match last_check.filter(|last| *last <= later(now, CLOCK_SKEW)) {
        None => now,
        Some(last) => match schedule.next_after(last) {
            Some(next) => next,
            None => return Due::Never,
        },
    };
    let longest = SignedDuration::try_from(LONGEST_RETRY_AFTER).unwrap_or(SignedDuration::MAX);
    let requested =
        retry_after_until.filter(|until| *until <= later(now, longest.saturating_add(CLOCK_SKEW)));
    match scheduled.max(requested.unwrap_or(scheduled)) {
        at if at <= now => Due::Now,
        at => Due::At(at),
    }
}

/// When the next check is due, for display. `now` if it is overdue, so that the next check is never
/// shown in the past.
pub fn next_check(
    schedule: &Schedule,
    last_check: Option<Timestamp>,
    retry_after_until: Option<Timestamp>,
    now: Timestamp,
) -> Option<Timestamp> {
    match due(schedule, last_check, retry_after_until, now) {
        Due::Now => Some(now),
        Due::At(at) => Some(at),
        Due::Never => None,
    }
}

/// How long to wait after the due time, so that not all installations send their requests at the
/// full minute. `random` is from 0 to 1.
pub fn jitter(interval: Duration, random: f64) -> Duration {
    const LONGEST: Duration = Duration::from_secs(30);
    let random = if random.is_finite() { random.clamp(0.0, 1.0) } else { 0.0 };
    (interval / 10).min(LONGEST).mul_f64(random)
}

fn later(time: Timestamp, by: SignedDuration) -> Timestamp {
    time.checked_add(by).unwrap_or(Timestamp::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn schedule(cron: &str, zone: &str) -> Schedule {
        Schedule::parse(cron, zone).unwrap()
    }

    fn at(text: &str) -> Timestamp {
        text.parse().unwrap()
    }

    #[test]
    fn a_first_check_is_due_now_and_missed_ones_are_made_up_once() {
        let schedule = schedule("0 * * * *", "UTC");
        let now = at("2026-05-01T12:30:00Z");
        assert_eq!(due(&schedule, None, None, now), Due::Now);
        assert_eq!(
            due(&schedule, Some(at("2026-05-01T12:00:01Z")), None, now),
            Due::At(at("2026-05-01T13:00:00Z"))
        );
        assert_eq!(due(&schedule, Some(at("2026-04-20T12:00:01Z")), None, now), Due::Now);
        assert_eq!(due(&schedule, Some(now), None, now), Due::At(at("2026-05-01T13:00:00Z")));
    }

    #[test]
    fn a_request_to_wait_is_respected() {
        let schedule = schedule("0 * * * *", "UTC");
        let now = at("2026-05-01T12:30:00Z");
        let until = at("2026-05-01T14:10:00Z");
        assert_eq!(
            due(&schedule, Some(at("2026-05-01T11:00:00Z")), Some(until), now),
            Due::At(until)
        );
        assert_eq!(due(&schedule, None, Some(until), now), Due::At(until));
        assert_eq!(
            due(&schedule, Some(at("2026-05-01T12:00:00Z")), Some(at("2026-05-01T12:40:00Z")), now),
            Due::At(at("2026-05-01T13:00:00Z"))
        );
        assert_eq!(
            due(&schedule, Some(at("2026-05-01T11:00:00Z")), Some(at("2026-05-01T12:10:00Z")), now),
            Due::Now
        );
    }

    #[test]
    fn a_clock_that_was_set_back_does_not_stop_the_checks() {
        let schedule = schedule("0 * * * *", "UTC");
        let now = at("2026-05-01T12:30:00Z");
        assert_eq!(due(&schedule, Some(at("2027-05-01T12:00:00Z")), None, now), Due::Now);
        assert_eq!(
            due(&schedule, Some(at("2026-05-01T12:30:05Z")), None, now),
            Due::At(at("2026-05-01T13:00:00Z"))
        );
        assert_eq!(
            due(&schedule, Some(at("2026-05-01T11:00:00Z")), Some(at("2027-05-01T12:00:00Z")), now),
            Due::Now
        );
    }

    #[test]
    fn the_next_check_is_never_shown_in_the_past() {
        let schedule = schedule("0 * * * *", "UTC");
        let now = at("2026-05-01T12:30:00Z");
        let check = |last: Option<&str>, retry_after: Option<&str>, expected: &str| {
            assert_eq!(
                next_check(&schedule, last.map(at), retry_after.map(at), now),
                Some(at(expected)),
                "{last:?} {retry_after:?}"
            );
        };
        check(None, None, "2026-05-01T12:30:00Z");
        check(Some("2026-04-20T12:00:00Z"), None, "2026-05-01T12:30:00Z");
        check(Some("2026-05-01T12:00:00Z"), None, "2026-05-01T13:00:00Z");
        check(Some("2026-05-01T12:00:00Z"), Some("2026-05-01T15:20:00Z"), "2026-05-01T15:20:00Z");
        check(Some("2026-05-01T12:00:00Z"), Some("2026-05-01T12:10:00Z"), "2026-05-01T13:00:00Z");
    }

    #[test]
    fn jitter_is_a_tenth_of_the_interval_and_half_a_minute_at_most() {
        let from = at("2026-05-01T12:00:00Z");
        assert_eq!(schedule("*/15 * * * *", "UTC").interval_hint(from), Duration::from_mins(15));
        assert_eq!(jitter(Duration::from_mins(15), 1.0), Duration::from_secs(30));
        assert_eq!(jitter(Duration::from_secs(60), 0.5), Duration::from_secs(3));
        assert_eq!(jitter(Duration::from_secs(60), 0.0), Duration::ZERO);
        assert_eq!(jitter(Duration::ZERO, 0.9), Duration::ZERO);
        assert_eq!(jitter(Duration::from_secs(60), f64::NAN), Duration::ZERO);
    }
}
