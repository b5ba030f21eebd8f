//! Counts the checks of one source in a period: due, made, missed and how they ended. Pure.
//!
//! A check that was due is missed if none was made before the next one was due. This is what the
//! journal calls a gap, but it is counted from the schedule, so that it is also known of a time
//! after which no check was made.

use jiff::{SignedDuration, Timestamp};

use crate::domain::CheckOutcome;
use crate::pipeline::past::configurations::WatchedTime;
use crate::pipeline::past::period::Period;
use crate::schedule::{Missed, missed};

/// The most gaps and the most failures of a source that are kept with their times. A source that
/// fails every second check of a year has more, and a reader does not read them one by one.
const MAX_LISTED: usize = 500;

/// The checks of one source in a period.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct CheckTally {
    pub due: u64,
    /// On the schedule or by a command: the sum of the next five.
    pub made: u64,
    pub baseline: u64,
    pub changed: u64,
    /// Nothing was new.
    pub unchanged: u64,
    pub on_hold: u64,
    pub failed: u64,
    pub missed: u64,
    /// The missed checks, as far as they are listed.
    pub gaps: Vec<Missed>,
    /// The failed checks, as far as they are listed.
    pub failures: Vec<FailedChecks>,
    pub last_success_at: Option<Timestamp>,
}

/// Failed checks without a successful one between them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FailedChecks {
    pub first: Timestamp,
    pub last: Timestamp,
    pub count: u64,
    /// Of the last one.
    pub error: String,
}

/// A check as the journal has it.
#[derive(Clone, Copy, Debug)]
pub struct MadeCheck<'a> {
    pub at: Timestamp,
    pub outcome: &'a str,
    pub detail: &'a str,
}

/// Counts the checks of one source, which it gets one after another.
#[derive(Debug)]
pub struct CheckCounter {
    period: Period,
    times: Vec<Covered>,
    tally: CheckTally,
    is_failing: bool,
}

/// How far the due checks of a time are counted.
#[derive(Debug)]
struct Covered {
    time: WatchedTime,
    /// What was due at or before this time is counted. `None`: everything is.
    counted_to: Option<Timestamp>,
}

impl CheckCounter {
    /// `times` is when the source was watched.
    pub fn new(period: Period, times: Vec<WatchedTime>) -> Self {
        let mut tally = CheckTally::default();
        let times = times
            .into_iter()
            .map(|time| {
                let counted_to = Some(just_before(time.period.from));
                tally.due += due_in(&time, time.period.from, time.period.until);
                Covered { time, counted_to }
            })
            .collect();
        Self { period, times, tally, is_failing: false }
    }

    /// Until when a check can still be one that was due in the period.
    pub fn waits_until(&self) -> Timestamp {
        let next = |covered: &Covered| {
            covered.time.schedule.next_after(just_before(covered.time.period.until))
        };
        self.times.iter().filter_map(next).max().unwrap_or(self.period.until)
    }

    /// Counts the next check. One after the period may only be late for one that was due in it.
    pub fn add(&mut self, check: MadeCheck<'_>) {
        for covered in &mut self.times {
            covered.cover(check.at, &mut self.tally);
        }
        if self.period.contains(check.at) {
            self.count(check);
        }
    }

    /// The counts, when all checks up to `now` were added.
    pub fn finish(mut self, now: Timestamp) -> CheckTally {
        for covered in &mut self.times {
            // The last one that was due may still be made, until the next one is due.
            covered.cover(now, &mut self.tally);
        }
        self.tally
    }

    fn count(&mut self, check: MadeCheck<'_>) {
        let tally = &mut self.tally;
        tally.made += 1;
        let outcome = CheckOutcome::of_name(check.outcome);
        *match outcome {
            CheckOutcome::Baseline => &mut tally.baseline,
            CheckOutcome::Changed => &mut tally.changed,
            CheckOutcome::Unchanged | CheckOutcome::NotModified => &mut tally.unchanged,
            CheckOutcome::OnHold => &mut tally.on_hold,
            CheckOutcome::Waiting | CheckOutcome::Refused | CheckOutcome::Failed => {
                &mut tally.failed
            }
        } += 1;
        let is_failure = outcome.is_failure();
        if !is_failure {
            tally.last_success_at = Some(check.at);
        } else if let Some(run) = tally.failures.last_mut().filter(|_| self.is_failing) {
            run.last = check.at;
            run.count += 1;
            check.detail.clone_into(&mut run.error);
        } else if tally.failures.len() < MAX_LISTED {
            let error = check.detail.to_owned();
            let run = FailedChecks { first: check.at, last: check.at, count: 1, error };
            tally.failures.push(run);
        }
        self.is_failing = is_failure;
    }
}

impl Covered {
    /// Counts what was due up to a check. The last due time of the watched time is covered by a
    /// check after it, if no other was due in between.
    fn cover(&mut self, check: Timestamp, tally: &mut CheckTally) {
        let Some(counted_to) = self.counted_to.filter(|counted| check > *counted) else { return };
        let (schedule, until) = (&self.time.schedule, self.time.period.until);
        if check < until {
            if let Some(gap) = missed(schedule, Some(counted_to), check) {
                add_gap(tally, gap);
            }
            self.counted_to = Some(check);
            return;
        }
        self.counted_to = None;
        let end = just_before(until);
        let is_covered = schedule.runs_between(end, check) == 0;
        let gap = if is_covered {
            missed(schedule, Some(counted_to), end)
        } else {
            all_missed(schedule, counted_to, end)
        };
        if let Some(gap) = gap {
            add_gap(tally, gap);
        }
    }
}

