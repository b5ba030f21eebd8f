//! Business days of the federal government: Monday to Friday, except federal holidays.
//!
//! Source of the holidays: 5 U.S.C. 6103(a), and 6103(b) for holidays on a weekend.

use jiff::Span;
use jiff::civil::{Date, Weekday};

/// The day that is `count` business days after `from`.
pub fn after(from: Date, count: u32) -> Date {
    count_days(from, count, 1)
}

/// The day that is `count` business days before `from`.
pub fn before(from: Date, count: u32) -> Date {
    count_days(from, count, -1)
}

fn count_days(from: Date, count: u32, direction: i64) -> Date {
    let mut day = from;
    let mut left = count;
    while left > 0 {
        let next = day.saturating_add(Span::new().days(direction));
        if next == day {
            return day; // the last date that the calendar has
        }
        day = next;
        if is_business_day(day) {
            left -= 1;
        }
    }
    day
}

fn is_business_day(day: Date) -> bool {
    let is_weekend = matches!(day.weekday(), Weekday::Saturday | Weekday::Sunday);
    // A Saturday holiday is observed on Friday, a Sunday holiday on Monday.
    let observed = match day.weekday() {
        Weekday::Friday => day.tomorrow().is_ok_and(is_dated_holiday),
        Weekday::Monday => day.yesterday().is_ok_and(is_dated_holiday),
        _ => false,
    };
    !is_weekend && !observed && !is_dated_holiday(day) && !is_weekday_holiday(day)
}

/// New Year's Day, Juneteenth, Independence Day, Veterans Day, Christmas Day.
fn is_dated_holiday(day: Date) -> bool {
    matches!((day.month(), day.day()), (1, 1) | (6, 19) | (7, 4) | (11, 11) | (12, 25))
}

/// The birthdays of Martin Luther King and Washington, Memorial Day, Labor Day, Columbus Day,
/// Thanksgiving Day.
fn is_weekday_holiday(day: Date) -> bool {
    let nth = (day.day() - 1) / 7 + 1;
    match (day.month(), day.weekday()) {
        (1 | 2, Weekday::Monday) => nth == 3,
        (5, Weekday::Monday) => day.day() > 24,
        (9, Weekday::Monday) => nth == 1,
        (10, Weekday::Monday) => nth == 2,
        (11, Weekday::Thursday) => nth == 4,
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::civil::date;

    #[test]
    fn weekends_do_not_count() {
        let friday = date(2025, 3, 7);
        assert_eq!(after(friday, 1), date(2025, 3, 10));
        assert_eq!(after(friday, 5), date(2025, 3, 14));
        assert_eq!(after(friday, 10), date(2025, 3, 21));
        assert_eq!(before(date(2025, 3, 10), 1), friday);
        assert_eq!(before(date(2025, 3, 21), 10), friday);
    }

    #[test]
    fn ok_eleven_holidays_a_year_on_the_days_they_are_observed() {
        let holidays = |year: i16| -> Vec<String> {
            let first = date(year, 1, 1);
            let days = (0..365).map(|n| first.saturating_add(Span::new().days(n)));
            let weekday =
                |day: &Date| !matches!(day.weekday(), Weekday::Saturday | Weekday::Sunday);
            days.filter(weekday)
                .filter(|day| !is_business_day(*day))
                .map(|day| day.strftime("%m-%d").to_string())
                .collect()
        };
        assert_eq!(
            holidays(2025),
            [
                "01-01", "01-20", "02-17", "05-26", "06-19", "07-04", "09-01", "10-13", "11-11",
                "11-27", "12-25"
            ]
        );
        // 2022 began on a Saturday, so its New Year's Day was observed in 2021. Juneteenth and
        // Christmas were Sundays.
        assert_eq!(
            holidays(2022),
            [
                "01-17", "02-21", "05-30", "06-20", "07-04", "09-05", "10-10", "11-11", "11-24",
                "12-26"
            ]
        );
        assert!(!is_business_day(date(2021, 12, 31)));
    }

    #[test]
    fn err_days_next_to_holidays_are_business_days() {
        assert!(
            is_business_day(date(2025, 1, 2))
                && is_business_day(date(2025, 5, 19))
                && is_business_day(date(2025, 11, 28))
        );
    }
}
