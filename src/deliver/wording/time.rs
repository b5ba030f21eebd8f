//! Times and dates in the form in which people write them.

use std::ops::Deref;
use std::sync::LazyLock;
use std::time::Duration;

use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::TimeZone;

use crate::deliver::wording::count::counted;
use crate::domain::day_in_words;

/// The time zone of messages: the configured one, or that of Washington. The default is resolved on
/// first use, because this searches the system's zone database, and most checks send no message.
#[derive(Clone, Debug, Default)]
pub struct Zone(Option<TimeZone>);

/// The time zone of messages and digests if none is configured.
pub const DEFAULT_ZONE: &str = "America/New_York";

impl From<TimeZone> for Zone {
    fn from(zone: TimeZone) -> Self {
        Self(Some(zone))
    }
}

impl Deref for Zone {
    type Target = TimeZone;

    fn deref(&self) -> &TimeZone {
        // The bundled database contains this zone on every machine.
        static DEFAULT: LazyLock<TimeZone> =
            LazyLock::new(|| TimeZone::get(DEFAULT_ZONE).unwrap_or(TimeZone::UTC));
        self.0.as_ref().unwrap_or(&DEFAULT)
    }
}

/// The zone of legal dates, whatever the zone of the readers.
pub fn legal_zone() -> TimeZone {
    (*Zone::default()).clone()
}

/// `June 30, 2022, 9:02 a.m. EDT (13:02 UTC)`: in the readers' zone with its name, and in UTC.
pub fn moment(time: Timestamp, zone: &TimeZone) -> String {
    let (local, utc) = (time.to_zoned(zone.clone()), time.to_zoned(TimeZone::UTC));
    let name = local.strftime("%Z").to_string();
    let in_utc = utc.strftime("%B %-d, %Y, %H:%M UTC").to_string();
    if name == "UTC" || name == "GMT" && local.offset().is_zero() && zone == &TimeZone::UTC {
        return in_utc;
    }
    // Zones without an abbreviation are named by their offset.
    let name = if name.starts_with(['+', '-']) { format!("UTC{name}") } else { name };
    let in_utc =
        if local.date() == utc.date() { utc.strftime("%H:%M UTC").to_string() } else { in_utc };
    let half = if local.hour() < 12 { "a.m." } else { "p.m." };
    format!("{} {half} {name} ({in_utc})", local.strftime("%B %-d, %Y, %-I:%M"))
}

/// `June 30, 2022`. The dates of a rule have no zone.
pub fn date(date: Date) -> String {
    day_in_words(date)
}

/// `June 30`
pub fn month_and_day(date: Date) -> String {
    date.strftime("%B %-d").to_string()
}

/// `20 seconds`, `5 minutes`, `2 hours`, `3 days`: in the largest unit without a remainder.
pub fn duration(duration: Duration) -> String {
    let secs = duration.as_secs();
    let divides = |unit: u64| secs >= unit && secs.is_multiple_of(unit);
    match secs {
        0 => counted(usize::try_from(duration.as_millis()).unwrap_or(usize::MAX), "millisecond"),
        _ if divides(86_400) => counted(size(secs / 86_400), "day"),
        _ if divides(3_600) => counted(size(secs / 3_600), "hour"),
        _ if divides(60) => counted(size(secs / 60), "minute"),
        _ => counted(size(secs), "second"),
    }
}

/// A rounded duration: `3 days`, `5 hours`, `12 minutes`.
pub fn span(from: Timestamp, to: Timestamp) -> String {
    let secs = u64::try_from(to.duration_since(from).as_secs()).unwrap_or(0);
    let unit = [172_800, 7_200, 60]
        .into_iter()
        .zip([86_400, 3_600, 60])
        .find(|(least, _)| secs >= *least)
        .map_or(1, |(_, unit)| unit);
    self::duration(Duration::from_secs(secs / unit * unit))
}

fn size(number: u64) -> usize {
    usize::try_from(number).unwrap_or(usize::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn without_a_zone_times_are_in_washington_time() {
        assert_eq!(Zone::default().iana_name(), Some("America/New_York"));
        assert_eq!(Zone::from(TimeZone::UTC).iana_name(), Some("UTC"));
    }

    #[test]
    fn a_time_names_its_zone_and_is_repeated_in_utc() {
        let check = |time: &str, zone: &str, expected: &str| {
            assert_eq!(moment(time.parse().unwrap(), &TimeZone::get(zone).unwrap()), expected);
        };
        check(
            "2022-06-30T13:02:11Z",
            "America/New_York",
            "June 30, 2022, 9:02 a.m. EDT (13:02 UTC)",
        );
        check(
            "2022-12-01T02:00:00Z",
            "America/New_York",
            "November 30, 2022, 9:00 p.m. EST (December 1, 2022, 02:00 UTC)",
        );
        check("2022-06-30T13:02:11Z", "Asia/Dubai", "June 30, 2022, 5:02 p.m. UTC+04 (13:02 UTC)");
        check("2022-06-30T13:02:11Z", "UTC", "June 30, 2022, 13:02 UTC");
        check(
            "2022-01-30T13:02:11Z",
            "Europe/London",
            "January 30, 2022, 1:02 p.m. GMT (13:02 UTC)",
        );
    }

    #[test]
    fn durations_are_in_the_largest_unit_without_a_remainder() {
        let check =
            |secs, expected: &str| assert_eq!(duration(Duration::from_secs(secs)), expected);
        check(1, "1 second");
        check(20, "20 seconds");
        check(90, "90 seconds");
        check(120, "2 minutes");
        check(7_200, "2 hours");
        check(86_400, "1 day");
        assert_eq!(duration(Duration::from_millis(250)), "250 milliseconds");
    }

    #[test]
    fn a_span_is_rounded() {
        let check = |secs: i64, expected: &str| {
            assert_eq!(
                span(Timestamp::UNIX_EPOCH, Timestamp::from_second(secs).unwrap()),
                expected
            );
        };
        check(40, "40 seconds");
        check(3_700, "61 minutes");
        check(7_300, "2 hours");
        check(300_000, "3 days");
        check(-5, "0 milliseconds");
    }
}
