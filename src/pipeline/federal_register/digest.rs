//! The one alert about all recent documents when the source is new.

use jiff::civil::Date;

use crate::domain::alert::{NoticeStatus, RuleListing, RuleNotice};
use crate::domain::{Alert, AlertBody, AlertId, Change, RecordedRule, RuleState, Sha256, Summary};
use crate::pipeline::alerting::addressing;
use crate::pipeline::check::recorder::CheckRecorder;
use crate::pipeline::federal_register::rule_updates::RuleUpdates;
use crate::store::{Outgoing, Result};

/// The most entries in a digest, from the newest documents first. The body of a webhook has a size
/// limit.
const MAX_ENTRIES: usize = 400;

/// One alert about all documents of `since` and later, instead of the events of this check. None if
/// there are no such documents.
pub async fn digest(
    recorder: &CheckRecorder<'_>,
    updates: &mut RuleUpdates,
    since: Date,
) -> Result<Option<Outgoing>> {
    updates.events.clear();
    let mut rules: Vec<&mut RecordedRule> = updates
        .rules
        .values_mut()
        .filter(|rule| rule.concerns_the_list() && rule.day() >= since)
        .collect();
    if rules.is_empty() {
        return Ok(None);
    }
    rules.sort_by_key(|rule| std::cmp::Reverse(rule.day()));
    let documents = listings(&rules);
    let alert_id =
        AlertId::of(["rule.filed", &recorder.source.name, "digest", &recorder.now.to_string()]);
    for rule in rules {
        // `alerted_changes` stays empty: a later alert about the rule shows its entries in full.
        rule.alert_id = Some(alert_id.clone());
        rule.alerted_at = Some(recorder.now);
    }
    let notice = notice_of(recorder, documents, recorder.program.store.journal_head().await?);
    let alert =
        Alert { alert_id, created_at: recorder.now, body: AlertBody::RuleFiled(Box::new(notice)) };
    Ok(Some(addressing::routed(&recorder.wiring.config, alert, Vec::new())))
}

fn listings(rules: &[&mut RecordedRule]) -> Vec<RuleListing> {
    let mut remaining = MAX_ENTRIES;
    let mut listings = Vec::new();
    for rule in rules {
        let changes: Vec<Change> = rule.changes.iter().take(remaining).cloned().collect();
        remaining -= changes.len();
        listings.push(RuleListing {
            rule: rule.rule.clone(),
            published: rule.state == RuleState::Published,
            certain: rule.certain,
            summary: Summary::of(&rule.changes),
            changes,
        });
    }
    listings
}

fn notice_of(
    recorder: &CheckRecorder<'_>,
    documents: Vec<RuleListing>,
    journal_head: Sha256,
) -> RuleNotice {
    RuleNotice {
        source: recorder.source.name.clone(),
        observed_at: recorder.now,
        status: NoticeStatus::Digest,
        rule: None,
        agency: None,
        filing_type: None,
        pdf_url: None,
        certain: documents.iter().all(|listing| listing.certain),
        doubts: Vec::new(),
        effective_text: None,
        savings_clause: None,
        note: None,
        follows: None,
        related: Vec::new(),
        orders: total(&documents),
        documents,
        journal_head,
        summary: Summary::default(),
        total: Summary::default(),
        changes: Vec::new(),
        named_before: Vec::new(),
        part: None,
    }
}

fn total(documents: &[RuleListing]) -> Summary {
    let mut total = Summary::default();
    for Summary { added, removed, revised, editorial } in
        documents.iter().map(|listing| listing.summary)
    {
        total.added += added;
        total.removed += removed;
        total.revised += revised;
        total.editorial += editorial;
    }
    total
}
