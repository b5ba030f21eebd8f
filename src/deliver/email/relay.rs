//! The operator's mail relay: one connection for each message, which ends with it.
//!
//! Connections are not kept. A dialogue that was given up half-way has replies still to come, and whoever went on with
//! such a connection would take each for the answer to a later command: a refused message would count as taken.

use std::time::Duration;

use lettre::Message;
use lettre::transport::smtp::Error;
use lettre::transport::smtp::authentication::{Credentials, DEFAULT_MECHANISMS};
use lettre::transport::smtp::client::{AsyncSmtpConnection, Certificate, TlsParameters};
use lettre::transport::smtp::extension::ClientId;
use lettre::transport::smtp::response::Response;

use crate::deliver::deliverer::DeliverError;
use crate::deliver::{SmtpSettings, Tls};
use crate::dial;

/// For the farewell after the message was taken: politeness, on which nothing depends.
const QUIT_TIMEOUT: Duration = Duration::from_secs(1);

/// How a relay is reached.
#[derive(Clone)]
pub struct Relay {
    host: String,
    port: u16,
    security: Security,
    credentials: Option<Credentials>,
    hello: ClientId,
    timeout: Duration,
}

#[derive(Clone)]
enum Security {
    Plain,
    Starttls(TlsParameters),
    Implicit(TlsParameters),
}

impl Relay {
    /// Prepares the connections to a relay; dials nothing yet.
    pub fn new(smtp: &SmtpSettings, timeout: Duration) -> Result<Self, DeliverError> {
        dial::install_tls_provider();
        let security = match smtp.tls {
            Tls::None => Security::Plain,
            Tls::Starttls => Security::Starttls(tls_parameters(smtp)?),
            Tls::Implicit => Security::Implicit(tls_parameters(smtp)?),
        };
        let credentials = match (&smtp.username, &smtp.password) {
            (Some(username), Some(password)) => Some(Credentials::new(username.clone(), password.expose().to_owned())),
            _ => None,
        };
        Ok(Self { host: smtp.host.clone(), port: smtp.port, security, credentials, hello: ClientId::default(), timeout })
    }

    /// Hands one message over. Dropped before its end, it closes the connection there and then.
    pub async fn send(&self, email: &Message) -> Result<Response, Error> {
        let mut connection = self.connect().await?;
        let response = connection.send(email.envelope(), &email.formatted()).await?;
        // The message is taken: a server that dawdles over its farewell must not undo that.
        tokio::spawn(async move {
            let _ = tokio::time::timeout(QUIT_TIMEOUT, connection.quit()).await;
        });
        Ok(response)
    }

    async fn connect(&self) -> Result<AsyncSmtpConnection, Error> {
        let implicit = if let Security::Implicit(parameters) = &self.security { Some(parameters.clone()) } else { None };
        let address = (self.host.as_str(), self.port);
        let mut connection = AsyncSmtpConnection::connect_tokio1(address, Some(self.timeout), &self.hello, implicit, None).await?;
        if let Security::Starttls(parameters) = &self.security {
            connection.starttls(parameters.clone(), &self.hello).await?;
        }
        if let Some(credentials) = &self.credentials {
            connection.auth(DEFAULT_MECHANISMS, credentials).await?;
        }
        Ok(connection)
    }
}

fn tls_parameters(smtp: &SmtpSettings) -> Result<TlsParameters, DeliverError> {
    let mut parameters = TlsParameters::builder(smtp.host.clone());
    if let Some(pem) = &smtp.ca_pem {
        let reason = "expected certificates in PEM in `ca_file`, but got something else".to_owned();
        parameters = parameters.add_root_certificate(Certificate::from_pem(pem).map_err(|_| DeliverError::Smtp { reason })?);
    }
    parameters.build().map_err(|error| DeliverError::Smtp { reason: error.to_string() })
}
