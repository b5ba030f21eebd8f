//! Joins changes of a list with the rules that order them: by the page they cite, and where they
//! cite none by the order itself.

use std::collections::BTreeSet;

use jiff::civil::Date;
use jiff::tz::TimeZone;
use jiff::{Span, Timestamp};

use crate::diff::rule_groups::Group;
use crate::domain::alert::Announced;
use crate::domain::pages::MOST_PAGES_OF_A_DECLARED_RANGE;
use crate::domain::{
    AlertId, Attribution, Change, ChangeId, ChangeKind, Citation, ListCode, RecordedRule,
    business_days, same,
};
use crate::store::{Result, Store};

/// A change without a citation is looked for in the rules of so many days.
const ORDERS_OF_DAYS: i64 = 120;
/// A rule that turns up so much later is told to belong to what was told without one.
const LOOKED_UP_BUSINESS_DAYS: u32 = 10;

/// The rules that the changes of one observation may belong to.
#[derive(Default)]
pub struct KnownRules {
    rules: Vec<RecordedRule>,
}

/// Changes that one rule orders, or none that is known.
pub struct Joined {
    pub group: Group,
    pub rule: Option<RecordedRule>,
}

impl KnownRules {
    pub async fn load<'a>(
        store: &Store,
        changes: impl Iterator<Item = &'a Change>,
        now: Timestamp,
    ) -> Result<Self> {
        let pages: BTreeSet<Citation> = changes.flat_map(Change::new_citations).cloned().collect();
        let today = now.to_zoned(TimeZone::UTC).date();
        let rules = store.rules(today.saturating_sub(Span::new().days(ORDERS_OF_DAYS))).await?;
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

    /// The rule that has this page; of two that share it, the one that begins on it.
    fn covering(&self, page: &Citation) -> Option<&RecordedRule> {
        self.rules.iter().filter(|rule| rule.covers(page)).max_by_key(|rule| rule.start_page)
    }

    /// The newest rule that orders this very change, where the change cites none.
    fn ordering(&self, change: &Change) -> Option<&RecordedRule> {
        let ordered = |rule: &&RecordedRule| {
            rule.changes.iter().any(|ordered| same::same_change(ordered, change))
        };
        self.rules.iter().filter(ordered).max_by_key(|rule| rule.day())
    }

    /// Removals of one name under several countries, of which an order without a country means one.
    fn ambiguous(&self, changes: &[Change]) -> BTreeSet<ChangeId> {
        let named = |one: &Change| {
            changes
                .iter()
                .filter(|other| {
                    one.kind == other.kind
                        && same::name_key(&one.entry.name) == same::name_key(&other.entry.name)
                })
                .count()
        };
        let ordered = |change: &&Change| {
            let orders = |rule: &RecordedRule| {
                rule.changes.iter().any(|order| {
                    order.entry.countries.is_empty() && same::same_change(order, change)
                })
            };
            self.ordering(change).is_some_and(orders)
        };
        changes
            .iter()
            .filter(|change| change.kind == ChangeKind::Removed && named(change) > 1)
            .filter(ordered)
            .map(|change| change.change_id.clone())
            .collect()
    }

    /// Whether a rule orders this very change.
    pub fn order(&self, change: &Change) -> bool {
        self.ordering(change).is_some()
    }

    /// Parts and attributes the groups as the rules themselves say.
    pub fn join(&self, groups: Vec<Group>) -> Vec<Joined> {
        groups.into_iter().flat_map(|group| self.part(group)).collect()
    }

    fn part(&self, group: Group) -> Vec<Joined> {
        let mut parts: Vec<Joined> = Vec::new();
        let mut uncited: Vec<Change> = Vec::new();
        let ambiguous: BTreeSet<ChangeId> = self.ambiguous(&group.changes);
        for change in group.changes {
            let cited = change.newest_citation().cloned();
            let rule = match &cited {
                // While a rule is on file its pages are not known yet.
                Some(page) => self
                    .covering(page)
                    .or_else(|| self.ordering(&change).filter(|rule| rule.volume.is_none())),
                None => self.ordering(&change).filter(|_| !ambiguous.contains(&change.change_id)),
            };
            if cited.is_none() && rule.is_none() {
                uncited.push(change);
                continue;
            }
            let pages: Vec<Citation> = cited.into_iter().collect();
            put(&mut parts, rule, pages, change);
        }
        // What cites nothing and is ordered by no rule that is known goes with the only one that
        // was seen, as presumed.
        let only_rule = group.rule.is_some() && parts.len() == 1;
        match parts.first_mut().filter(|_| only_rule && !uncited.is_empty()) {
            Some(part) => {
                part.group.changes.append(&mut uncited);
                part.group.attributed = Some(Attribution::Presumed);
            }
            None if !uncited.is_empty() => {
                parts.push(Joined {
                    group: Group { rule: None, attributed: None, changes: uncited },
                    rule: None,
                });
            }
            None => {}
        }
        parts
    }
}

