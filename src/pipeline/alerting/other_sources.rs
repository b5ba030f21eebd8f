//! Compares the changes of a list with the other sources of that list.
//!
//! Reads the store, and asks `diff::sources` which entries are counterparts. It must not decide
//! whether a change is accepted or alerted, nor how a channel words it.

use std::collections::HashMap;

use jiff::civil::Date;
use jiff::{SignedDuration, Timestamp};
use serde_json::json;

use crate::diff::sources::index::Index;
use crate::domain::journal::JournalEvent;
use crate::domain::{
    AlertId, Change, ChangeId, ChangeKind, Entry, ListCode, journal_kind, utc_day,
};
use crate::pipeline::alerting::corrections::RELISTING_WINDOW;
use crate::pipeline::alerting::first_alerts::{CONFIRMED_WITHIN, FirstAlert, RecentAlerts};
use crate::pipeline::alerting::list_changes::ListChanges;
use crate::pipeline::alerting::removal_evidence::{Evidence, OtherList};
use crate::pipeline::background::in_background;
use crate::store::{RecordedChange, Result, Store};

/// A source without a check for this long says nothing about today. It was probably removed from
/// the configuration.
const CHECKED_WITHIN: SignedDuration = SignedDuration::from_hours(30 * 24);

/// Removals from another source are evidence for this long.
const REMOVED_WITHIN: SignedDuration = RELISTING_WINDOW;

/// One list as every other source shows it.
#[derive(Debug, Default)]
pub struct OtherSources(Vec<OtherSource>);

#[derive(Debug)]
struct OtherSource {
    name: String,
    /// The source still checks the list, so its current entries are those of `as_of`.
    is_checked: bool,
    as_of: Date,
    current: Vec<Entry>,
    /// The entries that were removed, and the date of each removal.
    removed: Vec<Entry>,
    removed_on: Vec<Date>,
    /// The recent changes that were alerted.
    alerted: Vec<RecordedChange>,
}

/// Reads the list in all sources but `source`.
pub async fn load(
    store: &Store,
    source: &str,
    list: ListCode,
    now: Timestamp,
) -> Result<OtherSources> {
    let mut others = Vec::new();
    let holds = store.holds(true).await?;
    for other in store.source_states().await?.into_iter().filter(|other| other.source != source) {
        let is_checked = other.lists.contains(&list)
            && other.last_check_at.is_some_and(|at| now.duration_since(at) <= CHECKED_WITHIN);
        // If the list is on hold, the last document is newer than the current entries.
        let is_on_hold = holds.iter().any(|hold| hold.source == other.source && hold.list == list);
        let last_document = Some(&other)
            .filter(|_| !is_on_hold)
            .and_then(|other| other.as_of.or_else(|| other.last_success_at.map(utc_day)));
        let name = other.source;
        let Some(state) =
            store.list_states(&name).await?.into_iter().find(|state| state.list == list)
        else {
            continue;
        };
        let recent = store.recent_changes(&name, list, now - REMOVED_WITHIN).await?;
        let removals =
            || recent.iter().filter(|recorded| recorded.change.kind == ChangeKind::Removed);
        others.push(OtherSource {
            is_checked,
            as_of: last_document.or(state.as_of).unwrap_or_else(|| utc_day(state.observed_at)),
            current: current_entries(store, &name, list).await?,
            removed: removals().map(|recorded| recorded.change.entry.clone()).collect(),
            removed_on: removals().map(|recorded| utc_day(recorded.observed_at)).collect(),
            alerted: recent
                .into_iter()
                .filter(|recorded| {
                    recorded.alert_id.is_some() && recorded.observed_at >= now - CONFIRMED_WITHIN
                })
                .collect(),
            name,
        });
    }
    Ok(OtherSources(others))
}

async fn current_entries(store: &Store, source: &str, list: ListCode) -> Result<Vec<Entry>> {
    let stored = store.current_entries(source, list).await?;
    Ok(stored.into_iter().map(|stored| stored.entry).collect())
}

/// Adds to each change of a check what the other sources of its list show about it.
pub async fn annotate(
    store: &Store,
    source: &str,
    lists: Vec<ListChanges>,
    now: Timestamp,
) -> Result<Vec<ListChanges>> {
    let mut annotated = Vec::with_capacity(lists.len());
    for mut list in lists {
        if list.changes.iter().any(|change| !change.editorial) {
            let others = load(store, source, list.list, now).await?;
            if !others.0.is_empty() {
                list.alerted_elsewhere = others.alerts();
                let before = current_entries(store, source, list.list).await?;
                list = in_background(move || {
                    others.confirm(&mut list.changes, &before);
                    others.corroborate(&mut list.changes, &before);
                    list
                })
                .await;
            }
        }
        annotated.push(list);
    }
    Ok(annotated)
}

