//! What a mail server's reply means: the one table for SMTP. Pure.

use std::error::Error as _;

use lettre::transport::smtp::Error;
use lettre::transport::smtp::response::{Response, Severity};

use crate::deliver::excerpt::{Hidden, excerpt};
use crate::deliver::{Outcome, Retry, SmtpSettings};

/// What of these settings, and of the recipient, is not to be repeated from a server's text.
pub fn hidden(smtp: &SmtpSettings, recipient: &str) -> Hidden {
    let secrets = [smtp.password.as_ref().map(|password| password.expose()), smtp.username.as_deref(), Some(smtp.host.as_str())];
    Hidden::of(secrets.into_iter().flatten().chain([recipient]))
}

/// The server's last word on the message: taken only if it is a 2xx. lettre lets a 3xx pass, which is the answer to a
/// command in the midst of a dialogue and never to a message.
pub fn answered(response: &Response, hidden: &Hidden) -> Outcome {
    let text: Vec<&str> = response.message().collect();
    let said = format!("SMTP {} {}", response.code(), text.join(" "));
    match response.code().severity {
        Severity::PositiveCompletion => Outcome::Delivered { detail: excerpt(&said, hidden) },
        _ => {
            Outcome::Failed { retry: Retry::Later, detail: excerpt(&format!("expected SMTP 2xx for the message, but got {said}"), hidden) }
        }
    }
}

/// It has not, or could not be asked.
pub fn failed(error: &Error, hidden: &Hidden) -> Outcome {
    let said = chain(error);
    let (retry, detail) = match error.status() {
        Some(code) if error.is_permanent() => (Retry::Slowly, format!("the mail server refused the message for good: SMTP {code} {said}")),
        Some(code) => (Retry::Later, format!("the mail server did not take the message now: SMTP {code} {said}")),
        // lettre has no kind for it: a certificate comes as a connection that failed.
        None if said.to_lowercase().contains("certificate") => {
            (Retry::Later, format!("failed to trust the mail server's certificate: {said}"))
        }
        None if error.is_timeout() => (Retry::Later, "the mail server did not answer in time".to_owned()),
        // What this end could not do with what the server offers: STARTTLS, a way to log in.
        None if error.is_client() => (Retry::Slowly, format!("failed to come to terms with the mail server: {said}")),
        None if error.is_response() => (Retry::Later, format!("expected the reply of a mail server, but got another text: {said}")),
        None => (Retry::Later, format!("failed to reach the mail server: {said}")),
    };
    Outcome::Failed { retry, detail: excerpt(&detail, hidden) }
}

/// The causes of an error without lettre's own words for its kinds.
fn chain(error: &Error) -> String {
    let mut said: Vec<String> = Vec::new();
    let mut source = error.source();
    while let Some(cause) = source {
        let text = cause.to_string();
        if !said.iter().any(|before| before.contains(&text)) {
            said.push(text);
        }
        source = cause.source();
    }
    said.join(": ")
}
