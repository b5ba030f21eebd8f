//! The configuration as it is written: the shapes of TOML, each value with its position. The
//! comment of each key is its description in `config schema`.

use std::collections::BTreeMap;
use std::num::NonZeroU16;

use schemars::JsonSchema;
use serde::Deserialize;

use crate::config::ascii::{Contact, EmailAddress, Mailbox};
use crate::config::backup::RawBackup;
pub use crate::config::placed::{Key, Placed};
pub use crate::config::raw_secret::{HashOfToken, SecretHeaders, SecretText};
use crate::config::raw_watchlist::RawWatchlist;
use crate::config::retention::RawRetention;
use crate::config::section::Section;
use crate::config::value::{
    BaseAddress, Country, Fingerprint, Growth, Header, Length, List, Listen, Name, Names, Percent,
    ProxyAddress, Text, WebAddress, Zone,
};
use crate::domain::{ChangeKind, Role, Severity};
use crate::store::StoreUrl;

/// The configuration of entitywatch. Unknown keys are refused. A key is optional unless its
/// description says otherwise.
#[derive(Clone, Debug, Default, JsonSchema)]
#[schemars(deny_unknown_fields, inline)]
#[expect(
    dead_code,
    reason = "only its schema is used: the sections are read one by one, so that each reports its \
              own mistakes"
)]
pub struct RawConfig {
    store: Option<RawStore>,
    server: Option<RawServer>,
    person: Option<Vec<RawPerson>>,
    http: Option<RawHttp>,
    source: Option<Vec<RawSource>>,
    smtp: Option<RawSmtp>,
    receiver: Option<Vec<RawReceiver>>,
    route: Option<Vec<RawRoute>>,
    watchlist: Option<Vec<RawWatchlist>>,
    delivery: Option<RawDelivery>,
    messages: Option<RawMessages>,
    backup: Option<RawBackup>,
    retention: Option<RawRetention>,
    assurance: Option<RawAssurance>,
    heartbeat: Option<Vec<RawHeartbeat>>,
}

/// The database.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct RawStore {
    /// `sqlite:///path/to/file` (created if it does not exist) or `postgres://…`. Default: a file
    /// in the state directory.
    pub url: Key<StoreUrl>,
}

/// The web pages, feed and metrics.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct RawServer {
    /// Address and port, or `unix:` and the full path of a socket. `""` disables the server.
    /// Default: `127.0.0.1:8744`.
    pub listen: Key<Listen>,
    /// The address at which people open the pages, for links in messages and pages. It may have a
    /// path. Without it, messages name the command instead.
    pub public_url: Key<BaseAddress>,
    /// May people read the pages without signing in, although `listen` is not loopback or
    /// `public_url` is set? Default: no.
    pub public_reading: Key<bool>,
    /// The header in which a trusted proxy names the person. Only read with `proxy_secret` or
    /// `listen = "unix:…"`.
    pub user_header: Key<Header>,
    /// What the proxy sends in the header `X-Entitywatch-Proxy`, so that its word is trusted.
    pub proxy_secret: Key<SecretText>,
    pub proxy_secret_file: Key<Text>,
    pub proxy_secret_credential: Key<Text>,
}

/// A person who may sign in and act.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct RawPerson {
    /// Required. The name in the journal, and the one that a trusted proxy sends.
    pub name: Key<Name>,
    /// Required. `reader` may read, `reviewer` may also decide on items and matches, `approver`
    /// also on holds.
    pub role: Key<Role>,
    /// Required. The hash of the person's token. `entitywatch config token` prints both.
    pub token_sha256: Key<HashOfToken>,
}

/// Access to the network.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct RawHttp {
    /// Your contact address for the User-Agent: `mailto:…` or a web address. Publishers can write
    /// to it before they block you.
    pub contact: Key<Contact>,
    /// An HTTP proxy for everything except SMTP.
    pub proxy: Key<ProxyAddress>,
    /// Hosts that are reached without a proxy: `host`, `.suffix`, `*.suffix`, an IP address,
    /// `10.0.0.0/8` or `*`, each with or without `:port`. Separated by commas, semicolons or
    /// spaces.
    pub no_proxy: Key<Text>,
    /// A PEM file of certificate authorities that are trusted in addition to the system's.
    pub ca_file: Key<Text>,
}

