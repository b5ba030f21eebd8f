//! The wording of alerts about a source: first list, failing, recovered, behind a rule.

use crate::deliver::plain;
use crate::deliver::wording::count::counted;
use crate::deliver::wording::operator::blank;
use crate::deliver::wording::operator::shell_word::shell_word;
use crate::deliver::wording::writer::Writer;
use crate::deliver::wording::{Account, Fact, Step, time};
use crate::domain::Alert;
use crate::domain::alert::{SourceBaseline, SourceFailing, SourceLagging, SourceRecovered};

/// The most characters of the names that are missing from the list.
const MAX_MISSING_CHARS: usize = 1_500;

pub fn baseline(data: &SourceBaseline, writer: &Writer<'_>) -> Account {
    let source = plain::line(&data.source);
    let mut account = blank(
        format!("First {} from {source}: {}", data.list.title(), counted(data.count, "entry")),
        writer,
    );
    account.lead = format!(
        "The {} was seen in {source} for the first time, with {}. It is what later lists are \
         compared with; readers are not alerted of it.",
        data.list.title(),
        counted(data.count, "entry")
    );
    account.facts = vec![Fact::new("Seen", writer.moment(data.observed_at))];
    account
        .facts
        .extend(data.snapshot.as_of.map(|as_of| Fact::new("List as of", time::date(as_of))));
    account.notes.extend(data.warnings.iter().map(|warning| plain::line(warning)));
    account.steps.push(Step::command(
        "Check that the count is plausible, and look the entries through",
        "entitywatch entries",
    ));
    account.evidence.push(Fact::new("SHA-256 of the list", data.snapshot.sha256.as_str()));
    account
}

pub fn failing(data: &SourceFailing, alert: &Alert, writer: &Writer<'_>) -> Account {
    let source = plain::line(&data.source);
    let mut account = blank(format!("{source} cannot be read"), writer);
    let failed = match data.consecutive_failures {
        0 | 1 => format!("The check of {source} failed."),
        times => format!(
            "{source} has failed {} in a row, for {}.",
            counted(times as usize, "time"),
            time::span(data.failing_since, alert.created_at)
        ),
    };
    account.lead =
        format!("{failed} Until it can be read again, nothing that changes in it is noticed.");
    account.facts = vec![
        Fact::new("Error", plain::line(&data.error)),
        Fact::new("Failing since", writer.moment(data.failing_since)),
        Fact::new(
            "Last success",
            data.last_success_at.map_or_else(|| "never".to_owned(), |at| writer.moment(at)),
        ),
    ];
    account.steps = vec![
        Step {
            text: "It is tried again on its schedule, and you are told when it recovers."
                .to_owned(),
            command: None,
            link: None,
        },
        Step::command(
            "To try it now",
            format!("entitywatch check --source {}", shell_word(&source)),
        ),
    ];
    account
}

pub fn lagging(data: &SourceLagging, writer: &Writer<'_>) -> Account {
    let source = plain::line(&data.source);
    let rule = data
        .rule
        .citation
        .as_deref()
        .or(data.rule.document_number.as_deref())
        .map_or_else(|| "A rule".to_owned(), plain::line);
    let mut account = blank(format!("{source} does not show what {rule} announced"), writer);
    let since = data
        .rule
        .effective_on
        .map_or_else(String::new, |date| format!(", in effect since {}", time::date(date)));
    account.lead = format!(
        "{rule}{since}, adds entries of which {source} does not show {}. Readers were told of \
         them when the rule was seen.",
        counted(data.missing.len(), "entry")
    );
    let names: Vec<String> = data.missing.iter().map(|name| plain::line(name)).collect();
    account.facts = vec![
        Fact::linked(
            "Rule",
            data.rule.title.as_deref().map_or_else(|| rule.clone(), plain::line),
            data.rule.url.clone(),
        ),
        Fact::new("Not listed", plain::shorten(&names.join("; "), MAX_MISSING_CHARS)),
        Fact::new("Looked", writer.moment(data.at)),
    ];
    account
        .steps
        .push(Step::command("Look for them in the lists", "entitywatch entries --search NAME"));
    account
}

pub fn recovered(data: &SourceRecovered, writer: &Writer<'_>) -> Account {
    let source = plain::line(&data.source);
    let mut account = blank(format!("{source} can be read again"), writer);
    account.lead = format!(
        "{source} can be read again after {}. What changed in it meanwhile is told now, if \
         anything did.",
        time::span(data.failing_since, data.recovered_at)
    );
    account.facts = vec![
        Fact::new("Failed since", writer.moment(data.failing_since)),
        Fact::new("Recovered", writer.moment(data.recovered_at)),
    ];
    account
}
