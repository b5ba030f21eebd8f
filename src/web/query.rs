//! Query strings: what a form or a program asks, checked. An empty parameter is none; an unknown
//! one is an error, so that a mistyped filter never shows more than was asked for.

use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::TimeZone;
use serde::Serialize;

use crate::domain::{AlertId, ChangeKind, DeliveryState, ListCode};
use crate::store::{AlertQuery, ChangeQuery, DeliveryQuery, EntryQuery};
use crate::web::error::WebError;

/// The parameters of `/changes` and `/api/changes`.
pub const CHANGES: &[&str] = &["source", "list", "kind", "since", "until", "editorial", "limit"];
/// Those of `/entries` and `/api/entries`.
pub const ENTRIES: &[&str] = &["source", "list", "search", "as_of", "known_at", "limit"];
pub const ALERTS: &[&str] = &["since", "until", "limit"];
pub const DELIVERIES: &[&str] = &["receiver", "state", "alert", "limit"];
pub const HOLDS: &[&str] = &["open"];
/// Of an address that takes none.
pub const NONE: &[&str] = &[];

/// The parameters of all addresses, as text: each address takes those that it knows.
#[derive(Clone, Debug, Default, Serialize)]
pub struct Asked {
    pub source: String,
    pub list: String,
    pub kind: String,
    /// RFC 3339, or a date: the start of that day in the zone of the messages. `since <= t`
    pub since: String,
    /// RFC 3339: `t < until`; or a date: to the end of that day.
    pub until: String,
    pub editorial: String,
    pub search: String,
    pub as_of: String,
    pub known_at: String,
    pub receiver: String,
    pub state: String,
    pub alert: String,
    pub open: String,
    pub limit: String,
}

impl Asked {
    /// Reads a query string of which only the parameters `known` are allowed, each once.
    pub fn read(query: Option<&str>, known: &[&str]) -> Result<Self, WebError> {
        let mut asked = Self::default();
        let mut seen: Vec<String> = Vec::new();
        for part in query.unwrap_or_default().split('&').filter(|part| !part.is_empty()) {
            let (name, value) = part.split_once('=').unwrap_or((part, ""));
            let name = decoded(name).ok_or_else(|| malformed(part))?;
            let value = decoded(value).ok_or_else(|| malformed(part))?;
            let Some(field) = known.contains(&name.as_str()).then(|| asked.field(&name)).flatten()
            else {
                return Err(unknown(&name, known));
            };
            *field = value;
            if seen.contains(&name) {
                return Err(WebError::Asked(format!(
                    "expected the parameter `{name}` once, but got it more than once"
                )));
            }
            seen.push(name);
        }
        Ok(asked)
    }

    fn field(&mut self, name: &str) -> Option<&mut String> {
        Some(match name {
            "source" => &mut self.source,
            "list" => &mut self.list,
            "kind" => &mut self.kind,
            "since" => &mut self.since,
            "until" => &mut self.until,
            "editorial" => &mut self.editorial,
            "search" => &mut self.search,
            "as_of" => &mut self.as_of,
            "known_at" => &mut self.known_at,
            "receiver" => &mut self.receiver,
            "state" => &mut self.state,
            "alert" => &mut self.alert,
            "open" => &mut self.open,
            "limit" => &mut self.limit,
            _ => return None,
        })
    }

    pub fn changes(&self, zone: &TimeZone, limit: usize) -> Result<ChangeQuery, WebError> {
        Ok(ChangeQuery {
            source: text(&self.source),
            list: list(&self.list)?,
            kind: kind(&self.kind)?,
            since: time("since", &self.since, zone, Edge::Start)?,
            until: time("until", &self.until, zone, Edge::End)?,
            editorial: flag("editorial", &self.editorial)?,
            limit: Some(limit),
        })
    }

    pub fn entries(&self, zone: &TimeZone, limit: usize) -> Result<EntryQuery, WebError> {
        if !self.as_of.is_empty() && !self.known_at.is_empty() {
            return Err(WebError::Asked(
                "expected `as_of` (the publisher's date) or `known_at` (ours), but got both"
                    .to_owned(),
            ));
        }
        Ok(EntryQuery {
            source: text(&self.source),
            list: list(&self.list)?,
            search: search(&self.search)?,
            as_of: date("as_of", &self.as_of)?,
            known_at: time("known_at", &self.known_at, zone, Edge::End)?,
            limit: Some(limit),
        })
    }

