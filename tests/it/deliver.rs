//! Deliveries as receivers get them: what arrives, and the outcome of each answer.

use std::io::Write;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use entitywatch::deliver::{
    Attempted, Channel, ChatSettings, Deliverer, EmailSettings, Message, MessageSettings, Outcome,
    Receiver, Retry, SmtpSettings, Tls, WebhookSettings,
};
use entitywatch::dial::HttpSettings;
use entitywatch::domain::alert::{ListChanged, SnapshotRef};
use entitywatch::domain::{
    Alert, AlertBody, AlertId, Change, ChangeKind, Delivery, Entry, ListCode, Severity, Sha256,
};
use entitywatch::secret::Secret;
use jiff::Timestamp;
use jiff::tz::TimeZone;

use crate::sinks::{Answer, HttpSink, SmtpBehavior, SmtpSink};

const SECRETS: [&str; 2] =
    ["whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", "whsec_C2FVsBQIhrscChlQIMV+b5sSYspob7oD"];
const TOKEN: &str = "t0ken-in-the-path";
const PASSWORD: &str = "correct horse battery";

pub fn now() -> Timestamp {
    "2022-06-30T13:05:00Z".parse().unwrap()
}

pub fn alert_with(names: impl IntoIterator<Item = String>) -> Alert {
    let changes: Vec<Change> = names
        .into_iter()
        .map(|name| {
            let entry = Entry::named(ListCode::EL, name);
            let change_id = Change::id_of(ChangeKind::Added, None, Some(&entry), 0);
            Change::of_entry(change_id, ChangeKind::Added, Severity::High, entry)
        })
        .collect();
    let alert_id = AlertId::of(["alert"]);
    let snapshot = SnapshotRef { sha256: Sha256::of(b"list"), as_of: None, observed_at: None };
    let data = ListChanged::without_rule(alert_id.clone(), "csl", 1, now(), snapshot, changes);
    Alert { alert_id, created_at: now(), body: AlertBody::ListChanged(Box::new(data)) }
}

fn alert() -> Alert {
    alert_with(["Example Trading".to_owned(), "Пример".to_owned()])
}

pub fn delivery(alert: &Alert, receiver: &Receiver) -> Delivery {
    let recipient = receiver.recipients().remove(0);
    Delivery::pending(&alert.alert_id, &receiver.name, &recipient, now())
}

fn deliverer(timeout: Duration) -> Deliverer {
    let messages = MessageSettings { timezone: TimeZone::UTC.into(), ..MessageSettings::default() };
    Deliverer::new(&HttpSettings::default(), messages, timeout).unwrap()
}

/// One attempt, after `parts_done` parts.
async fn attempt_from(
    receiver: &Receiver,
    alert: &Alert,
    timeout: Duration,
    parts_done: u32,
) -> Attempted {
    let delivery = delivery(alert, receiver);
    deliverer(timeout)
        .attempt(
            receiver,
            &Message { delivery: &delivery, alert, screening: None },
            now(),
            parts_done,
        )
        .await
}

async fn attempt(receiver: &Receiver) -> Outcome {
    attempt_from(receiver, &alert(), Duration::from_secs(20), 0).await.outcome
}

fn webhook(url: String) -> Receiver {
    let headers = vec![("Authorization".to_owned(), Secret::new("Bearer s3cr3t-header"))];
    let settings = WebhookSettings {
        url: Secret::new(url),
        secrets: SECRETS.map(Secret::new).to_vec(),
        headers,
        allow_private: true,
    };
    Receiver {
        name: "erp".into(),
        operator: false,
        acknowledge: None,
        show_matches: false,
        channel: Channel::Webhook(settings),
    }
}

fn slack(url: String) -> Receiver {
    let settings = ChatSettings { url: Secret::new(url), allow_private: true };
    Receiver {
        name: "desk".into(),
        operator: false,
        acknowledge: None,
        show_matches: false,
        channel: Channel::Slack(settings),
    }
}

