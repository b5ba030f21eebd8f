//! Reads the records of the Federal Register's API about documents.
//!
//! Shapes: `/api/v1/documents.json`, `/api/v1/documents/NUMBER.json`,
//! `/api/v1/public-inspection-documents/current.json`. Each record is read separately. Every key
//! except the number may be missing, null or of another type. Unknown keys are ignored.

use jiff::Timestamp;
use jiff::civil::Date;
use serde_json::{Map, Value};

use crate::parse::ParseError;
use crate::parse::federal_register::issuer::{Agency, Issuer, issuer, names_the_list};

/// A document, published or on file for public inspection.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct FederalRegisterDocument {
    /// `2022-14069`
    pub document_number: String,
    /// `87 FR 38920`. `None` before publication.
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
    /// When the file on public inspection was last replaced.
    pub updated_at: Option<Timestamp>,
    /// The number of the document that this one corrects.
    pub correction_of: Option<String>,
}

/// Special filings are made at a time that the agency chooses, regular filings at 08:45 Eastern.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Filing {
    Special,
    Regular,
}

/// A list of documents from the API.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Answer {
    pub documents: Vec<FederalRegisterDocument>,
    /// Records without a readable number that may be rules of the Bureau of Industry and Security,
    /// each with its place and title. Such records of other agencies are ignored.
    pub unreadable: Vec<String>,
    /// How many records the answer has, of all agencies.
    pub records: usize,
    /// How many records there are, according to the API.
    pub count: Option<usize>,
}

impl Answer {
    /// Whether the answer has as many records as its `count` says.
    pub fn is_complete(&self) -> bool {
        self.count.is_none_or(|count| count <= self.records)
    }
}

/// Reads a list of documents: `documents.json`, or `current.json` of public inspection.
///
/// # Errors
/// If the text is not JSON or has no `results`.
pub fn parse_answer(json: &[u8]) -> Result<Answer, ParseError> {
    let answer: Value = serde_json::from_slice(json).map_err(|error| refused(&error))?;
    let missing = |got: &str| ParseError {
        place: "the answer".into(),
        problem: format!("expected `results`, but got {got}"),
    };
    let object = answer.as_object().ok_or_else(|| missing("no JSON object"))?;
    let count = object.get("count").and_then(number).and_then(|count| usize::try_from(count).ok());
    let results = match (object.get("results"), count) {
        (Some(Value::Array(results)), _) => results.as_slice(),
        // An answer without documents omits `results`.
        (None | Some(Value::Null), Some(0)) => &[],
        (None | Some(Value::Null), _) => return Err(missing("none")),
        (Some(_), _) => return Err(missing("a value that is no array")),
    };
    let mut read = Answer { records: results.len(), count, ..Answer::default() };
    for (index, record) in results.iter().enumerate() {
        let nothing = Map::new();
        let document = document_of(record.as_object().unwrap_or(&nothing));
        if !document.document_number.is_empty() {
            read.documents.push(document);
        } else if document.may_be_a_rule() && may_be_of_the_bureau(&document) {
            let title = if document.title.is_empty() { "no title" } else { &document.title };
            read.unreadable.push(format!("result {} ({title}): {NO_NUMBER}", index + 1));
        }
    }
    Ok(read)
}

/// Like [`parse_answer`], but rejects an answer with an unreadable record. For callers that need
/// every record of the Bureau of Industry and Security.
///
/// # Errors
/// If the text is not JSON, has no `results`, or has a record that may be from the Bureau and has
/// no document number.
pub fn parse_documents(json: &[u8]) -> Result<Vec<FederalRegisterDocument>, ParseError> {
    let answer = parse_answer(json)?;
    match answer.unreadable.into_iter().next() {
        Some(problem) => Err(ParseError { place: "the answer".into(), problem }),
        None => Ok(answer.documents),
    }
}

/// Reads one document: `documents/NUMBER.json` or `public-inspection-documents/NUMBER.json`.
///
/// # Errors
/// If the text is not JSON or has no document number.
pub fn parse_document(json: &[u8]) -> Result<FederalRegisterDocument, ParseError> {
    let record: Map<String, Value> =
        serde_json::from_slice(json).map_err(|error| refused(&error))?;
    let document = document_of(&record);
    if document.document_number.is_empty() {
        return Err(ParseError { place: "the document".into(), problem: NO_NUMBER.to_owned() });
    }
    Ok(document)
}

const NO_NUMBER: &str = "expected a document number, but got none that can be read";

/// Whether the Bureau of Industry and Security may have issued it. A document whose title names the
/// list counts, regardless of its agency.
fn may_be_of_the_bureau(document: &FederalRegisterDocument) -> bool {
    issuer(&document.agencies) != Issuer::Another || names_the_list(&document.title)
}

impl FederalRegisterDocument {
    /// Whether its type may be that of a rule. An unknown or missing type counts. A proposed rule
    /// and a notice change nothing.
    pub fn may_be_a_rule(&self) -> bool {
        let Some(kind) = &self.kind else { return true };
        let kind = kind.to_lowercase();
        !NO_RULES.iter().any(|word| kind.contains(word))
    }

