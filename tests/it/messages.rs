//! Every message of every kind, as its readers see it, in one snapshot that is read as a whole when
//! it changes.

use std::fmt::Write as _;
use std::io::Read as _;

use base64::Engine as _;
use entitywatch::deliver::{Channel, Receiver, WebhookSettings, preview, sample};
use entitywatch::domain::{Alert, Change};
use entitywatch::secret::Secret;
use serde_json::Value;

use crate::deliver::{email_receiver, smtp_settings};

/// What a chat service would read as a mention, a link or a style. The hostile names contain it.
pub const CHAT_MARKUP: [&str; 11] = [
    "<!channel>",
    "<!here>",
    "<@U",
    "*bold*",
    "_it_",
    "`code`",
    "<https://evil",
    "@everyone",
    "@channel",
    "](https",
    "**b**",
];

/// The texts of a Slack message, block by block.
pub fn slack_text(payload: &Value) -> String {
    let blocks = payload["blocks"].as_array().unwrap();
    let texts = blocks.iter().map(|block| {
        let text = block["text"]["text"].as_str();
        text.or_else(|| block["elements"][0]["text"].as_str()).unwrap()
    });
    texts.collect::<Vec<_>>().join("\n\n")
}

/// The texts of a Teams card, paragraph by paragraph. Struck text is shown as `[−…]`, inserted text
/// as `[+…]`.
pub fn teams_text(payload: &Value) -> String {
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

/// An alert about an entry whose every text is `text`.
fn hostile_alert(text: &str) -> Alert {
    let mut change = sample::added(text, "CN");
    change.entry.aliases = vec![text.to_owned(), format!("2 {text}")];
    change.entry.addresses = vec![text.to_owned()];
    change.entry.license_requirement = text.to_owned();
    change.entry.license_policy = text.to_owned();
    change.entry.remarks = text.to_owned();
    sample::of_changes(vec![change])
}

pub fn email() -> Receiver {
    email_receiver(smtp_settings("127.0.0.1:25".parse().unwrap()))
}

pub fn webhook() -> Receiver {
    let channel = Channel::Webhook(WebhookSettings {
        url: Secret::new("https://erp.example.com/"),
        allow_private: false,
        secrets: Vec::new(),
        headers: Vec::new(),
    });
    Receiver {
        name: "erp".to_owned(),
        operator: false,
        channel,
        acknowledge: None,
        show_matches: false,
    }
}

/// The decoded parts of an email, each with its header lines.
fn parts(email: &str) -> Vec<(String, Vec<u8>)> {
    let decoded = |head: &str, body: &str| -> Vec<u8> {
        if head.contains("base64") {
            let text: String = body.split_whitespace().collect();
            base64::engine::general_purpose::STANDARD.decode(text).unwrap()
        } else if head.contains("quoted-printable") {
            quoted_printable(body)
        } else {
            body.as_bytes().to_vec()
        }
    };
    let parts = email.split("\r\n--").filter_map(|part| part.split_once("\r\n\r\n"));
    parts.map(|(head, body)| (head.to_owned(), decoded(head, body))).collect()
}

fn quoted_printable(text: &str) -> Vec<u8> {
    let joined = text.replace("=\r\n", "");
    let mut bytes = joined.bytes();
    let mut decoded = Vec::new();
    while let Some(byte) = bytes.next() {
        if byte == b'=' {
            let code = [bytes.next().unwrap(), bytes.next().unwrap()];
            let code = std::str::from_utf8(&code).unwrap();
            decoded.push(u8::from_str_radix(code, 16).unwrap());
        } else {
            decoded.push(byte);
        }
    }
    decoded
}

pub fn part(email: &str, mark: &str) -> Vec<u8> {
    let found = parts(email).into_iter().find(|(head, _)| head.contains(mark));
    found.unwrap_or_else(|| panic!("expected a part with {mark}")).1
}

pub fn hostile_texts() -> Vec<String> {
    let long = "x".repeat(10_000);
    HOSTILE.iter().map(|text| (*text).to_owned()).chain([long]).collect()
}

#[test]
fn a_hostile_name_is_harmless_in_every_channel() {
    for name in hostile_texts() {
        let alert = hostile_alert(&name);
        let settings = sample::settings(None);
        let html = preview::html(&alert, &settings).unwrap();
        for markup in ["<script", "<img", "<at>", "onerror=alert(1)>", "\u{202e}", "\u{2066}"] {
            assert!(!html.contains(markup), "{markup} in the HTML for {name:.60}");
        }
        // The console shows the same text as the text part of the email.
        let text = preview::text(&alert, &settings).unwrap();
        let control = |c: char| (c.is_control() && c != '\n') || c == '\u{202e}' || c == '\u{2066}';
        assert!(!text.contains(control) && !text.contains("\nBcc:"), "{name:.60}");
        let subject = preview::subject(&alert, &settings);
        assert!(!subject.contains(control) && subject.chars().count() <= 120, "{subject}");
        let slack = preview::slack_payload(&alert, &settings).to_string();
        for markup in CHAT_MARKUP {
            assert!(!slack.contains(markup), "{markup} in Slack for {name:.60}");
        }
        let teams = preview::teams_payload(&alert, &settings);
        assert!(!teams.to_string().contains("\"TextBlock\""), "{name:.60}");
        assert!(teams["attachments"][0]["content"]["msteams"].get("entities").is_none());
        assert!(slack.len() < 40_000 && teams.to_string().len() <= 20_000);
        // A webhook carries the text as it is, as JSON.
        let body = preview::of(&webhook(), &alert, None, &settings).unwrap();
        let event: Value = serde_json::from_str(&body).unwrap();
        assert!(event.to_string().contains(&serde_json::to_string(&name).unwrap()), "{body:.300}");
    }
}

#[test]
fn a_hostile_name_is_harmless_in_an_email_and_its_files() {
    for name in hostile_texts() {
        let alert = hostile_alert(&name);
        let email = preview::eml(&email(), &alert, None, &sample::settings(None)).unwrap();
        let (head, _) = email.split_once("\r\n\r\n").unwrap();
        assert_eq!(head.matches("Subject: ").count(), 1, "{head}");
        assert!(!head.contains("Bcc") && !email.contains("\r\n.\r\n"), "{head}");
        assert!(email.lines().all(|line| line.len() <= 998), "{name:.60}");
        let html = String::from_utf8(part(&email, "text/html")).unwrap();
        assert!(!html.contains("<script") && !html.contains("<img"), "{html}");

        let table = String::from_utf8(part(&email, "changes.csv")).unwrap();
        let mut reader = csv::Reader::from_reader(table.trim_start_matches('\u{feff}').as_bytes());
        let rows: Vec<csv::StringRecord> = reader.records().collect::<Result<_, _>>().unwrap();
        assert_eq!(rows.len(), 1, "{table}");
        for cell in &rows[0] {
            assert!(!cell.starts_with(['=', '+', '-', '@', '\t', '\r']), "{cell}");
            assert!(!cell.contains(['\u{202e}', '\u{2066}', '\r']), "{cell}");
        }

        let bytes = part(&email, "changes.xlsx");
        let mut workbook = zip::ZipArchive::new(std::io::Cursor::new(bytes)).unwrap();
        let mut xml = String::new();
        for file in ["xl/worksheets/sheet1.xml", "xl/sharedStrings.xml"] {
            workbook.by_name(file).unwrap().read_to_string(&mut xml).unwrap();
        }
        for markup in ["<f>", "<f ", "<hyperlink", "<script", "<img", "\u{202e}", "\u{2066}"] {
            assert!(!xml.contains(markup), "{markup} in {xml}");
        }
        assert!(workbook.by_name("xl/worksheets/_rels/sheet1.xml.rels").is_err());

        let data: Value = serde_json::from_slice(&part(&email, "changes.json")).unwrap();
        assert_eq!(data["changes"][0]["entry"]["name"], Value::from(name));
    }
}

/// Changes with texts as long as those of real entries: of the rule of June 28, 2022, a name has 30
/// characters, an entry has two aliases and two addresses of 80 characters.
fn changes_of_real_length(count: usize) -> Vec<Change> {
    const COUNTRIES: [&str; 9] = ["CN", "CN", "CN", "CN", "RU", "RU", "PK", "AE", "HK"];
    let change = |n: usize| {
        let country = COUNTRIES[n % COUNTRIES.len()];
        let mut change = sample::added(&format!("Example {n} Electronics Tech. Co."), country);
        change.entry.aliases =
            vec![format!("Example {n} Maoyi Gongsi"), format!("{n} Trading Limited")];
        let address = "Room 1509, Block A, Example Building, Example North Road, Futian District";
        change.entry.addresses =
            vec![format!("{address}, Shenzhen {n}"), format!("{n} {address}, Harbin")];
        // Eleven sets of terms, and nobody shares a remark.
        change.entry.license_requirement =
            format!("For all items subject to the EAR (see § 744.{} of the EAR).", n % 11);
        change.entry.license_policy = "Policy of denial for all items subject to the EAR apart \
                                       from food and medicine designated as EAR99."
            .to_owned();
        change
    };
    (0..count).map(change).collect()
}

#[test]
fn the_page_of_an_email_is_never_cut_and_its_first_screen_leads_to_the_whole_alert() {
    for count in [1, 60, 140, 500, 2_000] {
        let alert = sample::of_changes(changes_of_real_length(count));
        let email = preview::eml(&email(), &alert, None, &sample::settings(None)).unwrap();
        let sent = email
            .split("\r\n--")
            .find(|part| part.contains("Content-Type: text/html"))
            .map(str::len)
            .unwrap();
        // Gmail cuts a message at 102 KB.
        assert!(sent <= 100_000, "{sent} bytes for {count} changes");
        let html = String::from_utf8(part(&email, "text/html")).unwrap();
        let names =
            (0..count).filter(|n| html.contains(&format!("Example {n} Electronics"))).count();
        assert!(names == count, "{names} of {count} names");
        // About 700 characters are on the first screen of a phone.
        let (before, _) = html.split_once("entitywatch alerts --id").unwrap();
        let (_, body) = before.split_once("</div>").unwrap();
        let visible: usize = body
            .split('<')
            .map(|tag| tag.split_once('>').map_or(tag, |(_, text)| text).trim().chars().count())
            .sum();
        assert!(visible > 50 && visible < 700, "{visible} characters for {count} changes");
        // The text part and the files are complete.
        let text = String::from_utf8(part(&email, "text/plain")).unwrap();
        assert_eq!(text.matches("Maoyi Gongsi").count(), count);
        let table = String::from_utf8(part(&email, "changes.csv")).unwrap();
        assert_eq!(table.matches("Maoyi Gongsi").count(), count);
    }
}
