//! Which changes reverse earlier ones without a rule that orders it, and are therefore corrections.

use std::collections::{BTreeMap, HashMap};

use jiff::SignedDuration;

use crate::diff::reversal;
use crate::domain::{AlertId, Change, ChangeId, ChangeKind, ListCode};
use crate::pipeline::alerting::check_context::CheckContext;
use crate::pipeline::alerting::rule_attribution::KnownRules;
use crate::store::{RecordedChange, Result, Store};

/// A change that is reversed within this time, and that no rule explains, was a mistake.
pub const CORRECTION_WINDOW: SignedDuration = SignedDuration::from_hours(7 * 24);

/// An entry counts as relisted only within this time after its removal. Later it is a new entry.
pub const RELISTING_WINDOW: SignedDuration = SignedDuration::from_hours(400 * 24);

/// The changes of one list, split by what they mean for earlier changes.
#[derive(Default)]
pub struct SplitChanges {
    /// Changes that reverse changes of a recent alert, by that alert. Each comes with the id of the
    /// change that it reverses.
    pub corrections: BTreeMap<AlertId, Vec<(Change, ChangeId)>>,
    /// Changes that reverse what a person recently accepted as a baseline. That was not alerted, so
    /// these are not alerted either.
    pub of_baselines: Vec<Change>,
    /// All other changes.
    pub others: Vec<Change>,
    /// The ids of the `others` that relist an entry exactly as it was removed, each with the alert
    /// about the removal. The rules that such an entry cites ordered its first listing.
    pub relisted: BTreeMap<ChangeId, Option<AlertId>>,
}

/// Splits off the changes of a list that reverse earlier ones without a rule that orders it.
pub async fn split(
    store: &Store,
    context: &CheckContext<'_>,
    list: ListCode,
    changes: Vec<Change>,
    rules: &KnownRules,
) -> Result<SplitChanges> {
    let now = context.recorded_at;
    let mut split = SplitChanges::default();
    let has_additions = changes.iter().any(|change| change.kind == ChangeKind::Added);
    let window = if has_additions { RELISTING_WINDOW } else { CORRECTION_WINDOW };
    let recorded = store.recent_changes(context.source, list, now - window).await?;

    // If a person accepted these changes, they are alerted whatever they reverse.
    let is_quiet_baseline =
        |recorded: &RecordedChange| context.accepted_at.is_none() && is_of_baseline(recorded);
    let reversible: Vec<&RecordedChange> = recorded
        .iter()
        .filter(|recorded| recorded.observed_at >= now - CORRECTION_WINDOW)
        .filter(|recorded| recorded.alert_id.is_some() || is_quiet_baseline(recorded))
        .collect();
    let reversed = reversed_by(&changes, &reversible);
    for (index, change) in changes.into_iter().enumerate() {
        match reversed.get(&index).filter(|_| !rules.is_ordered(&change)) {
            Some(RecordedChange { alert_id: Some(alert_id), change: earlier, .. }) => {
                split
                    .corrections
                    .entry(alert_id.clone())
                    .or_default()
                    .push((change, earlier.change_id.clone()));
            }
            Some(_) => split.of_baselines.push(change),
            None => split.others.push(change),
        }
    }

    let removals: Vec<&RecordedChange> =
        recorded.iter().filter(|recorded| recorded.change.lost_row().is_some()).collect();
    split.relisted = reversed_by(&split.others, &removals)
        .into_iter()
        .filter_map(|(index, removal)| Some((split.others.get(index)?, removal)))
        .filter(|(change, _)| change.kind == ChangeKind::Added && !rules.is_ordered(change))
        .map(|(change, removal)| (change.change_id.clone(), removal.alert_id.clone()))
        .collect();
    Ok(split)
}

/// Whether a person accepted the change with `--as-baseline`. Two kinds of changes without an alert
/// do not count: a confirmation was alerted by another source, and the reversal of a baseline has
/// restored the earlier list, so that its own reversal is news.
fn is_of_baseline(recorded: &RecordedChange) -> bool {
    recorded.alert_id.is_none()
        && recorded.accepted_at.is_some()
        && !recorded.change.is_confirmation()
}

/// For the index of each of `changes` that reverses one of `earlier`, the one that it reverses.
fn reversed_by<'a>(
    changes: &[Change],
    earlier: &[&'a RecordedChange],
) -> HashMap<usize, &'a RecordedChange> {
    let earlier_changes: Vec<Change> =
        earlier.iter().map(|recorded| recorded.change.clone()).collect();
    reversal::reversed_pairs(changes, &earlier_changes)
        .into_iter()
        .filter_map(|(index, reversed)| Some((index, *earlier.get(reversed)?)))
        .collect()
}
