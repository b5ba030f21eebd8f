//! Turns the result of an SMTP attempt into a delivery outcome: the one table for SMTP. Pure.

use crate::deliver::email::error::{SmtpError, SmtpStep};
use crate::deliver::email::login;
use crate::deliver::email::smtp_reply::Reply;
use crate::deliver::redacted_reply::{Redaction, redacted};
use crate::deliver::{Outcome, Retry, SmtpSettings};

/// The secrets in the settings and the recipient, which must not appear in quoted server text.
pub fn redaction(smtp: &SmtpSettings, recipient: &str) -> Redaction {
    let secrets =
        [smtp.password.as_ref(), smtp.oauth2.as_ref().map(|oauth2| &oauth2.client_secret)]
            .into_iter()
            .flatten();
    let mut redaction: Vec<String> =
        secrets.clone().map(|secret| secret.expose().to_owned()).collect();
    let username = smtp.username.as_deref().unwrap_or_default();
    // Some servers repeat a command that they do not know.
    redaction.extend(secrets.flat_map(|secret| login::encoded_credentials(username, secret)));
    redaction.extend([username, smtp.host.as_str(), recipient].map(str::to_owned));
    Redaction::of(redaction.iter().map(String::as_str))
}

/// The server took the message: its final reply is a 2xx.
pub fn delivered(reply: &Reply, redaction: &Redaction) -> Outcome {
    Outcome::Delivered { detail: redacted(&text_of(reply, redaction), redaction) }
}

/// The server did not take the message, or could not be reached.
pub fn failed(error: &SmtpError, redaction: &Redaction) -> Outcome {
    let (retry, detail) = match error {
        SmtpError::Reply { step, reply } => {
            let text = format!("{}{}", refusal_text(*step, reply), text_of(reply, redaction));
            let detail = redacted(&text, redaction);
            (retry_of(reply), format!("{detail}{}", hint(*step, reply)))
        }
        SmtpError::Token(token) => (token.retry, token.to_string()),
        // The client cannot use what the server offers, and a retry alone does not help.
        SmtpError::NotOffered(_) | SmtpError::Compose(_) => {
            (Retry::Slowly, redacted(&error.to_string(), redaction))
        }
        // Not shortened, because the hint for the operator comes last.
        SmtpError::Certificate(_) => (Retry::Later, error.to_string()),
        SmtpError::NotAReply(_) if redaction.quotes_nothing() => {
            (Retry::Later, SmtpError::NotAReply("other text".to_owned()).to_string())
        }
        SmtpError::Lookup
        | SmtpError::Connect(_)
        | SmtpError::Timeout(_)
        | SmtpError::Closed(_)
        | SmtpError::Broken { .. }
        | SmtpError::NotAReply(_)
        | SmtpError::OutOfOrder(_)
        | SmtpError::TextBeforeTls
        | SmtpError::Tls(_) => (Retry::Later, redacted(&error.to_string(), redaction)),
    };
    Outcome::Failed { retry, detail }
}

fn text_of(reply: &Reply, redaction: &Redaction) -> String {
    if redaction.quotes_nothing() { reply.codes() } else { reply.text() }
}

/// A 5xx needs a person. Any other refusal may be temporary.
fn retry_of(reply: &Reply) -> Retry {
    if reply.code >= 500 { Retry::Slowly } else { Retry::Later }
}

fn refusal_text(step: SmtpStep, reply: &Reply) -> String {
    match (step, reply.code) {
        (SmtpStep::Greeting, _) => "the mail server does not serve: ".to_owned(),
        (SmtpStep::Ehlo, _) => "the mail server refused the name in EHLO: ".to_owned(),
        (SmtpStep::Starttls, _) => "the mail server refused STARTTLS: ".to_owned(),
        (SmtpStep::Login, _) => "failed to log in to the mail server: ".to_owned(),
        (_, 500..) => "the mail server refused the message for good: ".to_owned(),
        (_, 400..) => "the mail server did not take the message now: ".to_owned(),
        // A 3xx is a reply in the middle of a dialogue and never a reply to a message.
        (SmtpStep::Data, _) => "expected SMTP 354 for DATA, but got ".to_owned(),
        _ => "expected SMTP 2xx for the message, but got ".to_owned(),
    }
}

/// The words of servers that object to the name in EHLO.
const EHLO_WORDS: [&str; 5] = ["helo", "ehlo", "fully-qualified", "fully qualified", "fqdn"];

