//! What of an observation undoes what was recorded before: whom that is told, and that no rule
//! ordered it.

use std::collections::{BTreeMap, HashMap};

use jiff::{SignedDuration, Timestamp};

use crate::diff::reversal;
use crate::domain::{AlertId, Change, ChangeId, ChangeKind, ListCode};
use crate::pipeline::alerting::rule_attribution::KnownRules;
use crate::store::{RecordedChange, Result, Store};

/// A change that is undone within this time, and that no rule explains, was a mistake.
const CORRECTION_WINDOW: SignedDuration = SignedDuration::from_hours(7 * 24);

/// An entry that went longer ago than this is not known any more when it comes back.
const RETURN_WINDOW: SignedDuration = SignedDuration::from_hours(400 * 24);

/// The changes of one list, parted by what they mean for what was recorded before.
#[derive(Default)]
pub struct Parted {
    /// Changes that undo lately told ones, each with the id of the one that it undoes, by the
    /// alert that told those.
    pub corrections: BTreeMap<AlertId, Vec<(Change, ChangeId)>>,
    /// Changes that undo what a person lately took as baseline: nobody was told of that, so nobody
    /// is told of this.
    pub untold: Vec<Change>,
    /// All others.
    pub others: Vec<Change>,
    /// Those of them that bring back an entry as it was before it went, each with the alert that
    /// told that: the rules that it cites ordered its first listing.
    pub returned: BTreeMap<ChangeId, Option<AlertId>>,
}

/// When the changes are looked at.
#[derive(Clone, Copy)]
pub struct Moment {
    pub now: Timestamp,
    /// A person has decided that these changes be told.
    pub accepted: bool,
}

/// Parts off the changes of a list that undo earlier ones with no rule to explain it.
pub async fn part(
    store: &Store,
    source: &str,
    list: ListCode,
    changes: Vec<Change>,
    rules: &KnownRules,
    at: Moment,
) -> Result<Parted> {
    let mut parted = Parted::default();
    let comes = changes.iter().any(|change| change.kind == ChangeKind::Added);
    let window = if comes { RETURN_WINDOW } else { CORRECTION_WINDOW };
    let recorded = store.recent_changes(source, list, at.now - window).await?;

    let lately = at.now - CORRECTION_WINDOW;
    let is_baseline = |recorded: &RecordedChange| !at.accepted && is_of_baseline(recorded);
    let correctable =
        |recorded: &&RecordedChange| recorded.alert_id.is_some() || is_baseline(recorded);
    let undoable: Vec<&RecordedChange> = recorded
        .iter()
        .filter(|recorded| recorded.observed_at >= lately)
        .filter(correctable)
        .collect();
    let undone = undone(&changes, &undoable);
    for (index, change) in changes.into_iter().enumerate() {
        match undone.get(&index).filter(|_| !rules.order(&change)) {
            Some(RecordedChange { alert_id: Some(alert_id), change: first, .. }) => {
                parted
                    .corrections
                    .entry(alert_id.clone())
                    .or_default()
                    .push((change, first.change_id.clone()));
            }
            Some(_) => parted.untold.push(change),
            None => parted.others.push(change),
        }
    }

    let removals: Vec<&RecordedChange> =
        recorded.iter().filter(|recorded| recorded.change.lost_row().is_some()).collect();
    let back = self::undone(&parted.others, &removals)
        .into_iter()
        .filter_map(|(at, removal)| Some((parted.others.get(at)?, removal)));
    let unordered =
        back.filter(|(change, _)| change.kind == ChangeKind::Added && !rules.order(change));
    parted.returned = unordered
        .map(|(change, removal)| (change.change_id.clone(), removal.alert_id.clone()))
        .collect();
    Ok(parted)
}

/// A person accepted it with `--as-baseline`. What confirmed another source's alert was told by
/// that one, and what undid a baseline has put things back: to undo that again is news.
fn is_of_baseline(recorded: &RecordedChange) -> bool {
    recorded.alert_id.is_none()
        && recorded.accepted_at.is_some()
        && !recorded.change.is_confirmation()
}

/// By the place of a change of `now`, the one of `earlier` that it undoes.
fn undone<'a>(
    now: &[Change],
    earlier: &[&'a RecordedChange],
) -> HashMap<usize, &'a RecordedChange> {
    let changes: Vec<Change> = earlier.iter().map(|recorded| recorded.change.clone()).collect();
    reversal::reversed_pairs(now, &changes)
        .into_iter()
        .filter_map(|(now, before)| Some((now, *earlier.get(before)?)))
        .collect()
}
