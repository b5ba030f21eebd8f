//! The SMTP dialogue with unusual, strict and hostile mail servers.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use entitywatch::deliver::{
    Deliverer, Message, MessageSettings, OAuth2Settings, Outcome, Retry, SmtpSettings, Tls,
};
use entitywatch::dial::HttpSettings;
use entitywatch::domain::AlertBody;
use entitywatch::secret::Secret;
use futures_util::FutureExt;
use jiff::tz::TimeZone;
use tokio::net::{TcpListener, TcpSocket, TcpStream};

use crate::deliver::{alert_with, delivery, email_receiver, failed, now, smtp_settings};
use crate::mail_server::{Input, MailServer, Reply, certificate, default_reply};
use crate::sinks::{Answer, HttpSink};

const TIMEOUT: Duration = Duration::from_secs(20);

fn settings(server: &MailServer) -> SmtpSettings {
    smtp_settings(server.address)
}

fn deliverer(timeout: Duration) -> Deliverer {
    let messages = MessageSettings { timezone: TimeZone::UTC.into(), ..MessageSettings::default() };
    Deliverer::new(
        &HttpSettings { no_proxy: Some("*".to_owned()), ..HttpSettings::default() },
        messages,
        timeout,
    )
    .unwrap()
}

/// One attempt to deliver an alert with this many entries, each with long remarks.
async fn attempt_with(deliverer: &Deliverer, smtp: SmtpSettings, entries: usize) -> Outcome {
    let (mut alert, receiver) =
        (alert_with((0..entries).map(|n| format!("Example Trading {n}"))), email_receiver(smtp));
    if let AlertBody::ListChanged(data) = &mut alert.body {
        data.changes
            .iter_mut()
            .for_each(|change| change.entry.remarks = "Formerly of another street. ".repeat(50));
    }
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

async fn attempt(smtp: SmtpSettings) -> Outcome {
    attempt_with(&deliverer(TIMEOUT), smtp, 2).await
}

fn delivered(outcome: Outcome) -> String {
    match outcome {
        Outcome::Delivered { detail } => detail,
        Outcome::Failed { detail, .. } => {
            panic!("expected it to be delivered, but it failed: {detail}")
        }
    }
}

// --- the final reply

#[tokio::test]
async fn a_final_reply_may_take_longer_than_the_timeout() {
    let server = MailServer::start(|input| {
        if input.verb() == "." {
            default_reply(input, "").after_ms(900)
        } else {
            default_reply(input, "")
        }
    })
    .await;
    let outcome = attempt_with(&deliverer(Duration::from_millis(300)), settings(&server), 2).await;
    assert_eq!(delivered(outcome), "SMTP 250 2.0.0 queued");
}

#[tokio::test]
async fn each_step_has_the_timeout_for_itself() {
    // Seven steps of 150 ms each.
    let server = MailServer::start(|input| default_reply(input, "").after_ms(150)).await;
    delivered(attempt_with(&deliverer(Duration::from_millis(600)), settings(&server), 2).await);
    let server = MailServer::start(|input| {
        if input.verb() == "RCPT" {
            default_reply(input, "").after_ms(60_000)
        } else {
            default_reply(input, "")
        }
    })
    .await;
    let (retry, detail) =
        failed(attempt_with(&deliverer(Duration::from_millis(300)), settings(&server), 2).await);
    assert_eq!(
        (retry, detail.as_str()),
        (Retry::Later, "the mail server did not answer in time (waiting for RCPT)")
    );
}

#[tokio::test]
async fn only_the_code_of_the_final_reply_decides() {
    let accepted: [&[u8]; 9] = [
        b"250\r\n",
        b"250 \r\n",
        b"250\n",
        b"250 Nachricht \xfcbernommen\r\n",
        b"250 \xff\xfe\x00\r\n",
        b"250-taken\r\n250\r\n",
        b"250-taken\r\nand more\r\n250 end\r\n",
        b"\r\nfiltered: clean\r\n250 ok\r\n",
        b"251 2.1.5 forwarded\r\n",
    ];
    for reply in accepted {
        let server = MailServer::start(move |input| {
            if input.verb() == "." { reply.into() } else { default_reply(input, "") }
        })
        .await;
        delivered(attempt(settings(&server)).await);
        let closes = MailServer::start(move |input| match input.verb() {
            "." => Reply::from(reply.strip_suffix(b"\r\n").unwrap_or(reply)).then_closes(),
            _ => default_reply(input, ""),
        });
        delivered(attempt(settings(&closes.await)).await);
    }
    for reply in [
        &b"354 go on\r\n"[..],
        b"334 \r\n",
        b"550\r\n",
        b"450 later\r\n",
        b"250-taken\r\n554 not after all\r\n",
    ] {
        let server = MailServer::start(move |input| {
            if input.verb() == "." { reply.into() } else { default_reply(input, "") }
        })
        .await;
        failed(attempt(settings(&server)).await);
    }
}

#[tokio::test]
async fn every_reply_may_be_in_another_encoding() {
    let server = MailServer::start(|input| match input.verb() {
        "(connected)" => b"220-\xdcbergabe\r\n220\r\n".into(),
        "EHLO" => b"250-gr\xfc\xdfe\r\n250\r\n".into(),
        "MAIL" | "RCPT" => b"250 \xe4\r\n".into(),
        "DATA" => b"354\r\n".into(),
        _ => default_reply(input, ""),
    });
    delivered(attempt(settings(&server.await)).await);
}

#[tokio::test]
async fn a_server_that_knows_only_helo_gets_the_message() {
    let server = MailServer::start(|input| {
        if input.verb() == "EHLO" { "502 what\r\n".into() } else { default_reply(input, "") }
    })
    .await;
    delivered(attempt(settings(&server)).await);
    assert!(server.lines().iter().any(|line| line.starts_with("HELO ")));
}

#[tokio::test]
async fn replies_sent_before_any_command_are_not_accepted() {
    // The replies of a complete dialogue, all sent before the first command.
    let all = "220 hi\r\n250 ok\r\n250 ok\r\n250 ok\r\n354 go on\r\n250 taken\r\n";
    let server =
        MailServer::start(
            move |input| if input.verb() == "(connected)" { all.into() } else { Reply::from("") },
        )
        .await;
    let (retry, detail) = failed(attempt(settings(&server)).await);
    assert_eq!(retry, Retry::Later);
    assert!(detail.contains("sent more"), "{detail}");
    assert!(server.messages().is_empty());
}

// --- addresses

#[tokio::test]
async fn the_second_address_is_dialed_if_the_first_drops_packets() {
    let dropping = TcpSocket::new_v4().unwrap();
    dropping.bind("127.0.0.2:0".parse().unwrap()).unwrap();
    let dropping = dropping.listen(1).unwrap();
    let first = dropping.local_addr().unwrap();
    let mut connections = Vec::new();
    while let Ok(Ok(stream)) =
        tokio::time::timeout(Duration::from_millis(100), TcpStream::connect(first)).await
    {
        connections.push(stream);
    }
    let server = MailServer::start(|input| default_reply(input, "")).await;
    delivered(attempt_at(vec![first, server.address], &server).await);
}

#[tokio::test]
async fn the_next_address_is_tried_after_one_that_fails() {
    let silent = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let refusing = TcpListener::bind("127.0.0.1:0").await.unwrap().local_addr().unwrap();
    let busy = MailServer::start(|_| Reply::from("421 too busy\r\n").then_closes()).await;
    let server = MailServer::start(|input| default_reply(input, "")).await;
    let addresses = vec![refusing, silent.local_addr().unwrap(), busy.address, server.address];
    delivered(attempt_at(addresses, &server).await);
    assert_eq!(server.messages().len(), 1);
    let (retry, detail) = failed(attempt_at(vec![busy.address], &server).await);
    assert_eq!(
        (retry, detail.as_str()),
        (Retry::Later, "the mail server does not serve: SMTP 421 too busy")
    );
    assert_eq!(
        failed(attempt_at(vec![], &server).await).1,
        "failed to find the mail server's address (DNS)"
    );
}

#[tokio::test]
async fn a_relays_name_is_looked_up_in_ascii() {
    let server = MailServer::start(|input| default_reply(input, "")).await;
    let address = server.address;
    let deliverer = deliverer(TIMEOUT).with_lookup(Arc::new(move |host, _| {
        assert_eq!(host, "xn--bcher-kva.example");
        async move { Ok(vec![address]) }.boxed()
    }));
    delivered(
        attempt_with(
            &deliverer,
            SmtpSettings { host: "bücher.example".to_owned(), ..settings(&server) },
            2,
        )
        .await,
    );
}

/// One attempt in which the name of the relay resolves to these addresses.
async fn attempt_at(addresses: Vec<SocketAddr>, server: &MailServer) -> Outcome {
    let deliverer = deliverer(Duration::from_secs(2)).with_lookup(Arc::new(move |host, _| {
        assert_eq!(host, "mail.example.com");
        let addresses = addresses.clone();
        async move { Ok(addresses) }.boxed()
    }));
    attempt_with(
        &deliverer,
        SmtpSettings { host: "mail.example.com".to_owned(), ..settings(server) },
        2,
    )
    .await
}

// --- the size of a message

/// A server that announces this limit and enforces it, counting every byte.
async fn limited(announced: Option<usize>, limit: usize) -> MailServer {
    let extensions = announced.map(|size| format!("250-SIZE {size}\r\n")).unwrap_or_default();
    MailServer::start(move |input| {
        let stated =
            input.line.split_once("SIZE=").and_then(|(_, size)| size.parse().ok()).unwrap_or(0);
        match (input.verb(), &input.message) {
            ("MAIL", _) if stated > limit => "552 5.3.4 too big\r\n".into(),
            (_, Some(message)) if message.len() + 3 > limit => {
                "552 5.3.4 Message size exceeds fixed limit\r\n".into()
            }
            _ => default_reply(input, &extensions),
        }
    })
    .await
}

/// The last message that the server accepted, with its text decoded.
fn accepted_message(server: &MailServer) -> String {
    server.messages().pop().unwrap().replace("=\r\n", "")
}

#[tokio::test]
async fn a_message_within_the_limit_is_complete() {
    let server = limited(Some(10_240_000), 10_240_000).await;
    delivered(attempt_with(&deliverer(TIMEOUT), settings(&server), 2).await);
    let message = accepted_message(&server);
    assert!(message.contains("changes.csv") && !message.contains("left out"), "{message}");
    let size = server
        .lines()
        .iter()
        .find_map(|line| line.split_once("SIZE=").map(|(_, size)| size.parse::<usize>().unwrap()))
        .unwrap();
    assert_eq!(size, server.messages()[0].replace("\r\n..", "\r\n.").len());
}

#[tokio::test]
async fn a_large_message_is_sent_without_attachments_and_then_shorter() {
    const ENTRIES: usize = 120;
    let unlimited = limited(None, usize::MAX).await;
    delivered(attempt_with(&deliverer(TIMEOUT), settings(&unlimited), ENTRIES).await);
    let complete_bytes = unlimited.messages()[0].len();
    // The limit is announced, or only enforced.
    for announces in [true, false] {
        for (limit, has, has_not) in [
            (
                complete_bytes * 90 / 100,
                "The attachments (the changes as a spreadsheet, CSV and JSON) are left out",
                "changes.csv\"",
            ),
            (complete_bytes * 15 / 100, "details of each entry are left out", "changes.csv\""),
            (13_000, "names of the entries are left out", "Example Trading 7"),
        ] {
            let server = limited(announces.then_some(limit), limit).await;
            delivered(attempt_with(&deliverer(TIMEOUT), settings(&server), ENTRIES).await);
            let message = accepted_message(&server);
            let text = message.split("text/html").next().unwrap();
            assert!(
                message.contains(has) && !message.contains(has_not),
                "{announces} {limit}: {text}"
            );
            assert!(message.contains("entitywatch alerts --id"), "{message}");
            assert!(
                !announces || server.messages().len() == 1,
                "a message that is known not to fit is not sent"
            );
        }
    }
}

#[tokio::test]
async fn a_server_that_hangs_up_on_a_long_message_gets_a_shorter_one() {
    let server = MailServer::start(|input| match &input.message {
        Some(message) if message.contains("changes.csv") => {
            Reply::from("552 too big\r\n").then_closes()
        }
        _ => default_reply(input, ""),
    })
    .await;
    delivered(attempt(settings(&server)).await);
    assert_eq!(server.inputs().last().unwrap().connection, 2);
    assert!(accepted_message(&server).contains("refused a longer message"));
}

#[tokio::test]
async fn a_full_mailbox_does_not_shorten_the_message() {
    let server = MailServer::start(|input| {
        if input.verb() == "." {
            "552 5.2.2 mailbox full\r\n".into()
        } else {
            default_reply(input, "")
        }
    })
    .await;
    assert_eq!(failed(attempt(settings(&server)).await).0, Retry::Slowly);
    assert_eq!(server.messages().len(), 1);
}

// --- TLS

fn trusting(server: &MailServer, name: &str, tls: Tls) -> SmtpSettings {
    let pem =
        std::fs::read(format!("{}/tests/fixtures/tls/{name}.cert.pem", env!("CARGO_MANIFEST_DIR")))
            .unwrap();
    SmtpSettings { tls, ca_pem: Some(pem), ..settings(server) }
}

const STARTTLS: &str = "250-STARTTLS\r\n";

#[tokio::test]
async fn replies_from_before_tls_are_not_accepted_inside_it() {
    let server =
        MailServer::with_tls(certificate("loopback"), |input| match (input.in_tls, input.verb()) {
            (false, "STARTTLS") => "220 go on\r\n250 ok\r\n250 ok\r\n250 ok\r\n354 go on\r\n250 \
                                    2.0.0 queued\r\n"
                .into(),
            (true, _) => "554 5.7.1 refused\r\n".into(),
            _ => default_reply(input, STARTTLS),
        })
        .await;
    let (retry, detail) = failed(attempt(trusting(&server, "loopback", Tls::Starttls)).await);
    assert_eq!(retry, Retry::Later);
    assert!(detail.contains("text came between"), "{detail}");
}

#[tokio::test]
async fn capabilities_are_requested_again_inside_tls() {
    let server =
        MailServer::with_tls(certificate("loopback"), |input| match (input.in_tls, input.verb()) {
            (false, "EHLO") => {
                default_reply(input, "250-STARTTLS\r\n250-SIZE 10\r\n250-AUTH PLAIN\r\n")
            }
            (_, "EHLO") => default_reply(input, "250-AUTH LOGIN\r\n"),
            (_, "AUTH") => "334 VXNlcjo=\r\n".into(),
            _ if input.previous == "AUTH LOGIN" => "334 UGFzczo=\r\n".into(),
            _ if input.line == "aHVudGVyMg==" => "235 welcome\r\n".into(),
            _ => default_reply(input, ""),
        })
        .await;
    let smtp = trusting(&server, "loopback", Tls::Starttls);
    let smtp = SmtpSettings {
        username: Some("alerts".into()),
        password: Some(Secret::new("hunter2")),
        ..smtp
    };
    delivered(attempt(smtp).await);
    assert!(server.lines().contains(&"AUTH LOGIN".to_owned()));
    assert!(server.messages()[0].contains("changes.csv"), "the limit from before TLS is discarded");
}

#[tokio::test]
async fn a_self_signed_certificate_can_be_trusted_by_configuration() {
    let server =
        MailServer::with_tls(certificate("self-signed"), |input| default_reply(input, STARTTLS))
            .await;
    let (retry, detail) =
        failed(attempt(SmtpSettings { tls: Tls::Starttls, ..settings(&server) }).await);
    assert_eq!(retry, Retry::Later);
    assert!(
        detail.contains("[smtp] `ca_file`") && detail.contains("`certificate_sha256`"),
        "{detail}"
    );
    // Trusting one server does not trust another.
    failed(attempt(trusting(&server, "loopback", Tls::Starttls)).await);
    delivered(attempt(trusting(&server, "self-signed", Tls::Starttls)).await);
    let plain = settings(&server);
    let of_http = trusting(&server, "self-signed", Tls::Starttls).ca_pem;
    failed(attempt(SmtpSettings { tls: Tls::Starttls, http_ca_pem: of_http, ..plain }).await);
}

#[tokio::test]
async fn only_the_pinned_certificate_is_accepted() {
    use rustls::pki_types::pem::PemObject as _;
    let pem = std::fs::read(format!(
        "{}/tests/fixtures/tls/self-signed.cert.pem",
        env!("CARGO_MANIFEST_DIR")
    ))
    .unwrap();
    let der = rustls::pki_types::CertificateDer::from_pem_slice(&pem).unwrap();
    let hash: [u8; 32] = <sha2::Sha256 as sha2::Digest>::digest(der.as_ref()).into();
    for (name, expected) in [("self-signed", true), ("loopback", false)] {
        let server =
            MailServer::with_tls(certificate(name), |input| default_reply(input, STARTTLS)).await;
        let smtp = SmtpSettings {
            certificate_sha256: Some(hash),
            ca_pem: None,
            ..trusting(&server, name, Tls::Starttls)
        };
        match attempt(smtp).await {
            Outcome::Delivered { .. } => assert!(expected),
            Outcome::Failed { detail, .. } => {
                assert!(!expected && detail.contains("`certificate_sha256`"), "{detail}");
            }
        }
    }
}

#[tokio::test]
async fn a_certificate_for_another_name_is_refused_even_with_its_authority() {
    let server =
        MailServer::with_tls(certificate("loopback"), |input| default_reply(input, STARTTLS)).await;
    delivered(attempt(trusting(&server, "loopback", Tls::Starttls)).await);
    let smtp = trusting(&server, "loopback", Tls::Starttls);
    let smtp = SmtpSettings {
        host: "mail.example.com".into(),
        http_ca_pem: smtp.ca_pem.clone(),
        ca_pem: None,
        ..smtp
    };
    let address = server.address;
    let deliverer = deliverer(TIMEOUT)
        .with_lookup(Arc::new(move |_, _| async move { Ok(vec![address]) }.boxed()));
    let (_, detail) = failed(attempt_with(&deliverer, smtp, 2).await);
    assert!(detail.contains("another name"), "{detail}");
}

// --- names and logging in

#[tokio::test]
async fn a_strict_server_gets_a_full_name_or_an_address() {
    let server = MailServer::start(|input| match input.verb() {
        "EHLO" if !input.line.contains(['.', ':']) => {
            "504 5.5.2 need fully-qualified hostname\r\n".into()
        }
        _ => default_reply(input, ""),
    })
    .await;
    delivered(attempt(settings(&server)).await);
    delivered(
        attempt(SmtpSettings {
            hello: Some("entitywatch.example.com".into()),
            ..settings(&server)
        })
        .await,
    );
    assert!(server.lines().contains(&"EHLO entitywatch.example.com".to_owned()));
    let (retry, detail) =
        failed(attempt(SmtpSettings { hello: Some("short".into()), ..settings(&server) }).await);
    assert_eq!(retry, Retry::Slowly);
    assert!(detail.contains("[smtp] `hello`"), "{detail}");
}

#[tokio::test]
async fn the_error_of_a_refused_login_contains_no_secret() {
    let server = MailServer::start(|input| match input.verb() {
        "EHLO" => default_reply(input, "250-AUTH PLAIN LOGIN\r\n"),
        "AUTH" if input.line != "AUTH LOGIN" => format!("504 unknown: {}\r\n", input.line).into(),
        "AUTH" => "334\r\n".into(),
        _ if input.previous == "AUTH LOGIN" => "334\r\n".into(),
        "(connected)" => default_reply(input, ""),
        _ => format!("535 no: {} alerts hunter2\r\n", input.line).into(),
    })
    .await;
    let smtp = SmtpSettings {
        username: Some("alerts".into()),
        password: Some(Secret::new("hunter2")),
        ..settings(&server)
    };
    let (retry, detail) = failed(attempt(smtp).await);
    assert_eq!(
        (retry, detail.as_str()),
        (Retry::Slowly, "failed to log in to the mail server: SMTP 535 no: […] […] […]")
    );
}

fn with_oauth2(server: &MailServer, tokens: &HttpSink) -> SmtpSettings {
    let oauth2 = OAuth2Settings {
        token_url: tokens.url("/tenant/token").parse().unwrap(),
        client_id: "the-client".into(),
        client_secret: Secret::new("s3cr3t & more"),
        scope: Some("https://mail.example.com/.default".into()),
    };
    SmtpSettings {
        username: Some("alerts@example.com".into()),
        oauth2: Some(oauth2),
        ..settings(server)
    }
}

/// Accepts only the token `good`.
fn xoauth2(input: &Input) -> Reply {
    use base64::Engine as _;
    let good = base64::engine::general_purpose::STANDARD
        .encode("user=alerts@example.com\x01auth=Bearer good\x01\x01");
    match input.verb() {
        "EHLO" => default_reply(input, "250-AUTH PLAIN XOAUTH2\r\n"),
        "AUTH" if input.line.ends_with(&good) => "235 2.7.0 Accepted\r\n".into(),
        "AUTH" => "334 eyJzdGF0dXMiOiI0MDEiLCJzY2hlbWVzIjoiYmVhcmVyIn0=\r\n".into(),
        "" => "535 5.7.8 Username and Password not accepted\r\n".into(),
        _ => default_reply(input, ""),
    }
}

#[tokio::test]
async fn a_token_logs_in_and_is_cached() {
    let (server, tokens) = (MailServer::start(xoauth2).await, HttpSink::start().await);
    tokens.will_answer([Answer::status(200)
        .with_body(r#"{"access_token":"good","token_type":"Bearer","expires_in":3600}"#)]);
    let (deliverer, smtp) = (deliverer(TIMEOUT), with_oauth2(&server, &tokens));
    let (alert, receiver) = (alert_with(["A".to_owned()]), email_receiver(smtp));
    let delivery = delivery(&alert, &receiver);
    let message = Message { delivery: &delivery, alert: &alert, screening: None };
    for _ in 0..2 {
        delivered(deliverer.attempt(&receiver, &message, now(), 0).await.outcome);
    }
    let requests = tokens.received();
    assert_eq!(requests.len(), 1);
    assert_eq!(requests[0].header("content-type"), Some("application/x-www-form-urlencoded"));
    assert_eq!(
        requests[0].body,
        "grant_type=client_credentials&scope=https%3A%2F%2Fmail.example.com%2F.default&\
         client_id=the-client&client_secret=s3cr3t+%26+more"
    );
    // Shortly before it expires, a new one is requested.
    tokens.will_answer([
        Answer::status(200).with_body(r#"{"access_token":"good","expires_in":"3600"}"#)
    ]);
    let later = now() + jiff::SignedDuration::from_secs(3_570);
    delivered(deliverer.attempt(&receiver, &message, later, 0).await.outcome);
    assert_eq!(tokens.received().len(), 2);
}

#[tokio::test]
async fn a_refused_token_is_renewed_once() {
    let token = |token: &str| {
        Answer::status(200).with_body(format!(r#"{{"access_token":"{token}","expires_in":3600}}"#))
    };
    let (server, tokens) = (MailServer::start(xoauth2).await, HttpSink::start().await);
    tokens.will_answer([token("withdrawn"), token("good")]);
    delivered(attempt(with_oauth2(&server, &tokens)).await);
    assert_eq!(tokens.received().len(), 2);

    let (server, tokens) = (MailServer::start(xoauth2).await, HttpSink::start().await);
    tokens.will_answer([token("withdrawn"), token("withdrawn-too"), token("good")]);
    let (retry, detail) = failed(attempt(with_oauth2(&server, &tokens)).await);
    assert_eq!(retry, Retry::Slowly);
    assert_eq!(
        detail,
        "failed to log in to the mail server: SMTP 535 5.7.8 Username and Password not accepted"
    );
    assert_eq!(tokens.received().len(), 2);
}

#[tokio::test]
async fn the_error_of_a_denied_token_names_the_host_and_the_reason_and_no_secret() {
    let (server, tokens) = (MailServer::start(xoauth2).await, HttpSink::start().await);
    let denied = |status, error: &str| {
        let body = format!(
            r#"{{"error":"{error}","error_description":"s3cr3t & more of the-client is wrong"}}"#
        );
        Answer::status(status).with_body(body)
    };
    for (answers, retry, reason) in [
        (
            vec![denied(400, "invalid_scope")],
            Retry::Slowly,
            "got HTTP 400, saying: invalid_scope […] of […] is wrong",
        ),
        (
            vec![denied(401, "invalid_client"), denied(401, "invalid_client")],
            Retry::Slowly,
            "got HTTP 401, saying: invalid_client",
        ),
        (
            vec![denied(503, "temporarily_unavailable")],
            Retry::Later,
            "got HTTP 503, saying: temporarily_unavailable",
        ),
        (
            vec![Answer::status(200).with_body("<html>")],
            Retry::Later,
            "expected a token in its answer",
        ),
        (
            vec![Answer::status(302).with_header("location", "http://127.0.0.1/")],
            Retry::Slowly,
            "got HTTP 302",
        ),
    ] {
        tokens.will_answer(answers);
        let (found, detail) = failed(attempt(with_oauth2(&server, &tokens)).await);
        assert_eq!(found, retry, "{detail}");
        assert!(
            detail.starts_with("failed to get an access token from 127.0.0.1: ")
                && detail.contains(reason),
            "{detail}"
        );
        assert!(!detail.contains("s3cr3t") && !detail.contains("the-client"), "{detail}");
    }
    tokens.will_answer([Answer::silence()]);
    let (retry, detail) = failed(
        attempt_with(&deliverer(Duration::from_millis(300)), with_oauth2(&server, &tokens), 2)
            .await,
    );
    assert_eq!(
        (retry, detail.as_str()),
        (Retry::Later, "failed to get an access token from 127.0.0.1: it did not answer in time")
    );
    // Some servers accept the client's name and secret only in the header.
    tokens.will_answer([
        denied(401, "invalid_client"),
        Answer::status(200).with_body(r#"{"access_token":"good"}"#),
    ]);
    delivered(attempt(with_oauth2(&server, &tokens)).await);
    let last = tokens.received().pop().unwrap();
    assert_eq!(last.header("authorization"), Some("Basic dGhlLWNsaWVudDpzM2NyM3QrJTI2K21vcmU="));
    assert_eq!(
        last.body,
        "grant_type=client_credentials&scope=https%3A%2F%2Fmail.example.com%2F.default"
    );
}
