//! TLS with the mail server: which certificates are trusted, and the error if one is not.

use std::io;
use std::sync::Arc;

use rustls::{ClientConfig, Error};

use crate::deliver::email::error::SmtpError;
use crate::deliver::{DeliverError, SmtpSettings};
use crate::dial::{DialError, Trust, certificates, describe_certificate, tls_config};

/// What an operator can do about a certificate that is not trusted.
const HINT: &str = "if it is your own, name it or its authority in [smtp] `ca_file`, or its \
                      SHA-256 in `certificate_sha256`";

/// Builds the TLS configuration for this relay.
///
/// # Errors
///
/// Fails if a `ca_file` contains no certificates.
pub fn config(smtp: &SmtpSettings) -> Result<Arc<ClientConfig>, DeliverError> {
    let read = |pem: &Option<Vec<u8>>, key| {
        pem.as_deref().map_or(Ok(Vec::new()), |pem| certificates(pem, key))
    };
    let config = || -> Result<ClientConfig, DialError> {
        tls_config(Trust {
            system: true,
            named: read(&smtp.http_ca_pem, "[http] `ca_file`")?,
            of_this_server: read(&smtp.ca_pem, "[smtp] `ca_file`")?,
            pinned: smtp.certificate_sha256,
        })
    };
    config().map(Arc::new).map_err(|error| DeliverError::Smtp { reason: error.to_string() })
}

/// Distinguishes a certificate failure from other TLS failures.
pub fn failure(error: &io::Error) -> SmtpError {
    match error.get_ref().and_then(|inner| inner.downcast_ref::<Error>()) {
        Some(Error::InvalidCertificate(reason)) => {
            SmtpError::Certificate(format!("{}; {HINT}", describe_certificate(reason)))
        }
        Some(other) => SmtpError::Tls(other.to_string()),
        None if error.kind() == io::ErrorKind::UnexpectedEof => {
            SmtpError::Tls("it closed the connection".to_owned())
        }
        None => SmtpError::Tls(error.to_string()),
    }
}
