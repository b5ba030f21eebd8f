//! The wording of alerts about a list that is on hold.

use crate::deliver::plain;
use crate::deliver::wording::context::Context;
use crate::deliver::wording::count::summary;
use crate::deliver::wording::operator::empty_content;
use crate::deliver::wording::{Fact, MessageContent, NextStep};
use crate::domain::HoldReason;
use crate::domain::alert::SnapshotHeld;

pub fn hold(data: &SnapshotHeld, context: &Context<'_>) -> MessageContent {
    let hold = &data.hold;
    let (source, list) = (plain::line(&hold.source), hold.list.title());
    let again = if data.reminder { "still " } else { "" };
    let mut content = empty_content(
        format!(
            "{list} from {source} is {again}on hold: {} entries, {} before",
            hold.count_after, hold.count_before
        ),
        context,
    );
    let (meaning, examples_title) = match hold.reason {
        HoldReason::Loss => (
            "More entries are missing than is plausible. Additions and revisions are alerted, \
             marked as unconfirmed. Removals are not alerted until you decide.",
            "Missing, for example",
        ),
        HoldReason::Gain => (
            "More entries were added than is plausible, so the list before was probably \
             incomplete. No change is alerted until you decide.",
            "New, for example",
        ),
        HoldReason::Revision => (
            "More entries were revised than is plausible, so a column probably went blank. No \
             change is alerted until you decide.",
            "Revised, for example",
        ),
        HoldReason::Older => (
            "The publisher may have withdrawn changes, or a cache may serve an old copy. No \
             change is alerted until you decide.",
            "Would change, for example",
        ),
    };
    content.lead = format!(
        "The {list} from {source} is {again}on hold: {}. {meaning}",
        plain::line(&hold.message)
    );
    let examples: Vec<String> = data.examples.iter().map(|name| plain::line(name)).collect();
    content.facts = vec![
        Fact::new("Would change", summary(&hold.summary, &source)),
        Fact::new("Entries", format!("{} now, {} before", hold.count_after, hold.count_before)),
        Fact::new("First seen", context.moment(hold.opened_at)),
    ];
    if !examples.is_empty() {
        content.facts.push(Fact::new(examples_title, examples.join("; ")));
    }
    let id = &hold.hold_id;
    content.next_steps = vec![
        context.next_step(
            "See what would change",
            &format!("/holds/{id}"),
            format!("entitywatch holds show {id}"),
        ),
        NextStep::command(
            "If the change is correct",
            format!("entitywatch holds accept {id} --by YOUR-NAME --reason WHY"),
        ),
        NextStep::command(
            "If the file is faulty",
            format!("entitywatch holds reject {id} --by YOUR-NAME --reason WHY"),
        ),
        NextStep {
            text: "A later plausible file ends the hold. Until then you are reminded daily."
                .to_owned(),
            command: None,
            link: None,
        },
    ];
    content.full_alert = context.next_step(
        "The hold",
        &format!("/holds/{id}"),
        format!("entitywatch holds show {id}"),
    );
    content.evidence = vec![
        Fact::new("Hold", id.as_str()),
        Fact::new("SHA-256 of the list on hold", hold.sha256.as_str()),
    ];
    content
}
