//! What of a rule readers know from another source's alerts.
//!
//! Knows by the links of confirmations which alert told first, and by the pages that an alert
//! cites; two publishers may cite different pages of one rule.

use std::collections::{BTreeSet, HashMap};

use jiff::SignedDuration;

use crate::domain::{AlertId, Change, ChangeId, Citation, ListCode};
use crate::pipeline::alerting::compose::Seen;
use crate::store::{Result, Store};

/// The confirmations of this time are asked which alert told of the rest of their rule. No longer
/// than a change of another source is taken for a confirmation (`corroborate`).
const CONFIRMED_WITHIN: SignedDuration = SignedDuration::from_hours(60 * 24);

/// What the other sources of an observation's lists alerted.
#[derive(Default)]
pub struct Elsewhere {
    alerted: HashMap<ChangeId, AlertId>,
    /// Confirmations of this source by the pages that they cite, and what each confirms.
    confirmations: Vec<Confirmation>,
    sources: BTreeSet<String>,
}

struct Confirmation {
    cites: Vec<Citation>,
    confirms: ChangeId,
    /// It was recorded before this observation, and without an alert of its own.
    is_earlier_and_quiet: bool,
}

impl Elsewhere {
    /// Adds one list. `alerted` says which alert told of each of the others' changes; `confirmed`
    /// are this observation's confirmations.
    pub async fn load(
        &mut self,
        store: &Store,
        seen: &Seen<'_>,
        list: ListCode,
        alerted: HashMap<ChangeId, AlertId>,
        confirmed: &[Change],
    ) -> Result<()> {
        if alerted.is_empty() {
            return Ok(());
        }
        self.alerted.extend(alerted);
        let states = store.source_states().await?.into_iter().map(|state| state.source);
        self.sources.extend(states.filter(|source| source != seen.source));
        let earlier =
            store.recent_changes(seen.source, list, seen.recorded_at - CONFIRMED_WITHIN).await?;
        let earlier =
            earlier.iter().map(|recorded| (&recorded.change, recorded.alert_id.is_none()));
        let confirmations = earlier.chain(confirmed.iter().map(|change| (change, false)));
        self.confirmations.extend(confirmations.filter_map(|(change, is_earlier_and_quiet)| {
            let cites = change.new_citations().into_iter().cloned().collect();
            Some(Confirmation { cites, confirms: change.confirms.clone()?, is_earlier_and_quiet })
        }));
        Ok(())
    }

    /// The other sources' alerts of the rule that these changes and pages belong to, each once:
    /// first those that these changes confirm.
    pub async fn alerts(
        &self,
        store: &Store,
        changes: &[Change],
        pages: &[Citation],
    ) -> Result<Vec<AlertId>> {
        let of_changes = changes.iter().filter_map(|change| change.confirms.as_ref());
        let of_pages = self.of_pages(pages).map(|confirmation| &confirmation.confirms);
        let mut alerts: Vec<AlertId> = Vec::new();
        let linked =
            of_changes.chain(of_pages).filter_map(|confirmed| self.alerted.get(confirmed)).cloned();
        linked.for_each(|alert| put(&mut alerts, alert));
        for source in &self.sources {
            for (alert, _) in store.alerts_citing(source, pages).await? {
                put(&mut alerts, alert);
            }
        }
        Ok(alerts)
    }

    /// How many entries that cite these pages came here as confirmations, so that they are neither
    /// alerted from here nor of the baseline.
    pub fn confirmed_before(&self, pages: &[Citation]) -> usize {
        self.of_pages(pages).filter(|confirmation| confirmation.is_earlier_and_quiet).count()
    }

    /// `pages` are sorted.
    fn of_pages<'a>(&'a self, pages: &'a [Citation]) -> impl Iterator<Item = &'a Confirmation> {
        self.confirmations.iter().filter(|confirmation| {
            confirmation.cites.iter().any(|cited| pages.binary_search(cited).is_ok())
        })
    }
}

fn put(alerts: &mut Vec<AlertId>, alert: AlertId) {
    if !alerts.contains(&alert) {
        alerts.push(alert);
    }
}

/// How many entries these alerts told of. What only differs from another source's alert is told a
/// second time and counted once. `here` are the alerts of the observed source, with the number of
/// their changes.
pub async fn alerted_entries(
    store: &Store,
    here: &[(AlertId, usize)],
    others: &[AlertId],
) -> Result<usize> {
    if others.is_empty() {
        return Ok(here.iter().map(|(_, changes)| changes).sum());
    }
    let mut count = 0;
    for id in here.iter().map(|(id, _)| id).chain(others) {
        let Some(alert) = store.alert(id).await? else { continue };
        let changes =
            alert.body.list_changed().map(|data| data.changes.as_slice()).unwrap_or_default();
        count += changes.iter().filter(|change| change.confirms.is_none()).count();
    }
    Ok(count)
}
