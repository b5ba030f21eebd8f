//! The Microsoft Teams channel: one Adaptive Card, posted to the webhook of a workflow. A card that
//! cannot hold every name says how many are left out and where all of them are.

mod card;
mod match_card;

use serde_json::{Value, json};

use crate::deliver::wording::{
    EntryText, Fact, INSTRUCTIONS_TITLE, IndexPlace, MessageContent, NextStep, Quote, Row, Section,
};
use crate::deliver::{Message, MessageSettings, plain, wording};
use crate::domain::word_diff::Span;
use card::{
    Elements, bold, boxed, emphasized, heading, line, linked, open_url, paragraph, run, spans,
    subtle, title,
};

/// The most characters of one name, and of one value, caution or note.
const MAX_NAME_CHARS: usize = 300;
const MAX_VALUE_CHARS: usize = 600;
/// The most characters of a passage of the rule.
const MAX_QUOTE_CHARS: usize = 1_200;
/// The most bytes of all facts. They have room before the names, and usually take 1,500.
const MAX_FACTS_BYTES: usize = 6_000;
/// The most characters of the link's title on its button.
const MAX_BUTTON_CHARS: usize = 60;
/// Between two names of one country.
const BETWEEN_NAMES: &str = "; ";

/// The payload of a message with its delivery.
pub fn message_payload(message: &Message<'_>, messages: &MessageSettings) -> Value {
    payload(
        &wording::message_content(message, messages),
        &format!("Delivery {}", message.delivery.delivery_id),
    )
}

/// Builds the message that the webhook of a workflow posts. `reference` names the delivery, or the
/// alert if it is only shown.
pub fn payload(content: &MessageContent, reference: &str) -> Value {
    let facts: Vec<Value> = facts(content);
    // A link is on a button.
    let whole = &content.full_alert;
    let place = whole.link.is_none().then(|| paragraph(step(&whole.text, whole)));
    let foot: Vec<Value> = place.into_iter().chain([paragraph(vec![subtle(reference)])]).collect();
    let actions: Vec<Value> = content
        .full_alert
        .link
        .iter()
        .map(|link| open_url(&plain::shorten(&content.full_alert.text, MAX_BUTTON_CHARS), link))
        .collect();
    let matches = content.matches.as_ref();
    let compared = matches.map(match_card::compared).unwrap_or_default();
    let reserved: usize = compared
        .iter()
        .chain(&facts)
        .chain(&foot)
        .chain(&actions)
        .map(|part| part.to_string().len() + 1)
        .sum();
    let mut elements = Elements::beside(reserved + content.title.len() * 3);
    if let Some(banner) = &content.banner {
        elements.push(boxed(banner));
    }
    let shown = matches.filter(|matches| !matches.shown.is_empty());
    if let Some(matches) = shown {
        match_card::push(matches, &mut elements);
        elements.push_reserved(compared.clone());
    }
    elements.push(title(&content.title));
    elements.push(paragraph(vec![run(&content.lead)]));
    if shown.is_none() {
        elements.push_reserved(compared);
    }
    for caution in &content.cautions {
        elements.push(boxed(&plain::shorten(caution, MAX_VALUE_CHARS)));
    }
    content.quotes.iter().for_each(|given| {
        elements.push(quote(given));
    });
    what_to_do(content, &mut elements);
    let left_out = index(content, &mut elements);
    if left_out > 0 {
        let rest = format!("… and {left_out} more names.");
        elements.push_reserved([paragraph(vec![run(&rest)])]);
    }
    elements.push_reserved(facts);
    if left_out == 0 {
        details(&content.sections, &mut elements);
    }
    let mut body = elements.finish();
    body.extend(foot);
    json!({
        "type": "message",
        "summary": shown.map_or(&content.title, |matches| &matches.title),
        "attachments": [{
            "contentType": "application/vnd.microsoft.card.adaptive",
            "contentUrl": null,
            "content": {
                "$schema": "http://adaptivecards.io/schemas/adaptive-card.json",
                "type": "AdaptiveCard",
                "version": "1.5",
                "msteams": {"width": "Full"},
                "body": body,
                "actions": actions,
            },
        }],
    })
}

fn what_to_do(content: &MessageContent, elements: &mut Elements) {
    if content.next_steps.is_empty() && content.instructions.is_empty() {
        return;
    }
    elements.push(heading("What to do"));
    content.next_steps.iter().for_each(|given| {
        elements.push(paragraph(step(&format!("• {}", given.text), given)));
    });
    if !content.instructions.is_empty() {
        elements.push(paragraph(vec![subtle(&format!("{INSTRUCTIONS_TITLE}:"))]));
    }
    content.instructions.iter().for_each(|text| {
        elements.push(emphasized(&plain::shorten(text, MAX_VALUE_CHARS)));
    });
}

