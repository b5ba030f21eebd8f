//! The configuration: reads TOML and returns a checked [`Config`]. Unknown keys are refused, and
//! every mistake is reported with its line.
//!
//! Knows the settings of every stage. No stage knows this module. Reads the configuration file and
//! the files that it names, and nothing else: the environment is an argument ([`Environment`]).
//!
//! `read` parses the text into `raw` values. `sources`, `receivers`, `digests`, `smtp`, `routes`,
//! `settings`, `backup`, `retention` and `instructions` check them, and `access` the people and the
//! proxy that names them. `assurance` and `heartbeats` check what shows that the program works.
//! `coverage` warns about alerts that nobody gets. `redact` hides secrets in errors, `show` prints
//! the configuration in effect, and `evidence` is the form of it that the journal keeps.

mod access;
mod acknowledgment;
mod ascii;
mod backup;
mod assurance;
mod redact;
mod retention;
mod retention_period;
mod coverage;
mod digests;
mod evidence;
mod expected_document;
mod heartbeats;
mod paths;
mod placed;
mod instructions;
mod problem;
mod raw;
mod raw_secret;
mod raw_watchlist;
mod read;
mod receivers;
mod routes;
mod secret;
mod section;
mod secret_lines;
mod secret_url;
mod settings;
mod show;
mod smtp;
mod sources;
mod text;
mod value;
mod watched_sections;
mod watchlists;

use std::path::Path;
use std::sync::Arc;

pub use assurance::AssuranceSettings;
pub use backup::BackupSettings;
pub use coverage::warnings as coverage_warnings;
pub use digests::DigestSettings;
pub use evidence::{ChangedKey, Evidence};
pub use heartbeats::HeartbeatSettings;
pub use paths::{DEFAULT_CONFIG, Environment};
pub use problem::{ConfigErrors, Problem};
pub use retention::{RetentionSettings, Years};
pub use settings::{DeliverySettings, ServerSettings, Source, SourceKind};
pub use value::ListenAddress;
pub use watchlists::WatchlistSettings;

use crate::deliver::{Channel, MessageSettings, Receiver, SmtpSettings};
use crate::dial::HttpSettings;
use crate::domain::{Person, Sha256};
use crate::route::{ReceiverRef, Route};
use crate::store::StoreUrl;

/// The example with every key and comments. It is a valid configuration.
pub const EXAMPLE: &str = include_str!("../../config/entitywatch.toml");

/// A checked configuration.
#[derive(Clone, Debug)]
pub struct Config {
    pub store: StoreUrl,
    pub server: ServerSettings,
    pub people: Vec<Person>,
    pub http: HttpSettings,
    pub sources: Vec<Source>,
    /// Each email receiver shares it.
    pub smtp: Option<Arc<SmtpSettings>>,
    pub receivers: Vec<Receiver>,
    /// One for each receiver that has `digest`.
    pub digests: Vec<DigestSettings>,
    pub routes: Vec<Route>,
    pub watchlists: Vec<WatchlistSettings>,
    pub delivery: DeliverySettings,
    pub messages: MessageSettings,
    /// `None`: the daemon makes no backups.
    pub backup: Option<BackupSettings>,
    pub retention: RetentionSettings,
    pub assurance: Option<AssuranceSettings>,
    pub heartbeats: Vec<HeartbeatSettings>,
    /// As `config show` prints it, with every secret hidden.
    shown: toml::Table,
}

/// Whether secrets are read from files and credentials.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SecretsMode {
    Resolve,
    /// For commands that only read the store. Secrets in files and credentials are empty, and
    /// nothing may be sent.
    Skip,
}

/// A setting that is allowed, but probably a mistake.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ConfigWarning(pub String);

impl ConfigWarning {
    /// How a warning about a secret that others can read ends.
    const READABLE: &str = "contains a secret, and every user of this machine can read it";

    /// `file` contains a secret, and its mode lets everybody read it.
    fn readable_secret(file: &Path) -> Self {
        Self(format!("{} {}: `chmod o-r` it", file.display(), Self::READABLE))
    }

