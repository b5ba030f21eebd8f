//! The email channel: one message a recipient, through the operator's own relay.
//!
//! `compose` writes a message in one of its forms (`form`, `index`, `page`); `relay` opens a
//! session (`connection`, `hello`, `tls`, `login`, `oauth2`); `transaction` hands the message over;
//! `reply` says what the outcome means.

mod attachment;
mod capabilities;
mod compose;
mod connection;
mod data;
mod error;
mod form;
mod hello;
mod index;
mod login;
mod oauth2;
mod page;
mod relay;
mod reply;
mod reply_lines;
mod tls;
mod transaction;

use jiff::Timestamp;

use crate::deliver::{EmailSettings, Message, MessageSettings, Outcome};
use crate::dial::LazyClient;
use error::{SmtpError, Step};
use form::{Form, Limit};
use relay::Session;
use reply_lines::Reply;
use transaction::Outgoing;

pub use hello::is_hello;
pub use relay::Relay;

/// One attempt at an email.
pub struct Attempt<'a> {
    pub relay: &'a Relay,
    /// For the access token, if there is one to get.
    pub clients: &'a LazyClient,
    pub settings: &'a EmailSettings,
    pub message: &'a Message<'a>,
    pub messages: &'a MessageSettings,
    pub now: Timestamp,
}

/// Sends one message to the delivery's recipient.
///
/// Bounds its own time: each step has the time-out, and the final reply has ten minutes.
pub async fn send(attempt: &Attempt<'_>) -> Outcome {
    let hidden = reply::hidden(&attempt.settings.smtp, &attempt.message.delivery.recipient);
    match attempt.send_what_fits().await {
        Ok(taken) => reply::taken(&taken, &hidden),
        Err(error) => reply::failed(&error, &hidden),
    }
}

impl Attempt<'_> {
    /// Sends the first of the message's forms that the server takes.
    async fn send_what_fits(&self) -> Result<Reply, SmtpError> {
        let mut session = self.relay.open(self.clients, self.now).await?;
        let mut limit = Limit::of(session.capabilities.most_bytes());
        let most_bytes = limit.most_bytes();
        let mut forms = Form::of(self.message.alert).iter().copied().peekable();
        while let Some(form) = forms.next() {
            let is_last = forms.peek().is_none();
            let outgoing = self.write(form, limit)?;
            if !is_last && !outgoing.fits(most_bytes) {
                continue;
            }
            match transaction::send(&mut session, &outgoing).await {
                Ok(taken) => {
                    relay::say_goodbye(session);
                    return Ok(taken);
                }
                Err(error) if !is_last && error.is_too_long() => {
                    limit = Limit::Refused;
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

    fn write(&self, form: Form, limit: Limit) -> Result<Outgoing, SmtpError> {
        let email = compose::email(
            &self.settings.smtp.from,
            self.message,
            self.messages,
            self.now,
            form,
            limit,
        );
        email
            .map(|email| Outgoing::new(&email))
            .map_err(|error| SmtpError::Compose(error.to_string()))
    }
}

/// The session, ready for another message; none where it is not certain what the server still has
/// to say.
async fn after(mut session: Session, error: &SmtpError) -> Option<Session> {
    if matches!(error, SmtpError::Reply { step: Step::Body, .. }) {
        return None;
    }
    let reply = session.connection.command("RSET\r\n", Step::Sender).await.ok()?;
    reply.is_success().then_some(session)
}
