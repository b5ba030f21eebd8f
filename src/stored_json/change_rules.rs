//! The rule that each stored change belongs to, as far as it is known today.

use std::collections::HashMap;

use jiff::Span;

use crate::domain::rule::MAX_DAYS_UNTIL_LISTED;
use crate::domain::{AlertId, Attribution, Citation, RecordedRule, Rule, same, utc_day};
use crate::store::{RecordedChange, Result, Store};

/// A list shows the changes of a rule at most this many days before the day of the rule.
const MAX_DAYS_BEFORE_RULE: i64 = 14;

/// The rules that a set of changes may belong to.
pub struct ChangeRules {
    /// The rules around the days of the changes.
    recent: Vec<RecordedRule>,
    /// Which of `recent` name an entry, by `same::key`.
    by_name: HashMap<String, Vec<usize>>,
    /// Older rules, by the page for which each was read from the store.
    by_page: HashMap<Citation, Option<Rule>>,
    /// The rule of each alert.
    by_alert: HashMap<AlertId, (Option<Rule>, Option<Attribution>)>,
}

impl ChangeRules {
    /// Reads the rules that these changes may belong to.
    pub async fn load(store: &Store, changes: &[RecordedChange]) -> Result<Self> {
        let first = changes.iter().map(|recorded| utc_day(recorded.observed_at)).min();
        let recent = match first {
            Some(first) => {
                store.rules(first.saturating_sub(Span::new().days(MAX_DAYS_UNTIL_LISTED))).await?
            }
            None => Vec::new(),
        };
        let recent: Vec<RecordedRule> =
            recent.into_iter().filter(RecordedRule::concerns_the_list).collect();
        let mut by_name: HashMap<String, Vec<usize>> = HashMap::new();
        for (at, rule) in recent.iter().enumerate() {
            rule.changes.iter().for_each(|order| {
                by_name.entry(same::name_key(&order.entry.name)).or_default().push(at);
            });
        }
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
        Ok(Self { recent, by_name, by_page: HashMap::new(), by_alert })
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
        if let Some(alerted) = alerted.as_ref().filter(|rule| rule.document_number.is_some()) {
            let today = self
                .recent
                .iter()
                .find(|rule| rule.rule.document_number == alerted.document_number);
            return Ok(Some((today.map_or(alerted, |rule| &rule.rule).clone(), attributed)));
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

    /// The rule that has this page.
    async fn covering(&mut self, store: &Store, page: &Citation) -> Result<Option<Rule>> {
        let Citation::Page { volume, page: number } = page else { return Ok(None) };
        if let Some(rule) =
            self.recent.iter().filter(|rule| rule.covers(page)).max_by_key(|rule| rule.start_page)
        {
            return Ok(Some(rule.rule.clone()));
        }
        if let Some(stored) = self.by_page.get(page) {
            return Ok(stored.clone());
        }
        let found = store.rule_covering(*volume, *number).await?.map(|rule| rule.rule);
        self.by_page.insert(page.clone(), found.clone());
        Ok(found)
    }

    /// The latest rule that orders this change and is near enough in time.
    fn ordering(&self, recorded: &RecordedChange) -> Option<&Rule> {
        let found_on = utc_day(recorded.observed_at);
        let (from, to) = (
            found_on.saturating_sub(Span::new().days(MAX_DAYS_UNTIL_LISTED)),
            found_on.saturating_add(Span::new().days(MAX_DAYS_BEFORE_RULE)),
        );
        let naming = self.by_name.get(&same::name_key(&recorded.change.entry.name))?;
        let rules = naming
            .iter()
            .filter_map(|at| self.recent.get(*at))
            .filter(|rule| (from..=to).contains(&rule.day()));
        let orders = |rule: &&RecordedRule| {
            rule.changes.iter().any(|order| same::same_change(order, &recorded.change))
        };
        rules.filter(orders).max_by_key(|rule| rule.day()).map(|rule| &rule.rule)
    }
}
