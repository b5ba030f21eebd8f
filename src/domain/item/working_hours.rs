//! Working hours: `Mon-Fri 08:00-18:00`.
//!
//! Days, or ranges of days, then times. More of both may follow: `Mon-Thu 08:00-12:00 13:00-18:00,
//! Fri 08:00-14:00`. Spaces, commas and semicolons separate. A range of days may run over Sunday.

use std::fmt;
use std::ops::Range;
use std::str::FromStr;

use jiff::civil::{Date, Time};
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp, ToSpan};
use serde::{Deserialize, Serialize};

const EXPECTED: &str = "working hours such as \"Mon-Fri 08:00-18:00\"";
const DAYS: [&str; 7] = ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"];
const MINUTES_OF_A_DAY: u16 = 24 * 60;
/// How far ahead a time is searched: ten years of days. A longer wait means that the working hours
/// of a year do not contain `acknowledge_within`.
const MAX_DAYS: usize = 3_660;

/// One stretch of one day, in minutes after midnight. Never empty.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Shift {
    /// 0 is Monday.
    day: usize,
    from: u16,
    until: u16,
}

/// The hours of a week in which the clock of an item runs. At least one minute.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct WorkingHours {
    text: String,
    /// In the order of the week, without overlaps.
    shifts: Vec<Shift>,
}

/// Why a text is no working hours, with the place in it.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{message}")]
pub struct InvalidHours {
    pub message: String,
    pub at: Range<usize>,
}

impl WorkingHours {
    /// The time at which `length` of working time has passed since `start`.
    ///
    /// # Examples
    ///
    /// ```
    /// use entitywatch::domain::item::WorkingHours;
    /// use jiff::{SignedDuration, Timestamp, tz::TimeZone};
    ///
    /// let hours: WorkingHours = "Mon-Fri 08:00-18:00".parse().unwrap();
    /// // A Friday at 16:00. Two hours are left, so the rest is on Monday.
    /// let friday: Timestamp = "2022-07-01T16:00:00Z".parse().unwrap();
    /// let after = hours.after(friday, SignedDuration::from_hours(4), &TimeZone::UTC);
    /// assert_eq!(after.to_string(), "2022-07-04T10:00:00Z");
    /// ```
    pub fn after(&self, start: Timestamp, length: SignedDuration, zone: &TimeZone) -> Timestamp {
        let mut left = length;
        let mut last = start;
        let first_day = start.to_zoned(zone.clone()).date();
        for day in first_day.series(1.day()).take(MAX_DAYS) {
            let weekday = usize::try_from(day.weekday().to_monday_zero_offset()).unwrap_or(0);
            for shift in self.shifts.iter().filter(|shift| shift.day == weekday) {
                let from = instant(day, shift.from, zone).max(start);
                let until = instant(day, shift.until, zone);
                let within = until.duration_since(from);
                if within <= SignedDuration::ZERO {
                    continue;
                }
                if left <= within {
                    return from.saturating_add(left).unwrap_or(until);
                }
                left -= within;
                last = until;
            }
        }
        last
    }
}

/// A minute of a day. In the hour that a change to summer time skips, the time after it.
fn instant(day: Date, minutes: u16, zone: &TimeZone) -> Timestamp {
    let (day, minutes) = if minutes == MINUTES_OF_A_DAY {
        (day.tomorrow().unwrap_or(day), 0)
    } else {
        (day, minutes)
    };
    let part = |minutes: u16| i8::try_from(minutes).unwrap_or(0);
    let time = Time::new(part(minutes / 60), part(minutes % 60), 0, 0).unwrap_or(Time::midnight());
    zone.to_ambiguous_zoned(day.to_datetime(time))
        .compatible()
        .map_or(Timestamp::MAX, |zoned| zoned.timestamp())
}

impl FromStr for WorkingHours {
    type Err = InvalidHours;

