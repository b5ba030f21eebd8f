//! Sends one heartbeat: a GET whose answer only says that the monitor has it.

use std::time::Duration;

use crate::deliver::redacted_reply::{Redaction, redacted};
use crate::deliver::wording;
use crate::dial::{self, LazyClient};
use crate::secret::Secret;

/// Why a heartbeat did not arrive, without its address.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
pub struct HeartbeatError(String);

impl HeartbeatError {
    /// No answer came within this time.
    pub(super) fn late(timeout: Duration) -> Self {
        let within = wording::time::duration(timeout);
        Self(format!("expected an answer within {within}, but got none"))
    }
}

/// Requests the address once. The body of the answer is not read.
pub async fn get(
    clients: &LazyClient,
    address: &Secret,
    allow_private: bool,
) -> Result<(), HeartbeatError> {
    let redaction = Redaction::of([address.expose()]);
    let failed = |reason: &str| HeartbeatError(redacted(reason, &redaction));
    let url = url::Url::parse(address.expose())
        .map_err(|_| failed("expected a web address as `url`, but got something else"))?;
    let client = dial::check_url(&url, allow_private)
        .and_then(|()| clients.client_for(&url))
        .map_err(|refused| failed(&refused.to_string()))?;
    let response = client.get(url).send().await.map_err(|error| failed(&dial::describe(&error)))?;
    match response.status() {
        status if status.is_success() => Ok(()),
        status => Err(failed(&format!("expected HTTP 2xx, but got HTTP {status}"))),
    }
}
