//! The two answers of the Federal Register, record by record: which rules are worth a look.

use std::collections::{BTreeMap, BTreeSet};
use std::io::Read;

use jiff::civil::Date;

use crate::domain::{Document, RecordedRule, RuleState};
use crate::fetch::{Address, Register};
use crate::parse::federal_register::document::{Answer, parse_answer, parse_document};
use crate::pipeline::check::Observed;
use crate::pipeline::federal_register::register_entry::{Standing, Touches};
use crate::pipeline::federal_register::warn_of_text;

/// What is in both answers.
pub struct Answers {
    /// Rules that are known, and those of the Bureau or with a title that names the list. The
    /// published ones stand last. Each number stands once in each state.
    pub standings: Vec<Standing>,
    /// The numbers of all documents, whoever issued them.
    pub listed: BTreeSet<String>,
    /// The list of what is on file, where it came.
    pub filed: Option<Answer>,
    pub problems: Vec<Problem>,
}

/// Something that could not be read.
pub struct Problem {
    pub message: String,
    /// A whole answer, not only records in it.
    pub whole: bool,
    /// Of the list of what is on file.
    pub filed: bool,
}

/// Reads them. Neither the date nor the agency nor the type that the server was asked for is relied
/// on.
pub fn read(
    register: &Register,
    known: &BTreeMap<String, RecordedRule>,
    since: Date,
    oldest: Date,
) -> Answers {
    let mut all = Answers {
        standings: Vec::new(),
        listed: BTreeSet::new(),
        filed: None,
        problems: Vec::new(),
    };
    let is_known =
        |number: &str| known.get(number).is_some_and(|rule| rule.state != RuleState::Other);
    let mut seen: BTreeSet<(bool, String)> = BTreeSet::new();
    let documents = register.filed.iter().map(|document| (document, false));
    for (document, published) in
        documents.chain(register.published.iter().flatten().map(|page| (page, true)))
    {
        let answer = match answer_of(document) {
            Ok(answer) => answer,
            Err(message) => {
                all.problems.push(Problem { message, whole: true, filed: !published });
                continue;
            }
        };
        for record in &answer.documents {
            let number = record.document_number.as_str();
            all.listed.insert(number.to_owned());
            let standing = if published {
                Standing::published(record.clone())
            } else {
                Standing::filed(record.clone())
            };
            let wanted = is_known(number) || wanted(&standing, since, oldest);
            if wanted && seen.insert((published, number.to_owned())) {
                all.standings.push(standing);
            }
        }
        all.problems.extend(answer.unreadable.iter().map(|message| {
            let list = if published {
                "documents.json"
            } else {
                "public-inspection-documents/current.json"
            };
            Problem { message: format!("{list}: {message}"), whole: false, filed: !published }
        }));
        if !published {
            all.filed = Some(answer);
        }
    }
    all
}

/// Asks by number for documents that were due to be published and that no list shows: the list of
/// what was published is made by the server's filter on the agency, which a document may not pass.
/// Adds those that are published.
pub async fn ask_for_due(
    observed: &Observed<'_>,
    known: &BTreeMap<String, RecordedRule>,
    today: Date,
    answers: &mut Answers,
) {
    let Address::FederalRegister { url, allow_private } = &observed.source.address else { return };
    let is_due = |rule: &&RecordedRule| {
        rule.state == RuleState::Filed
            && rule.unlisted_since.is_some()
            && rule.rule.published_on.is_some_and(|day| day <= today)
            && !answers.listed.contains(&rule.document_number)
    };
    let due: Vec<&String> =
        known.values().filter(is_due).map(|rule| &rule.document_number).collect();
    for number in due {
        let asked = observed
            .wiring
            .fetcher
            .federal_register_document(url, *allow_private, number, observed.now)
            .await;
        let document = match asked {
            Ok(Some(document)) => content_of(&document)
                .and_then(|content| parse_document(&content).map_err(|error| error.to_string())),
            Ok(None) => continue,
            Err(problem) => Err(problem.message),
        };
        match document {
            Ok(document) if document.document_number == *number => {
                answers.listed.insert(number.clone());
                answers.standings.push(Standing::published(document));
            }
            Ok(_) => {}
            Err(problem) => warn_of_text(number, &problem),
        }
    }
}

fn wanted(standing: &Standing, since: Date, oldest: Date) -> bool {
    let may_be_ours = standing.document.may_be_a_rule() && standing.may_be_of_the_bureau();
    (may_be_ours || standing.touches() != Touches::No) && !standing.is_past(since, oldest)
}

fn answer_of(document: &Document) -> Result<Answer, String> {
    parse_answer(&content_of(document)?).map_err(|error| error.to_string())
}

fn content_of(document: &Document) -> Result<Vec<u8>, String> {
    let content = document.reader().and_then(|mut reader| {
        let mut content = Vec::new();
        reader.read_to_end(&mut content)?;
        Ok(content)
    });
    content.map_err(|error| format!("failed to decompress the document: {error}"))
}
