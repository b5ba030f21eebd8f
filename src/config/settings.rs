//! The sections [store], [server], [http], [delivery] and [messages], and their defaults.

use std::collections::BTreeMap;
use std::io;
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::path::Path;
use std::time::Duration;

use url::Url;

use crate::config::paths::Environment;
use crate::config::problem::Problem;
use crate::config::raw::{Key, RawDelivery, RawHttp, RawMessages, RawServer, RawStore};
use crate::config::secret::Lookup;
use crate::config::value::{ListenAddress, Text};
use crate::config::{SecretsMode, text};
use crate::deliver::MessageSettings;
use crate::deliver::retry::RetryPolicy;
use crate::dial::{
    HttpSettings, {self},
};
use crate::diff::{Limits, least_for_baseline};
use crate::domain::{Expectation, ListCode, SectionNumber};
use crate::fetch::Address;
use crate::schedule::Schedule;
use crate::secret::Secret;
use crate::store::StoreUrl;

/// `[server]`
#[derive(Clone, Debug, PartialEq)]
pub struct ServerSettings {
    /// `None`: the web server is disabled.
    pub listen: Option<ListenAddress>,
    pub public_url: Option<Url>,
    /// The pages need no sign-in, from any address.
    pub public_reading: bool,
    /// The header in which a trusted proxy names the person.
    pub user_header: Option<String>,
    /// What a trusted proxy sends with each request.
    pub proxy_secret: Option<Secret>,
}

/// One `[[source]]`.
#[derive(Clone, Debug)]
pub struct Source {
    pub name: String,
    /// What messages call it.
    pub title: String,
    pub kind: SourceKind,
    pub address: Address,
    /// At least one, without repeats.
    pub lists: Vec<ListCode>,
    /// The sections of the regulation whose text is watched, for the eCFR only.
    pub sections: Vec<SectionNumber>,
    pub schedule: Schedule,
    /// The cron expression, as written.
    pub schedule_text: String,
    /// The time zone of the schedule, by name.
    pub timezone: String,
    pub limits: Limits,
    /// The previous name of the source.
    pub previous_name: Option<String>,
    /// When a new document is expected.
    pub expectation: Option<Expectation>,
}

/// The publisher and format of a source.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SourceKind {
    Csl,
    Ecfr,
    FederalRegister,
    /// A file in any format that `diff` reads.
    File,
}

impl SourceKind {
    pub fn as_str(self) -> &'static str {
        match self {
            SourceKind::Csl => "csl",
            SourceKind::Ecfr => "ecfr",
            SourceKind::FederalRegister => "federal-register",
            SourceKind::File => "file",
        }
    }
}

/// `[delivery]`
#[derive(Clone, Debug, PartialEq)]
pub struct DeliverySettings {
    /// The wait before each retry. After the last one the delivery is dead.
    pub retry: RetryPolicy,
    /// The time limit of one attempt; for email, of each step.
    pub timeout: Duration,
}

const DEFAULT_TIMEOUT: Duration = Duration::from_secs(20);
const DEFAULT_LISTEN: ListenAddress =
    ListenAddress::Tcp(SocketAddr::new(IpAddr::V4(Ipv4Addr::LOCALHOST), 8744));

/// A relative path starts at the folder of the configuration, like every other path in it.
pub(super) fn store(
    raw: &RawStore,
    environment: &Environment,
    folder: &Path,
    problems: &mut Vec<Problem>,
) -> StoreUrl {
    let Some(url) = &raw.url else { return environment.default_store() };
    let Some(path) = url.value.sqlite_path() else { return url.value.clone() };
    let path = folder.join(path);
    if path.is_dir() {
        problems.push(Problem::at(
            url.span.clone(),
            format!("expected the path of a file, but {} is a folder", path.display()),
        ));
    }
    StoreUrl::sqlite_file(path)
}

/// `proxy_secret` is read by `access`.
pub(super) fn server(raw: &RawServer, proxy_secret: Option<Secret>) -> ServerSettings {
    ServerSettings {
        listen: raw.listen.as_ref().map_or(Some(DEFAULT_LISTEN), |listen| listen.value.0.clone()),
        public_url: raw.public_url.as_ref().map(|url| url.value.0.clone()),
        public_reading: raw.public_reading.as_ref().is_some_and(|reading| reading.value),
        user_header: raw.user_header.as_ref().map(|header| header.value.0.clone()),
        proxy_secret,
    }
}

