//! The members of a JSON response that say whether a chat service accepted the message. Pure.

use std::fmt;
use std::time::Duration;

use serde::de::{DeserializeSeed, Deserializer, IgnoredAny, MapAccess, Visitor};
use serde_json::Value;

/// The top-level members that were read, up to the point where the JSON ends or breaks.
#[derive(Debug, Default)]
pub struct ResponseMembers {
    pub accepts: bool,
    pub refuses: bool,
    pub error: Option<String>,
    pub retry_after: Option<Duration>,
}

impl ResponseMembers {
    pub fn read(&mut self, json: &str) -> serde_json::Result<()> {
        let mut deserializer = serde_json::Deserializer::from_str(json);
        DeserializeSeed::deserialize(self, &mut deserializer)
    }

    fn read_member(&mut self, key: &str, value: &Value) {
        match key.to_ascii_lowercase().as_str() {
            "ok" | "success" => match boolean(value) {
                Some(true) => self.accepts = true,
                Some(false) => self.refuses = true,
                None => {}
            },
            "result" | "status" => match value.as_str().map(str::to_ascii_lowercase).as_deref() {
                Some("ok" | "success") => self.accepts = true,
                Some("error" | "fail" | "failed" | "failure") => self.refuses = true,
                _ => {}
            },
            // Some services answer with a numeric code of their own, or repeat the HTTP status.
            "errcode" if value.as_i64().is_some_and(|code| code != 0) => self.refuses = true,
            "status_code" | "statuscode" if value.as_i64().is_some_and(|status| status >= 400) => {
                self.refuses = true;
            }
            // A code is more useful than a sentence, so it replaces one.
            "error" => self.error = error_text(value).or(self.error.take()),
            "message" | "msg" | "errmsg" | "detail" | "description"
                if self.error.is_none() && self.refuses =>
            {
                self.error = error_text(value);
            }
            "retry_after" => {
                let seconds = value.as_f64().filter(|seconds| *seconds > 0.0);
                self.retry_after =
                    seconds.and_then(|seconds| Duration::try_from_secs_f64(seconds.ceil()).ok());
            }
            _ => {}
        }
    }
}

/// The boolean value, also if it is written as a number or as text.
fn boolean(value: &Value) -> Option<bool> {
    match value {
        Value::Bool(boolean) => Some(*boolean),
        Value::Number(number) => number.as_i64().map(|number| number != 0),
        Value::String(text) if text.eq_ignore_ascii_case("false") => Some(false),
        Value::String(text) if text.eq_ignore_ascii_case("true") => Some(true),
        _ => None,
    }
}

/// The text of an error: a string, or the code in an object.
fn error_text(value: &Value) -> Option<String> {
    match value {
        Value::String(text) => Some(text.clone()),
        Value::Object(members) => ["code", "type", "message"]
            .iter()
            .find_map(|key| members.get(*key)?.as_str())
            .map(str::to_owned),
        Value::Bool(true) => Some("error".to_owned()),
        _ => None,
    }
}

impl<'de> DeserializeSeed<'de> for &mut ResponseMembers {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_map(self)
    }
}

impl<'de> Visitor<'de> for &mut ResponseMembers {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut members: A) -> Result<(), A::Error> {
        while let Some(key) = members.next_key::<String>()? {
            // Not kept, because it can be long and carries no result. One example is the message
            // itself.
            if matches!(key.to_ascii_lowercase().as_str(), "message" | "channel" | "ts")
                && !self.refuses
            {
                members.next_value::<IgnoredAny>()?;
            } else {
                self.read_member(&key, &members.next_value::<Value>()?);
            }
        }
        Ok(())
    }
}