fn put(parts: &mut Vec<Joined>, rule: Option<&RecordedRule>, pages: Vec<Citation>, change: Change) {
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
            parts.push(Joined { group, rule: rule.cloned() });
        }
    }
}

/// All pages of a rule.
pub fn pages(rule: &RecordedRule) -> Vec<Citation> {
    let (Some(volume), Some(start)) = (rule.volume, rule.start_page) else { return Vec::new() };
    let last = start.saturating_add(MOST_PAGES_OF_A_DECLARED_RANGE);
    let end = rule.end_page.unwrap_or(start).clamp(start, last);
    (start..=end).map(|page| Citation::page(volume, page)).collect()
}

/// Which of a list's changes readers know from the rule's own alert.
pub fn announced(rule: &RecordedRule, changes: &[Change]) -> Option<Announced> {
    let was_told = |ordered: &&Change| rule.told.contains(&ordered.change_id);
    let known: Vec<ChangeId> = changes
        .iter()
        .filter(|shown| {
            rule.changes
                .iter()
                .filter(was_told)
                .any(|ordered| same::shows_as_announced(ordered, shown))
        })
        .map(|change| change.change_id.clone())
        .collect();
    if known.is_empty() {
        return None;
    }
    Some(Announced { alert_id: rule.alert_id.clone()?, at: rule.told_at?, changes: known })
}

/// The removals that the rules of the last months order: a list that carries them out has lost
/// nothing.
pub async fn ordered_removals(
    store: &Store,
    list: ListCode,
    now: Timestamp,
) -> Result<Vec<Change>> {
    if list != ListCode::EL {
        return Ok(Vec::new());
    }
    let since = now.to_zoned(TimeZone::UTC).date().saturating_sub(Span::new().days(ORDERS_OF_DAYS));
    let rules = store.rules(since).await?.into_iter().filter(RecordedRule::concerns_the_list);
    Ok(rules
        .flat_map(|rule| rule.changes)
        .filter(|change| change.kind == ChangeKind::Removed)
        .collect())
}

/// What was told of a list, without its rule, before the rule turned up.
#[derive(Default)]
pub struct Related {
    pub alerts: Vec<AlertId>,
    changes: Vec<Change>,
}

impl Related {
    /// Whether readers know what the rule orders here from the list.
    pub fn tells(&self, ordered: &Change) -> bool {
        self.changes.iter().any(|told| same::same_change(ordered, told))
    }
}

/// Alerts of the last business days that found no rule and that this one explains.
pub async fn related(store: &Store, rule: &RecordedRule, today: Date) -> Result<Related> {
    let mut related = Related::default();
    let Ok(since) = business_days::before(today, LOOKED_UP_BUSINESS_DAYS)
        .to_zoned(TimeZone::UTC)
        .map(|day| day.timestamp())
    else {
        return Ok(related);
    };
    let mut candidates: BTreeSet<AlertId> = BTreeSet::new();
    let pages = pages(rule);
    for source in store.source_states().await?.into_iter().map(|state| state.source) {
        if !pages.is_empty() {
            candidates
                .extend(store.alerts_citing(&source, &pages).await?.into_iter().map(|(id, _)| id));
        }
        for recorded in store.recent_changes(&source, ListCode::EL, since).await? {
            let ordered =
                rule.changes.iter().any(|ordered| same::same_change(ordered, &recorded.change));
            candidates.extend(recorded.alert_id.filter(|_| ordered));
        }
    }
    for id in candidates {
        let Some(alert) = store.alert(&id).await?.filter(|alert| alert.created_at >= since) else {
            continue;
        };
        let Some(data) = alert.body.list_changed() else { continue };
        let found_before = data.rule.as_ref().is_some_and(|found| found.document_number.is_some());
        if !found_before && data.corrects.is_none() {
            related.changes.extend(data.changes.iter().cloned());
            related.alerts.push(id);
        }
    }
    Ok(related)
}
