//! The Slack channel: one incoming-webhook message in Block Kit. A message that cannot hold every
//! entry says how many are left out and where all of them are.
//!
//! Mattermost accepts the same message. It shows `text` and ignores `blocks`, so that `text` alone
//! must be enough to act on (`fallback`).

mod blocks;
mod fallback;
mod match_lines;

use serde_json::{Value, json};

use crate::deliver::wording::{
    EntryText, INSTRUCTIONS_TITLE, MessageContent, NextStep, Quote, Row,
};
use crate::deliver::{Message, MessageSettings, mrkdwn, wording};
use crate::domain::ChangeKind;
use crate::domain::word_diff::Span;
use blocks::{Blocks, Line, context, header, section};

/// The most characters of one name, of its countries, of a summary and of a changed value or note.
const MAX_NAME_CHARS: usize = 300;
const MAX_COUNTRIES_CHARS: usize = 200;
const MAX_BRIEF_CHARS: usize = 300;
const MAX_VALUE_CHARS: usize = 400;
/// The most characters of a caution and of a paragraph of the company's instructions.
const MAX_CAUTION_CHARS: usize = 600;
/// The most characters of a passage of the rule.
const MAX_QUOTE_CHARS: usize = 1_200;
/// The most characters of all facts, as `blocks::size` counts them. They have room before the
/// names, and usually take 800.
const MAX_FACTS_CHARS: usize = 4_000;

/// The payload of a message with its delivery.
pub fn message_payload(message: &Message<'_>, messages: &MessageSettings) -> Value {
    payload(
        &wording::message_content(message, messages),
        &format!("Delivery {}", message.delivery.delivery_id),
    )
}

/// Builds the message: `blocks`, and `text` for notifications, for screen readers, and for services
/// that do not show blocks. `reference` names the delivery, or the alert if it is only shown.
pub fn payload(content: &MessageContent, reference: &str) -> Value {
    let facts = facts(content).map(|text| section(&text));
    let foot = [section(&step_text(&content.full_alert)), context(&mrkdwn::escaped(reference))];
    let matches = content.matches.as_ref();
    let compared = matches.and_then(match_lines::compared).map(|text| section(&text));
    let reserved: Vec<Value> = compared.iter().chain(&facts).chain(&foot).cloned().collect();
    let mut blocks = Blocks::with_room_for(&reserved);
    if let Some(banner) = &content.banner {
        blocks.push(section(&format!("*{}*", mrkdwn::escaped(banner))));
    }
    let shown = matches.filter(|matches| !matches.shown.is_empty());
    if let Some(matches) = shown {
        blocks.push(header(&matches.title));
        let (lines, left_out) = match_lines::lines(matches);
        let left_out = left_out + blocks.push_lines(&lines);
        if let Some(rest) = match_lines::rest(matches, left_out) {
            blocks.push(section(&rest));
        }
        blocks.push_reserved(compared.clone());
    }
    blocks.push(header(&content.title));
    blocks.push(section(&mrkdwn::escaped(&content.lead)));
    if shown.is_none() {
        blocks.push_reserved(compared);
    }
    for text in cautions(content).chain(quotes(content)).chain(what_to_do(content)) {
        blocks.push(section(&text));
    }
    let left_out = blocks.push_lines(&index_lines(content));
    if left_out > 0 {
        blocks.push_reserved([section(&left_out_text(left_out))]);
    }
    blocks.push_reserved(facts);
    if left_out == 0 {
        blocks.push_lines(&detail_lines(content));
    }
    blocks.push_reserved(foot);
    json!({
        "text": fallback::text(content, reference),
        "blocks": blocks.finish(),
        "unfurl_links": false,
        "unfurl_media": false,
    })
}

fn left_out_text(names: usize) -> String {
    format!("… and {names} more names.")
}

fn cautions(content: &MessageContent) -> impl Iterator<Item = String> {
    content
        .cautions
        .iter()
        .map(|caution| format!("*Caution:* {}", mrkdwn::escaped_within(caution, MAX_CAUTION_CHARS)))
}

/// The passages of the rule, in one text.
fn quotes(content: &MessageContent) -> Option<String> {
    let quotes: Vec<String> = content.quotes.iter().map(quote).collect();
    (!quotes.is_empty()).then(|| quotes.join("\n"))
}

fn facts(content: &MessageContent) -> Option<String> {
    let mut length = 0;
    let facts = content.facts.iter().map(fact).take_while(|fact| {
        length += blocks::size(&Value::from(fact.as_str()));
        length <= MAX_FACTS_CHARS
    });
    let facts: Vec<String> = facts.collect();
    let title = mrkdwn::escaped(&content.facts_title);
    (!facts.is_empty()).then(|| format!("*{title}*\n{}", facts.join("\n")))
}

