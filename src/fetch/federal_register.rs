//! The Federal Register's API (<https://www.federalregister.gov/developers/documentation/api/v1>): what the Bureau of Industry and
//! Security has on file for public inspection, what it has published of late, and the text of a
//! document.

use std::collections::BTreeSet;

use jiff::Timestamp;
use jiff::civil::Date;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use url::Url;

use crate::dial::place;
use crate::domain::{Document, Sha256, Validators};
use crate::fetch::http::{
    HttpClients, Request, {self},
};
use crate::fetch::{FetchError, FetchLimits, Fetched, FetchedDocument};

/// Where the API stands, and how it is reached.
pub(super) struct FederalRegister<'a> {
    pub http: &'a HttpClients,
    pub limits: &'a FetchLimits,
    pub base: &'a Url,
    pub allow_private: bool,
}

/// The two lists of documents; `None` where the publisher says that one has not changed, or where
/// it could not be had (`problems`).
#[derive(Debug)]
pub struct Register {
    /// `public-inspection-documents/current.json`
    pub filed: Option<Document>,
    /// The pages of `documents.json`, the newest documents first.
    pub published: Option<Vec<Document>>,
    pub validators: Option<Validators>,
    /// Both were asked for without conditions.
    pub unconditional: bool,
    /// A list that could not be had, or not whole. The other one is worth reading all the same.
    pub problems: Vec<FetchError>,
    /// The list of what is on file could not be had.
    pub filed_failed: bool,
}

const API: &str = "/api/v1";
/// The API's word for the Bureau of Industry and Security.
const AGENCY: &str = "industry-and-security-bureau";
const PER_PAGE: usize = 100;
/// A publisher that names ever more pages is not followed forever. The Bureau publishes some 60
/// rules a year; without any filter there are about 100 documents a day, so that 20 pages still
/// reach back over the two weeks that a check asks for.
const MOST_PAGES: usize = 20;
const FIELDS: [&str; 15] = [
    "abstract",
    "agencies",
    "citation",
    "correction_of",
    "document_number",
    "effective_on",
    "end_page",
    "full_text_xml_url",
    "html_url",
    "pdf_url",
    "publication_date",
    "raw_text_url",
    "start_page",
    "title",
    "type",
];