    /// Whether its type names a rule (`Rule`, `RULE`, `Final Rule`), or is missing.
    pub fn is_called_a_rule(&self) -> bool {
        let names_a_rule = |kind: &String| kind.to_lowercase().contains("rule");
        self.may_be_a_rule() && self.kind.as_ref().is_none_or(names_a_rule)
    }
}

/// Words in the types of documents that change no regulation. Source: the values of `type` in the
/// API, and its codes (`PRORULE`, `PRESDOCU`).
const NO_RULES: &[&str] = &[
    "propos",
    "prorule",
    "notice",
    "presid",
    "presdoc",
    "sunshine",
    "executive order",
    "proclamation",
];

/// Whether a rule of the Bureau of Industry and Security changes entries of the Entity List,
/// according to its title and abstract.
///
/// A rule may mention the list without changing it (e.g. a license exception for listed parties).
/// If the abstract does not make this clear, the answer is yes, because an unneeded alert is better
/// than a missed one.
pub fn touches_entity_list(document: &FederalRegisterDocument) -> bool {
    if !document.is_called_a_rule() {
        return false;
    }
    // In the abstract, the verb and the list are in one sentence.
    let text = document.abstract_text.to_lowercase().replace("no. ", "no ");
    title_changes_the_list(&document.title)
        || text.split(". ").any(|sentence| names_the_list(sentence) && changes_something(sentence))
}

/// Whether a title says that the list changes.
pub fn title_changes_the_list(title: &str) -> bool {
    names_the_list(title) && changes_something(&title.to_lowercase())
}

fn changes_something(lower: &str) -> bool {
    CHANGES.iter().any(|change| lower.contains(change))
}

/// Words that a sentence about a change of the list contains.
const CHANGES: &[&str] = &[
    "add",
    "correct",
    "existing entities",
    "existing entries",
    "modif",
    "mov",
    "remov",
    "revis",
    "transfer",
];

/// Converts a record. A key that is missing, null or of another type gives no value, because one
/// bad key must not lose a document.
fn document_of(record: &Map<String, Value>) -> FederalRegisterDocument {
    let of = |key: &str| record.get(key).and_then(text);
    let page =
        |key: &str| record.get(key).and_then(number).and_then(|page| u32::try_from(page).ok());
    let date = |key: &str| of(key).and_then(|date| date.parse::<Date>().ok());
    let time = |key: &str| of(key).and_then(|time| time.parse::<Timestamp>().ok());
    let subjects: Vec<String> =
        ["subject_1", "subject_2", "subject_3"].into_iter().filter_map(of).collect();
    let contents: Vec<String> = ["toc_subject", "toc_doc"].into_iter().filter_map(of).collect();
    let title = of("title").unwrap_or_else(|| {
        if subjects.is_empty() { contents.join(" ") } else { subjects.join(" ") }
    });
    FederalRegisterDocument {
        document_number: of("document_number").unwrap_or_default(),
        citation: of("citation"),
        start_page: page("start_page"),
        end_page: page("end_page"),
        kind: of("type"),
        title,
        abstract_text: of("abstract").unwrap_or_default(),
        agencies: agencies(record),
        effective_on: date("effective_on"),
        publication_date: date("publication_date"),
        html_url: of("html_url"),
        pdf_url: of("pdf_url"),
        full_text_xml_url: of("full_text_xml_url"),
        raw_text_url: of("raw_text_url"),
        filed_at: time("filed_at"),
        filing: match of("filing_type").as_deref() {
            Some("special") => Some(Filing::Special),
            Some("regular") => Some(Filing::Regular),
            _ => None,
        },
        updated_at: time("pdf_updated_at"),
        // The API gives the address of the corrected document.
        correction_of: of("correction_of").map(|url| {
            url.rsplit('/')
                .next()
                .unwrap_or(&url)
                .split('?')
                .next()
                .unwrap_or_default()
                .trim_end_matches(".json")
                .to_owned()
        }),
    }
}

/// The rows of `agencies`, and the names in `agency_names` that are not among them.
fn agencies(record: &Map<String, Value>) -> Vec<Agency> {
    let rows = |key: &str| {
        record.get(key).and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default()
    };
    let row = |value: &Value| {
        let of = |key: &str| value.get(key).and_then(text).unwrap_or_default();
        // A row may be a bare name.
        let name = text(value).unwrap_or_else(|| of("name"));
        Agency { name, slug: of("slug"), raw_name: of("raw_name") }
    };
    let mut agencies: Vec<Agency> = rows("agencies").iter().map(row).collect();
    for name in rows("agency_names").iter().filter_map(text) {
        if !agencies.iter().any(|agency| agency.name == name) {
            agencies.push(Agency { name, ..Agency::default() });
        }
    }
    agencies.retain(|agency| *agency != Agency::default());
    agencies
}

/// A text that is not empty.
fn text(value: &Value) -> Option<String> {
    value.as_str().map(str::trim).filter(|text| !text.is_empty()).map(str::to_owned)
}

