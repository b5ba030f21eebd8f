//! Checks `[[person]]` and the keys of `[server]` about who may read: whose word is trusted, and
//! whether reading needs a sign-in.

use crate::config::problem::Problem;
use crate::config::raw::{Placed, RawPerson, RawServer};
use crate::config::secret::{Keys, Lookup};
use crate::config::sources::required;
use crate::config::value::ListenAddress;
use crate::config::{Config, ConfigWarning};
use crate::domain::Person;
use crate::secret::Secret;

/// A shorter secret could be guessed by anyone who can reach the server.
const MIN_PROXY_SECRET_BYTES: usize = 16;

/// Returns the valid people, and adds the mistakes of the others to `problems`.
pub(super) fn people(sections: &[Placed<RawPerson>], problems: &mut Vec<Problem>) -> Vec<Person> {
    let mut people: Vec<Person> = Vec::new();
    for section in sections {
        let raw = &section.value;
        let name = required(raw.name.as_ref(), section, "name", problems);
        let role = required(raw.role.as_ref(), section, "role", problems);
        let token = required(raw.token_sha256.as_ref(), section, "token_sha256", problems);
        let (Some(name), Some(role), Some(token)) = (name, role, token) else { continue };
        let (written, hash) = (&name.value.0, token.value.0);
        // Two names that differ in case only would be taken for one person.
        if people.iter().any(|other| other.name.to_lowercase() == written.to_lowercase()) {
            problems.push(Problem::at(
                name.span.clone(),
                format!("expected unique names, but found the person `{written}` twice"),
            ));
        }
        if let Some(other) = people.iter().find(|other| other.token == hash) {
            problems.push(
                Problem::at(
                    token.span.clone(),
                    format!(
                        "expected a token of their own for each person, but `{}` has the same",
                        other.name
                    ),
                )
                .with_hint("`entitywatch config token` prints a new token and its hash"),
            );
        }
        people.push(Person { name: written.clone(), role: role.value, token: hash });
    }
    people
}

/// What a trusted proxy sends with each request. `None` if no key is given, or if it was not looked
/// up.
pub(super) fn proxy_secret(
    raw: &RawServer,
    lookup: Lookup<'_>,
    problems: &mut Vec<Problem>,
    warnings: &mut Vec<ConfigWarning>,
) -> Option<Secret> {
    let keys = Keys {
        name: "proxy_secret",
        inline: &raw.proxy_secret,
        file: &raw.proxy_secret_file,
        credential: &raw.proxy_secret_credential,
    };
    let found = lookup.find(keys, problems, warnings).filter(|found| !found.skipped)?;
    let is_header_value = found.secret.expose().bytes().all(|byte| (0x21..0x7f).contains(&byte));
    if found.secret.expose().len() < MIN_PROXY_SECRET_BYTES || !is_header_value {
        problems.push(Problem::at(
            found.span,
            format!(
                "expected a proxy_secret of {MIN_PROXY_SECRET_BYTES} or more characters, ASCII \
                 without spaces"
            ),
        ));
        return None;
    }
    Some(found.secret)
}

impl Config {
    /// Why reading the pages needs a sign-in, as part of a sentence. `None`: anyone who reaches the
    /// pages may read them.
    pub fn reason_to_sign_in(&self) -> Option<&'static str> {
        if self.server.public_reading {
            return None;
        }
        // Each reason stands here alone.
        match &self.server.listen {
            Some(ListenAddress::Tcp(address)) if address.ip().is_loopback() => {
                if self.server.public_url.is_some() {
                    Some("`public_url` is set, so others than the users of this machine read them")
                } else if self.watchlists.is_empty() {
                    None
                } else {
                    Some("a [[watchlist]] is set")
                }
            }
            Some(ListenAddress::Tcp(_)) => Some("`listen` is not a loopback address"),
            Some(ListenAddress::Unix(_)) => Some("`listen` is a socket for a proxy"),
            None => None,
        }
    }

    /// Whether the word of a proxy that shows no secret is trusted: only it may open the socket.
    pub fn is_behind_socket(&self) -> bool {
        matches!(self.server.listen, Some(ListenAddress::Unix(_)))
    }
}

/// Warnings about who can read and act.
pub(super) fn warnings(config: &Config) -> Vec<ConfigWarning> {
    let mut warnings = Vec::new();
    let server = &config.server;
    let Some(listen) = &server.listen else { return warnings };
    if let Some(reason) = config.reason_to_sign_in().filter(|_| config.people.is_empty()) {
        warnings.push(ConfigWarning(format!(
            "NOBODY CAN READ THE PAGES, the feed, the API and the metrics: they need a sign-in, \
             because {reason}, but there is no [[person]]. Earlier versions let everybody read. \
             Add a [[person]] for each reader and each program (`entitywatch config token` prints \
             a token and its hash), or set `public_reading = true` in [server] to let everybody \
             read as before"
        )));
    }
    let trusts_proxy = server.proxy_secret.is_some() || config.is_behind_socket();
    if let Some(header) = server.user_header.as_ref().filter(|_| !trusts_proxy) {
        warnings.push(ConfigWarning(format!(
            "`user_header` is ignored, because anybody could send `{header}`: set \
             `proxy_secret_credential`, or let the proxy connect to `listen = \"unix:/path\"`"
        )));
    }
    let is_encrypted = server.public_url.as_ref().is_some_and(|url| url.scheme() == "https");
    let leaves_machine = match listen {
        ListenAddress::Tcp(address) => !address.ip().is_loopback() || server.public_url.is_some(),
        ListenAddress::Unix(_) => server.public_url.is_some(),
    };
    if leaves_machine && !is_encrypted && !config.people.is_empty() {
        warnings.push(ConfigWarning(
            "the tokens of people cross the network unencrypted: put a proxy with https in front \
             of the pages, and set `public_url` to its https address"
                .to_owned(),
        ));
    }
    warnings
}