impl FederalRegister<'_> {
    /// What is on file, and what was published on `since` or later.
    ///
    /// # Errors
    /// Where neither list can be had.
    pub(super) async fn register(
        &self,
        validators: Option<&Validators>,
        since: Date,
        now: Timestamp,
    ) -> Result<Register, FetchError> {
        let known = validators.and_then(Known::of).unwrap_or_default();
        let unconditional = validators.is_none();
        let mut problems = Vec::new();
        let mut filed_failed = false;
        let (filed, filed_validators) = match self.list(&self.filed_url(), known.filed, now).await {
            Ok(answered) => answered,
            Err(problem) if problem.retry_after.is_some() => return Err(problem),
            Err(problem) => {
                problems.push(problem);
                filed_failed = true;
                (None, None)
            }
        };
        let (published, published_validators) =
            match self.published(known.published, since, now).await {
                Ok((published, validators, problem)) => {
                    problems.extend(problem);
                    (published, validators)
                }
                Err(problem) if !problems.is_empty() => return Err(both(problems, problem)),
                Err(problem) => {
                    problems.push(problem);
                    (None, None)
                }
            };
        let known = Known { filed: filed_validators, published: published_validators };
        // What could not be had whole is asked for again without conditions.
        let validators = if problems.is_empty() { known.into_validators(self.base) } else { None };
        Ok(Register { filed, published, validators, unconditional, problems, filed_failed })
    }

    /// What the API says of one published document; none where it has no such document.
    pub(super) async fn document(
        &self,
        number: &str,
        now: Timestamp,
    ) -> Result<Option<Document>, FetchError> {
        let is_plain = |number: &str| {
            !number.is_empty() && number.chars().all(|c| c.is_ascii_alphanumeric() || c == '-')
        };
        if !is_plain(number) {
            return Ok(None);
        }
        match self.list(&self.url(&format!("/documents/{number}.json")), None, now).await {
            Ok((document, _)) => Ok(document),
            Err(problem) if problem.not_found => Ok(None),
            Err(problem) => Err(problem),
        }
    }

    /// A document's text. The address comes from outside: a private one is dialled only on the host
    /// of the source itself.
    pub(super) async fn text(
        &self,
        address: &str,
        now: Timestamp,
    ) -> Result<FetchedDocument, FetchError> {
        let url = Url::parse(address).map_err(|error| {
            FetchError::refused(format!(
                "expected the address of a document's text, but got one that cannot be read: \
                 {error}"
            ))
        })?;
        let allow_private = self.allow_private && url.host() == self.base.host();
        let request = Request { url: &url, allow_private, validators: None, now };
        // The register puts the plain text of what it has published into a page of its own.
        let limits = FetchLimits { wrapped_text: true, ..self.limits.clone() };
        match http::fetch(self.http, &limits, &request).await? {
            Fetched::Document(fetched) => Ok(*fetched),
            Fetched::NotModified => Err(FetchError::unreachable(format!(
                "expected an answer from {}, but got none",
                place(&url)
            ))),
        }
    }

    /// The pages of what was published. Whether the server keeps to the conditions that it was
    /// asked for is not relied on: paging ends where a page brings nothing new, where all of a
    /// page is older than `since`, and after [`MOST_PAGES`].
    async fn published(
        &self,
        validators: Option<Validators>,
        since: Date,
        now: Timestamp,
    ) -> Result<Published, FetchError> {
        let (first, validators) = self.list(&self.published_url(since, 1), validators, now).await?;
        let Some(mut document) = first else { return Ok((None, validators, None)) };
        let mut seen = Pages::default();
        let mut all = Vec::new();
        for page in 1.. {
            let read = self.page(&document)?;
            all.push(document);
            match seen.after(&read, page, since) {
                Next::Ask => {}
                Next::Complete => break,
                Next::Incomplete(got) => {
                    let problem = format!(
                        "expected all documents since {since} in {API}/documents.json from {}, \
                         but got {got}",
                        place(self.base)
                    );
                    return Ok((Some(all), None, Some(FetchError::unreachable(problem))));
                }
            }
            match self.list(&self.published_url(since, page + 1), None, now).await {
                Ok((Some(next), _)) => document = next,
                Ok((None, _)) => break,
                Err(problem) => return Ok((Some(all), None, Some(problem))),
            }
        }
        Ok((Some(all), validators, None))
    }

    fn page(&self, document: &Document) -> Result<Page, FetchError> {
        let from = place(self.base);
        let reader = document.reader().map_err(|e| {
            FetchError::unreachable(format!("failed to read what came from {from}: {e}"))
        })?;
        let answer: Value =
            serde_json::from_reader(std::io::BufReader::new(reader)).map_err(|e| {
                FetchError::refused(format!("failed to read {API}/documents.json from {from}: {e}"))
            })?;
        Ok(Page::of(&answer))
    }

    /// A list, and the validators that go with what is known of it now.
    async fn list(
        &self,
        url: &Url,
        validators: Option<Validators>,
        now: Timestamp,
    ) -> Result<(Option<Document>, Option<Validators>), FetchError> {
        let request = Request {
            url,
            allow_private: self.allow_private,
            validators: validators.as_ref(),
            now,
        };
        match http::fetch(self.http, self.limits, &request).await {
            Ok(Fetched::NotModified) => Ok((None, validators)),
            Ok(Fetched::Document(fetched)) => Ok((Some(fetched.document), fetched.validators)),
            Err(error) => Err(FetchError {
                message: format!("{} for {}", error.message, url.path()),
                ..error
            }),
        }
    }

    fn filed_url(&self) -> Url {
        self.url("/public-inspection-documents/current.json")
    }

    fn published_url(&self, since: Date, page: usize) -> Url {
        let mut url = self.url("/documents.json");
        {
            let mut query = url.query_pairs_mut();
            query.append_pair("conditions[agencies][]", AGENCY);
            query.append_pair("conditions[type][]", "RULE");
            query.append_pair("conditions[publication_date][gte]", &since.to_string());
            query.append_pair("order", "newest");
            query.append_pair("per_page", &PER_PAGE.to_string());
            query.append_pair("page", &page.to_string());
            for field in FIELDS {
                query.append_pair("fields[]", field);
            }
        }
        url
    }

    /// The base may be the site, the API, or any address of it that someone copied.
    fn url(&self, path: &str) -> Url {
        let mut url = self.base.clone();
        let site = url.path().split(API).next().unwrap_or("").trim_end_matches('/').to_owned();
        url.set_path(&format!("{site}{API}{path}"));
        url.set_query(None);
        url.set_fragment(None);
        url
    }
}

