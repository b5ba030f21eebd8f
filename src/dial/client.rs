//! A client that is made when it is first used, and that knows the system's authorities only where
//! an address asks for them: reading every root certificate of the system costs more than all else
//! of a check that is answered 304.

use std::sync::OnceLock;

use reqwest::{Client, ClientBuilder};
use url::Url;

use crate::dial::{DialError, HttpSettings, check_settings, client_builder, describe, proxy};

/// One client, not yet made or made.
pub struct LazyClient {
    settings: HttpSettings,
    allow_private: bool,
    adjust: Box<dyn Fn(ClientBuilder) -> ClientBuilder + Send + Sync>,
    /// Whether even an `http` address may be reached over TLS: as far as a proxy.
    tls_to_proxy: bool,
    /// For what is reached over TLS.
    secure: OnceLock<Client>,
    /// For `http`. It trusts none but the company's authorities: whatever else would need one
    /// fails.
    plain: OnceLock<Client>,
}

impl LazyClient {
    /// `adjust` sets what is the caller's own: timeouts, encodings.
    ///
    /// # Errors
    ///
    /// Where the settings cannot be used: that is told at the start and not at the first request.
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

    /// The client for this address, made now if it was not before.
    ///
    /// # Errors
    ///
    /// Where the machine lets none be made.
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
            // A small container may have no authorities at all: then none but the company's are
            // trusted.
            Err(error) => self.build(false)?.map_err(|_| {
                DialError::Settings(format!("failed to make an HTTP client: {}", describe(&error)))
            })?,
        };
        // Where two made one at a time, the first is kept.
        Ok(cell.get_or_init(|| client))
    }

    fn build(&self, trust_system: bool) -> Result<reqwest::Result<Client>, DialError> {
        Ok((self.adjust)(client_builder(&self.settings, self.allow_private, trust_system)?).build())
    }
}
