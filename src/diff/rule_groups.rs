//! Groups changes by the rule that orders them, by their citations.
//!
//! Knows pages. Must not know Federal Register documents: a rule is a run of neighboring pages.

use std::collections::{BTreeMap, BTreeSet};

use crate::domain::pages::are_neighbors;
use crate::domain::{Attribution, Change, Citation};

/// The changes of one check that are attributed to one rule, or to none.
#[derive(Clone, Debug, PartialEq)]
pub struct Group {
    /// The pages of the rule that the changes cite, sorted. `None` if there is no rule.
    pub rule: Option<Vec<Citation>>,
    /// `None` if there is no rule.
    pub attributed: Option<Attribution>,
    /// In their original order.
    pub changes: Vec<Change>,
}

/// One group for each rule in the order of their pages, and last the changes without a rule.
///
/// Neighboring pages of one volume ([`are_neighbors`]) are one rule. If there is exactly one rule,
/// changes that cite nothing new are presumed to belong to it.
pub fn by_rule(changes: Vec<Change>) -> Vec<Group> {
    let newest: Vec<Option<Citation>> =
        changes.iter().map(|change| change.newest_citation().cloned()).collect();
    let runs = runs_of_pages(newest.iter().flatten());
    let run_of: BTreeMap<Citation, usize> = runs
        .iter()
        .enumerate()
        .flat_map(|(number, run)| run.iter().map(move |page| (page.clone(), number)))
        .collect();

    let mut groups: Vec<Group> = runs
        .into_iter()
        .map(|run| Group {
            rule: Some(run),
            attributed: Some(Attribution::Cited),
            changes: Vec::new(),
        })
        .collect();
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

/// The cited pages as runs of neighbors, sorted.
fn runs_of_pages<'a>(citations: impl Iterator<Item = &'a Citation>) -> Vec<Vec<Citation>> {
    let sorted: BTreeSet<&Citation> = citations.collect();
    let mut runs: Vec<Vec<Citation>> = Vec::new();
    for citation in sorted {
        match runs.last_mut() {
            Some(run) if run.last().is_some_and(|last| are_neighbors(last, citation)) => {
                run.push(citation.clone());
            }
            _ => runs.push(vec![citation.clone()]),
        }
    }
    runs
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::diff::compare;
    use crate::domain::{Entry, ListCode};

    fn row(name: &str, pages: &[u32]) -> Entry {
        Entry {
            citations: pages.iter().map(|page| Citation::page(87, *page)).collect(),
            ..Entry::named(ListCode::EL, name)
        }
    }

    fn groups(
        before: &[Entry],
        after: &[Entry],
    ) -> Vec<(Option<String>, Option<Attribution>, usize)> {
        let text = |rule: Vec<Citation>| {
            rule.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ")
        };
        by_rule(compare(before, after))
            .into_iter()
            .map(|group| (group.rule.map(text), group.attributed, group.changes.len()))
            .collect()
    }

    #[test]
    fn neighboring_pages_are_one_rule() {
        let after = [row("Ash", &[100]), row("Birch", &[50, 108]), row("Cedar", &[117])];
        assert_eq!(
            groups(&[], &after),
            [
                (Some("87 FR 100, 87 FR 108".into()), Some(Attribution::Cited), 2),
                (Some("87 FR 117".into()), Some(Attribution::Cited), 1)
            ]
        );
    }

    #[test]
    fn changes_that_cite_nothing_new_belong_to_the_only_rule() {
        let before = [row("Ash", &[1]), row("Birch", &[1])];
        let after = [row("Ash", &[1, 100])];
        assert_eq!(
            groups(&before, &after),
            [(Some("87 FR 100".into()), Some(Attribution::Presumed), 2)]
        );
        assert_eq!(groups(&before, &before[..1]), [(None, None, 1)]);
        let two_rules = [row("Ash", &[1, 100]), row("Maple", &[300])];
        assert_eq!(groups(&before, &two_rules).last(), Some(&(None, None, 1)));
    }

    #[test]
    fn a_page_is_newer_than_an_unreadable_citation() {
        let mut entry = row("Ash", &[100]);
        entry.citations.push(Citation::AsPublished("76 FR No. 197".into()));
        assert_eq!(
            groups(&[], &[entry]),
            [(Some("87 FR 100".into()), Some(Attribution::Cited), 1)]
        );
        assert_eq!(groups(&[], &[]), []);
    }
}
