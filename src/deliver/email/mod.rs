//! The email channel: one message a recipient, through the operator's own relay.

mod attachment;
mod compose;
mod relay;
mod reply;

use jiff::Timestamp;

use super::{EmailSettings, Message, MessageSettings, Outcome, Retry};

pub use relay::Relay;

/// Sends one message to the delivery's recipient.
pub async fn send(relay: &Relay, settings: &EmailSettings, message: &Message<'_>, messages: &MessageSettings, now: Timestamp) -> Outcome {
    let email = match compose::email(&settings.smtp.from, message, messages, now) {
        Ok(email) => email,
        Err(error) => return Outcome::Failed { retry: Retry::Slowly, detail: error.to_string() },
    };
    let hidden = reply::hidden(&settings.smtp, &message.delivery.recipient);
    match relay.send(&email).await {
        Ok(response) => reply::answered(&response, &hidden),
        Err(error) => reply::failed(&error, &hidden),
    }
}
