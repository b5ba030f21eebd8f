//! What is told of a document, and to whom: never what was told before.

use std::collections::BTreeSet;

use jiff::tz::TimeZone;

use crate::domain::alert::{NoticeStatus, RuleListing, RuleNotice};
use crate::domain::{Alert, AlertBody, AlertId, Change, RecordedRule, RuleState, Sha256, Summary};
use crate::pipeline::alerting::{addressing, rule_attribution};
use crate::pipeline::check::Observed;
use crate::pipeline::federal_register::orders_of;
use crate::store::{Outgoing, Result};

/// So many entries the digest lists, the newest documents first; a webhook's body has a limit.
const MOST_LISTED: usize = 400;

/// Something happened to a document.
pub struct Event {
    pub document_number: String,
    pub status: NoticeStatus,
    /// It is told though no entry is new: a date moved.
    pub matters: bool,
    pub note: Option<String>,
}

/// The alert of one event, which is noted at the rule. None where it would tell nothing.
pub async fn of(
    observed: &Observed<'_>,
    rule: &mut RecordedRule,
    event: &Event,
) -> Result<Option<Outgoing>> {
    let store = observed.program.store.as_ref();
    let related = if matches!(event.status, NoticeStatus::Withdrawn) {
        rule_attribution::Related::default()
    } else {
        rule_attribution::related(store, rule, observed.now.to_zoned(TimeZone::UTC).date()).await?
    };
    let told: BTreeSet<&str> = rule.told.iter().map(|id| id.as_str()).collect();
    let news: Vec<Change> = match event.status {
        NoticeStatus::Withdrawn => rule.changes.clone(),
        _ => rule
            .changes
            .iter()
            .filter(|change| !told.contains(change.change_id.as_str()) && !related.tells(change))
            .cloned()
            .collect(),
    };
    let first = rule.alert_id.clone();
    if event.status == NoticeStatus::Changed
        && !event.matters
        && news.is_empty()
        && rule.state == RuleState::Published
    {
        return Ok(None); // a better text that tells nothing new is no news
    }
    let (number, at) = (rule.document_number.as_str(), observed.now.to_string());
    let published = rule.state == RuleState::Published;
    let type_name = if published { "rule.published" } else { "rule.filed" };
    let alert_id = AlertId::of([type_name, &observed.source.name, number, &at]);
    let summary = Summary::of(&news);
    let data = Box::new(RuleNotice {
        source: observed.source.name.clone(),
        observed_at: observed.now,
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
        follows: first.clone(),
        related: related.alerts.clone(),
        documents: Vec::new(),
        orders: orders_of(rule),
        journal_head: store.journal_head().await?,
        summary,
        total: summary,
        changes: news,
        part: None,
    });
    let nothing_new = data.changes.is_empty() || event.status == NoticeStatus::Withdrawn;
    let body = if published { AlertBody::RulePublished(data) } else { AlertBody::RuleFiled(data) };
    let alert = Alert { alert_id: alert_id.clone(), created_at: observed.now, body };
    let mut earlier: Vec<AlertId> = related.alerts;
    earlier.extend(first);
    let outgoing = addressed(observed, alert, &earlier, nothing_new).await?;
    rule.alert_id.get_or_insert(alert_id);
    rule.told_at.get_or_insert(observed.now);
    rule.told = rule.changes.iter().map(|change| change.change_id.clone()).collect();
    Ok(Some(outgoing))
}

