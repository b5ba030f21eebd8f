//! The reasons why a message could not be handed to the mail server.

use std::{fmt, io};

use crate::deliver::email::oauth2::TokenError;
use crate::deliver::email::smtp_reply::Reply;

/// A step of the SMTP dialogue.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SmtpStep {
    Greeting,
    Ehlo,
    Starttls,
    Login,
    /// `MAIL` and `RSET`.
    Sender,
    Recipient,
    /// `DATA`, whose reply allows the message.
    Data,
    /// The lines of the message, without the final dot.
    Body,
    /// The final reply to the message.
    Message,
}

impl fmt::Display for SmtpStep {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            SmtpStep::Greeting => "its greeting",
            SmtpStep::Ehlo => "EHLO",
            SmtpStep::Starttls => "STARTTLS",
            SmtpStep::Login => "AUTH",
            SmtpStep::Sender => "MAIL",
            SmtpStep::Recipient => "RCPT",
            SmtpStep::Data => "DATA",
            SmtpStep::Body => "the message",
            SmtpStep::Message => "the end of the message",
        })
    }
}

/// The reason of a failure. The text contains no address. Text that a server sent is not redacted
/// yet.
#[derive(Debug, thiserror::Error)]
pub enum SmtpError {
    #[error("failed to find the mail server's address (DNS)")]
    Lookup,
    #[error("failed to reach the mail server: {0}")]
    Connect(io::Error),
    #[error("the mail server did not answer in time (waiting for {0})")]
    Timeout(SmtpStep),
    #[error("the mail server closed the connection (at {0})")]
    Closed(SmtpStep),
    #[error("the connection to the mail server failed (at {step}): {error}")]
    Broken { step: SmtpStep, error: io::Error },
    #[error("expected the reply of a mail server, but got another text: {0}")]
    NotAReply(String),
    #[error("expected one reply to each command, but the mail server sent more (before {0})")]
    OutOfOrder(SmtpStep),
    #[error(
        "refused to use TLS: text came between the mail server's answer to STARTTLS and TLS, \
         perhaps from someone on the way"
    )]
    TextBeforeTls,
    #[error("failed to agree on TLS with the mail server: {0}")]
    Tls(String),
    /// The certificate is not trusted.
    #[error("failed to trust the mail server's certificate: {0}")]
    Certificate(String),
    /// The server refused, or the reply does not fit the step.
    #[error("{}", .reply.text())]
    Reply { step: SmtpStep, reply: Reply },
    /// The client needs something that the server does not offer.
    #[error("failed to agree with the mail server: {0}")]
    NotOffered(String),
    #[error(transparent)]
    Token(#[from] TokenError),
    #[error("failed to write the message: {0}")]
    Compose(String),
}

impl SmtpError {
    /// Whether a shorter message may be accepted: the server says that this one is too long (RFC
    /// 1870, RFC 3463).
    pub fn is_too_long(&self) -> bool {
        let SmtpError::Reply {
            step: SmtpStep::Sender | SmtpStep::Data | SmtpStep::Body | SmtpStep::Message,
            reply,
        } = self
        else {
            return false;
        };
        match reply.enhanced() {
            Some((3, 4) | (2, 3)) => reply.is_refusal(),
            Some(_) => false,
            None => matches!(reply.code, 552 | 523),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(step: SmtpStep, code: u16, text: &str, expected: bool) {
        let error = SmtpError::Reply { step, reply: Reply { code, lines: vec![text.to_owned()] } };
        assert_eq!(error.is_too_long(), expected, "{step} {code} {text}");
    }

    #[test]
    fn only_a_length_error_suggests_a_shorter_message() {
        check(SmtpStep::Sender, 552, "5.3.4 Message size exceeds fixed limit", true);
        check(SmtpStep::Message, 552, "message too big", true);
        check(SmtpStep::Message, 554, "5.3.4 too big", true);
        check(SmtpStep::Body, 552, "5.2.3 longer than the mailbox takes", true);
        check(SmtpStep::Message, 452, "4.3.4 too big for now", true);
        check(SmtpStep::Message, 552, "5.2.2 mailbox full", false);
        check(SmtpStep::Recipient, 552, "5.3.4 too big", false);
        check(SmtpStep::Message, 554, "5.7.1 refused", false);
        check(SmtpStep::Message, 451, "try again", false);
        assert!(!SmtpError::Timeout(SmtpStep::Message).is_too_long());
    }
}
