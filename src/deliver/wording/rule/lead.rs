//! The lead of a message about a rule: what happened, when it takes effect, and what is not known.

use crate::deliver::plain;
use crate::deliver::wording::context::Context;
use crate::deliver::wording::count::{counted, enumeration, number, verb};
use crate::deliver::wording::effective::Effective;
use crate::deliver::wording::rule::title::is_completion;
use crate::deliver::wording::rule_facts::named;
use crate::domain::alert::{NoticeStatus, RuleNotice};
use crate::domain::{Change, Summary};

pub fn lead(data: &RuleNotice, effective: &Effective, context: &Context<'_>) -> String {
    let rule = data.rule.as_ref().map_or_else(|| "the rule".to_owned(), named);
    let orders = orders(&data.orders, effective.has_begun());
    let sentences = match data.status {
        NoticeStatus::Filed => vec![
            format!("{} filed a rule for public inspection: {rule}.", agency(data)),
            orders,
            when(data, effective),
            not_in_the_text(data),
        ],
        NoticeStatus::Changed => vec![
            format!("This rule changed after the earlier message: {rule}."),
            data.note.as_deref().map(|note| context.prose(note)).unwrap_or_default(),
            effective.sentence(),
            not_in_the_text(data),
        ],
        NoticeStatus::Withdrawn => vec![
            format!("This rule is no longer on public inspection and was not published: {rule}."),
            "The changes in the earlier message may not take effect.".to_owned(),
        ],
        NoticeStatus::Published if is_completion(data) => vec![
            format!("This rule was published in the Federal Register: {rule}."),
            format!(
                "Its {} now complete, with aliases, addresses and license terms. The earlier \
                 message only named {}.",
                if data.changes.len() == 1 { "entry is" } else { "entries are" },
                verb(data.changes.len(), "it", "them")
            ),
            when(data, effective),
        ],
        NoticeStatus::Published => vec![
            format!("This rule was published in the Federal Register: {rule}."),
            if data.follows.is_some() && data.changes.is_empty() {
                "It orders what the earlier message said.".to_owned()
            } else {
                orders
            },
            when(data, effective),
            not_in_the_text(data),
        ],
        NoticeStatus::Digest => vec![format!(
            "{} now watched. These rules on the Entity List were filed or published there in the \
             last 30 days. From now on, each rule has its own message.",
            capitalized(&format!("{} is", context.source(&data.source).named()))
        )],
    };
    sentences.into_iter().filter(|text| !text.is_empty()).collect::<Vec<_>>().join(" ")
}

fn agency(data: &RuleNotice) -> String {
    /// What the Federal Register calls the bureau.
    const REGISTER_NAME: &str = "Industry and Security Bureau";
    match data.agency.as_deref().map(plain::line) {
        Some(agency) if agency == REGISTER_NAME => "The Bureau of Industry and Security".to_owned(),
        Some(agency) => format!("The {agency}"),
        None => "The agency".to_owned(),
    }
}

/// `It adds 41 entries, revises 13 and removes 2.`
fn orders(counts: &Summary, begun: bool) -> String {
    let verbs = if begun {
        [(counts.added, "adds"), (counts.revised, "revises"), (counts.removed, "removes")]
    } else {
        [(counts.added, "add"), (counts.revised, "revise"), (counts.removed, "remove")]
    };
    let mut parts: Vec<String> = Vec::new();
    for (count, verb) in verbs.into_iter().filter(|(count, _)| *count > 0) {
        let what = if parts.is_empty() { counted(count, "entry") } else { number(count) };
        parts.push(format!("{verb} {what}"));
    }
    match (parts.is_empty(), begun) {
        (true, _) => String::new(),
        (false, true) => format!("It {}.", enumeration(&parts)),
        (false, false) => format!("It will {}.", enumeration(&parts)),
    }
}

/// When it takes effect. Lists show a rule days later, which does not delay it.
fn when(data: &RuleNotice, effective: &Effective) -> String {
    if !effective.is_known() {
        return "It may be in effect before any list shows it.".to_owned();
    }
    let sentence = effective.sentence();
    if data.status == NoticeStatus::Filed {
        format!("{sentence} The lists may not show it yet.")
    } else {
        sentence
    }
}

/// What is not known, and what that means. Said once.
fn not_in_the_text(data: &RuleNotice) -> String {
    if data.changes.is_empty() {
        return if data.orders == Summary::default() {
            "Its entries could not be read yet. A second message follows when they can be."
                .to_owned()
        } else {
            String::new()
        };
    }
    let is_bare = |change: &&Change| {
        let entry = &change.entry;
        entry.aliases.is_empty()
            && entry.addresses.is_empty()
            && entry.license_requirement.is_empty()
    };
    let bare = data.changes.iter().filter(is_bare).count();
    let removed = Summary::of(&data.changes).removed;
    // A removal needs no more than its name.
    if bare == 0 || bare <= removed {
        return String::new();
    }
    let text = if data.status == NoticeStatus::Published { "text" } else { "filed text" };
    format!("Not in the {text}: aliases and addresses. A second message follows.")
}

fn capitalized(text: &str) -> String {
    let mut letters = text.chars();
    letters.next().map(|first| first.to_uppercase().chain(letters).collect()).unwrap_or_default()
}
