//! Turns the changes of one check into alerts: first corrections of earlier alerts, then one alert
//! for each rule, then the rest. Changes that need no alert are recorded without one.

use std::collections::{BTreeMap, HashMap};

use crate::diff::rule_groups::{self, Group};
use crate::domain::journal::JournalEvent;
use crate::domain::{AlertId, Change, ChangeId, Citation};
use crate::pipeline::alerting::alert_batch::AlertBatch;
use crate::pipeline::alerting::alerted_elsewhere::AlertedElsewhere;
use crate::pipeline::alerting::change_ids::number_recurrences;
use crate::pipeline::alerting::check_context::CheckContext;
use crate::pipeline::alerting::corrections::{self, SplitChanges};
use crate::pipeline::alerting::list_alert::list_alert;
use crate::pipeline::alerting::list_changes::ListChanges;
use crate::pipeline::alerting::other_sources;
use crate::pipeline::alerting::rule_attribution::{AttributedChanges, KnownRules};
use crate::store::{Outgoing, RecordedChange, Result, Store};

/// The alerts about the changes of one check, and the changes as they are recorded.
pub struct ComposedAlerts {
    pub alerts: Vec<Outgoing>,
    pub changes: Vec<RecordedChange>,
    /// Lists the changes that get no alert because another source's alert was first.
    pub journal: Option<JournalEvent>,
    /// The sequence number of the last alert.
    pub sequence: u64,
}

/// The changes of all lists, grouped for their alerts.
#[derive(Default)]
struct GroupedChanges {
    batches: Vec<AlertBatch>,
    /// Changes that are recorded without an alert, each with whether its list is on hold for loss.
    without_alert: Vec<(Change, bool)>,
    /// The id of each change's content, by the change's id.
    base_ids: HashMap<ChangeId, ChangeId>,
    /// The citations of each current entry of all lists before the changes.
    citations_before: Vec<Vec<Citation>>,
    elsewhere: AlertedElsewhere,
}

/// Compares the changes of one check with the other sources, and makes the alerts about them.
pub async fn compose(
    store: &Store,
    context: &CheckContext<'_>,
    lists: Vec<ListChanges>,
) -> Result<ComposedAlerts> {
    let lists = other_sources::annotate(store, context.source, lists, context.recorded_at).await?;
    let changes = lists.iter().flat_map(|list| &list.changes);
    let rules = KnownRules::load(store, changes, context.observed_at).await?;
    let mut grouped = GroupedChanges::default();
    for list in lists {
        group_list(store, context, &rules, list, &mut grouped).await?;
    }
    let GroupedChanges { batches, without_alert, base_ids, citations_before, elsewhere } = grouped;
    let mut composed = ComposedAlerts {
        alerts: Vec::new(),
        changes: Vec::new(),
        journal: None,
        sequence: context.sequence,
    };
    for batch in batches {
        let sequence = composed.sequence + 1;
        let before = citations_before.as_slice();
        let outgoing = list_alert(store, context, &batch, before, &elsewhere, sequence).await?;
        // An alert with only editorial changes is made only if a receiver asked for them.
        let is_alerted =
            !outgoing.deliveries.is_empty() || batch.changes.iter().any(|change| !change.editorial);
        let alert_id = is_alerted.then(|| outgoing.alert.alert_id.clone());
        let unconfirmed = batch.unconfirmed;
        composed.changes.extend(
            batch
                .changes
                .into_iter()
                .map(|change| recorded(context, &base_ids, change, alert_id.clone(), unconfirmed)),
        );
        if is_alerted {
            composed.sequence = sequence;
            composed.alerts.push(outgoing);
        }
    }
    composed.changes.extend(
        without_alert
            .into_iter()
            .map(|(change, unconfirmed)| recorded(context, &base_ids, change, None, unconfirmed)),
    );
    composed.journal = other_sources::journal(&composed.changes);
    Ok(composed)
}

/// Adds the changes of one list to the groups.
async fn group_list(
    store: &Store,
    context: &CheckContext<'_>,
    rules: &KnownRules,
    mut list: ListChanges,
    grouped: &mut GroupedChanges,
) -> Result<()> {
    let changes = std::mem::take(&mut list.changes);
    let changes = number_recurrences(store, context.source, changes, &mut grouped.base_ids).await?;
    let split = corrections::split(store, context, list.list, changes, rules).await?;
    let SplitChanges { corrections, of_baselines, others, relisted } = split;
    let without_alert = |change| (change, list.unconfirmed);
    grouped.without_alert.extend(of_baselines.into_iter().map(without_alert));
    for (alert_id, reversals) in corrections {
        grouped.batches.push(AlertBatch::correction(&list, alert_id, reversals));
    }
    // Readers know what another source has shown. If this source shows more, the difference gets an
    // alert of its own.
    let (confirmations, others): (Vec<Change>, Vec<Change>) =
        others.into_iter().partition(Change::is_confirmation);
    let alerted_elsewhere = std::mem::take(&mut list.alerted_elsewhere);
    grouped.elsewhere.load(store, context, list.list, alerted_elsewhere, &confirmations).await?;
    grouped.without_alert.extend(confirmations.into_iter().map(without_alert));
    let (differing, new): (Vec<Change>, Vec<Change>) =
        others.into_iter().partition(|change| change.confirms.is_some());
    for attributed in [new, differing]
        .into_iter()
        .flat_map(|changes| attribute_to_rules(changes, &relisted, rules))
    {
        let batch = AlertBatch::of_rule(&list, attributed, &relisted);
        match grouped.batches.iter_mut().find(|other| other.belongs_with(&batch)) {
            Some(other) => other.merge(batch),
            None => grouped.batches.push(batch),
        }
    }
    grouped.citations_before.append(&mut list.before.citations);
    Ok(())
}

/// Attributes changes to the rules that order them. A relisted entry is attributed to none: the
/// rules that it cites are those of its first listing, and would each make an alert.
fn attribute_to_rules(
    changes: Vec<Change>,
    relisted: &BTreeMap<ChangeId, Option<AlertId>>,
    rules: &KnownRules,
) -> Vec<AttributedChanges> {
    let (relisted, changes): (Vec<Change>, Vec<Change>) =
        changes.into_iter().partition(|change| relisted.contains_key(&change.change_id));
    let mut attributed = rules.attribute(rule_groups::by_rule(changes));
    if !relisted.is_empty() {
        attributed.push(AttributedChanges {
            group: Group { rule: None, attributed: None, changes: relisted },
            rule: None,
        });
    }
    attributed
}

fn recorded(
    context: &CheckContext<'_>,
    base_ids: &HashMap<ChangeId, ChangeId>,
    change: Change,
    alert_id: Option<AlertId>,
    unconfirmed: bool,
) -> RecordedChange {
    RecordedChange {
        source: context.source.to_owned(),
        base_id: base_ids.get(&change.change_id).unwrap_or(&change.change_id).clone(),
        change,
        alert_id,
        observed_at: context.observed_at,
        accepted_at: context.accepted_at,
        unconfirmed,
    }
}