/// The settings for a mail server without TLS and without a login.
pub fn smtp_settings(server: SocketAddr) -> SmtpSettings {
    SmtpSettings {
        host: server.ip().to_string(),
        port: server.port(),
        tls: Tls::None,
        username: None,
        password: None,
        oauth2: None,
        from: "Entity List alerts <alerts@example.com>".parse().unwrap(),
        hello: None,
        ca_pem: None,
        http_ca_pem: None,
        certificate_sha256: None,
    }
}

/// A receiver with one recipient who is reached over this mail server.
pub fn email_receiver(smtp: SmtpSettings) -> Receiver {
    let settings =
        EmailSettings { smtp: Arc::new(smtp), to: vec!["officer@example.org".parse().unwrap()] };
    Receiver {
        name: "compliance".into(),
        operator: false,
        acknowledge: None,
        show_matches: false,
        channel: Channel::Email(settings),
    }
}

fn email(sink: &SmtpSink) -> Receiver {
    email_receiver(smtp_settings(sink.address))
}

pub fn failed(outcome: Outcome) -> (Retry, String) {
    match outcome {
        Outcome::Failed { retry, detail } => (retry, detail),
        Outcome::Delivered { detail } => {
            panic!("expected a failure, but it was delivered: {detail}")
        }
    }
}

#[tokio::test]
async fn a_webhook_is_signed_with_both_secrets_and_repeats_are_identical() {
    let sink = HttpSink::start().await;
    let receiver = webhook(sink.url("/hook"));
    for _ in 0..2 {
        assert_eq!(attempt(&receiver).await, Outcome::Delivered { detail: "HTTP 200 OK".into() });
    }
    let [first, second] = sink.received().try_into().unwrap();
    assert_eq!(
        (&first.body, first.header("webhook-id")),
        (&second.body, second.header("webhook-id"))
    );
    assert_eq!(
        first.header("webhook-id"),
        Some(Delivery::id_of(&alert().alert_id, "erp", "").as_str())
    );
    assert_eq!(first.header("webhook-timestamp"), Some("1656594300"));
    assert_eq!(first.header("content-type"), Some("application/json"));
    assert_eq!(first.header("authorization"), Some("Bearer s3cr3t-header"));
    let id = first.header("webhook-id").unwrap();
    let signatures: Vec<String> = SECRETS
        .iter()
        .map(|secret| {
            standardwebhooks::Webhook::new(secret)
                .unwrap()
                .sign(id, 1_656_594_300, first.body.as_bytes())
                .unwrap()
        })
        .collect();
    assert_eq!(first.header("webhook-signature"), Some(signatures.join(" ").as_str()));
    let body = first.json();
    assert_eq!(
        (&body["type"], &body["timestamp"]),
        (&"list.changed".into(), &"2022-06-30T13:05:00Z".into())
    );
    assert_eq!(body["data"]["changes"][1]["entry"]["name"], "Пример");
}

#[tokio::test]
async fn a_multipart_webhook_continues_where_it_was_interrupted() {
    let sink = HttpSink::start().await;
    let receiver = webhook(sink.url("/hook"));
    let alert = alert_with((0..40).map(|n| format!("{n} {}", "x".repeat(60_000))));
    sink.will_answer([Answer::status(200), Answer::status(500)]);
    let attempted = attempt_from(&receiver, &alert, Duration::from_secs(20), 0).await;
    assert_eq!(attempted.parts_done, 1);
    let (retry, detail) = failed(attempted.outcome);
    assert_eq!(
        (retry, detail.as_str()),
        (Retry::Later, "part 2 of 3: expected HTTP 2xx, but got HTTP 500 Internal Server Error")
    );

    let attempted = attempt_from(&receiver, &alert, Duration::from_secs(20), 1).await;
    assert_eq!(
        attempted,
        Attempted { outcome: Outcome::Delivered { detail: "HTTP 200 OK".into() }, parts_done: 3 }
    );
    let id = Delivery::id_of(&alert.alert_id, "erp", "");
    let received = sink.received();
    let ids: Vec<&str> =
        received.iter().filter_map(|request| request.header("webhook-id")).collect();
    assert_eq!(ids, [id.to_string(), format!("{id}.2"), format!("{id}.2"), format!("{id}.3")]);
    assert_eq!(received[1].body, received[2].body);
    assert!(received.iter().all(|request| request.body.len() <= 1024 * 1024));
    let delivered: usize = [0, 2, 3]
        .iter()
        .map(|&n: &usize| received[n].json()["data"]["changes"].as_array().unwrap().len())
        .sum();
    assert_eq!(delivered, 40);
}

