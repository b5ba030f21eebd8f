//! The changes that make one alert, and which batches are merged because they carry out one rule.
//! Pure.

use std::collections::{BTreeMap, HashMap};

use crate::diff::rule_groups::Group;
use crate::domain::alert::SnapshotRef;
use crate::domain::pages::are_neighbors;
use crate::domain::{AlertId, Attribution, Change, ChangeId, Citation, RecordedRule};
use crate::pipeline::alerting::list_changes::ListChanges;
use crate::pipeline::alerting::rule_attribution::AttributedChanges;

/// The changes that make one alert.
#[derive(Default)]
pub struct AlertBatch {
    pub changes: Vec<Change>,
    pub unconfirmed: bool,
    pub previous: Option<SnapshotRef>,
    /// The pages that the changes cite.
    pub rule: Option<Vec<Citation>>,
    /// The recorded document that orders the changes.
    pub document: Option<RecordedRule>,
    pub attributed: Option<Attribution>,
    /// The alert that this one corrects.
    pub corrects: Option<AlertId>,
    /// For each change of a correction, the earlier change that it reverses.
    pub reverses: HashMap<ChangeId, ChangeId>,
    /// The changes that list a removed entry again, each with the alert about its removal.
    pub relisted: BTreeMap<ChangeId, Option<AlertId>>,
}

impl AlertBatch {
    /// The correction of an earlier alert. Each change comes with the one that it reverses.
    pub fn correction(
        list: &ListChanges,
        corrects: AlertId,
        reversals: Vec<(Change, ChangeId)>,
    ) -> Self {
        Self {
            reverses: reversals
                .iter()
                .map(|(change, reversed)| (change.change_id.clone(), reversed.clone()))
                .collect(),
            changes: reversals.into_iter().map(|(change, _)| change).collect(),
            unconfirmed: list.unconfirmed,
            previous: list.previous.clone(),
            corrects: Some(corrects),
            ..Self::default()
        }
    }

    /// Changes that one rule orders, or that no known rule orders. `relisted` are all relisted
    /// changes of the list.
    pub fn of_rule(
        list: &ListChanges,
        attributed: AttributedChanges,
        relisted: &BTreeMap<ChangeId, Option<AlertId>>,
    ) -> Self {
        let AttributedChanges { group, rule: document } = attributed;
        let Group { rule, attributed, changes } = group;
        let relisted =
            changes.iter().filter_map(|change| relisted.get_key_value(&change.change_id));
        Self {
            relisted: relisted.map(|(id, removal)| (id.clone(), removal.clone())).collect(),
            changes,
            unconfirmed: list.unconfirmed,
            previous: list.previous.clone(),
            rule,
            document,
            attributed,
            ..Self::default()
        }
    }

    /// Whether the two batches make one alert.
    pub fn belongs_with(&self, other: &AlertBatch) -> bool {
        // If the Federal Register's documents show the rules, the distance of pages says nothing.
        let is_one_rule = match (&self.document, &other.document) {
            (Some(this), Some(that)) => this.document_number == that.document_number,
            (None, None) => self.cites_the_same_rule(other),
            _ => false,
        };
        self.unconfirmed == other.unconfirmed
            && self.corrects == other.corrects
            && self.has_differences_only() == other.has_differences_only()
            && is_one_rule
    }

    /// Adds the changes of a batch that belongs with this one.
    pub fn merge(&mut self, other: AlertBatch) {
        self.changes.extend(other.changes);
        self.reverses.extend(other.reverses);
        self.relisted.extend(other.relisted);
        if let (Some(pages), Some(more)) = (&mut self.rule, other.rule) {
            pages.extend(more);
            pages.sort();
            pages.dedup();
        }
        if other.attributed == Some(Attribution::Presumed) {
            self.attributed = other.attributed;
        }
    }

    /// Whether the changes only add what another source's alert about them lacked.
    fn has_differences_only(&self) -> bool {
        self.changes.first().is_some_and(|change| change.confirms.is_some())
    }

    fn cites_the_same_rule(&self, other: &AlertBatch) -> bool {
        match (&self.rule, &other.rule) {
            (None, None) => true,
            (Some(these), Some(those)) => these
                .iter()
                .any(|this| those.iter().any(|that| this == that || are_neighbors(this, that))),
            _ => false,
        }
    }
}
