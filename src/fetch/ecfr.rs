//! The eCFR's versioner API (<https://www.ecfr.gov/developers/documentation/api/v1>): part 744 of title 15 on the newest date, or on a
//! past one.

use jiff::Timestamp;
use jiff::civil::Date;
use serde_json::Value;
use url::Url;

use crate::dial::place;
use crate::domain::{Sha256, Validators};
use crate::fetch::http::{
    HttpClients, Request, {self},
};
use crate::fetch::{FetchError, FetchLimits, Fetched, FetchedDocument};

/// Where the API stands, and how it is reached.
pub(super) struct Ecfr<'a> {
    pub http: &'a HttpClients,
    pub limits: &'a FetchLimits,
    pub base: &'a Url,
    pub allow_private: bool,
}

const TITLE: u32 = 15;
const PART: &str = "744";
const API: &str = "/api/versioner/v1";

impl Ecfr<'_> {
    /// The newest date; nothing more is asked for if `validators` are of that date.
    ///
    /// A date that the API names and does not have yet is an error to be tried again: an older one
    /// in its place would look like a list from which entries were removed. So is a date before
    /// the one that was read already.
    pub(super) async fn newest(
        &self,
        validators: Option<&Validators>,
        now: Timestamp,
    ) -> Result<Fetched, FetchError> {
        let date = self.newest_date(now).await?;
        let known = validators
            .filter(|validators| validators.address_sha256 == self.address_sha256())
            .and_then(date_of);
        match known {
            Some(known) if known == date => return Ok(Fetched::NotModified),
            Some(known) if known > date => {
                let from = place(self.base);
                return Err(FetchError::older(format!(
                    "expected title {TITLE} of {known} or later from {from}, but got {date}"
                )));
            }
            _ => {}
        }
        let mut fetched = self.on(date, now).await?;
        fetched.unconditional = known.is_none();
        Ok(Fetched::Document(Box::new(fetched)))
    }

    pub(super) async fn on(
        &self,
        date: Date,
        now: Timestamp,
    ) -> Result<FetchedDocument, FetchError> {
        let mut fetched =
            self.get(&format!("/full/{date}/title-{TITLE}.xml"), Some(PART), now).await?;
        fetched.as_of = Some(date);
        fetched.validators = Some(Validators {
            etag: Some(format!("{DATE_PREFIX}{date}")),
            last_modified: None,
            address_sha256: self.address_sha256(),
        });
        Ok(fetched)
    }

    /// The dates from which the API serves another text of one of part 744's supplements, oldest
    /// first.
    pub(super) async fn amendment_dates(&self, now: Timestamp) -> Result<Vec<Date>, FetchError> {
        let path = format!("/versions/title-{TITLE}.json");
        let answer = self.get_json(&path, Some(PART), now).await?;
        amendment_dates_of(&answer).map_err(|problem| self.refused(&path, &problem))
    }

    pub(super) async fn newest_date(&self, now: Timestamp) -> Result<Date, FetchError> {
        let path = "/titles.json";
        let answer = self.get_json(path, None, now).await?;
        newest_date_of(&answer).map_err(|problem| self.refused(path, &problem))
    }

    fn refused(&self, path: &str, problem: &str) -> FetchError {
        FetchError::refused(format!(
            "failed to read {API}{path} from {}: {problem}",
            place(self.base)
        ))
    }

    async fn get_json(
        &self,
        path: &str,
        part: Option<&str>,
        now: Timestamp,
    ) -> Result<Value, FetchError> {
        let fetched = self.get(path, part, now).await?;
        let from = place(self.base);
        let reader = fetched.document.reader().map_err(|e| {
            FetchError::unreachable(format!("failed to read what came from {from}: {e}"))
        })?;
        serde_json::from_reader(std::io::BufReader::new(reader))
            .map_err(|e| self.refused(path, &e.to_string()))
    }

    async fn get(
        &self,
        path: &str,
        part: Option<&str>,
        now: Timestamp,
    ) -> Result<FetchedDocument, FetchError> {
        let url = self.url(path, part);
        let request =
            Request { url: &url, allow_private: self.allow_private, validators: None, now };
        match http::fetch(self.http, self.limits, &request).await {
            Ok(Fetched::Document(fetched)) => Ok(*fetched),
            Ok(Fetched::NotModified) => Err(FetchError::unreachable(format!(
                "expected an answer from {}, but got none",
                place(&url)
            ))),
            Err(error) => {
                Err(FetchError { message: format!("{} for {API}{path}", error.message), ..error })
            }
        }
    }

    /// The base may be the site, the API, or any address of it that someone copied.
    fn url(&self, path: &str, part: Option<&str>) -> Url {
        let mut url = self.base.clone();
        let site = url.path().split(API).next().unwrap_or("").trim_end_matches('/').to_owned();
        url.set_path(&format!("{site}{API}{path}"));
        url.set_query(part.map(|part| format!("part={part}")).as_deref());
        url.set_fragment(None);
        url
    }

    fn address_sha256(&self) -> Sha256 {
        Sha256::of(self.url("/full", Some(PART)).as_str().as_bytes())
    }
}