#[tokio::test]
async fn each_answer_has_an_outcome() {
    let sink = HttpSink::start().await;
    let other_path = sink.url("/elsewhere");
    let answers = [
        (Answer::status(204), None),
        (Answer::status(302).with_header("location", other_path), Some(Retry::Later)),
        (Answer::status(404), Some(Retry::Slowly)),
        (Answer::status(410), Some(Retry::SwitchOff)),
        (
            Answer::status(429).with_header("retry-after", "120"),
            Some(Retry::After(Duration::from_secs(120))),
        ),
        (
            Answer::status(503).with_header("retry-after", "Thu, 30 Jun 2022 14:05:00 GMT"),
            Some(Retry::After(Duration::from_secs(3_600))),
        ),
        (
            Answer::status(503).with_header("retry-after", "Mon, 30 Jun 2022 14:05:00 GMT"),
            Some(Retry::After(Duration::from_secs(3_600))),
        ),
        (
            Answer::status(429).with_header("retry-after", "Monday, 30-Jun-22 14:05:00 GMT"),
            Some(Retry::After(Duration::from_secs(3_600))),
        ),
        (
            Answer::status(429).with_header("retry-after", "Mon Jun 30 14:05:00 2022"),
            Some(Retry::After(Duration::from_secs(3_600))),
        ),
        (
            Answer::status(429).with_header("retry-after", "9999999"),
            Some(Retry::After(Duration::from_secs(86_400))),
        ),
        (
            Answer::status(503).with_header("retry-after", "Thu, 30 Jun 2022 13:04:00 GMT"),
            Some(Retry::Later),
        ),
        (Answer::status(503), Some(Retry::Later)),
    ];
    for receiver in [webhook(sink.url("/hook")), slack(sink.url("/slack"))] {
        for (answer, expected) in &answers {
            sink.will_answer([answer.clone()]);
            match (attempt(&receiver).await, expected) {
                (Outcome::Delivered { .. }, None) => {}
                (Outcome::Failed { retry, .. }, Some(expected)) => {
                    assert_eq!(retry, *expected, "{answer:?}");
                }
                (outcome, _) => panic!("{answer:?}: {outcome:?}"),
            }
        }
    }
    let paths: Vec<String> = sink.received().into_iter().map(|request| request.path).collect();
    let expected = ["/hook", "/slack"].map(|path| vec![path.to_owned(); answers.len()]).concat();
    assert_eq!(paths, expected, "the redirect was not followed");
}

#[tokio::test]
async fn an_answer_without_its_body_is_assessed_by_its_status() {
    let answers = [
        (Answer::status(410), Retry::SwitchOff),
        (
            Answer::status(429).with_header("retry-after", "120"),
            Retry::After(Duration::from_secs(120)),
        ),
        (Answer::status(400), Retry::Slowly),
    ];
    for (answer, expected) in answers {
        let sink = HttpSink::start().await;
        sink.will_answer([answer.cut()]);
        assert_eq!(failed(attempt(&webhook(sink.url("/hook"))).await).0, expected);
    }
}

