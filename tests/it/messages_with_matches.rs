//! Messages to receivers with `show_matches`: what they show, and that nothing in a counterparty
//! file can do harm in them.

use std::fmt::Write as _;
use std::io::Read as _;

use entitywatch::deliver::{Channel, ChatSettings, Receiver, preview, sample};
use entitywatch::domain::matching::screening::WatchlistProblemKind;
use entitywatch::domain::{Alert, AlertBody, Screening};
use entitywatch::secret::Secret;
use serde_json::Value;

use crate::messages::{CHAT_MARKUP, email, hostile_texts, part, slack_text, teams_text, webhook};
use crate::officer::text_of_mail;

fn chat(channel: impl Fn(ChatSettings) -> Channel) -> Receiver {
    let settings = ChatSettings { url: Secret::new("https://x.example"), allow_private: false };
    Receiver { channel: channel(settings), ..email() }
}

/// The text, the Slack message and the Teams card of an alert.
fn shown(alert: &Alert, screening: Option<&Screening>) -> [String; 3] {
    let settings = sample::settings(None);
    let json = |receiver: Receiver| {
        let text = preview::of(&receiver, alert, screening, &settings).unwrap();
        serde_json::from_str::<Value>(&text).unwrap()
    };
    [
        preview::of(&email(), alert, screening, &settings).unwrap(),
        slack_text(&json(chat(Channel::Slack))),
        teams_text(&json(chat(Channel::Teams))),
    ]
}

#[test]
fn every_message_with_matches_is_reviewed() {
    let mut all = String::new();
    let names = [
        "list.changed",
        "list.corrected",
        "rule.filed",
        "alert.escalated",
        "digest",
        "watchlist.matched",
    ];
    let mut cases: Vec<(String, Alert, Screening)> = names
        .iter()
        .map(|name| {
            let alert = sample::find(name).unwrap();
            let screening = sample::screening(&alert);
            ((*name).to_owned(), alert, screening)
        })
        .collect();
    let alert = sample::find("list.changed").unwrap();
    let mut without = sample::screening(&alert);
    without.matches.clear();
    without.watchlists[0].problem = Some(sample::watchlist_problem(WatchlistProblemKind::Old));
    cases.push(("list.changed, no match, old file".to_owned(), alert, without));
    for (name, alert, screening) in cases {
        let [text, slack, teams] = shown(&alert, Some(&screening));
        write!(
            all,
            "{0} {name} {0}\n\n{text}\n----- Slack\n\n{slack}\n\n----- Teams\n\n{teams}\n\n",
            "=".repeat(20)
        )
        .unwrap();
    }
    insta::assert_snapshot!("messages_with_matches", all);
}

#[test]
fn a_page_with_matches_is_reviewed() {
    let alert = sample::rule_of_june_2022();
    let screening = sample::screening(&alert);
    let settings = sample::settings(Some("https://watch.example.com/"));
    insta::assert_snapshot!(
        "page_with_matches",
        preview::html_with(&alert, Some(&screening), &settings).unwrap()
    );
}

/// Other receivers are sent what they were sent before there were counterparty files.
#[test]
fn a_receiver_without_show_matches_is_sent_nothing_of_counterparties() {
    let settings = sample::settings(None);
    let mut checked = 0;
    for (name, alert) in sample::all() {
        if matches!(alert.body, AlertBody::WatchlistMatched(_) | AlertBody::WatchlistFailing(_)) {
            continue;
        }
        let mut all = shown(&alert, None).to_vec();
        all.push(preview::html(&alert, &settings).unwrap());
        all.push(preview::eml(&email(), &alert, None, &settings).unwrap());
        all.push(preview::of(&webhook(), &alert, None, &settings).unwrap());
        for message in all {
            for word in ["ounterpart", "possible match", "Possible match", "matches.csv", ".strong"]
            {
                assert!(!message.contains(word), "{name} has {word}: {message}");
            }
        }
        // With a screening that has nothing to say, the message is the same to the byte.
        let empty = Screening::default();
        assert_eq!(shown(&alert, None), shown(&alert, Some(&empty)), "{name}");
        assert_eq!(
            preview::html(&alert, &settings).unwrap(),
            preview::html_with(&alert, Some(&empty), &settings).unwrap()
        );
        checked += 1;
    }
    assert!(checked > 30, "{checked}");
}

