//! Counts the checks that were due but did not run. Exact and fast: whole days are multiplied, not
//! visited one run at a time.
//!
//! Between two clock changes of a zone, local time runs evenly. The runs of a day are then the
//! product of the pattern's hours, minutes and seconds, on each day that the pattern matches. Only
//! the hours around a clock change are visited run by run, and only for a schedule that does not
//! run in every hour.

use jiff::civil::{Date, DateTime, Time};
use jiff::{SignedDuration, Timestamp};

use crate::schedule::Schedule;

/// The time before and after a clock change that is visited run by run, in addition to the hours
/// that it skips or repeats.
const AROUND_A_TRANSITION: SignedDuration = SignedDuration::from_hours(1);
/// How far back the search for the second-to-last run starts. The distance doubles until the run is
/// found.
const FIRST_LOOK_BACK: SignedDuration = SignedDuration::from_secs(2);

/// Checks that were due but did not run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Missed {
    pub count: u64,
    pub first: Timestamp,
    pub last: Timestamp,
}

/// The checks that were due after `last_check` but did not run, for the gap in the journal. The
/// last one due at or before `now` is not counted: the check that runs now is that one, if late.
pub fn missed(
    schedule: &Schedule,
    last_check: Option<Timestamp>,
    now: Timestamp,
) -> Option<Missed> {
    let last_check = last_check?;
    let first = schedule.next_after(last_check).filter(|first| *first <= now)?;
    let due = schedule.runs_between(last_check, now);
    let count = due.checked_sub(1).filter(|count| *count > 0)?;
    Some(Missed { count, first, last: schedule.second_to_last(first, now)? })
}

impl Schedule {
    /// How many runs are due after `after`, and at or before `until`.
    pub fn runs_between(&self, after: Timestamp, until: Timestamp) -> u64 {
        let (mut count, mut done) = (0, after);
        let look_from = after.checked_sub(SignedDuration::from_hours(48)).unwrap_or(after);
        for transition in self.zone.following(look_from) {
            let at = transition.timestamp();
            let before = at.checked_sub(SignedDuration::from_secs(1)).unwrap_or(at);
            let (begins, ends) =
                if self.runs_every_hour() { (before, before) } else { self.around(before, at) };
            if begins >= until {
                break;
            }
            if begins > done {
                count += self.runs_at_one_offset(done, begins);
                done = begins;
            }
            let ends = ends.min(until);
            if ends > done {
                count += self.runs_one_by_one(done, ends);
                done = ends;
            }
        }
        count + self.runs_at_one_offset(done, until)
    }

    /// The hours around a clock change in which times of day are skipped, moved or omitted. A
    /// schedule that runs in every hour is not affected.
    fn around(&self, before: Timestamp, at: Timestamp) -> (Timestamp, Timestamp) {
        let shift_secs =
            (self.zone.to_offset(at).seconds() - self.zone.to_offset(before).seconds()).abs();
        let after = SignedDuration::from_secs(shift_secs.into()) + AROUND_A_TRANSITION;
        (at.checked_sub(AROUND_A_TRANSITION).unwrap_or(at), at.checked_add(after).unwrap_or(at))
    }

    /// Counts run by run.
    fn runs_one_by_one(&self, after: Timestamp, until: Timestamp) -> u64 {
        let mut runs = 0;
        let mut at = after;
        while let Some(next) = self.next_after(at).filter(|next| *next <= until) {
            runs += 1;
            at = next;
        }
        runs
    }

    /// Counts by multiplication, if the clock does not change between the two times.
    fn runs_at_one_offset(&self, after: Timestamp, until: Timestamp) -> u64 {
        if until <= after {
            return 0;
        }
        let offset = self.zone.to_offset(until);
        let (from, to) = (offset.to_datetime(after), offset.to_datetime(until));
        let mut count = 0;
        let mut day = from.date();
        while day <= to.date() {
            // The first run at or after the start of `day` shows whether the pattern matches the
            // day. If not, it shows the next day that it matches.
            let Ok(next) = self.cron.find_next_occurrence(&day.to_datetime(Time::midnight()), true)
            else {
                break;
            };
            if next.date() != day {
                day = next.date();
                continue;
            }
            count += self.runs_of_day_until(day, to) - self.runs_of_day_until(day, from);
            let Ok(tomorrow) = day.tomorrow() else { break };
            day = tomorrow;
        }
        count
    }

    /// The runs of a matching day, up to and including `until`.
    fn runs_of_day_until(&self, day: Date, until: DateTime) -> u64 {
        let pattern = &self.cron.pattern;
        let (hours, minutes, seconds) =
            (pattern.hours.values(), pattern.minutes.values(), pattern.seconds.values());
        let (per_minute, per_hour) = (length(&seconds), length(&seconds) * length(&minutes));
        if until.date() < day {
            return 0;
        }
        if until.date() > day {
            return length(&hours) * per_hour;
        }
        let (hour, minute, second) = (until.hour(), until.minute(), until.second());
        let (in_hour, in_minute) = (has(&hours, hour), has(&hours, hour) && has(&minutes, minute));
        below(&hours, hour) * per_hour
            + if in_hour { below(&minutes, minute) * per_minute } else { 0 }
            + if in_minute { below(&seconds, second) + u64::from(has(&seconds, second)) } else { 0 }
    }

