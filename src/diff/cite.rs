//! Groups changes into the rules that order them, by citation.
//!
//! Knows pages; knows no Federal Register document, so that a rule here is a run of neighbouring pages.

use std::collections::{BTreeMap, BTreeSet};

use crate::domain::{Attribution, Change, ChangeKind, Citation};

/// The changes of one observation that are put down to one rule, or to none.
#[derive(Clone, Debug, PartialEq)]
pub struct Group {
    /// The rule's pages that the changes cite, sorted.
    pub rule: Option<Vec<Citation>>,
    /// None where there is no rule.
    pub attributed: Option<Attribution>,
    /// In the order in which they came.
    pub changes: Vec<Change>,
}

/// One group for each rule, in the order of their pages, and last the changes that belong to none.
///
/// Pages of one volume, each at most [`PAGES_APART`] from the next, are one rule. Changes that cite nothing new go with the
/// rule, as presumed, where exactly one was seen.
pub fn by_rule(changes: Vec<Change>) -> Vec<Group> {
    let newest: Vec<Option<Citation>> = changes.iter().map(|change| newest(new_citations(change)).cloned()).collect();
    let runs = runs_of_pages(newest.iter().flatten());
    let run_of: BTreeMap<Citation, usize> =
        runs.iter().enumerate().flat_map(|(number, run)| run.iter().map(move |page| (page.clone(), number))).collect();

    let mut groups: Vec<Group> =
        runs.into_iter().map(|run| Group { rule: Some(run), attributed: Some(Attribution::Cited), changes: Vec::new() }).collect();
    let mut unattributed = Vec::new();
    for (change, page) in changes.into_iter().zip(newest) {
        let cited = page.and_then(|page| run_of.get(&page).copied());
        let only = if groups.len() == 1 { Some(0) } else { None };
        match cited.or(only).and_then(|number| groups.get_mut(number)) {
            Some(group) => {
                if cited.is_none() {
                    group.attributed = Some(Attribution::Presumed);
                }
                group.changes.push(change);
            }
            None => unattributed.push(change),
        }
    }
    if !unattributed.is_empty() {
        groups.push(Group { rule: None, attributed: None, changes: unattributed });
    }
    groups
}

/// The citations that a change brings: all of an addition's, those that a revision gained, none of a removal's.
pub fn new_citations(change: &Change) -> Vec<&Citation> {
    match (change.kind, &change.before) {
        (ChangeKind::Removed, _) => Vec::new(),
        (ChangeKind::Revised, Some(before)) => change.entry.citations.iter().filter(|c| !before.citations.contains(c)).collect(),
        (ChangeKind::Added | ChangeKind::Revised, _) => change.entry.citations.iter().collect(),
    }
}

/// The highest page; where there is none, the last of those that could not be read.
fn newest(citations: Vec<&Citation>) -> Option<&Citation> {
    let page = citations.iter().copied().filter(|c| matches!(c, Citation::Page { .. })).max();
    page.or(citations.last().copied())
}

/// So far apart two pages of one volume may be and still be of one rule.
pub const PAGES_APART: u32 = 8;

fn runs_of_pages<'a>(citations: impl Iterator<Item = &'a Citation>) -> Vec<Vec<Citation>> {
    let sorted: BTreeSet<&Citation> = citations.collect();
    let mut runs: Vec<Vec<Citation>> = Vec::new();
    for citation in sorted {
        match runs.last_mut() {
            Some(run) if run.last().is_some_and(|last| are_neighbours(last, citation)) => run.push(citation.clone()),
            _ => runs.push(vec![citation.clone()]),
        }
    }
    runs
}

fn are_neighbours(one: &Citation, other: &Citation) -> bool {
    match (one, other) {
        (Citation::Page { volume, page }, Citation::Page { volume: other_volume, page: other_page }) => {
            volume == other_volume && page.abs_diff(*other_page) <= PAGES_APART
        }
        _ => false,
    }
}
