//! The wording of alerts about a source: first list, failing, recovered, behind a rule.

use crate::deliver::plain;
use crate::deliver::wording::context::Context;
use crate::deliver::wording::count::{counted, number, verb};
use crate::deliver::wording::effective::Effective;
use crate::deliver::wording::operator::empty_content;
use crate::deliver::wording::operator::shell_word::shell_word;
use crate::deliver::wording::rule_facts::{named, reference};
use crate::deliver::wording::{Fact, MessageContent, NextStep, steps, time};
use crate::domain::alert::{SourceBaseline, SourceFailing, SourceLagging, SourceRecovered};
use crate::domain::{Alert, Rule};

/// The most characters shown of the missing names.
const MAX_MISSING_CHARS: usize = 1_500;

pub fn baseline(data: &SourceBaseline, context: &Context<'_>) -> MessageContent {
    let source = context.source(&data.source);
    let list = data.list.title();
    let entries = counted(data.count, "entry");
    let mut content =
        empty_content(format!("First {list} from {}: {entries}", source.named()), context);
    content.lead = format!(
        "The {list} was read from {} for the first time. It has {entries}. Later lists are \
         compared with it. Readers of changes are not alerted about this.",
        source.named()
    );
    content.facts = vec![Fact::new("Checked", context.moment(data.observed_at))];
    content
        .facts
        .extend(data.snapshot.as_of.map(|as_of| Fact::new("List as of", time::date(as_of))));
    content.cautions.extend(data.warnings.iter().map(|warning| {
        format!("Unusual in the file: {}.", context.prose(warning).trim_end_matches('.'))
    }));
    content.next_steps.push(NextStep::command(
        "Check that the count is plausible, and look through the entries",
        "entitywatch entries",
    ));
    content.evidence.push(name_of(&data.source));
    content.evidence.push(Fact::new("SHA-256 of the list", data.snapshot.sha256.as_str()));
    content
}

pub fn failing(data: &SourceFailing, alert: &Alert, context: &Context<'_>) -> MessageContent {
    let source = context.source(&data.source);
    let mut content = empty_content(format!("{} cannot be read", source.begins()), context);
    let failed = match data.consecutive_failures {
        0 | 1 => format!("The check of {} failed.", source.named()),
        times => format!(
            "The last {} checks of {} failed, over {}.",
            number(times as usize),
            source.named(),
            time::span(data.failing_since, alert.created_at)
        ),
    };
    content.lead = format!("{failed} Until it can be read again, its changes are not reported.");
    content.facts = vec![
        Fact::new("Error", context.prose(&data.error)),
        Fact::new("Failing since", context.moment(data.failing_since)),
        Fact::new(
            "Last success",
            data.last_success_at.map_or_else(|| "never".to_owned(), |at| context.moment(at)),
        ),
    ];
    content.next_steps = vec![
        steps::plain(
            "Wait: it is checked again on its schedule, and you are alerted when it works",
        ),
        check_now("Check it now", &data.source),
    ];
    content.evidence.push(name_of(&data.source));
    content
}

pub fn lagging(data: &SourceLagging, rule_of: &Rule, context: &Context<'_>) -> MessageContent {
    let source = context.source(&data.source);
    let rule = reference(Some(rule_of)).unwrap_or_else(|| "a rule".to_owned());
    let count = data.missing.len();
    let mut content = empty_content(
        format!("{} does not show {} of {rule}", source.begins(), counted(count, "entry")),
        context,
    );
    let effective = Effective::of(rule_of.effective_on, None, data.at);
    content.lead = [
        format!(
            "{} does not show {} that {} added.",
            source.begins(),
            counted(count, "entry"),
            named(rule_of)
        ),
        effective.sentence(),
        format!(
            "Readers of changes were alerted when the rule was found. {} not on the list yet, so a \
             screening tool that uses it does not find {}.",
            verb(count, "The entry is", "The entries are"),
            verb(count, "it", "them")
        ),
    ]
    .into_iter()
    .filter(|text| !text.is_empty())
    .collect::<Vec<_>>()
    .join(" ");
    let names: Vec<String> = data.missing.iter().map(|name| plain::line(name)).collect();
    content.facts = vec![
        Fact::linked("Rule", named(rule_of), rule_of.url.clone()),
        Fact::new("Not listed", plain::shorten(&names.join("; "), MAX_MISSING_CHARS)),
        Fact::new("Checked", context.moment(data.at)),
    ];
    content.next_steps = vec![
        NextStep::command("Search for a name in the lists", "entitywatch entries --search NAME"),
        steps::plain("Consider adding them to your own screening until the list shows them"),
    ];
    content.evidence.push(name_of(&data.source));
    content
}

pub fn recovered(data: &SourceRecovered, context: &Context<'_>) -> MessageContent {
    let source = context.source(&data.source);
    let mut content = empty_content(format!("{} can be read again", source.begins()), context);
    content.lead = format!(
        "{} can be read again after {}. If it changed in the meantime, readers are alerted now.",
        source.begins(),
        time::span(data.failing_since, data.recovered_at)
    );
    content.facts = vec![
        Fact::new("Failed since", context.moment(data.failing_since)),
        Fact::new("Recovered", context.moment(data.recovered_at)),
    ];
    content.next_steps = vec![steps::plain("There is nothing to do")];
    content.evidence.push(name_of(&data.source));
    content
}

pub(super) fn check_now(text: &str, source: &str) -> NextStep {
    NextStep::command(
        text,
        format!("entitywatch check --source {}", shell_word(&plain::line(source))),
    )
}

/// The name that commands and the configuration use.
pub(super) fn name_of(source: &str) -> Fact {
    Fact::new("Source", plain::line(source))
}
