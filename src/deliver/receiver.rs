//! The receivers of the configuration and the settings of their channels.

use std::sync::Arc;

use lettre::Address;
use lettre::message::Mailbox;

use crate::domain::item::Acknowledge;
use crate::secret::Secret;

/// One `[[receiver]]`.
#[derive(Clone, Debug)]
pub struct Receiver {
    pub name: String,
    /// Whether the receiver gets operator alerts.
    pub operator: bool,
    /// Its alerts open items, which must be acknowledged.
    pub acknowledge: Option<Acknowledge>,
    /// May be shown the reader's own counterparties.
    pub show_matches: bool,
    pub channel: Channel,
}

#[derive(Clone, Debug)]
pub enum Channel {
    Email(EmailSettings),
    Slack(ChatSettings),
    Teams(ChatSettings),
    Webhook(WebhookSettings),
    /// Standard output.
    Console,
}

impl Channel {
    pub fn kind(&self) -> &'static str {
        match self {
            Channel::Email(_) => "email",
            Channel::Slack(_) => "slack",
            Channel::Teams(_) => "teams",
            Channel::Webhook(_) => "webhook",
            Channel::Console => "console",
        }
    }
}

impl Receiver {
    /// The recipients. Each one has its own delivery.
    pub fn recipients(&self) -> Vec<String> {
        match &self.channel {
            Channel::Email(email) => email.to.iter().map(ToString::to_string).collect(),
            Channel::Slack(_) | Channel::Teams(_) | Channel::Webhook(_) | Channel::Console => {
                vec![String::new()]
            }
        }
    }
}

#[derive(Clone, Debug)]
pub struct EmailSettings {
    pub smtp: Arc<SmtpSettings>,
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
    /// Used instead of a password.
    pub oauth2: Option<OAuth2Settings>,
    pub from: Mailbox,
    /// The name in EHLO, or an address. If absent: the machine's fully qualified name, else the
    /// local address of the connection.
    pub hello: Option<String>,
    /// PEM of certificates that are trusted for this relay in addition to the system's:
    /// authorities, or the relay's own.
    pub ca_pem: Option<Vec<u8>>,
    /// PEM of `[http] ca_file`: authorities that are trusted too.
    pub http_ca_pem: Option<Vec<u8>>,
    /// SHA-256 of the only certificate that is accepted, from any issuer.
    pub certificate_sha256: Option<[u8; 32]>,
}

/// `[smtp.oauth2]`: gets access tokens with client credentials.
#[derive(Clone, Debug)]
pub struct OAuth2Settings {
    pub token_url: url::Url,
    pub client_id: String,
    pub client_secret: Secret,
    pub scope: Option<String>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Tls {
    /// Fails if the server does not offer STARTTLS.
    Starttls,
    Implicit,
    None,
}

/// The settings of a chat service: Slack, Mattermost or Teams.
#[derive(Clone, Debug)]
pub struct ChatSettings {
    /// The address of the webhook is its only secret.
    pub url: Secret,
    pub allow_private: bool,
}

#[derive(Clone, Debug)]
pub struct WebhookSettings {
    pub url: Secret,
    /// `whsec_…`. Several during a rotation. If empty, messages are unsigned and `config check`
    /// warns.
    pub secrets: Vec<Secret>,
    pub headers: Vec<(String, Secret)>,
    pub allow_private: bool,
}
