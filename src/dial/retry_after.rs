//! `Retry-After` (RFC 9110, section 10.2.3), for publishers and receivers: seconds, or an HTTP date
//! (section 5.6.7).

use std::time::Duration;

use jiff::civil::DateTime;
use jiff::fmt::rfc2822::DateTimeParser;
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};

/// Capped at 24 h, so that a bad header can stop neither monitoring nor delivery.
pub const LONGEST_RETRY_AFTER: Duration = Duration::from_secs(24 * 60 * 60);

/// The date forms in addition to RFC 2822, without weekday and zone: RFC 850, RFC 850 with a
/// four-digit year, and asctime.
const OLD_FORMS: [&str; 3] = ["%d-%b-%y %H:%M:%S", "%d-%b-%Y %H:%M:%S", "%b %d %H:%M:%S %Y"];

/// How long the server asks to wait, at most [`LONGEST_RETRY_AFTER`]. `None` if the text cannot be
/// read, or if it asks for no wait: a date in the past, or zero seconds.
pub fn retry_after(text: &str, now: Timestamp) -> Option<Duration> {
    let text = text.trim();
    let wait = match seconds(text) {
        Some(wait) => wait,
        None => {
            Duration::try_from(date(text)?.duration_since(now).max(SignedDuration::ZERO)).ok()?
        }
    };
    (!wait.is_zero()).then(|| wait.min(LONGEST_RETRY_AFTER))
}

/// `120`. Some servers send fractions, which the RFC does not allow. They are rounded up, so that
/// no request is too early.
fn seconds(text: &str) -> Option<Duration> {
    let (whole, fraction) = text.split_once('.').unwrap_or((text, "0"));
    let is_number = |digits: &str| !digits.is_empty() && digits.bytes().all(|b| b.is_ascii_digit());
    if !is_number(whole) || !is_number(fraction) {
        return None;
    }
    // A number too large for `u64` is still a number of seconds.
    let whole: u64 = whole.parse().unwrap_or(u64::MAX);
    let rounded_up = u64::from(fraction.bytes().any(|b| b != b'0'));
    Some(Duration::from_secs(whole.saturating_add(rounded_up)))
}

/// `Fri, 01 May 2026 13:30:00 GMT`, and the forms of old servers: `Friday, 01-May-26 13:30:00 GMT`,
/// `Fri May  1 13:30:00 2026`.
///
/// A wrong weekday is ignored, because the weekday adds nothing to the date.
pub fn date(text: &str) -> Option<Timestamp> {
    let bare = without_zone(without_weekday(text));
    let rfc2822 = || DateTimeParser::new().parse_timestamp(format!("{bare} GMT")).ok();
    let old = || {
        OLD_FORMS
            .iter()
            .find_map(|form| DateTime::strptime(form, bare).ok()?.to_zoned(TimeZone::UTC).ok())
    };
    // The unchanged text is tried last: it may have another zone than GMT.
    let relaxed = || DateTimeParser::new().relaxed_weekday(true).parse_timestamp(text).ok();
    rfc2822().or_else(|| old().map(|time| time.timestamp())).or_else(relaxed)
}

/// Removes a leading weekday. `May  1 13:30:00 2026` keeps its month.
fn without_weekday(text: &str) -> &str {
    let end = text.find(|c: char| !c.is_ascii_alphabetic()).unwrap_or(text.len());
    let (word, rest) = text.split_at(end);
    let is_weekday = ["sun", "mon", "tue", "wed", "thu", "fri", "sat"]
        .iter()
        .any(|day| word.to_ascii_lowercase().starts_with(day));
    if is_weekday { rest.trim_start_matches(',').trim_start() } else { text }
}

/// Removes the name of GMT, the only zone that an HTTP date may have.
fn without_zone(text: &str) -> &str {
    match text.rsplit_once(' ') {
        Some((rest, zone))
            if ["GMT", "UTC", "UT", "Z", "+0000"]
                .iter()
                .any(|known| zone.eq_ignore_ascii_case(known)) =>
        {
            rest.trim_end()
        }
        _ => text,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: &str = "2026-05-01T12:00:00Z";
    const HOUR_AND_A_HALF: u64 = 5_400;
    const DAY: u64 = 86_400;

    #[track_caller]
    fn check(text: &str, expected_seconds: Option<u64>) {
        assert_eq!(
            retry_after(text, NOW.parse().unwrap()),
            expected_seconds.map(Duration::from_secs),
            "{text}"
        );
    }

    #[test]
    fn ok_seconds() {
        check("120", Some(120));
        check(" 5 ", Some(5));
        check("007", Some(7));
        check("1.5", Some(2));
        check("0.001", Some(1));
        check("30.0", Some(30));
    }

    #[test]
    fn ok_each_form_of_a_date() {
        for text in [
            "Fri, 01 May 2026 13:30:00 GMT",
            "Fri, 1 May 2026 13:30:00 GMT",
            "01 May 2026 13:30:00 GMT",
            "Fri, 01 May 2026 13:30:00 UTC",
            "Fri, 01 May 2026 13:30:00 +0000",
            "Fri, 01 May 2026 09:30:00 -0400",
            "fri, 01 may 2026 13:30:00 gmt",
            "Friday, 01-May-26 13:30:00 GMT",
            "Fri, 01-May-2026 13:30:00 GMT",
            "Fri May  1 13:30:00 2026",
            "Fri May 01 13:30:00 2026",
        ] {
            check(text, Some(HOUR_AND_A_HALF));
        }
    }

    #[test]
    fn ok_a_wrong_weekday_is_ignored_in_every_form() {
        for text in [
            "Mon, 01 May 2026 13:30:00 GMT",
            "Monday, 01 May 2026 13:30:00 GMT",
            "Monday, 01-May-26 13:30:00 GMT",
            "Mon, 01-May-2026 13:30:00 GMT",
            "Mon May  1 13:30:00 2026",
        ] {
            check(text, Some(HOUR_AND_A_HALF));
        }
    }

    #[test]
    fn ok_a_day_at_most() {
        assert_eq!(LONGEST_RETRY_AFTER, Duration::from_secs(DAY));
        for text in [
            "86401",
            "864000",
            "99999999999999999999999999",
            "99999999999999999999.5",
            "18446744073709551615.9",
            "Fri, 31 Dec 2032 23:59:59 GMT",
        ] {
            check(text, Some(DAY));
        }
    }

    #[test]
    fn err_a_text_that_asks_for_no_wait_is_none() {
        for text in [
            "",
            "soon",
            "-5",
            "+5",
            "0",
            "0.0",
            "1.",
            ".5",
            "1,5",
            "5 s",
            "Fri, 01 May 2026 11:59:59 GMT",
            "Fri, 99 May 2026 13:30:00 GMT",
            "2026-05-01T13:00:00Z",
            "Sunday, 06-Nov-94 08:49:37 GMT",
            "Sun Nov  6 08:49:37 1994",
            "Fri, GMT",
            "GMT",
        ] {
            check(text, None);
        }
    }
}