    pub fn alerts(&self, zone: &TimeZone, limit: usize) -> Result<AlertQuery, WebError> {
        let since = time("since", &self.since, zone, Edge::Start)?;
        let until = time("until", &self.until, zone, Edge::End)?;
        Ok(AlertQuery { since, until, limit: Some(limit), ..AlertQuery::default() })
    }

    pub fn deliveries(&self, limit: usize) -> Result<DeliveryQuery, WebError> {
        let state = match self.state.as_str() {
            "" => None,
            "pending" => Some(DeliveryState::Pending),
            "delivered" => Some(DeliveryState::Delivered),
            "dead" => Some(DeliveryState::Dead),
            other => return Err(asked("state", "`pending`, `delivered` or `dead`", other)),
        };
        Ok(DeliveryQuery {
            receiver: text(&self.receiver),
            state,
            alert: text(&self.alert).map(AlertId),
            limit: Some(limit),
        })
    }

    pub fn open_only(&self) -> Result<bool, WebError> {
        flag("open", &self.open)
    }

    /// The asked limit, at most `most`; `otherwise` if none is asked.
    pub fn limit(&self, otherwise: usize, most: usize) -> Result<usize, WebError> {
        if self.limit.is_empty() {
            return Ok(otherwise);
        }
        match self.limit.parse() {
            Ok(limit) if (1..=most).contains(&limit) => Ok(limit),
            _ => Err(asked("limit", &format!("a number from 1 to {most}"), &self.limit)),
        }
    }
}

/// A parameter's name or value: `+` is a space, `%41` a letter; none where it is not UTF-8 or an
/// escape is broken.
fn decoded(text: &str) -> Option<String> {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.bytes();
    while let Some(byte) = rest.next() {
        bytes.push(match byte {
            b'+' => b' ',
            b'%' => {
                let mut digit = || char::from(rest.next()?).to_digit(16);
                u8::try_from(digit()? * 16 + digit()?).ok()?
            }
            other => other,
        });
    }
    String::from_utf8(bytes).ok()
}

fn malformed(part: &str) -> WebError {
    WebError::Asked(format!("expected a parameter in percent-encoded UTF-8, but got `{part}`"))
}

fn unknown(name: &str, known: &[&str]) -> WebError {
    let known: Vec<String> = known.iter().map(|name| format!("`{name}`")).collect();
    WebError::Asked(match known.as_slice() {
        [] => format!("expected no parameter, but got `{name}`"),
        known => format!("expected one of the parameters {}, but got `{name}`", known.join(", ")),
    })
}

fn asked(parameter: &str, expected: &str, got: &str) -> WebError {
    WebError::Asked(format!("expected {expected} as `{parameter}`, but got `{got}`"))
}

fn text(text: &str) -> Option<String> {
    let text = text.trim();
    (!text.is_empty()).then(|| text.to_owned())
}

/// A name is shorter by far; what is longer the database would refuse to look for.
const LONGEST_SEARCH_BYTES: usize = 1000;

fn search(asked: &str) -> Result<Option<String>, WebError> {
    if asked.len() > LONGEST_SEARCH_BYTES {
        return Err(WebError::Asked(format!(
            "expected at most {LONGEST_SEARCH_BYTES} bytes as `search`, but got {}",
            asked.len()
        )));
    }
    Ok(text(asked))
}

fn list(text: &str) -> Result<Option<ListCode>, WebError> {
    if text.is_empty() {
        Ok(None)
    } else {
        text.parse().map(Some).map_err(|_| asked("list", "the code of a list", text))
    }
}

fn kind(text: &str) -> Result<Option<ChangeKind>, WebError> {
    match text {
        "" => Ok(None),
        "added" => Ok(Some(ChangeKind::Added)),
        "removed" => Ok(Some(ChangeKind::Removed)),
        "revised" => Ok(Some(ChangeKind::Revised)),
        other => Err(asked("kind", "`added`, `removed` or `revised`", other)),
    }
}

fn flag(parameter: &str, text: &str) -> Result<bool, WebError> {
    match text {
        "" | "false" | "0" => Ok(false),
        "true" | "1" | "on" => Ok(true),
        other => Err(asked(parameter, "`true` or `false`", other)),
    }
}

