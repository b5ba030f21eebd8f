//! The title of a message about a rule.

use crate::deliver::wording::count::{counted, number};
use crate::deliver::wording::effective::Effective;
use crate::domain::Summary;
use crate::domain::alert::{NoticeStatus, RuleNotice};

/// What happened, with counts, without the effective date.
pub fn title(data: &RuleNotice, effective: &Effective) -> String {
    let begun = effective.has_begun();
    let ordered = match orders(&data.orders, begun) {
        counts if counts.is_empty() => "entries not readable yet".to_owned(),
        counts => counts,
    };
    let new = orders(&Summary::of(&data.changes), begun);
    match data.status {
        NoticeStatus::Filed => format!("Entity List rule filed: {ordered}"),
        NoticeStatus::Withdrawn => {
            format!("Entity List rule withdrawn before publication: {}", in_nouns(&data.orders))
        }
        NoticeStatus::Changed | NoticeStatus::Published if is_completion(data) => {
            format!("Full entries now available: {new}")
        }
        NoticeStatus::Changed if new.is_empty() => "Entity List rule changed".to_owned(),
        NoticeStatus::Changed => format!("Entity List rule changed: {new}"),
        NoticeStatus::Published if data.follows.is_some() && new.is_empty() => {
            format!("Entity List rule published as filed: {ordered}")
        }
        NoticeStatus::Published if data.follows.is_some() => {
            format!("Entity List rule published: {new} in addition to the filed text")
        }
        NoticeStatus::Published => format!("Entity List rule published: {ordered}"),
        NoticeStatus::Digest => format!(
            "Entity List rules of the last 30 days: {}",
            counted(data.documents.len(), "document")
        ),
    }
}

/// Whether every entry was named in an earlier alert, and now has its details.
pub fn is_completion(data: &RuleNotice) -> bool {
    !data.changes.is_empty()
        && data.changes.iter().all(|change| data.named_before.contains(&change.change_id))
}

/// The counts of what a rule orders. A rule removes entries, whereas a source only stops showing
/// them. `begun`: the rule is in effect.
pub fn orders(counts: &Summary, begun: bool) -> String {
    let parts: Vec<String> =
        [(counts.added, "added"), (counts.removed, "removed"), (counts.revised, "revised")]
            .iter()
            .filter(|(count, _)| *count > 0)
            .map(|(count, what)| format!("{} {what}", number(*count)))
            .collect();
    let counts = parts.join(", ");
    if counts.is_empty() || begun { counts } else { counts.replacen(' ', " to be ", 1) }
}

/// `41 additions, 2 removals`: nothing was added or removed.
fn in_nouns(counts: &Summary) -> String {
    let parts: Vec<String> =
        [(counts.added, "addition"), (counts.removed, "removal"), (counts.revised, "revision")]
            .iter()
            .filter(|(count, _)| *count > 0)
            .map(|(count, noun)| counted(*count, noun))
            .collect();
    if parts.is_empty() { "entries not known".to_owned() } else { parts.join(", ") }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_rule_that_is_not_in_effect_is_in_the_future() {
        let counts = Summary { added: 41, removed: 2, revised: 13, editorial: 0 };
        assert_eq!(orders(&counts, true), "41 added, 2 removed, 13 revised");
        assert_eq!(orders(&counts, false), "41 to be added, 2 removed, 13 revised");
        assert_eq!(orders(&Summary::default(), false), "");
    }
}