    /// The second-to-last run at or before `now`, counting from `first`.
    fn second_to_last(&self, first: Timestamp, now: Timestamp) -> Option<Timestamp> {
        let mut look_back = FIRST_LOOK_BACK;
        let before_first = first.checked_sub(SignedDuration::from_secs(1)).ok()?;
        let start = loop {
            let start = now.checked_sub(look_back).unwrap_or(before_first).max(before_first);
            if start == before_first || self.runs_between(start, now) >= 2 {
                break start;
            }
            look_back = look_back.checked_mul(2).unwrap_or(SignedDuration::MAX);
        };
        let (mut second_to_last, mut last) = (None, None);
        let mut at = start;
        while let Some(next) = self.next_after(at).filter(|next| *next <= now) {
            second_to_last = last.replace(next);
            at = next;
        }
        second_to_last
    }
}

fn length<T>(values: &[T]) -> u64 {
    values.len() as u64
}

fn below(values: &[u16], limit: i8) -> u64 {
    values.iter().filter(|value| i64::from(**value) < i64::from(limit)).count() as u64
}

fn has(values: &[u16], value: i8) -> bool {
    values.iter().any(|other| i64::from(*other) == i64::from(value))
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
    fn missed_checks_are_counted_without_the_one_that_runs_now() {
        let schedule = schedule("*/15 * * * *", "UTC");
        let last = Some(at("2026-05-01T12:00:05Z"));
        assert_eq!(missed(&schedule, last, at("2026-05-01T12:14:59Z")), None);
        assert_eq!(missed(&schedule, last, at("2026-05-01T12:15:04Z")), None);
        assert_eq!(missed(&schedule, last, at("2026-05-01T12:29:59Z")), None);
        let expected = Missed {
            count: 3,
            first: at("2026-05-01T12:15:00Z"),
            last: at("2026-05-01T12:45:00Z"),
        };
        assert_eq!(missed(&schedule, last, at("2026-05-01T13:07:00Z")), Some(expected));
        assert_eq!(missed(&schedule, None, at("2026-05-01T13:07:00Z")), None);
    }

    #[test]
    fn years_of_a_schedule_of_seconds_are_counted_exactly_and_fast() {
        let check = |cron, zone, from: &str, to: &str, count, last: &str| {
            let found = missed(&schedule(cron, zone), Some(at(from)), at(to)).unwrap();
            assert_eq!((found.count, found.last), (count, at(last)), "{cron} in {zone}");
        };
        let (from, to) = ("2010-01-01T00:00:00Z", "2026-01-01T00:00:00Z");
        // 5844 days of 86,400 seconds. The last second is the check that runs now. The zone's
        // transitions cancel out.
        check("* * * * * *", "UTC", from, to, 504_921_599, "2025-12-31T23:59:59Z");
        check("* * * * * *", "America/New_York", from, to, 504_921_599, "2025-12-31T23:59:59Z");
        check("*/5 * * * *", "Europe/Berlin", from, to, 1_683_071, "2025-12-31T23:55:00Z");
        check("0 0 29 2 *", "UTC", from, to, 3, "2020-02-29T00:00:00Z");
        // Far more than the 10,000 at which an earlier version stopped counting.
        check(
            "* * * * *",
            "UTC",
            "2026-01-01T00:00:00Z",
            "2026-04-06T03:20:30Z",
            136_999,
            "2026-04-06T03:19:00Z",
        );
    }

    #[test]
    fn the_count_equals_a_count_run_by_run() {
        let crons = [
            "*/15 * * * *",
            "30 2 * * *",
            "30 1 * * *",
            "*/20 2 * * *",
            "0 */2 * * *",
            "7 6-22/2 * * 1-5",
            "15,45 0,1,2,3,23 28-31 * *",
            "*/7 * 1-3 * * 0",
            "10 * * * *",
        ];
        let spans = [
            ("2025-10-20T11:22:33Z", "2025-11-10T01:30:00Z"),
            ("2026-03-01T00:00:00Z", "2026-04-10T07:00:00Z"),
            ("2026-03-08T06:59:59Z", "2026-03-08T07:00:00Z"),
            ("2025-11-02T05:30:00Z", "2025-11-02T06:30:00Z"),
            ("2023-01-01T00:00:00Z", "2023-12-31T23:59:59Z"),
        ];
        for zone in [
            "UTC",
            "America/New_York",
            "Europe/Berlin",
            "Australia/Lord_Howe",
            "Pacific/Chatham",
            "Africa/Casablanca",
        ] {
            for cron in crons {
                let schedule = schedule(cron, zone);
                for (from, to) in spans.map(|(from, to)| (at(from), at(to))) {
                    let mut runs = Vec::new();
                    while let Some(next) = schedule
                        .next_after(*runs.last().unwrap_or(&from))
                        .filter(|next| *next <= to)
                    {
                        runs.push(next);
                    }
                    assert_eq!(
                        schedule.runs_between(from, to),
                        runs.len() as u64,
                        "{cron} in {zone} from {from} to {to}"
                    );
                    let expected = match runs.as_slice() {
                        [first, .., second_to_last, _] => Some((*first, *second_to_last)),
                        [only, _] => Some((*only, *only)),
                        _ => None,
                    };
                    let found =
                        missed(&schedule, Some(from), to).map(|missed| (missed.first, missed.last));
                    assert_eq!(found, expected, "{cron} in {zone} from {from} to {to}");
                }
            }
        }
    }

    #[test]
    fn a_clock_that_was_set_back_has_missed_nothing() {
        assert_eq!(
            missed(
                &schedule("0 * * * *", "UTC"),
                Some(at("2027-05-01T12:00:00Z")),
                at("2026-05-01T12:30:00Z")
            ),
            None
        );
    }
}
