//! Attributes changes of a list to the rules that order them: by the page that a change cites, or
//! without a citation by the change itself.

use std::collections::BTreeSet;

use jiff::{Span, Timestamp};

use crate::diff::rule_groups::Group;
use crate::domain::alert::{Announced, RuleExcerpt};
use crate::domain::pages::MOST_PAGES_OF_A_DECLARED_RANGE;
use crate::domain::rule::MAX_DAYS_UNTIL_LISTED;
use crate::domain::{
    Attribution, Change, ChangeId, ChangeKind, Citation, ListCode, ReadFrom, RecordedRule, Summary,
    same, utc_day,
};
use crate::store::{Result, Store};

/// The rules that may order the changes of one check.
#[derive(Default)]
pub struct KnownRules {
    rules: Vec<RecordedRule>,
}

/// Changes that one rule orders, or that no known rule orders.
pub struct AttributedChanges {
    pub group: Group,
    /// The recorded document of the rule.
    pub rule: Option<RecordedRule>,
}

impl KnownRules {
    /// Reads the rules of the last months, and the rules whose pages the changes cite.
    pub async fn load<'a>(
        store: &Store,
        changes: impl Iterator<Item = &'a Change>,
        now: Timestamp,
    ) -> Result<Self> {
        let pages: BTreeSet<Citation> = changes.flat_map(Change::new_citations).cloned().collect();
        let today = utc_day(now);
        let rules =
            store.rules(today.saturating_sub(Span::new().days(MAX_DAYS_UNTIL_LISTED))).await?;
        let mut known =
            Self { rules: rules.into_iter().filter(RecordedRule::concerns_the_list).collect() };
        for page in pages {
            if known.covering(&page).is_some() {
                continue;
            }
            if let Citation::Page { volume, page } = page
                && let Some(rule) = store.rule_covering(volume, page).await?
            {
                known.rules.push(rule);
            }
        }
        Ok(known)
    }

    /// The rule on this page. If two rules share the page, the one that begins on it.
    fn covering(&self, page: &Citation) -> Option<&RecordedRule> {
        self.rules.iter().filter(|rule| rule.covers(page)).max_by_key(|rule| rule.start_page)
    }

    /// The newest rule that orders this very change.
    fn ordering_rule(&self, change: &Change) -> Option<&RecordedRule> {
        let ordered = |rule: &&RecordedRule| {
            rule.changes.iter().any(|ordered| same::same_change(ordered, change))
        };
        self.rules.iter().filter(ordered).max_by_key(|rule| rule.day())
    }

    /// Removals of one name under several countries, if a rule orders the removal of the name
    /// without a country. The order means one of them, and it is unknown which.
    fn ambiguous_removals(&self, changes: &[Change]) -> BTreeSet<ChangeId> {
        let count_of_name = |one: &Change| {
            changes
                .iter()
                .filter(|other| {
                    one.kind == other.kind
                        && same::name_key(&one.entry.name) == same::name_key(&other.entry.name)
                })
                .count()
        };
        let is_ordered_without_country = |change: &&Change| {
            let orders = |rule: &RecordedRule| {
                rule.changes.iter().any(|order| {
                    order.entry.countries.is_empty() && same::same_change(order, change)
                })
            };
            self.ordering_rule(change).is_some_and(orders)
        };
        changes
            .iter()
            .filter(|change| change.kind == ChangeKind::Removed && count_of_name(change) > 1)
            .filter(is_ordered_without_country)
            .map(|change| change.change_id.clone())
            .collect()
    }

    /// Whether a rule orders this very change.
    pub fn is_ordered(&self, change: &Change) -> bool {
        self.ordering_rule(change).is_some()
    }

    /// Splits the groups by the rules that order their changes.
    pub fn attribute(&self, groups: Vec<Group>) -> Vec<AttributedChanges> {
        groups.into_iter().flat_map(|group| self.attribute_group(group)).collect()
    }

    fn attribute_group(&self, group: Group) -> Vec<AttributedChanges> {
        let mut parts: Vec<AttributedChanges> = Vec::new();
        let mut uncited: Vec<Change> = Vec::new();
        let ambiguous: BTreeSet<ChangeId> = self.ambiguous_removals(&group.changes);
        for change in group.changes {
            let cited = change.newest_citation().cloned();
            let rule = match &cited {
                // The pages of a rule are not known while it is only filed for public inspection.
                Some(page) => self
                    .covering(page)
                    .or_else(|| self.ordering_rule(&change).filter(|rule| rule.volume.is_none())),
                None => {
                    self.ordering_rule(&change).filter(|_| !ambiguous.contains(&change.change_id))
                }
            };
            if cited.is_none() && rule.is_none() {
                uncited.push(change);
                continue;
            }
            let pages: Vec<Citation> = cited.into_iter().collect();
            add(&mut parts, rule, pages, change);
        }
        // A change that cites nothing, and that no known rule orders, is presumed to belong to the
        // only rule of its group.
        let only_rule = group.rule.is_some() && parts.len() == 1;
        match parts.first_mut().filter(|_| only_rule && !uncited.is_empty()) {
            Some(part) => {
                part.group.changes.append(&mut uncited);
                part.group.attributed = Some(Attribution::Presumed);
            }
            None if !uncited.is_empty() => {
                parts.push(AttributedChanges {
                    group: Group { rule: None, attributed: None, changes: uncited },
                    rule: None,
                });
            }
            None => {}
        }
        parts
    }
}

