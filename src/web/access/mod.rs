//! Who asks, and what that person may do: sign-in, sessions, tokens of programs, and a proxy that
//! names the person.
//!
//! Knows the people of the configuration. It must not know what a page shows or what an action
//! does. Everything here is in memory: a restart ends all sessions.
//!
//! - [`caller`]: the person of a request, by proxy, token or session.
//! - [`admission`]: the layer in front of every path. It lets nobody read who must sign in first.
//! - [`posted_form`]: what every action asks before it is carried out: origin, person, role, form
//!   token.
//! - [`attempts`]: the limit on wrong tokens, per account and per address.

pub mod admission;
pub mod attempts;
pub mod caller;
pub mod client_address;
pub mod cookie;
pub mod origin;
pub mod posted_form;
pub mod sessions;

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use arc_swap::ArcSwap;
use axum::http::HeaderName;
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use hmac::{Hmac, KeyInit, Mac};

use crate::domain::Person;
use crate::secret::Secret;
use crate::web::access::attempts::Attempts;
use crate::web::access::sessions::Sessions;

/// Who may read and act. A reload replaces it whole.
#[derive(Clone, Debug, Default)]
pub struct AccessSettings {
    pub people: Vec<Person>,
    /// Nobody may read without signing in.
    pub reading_needs_sign_in: bool,
    /// The header in which a trusted proxy names the person.
    pub user_header: Option<HeaderName>,
    pub trusted_proxy: TrustedProxy,
}

/// Whose word is taken for who the person is, and for the address of the client.
#[derive(Clone, Debug, Default)]
pub enum TrustedProxy {
    #[default]
    Nobody,
    /// A proxy that sends this in `X-Entitywatch-Proxy`.
    WithSecret(Secret),
    /// Everyone who may connect: the pages are served on a Unix socket.
    OnSocket,
}

/// Shared by all requests.
pub struct Access {
    settings: ArcSwap<AccessSettings>,
    sessions: Mutex<Sessions>,
    attempts: Mutex<Attempts>,
    /// Signs the token of each form.
    form_key: [u8; 32],
}

impl Access {
    /// `form_key` is random and secret.
    pub fn new(settings: AccessSettings, form_key: [u8; 32]) -> Self {
        Self {
            settings: ArcSwap::from_pointee(settings),
            sessions: Mutex::default(),
            attempts: Mutex::default(),
            form_key,
        }
    }

    pub fn set(&self, settings: AccessSettings) {
        self.settings.store(Arc::new(settings));
    }

    pub fn settings(&self) -> Arc<AccessSettings> {
        self.settings.load_full()
    }

    pub(super) fn sessions(&self) -> MutexGuard<'_, Sessions> {
        self.sessions.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) fn attempts(&self) -> MutexGuard<'_, Attempts> {
        self.attempts.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The token of the forms that are shown to `subject`. A page of another site cannot read it,
    /// so a form that has it comes from here.
    pub(super) fn form_token(&self, subject: &str) -> String {
        self.mac(subject)
            .map(|mac| URL_SAFE_NO_PAD.encode(mac.finalize().into_bytes()))
            .unwrap_or_default()
    }

    /// Compares in constant time.
    pub(super) fn is_form_token(&self, subject: &str, token: &str) -> bool {
        let Some(mac) = self.mac(subject) else { return false };
        URL_SAFE_NO_PAD.decode(token).is_ok_and(|token| mac.verify_slice(&token).is_ok())
    }

    /// Never `None`: an HMAC takes a key of any length.
    fn mac(&self, subject: &str) -> Option<Hmac<sha2::Sha256>> {
        let mut mac = Hmac::<sha2::Sha256>::new_from_slice(&self.form_key).ok()?;
        mac.update(subject.as_bytes());
        Some(mac)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_form_token_is_good_for_its_subject_alone() {
        let access = Access::new(AccessSettings::default(), [7; 32]);
        let token = access.form_token("session a");
        assert!(access.is_form_token("session a", &token));
        assert!(!access.is_form_token("session b", &token));
        assert!(!access.is_form_token("session a", ""));
        assert!(!access.is_form_token("session a", &token[1..]));
        let other = Access::new(AccessSettings::default(), [8; 32]);
        assert!(!other.is_form_token("session a", &token));
    }
}
