//! Mistakes in how the program was called.

use crate::config;

/// A mistake in how the program was called: it ends with the exit code for that.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
pub struct Usage(pub String);

impl Usage {
    /// Nothing is recorded under `name`, and `known` are the names that there are.
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
