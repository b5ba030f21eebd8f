//! Business days: Monday to Friday. Federal holidays are not known, so that a wait over one ends a day early. Pure.

use jiff::Span;
use jiff::civil::{Date, Weekday};

/// The day that is `count` business days after `from`.
pub fn after(from: Date, count: u32) -> Date {
    let mut day = from;
    let mut left = count;
    while left > 0 {
        let next = day.saturating_add(Span::new().days(1));
        if next == day {
            return day; // the end of time
        }
        day = next;
        if !matches!(day.weekday(), Weekday::Saturday | Weekday::Sunday) {
            left -= 1;
        }
    }
    day
}

/// The day that is `count` business days before `from`.
pub fn before(from: Date, count: u32) -> Date {
    let mut day = from;
    let mut left = count;
    while left > 0 {
        let next = day.saturating_sub(Span::new().days(1));
        if next == day {
            return day;
        }
        day = next;
        if !matches!(day.weekday(), Weekday::Saturday | Weekday::Sunday) {
            left -= 1;
        }
    }
    day
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
}
