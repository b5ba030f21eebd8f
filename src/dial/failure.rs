//! Describes why a request failed, in one sentence without a secret.
//!
//! The text of `reqwest` contains the URL, so none of it is shown. Only the underlying causes are
//! shown.

use std::error::Error;
use std::io;

use crate::dial::{DialError, describe_certificate};

/// Describes what went wrong with a request, never its URL. Lower case, no full stop.
pub fn describe(error: &reqwest::Error) -> String {
    let causes = causes(error);
    if let Some(refusal) = causes.iter().find_map(|cause| cause.downcast_ref::<DialError>()) {
        return refusal.to_string();
    }
    if let Some(tls) = causes.iter().find_map(|cause| cause.downcast_ref::<rustls::Error>()) {
        return describe_tls(tls);
    }
    let io = causes.iter().rev().find_map(|cause| cause.downcast_ref::<io::Error>());
    let says = |text: &str| causes.iter().any(|cause| cause.to_string().contains(text));
    if says("dns error") || says("failed to lookup address") {
        return "failed to find the host's address (DNS)".to_owned();
    }
    if error.is_timeout() || io.is_some_and(|e| e.kind() == io::ErrorKind::TimedOut) {
        return if error.is_connect() {
            "timed out while connecting"
        } else {
            "timed out waiting for the answer"
        }
        .to_owned();
    }
    if says("tunnel") || says("unsuccessful tunnel") {
        return "the proxy refused to open a connection".to_owned();
    }
    if let Some(io) = io {
        return describe_io(io, error.is_connect());
    }
    if says("message completed")
        || says("end of file")
        || says("unexpected EOF")
        || says("connection closed")
    {
        return "the connection was closed before the answer was complete".to_owned();
    }
    if error.is_connect() {
        return "failed to connect".to_owned();
    }
    match causes.last() {
        Some(last) if !last.is::<reqwest::Error>() && !last.to_string().contains("://") => {
            format!("the request failed ({last})")
        }
        _ => "the request failed".to_owned(),
    }
}

/// The chain of causes, outermost first. Includes errors that `io::Error` wraps without returning
/// them as its source.
fn causes<'a>(error: &'a (dyn Error + 'static)) -> Vec<&'a (dyn Error + 'static)> {
    const DEPTH: usize = 32;
    let mut found: Vec<&'a (dyn Error + 'static)> = Vec::new();
    let mut next = Some(error);
    while let Some(cause) = next {
        if found.len() >= DEPTH {
            break;
        }
        found.push(cause);
        next = match cause.downcast_ref::<io::Error>().and_then(io::Error::get_ref) {
            Some(inner) => Some(inner as &(dyn Error + 'static)),
            None => cause.source(),
        };
    }
    found
}

fn describe_io(error: &io::Error, connecting: bool) -> String {
    use io::ErrorKind::{
        ConnectionAborted, ConnectionRefused, ConnectionReset, HostUnreachable, NetworkUnreachable,
        UnexpectedEof,
    };
    match error.kind() {
        ConnectionRefused => "the connection was refused".to_owned(),
        HostUnreachable | NetworkUnreachable => "the host cannot be reached".to_owned(),
        ConnectionReset | ConnectionAborted | UnexpectedEof => {
            "the connection was closed before the answer was complete".to_owned()
        }
        _ if error.raw_os_error().is_some() && connecting => {
            format!("failed to connect ({})", error.kind())
        }
        kind => format!("the connection failed ({kind})"),
    }
}

fn describe_tls(error: &rustls::Error) -> String {
    use rustls::{CertificateError, Error as Tls};
    let Tls::InvalidCertificate(certificate) = error else {
        return format!("failed to negotiate TLS: {error}");
    };
    let reason = describe_certificate(certificate);
    let hint = match certificate {
        CertificateError::UnknownIssuer => {
            " (the system's certificate authorities may be missing; set your company's own in \
             `ca_file`)"
        }
        _ if reason == "it is self-signed" => {
            " (if it is your own certificate, set it in `ca_file`)"
        }
        _ => "",
    };
    format!("the server's TLS certificate is not accepted: {reason}{hint}")
}
