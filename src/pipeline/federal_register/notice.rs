//! The alert about one event of a document, and its recipients. It never repeats what readers were
//! alerted to before.

use std::collections::BTreeSet;

use crate::domain::alert::{NoticeStatus, RuleNotice};
use crate::domain::{
    Alert, AlertBody, AlertId, Change, ChangeId, RecordedRule, RuleState, Sha256, Summary, same,
    utc_day,
};
use crate::pipeline::alerting::{addressing, alerts_before_rule};
use crate::pipeline::check::recorder::CheckRecorder;
use crate::pipeline::federal_register::rule_updates::{RuleEvent, RuleUpdates};
use crate::store::{Outgoing, Result};

/// The alerts for all events of a check, at most one for each.
pub async fn notices(
    recorder: &CheckRecorder<'_>,
    updates: &mut RuleUpdates,
) -> Result<Vec<Outgoing>> {
    let mut notices = Vec::new();
    for event in std::mem::take(&mut updates.events) {
        if let Some(rule) = updates.rules.get_mut(&event.document_number)
            && let Some(outgoing) = notice(recorder, rule, &event).await?
        {
            notices.push(outgoing);
        }
    }
    Ok(notices)
}

/// The alert for one event. Notes in the rule what was alerted. None if nothing in it is new.
async fn notice(
    recorder: &CheckRecorder<'_>,
    rule: &mut RecordedRule,
    event: &RuleEvent,
) -> Result<Option<Outgoing>> {
    let store = recorder.program.store.as_ref();
    let is_withdrawn = event.status == NoticeStatus::Withdrawn;
    let related = if is_withdrawn {
        alerts_before_rule::Related::default()
    } else {
        let today = utc_day(recorder.now);
        alerts_before_rule::related(store, rule, today).await?
    };
    let alerted: BTreeSet<&str> = rule.alerted_changes.iter().map(|id| id.as_str()).collect();
    let is_new = |change: &&Change| {
        is_withdrawn || !alerted.contains(change.change_id.as_str()) && !related.covers(change)
    };
    let new_changes: Vec<Change> = rule.changes.iter().filter(is_new).cloned().collect();
    let is_published = rule.state == RuleState::Published;
    // A better text is no news if it contains no new entry.
    if event.status == NoticeStatus::Changed
        && !event.announce_without_entries
        && new_changes.is_empty()
        && is_published
    {
        return Ok(None);
    }
    let has_no_news = new_changes.is_empty() || is_withdrawn;
    let journal_head = store.journal_head().await?;
    let named_before = match &rule.alert_id {
        Some(first) => named_in(store.alert(first).await?.as_ref(), &new_changes),
        None => Vec::new(),
    };
    let alert =
        alert(recorder, rule, event, &related.alerts, journal_head, named_before, new_changes);
    let alert_id = alert.alert_id.clone();
    let mut earlier_alerts: Vec<AlertId> = related.alerts;
    earlier_alerts.extend(rule.alert_id.clone());
    let outgoing = addressed(recorder, alert, &earlier_alerts, has_no_news).await?;
    rule.alert_id.get_or_insert(alert_id);
    rule.alerted_at.get_or_insert(recorder.now);
    rule.alerted_changes = rule.changes.iter().map(|change| change.change_id.clone()).collect();
    Ok(Some(outgoing))
}

/// The alert about an event of a rule, with the changes that readers do not know yet.
fn alert(
    recorder: &CheckRecorder<'_>,
    rule: &RecordedRule,
    event: &RuleEvent,
    related: &[AlertId],
    journal_head: Sha256,
    named_before: Vec<ChangeId>,
    new_changes: Vec<Change>,
) -> Alert {
    let is_published = rule.state == RuleState::Published;
    let type_name = if is_published { "rule.published" } else { "rule.filed" };
    let alert_id = AlertId::of([
        type_name,
        &recorder.source.name,
        &rule.document_number,
        &recorder.now.to_string(),
    ]);
    let summary = Summary::of(&new_changes);
    let data = Box::new(RuleNotice {
        source: recorder.source.name.clone(),
        observed_at: recorder.now,
        status: event.status,
        rule: Some(rule.rule.clone()),
        agency: rule.agency.clone(),
        filing_type: rule.filing_type.clone(),
        pdf_url: rule.pdf_url.clone(),
        certain: rule.certain,
        doubts: rule.doubts.clone(),
        effective_text: rule.effective_text.clone(),
        savings_clause: rule.savings_clause.clone(),
        note: event.note.clone(),
        follows: rule.alert_id.clone(),
        related: related.to_vec(),
        documents: Vec::new(),
        orders: Summary::of(&rule.changes),
        journal_head,
        summary,
        total: summary,
        named_before,
        changes: new_changes,
        part: None,
    });
    let body =
        if is_published { AlertBody::RulePublished(data) } else { AlertBody::RuleFiled(data) };
    Alert { alert_id, created_at: recorder.now, body }
}

/// The changes whose entries `earlier` named without their terms.
fn named_in(earlier: Option<&Alert>, changes: &[Change]) -> Vec<ChangeId> {
    let named = earlier.and_then(|alert| alert.body.changes()).unwrap_or_default();
    let was_named =
        |change: &&Change| named.iter().any(|named| same::shows_more_than_the_name(named, change));
    changes.iter().filter(was_named).map(|change| change.change_id.clone()).collect()
}

/// Addresses the alert to the recipients of the routes, and to all who got an earlier alert that
/// this one follows. An alert without news goes only to the latter.
async fn addressed(
    recorder: &CheckRecorder<'_>,
    alert: Alert,
    earlier_alerts: &[AlertId],
    has_no_news: bool,
) -> Result<Outgoing> {
    let routed = addressing::routed(&recorder.wiring.config, alert, Vec::new());
    if earlier_alerts.is_empty() {
        return Ok(routed);
    }
    let Outgoing { alert, citations, mut deliveries, .. } = routed;
    if has_no_news {
        deliveries.clear();
    }
    for id in earlier_alerts {
        for earlier in recorder.program.store.deliveries_of(id).await? {
            let is_addressed = deliveries.iter().any(|delivery| {
                delivery.receiver == earlier.receiver && delivery.recipient == earlier.recipient
            });
            if !is_addressed {
                let recipient = earlier.recipient;
                deliveries.push(addressing::delivery(&alert, &earlier.receiver, recipient, None));
            }
        }
    }
    let mut outgoing = Outgoing { alert, citations, deliveries, screenings: Vec::new() };
    addressing::wait_for_digests(&recorder.wiring.config, &mut outgoing);
    Ok(outgoing)
}
