//! When a new document of a source is expected, and when it is overdue. Pure.

use jiff::Timestamp;
use jiff::civil::{Date, Time};
use jiff::tz::TimeZone;

use crate::domain::business_days;

/// A new document comes by a time of day on every business day.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Expectation {
    /// In the time zone of the source's schedule.
    pub by: Time,
    /// On how many business days in a row none may come, before operators are alerted. At least 1.
    pub days: u32,
}

impl Expectation {
    /// `10:30`
    pub fn by_text(self) -> String {
        self.by.strftime("%H:%M").to_string()
    }

    /// When operators are alerted if nothing new comes after the document of `last`. The first
    /// deadline after it is met by that document.
    pub fn overdue_at(self, last: Timestamp, zone: &TimeZone) -> Option<Timestamp> {
        let day = last.to_zoned(zone.clone()).date();
        let before = day.yesterday().unwrap_or(day);
        let mut met = business_days::after(before, 1);
        if self.deadline(met, zone)? <= last {
            met = business_days::after(met, 1);
        }
        self.deadline(business_days::after(met, self.days), zone)
    }

    fn deadline(self, day: Date, zone: &TimeZone) -> Option<Timestamp> {
        day.to_datetime(self.by).to_zoned(zone.clone()).ok().map(|at| at.timestamp())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(last: &str, days: u32, expected: &str) {
        let expectation = Expectation { by: jiff::civil::time(10, 30, 0, 0), days };
        let zone = TimeZone::get("America/New_York").unwrap();
        let at = |text: &str| text.parse::<Timestamp>().unwrap();
        assert_eq!(expectation.overdue_at(at(last), &zone), Some(at(expected)), "{last} {days}");
    }

    #[test]
    fn a_document_meets_the_next_deadline_and_the_days_after_it_count() {
        // A Monday, 8:00 in New York: Tuesday, Wednesday and Thursday pass without a document.
        check("2026-06-01T12:00:00Z", 3, "2026-06-04T14:30:00Z");
        check("2026-06-01T12:00:00Z", 1, "2026-06-02T14:30:00Z");
        // After the deadline of Monday it meets that of Tuesday.
        check("2026-06-01T14:30:00Z", 1, "2026-06-03T14:30:00Z");
    }

    #[test]
    fn weekends_and_holidays_do_not_count() {
        // Friday: Saturday and Sunday do not count.
        check("2026-06-05T12:00:00Z", 1, "2026-06-08T14:30:00Z");
        // Saturday: Monday is met.
        check("2026-06-06T12:00:00Z", 1, "2026-06-09T14:30:00Z");
        // Wednesday before Thanksgiving: Thursday does not count, and winter time does.
        check("2026-11-25T13:00:00Z", 1, "2026-11-27T15:30:00Z");
    }
}
