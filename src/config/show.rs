//! Prints the configuration in effect as TOML, with defaults. Secrets are hidden, and the keys that
//! name their place are shown.

use std::time::Duration;

use toml::{Table, Value};

use crate::config::redact::without_password;
use crate::config::settings::Source;
use crate::config::{
    AssuranceSettings, BackupSettings, Config, DigestSettings, HeartbeatSettings,
    RetentionSettings, WatchlistSettings, Years, raw, read,
};
use crate::deliver::{Channel, OAuth2Settings, Receiver, SmtpSettings, Tls};
use crate::domain::Person;
use crate::fetch::Address;

const HIDDEN: &str = "(hidden)";

/// The checked configuration as `config show` prints it, with the keys that the file has for its
/// secrets. `file` is the text of the file.
pub fn table(config: &Config, file: &str) -> Table {
    let written = read::read(file, &mut Vec::new());
    let mut table = Table::new();
    let mut put = |name: &str, section: Table| {
        if !section.is_empty() {
            table.insert(name.to_owned(), Value::Table(section));
        }
    };
    put("store", pairs([("url", Some(Value::from(config.store.to_string())))]));
    put(
        "server",
        pairs([
            (
                "listen",
                Some(Value::from(
                    config.server.listen.as_ref().map_or_else(String::new, ToString::to_string),
                )),
            ),
            ("public_url", config.server.public_url.as_ref().map(|url| Value::from(url.as_str()))),
            ("public_reading", Some(Value::from(config.server.public_reading))),
            ("user_header", config.server.user_header.clone().map(Value::from)),
            ("proxy_secret", hidden(&written.server.proxy_secret)),
            ("proxy_secret_file", text(&written.server.proxy_secret_file)),
            ("proxy_secret_credential", text(&written.server.proxy_secret_credential)),
        ]),
    );
    put(
        "http",
        pairs([
            ("contact", config.http.contact.clone().map(Value::from)),
            (
                "proxy",
                config
                    .http
                    .proxy
                    .as_ref()
                    .map(|proxy| Value::from(without_password(proxy.as_str()))),
            ),
            ("no_proxy", config.http.no_proxy.clone().map(Value::from)),
            ("ca_file", written.http.ca_file.map(|file| Value::from(file.value.0))),
        ]),
    );
    put(
        "smtp",
        config
            .smtp
            .as_ref()
            .map(|settings| smtp_table(settings, written.smtp.as_ref().map(|s| &s.value)))
            .unwrap_or_default(),
    );
    put(
        "delivery",
        pairs([
            ("retry", Some(texts(config.delivery.retry.steps.iter().map(|wait| length(*wait))))),
            ("timeout", Some(Value::from(length(config.delivery.timeout)))),
        ]),
    );
    put(
        "messages",
        pairs([
            ("timezone", config.messages.timezone.iana_name().map(Value::from)),
            (
                "what_to_do_file",
                written.messages.what_to_do_file.map(|file| Value::from(file.value.0)),
            ),
        ]),
    );
    put("backup", config.backup.as_ref().map(backup_table).unwrap_or_default());
    put("retention", retention_table(&config.retention));
    put("assurance", config.assurance.as_ref().map(assurance_table).unwrap_or_default());
    let mut several = |name: &str, sections: Vec<Table>| {
        if !sections.is_empty() {
            table.insert(
                name.to_owned(),
                Value::Array(sections.into_iter().map(Value::Table).collect()),
            );
        }
    };
    several("person", config.people.iter().map(person_table).collect());
    several("source", config.sources.iter().map(source_table).collect());
    several(
        "receiver",
        config
            .receivers
            .iter()
            .map(|receiver| {
                let raw =
                    written.receivers.iter().map(|r| &r.value).find(|r| {
                        r.name.as_ref().is_some_and(|name| name.value.0 == receiver.name)
                    });
                receiver_table(receiver, config.digest(&receiver.name), raw)
            })
            .collect(),
    );
    several("route", config.routes.iter().map(route_table).collect());
    several("watchlist", config.watchlists.iter().map(watchlist_table).collect());
    let heartbeats = config.heartbeats.iter().zip(&written.heartbeats);
    several("heartbeat", heartbeats.map(|(one, raw)| heartbeat_table(one, &raw.value)).collect());
    table
}

