//! Makes one attempt at one delivery, over whatever channel its receiver has, within a time.

use std::io::Write;
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, PoisonError};
use std::time::Duration;

use jiff::Timestamp;
use tokio::sync::Mutex;

use crate::deliver::email::{self, Relay};
use crate::deliver::{
    Channel, Message, MessageSettings, Outcome, Receiver, Retry, SmtpSettings, console, layout,
    slack, webhook, wording,
};
use crate::dial::{self, HttpSettings, LazyClient, Lookup};

/// A deliverer that cannot be made.
#[derive(Debug, thiserror::Error)]
pub enum DeliverError {
    #[error("failed to set up the connections to webhooks and Slack: {reason}")]
    Http { reason: String },
    #[error("failed to set up the connection to the mail server: {reason}")]
    Smtp { reason: String },
}

/// What an attempt came to, and how many parts of a parted message the receiver has by now.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Attempted {
    pub outcome: Outcome,
    pub parts_done: u32,
}

/// The connections of one daemon; made anew on reload.
pub struct Deliverer {
    /// To addresses on the public network only.
    public: LazyClient,
    /// To loopback and private addresses too.
    private: LazyClient,
    /// How each relay is reached, made when it is first used. A handful at most, so a list does.
    relays: std::sync::Mutex<Vec<(Arc<SmtpSettings>, Arc<Relay>)>>,
    /// Finds the addresses of relays.
    lookup: Lookup,
    console: console::Sink,
    messages: MessageSettings,
    timeout: Duration,
}

impl Deliverer {
    /// `timeout` bounds an attempt as a whole; of an email, each step of it. The console is
    /// standard output.
    pub fn new(
        http: &HttpSettings,
        messages: MessageSettings,
        timeout: Duration,
    ) -> Result<Self, DeliverError> {
        Self::with_console(http, messages, timeout, Box::new(std::io::stdout()))
    }

    /// The same with another console.
    pub fn with_console(
        http: &HttpSettings,
        messages: MessageSettings,
        timeout: Duration,
        console: Box<dyn Write + Send>,
    ) -> Result<Self, DeliverError> {
        // The addresses of a host share this time, so it must end before the attempt does.
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

    /// The same with another way to find the addresses of mail relays.
    #[must_use]
    pub fn with_lookup(self, lookup: Lookup) -> Self {
        Self { lookup, ..self }
    }

    /// Tries once. `parts_done` is how many parts of a parted webhook the receiver has already
    /// taken.
    ///
    /// Ends within the timeout whatever the receiver does; an email ends when its steps do, and has
    /// ten minutes for its final reply. Says in `detail` what happened, without addresses, URLs
    /// or tokens.
    pub async fn attempt(
        &self,
        receiver: &Receiver,
        message: &Message<'_>,
        now: Timestamp,
        parts_done: u32,
    ) -> Attempted {
        // Counted outside the future that the timeout may drop: a part that was taken stays taken.
        let parts = AtomicU32::new(parts_done);
        let sending = self.send(receiver, message, now, &parts);
        let outcome = if matches!(receiver.channel, Channel::Email(_)) {
            // Given up as a whole, an email that the server is about to take would be sent again
            // and again.
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
        now: Timestamp,
        parts: &AtomicU32,
    ) -> Outcome {
        let outcome = match &receiver.channel {
            Channel::Webhook(webhook) => {
                return webhook::send(
                    self.client(webhook.allow_private),
                    webhook,
                    message,
                    now,
                    parts,
                )
                .await;
            }
            Channel::Slack(slack) => {
                slack::send(self.client(slack.allow_private), slack, message, &self.messages, now)
                    .await
            }
            Channel::Email(email) => match self.relay(&email.smtp) {
                Ok(relay) => {
                    let (relay, clients, messages) = (&relay, &self.private, &self.messages);
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
            Channel::Console => match layout::text(message, &self.messages) {
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
