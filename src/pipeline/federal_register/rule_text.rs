//! Reads the text of a document, and copies what it orders into the record.

use std::io::{self, Read};

use jiff::civil::Date;
use tracing::warn;

use crate::domain::{ChangeKind, Citation, Document, ReadFrom, RecordedRule};
use crate::fetch::Address;
use crate::parse::ParseError;
use crate::parse::federal_register::{RuleText, parse_raw_text, parse_rule};
use crate::pipeline::background::in_background;
use crate::pipeline::check::recorder::CheckRecorder;
use crate::pipeline::federal_register::current_entities::CurrentEntities;
use crate::pipeline::federal_register::listed_document::ListedDocument;
use crate::pipeline::federal_register::orders::ordered_changes;

/// The marks that the Office of the Federal Register puts after a document. Source: the plain texts
/// of public inspection.
const END_MARKS: &[&str] = &["[FR Doc", "FR Doc.", "BILLING CODE"];

/// Why the text of a document cannot be read now.
#[derive(Debug, thiserror::Error)]
pub enum TextError {
    #[error("expected the address of the Federal Register's API")]
    OtherSource,
    #[error("the register gives no address of its text")]
    NoAddress,
    #[error("{0}")]
    Fetch(String),
    #[error("failed to decompress its text: {0}")]
    Compressed(#[from] io::Error),
    #[error("expected its text, but got white space")]
    Blank,
    #[error(transparent)]
    Refused(#[from] ParseError),
}

/// A text that was fetched and parsed.
pub struct FetchedText {
    pub format: ReadFrom,
    pub text: RuleText,
    pub document: Document,
    /// Whether the text has its end. Always true for XML; for plain text, the end mark must follow.
    pub has_end: bool,
}

/// Fetches the text in the best available format that is `at_least` this good. If a format cannot
/// be read, tries the next one.
pub async fn fetch(
    recorder: &CheckRecorder<'_>,
    listed: &ListedDocument,
    at_least: ReadFrom,
) -> Result<FetchedText, TextError> {
    let Address::FederalRegister { url, allow_private } = &recorder.source.address else {
        return Err(TextError::OtherSource);
    };
    let mut problem = TextError::NoAddress;
    for (format, address) in listed.text_urls() {
        if format < at_least {
            continue;
        }
        let fetched = recorder
            .wiring
            .fetcher
            .federal_register_text(url, *allow_private, address, recorder.now)
            .await;
        match fetched {
            Ok(fetched) => match parse(format, fetched.document).await {
                Ok(text) => return Ok(text),
                Err(found) => problem = found,
            },
            Err(failed) => problem = TextError::Fetch(failed.message),
        }
        warn_unreadable(listed.number(), &problem.to_string());
    }
    Err(problem)
}

/// Logs that a text cannot be read now. The next check requests it again.
pub fn warn_unreadable(number: &str, problem: &str) {
    warn!(rule.document_number = number, error = problem, "the text of a rule cannot be read now");
}

async fn parse(format: ReadFrom, document: Document) -> Result<FetchedText, TextError> {
    in_background(move || {
        let reader = document.reader()?;
        let mut has_end = true;
        let text = match format {
            ReadFrom::Xml => parse_rule(reader)?,
            ReadFrom::Text | ReadFrom::Nothing => {
                let mut bytes = Vec::new();
                io::BufReader::new(reader).read_to_end(&mut bytes)?;
                let text = String::from_utf8_lossy(&bytes);
                has_end = has_end_mark(&text);
                if text.trim().is_empty() {
                    return Err(TextError::Blank);
                }
                parse_raw_text(&text)
            }
        };
        Ok(FetchedText { format, text, document, has_end })
    })
    .await
}

/// Whether an end mark occurs in the second half of the text. `BILLING CODE` also occurs before the
/// text.
fn has_end_mark(text: &str) -> bool {
    END_MARKS.iter().filter_map(|mark| text.rfind(mark)).any(|at| at * 2 > text.len())
}

/// Copies a text that was read into the record.
///
/// The effective date of the API, `listed_effective_on`, takes precedence over that of the text.
/// Otherwise the recorded date would alternate between the two.
pub fn apply(
    record: &mut RecordedRule,
    listed_effective_on: Option<Date>,
    fetched: &FetchedText,
    current: &CurrentEntities,
) {
    let text = &fetched.text;
    record.read_from = fetched.format;
    record.text_unended = !fetched.has_end;
    record.text_sha256 = Some(fetched.document.sha256.clone());
    record.certain = text.certain && !(text.entries.is_empty() && text.removed.is_empty());
    record.doubts = text.warnings.iter().map(|warning| warning.text.clone()).collect();
    if record.doubts.is_empty() && !record.certain {
        record.doubts.push("no entry could be found in its table and instructions".to_owned());
    }
    record.rule.effective_on =
        listed_effective_on.or(text.effective_on).or(record.rule.effective_on);
    record.effective_text = Some(text.effective_text.clone())
        .filter(|text| !text.is_empty())
        .or(record.effective_text.take());
    record.savings_clause = text.savings_clause.clone().or(record.savings_clause.take());
    let changes = ordered_changes(&record.document_number, text, current);
    // A text without any order does not delete the orders of an earlier text.
    if !changes.is_empty() || record.changes.is_empty() {
        record.changes = changes;
    }
    cite(record);
}

/// Adds the rule's own page to the citations of the entries that it adds or revises. The table of
/// the rule does not print it.
pub fn cite(record: &mut RecordedRule) {
    let Some(page @ Citation::Page { .. }) =
        record.rule.citation.as_deref().map(Citation::from_text)
    else {
        return;
    };
    for change in record.changes.iter_mut().filter(|change| change.kind != ChangeKind::Removed) {
        if !change.entry.citations.contains(&page) {
            change.entry.citations.push(page.clone());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ok_a_text_with_its_end_mark() {
        assert!(has_end_mark(
            "BILLING CODE 3510-33-P\nSUBJECT: Entity List\nJane Roe,\n[FR Doc. 2025-1 Filed: \
             3/3/25]"
        ));
        assert!(has_end_mark("SUBJECT: Entity List. A text.\nBILLING CODE 3510-33-P\n"));
    }

    #[test]
    fn err_a_truncated_text() {
        assert!(!has_end_mark(
            "BILLING CODE 3510-33-P\nSUBJECT: Additions to the Entity List\nDATES: This rule"
        ));
        assert!(!has_end_mark("") && !has_end_mark("{\"error\": \"try again later\"}"));
    }
}
