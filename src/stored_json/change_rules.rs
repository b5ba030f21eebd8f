//! The rule that each stored change belongs to, as far as it is known today.

use std::collections::HashMap;
use std::ops::RangeInclusive;

use jiff::Span;
use jiff::civil::Date;

use crate::domain::rule::MAX_DAYS_UNTIL_LISTED;
use crate::domain::{AlertId, Attribution, Citation, RecordedRule, Rule, same, utc_day};
use crate::store::{RecordedChange, Result, Store};

/// A list shows the changes of a rule at most this many days before the day of the rule.
const MAX_DAYS_BEFORE_RULE: i64 = 14;

/// The rules that a set of changes may belong to. A rule is read only if a change needs it: the
/// rules of ten years order thousands of changes.
pub struct ChangeRules {
    /// The rules around the days of the changes that cite no page and have no alerted rule.
    near: Vec<RecordedRule>,
    /// Which of `near` name an entry, by `same::key`.
    by_name: HashMap<String, Vec<usize>>,
    /// Rules by the page for which each was read from the store.
    by_page: HashMap<Citation, Option<Rule>>,
    /// Rules that were alerted as they are today, by their document number.
    by_number: HashMap<String, Option<Rule>>,
    /// The rule of each alert.
    by_alert: HashMap<AlertId, (Option<Rule>, Option<Attribution>)>,
}

impl ChangeRules {
    /// Reads the rules that these changes may belong to.
    pub async fn load(store: &Store, changes: &[RecordedChange]) -> Result<Self> {
        let mut by_alert = HashMap::new();
        for id in changes.iter().filter_map(|recorded| recorded.alert_id.as_ref()) {
            if !by_alert.contains_key(id) {
                let alert = store.alert(id).await?;
                let data = alert.as_ref().and_then(|alert| alert.body.list_changed());
                by_alert.insert(
                    id.clone(),
                    data.map_or((None, None), |data| (data.rule.clone(), data.attributed)),
                );
            }
        }
        let mut rules = Self {
            near: Vec::new(),
            by_name: HashMap::new(),
            by_page: HashMap::new(),
            by_number: HashMap::new(),
            by_alert,
        };
        let days = changes
            .iter()
            .filter(|recorded| rules.alerted(recorded).is_none())
            .filter(|recorded| recorded.change.newest_citation().is_none())
            .map(|recorded| days_of_rule(utc_day(recorded.observed_at)));
        for days in joined(days.collect()) {
            rules.near.extend(store.rules_between(days).await?);
        }
        rules.near.retain(RecordedRule::concerns_the_list);
        for (at, rule) in rules.near.iter().enumerate() {
            rule.changes.iter().for_each(|order| {
                let name = same::name_key(&order.entry.name);
                rules.by_name.entry(name).or_default().push(at);
            });
        }
        Ok(rules)
    }

    /// The rule with a document number of the alert of a change.
    fn alerted(&self, recorded: &RecordedChange) -> Option<&(Option<Rule>, Option<Attribution>)> {
        let alert = self.by_alert.get(recorded.alert_id.as_ref()?)?;
        let (rule, _) = alert;
        rule.as_ref()?.document_number.as_ref().map(|_| alert)
    }

    /// The rule of a change, and how the change was attributed to it.
    pub async fn of(
        &mut self,
        store: &Store,
        recorded: &RecordedChange,
    ) -> Result<Option<(Rule, Option<Attribution>)>> {
        let (alerted, attributed) = recorded
            .alert_id
            .as_ref()
            .and_then(|id| self.by_alert.get(id))
            .cloned()
            .unwrap_or_default();
        if let Some(number) = alerted.as_ref().and_then(|rule| rule.document_number.as_ref()) {
            let today = self.numbered(store, number).await?;
            return Ok(today.or(alerted).map(|rule| (rule, attributed)));
        }
        let page = recorded.change.newest_citation();
        let found = match page {
            Some(page) => self.covering(store, page).await?,
            None => self.ordering(recorded).cloned(),
        };
        if let Some(rule) = found {
            return Ok(Some((rule, Some(Attribution::Cited))));
        }
        Ok(alerted
            .map(|rule| (rule, attributed))
            .or_else(|| page.map(|page| (Rule::of_citation(page), Some(Attribution::Cited)))))
    }

    /// The rule with this document number, as it is today.
    async fn numbered(&mut self, store: &Store, number: &str) -> Result<Option<Rule>> {
        if let Some(known) = self.by_number.get(number) {
            return Ok(known.clone());
        }
        let found = store.rule_numbered(number).await?;
        let found = found.filter(RecordedRule::concerns_the_list).map(|rule| rule.rule);
        self.by_number.insert(number.to_owned(), found.clone());
        Ok(found)
    }

    /// The rule that has this page.
    async fn covering(&mut self, store: &Store, page: &Citation) -> Result<Option<Rule>> {
        let Citation::Page { volume, page: number } = page else { return Ok(None) };
        if let Some(stored) = self.by_page.get(page) {
            return Ok(stored.clone());
        }
        let found = store.rule_covering(*volume, *number).await?.map(|rule| rule.rule);
        self.by_page.insert(page.clone(), found.clone());
        Ok(found)
    }

    /// The latest rule that orders this change and is near enough in time.
    fn ordering(&self, recorded: &RecordedChange) -> Option<&Rule> {
        let days = days_of_rule(utc_day(recorded.observed_at));
        let naming = self.by_name.get(&same::name_key(&recorded.change.entry.name))?;
        let rules = naming
            .iter()
            .filter_map(|at| self.near.get(*at))
            .filter(|rule| days.contains(&rule.day()));
        let orders = |rule: &&RecordedRule| {
            rule.changes.iter().any(|order| same::same_change(order, &recorded.change))
        };
        rules.filter(orders).max_by_key(|rule| rule.day()).map(|rule| &rule.rule)
    }
}

/// The days on which a rule may be from whose change a list showed on this day.
fn days_of_rule(shown_on: Date) -> RangeInclusive<Date> {
    let first = shown_on.saturating_sub(Span::new().days(MAX_DAYS_UNTIL_LISTED));
    first..=shown_on.saturating_add(Span::new().days(MAX_DAYS_BEFORE_RULE))
}

/// The same days in ranges that do not overlap.
fn joined(mut all: Vec<RangeInclusive<Date>>) -> Vec<RangeInclusive<Date>> {
    all.sort_unstable_by_key(|days| *days.start());
    let mut joined: Vec<RangeInclusive<Date>> = Vec::new();
    for days in all {
        match joined.last_mut() {
            Some(last) if days.start() <= last.end() => {
                *last = *last.start()..=(*last.end()).max(*days.end());
            }
            _ => joined.push(days),
        }
    }
    joined
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::*;

    #[test]
    fn days_that_overlap_are_joined() {
        let day = |n: i8| date(2026, 1, n);
        let all = vec![day(20)..=day(25), day(1)..=day(5), day(5)..=day(9), day(2)..=day(3)];
        assert_eq!(joined(all), [day(1)..=day(9), day(20)..=day(25)]);
        assert_eq!(joined(Vec::new()), []);
    }
}
