//! A client that is made when it is first used: making one reads every root certificate of the system, which costs more
//! than a whole check that is answered 304.

use std::sync::OnceLock;

use reqwest::{Client, ClientBuilder};

use super::{DialError, HttpSettings, check_settings, client_builder, describe};

/// One client, not yet made or made.
pub struct LazyClient {
    settings: HttpSettings,
    allow_private: bool,
    adjust: Box<dyn Fn(ClientBuilder) -> ClientBuilder + Send + Sync>,
    made: OnceLock<Client>,
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
        Ok(Self { settings: settings.clone(), allow_private, adjust: Box::new(adjust), made: OnceLock::new() })
    }

    /// The client, made now if it was not before.
    ///
    /// # Errors
    ///
    /// Where the machine lets none be made.
    pub fn get(&self) -> Result<&Client, DialError> {
        if let Some(client) = self.made.get() {
            return Ok(client);
        }
        let build = |trust_system| Ok((self.adjust)(client_builder(&self.settings, self.allow_private, trust_system)?).build());
        let client = match build(true)? {
            Ok(client) => client,
            // A small container may have no authorities at all: then none but the company's are trusted.
            Err(error) => build(false)?.map_err(|_| DialError::Settings(format!("failed to make an HTTP client: {}", describe(&error))))?,
        };
        // Where two made one at a time, the first is kept.
        Ok(self.made.get_or_init(|| client))
    }
}