/// The part of a shown configuration that must not differ from machine to machine.
pub fn common(shown: &str) -> String {
    let mut table: Table = shown.parse().unwrap_or_default();
    table.remove("store");
    table.remove("backup");
    if let Some(Value::Table(server)) = table.get_mut("server") {
        server.remove("listen");
    }
    toml::to_string(&table).unwrap_or_default()
}

fn pairs<const N: usize>(pairs: [(&str, Option<Value>); N]) -> Table {
    pairs.into_iter().filter_map(|(key, value)| Some((key.to_owned(), value?))).collect()
}

fn texts<T: ToString>(values: impl IntoIterator<Item = T>) -> Value {
    Value::Array(values.into_iter().map(|value| Value::from(value.to_string())).collect())
}

fn text(key: &raw::Key<crate::config::value::Text>) -> Option<Value> {
    key.as_ref().map(|key| Value::from(key.value.0.clone()))
}

fn hidden(key: &raw::Key<raw::SecretText>) -> Option<Value> {
    key.as_ref().map(|_| Value::from(HIDDEN))
}

fn assurance_table(settings: &AssuranceSettings) -> Table {
    pairs([
        ("schedule", Some(Value::from(settings.schedule_text.clone()))),
        ("receivers", Some(texts(&settings.receivers))),
    ])
}

fn heartbeat_table(settings: &HeartbeatSettings, raw: &raw::RawHeartbeat) -> Table {
    pairs([
        ("url", hidden(&raw.url)),
        ("url_file", text(&raw.url_file)),
        ("url_credential", text(&raw.url_credential)),
        ("allow_private", Some(Value::from(settings.allow_private))),
    ])
}

fn person_table(person: &Person) -> Table {
    pairs([
        ("name", Some(Value::from(person.name.clone()))),
        ("role", Some(Value::from(person.role.as_str()))),
        // Enough to tell one token from another.
        ("token_sha256", Some(Value::from(person.token.beginning()))),
    ])
}

fn source_table(source: &Source) -> Table {
    let pattern = match &source.address {
        Address::Folder { pattern, .. } => Some(Value::from(pattern.as_str())),
        _ => None,
    };
    let (url, path, allow_private) = match &source.address {
        Address::Http { url, allow_private }
        | Address::Ecfr { url, allow_private }
        | Address::FederalRegister { url, allow_private } => {
            (Some(without_password(url.as_str())), None, Some(*allow_private))
        }
        Address::Path(path) | Address::Folder { path, .. } => {
            (None, Some(path.display().to_string()), None)
        }
    };
    let limits = &source.limits;
    let counts: Table =
        limits.min_entries.iter().map(|(list, count)| (list.to_string(), number(*count))).collect();
    pairs([
        ("name", Some(Value::from(source.name.clone()))),
        ("title", Some(Value::from(source.title.clone()))),
        ("kind", Some(Value::from(source.kind.as_str()))),
        ("url", url.map(Value::from)),
        ("path", path.map(Value::from)),
        ("pattern", pattern),
        ("lists", Some(texts(&source.lists))),
        ("sections", (!source.sections.is_empty()).then(|| texts(&source.sections))),
        ("schedule", Some(Value::from(source.schedule_text.clone()))),
        ("timezone", Some(Value::from(source.timezone.clone()))),
        ("allow_private", allow_private.map(Value::from)),
        ("max_loss", Some(percent(limits.max_loss))),
        ("max_loss_rows", Some(number(limits.max_loss_rows))),
        ("max_gain", Some(percent(limits.max_gain))),
        ("max_revised", Some(percent(limits.max_revised))),
        ("expect_by", source.expectation.map(|expected| Value::from(expected.by_text()))),
        ("expect_days", source.expectation.map(|expected| Value::from(i64::from(expected.days)))),
        ("previously", source.previous_name.clone().map(Value::from)),
        ("min_entries", Some(Value::Table(counts))),
    ])
}