/// The pages that came, the validators of the first, and why they are not all.
type Published = (Option<Vec<Document>>, Option<Validators>, Option<FetchError>);

/// Neither list could be had.
fn both(earlier: Vec<FetchError>, last: FetchError) -> FetchError {
    let refused = last.refused || earlier.iter().any(|problem| problem.refused);
    let messages: Vec<String> =
        earlier.into_iter().map(|problem| problem.message).chain([last.message]).collect();
    FetchError { message: messages.join("; "), refused, ..last }
}

/// What a page says of itself. Any key may be missing or of another type.
#[derive(Debug, Default, PartialEq)]
struct Page {
    numbers: Vec<String>,
    /// The newest publication date, where each record has one that can be read and they stand as
    /// asked for, the newest first.
    newest: Option<Date>,
    total_pages: Option<usize>,
    count: Option<usize>,
}

impl Page {
    fn of(answer: &Value) -> Self {
        let number = |key: &str| -> Option<usize> {
            let value = answer.get(key)?;
            value
                .as_u64()
                .and_then(|number| usize::try_from(number).ok())
                .or_else(|| value.as_str()?.trim().parse().ok())
        };
        let records =
            answer.get("results").and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default();
        // A record without a number counts as itself.
        let name = |record: &Value| {
            let known = record
                .get("document_number")
                .and_then(Value::as_str)
                .filter(|number| !number.trim().is_empty());
            known.map_or_else(|| record.to_string(), str::to_owned)
        };
        let dates: Option<Vec<Date>> = records
            .iter()
            .map(|record| record.get("publication_date")?.as_str()?.parse().ok())
            .collect();
        Self {
            numbers: records.iter().map(name).collect(),
            newest: dates
                .filter(|dates| dates.is_sorted_by(|one, next| one >= next))
                .and_then(|dates| dates.first().copied()),
            total_pages: number("total_pages"),
            count: number("count"),
        }
    }
}

/// The records of all pages so far.
#[derive(Default)]
struct Pages(BTreeSet<String>);

enum Next {
    Ask,
    Complete,
    /// What came instead of all, in words.
    Incomplete(String),
}

impl Pages {
    /// What to do after a page, which is number `number`.
    fn after(&mut self, page: &Page, number: usize, since: Date) -> Next {
        let before = self.0.len();
        self.0.extend(page.numbers.iter().cloned());
        let (have, brought_nothing) = (self.0.len(), self.0.len() == before);
        // The newest come first: what follows a page of old documents is older still.
        if page.newest.is_some_and(|newest| newest < since) {
            return Next::Complete;
        }
        let missing = page.count.is_some_and(|count| have < count);
        let more_pages = page.total_pages.map_or(missing, |pages| number < pages);
        if !more_pages && !missing {
            return Next::Complete;
        }
        let count = page.count.map_or_else(String::new, |count| format!(" of {count}"));
        if brought_nothing || !more_pages {
            return Next::Incomplete(format!("{have}{count} in {number} pages"));
        }
        if number >= MOST_PAGES {
            return Next::Incomplete(format!(
                "{have}{count} in {MOST_PAGES} pages, which is the limit"
            ));
        }
        Next::Ask
    }
}

