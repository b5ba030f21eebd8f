//! Query strings: what a form or a program asks, checked. An empty parameter is none.

use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::TimeZone;
use serde::{Deserialize, Serialize};

use super::error::WebError;
use crate::domain::{AlertId, ChangeKind, DeliveryState, ListCode};
use crate::record::{AlertQuery, ChangeQuery, DeliveryQuery, EntryQuery};

/// The parameters of all readings, as text: each reading takes its own and ignores the others.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(default)]
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
        Ok(AlertQuery { since, until: time("until", &self.until, zone, Edge::End)?, limit: Some(limit) })
    }

    pub fn deliveries(&self, limit: usize) -> Result<DeliveryQuery, WebError> {
        let state = match self.state.as_str() {
            "" => None,
            "pending" => Some(DeliveryState::Pending),
            "delivered" => Some(DeliveryState::Delivered),
            "dead" => Some(DeliveryState::Dead),
            other => return Err(asked("state", "`pending`, `delivered` or `dead`", other)),
        };
        Ok(DeliveryQuery { receiver: text(&self.receiver), state, alert: text(&self.alert).map(AlertId), limit: Some(limit) })
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
        return Err(WebError::Asked(format!("expected at most {LONGEST_SEARCH_BYTES} bytes as `search`, but got {}", asked.len())));
    }
    Ok(text(asked))
}

fn list(text: &str) -> Result<Option<ListCode>, WebError> {
    if text.is_empty() { Ok(None) } else { text.parse().map(Some).map_err(|_| asked("list", "the code of a list", text)) }
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
    if text.is_empty() { Ok(None) } else { text.parse().map(Some).map_err(|_| asked(parameter, "a date such as `2026-11-30`", text)) }
}

/// Which end of a day a date means.
#[derive(Clone, Copy)]
enum Edge {
    Start,
    End,
}

fn time(parameter: &str, text: &str, zone: &TimeZone, edge: Edge) -> Result<Option<Timestamp>, WebError> {
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
        None => Err(asked(parameter, "a date such as `2026-11-30` or a time such as `2026-11-30T12:00:00Z`", text)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ok_a_day_runs_from_its_start_to_its_end_in_the_zone() {
        let zone = TimeZone::get("America/New_York").unwrap();
        let asked = Asked { since: "2026-11-01".into(), until: "2026-11-01".into(), ..Asked::default() };
        let query = asked.changes(&zone, 10).unwrap();
        assert_eq!(query.since.unwrap().to_string(), "2026-11-01T04:00:00Z");
        assert_eq!(query.until.unwrap().to_string(), "2026-11-02T05:00:00Z");
    }

    #[test]
    fn err_what_cannot_be_read_is_named() {
        let zone = TimeZone::UTC;
        let check = |asked: Asked, expected: &str| {
            let error = asked.changes(&zone, 10).map(drop).and_then(|()| asked.deliveries(10).map(drop)).unwrap_err();
            assert_eq!(error.to_string(), expected);
        };
        check(Asked { list: "XX".into(), ..Asked::default() }, "expected the code of a list as `list`, but got `XX`");
        check(Asked { kind: "new".into(), ..Asked::default() }, "expected `added`, `removed` or `revised` as `kind`, but got `new`");
        check(Asked { state: "lost".into(), ..Asked::default() }, "expected `pending`, `delivered` or `dead` as `state`, but got `lost`");
        let search = Asked { search: "x".repeat(60_000), ..Asked::default() }.entries(&zone, 10).unwrap_err();
        assert_eq!(search.to_string(), "expected at most 1000 bytes as `search`, but got 60000");
        let limit = Asked { limit: "0".into(), ..Asked::default() }.limit(10, 100).unwrap_err();
        assert_eq!(limit.to_string(), "expected a number from 1 to 100 as `limit`, but got `0`");
    }
}
