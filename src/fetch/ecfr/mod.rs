//! The eCFR's versioner API: Part 744 of Title 15 on the newest date or on a past one.
//!
//! Source: <https://www.ecfr.gov/developers/documentation/api/v1>.

mod version_dates;

use jiff::Timestamp;
use jiff::civil::Date;
use serde_json::Value;
use url::Url;

use crate::dial::origin;
use crate::domain::{PART_OF_LISTS, SectionNumber, Sha256, Validator, Validators};
use crate::fetch::http::{
    HttpClients, Request, {self},
};
use crate::fetch::{FetchError, FetchLimits, Fetched, FetchedDocument};

/// Where the API is, and how it is reached.
pub(super) struct Ecfr<'a> {
    pub http: &'a HttpClients,
    pub limits: &'a FetchLimits,
    pub base: &'a Url,
    pub allow_private: bool,
}

/// Title 15 of the Code of Federal Regulations: Commerce and Foreign Trade.
const TITLE: u32 = 15;
const API: &str = "/api/versioner/v1";

impl Ecfr<'_> {
    /// Part 744 on the newest date. If `validators` are of that date, nothing more is requested.
    ///
    /// A date that the API announces but does not serve yet is an error, and the next check tries
    /// again. An older date in its place would look like a list from which entries were removed.
    /// For the same reason a date before the one that was already read is an error.
    pub(super) async fn newest(
        &self,
        validators: Option<&Validators>,
        now: Timestamp,
    ) -> Result<Fetched, FetchError> {
        let date = self.newest_date(now).await?;
        let known = match validators.and_then(|known| known.for_address(&self.address_sha256())) {
            Some(Validator::TextDate(date)) => Some(*date),
            _ => None,
        };
        match known {
            Some(known) if known == date => return Ok(Fetched::NotModified),
            Some(known) if known > date => {
                let from = origin(self.base);
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
        self.part_on(PART_OF_LISTS, None, date, now).await
    }

    /// A part of the title as it was on a date, or one of its sections.
    pub(super) async fn part_on(
        &self,
        part: &str,
        section: Option<&SectionNumber>,
        date: Date,
        now: Timestamp,
    ) -> Result<FetchedDocument, FetchError> {
        let mut fetched =
            self.get(&format!("/full/{date}/title-{TITLE}.xml"), Some(part), section, now).await?;
        fetched.as_of = Some(date);
        fetched.validators = Some(Validators {
            validator: Validator::TextDate(date),
            address_sha256: self.address_sha256(),
        });
        Ok(fetched)
    }

    /// The dates from which the API serves another text of one of part 744's supplements, oldest
    /// first.
    pub(super) async fn amendment_dates(&self, now: Timestamp) -> Result<Vec<Date>, FetchError> {
        let path = format!("/versions/title-{TITLE}.json");
        let answer = self.get_json(&path, Some(PART_OF_LISTS), now).await?;
        version_dates::amendment_dates(&answer)
            .map_err(|problem| self.refused(&path, &problem.to_string()))
    }

    pub(super) async fn newest_date(&self, now: Timestamp) -> Result<Date, FetchError> {
        let path = "/titles.json";
        let answer = self.get_json(path, None, now).await?;
        version_dates::newest_date(&answer)
            .map_err(|problem| self.refused(path, &problem.to_string()))
    }

    fn refused(&self, path: &str, problem: &str) -> FetchError {
        FetchError::refused(format!(
            "failed to read {API}{path} from {}: {problem}",
            origin(self.base)
        ))
    }

    async fn get_json(
        &self,
        path: &str,
        part: Option<&str>,
        now: Timestamp,
    ) -> Result<Value, FetchError> {
        let fetched = self.get(path, part, None, now).await?;
        let from = origin(self.base);
        let reader = fetched.document.reader().map_err(|e| {
            FetchError::unreachable(format!("failed to read the answer of {from}: {e}"))
        })?;
        serde_json::from_reader(std::io::BufReader::new(reader))
            .map_err(|e| self.refused(path, &e.to_string()))
    }

    async fn get(
        &self,
        path: &str,
        part: Option<&str>,
        section: Option<&SectionNumber>,
        now: Timestamp,
    ) -> Result<FetchedDocument, FetchError> {
        let mut url = self.url(path, part);
        if let Some(section) = section {
            url.query_pairs_mut().append_pair("section", section.as_str());
        }
        let request =
            Request { url: &url, allow_private: self.allow_private, validators: None, now };
        match http::fetch(self.http, self.limits, &request).await {
            Ok(Fetched::Document(fetched)) => Ok(*fetched),
            Ok(Fetched::NotModified) => Err(FetchError::unreachable(format!(
                "expected an answer from {}, but got none",
                origin(&url)
            ))),
            Err(error) => {
                Err(FetchError { message: format!("{} for {API}{path}", error.message), ..error })
            }
        }
    }

    /// The base may be the site, the API, or any copied address of the API.
    fn url(&self, path: &str, part: Option<&str>) -> Url {
        let mut url = self.base.clone();
        let site = url.path().split(API).next().unwrap_or("").trim_end_matches('/').to_owned();
        url.set_path(&format!("{site}{API}{path}"));
        url.set_query(part.map(|part| format!("part={part}")).as_deref());
        url.set_fragment(None);
        url
    }

    fn address_sha256(&self) -> Sha256 {
        Sha256::of(self.url("/full", Some(PART_OF_LISTS)).as_str().as_bytes())
    }
}
