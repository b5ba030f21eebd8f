//! The sections that a configuration has once.

use toml::{Table, Value};

use crate::config::redact::without_password;
use crate::config::show::toml_values::{hidden, length, number, pairs, text, texts};
use crate::config::{AssuranceSettings, BackupSettings, Config, RetentionSettings, Years, raw};
use crate::deliver::{OAuth2Settings, SmtpSettings, Tls};

pub fn server(config: &Config, written: &raw::RawServer) -> Table {
    let server = &config.server;
    let listen = server.listen.as_ref().map_or_else(String::new, ToString::to_string);
    pairs([
        ("listen", Some(Value::from(listen))),
        ("public_url", server.public_url.as_ref().map(|url| Value::from(url.as_str()))),
        ("public_reading", Some(Value::from(server.public_reading))),
        ("user_header", server.user_header.clone().map(Value::from)),
        ("proxy_secret", hidden(&written.proxy_secret)),
        ("proxy_secret_file", text(&written.proxy_secret_file)),
        ("proxy_secret_credential", text(&written.proxy_secret_credential)),
    ])
}

pub fn http(config: &Config, written: &raw::RawHttp) -> Table {
    let http = &config.http;
    let proxy = http.proxy.as_ref().map(|proxy| Value::from(without_password(proxy.as_str())));
    pairs([
        ("contact", http.contact.clone().map(Value::from)),
        ("proxy", proxy),
        ("no_proxy", http.no_proxy.clone().map(Value::from)),
        ("ca_file", text(&written.ca_file)),
    ])
}

pub fn delivery(config: &Config) -> Table {
    let delivery = &config.delivery;
    pairs([
        ("retry", Some(texts(delivery.retry.steps.iter().map(|wait| length(*wait))))),
        ("timeout", Some(Value::from(length(delivery.timeout)))),
    ])
}

pub fn messages(config: &Config, written: &raw::RawMessages) -> Table {
    pairs([
        ("timezone", config.messages.timezone.iana_name().map(Value::from)),
        ("what_to_do_file", text(&written.what_to_do_file)),
    ])
}

pub fn smtp(smtp: &SmtpSettings, raw: Option<&raw::RawSmtp>) -> Table {
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
        ("oauth2", smtp.oauth2.as_ref().map(|settings| Value::Table(oauth2(settings, raw)))),
    ])
}

pub fn oauth2(oauth2: &OAuth2Settings, smtp: Option<&raw::RawSmtp>) -> Table {
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

pub fn assurance(settings: &AssuranceSettings) -> Table {
    pairs([
        ("schedule", Some(Value::from(settings.schedule_text.clone()))),
        ("receivers", Some(texts(&settings.receivers))),
    ])
}

pub fn backup(backup: &BackupSettings) -> Table {
    pairs([
        ("schedule", Some(Value::from(backup.schedule_text.clone()))),
        ("folder", Some(Value::from(backup.folder.display().to_string()))),
        ("keep", Some(number(backup.keep))),
    ])
}

/// Nothing if nothing is pruned.
pub fn retention(retention: &RetentionSettings) -> Table {
    let years = |years: Option<Years>| years.map(|years| Value::from(years.to_string()));
    pairs([
        ("documents", years(retention.documents)),
        ("deliveries", years(retention.deliveries)),
        ("hold", retention.hold.then_some(Value::from(true))),
    ])
}