fn what_to_do(content: &MessageContent) -> Option<String> {
    let mut lines: Vec<String> =
        content.next_steps.iter().map(|step| format!("• {}", step_text(step))).collect();
    if !content.instructions.is_empty() {
        lines.push(format!("{INSTRUCTIONS_TITLE}:"));
    }
    lines.extend(
        content
            .instructions
            .iter()
            .map(|paragraph| format!("> {}", mrkdwn::escaped_within(paragraph, MAX_CAUTION_CHARS))),
    );
    (!lines.is_empty()).then(|| format!("*What to do*\n{}", lines.join("\n")))
}

/// Every name of the index on its own line, under its kind and country.
fn index_lines(content: &MessageContent) -> Vec<Line> {
    let mut lines = Vec::new();
    for part in &content.index {
        let gap = if lines.is_empty() { "" } else { "\n" };
        let title = format!("{gap}*{}*", mrkdwn::escaped(&part.title));
        lines.push(Line { mrkdwn: title, names: 0 });
        for place in &part.places {
            let country = mrkdwn::escaped_within(&place.country, MAX_COUNTRIES_CHARS);
            lines.push(Line { mrkdwn: format!("_{country}_"), names: 0 });
            lines.extend(place.names.iter().map(|name| Line {
                mrkdwn: format!("• {}", mrkdwn::escaped_within(name, MAX_NAME_CHARS)),
                names: 1,
            }));
        }
    }
    lines
}

/// The terms of groups, and of each revised entry what changed.
fn detail_lines(content: &MessageContent) -> Vec<Line> {
    let mut lines = Vec::new();
    for part in &content.sections {
        let mut of_section: Vec<String> = Vec::new();
        for group in &part.groups {
            if !group.shared.is_empty() {
                let names: Vec<&str> =
                    group.entries.iter().map(|entry| entry.heading.as_str()).collect();
                let names = mrkdwn::escaped_within(&names.join("; "), MAX_VALUE_CHARS);
                of_section.push(format!("*For {} entries:* {names}", group.entries.len()));
                of_section.extend(group.shared.iter().map(row_text));
            }
            for entry in &group.entries {
                let text = entry_text(entry, part.kind);
                of_section.extend(text);
            }
        }
        if !of_section.is_empty() {
            let gap = if lines.is_empty() { "" } else { "\n" };
            of_section.insert(0, format!("{gap}*Details: {}*", mrkdwn::escaped(&part.title)));
        }
        lines.extend(of_section.into_iter().map(|mrkdwn| Line { mrkdwn, names: 0 }));
    }
    lines
}

/// What there is to say about an entry besides its name. `None` if that is nothing.
fn entry_text(entry: &EntryText, kind: ChangeKind) -> Option<String> {
    let mut text = format!("• *{}*", mrkdwn::escaped_within(&entry.heading, MAX_NAME_CHARS));
    let mut says_more = false;
    if !entry.brief.is_empty() {
        says_more = kind == ChangeKind::Revised;
        text.push_str(&format!(": {}", mrkdwn::escaped_within(&entry.brief, MAX_BRIEF_CHARS)));
    }
    for row in entry.rows.iter().filter(|row| row.changed()) {
        says_more = true;
        text.push_str(&format!("\n    {}", row_text(row)));
    }
    for note in &entry.cautions {
        says_more = true;
        text.push_str(&format!("\n    _{}_", mrkdwn::escaped_within(note, MAX_VALUE_CHARS)));
    }
    says_more.then_some(text)
}

fn row_text(row: &Row) -> String {
    let values = |lines: &[Vec<Span>]| {
        let mut room = MAX_VALUE_CHARS;
        let mut texts = Vec::new();
        for line in lines {
            if room == 0 {
                texts.push("…".to_owned());
                break;
            }
            texts.push(mrkdwn::spans(line, room));
            let length: usize = line.iter().map(|span| span.text.chars().count()).sum();
            room = room.saturating_sub(length);
        }
        texts.join("; ")
    };
    let label = mrkdwn::escaped(&row.label);
    if row.changed() {
        let old = (!row.was.is_empty()).then(|| format!("was: {}", values(&row.was)));
        let new = (!row.now.is_empty()).then(|| format!("now: {}", values(&row.now)));
        let both: Vec<String> = [old, new].into_iter().flatten().collect();
        format!("{label}, {}", both.join("\n    "))
    } else {
        format!("{label}: {}", values(&row.lines))
    }
}