/// Everything that was due, because no check came.
fn all_missed(
    schedule: &crate::schedule::Schedule,
    after: Timestamp,
    until: Timestamp,
) -> Option<Missed> {
    let first = schedule.next_after(after).filter(|first| *first <= until)?;
    let count = schedule.runs_between(after, until);
    Some(Missed { count, first, last: schedule.last_due(until).unwrap_or(first) })
}

fn add_gap(tally: &mut CheckTally, gap: Missed) {
    tally.missed += gap.count;
    if tally.gaps.len() < MAX_LISTED {
        tally.gaps.push(gap);
    }
}

fn due_in(time: &WatchedTime, from: Timestamp, until: Timestamp) -> u64 {
    time.schedule.runs_between(just_before(from), just_before(until))
}

fn just_before(time: Timestamp) -> Timestamp {
    time.checked_sub(SignedDuration::from_nanos(1)).unwrap_or(time)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::schedule::Schedule;

    fn at(text: &str) -> Timestamp {
        format!("2026-05-01T{text}Z").parse().unwrap()
    }

    fn period(from: &str, until: &str) -> Period {
        Period { from: at(from), until: at(until) }
    }

    /// An hourly source with these checks. Returns due, made, missed and the gaps.
    fn counted(
        period: Period,
        checks: &[(&str, &str)],
        now: &str,
    ) -> (u64, u64, u64, Vec<(u64, Timestamp, Timestamp)>) {
        let schedule = Schedule::parse("0 * * * *", "UTC").unwrap();
        let mut counter = CheckCounter::new(period, vec![WatchedTime { period, schedule }]);
        for (time, outcome) in checks {
            counter.add(MadeCheck { at: at(time), outcome, detail: "" });
        }
        let tally = counter.finish(at(now));
        let gaps = tally.gaps.iter().map(|gap| (gap.count, gap.first, gap.last)).collect();
        (tally.due, tally.made, tally.missed, gaps)
    }

    #[test]
    fn what_was_due_is_made_or_missed() {
        let period = period("09:00:00", "13:00:00");
        let all = [
            ("09:00:12", "changed"),
            ("10:00:03", "unchanged"),
            ("11:00:00", "failed"),
            ("12:00:29", "not modified"),
        ];
        assert_eq!(counted(period, &all, "23:00:00"), (4, 4, 0, vec![]));
        assert_eq!(
            counted(period, &[all[0], all[3]], "23:00:00"),
            (4, 2, 2, vec![(2, at("10:00:00"), at("11:00:00"))])
        );
        // A check by a command is made and was not due.
        assert_eq!(counted(period, &[all[0], ("09:30:00", "unchanged")], "10:30:00").2, 0);
    }

    #[test]
    fn a_check_after_the_period_can_be_late_for_the_last_one_that_was_due() {
        let period = period("09:00:00", "10:00:00");
        assert_eq!(counted(period, &[("10:00:00", "unchanged")], "10:30:00").2, 1);
        let half = self::period("09:30:00", "10:00:01");
        assert_eq!(counted(half, &[("10:00:05", "unchanged")], "23:00:00"), (1, 0, 0, vec![]));
        assert_eq!(counted(half, &[("11:00:05", "unchanged")], "23:00:00").2, 1);
    }

    #[test]
    fn without_a_later_check_everything_is_missed_once_the_next_one_is_due() {
        let period = period("09:00:00", "12:00:00");
        let first = [("09:00:02", "unchanged")];
        assert_eq!(counted(period, &first, "11:59:59").2, 1, "11:00 may still be made");
        assert_eq!(
            counted(period, &first, "23:00:00"),
            (3, 1, 2, vec![(2, at("10:00:00"), at("11:00:00"))])
        );
        assert_eq!(counted(period, &[], "23:00:00").2, 3);
    }

    #[test]
    fn outcomes_add_up_and_failures_in_a_row_are_one_line() {
        let period = period("00:00:00", "23:00:00");
        let mut counter = CheckCounter::new(period, Vec::new());
        for (hour, outcome) in
            ["baseline", "failed", "refused", "held", "failed", "unchanged"].iter().enumerate()
        {
            let time = at(&format!("0{hour}:00:00"));
            counter.add(MadeCheck { at: time, outcome, detail: outcome });
        }
        let tally = counter.finish(at("23:30:00"));
        let CheckTally { due, made, baseline, changed, unchanged, on_hold, failed, .. } = tally;
        assert_eq!((due, made, baseline, changed), (0, 6, 1, 0));
        assert_eq!((unchanged, on_hold, failed), (1, 1, 3));
        let runs: Vec<(u64, &str)> =
            tally.failures.iter().map(|run| (run.count, run.error.as_str())).collect();
        assert_eq!(runs, [(2, "refused"), (1, "failed")]);
        assert_eq!(tally.last_success_at, Some(at("05:00:00")));
    }
}
