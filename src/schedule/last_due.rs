//! The last due time of a schedule at or before a time.

use jiff::{SignedDuration, Timestamp};

use crate::schedule::Schedule;

/// How far back the search starts. The distance doubles until a due time is found, so that few due
/// times are visited whatever the schedule is.
const FIRST_LOOK_BACK: SignedDuration = SignedDuration::from_secs(2);

impl Schedule {
    /// The last due time at or before `time`. None if there is none since 1970.
    pub fn last_due(&self, time: Timestamp) -> Option<Timestamp> {
        let mut look_back = FIRST_LOOK_BACK;
        loop {
            let start = time.checked_sub(look_back).ok()?.max(Timestamp::UNIX_EPOCH);
            let is_due = |at: &Timestamp| *at <= time;
            let mut last = None;
            while let Some(next) = self.next_after(last.unwrap_or(start)).filter(is_due) {
                last = Some(next);
            }
            if last.is_some() || start == Timestamp::UNIX_EPOCH {
                return last;
            }
            look_back = look_back.checked_mul(2)?;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(cron: &str, zone: &str, time: &str, expected: Option<&str>) {
        let schedule = Schedule::parse(cron, zone).unwrap();
        let found = schedule.last_due(time.parse().unwrap());
        assert_eq!(found, expected.map(|at| at.parse().unwrap()), "{cron} at {time}");
    }

    #[test]
    fn the_last_due_time_includes_the_time_itself() {
        check("0 8 * * *", "UTC", "2026-05-02T08:00:00Z", Some("2026-05-02T08:00:00Z"));
        check("0 8 * * *", "UTC", "2026-05-02T07:59:59.999Z", Some("2026-05-01T08:00:00Z"));
        check("* * * * * *", "UTC", "2026-05-02T08:00:00.5Z", Some("2026-05-02T08:00:00Z"));
    }

    #[test]
    fn weekends_years_and_clock_changes_are_stepped_over() {
        let weekdays = "0 8 * * 1-5";
        check(weekdays, "UTC", "2026-05-03T12:00:00Z", Some("2026-05-01T08:00:00Z"));
        check("0 8 29 2 *", "UTC", "2027-12-31T12:00:00Z", Some("2024-02-29T08:00:00Z"));
        // The clock skips 02:30 on March 8, 2026, so the run is at 03:00 EDT.
        check(
            "30 2 * * *",
            "America/New_York",
            "2026-03-08T12:00:00Z",
            Some("2026-03-08T07:00:00Z"),
        );
        check("0 8 * * *", "UTC", "1970-01-01T07:00:00Z", None);
    }
}
