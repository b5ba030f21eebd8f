//! What is new about a list change: it is a change that nobody reported, or one that confirms,
//! corrects or completes an earlier alert.

use std::collections::HashSet;

use crate::deliver::wording::entry;
use crate::domain::alert::ListChanged;
use crate::domain::{Change, ChangeId, ChangeKind, ListCode, RowFate};

/// What one change is to a reader who got the earlier alerts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Novelty {
    New,
    /// The alert about the rule had the whole entry.
    Announced,
    /// The alert about the rule only named the entry.
    Completed,
    /// It was removed before, and is listed again with the same content.
    Relisted,
    /// Another source showed it first, with differences.
    Differs,
    /// It reverses a change of an earlier alert.
    Corrects,
}

/// What the alert as a whole is to a reader.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Topic {
    Correction,
    Differences,
    Relisting,
    AsAnnounced,
    FullEntries,
    /// Each entry only gained these footnotes.
    Footnotes(Vec<String>),
    /// Only letters, spaces and punctuation changed.
    Editorial,
    Changes,
}

/// The novelty of each change of one alert.
pub struct Classification<'a> {
    data: &'a ListChanged,
    announced: HashSet<&'a ChangeId>,
    completed: HashSet<&'a ChangeId>,
    relisted: HashSet<&'a ChangeId>,
}

impl<'a> Classification<'a> {
    pub fn of(data: &'a ListChanged) -> Self {
        let announced = data.announced.iter().flat_map(|announced| &announced.changes);
        let completed = data.rule_text.iter().flat_map(|text| &text.named_before);
        Self {
            data,
            announced: announced.collect(),
            completed: completed.collect(),
            relisted: data.returned.iter().collect(),
        }
    }

    pub fn novelty(&self, change: &Change) -> Novelty {
        let id = &change.change_id;
        if self.data.corrects.is_some() {
            Novelty::Corrects
        } else if change.confirms.is_some() {
            Novelty::Differs
        } else if self.relisted.contains(id) {
            Novelty::Relisted
        } else if self.announced.contains(id) {
            Novelty::Announced
        } else if self.completed.contains(id) {
            Novelty::Completed
        } else {
            Novelty::New
        }
    }

    /// The changes of this novelty.
    pub fn with(&self, novelty: Novelty) -> impl Iterator<Item = &'a Change> {
        self.data.changes.iter().filter(move |change| self.novelty(change) == novelty)
    }

    pub fn topic(&self) -> Topic {
        let changes = &self.data.changes;
        let all = |of: &[Novelty]| {
            !changes.is_empty() && changes.iter().all(|change| of.contains(&self.novelty(change)))
        };
        if all(&[Novelty::Corrects]) || self.data.corrects.is_some() {
            Topic::Correction
        } else if all(&[Novelty::Differs]) {
            Topic::Differences
        } else if all(&[Novelty::Relisted]) {
            Topic::Relisting
        } else if all(&[Novelty::Announced]) {
            Topic::AsAnnounced
        } else if all(&[Novelty::Announced, Novelty::Completed]) {
            Topic::FullEntries
        } else if !changes.is_empty() && changes.iter().all(|change| change.editorial) {
            Topic::Editorial
        } else {
            designation(changes).map_or(Topic::Changes, Topic::Footnotes)
        }
    }

    /// Whether a rule is missing. Only rules change the Entity List, except for errors of the
    /// publisher and their corrections.
    pub fn lacks_rule(&self) -> bool {
        self.data.rule.is_none()
            && !matches!(self.topic(), Topic::Correction | Topic::Relisting)
            && self
                .data
                .changes
                .iter()
                .any(|change| change.entry.list == ListCode::EL && !change.editorial)
    }
}

/// The footnotes that every one of the revised entries gained, if nothing else of weight changed.
fn designation(changes: &[Change]) -> Option<Vec<String>> {
    // The footnote comes with its mark in the license requirement and with the rule's citation.
    let follows_from_it = |key: &str| {
        key.starts_with("other.")
            || matches!(
                key,
                "footnotes" | "license_requirement" | "license_policy" | "citations" | "start_date"
            )
    };
    let mut gained: Option<Vec<String>> = None;
    for change in changes {
        let before = change.before.as_ref()?;
        let (added, removed) = entry::footnotes(before, &change.entry);
        let is_designation = change.kind == ChangeKind::Revised
            && !change.is_uncertain_revision()
            && change.row_fate() != Some(RowFate::Gone)
            && removed.is_empty()
            && !added.is_empty()
            && entry::differing(before, &change.entry).iter().all(|key| follows_from_it(key));
        if !is_designation || gained.as_ref().is_some_and(|gained| *gained != added) {
            return None;
        }
        gained = Some(added);
    }
    gained
}
