//! The operator's mail relay: one connection for each message.
//!
//! lettre builds the messages and the commands. The SMTP dialogue is written here, because lettre's
//! accepts replies that were sent before TLS as replies inside it, reads only UTF-8 replies, and
//! has one time limit for the complete dialogue.
//!
//! Connections are not reused. After an abandoned dialogue, late replies can still arrive, and each
//! would be taken as the answer to a later command: a refused message would count as delivered.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use jiff::Timestamp;
use lettre::transport::smtp::commands::{Ehlo, Quit, Starttls};
use lettre::transport::smtp::extension::ClientId;
use rustls::ClientConfig;
use rustls::pki_types::ServerName;
use tokio::net::TcpStream;
use tokio::time::timeout;
use tokio_rustls::TlsConnector;

use crate::deliver::email::capabilities::Capabilities;
use crate::deliver::email::connection::{Connection, Wire, accepted};
use crate::deliver::email::ehlo_name::ehlo_name;
use crate::deliver::email::error::{SmtpError, SmtpStep};
use crate::deliver::email::oauth2::Tokens;
use crate::deliver::email::{login, tls};
use crate::deliver::{DeliverError, SmtpSettings, Tls};
use crate::dial::{self, LazyClient, Lookup};

/// The limit for `QUIT` after the message was taken. Nothing depends on it.
const QUIT_TIMEOUT: Duration = Duration::from_secs(1);
/// The most addresses of the relay that are tried in one attempt.
const MAX_ADDRESSES: usize = 8;

/// A relay and how to reach it.
pub struct Relay {
    settings: Arc<SmtpSettings>,
    /// `settings.host` as it is resolved: non-ASCII names in Punycode.
    host: String,
    /// `None` if the connection is not encrypted.
    tls: Option<TlsTo>,
    tokens: Option<Tokens>,
    lookup: Lookup,
    /// Limits each step.
    timeout: Duration,
}

struct TlsTo {
    config: Arc<ClientConfig>,
    name: ServerName<'static>,
}

/// A connection that is ready for a message.
pub struct Session {
    pub connection: Connection,
    pub capabilities: Capabilities,
}

impl Relay {
    /// Prepares the connections to a relay. Does not connect yet. `timeout` limits each step of the
    /// dialogue.
    pub fn new(
        settings: &Arc<SmtpSettings>,
        lookup: Lookup,
        timeout: Duration,
    ) -> Result<Self, DeliverError> {
        let host = match url::Host::parse(&settings.host) {
            Ok(url::Host::Domain(name)) => name,
            _ => settings.host.clone(),
        };
        let tls =
            match settings.tls {
                Tls::None => None,
                Tls::Starttls | Tls::Implicit => {
                    let name = ServerName::try_from(host.trim_end_matches('.').to_owned())
                        .map_err(|_| DeliverError::Smtp {
                            reason: "expected a host name or an IP address as [smtp] `host`, but \
                                     got another text"
                                .to_owned(),
                        })?;
                    Some(TlsTo { config: tls::config(settings)?, name })
                }
            };
        let tokens = settings.oauth2.clone().map(|oauth2| Tokens::new(oauth2, timeout));
        Ok(Self { settings: Arc::clone(settings), host, tls, tokens, lookup, timeout })
    }

    /// Connects, sends EHLO and logs in. Dropping the future closes the connection.
    ///
    /// If one address of the relay fails before the login, the next one is tried.
    pub async fn open(&self, clients: &LazyClient, now: Timestamp) -> Result<Session, SmtpError> {
        let looking = (self.lookup)(self.host.clone(), self.settings.port);
        let found = timeout(self.timeout, looking)
            .await
            .map_err(|_| SmtpError::Lookup)?
            .map_err(|_| SmtpError::Lookup)?;
        let mut addresses: Vec<SocketAddr> = found.into_iter().take(MAX_ADDRESSES).collect();
        if addresses.is_empty() {
            return Err(SmtpError::Lookup);
        }
        loop {
            let (stream, address) = dial::first_to_connect(&addresses, self.timeout)
                .await
                .map_err(SmtpError::Connect)?;
            addresses.retain(|other| *other != address);
            match self.start_session(stream).await {
                Ok(mut session) => {
                    self.log_in(&mut session, clients, now).await?;
                    return Ok(session);
                }
                Err(error) if addresses.is_empty() => return Err(error),
                Err(_) => {}
            }
        }
    }