    fn from_str(text: &str) -> Result<Self, InvalidHours> {
        let wrong = |at: Range<usize>, message: String| Err(InvalidHours { message, at });
        let mut days: Vec<usize> = Vec::new();
        let mut days_have_times = false;
        let mut last_word = 0..text.len();
        let mut shifts: Vec<Shift> = Vec::new();
        for (at, word) in words(text) {
            last_word = at.clone();
            if word.starts_with(|c: char| c.is_ascii_digit()) {
                if days.is_empty() {
                    let message =
                        format!("expected a day before `{word}`, such as \"Mon-Fri {word}\"");
                    return wrong(at, message);
                }
                let (from, until) = match times(word) {
                    Ok(times) => times,
                    Err(message) => return wrong(at, message),
                };
                for day in &days {
                    let shift = Shift { day: *day, from, until };
                    let overlaps = |other: &Shift| {
                        other.day == *day && other.from < until && from < other.until
                    };
                    if shifts.iter().any(overlaps) {
                        let message = format!(
                            "expected times of a day that do not overlap, but got `{word}` again \
                             for {}",
                            day_name(*day)
                        );
                        return wrong(at, message);
                    }
                    shifts.push(shift);
                }
                days_have_times = true;
            } else {
                if std::mem::take(&mut days_have_times) {
                    days.clear();
                }
                match day_range(word) {
                    Some(range) => days.extend(range),
                    None => {
                        let message = format!(
                            "expected {EXPECTED}, with Mon, Tue, Wed, Thu, Fri, Sat or Sun, but \
                             got `{word}`"
                        );
                        return wrong(at, message);
                    }
                }
            }
        }
        if days.is_empty() {
            return wrong(0..text.len(), format!("expected {EXPECTED}, but got `{text}`"));
        }
        if !days_have_times {
            let message = format!("expected times after the days, as in {EXPECTED}");
            return wrong(last_word, message);
        }
        shifts.sort_unstable();
        Ok(Self { text: text.to_owned(), shifts })
    }
}

/// The words of a text, each with its place.
fn words(text: &str) -> impl Iterator<Item = (Range<usize>, &str)> {
    let separates = |c: char| c.is_whitespace() || matches!(c, ',' | ';');
    text.split(separates)
        .scan(0, |next, word| {
            let start = *next;
            let end = start + word.len();
            // Every separator is one character.
            *next = end
                + text.get(end..).and_then(|rest| rest.chars().next()).map_or(0, char::len_utf8);
            Some((start..end, word))
        })
        .filter(|(_, word)| !word.is_empty())
}

/// The days of `Mon` or `Mon-Fri`, from 0 for Monday.
fn day_range(word: &str) -> Option<Vec<usize>> {
    let day = |name: &str| DAYS.iter().position(|known| known.eq_ignore_ascii_case(name));
    let (first, last) = word.split_once('-').unwrap_or((word, word));
    let (first, last) = (day(first)?, day(last)?);
    let length = (last + DAYS.len() - first) % DAYS.len() + 1;
    Some((first..first + length).map(|day| day % DAYS.len()).collect())
}

fn day_name(day: usize) -> &'static str {
    DAYS.get(day).copied().unwrap_or_default()
}

/// The minutes of `08:00-18:00`.
fn times(word: &str) -> Result<(u16, u16), String> {
    let expected = || format!("expected times such as 08:00-18:00, but got `{word}`");
    let (from, until) = word.split_once('-').ok_or_else(expected)?;
    let (from, until) = (minutes(from).ok_or_else(expected)?, minutes(until).ok_or_else(expected)?);
    if from < until {
        return Ok((from, until));
    }
    Err(format!(
        "expected an end after the start, but got `{word}`: hours over midnight are those of two \
         days, such as \"Mon 22:00-24:00, Tue 00:00-06:00\""
    ))
}

/// The minutes after midnight of `08:00`, up to `24:00`.
fn minutes(text: &str) -> Option<u16> {
    let (hour, minute) = text.split_once(':')?;
    let number = |text: &str| {
        let is_plain = text.len() == 2 && text.bytes().all(|byte| byte.is_ascii_digit());
        is_plain.then(|| text.parse::<u16>().ok()).flatten()
    };
    let (hour, minute) = (number(hour)?, number(minute)?);
    let minutes = hour * 60 + minute;
    (minute < 60 && minutes <= MINUTES_OF_A_DAY).then_some(minutes)
}

impl fmt::Display for WorkingHours {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

impl From<WorkingHours> for String {
    fn from(hours: WorkingHours) -> Self {
        hours.text
    }
}

impl TryFrom<String> for WorkingHours {
    type Error = InvalidHours;