fn date(parameter: &str, text: &str) -> Result<Option<Date>, WebError> {
    if text.is_empty() {
        Ok(None)
    } else {
        text.parse().map(Some).map_err(|_| asked(parameter, "a date such as `2026-11-30`", text))
    }
}

/// Which end of a day a date means.
#[derive(Clone, Copy)]
enum Edge {
    Start,
    End,
}

fn time(
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
        None => Err(asked(
            parameter,
            "a date such as `2026-11-30` or a time such as `2026-11-30T12:00:00Z`",
            text,
        )),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ok_a_day_runs_from_its_start_to_its_end_in_the_zone() {
        let zone = TimeZone::get("America/New_York").unwrap();
        let asked =
            Asked { since: "2026-11-01".into(), until: "2026-11-01".into(), ..Asked::default() };
        let query = asked.changes(&zone, 10).unwrap();
        assert_eq!(query.since.unwrap().to_string(), "2026-11-01T04:00:00Z");
        assert_eq!(query.until.unwrap().to_string(), "2026-11-02T05:00:00Z");
    }

    #[test]
    fn ok_every_known_parameter_is_read() {
        let known: Vec<&str> = [CHANGES, ENTRIES, ALERTS, DELIVERIES, HOLDS].concat();
        assert!(known.len() > 15);
        for name in known {
            let mut asked = Asked::read(Some(&format!("{name}=a+%C3%A9")), &[name]).unwrap();
            assert_eq!(asked.field(name).map(|value| value.as_str()), Some("a é"), "{name}");
        }
        assert_eq!(Asked::read(Some("&source=&"), CHANGES).unwrap().source, "");
    }

    #[test]
    fn err_an_unknown_or_malformed_parameter_is_named_with_the_known_ones() {
        let check = |query: &str, known: &[&str], expected: &str| {
            assert_eq!(
                Asked::read(Some(query), known).unwrap_err().to_string(),
                expected,
                "{query}"
            );
        };
        check(
            "open=true&lmit=3",
            &["open", "limit"],
            "expected one of the parameters `open`, `limit`, but got `lmit`",
        );
        check(
            "search=x",
            ALERTS,
            "expected one of the parameters `since`, `until`, `limit`, but got `search`",
        );
        check("x", NONE, "expected no parameter, but got `x`");
        check(
            "limit=1&limit=2",
            ALERTS,
            "expected the parameter `limit` once, but got it more than once",
        );
        check(
            "since=%zz",
            ALERTS,
            "expected a parameter in percent-encoded UTF-8, but got `since=%zz`",
        );
        check(
            "since=%ff",
            ALERTS,
            "expected a parameter in percent-encoded UTF-8, but got `since=%ff`",
        );
        check(
            "since=%4",
            ALERTS,
            "expected a parameter in percent-encoded UTF-8, but got `since=%4`",
        );
    }

    #[test]
    fn err_what_cannot_be_read_is_named() {
        let zone = TimeZone::UTC;
        let check = |asked: Asked, expected: &str| {
            let error = asked
                .changes(&zone, 10)
                .map(drop)
                .and_then(|()| asked.deliveries(10).map(drop))
                .unwrap_err();
            assert_eq!(error.to_string(), expected);
        };
        check(
            Asked { list: "XX".into(), ..Asked::default() },
            "expected the code of a list as `list`, but got `XX`",
        );
        check(
            Asked { kind: "new".into(), ..Asked::default() },
            "expected `added`, `removed` or `revised` as `kind`, but got `new`",
        );
        check(
            Asked { state: "lost".into(), ..Asked::default() },
            "expected `pending`, `delivered` or `dead` as `state`, but got `lost`",
        );
        let search = Asked { search: "x".repeat(60_000), ..Asked::default() }
            .entries(&zone, 10)
            .unwrap_err();
        assert_eq!(search.to_string(), "expected at most 1000 bytes as `search`, but got 60000");
        let limit = Asked { limit: "0".into(), ..Asked::default() }.limit(10, 100).unwrap_err();
        assert_eq!(limit.to_string(), "expected a number from 1 to 100 as `limit`, but got `0`");
    }
}