/// The one alert that lists what was there when the source was new.
pub async fn digest(
    observed: &Observed<'_>,
    mut rules: Vec<&mut RecordedRule>,
) -> Result<Outgoing> {
    rules.sort_by_key(|rule| std::cmp::Reverse(rule.day()));
    let mut room = MOST_LISTED;
    let documents: Vec<RuleListing> = rules
        .iter()
        .map(|rule| RuleListing {
            rule: rule.rule.clone(),
            published: rule.state == RuleState::Published,
            certain: rule.certain,
            summary: orders_of(rule),
            changes: {
                let changes: Vec<Change> = rule.changes.iter().take(room).cloned().collect();
                room -= changes.len();
                changes
            },
        })
        .collect();
    let alert_id =
        AlertId::of(["rule.filed", &observed.source.name, "digest", &observed.now.to_string()]);
    for rule in rules {
        // Its entries were told as a list alone: they are told whole when more becomes of it.
        rule.alert_id = Some(alert_id.clone());
        rule.told_at = Some(observed.now);
    }
    let data = digest_of(observed, documents, observed.program.store.journal_head().await?);
    let alert =
        Alert { alert_id, created_at: observed.now, body: AlertBody::RuleFiled(Box::new(data)) };
    Ok(addressing::routed(&observed.wiring.config, alert, Vec::new()))
}

fn digest_of(
    observed: &Observed<'_>,
    documents: Vec<RuleListing>,
    journal_head: Sha256,
) -> RuleNotice {
    let mut orders = Summary::default();
    for Summary { added, removed, revised, editorial } in
        documents.iter().map(|listing| listing.summary)
    {
        orders.added += added;
        orders.removed += removed;
        orders.revised += revised;
        orders.editorial += editorial;
    }
    RuleNotice {
        source: observed.source.name.clone(),
        observed_at: observed.now,
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
        documents,
        orders,
        journal_head,
        summary: Summary::default(),
        total: Summary::default(),
        changes: Vec::new(),
        part: None,
    }
}

/// To whom the routes send it, and to whoever got what it follows; an alert without news goes to
/// those alone.
async fn addressed(
    observed: &Observed<'_>,
    alert: Alert,
    earlier: &[AlertId],
    nothing_new: bool,
) -> Result<Outgoing> {
    let routed = addressing::routed(&observed.wiring.config, alert, Vec::new());
    if earlier.is_empty() {
        return Ok(routed);
    }
    let Outgoing { alert, citations, mut deliveries } = routed;
    if nothing_new {
        deliveries.clear();
    }
    for id in earlier {
        for delivery in observed.program.store.deliveries_of(id).await? {
            let known = deliveries.iter().any(|other| {
                other.receiver == delivery.receiver && other.recipient == delivery.recipient
            });
            if !known {
                deliveries.push(addressing::delivery(
                    &alert,
                    &delivery.receiver,
                    delivery.recipient,
                    None,
                ));
            }
        }
    }
    Ok(Outgoing { alert, citations, deliveries })
}

/// What was changed in a document on file, in words. None where a reader would see no difference.
pub fn difference(before: &RecordedRule, after: &RecordedRule) -> Option<String> {
    let mut found: Vec<String> = Vec::new();
    let (was, is) = (&before.rule, &after.rule);
    if before.state == RuleState::Withdrawn {
        found.push("it was withdrawn and is filed again".to_owned());
    }
    if was.title != is.title {
        found.push(format!("its title was “{}”", was.title.as_deref().unwrap_or_default()));
    }
    let dates = [
        ("publication", was.published_on, is.published_on),
        ("effective", was.effective_on, is.effective_on),
    ];
    for (what, was, is) in dates {
        if let (Some(was), true) = (was, was != is) {
            found.push(format!("its {what} date was {was}"));
        }
    }
    let ids = |rule: &RecordedRule| {
        rule.changes.iter().map(|change| change.change_id.clone()).collect::<BTreeSet<_>>()
    };
    let (old, new) = (ids(before), ids(after));
    let gone: Vec<&str> = before
        .changes
        .iter()
        .filter(|change| !new.contains(&change.change_id))
        .map(|change| change.entry.name.as_str())
        .collect();
    if !gone.is_empty() {
        found.push(format!("it does not name any more, or names otherwise: {}", gone.join("; ")));
    }
    if new.difference(&old).next().is_some() {
        let what = if before.changes.is_empty() {
            "its entries can be read now"
        } else {
            "entries that were not in it before are shown below"
        };
        found.push(what.to_owned());
    }
    (!found.is_empty()).then(|| format!("What is new: {}.", found.join("; ")))
}
