//! The query strings of forms and programs, checked.
//!
//! An empty parameter is not set. An unknown parameter is an error, so that a mistyped filter never
//! shows more than was asked for. A parameter is added in the list of its path, and is read by
//! name.

mod alerting;
mod decode;
mod matching;
mod parameter_value;

use std::collections::BTreeMap;

use jiff::civil::Date;
use jiff::tz::TimeZone;
use serde::Serialize;

use crate::domain::ListCode;
use crate::store::{ChangeQuery, EntryQuery};
use crate::web::catalog::changes::ChangeFilter;
use crate::web::error::WebError;
use crate::web::format::Format;
use crate::web::query::parameter_value::Edge;

pub use self::alerting::{ALERTS, CHECKS, DELIVERIES, HOLDS, ITEMS, ItemStates};
pub use self::matching::{MATCHES, bands, causes, states as match_states};

/// The parameters of `/changes` and `/api/changes`.
pub const CHANGES: &[&str] = &[
    "search",
    "kind",
    "list",
    "country",
    "source",
    "rule",
    "severity",
    "since",
    "until",
    "editorial",
    "page",
    "limit",
];
/// The parameters of `/entries` and `/api/entries`.
pub const ENTRIES: &[&str] =
    &["search", "list", "country", "source", "as_of", "known_at", "page", "limit"];
/// The parameters of `/difference` and `/api/difference`.
pub const DIFFERENCE: &[&str] = &["source", "list", "from", "to", "page", "limit"];
/// The parameters of a list without filters.
pub const PAGES: &[&str] = &["page", "limit"];
/// The parameters of `/pictures`, and of the tables behind its pictures.
pub const PICTURES: &[&str] = &["list"];
/// The parameters of `/sign-in`.
pub const SIGN_IN: &[&str] = &["next"];
/// The largest `page`. No table is that long.
const MAX_PAGE: usize = 1_000_000;
/// For a path without parameters.
pub const NONE: &[&str] = &[];

/// The parameters of a path, as text. A page and the API path with the same rows share them.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
#[serde(transparent)]
pub struct Parameters(BTreeMap<String, String>);

impl Parameters {
    /// Reads the query string of a page. Only the parameters in `known` are allowed, each once.
    pub fn read(query: Option<&str>, known: &[&str]) -> Result<Self, WebError> {
        // A template names parameters that are not set.
        let mut values: BTreeMap<String, String> =
            known.iter().map(|name| ((*name).to_owned(), String::new())).collect();
        let mut names: Vec<String> = Vec::new();
        for parameter in decode::parameters(query.unwrap_or_default()) {
            let (name, value) = parameter?;
            let Some(field) = values.get_mut(&name) else { return Err(unknown(&name, known)) };
            *field = value;
            if names.contains(&name) {
                return Err(WebError::BadRequest(format!(
                    "expected the parameter `{name}` once, but got it more than once"
                )));
            }
            names.push(name);
        }
        Ok(Self(values))
    }

    /// Reads the query string of a path under `/api`, which has a `format` too.
    pub fn read_with_format(
        query: Option<&str>,
        known: &[&str],
    ) -> Result<(Self, Format), WebError> {
        let parameters = Self::read(query, &[known, &["format"]].concat())?;
        let format = parameter_value::format(parameters.get("format"))?;
        Ok((parameters, format))
    }

    /// The value of a parameter. Empty if it is not set.
    pub fn get(&self, name: &str) -> &str {
        self.0.get(name).map_or("", String::as_str)
    }

    /// Whether the path has this parameter.
    pub fn knows(&self, name: &str) -> bool {
        self.0.contains_key(name)
    }

    /// The same parameters, but with this value.
    pub fn with(&self, name: &str, value: impl ToString) -> Self {
        let mut values = self.0.clone();
        values.insert(name.to_owned(), value.to_string());
        Self(values)
    }

    /// The query string, without the parameters that are not set: `kind=added&list=EL`.
    pub fn query_string(&self) -> String {
        let mut query = url::form_urlencoded::Serializer::new(String::new());
        query.extend_pairs(self.0.iter().filter(|(_, value)| !value.is_empty()));
        query.finish()
    }

    /// The filter of changes.
    pub fn change_filter(&self, zone: &TimeZone) -> Result<ChangeFilter, WebError> {
        let query = ChangeQuery {
            source: parameter_value::text(self.get("source")),
            list: parameter_value::list(self.get("list"))?,
            kind: parameter_value::kind(self.get("kind"))?,
            since: parameter_value::time("since", self.get("since"), zone, Edge::Start)?,
            until: parameter_value::time("until", self.get("until"), zone, Edge::End)?,
            editorial: parameter_value::flag("editorial", self.get("editorial"))?,
            countries: parameter_value::countries(self.get("country"))?,
            search: parameter_value::search(self.get("search"))?,
            limit: None,
        };
        Ok(ChangeFilter {
            query,
            severity: parameter_value::severity(self.get("severity"))?,
            rule: parameter_value::text(self.get("rule")),
        })
    }

