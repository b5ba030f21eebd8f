//! The configuration as it is written: TOML's shapes, each value with its place. What a key means
//! is said here once, and `config schema` shows it.

use std::collections::BTreeMap;
use std::num::NonZeroU16;
use std::ops::Range;

use schemars::{JsonSchema, Schema, SchemaGenerator};
use serde::{Deserialize, Deserializer};

use crate::config::ascii::{Contact, EmailAddress, Mailbox};
use crate::config::value::{
    BaseAddress, Country, Fingerprint, Growth, Length, List, Listen, Name, Names, Percent,
    ProxyAddress, Text, WebAddress, Zone,
};
use crate::domain::{ChangeKind, Severity};
use crate::store::StoreUrl;

/// A value with the bytes of the file that it stands in.
#[derive(Clone, Debug)]
pub struct Placed<T> {
    pub value: T,
    pub span: Range<usize>,
}

impl<'de, T: Deserialize<'de>> Deserialize<'de> for Placed<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let spanned = toml::Spanned::<T>::deserialize(deserializer)?;
        Ok(Self { span: spanned.span(), value: spanned.into_inner() })
    }
}

impl<T: JsonSchema> JsonSchema for Placed<T> {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        T::schema_name()
    }
    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        T::json_schema(generator)
    }
    fn inline_schema() -> bool {
        T::inline_schema()
    }
}

/// A key that may be left out.
pub type Key<T> = Option<Placed<T>>;

/// The configuration of entitywatch. Unknown keys are refused; every key may be left out unless it
/// says otherwise.
#[derive(Clone, Debug, Default, JsonSchema)]
#[schemars(deny_unknown_fields, inline)]
#[expect(
    dead_code,
    reason = "only its schema is used: the sections are read one by one, so that each tells its \
              own mistakes"
)]
pub struct RawConfig {
    store: Option<RawStore>,
    server: Option<RawServer>,
    http: Option<RawHttp>,
    source: Option<Vec<RawSource>>,
    smtp: Option<RawSmtp>,
    receiver: Option<Vec<RawReceiver>>,
    route: Option<Vec<RawRoute>>,
    delivery: Option<RawDelivery>,
    messages: Option<RawMessages>,
}

/// Where everything is recorded.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct RawStore {
    /// `sqlite:///path/to/file` (made where it is missing) or `postgres://…`. Default: a file in
    /// the state directory.
    pub url: Key<StoreUrl>,
}

/// The web page, feed and metrics.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct RawServer {
    /// Address and port, `""` for none. Default: `127.0.0.1:8744`.
    pub listen: Key<Listen>,
    /// Where people reach the pages, for links in messages and in the pages; it may have a path.
    /// Without it messages name the command instead.
    pub public_url: Key<BaseAddress>,
}

/// The way out to the network.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct RawHttp {
    /// Who runs this, in the User-Agent: `mailto:…` or an address. Publishers write there before
    /// they block.
    pub contact: Key<Contact>,
    /// An HTTP proxy that everything but SMTP goes through.
    pub proxy: Key<ProxyAddress>,
    /// What is reached without a proxy: `host`, `.suffix`, `*.suffix`, an IP address, `10.0.0.0/8`
    /// or `*`, each with or without `:port`; separated by commas, semicolons or spaces.
    pub no_proxy: Key<Text>,
    /// A PEM file of certificate authorities that are trusted beside the system's.
    pub ca_file: Key<Text>,
}

/// Something that is watched.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct RawSource {
    /// Required. A new name is a new source with a new baseline.
    pub name: Key<Name>,
    /// Required.
    pub kind: Key<RawSourceKind>,
    /// Default: the publisher's own, by kind.
    pub url: Key<WebAddress>,
    /// For `kind = "file"`: the file, or the folder whose newest file is read.
    pub path: Key<Text>,
    /// For `kind = "file"` and a folder: which names are read, such as `*.csv` (`*`, `?`,
    /// `[a-z]`); others are ignored. Default: names that end in .csv, .tsv, .json or .xml,
    /// each also with .gz.
    pub pattern: Key<Names>,
    /// Which lists are watched. Default: `["EL"]`.
    pub lists: Key<Vec<Placed<List>>>,
    /// As in cron(8): five fields, six with seconds first, or `@daily` and the like. Default:
    /// `*/15 * * * *`.
    pub schedule: Key<Text>,
    /// The schedule's time zone. Default: UTC.
    pub timezone: Key<Zone>,
    /// May the address be loopback or private? Default: no.
    pub allow_private: Key<bool>,
    /// A list that lost more of its highest count of 7 days is held. Default: `2%`.
    pub max_loss: Key<Percent>,
    /// … or lost more rows than this. Default: 40.
    pub max_loss_rows: Key<usize>,
    /// A list that gained more is held. Default: `25%`.
    pub max_gain: Key<Growth>,
    /// A list of which more entries were revised in substance is held. Default: `20%`.
    pub max_revised: Key<Percent>,
    /// Below it a first snapshot of a list is refused. Default: 2500 for EL, 1 for other lists.
    pub min_entries: Key<BTreeMap<List, usize>>,
    /// The name under which this source was recorded before: its baseline and history are carried
    /// over.
    pub previously: Key<Name>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum RawSourceKind {
    Csl,
    Ecfr,
    FederalRegister,
    File,
}

