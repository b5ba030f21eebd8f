//! When a source is due. Pure: the time, the zone and randomness are arguments.

mod due;
mod grammar;
mod last_due;
mod missed;

use std::time::Duration;

use croner::Cron;
use croner::parser::{CronParser, Seconds, Year};
use jiff::civil::DateTime;
use jiff::tz::{AmbiguousOffset, TimeZone};
use jiff::{SignedDuration, Timestamp};

pub use due::{Due, due, jitter, next_check};
pub use missed::{Missed, missed};

/// A cron expression in a time zone.
///
/// When clocks go forward, a time of day that is skipped runs right after the gap. When clocks go
/// back, a time of day runs only in the first of the two hours. A schedule that runs throughout the
/// hour (`*/15`) or in every hour runs in both.
#[derive(Clone, Debug)]
pub struct Schedule {
    cron: Cron,
    zone: TimeZone,
}

/// Why a text is not a schedule.
#[derive(Debug, thiserror::Error)]
pub enum ScheduleError {
    #[error(
        "expected a schedule of five fields (minute hour day month weekday), or six with seconds \
         first, but got {found} in `{cron}`"
    )]
    Fields { cron: String, found: usize },
    #[error("failed to read schedule `{cron}`: {reason}")]
    Cron { cron: String, reason: String },
    #[error("expected a schedule that comes due, but `{cron}` never does")]
    Never { cron: String },
    #[error("expected a time zone such as `America/New_York`, but got `{timezone}`")]
    Zone { timezone: String },
}

impl Schedule {
    /// Reads five fields of cron(8), six with seconds first, or a nickname such as `@daily`, in the
    /// named IANA time zone.
    ///
    /// As in cron(8), a day must match both the day of the month and the weekday if one of the two
    /// fields begins with `*`. Otherwise a match of either field is enough.
    pub fn parse(cron: &str, timezone: &str) -> Result<Self, ScheduleError> {
        let failed = |reason| ScheduleError::Cron { cron: cron.to_owned(), reason };
        let fields = grammar::read(cron).map_err(|fault| match fault {
            grammar::GrammarError::Count(found) => {
                ScheduleError::Fields { cron: cron.to_owned(), found }
            }
            grammar::GrammarError::Field(reason) => failed(reason),
        })?;
        let parser = CronParser::builder()
            .seconds(Seconds::Optional)
            .year(Year::Disallowed)
            .dom_and_dow(fields.both_days)
            .build();
        let parsed = parser.parse(&fields.text).map_err(|error| failed(reason(&error)))?;
        // UTC needs no lookup in the zone database, which would be searched completely.
        let zone = if timezone == "UTC" { Ok(TimeZone::UTC) } else { TimeZone::get(timezone) };
        let zone = zone.map_err(|_| ScheduleError::Zone { timezone: timezone.to_owned() })?;
        let schedule = Self { cron: parsed, zone };
        match schedule.next_after(Timestamp::UNIX_EPOCH) {
            Some(_) => Ok(schedule),
            None => Err(ScheduleError::Never { cron: cron.to_owned() }),
        }
    }

    /// The first due time after `time`.
    pub fn next_after(&self, time: Timestamp) -> Option<Timestamp> {
        // Due times are whole seconds, and the search excludes the second that it starts from.
        let start = Timestamp::from_second(time.as_millisecond().div_euclid(1000)).ok()?;
        let mut next = self
            .cron
            .find_next_occurrence(&start.to_zoned(self.zone.clone()), false)
            .ok()?
            .timestamp();
        while self.is_once_a_day_time() && self.is_repeated_hour(next) {
            next = self
                .cron
                .find_next_occurrence(&next.to_zoned(self.zone.clone()), false)
                .ok()?
                .timestamp();
        }
        Some(self.skipped_between(start, next).unwrap_or(next))
    }

    /// The interval between the next two due times after `from`, for [`jitter`].
    pub fn interval_hint(&self, from: Timestamp) -> Duration {
        let between = self
            .next_after(from)
            .and_then(|first| Some(self.next_after(first)?.duration_since(first)));
        between.and_then(|interval| Duration::try_from(interval).ok()).unwrap_or(Duration::ZERO)
    }