    /// Runs the dialogue up to the capabilities that count. With TLS, those are the capabilities
    /// inside TLS.
    async fn start_session(&self, stream: TcpStream) -> Result<Session, SmtpError> {
        // Commands are short, and each one waits for its reply.
        let _ = stream.set_nodelay(true);
        let local = stream.local_addr().ok().map(|address| address.ip());
        let name = ehlo_name(self.settings.hello.as_deref(), &ClientId::default(), local);
        let mut connection = match &self.tls {
            Some(to) if self.settings.tls == Tls::Implicit => self.encrypted(to, stream).await?,
            _ => Connection::new(stream, self.timeout),
        };
        accepted(SmtpStep::Greeting, connection.reply(SmtpStep::Greeting).await?)?;
        let mut capabilities = send_ehlo(&mut connection, &name).await?;
        if let Some(to) = self.tls.as_ref().filter(|_| self.settings.tls == Tls::Starttls) {
            if !capabilities.starttls {
                return Err(SmtpError::NotOffered(
                    "expected it to offer STARTTLS, but it does not".to_owned(),
                ));
            }
            accepted(
                SmtpStep::Starttls,
                connection.command(&Starttls.to_string(), SmtpStep::Starttls).await?,
            )?;
            connection = self.encrypted(to, connection.into_wire()?).await?;
            // What the server announced before TLS must be discarded (RFC 3207, 4.2).
            capabilities = send_ehlo(&mut connection, &name).await?;
        }
        Ok(Session { connection, capabilities })
    }

    async fn encrypted(
        &self,
        to: &TlsTo,
        wire: impl Wire + 'static,
    ) -> Result<Connection, SmtpError> {
        let handshake = TlsConnector::from(Arc::clone(&to.config)).connect(to.name.clone(), wire);
        match timeout(self.timeout, handshake).await {
            Ok(Ok(stream)) => Ok(Connection::new(stream, self.timeout)),
            Ok(Err(error)) => Err(tls::failure(&error)),
            Err(_) => Err(SmtpError::Tls("it did not answer in time".to_owned())),
        }
    }

    async fn log_in(
        &self,
        session: &mut Session,
        clients: &LazyClient,
        now: Timestamp,
    ) -> Result<(), SmtpError> {
        let Session { connection, capabilities } = session;
        match (&self.settings.username, &self.settings.password, &self.tokens) {
            (Some(username), _, Some(tokens)) => {
                let token = tokens.token(clients, now, None).await?;
                if login::with_token(connection, capabilities, username, &token)
                    .await?
                    .is_accepted()
                {
                    return Ok(());
                }
                // The token may have been revoked before it expired.
                let token = tokens.token(clients, now, Some(&token)).await?;
                login::with_token(connection, capabilities, username, &token).await?.into_result()
            }
            (Some(username), Some(password), None) => {
                login::with_password(connection, capabilities, username, password).await
            }
            _ => Ok(()),
        }
    }
}

/// Sends `EHLO`, or `HELO` if the server does not know `EHLO`.
async fn send_ehlo(
    connection: &mut Connection,
    name: &ClientId,
) -> Result<Capabilities, SmtpError> {
    let reply = connection.command(&Ehlo::new(name.clone()).to_string(), SmtpStep::Ehlo).await?;
    if matches!(reply.code, 500 | 502) {
        accepted(
            SmtpStep::Ehlo,
            connection.command(&format!("HELO {name}\r\n"), SmtpStep::Ehlo).await?,
        )?;
        return Ok(Capabilities::default());
    }
    Ok(Capabilities::of(&accepted(SmtpStep::Ehlo, reply)?))
}

/// Ends a session in the background. The message is already taken, and a slow reply to `QUIT` must
/// not delay or undo that.
pub fn send_quit(mut session: Session) {
    tokio::spawn(async move {
        let _ =
            timeout(QUIT_TIMEOUT, session.connection.command(&Quit.to_string(), SmtpStep::Message))
                .await;
    });
}
