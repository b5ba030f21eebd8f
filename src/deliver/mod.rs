//! Stage 6: brings alerts to people and programs. Knows channels and wording, no database and no
//! schedule.
//!
//! [`Deliverer::attempt`] tries a delivery once, whatever its channel; [`retry::next`] says what
//! becomes of it. The channels share their words (`wording`), their layout (`layout`) and, for
//! HTTP, one table of answers (`answer`); the body of a chat service's answer is judged too
//! (`chat_answer`).

mod answer;
mod chat_answer;
mod console;
mod deliverer;
mod email;
mod redacted_reply;
pub mod layout;
mod mrkdwn;
pub mod plain;
mod post;
pub mod preview;
pub mod retry;
#[cfg(test)]
mod sample;
mod selection;
mod signature;
mod slack;
mod webhook;
pub mod wording;

use std::time::Duration;

use lettre::Address;
use lettre::message::Mailbox;

use crate::domain::{Alert, Delivery};
use crate::secret::Secret;

pub use deliverer::{Attempted, DeliverError, Deliverer};
pub use email::is_hello;
pub use layout::{LayoutError, text};
pub use retry::{Next, RetryPolicy, next};
pub use selection::for_delivery;
pub use signature::{SecretError, key_length};

/// One `[[receiver]]`.
#[derive(Clone, Debug)]
pub struct Receiver {
    pub name: String,
    /// Gets what operators are told.
    pub operator: bool,
    pub channel: Channel,
}

#[derive(Clone, Debug)]
pub enum Channel {
    Email(EmailSettings),
    Slack(SlackSettings),
    Webhook(WebhookSettings),
    /// Standard output.
    Console,
}

impl Channel {
    pub fn kind(&self) -> &'static str {
        match self {
            Channel::Email(_) => "email",
            Channel::Slack(_) => "slack",
            Channel::Webhook(_) => "webhook",
            Channel::Console => "console",
        }
    }
}

impl Receiver {
    /// The recipients, each of which has a delivery of its own.
    pub fn recipients(&self) -> Vec<String> {
        match &self.channel {
            Channel::Email(email) => email.to.iter().map(ToString::to_string).collect(),
            Channel::Slack(_) | Channel::Webhook(_) | Channel::Console => vec![String::new()],
        }
    }
}

#[derive(Clone, Debug)]
pub struct EmailSettings {
    pub smtp: std::sync::Arc<SmtpSettings>,
    pub to: Vec<Address>,
}

/// `[smtp]`: the operator's own relay.
#[derive(Clone, Debug)]
pub struct SmtpSettings {
    pub host: String,
    pub port: u16,
    pub tls: Tls,
    pub username: Option<String>,
    pub password: Option<Secret>,
    /// Instead of a password.
    pub oauth2: Option<OAuth2Settings>,
    pub from: Mailbox,
    /// The name in EHLO, or an address. Without it: the machine's full name, else the address of
    /// the connection.
    pub hello: Option<String>,
    /// PEM of certificates that are trusted for this relay beside the system's: authorities, or
    /// the relay's own.
    pub ca_pem: Option<Vec<u8>>,
    /// PEM of `[http] ca_file`: authorities that are trusted too.
    pub http_ca_pem: Option<Vec<u8>>,
    /// SHA-256 of the one certificate that is accepted, whatever issued it.
    pub certificate_sha256: Option<[u8; 32]>,
}

/// `[smtp.oauth2]`: access tokens by client credentials.
#[derive(Clone, Debug)]
pub struct OAuth2Settings {
    pub token_url: url::Url,
    pub client_id: String,
    pub client_secret: Secret,
    pub scope: Option<String>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Tls {
    /// Refuses to go on where the server does not offer it.
    Starttls,
    Implicit,
    None,
}

#[derive(Clone, Debug)]
pub struct SlackSettings {
    /// The incoming webhook's address is its only secret.
    pub url: Secret,
    pub allow_private: bool,
}

#[derive(Clone, Debug)]
pub struct WebhookSettings {
    pub url: Secret,
    /// `whsec_…`; several while rotating; none: unsigned, which `config check` warns of.
    pub secrets: Vec<Secret>,
    pub headers: Vec<(String, Secret)>,
    pub allow_private: bool,
}

/// `[messages]` and what messages link to.
#[derive(Clone, Debug)]
pub struct MessageSettings {
    pub timezone: wording::time::Zone,
    pub public_url: Option<url::Url>,
}

/// One delivery with all that its message says.
#[derive(Clone, Debug)]
pub struct Message<'a> {
    pub delivery: &'a Delivery,
    /// Reduced to the delivery's selection: its `changes` and `summary` are the receiver's,
    /// `total` is of all.
    pub alert: &'a Alert,
}

/// What an attempt came to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// The receiver's server has taken it; `detail` is its answer.
    Delivered { detail: String },
    /// Not taken. `detail` says why, without addresses, URLs or tokens.
    Failed { retry: Retry, detail: String },
}

/// What to do about a failed attempt.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Retry {
    /// On the schedule's next step.
    Later,
    /// Not before this long from now; spends no attempt (429 and 503 with Retry-After).
    After(Duration),
    /// A person probably has to act (other 4xx, SMTP 5xx): told at once, and retried on the slow
    /// end of the schedule.
    Slowly,
    /// The receiver says that it is gone (410): it is switched off, and what waits is kept.
    SwitchOff,
}