pub(super) fn http(raw: &RawHttp, lookup: Lookup<'_>, problems: &mut Vec<Problem>) -> HttpSettings {
    if let Some(no_proxy) = &raw.no_proxy
        && let Err(error) = dial::check_no_proxy(&no_proxy.value.0)
    {
        problems.push(Problem::at(no_proxy.span.clone(), error.to_string()));
    }
    HttpSettings {
        contact: raw.contact.as_ref().map(|contact| contact.value.0.clone()),
        proxy: raw.proxy.as_ref().map(|proxy| proxy.value.0.clone()),
        no_proxy: raw.no_proxy.as_ref().map(|hosts| hosts.value.0.clone()),
        ca_pem: ca_file(&raw.ca_file, lookup, problems),
    }
}

/// The certificates of a `ca_file`.
pub(super) fn ca_file(
    file: &Key<Text>,
    lookup: Lookup<'_>,
    problems: &mut Vec<Problem>,
) -> Option<Vec<u8>> {
    let file = file.as_ref().filter(|_| lookup.mode == SecretsMode::Resolve)?;
    let path = lookup.folder.join(&file.value.0);
    pem(&path)
        .map_err(|reason| {
            problems.push(Problem::at(
                file.span.clone(),
                format!("failed to read {}: {reason}", path.display()),
            ));
        })
        .ok()
}

/// Why a file is no list of certificates.
#[derive(Debug, thiserror::Error)]
enum PemError {
    #[error(transparent)]
    Io(#[from] io::Error),
    #[error("expected PEM certificates, but got DER")]
    Der,
    #[error("{0}")]
    Encoding(&'static str),
    #[error(transparent)]
    Certificates(#[from] dial::DialError),
}

fn pem(path: &Path) -> Result<Vec<u8>, PemError> {
    let bytes = std::fs::read(path)?;
    let is_der = bytes.starts_with(&[0x30, 0x82]);
    let pem = text::of_bytes(bytes)
        .map_err(|reason| if is_der { PemError::Der } else { PemError::Encoding(reason) })?;
    dial::check_certificates(pem.as_bytes())?;
    Ok(pem.into_bytes())
}

pub(super) fn delivery(raw: &RawDelivery, problems: &mut Vec<Problem>) -> DeliverySettings {
    if let Some(retry) = raw.retry.as_ref().filter(|retry| retry.value.is_empty()) {
        problems.push(Problem::at(
            retry.span.clone(),
            "expected at least one length of time, but got an empty list",
        ));
    }
    if let Some(timeout) = raw.timeout.as_ref().filter(|timeout| timeout.value.0.is_zero()) {
        problems.push(Problem::at(timeout.span.clone(), "expected a timeout longer than 0s"));
    }
    DeliverySettings {
        retry: raw
            .retry
            .as_ref()
            .map(|retry| RetryPolicy { steps: retry.value.iter().map(|length| length.0).collect() })
            .unwrap_or_default(),
        timeout: raw.timeout.as_ref().map_or(DEFAULT_TIMEOUT, |timeout| timeout.value.0),
    }
}

pub(super) fn messages(
    raw: &RawMessages,
    public_url: Option<Url>,
    sources: &[Source],
    instructions: Vec<String>,
) -> MessageSettings {
    let timezone = raw.timezone.as_ref().map(|zone| zone.value.0.clone().into());
    let titles = sources.iter().flat_map(|source| {
        // Alerts from before a source was renamed have its previous name.
        let names = [Some(&source.name), source.previous_name.as_ref()];
        names.into_iter().flatten().map(|name| (name.clone(), source.title.clone()))
    });
    MessageSettings {
        timezone: timezone.unwrap_or_default(),
        public_url,
        instructions,
        source_titles: titles.collect(),
        marked_as_test: false,
    }
}

/// The default limits, with the smallest first snapshot of each list.
pub(super) fn default_limits() -> Limits {
    let limits = Limits::default();
    let min_entries: BTreeMap<ListCode, usize> =
        ListCode::ALL.iter().map(|list| (*list, least_for_baseline(&limits, *list))).collect();
    Limits { min_entries, ..limits }
}
