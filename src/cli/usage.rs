//! Usage errors: mistakes on the command line.

use crate::config;

/// A mistake on the command line. It has its own exit code.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
pub struct Usage(pub String);

impl Usage {
    /// Returns an error if `name` is none of the `known` names.
    pub fn unless_known<'a>(
        what: &str,
        name: &str,
        known: impl IntoIterator<Item = &'a str>,
    ) -> Result<(), Self> {
        let mut known: Vec<&str> = known.into_iter().collect();
        if known.contains(&name) {
            return Ok(());
        }
        known.sort_unstable();
        known.dedup();
        Err(Self(config::unknown_name(what, &known, name)))
    }
}
