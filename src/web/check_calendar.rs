//! The calendar of checks on the overview: a table with a column for each week and a row for each
//! weekday.
//!
//! Knows what the checks of each day found. The template says how it looks.

use jiff::civil::{Date, Weekday};
use jiff::{Span, ToSpan};
use serde::Serialize;

use crate::domain::month::MONTHS;
use crate::stored_json::CheckDayRow;

/// As many days as the calendar shows: a quarter.
pub const DAYS: i64 = 90;
const WEEKDAYS: [&str; 7] =
    ["Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday"];

#[derive(Debug, Serialize)]
pub struct CheckCalendar {
    days: i64,
    total: Counts,
    weeks: Vec<Week>,
    lines: Vec<Line>,
    /// The days on which something changed, failed or was missed, the newest first.
    notable: Vec<Day>,
}

/// The checks of all sources.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
struct Counts {
    made: u64,
    unchanged: u64,
    changed: u64,
    failed: u64,
    missed: u64,
}

#[derive(Debug, Serialize)]
struct Week {
    begins: Date,
    /// `Nov` above the first week of a month.
    month: Option<&'static str>,
}

#[derive(Debug, Serialize)]
struct Line {
    weekday: &'static str,
    /// One for each week. None for the days before the first and after the last.
    cells: Vec<Option<Day>>,
}

#[derive(Clone, Debug, Serialize)]
struct Day {
    day: Date,
    #[serde(flatten)]
    counts: Counts,
    state: &'static str,
    /// Shown in the cell. Empty if no check was due.
    sign: &'static str,
}

/// The first day of the calendar whose last day is `today`.
pub fn first_day(today: Date) -> Date {
    today.saturating_sub((DAYS - 1).days())
}

impl CheckCalendar {
    pub fn new(rows: &[CheckDayRow], today: Date) -> Self {
        let first = first_day(today);
        let of_day = |day: Date| {
            let mut counts = Counts::default();
            rows.iter().filter(|row| row.day == day).for_each(|row| counts.add(row));
            Day::new(day, counts)
        };
        let days: Vec<Day> =
            first.series(1.day()).take_while(|day| *day <= today).map(of_day).collect();
        let mut total = Counts::default();
        rows.iter().for_each(|row| total.add(row));
        let weeks = weeks(first, today);
        let cell = |week: &Week, weekday: usize| {
            let offset = Span::new().days(i64::try_from(weekday).unwrap_or_default());
            let day = week.begins.saturating_add(offset);
            days.iter().find(|it| it.day == day).cloned()
        };
        let line = |(number, weekday): (usize, &'static str)| Line {
            weekday,
            cells: weeks.iter().map(|week| cell(week, number)).collect(),
        };
        let lines = WEEKDAYS.into_iter().enumerate().map(line).collect();
        let is_notable = |day: &&Day| !matches!(day.state, "quiet" | "ok");
        let notable = days.iter().rev().filter(is_notable).cloned().collect();
        Self { days: DAYS, total, weeks, lines, notable }
    }
}

impl Counts {
    fn add(&mut self, row: &CheckDayRow) {
        self.made += row.made;
        self.unchanged += row.unchanged;
        self.changed += row.changed;
        self.failed += row.failed;
        self.missed += row.missed;
    }
}

impl Day {
    fn new(day: Date, counts: Counts) -> Self {
        let Counts { made, changed, failed, missed, .. } = counts;
        let (state, sign) = match () {
            () if made + missed == 0 => ("quiet", ""),
            () if made == failed => ("none", "✕"),
            () if failed + missed > 0 && changed > 0 => ("partly", "●"),
            () if failed + missed > 0 => ("partly", "!"),
            () if changed > 0 => ("changed", "●"),
            () => ("ok", "·"),
        };
        Self { day, counts, state, sign }
    }
}

/// The weeks from Sunday to Saturday that have a day of the period.
fn weeks(first: Date, last: Date) -> Vec<Week> {
    let back = i64::from(first.weekday().since(Weekday::Sunday));
    let mut weeks: Vec<Week> = Vec::new();
    for begins in first.saturating_sub(back.days()).series(1.week()) {
        if begins > last {
            break;
        }
        // The week in which a month begins has its name. The first column has no room for the name
        // of a month that ends in it.
        let ends = begins.saturating_add(6.days());
        let month = usize::try_from(ends.month() - 1).ok().and_then(|month| MONTHS.get(month));
        let month = month.filter(|_| ends.day() <= 7).and_then(|name| name.get(..3));
        weeks.push(Week { begins, month });
    }
    weeks
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day(text: &str) -> Date {
        text.parse().unwrap()
    }

    fn row(text: &str, unchanged: u64, changed: u64, failed: u64, missed: u64) -> CheckDayRow {
        CheckDayRow {
            day: day(text),
            source: "csl".into(),
            made: unchanged + changed + failed,
            unchanged,
            changed,
            failed,
            missed,
        }
    }

    #[test]
    fn ok_ninety_days_end_today_and_each_has_its_place() {
        // A Thursday.
        let calendar = CheckCalendar::new(&[], day("2026-11-26"));
        assert_eq!(first_day(day("2026-11-26")), day("2026-08-29"));
        assert_eq!(calendar.weeks.len(), 14);
        assert_eq!(calendar.weeks[0].begins, day("2026-08-23"));
        let months: Vec<&str> = calendar.weeks.iter().filter_map(|week| week.month).collect();
        assert_eq!(months, ["Sep", "Oct", "Nov"]);
        let shown: Vec<Date> =
            calendar.lines.iter().flat_map(|line| &line.cells).flatten().map(|it| it.day).collect();
        assert_eq!(shown.len(), 90);
        for line in &calendar.lines {
            assert_eq!(line.cells.len(), calendar.weeks.len());
            for cell in line.cells.iter().flatten() {
                let weekday = format!("{:?}", cell.day.weekday());
                assert_eq!(weekday, line.weekday, "{}", cell.day);
            }
        }
        assert!(calendar.notable.is_empty());
    }

    #[test]
    fn ok_a_day_shows_its_worst_and_its_news() {
        let check = |rows: &[CheckDayRow], expected: (&str, &str)| {
            let calendar = CheckCalendar::new(rows, day("2026-11-26"));
            let of = |it: &&Day| it.day == day("2026-11-20");
            let cells = calendar.lines.iter().flat_map(|line| &line.cells).flatten();
            let found = cells.clone().find(of).unwrap();
            assert_eq!((found.state, found.sign), expected, "{rows:?}");
            assert_eq!(calendar.notable.len(), usize::from(!matches!(expected.0, "quiet" | "ok")));
        };
        check(&[], ("quiet", ""));
        check(&[row("2026-11-20", 96, 0, 0, 0)], ("ok", "·"));
        check(&[row("2026-11-20", 95, 1, 0, 0)], ("changed", "●"));
        check(&[row("2026-11-20", 95, 0, 1, 0)], ("partly", "!"));
        check(&[row("2026-11-20", 95, 0, 0, 1)], ("partly", "!"));
        check(&[row("2026-11-20", 94, 1, 1, 0)], ("partly", "●"));
        check(&[row("2026-11-20", 0, 0, 96, 0)], ("none", "✕"));
        check(&[row("2026-11-20", 0, 0, 0, 96)], ("none", "✕"));
        // One source failed all day, another did not.
        check(&[row("2026-11-20", 0, 0, 96, 0), row("2026-11-20", 96, 0, 0, 0)], ("partly", "!"));
    }
}