/// Names the key that helps. Strict servers object to the name in EHLO only at the recipient.
fn hint(step: SmtpStep, reply: &Reply) -> &'static str {
    let text = reply.text().to_ascii_lowercase();
    let is_about_hello = match step {
        SmtpStep::Ehlo => reply.code >= 500,
        SmtpStep::Sender | SmtpStep::Recipient => {
            reply.is_refusal() && EHLO_WORDS.iter().any(|word| text.contains(word))
        }
        _ => false,
    };
    if is_about_hello {
        "; [smtp] `hello` sets the name that entitywatch gives in EHLO"
    } else {
        ""
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(step: SmtpStep, code: u16, text: &str, retry: Retry, detail: &str) {
        let error = SmtpError::Reply { step, reply: Reply { code, lines: vec![text.to_owned()] } };
        assert_eq!(
            failed(&error, &Redaction::default()),
            Outcome::Failed { retry, detail: detail.to_owned() }
        );
    }

    /// The server repeats the subject of a message with counterparties.
    #[test]
    fn no_words_of_a_server_are_kept_if_the_message_has_counterparties() {
        let redaction = Redaction::default().without_quotes();
        let reply = Reply { code: 554, lines: vec!["5.7.1 spam: Quiet Harbour".to_owned()] };
        let error = SmtpError::Reply { step: SmtpStep::Message, reply: reply.clone() };
        let Outcome::Failed { detail, .. } = failed(&error, &redaction) else { panic!("failed") };
        assert_eq!(detail, "the mail server refused the message for good: SMTP 554 5.7.1");
        let Outcome::Delivered { detail } = delivered(&reply, &redaction) else { panic!("taken") };
        assert_eq!(detail, "SMTP 554 5.7.1");
        let error = SmtpError::NotAReply("Quiet Harbour".to_owned());
        let Outcome::Failed { detail, .. } = failed(&error, &redaction) else { panic!("failed") };
        assert!(!detail.contains("Harbour"), "{detail}");
    }

    #[test]
    fn each_reply_at_each_step_has_an_outcome() {
        check(
            SmtpStep::Message,
            451,
            "4.3.0 busy",
            Retry::Later,
            "the mail server did not take the message now: SMTP 451 4.3.0 busy",
        );
        check(
            SmtpStep::Message,
            554,
            "5.7.1 spam",
            Retry::Slowly,
            "the mail server refused the message for good: SMTP 554 5.7.1 spam",
        );
        check(
            SmtpStep::Message,
            354,
            "go on",
            Retry::Later,
            "expected SMTP 2xx for the message, but got SMTP 354 go on",
        );
        check(
            SmtpStep::Data,
            250,
            "",
            Retry::Later,
            "expected SMTP 354 for DATA, but got SMTP 250",
        );
        check(
            SmtpStep::Greeting,
            421,
            "busy",
            Retry::Later,
            "the mail server does not serve: SMTP 421 busy",
        );
        check(
            SmtpStep::Greeting,
            554,
            "no",
            Retry::Slowly,
            "the mail server does not serve: SMTP 554 no",
        );
        check(
            SmtpStep::Login,
            535,
            "5.7.8 no",
            Retry::Slowly,
            "failed to log in to the mail server: SMTP 535 5.7.8 no",
        );
        check(
            SmtpStep::Login,
            454,
            "later",
            Retry::Later,
            "failed to log in to the mail server: SMTP 454 later",
        );
        check(
            SmtpStep::Starttls,
            454,
            "no TLS now",
            Retry::Later,
            "the mail server refused STARTTLS: SMTP 454 no TLS now",
        );
    }

    #[test]
    fn a_refusal_of_the_ehlo_name_names_the_key() {
        let hello = "; [smtp] `hello` sets the name that entitywatch gives in EHLO";
        let detail =
            format!("the mail server refused the name in EHLO: SMTP 504 need a full name{hello}");
        check(SmtpStep::Ehlo, 504, "need a full name", Retry::Slowly, &detail);
        let detail = format!(
            "the mail server refused the message for good: SMTP 550 Helo command rejected{hello}"
        );
        check(SmtpStep::Recipient, 550, "Helo command rejected", Retry::Slowly, &detail);
        let detail = format!(
            "the mail server refused the message for good: SMTP 504 need fully-qualified \
             hostname{hello}"
        );
        check(SmtpStep::Sender, 504, "need fully-qualified hostname", Retry::Slowly, &detail);
        check(
            SmtpStep::Recipient,
            550,
            "no user",
            Retry::Slowly,
            "the mail server refused the message for good: SMTP 550 no user",
        );
    }
}
