//! `[retention]`: how long what was fetched and sent is kept. Without it, forever.

use std::str::FromStr;

use jiff::civil::Date;
use jiff::{Span, Timestamp, ToSpan as _};
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{Deserialize, Deserializer};

use crate::config::placed::Key;
use crate::config::problem::Problem;
use crate::config::value::Unreadable;

/// Records under the Export Administration Regulations are kept for 5 years (15 CFR 762.6).
const LEAST_YEARS: i16 = 5;
/// The years that can be written. Longer than any company keeps records.
const MOST_YEARS: i16 = 1000;

/// How long documents and deliveries are kept. Without a key, that kind is kept forever.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct RawRetention {
    /// The documents that publishers served, such as `10y`. Default: forever.
    pub documents: Key<Years>,
    /// The deliveries that were accepted or given up, with their attempts. Default: forever.
    pub deliveries: Key<Years>,
    /// Suspends pruning, for example while a court requires that everything is kept. Default: no.
    pub hold: Key<bool>,
}

/// A number of years: `"10y"`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Years(pub(super) i16);

impl Years {
    /// The time that is so many years before `now`. `None` before the year -9999.
    pub fn before(self, now: Timestamp) -> Option<Timestamp> {
        let span: Span = i64::from(self.0).years();
        let day: Date = crate::domain::utc_day(now).checked_sub(span).ok()?;
        Some(crate::domain::utc_midnight(day))
    }
}

impl std::fmt::Display for Years {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}y", self.0)
    }
}

impl FromStr for Years {
    type Err = Unreadable;

    fn from_str(text: &str) -> Result<Self, Unreadable> {
        let number = text.trim().strip_suffix('y').and_then(|years| years.trim().parse().ok());
        let number = number.filter(|years| (1..=MOST_YEARS).contains(years));
        number.map(Self).ok_or_else(|| Unreadable::new("a number of years such as `10y`", text))
    }
}

impl<'de> Deserialize<'de> for Years {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?.parse().map_err(serde::de::Error::custom)
    }
}

impl JsonSchema for Years {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "Years".into()
    }
    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({ "type": "string", "pattern": "^\\s*[0-9]+\\s*y\\s*$" })
    }
}

/// The checked `[retention]`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct RetentionSettings {
    pub documents: Option<Years>,
    pub deliveries: Option<Years>,
    pub hold: bool,
}

/// Adds mistakes to `problems`.
pub(super) fn check(raw: &RawRetention, problems: &mut Vec<Problem>) -> RetentionSettings {
    for years in [&raw.documents, &raw.deliveries].into_iter().flatten() {
        if years.value < Years(LEAST_YEARS) {
            problems.push(
                Problem::at(
                    years.span.clone(),
                    format!("expected at least {LEAST_YEARS}y, but got {}", years.value),
                )
                .with_hint("records of export controls are kept for 5 years (15 CFR 762.6)"),
            );
        }
    }
    RetentionSettings {
        documents: raw.documents.as_ref().map(|years| years.value),
        deliveries: raw.deliveries.as_ref().map(|years| years.value),
        hold: raw.hold.as_ref().is_some_and(|hold| hold.value),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ok_years_are_counted_back_in_the_calendar() {
        let check = |years: &str, now: &str, expected: &str| {
            let years: Years = years.parse().unwrap();
            let before = years.before(now.parse().unwrap()).unwrap();
            assert_eq!(before, expected.parse::<Timestamp>().unwrap());
        };
        check("10y", "2026-11-26T12:00:00Z", "2016-11-26T00:00:00Z");
        check("5y", "2024-02-29T23:59:59Z", "2019-02-28T00:00:00Z");
        check(" 7 y ", "2026-01-01T00:00:00Z", "2019-01-01T00:00:00Z");
    }

    #[test]
    fn err_another_unit_or_no_number() {
        for text in ["10", "y", "3650d", "-1y", "0y", "1.5y", "99999999y", ""] {
            let error = text.parse::<Years>().unwrap_err().to_string();
            assert!(error.starts_with("expected a number of years"), "{error}");
        }
    }
}
