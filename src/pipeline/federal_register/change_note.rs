//! The sentence that says what changed in a document. Pure.

use std::collections::BTreeSet;

use crate::domain::{ChangeId, RecordedRule, RuleState};

/// What changed in a document, in words. None if a reader would see no difference.
pub fn of(before: &RecordedRule, after: &RecordedRule) -> Option<String> {
    let mut found: Vec<String> = Vec::new();
    let (old, new) = (&before.rule, &after.rule);
    if before.state == RuleState::Withdrawn {
        found.push("it was withdrawn and is filed again".to_owned());
    }
    if old.title != new.title {
        found.push(format!("its title was “{}”", old.title.as_deref().unwrap_or_default()));
    }
    let dates = [
        ("publication", old.published_on, new.published_on),
        ("effective", old.effective_on, new.effective_on),
    ];
    for (date, old, new) in dates {
        if let (Some(was), true) = (old, old != new) {
            found.push(format!("its {date} date was {was}"));
        }
    }
    let (old_ids, new_ids) = (change_ids(before), change_ids(after));
    let removed: Vec<&str> = before
        .changes
        .iter()
        .filter(|change| !new_ids.contains(&change.change_id))
        .map(|change| change.entry.name.as_str())
        .collect();
    if !removed.is_empty() {
        found.push(format!("it no longer names, or names differently: {}", removed.join("; ")));
    }
    if new_ids.difference(&old_ids).next().is_some() {
        let news = if before.changes.is_empty() {
            "its entries can be read now"
        } else {
            "entries that were not in it before are shown below"
        };
        found.push(news.to_owned());
    }
    (!found.is_empty()).then(|| format!("What is new: {}.", found.join("; ")))
}

fn change_ids(rule: &RecordedRule) -> BTreeSet<&ChangeId> {
    rule.changes.iter().map(|change| &change.change_id).collect()
}
