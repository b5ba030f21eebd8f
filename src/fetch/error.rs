//! Why a fetch brought no document.

use jiff::Timestamp;

use crate::dial::DialError;

/// Why there is no document. The message names the host, never the path or the query, because these
/// can contain a secret.
#[derive(Debug, thiserror::Error)]
#[error("{message}")]
pub struct FetchError {
    pub message: String,
    /// The publisher asked to wait until this time.
    pub retry_after: Option<Timestamp>,
    /// An answer was received that is not a list (empty, a web page, a bomb, broken gzip). False if
    /// the server cannot be reached, answers with an error status, or closes the connection.
    pub refused: bool,
    /// The server has nothing at this address (404).
    pub not_found: bool,
    /// The document is older than the one that was read before.
    pub older: bool,
}

impl FetchError {
    /// No answer, or an incomplete one.
    pub(super) fn unreachable(message: impl Into<String>) -> Self {
        Self {
            message: message.into(),
            retry_after: None,
            refused: false,
            not_found: false,
            older: false,
        }
    }

    /// An answer that is not a list.
    pub(super) fn refused(message: impl Into<String>) -> Self {
        Self {
            message: message.into(),
            retry_after: None,
            refused: true,
            not_found: false,
            older: false,
        }
    }

    /// A document that is older than the one that was read before.
    pub(super) fn older(message: impl Into<String>) -> Self {
        Self { older: true, ..Self::unreachable(message) }
    }
}

impl From<DialError> for FetchError {
    fn from(error: DialError) -> Self {
        Self::unreachable(error.to_string())
    }
}
