//! An HTTP client that is built at its first use. It loads the system's certificate authorities
//! only if an address needs them: reading every root certificate of the system costs more than the
//! rest of a check that is answered 304.

use std::sync::OnceLock;

use reqwest::{Client, ClientBuilder};
use url::Url;

use crate::dial::{DialError, HttpSettings, check_settings, client_builder, describe, proxy};

/// A client that is built when it is first needed.
pub struct LazyClient {
    settings: HttpSettings,
    allow_private: bool,
    adjust: Box<dyn Fn(ClientBuilder) -> ClientBuilder + Send + Sync>,
    /// Whether even an `http` address is reached over TLS, because the proxy speaks TLS.
    tls_to_proxy: bool,
    /// For addresses that are reached over TLS.
    secure: OnceLock<Client>,
    /// For `http`. It trusts only the company's authorities. A connection that needs another one
    /// fails.
    plain: OnceLock<Client>,
}

impl LazyClient {
    /// `adjust` sets the caller's own options: timeouts and encodings.
    ///
    /// # Errors
    ///
    /// If the settings cannot be used. This is reported at startup, not at the first request.
    pub fn new(
        settings: &HttpSettings,
        allow_private: bool,
        adjust: impl Fn(ClientBuilder) -> ClientBuilder + Send + Sync + 'static,
    ) -> Result<Self, DialError> {
        check_settings(settings)?;
        Ok(Self {
            settings: settings.clone(),
            allow_private,
            adjust: Box::new(adjust),
            tls_to_proxy: proxy::routes(settings)?.iter().any(proxy::Route::speaks_tls),
            secure: OnceLock::new(),
            plain: OnceLock::new(),
        })
    }

    /// The client for this address, built now if needed.
    ///
    /// # Errors
    ///
    /// If the client cannot be built on this machine.
    pub fn client_for(&self, url: &Url) -> Result<&Client, DialError> {
        let (cell, trust_system) = if url.scheme() == "http" && !self.tls_to_proxy {
            (&self.plain, false)
        } else {
            (&self.secure, true)
        };
        if let Some(client) = cell.get() {
            return Ok(client);
        }
        let client = match self.build(trust_system)? {
            Ok(client) => client,
            // A small container may have no authorities at all. Then only the company's are
            // trusted.
            Err(error) => self.build(false)?.map_err(|_| {
                DialError::Settings(format!("failed to build an HTTP client: {}", describe(&error)))
            })?,
        };
        // If two callers built one at the same time, the first is kept.
        Ok(cell.get_or_init(|| client))
    }

    fn build(&self, trust_system: bool) -> Result<reqwest::Result<Client>, DialError> {
        Ok((self.adjust)(client_builder(&self.settings, self.allow_private, trust_system)?).build())
    }
}