/// The operator's own mail relay.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct RawSmtp {
    /// Required.
    pub host: Key<Text>,
    /// Default: 587 for `starttls`, 465 for `implicit`, 25 for `none`.
    pub port: Key<NonZeroU16>,
    /// Default: `starttls`.
    pub tls: Key<RawTls>,
    /// The name in EHLO. Default: the full host name if it has a dot, else the address of the
    /// connection in brackets.
    pub hello: Key<Text>,
    /// A PEM file of certificates that are trusted for this relay beside the system's:
    /// authorities, or the relay's own.
    pub ca_file: Key<Text>,
    /// The SHA-256 of the relay's certificate, as `openssl x509 -fingerprint -sha256` prints it.
    /// No other is accepted.
    pub certificate_sha256: Key<Fingerprint>,
    pub username: Key<Text>,
    pub password: Key<SecretText>,
    pub password_file: Key<Text>,
    pub password_credential: Key<Text>,
    /// Instead of a password.
    pub oauth2: Key<RawOauth2>,
    /// Required. The sender of every email.
    pub from: Key<Mailbox>,
}

/// Access tokens for the relay by OAuth 2.0 client credentials, used with XOAUTH2.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct RawOauth2 {
    /// Required. Where tokens are given.
    pub token_url: Key<WebAddress>,
    /// Required.
    pub client_id: Key<Text>,
    /// Required, or one of the two that follow.
    pub client_secret: Key<SecretText>,
    pub client_secret_file: Key<Text>,
    pub client_secret_credential: Key<Text>,
    /// What the token is for; several scopes with spaces between them.
    pub scope: Key<Text>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum RawTls {
    Starttls,
    Implicit,
    None,
}

/// Someone or something that is told.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct RawReceiver {
    /// Required.
    pub name: Key<Name>,
    /// Required.
    pub kind: Key<RawReceiverKind>,
    /// Gets what operators are told. With no receiver marked, the email, slack and console
    /// receivers do. Default: no.
    pub operator: Key<bool>,
    /// For email: one message each.
    pub to: Key<Vec<Placed<EmailAddress>>>,
    /// For slack and webhook.
    pub url: Key<SecretText>,
    pub url_file: Key<Text>,
    pub url_credential: Key<Text>,
    /// For webhook: `whsec_…`; several, one a line, while rotating.
    pub secret: Key<SecretText>,
    pub secret_file: Key<Text>,
    pub secret_credential: Key<Text>,
    /// For webhook: a file of header lines, e.g. `Authorization: …`.
    pub headers_file: Key<Text>,
    pub headers_credential: Key<Text>,
    /// May the address be loopback or private? Default: no.
    pub allow_private: Key<bool>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum RawReceiverKind {
    Email,
    Slack,
    Webhook,
    Console,
}

/// Who gets which changes. With no route at all everything but editorial changes goes to every
/// receiver.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct RawRoute {
    /// Required. Names of receivers.
    pub receivers: Key<Vec<Placed<String>>>,
    /// Default: all.
    pub kinds: Key<Vec<ChangeKind>>,
    /// Default: all.
    pub lists: Key<Vec<Placed<List>>>,
    /// Names of sources. Default: all.
    pub sources: Key<Vec<Placed<String>>>,
    /// Tested on before and after; an unknown country always matches. Default: all.
    pub countries: Key<Vec<Country>>,
    /// Default: `low`, which is all.
    pub min_severity: Key<Severity>,
    /// Whether changes of nothing but spacing, case or punctuation are told too. Default: no.
    pub editorial: Key<bool>,
}

/// How messages are brought out.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct RawDelivery {
    /// How long to wait before each further attempt, ±20 %. After the last the delivery is dead,
    /// and that is told.
    pub retry: Key<Vec<Length>>,
    /// How long one attempt may take; of an email, each step of it but the final reply, which has
    /// 10 minutes. Default: `20s`.
    pub timeout: Key<Length>,
}

/// What messages look like.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct RawMessages {
    /// Times are shown in it, and in UTC. Default: `America/New_York`.
    pub timezone: Key<Zone>,
}

/// A secret that stands in the file itself. An error about it never quotes it.
#[derive(Clone, JsonSchema)]
#[schemars(transparent)]
pub struct SecretText(pub String);

impl std::fmt::Debug for SecretText {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("SecretText(…)")
    }
}

impl<'de> Deserialize<'de> for SecretText {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        match toml::Value::deserialize(deserializer)? {
            toml::Value::String(text) => Ok(Self(text)),
            other => Err(serde::de::Error::custom(format!(
                "expected a text in quotes, but got: {}",
                other.type_str()
            ))),
        }
    }
}