    fn try_from(text: String) -> Result<Self, InvalidHours> {
        text.parse()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(hours: &str, start: &str, length: i64, expected: &str) {
        let hours: WorkingHours = hours.parse().unwrap();
        let zone = TimeZone::get("America/New_York").unwrap();
        let after = hours.after(start.parse().unwrap(), SignedDuration::from_hours(length), &zone);
        assert_eq!(after.to_zoned(zone).strftime("%a %F %R").to_string(), expected);
    }

    #[test]
    fn ok_the_clock_runs_in_the_hours_only() {
        let week = "Mon-Fri 08:00-18:00";
        // Thursday, June 30, 2022, 09:00 in New York.
        check(week, "2022-06-30T13:00:00Z", 4, "Thu 2022-06-30 13:00");
        check(week, "2022-06-30T13:00:00Z", 9, "Thu 2022-06-30 18:00");
        check(week, "2022-06-30T13:00:00Z", 10, "Fri 2022-07-01 09:00");
        check(week, "2022-06-30T13:00:00Z", 20, "Mon 2022-07-04 09:00");
        // 07:00, 20:00 and a Saturday.
        check(week, "2022-06-30T11:00:00Z", 1, "Thu 2022-06-30 09:00");
        check(week, "2022-07-01T00:00:00Z", 1, "Fri 2022-07-01 09:00");
        check(week, "2022-07-02T15:00:00Z", 1, "Mon 2022-07-04 09:00");
    }

    #[test]
    fn ok_several_days_and_times() {
        let hours = "Mon-Thu 08:00-12:00 13:00-18:00, Fri 08:00-14:00";
        check(hours, "2022-06-30T13:00:00Z", 4, "Thu 2022-06-30 14:00");
        check(hours, "2022-07-01T13:00:00Z", 6, "Mon 2022-07-04 09:00");
        check("Mon,Wed;fri 09:00-10:00", "2022-06-30T13:00:00Z", 2, "Mon 2022-07-04 10:00");
        check("Sat-Mon 22:00-24:00", "2022-06-30T13:00:00Z", 5, "Mon 2022-07-04 23:00");
        check("Mon-Sun 00:00-24:00", "2022-06-30T13:00:00Z", 30, "Fri 2022-07-01 15:00");
    }

    #[test]
    fn ok_a_night_with_a_change_of_the_clock_has_its_real_length() {
        let always = "Mon-Sun 00:00-24:00";
        // 00:00 on November 6, 2022: that day has 25 hours. March 12, 2023 has 23.
        check(always, "2022-11-06T04:00:00Z", 24, "Sun 2022-11-06 23:00");
        check(always, "2023-03-12T05:00:00Z", 24, "Mon 2023-03-13 01:00");
    }

    #[test]
    fn ok_hours_that_are_never_reached_end() {
        check("Mon 08:00-08:01", "2022-06-30T13:00:00Z", 24 * 365, "Mon 2032-07-05 08:01");
    }

    #[track_caller]
    fn refuse(text: &str, at: &str, message: &str) {
        let error = text.parse::<WorkingHours>().unwrap_err();
        assert_eq!(&text[error.at.clone()], at, "{text}");
        assert!(
            error.message.starts_with("expected ") && error.message.contains(message),
            "{error}"
        );
    }

    #[test]
    fn err_what_is_not_understood() {
        refuse("", "", "working hours such as");
        refuse("Mon-Fri", "Mon-Fri", "times after the days");
        refuse("Mon-Fri 08:00-18:00, Sat", "Sat", "times after the days");
        refuse("08:00-18:00", "08:00-18:00", "a day before `08:00-18:00`");
        refuse("Mon-Fry 08:00-18:00", "Mon-Fry", "but got `Mon-Fry`");
        refuse("Monday 08:00-18:00", "Monday", "but got `Monday`");
        refuse("Mon-Fri 8:00-18:00", "8:00-18:00", "but got `8:00-18:00`");
        refuse("Mon-Fri 08:00", "08:00", "but got `08:00`");
        refuse("Mon-Fri 08:00-24:01", "08:00-24:01", "times such as");
        refuse("Mon-Fri 08:60-18:00", "08:60-18:00", "times such as");
        refuse("Mon 22:00-06:00", "22:00-06:00", "an end after the start");
        refuse("Mon-Fri 08:00-08:00", "08:00-08:00", "an end after the start");
        refuse("Mon-Fri 08:00-12:00, Fri 11:00-13:00", "11:00-13:00", "again for Fri");
        refuse("Mon–Fri 08:00-18:00", "Mon–Fri", "but got `Mon–Fri`");
    }

    #[test]
    fn ok_the_text_is_kept() {
        let hours: WorkingHours = "Mon-Fri 08:00-18:00".parse().unwrap();
        let json = serde_json::to_string(&hours).unwrap();
        assert_eq!(json, "\"Mon-Fri 08:00-18:00\"");
        assert_eq!(serde_json::from_str::<WorkingHours>(&json).unwrap(), hours);
    }
}
