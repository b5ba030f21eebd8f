//! Makes one attempt at one delivery, over any channel, within a time limit.

use std::io::Write;
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, PoisonError};
use std::time::Duration;

use jiff::Timestamp;
use tokio::sync::Mutex;

use crate::deliver::email::{self, Relay};
use crate::deliver::{
    Channel, HeartbeatError, Message, MessageSettings, Outcome, Receiver, Retry, SmtpSettings,
    chat_post, console, heartbeat_request, layout, slack, teams, webhook, wording,
};
use crate::dial::{self, HttpSettings, LazyClient, Lookup};
use crate::secret::Secret;

/// The connections of a deliverer could not be set up.
#[derive(Debug, thiserror::Error)]
pub enum DeliverError {
    #[error("failed to set up the connections to webhooks and Slack: {reason}")]
    Http { reason: String },
    #[error("failed to set up the connection to the mail server: {reason}")]
    Smtp { reason: String },
}

/// The outcome of an attempt, and how many parts of a multipart message the receiver has taken so
/// far.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Attempted {
    pub outcome: Outcome,
    pub parts_done: u32,
}

/// The connections of one daemon. Rebuilt on reload.
pub struct Deliverer {
    /// For addresses on the public network only.
    public: LazyClient,
    /// For loopback and private addresses too.
    private: LazyClient,
    /// The relay for each `[smtp]` section, created on first use. There are few of them, so a list
    /// is enough.
    relays: std::sync::Mutex<Vec<(Arc<SmtpSettings>, Arc<Relay>)>>,
    /// Resolves the addresses of relays.
    lookup: Lookup,
    console: console::Sink,
    messages: MessageSettings,
    timeout: Duration,
}

impl Deliverer {
    /// Creates a deliverer whose console is standard output. `timeout` limits each attempt as a
    /// whole. For email, it limits each SMTP step.
    pub fn new(
        http: &HttpSettings,
        messages: MessageSettings,
        timeout: Duration,
    ) -> Result<Self, DeliverError> {
        Self::with_console(http, messages, timeout, Box::new(std::io::stdout()))
    }

    /// Like `new`, with another console.
    pub fn with_console(
        http: &HttpSettings,
        messages: MessageSettings,
        timeout: Duration,
        console: Box<dyn Write + Send>,
    ) -> Result<Self, DeliverError> {
        // All addresses of a host share this time. It must end before the attempt does, so that the
        // error names the connection.
        let connect_timeout = dial::CONNECT_TIMEOUT.min(timeout * 3 / 4);
        let client = |allow_private| {
            LazyClient::new(http, allow_private, move |builder| {
                builder.connect_timeout(connect_timeout)
            })
            .map_err(|error| DeliverError::Http { reason: error.to_string() })
        };
        Ok(Self {
            public: client(false)?,
            private: client(true)?,
            relays: std::sync::Mutex::default(),
            lookup: dial::system_lookup(),
            console: Arc::new(Mutex::new(console)),
            messages,
            timeout,
        })
    }

    /// Returns the deliverer with another way to resolve the addresses of mail relays.
    #[must_use]
    pub fn with_lookup(self, lookup: Lookup) -> Self {
        Self { lookup, ..self }
    }

    /// Makes one attempt. `parts_done` is how many parts of a multipart webhook the receiver has
    /// already taken.
    ///
    /// Ends within the timeout, whatever the receiver does. An email ends when its steps end, and
    /// its final reply may take ten minutes. `detail` in the outcome contains no addresses, URLs or
    /// tokens.
    pub async fn attempt(
        &self,
        receiver: &Receiver,
        message: &Message<'_>,
        now: Timestamp,
        parts_done: u32,
    ) -> Attempted {
        self.attempt_with(receiver, message, &self.messages, now, parts_done).await
    }

