//! Sends one message over an open session: `MAIL`, `RCPT`, `DATA` and the final reply (RFC 5321,
//! 3.3).

use std::time::Duration;

use lettre::address::Envelope;
use lettre::transport::smtp::commands::{Data, Mail, Rcpt};
use lettre::transport::smtp::extension::{MailBodyParameter, MailParameter};

use crate::deliver::email::capabilities::Capabilities;
use crate::deliver::email::connection::{accepted, refused};
use crate::deliver::email::dot_stuffing::dot_stuffed;
use crate::deliver::email::error::{SmtpError, SmtpStep};
use crate::deliver::email::relay::Session;
use crate::deliver::email::smtp_reply::Reply;

/// The limit for the final reply (RFC 5321, 4.5.3.2.6). The server may forward the message before
/// it replies. A client that gives up earlier sends the message twice.
const FINAL_REPLY_TIMEOUT: Duration = Duration::from_mins(10);
/// The bytes that the server may count in addition: the final dot and the header that it adds.
const MARGIN_BYTES: u64 = 1024;

/// A message in the form in which it is sent.
pub struct Outgoing {
    envelope: Envelope,
    lines: Vec<u8>,
    /// The size as RFC 1870 counts it: without the doubled dots.
    size_bytes: u64,
    is_ascii: bool,
}

impl Outgoing {
    pub fn new(email: &lettre::Message) -> Self {
        let message = email.formatted();
        let (lines, is_ascii) = (dot_stuffed(&message), message.is_ascii());
        Self {
            envelope: email.envelope().clone(),
            lines,
            size_bytes: bytes(message.len()),
            is_ascii,
        }
    }

    /// Whether a server with the limit `max_bytes` accepts the message, however it counts.
    pub fn fits(&self, max_bytes: u64) -> bool {
        bytes(self.lines.len()) + MARGIN_BYTES <= max_bytes
    }
}

fn bytes(count: usize) -> u64 {
    u64::try_from(count).unwrap_or(u64::MAX)
}

/// Hands over a message and returns the final reply, which is a 2xx.
///
/// # Errors
///
/// After an error the session is in an unknown state, unless the error is a reply to `MAIL`, `RCPT`
/// or the message.
pub async fn send(session: &mut Session, message: &Outgoing) -> Result<Reply, SmtpError> {
    let Session { connection, capabilities } = session;
    let parameters = parameters(capabilities, message)?;
    let sender = Mail::new(message.envelope.from().cloned(), parameters);
    accepted(SmtpStep::Sender, connection.command(&sender.to_string(), SmtpStep::Sender).await?)?;
    for recipient in message.envelope.to() {
        let recipient = Rcpt::new(recipient.clone(), Vec::new());
        accepted(
            SmtpStep::Recipient,
            connection.command(&recipient.to_string(), SmtpStep::Recipient).await?,
        )?;
    }
    let reply = connection.command(&Data.to_string(), SmtpStep::Data).await?;
    if reply.code != 354 {
        return Err(refused(SmtpStep::Data, reply));
    }
    connection.message(&message.lines).await?;
    accepted(
        SmtpStep::Message,
        connection.reply_within(SmtpStep::Message, FINAL_REPLY_TIMEOUT).await?,
    )
}

/// The parameters of `MAIL` that this message needs on this server.
fn parameters(
    capabilities: &Capabilities,
    message: &Outgoing,
) -> Result<Vec<MailParameter>, SmtpError> {
    let mut parameters = Vec::new();
    let mut addresses = message.envelope.from().into_iter().chain(message.envelope.to());
    if addresses.any(|address| !AsRef::<str>::as_ref(address).is_ascii()) {
        if !capabilities.utf8 {
            return Err(SmtpError::NotOffered(
                "expected it to take addresses with letters beyond ASCII (SMTPUTF8), but it does \
                 not"
                .to_owned(),
            ));
        }
        parameters.push(MailParameter::SmtpUtfEight);
    }
    if !message.is_ascii {
        if !capabilities.eight_bit {
            return Err(SmtpError::NotOffered(
                "expected it to take letters beyond ASCII (8BITMIME), but it does not".to_owned(),
            ));
        }
        parameters.push(MailParameter::Body(MailBodyParameter::EightBitMime));
    }
    if capabilities.size_bytes.is_some() {
        parameters
            .push(MailParameter::Size(usize::try_from(message.size_bytes).unwrap_or(usize::MAX)));
    }
    Ok(parameters)
}