/// The API's dates are kept where an `ETag` would be.
const DATE_PREFIX: &str = "date:";

fn date_of(validators: &Validators) -> Option<Date> {
    validators.etag.as_deref()?.strip_prefix(DATE_PREFIX)?.parse().ok()
}

/// The date of our title. What the answer says of the other fifty is not read.
fn newest_date_of(answer: &Value) -> Result<Date, String> {
    let titles =
        answer.get("titles").and_then(Value::as_array).ok_or("expected `titles`, but got none")?;
    let ours = titles
        .iter()
        .filter(|title| title.get("number").is_some_and(|number| says(number, &TITLE.to_string())));
    let mut found = None;
    for title in ours {
        // If a title is listed twice, the one with a readable date counts.
        if let Some(Ok(date)) = date_in(title, "up_to_date_as_of") {
            found = found.max(Some(date));
        }
    }
    found.ok_or_else(|| {
        let got = titles.iter().find(|title| {
            title.get("number").is_some_and(|number| says(number, &TITLE.to_string()))
        });
        let got = got.map_or("no such title", |title| match title.get("up_to_date_as_of") {
            None | Some(Value::Null) => "none",
            Some(_) => "one that cannot be read",
        });
        format!("expected the date of title {TITLE}, but got {got}")
    })
}

/// The dates of the versions of part 744's supplements; of all its versions where no supplement is
/// named.
fn amendment_dates_of(answer: &Value) -> Result<Vec<Date>, String> {
    let versions = answer
        .get("content_versions")
        .and_then(Value::as_array)
        .ok_or("expected `content_versions`, but got none")?;
    let of_part = |version: &&Value| {
        version.get("part").is_none_or(|part| part.is_null() || says(part, PART))
    };
    let identifier = |version: &Value| {
        version.get("identifier").and_then(Value::as_str).unwrap_or_default().to_owned()
    };
    let ours: Vec<&Value> = versions.iter().filter(of_part).collect();
    let has_supplements = ours.iter().any(|version| identifier(version).starts_with("Supplement"));
    let mut dates = Vec::new();
    for version in ours {
        let identifier = identifier(version);
        // A version that does not say what it is of may be a supplement's.
        if has_supplements && !identifier.is_empty() && !identifier.starts_with("Supplement") {
            continue;
        }
        match served_from(version) {
            Some(date) => dates.push(date),
            None => {
                return Err(format!(
                    "expected a date of the version of `{identifier}`, but got none that can be \
                     read"
                ));
            }
        }
    }
    dates.sort_unstable();
    dates.dedup();
    Ok(dates)
}

/// A text is served once its amendment is both in effect and published in an issue of the Federal
/// Register. `date` is when the text became this, where those two are not given.
fn served_from(version: &Value) -> Option<Date> {
    let of = |key: &str| date_in(version, key).and_then(Result::ok);
    of("amendment_date").max(of("issue_date")).or_else(|| of("date"))
}

