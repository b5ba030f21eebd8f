//! Checks `expect_by` and `expect_days` of `[[source]]`.

use jiff::civil::Time;

use crate::config::problem::Problem;
use crate::config::raw::RawSource;
use crate::config::settings::SourceKind;
use crate::domain::Expectation;

/// Business days, if `expect_days` is left out.
const DEFAULT_DAYS: u16 = 3;

/// The expectation, if the section has a valid one. Adds its mistakes to `problems`.
pub(super) fn check(
    raw: &RawSource,
    kind: SourceKind,
    problems: &mut Vec<Problem>,
) -> Option<Expectation> {
    let Some(by) = &raw.expect_by else {
        if let Some(days) = &raw.expect_days {
            problems.push(Problem::at(
                days.span.clone(),
                "expected the key `expect_by` beside `expect_days`, but found none",
            ));
        }
        return None;
    };
    if kind == SourceKind::FederalRegister {
        let problem = "found `expect_by`, but a source of kind `federal-register` reads a list of \
                       documents that may stay the same";
        problems.push(Problem::at(by.span.clone(), problem));
        return None;
    }
    let Some(time) = time_of_day(&by.value.0) else {
        let problem = format!("expected a time of day such as `10:30`, but got `{}`", by.value.0);
        problems.push(Problem::at(by.span.clone(), problem));
        return None;
    };
    let days = raw.expect_days.as_ref().map_or(DEFAULT_DAYS, |days| days.value.get());
    Some(Expectation { by: time, days: u32::from(days) })
}

/// `9:05` or `09:05`
fn time_of_day(text: &str) -> Option<Time> {
    let (hour, minute) = text.trim().split_once(':')?;
    let is_number = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
    if !is_number(hour) || !is_number(minute) || minute.len() != 2 {
        return None;
    }
    Time::new(hour.parse().ok()?, minute.parse().ok()?, 0, 0).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ok_and_err_times_of_day() {
        for (text, expected) in [("10:30", (10, 30)), ("9:05", (9, 5)), ("00:00", (0, 0))] {
            let time = time_of_day(text).unwrap();
            assert_eq!((time.hour(), time.minute()), expected, "{text}");
        }
        for text in ["", "10", "24:00", "10:60", "10:3", "+9:00", "10:30:00", "10.30", "-1:00"] {
            assert_eq!(time_of_day(text), None, "{text}");
        }
    }
}
