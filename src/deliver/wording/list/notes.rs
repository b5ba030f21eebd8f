//! How a list change relates to earlier alerts and to its rule's numbers. Nothing here changes what
//! the reader has to do.

use std::collections::BTreeSet;

use crate::deliver::plain;
use crate::deliver::wording::context::Context;
use crate::deliver::wording::count::{counted, enumeration, first_of, number, verb};
use crate::deliver::wording::list::classification::{Classification, Novelty, Topic};
use crate::deliver::wording::list::title::{by_kind, enumerated};
use crate::deliver::wording::source_title::SourceTitle;
use crate::domain::alert::{ListChanged, RuleExcerpt};
use crate::domain::country::entity_list_heading;
use crate::domain::{Attribution, Change, ChangeKind, ListCode, Summary};

/// The most names in one note, and the most characters of each.
const MAX_NAMES: usize = 10;
const MAX_NAME_CHARS: usize = 200;

/// What a reader must know before acting.
pub fn cautions(
    data: &ListChanged,
    classification: &Classification<'_>,
    source: &SourceTitle,
) -> Vec<String> {
    let mut cautions = Vec::new();
    if data.unconfirmed {
        cautions.push(format!(
            "Unconfirmed: {} lost more entries at the same time than is plausible, so this file \
             may be faulty. Its removals are on hold and not shown here.",
            source.named()
        ));
    }
    if classification.lacks_rule()
        && !matches!(classification.topic(), Topic::Editorial | Topic::Differences)
    {
        cautions.push(
            "Only a rule changes the Entity List. Until it is found, this may be an error of the \
             publisher."
                .to_owned(),
        );
    }
    if data.attributed == Some(Attribution::Presumed) {
        cautions.push(
            "Presumed: some of these changes cite no new rule. They were found together with this \
             rule alone and are presumed to be part of it."
                .to_owned(),
        );
    }
    cautions
}

pub fn notes(
    data: &ListChanged,
    classification: &Classification<'_>,
    source: &SourceTitle,
    context: &Context<'_>,
) -> Vec<String> {
    let mut notes = Vec::new();
    if data.total == data.summary {
        notes.extend(match &data.rule_text {
            Some(text) => rule_numbers(data, text, source),
            None => several_countries(data, classification, source),
        });
    } else {
        notes.push(format!(
            "Your routes select these changes. All changes: {}.",
            enumerated(&by_kind(&data.total, &format!("no longer {}", source.on())))
        ));
    }
    notes.extend(earlier_alerts(data, classification, context));
    let relisted: Vec<String> =
        classification.with(Novelty::Relisted).map(|change| quoted(&change.entry.name)).collect();
    if !relisted.is_empty() && classification.topic() != Topic::Relisting {
        notes.push(format!(
            "Relisted with the same content as before: {}.",
            first_of(&relisted, MAX_NAMES)
        ));
    }
    if let Some(accepted_at) = data.accepted_at {
        notes.push(format!(
            "These changes were on hold as implausible until a person accepted them on {}.",
            context.moment(accepted_at)
        ));
    }
    notes
}

/// Why the counts of this alert differ from those of its rule.
fn rule_numbers(data: &ListChanged, text: &RuleExcerpt, source: &SourceTitle) -> Option<String> {
    let shown = Summary::of(&data.changes);
    let counts = |summary: &Summary| {
        let parts: Vec<String> =
            [(summary.added, "added"), (summary.revised, "revised"), (summary.removed, "removed")]
                .iter()
                .filter(|(count, _)| *count > 0)
                .map(|(count, what)| format!("{} {what}", number(*count)))
                .collect();
        enumerated(&parts)
    };
    if (shown.added, shown.revised, shown.removed)
        == (text.orders.added, text.orders.revised, text.orders.removed)
    {
        return None;
    }
    let mut sentences = vec![format!(
        "The rule orders {}; this message has {}.",
        counts(&text.orders),
        counts(&shown)
    )];
    let name = |change: &Change| quoted(&change.entry.name);
    let combined: Vec<String> = data
        .changes
        .iter()
        .filter(|change| text.combined.contains(&change.change_id))
        .map(name)
        .collect();
    if !combined.is_empty() {
        sentences.push(format!(
            "{} has one row where the rule lists several countries: {}.",
            source.begins(),
            first_of(&combined, MAX_NAMES)
        ));
    }
    let missing: Vec<String> = text.not_shown.iter().map(|name| quoted(name)).collect();
    if !missing.is_empty() {
        let before = if data.rule_alerted_before > 0 {
            format!(", of which some may be among the {} reported before", data.rule_alerted_before)
        } else {
            format!(
                ", because {} does not show {} yet",
                source.named(),
                verb(missing.len(), "it", "them")
            )
        };
        sentences.push(format!("Not in this message{before}: {}.", first_of(&missing, MAX_NAMES)));
    }
    if combined.is_empty() && missing.is_empty() {
        sentences.push(format!(
            "{} divides the rule's entries into rows in another way.",
            source.begins()
        ));
    }
    Some(sentences.join(" "))
}

