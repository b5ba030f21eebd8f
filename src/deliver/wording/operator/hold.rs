//! The wording of alerts about a list that is on hold.

use crate::deliver::plain;
use crate::deliver::wording::context::Context;
use crate::deliver::wording::count::{counted, enumeration, number};
use crate::deliver::wording::operator::empty_content;
use crate::deliver::wording::{Fact, MessageContent, NextStep, steps};
use crate::domain::alert::SnapshotHeld;
use crate::domain::{Hold, HoldReason, Summary};

pub fn hold(data: &SnapshotHeld, context: &Context<'_>) -> MessageContent {
    let hold = &data.hold;
    let source = context.source(&hold.source);
    let list = match &hold.section {
        Some(section) => format!("text of 15 CFR {section}"),
        None => hold.list.title().to_owned(),
    };
    let still = if data.reminder { "still " } else { "" };
    let mut content = empty_content(
        match hold.section {
            Some(_) => {
                format!("The {list} from {} is {still}on hold: {}", source.named(), short(hold))
            }
            None => format!("{list} from {} is {still}on hold: {}", source.named(), short(hold)),
        },
        context,
    );
    let Description { happened, meaning, examples_title } = description(hold, &source.named());
    content.lead =
        format!("The {list} from {} is {still}on hold. {happened} {meaning}", source.named());
    let examples: Vec<String> = data.examples.iter().map(|name| plain::line(name)).collect();
    content.facts = sizes(hold);
    content.facts.extend([
        Fact::new("Reason", context.prose(&hold.message)),
        Fact::new("On hold since", context.moment(hold.opened_at)),
    ]);
    if !examples.is_empty() {
        content.facts.push(Fact::new(examples_title, examples.join("; ")));
    }
    let id = &hold.hold_id;
    content.next_steps = next_steps(hold, context);
    content.full_alert = context.next_step(
        "The hold",
        &format!("/holds/{id}"),
        format!("entitywatch holds show {id}"),
    );
    content.evidence = vec![
        Fact::new("Hold", id.as_str()),
        Fact::new("Source", plain::line(&hold.source)),
        Fact::new("SHA-256 of the list on hold", hold.sha256.as_str()),
    ];
    content
}

/// What the reason of a hold means for readers.
struct Description {
    happened: String,
    meaning: &'static str,
    /// Stands before the examples.
    examples_title: &'static str,
}

fn description(hold: &Hold, source: &str) -> Description {
    let (before, after) = (number(hold.count_before), counted(hold.count_after, "entry"));
    let sizes = format!("The new file has {after}, and the list had {before}.");
    let no_change = "No change is reported to readers until you decide.";
    let (happened, meaning, examples_title) = match hold.reason {
        HoldReason::Loss => (
            format!("{sizes} The file may be cut."),
            "Additions and revisions are reported to readers as unconfirmed. Removals are not \
             reported until you decide.",
            "Missing, for example",
        ),
        HoldReason::Gain => {
            (format!("{sizes} The list before may have been cut."), no_change, "New, for example")
        }
        HoldReason::Revision => (
            format!(
                "The new file revises {} of {}. A column may have gone blank or changed its shape.",
                number(hold.summary.revised),
                counted(hold.count_before, "entry")
            ),
            no_change,
            "Revised, for example",
        ),
        HoldReason::Text => (
            format!(
                "The new text has {}, and the accepted one had {before}. The document may be \
                 damaged.",
                counted(hold.count_after, "word")
            ),
            "No word of it is reported to readers until you decide, and nothing is called deleted.",
            "For example",
        ),
        HoldReason::Older => (
            format!(
                "For a day {source} has served only a copy that is older than the list. The \
                 publisher may have withdrawn changes, or a cache may serve an old copy."
            ),
            no_change,
            "Would change, for example",
        ),
    };
    Description { happened, meaning, examples_title }
}

/// See, accept, reject or wait.
fn next_steps(hold: &Hold, context: &Context<'_>) -> Vec<NextStep> {
    let id = &hold.hold_id;
    vec![
        context.next_step(
            "See what would change",
            &format!("/holds/{id}"),
            format!("entitywatch holds show {id}"),
        ),
        NextStep::command(
            "If the file is right, accept it",
            format!("entitywatch holds accept {id} --by YOUR-NAME --reason WHY"),
        ),
        NextStep::command(
            "If the file is wrong, reject it",
            format!("entitywatch holds reject {id} --by YOUR-NAME --reason WHY"),
        ),
        steps::plain("Or wait: a later plausible file ends the hold. You are reminded daily"),
    ]
}

/// What the file has, and what it would change.
fn sizes(hold: &Hold) -> Vec<Fact> {
    let (after, before) = (number(hold.count_after), number(hold.count_before));
    if hold.section.is_some() {
        let words = format!("{after} in the new text, {before} in the accepted one");
        return vec![Fact::new("Words", words)];
    }
    vec![
        Fact::new("The file would change", changes(&hold.summary)),
        Fact::new("Entries", format!("{after} in the file, {before} on the list")),
    ]
}

/// The reason in a few words, for the title.
fn short(hold: &Hold) -> String {
    let Hold { count_before, count_after, summary, .. } = hold;
    match hold.reason {
        HoldReason::Loss | HoldReason::Gain => {
            format!("{}, {} before", counted(*count_after, "entry"), number(*count_before))
        }
        HoldReason::Revision => {
            format!("{} of {} revised", number(summary.revised), counted(*count_before, "entry"))
        }
        HoldReason::Text => {
            format!("{}, {} before", counted(*count_after, "word"), number(*count_before))
        }
        HoldReason::Older => "an older copy is served".to_owned(),
    }
}

/// What the file would change. Nothing of this was reported.
fn changes(summary: &Summary) -> String {
    let parts: Vec<String> = [
        (summary.added, "added"),
        (summary.revised, "revised"),
        (summary.removed, "no longer listed"),
        (summary.editorial, "changed in spelling only"),
    ]
    .iter()
    .filter(|(count, _)| *count > 0)
    .map(|(count, what)| format!("{} {what}", number(*count)))
    .collect();
    if parts.is_empty() { "nothing".to_owned() } else { enumeration(&parts) }
}