    /// Enters the warning in the log. A secret that others can read is an error there: a person
    /// must act.
    pub fn log(&self) {
        if self.0.contains(Self::READABLE) {
            tracing::error!("{self}");
        } else {
            tracing::warn!("{self}");
        }
    }
}

impl std::fmt::Display for ConfigWarning {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.0)
    }
}

impl Config {
    pub fn source(&self, name: &str) -> Option<&Source> {
        self.sources.iter().find(|source| source.name == name)
    }

    pub fn receiver(&self, name: &str) -> Option<&Receiver> {
        self.receivers.iter().find(|receiver| receiver.name == name)
    }

    /// The digest of a receiver, if it has one.
    pub fn digest(&self, receiver: &str) -> Option<&DigestSettings> {
        self.digests.iter().find(|digest| digest.receiver == receiver)
    }

    /// The part of each receiver that `route` needs.
    pub fn receiver_refs(&self) -> Vec<ReceiverRef<'_>> {
        self.receivers
            .iter()
            .map(|r| ReceiverRef {
                name: &r.name,
                operator: r.operator,
                kind: r.channel.kind(),
                show_matches: r.show_matches,
            })
            .collect()
    }
}

/// The error for a name on the command line that is not in `known`.
pub fn unknown_name(what: &str, known: &[&str], got: &str) -> String {
    format!("expected the name of a {what} ({}), but got `{got}`", known.join(", "))
}

/// Reads and checks a configuration file. Relative paths in it start at its folder.
///
/// # Errors
///
/// All mistakes that were found, each with its line, or one error that says why the file cannot be
/// read.
pub fn load(
    path: &Path,
    environment: &Environment,
    secrets: SecretsMode,
) -> Result<(Config, Vec<ConfigWarning>), ConfigErrors> {
    let unreadable = |reason: &str| {
        let problem = Problem::whole(format!("failed to read the configuration: {reason}"))
            .with_hint(
                "`entitywatch config example` prints a valid one; save it there, or \
                 name another file with --config",
            );
        ConfigErrors::new(path, String::new(), vec![problem])
    };
    let bytes = std::fs::read(path).map_err(|error| unreadable(&error.to_string()))?;
    let text = text::of_bytes(bytes).map_err(unreadable)?;
    let (config, mut warnings) = check(path, &text, environment, secrets)?;
    if is_world_readable(path) && redact::contains_secrets(&text) {
        warnings.push(ConfigWarning::readable_secret(path));
    }
    Ok((config, warnings))
}

/// Checks the text of a configuration. `path` names it in errors, and relative paths start at its
/// folder.
///
/// # Errors
///
/// All mistakes that were found, each with its line.
pub fn check(
    path: &Path,
    text: &str,
    environment: &Environment,
    secrets: SecretsMode,
) -> Result<(Config, Vec<ConfigWarning>), ConfigErrors> {
    let mut problems = Vec::new();
    let mut warnings = Vec::new();
    let sections = read::read(text, &mut problems);
    let folder = path.parent().unwrap_or(Path::new(""));
    let lookup = secret::Lookup {
        mode: secrets,
        folder,
        credentials: environment.credentials_directory.as_deref(),
    };

    let store = settings::store(&sections.store, environment, folder, &mut problems);
    let http = settings::http(&sections.http, lookup, &mut problems);
    let sources = sources::check(&sections.sources, folder, &mut problems);
    let smtp = smtp::check(&sections, &http, lookup, &mut problems, &mut warnings);
    let receivers =
        receivers::check(&sections, smtp.as_ref(), lookup, &mut problems, &mut warnings);
    let zone = sections.messages.timezone.as_ref().map(|zone| &zone.value);
    let digests = digests::check(&sections.receivers, zone, &mut problems);
    let routes = routes::check(&sections, &mut problems);
    let watchlists = watchlists::check(&sections, folder, &mut problems);
    let delivery = settings::delivery(&sections.delivery, &mut problems);
    let backup =
        backup::check(sections.backup.as_ref(), zone, &store, (environment, folder), &mut problems);
    let retention = retention::check(&sections.retention, &mut problems);
    let assurance = assurance::check(&sections, zone, &mut problems);
    let heartbeats = heartbeats::check(&sections.heartbeats, lookup, &mut problems, &mut warnings);
    let instructions = instructions::read(&sections.messages, lookup, &mut problems);
    let people = access::people(&sections.people, &mut problems);
    let proxy_secret = access::proxy_secret(&sections.server, lookup, &mut problems, &mut warnings);
    if !problems.is_empty() {
        return Err(ConfigErrors::new(path, redact::redact(text), problems));
    }
    let server = settings::server(&sections.server, proxy_secret);
    let messages =
        settings::messages(&sections.messages, server.public_url.clone(), &sources, instructions);
    let mut config = Config {
        store,
        server,
        people,
        http,
        sources,
        smtp,
        receivers,
        digests,
        routes,
        watchlists,
        delivery,
        messages,
        backup,
        retention,
        assurance,
        heartbeats,
        shown: toml::Table::new(),
    };
    config.shown = show::table(&config, text);
    warnings.extend(coverage::warnings(&config));
    warnings.extend(access::warnings(&config));
    warnings.extend(retention_period::warnings(&config));
    warnings.extend(watchlists::warnings(&config));
    if secrets == SecretsMode::Resolve {
        warnings.extend(coverage::machine_warnings(&config, environment));
        warnings.extend(watchlists::machine_warnings(&config));
    }
    Ok((config, warnings))
}