fn add(
    parts: &mut Vec<AttributedChanges>,
    rule: Option<&RecordedRule>,
    pages: Vec<Citation>,
    change: Change,
) {
    let number = |rule: Option<&RecordedRule>| rule.map(|rule| rule.document_number.clone());
    match parts.iter_mut().find(|part| number(part.rule.as_ref()) == number(rule)) {
        Some(part) => {
            let all = part.group.rule.get_or_insert_default();
            all.extend(pages);
            all.sort();
            all.dedup();
            part.group.changes.push(change);
        }
        None => {
            let group = Group {
                rule: Some(pages),
                attributed: Some(Attribution::Cited),
                changes: vec![change],
            };
            parts.push(AttributedChanges { group, rule: rule.cloned() });
        }
    }
}

/// All pages of a rule, in order.
pub fn pages(rule: &RecordedRule) -> Vec<Citation> {
    let (Some(volume), Some(start)) = (rule.volume, rule.start_page) else { return Vec::new() };
    let last = start.saturating_add(MOST_PAGES_OF_A_DECLARED_RANGE);
    let end = rule.end_page.unwrap_or(start).clamp(start, last);
    (start..=end).map(|page| Citation::page(volume, page)).collect()
}

/// Which changes of a list the rule's own alert already announced.
pub fn announced(rule: &RecordedRule, changes: &[Change]) -> Option<Announced> {
    let was_alerted = |ordered: &&Change| rule.alerted_changes.contains(&ordered.change_id);
    let known: Vec<ChangeId> = changes
        .iter()
        .filter(|shown| {
            rule.changes
                .iter()
                .filter(was_alerted)
                .any(|ordered| same::shows_as_announced(ordered, shown))
        })
        .map(|change| change.change_id.clone())
        .collect();
    if known.is_empty() {
        return None;
    }
    Some(Announced { alert_id: rule.alert_id.clone()?, at: rule.alerted_at?, changes: known })
}

/// What the text of the rule says, compared with the changes of a list. `None` if it was not read.
pub fn excerpt(rule: &RecordedRule, changes: &[Change]) -> Option<RuleExcerpt> {
    if rule.read_from == ReadFrom::Nothing {
        return None;
    }
    let shown = |ordered: &&Change| changes.iter().any(|shown| same::same_change(ordered, shown));
    let carries_out_several = |shown: &&Change| {
        rule.changes.iter().filter(|ordered| same::same_change(ordered, shown)).count() > 1
    };
    let was_named = |shown: &&Change| {
        rule.changes
            .iter()
            .filter(|ordered| rule.alerted_changes.contains(&ordered.change_id))
            .any(|ordered| same::shows_more_than_the_name(ordered, shown))
    };
    let ids = |changes: Vec<&Change>| -> Vec<ChangeId> {
        changes.into_iter().map(|change| change.change_id.clone()).collect()
    };
    Some(RuleExcerpt {
        effective_text: rule.effective_text.clone(),
        savings_clause: rule.savings_clause.clone(),
        orders: Summary::of(&rule.changes),
        not_shown: rule
            .changes
            .iter()
            .filter(|ordered| !shown(ordered))
            .map(|ordered| ordered.entry.name.clone())
            .collect(),
        combined: ids(changes.iter().filter(carries_out_several).collect()),
        named_before: ids(changes.iter().filter(was_named).collect()),
    })
}

/// The removals that the rules of the last months order. They are no sign of a cut document.
pub async fn ordered_removals(
    store: &Store,
    list: ListCode,
    now: Timestamp,
) -> Result<Vec<Change>> {
    if list != ListCode::EL {
        return Ok(Vec::new());
    }
    let since = utc_day(now).saturating_sub(Span::new().days(MAX_DAYS_UNTIL_LISTED));
    let rules = store.rules(since).await?.into_iter().filter(RecordedRule::concerns_the_list);
    Ok(rules
        .flat_map(|rule| rule.changes)
        .filter(|change| change.kind == ChangeKind::Removed)
        .collect())
}
