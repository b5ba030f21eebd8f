//! The configuration as the journal keeps it, so that "who was alerted, and where, on that day" can
//! be answered years later. No secret is in it.

use std::collections::BTreeMap;

use serde::Serialize;
use serde_json::{Map, Value};

use crate::config::Config;
use crate::deliver::Channel;
use crate::domain::{Sha256, TokenHash};

/// A configuration without its secrets, and its hash.
#[derive(Clone, Debug, PartialEq)]
pub struct Evidence {
    /// Equal for equal configurations, on any machine.
    pub sha256: Sha256,
    pub configuration: Value,
}

/// One key that differs between two configurations. A section that may appear several times is
/// named: `receiver.compliance.to`.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct ChangedKey {
    pub key: String,
    /// `null` if the key was not there.
    pub before: Value,
    pub after: Value,
}

impl Config {
    /// What the journal keeps of this configuration.
    pub fn evidence(&self) -> Evidence {
        let mut configuration = serde_json::to_value(&self.shown).unwrap_or_default();
        if let Some(receivers) = configuration.get_mut("receiver").and_then(Value::as_array_mut) {
            for (shown, receiver) in receivers.iter_mut().zip(&self.receivers) {
                let url = match &receiver.channel {
                    Channel::Slack(slack) => &slack.url,
                    Channel::Teams(teams) => &teams.url,
                    Channel::Webhook(webhook) => &webhook.url,
                    Channel::Email(_) | Channel::Console => continue,
                };
                // The address is a secret, but the journal shows on which day it was another one.
                if let Some(shown) = shown.as_object_mut() {
                    let hash = TokenHash::of(url.expose()).beginning();
                    shown.insert("url_sha256".to_owned(), Value::from(hash));
                }
            }
        }
        let sha256 = Sha256::of(configuration.to_string().as_bytes());
        Evidence { sha256, configuration }
    }
}

impl Evidence {
    /// The keys in which this configuration differs from an earlier one.
    pub fn changed_since(&self, earlier: &Value) -> Vec<ChangedKey> {
        let (before, after) = (keys(earlier), keys(&self.configuration));
        let mut names: Vec<&String> = before.keys().chain(after.keys()).collect();
        names.sort();
        names.dedup();
        let value =
            |of: &BTreeMap<String, Value>, key: &str| of.get(key).cloned().unwrap_or(Value::Null);
        names
            .into_iter()
            .map(|key| ChangedKey {
                key: key.clone(),
                before: value(&before, key),
                after: value(&after, key),
            })
            .filter(|changed| changed.before != changed.after)
            .collect()
    }
}

/// Every key with its value. A list is one value.
fn keys(configuration: &Value) -> BTreeMap<String, Value> {
    let mut found = BTreeMap::new();
    if let Value::Object(sections) = configuration {
        in_table("", sections, &mut found);
    }
    found
}

fn in_table(prefix: &str, table: &Map<String, Value>, found: &mut BTreeMap<String, Value>) {
    for (key, value) in table {
        let path = if prefix.is_empty() { key.clone() } else { format!("{prefix}.{key}") };
        match value {
            Value::Object(table) => in_table(&path, table, found),
            Value::Array(sections) if sections.iter().any(Value::is_object) => {
                for (index, section) in sections.iter().enumerate() {
                    let Value::Object(section) = section else { continue };
                    // Routes have no name.
                    let name = section.get("name").and_then(Value::as_str).map(str::to_owned);
                    let name = name.unwrap_or_else(|| (index + 1).to_string());
                    in_table(&format!("{path}.{name}"), section, found);
                }
            }
            other => {
                found.insert(path, other.clone());
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use serde_json::json;

    use super::*;
    use crate::config::{Environment, SecretsMode};

    fn evidence(text: &str) -> Evidence {
        let environment = Environment { state_directory: Some("/s".into()), ..Default::default() };
        let checked =
            crate::config::check(Path::new("x.toml"), text, &environment, SecretsMode::Resolve);
        checked.unwrap_or_else(|errors| panic!("{errors}")).0.evidence()
    }

    const BEFORE: &str = "[[receiver]]\nname = \"desk\"\nkind = \"slack\"\nurl = \
                          \"https://hooks.example.com/hunter2\"\n[[receiver]]\nname = \
                          \"legal\"\nkind = \"console\"\n[[route]]\nreceivers = [\"desk\"]\n";

    #[test]
    fn the_hash_is_that_of_the_content_and_no_secret_is_kept() {
        let before = evidence(BEFORE);
        let reworded = evidence(&format!("# a comment\n{BEFORE}"));
        assert_eq!(before, reworded);
        assert!(!before.configuration.to_string().contains("hunter2"));
        assert_eq!(before.changed_since(&before.configuration), []);
    }

    #[test]
    fn what_changed_is_named_by_section_and_key() {
        let before = evidence(BEFORE);
        let text = BEFORE
            .replace("hunter2", "hunter3")
            .replace("receivers = [\"desk\"]", "receivers = [\"desk\", \"legal\"]")
            .replace("kind = \"console\"", "kind = \"console\"\noperator = true");
        let after = evidence(&text);
        assert_ne!(after.sha256, before.sha256);
        let changed = after.changed_since(&before.configuration);
        let keys: Vec<&str> = changed.iter().map(|changed| changed.key.as_str()).collect();
        assert_eq!(
            keys,
            ["receiver.desk.url_sha256", "receiver.legal.operator", "route.1.receivers"]
        );
        assert_eq!(changed[1].after, json!(true));
        assert_eq!(changed[2].before, json!(["desk"]));
        let first = before.changed_since(&Value::Null);
        assert!(first.iter().any(|changed| changed.key == "receiver.legal.kind"
            && changed.before.is_null()
            && changed.after == "console"));
    }
}
