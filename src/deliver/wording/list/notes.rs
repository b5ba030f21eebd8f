//! The notes of a message about a list change: what a reader must know before acting on it.

use crate::deliver::plain;
use crate::deliver::wording::context::Context;
use crate::deliver::wording::count::{counted, enumeration, summary};
use crate::deliver::wording::list::classification::{
    all_relisted, announced_count, relisted, shows_only_differences,
};
use crate::domain::Attribution;
use crate::domain::alert::ListChanged;

pub fn notes(data: &ListChanged, source: &str, context: &Context<'_>) -> Vec<String> {
    let mut notes = Vec::new();
    if let Some(first) = &data.corrects {
        notes.push(format!(
            "Correction of alert {first}: its changes have been reversed in {source}, and no rule \
             explains this. Check what was done because of that alert."
        ));
    }
    if shows_only_differences(data) {
        notes.push(format!(
            "Known from another source: what is new in {source} are only the differences that \
             stand at each entry."
        ));
    }
    if data.unconfirmed {
        notes.push(format!(
            "Unconfirmed: {source} lost more entries at the same time than is plausible, so this \
             file may be faulty. Its removals are on hold and not shown here."
        ));
    }
    if data.attributed == Some(Attribution::Presumed) {
        notes.push(
            "Presumed: some of these changes cite no new rule. They were found together with this \
             one alone and are presumed to be part of it."
                .to_owned(),
        );
    }
    if let Some(announced) = &data.announced {
        let count = announced_count(data);
        notes.push(format!(
            "As announced on {} (alert {}): {source} now shows {} of that rule.{}",
            context.moment(announced.at),
            announced.alert_id,
            counted(count, "entry"),
            if count < data.changes.len() {
                " What was not in that alert is shown in full."
            } else {
                ""
            }
        ));
    } else if let Some(removal) = data.follows.as_ref().filter(|_| all_relisted(data)) {
        notes.push(format!(
            "This follows alert {removal}, which reported that it was no longer in {source}."
        ));
    } else if let Some(first) = data.follows.as_ref().filter(|_| data.rule_alerted_before == 0) {
        notes.push(format!("This follows alert {first}, which reported the rule."));
    } else if let Some(first) = &data.follows {
        notes.push(format!("This is a further part of alert {first}: {}.", rule_progress(data)));
    } else if data.rule_in_baseline > 0 || data.rule_alerted_before > 0 {
        notes.push(format!("Of this rule, {}.", rule_progress(data)));
    }
    if !all_relisted(data) && relisted(data).next().is_some() {
        let names: Vec<String> =
            relisted(data).map(|change| plain::line(&change.entry.name)).collect();
        let (are, they) = if names.len() == 1 {
            ("is", "it was before it")
        } else {
            ("are", "they were before they")
        };
        notes.push(format!(
            "Back, and as {they} went: {} {are} listed by the rules of the first listing.",
            enumeration(&names)
        ));
    }
    if data.accepted_at.is_some() {
        notes.push(
            "These changes were on hold as implausible until a person accepted them.".to_owned(),
        );
    }
    if data.total != data.summary {
        notes.push(format!(
            "Your routes select these changes. All changes: {}.",
            summary(&data.total, source)
        ));
    }
    notes
}

fn rule_progress(data: &ListChanged) -> String {
    let was = |count: usize| if count == 1 { "was" } else { "were" };
    let mut parts = vec![format!(
        "{} {} alerted before",
        counted(data.rule_alerted_before, "entry"),
        was(data.rule_alerted_before)
    )];
    if data.rule_in_baseline > 0 {
        parts.push(format!(
            "{} {} already in the baseline and never alerted",
            data.rule_in_baseline,
            was(data.rule_in_baseline)
        ));
    }
    enumeration(&parts)
}