/// A source to watch.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct RawSource {
    /// Required. A new name is a new source with a new baseline.
    pub name: Key<Name>,
    /// Required.
    pub kind: Key<RawSourceKind>,
    /// What messages call the source. Default: the name of the publication, or for `kind = "file"`
    /// the name of the source.
    pub title: Key<Text>,
    /// Default: the publisher's address for this kind.
    pub url: Key<WebAddress>,
    /// For `kind = "file"`: the file, or the folder whose newest file is read.
    pub path: Key<Text>,
    /// For `kind = "file"` and a folder: the names that are read, such as `*.csv` (`*`, `?`,
    /// `[a-z]`). Other files are ignored. Default: names that end in .csv, .tsv, .json or .xml,
    /// each also with .gz.
    pub pattern: Key<Names>,
    /// The lists to watch. Default: `["EL"]`.
    pub lists: Key<Vec<Placed<List>>>,
    /// A cron(8) schedule: five fields, six with seconds first, or a nickname such as `@daily`.
    /// Default: `*/15 * * * *`.
    pub schedule: Key<Text>,
    /// The time zone of the schedule. Default: UTC.
    pub timezone: Key<Zone>,
    /// May the address be loopback or private? Default: no.
    pub allow_private: Key<bool>,
    /// A list that lost more than this, compared with its highest count of the last 7 days, is put
    /// on hold. Default: `2%`.
    pub max_loss: Key<Percent>,
    /// A list that lost more rows than this is put on hold. Default: 40.
    pub max_loss_rows: Key<usize>,
    /// A list that grew by more than this is put on hold. Default: `25%`.
    pub max_gain: Key<Growth>,
    /// A list in which more entries than this were revised in substance is put on hold. Default:
    /// `20%`.
    pub max_revised: Key<Percent>,
    /// The first snapshot of a list is refused if it has fewer entries. Default: 2500 for EL, 1 for
    /// other lists.
    pub min_entries: Key<BTreeMap<List, usize>>,
    /// For `kind = "ecfr"`: sections of Title 15 whose text is watched word by word, such as
    /// `["744.11"]`. The parties that they name are the list REG. Default: none.
    pub sections: Key<Vec<Placed<Section>>>,
    /// The previous name of this source. Its baseline and history are carried over.
    pub previously: Key<Name>,
    /// Operators are alerted once if no new document came by this time of day, such as `10:30`, on
    /// `expect_days` business days in a row. In `timezone`. Not for `federal-register`. Default:
    /// they are not.
    pub expect_by: Key<Text>,
    /// Only with `expect_by`. Default: 3.
    pub expect_days: Key<NonZeroU16>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum RawSourceKind {
    Csl,
    Ecfr,
    FederalRegister,
    File,
}

/// Your own mail relay.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct RawSmtp {
    /// Required.
    pub host: Key<Text>,
    /// Default: 587 for `starttls`, 465 for `implicit`, 25 for `none`.
    pub port: Key<NonZeroU16>,
    /// Default: `starttls`.
    pub tls: Key<RawTls>,
    /// The name in EHLO. Default: the full host name if it has a dot, else the IP address of the
    /// connection in brackets.
    pub hello: Key<Text>,
    /// A PEM file of certificates that are trusted for this relay in addition to the system's:
    /// authorities, or the relay's own certificate.
    pub ca_file: Key<Text>,
    /// The SHA-256 of the relay's certificate, as `openssl x509 -fingerprint -sha256` prints it. No
    /// other certificate is accepted.
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

/// OAuth 2.0 client credentials that get access tokens for the relay. Used with XOAUTH2.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct RawOauth2 {
    /// Required. The address of the token endpoint.
    pub token_url: Key<WebAddress>,
    /// Required.
    pub client_id: Key<Text>,
    /// Required, or one of the next two keys.
    pub client_secret: Key<SecretText>,
    pub client_secret_file: Key<Text>,
    pub client_secret_credential: Key<Text>,
    /// The scope of the token. Several scopes are separated by spaces.
    pub scope: Key<Text>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum RawTls {
    Starttls,
    Implicit,
    None,
}

