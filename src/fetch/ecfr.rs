//! The eCFR's versioner API (<https://www.ecfr.gov/developers/documentation/api/v1>): part 744 of title 15 on the newest date, or on a
//! past one.

use jiff::Timestamp;
use jiff::civil::Date;
use serde::Deserialize;
use url::Url;

use super::http::{self, HttpClients, Request};
use super::{FetchError, FetchLimits, Fetched, FetchedDocument};
use crate::dial::place;
use crate::domain::{Sha256, Validators};

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
    /// A date that the API names and does not have yet is an error to be tried again: an older one in its place would look like a list
    /// from which entries were removed. So is a date before the one that was read already.
    pub(super) async fn newest(&self, validators: Option<&Validators>, now: Timestamp) -> Result<Fetched, FetchError> {
        let date = self.newest_date(now).await?;
        let known = validators.filter(|validators| validators.address_sha256 == self.address_sha256()).and_then(date_of);
        match known {
            Some(known) if known == date => return Ok(Fetched::NotModified),
            Some(known) if known > date => {
                let from = place(self.base);
                return Err(FetchError::unreachable(format!("expected title {TITLE} of {known} or later from {from}, but got {date}")));
            }
            _ => {}
        }
        let mut fetched = self.on(date, now).await?;
        fetched.unconditional = known.is_none();
        Ok(Fetched::Document(fetched))
    }

    pub(super) async fn on(&self, date: Date, now: Timestamp) -> Result<FetchedDocument, FetchError> {
        let mut fetched = self.get(&format!("/full/{date}/title-{TITLE}.xml"), Some(PART), now).await?;
        fetched.as_of = Some(date);
        fetched.validators =
            Some(Validators { etag: Some(format!("{DATE_PREFIX}{date}")), last_modified: None, address_sha256: self.address_sha256() });
        Ok(fetched)
    }

    /// The dates from which the API serves another text of one of part 744's supplements, oldest first.
    pub(super) async fn amendment_dates(&self, now: Timestamp) -> Result<Vec<Date>, FetchError> {
        let versions: Versions = self.get_json(&format!("/versions/title-{TITLE}.json"), Some(PART), now).await?;
        let has_supplements = versions.content_versions.iter().any(ContentVersion::is_supplement);
        let mut dates: Vec<Date> = versions
            .content_versions
            .iter()
            .filter(|version| !has_supplements || version.is_supplement())
            .filter_map(ContentVersion::served_from)
            .collect();
        dates.sort_unstable();
        dates.dedup();
        Ok(dates)
    }

    pub(super) async fn newest_date(&self, now: Timestamp) -> Result<Date, FetchError> {
        let titles: Titles = self.get_json("/titles.json", None, now).await?;
        let found = titles.titles.iter().find(|title| title.number == TITLE).and_then(|title| title.up_to_date_as_of);
        found.ok_or_else(|| {
            FetchError::refused(format!("expected the date of title {TITLE} in titles.json from {}, but got none", place(self.base)))
        })
    }

    async fn get_json<T: serde::de::DeserializeOwned>(&self, path: &str, part: Option<&str>, now: Timestamp) -> Result<T, FetchError> {
        let fetched = self.get(path, part, now).await?;
        let from = place(self.base);
        let reader =
            fetched.document.reader().map_err(|e| FetchError::unreachable(format!("failed to read what came from {from}: {e}")))?;
        serde_json::from_reader(std::io::BufReader::new(reader))
            .map_err(|e| FetchError::refused(format!("failed to read {API}{path} from {from}: {e}")))
    }

    async fn get(&self, path: &str, part: Option<&str>, now: Timestamp) -> Result<FetchedDocument, FetchError> {
        let url = self.url(path, part);
        let request = Request { url: &url, allow_private: self.allow_private, validators: None, now };
        match http::fetch(self.http, self.limits, &request).await {
            Ok(Fetched::Document(fetched)) => Ok(fetched),
            Ok(Fetched::NotModified) => Err(FetchError::unreachable(format!("expected an answer from {}, but got none", place(&url)))),
            Err(error) => Err(FetchError { message: format!("{} for {API}{path}", error.message), ..error }),
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

#[derive(Deserialize)]
struct Titles {
    titles: Vec<Title>,
}

#[derive(Deserialize)]
struct Title {
    number: u32,
    /// None for a reserved title.
    up_to_date_as_of: Option<Date>,
}

#[derive(Deserialize)]
struct Versions {
    content_versions: Vec<ContentVersion>,
}

#[derive(Deserialize)]
struct ContentVersion {
    /// When the text became this, where the two dates below are not given.
    date: Option<Date>,
    /// When the amendment takes effect.
    amendment_date: Option<Date>,
    /// Of the Federal Register that brought it.
    issue_date: Option<Date>,
    #[serde(default)]
    identifier: String,
}

impl ContentVersion {
    fn is_supplement(&self) -> bool {
        self.identifier.starts_with("Supplement")
    }

    /// A text is served once it is both published and in effect.
    fn served_from(&self) -> Option<Date> {
        self.amendment_date.max(self.issue_date).or(self.date)
    }
}
