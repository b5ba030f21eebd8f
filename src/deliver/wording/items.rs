//! The wording of alerts about items: not acknowledged, and the daily reminder.

use crate::deliver::wording::context::Context;
use crate::deliver::wording::count::{counted, enumeration};
use crate::deliver::wording::operator::empty_content;
use crate::deliver::wording::subject::MAX_SUBJECT_CHARS;
use crate::deliver::wording::{Fact, MessageContent, NextStep, alert_content, steps};
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
    let page = context.link(&format!("/items/{id}"));
    let steps = match &page {
        Some(page) => vec![steps::linked("Say that you are on it, or close it", page.clone())],
        None => commands(id.as_str()),
    };
    content.next_steps.splice(0..0, steps);
    let item = [
        Fact::linked("Item", id.as_str(), page),
        Fact::new("Open since", context.moment(data.opened_at)),
    ];
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
    content.next_steps = match context.link("/items?state=unclosed") {
        Some(page) => vec![steps::linked("Say that you are on an item, or close it", page)],
        None => {
            let show = ("To see an item with its alerts", "entitywatch items show ITEM");
            let show = NextStep::command(show.0, show.1);
            std::iter::once(show).chain(commands("ITEM")).collect()
        }
    };
    content.full_alert =
        context.next_step("All items", "/items", "entitywatch items list".to_owned());
    content
}

/// What people do with an item, without its page.
fn commands(id: &str) -> Vec<NextStep> {
    vec![
        NextStep::command(
            "To say that you are on it",
            format!("entitywatch items take {id} --by YOUR-NAME"),
        ),
        NextStep::command(
            "When you have dealt with it",
            format!("entitywatch items close {id} --by YOUR-NAME --outcome CODE --note TEXT"),
        ),
    ]
}

fn fact(item: &UnclosedItem, context: &Context<'_>) -> Fact {
    let since = context.moment(item.opened_at);
    let state = match (&item.taken_by, item.due_at) {
        (Some(person), _) => format!("open since {since}, taken by {}", plain::line(person)),
        (None, Some(due)) => format!("open since {since}, due {}", context.moment(due)),
        (None, None) => format!("open since {since}"),
    };
    let page = context.link(&format!("/items/{}", item.item_id));
    Fact::linked(item.item_id.as_str(), format!("{}: {state}", plain::line(&item.title)), page)
}

fn names(names: &[String]) -> String {
    let names: Vec<String> = names.iter().map(|name| plain::line(name)).collect();
    if names.is_empty() { "nobody".to_owned() } else { enumeration(&names) }
}

#[cfg(test)]
mod tests {
    use crate::deliver::wording::{MessageContent, NextStep};
    use crate::deliver::{sample, wording};

    fn content(name: &str, public_url: Option<&str>) -> MessageContent {
        let alert = sample::find(name).unwrap();
        wording::alert_content(&alert, &sample::settings(public_url))
    }

    /// What a message leads to: its links, and the commands that it names.
    fn ways(content: &MessageContent) -> (Vec<String>, Vec<String>) {
        let steps = || content.next_steps.iter().chain([&content.full_alert]);
        let links = steps().filter_map(|step: &NextStep| step.link.clone());
        let facts = content.facts.iter().chain(&content.evidence);
        let links = links.chain(facts.filter_map(|fact| fact.link.clone())).collect();
        (links, steps().filter_map(|step| step.command.clone()).collect())
    }

    #[test]
    fn messages_about_items_link_to_their_pages_or_name_the_commands() {
        for name in ["alert.escalated", "items.open"] {
            let (links, commands) = ways(&content(name, Some("https://www.example.com/watch/")));
            let items: Vec<&String> =
                links.iter().filter(|link| link.contains("/watch/items")).collect();
            assert!(items.len() >= 2, "{name}: {links:?}");
            assert!(!commands.iter().any(|command| command.contains(" items ")), "{commands:?}");
            let (links, commands) = ways(&content(name, None));
            assert_eq!(links.iter().filter(|link| link.contains("/items")).count(), 0, "{name}");
            assert!(commands.iter().any(|it| it.starts_with("entitywatch items take")), "{name}");
        }
    }

    #[test]
    fn messages_about_counterparties_link_to_their_pages_or_name_the_commands() {
        for (name, page) in
            [("watchlist.matched", "/matches"), ("watchlist.failing", "/watchlists")]
        {
            let (links, _) = ways(&content(name, Some("https://www.example.com/watch")));
            let place = format!("https://www.example.com/watch{page}");
            assert!(links.iter().any(|link| link.starts_with(&place)), "{name}: {links:?}");
            let (links, commands) = ways(&content(name, None));
            assert!(!links.iter().any(|link| link.contains(page)), "{name}: {links:?}");
            assert!(commands.iter().any(|it| it.starts_with("entitywatch ")), "{name}");
        }
    }
}