fn quote(quote: &Quote) -> String {
    let label = mrkdwn::escaped(&quote.label);
    let text = mrkdwn::escaped_within(&quote.text, MAX_QUOTE_CHARS);
    if quote.verbatim { format!("*{label}:* “{text}”") } else { format!("*{label}:* {text}") }
}

fn fact(fact: &wording::Fact) -> String {
    let text = mrkdwn::escaped_within(&fact.text, MAX_VALUE_CHARS);
    let text = fact.link.as_deref().and_then(|link| mrkdwn::link(link, &text)).unwrap_or(text);
    format!("{}: {text}", mrkdwn::escaped(&fact.label))
}

fn step_text(step: &NextStep) -> String {
    let text = mrkdwn::escaped(&step.text);
    match (&step.link, &step.command) {
        (Some(link), _) => mrkdwn::link(link, &text).unwrap_or(text),
        (None, Some(command)) => format!("{text}: `{}`", mrkdwn::escaped(command)),
        (None, None) => text,
    }
}

#[cfg(test)]
mod tests {
    use super::blocks::size;
    use super::*;
    use crate::deliver::sample;
    use crate::domain::{Alert, AlertBody, Summary};

    fn payload_of(alert: &Alert) -> Value {
        let delivery = sample::delivery(alert, "export-desk", "");
        let message = Message { delivery: &delivery, alert, screening: None };
        payload(
            &wording::message_content(&message, &sample::settings(None)),
            &format!("Delivery {}", delivery.delivery_id),
        )
    }

    fn check_limits(payload: &Value) {
        let blocks = payload["blocks"].as_array().unwrap();
        assert!((1..=50).contains(&blocks.len()), "{} blocks", blocks.len());
        let length = size(&payload["blocks"]);
        assert!(length <= 13_000, "{length} characters");
        for block in blocks {
            let text = block["text"]["text"]
                .as_str()
                .or_else(|| block["elements"][0]["text"].as_str())
                .unwrap();
            let longest = if block["type"] == "header" { 150 } else { 3_000 };
            assert!(!text.is_empty() && text.encode_utf16().count() <= longest, "{}", block);
        }
        let text = payload["text"].as_str().unwrap();
        assert!(text.encode_utf16().count() <= fallback::MAX_CHARS, "{text}");
    }

    #[test]
    fn a_message_shows_the_change_its_rule_and_its_reference() {
        let alert = sample::rule_of_june_2022();
        let payload = payload_of(&alert);
        check_limits(&payload);
        let delivery_id = sample::delivery(&alert, "export-desk", "").delivery_id.0;
        assert!(payload["text"].as_str().unwrap().contains(&delivery_id));
        insta::assert_snapshot!("slack", serde_json::to_string_pretty(&payload).unwrap());
    }

    #[test]
    fn three_thousand_long_entries_in_many_scripts_stay_within_the_limits() {
        for name in [
            "西安電子科技大學 ",
            "АО «Научно-производственное объединение» ",
            "شرکت صنایع ",
            "𠀀𠀁 ",
            "& < > \" ",
            "plain ",
        ] {
            let mut alert = sample::rule_of_june_2022();
            if let AlertBody::ListChanged(data) = &mut alert.body {
                data.changes = (0..3_000)
                    .map(|n| sample::added(&format!("{}{n}", name.repeat(60)), "CN"))
                    .collect();
                data.summary = Summary::of(&data.changes);
                data.source = name.repeat(100);
                if let Some(rule) = &mut data.rule {
                    rule.title = Some(name.repeat(500));
                }
            }
            let payload = payload_of(&alert);
            check_limits(&payload);
            let text = payload["blocks"].to_string();
            assert!(
                text.contains(" more names.")
                    && text.contains("entitywatch alerts --id")
                    && text.contains("Delivery dlv_"),
                "{text}"
            );
        }
    }

    #[test]
    fn a_name_cannot_be_markup() {
        let mut alert = sample::rule_of_june_2022();
        if let AlertBody::ListChanged(data) = &mut alert.body {
            data.changes = vec![sample::added(
                "<!channel> *bold* _it_ `code` :bomb: <https://example.com|x> A&B",
                "CN",
            )];
        }
        let text = payload_of(&alert)["blocks"].to_string();
        for markup in ["<!channel>", "*bold*", "_it_", "`code`", ":bomb:", "<https://example.com"] {
            assert!(!text.contains(markup), "{markup} in {text}");
        }
        assert!(text.contains("&lt;!channel&gt;") && text.contains("A&amp;B"), "{text}");
    }

    #[test]
    fn every_kind_of_alert_stays_within_the_limits() {
        for alert in sample::all_kinds() {
            check_limits(&payload_of(&alert));
        }
    }
}