    /// Like `attempt`, of a made-up alert: the message says that it is a test.
    pub async fn attempt_sample(
        &self,
        receiver: &Receiver,
        message: &Message<'_>,
        now: Timestamp,
    ) -> Attempted {
        let messages = MessageSettings { marked_as_test: true, ..self.messages.clone() };
        self.attempt_with(receiver, message, &messages, now, 0).await
    }

    /// Sends one heartbeat. Ends within the timeout.
    pub async fn send_heartbeat(
        &self,
        address: &Secret,
        allow_private: bool,
    ) -> Result<(), HeartbeatError> {
        let sending = heartbeat_request::get(self.client(allow_private), address, allow_private);
        let late = |_| HeartbeatError::late(self.timeout);
        tokio::time::timeout(self.timeout, sending).await.map_err(late)?
    }

    async fn attempt_with(
        &self,
        receiver: &Receiver,
        message: &Message<'_>,
        messages: &MessageSettings,
        now: Timestamp,
        parts_done: u32,
    ) -> Attempted {
        // Counted outside the future that the timeout may drop, so that the parts taken so far are
        // not forgotten.
        let parts = AtomicU32::new(parts_done);
        let sending = self.send(receiver, message, messages, now, &parts);
        let outcome = if matches!(receiver.channel, Channel::Email(_)) {
            // No timeout for the email as a whole: it could cancel a message just before the server
            // takes it, and every retry would send the message again.
            sending.await
        } else {
            tokio::time::timeout(self.timeout, sending).await.unwrap_or_else(|_| Outcome::Failed {
                retry: Retry::Later,
                detail: format!(
                    "expected an answer within {}, but got none",
                    wording::time::duration(self.timeout)
                ),
            })
        };
        Attempted { outcome, parts_done: parts.into_inner() }
    }

    async fn send(
        &self,
        receiver: &Receiver,
        message: &Message<'_>,
        messages: &MessageSettings,
        now: Timestamp,
        parts: &AtomicU32,
    ) -> Outcome {
        let outcome = match &receiver.channel {
            Channel::Webhook(webhook) => {
                return webhook::send(
                    self.client(webhook.allow_private),
                    webhook,
                    message,
                    messages.marked_as_test,
                    now,
                    parts,
                )
                .await;
            }
            Channel::Slack(slack) => {
                let payload = slack::message_payload(message, messages);
                chat_post::send(self.client(slack.allow_private), slack, message, &payload, now)
                    .await
            }
            Channel::Teams(teams) => {
                let payload = teams::message_payload(message, messages);
                chat_post::send(self.client(teams.allow_private), teams, message, &payload, now)
                    .await
            }
            Channel::Email(email) => match self.relay(&email.smtp) {
                Ok(relay) => {
                    let (relay, clients, messages) = (&relay, &self.private, messages);
                    email::send(&email::Attempt {
                        relay,
                        clients,
                        settings: email,
                        message,
                        messages,
                        now,
                    })
                    .await
                }
                Err(error) => Outcome::Failed { retry: Retry::Slowly, detail: error.to_string() },
            },
            Channel::Console => match layout::text(message, messages) {
                Ok(text) => console::send(&self.console, text).await,
                Err(error) => Outcome::Failed { retry: Retry::Slowly, detail: error.to_string() },
            },
        };
        if matches!(outcome, Outcome::Delivered { .. }) {
            parts.store(1, Ordering::Relaxed);
        }
        outcome
    }

    fn client(&self, allow_private: bool) -> &LazyClient {
        if allow_private { &self.private } else { &self.public }
    }

    fn relay(&self, smtp: &Arc<SmtpSettings>) -> Result<Arc<Relay>, DeliverError> {
        let mut relays = self.relays.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some((_, relay)) = relays.iter().find(|(known, _)| Arc::ptr_eq(known, smtp)) {
            return Ok(Arc::clone(relay));
        }
        let relay = Arc::new(Relay::new(smtp, Arc::clone(&self.lookup), self.timeout)?);
        relays.push((Arc::clone(smtp), Arc::clone(&relay)));
        Ok(relay)
    }
}
