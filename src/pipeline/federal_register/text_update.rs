//! Reads the text of a rule into its record, unless the text was truncated.

use crate::domain::{Change, ReadFrom, RecordedRule};
use crate::pipeline::federal_register::current_entities::CurrentEntities;
use crate::pipeline::federal_register::listed_document::ListedDocument;
use crate::pipeline::federal_register::rule_check::RuleCheck;
use crate::pipeline::federal_register::rule_text::{self, FetchedText, warn_unreadable};
use crate::pipeline::federal_register::rule_updates::RuleUpdates;
use crate::store::Result;

/// A plain text that has no end mark and lost entries is accepted if it has at least this share of
/// the size of the earlier text. An amended text is about as long as the first one.
const MIN_SIZE_PERCENT: u64 = 75;

/// Reads the text of a document into `rule`. Returns whether the text amends the list, or None if
/// the text cannot be read: then the record has a doubt about it.
pub async fn read_text(
    check: &RuleCheck<'_>,
    updates: &mut RuleUpdates,
    listed: &ListedDocument,
    rule: &mut RecordedRule,
    at_least: ReadFrom,
) -> Result<Option<bool>> {
    let fetched = match rule_text::fetch(check.recorder, listed, at_least).await {
        Ok(fetched) => fetched,
        Err(problem) => {
            if rule.read_from == ReadFrom::Nothing {
                rule.certain = false;
                rule.doubts = vec![format!("its text could not be read yet: {problem}")];
            }
            return Ok(None);
        }
    };
    let current = check.current_entities().await?;
    if let Some(problem) = truncation(check, rule, &fetched, current).await? {
        warn_unreadable(&rule.document_number, &problem);
        return Ok(None);
    }
    rule_text::apply(rule, listed.document.effective_on, &fetched, current);
    updates.texts.push(fetched.document);
    Ok(Some(fetched.text.amends_the_list))
}

/// What is wrong with a plain text that lacks entries of the text that was read before. It may be
/// truncated, or be another page.
async fn truncation(
    check: &RuleCheck<'_>,
    rule: &RecordedRule,
    fetched: &FetchedText,
    current: &CurrentEntities,
) -> Result<Option<String>> {
    if fetched.format != ReadFrom::Text || fetched.has_end || rule.changes.is_empty() {
        return Ok(None);
    }
    if fetched.text.amends_the_list && has_all_changes(rule, fetched, current) {
        return Ok(None);
    }
    let earlier_size = match &rule.text_sha256 {
        Some(sha256) => check
            .recorder
            .program
            .store
            .document(sha256)
            .await?
            .map_or(0, |document| document.size_bytes),
        None => 0,
    };
    let min_size = earlier_size.saturating_mul(MIN_SIZE_PERCENT) / 100;
    let size = fetched.document.size_bytes;
    let is_truncated = !rule.text_unended || size < min_size || !fetched.text.amends_the_list;
    Ok(is_truncated.then(|| {
        format!(
            "expected the complete text of {earlier_size} bytes or a new version of it, but got \
             {size} bytes without an end mark"
        )
    }))
}

/// Whether the new text orders every recorded change, by kind and name.
fn has_all_changes(rule: &RecordedRule, fetched: &FetchedText, current: &CurrentEntities) -> bool {
    let mut updated = rule.clone();
    rule_text::apply(&mut updated, None, fetched, current);
    let is_ordered = |change: &Change| {
        updated
            .changes
            .iter()
            .any(|other| other.kind == change.kind && other.entry.name == change.entry.name)
    };
    rule.changes.iter().all(is_ordered)
}