/// A date under a key, if there is any. An empty text is none.
fn date_in(record: &Value, key: &str) -> Option<Result<Date, ()>> {
    match record.get(key)? {
        Value::Null => None,
        Value::String(text) if text.trim().is_empty() => None,
        value => Some(value.as_str().and_then(|text| text.trim().parse().ok()).ok_or(())),
    }
}

/// Whether a value is this number, written as a number or as a text.
fn says(value: &Value, expected: &str) -> bool {
    let number = match value {
        Value::String(text) => text.trim().to_owned(),
        other => other.to_string(),
    };
    number == expected
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::civil::date;
    use serde_json::json;

    #[test]
    fn ok_what_is_said_of_other_titles_is_not_read() {
        for other in [
            json!({"number": 35, "name": "[Reserved]", "up_to_date_as_of": ""}),
            json!({"number": 35, "up_to_date_as_of": "soon"}),
            json!({"number": null, "up_to_date_as_of": null}),
            json!({"number": "one", "up_to_date_as_of": 7}),
            json!({"name": "Transportation"}),
            json!(null),
            json!("Title 3"),
        ] {
            let answer = json!({"titles": [other, {"number": 15, "up_to_date_as_of": "2026-07-09"}], "meta": {"date": ""}});
            assert_eq!(newest_date_of(&answer), Ok(date(2026, 7, 9)), "{other}");
        }
        assert_eq!(
            newest_date_of(
                &json!({"titles": [{"number": "15", "up_to_date_as_of": "2026-07-09"}]})
            ),
            Ok(date(2026, 7, 9))
        );
    }

    #[test]
    fn err_our_own_title_without_a_date() {
        let ours = |value: Value| {
            newest_date_of(
                &json!({"titles": [{"number": 35}, {"number": 15, "up_to_date_as_of": value}]}),
            )
        };
        assert_eq!(
            ours(json!("")),
            Err("expected the date of title 15, but got one that cannot be read".to_owned())
        );
        assert_eq!(
            ours(json!(null)),
            Err("expected the date of title 15, but got none".to_owned())
        );
        assert!(ours(json!(20_260_709)).is_err() && ours(json!("July 9")).is_err());
        assert_eq!(
            newest_date_of(&json!({"titles": []})),
            Err("expected the date of title 15, but got no such title".to_owned())
        );
        assert!(newest_date_of(&json!({})).is_err() && newest_date_of(&json!([])).is_err());
    }

    #[test]
    fn ok_versions_of_anything_else_are_not_read() {
        let ours = json!({"identifier": "Supplement No. 4 to Part 744", "part": "744", "amendment_date": "2026-01-02", "issue_date": ""});
        for other in [
            json!({"identifier": "744.11", "date": ""}),
            json!({"identifier": "Supplement No. 1 to Part 740", "part": "740", "date": null}),
            json!({"identifier": "744.1", "date": 5, "amendment_date": {}}),
        ] {
            assert_eq!(
                amendment_dates_of(&json!({"content_versions": [other, ours]})),
                Ok(vec![date(2026, 1, 2)]),
                "{other}"
            );
        }
    }

    #[test]
    fn err_a_version_that_may_be_ours_without_a_date_is_named() {
        for broken in [
            json!({"identifier": "Supplement No. 4 to Part 744", "date": ""}),
            json!({"identifier": null}),
            json!(null),
        ] {
            let answer = json!({"content_versions": [{"identifier": "Supplement No. 6 to Part 744", "date": "2026-01-02"}, broken]});
            let problem = amendment_dates_of(&answer).unwrap_err();
            let name = broken.get("identifier").and_then(Value::as_str).unwrap_or_default();
            assert!(problem.contains(&format!("`{name}`")), "{problem}");
        }
        assert!(amendment_dates_of(&json!({"content_versions": null})).is_err());
    }
}
