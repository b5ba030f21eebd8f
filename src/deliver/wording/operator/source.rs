//! The wording of alerts about a source: first list, failing, recovered, behind a rule.

use crate::deliver::plain;
use crate::deliver::wording::context::Context;
use crate::deliver::wording::count::counted;
use crate::deliver::wording::operator::empty_content;
use crate::deliver::wording::operator::shell_word::shell_word;
use crate::deliver::wording::{Fact, MessageContent, NextStep, time};
use crate::domain::Alert;
use crate::domain::alert::{SourceBaseline, SourceFailing, SourceLagging, SourceRecovered};

/// The most characters shown of the missing names.
const MAX_MISSING_CHARS: usize = 1_500;

pub fn baseline(data: &SourceBaseline, context: &Context<'_>) -> MessageContent {
    let source = plain::line(&data.source);
    let mut content = empty_content(
        format!("First {} from {source}: {}", data.list.title(), counted(data.count, "entry")),
        context,
    );
    content.lead = format!(
        "This is the first {} from {source}. It has {}. Later lists are compared with it. \
         Readers are not alerted.",
        data.list.title(),
        counted(data.count, "entry")
    );
    content.facts = vec![Fact::new("Checked", context.moment(data.observed_at))];
    content
        .facts
        .extend(data.snapshot.as_of.map(|as_of| Fact::new("List as of", time::date(as_of))));
    content.cautions.extend(data.warnings.iter().map(|warning| plain::line(warning)));
    content.next_steps.push(NextStep::command(
        "Check that the count is plausible, and look through the entries",
        "entitywatch entries",
    ));
    content.evidence.push(Fact::new("SHA-256 of the list", data.snapshot.sha256.as_str()));
    content
}

pub fn failing(data: &SourceFailing, alert: &Alert, context: &Context<'_>) -> MessageContent {
    let source = plain::line(&data.source);
    let mut content = empty_content(format!("{source} cannot be read"), context);
    let failed = match data.consecutive_failures {
        0 | 1 => format!("The check of {source} failed."),
        times => format!(
            "{source} has failed {} in a row, for {}.",
            counted(times as usize, "time"),
            time::span(data.failing_since, alert.created_at)
        ),
    };
    content.lead = format!("{failed} Until it can be read again, its changes are not detected.");
    content.facts = vec![
        Fact::new("Error", plain::line(&data.error)),
        Fact::new("Failing since", context.moment(data.failing_since)),
        Fact::new(
            "Last success",
            data.last_success_at.map_or_else(|| "never".to_owned(), |at| context.moment(at)),
        ),
    ];
    content.next_steps = vec![
        NextStep {
            text: "It is checked again on its schedule. You are alerted when it recovers."
                .to_owned(),
            command: None,
            link: None,
        },
        NextStep::command(
            "To check it now",
            format!("entitywatch check --source {}", shell_word(&source)),
        ),
    ];
    content
}

pub fn lagging(data: &SourceLagging, context: &Context<'_>) -> MessageContent {
    let source = plain::line(&data.source);
    let rule = data
        .rule
        .citation
        .as_deref()
        .or(data.rule.document_number.as_deref())
        .map_or_else(|| "A rule".to_owned(), plain::line);
    let mut content =
        empty_content(format!("{source} does not show what {rule} announced"), context);
    let since = data
        .rule
        .effective_on
        .map_or_else(String::new, |date| format!(", in effect since {}", time::date(date)));
    content.lead = format!(
        "{source} does not show {} added by {rule}{since}. Readers were alerted when the rule \
         was found.",
        counted(data.missing.len(), "entry")
    );
    let names: Vec<String> = data.missing.iter().map(|name| plain::line(name)).collect();
    content.facts = vec![
        Fact::linked(
            "Rule",
            data.rule.title.as_deref().map_or_else(|| rule.clone(), plain::line),
            data.rule.url.clone(),
        ),
        Fact::new("Not listed", plain::shorten(&names.join("; "), MAX_MISSING_CHARS)),
        Fact::new("Checked", context.moment(data.at)),
    ];
    content.next_steps.push(NextStep::command(
        "Search for them in the lists",
        "entitywatch entries --search NAME",
    ));
    content
}

pub fn recovered(data: &SourceRecovered, context: &Context<'_>) -> MessageContent {
    let source = plain::line(&data.source);
    let mut content = empty_content(format!("{source} can be read again"), context);
    content.lead = format!(
        "{source} can be read again after {}. If it changed in the meantime, readers are alerted \
         now.",
        time::span(data.failing_since, data.recovered_at)
    );
    content.facts = vec![
        Fact::new("Failed since", context.moment(data.failing_since)),
        Fact::new("Recovered", context.moment(data.recovered_at)),
    ];
    content
}
