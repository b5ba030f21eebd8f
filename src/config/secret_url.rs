//! Reads an address that is a secret: that of a receiver or of a heartbeat.

use std::ops::Range;

use crate::config::ConfigWarning;
use crate::config::problem::Problem;
use crate::config::secret::{Keys, Lookup};
use crate::secret::Secret;

/// The address in one of the three keys. `section` is where the keys are missing.
pub(super) fn web_address(
    keys: Keys<'_>,
    section: &Range<usize>,
    lookup: Lookup<'_>,
    problems: &mut Vec<Problem>,
    warnings: &mut Vec<ConfigWarning>,
) -> Option<Secret> {
    if keys.inline.is_none() && keys.file.is_none() && keys.credential.is_none() {
        problems.push(Problem::at(
            section.clone(),
            "expected one of `url`, `url_file` and `url_credential` in this section, but found \
             none",
        ));
        return None;
    }
    let found = lookup.find(keys, problems, warnings)?;
    // The URL is a secret, so the error does not quote it.
    //
    // A file may contain two URLs, and the parser would silently remove white space inside one.
    let is_one = !found.secret.expose().contains(|c: char| c.is_whitespace() || c.is_control());
    let is_web = is_one
        && url::Url::parse(found.secret.expose()).is_ok_and(|url| {
            matches!(url.scheme(), "http" | "https") && url.has_host() && url.port() != Some(0)
        });
    if !found.skipped && !is_web {
        problems.push(Problem::at(
            found.span,
            "expected one address that starts with https:// or http:// as `url`",
        ));
        return None;
    }
    Some(found.secret)
}
