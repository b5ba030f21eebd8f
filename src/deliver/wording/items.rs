//! The wording of alerts about items: not acknowledged, and the daily reminder.

use crate::deliver::wording::context::Context;
use crate::deliver::wording::count::{counted, enumeration};
use crate::deliver::wording::operator::empty_content;
use crate::deliver::wording::subject::MAX_SUBJECT_CHARS;
use crate::deliver::wording::{Fact, MessageContent, NextStep, alert_content};
use crate::deliver::{MessageSettings, plain};
use crate::domain::ItemState;
use crate::domain::item::item_alerts::{AlertEscalated, ItemsOpen, UnclosedItem};

/// The alerts of the item, after who has not acknowledged them.
pub fn escalated(
    data: &AlertEscalated,
    settings: &MessageSettings,
    context: &Context<'_>,
) -> MessageContent {
    let mut alerts = data.alerts.iter().map(|alert| alert_content(alert, settings));
    let mut content = alerts.next().unwrap_or_else(|| empty_content(String::new(), context));
    for later in alerts {
        content.cautions.extend(later.cautions);
        content.index.extend(later.index);
        content.sections.extend(later.sections);
    }
    let id = &data.item_id;
    content.title = format!("Not acknowledged: {}", plain::line(&data.title));
    content.subject = plain::shorten(&content.title, MAX_SUBJECT_CHARS);
    let before = match data.escalated_to.as_slice() {
        [] => String::new(),
        names => format!(" Alerted before you: {}.", self::names(names)),
    };
    let last = if data.last { " Nobody else is alerted after you." } else { "" };
    content.lead = format!(
        "Nobody has acknowledged this alert. {} should have done so by {}.{before}{last} {}",
        names(&data.receivers),
        context.moment(data.due_at),
        content.lead
    );
    let steps = [
        NextStep::command(
            "To say that you are on it",
            format!("entitywatch items take {id} --by YOUR-NAME"),
        ),
        closing(id.as_str()),
    ];
    content.next_steps.splice(0..0, steps);
    let item =
        [Fact::new("Item", id.as_str()), Fact::new("Open since", context.moment(data.opened_at))];
    content.evidence.splice(0..0, item);
    content
}

/// Everything that a receiver has not closed.
pub fn reminder(data: &ItemsOpen, context: &Context<'_>) -> MessageContent {
    let count = |state: ItemState| data.items.iter().filter(|item| item.state == state).count();
    let (open, taken) = (count(ItemState::Open), count(ItemState::Taken));
    let title = match (open, taken) {
        (0, taken) => format!("{} not closed, all taken", counted(taken, "item")),
        (open, 0) => format!("{} not acknowledged", counted(open, "item")),
        (open, taken) => {
            format!("{} not acknowledged, {taken} taken and not closed", counted(open, "item"))
        }
    };
    let mut content = empty_content(title, context);
    content.subject = plain::shorten(&format!("Open items: {}", content.title), MAX_SUBJECT_CHARS);
    content.lead = format!(
        "These items of {} are not closed. You are reminded once a day until they are.",
        plain::line(&data.receiver)
    );
    content.facts_title = "Items".to_owned();
    content.facts = data.items.iter().map(|item| fact(item, context)).collect();
    content.next_steps = vec![
        NextStep::command("To see an item with its alerts", "entitywatch items show ITEM"),
        NextStep::command(
            "To say that you are on it",
            "entitywatch items take ITEM --by YOUR-NAME",
        ),
        closing("ITEM"),
    ];
    content.full_alert = NextStep::command("All items", "entitywatch items list");
    content
}

fn closing(id: &str) -> NextStep {
    NextStep::command(
        "When you have dealt with it",
        format!("entitywatch items close {id} --by YOUR-NAME --outcome CODE --note TEXT"),
    )
}

fn fact(item: &UnclosedItem, context: &Context<'_>) -> Fact {
    let since = context.moment(item.opened_at);
    let state = match (&item.taken_by, item.due_at) {
        (Some(person), _) => format!("open since {since}, taken by {}", plain::line(person)),
        (None, Some(due)) => format!("open since {since}, due {}", context.moment(due)),
        (None, None) => format!("open since {since}"),
    };
    let first = item.alerts.first().and_then(|alert| {
        context.next_step("", &format!("/alerts/{}", alert.alert_id), String::new()).link
    });
    Fact::linked(item.item_id.as_str(), format!("{}: {state}", plain::line(&item.title)), first)
}

fn names(names: &[String]) -> String {
    let names: Vec<String> = names.iter().map(|name| plain::line(name)).collect();
    if names.is_empty() { "nobody".to_owned() } else { enumeration(&names) }
}
