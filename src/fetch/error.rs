//! Why a fetch brought no document.

use jiff::Timestamp;

use crate::dial::DialError;

/// Why there is no document. Says what was asked of whom without secrets (host, not path or query).
#[derive(Debug, thiserror::Error)]
#[error("{message}")]
pub struct FetchError {
    pub message: String,
    /// The publisher asked to be left alone until then.
    pub retry_after: Option<Timestamp>,
    /// The answer came and is no list (empty, a web page, a bomb, broken gzip), as against a
    /// server that cannot be reached, answers with an error, or lets the connection break off.
    pub refused: bool,
    /// The server answers, and has nothing at this address (404).
    pub not_found: bool,
    /// What is there now is older than what was read before.
    pub older: bool,
}

impl FetchError {
    /// No answer, or not the whole of it.
    pub(super) fn unreachable(message: impl Into<String>) -> Self {
        Self {
            message: message.into(),
            retry_after: None,
            refused: false,
            not_found: false,
            older: false,
        }
    }

    /// An answer that is no list.
    pub(super) fn refused(message: impl Into<String>) -> Self {
        Self {
            message: message.into(),
            retry_after: None,
            refused: true,
            not_found: false,
            older: false,
        }
    }

    /// Something that was overtaken already.
    pub(super) fn older(message: impl Into<String>) -> Self {
        Self { older: true, ..Self::unreachable(message) }
    }
}

impl From<DialError> for FetchError {
    fn from(error: DialError) -> Self {
        Self::unreachable(error.to_string())
    }
}
