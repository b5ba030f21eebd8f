//! Checks whether the lists show what a rule in effect ordered. Alerts operators if they do not.

use std::collections::BTreeSet;

use jiff::SignedDuration;
use jiff::civil::Date;

use crate::diff::sources::counterparts;
use crate::diff::sources::index::Index;
use crate::domain::alert::{AlertBody, SourceLagging};
use crate::domain::{ChangeKind, Entry, RecordedRule, RuleState, business_days, same};
use crate::pipeline::check::recorder::CheckRecorder;
use crate::pipeline::federal_register::current_entities;
use crate::pipeline::federal_register::rule_updates::RuleUpdates;
use crate::store::Result;

/// How many business days a list has to show a rule that is published and in effect.
const ALLOWED_BUSINESS_DAYS: u32 = 5;
/// The most rules in `ALERT_WINDOW` about which operators are alerted. A list that is never updated
/// lags behind every rule. The alerts about the other rules follow on the next days.
const MAX_ALERTED_RULES: usize = 3;
const ALERT_WINDOW: SignedDuration = SignedDuration::from_hours(24);

/// A list that lags behind a rule.
pub struct LaggingList {
    pub document_number: String,
    pub source: String,
    pub body: AlertBody,
}

/// Finds lists that lag behind a rule. Marks the rules that were checked: each is checked once.
pub async fn find(
    recorder: &CheckRecorder<'_>,
    updates: &mut RuleUpdates,
    today: Date,
) -> Result<Vec<LaggingList>> {
    let now = recorder.now;
    let is_alerted_lately = |rule: &&RecordedRule| {
        rule.lagging_alerted_at.is_some_and(|at| now.duration_since(at) < ALERT_WINDOW)
    };
    let alerted = updates.rules.values().filter(is_alerted_lately).count();
    let mut remaining_alerts = MAX_ALERTED_RULES.saturating_sub(alerted);
    let due: Vec<&mut RecordedRule> =
        updates.rules.values_mut().filter(|rule| is_due(rule, today)).collect();
    let mut lagging = Vec::new();
    if due.is_empty() {
        return Ok(lagging);
    }
    let lists = current_lists(recorder).await?;
    for rule in due {
        let behind = behind(rule, &lists);
        if !behind.is_empty() && remaining_alerts == 0 {
            continue;
        }
        rule.appearance_settled = true;
        updates.changed.insert(rule.document_number.clone());
        if behind.is_empty() {
            continue;
        }
        remaining_alerts -= 1;
        rule.lagging_alerted_at = Some(now);
        lagging.extend(behind.into_iter().map(|(source, missing)| LaggingList {
            document_number: rule.document_number.clone(),
            source: source.to_owned(),
            body: AlertBody::SourceLagging(SourceLagging {
                source: source.to_owned(),
                rule: Some(rule.rule.clone()),
                missing,
                expected: None,
                at: now,
            }),
        }));
    }
    Ok(lagging)
}

/// The current entries of each source of the Entity List that has any.
async fn current_lists<'a>(recorder: &CheckRecorder<'a>) -> Result<Vec<(&'a str, Vec<Entry>)>> {
    let mut lists = Vec::new();
    for source in current_entities::list_sources(recorder) {
        let entries = current_entities::current_entries(recorder, source).await?;
        if !entries.is_empty() {
            lists.push((source.name.as_str(), entries));
        }
    }
    Ok(lists)
}

/// The sources that lack entries which the rule added, with the names of those entries.
fn behind<'a>(rule: &RecordedRule, lists: &[(&'a str, Vec<Entry>)]) -> Vec<(&'a str, Vec<String>)> {
    let added: Vec<Entry> = rule
        .changes
        .iter()
        .filter(|change| change.kind == ChangeKind::Added)
        .map(|change| change.entry.clone())
        .collect();
    let added_index = Index::of(&added);
    lists
        .iter()
        .map(|(source, current)| (*source, missing(&added, &added_index, current)))
        .filter(|(_, missing)| !missing.is_empty())
        .collect()
}

/// The names of added entries that a list lacks. An entry that the list spells differently is not
/// missing.
fn missing(added: &[Entry], added_index: &Index<'_>, current: &[Entry]) -> Vec<String> {
    let current_index = Index::of(current);
    let keys: BTreeSet<String> = current.iter().map(|entry| same::name_key(&entry.name)).collect();
    let is_listed = |entry: &&Entry| {
        let has_same_name = keys.contains(&same::name_key(&entry.name))
            && current.iter().any(|other| same::same_entry(other, entry));
        has_same_name || counterparts::find(entry, &current_index, added_index).is_some()
    };
    added.iter().filter(|entry| !is_listed(entry)).map(|entry| entry.name.clone()).collect()
}

fn is_due(rule: &RecordedRule, today: Date) -> bool {
    let from = rule.rule.effective_on.max(rule.rule.published_on);
    !rule.appearance_settled
        && rule.state == RuleState::Published
        && rule.alert_id.is_some()
        && from.is_some_and(|from| business_days::after(from, ALLOWED_BUSINESS_DAYS) < today)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::{Citation, ListCode};

    fn entry(name: &str, country: &str) -> Entry {
        Entry {
            countries: vec![country.into()],
            citations: vec![Citation::page(90, 11280)],
            ..Entry::named(ListCode::EL, name)
        }
    }

    #[track_caller]
    fn check(current: &Entry, expected: usize) {
        let added = [entry("North Glass Works", "CN")];
        assert_eq!(
            missing(&added, &Index::of(&added), std::slice::from_ref(current)).len(),
            expected
        );
    }

    #[test]
    fn ok_an_entry_that_the_list_spells_or_codes_differently() {
        check(&entry("NORTH GLASS WORKS", "HK"), 0);
        check(&entry("North Glass Works Co., Ltd.", "CN"), 0);
        check(&entry("North Glas Works", "CN"), 0);
    }

    #[test]
    fn err_an_entry_that_the_list_lacks() {
        check(&entry("Seven Hills Optics", "CN"), 1);
        check(&Entry { citations: Vec::new(), ..entry("North Glass Works", "RU") }, 1);
    }
}