    /// The end of a gap of the local clock in which a run was due. A schedule that runs in every
    /// hour skips nothing: its runs stay evenly spaced.
    fn skipped_between(&self, after: Timestamp, before: Timestamp) -> Option<Timestamp> {
        if self.runs_every_hour() {
            return None;
        }
        self.zone
            .following(after)
            .map(|transition| transition.timestamp())
            .take_while(|at| *at < before)
            .find(|at| {
                let Some((gap_start, gap_end)) = self.gap_at(*at) else { return false };
                self.cron.find_next_occurrence(&gap_start, true).is_ok_and(|due| due < gap_end)
            })
    }

    /// The local times that the clock skips at `transition`: the first skipped time, and the time
    /// after the gap.
    fn gap_at(&self, transition: Timestamp) -> Option<(DateTime, DateTime)> {
        let before = transition.checked_sub(SignedDuration::from_nanos(1)).ok()?;
        let offset_before = self.zone.to_offset(before);
        let offset_after = self.zone.to_offset(transition);
        (offset_after > offset_before)
            .then(|| (offset_before.to_datetime(transition), offset_after.to_datetime(transition)))
    }

    /// Whether the local time of `time` occurs for the second time, because the clock was set back.
    fn is_repeated_hour(&self, time: Timestamp) -> bool {
        let offset = self.zone.to_offset(time);
        match self.zone.to_ambiguous_timestamp(offset.to_datetime(time)).offset() {
            AmbiguousOffset::Fold { after, .. } => offset == after,
            AmbiguousOffset::Gap { .. } | AmbiguousOffset::Unambiguous { .. } => false,
        }
    }

    fn runs_every_hour(&self) -> bool {
        self.cron.pattern.hours.values().len() == 24
    }

    /// Runs at one minute of selected hours, so it means a time of day and not an interval.
    fn is_once_a_day_time(&self) -> bool {
        let pattern = &self.cron.pattern;
        !self.runs_every_hour()
            && pattern.minutes.values().len() == 1
            && pattern.seconds.values().len() == 1
    }
}

