//! The two answers of the Federal Register, record by record: which rules are worth a look. Pure.

use std::collections::{BTreeMap, BTreeSet};
use std::io::Read;

use jiff::civil::Date;

use super::document::{Standing, Touches};
use crate::domain::{Document, RecordedRule, RuleState};
use crate::fetch::Register;
use crate::parse::federal_register::document::{Answer, parse_answer};

/// What is in both answers.
pub struct Answers {
    /// Rules that are known, and those of the Bureau or with a title that names the list. The published
    /// ones stand last. Each number stands once in each state.
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

/// Reads them. Neither the date nor the agency nor the type that the server was asked for is relied on.
pub fn read(register: &Register, known: &BTreeMap<String, RecordedRule>, since: Date, oldest: Date) -> Answers {
    let mut all = Answers { standings: Vec::new(), listed: BTreeSet::new(), filed: None, problems: Vec::new() };
    let is_known = |number: &str| known.get(number).is_some_and(|rule| rule.state != RuleState::Other);
    let mut seen: BTreeSet<(bool, String)> = BTreeSet::new();
    let documents = register.filed.iter().map(|document| (document, false));
    for (document, published) in documents.chain(register.published.iter().flatten().map(|page| (page, true))) {
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
            let standing = if published { Standing::published(record.clone()) } else { Standing::filed(record.clone()) };
            let wanted = is_known(number) || wanted(&standing, since, oldest);
            if wanted && seen.insert((published, number.to_owned())) {
                all.standings.push(standing);
            }
        }
        all.problems.extend(answer.unreadable.iter().map(|message| {
            let list = if published { "documents.json" } else { "public-inspection-documents/current.json" };
            Problem { message: format!("{list}: {message}"), whole: false, filed: !published }
        }));
        if !published {
            all.filed = Some(answer);
        }
    }
    all
}

fn wanted(standing: &Standing, since: Date, oldest: Date) -> bool {
    let may_be_ours = standing.document.may_be_a_rule() && standing.may_be_of_the_bureau();
    (may_be_ours || standing.touches() != Touches::No) && !standing.is_past(since, oldest)
}

fn answer_of(document: &Document) -> Result<Answer, String> {
    let content = document.reader().and_then(|mut reader| {
        let mut content = Vec::new();
        reader.read_to_end(&mut content)?;
        Ok(content)
    });
    let content = content.map_err(|error| format!("failed to decompress the document: {error}"))?;
    parse_answer(&content).map_err(|error| error.to_string())
}
