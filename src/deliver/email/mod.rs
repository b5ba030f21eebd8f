//! The email channel: one message for each recipient, through the operator's own relay.
//!
//! `compose` builds a message at one level of detail (`detail_level`, `entry_limit`, `html_part`).
//! `relay` opens a session (`connection`, `ehlo_name`, `tls`, `login`, `oauth2`). `transaction`
//! hands over the message. `smtp_outcome` turns the result into an outcome.

mod attachment;
mod capabilities;
mod compose;
mod connection;
mod detail_level;
mod dot_stuffing;
mod ehlo_name;
mod entry_limit;
mod error;
mod html_part;
mod login;
mod match_table;
mod oauth2;
mod relay;
mod smtp_outcome;
mod smtp_reply;
mod spreadsheet;
mod table_cells;
mod tls;
mod transaction;

use jiff::Timestamp;

use crate::deliver::{EmailSettings, Message, MessageSettings, Outcome};
use crate::dial::LazyClient;
use crate::domain::{Alert, Delivery, Screening};
use detail_level::{DetailLevel, SizeLimit};
use error::{SmtpError, SmtpStep};
use relay::Session;
use smtp_reply::Reply;
use transaction::Outgoing;

pub use compose::ComposeError;
pub use ehlo_name::is_hello;
pub use relay::Relay;

/// The inputs of one attempt at an email.
pub struct Attempt<'a> {
    pub relay: &'a Relay,
    /// For requests for an access token.
    pub clients: &'a LazyClient,
    pub settings: &'a EmailSettings,
    pub message: &'a Message<'a>,
    pub messages: &'a MessageSettings,
    pub now: Timestamp,
}

/// The whole message to the first recipient, as it would be sent.
pub fn preview(
    settings: &EmailSettings,
    receiver: &str,
    alert: &Alert,
    screening: Option<&Screening>,
    messages: &MessageSettings,
) -> Result<String, ComposeError> {
    let recipient = settings.to.first().map(ToString::to_string).unwrap_or_default();
    let delivery = Delivery::pending(&alert.alert_id, receiver, &recipient, alert.created_at);
    let email = compose::email(
        &settings.smtp.from,
        &Message { delivery: &delivery, alert, screening },
        messages,
        alert.created_at,
        DetailLevel::Full,
        SizeLimit::of(None),
    )?;
    Ok(String::from_utf8_lossy(&email.formatted()).into_owned())
}

/// Sends one message to the recipient of the delivery.
///
/// Limits its own time: each step has the timeout of the relay, and the final reply may take ten
/// minutes.
pub async fn send(attempt: &Attempt<'_>) -> Outcome {
    let recipient = &attempt.message.delivery.recipient;
    let redaction =
        attempt.message.quoting(smtp_outcome::redaction(&attempt.settings.smtp, recipient));
    match attempt.send_largest_accepted().await {
        Ok(taken) => smtp_outcome::delivered(&taken, &redaction),
        Err(error) => smtp_outcome::failed(&error, &redaction),
    }
}

impl Attempt<'_> {
    /// Sends the first level of detail that the server accepts.
    async fn send_largest_accepted(&self) -> Result<Reply, SmtpError> {
        let mut session = self.relay.open(self.clients, self.now).await?;
        let mut limit = SizeLimit::of(session.capabilities.max_bytes());
        let max_bytes = limit.max_bytes();
        let mut levels = DetailLevel::of(self.message.alert).iter().copied().peekable();
        while let Some(level) = levels.next() {
            let is_last = levels.peek().is_none();
            let outgoing = self.write(level, limit)?;
            if !is_last && !outgoing.fits(max_bytes) {
                continue;
            }
            match transaction::send(&mut session, &outgoing).await {
                Ok(taken) => {
                    relay::send_quit(session);
                    return Ok(taken);
                }
                Err(error) if !is_last && error.is_too_long() => {
                    limit = SizeLimit::Refused;
                    session = match after(session, &error).await {
                        Some(session) => session,
                        None => self.relay.open(self.clients, self.now).await?,
                    };
                }
                Err(error) => return Err(error),
            }
        }
        Err(SmtpError::Compose("it has no form that can be sent".to_owned()))
    }

    fn write(&self, level: DetailLevel, limit: SizeLimit) -> Result<Outgoing, SmtpError> {
        let email = compose::email(
            &self.settings.smtp.from,
            self.message,
            self.messages,
            self.now,
            level,
            limit,
        );
        email
            .map(|email| Outgoing::new(&email))
            .map_err(|error| SmtpError::Compose(error.to_string()))
    }
}

/// Resets the session for another message. `None` if the server may still send a reply to the
/// failed one.
async fn after(mut session: Session, error: &SmtpError) -> Option<Session> {
    if matches!(error, SmtpError::Reply { step: SmtpStep::Body, .. }) {
        return None;
    }
    let reply = session.connection.command("RSET\r\n", SmtpStep::Sender).await.ok()?;
    reply.is_success().then_some(session)
}
