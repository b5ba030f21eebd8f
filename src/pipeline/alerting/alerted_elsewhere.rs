//! What the alerts about other sources already said about a rule.
//!
//! Knows which alert was first from the links of confirmations, and from the pages that an alert
//! cites. Two publishers may cite different pages of one rule.

use std::collections::{BTreeSet, HashMap};

use crate::domain::{AlertId, Change, ChangeId, Citation, ListCode};
use crate::pipeline::alerting::check_context::CheckContext;
use crate::pipeline::alerting::first_alerts::CONFIRMED_WITHIN;
use crate::store::{Result, Store};

/// What was alerted about the other sources of a check's lists.
#[derive(Default)]
pub struct AlertedElsewhere {
    /// The alert about each recent change of another source.
    alerted: HashMap<ChangeId, AlertId>,
    confirmations: Vec<Confirmation>,
    /// The names of the other sources.
    sources: BTreeSet<String>,
}

/// A change of this source that confirms one of another source.
struct Confirmation {
    cites: Vec<Citation>,
    confirms: ChangeId,
    /// It was recorded before this check, and without an alert of its own.
    is_earlier_without_alert: bool,
}

impl AlertedElsewhere {
    /// Adds one list. `alerted` has the alert about each recent change of the other sources, and
    /// `confirmations` are those of this check.
    pub async fn load(
        &mut self,
        store: &Store,
        context: &CheckContext<'_>,
        list: ListCode,
        alerted: HashMap<ChangeId, AlertId>,
        confirmations: &[Change],
    ) -> Result<()> {
        if alerted.is_empty() {
            return Ok(());
        }
        self.alerted.extend(alerted);
        let states = store.source_states().await?.into_iter().map(|state| state.source);
        self.sources.extend(states.filter(|source| source != context.source));
        let earlier = store
            .recent_changes(context.source, list, context.recorded_at - CONFIRMED_WITHIN)
            .await?;
        let earlier =
            earlier.iter().map(|recorded| (&recorded.change, recorded.alert_id.is_none()));
        let all = earlier.chain(confirmations.iter().map(|change| (change, false)));
        self.confirmations.extend(all.filter_map(|(change, is_earlier_without_alert)| {
            let cites = change.new_citations().into_iter().cloned().collect();
            let confirms = change.confirms.clone()?;
            Some(Confirmation { cites, confirms, is_earlier_without_alert })
        }));
        Ok(())
    }

    /// The alerts about other sources that belong to the rule of these changes and pages, each
    /// once. The alerts that these changes confirm come first. `pages` are sorted.
    pub async fn alerts(
        &self,
        store: &Store,
        changes: &[Change],
        pages: &[Citation],
    ) -> Result<Vec<AlertId>> {
        let confirmed_by_changes = changes.iter().filter_map(|change| change.confirms.as_ref());
        let confirmed_on_pages = self.citing(pages).map(|confirmation| &confirmation.confirms);
        let mut alerts: Vec<AlertId> = Vec::new();
        confirmed_by_changes
            .chain(confirmed_on_pages)
            .filter_map(|confirmed| self.alerted.get(confirmed))
            .for_each(|alert| add_once(&mut alerts, alert.clone()));
        for source in &self.sources {
            for (alert, _) in store.alerts_citing(source, pages).await? {
                add_once(&mut alerts, alert);
            }
        }
        Ok(alerts)
    }

    /// How many entries that cite these pages were recorded as confirmations before this check.
    /// They were neither alerted for this source nor part of its baseline. `pages` are sorted.
    pub fn confirmed_before(&self, pages: &[Citation]) -> usize {
        self.citing(pages).filter(|confirmation| confirmation.is_earlier_without_alert).count()
    }

    fn citing<'a>(&'a self, pages: &'a [Citation]) -> impl Iterator<Item = &'a Confirmation> {
        self.confirmations.iter().filter(|confirmation| {
            confirmation.cites.iter().any(|cited| pages.binary_search(cited).is_ok())
        })
    }
}

fn add_once(alerts: &mut Vec<AlertId>, alert: AlertId) {
    if !alerts.contains(&alert) {
        alerts.push(alert);
    }
}

/// How many entries these alerts were about. An entry that was alerted for two sources, because it
/// differs between them, counts once. `own` are the alerts about the checked source, each with the
/// number of its changes.
pub async fn alerted_entries(
    store: &Store,
    own: &[(AlertId, usize)],
    others: &[AlertId],
) -> Result<usize> {
    if others.is_empty() {
        return Ok(own.iter().map(|(_, changes)| changes).sum());
    }
    let mut count = 0;
    for id in own.iter().map(|(id, _)| id).chain(others) {
        let Some(alert) = store.alert(id).await? else { continue };
        let changes =
            alert.body.list_changed().map(|data| data.changes.as_slice()).unwrap_or_default();
        count += changes.iter().filter(|change| change.confirms.is_none()).count();
    }
    Ok(count)
}
