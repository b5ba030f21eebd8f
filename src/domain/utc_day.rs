//! The day of a time, and the time at which a day begins.

use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::TimeZone;

/// The day of a time in UTC. Everything that is stored or limited by days counts in these.
pub fn utc_day(time: Timestamp) -> Date {
    time.to_zoned(TimeZone::UTC).date()
}

/// `June 28, 2022`, as people in the United States write a day.
pub fn day_in_words(day: Date) -> String {
    day.strftime("%B %-d, %Y").to_string()
}

/// When a day begins in UTC: the time of what is known of a day alone.
pub fn utc_midnight(day: Date) -> Timestamp {
    day.to_zoned(TimeZone::UTC).map_or(Timestamp::UNIX_EPOCH, |midnight| midnight.timestamp())
}
