//! The time that an account covers.

use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::TimeZone;

/// From `from` to before `until`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Period {
    pub from: Timestamp,
    pub until: Timestamp,
}

impl Period {
    /// Both days, as they begin and end in a time zone.
    pub fn of_days(first: Date, last: Date, zone: &TimeZone) -> Self {
        Self {
            from: beginning(first, zone),
            until: last.tomorrow().map_or(Timestamp::MAX, |next| beginning(next, zone)),
        }
    }

    pub fn contains(&self, at: Timestamp) -> bool {
        self.from <= at && at < self.until
    }

    /// The part that is also in another period. Empty if there is none.
    pub fn within(&self, other: Period) -> Period {
        let from = self.from.max(other.from);
        Period { from, until: self.until.min(other.until).max(from) }
    }
}

/// The first moment of a day.
fn beginning(day: Date, zone: &TimeZone) -> Timestamp {
    day.to_zoned(zone.clone()).map_or(Timestamp::MAX, |first| first.timestamp())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_days_are_included_in_their_zone_also_when_clocks_change() {
        let zone = TimeZone::get("America/New_York").unwrap();
        let check = |first: &str, last: &str, from: &str, until: &str| {
            let period = Period::of_days(first.parse().unwrap(), last.parse().unwrap(), &zone);
            assert_eq!(
                (period.from, period.until),
                (from.parse().unwrap(), until.parse().unwrap())
            );
        };
        check("2026-07-01", "2026-07-01", "2026-07-01T04:00:00Z", "2026-07-02T04:00:00Z");
        check("2026-03-08", "2026-03-08", "2026-03-08T05:00:00Z", "2026-03-09T04:00:00Z");
        check("2026-10-31", "2026-11-01", "2026-10-31T04:00:00Z", "2026-11-02T05:00:00Z");
    }
}
