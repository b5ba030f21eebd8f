//! `Retry-After` (RFC 9110, section 10.2.3): seconds, or an HTTP date in one of its three forms (section 5.6.7).

use jiff::civil::DateTime;
use jiff::fmt::rfc2822::DateTimeParser;
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};

/// Nobody is left alone for longer: a list that is not watched is worse than a publisher who is asked once more.
const LONGEST: SignedDuration = SignedDuration::from_hours(24);

/// Until when the sender wants to be left alone; none where the text says nothing, or a time that is past.
pub(super) fn parse(text: &str, now: Timestamp) -> Option<Timestamp> {
    let text = text.trim();
    let latest = now.checked_add(LONGEST).ok()?;
    let until = match text.parse::<u64>() {
        Ok(seconds) => {
            let seconds = SignedDuration::from_secs(i64::try_from(seconds).unwrap_or(i64::MAX));
            now.checked_add(seconds.min(LONGEST)).ok()?
        }
        // More digits than a number holds are still a number of seconds.
        Err(_) if !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit()) => latest,
        Err(_) => date(text)?,
    };
    (until > now).then(|| until.min(latest))
}

/// `Fri, 01 May 2026 13:30:00 GMT`, and as old servers say it: `Friday, 01-May-26 13:30:00 GMT`, `Fri May  1 13:30:00 2026`. The weekday
/// adds nothing, and so is not held against the rest.
fn date(text: &str) -> Option<Timestamp> {
    if let Ok(time) = DateTimeParser::new().relaxed_weekday(true).parse_timestamp(text) {
        return Some(time);
    }
    let (_, rest) = text.split_once(' ')?;
    let parsed = [("%d-%b-%y %H:%M:%S GMT", rest), ("%b %d %H:%M:%S %Y", rest.trim_start())];
    let time = parsed.into_iter().find_map(|(format, text)| DateTime::strptime(format, text).ok())?;
    time.to_zoned(TimeZone::UTC).ok().map(|time| time.timestamp())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(text: &str, expected: Option<&str>) {
        let now = "2026-05-01T12:00:00Z".parse().unwrap();
        assert_eq!(parse(text, now), expected.map(|t| t.parse().unwrap()), "{text}");
    }

    #[test]
    fn ok_seconds_and_dates() {
        check("120", Some("2026-05-01T12:02:00Z"));
        check(" 5 ", Some("2026-05-01T12:00:05Z"));
        check("Fri, 01 May 2026 13:30:00 GMT", Some("2026-05-01T13:30:00Z"));
        check("Friday, 01-May-26 13:30:00 GMT", Some("2026-05-01T13:30:00Z"));
        check("Fri May  1 13:30:00 2026", Some("2026-05-01T13:30:00Z"));
        check("Fri May 01 13:30:00 2026", Some("2026-05-01T13:30:00Z"));
    }

    #[test]
    fn ok_a_day_at_most() {
        check("864000", Some("2026-05-02T12:00:00Z"));
        check("99999999999999999999999999", Some("2026-05-02T12:00:00Z"));
        check("Fri, 31 Dec 2032 23:59:59 GMT", Some("2026-05-02T12:00:00Z"));
    }

    #[test]
    fn err_what_says_nothing_is_ignored() {
        for text in [
            "",
            "soon",
            "-5",
            "0",
            "1.5",
            "Fri, 01 May 2026 11:59:59 GMT",
            "2026-05-01T13:00:00Z",
            "Sunday, 06-Nov-94 08:49:37 GMT",
            "Sun Nov  6 08:49:37 1994",
        ] {
            check(text, None);
        }
    }
}
