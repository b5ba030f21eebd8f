//! Looks whether the lists show what a rule in effect has announced, and tells operators where they
//! do not.

use std::collections::{BTreeMap, BTreeSet};

use jiff::SignedDuration;
use jiff::civil::Date;

use crate::config::SourceKind;
use crate::diff::sources::counterparts;
use crate::diff::sources::index::Index;
use crate::domain::alert::{AlertBody, SourceLagging};
use crate::domain::{ChangeKind, Entry, ListCode, RecordedRule, RuleState, business_days};
use crate::pipeline::check::Observed;
use crate::pipeline::federal_register::same;
use crate::store::Result;

/// A list has so many business days to follow a rule that is both published and in effect.
const BUSINESS_DAYS: u32 = 5;
/// Operators are alerted of so many rules a day: a list that stands still lags behind each. The
/// others follow on the next days.
const MOST_RULES_TOLD: usize = 3;
const TOLD_WITHIN: SignedDuration = SignedDuration::from_hours(24);

/// What operators are told, with the number of the rule; the rules are marked, so that each is
/// looked after once.
pub async fn find(
    observed: &Observed<'_>,
    rules: &mut BTreeMap<String, RecordedRule>,
    changed: &mut BTreeSet<String>,
    today: Date,
) -> Result<Vec<(String, AlertBody)>> {
    let now = observed.now;
    let told_today = |rule: &&RecordedRule| {
        rule.lagging_told_at.is_some_and(|at| now.duration_since(at) < TOLD_WITHIN)
    };
    let mut room = MOST_RULES_TOLD.saturating_sub(rules.values().filter(told_today).count());
    let due: Vec<&mut RecordedRule> =
        rules.values_mut().filter(|rule| is_due(rule, today)).collect();
    let mut told = Vec::new();
    if due.is_empty() {
        return Ok(told);
    }
    let mut lists = Vec::new();
    let sources = observed.wiring.config.sources.iter();
    for source in sources.filter(|source| {
        source.kind != SourceKind::FederalRegister && source.lists.contains(&ListCode::EL)
    }) {
        let entries = observed.program.store.current_entries(&source.name, ListCode::EL).await?;
        if !entries.is_empty() {
            lists.push((
                source.name.clone(),
                entries.into_iter().map(|stored| stored.entry).collect::<Vec<Entry>>(),
            ));
        }
    }
    for rule in due {
        let added: Vec<Entry> = rule
            .changes
            .iter()
            .filter(|change| change.kind == ChangeKind::Added)
            .map(|change| change.entry.clone())
            .collect();
        let own = Index::of(&added);
        let behind: Vec<(&String, Vec<String>)> = lists
            .iter()
            .map(|(source, held)| (source, missing(&added, &own, held)))
            .filter(|(_, missing)| !missing.is_empty())
            .collect();
        if !behind.is_empty() && room == 0 {
            continue;
        }
        rule.appearance_settled = true;
        changed.insert(rule.document_number.clone());
        if !behind.is_empty() {
            room -= 1;
            rule.lagging_told_at = Some(now);
            for (source, missing) in behind {
                let body = SourceLagging {
                    source: source.clone(),
                    rule: rule.rule.clone(),
                    missing,
                    at: observed.now,
                };
                told.push((
                    format!("{} {source}", rule.document_number),
                    AlertBody::SourceLagging(body),
                ));
            }
        }
    }
    Ok(told)
}

/// The names of entries that a list does not have, whatever its publisher makes of their spelling.
fn missing(added: &[Entry], own: &Index<'_>, held: &[Entry]) -> Vec<String> {
    let among = Index::of(held);
    let keys: BTreeSet<String> = held.iter().map(|entry| same::name_key(&entry.name)).collect();
    let is_there = |entry: &&Entry| {
        let same_name = keys.contains(&same::name_key(&entry.name))
            && held.iter().any(|other| same::same_entry(other, entry));
        same_name || counterparts::find(entry, &among, own).is_some()
    };
    added.iter().filter(|entry| !is_there(entry)).map(|entry| entry.name.clone()).collect()
}

fn is_due(rule: &RecordedRule, today: Date) -> bool {
    let from = rule.rule.effective_on.max(rule.rule.published_on);
    !rule.appearance_settled
        && rule.state == RuleState::Published
        && rule.alert_id.is_some()
        && from.is_some_and(|from| business_days::after(from, BUSINESS_DAYS) < today)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::Citation;

    fn entry(name: &str, country: &str) -> Entry {
        Entry {
            countries: vec![country.into()],
            citations: vec![Citation::page(90, 11280)],
            ..Entry::named(ListCode::EL, name)
        }
    }

    #[track_caller]
    fn check(held: &Entry, expected: usize) {
        let added = [entry("North Glass Works", "CN")];
        assert_eq!(missing(&added, &Index::of(&added), std::slice::from_ref(held)).len(), expected);
    }

    #[test]
    fn ok_an_entry_that_the_list_spells_or_codes_in_another_way() {
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
