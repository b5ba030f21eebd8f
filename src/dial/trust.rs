//! Which server certificates are trusted.
//!
//! rustls does not accept a certificate marked as an authority as a server's own. But `openssl req
//! -x509` makes such certificates, and many servers inside companies use one. So a certificate that
//! the operator named is also trusted if the server itself presents it.

use std::sync::Arc;

use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::client::{WebPkiServerVerifier, verify_server_name};
use rustls::crypto::CryptoProvider;
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, ServerName, UnixTime};
use rustls::server::ParsedCertificate;
use rustls::{
    CertificateError, ClientConfig, DigitallySignedStruct, Error, RootCertStore, SignatureScheme,
};
use sha2::{Digest, Sha256};

use crate::dial::DialError;

/// What is trusted in addition to the system's authorities, or instead of them.
#[derive(Debug, Default)]
pub struct Trust {
    /// Whether the system's authorities are trusted.
    pub system: bool,
    /// Certificates that the operator named. Each is an authority, and may also be a server's own
    /// certificate if the server's name matches.
    pub named: Vec<CertificateDer<'static>>,
    /// Certificates that the operator named for this one server. Each is an authority, and may also
    /// be the server's own certificate with any name.
    pub of_this_server: Vec<CertificateDer<'static>>,
    /// The SHA-256 of the only certificate that is accepted, whatever its issuer, names and dates.
    pub pinned: Option<[u8; 32]>,
}

/// The PEM certificates of a file that the configuration calls `key`.
///
/// # Errors
///
/// If there are none, or if one cannot be read.
pub fn certificates(pem: &[u8], key: &str) -> Result<Vec<CertificateDer<'static>>, DialError> {
    let failed =
        |got: String| DialError::Settings(format!("expected PEM certificates in {key}, but {got}"));
    let mut found = Vec::new();
    for certificate in CertificateDer::pem_slice_iter(pem) {
        // PEM is only the envelope. The certificate inside is checked now, not at the first
        // connection.
        match certificate {
            Ok(certificate) if RootCertStore::empty().add(certificate.clone()).is_ok() => {
                found.push(certificate);
            }
            _ => return Err(failed(format!("number {} cannot be read", found.len() + 1))),
        }
    }
    if found.is_empty() { Err(failed("found none".to_owned())) } else { Ok(found) }
}

/// The TLS settings of a client with this trust.
///
/// # Errors
///
/// If the provider lacks the TLS versions that are in use, which would be a bug in this program.
pub fn tls_config(trust: Trust) -> Result<ClientConfig, DialError> {
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    // Reading the system's authorities is slow, and a pinned certificate needs none.
    let issued = if trust.pinned.is_some() { None } else { authorities(&trust, &provider) };
    let verifier = Verifier { trust, issued, provider: Arc::clone(&provider) };
    let builder = ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .map_err(|error| DialError::Settings(format!("failed to set up TLS: {error}")))?;
    Ok(builder
        .dangerous()
        .with_custom_certificate_verifier(Arc::new(verifier))
        .with_no_client_auth())
}

/// `None` if there is no authority at all, as in a small container.
fn authorities(trust: &Trust, provider: &Arc<CryptoProvider>) -> Option<Arc<WebPkiServerVerifier>> {
    let mut roots = RootCertStore::empty();
    if trust.system {
        roots.add_parsable_certificates(rustls_native_certs::load_native_certs().certs);
    }
    roots.add_parsable_certificates(trust.named.iter().chain(&trust.of_this_server).cloned());
    WebPkiServerVerifier::builder_with_provider(Arc::new(roots), Arc::clone(provider)).build().ok()
}

#[derive(Debug)]
struct Verifier {
    trust: Trust,
    issued: Option<Arc<WebPkiServerVerifier>>,
    provider: Arc<CryptoProvider>,
}

impl Verifier {
    /// Whether the operator named this certificate itself, and not only its issuer.
    fn is_named(&self, certificate: &CertificateDer<'_>, name: &ServerName<'_>) -> bool {
        let has_name = || {
            ParsedCertificate::try_from(certificate)
                .is_ok_and(|parsed| verify_server_name(&parsed, name).is_ok())
        };
        self.trust.of_this_server.contains(certificate)
            || (self.trust.named.contains(certificate) && has_name())
    }
}

impl ServerCertVerifier for Verifier {
    fn verify_server_cert(
        &self,
        end_entity: &CertificateDer<'_>,
        intermediates: &[CertificateDer<'_>],
        server_name: &ServerName<'_>,
        ocsp_response: &[u8],
        now: UnixTime,
    ) -> Result<ServerCertVerified, Error> {
        if let Some(pinned) = &self.trust.pinned {
            let is_pinned = Sha256::digest(end_entity.as_ref()).as_slice() == pinned;
            return if is_pinned {
                Ok(ServerCertVerified::assertion())
            } else {
                Err(NOT_PINNED.into())
            };
        }
        let issued = match &self.issued {
            Some(issued) => issued.verify_server_cert(
                end_entity,
                intermediates,
                server_name,
                ocsp_response,
                now,
            ),
            None => Err(CertificateError::UnknownIssuer.into()),
        };
        match issued {
            // webpki checks the dates first, so a certificate outside its dates never gets this
            // far.
            Err(Error::InvalidCertificate(reason))
                if !is_about_dates(&reason) && self.is_named(end_entity, server_name) =>
            {
                Ok(ServerCertVerified::assertion())
            }
            issued => issued,
        }
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        rustls::crypto::verify_tls12_signature(
            message,
            certificate,
            signature,
            &self.provider.signature_verification_algorithms,
        )
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        rustls::crypto::verify_tls13_signature(
            message,
            certificate,
            signature,
            &self.provider.signature_verification_algorithms,
        )
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.provider.signature_verification_algorithms.supported_schemes()
    }
}

/// The reason for a certificate that is not the pinned one. No other code uses this variant.
const NOT_PINNED: CertificateError = CertificateError::ApplicationVerificationFailure;

fn is_about_dates(reason: &CertificateError) -> bool {
    use CertificateError::{Expired, ExpiredContext, NotValidYet, NotValidYetContext};
    matches!(reason, Expired | ExpiredContext { .. } | NotValidYet | NotValidYetContext { .. })
}

/// Describes why a certificate is not trusted.
pub fn describe_certificate(reason: &CertificateError) -> String {
    let text = match reason {
        CertificateError::Expired | CertificateError::ExpiredContext { .. } => "it has expired",
        CertificateError::NotValidYet | CertificateError::NotValidYetContext { .. } => {
            "it is not valid yet"
        }
        CertificateError::NotValidForName | CertificateError::NotValidForNameContext { .. } => {
            "it is for another name"
        }
        CertificateError::UnknownIssuer => "its issuer is not trusted",
        CertificateError::Revoked => "it was revoked",
        CertificateError::ApplicationVerificationFailure => {
            "it is not the one in `certificate_sha256`"
        }
        // webpki's name for a certificate made by `openssl req -x509`.
        other if format!("{other:?}").contains("CaUsedAsEndEntity") => "it is self-signed",
        other => return other.to_string(),
    };
    text.to_owned()
}