/// croner's error text, as the end of this module's.
fn reason(error: &croner::errors::CronError) -> String {
    let text = error.to_string();
    let text = text.trim_end_matches('.');
    let mut chars = text.chars();
    chars.next().map_or_else(String::new, |first| first.to_lowercase().chain(chars).collect())
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::*;

    fn schedule(cron: &str, zone: &str) -> Schedule {
        Schedule::parse(cron, zone).unwrap()
    }

    fn at(text: &str) -> Timestamp {
        text.parse().unwrap()
    }

    /// Checks the local due times after `from`, with their offsets.
    #[track_caller]
    fn check(cron: &str, zone: &str, from: &str, expected: &[&str]) {
        let schedule = schedule(cron, zone);
        let mut time = at(from);
        for expected in expected {
            time = schedule.next_after(time).unwrap();
            assert_eq!(
                time.to_zoned(schedule.zone.clone()).strftime("%m-%d %H:%M %:z").to_string(),
                *expected,
                "{cron} in {zone}"
            );
        }
    }

    #[test]
    fn err_schedules_that_cannot_be_read() {
        let error = |cron: &str, zone: &str| Schedule::parse(cron, zone).unwrap_err().to_string();
        assert_eq!(
            error("* * *", "UTC"),
            "expected a schedule of five fields (minute hour day month weekday), or six with \
             seconds first, but got 3 in `* * *`"
        );
        assert!(error("0 0 0 1 1 * 2030", "UTC").contains("but got 7"));
        assert!(
            error("61 * * * *", "UTC").starts_with("failed to read schedule `61 * * * *`: "),
            "{}",
            error("61 * * * *", "UTC")
        );
        assert!(error("", "UTC").contains("but got 0"));
        assert_eq!(
            error("0 0 30 2 *", "UTC"),
            "expected a schedule that comes due, but `0 0 30 2 *` never does"
        );
        assert_eq!(
            error("0 0 * * *", "New York"),
            "expected a time zone such as `America/New_York`, but got `New York`"
        );
    }

    #[test]
    fn ok_seconds_come_first() {
        check("30 */15 * * * *", "UTC", "2026-01-01T00:00:30Z", &["01-01 00:15 +00:00"]);
        assert_eq!(
            schedule("*/10 * * * * *", "UTC").next_after(at("2026-01-01T00:00:09.999Z")),
            Some(at("2026-01-01T00:00:10Z"))
        );
        assert_eq!(
            schedule("@daily", "UTC").next_after(at("2026-01-01T00:00:00Z")),
            Some(at("2026-01-02T00:00:00Z"))
        );
    }

    #[test]
    fn a_skipped_time_runs_right_after_the_gap() {
        let new_york = "America/New_York";
        check(
            "30 2 * * *",
            new_york,
            "2026-03-07T12:00:00Z",
            &["03-08 03:00 -04:00", "03-09 02:30 -04:00"],
        );
        check(
            "0 2,14 * * *",
            new_york,
            "2026-03-08T00:00:00Z",
            &["03-08 03:00 -04:00", "03-08 14:00 -04:00"],
        );
        check(
            "*/20 2 * * *",
            new_york,
            "2026-03-08T00:00:00Z",
            &["03-08 03:00 -04:00", "03-09 02:00 -04:00"],
        );
        check(
            "0 */2 * * *",
            new_york,
            "2026-03-08T05:00:00Z",
            &["03-08 03:00 -04:00", "03-08 04:00 -04:00"],
        );
        check(
            "15 2 * * *",
            "Australia/Lord_Howe",
            "2026-10-03T00:00:00Z",
            &["10-04 02:30 +11:00", "10-05 02:15 +11:00"],
        );
        check(
            "30 2 * * *",
            "Europe/Berlin",
            "2026-03-28T12:00:00Z",
            &["03-29 03:00 +02:00", "03-30 02:30 +02:00"],
        );
    }

    #[test]
    fn a_time_next_to_the_gap_runs_once() {
        check(
            "0 1 * * *",
            "America/New_York",
            "2026-03-08T00:00:00Z",
            &["03-08 01:00 -05:00", "03-09 01:00 -04:00"],
        );
        check(
            "0 3 * * *",
            "America/New_York",
            "2026-03-08T00:00:00Z",
            &["03-08 03:00 -04:00", "03-09 03:00 -04:00"],
        );
        check(
            "10 * * * *",
            "America/New_York",
            "2026-03-08T06:00:00Z",
            &["03-08 01:10 -05:00", "03-08 03:10 -04:00"],
        );
    }

    #[test]
    fn a_repeated_hour_runs_a_time_of_day_once_and_an_interval_throughout() {
        let new_york = "America/New_York";
        check(
            "30 1 * * *",
            new_york,
            "2026-11-01T00:00:00Z",
            &["11-01 01:30 -04:00", "11-02 01:30 -05:00"],
        );
        check(
            "30 1,13 * * *",
            new_york,
            "2026-11-01T04:00:00Z",
            &["11-01 01:30 -04:00", "11-01 13:30 -05:00"],
        );
        check(
            "*/30 * * * *",
            new_york,
            "2026-11-01T05:00:00Z",
            &["11-01 01:30 -04:00", "11-01 01:00 -05:00", "11-01 01:30 -05:00"],
        );
        check(
            "0 2 * * *",
            "Europe/Berlin",
            "2026-10-24T12:00:00Z",
            &["10-25 02:00 +02:00", "10-26 02:00 +01:00"],
        );
    }

    #[test]
    fn intervals_stay_even_over_years_of_transitions() {
        for zone in ["America/New_York", "Europe/Berlin", "Australia/Lord_Howe", "UTC"] {
            for (cron, minutes) in [("*/15 * * * *", 15), ("*/30 * * * *", 30)] {
                let schedule = schedule(cron, zone);
                for year in 2024..2030 {
                    for (month, day) in [(3, 1), (4, 1), (10, 1), (11, 1)] {
                        let mut time = date(year, month, day).in_tz("UTC").unwrap().timestamp();
                        // Only around the transitions, which are all in these months.
                        for _ in 0..(9 * 24 * 60 / minutes) {
                            let next = schedule.next_after(time).unwrap();
                            assert_eq!(
                                next.duration_since(time),
                                SignedDuration::from_mins(minutes),
                                "{cron} in {zone} after {time}"
                            );
                            time = next;
                        }
                    }
                }
            }
        }
    }

    #[test]
    fn a_daily_time_runs_once_on_every_day() {
        for zone in ["America/New_York", "Europe/Berlin", "Australia/Lord_Howe", "UTC"] {
            for cron in ["0 1 * * *", "30 2 * * *", "45 1 * * *", "0 0 * * *", "10 2,2 * * *"] {
                let schedule = schedule(cron, zone);
                let mut day = date(2024, 1, 1);
                let mut time = day
                    .in_tz(zone)
                    .unwrap()
                    .timestamp()
                    .checked_sub(SignedDuration::from_secs(1))
                    .unwrap();
                while day < date(2030, 1, 1) {
                    time = schedule.next_after(time).unwrap();
                    assert_eq!(
                        time.to_zoned(schedule.zone.clone()).date(),
                        day,
                        "{cron} in {zone}"
                    );
                    day = day.tomorrow().unwrap();
                }
            }
        }
    }

    /// Whether cron(8) runs on a day, written out independently.
    fn cron8_day(
        day: jiff::civil::Date,
        dom: &dyn Fn(i8) -> bool,
        dow: &dyn Fn(i8) -> bool,
        both: bool,
    ) -> bool {
        let (by_month, by_week) = (dom(day.day()), dow(day.weekday().to_sunday_zero_offset()));
        if both { by_month && by_week } else { by_month || by_week }
    }

    #[test]
    fn days_are_those_of_cron8_over_years() {
        type Days<'a> = (&'a str, &'a dyn Fn(i8) -> bool, &'a dyn Fn(i8) -> bool, bool);
        let table: &[Days<'_>] = &[
            ("0 0 */2 * 1", &|day| day % 2 == 1, &|weekday| weekday == 1, true),
            ("0 0 1 * */2", &|day| day == 1, &|weekday| weekday % 2 == 0, true),
            (
                "0 0 */10 * MON-FRI",
                &|day| day % 10 == 1,
                &|weekday| (1..=5).contains(&weekday),
                true,
            ),
            ("0 0 13 * 5", &|day| day == 13, &|weekday| weekday == 5, false),
            (
                "0 0 1,15 * MON,WED",
                &|day| day == 1 || day == 15,
                &|weekday| weekday == 1 || weekday == 3,
                false,
            ),
            ("0 0 1-7 * 7", &|day| day <= 7, &|weekday| weekday == 0, false),
            ("0 0 2-31/2 * 1", &|day| day % 2 == 0, &|weekday| weekday == 1, false),
            ("0 0 * * SAT-SUN", &|_| true, &|weekday| weekday == 0 || weekday == 6, true),
            ("0 0 * * 5-7", &|_| true, &|weekday| weekday == 0 || weekday >= 5, true),
            ("0 0 * * 0,7", &|_| true, &|weekday| weekday == 0, true),
            ("0 0 31 * *", &|day| day == 31, &|_| true, true),
            ("0 0 */1 * 3", &|_| true, &|weekday| weekday == 3, true),
            ("@weekly", &|_| true, &|weekday| weekday == 0, true),
            ("@monthly", &|day| day == 1, &|_| true, true),
        ];
        for (cron, dom, dow, both) in table {
            let schedule = schedule(cron, "UTC");
            let mut time = at("2023-12-31T12:00:00Z");
            let mut found = Vec::new();
            while time < at("2028-12-31T00:00:00Z") {
                time = schedule.next_after(time).unwrap();
                found.push(time.to_zoned(TimeZone::UTC).date());
            }
            let mut expected: Vec<_> = date(2024, 1, 1)
                .series(jiff::ToSpan::days(1))
                .take(6 * 366)
                .filter(|day| cron8_day(*day, dom, dow, *both))
                .collect();
            expected.truncate(found.len());
            assert!(expected.len() > 30, "{cron}");
            assert_eq!(found, expected, "{cron}");
        }
    }

    #[test]
    fn err_forms_that_cron8_does_not_support() {
        for cron in [
            "0 0 L * *",
            "0 0 15W * *",
            "0 0 ? * *",
            "0 0 * * 5#2",
            "0 0 * * FRI-MON",
            "5/15 * * * *",
            "*/90 * * * *",
            "@reboot",
        ] {
            let error = Schedule::parse(cron, "UTC").unwrap_err().to_string();
            assert!(
                error.starts_with(&format!("failed to read schedule `{cron}`: expected ")),
                "{error}"
            );
        }
    }
}
