//! The lead of a message about a list change: the counts and the rule behind them.

use crate::deliver::plain;
use crate::deliver::wording::authority;
use crate::deliver::wording::count::{enumeration, sentence};
use crate::deliver::wording::list::classification::{all_relisted, lacks_rule};
use crate::domain::Attribution;
use crate::domain::alert::ListChanged;

pub fn lead(data: &ListChanged, lists: &str, source: &str) -> String {
    let citation = data.rule.as_ref().and_then(|rule| rule.citation.as_deref()).map(plain::line);
    let what = format!("{lists}: {}", sentence(&data.summary, source));
    let why = match (&citation, data.attributed) {
        (Some(citation), Some(Attribution::Presumed)) => {
            format!("under {citation}, in part presumed (see below)")
        }
        (Some(citation), _) => format!("under {citation}"),
        (None, _) if data.rule.is_some() => "under the rule named below".to_owned(),
        (None, _) if all_relisted(data) => {
            return format!(
                "{what}. What is back is as it was before it went: the rules that it cites \
                 ordered its first listing."
            );
        }
        (None, _) => return format!("{what}.{}", uncited(data)),
    };
    format!("{what}, {why}.")
}

/// A sentence about the missing rule. It names only the lists whose entries cite rules.
fn uncited(data: &ListChanged) -> String {
    let lists = authority::lists(&data.changes);
    let cited: Vec<String> = lists
        .iter()
        .filter(|list| authority::terms(**list).amended_by_rules)
        .map(|list| format!("the {}", list.title()))
        .collect();
    let whose = if cited.len() == lists.len() {
        "it".to_owned()
    } else {
        format!("the changes of {}", enumeration(&cited))
    };
    match (cited.is_empty(), lacks_rule(data)) {
        (true, _) => String::new(),
        (false, true) => format!(" No rule found yet: none is cited for {whose}."),
        (false, false) => format!(" No new rule is cited for {whose}."),
    }
}
