//! The sentences that say what changed in a document. Pure.

use jiff::civil::Date;

use crate::domain::{Change, RecordedRule, RuleState, same};

/// What changed in a document, in words. None if a reader would see no difference.
pub fn of(before: &RecordedRule, after: &RecordedRule) -> Option<String> {
    let mut found: Vec<String> = Vec::new();
    let (old, new) = (&before.rule, &after.rule);
    if before.state == RuleState::Withdrawn {
        found.push("It was withdrawn and is filed again.".to_owned());
    }
    if old.title != new.title {
        found.push(format!("Its title was “{}”.", old.title.as_deref().unwrap_or_default()));
    }
    found.extend(of_date("publication", old.published_on, new.published_on));
    found.extend(of_date("effective", old.effective_on, new.effective_on));
    let dropped: Vec<&str> = without_counterpart(&before.changes, &after.changes)
        .map(|change| change.entry.name.as_str())
        .collect();
    if !dropped.is_empty() {
        found.push(format!("It no longer names, or names differently: {}.", dropped.join("; ")));
    }
    if before.changes.is_empty() && !after.changes.is_empty() {
        found.push("Its entries can be read now.".to_owned());
    } else if without_counterpart(&after.changes, &before.changes).next().is_some() {
        found.push("It names entries that were not in the earlier alert.".to_owned());
    } else if after.changes.iter().any(|change| !has_same_id(change, &before.changes)) {
        found.push("What it says about its entries changed.".to_owned());
    }
    (!found.is_empty()).then(|| found.join(" "))
}

/// What changed in the effective date. None if it had none, or has the same.
pub fn of_effective_date(before: &RecordedRule, after: &RecordedRule) -> Option<String> {
    of_date("effective", before.rule.effective_on, after.rule.effective_on)
}

fn of_date(name: &str, before: Option<Date>, after: Option<Date>) -> Option<String> {
    let was = before.filter(|_| before != after)?;
    Some(match after {
        Some(now) => format!("Its {name} date is {now} now; it was {was}."),
        None => format!("It has no {name} date now; it was {was}."),
    })
}

/// The changes for which `others` has no change of the same kind and entry.
fn without_counterpart<'a>(
    changes: &'a [Change],
    others: &'a [Change],
) -> impl Iterator<Item = &'a Change> {
    changes.iter().filter(|change| !others.iter().any(|other| same::same_change(change, other)))
}

fn has_same_id(change: &Change, others: &[Change]) -> bool {
    others.iter().any(|other| other.change_id == change.change_id)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::ListCode;
    use crate::parse::federal_register::{FederalRegisterDocument, parse_raw_text};
    use crate::pipeline::federal_register::current_entities::CurrentEntities;
    use crate::pipeline::federal_register::listed_document::ListedDocument;
    use crate::pipeline::federal_register::orders::ordered_changes;
    use jiff::civil::date;

    const NAMES: &str = "2. Supplement No. 4 to part 744 is amended:\na. Under CHINA, by adding in \
                         alphabetical order an entry for “Ash Works”.";

    fn rule(text: &str) -> RecordedRule {
        RecordedRule {
            changes: ordered_changes("2025-1", &parse_raw_text(text), &CurrentEntities::default()),
            ..ListedDocument { document: FederalRegisterDocument::default(), published: false }
                .to_recorded_rule("rules", jiff::Timestamp::UNIX_EPOCH)
        }
    }

    #[test]
    fn ok_a_full_entry_is_not_a_new_one() {
        let (before, mut after) = (rule(NAMES), rule(NAMES));
        let [added] = after.changes.as_mut_slice() else { panic!("{after:?}") };
        assert_eq!(added.entry.list, ListCode::EL);
        added.entry.addresses.push("1 Dock".into());
        added.change_id = crate::domain::ChangeId::of(["full"]);
        assert_eq!(of(&before, &after).as_deref(), Some("What it says about its entries changed."));
        assert_eq!(of(&before, &before), None);
    }

    #[test]
    fn ok_other_entries_and_dates_are_named() {
        let (mut before, mut after) = (rule(NAMES), rule(&NAMES.replace("Ash", "Oak")));
        before.rule.effective_on = Some(date(2025, 3, 5));
        after.rule.effective_on = Some(date(2025, 3, 20));
        assert_eq!(
            of(&before, &after).as_deref(),
            Some(
                "Its effective date is 2025-03-20 now; it was 2025-03-05. It no longer names, or \
                 names differently: Ash Works. It names entries that were not in the earlier alert."
            )
        );
    }
}
