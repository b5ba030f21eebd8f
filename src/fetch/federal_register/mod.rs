//! The Federal Register's API: the documents of the Bureau of Industry and Security on file for
//! public inspection, its recently published documents, and the text of one document.
//!
//! Source: <https://www.federalregister.gov/developers/documentation/api/v1>.

mod paging;

use jiff::Timestamp;
use jiff::civil::Date;
use serde_json::Value;
use url::Url;

use crate::dial::origin;
use crate::domain::{Document, Sha256, Validator, Validators};
use crate::fetch::http::{
    HttpClients, Request, {self},
};
use crate::fetch::{FetchError, FetchLimits, Fetched, FetchedDocument};

use self::paging::{Next, Page, Pages};

/// Where the API is, and how it is reached.
pub(super) struct FederalRegister<'a> {
    pub http: &'a HttpClients,
    pub limits: &'a FetchLimits,
    pub base: &'a Url,
    pub allow_private: bool,
}

/// The two lists of documents. A list is `None` if it has not changed or if it failed (`problems`).
#[derive(Debug)]
pub struct Register {
    /// `public-inspection-documents/current.json`
    pub filed: Option<Document>,
    /// The pages of `documents.json`, the newest documents first.
    pub published: Option<Vec<Document>>,
    pub validators: Option<Validators>,
    /// Both lists were requested without conditions.
    pub unconditional: bool,
    /// The errors of a list that failed or is incomplete. The other list is still worth reading.
    pub problems: Vec<FetchError>,
    /// The list of documents on file failed.
    pub filed_failed: bool,
}

const API: &str = "/api/v1";
/// The API's name for the Bureau of Industry and Security.
const AGENCY: &str = "industry-and-security-bureau";
const PER_PAGE: usize = 100;
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
    /// The documents on file, and those published on `since` or later.
    ///
    /// # Errors
    ///
    /// If both lists failed, or if the publisher asks to wait (`Retry-After`).
    pub(super) async fn register(
        &self,
        validators: Option<&Validators>,
        since: Date,
        now: Timestamp,
    ) -> Result<Register, FetchError> {
        let (known_filed, known_published) = match validators.map(|known| &known.validator) {
            Some(Validator::FederalRegister { filed, published }) => {
                (filed.as_deref().cloned(), published.as_deref().cloned())
            }
            _ => (None, None),
        };
        let unconditional = validators.is_none();
        let mut problems = Vec::new();
        let mut filed_failed = false;
        let (filed, filed_validators) = match self.list(&self.filed_url(), known_filed, now).await {
            Ok(answered) => answered,
            Err(problem) if problem.retry_after.is_some() => return Err(problem),
            Err(problem) => {
                problems.push(problem);
                filed_failed = true;
                (None, None)
            }
        };
        let (published, published_validators) =
            match self.published(known_published, since, now).await {
                Ok((published, validators, problem)) => {
                    problems.extend(problem);
                    (published, validators)
                }
                Err(problem) if !problems.is_empty() => return Err(join_errors(problems, problem)),
                Err(problem) => {
                    problems.push(problem);
                    (None, None)
                }
            };
        // The next check requests a failed or incomplete list without conditions.
        let validators = (problems.is_empty()
            && (filed_validators.is_some() || published_validators.is_some()))
        .then(|| Validators {
            validator: Validator::FederalRegister {
                filed: filed_validators.map(Box::new),
                published: published_validators.map(Box::new),
            },
            address_sha256: Sha256::of(self.base.as_str().as_bytes()),
        });
        Ok(Register { filed, published, validators, unconditional, problems, filed_failed })
    }

    /// The API's record of one published document, or `None` if there is no such document.
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

    /// A document's text. The address comes from an answer, so a private address is dialed only on
    /// the host of the source itself.
    pub(super) async fn text(
        &self,
        address: &str,
        now: Timestamp,
    ) -> Result<FetchedDocument, FetchError> {
        let url = Url::parse(address).map_err(|error| {
            FetchError::refused(format!(
                "expected the URL of a document's text, but got one that cannot be parsed: \
                 {error}"
            ))
        })?;
        let allow_private = self.allow_private && url.host() == self.base.host();
        let request = Request { url: &url, allow_private, validators: None, now };
        // The Federal Register wraps the plain text of a published document in an HTML page.
        let limits = FetchLimits { wrapped_text: true, ..self.limits.clone() };
        match http::fetch(self.http, &limits, &request).await? {
            Fetched::Document(fetched) => Ok(*fetched),
            Fetched::NotModified => Err(FetchError::unreachable(format!(
                "expected an answer from {}, but got none",
                origin(&url)
            ))),
        }
    }

    /// The pages of published documents. The server may ignore the conditions of the request.
    /// Paging therefore ends at a page that adds nothing, at a page whose documents are all older
    /// than `since`, and after [`MOST_PAGES`](paging::MOST_PAGES).
    async fn published(
        &self,
        validators: Option<Validators>,
        since: Date,
        now: Timestamp,
    ) -> Result<Published, FetchError> {
        let (first, validators) = self.list(&self.published_url(since, 1), validators, now).await?;
        let Some(mut document) = first else { return Ok((None, validators, None)) };
        let mut pages = Pages::default();
        let mut all = Vec::new();
        for page in 1.. {
            let read = self.page(&document)?;
            all.push(document);
            match pages.after(&read, page, since) {
                Next::Ask => {}
                Next::Complete => break,
                Next::Incomplete(got) => {
                    let problem = format!(
                        "expected all documents since {since} in {API}/documents.json from {}, \
                         but got {got}",
                        origin(self.base)
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
        let from = origin(self.base);
        let reader = document.reader().map_err(|e| {
            FetchError::unreachable(format!("failed to read the answer of {from}: {e}"))
        })?;
        let answer: Value =
            serde_json::from_reader(std::io::BufReader::new(reader)).map_err(|e| {
                FetchError::refused(format!("failed to read {API}/documents.json from {from}: {e}"))
            })?;
        Ok(Page::of(&answer))
    }

    /// A list, and the validators for the next request.
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

    /// The base may be the site, the API, or any copied address of the API.
    fn url(&self, path: &str) -> Url {
        let mut url = self.base.clone();
        let site = url.path().split(API).next().unwrap_or("").trim_end_matches('/').to_owned();
        url.set_path(&format!("{site}{API}{path}"));
        url.set_query(None);
        url.set_fragment(None);
        url
    }
}

/// The pages that were received, the validators of the first, and the error that ended paging
/// early.
type Published = (Option<Vec<Document>>, Option<Validators>, Option<FetchError>);

/// The error if both lists failed.
fn join_errors(earlier: Vec<FetchError>, last: FetchError) -> FetchError {
    let refused = last.refused || earlier.iter().any(|problem| problem.refused);
    let messages: Vec<String> =
        earlier.into_iter().map(|problem| problem.message).chain([last.message]).collect();
    FetchError { message: messages.join("; "), refused, ..last }
}