    /// The filter of entries. The country is read with [`Parameters::country`].
    pub fn entries(&self, zone: &TimeZone) -> Result<EntryQuery, WebError> {
        if !self.get("as_of").is_empty() && !self.get("known_at").is_empty() {
            return Err(WebError::BadRequest(
                "expected `as_of` (the publisher's date) or `known_at` (the time here), but got \
                 both"
                    .to_owned(),
            ));
        }
        Ok(EntryQuery {
            source: parameter_value::text(self.get("source")),
            list: parameter_value::list(self.get("list"))?,
            search: parameter_value::search(self.get("search"))?,
            as_of: parameter_value::date("as_of", self.get("as_of"))?,
            known_at: parameter_value::time("known_at", self.get("known_at"), zone, Edge::End)?,
            limit: None,
        })
    }

    /// The code of one country.
    pub fn country(&self) -> Result<Option<String>, WebError> {
        Ok(parameter_value::countries(self.get("country"))?.into_iter().next())
    }

    /// The lists that are asked for: the Entity List if none is.
    pub fn list_or_entity_list(&self) -> Result<ListCode, WebError> {
        Ok(parameter_value::list(self.get("list"))?.unwrap_or(ListCode::EL))
    }

    /// The days that are compared, if both are set.
    pub fn days(&self) -> Result<Option<(Date, Date)>, WebError> {
        let from = parameter_value::date("from", self.get("from"))?;
        Ok(from.zip(parameter_value::date("to", self.get("to"))?))
    }

    /// The limit, at most `max`; `default` if none is set.
    pub fn limit(&self, default: usize, max: usize) -> Result<usize, WebError> {
        parameter_value::number("limit", self.get("limit"), default, max)
    }

    /// The number of the page that is asked for, from 1.
    pub fn page(&self) -> Result<usize, WebError> {
        parameter_value::number("page", self.get("page"), 1, MAX_PAGE)
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
        let parameters =
            Parameters::default().with("since", "2026-11-01").with("until", "2026-11-01");
        let query = parameters.change_filter(&zone).unwrap().query;
        assert_eq!(query.since.unwrap().to_string(), "2026-11-01T04:00:00Z");
        assert_eq!(query.until.unwrap().to_string(), "2026-11-02T05:00:00Z");
    }

    #[test]
    fn ok_every_known_parameter_is_read() {
        let known: Vec<&str> = [CHANGES, ENTRIES, ALERTS, DELIVERIES, HOLDS, MATCHES].concat();
        assert!(known.len() > 15);
        for name in known {
            let parameters = Parameters::read(Some(&format!("{name}=a+%C3%A9")), &[name]).unwrap();
            assert_eq!(parameters.get(name), "a é", "{name}");
        }
        assert_eq!(Parameters::read(Some("&source=&"), CHANGES).unwrap().get("source"), "");
    }

    #[test]
    fn ok_a_query_string_has_what_is_set_and_reads_back() {
        let query = "kind=added&search=a+b%26c%3D%C3%A9&source=";
        let parameters = Parameters::read(Some(query), CHANGES).unwrap();
        let shown = parameters.with("page", 2).query_string();
        assert_eq!(shown, "kind=added&page=2&search=a+b%26c%3D%C3%A9");
        let again = Parameters::read(Some(&shown), CHANGES).unwrap();
        assert_eq!(again.with("page", ""), parameters);
    }

    #[test]
    fn ok_only_the_api_has_a_format() {
        let read =
            |query| Parameters::read_with_format(Some(query), NONE).map(|(_, format)| format);
        assert_eq!(read("").unwrap(), Format::Json);
        assert_eq!(read("format=csv").unwrap(), Format::Csv);
        assert_eq!(
            read("format=xml").unwrap_err().to_string(),
            "expected `json`, `jsonl` or `csv` as `format`, but got `xml`"
        );
        assert!(Parameters::read(Some("format=csv"), CHANGES).is_err());
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
            "expected one of the parameters `type`, `source`, `since`, `until`, `page`, `limit`, \
             but got `search`",
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
                .change_filter(&zone)
                .map(drop)
                .and_then(|()| parameters.deliveries(10).map(drop))
                .unwrap_err();
            assert_eq!(error.to_string(), expected);
        };
        check(
            Parameters::default().with("list", "XX"),
            "expected the code of a list as `list`, but got `XX`",
        );
        check(
            Parameters::default().with("kind", "new"),
            "expected `added`, `removed` or `revised` as `kind`, but got `new`",
        );
        check(
            Parameters::default().with("state", "lost"),
            "expected `pending`, `delivered`, `dead`, `waiting` or `digested` as `state`, but got \
             `lost`",
        );
        check(
            Parameters::default().with("severity", "urgent"),
            "expected `high`, `normal` or `low` as `severity`, but got `urgent`",
        );
        check(
            Parameters::default().with("country", "CN,China"),
            "expected the code of a country such as `CN` as `country`, but got `CHINA`",
        );
        let search =
            Parameters::default().with("search", "x".repeat(60_000)).entries(&zone).unwrap_err();
        assert_eq!(search.to_string(), "expected at most 1000 bytes as `search`, but got 60000");
        let limit = Parameters::default().with("limit", "0").limit(10, 100).unwrap_err();
        assert_eq!(limit.to_string(), "expected a number from 1 to 100 as `limit`, but got `0`");
    }
}