/// The configuration of `check` without a file: the public CSL, a SQLite file in the state
/// directory, and alerts on the console. No web server.
pub fn default_config(environment: &Environment) -> Config {
    let sources = sources::public_csl();
    let messages = settings::messages(&raw::RawMessages::default(), None, &sources, Vec::new());
    let mut config = Config {
        store: environment.default_store(),
        server: settings::server(&raw::RawServer::default(), None),
        people: Vec::new(),
        http: HttpSettings::default(),
        sources,
        smtp: None,
        receivers: vec![Receiver {
            name: "console".to_owned(),
            operator: true,
            acknowledge: None,
            show_matches: false,
            channel: Channel::Console,
        }],
        digests: Vec::new(),
        routes: Vec::new(),
        watchlists: Vec::new(),
        delivery: settings::delivery(&raw::RawDelivery::default(), &mut Vec::new()),
        messages,
        backup: None,
        retention: RetentionSettings::default(),
        assurance: None,
        heartbeats: Vec::new(),
        shown: toml::Table::new(),
    };
    config.server.listen = None;
    config.shown = show::table(&config, "");
    config
}

/// The configuration in effect as TOML, with defaults and with every secret hidden.
///
/// # Errors
///
/// See [`load`].
pub fn show(path: &Path, environment: &Environment) -> Result<String, ConfigErrors> {
    let (config, _) = load(path, environment, SecretsMode::Skip)?;
    Ok(toml::to_string(&config.shown).unwrap_or_default())
}

/// The hash of what several daemons on one database must have in common: the configuration in
/// effect without secrets, the address of the database and that of the pages, which may differ from
/// machine to machine.
pub fn common_hash(path: &Path, environment: &Environment) -> Result<Sha256, ConfigErrors> {
    let shown = show(path, environment)?;
    Ok(Sha256::of(show::common(&shown).as_bytes()))
}

/// The configuration in effect if there is no file.
pub fn show_default(environment: &Environment) -> String {
    toml::to_string(&default_config(environment).shown).unwrap_or_default()
}

/// A length of time in the form of the configuration: `30m`, `7d`.
pub fn length_of(text: &str) -> Option<std::time::Duration> {
    text.parse::<value::Length>().ok().map(|length| length.0)
}

/// The JSON Schema of the configuration.
pub fn schema() -> schemars::Schema {
    schemars::schema_for!(raw::RawConfig)
}

#[cfg(unix)]
fn is_world_readable(path: &Path) -> bool {
    use std::os::unix::fs::PermissionsExt;
    std::fs::metadata(path).is_ok_and(|metadata| metadata.permissions().mode() & 0o004 != 0)
}

#[cfg(not(unix))]
fn is_world_readable(_path: &Path) -> bool {
    false
}
