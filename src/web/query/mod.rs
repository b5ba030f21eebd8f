//! The query strings of forms and programs, checked.
//!
//! An empty parameter is not set. An unknown parameter is an error, so that a mistyped filter never
//! shows more than was asked for.

mod decode;
mod parameter_value;

use jiff::tz::TimeZone;
use serde::Serialize;

use crate::domain::{AlertId, AlertKind};
use crate::store::{AlertQuery, ChangeQuery, DeliveryQuery, EntryQuery};
use crate::web::error::WebError;
use crate::web::query::parameter_value::Edge;

/// The parameters of `/changes` and `/api/changes`.
pub const CHANGES: &[&str] = &["source", "list", "kind", "since", "until", "editorial", "limit"];
/// The parameters of `/entries` and `/api/entries`.
pub const ENTRIES: &[&str] = &["source", "list", "search", "as_of", "known_at", "limit"];
/// The parameters of `/api/alerts`.
pub const ALERTS: &[&str] = &["since", "until", "limit"];
/// The parameters of `/api/deliveries`.
pub const DELIVERIES: &[&str] = &["receiver", "state", "alert", "limit"];
/// The parameters of `/api/holds`.
pub const HOLDS: &[&str] = &["open"];
/// The parameters of `/sign-in`.
pub const SIGN_IN: &[&str] = &["next"];
/// For a path without parameters.
pub const NONE: &[&str] = &[];

/// The parameters of all paths, as text. Each path allows its own.
#[derive(Clone, Debug, Default, Serialize)]
pub struct Parameters {
    pub source: String,
    pub list: String,
    pub kind: String,
    /// `since <= t`: RFC 3339, or a date, which is the start of that day in the zone of messages.
    pub since: String,
    /// `t < until`: RFC 3339, or a date, which includes that day.
    pub until: String,
    pub editorial: String,
    pub search: String,
    pub as_of: String,
    pub known_at: String,
    pub receiver: String,
    pub state: String,
    pub alert: String,
    pub open: String,
    /// The path to show after the sign-in.
    #[serde(skip)]
    pub next: String,
    pub limit: String,
}

impl Parameters {
    /// Reads a query string. Only the parameters in `known` are allowed, each once.
    pub fn read(query: Option<&str>, known: &[&str]) -> Result<Self, WebError> {
        let mut parameters = Self::default();
        let mut names: Vec<String> = Vec::new();
        for parameter in decode::parameters(query.unwrap_or_default()) {
            let (name, value) = parameter?;
            let Some(field) =
                known.contains(&name.as_str()).then(|| parameters.field(&name)).flatten()
            else {
                return Err(unknown(&name, known));
            };
            *field = value;
            if names.contains(&name) {
                return Err(WebError::BadRequest(format!(
                    "expected the parameter `{name}` once, but got it more than once"
                )));
            }
            names.push(name);
        }
        Ok(parameters)
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
            "next" => &mut self.next,
            "limit" => &mut self.limit,
            _ => return None,
        })
    }

    /// The filter of changes.
    pub fn changes(&self, zone: &TimeZone, limit: usize) -> Result<ChangeQuery, WebError> {
        Ok(ChangeQuery {
            source: parameter_value::text(&self.source),
            list: parameter_value::list(&self.list)?,
            kind: parameter_value::kind(&self.kind)?,
            since: parameter_value::time("since", &self.since, zone, Edge::Start)?,
            until: parameter_value::time("until", &self.until, zone, Edge::End)?,
            editorial: parameter_value::flag("editorial", &self.editorial)?,
            limit: Some(limit),
            ..ChangeQuery::default()
        })
    }

    /// The filter of entries.
    pub fn entries(&self, zone: &TimeZone, limit: usize) -> Result<EntryQuery, WebError> {
        if !self.as_of.is_empty() && !self.known_at.is_empty() {
            return Err(WebError::BadRequest(
                "expected `as_of` (the publisher's date) or `known_at` (the time here), but got \
                 both"
                    .to_owned(),
            ));
        }
        Ok(EntryQuery {
            source: parameter_value::text(&self.source),
            list: parameter_value::list(&self.list)?,
            search: parameter_value::search(&self.search)?,
            as_of: parameter_value::date("as_of", &self.as_of)?,
            known_at: parameter_value::time("known_at", &self.known_at, zone, Edge::End)?,
            limit: Some(limit),
        })
    }

    /// The filter of alerts.
    pub fn alerts(&self, zone: &TimeZone, limit: usize) -> Result<AlertQuery, WebError> {
        let since = parameter_value::time("since", &self.since, zone, Edge::Start)?;
        let until = parameter_value::time("until", &self.until, zone, Edge::End)?;
        Ok(AlertQuery { kinds: AlertKind::of_pages(), since, until, limit: Some(limit) })
    }

    /// The filter of deliveries.
    pub fn deliveries(&self, limit: usize) -> Result<DeliveryQuery, WebError> {
        Ok(DeliveryQuery {
            receiver: parameter_value::text(&self.receiver),
            state: parameter_value::state(&self.state)?,
            alert: parameter_value::text(&self.alert).map(AlertId),
            limit: Some(limit),
        })
    }

    /// Whether only open holds are asked for.
    pub fn open_only(&self) -> Result<bool, WebError> {
        parameter_value::flag("open", &self.open)
    }

    /// The limit, at most `max`; `default` if none is set.
    pub fn limit(&self, default: usize, max: usize) -> Result<usize, WebError> {
        parameter_value::limit(&self.limit, default, max)
    }
}

