//! The lead of a message about a rule, and whether the rule is in effect.

use crate::deliver::plain;
use crate::deliver::wording::context::Context;
use crate::deliver::wording::time;
use crate::domain::alert::{NoticeStatus, RuleNotice};

pub fn lead(data: &RuleNotice, context: &Context<'_>) -> String {
    let agency = data.agency.as_deref().map_or_else(|| "The agency".to_owned(), plain::line);
    let named = data
        .rule
        .as_ref()
        .and_then(|rule| rule.title.as_deref())
        .map_or_else(String::new, |title| format!(" “{}”", plain::line(title)));
    match data.status {
        NoticeStatus::Filed => format!(
            "{agency} has filed the rule{named} for public inspection. {}",
            effect(data, context)
        ),
        NoticeStatus::Changed => {
            format!("More is known about the rule{named} than in the earlier alert.")
        }
        NoticeStatus::Withdrawn => {
            format!(
                "The rule{named} is no longer on public inspection and was not published. The \
                 changes in the earlier alert may not take effect."
            )
        }
        NoticeStatus::Published => format!(
            "The rule{named} is published in the Federal Register. {}",
            effect(data, context)
        )
        .trim_end()
        .to_owned(),
        NoticeStatus::Digest => "This source is new: these rules on the Entity List were filed or \
                                 published in the last 30 days. From now on each has its own \
                                 alert."
            .to_owned(),
    }
}

/// Whether the rule was in effect when it was observed.
pub fn in_effect(data: &RuleNotice, context: &Context<'_>) -> bool {
    let today = data.observed_at.to_zoned(context.zone.clone()).date();
    data.rule.as_ref().and_then(|rule| rule.effective_on).is_some_and(|date| date <= today)
}

fn effect(data: &RuleNotice, context: &Context<'_>) -> String {
    match data.rule.as_ref().and_then(|rule| rule.effective_on) {
        Some(date) if in_effect(data, context) => format!("In effect since {}.", time::date(date)),
        Some(date) => {
            format!("It takes effect on {}, maybe before any list shows it.", time::date(date))
        }
        None => "It may be in effect before any list shows it.".to_owned(),
    }
}