fn step(text: &str, step: &NextStep) -> Vec<Value> {
    match (&step.link, &step.command) {
        (Some(link), _) => vec![linked(text, link)],
        (None, Some(command)) => vec![run(&format!("{text}: ")), bold(command)],
        (None, None) => vec![run(text)],
    }
}

fn facts(content: &MessageContent) -> Vec<Value> {
    if content.facts.is_empty() {
        return Vec::new();
    }
    let mut bytes = 0;
    let facts = content.facts.iter().map(fact).take_while(|fact| {
        bytes += fact.to_string().len();
        bytes <= MAX_FACTS_BYTES
    });
    std::iter::once(heading(&content.facts_title)).chain(facts).collect()
}

fn fact(fact: &Fact) -> Value {
    let text = plain::shorten(&fact.text, MAX_VALUE_CHARS);
    let value = match &fact.link {
        Some(link) => linked(&text, link),
        None => run(&text),
    };
    paragraph(vec![subtle(&format!("{}: ", fact.label)), value])
}

fn quote(quote: &Quote) -> Value {
    let text = plain::shorten(&quote.text, MAX_QUOTE_CHARS);
    let text = if quote.verbatim { format!("“{text}”") } else { text };
    paragraph(vec![bold(&format!("{}: ", quote.label)), run(&text)])
}

/// Adds the names by kind and country. Returns how many names are left out. Each name has its own
/// line, or if there is no room for that, each country has one.
fn index(content: &MessageContent, elements: &mut Elements) -> usize {
    if elements.push_all(names_in_lines(content)) {
        return 0;
    }
    let mut left_out = 0;
    for part in &content.index {
        if left_out == 0 {
            elements.push(heading(&part.title));
        }
        for place in &part.places {
            let shown = if left_out == 0 { names(place, elements) } else { 0 };
            left_out += place.names.len() - shown;
        }
    }
    left_out
}

fn names_in_lines(content: &MessageContent) -> Vec<Value> {
    let short = |text: &str| plain::shorten(text, MAX_NAME_CHARS);
    let mut lines = Vec::new();
    for part in &content.index {
        lines.push(heading(&part.title));
        for place in &part.places {
            lines.push(paragraph(vec![bold(&short(&place.country))]));
            lines.extend(place.names.iter().map(|name| line(&format!("• {}", short(name)))));
        }
    }
    lines
}

/// Adds the names of one country, as many as there is room for, and returns their number.
fn names(place: &IndexPlace, elements: &mut Elements) -> usize {
    let country = plain::shorten(&place.country, MAX_NAME_CHARS);
    let element = |text: &str| paragraph(vec![bold(&format!("{country}: ")), run(text)]);
    let room = elements.room().saturating_sub(element("").to_string().len() + 1);
    let (mut text, mut size, mut count) = (String::new(), 0, 0);
    for name in &place.names {
        let name = plain::shorten(name, MAX_NAME_CHARS);
        // In JSON, without its quotation marks.
        size += Value::from(name.as_str()).to_string().len() - 2 + BETWEEN_NAMES.len();
        if size > room {
            break;
        }
        if count > 0 {
            text.push_str(BETWEEN_NAMES);
        }
        text.push_str(&name);
        count += 1;
    }
    if count > 0 && elements.push(element(&text)) { count } else { 0 }
}

/// Adds the terms of groups, and what changed in revised entries, as far as there is room.
fn details(sections: &[Section], elements: &mut Elements) {
    for section in sections {
        let mut of_section = Vec::new();
        for group in &section.groups {
            if !group.shared.is_empty() {
                let names: Vec<&str> =
                    group.entries.iter().map(|entry| entry.heading.as_str()).collect();
                let names = plain::shorten(&names.join(BETWEEN_NAMES), MAX_VALUE_CHARS);
                let count = format!("For {} entries: ", group.entries.len());
                of_section.push(paragraph(vec![bold(&count), run(&names)]));
                of_section.extend(group.shared.iter().flat_map(row));
            }
            of_section.extend(group.entries.iter().flat_map(entry));
        }
        if of_section.is_empty() {
            continue;
        }
        let title = heading(&format!("Details: {}", section.title));
        if !elements.push(title) || !of_section.into_iter().all(|element| elements.push(element)) {
            return;
        }
    }
}

/// What changed in an entry, and what is uncertain about it. Nothing for an entry with neither.
fn entry(entry: &EntryText) -> Vec<Value> {
    let changed: Vec<&Row> = entry.rows.iter().filter(|row| row.changed()).collect();
    if changed.is_empty() && entry.cautions.is_empty() {
        return Vec::new();
    }
    let mut elements = vec![paragraph(vec![
        bold(&plain::shorten(&entry.heading, MAX_NAME_CHARS)),
        run(&format!(" ({})", plain::shorten(&entry.countries, MAX_NAME_CHARS))),
    ])];
    elements.extend(changed.into_iter().flat_map(row));
    let cautions = entry.cautions.iter().map(|text| boxed(&plain::shorten(text, MAX_VALUE_CHARS)));
    elements.extend(cautions);
    elements
}