/// If the rule was not read: why it may count more additions than the list has rows. The Entity
/// List is by country, so a rule has an entry for each country of a party.
fn several_countries(
    data: &ListChanged,
    classification: &Classification<'_>,
    source: &SourceTitle,
) -> Option<String> {
    data.rule.as_ref()?;
    let headings = |change: &Change| {
        let codes = change.entry.countries.iter();
        codes.map(|code| entity_list_heading(code)).collect::<BTreeSet<&str>>().len()
    };
    let added: Vec<&Change> = classification
        .with(Novelty::New)
        .filter(|change| change.kind == ChangeKind::Added && change.entry.list == ListCode::EL)
        .collect();
    let combined: Vec<&Change> =
        added.iter().copied().filter(|change| headings(change) > 1).collect();
    if combined.is_empty() {
        return None;
    }
    let in_rule: usize = added.iter().map(|change| headings(change).max(1)).sum();
    let names: Vec<String> = combined.iter().map(|change| quoted(&change.entry.name)).collect();
    Some(format!(
        "The rule may count {} additions, because {} has one row for a party that the rule lists \
         under several countries: {}.",
        number(in_rule),
        source.named(),
        first_of(&names, MAX_NAMES)
    ))
}

fn earlier_alerts(
    data: &ListChanged,
    classification: &Classification<'_>,
    context: &Context<'_>,
) -> Option<String> {
    if let Some(announced) = &data.announced {
        let count = classification.with(Novelty::Announced).count();
        if classification.topic() == Topic::AsAnnounced {
            return None;
        }
        return Some(format!(
            "{} {} announced on {} and {} as announced.",
            counted(count, "entry"),
            verb(count, "was", "were"),
            context.day(announced.at),
            verb(count, "is", "are"),
        ));
    }
    match classification.topic() {
        Topic::Relisting => Some("This follows the alert about the removal.".to_owned())
            .filter(|_| data.follows.is_some()),
        Topic::Correction | Topic::Differences | Topic::FullEntries => None,
        _ if data.follows.is_some() && data.rule_alerted_before == 0 => {
            Some("This follows the alert about the rule itself.".to_owned())
        }
        _ if data.follows.is_some() => {
            Some(format!("This is a further part of the same rule: {}.", rule_progress(data)))
        }
        _ if data.rule_in_baseline > 0 || data.rule_alerted_before > 0 => {
            Some(format!("Of this rule, {}.", rule_progress(data)))
        }
        _ => None,
    }
}

fn quoted(name: &str) -> String {
    format!("“{}”", plain::shorten(&plain::line(name), MAX_NAME_CHARS))
}

fn rule_progress(data: &ListChanged) -> String {
    let was = |count: usize| verb(count, "was", "were");
    let mut parts = vec![format!(
        "{} {} reported before",
        counted(data.rule_alerted_before, "entry"),
        was(data.rule_alerted_before)
    )];
    if data.rule_in_baseline > 0 {
        parts.push(format!(
            "{} {} on the first list and never reported",
            number(data.rule_in_baseline),
            was(data.rule_in_baseline)
        ));
    }
    enumeration(&parts)
}
