//! The values of query parameters. An empty value means that the parameter is not set.

use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::TimeZone;

use crate::domain::{ChangeKind, DeliveryState, ListCode, Severity, country};
use crate::web::error::WebError;
use crate::web::format::Format;

/// The longest `search`. Names are far shorter, and the databases refuse a much longer pattern.
const MAX_SEARCH_BYTES: usize = 1000;

/// Any text, without white space around it.
pub fn text(text: &str) -> Option<String> {
    let text = text.trim();
    (!text.is_empty()).then(|| text.to_owned())
}

pub fn search(value: &str) -> Result<Option<String>, WebError> {
    if value.len() > MAX_SEARCH_BYTES {
        return Err(WebError::BadRequest(format!(
            "expected at most {MAX_SEARCH_BYTES} bytes as `search`, but got {}",
            value.len()
        )));
    }
    Ok(text(value))
}

pub fn list(text: &str) -> Result<Option<ListCode>, WebError> {
    if text.is_empty() {
        Ok(None)
    } else {
        text.parse().map(Some).map_err(|_| unexpected("list", "the code of a list", text))
    }
}

pub fn kind(text: &str) -> Result<Option<ChangeKind>, WebError> {
    match text {
        "" => Ok(None),
        "added" => Ok(Some(ChangeKind::Added)),
        "removed" => Ok(Some(ChangeKind::Removed)),
        "revised" => Ok(Some(ChangeKind::Revised)),
        other => Err(unexpected("kind", "`added`, `removed` or `revised`", other)),
    }
}

/// Codes of countries, separated by commas.
pub fn countries(text: &str) -> Result<Vec<String>, WebError> {
    let codes = text.split(',').map(|code| code.trim().to_ascii_uppercase());
    codes
        .filter(|code| !code.is_empty())
        .map(|code| {
            if country::is_iso_alpha2(&code) {
                Ok(code)
            } else {
                Err(unexpected("country", "the code of a country such as `CN`", &code))
            }
        })
        .collect()
}

pub fn severity(text: &str) -> Result<Option<Severity>, WebError> {
    match text {
        "" => Ok(None),
        "high" => Ok(Some(Severity::High)),
        "normal" => Ok(Some(Severity::Normal)),
        "low" => Ok(Some(Severity::Low)),
        other => Err(unexpected("severity", "`high`, `normal` or `low`", other)),
    }
}

pub fn state(text: &str) -> Result<Option<DeliveryState>, WebError> {
    let named = DeliveryState::ALL.iter().copied().find(|state| state.as_str() == text);
    if text.is_empty() || named.is_some() {
        return Ok(named);
    }
    let expected = "`pending`, `delivered`, `dead`, `waiting` or `digested`";
    Err(unexpected("state", expected, text))
}

/// A number from 1 to `max`; `default` if none is set.
pub fn number(parameter: &str, text: &str, default: usize, max: usize) -> Result<usize, WebError> {
    if text.is_empty() {
        return Ok(default);
    }
    match text.parse() {
        Ok(number) if (1..=max).contains(&number) => Ok(number),
        _ => Err(unexpected(parameter, &format!("a number from 1 to {max}"), text)),
    }
}

pub fn format(text: &str) -> Result<Format, WebError> {
    match text {
        "" | "json" => Ok(Format::Json),
        "jsonl" => Ok(Format::Jsonl),
        "csv" => Ok(Format::Csv),
        other => Err(unexpected("format", "`json`, `jsonl` or `csv`", other)),
    }
}

/// `true` or `false`; a checkbox sends `on`.
pub fn flag(parameter: &str, text: &str) -> Result<bool, WebError> {
    match text {
        "" | "false" | "0" => Ok(false),
        "true" | "1" | "on" => Ok(true),
        other => Err(unexpected(parameter, "`true` or `false`", other)),
    }
}

/// A date of the publisher.
pub fn date(parameter: &str, text: &str) -> Result<Option<Date>, WebError> {
    if text.is_empty() {
        Ok(None)
    } else {
        text.parse()
            .map(Some)
            .map_err(|_| unexpected(parameter, "a date such as `2026-11-30`", text))
    }
}

/// Which end of the day a date stands for.
#[derive(Clone, Copy)]
pub enum Edge {
    Start,
    End,
}

/// A time, or a date in the zone of the messages: the start of that day, or the start of the next.
pub fn time(
    parameter: &str,
    text: &str,
    zone: &TimeZone,
    edge: Edge,
) -> Result<Option<Timestamp>, WebError> {
    if text.is_empty() {
        return Ok(None);
    }
    if let Ok(time) = text.parse::<Timestamp>() {
        return Ok(Some(time));
    }
    let day = text.parse::<Date>().ok().and_then(|day| match edge {
        Edge::Start => Some(day),
        Edge::End => day.tomorrow().ok(),
    });
    let start = day.and_then(|day| day.to_zoned(zone.clone()).ok());
    match start {
        Some(start) => Ok(Some(start.timestamp())),
        None => Err(unexpected(
            parameter,
            "a date such as `2026-11-30` or a time such as `2026-11-30T12:00:00Z`",
            text,
        )),
    }
}

fn unexpected(parameter: &str, expected: &str, got: &str) -> WebError {
    WebError::BadRequest(format!("expected {expected} as `{parameter}`, but got `{got}`"))
}
