//! The Federal Register's API (<https://www.federalregister.gov/developers/documentation/api/v1>): what the Bureau of Industry and
//! Security has on file for public inspection, what it has published of late, and the text of a document.

use jiff::Timestamp;
use jiff::civil::Date;
use serde::{Deserialize, Serialize};
use url::Url;

use super::http::{self, HttpClients, Request};
use super::{FetchError, FetchLimits, Fetched, FetchedDocument};
use crate::dial::place;
use crate::domain::{Document, Sha256, Validators};

/// Where the API stands, and how it is reached.
pub(super) struct FederalRegister<'a> {
    pub http: &'a HttpClients,
    pub limits: &'a FetchLimits,
    pub base: &'a Url,
    pub allow_private: bool,
}

/// The two lists of documents; `None` where the publisher says that one has not changed.
#[derive(Debug)]
pub struct Register {
    /// `public-inspection-documents/current.json`
    pub filed: Option<Document>,
    /// The pages of `documents.json`, the newest documents first.
    pub published: Option<Vec<Document>>,
    pub validators: Option<Validators>,
    /// Both were asked for without conditions.
    pub unconditional: bool,
}

const API: &str = "/api/v1";
/// The API's word for the Bureau of Industry and Security.
const AGENCY: &str = "industry-and-security-bureau";
const PER_PAGE: usize = 100;
/// A publisher that names ever more pages is not followed for ever.
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
    pub(super) async fn register(&self, validators: Option<&Validators>, since: Date, now: Timestamp) -> Result<Register, FetchError> {
        let known = validators.and_then(Known::of).unwrap_or_default();
        let unconditional = validators.is_none();
        let (filed, filed_validators) = self.list(&self.filed_url(), known.filed, now).await?;
        let first_url = self.published_url(since, 1);
        let (first, published_validators) = self.list(&first_url, known.published, now).await?;
        let published = match first {
            None => None,
            Some(first) => Some(self.with_later_pages(first, since, now).await?),
        };
        let known = Known { filed: filed_validators, published: published_validators };
        Ok(Register { filed, published, validators: known.into_validators(self.base), unconditional })
    }

    /// A document's text. The address comes from outside: a private one is dialled only on the host of the source itself.
    pub(super) async fn text(&self, address: &str, now: Timestamp) -> Result<FetchedDocument, FetchError> {
        let url = Url::parse(address).map_err(|error| {
            FetchError::refused(format!("expected the address of a document's text, but got one that cannot be read: {error}"))
        })?;
        let allow_private = self.allow_private && url.host() == self.base.host();
        let request = Request { url: &url, allow_private, validators: None, now };
        // The register puts the plain text of what it has published into a page of its own.
        let limits = FetchLimits { wrapped_text: true, ..self.limits.clone() };
        match http::fetch(self.http, &limits, &request).await? {
            Fetched::Document(fetched) => Ok(fetched),
            Fetched::NotModified => Err(FetchError::unreachable(format!("expected an answer from {}, but got none", place(&url)))),
        }
    }

    async fn with_later_pages(&self, first: Document, since: Date, now: Timestamp) -> Result<Vec<Document>, FetchError> {
        let pages = self.page_count(&first)?.min(MOST_PAGES);
        let mut all = vec![first];
        for page in 2..=pages {
            if let (Some(document), _) = self.list(&self.published_url(since, page), None, now).await? {
                all.push(document);
            }
        }
        Ok(all)
    }

    fn page_count(&self, document: &Document) -> Result<usize, FetchError> {
        #[derive(Deserialize)]
        struct Pages {
            total_pages: Option<usize>,
        }
        let from = place(self.base);
        let reader = document.reader().map_err(|e| FetchError::unreachable(format!("failed to read what came from {from}: {e}")))?;
        let pages: Pages = serde_json::from_reader(std::io::BufReader::new(reader))
            .map_err(|e| FetchError::refused(format!("failed to read {API}/documents.json from {from}: {e}")))?;
        Ok(pages.total_pages.unwrap_or(1))
    }

    /// A list, and the validators that go with what is known of it now.
    async fn list(
        &self,
        url: &Url,
        validators: Option<Validators>,
        now: Timestamp,
    ) -> Result<(Option<Document>, Option<Validators>), FetchError> {
        let request = Request { url, allow_private: self.allow_private, validators: validators.as_ref(), now };
        match http::fetch(self.http, self.limits, &request).await {
            Ok(Fetched::NotModified) => Ok((None, validators)),
            Ok(Fetched::Document(fetched)) => Ok((Some(fetched.document), fetched.validators)),
            Err(error) => Err(FetchError { message: format!("{} for {}", error.message, url.path()), ..error }),
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
        Some(Validators { etag: Some(etag), last_modified: None, address_sha256: Sha256::of(base.as_str().as_bytes()) })
    }
}
