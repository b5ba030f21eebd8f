//! The email channel: one message a recipient, through the operator's own relay.

mod attachment;
mod compose;
mod reply;

use std::time::Duration;

use jiff::Timestamp;
use lettre::transport::smtp::PoolConfig;
use lettre::transport::smtp::authentication::Credentials;
use lettre::transport::smtp::client::{Certificate, Tls as LettreTls, TlsParameters};
use lettre::{AsyncSmtpTransport, AsyncTransport, Tokio1Executor};

use super::deliverer::DeliverError;
use super::{EmailSettings, Message, MessageSettings, Outcome, Retry, SmtpSettings, Tls};
use crate::dial;

/// A pool of connections to one relay; a clone is the same pool.
pub type Relay = AsyncSmtpTransport<Tokio1Executor>;

/// How long an unused connection is kept: the watcher sends in bursts, and relays close idle connections.
const IDLE: Duration = Duration::from_secs(20);
const MOST_CONNECTIONS: u32 = 4;

/// Prepares the connections to a relay; dials nothing yet.
pub fn relay(smtp: &SmtpSettings, timeout: Duration) -> Result<Relay, DeliverError> {
    dial::install_tls_provider();
    // `builder_dangerous` is the one builder that takes every port and form of TLS; the danger is its default of none.
    let mut builder = AsyncSmtpTransport::<Tokio1Executor>::builder_dangerous(&smtp.host)
        .port(smtp.port)
        .tls(tls(smtp)?)
        .timeout(Some(timeout))
        .pool_config(PoolConfig::new().max_size(MOST_CONNECTIONS).idle_timeout(IDLE));
    if let (Some(username), Some(password)) = (&smtp.username, &smtp.password) {
        builder = builder.credentials(Credentials::new(username.clone(), password.expose().to_owned()));
    }
    Ok(builder.build())
}

fn tls(smtp: &SmtpSettings) -> Result<LettreTls, DeliverError> {
    if smtp.tls == Tls::None {
        return Ok(LettreTls::None);
    }
    let mut parameters = TlsParameters::builder(smtp.host.clone());
    if let Some(pem) = &smtp.ca_pem {
        let reason = "expected certificates in PEM in `ca_file`, but got something else".to_owned();
        parameters = parameters.add_root_certificate(Certificate::from_pem(pem).map_err(|_| DeliverError::Smtp { reason })?);
    }
    let parameters = parameters.build().map_err(|error| DeliverError::Smtp { reason: error.to_string() })?;
    Ok(if smtp.tls == Tls::Implicit { LettreTls::Wrapper(parameters) } else { LettreTls::Required(parameters) })
}

/// Sends one message to the delivery's recipient.
pub async fn send(relay: &Relay, settings: &EmailSettings, message: &Message<'_>, messages: &MessageSettings, now: Timestamp) -> Outcome {
    let email = match compose::email(&settings.smtp.from, message, messages, now) {
        Ok(email) => email,
        Err(error) => return Outcome::Failed { retry: Retry::Slowly, detail: error.to_string() },
    };
    let hidden = reply::hidden(&settings.smtp, &message.delivery.recipient);
    match relay.send(email).await {
        Ok(response) => reply::taken(&response, &hidden),
        Err(error) => reply::failed(&error, &hidden),
    }
}