/// A person or program that gets alerts.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct RawReceiver {
    /// Required.
    pub name: Key<Name>,
    /// Required.
    pub kind: Key<RawReceiverKind>,
    /// Gets operator events. If no receiver is marked, the email, slack and console receivers get
    /// them. Default: no.
    pub operator: Key<bool>,
    /// For email: each address gets its own message.
    pub to: Key<Vec<Placed<EmailAddress>>>,
    /// For slack and webhook.
    pub url: Key<SecretText>,
    pub url_file: Key<Text>,
    pub url_credential: Key<Text>,
    /// For webhook: `whsec_…`. Several, one on each line, during a rotation.
    pub secret: Key<SecretText>,
    pub secret_file: Key<Text>,
    pub secret_credential: Key<Text>,
    /// For webhook: header lines such as `Authorization: …`, or a table of names and values.
    pub headers: Key<SecretHeaders>,
    pub headers_file: Key<Text>,
    pub headers_credential: Key<Text>,
    /// May the address be loopback or private? Default: no.
    pub allow_private: Key<bool>,
    /// A cron(8) schedule in the time zone of `[messages]`. At these times the receiver gets one
    /// message with all alerts that waited. Default: every alert is sent at once.
    pub digest: Key<Text>,
    /// Only with `digest`: an alert whose most severe change is this or more is sent at once,
    /// whole. Corrections and withdrawals always are. Default: `high`.
    pub immediate: Key<RawImmediate>,
    /// Opens an item for each rule (or alert without a rule) with a change of high severity, and
    /// for each rule that is filed. If nobody takes the item for this long after the alert was
    /// delivered, `escalate_to` is alerted. Default: no items.
    pub acknowledge_within: Key<Length>,
    /// The hours in which that clock runs, such as `Mon-Fri 08:00-18:00`, in the time zone of
    /// `[messages]`. Default: always.
    pub acknowledge_hours: Key<Text>,
    /// Receivers that are alerted in turn, each after `acknowledge_within`. In the end the
    /// operators are. Default: the operators alone.
    pub escalate_to: Key<Vec<Placed<String>>>,
    /// May messages show which of your own counterparties match? Default: no.
    pub show_matches: Key<bool>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum RawImmediate {
    High,
    Normal,
    Low,
    Never,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum RawReceiverKind {
    Email,
    Slack,
    Teams,
    Webhook,
    Console,
}

/// Which receivers get which changes. Without any route, every receiver gets all changes except
/// editorial ones.
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
    /// Compared with the countries before and after the change. An unknown country always matches.
    /// Default: all.
    pub countries: Key<Vec<Country>>,
    /// Default: `low`, which includes all.
    pub min_severity: Key<Severity>,
    /// Whether changes of only spacing, case or punctuation are included. Default: no.
    pub editorial: Key<bool>,
    /// Only changes of entries that match a watchlist. While a watchlist is not up to date, every
    /// change passes. Default: no.
    pub matches: Key<bool>,
}

/// The delivery of messages.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct RawDelivery {
    /// The wait before each retry, ±20 %. After the last retry the delivery is dead, and operators
    /// are alerted.
    pub retry: Key<Vec<Length>>,
    /// The time limit of one attempt. For email it applies to each step, except the final reply,
    /// which has 10 minutes. Default: `20s`.
    pub timeout: Key<Length>,
}

/// The format of messages.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct RawMessages {
    /// The time zone for times in messages, which are also shown in UTC. Default:
    /// `America/New_York`.
    pub timezone: Key<Zone>,
    /// A text file with the company's own instructions. Each alert about changes shows them. A
    /// relative path starts in the folder of the configuration file.
    pub what_to_do_file: Key<Text>,
}

/// A regular message that shows that the program works, also when nothing changed.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct RawAssurance {
    /// A cron(8) schedule in the time zone of `[messages]`. Default: `0 9 * * 1`, Mondays at nine.
    pub schedule: Key<Text>,
    /// Required. Names of receivers.
    pub receivers: Key<Vec<Placed<String>>>,
}

/// An address that is requested with GET every 5 minutes, only while everything works: a dead man's
/// switch.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct RawHeartbeat {
    /// Required, or one of the next two keys.
    pub url: Key<SecretText>,
    pub url_file: Key<Text>,
    pub url_credential: Key<Text>,
    /// May the address be loopback or private? Default: no.
    pub allow_private: Key<bool>,
}