/// A count or a page, as a number or as text.
fn number(value: &Value) -> Option<u64> {
    value.as_u64().or_else(|| value.as_str()?.trim().parse().ok())
}

fn refused(error: &serde_json::Error) -> ParseError {
    let place = format!("line {}, column {}", error.line(), error.column());
    ParseError {
        place,
        problem: format!("expected a document of the Federal Register, but got: {error}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn answer(results: &Value) -> Answer {
        parse_answer(json!({"count": 1, "results": results}).to_string().as_bytes()).unwrap()
    }

    #[test]
    fn ok_a_broken_record_of_another_agency_is_ignored() {
        let treasury = json!([{"name": "Treasury Department", "slug": "treasury-department"}]);
        let of_the_bureau = json!({
            "document_number": "2025-1",
            "agencies": [{"slug": "industry-and-security-bureau"}],
        });
        for broken in [
            json!({"document_number": null, "type": "Rule", "agencies": treasury}),
            json!({
                "document_number": 7,
                "type": "Rule",
                "agencies": treasury,
                "title": {"no": "text"},
            }),
            json!({"document_number": "", "agency_names": ["Treasury Department"]}),
            json!({"document_number": null, "type": "Notice"}),
            json!({
                "document_number": null,
                "type": "Proposed Rule",
                "title": "Additions to the Entity List",
            }),
        ] {
            let read = answer(&json!([broken, of_the_bureau]));
            assert_eq!(
                (read.documents.len(), read.unreadable, read.records),
                (1, Vec::new(), 2),
                "{broken}"
            );
        }
    }

    #[test]
    fn err_a_record_of_the_bureau_without_a_number_is_named() {
        for broken in [
            json!({
                "document_number": null,
                "title": "A Rule",
                "agencies": [{"raw_name": "Bureau of Industry and Security"}],
            }),
            json!({"title": "A Rule", "agencies": null}),
            json!({"document_number": [], "title": "A Rule"}),
            json!({
                "title": "A Rule on the Entity List",
                "agencies": [{"slug": "treasury-department"}],
            }),
        ] {
            let read = answer(&json!([{"document_number": "2025-1"}, broken]));
            assert_eq!(read.documents.len(), 1, "{broken}");
            let [problem] = read.unreadable.as_slice() else { panic!("{broken}") };
            assert!(problem.starts_with("result 2 (A Rule"), "{problem}");
            let whole = json!({"results": [broken]}).to_string();
            assert!(
                parse_documents(whole.as_bytes())
                    .unwrap_err()
                    .problem
                    .contains("expected a document number")
            );
        }
        assert_eq!(answer(&json!([null, 3, "text"])).unreadable.len(), 3);
    }

    #[test]
    fn ok_keys_of_another_type_give_no_value() {
        let record = json!({
            "document_number": " 2025-1 ",
            "type": null,
            "title": null,
            "toc_subject": "Export Controls",
            "toc_doc": "Entity List",
            "abstract": 5,
            "agencies": ["Industry and Security Bureau", null, {"slug": null}],
            "citation": 90,
            "start_page": "11280",
            "end_page": -1,
            "effective_on": 20_250_304,
            "publication_date": "soon",
            "filed_at": {},
            "filing_type": ["special"],
        });
        let document = parse_document(record.to_string().as_bytes()).unwrap();
        let expected = FederalRegisterDocument {
            document_number: "2025-1".into(),
            title: "Export Controls Entity List".into(),
            agencies: vec![Agency {
                name: "Industry and Security Bureau".into(),
                ..Agency::default()
            }],
            start_page: Some(11280),
            ..FederalRegisterDocument::default()
        };
        assert_eq!(document, expected);
    }

    #[test]
    fn the_type_of_a_rule_is_recognized_in_every_spelling() {
        let of = |kind: Option<&str>| {
            let document = FederalRegisterDocument {
                kind: kind.map(str::to_owned),
                ..FederalRegisterDocument::default()
            };
            (document.may_be_a_rule(), document.is_called_a_rule())
        };
        for kind in [
            None,
            Some("Rule"),
            Some("RULE"),
            Some("Final Rule"),
            Some("interim final rule"),
            Some("Rules and Regulations"),
        ] {
            assert_eq!(of(kind), (true, true), "{kind:?}");
        }
        assert_eq!(of(Some("Uncategorized Document")), (true, false));
        for kind in
            ["Proposed Rule", "PRORULE", "Notice", "Presidential Document", "Sunshine Act Document"]
        {
            assert_eq!(of(Some(kind)), (false, false), "{kind}");
        }
    }

    #[test]
    fn err_answers_without_results() {
        for text in [
            "{}",
            "[]",
            "{\"results\": null}",
            "{\"results\": {}, \"count\": 0}",
            "{\"count\": 3}",
            "{\"results\": [",
        ] {
            assert!(parse_answer(text.as_bytes()).is_err(), "{text}");
        }
        assert_eq!(
            parse_answer(b"{\"count\": 0}").unwrap(),
            Answer { count: Some(0), ..Answer::default() }
        );
    }
}
