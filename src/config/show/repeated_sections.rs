//! The sections that a configuration may have several times.

use toml::{Table, Value};

use crate::config::redact::without_password;
use crate::config::settings::Source;
use crate::config::show::toml_values::{
    HIDDEN, hidden, length, number, pairs, percent, text, texts,
};
use crate::config::{DigestSettings, HeartbeatSettings, WatchlistSettings, raw};
use crate::deliver::{Channel, Receiver};
use crate::domain::Person;
use crate::fetch::Address;
use crate::route::Route;

pub fn person(person: &Person) -> Table {
    pairs([
        ("name", Some(Value::from(person.name.clone()))),
        ("role", Some(Value::from(person.role.as_str()))),
        // Enough to tell one token from another.
        ("token_sha256", Some(Value::from(person.token.beginning()))),
    ])
}

pub fn source(source: &Source) -> Table {
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

pub fn receiver(
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
        ("headers", raw.filter(|raw| raw.headers.is_some()).map(|_| Value::from(HIDDEN))),
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

pub fn route(route: &Route) -> Table {
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

pub fn watchlist(watchlist: &WatchlistSettings) -> Table {
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

pub fn heartbeat(settings: &HeartbeatSettings, raw: &raw::RawHeartbeat) -> Table {
    pairs([
        ("url", hidden(&raw.url)),
        ("url_file", text(&raw.url_file)),
        ("url_credential", text(&raw.url_credential)),
        ("allow_private", Some(Value::from(settings.allow_private))),
    ])
}
