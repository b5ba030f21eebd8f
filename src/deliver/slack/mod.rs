//! The Slack channel: one incoming-webhook message in Block Kit. A message that cannot hold every
//! entry says how many are left out and where all of them are.

mod blocks;

use jiff::Timestamp;
use reqwest::header::HeaderMap;
use serde_json::{Value, json};

use crate::deliver::http_post::{AcceptanceIn, PostRequest, post};
use crate::deliver::redacted_reply::{Redaction, redacted};
use crate::deliver::wording::{EntryText, MessageContent, NextStep};
use crate::deliver::{
    Message, MessageSettings, Outcome, Retry, SlackSettings, mrkdwn, plain, wording,
};
use crate::dial::LazyClient;
use crate::domain::word_diff::SpanKind;
use blocks::{Blocks, MAX_SECTION_CHARS, context, header, section};

/// Nobody reads more entries than this in a chat.
const MAX_ENTRIES: usize = 25;
/// The most characters of one name, of its countries, of a summary and of a changed value or note.
const MAX_NAME_CHARS: usize = 300;
const MAX_COUNTRIES_CHARS: usize = 200;
const MAX_BRIEF_CHARS: usize = 300;
const MAX_VALUE_CHARS: usize = 400;

pub async fn send(
    clients: &LazyClient,
    settings: &SlackSettings,
    message: &Message<'_>,
    messages: &MessageSettings,
    now: Timestamp,
) -> Outcome {
    let redaction = Redaction::of([settings.url.expose()]);
    let url = match url::Url::parse(settings.url.expose()) {
        Ok(url) => url,
        Err(error) => {
            let detail =
                redacted(&format!("failed to read the receiver's address: {error}"), &redaction);
            return Outcome::Failed { retry: Retry::Slowly, detail };
        }
    };
    let body = payload(
        &wording::message_content(message, messages),
        &format!("Delivery {}", message.delivery.delivery_id),
    )
    .to_string()
    .into_bytes();
    let request = PostRequest {
        url,
        allow_private: settings.allow_private,
        headers: HeaderMap::new(),
        body,
        acceptance_in: AcceptanceIn::Body,
    };
    post(clients, request, now, &redaction).await
}

/// Builds the message: `blocks`, and `text` for notifications and clients that do not show blocks.
/// `reference` names the delivery, or the alert if it is only shown.
pub fn payload(content: &MessageContent, reference: &str) -> Value {
    let foot = vec![section(&step_text(&content.full_alert)), context(&mrkdwn::escaped(reference))];
    let mut blocks = Blocks::with_foot(foot);
    blocks.push(header(&content.title));
    blocks.push(section(&mrkdwn::escaped(&content.lead)));
    for note in &content.cautions {
        blocks.push(section(&format!("*Note:* {}", mrkdwn::escaped(note))));
    }
    if !content.countries.is_empty() {
        blocks.push(section(&format!(
            "*By country:* {}",
            mrkdwn::escaped(&content.countries.join(", "))
        )));
    }
    let facts: Vec<String> = content.facts.iter().map(fact).collect();
    if !facts.is_empty() {
        blocks.push(section(&facts.join("\n")));
    }
    for step in &content.next_steps {
        blocks.push(section(&format!("• {}", step_text(step))));
    }
    entries(content, &mut blocks);
    let text = format!("{}\n{}\n{reference}", content.title, content.lead);
    json!({
        "text": mrkdwn::escaped(&plain::shorten(&text, MAX_SECTION_CHARS / 2)),
        "blocks": blocks.finish(),
        "unfurl_links": false,
        "unfurl_media": false,
    })
}

/// Adds as many entries as fit, each as one section, and the number that is left out.
fn entries(content: &MessageContent, blocks: &mut Blocks) {
    let all: usize = content.sections.iter().map(|section| section.count()).sum();
    let mut shown = 0;
    'sections: for part in &content.sections {
        for (index, entry) in part.entries().enumerate() {
            let title = if index == 0 {
                format!("*{}*\n", mrkdwn::escaped(&part.title))
            } else {
                String::new()
            };
            if shown == MAX_ENTRIES
                || !blocks.push(section(&format!("{title}{}", entry_line(entry))))
            {
                break 'sections;
            }
            shown += 1;
        }
        if let Some(note) = &part.note {
            blocks.push(context(&mrkdwn::escaped_within(note, MAX_SECTION_CHARS)));
        }
    }
    if shown < all {
        blocks.rest = Some(format!("… and {} more.", all - shown));
    }
}

fn entry_line(entry: &EntryText) -> String {
    let mut line = format!(
        "• *{}* ({})",
        mrkdwn::escaped_within(&entry.heading, MAX_NAME_CHARS),
        mrkdwn::escaped_within(&entry.countries, MAX_COUNTRIES_CHARS)
    );
    if !entry.brief.is_empty() {
        line.push_str(&format!(": {}", mrkdwn::escaped_within(&entry.brief, MAX_BRIEF_CHARS)));
    }
    for row in entry.rows.iter().filter(|row| row.changed()) {
        for spans in
            row.lines.iter().filter(|spans| spans.iter().any(|span| span.kind != SpanKind::Equal))
        {
            line.push_str(&format!(
                "\n    {}: {}",
                mrkdwn::escaped(&row.label),
                mrkdwn::spans(spans, MAX_VALUE_CHARS)
            ));
        }
    }
    for note in &entry.notes {
        line.push_str(&format!("\n    _{}_", mrkdwn::escaped_within(note, MAX_VALUE_CHARS)));
    }
    line
}

fn fact(fact: &wording::Fact) -> String {
    let text = mrkdwn::escaped_within(&fact.text, MAX_VALUE_CHARS);
    let text = fact.link.as_deref().and_then(|link| mrkdwn::link(link, &text)).unwrap_or(text);
    format!("*{}:* {text}", mrkdwn::escaped(&fact.label))
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
        let message = Message { delivery: &delivery, alert };
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
        assert!(payload["text"].as_str().unwrap().chars().count() <= 3_000);
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
                text.contains(" more.")
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
