//! Distances in time, in words.

use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::TimeZone;

const MINUTE_SECONDS: i64 = 60;
const HOUR_SECONDS: i64 = 60 * MINUTE_SECONDS;
const DAY_SECONDS: i64 = 24 * HOUR_SECONDS;

/// `4 minutes ago`: whole units, rounded down.
pub fn ago(at: Timestamp, now: Timestamp) -> String {
    let seconds = now.duration_since(at).as_secs();
    if seconds < MINUTE_SECONDS {
        "just now".to_owned()
    } else if seconds < HOUR_SECONDS {
        units(seconds / MINUTE_SECONDS, "minute")
    } else if seconds < DAY_SECONDS {
        units(seconds / HOUR_SECONDS, "hour")
    } else {
        units(seconds / DAY_SECONDS, "day")
    }
}

/// `today`, `yesterday`, `3 days ago`: of a publisher's date, by the calendar of `zone`.
pub fn days_ago(day: Date, now: Timestamp, zone: &TimeZone) -> String {
    let today = now.to_zoned(zone.clone()).date();
    match (today - day).get_days() {
        0 => "today".to_owned(),
        1 => "yesterday".to_owned(),
        days if days > 1 => units(days.into(), "day"),
        _ => "in the future".to_owned(),
    }
}

fn units(count: i64, unit: &str) -> String {
    let plural = if count == 1 { "" } else { "s" };
    format!("{count} {unit}{plural} ago")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(second: i64) -> Timestamp {
        Timestamp::from_second(second).unwrap()
    }

    #[test]
    fn a_distance_is_in_the_largest_whole_unit() {
        let check = |seconds: i64, expected: &str| assert_eq!(ago(at(0), at(seconds)), expected);
        check(-5, "just now");
        check(59, "just now");
        check(60, "1 minute ago");
        check(3_599, "59 minutes ago");
        check(7_200, "2 hours ago");
        check(86_399, "23 hours ago");
        check(86_400, "1 day ago");
        check(40 * 86_400, "40 days ago");
    }

    #[test]
    fn a_publishers_day_counts_calendar_days_in_the_zone() {
        let zone = TimeZone::get("America/New_York").unwrap();
        // Still November 25 in New York.
        let now = "2026-11-26T03:00:00Z".parse().unwrap();
        let check = |day: &str, expected: &str| {
            assert_eq!(days_ago(day.parse().unwrap(), now, &zone), expected);
        };
        check("2026-11-25", "today");
        check("2026-11-24", "yesterday");
        check("2026-10-26", "30 days ago");
        check("2026-11-26", "in the future");
    }
}