fn smtp_table(smtp: &SmtpSettings, raw: Option<&raw::RawSmtp>) -> Table {
    let tls = match smtp.tls {
        Tls::Starttls => "starttls",
        Tls::Implicit => "implicit",
        Tls::None => "none",
    };
    pairs([
        ("host", Some(Value::from(smtp.host.clone()))),
        ("port", Some(Value::from(i64::from(smtp.port)))),
        ("tls", Some(Value::from(tls))),
        ("hello", smtp.hello.clone().map(Value::from)),
        ("ca_file", raw.and_then(|raw| text(&raw.ca_file))),
        (
            "certificate_sha256",
            smtp.certificate_sha256
                .map(|bytes| Value::from(bytes.map(|byte| format!("{byte:02X}")).join(":"))),
        ),
        ("username", smtp.username.clone().map(Value::from)),
        ("password", raw.and_then(|raw| hidden(&raw.password))),
        ("password_file", raw.and_then(|raw| text(&raw.password_file))),
        ("password_credential", raw.and_then(|raw| text(&raw.password_credential))),
        ("from", Some(Value::from(smtp.from.to_string()))),
        ("oauth2", smtp.oauth2.as_ref().map(|oauth2| Value::Table(oauth2_table(oauth2, raw)))),
    ])
}

fn oauth2_table(oauth2: &OAuth2Settings, smtp: Option<&raw::RawSmtp>) -> Table {
    let raw = smtp.and_then(|smtp| smtp.oauth2.as_ref()).map(|oauth2| &oauth2.value);
    pairs([
        ("token_url", Some(Value::from(without_password(oauth2.token_url.as_str())))),
        ("client_id", Some(Value::from(oauth2.client_id.clone()))),
        ("client_secret", raw.and_then(|raw| hidden(&raw.client_secret))),
        ("client_secret_file", raw.and_then(|raw| text(&raw.client_secret_file))),
        ("client_secret_credential", raw.and_then(|raw| text(&raw.client_secret_credential))),
        ("scope", oauth2.scope.clone().map(Value::from)),
    ])
}

fn receiver_table(
    receiver: &Receiver,
    digest: Option<&DigestSettings>,
    raw: Option<&raw::RawReceiver>,
) -> Table {
    let immediate =
        digest.map(|digest| digest.immediate.map_or("never", |severity| severity.as_str()));
    let (to, allow_private) = match &receiver.channel {
        Channel::Email(email) => (Some(texts(&email.to)), None),
        Channel::Slack(slack) => (None, Some(slack.allow_private)),
        Channel::Teams(teams) => (None, Some(teams.allow_private)),
        Channel::Webhook(webhook) => (None, Some(webhook.allow_private)),
        Channel::Console => (None, None),
    };
    let acknowledge = receiver.acknowledge.as_ref();
    pairs([
        ("name", Some(Value::from(receiver.name.clone()))),
        ("kind", Some(Value::from(receiver.channel.kind()))),
        ("operator", Some(Value::from(receiver.operator))),
        ("to", to),
        ("url", raw.and_then(|raw| hidden(&raw.url))),
        ("url_file", raw.and_then(|raw| text(&raw.url_file))),
        ("url_credential", raw.and_then(|raw| text(&raw.url_credential))),
        ("secret", raw.and_then(|raw| hidden(&raw.secret))),
        ("secret_file", raw.and_then(|raw| text(&raw.secret_file))),
        ("secret_credential", raw.and_then(|raw| text(&raw.secret_credential))),
        ("headers", raw.and_then(|raw| raw.headers.as_ref()).map(|_| Value::from(HIDDEN))),
        ("headers_file", raw.and_then(|raw| text(&raw.headers_file))),
        ("headers_credential", raw.and_then(|raw| text(&raw.headers_credential))),
        ("allow_private", allow_private.map(Value::from)),
        ("digest", digest.map(|digest| Value::from(digest.schedule_text.clone()))),
        ("immediate", immediate.map(Value::from)),
        ("acknowledge_within", acknowledge.map(|keys| Value::from(length(keys.within)))),
        (
            "acknowledge_hours",
            acknowledge
                .and_then(|keys| keys.hours.as_ref())
                .map(|hours| Value::from(hours.to_string())),
        ),
        ("escalate_to", acknowledge.map(|keys| texts(&keys.escalate_to))),
        ("show_matches", Some(Value::from(receiver.show_matches))),
    ])
}

