//! The alerts about a list that came before the document of the rule that explains them.

use std::collections::BTreeSet;

use jiff::civil::Date;
use jiff::tz::TimeZone;

use crate::domain::{AlertId, Change, ListCode, RecordedRule, business_days, same};
use crate::pipeline::alerting::rule_attribution::pages;
use crate::store::{Result, Store};

/// The document of a rule is linked to alerts about the list that are at most this old.
const LOOKED_UP_BUSINESS_DAYS: u32 = 10;

/// Recent alerts about a list that did not name the document of their rule.
#[derive(Default)]
pub struct Related {
    pub alerts: Vec<AlertId>,
    changes: Vec<Change>,
}

impl Related {
    /// Whether one of the alerts was about the change that the rule orders.
    pub fn covers(&self, ordered: &Change) -> bool {
        self.changes.iter().any(|alerted| same::same_change(ordered, alerted))
    }
}

/// The alerts of the last business days that `rule` explains, and that did not name its document.
pub async fn related(store: &Store, rule: &RecordedRule, today: Date) -> Result<Related> {
    let mut related = Related::default();
    let Ok(since) = business_days::before(today, LOOKED_UP_BUSINESS_DAYS)
        .to_zoned(TimeZone::UTC)
        .map(|day| day.timestamp())
    else {
        return Ok(related);
    };
    let mut candidates: BTreeSet<AlertId> = BTreeSet::new();
    let pages = pages(rule);
    for source in store.source_states().await?.into_iter().map(|state| state.source) {
        if !pages.is_empty() {
            candidates
                .extend(store.alerts_citing(&source, &pages).await?.into_iter().map(|(id, _)| id));
        }
        for recorded in store.recent_changes(&source, ListCode::EL, since).await? {
            let ordered =
                rule.changes.iter().any(|ordered| same::same_change(ordered, &recorded.change));
            candidates.extend(recorded.alert_id.filter(|_| ordered));
        }
    }
    for id in candidates {
        let Some(alert) = store.alert(&id).await?.filter(|alert| alert.created_at >= since) else {
            continue;
        };
        let Some(data) = alert.body.list_changed() else { continue };
        let names_document =
            data.rule.as_ref().is_some_and(|found| found.document_number.is_some());
        if !names_document && data.corrects.is_none() {
            related.changes.extend(data.changes.iter().cloned());
            related.alerts.push(id);
        }
    }
    Ok(related)
}
