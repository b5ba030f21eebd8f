//! Stage 6: delivers alerts to people and programs. Knows channels and wording. Must not know the
//! database or the schedule.
//!
//! [`Deliverer::attempt`] makes one attempt at one delivery over any channel. [`retry::next`] then
//! decides the next state of the delivery. All channels share the wording (`wording`) and the
//! layout (`layout`). The HTTP channels share one table of status codes (`http_status`). The body
//! of a chat service's response is assessed too (`chat_response`).

mod chat_post;
mod chat_response;
mod console;
mod deliverer;
mod email;
mod heartbeat_request;
mod http_post;
mod http_status;
pub mod layout;
mod message;
mod mrkdwn;
mod outcome;
pub mod plain;
pub mod preview;
mod receiver;
mod redacted_reply;
mod response_body;
pub mod retry;
#[doc(hidden)]
pub mod sample;
mod selection;
mod shown_matches;
mod signature;
mod slack;
mod teams;
mod webhook;
mod with_matches;
pub mod wording;

pub use deliverer::{Attempted, DeliverError, Deliverer};
pub use email::is_hello;
pub use heartbeat_request::HeartbeatError;
pub use layout::{LayoutError, text};
pub use message::{Message, MessageSettings};
pub use outcome::{Outcome, Retry};
pub use receiver::{
    Channel, ChatSettings, EmailSettings, OAuth2Settings, Receiver, SmtpSettings, Tls,
    WebhookSettings,
};
pub use retry::{Next, RetryPolicy, next};
pub use selection::{fill_matches, for_delivery};
pub use signature::{SecretError, key_length};