fn route_table(route: &crate::route::Route) -> Table {
    let given = |values: &[String]| (!values.is_empty()).then(|| texts(values));
    pairs([
        ("receivers", Some(texts(&route.receivers))),
        (
            "kinds",
            (!route.kinds.is_empty()).then(|| texts(route.kinds.iter().map(|kind| kind.as_str()))),
        ),
        ("lists", (!route.lists.is_empty()).then(|| texts(&route.lists))),
        ("sources", given(&route.sources)),
        ("countries", given(&route.countries)),
        ("min_severity", route.min_severity.map(|severity| Value::from(severity.as_str()))),
        ("editorial", Some(Value::from(route.editorial))),
        ("matches", Some(Value::from(route.matches))),
    ])
}

fn watchlist_table(watchlist: &WatchlistSettings) -> Table {
    let columns = &watchlist.columns;
    let header = |header: &Option<String>| header.clone().map(Value::from);
    let headers = pairs([
        ("id", header(&columns.id)),
        ("name", header(&columns.name)),
        ("aliases", header(&columns.aliases)),
        ("address", header(&columns.address)),
        ("country", header(&columns.country)),
        ("owner", header(&columns.owner)),
    ]);
    pairs([
        ("name", Some(Value::from(watchlist.name.clone()))),
        ("path", Some(Value::from(watchlist.path.display().to_string()))),
        ("columns", (!headers.is_empty()).then_some(Value::Table(headers))),
        ("alias_separator", Some(Value::from(columns.alias_separator.clone()))),
        ("lists", Some(texts(&watchlist.lists))),
        ("max_age", watchlist.max_age.map(|age| Value::from(length(age)))),
        ("max_revised", Some(percent(watchlist.max_revised))),
        ("max_loss", Some(percent(watchlist.max_loss))),
        ("dismissals_expire", watchlist.dismissals_expire.map(|time| Value::from(length(time)))),
        ("previously", watchlist.previous_name.clone().map(Value::from)),
    ])
}

fn backup_table(backup: &BackupSettings) -> Table {
    pairs([
        ("schedule", Some(Value::from(backup.schedule_text.clone()))),
        ("folder", Some(Value::from(backup.folder.display().to_string()))),
        ("keep", Some(number(backup.keep))),
    ])
}

/// Nothing if nothing is pruned.
fn retention_table(retention: &RetentionSettings) -> Table {
    let years = |years: Option<Years>| years.map(|years| Value::from(years.to_string()));
    pairs([
        ("documents", years(retention.documents)),
        ("deliveries", years(retention.deliveries)),
        ("hold", retention.hold.then_some(Value::from(true))),
    ])
}

fn number(count: usize) -> Value {
    Value::Integer(i64::try_from(count).unwrap_or(i64::MAX))
}

fn percent(fraction: f64) -> Value {
    // `0.07 * 100.0` is 7.000000000000001.
    let rounded = (fraction * 1e8).round() / 1e6;
    Value::from(format!("{rounded}%"))
}

/// In the largest unit that divides it evenly.
fn length(length: Duration) -> String {
    let (seconds, millis) = (length.as_secs(), length.as_millis());
    match seconds {
        _ if millis % 1000 != 0 => format!("{millis}ms"),
        0 => "0s".to_owned(),
        seconds if seconds % 3600 == 0 => format!("{}h", seconds / 3600),
        seconds if seconds % 60 == 0 => format!("{}m", seconds / 60),
        seconds => format!("{seconds}s"),
    }
}