/// The validators of both lists, kept where one list's would be.
#[derive(Default, Serialize, Deserialize)]
struct Known {
    filed: Option<Validators>,
    published: Option<Validators>,
}

impl Known {
    fn of(validators: &Validators) -> Option<Self> {
        serde_json::from_str(validators.etag.as_deref()?).ok()
    }

    fn into_validators(self, base: &Url) -> Option<Validators> {
        if self.filed.is_none() && self.published.is_none() {
            return None;
        }
        let etag = serde_json::to_string(&self).ok()?;
        Some(Validators {
            etag: Some(etag),
            last_modified: None,
            address_sha256: Sha256::of(base.as_str().as_bytes()),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::civil::date;
    use serde_json::json;

    /// Answers in turn, the last one forever, until nothing more is asked for: how many, and what
    /// is missing.
    fn ask(answers: &[Value]) -> (usize, Option<String>) {
        let mut pages = Pages::default();
        for (number, answer) in
            (1..).zip(answers.iter().chain(std::iter::repeat(answers.last().unwrap())))
        {
            match pages.after(&Page::of(answer), number, date(2025, 3, 1)) {
                Next::Ask => {}
                Next::Complete => return (number, None),
                Next::Incomplete(got) => return (number, Some(got)),
            }
        }
        unreachable!()
    }

    fn answer(
        numbers: std::ops::Range<usize>,
        published_on: &str,
        count: usize,
        total_pages: &Value,
    ) -> Value {
        let record = |number: usize| json!({"document_number": format!("2025-{number}"), "publication_date": published_on});
        json!({"count": count, "total_pages": total_pages, "results": numbers.map(record).collect::<Vec<_>>()})
    }

    #[test]
    fn ok_pages_are_asked_for_until_all_are_there() {
        assert_eq!(ask(&[json!({"count": 0})]), (1, None));
        assert_eq!(
            ask(&[json!({"results": [], "next_page_url": "https://example.com/"})]),
            (1, None)
        );
        assert_eq!(ask(&[answer(0..2, "2025-03-06", 2, &json!(1))]), (1, None));
        let three = |total: &Value| {
            ask(&[
                answer(0..2, "2025-03-06", 5, total),
                answer(2..4, "2025-03-05", 5, total),
                answer(4..5, "2025-03-04", 5, total),
            ])
        };
        assert_eq!(three(&json!(3)), (3, None));
        assert_eq!(three(&json!("3")), (3, None));
        assert_eq!(three(&Value::Null), (3, None), "the count alone tells that there is more");
    }

    #[test]
    fn ok_pages_of_what_is_older_than_asked_for_end_it() {
        let first = answer(0..2, "2025-03-06", 10_000, &json!(100));
        assert_eq!(ask(&[first, answer(2..4, "2025-02-27", 10_000, &json!(100))]), (2, None));
    }

    #[test]
    fn err_old_documents_that_stand_before_newer_ones_end_nothing() {
        let record = |number: &str, published_on: &str| json!({"document_number": number, "publication_date": published_on});
        let first = json!({"total_pages": 2, "results": [record("1", "2020-03-06"), record("2", "2020-03-07")]});
        assert_eq!(
            ask(&[first, json!({"total_pages": 2, "results": [record("3", "2025-03-06")]})]),
            (2, None)
        );
    }

    #[test]
    fn err_a_page_that_comes_again_and_again_and_pages_without_end() {
        let again = answer(0..2, "2025-03-06", 5, &json!(3));
        assert_eq!(ask(&[again.clone(), again]), (2, Some("2 of 5 in 2 pages".to_owned())));
        let short = answer(0..2, "2025-03-06", 5, &json!(1));
        assert_eq!(ask(&[short]), (1, Some("2 of 5 in 1 pages".to_owned())));
        let many: Vec<Value> =
            (0..30).map(|n| answer(n..n + 1, "2025-03-06", 9000, &json!(9000))).collect();
        assert_eq!(
            ask(&many),
            (MOST_PAGES, Some("20 of 9000 in 20 pages, which is the limit".to_owned()))
        );
    }
}