/// A screening in which every text of a counterparty and of its file is `text`.
fn hostile(alert: &Alert, text: &str) -> Screening {
    let mut screening = sample::screening(alert);
    for given in &mut screening.watchlists {
        given.file = text.to_owned();
        let mut problem = sample::watchlist_problem(WatchlistProblemKind::Malformed);
        problem.detail = text.to_owned();
        given.problem = Some(problem);
    }
    for shown in &mut screening.matches {
        let party = &mut shown.found.counterparty;
        for field in [&mut party.id, &mut party.name, &mut party.country, &mut party.owner] {
            *field = text.to_owned();
        }
        party.aliases = vec![text.to_owned()];
        party.addresses = vec![text.to_owned()];
        shown.found.compared.counterparty = text.to_owned();
        shown.found.reasons = vec![format!("the same rare word `{text}`"), text.to_owned()];
    }
    assert_eq!(screening.matches.len(), 2);
    screening
}

#[test]
fn a_hostile_counterparty_is_harmless_in_every_channel() {
    let alert = sample::rule_of_june_2022();
    let settings = sample::settings(Some("https://watch.example.com/"));
    for name in hostile_texts() {
        let screening = hostile(&alert, &name);
        let html = preview::html_with(&alert, Some(&screening), &settings).unwrap();
        for markup in ["<script", "<img", "<at>", "onerror=alert(1)>", "\u{202e}", "\u{2066}"] {
            assert!(!html.contains(markup), "{markup} in the HTML for {name:.60}");
        }
        let of = |receiver: &Receiver| {
            preview::of(receiver, &alert, Some(&screening), &settings).unwrap()
        };
        let text = of(&email());
        let control = |c: char| (c.is_control() && c != '\n') || c == '\u{202e}' || c == '\u{2066}';
        assert!(!text.contains(control) && !text.contains("\nBcc:"), "{name:.60}");
        let subject = text.lines().find(|line| line.starts_with("Subject: ")).unwrap();
        assert!(
            subject.starts_with("Subject: 2 possible matches with our counterparties (1 strong): "),
            "{subject}"
        );
        assert!(subject.chars().count() <= 129);

        let slack = of(&chat(Channel::Slack));
        for markup in CHAT_MARKUP {
            assert!(!slack.contains(markup), "{markup} in Slack for {name:.60}: {slack}");
        }
        let slack: Value = serde_json::from_str(&slack).unwrap();
        assert!(slack["blocks"].to_string().encode_utf16().count() <= 13_000, "{name:.60}");
        assert!(slack["blocks"].as_array().unwrap().len() <= 50);
        let teams = of(&chat(Channel::Teams));
        let teams: Value = serde_json::from_str(&teams).unwrap();
        assert!(!teams.to_string().contains("\"TextBlock\"") && teams.to_string().len() <= 20_000);

        let event: Value = serde_json::from_str(&of(&webhook())).unwrap();
        let found = &event["data"]["changes"][0]["matches"][0];
        assert_eq!(found["counterparty"]["name"], Value::from(name.clone()), "as it is, as JSON");
    }
}

