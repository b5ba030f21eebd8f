//! What the Federal Register's API says of a document.
//!
//! Shapes: `/api/v1/documents.json`, `/api/v1/documents/NUMBER.json`, `/api/v1/public-inspection-documents/current.json`. Every key
//! but the number may be missing or null, and unknown keys are ignored.

use jiff::Timestamp;
use jiff::civil::Date;
use serde::{Deserialize, Deserializer};

use crate::parse::ParseError;

/// A document, published or on file for public inspection.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct FederalRegisterDocument {
    /// `2022-14069`
    pub document_number: String,
    /// `87 FR 38920`; none before publication.
    pub citation: Option<String>,
    pub start_page: Option<u32>,
    pub end_page: Option<u32>,
    /// `Rule`, `Notice`, …
    pub kind: Option<String>,
    pub title: String,
    pub abstract_text: String,
    pub agencies: Vec<Agency>,
    pub effective_on: Option<Date>,
    pub publication_date: Option<Date>,
    pub html_url: Option<String>,
    pub pdf_url: Option<String>,
    pub full_text_xml_url: Option<String>,
    pub raw_text_url: Option<String>,
    /// When it was filed for public inspection.
    pub filed_at: Option<Timestamp>,
    pub filing: Option<Filing>,
    /// When the file on public inspection was last put there anew.
    pub updated_at: Option<Timestamp>,
    /// The number of the document that this one corrects.
    pub correction_of: Option<String>,
}

/// An agency by its name and by the word that its address uses (`industry-and-security-bureau`).
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
pub struct Agency {
    #[serde(default, deserialize_with = "or_default")]
    pub name: String,
    #[serde(default, deserialize_with = "or_default")]
    pub slug: String,
}

/// Special filings are made at an hour of the agency's choice, regular ones at 08:45 Eastern.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Filing {
    Special,
    Regular,
}

/// Reads a list of documents: `documents.json` or the public inspection's `current.json`.
///
/// # Errors
/// No JSON, no `results`, or a result without a document number.
pub fn parse_documents(json: &[u8]) -> Result<Vec<FederalRegisterDocument>, ParseError> {
    #[derive(Deserialize)]
    struct Answer {
        results: Option<Vec<Wire>>,
        count: Option<u64>,
    }
    let answer: Answer = serde_json::from_slice(json).map_err(|error| refused(&error))?;
    match (answer.results, answer.count) {
        (Some(results), _) => Ok(results.into_iter().map(FederalRegisterDocument::from).collect()),
        (None, Some(0)) => Ok(Vec::new()), // an answer of no documents leaves `results` out
        (None, _) => Err(ParseError { place: "the answer".into(), problem: "expected `results`, but got none".into() }),
    }
}

/// Reads one document: `documents/NUMBER.json` or `public-inspection-documents/NUMBER.json`.
///
/// # Errors
/// No JSON, or no document number.
pub fn parse_document(json: &[u8]) -> Result<FederalRegisterDocument, ParseError> {
    serde_json::from_slice::<Wire>(json).map(FederalRegisterDocument::from).map_err(|error| refused(&error))
}

/// Whether a rule of the Bureau of Industry and Security changes entries of the Entity List, by its title and abstract.
///
/// A rule may speak of the list without changing it (a licence exception for listed parties); where the abstract does not tell,
/// the answer is yes, since a reader would rather look at one document too many.
pub fn touches_entity_list(document: &FederalRegisterDocument) -> bool {
    let text = format!("{}. {}", document.title, document.abstract_text).to_lowercase();
    if document.kind.as_deref().is_some_and(|kind| !kind.eq_ignore_ascii_case("rule")) {
        return false;
    }
    let title = document.title.to_lowercase();
    if title.contains("entity list") && CHANGES.iter().any(|change| title.contains(change)) {
        return true;
    }
    // in the abstract the verb and the list stand in one sentence
    text.split(". ").any(|sentence| sentence.contains("entity list") && CHANGES.iter().any(|change| sentence.contains(change)))
}

/// Words of a sentence about the list that changes it.
const CHANGES: &[&str] = &["add", "correct", "existing entities", "existing entries", "modif", "mov", "remov", "revis", "transfer"];

#[derive(Deserialize)]
struct Wire {
    document_number: String,
    citation: Option<String>,
    start_page: Option<u32>,
    end_page: Option<u32>,
    #[serde(rename = "type")]
    kind: Option<String>,
    #[serde(default, deserialize_with = "or_default")]
    title: String,
    #[serde(default, rename = "abstract", deserialize_with = "or_default")]
    abstract_text: String,
    #[serde(default, deserialize_with = "or_default")]
    agencies: Vec<Agency>,
    #[serde(default, deserialize_with = "or_none")]
    effective_on: Option<Date>,
    #[serde(default, deserialize_with = "or_none")]
    publication_date: Option<Date>,
    html_url: Option<String>,
    pdf_url: Option<String>,
    full_text_xml_url: Option<String>,
    raw_text_url: Option<String>,
    #[serde(default, deserialize_with = "or_none")]
    filed_at: Option<Timestamp>,
    filing_type: Option<String>,
    #[serde(default, deserialize_with = "or_none")]
    pdf_updated_at: Option<Timestamp>,
    /// The API's address of the corrected document.
    correction_of: Option<String>,
}

impl From<Wire> for FederalRegisterDocument {
    fn from(wire: Wire) -> Self {
        let number_of =
            |url: String| url.rsplit('/').next().unwrap_or(&url).split('?').next().unwrap_or_default().trim_end_matches(".json").to_owned();
        Self {
            document_number: wire.document_number,
            citation: wire.citation,
            start_page: wire.start_page,
            end_page: wire.end_page,
            kind: wire.kind,
            title: wire.title,
            abstract_text: wire.abstract_text,
            agencies: wire.agencies,
            effective_on: wire.effective_on,
            publication_date: wire.publication_date,
            html_url: wire.html_url,
            pdf_url: wire.pdf_url,
            full_text_xml_url: wire.full_text_xml_url,
            raw_text_url: wire.raw_text_url,
            filed_at: wire.filed_at,
            filing: match wire.filing_type.as_deref() {
                Some("special") => Some(Filing::Special),
                Some("regular") => Some(Filing::Regular),
                _ => None,
            },
            updated_at: wire.pdf_updated_at,
            correction_of: wire.correction_of.map(number_of),
        }
    }
}

/// A null is as good as a missing key.
fn or_default<'de, D: Deserializer<'de>, T: Default + Deserialize<'de>>(deserializer: D) -> Result<T, D::Error> {
    Ok(Option::<T>::deserialize(deserializer)?.unwrap_or_default())
}

/// A date or time that cannot be read is none: the document is worth more than one of its clocks.
fn or_none<'de, D: Deserializer<'de>, T: std::str::FromStr>(deserializer: D) -> Result<Option<T>, D::Error> {
    Ok(Option::<String>::deserialize(deserializer)?.and_then(|text| text.parse().ok()))
}

fn refused(error: &serde_json::Error) -> ParseError {
    let place = format!("line {}, column {}", error.line(), error.column());
    ParseError { place, problem: format!("expected a document of the Federal Register, but got: {error}") }
}
