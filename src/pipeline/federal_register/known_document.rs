//! What changed about a document that is recorded already.

use crate::domain::alert::NoticeStatus;
use crate::domain::{ReadFrom, RecordedRule, RuleState};
use crate::pipeline::federal_register::change_note;
use crate::pipeline::federal_register::listed_document::{ListedDocument, Relevance};
use crate::pipeline::federal_register::new_document::check_new;
use crate::pipeline::federal_register::rule_check::RuleCheck;
use crate::pipeline::federal_register::rule_text;
use crate::pipeline::federal_register::rule_updates::{RuleUpdates, may_announce_change};
use crate::pipeline::federal_register::text_retry::{self, better_than, expects_better_text};
use crate::pipeline::federal_register::text_update::read_text;
use crate::pipeline::federal_register::withdrawal;
use crate::store::Result;

/// Updates the record of a listed document, and announces what changed. `rule` was taken out of
/// `updates.rules`, and is put back.
pub async fn check_known(
    check: &RuleCheck<'_>,
    updates: &mut RuleUpdates,
    listed: &ListedDocument,
    mut rule: RecordedRule,
) -> Result<()> {
    if rule.state == RuleState::Other {
        return recheck_unrelated(check, updates, listed, rule).await;
    }
    let before = rule.clone();
    listed.update(&mut rule);
    withdrawal::mark_listed(&mut rule);
    if before.rule.citation.is_none() && rule.rule.citation.is_some() {
        rule_text::cite(&mut rule);
    }
    if before.state == RuleState::Published {
        update_published(check, updates, listed, before, rule).await
    } else if listed.published {
        publish(check, updates, listed, &before, rule).await
    } else {
        update_filed(check, updates, listed, before, rule).await
    }
}

/// Checks a document again that did not change the list. A better text of a published document, or
/// another file on public inspection, may show that it does.
async fn recheck_unrelated(
    check: &RuleCheck<'_>,
    updates: &mut RuleUpdates,
    listed: &ListedDocument,
    rule: RecordedRule,
) -> Result<()> {
    let relevance = listed.relevance();
    let xml_may_appear =
        rule.read_from < ReadFrom::Xml && text_retry::is_recent(&rule, check.today);
    let is_worth_reading =
        listed.document.full_text_xml_url.is_some() || relevance == Relevance::ChangesList;
    let is_new_file = !listed.published && listed.document.updated_at > rule.updated_at;
    let must_read = listed.published && xml_may_appear && is_worth_reading || is_new_file;
    if relevance == Relevance::Unrelated || !must_read {
        updates.keep_unchanged(rule);
        return Ok(());
    }
    let needed_full_fetch = updates.needs_full_fetch;
    check_new(check, updates, listed).await?;
    if !updates.rules.contains_key(&rule.document_number) {
        updates.needs_full_fetch = needed_full_fetch || is_new_file;
        updates.keep_unchanged(rule);
    }
    Ok(())
}

/// A document that was filed, or withdrawn, is published.
async fn publish(
    check: &RuleCheck<'_>,
    updates: &mut RuleUpdates,
    listed: &ListedDocument,
    before: &RecordedRule,
    mut rule: RecordedRule,
) -> Result<()> {
    read_text(check, updates, listed, &mut rule, ReadFrom::Text).await?;
    rule_text::cite(&mut rule);
    let note = change_note::of_effective_date(before, &rule);
    updates.announce(rule, NoticeStatus::Published, note, check.now());
    Ok(())
}

async fn update_published(
    check: &RuleCheck<'_>,
    updates: &mut RuleUpdates,
    listed: &ListedDocument,
    before: RecordedRule,
    mut rule: RecordedRule,
) -> Result<()> {
    rule.state = RuleState::Published;
    if expects_better_text(&rule, check.today) {
        let at_least = better_than(before.read_from);
        if read_text(check, updates, listed, &mut rule, at_least).await?.is_some() {
            let note = Some("Its text can be read now.".to_owned());
            updates.announce(rule, NoticeStatus::Changed, note, check.now());
            return Ok(());
        }
    }
    let effective_date_changed = before.rule.effective_on.is_some()
        && rule.rule.effective_on != before.rule.effective_on
        && rule.alert_id.is_some();
    if rule == before {
        updates.keep_unchanged(rule);
    } else if !effective_date_changed {
        updates.keep_changed(rule);
    } else if may_announce_change(&rule, check.now()) {
        let note = change_note::of(&before, &rule);
        updates.announce_date_change(rule, note, check.now());
    } else {
        updates.keep_unchanged(before);
        updates.needs_full_fetch = true;
    }
    Ok(())
}

async fn update_filed(
    check: &RuleCheck<'_>,
    updates: &mut RuleUpdates,
    listed: &ListedDocument,
    before: RecordedRule,
    mut rule: RecordedRule,
) -> Result<()> {
    rule.state = RuleState::Filed;
    let is_new_text = rule.updated_at != before.updated_at
        || before.read_from == ReadFrom::Nothing
        || before.text_unended;
    if is_new_text && read_text(check, updates, listed, &mut rule, ReadFrom::Text).await?.is_none()
    {
        // Keeps the old time, so that the next check tries to read the new text again.
        rule.updated_at = before.updated_at;
        updates.needs_full_fetch = true;
    }
    match change_note::of(&before, &rule) {
        Some(note) if may_announce_change(&rule, check.now()) => {
            updates.announce(rule, NoticeStatus::Changed, Some(note), check.now());
        }
        Some(_) => {
            updates.keep_unchanged(before);
            updates.needs_full_fetch = true;
        }
        None if rule == before => updates.keep_unchanged(rule),
        None => updates.keep_changed(rule),
    }
    Ok(())
}
