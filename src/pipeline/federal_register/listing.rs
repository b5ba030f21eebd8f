//! Reads the two answers of the Federal Register, and selects the documents that must be checked.

use std::collections::{BTreeMap, BTreeSet};
use std::io::{self, Read};

use jiff::civil::Date;

use crate::domain::{Document, RecordedRule, RuleState};
use crate::fetch::{Address, Register};
use crate::parse::ParseError;
use crate::parse::federal_register::document::{
    Answer, FederalRegisterDocument, parse_answer, parse_document,
};
use crate::pipeline::check::recorder::CheckRecorder;
use crate::pipeline::federal_register::listed_document::{ListedDocument, Relevance};
use crate::pipeline::federal_register::rule_text::warn_unreadable;

/// What both answers contain.
pub struct Listing {
    /// Known rules, documents of the bureau, and documents whose title names the list. Published
    /// ones come last. Each number occurs at most once as filed and once as published.
    pub documents: Vec<ListedDocument>,
    /// The numbers of all documents, from any agency.
    pub numbers: BTreeSet<String>,
    /// The public inspection list, if one was received.
    pub public_inspection: Option<Answer>,
    pub problems: Vec<ListingProblem>,
}

/// Something in an answer that could not be read.
pub struct ListingProblem {
    pub message: String,
    /// The whole answer could not be read, not only single records.
    pub is_whole_answer: bool,
    pub in_public_inspection: bool,
}

/// Reads both answers. Does not rely on the server's filters for date, agency, and type.
pub fn read(
    register: &Register,
    known: &BTreeMap<String, RecordedRule>,
    since: Date,
    oldest: Date,
) -> Listing {
    let mut listing = Listing {
        documents: Vec::new(),
        numbers: BTreeSet::new(),
        public_inspection: None,
        problems: Vec::new(),
    };
    let is_known =
        |number: &str| known.get(number).is_some_and(|rule| rule.state != RuleState::Other);
    let mut selected: BTreeSet<(bool, String)> = BTreeSet::new();
    let filed_pages = register.filed.iter().map(|page| (page, false));
    let published_pages = register.published.iter().flatten().map(|page| (page, true));
    for (page, published) in filed_pages.chain(published_pages) {
        let answer = match parsed_answer(page) {
            Ok(answer) => answer,
            Err(problem) => {
                listing.problems.push(ListingProblem {
                    message: problem.to_string(),
                    is_whole_answer: true,
                    in_public_inspection: !published,
                });
                continue;
            }
        };
        for document in &answer.documents {
            let listed = ListedDocument { document: document.clone(), published };
            let number = listed.number().to_owned();
            listing.numbers.insert(number.clone());
            let is_wanted = is_known(&number) || may_matter(&listed, since, oldest);
            if is_wanted && selected.insert((published, number)) {
                listing.documents.push(listed);
            }
        }
        let path =
            if published { "documents.json" } else { "public-inspection-documents/current.json" };
        listing.problems.extend(answer.unreadable.iter().map(|message| ListingProblem {
            message: format!("{path}: {message}"),
            is_whole_answer: false,
            in_public_inspection: !published,
        }));
        if !published {
            listing.public_inspection = Some(answer);
        }
    }
    listing
}

/// Requests filed documents by number if their publication date has passed and no list shows them.
/// Adds those that are published.
///
/// The server filters the list of published documents by agency, and a document can fail that
/// filter.
pub async fn add_unlisted_publications(
    recorder: &CheckRecorder<'_>,
    known: &BTreeMap<String, RecordedRule>,
    today: Date,
    listing: &mut Listing,
) {
    let Address::FederalRegister { url, allow_private } = &recorder.source.address else { return };
    let is_due = |rule: &&RecordedRule| {
        rule.state == RuleState::Filed
            && rule.unlisted_since.is_some()
            && rule.rule.published_on.is_some_and(|day| day <= today)
            && !listing.numbers.contains(&rule.document_number)
    };
    let due: Vec<&String> =
        known.values().filter(is_due).map(|rule| &rule.document_number).collect();
    for number in due {
        let fetched = recorder
            .wiring
            .fetcher
            .federal_register_document(url, *allow_private, number, recorder.now)
            .await;
        let document = match fetched {
            Ok(Some(document)) => parsed_document(&document).map_err(|problem| problem.to_string()),
            Ok(None) => continue,
            Err(problem) => Err(problem.message),
        };
        match document {
            Ok(document) if document.document_number == *number => {
                listing.numbers.insert(number.clone());
                listing.documents.push(ListedDocument::published(document));
            }
            Ok(_) => {}
            Err(problem) => warn_unreadable(number, &problem),
        }
    }
}

fn may_matter(listed: &ListedDocument, since: Date, oldest: Date) -> bool {
    let may_be_bureau_rule = listed.document.may_be_a_rule() && listed.may_be_from_bureau();
    (may_be_bureau_rule || listed.relevance() != Relevance::Unrelated)
        && !listed.is_too_old(since, oldest)
}

/// Why an answer of the register cannot be read.
#[derive(Debug, thiserror::Error)]
enum AnswerError {
    #[error("failed to decompress the document: {0}")]
    Compressed(#[from] io::Error),
    #[error(transparent)]
    Refused(#[from] ParseError),
}

fn parsed_answer(document: &Document) -> Result<Answer, AnswerError> {
    Ok(parse_answer(&content_of(document)?)?)
}

fn parsed_document(document: &Document) -> Result<FederalRegisterDocument, AnswerError> {
    Ok(parse_document(&content_of(document)?)?)
}

fn content_of(document: &Document) -> io::Result<Vec<u8>> {
    let mut content = Vec::new();
    document.reader()?.read_to_end(&mut content)?;
    Ok(content)
}
