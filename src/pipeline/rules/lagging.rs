//! Looks whether the lists show what a rule in effect has announced, and tells operators where they do not.

use std::collections::BTreeMap;

use jiff::civil::Date;

use super::orders::Held;
use super::workdays;
use crate::config::SourceKind;
use crate::domain::alert::{AlertBody, SourceLagging};
use crate::domain::{ChangeKind, ListCode, RecordedRule, RuleState};
use crate::pipeline::watch::Observed;
use crate::record::Result;

/// A list has so many business days to follow a rule that is both published and in effect.
const BUSINESS_DAYS: u32 = 5;

/// What operators are told, with the number of the rule; the rules are marked, so that each is looked after once.
pub async fn find(
    observed: &Observed<'_>,
    rules: &mut BTreeMap<String, RecordedRule>,
    changed: &mut std::collections::BTreeSet<String>,
    today: Date,
) -> Result<Vec<(String, AlertBody)>> {
    let due: Vec<&mut RecordedRule> = rules.values_mut().filter(|rule| is_due(rule, today)).collect();
    let mut told = Vec::new();
    if due.is_empty() {
        return Ok(told);
    }
    let mut lists = Vec::new();
    let sources = observed.wiring.config.sources.iter();
    for source in sources.filter(|source| source.kind != SourceKind::FederalRegister && source.lists.contains(&ListCode::EL)) {
        let entries = observed.program.store.held_entries(&source.name, ListCode::EL).await?;
        if !entries.is_empty() {
            lists.push((source.name.clone(), Held::new(entries.into_iter().map(|stored| stored.entry).collect(), false)));
        }
    }
    for rule in due {
        rule.appearance_settled = true;
        changed.insert(rule.document_number.clone());
        for (source, held) in &lists {
            let missing: Vec<String> = rule
                .changes
                .iter()
                .filter(|change| change.kind == ChangeKind::Added && !held.has(&change.entry))
                .map(|change| change.entry.name.clone())
                .collect();
            if !missing.is_empty() {
                let body = SourceLagging { source: source.clone(), rule: rule.rule.clone(), missing, at: observed.now };
                told.push((format!("{} {source}", rule.document_number), AlertBody::SourceLagging(body)));
            }
        }
    }
    Ok(told)
}

fn is_due(rule: &RecordedRule, today: Date) -> bool {
    let from = rule.rule.effective_on.max(rule.rule.published_on);
    !rule.appearance_settled
        && rule.state == RuleState::Published
        && rule.alert_id.is_some()
        && from.is_some_and(|from| workdays::after(from, BUSINESS_DAYS) < today)
}