fn row(row: &Row) -> Vec<Value> {
    let line = |label: &str, values: &[Vec<Span>]| {
        let mut runs = vec![subtle(&format!("{label}: "))];
        let mut room = MAX_VALUE_CHARS;
        for (at, value) in values.iter().enumerate() {
            if room == 0 {
                runs.push(run("…"));
                break;
            }
            if at > 0 {
                runs.push(run(BETWEEN_NAMES));
            }
            let length: usize = value.iter().map(|span| span.text.chars().count()).sum();
            if length <= room {
                runs.extend(spans(value));
            } else {
                let text: String = value.iter().map(|span| span.text.as_str()).collect();
                runs.push(run(&plain::shorten(&text, room)));
            }
            room = room.saturating_sub(length);
        }
        paragraph(runs)
    };
    if !row.changed() {
        return vec![line(&row.label, &row.lines)];
    }
    let old = (!row.was.is_empty()).then(|| line(&format!("{}, was", row.label), &row.was));
    let new = (!row.now.is_empty()).then(|| line(&format!("{}, now", row.label), &row.now));
    [old, new].into_iter().flatten().collect()
}

#[cfg(test)]
mod tests {
    use super::card::MAX_BYTES;
    use super::*;
    use crate::deliver::sample;
    use crate::domain::{Alert, AlertBody, Summary};

    fn payload_of(alert: &Alert, public_url: Option<&str>) -> Value {
        payload(
            &wording::alert_content(alert, &sample::settings(public_url)),
            &format!("Alert {}", alert.alert_id),
        )
    }

    fn with_names(names: impl Iterator<Item = String>) -> Alert {
        let mut alert = sample::rule_of_june_2022();
        if let AlertBody::ListChanged(data) = &mut alert.body {
            data.changes = names.map(|name| sample::added(&name, "CN")).collect();
            data.summary = Summary::of(&data.changes);
            data.total = data.summary;
        }
        alert
    }

    /// All texts that a reader sees.
    fn texts(value: &Value) -> String {
        match value {
            Value::Object(object) => {
                let own = object.get("text").and_then(Value::as_str).unwrap_or_default();
                let inner: String = object.values().map(texts).collect();
                format!("{own}\n{inner}")
            }
            Value::Array(values) => values.iter().map(texts).collect(),
            _ => String::new(),
        }
    }

    #[test]
    fn every_kind_of_alert_fits_into_a_card() {
        let alerts = sample::all_kinds();
        assert!(alerts.len() > 10);
        for alert in alerts {
            let payload = payload_of(&alert, Some("https://watch.example.com/"));
            assert!(payload.to_string().len() <= MAX_BYTES);
            let card = &payload["attachments"][0]["content"];
            assert_eq!((&card["type"], &card["version"]), (&"AdaptiveCard".into(), &"1.5".into()));
            assert!(texts(card).contains(alert.alert_id.as_str()));
        }
    }

    #[test]
    fn three_thousand_names_stay_within_the_limit_and_the_rest_is_counted() {
        for name in ["plain ", "\"quoted\" \\ ", "西安電子科技大學 ", "𠀀𠀁 "] {
            let alert = with_names((0..3_000).map(|n| format!("{}{n}", name.repeat(5))));
            let payload = payload_of(&alert, None);
            assert!(payload.to_string().len() <= MAX_BYTES, "{}", payload.to_string().len());
            let text = texts(&payload);
            let shown =
                (0..3_000).filter(|n| text.contains(&format!("{}{n};", name.repeat(5)))).count();
            assert!(shown > 50, "{shown}");
            assert!(text.contains(" more names."), "{text}");
        }
    }

    /// `TextBlock` would read Markdown.
    fn check_no_text_block(value: &Value) {
        match value {
            Value::Object(object) => {
                assert!(object.get("type") != Some(&"TextBlock".into()), "{value}");
                object.values().for_each(check_no_text_block);
            }
            Value::Array(values) => values.iter().for_each(check_no_text_block),
            _ => {}
        }
    }

    #[test]
    fn a_name_is_never_read_as_markup() {
        let name = "**bold** [x](https://evil.example) <at>everyone</at> @everyone <script>";
        let payload = payload_of(&with_names(std::iter::once(name.to_owned())), None);
        let card = &payload["attachments"][0]["content"];
        assert!(card.get("entities").is_none() && card["msteams"].get("entities").is_none());
        check_no_text_block(card);
        assert!(texts(card).contains(name));
    }
}