/// The fields of a form, decoded; `None` if it is not percent-encoded UTF-8.
pub fn form_fields(body: &str) -> Option<Vec<(String, String)>> {
    decode::parameters(body).collect::<Result<_, _>>().ok()
}

fn unknown(name: &str, known: &[&str]) -> WebError {
    let known: Vec<String> = known.iter().map(|name| format!("`{name}`")).collect();
    WebError::BadRequest(match known.as_slice() {
        [] => format!("expected no parameter, but got `{name}`"),
        known => format!("expected one of the parameters {}, but got `{name}`", known.join(", ")),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ok_a_day_runs_from_its_start_to_its_end_in_the_zone() {
        let zone = TimeZone::get("America/New_York").unwrap();
        let parameters = Parameters {
            since: "2026-11-01".into(),
            until: "2026-11-01".into(),
            ..Parameters::default()
        };
        let query = parameters.changes(&zone, 10).unwrap();
        assert_eq!(query.since.unwrap().to_string(), "2026-11-01T04:00:00Z");
        assert_eq!(query.until.unwrap().to_string(), "2026-11-02T05:00:00Z");
    }

    #[test]
    fn ok_every_known_parameter_is_read() {
        let known: Vec<&str> = [CHANGES, ENTRIES, ALERTS, DELIVERIES, HOLDS].concat();
        assert!(known.len() > 15);
        for name in known {
            let mut parameters =
                Parameters::read(Some(&format!("{name}=a+%C3%A9")), &[name]).unwrap();
            assert_eq!(parameters.field(name).map(|value| value.as_str()), Some("a é"), "{name}");
        }
        assert_eq!(Parameters::read(Some("&source=&"), CHANGES).unwrap().source, "");
    }

    #[test]
    fn err_an_unknown_or_malformed_parameter_is_named_with_the_known_ones() {
        let check = |query: &str, known: &[&str], expected: &str| {
            assert_eq!(
                Parameters::read(Some(query), known).unwrap_err().to_string(),
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
    fn err_a_bad_value_is_named() {
        let zone = TimeZone::UTC;
        let check = |parameters: Parameters, expected: &str| {
            let error = parameters
                .changes(&zone, 10)
                .map(drop)
                .and_then(|()| parameters.deliveries(10).map(drop))
                .unwrap_err();
            assert_eq!(error.to_string(), expected);
        };
        check(
            Parameters { list: "XX".into(), ..Parameters::default() },
            "expected the code of a list as `list`, but got `XX`",
        );
        check(
            Parameters { kind: "new".into(), ..Parameters::default() },
            "expected `added`, `removed` or `revised` as `kind`, but got `new`",
        );
        check(
            Parameters { state: "lost".into(), ..Parameters::default() },
            "expected `pending`, `delivered`, `dead`, `waiting` or `digested` as `state`, but got \
             `lost`",
        );
        let search = Parameters { search: "x".repeat(60_000), ..Parameters::default() }
            .entries(&zone, 10)
            .unwrap_err();
        assert_eq!(search.to_string(), "expected at most 1000 bytes as `search`, but got 60000");
        let limit =
            Parameters { limit: "0".into(), ..Parameters::default() }.limit(10, 100).unwrap_err();
        assert_eq!(limit.to_string(), "expected a number from 1 to 100 as `limit`, but got `0`");
    }
}
