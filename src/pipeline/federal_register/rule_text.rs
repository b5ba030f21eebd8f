//! Reads the text of a document: the XML where it is there, else the plain text.

use std::io::Read;

use jiff::civil::Date;

use crate::domain::{Citation, Document, ReadFrom, RecordedRule};
use crate::fetch::{Address, FetchError};
use crate::parse::federal_register::{RuleText, parse_raw_text, parse_rule};
use crate::pipeline::background::in_background;
use crate::pipeline::check::Observed;
use crate::pipeline::federal_register::orders::{
    Held, {self},
};
use crate::pipeline::federal_register::register_entry::Standing;
use crate::pipeline::federal_register::warn_of_text;

/// A text that was read, and from what.
pub struct Reading {
    pub from: ReadFrom,
    pub text: RuleText,
    pub document: Document,
    /// The text has its end: XML always, plain text where the office's mark stands behind it.
    pub is_ended: bool,
}

/// The marks that the office puts behind a document. Source: plain texts of public inspection.
const END_MARKS: &[&str] = &["[FR Doc", "FR Doc.", "BILLING CODE"];

/// Asks for the texts that are better than `known`, the best first, until one can be read.
pub async fn read(
    observed: &Observed<'_>,
    standing: &Standing,
    at_least: ReadFrom,
) -> Result<Reading, String> {
    let Address::FederalRegister { url, allow_private } = &observed.source.address else {
        return Err("expected the address of the Federal Register's API".to_owned());
    };
    let number = standing.document.document_number.as_str();
    let mut problem = "the register gives no address of its text".to_owned();
    for (from, address) in standing.texts().into_iter().filter(|(from, _)| *from >= at_least) {
        match observed
            .wiring
            .fetcher
            .federal_register_text(url, *allow_private, address, observed.now)
            .await
        {
            Ok(fetched) => match parsed(from, fetched.document).await {
                Ok(reading) => return Ok(reading),
                Err(found) => problem = found,
            },
            Err(FetchError { message, .. }) => problem = message,
        }
        warn_of_text(number, &problem);
    }
    Err(problem)
}

async fn parsed(from: ReadFrom, document: Document) -> Result<Reading, String> {
    in_background(move || {
        let reader =
            document.reader().map_err(|error| format!("failed to decompress its text: {error}"))?;
        let mut is_ended = true;
        let text = match from {
            ReadFrom::Xml => parse_rule(reader).map_err(|error| error.to_string())?,
            ReadFrom::Text | ReadFrom::Nothing => {
                let mut bytes = Vec::new();
                std::io::BufReader::new(reader)
                    .read_to_end(&mut bytes)
                    .map_err(|error| format!("failed to decompress its text: {error}"))?;
                let text = String::from_utf8_lossy(&bytes);
                is_ended = has_end(&text);
                if text.trim().is_empty() {
                    return Err("expected its text, but got white space".to_owned());
                }
                parse_raw_text(&text)
            }
        };
        Ok(Reading { from, text, document, is_ended })
    })
    .await
}

/// Whether a mark of the end stands in the second half: `BILLING CODE` stands before the text as
/// well.
fn has_end(text: &str) -> bool {
    END_MARKS.iter().filter_map(|mark| text.rfind(mark)).any(|at| at * 2 > text.len())
}

/// Takes what was read over into the record. The date that the register itself says (`said`) is
/// believed before that of the text, so that the two do not take turns.
pub fn take_over(record: &mut RecordedRule, said: Option<Date>, reading: &Reading, held: &Held) {
    let text = &reading.text;
    record.read_from = reading.from;
    record.text_unended = !reading.is_ended;
    record.text_sha256 = Some(reading.document.sha256.clone());
    record.certain = text.certain && !(text.entries.is_empty() && text.removed.is_empty());
    record.doubts = text.warnings.iter().map(|warning| warning.text.clone()).collect();
    if record.doubts.is_empty() && !record.certain {
        record.doubts.push("no entry could be found in its table and instructions".to_owned());
    }
    record.rule.effective_on = said.or(text.effective_on).or(record.rule.effective_on);
    record.effective_text = Some(text.effective_text.clone())
        .filter(|text| !text.is_empty())
        .or(record.effective_text.take());
    record.savings_clause = text.savings_clause.clone().or(record.savings_clause.take());
    let changes = orders::changes(&record.document_number, text, held);
    // A text in which nothing can be found takes nothing back that another has told.
    if !changes.is_empty() || record.changes.is_empty() {
        record.changes = changes;
    }
    cite(record);
}

/// Gives the entries that the rule puts on the list its own page, which is not printed in its
/// table.
pub fn cite(record: &mut RecordedRule) {
    let Some(page @ Citation::Page { .. }) =
        record.rule.citation.as_deref().map(Citation::from_text)
    else {
        return;
    };
    for change in
        record.changes.iter_mut().filter(|change| change.kind != crate::domain::ChangeKind::Removed)
    {
        if !change.entry.citations.contains(&page) {
            change.entry.citations.push(page.clone());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ok_a_text_with_the_mark_of_its_end() {
        assert!(has_end(
            "BILLING CODE 3510-33-P\nSUBJECT: Entity List\nJane Roe,\n[FR Doc. 2025-1 Filed: \
             3/3/25]"
        ));
        assert!(has_end("SUBJECT: Entity List. A text.\nBILLING CODE 3510-33-P\n"));
    }

    #[test]
    fn err_a_text_that_is_cut() {
        assert!(!has_end(
            "BILLING CODE 3510-33-P\nSUBJECT: Additions to the Entity List\nDATES: This rule"
        ));
        assert!(!has_end("") && !has_end("{\"error\": \"try again later\"}"));
    }
}
