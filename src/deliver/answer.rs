//! What an HTTP answer of a receiver means: the one table for webhooks and Slack. Pure.

use std::time::Duration;

use jiff::civil::DateTime;
use jiff::fmt::{rfc2822, strtime};
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};

use super::Retry;
use super::retry::RetryPolicy;

/// Whether an answer means that the message was taken (`Ok`) or what to do next.
///
/// Redirects are not followed: they would take the message, and its secrets, to an address that nobody configured.
pub fn verdict(status: u16, retry_after: Option<Duration>) -> Result<(), Retry> {
    match (status, retry_after) {
        (200..=299, _) => Ok(()),
        (410, _) => Err(Retry::SwitchOff),
        (429 | 503, Some(wait)) => Err(Retry::After(wait.min(RetryPolicy::LONGEST_WAIT))),
        (408 | 425 | 429, _) => Err(Retry::Later),
        (400..=499, _) => Err(Retry::Slowly),
        _ => Err(Retry::Later),
    }
}

/// How long a `Retry-After` asks to wait: seconds, or one of the three forms of an HTTP date (RFC 9110, 10.2.3 and 5.6.7).
/// A date gone by is no wait.
pub fn retry_after(value: &str, now: Timestamp) -> Option<Duration> {
    let value = value.trim();
    if !value.is_empty() && value.bytes().all(|b| b.is_ascii_digit()) {
        // More digits than a u64 holds is a long wait, not a wrong one.
        return Some(Duration::from_secs(value.parse().unwrap_or(u64::MAX)));
    }
    let until = http_date(value)?;
    let wait = until.duration_since(now).max(SignedDuration::ZERO);
    Some(wait.unsigned_abs())
}

fn http_date(value: &str) -> Option<Timestamp> {
    if let Ok(zoned) = rfc2822::DateTimeParser::new().parse_timestamp(value) {
        return Some(zoned);
    }
    // RFC 850 and asctime: obsolete, and still to be read.
    let read = |format| strtime::parse(format, value).and_then(|broken_down| broken_down.to_datetime());
    let civil: DateTime = read("%A, %d-%b-%y %H:%M:%S GMT").or_else(|_| read("%a %b %e %H:%M:%S %Y")).ok()?;
    civil.to_zoned(TimeZone::UTC).ok().map(|zoned| zoned.timestamp())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_status_has_its_consequence() {
        let wait = Some(Duration::from_secs(7));
        for status in 100..=599 {
            let expected = match status {
                200..=299 => Ok(()),
                410 => Err(Retry::SwitchOff),
                408 | 425 | 429 => Err(Retry::Later),
                400..=499 => Err(Retry::Slowly),
                _ => Err(Retry::Later),
            };
            assert_eq!(verdict(status, None), expected, "{status}");
            let with_retry_after = if matches!(status, 429 | 503) { Err(Retry::After(Duration::from_secs(7))) } else { expected };
            assert_eq!(verdict(status, wait), with_retry_after, "{status} with Retry-After");
        }
    }

    #[test]
    fn ok_retry_after_is_seconds_or_a_date() {
        let now: Timestamp = "1994-11-06T08:49:00Z".parse().unwrap();
        let check = |value: &str, seconds| assert_eq!(retry_after(value, now), Some(Duration::from_secs(seconds)), "{value}");
        check("120", 120);
        check(" 0 ", 0);
        check("99999999999999999999999", u64::MAX);
        check("Sun, 06 Nov 1994 08:49:37 GMT", 37);
        check("Sunday, 06-Nov-94 08:49:37 GMT", 37);
        check("Sun Nov  6 08:49:37 1994", 37);
        check("Sat, 05 Nov 1994 08:49:37 GMT", 0);
    }

    #[test]
    fn err_retry_after_that_says_nothing_is_none() {
        for value in ["", "soon", "-5", "1.5", "Sun, 99 Nov 1994 08:49:37 GMT"] {
            assert_eq!(retry_after(value, Timestamp::UNIX_EPOCH), None, "{value}");
        }
    }

    #[test]
    fn nobody_makes_us_wait_longer_than_a_day() {
        assert_eq!(verdict(503, Some(Duration::from_secs(u64::MAX))), Err(Retry::After(Duration::from_secs(86_400))));
    }
}
