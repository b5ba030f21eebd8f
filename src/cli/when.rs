//! Times and dates on the command line.

use jiff::Timestamp;
use jiff::civil::{Date, DateTime};

/// A time: exact, or a length of time before now, which only the clock knows.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum When {
    At(Timestamp),
    Ago(std::time::Duration),
}

impl When {
    pub fn before(self, now: Timestamp) -> Timestamp {
        match self {
            When::At(at) => at,
            When::Ago(length) => now.saturating_sub(length).unwrap_or(Timestamp::MIN),
        }
    }
}

/// Reads RFC 3339, a date or a time without an offset (both in UTC), or a length of time before
/// now.
///
/// # Errors
///
/// Says what was expected.
pub fn when(text: &str) -> Result<When, String> {
    let exact = text.parse::<Timestamp>().ok();
    // Without an offset it is UTC. A zone in brackets would be parsed but ignored, so it is
    // refused.
    let without_offset = || {
        let civil = text.parse::<DateTime>().ok().filter(|_| !text.contains('['))?;
        civil.to_zoned(jiff::tz::TimeZone::UTC).ok().map(|zoned| zoned.timestamp())
    };
    let ago = || crate::config::length_of(text).map(When::Ago);
    exact.or_else(without_offset).map(When::At).or_else(ago).ok_or_else(|| {
        "expected a time such as 2026-07-01, 2026-07-01T12:00:00Z, 24h or 7d".to_owned()
    })
}

/// Reads a date.
///
/// # Errors
/// Says what was expected.
pub fn day(text: &str) -> Result<Date, String> {
    let plain = text.chars().all(|c| c.is_ascii_digit() || c == '-');
    text.parse()
        .ok()
        .filter(|_| plain)
        .ok_or_else(|| "expected a date such as 2026-07-01".to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_time_is_exact_a_date_or_a_length_of_time_ago() {
        let now: Timestamp = "2026-07-10T12:00:00Z".parse().unwrap();
        for (text, expected) in [
            ("2026-07-01", "2026-07-01T00:00:00Z"),
            ("2026-07-01T12:00:00-04:00", "2026-07-01T16:00:00Z"),
            ("2026-07-01T12:30", "2026-07-01T12:30:00Z"),
            ("24h", "2026-07-09T12:00:00Z"),
            ("7d", "2026-07-03T12:00:00Z"),
        ] {
            assert_eq!(when(text).unwrap().before(now).to_string(), expected, "{text}");
        }
    }
}