#[tokio::test]
async fn a_refusal_in_the_body_is_a_failure_for_chat_but_not_for_a_webhook() {
    let page = "\u{feff}\n<!-- portal --><html><body>Sign in</body></html>";
    let long =
        format!(r#"{{"ok":false,"error":"invalid_blocks","echo":"{}"}}"#, "x".repeat(200_000));
    let answers = [
        (
            Answer::status(200).with_body(r#"{"ok":false,"error":"channel_not_found"}"#),
            Retry::Slowly,
            "HTTP 200 OK with the refusal: channel_not_found",
        ),
        (
            Answer::status(201).with_body(r#"{"success":false}"#),
            Retry::Slowly,
            "HTTP 201 Created with a refusal",
        ),
        (
            Answer::status(200).with_body("no_service"),
            Retry::Slowly,
            "HTTP 200 OK with the refusal: no_service",
        ),
        (Answer::status(200).with_body(page), Retry::Slowly, "HTTP 200 OK with a web page"),
        (
            Answer::status(200).with_body(long),
            Retry::Slowly,
            "HTTP 200 OK with the refusal: invalid_blocks",
        ),
        (
            Answer::status(200).with_body("rate_limited"),
            Retry::Later,
            "HTTP 200 OK with the refusal: rate_limited",
        ),
        (
            Answer::status(200)
                .with_body(r#"{"ok":false,"error":"ratelimited"}"#)
                .with_header("retry-after", "90"),
            Retry::After(Duration::from_secs(90)),
            "HTTP 200 OK with the refusal: ratelimited",
        ),
    ];
    let sink = HttpSink::start().await;
    for (answer, retry, detail) in answers {
        sink.will_answer([answer.clone(), answer]);
        let expected =
            (retry, format!("expected the chat service to accept the message, but got {detail}"));
        assert_eq!(failed(attempt(&slack(sink.url("/slack"))).await), expected);
        assert!(
            matches!(attempt(&webhook(sink.url("/hook"))).await, Outcome::Delivered { .. }),
            "a webhook is assessed by its status"
        );
    }
}

#[tokio::test]
async fn a_chat_answer_without_a_refusal_is_a_success() {
    let sink = HttpSink::start().await;
    let long = format!(r#"{{"ok":true,"message":"{}"}}"#, "x".repeat(200_000));
    for body in
        ["ok", "", r#"{"ok":true}"#, r#"{"id":"1","status":"queued"}"#, "thank you", long.as_str()]
    {
        sink.will_answer([Answer::status(200).with_body(body)]);
        assert_eq!(
            attempt(&slack(sink.url("/slack"))).await,
            Outcome::Delivered { detail: "HTTP 200 OK".into() },
            "{body:.40}"
        );
    }
    sink.will_answer([Answer::status(204)]);
    assert!(matches!(attempt(&slack(sink.url("/slack"))).await, Outcome::Delivered { .. }));
}

#[tokio::test]
async fn a_chat_answer_that_ends_before_its_result_is_retried() {
    let sink = HttpSink::start().await;
    for body in ["", "o", r#"{"ok":"#] {
        sink.will_answer([Answer::status(200).with_body(body).broken_off()]);
        let (retry, detail) = failed(attempt(&slack(sink.url("/slack"))).await);
        assert_eq!(retry, Retry::Later);
        assert!(detail.ends_with("but its answer broke off (HTTP 200 OK)"), "{detail}");
    }
    for (body, is_delivered) in [("ok", true), (r#"{"ok":true,"#, true), (r#"{"ok":false,"#, false)]
    {
        sink.will_answer([Answer::status(200).with_body(body).broken_off()]);
        assert_eq!(
            matches!(attempt(&slack(sink.url("/slack"))).await, Outcome::Delivered { .. }),
            is_delivered,
            "{body}"
        );
    }
    // A slow one has the time of the attempt and no more.
    sink.will_answer([Answer::status(200).cut()]);
    let slow =
        attempt_from(&slack(sink.url("/slack")), &alert(), Duration::from_millis(300), 0).await;
    assert_eq!((failed(slow.outcome).0, slow.parts_done), (Retry::Later, 0));
}

#[tokio::test]
async fn a_chat_refusal_shows_no_secret() {
    let sink = HttpSink::start().await;
    let url = sink.url(&format!("/services/{TOKEN}"));
    for body in [
        format!(r#"{{"ok":false,"error":"no hook {TOKEN} at {url}"}}"#),
        format!("no_service {url}"),
        format!("invalid_token: {TOKEN}"),
    ] {
        sink.will_answer([Answer::status(200).with_body(&body)]);
        let (_, detail) = failed(attempt(&slack(url.clone())).await);
        assert!(
            detail.contains("the refusal: ") && !detail.contains(TOKEN) && !detail.contains("://"),
            "{detail}"
        );
    }
}

#[tokio::test]
async fn slack_gets_blocks_and_a_text_with_the_delivery_id() {
    let sink = HttpSink::start().await;
    let receiver = slack(sink.url("/services/T0/B0/x"));
    assert!(matches!(attempt(&receiver).await, Outcome::Delivered { .. }));
    let [message] = sink.received().try_into().unwrap();
    let message = message.json();
    assert_eq!(message["blocks"][0]["type"], "header");
    let id = Delivery::id_of(&alert().alert_id, "desk", "");
    assert!(message["text"].as_str().unwrap().contains(id.as_str()));
}

#[tokio::test]
async fn an_email_arrives_complete() {
    let sink = SmtpSink::start(SmtpBehavior::default()).await;
    let receiver = email(&sink);
    let Outcome::Delivered { detail } = attempt(&receiver).await else { panic!("not delivered") };
    assert_eq!(detail, "SMTP 250 2.0.0 queued as 1A2B3C");
    let [mail] = sink.mails().try_into().unwrap();
    assert_eq!(
        (mail.from.as_str(), mail.to.as_slice()),
        ("alerts@example.com", ["officer@example.org".to_owned()].as_slice())
    );
    let id = Delivery::id_of(&alert().alert_id, "compliance", "officer@example.org");
    assert_eq!(mail.header("Message-ID"), Some(format!("<{id}@entitywatch.example.com>")));
    assert_eq!(mail.header("Subject"), Some("Entity List: 2 added, no rule found yet".to_owned()));
    for part in [
        "multipart/alternative",
        "text/plain",
        "text/html",
        "changes.csv",
        "changes.json",
        "changes.xlsx",
    ] {
        assert!(mail.data.contains(part), "{part}");
    }
    let text = mail.data.replace("=\r\n", "");
    assert!(text.matches("Example Trading").count() >= 2, "in both parts: {text}");
}

#[tokio::test]
async fn a_relay_works_again_after_a_refusal() {
    let sink = SmtpSink::start(SmtpBehavior {
        recipient_reply: Some("451 4.7.1 come back later"),
        ..SmtpBehavior::default()
    })
    .await;
    let receiver = email(&sink);
    let (alert, deliverer) = (alert(), deliverer(Duration::from_secs(20)));
    let delivery = delivery(&alert, &receiver);
    let message = Message { delivery: &delivery, alert: &alert, screening: None };
    let (retry, _) = failed(deliverer.attempt(&receiver, &message, now(), 0).await.outcome);
    assert_eq!(retry, Retry::Later);
    sink.behave(SmtpBehavior::default());
    assert!(matches!(
        deliverer.attempt(&receiver, &message, now(), 0).await.outcome,
        Outcome::Delivered { .. }
    ));
}

#[tokio::test]
async fn a_late_reply_is_never_used_as_the_reply_to_the_next_message() {
    let late = Arc::new(tokio::sync::Notify::new());
    let sink = SmtpSink::start(SmtpBehavior {
        data_reply_waits_for: Some(late.clone()),
        ..SmtpBehavior::default()
    })
    .await;
    let (alert, receiver, deliverer) = (alert(), email(&sink), deliverer(Duration::from_secs(20)));
    let delivery = delivery(&alert, &receiver);
    let message = Message { delivery: &delivery, alert: &alert, screening: None };
    // Canceled while the server is still processing the message.
    tokio::select! {
        _ = deliverer.attempt(&receiver, &message, now(), 0) => panic!("no answer was sent yet"),
        () = sink.until_message_is_complete() => {}
    }
    late.notify_one();
    sink.until(|mails| mails.len() == 1).await;
    sink.behave(SmtpBehavior { data_reply: Some("554 5.7.1 refused"), ..SmtpBehavior::default() });
    for _ in 0..3 {
        let (retry, detail) =
            failed(deliverer.attempt(&receiver, &message, now(), 0).await.outcome);
        assert_eq!(
            (retry, detail.as_str()),
            (Retry::Slowly, "the mail server refused the message for good: SMTP 554 5.7.1 refused")
        );
    }
}

#[tokio::test]
async fn an_accepted_message_does_not_wait_for_quit() {
    let sink =
        SmtpSink::start(SmtpBehavior { ignores_quit: true, ..SmtpBehavior::default() }).await;
    assert!(matches!(attempt(&email(&sink)).await, Outcome::Delivered { .. }));
}

#[tokio::test]
async fn each_reply_of_a_mail_server_has_an_outcome() {
    let replies = [
        (
            SmtpBehavior {
                recipient_reply: Some("451 4.7.1 greylisted"),
                ..SmtpBehavior::default()
            },
            Retry::Later,
            "the mail server did not take the message now: SMTP 451 4.7.1 greylisted",
        ),
        (
            SmtpBehavior {
                recipient_reply: Some("550 5.1.1 <officer@example.org> unknown"),
                ..SmtpBehavior::default()
            },
            Retry::Slowly,
            "the mail server refused the message for good: SMTP 550 5.1.1 <[…]> unknown",
        ),
        (
            SmtpBehavior { data_reply: Some("552 5.3.4 too big"), ..SmtpBehavior::default() },
            Retry::Slowly,
            "the mail server refused the message for good: SMTP 552 5.3.4 too big",
        ),
        (
            SmtpBehavior { data_reply: Some("452 4.3.1 disk full"), ..SmtpBehavior::default() },
            Retry::Later,
            "the mail server did not take the message now: SMTP 452 4.3.1 disk full",
        ),
        (
            SmtpBehavior { data_reply: Some("354 go on"), ..SmtpBehavior::default() },
            Retry::Later,
            "expected SMTP 2xx for the message, but got SMTP 354 go on",
        ),
    ];
    for (behavior, retry, detail) in replies {
        let sink = SmtpSink::start(behavior).await;
        assert_eq!(failed(attempt(&email(&sink)).await), (retry, detail.to_owned()));
        assert!(sink.mails().is_empty());
    }
}

#[tokio::test]
async fn a_silent_mail_server_times_out() {
    let sink = SmtpSink::start(SmtpBehavior { silent: true, ..SmtpBehavior::default() }).await;
    let outcome =
        attempt_from(&email(&sink), &alert(), Duration::from_millis(200), 0).await.outcome;
    assert_eq!(failed(outcome).0, Retry::Later);
}

#[tokio::test]
async fn a_server_without_starttls_is_refused() {
    let sink = SmtpSink::start(SmtpBehavior::default()).await;
    let mut receiver = email(&sink);
    if let Channel::Email(settings) = &mut receiver.channel {
        let mut smtp = (*settings.smtp).clone();
        smtp.tls = Tls::Starttls;
        settings.smtp = Arc::new(smtp);
    }
    let (retry, detail) = failed(attempt(&receiver).await);
    assert_eq!(retry, Retry::Slowly);
    assert!(detail.contains("STARTTLS"), "{detail}");
    assert!(sink.mails().is_empty());
}

#[tokio::test]
async fn no_outcome_and_no_debug_output_contains_a_secret() {
    let sink = HttpSink::start().await;
    let url = sink.url(&format!("/hook/{TOKEN}?key=query-token"));
    // A server that repeats everything it received.
    let echo = format!("{url} {} {} Bearer s3cr3t-header query-token", SECRETS[0], SECRETS[1]);
    let (webhook, slack) = (webhook(url.clone()), slack(url.clone()));
    let mut outputs = vec![format!("{webhook:?} {slack:?}")];
    for receiver in [&webhook, &slack] {
        for status in [400, 404, 410, 500, 503] {
            // The Slack server does not know the secrets of the webhook.
            let body = if receiver.name == "erp" { &echo } else { &url };
            sink.will_answer([Answer::status(status).with_body(body)]);
            outputs.push(failed(attempt(receiver).await).1);
        }
    }
    // A closed port, and addresses that cannot be dialed.
    let closed = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    for unreachable in [
        format!("http://{closed}/{TOKEN}"),
        format!("http://nowhere.invalid/{TOKEN}"),
        format!("no address {TOKEN}"),
        format!("http://169.254.169.254/{TOKEN}"),
    ] {
        outputs.push(failed(attempt(&self::webhook(unreachable.clone())).await).1);
        outputs.push(failed(attempt(&self::slack(unreachable)).await).1);
    }
    let smtp = SmtpSink::start(SmtpBehavior {
        recipient_reply: Some("550 user mailer password correct horse battery from 192.0.2.1"),
        ..SmtpBehavior::default()
    })
    .await;
    let mut mailer = email(&smtp);
    if let Channel::Email(settings) = &mut mailer.channel {
        let mut with_password = (*settings.smtp).clone();
        (with_password.username, with_password.password) =
            (Some("mailer-account".into()), Some(Secret::new(PASSWORD)));
        outputs.push(format!("{with_password:?}"));
        settings.smtp = Arc::new(SmtpSettings { username: None, ..with_password });
    }
    outputs.push(failed(attempt(&mailer).await).1);
    for text in &outputs {
        for secret in [
            TOKEN,
            "query-token",
            "s3cr3t-header",
            PASSWORD,
            "MfKQ9r8",
            "C2FVsBQ",
            "192.0.2.1",
            "nowhere.invalid",
        ] {
            assert!(!text.contains(secret), "{secret} in {text}");
        }
        assert!(!text.contains("://"), "{text}");
    }
}

/// A console whose output can be read.
#[derive(Clone, Default)]
struct Screen(Arc<Mutex<Vec<u8>>>);

impl Write for Screen {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.lock().unwrap().write(bytes)
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

/// A pipe whose reader has closed it.
struct ClosedPipe;

impl Write for ClosedPipe {
    fn write(&mut self, _: &[u8]) -> std::io::Result<usize> {
        Err(std::io::ErrorKind::BrokenPipe.into())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

async fn attempt_on(console: Box<dyn Write + Send>) -> Outcome {
    let messages = MessageSettings { timezone: TimeZone::UTC.into(), ..MessageSettings::default() };
    let deliverer = Deliverer::with_console(
        &HttpSettings::default(),
        messages,
        Duration::from_secs(20),
        console,
    )
    .unwrap();
    let (alert, receiver) = (
        alert(),
        Receiver {
            name: "log".into(),
            operator: true,
            acknowledge: None,
            show_matches: false,
            channel: Channel::Console,
        },
    );
    let delivery = delivery(&alert, &receiver);
    deliverer
        .attempt(
            &receiver,
            &Message { delivery: &delivery, alert: &alert, screening: None },
            now(),
            0,
        )
        .await
        .outcome
}

#[tokio::test]
async fn the_console_shows_the_alert_and_its_delivery() {
    let screen = Screen::default();
    assert!(matches!(attempt_on(Box::new(screen.clone())).await, Outcome::Delivered { .. }));
    let text = String::from_utf8(screen.0.lock().unwrap().clone()).unwrap();
    assert!(text.contains("Example Trading") && text.contains("Delivery: dlv_"), "{text}");
}

#[tokio::test]
async fn a_closed_pipe_is_a_failure_and_not_a_panic() {
    assert_eq!(
        failed(attempt_on(Box::new(ClosedPipe)).await),
        (Retry::Later, "failed to write to the console: broken pipe".to_owned())
    );
}
