//! The alert about one batch of changes, with its deliveries.

use crate::domain::alert::ListChanged;
use crate::domain::pages::with_neighbors;
use crate::domain::{Alert, AlertBody, AlertId, Change, ChangeId, Citation, Delivery, Rule};
use crate::pipeline::alerting::addressing;
use crate::pipeline::alerting::alert_batch::AlertBatch;
use crate::pipeline::alerting::alerted_elsewhere::{AlertedElsewhere, alerted_entries};
use crate::pipeline::alerting::check_context::CheckContext;
use crate::pipeline::alerting::rule_attribution;
use crate::store::{Outgoing, Result, Store};

/// The alert about one batch, with its deliveries. `citations_before` are those of each
/// current entry before the changes, and `sequence` is the alert's number.
pub async fn list_alert(
    store: &Store,
    context: &CheckContext<'_>,
    batch: &AlertBatch,
    citations_before: &[Vec<Citation>],
    elsewhere: &AlertedElsewhere,
    sequence: u64,
) -> Result<Outgoing> {
    let document = batch.document.as_ref();
    let (pages, rule_pages) = pages_of(batch);
    let corrects_at = match &batch.corrects {
        Some(corrected) => store.alert(corrected).await?.map(|alert| alert.created_at),
        None => None,
    };
    let announced = document.and_then(|rule| rule_attribution::announced(rule, &batch.changes));
    let own_alerts = store.alerts_citing(context.source, &rule_pages).await?;
    // An entry that another source showed first was alerted then, whatever page of the rule that
    // source cites.
    let other_alerts = elsewhere.alerts(store, &batch.changes, &rule_pages).await?;
    let alerted_before = alerted_entries(store, &own_alerts, &other_alerts).await?;
    let cites_rule = |cited: &Citation| rule_pages.binary_search(cited).is_ok();
    let cited_before =
        citations_before.iter().filter(|citations| citations.iter().any(cites_rule)).count();
    let alerted_here: usize = own_alerts.iter().map(|(_, count)| count).sum();
    let since_baseline = alerted_here + elsewhere.confirmed_before(&rule_pages);
    let follows = followed_alert(batch, &own_alerts, &other_alerts);
    let alert_id = alert_id(context, batch, sequence);
    let data = Box::new(ListChanged {
        accepted_at: context.accepted_at,
        unconfirmed: batch.unconfirmed,
        previous: batch.previous.clone(),
        attributed: batch.attributed,
        rule: document
            .map(|rule| rule.rule.clone())
            .or_else(|| pages.first().map(Rule::of_citation)),
        follows,
        corrects: batch.corrects.clone(),
        corrects_at,
        rule_alerted_before: alerted_before,
        rule_in_baseline: cited_before.saturating_sub(since_baseline),
        journal_head: context.journal_head.clone(),
        announced,
        returned: batch.relisted.keys().cloned().collect(),
        rule_text: document.and_then(|rule| rule_attribution::excerpt(rule, &batch.changes)),
        ..ListChanged::without_rule(
            alert_id.clone(),
            context.source,
            sequence,
            context.observed_at,
            context.snapshot.clone(),
            batch.changes.clone(),
        )
    });
    let created_at = context.recorded_at;
    let Some(corrected) = &batch.corrects else {
        let alert = Alert { alert_id, created_at, body: AlertBody::ListChanged(data) };
        return Ok(addressing::routed(context.config, alert, pages));
    };
    let alert = Alert { alert_id, created_at, body: AlertBody::ListCorrected(data) };
    let earlier = store.deliveries_of(corrected).await?;
    Ok(correction_deliveries(alert, batch, &earlier))
}

/// The pages that the batch cites as its rule, and all pages of that rule.
fn pages_of(batch: &AlertBatch) -> (Vec<Citation>, Vec<Citation>) {
    let document_pages = batch.document.as_ref().map(rule_attribution::pages);
    let mut pages = batch.rule.clone().unwrap_or_default();
    if pages.is_empty() {
        pages.extend(document_pages.iter().flatten().next().cloned());
    }
    let rule_pages = match document_pages {
        Some(pages) if !pages.is_empty() => pages,
        _ => with_neighbors(&pages),
    };
    (pages, rule_pages)
}

/// The alert that this one follows: the first alert of the source about the rule, the rule's own
/// alert, the alert of another source, or the alert about the removal of what is relisted.
fn followed_alert(
    batch: &AlertBatch,
    own_alerts: &[(AlertId, usize)],
    other_alerts: &[AlertId],
) -> Option<AlertId> {
    let is_all_relisted =
        batch.changes.iter().all(|change| batch.relisted.contains_key(&change.change_id));
    let removal_alert = batch.relisted.values().flatten().next().filter(|_| is_all_relisted);
    own_alerts
        .first()
        .map(|(alert_id, _)| alert_id)
        .or(batch.document.as_ref().and_then(|rule| rule.alert_id.as_ref()))
        .or(other_alerts.first())
        .or(removal_alert)
        .cloned()
}

fn alert_id(context: &CheckContext<'_>, batch: &AlertBatch, sequence: u64) -> AlertId {
    let sequence = sequence.to_string();
    let type_name = if batch.corrects.is_some() { "list.corrected" } else { "list.changed" };
    let identity = [type_name, context.source, sequence.as_str()];
    AlertId::of(
        identity.into_iter().chain(batch.changes.iter().map(|change| change.change_id.as_str())),
    )
}

/// Addresses a correction to the recipients of the alert that it corrects, whatever the routes say
/// today. Each recipient gets the corrections of the changes that it received, and no others.
fn correction_deliveries(alert: Alert, batch: &AlertBatch, earlier: &[Delivery]) -> Outgoing {
    let mut deliveries = Vec::new();
    for Delivery { receiver, recipient, selection, .. } in earlier {
        let was_received = |change: &&Change| {
            selection.as_ref().is_none_or(|received| {
                batch.reverses.get(&change.change_id).is_some_and(|id| received.contains(id))
            })
        };
        let corrected: Vec<ChangeId> = batch
            .changes
            .iter()
            .filter(was_received)
            .map(|change| change.change_id.clone())
            .collect();
        if !corrected.is_empty() {
            let selection =
                Some(corrected).filter(|corrected| corrected.len() < batch.changes.len());
            deliveries.push(addressing::delivery(
                &alert,
                receiver,
                recipient.clone(),
                selection.as_deref(),
            ));
        }
    }
    Outgoing { alert, citations: Vec::new(), deliveries, screenings: Vec::new() }
}
