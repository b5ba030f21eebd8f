//! Prints the configuration in effect as TOML, with defaults. Secrets are hidden, and the keys that
//! name their place are shown.

mod repeated_sections;
mod single_sections;
mod toml_values;

use toml::{Table, Value};

use self::toml_values::pairs;
use crate::config::read::{self, Sections};
use crate::config::{Config, raw};
use crate::deliver::Receiver;

/// The checked configuration as `config show` prints it, with the keys that the file has for its
/// secrets. `file` is the text of the file.
pub fn table(config: &Config, file: &str) -> Table {
    let written = read::read(file, &mut Vec::new());
    let mut table = Table::new();
    let once = sections_once(config, &written).into_iter().filter(|(_, keys)| !keys.is_empty());
    table.extend(once.map(|(name, keys)| (name.to_owned(), Value::Table(keys))));
    let repeated = sections_repeated(config, &written);
    table.extend(repeated.into_iter().filter(|(_, sections)| !sections.is_empty()).map(
        |(name, sections)| {
            let sections = sections.into_iter().map(Value::Table).collect();
            (name.to_owned(), Value::Array(sections))
        },
    ));
    table
}

fn sections_once(config: &Config, written: &Sections) -> [(&'static str, Table); 9] {
    use single_sections as section;
    let written_smtp = written.smtp.as_ref().map(|smtp| &smtp.value);
    let smtp = config.smtp.as_ref().map(|settings| section::smtp(settings, written_smtp));
    [
        ("store", pairs([("url", Some(Value::from(config.store.to_string())))])),
        ("server", section::server(config, &written.server)),
        ("http", section::http(config, &written.http)),
        ("smtp", smtp.unwrap_or_default()),
        ("delivery", section::delivery(config)),
        ("messages", section::messages(config, &written.messages)),
        ("backup", config.backup.as_ref().map(section::backup).unwrap_or_default()),
        ("retention", section::retention(&config.retention)),
        ("assurance", config.assurance.as_ref().map(section::assurance).unwrap_or_default()),
    ]
}

fn sections_repeated(config: &Config, written: &Sections) -> [(&'static str, Vec<Table>); 6] {
    use repeated_sections as section;
    let receiver = |receiver: &Receiver| {
        let is_of_it = |raw: &&raw::RawReceiver| {
            raw.name.as_ref().is_some_and(|name| name.value.0 == receiver.name)
        };
        let raw = written.receivers.iter().map(|raw| &raw.value).find(is_of_it);
        section::receiver(receiver, config.digest(&receiver.name), raw)
    };
    let heartbeats = config.heartbeats.iter().zip(&written.heartbeats);
    [
        ("person", config.people.iter().map(section::person).collect()),
        ("source", config.sources.iter().map(section::source).collect()),
        ("receiver", config.receivers.iter().map(receiver).collect()),
        ("route", config.routes.iter().map(section::route).collect()),
        ("watchlist", config.watchlists.iter().map(section::watchlist).collect()),
        ("heartbeat", heartbeats.map(|(one, raw)| section::heartbeat(one, &raw.value)).collect()),
    ]
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