#[test]
fn a_hostile_counterparty_is_harmless_in_an_email_and_its_files() {
    let alert = sample::rule_of_june_2022();
    for name in hostile_texts() {
        let screening = hostile(&alert, &name);
        let settings = sample::settings(None);
        let mail = preview::eml(&email(), &alert, Some(&screening), &settings).unwrap();
        let (head, _) = mail.split_once("\r\n\r\n").unwrap();
        assert_eq!(head.matches("Subject: ").count(), 1, "{head}");
        assert!(!head.contains("Bcc") && !mail.contains("\r\n.\r\n"), "{head}");
        let html = String::from_utf8(part(&mail, "text/html")).unwrap();
        assert!(!html.contains("<script") && !html.contains("<img") && html.len() < 100_000);

        let table = String::from_utf8(part(&mail, "matches.csv")).unwrap();
        let mut reader = csv::Reader::from_reader(table.trim_start_matches('\u{feff}').as_bytes());
        let rows: Vec<csv::StringRecord> = reader.records().collect::<Result<_, _>>().unwrap();
        assert_eq!(rows.len(), 2, "{table}");
        for cell in rows.iter().flat_map(csv::StringRecord::iter) {
            assert!(!cell.starts_with(['=', '+', '-', '@', '\t', '\r']), "{cell}");
            assert!(!cell.contains(['\u{202e}', '\u{2066}', '\r']), "{cell}");
        }

        let bytes = part(&mail, "changes.xlsx");
        let mut workbook = zip::ZipArchive::new(std::io::Cursor::new(bytes)).unwrap();
        let mut xml = String::new();
        for file in [
            "xl/workbook.xml",
            "xl/worksheets/sheet1.xml",
            "xl/worksheets/sheet2.xml",
            "xl/sharedStrings.xml",
        ] {
            workbook.by_name(file).unwrap().read_to_string(&mut xml).unwrap();
        }
        assert!(xml.contains("Possible matches") && xml.contains("Changes"));
        for markup in ["<f>", "<f ", "<hyperlink", "<script", "<img", "\u{202e}", "\u{2066}"] {
            assert!(!xml.contains(markup), "{markup} in {xml}");
        }
        let data: Value = serde_json::from_slice(&part(&mail, "changes.json")).unwrap();
        let found = &data["changes"][0]["matches"][0];
        assert_eq!(found["counterparty"]["name"], Value::from(name));
    }
}

/// What the stories look for in mails is also found in workbooks.
#[test]
fn the_text_of_a_mail_has_the_cells_of_its_workbooks() {
    let alert = sample::find("watchlist.matched").unwrap();
    let screening = sample::screening(&alert);
    let mail = preview::eml(&email(), &alert, Some(&screening), &sample::settings(None)).unwrap();
    let text = text_of_mail(&mail);
    assert!(text.contains("<sheetData") && text.contains("<t>C00017</t>"), "{text:.3000}");
}

#[test]
fn many_matches_fit_in_every_channel_and_say_how_many_are_not_shown() {
    let mut alert = sample::find("watchlist.matched").unwrap();
    if let AlertBody::WatchlistMatched(data) = &mut alert.body {
        let found = data.matches[0].clone();
        data.matches = (0..5_000)
            .map(|n| {
                let mut found = found.clone();
                found.match_id = entitywatch::domain::MatchId(format!("mat_{n}"));
                found.counterparty.name = format!("Example Counterparty {n} Trading");
                found
            })
            .collect();
    }
    let screening = sample::screening(&alert);
    let [text, slack, teams] = shown(&alert, Some(&screening));
    assert!(text.contains("… and 4,960 more possible matches"), "{text:.3000}");
    for message in [&slack, &teams] {
        assert!(message.contains("more possible matches are not shown here"), "{message}");
        assert!(message.contains("No match is not a clearance"), "{message}");
    }
    let mail = preview::eml(&email(), &alert, Some(&screening), &sample::settings(None)).unwrap();
    assert!(part(&mail, "text/html").len() <= 100_000);
    let table = String::from_utf8(part(&mail, "matches.csv")).unwrap();
    assert_eq!(table.matches("Example Counterparty").count(), 5_000);
    assert!(mail.contains("matches.xlsx") && mail.contains("matches.json"));
    assert!(!mail.contains("changes.xlsx"));
}
