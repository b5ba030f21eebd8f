//! Decides whether a document that is not recorded yet changes the Entity List.

use crate::domain::alert::NoticeStatus;
use crate::domain::{ReadFrom, RuleState};
use crate::pipeline::federal_register::listed_document::{ListedDocument, Relevance};
use crate::pipeline::federal_register::rule_check::RuleCheck;
use crate::pipeline::federal_register::rule_updates::RuleUpdates;
use crate::pipeline::federal_register::text_retry;
use crate::pipeline::federal_register::text_update::read_text;
use crate::store::Result;

/// Records a new document and announces it if it changes the list. If only the text could show this
/// and the text cannot be read, nothing is recorded, and the next check tries again.
pub async fn check_new(
    check: &RuleCheck<'_>,
    updates: &mut RuleUpdates,
    listed: &ListedDocument,
) -> Result<()> {
    let relevance = listed.relevance();
    if relevance == Relevance::Unrelated {
        return Ok(());
    }
    let needs_text = relevance == Relevance::NeedsText;
    let mut rule = listed.to_recorded_rule(&check.recorder.source.name, check.now());
    let amends = read_text(check, updates, listed, &mut rule, ReadFrom::Text).await?;
    // A truncated text may lack the part that amends the list.
    let may_be_truncated =
        amends == Some(false) && rule.text_unended && text_retry::is_recent(&rule, check.today);
    if needs_text && (amends.is_none() || may_be_truncated) {
        updates.needs_full_fetch = true;
        return Ok(());
    }
    // A title can mention the list even if the rule does not amend it. Only the XML, which has all
    // instructions, proves that.
    if amends == Some(false) && (needs_text || rule.read_from == ReadFrom::Xml) {
        rule.state = RuleState::Other;
        updates.keep_changed(rule);
        return Ok(());
    }
    let status = if listed.published { NoticeStatus::Published } else { NoticeStatus::Filed };
    updates.announce(rule, status, None, check.now());
    Ok(())
}
