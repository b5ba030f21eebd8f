//! The day of a time.

use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::TimeZone;

/// The day of a time in UTC. Everything that is stored or limited by days counts in these.
pub fn utc_day(time: Timestamp) -> Date {
    time.to_zoned(TimeZone::UTC).date()
}
