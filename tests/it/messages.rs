//! Every message of every kind, as its readers see it, in one snapshot that is read as a whole when
//! it changes.

use std::fmt::Write as _;

use entitywatch::deliver::{preview, sample};
use serde_json::Value;

/// The texts of a Slack message, block by block.
fn slack_text(payload: &Value) -> String {
    let blocks = payload["blocks"].as_array().unwrap();
    let texts = blocks.iter().map(|block| {
        let text = block["text"]["text"].as_str();
        text.or_else(|| block["elements"][0]["text"].as_str()).unwrap()
    });
    texts.collect::<Vec<_>>().join("\n\n")
}

/// The texts of a Teams card, paragraph by paragraph. Struck text is shown as `[−…]`, inserted text
/// as `[+…]`.
fn teams_text(payload: &Value) -> String {
    fn paragraphs(element: &Value, lines: &mut Vec<String>) {
        if let Some(inlines) = element["inlines"].as_array() {
            let run = |run: &Value| {
                let text = run["text"].as_str().unwrap();
                if run["strikethrough"] == true {
                    format!("[−{text}]")
                } else if run["underline"] == true {
                    format!("[+{text}]")
                } else {
                    text.to_owned()
                }
            };
            lines.push(inlines.iter().map(run).collect());
        }
        for item in element["items"].as_array().into_iter().flatten() {
            paragraphs(item, lines);
        }
    }
    let mut lines = Vec::new();
    for element in payload["attachments"][0]["content"]["body"].as_array().unwrap() {
        paragraphs(element, &mut lines);
    }
    lines.join("\n")
}

#[test]
fn every_message_of_every_kind_is_reviewed() {
    let settings = sample::settings(None);
    let mut all = String::new();
    for (name, alert) in sample::all() {
        let email = preview::text(&alert, &settings).unwrap();
        let subject = preview::subject(&alert, &settings);
        let slack = slack_text(&preview::slack_payload(&alert, &settings));
        let teams = teams_text(&preview::teams_payload(&alert, &settings));
        write!(
            all,
            "{0} {name} {0}\n\nSubject: {subject}\n\n{email}\n----- Slack\n\n{slack}\n\n\
             ----- Teams\n\n{teams}\n\n",
            "=".repeat(20)
        )
        .unwrap();
    }
    insta::assert_snapshot!("messages", all);
}

/// Names that are markup, mentions, formulas or direction marks somewhere.
const HOSTILE: [&str; 7] = [
    "<script>alert(1)</script><img src=x onerror=alert(1)>",
    "*bold* _it_ ~no~ `code` <https://evil.example|click>",
    "<!channel> <!here> <@U0001> @everyone @channel",
    "=HYPERLINK(\"https://evil.example\",\"x\")",
    "\u{202e}drowssap\u{202c} \u{200b}\u{2066}x\u{2069}",
    "[x](https://evil.example) **b** <at>everyone</at>",
    "line\r\nBcc: thief@example.com\r\n\r\n.\r\nend",
];

#[test]
fn a_hostile_name_is_harmless_in_every_channel() {
    let long = "x".repeat(10_000);
    for name in HOSTILE.iter().copied().chain([long.as_str()]) {
        let alert = sample::of_changes(vec![sample::added(name, "CN")]);
        let settings = sample::settings(None);
        let html = preview::html(&alert, &settings).unwrap();
        for markup in ["<script", "<img", "<at>", "onerror=alert(1)>", "\u{202e}", "\u{2066}"] {
            assert!(!html.contains(markup), "{markup} in the HTML for {name:.60}");
        }
        let text = preview::text(&alert, &settings).unwrap();
        assert!(!text.contains('\u{202e}') && !text.contains("\nBcc:"), "{name:.60}");
        assert!(!preview::subject(&alert, &settings).contains(['\r', '\n', '\u{202e}']));
        let slack = preview::slack_payload(&alert, &settings).to_string();
        for markup in ["<!channel>", "<!here>", "<@U", "*bold*", "_it_", "`code`", "<https://evil"]
        {
            assert!(!slack.contains(markup), "{markup} in Slack for {name:.60}");
        }
        let teams = preview::teams_payload(&alert, &settings);
        assert!(!teams.to_string().contains("\"TextBlock\""), "{name:.60}");
        assert!(teams["attachments"][0]["content"]["msteams"].get("entities").is_none());
        assert!(slack.len() < 20_000 && teams.to_string().len() <= 20_000);
    }
}
