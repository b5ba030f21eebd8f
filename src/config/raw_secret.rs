//! Secrets as they are written in the configuration. Errors never quote them.

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{Deserialize, Deserializer};

use crate::config::value::hex_pair;
use crate::domain::TokenHash;

/// A secret in the configuration file itself. Errors never quote it.
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
                "expected text in quotes, but got: {}",
                other.type_str()
            ))),
        }
    }
}

/// The headers of a webhook in the configuration file itself: lines `Name: value`, as in a file, or
/// a table of names and values. Errors never quote them.
#[derive(Clone, Debug)]
pub struct SecretHeaders(pub SecretText);

impl<'de> Deserialize<'de> for SecretHeaders {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let lines = match toml::Value::deserialize(deserializer)? {
            toml::Value::String(lines) => Some(lines),
            toml::Value::Table(headers) => headers
                .iter()
                .map(|(name, value)| value.as_str().and_then(|value| header_line(name, value)))
                .collect(),
            _ => None,
        };
        lines.map(|lines| Self(SecretText(lines))).ok_or_else(|| {
            serde::de::Error::custom(
                "expected lines `Name: value`, or a table of names with values in quotes",
            )
        })
    }
}

/// A header as a line. Nothing in it can begin another header.
fn header_line(name: &str, value: &str) -> Option<String> {
    let is_one = name.trim() == name && !name.starts_with(['#', '\u{feff}']) && !name.contains(':');
    let is_line = |text: &str| !text.chars().any(char::is_control);
    (is_one && is_line(name) && is_line(value)).then(|| format!("{name}: {value}\n"))
}

impl JsonSchema for SecretHeaders {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "SecretHeaders".into()
    }
    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({ "anyOf": [
            { "type": "string" },
            { "type": "object", "additionalProperties": { "type": "string" } },
        ] })
    }
}

/// The SHA-256 of a person's token: 64 hexadecimal digits. What is written there may be the token
/// itself, so no error quotes it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct HashOfToken(pub TokenHash);

impl<'de> Deserialize<'de> for HashOfToken {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = SecretText::deserialize(deserializer)?.0;
        let bytes: Option<Vec<u8>> = text.as_bytes().chunks(2).map(hex_pair).collect();
        let hash = bytes.and_then(|bytes| bytes.try_into().ok()).map(TokenHash);
        hash.map(Self).ok_or_else(|| {
            serde::de::Error::custom(
                "expected a SHA-256 of 64 hexadecimal digits, as `entitywatch config token` \
                 prints it",
            )
        })
    }
}

impl JsonSchema for HashOfToken {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "HashOfToken".into()
    }
    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({ "type": "string", "pattern": "^[0-9A-Fa-f]{64}$" })
    }
}