/// The journal entry about changes that get no alert because another source's alert was first.
pub fn journal(changes: &[RecordedChange]) -> Option<JournalEvent> {
    let confirmed: Vec<_> = changes
        .iter()
        .filter(|recorded| recorded.alert_id.is_none() && recorded.change.is_confirmation())
        .map(|recorded| {
            json!({
                "change_id": recorded.change.change_id,
                "confirms": recorded.change.confirms,
            })
        })
        .collect();
    let source = changes.first().map(|recorded| recorded.source.as_str());
    (!confirmed.is_empty()).then(|| JournalEvent {
        kind: journal_kind::CHANGES_CONFIRMED.into(),
        data: json!({"source": source, "changes": confirmed}),
    })
}

impl OtherSources {
    /// The alert about each recent change of the other sources.
    fn alerts(&self) -> HashMap<ChangeId, AlertId> {
        let alerted = self.0.iter().flat_map(|other| &other.alerted);
        alerted
            .filter_map(|alerted| {
                Some((alerted.change.change_id.clone(), alerted.alert_id.clone()?))
            })
            .collect()
    }

    /// Adds to each removal what the other sources show about the entry. `before` is the list that
    /// it was removed from.
    pub fn corroborate(&self, changes: &mut [Change], before: &[Entry]) {
        let lists = self.lists(before);
        for change in changes.iter_mut().filter(|change| change.kind == ChangeKind::Removed) {
            change
                .corroboration
                .extend(lists.iter().map(|list| list.evidence_in_words(&change.entry)));
        }
    }

    /// How many of these changes are removals that another source confirms: that source removed the
    /// entry too, and no source still lists it.
    pub fn confirmed_removals(&self, changes: &[Change], before: &[Entry]) -> usize {
        let lists = self.lists(before);
        let is_confirmed = |entry: &Entry| {
            let evidence: Vec<Evidence> = lists.iter().map(|list| list.evidence(entry)).collect();
            evidence.iter().any(|one| matches!(one, Evidence::Removed(_)))
                && !evidence.iter().any(|one| matches!(one, Evidence::Listed { .. }))
        };
        removed_entries(changes).into_iter().filter(|entry| is_confirmed(entry)).count()
    }

    /// What the other sources show about a list that lost entries, in words.
    pub fn on_loss(&self, changes: &[Change], before: &[Entry]) -> Option<String> {
        let removed = removed_entries(changes);
        let lists = self.lists(before);
        (!lists.is_empty() && !removed.is_empty()).then(|| {
            lists.iter().map(|list| list.loss_in_words(&removed)).collect::<Vec<_>>().join("; ")
        })
    }

    /// Links each change to the change of another source whose alert was first, with what that
    /// alert lacked.
    pub fn confirm(&self, changes: &mut [Change], before: &[Entry]) {
        let own: Vec<Entry> =
            before.iter().chain(changes.iter().map(|change| &change.entry)).cloned().collect();
        let own = Index::of(&own);
        for other in self.0.iter().filter(|other| !other.alerted.is_empty()) {
            let current = Index::of(&other.current);
            let entries: Vec<Entry> =
                other.alerted.iter().map(|alerted| alerted.change.entry.clone()).collect();
            let recent = RecentAlerts {
                changes: &other.alerted,
                index: Index::of(&entries),
                current: &current,
                own: &own,
            };
            for change in
                changes.iter_mut().filter(|change| !change.editorial && change.confirms.is_none())
            {
                if let Some(first) = recent.first_alert(change) {
                    link_to_first(change, &other.name, first);
                }
            }
        }
    }

    /// The lists of the sources that are still checked.
    fn lists<'a>(&'a self, before: &'a [Entry]) -> Vec<OtherList<'a>> {
        let list = |other: &'a OtherSource| OtherList {
            source: &other.name,
            as_of: other.as_of,
            count: other.current.len(),
            current: Index::of(&other.current),
            removed: Index::of(&other.removed),
            removed_on: &other.removed_on,
            own: Index::of(before),
        };
        self.0.iter().filter(|other| other.is_checked).map(list).collect()
    }
}

fn link_to_first(change: &mut Change, source: &str, first: FirstAlert<'_>) {
    let FirstAlert { first, differences, worded_differently } = first;
    let mut words = format!("alerted from {source} on {}", utc_day(first.observed_at));
    if !differences.is_empty() {
        words.push_str(&format!("; new here: {}", differences.join("; ")));
    }
    if !worded_differently.is_empty() {
        words.push_str(&format!("; worded differently here: {}", worded_differently.join("; ")));
    }
    change.confirms = Some(first.change.change_id.clone());
    change.corroboration.push(words);
    change.differences = differences;
}

fn removed_entries(changes: &[Change]) -> Vec<&Entry> {
    changes
        .iter()
        .filter(|change| change.kind == ChangeKind::Removed)
        .map(|change| &change.entry)
        .collect()
}
