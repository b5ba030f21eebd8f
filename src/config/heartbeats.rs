//! Checks `[[heartbeat]]`.

use crate::config::ConfigWarning;
use crate::config::problem::Problem;
use crate::config::raw::{Placed, RawHeartbeat};
use crate::config::secret::{Keys, Lookup};
use crate::config::secret_url::web_address;
use crate::secret::Secret;

/// One `[[heartbeat]]`.
#[derive(Clone, Debug)]
pub struct HeartbeatSettings {
    /// A person who knows it can pretend that the program works, so it is a secret.
    pub url: Secret,
    pub allow_private: bool,
}

/// Returns the valid heartbeats, and adds the mistakes of the others to `problems`.
pub(super) fn check(
    sections: &[Placed<RawHeartbeat>],
    lookup: Lookup<'_>,
    problems: &mut Vec<Problem>,
    warnings: &mut Vec<ConfigWarning>,
) -> Vec<HeartbeatSettings> {
    let mut heartbeats = Vec::new();
    for Placed { value: raw, span } in sections {
        let keys = Keys {
            name: "url",
            inline: &raw.url,
            file: &raw.url_file,
            credential: &raw.url_credential,
        };
        let url = web_address(keys, span, lookup, problems, warnings);
        let allow_private = raw.allow_private.as_ref().is_some_and(|allow| allow.value);
        heartbeats.extend(url.map(|url| HeartbeatSettings { url, allow_private }));
    }
    heartbeats
}
