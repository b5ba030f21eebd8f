//! The values of shown keys.

use std::time::Duration;

use toml::{Table, Value};

use crate::config::{raw, value};

pub const HIDDEN: &str = "(hidden)";

pub fn pairs<const N: usize>(pairs: [(&str, Option<Value>); N]) -> Table {
    pairs.into_iter().filter_map(|(key, value)| Some((key.to_owned(), value?))).collect()
}

pub fn texts<T: ToString>(values: impl IntoIterator<Item = T>) -> Value {
    Value::Array(values.into_iter().map(|value| Value::from(value.to_string())).collect())
}

pub fn text(key: &raw::Key<value::Text>) -> Option<Value> {
    key.as_ref().map(|key| Value::from(key.value.0.clone()))
}

pub fn hidden(key: &raw::Key<raw::SecretText>) -> Option<Value> {
    key.as_ref().map(|_| Value::from(HIDDEN))
}

pub fn number(count: usize) -> Value {
    Value::Integer(i64::try_from(count).unwrap_or(i64::MAX))
}

pub fn percent(fraction: f64) -> Value {
    // `0.07 * 100.0` is 7.000000000000001.
    let rounded = (fraction * 1e8).round() / 1e6;
    Value::from(format!("{rounded}%"))
}

/// In the largest unit that divides it evenly.
pub fn length(length: Duration) -> String {
    let (seconds, millis) = (length.as_secs(), length.as_millis());
    match seconds {
        _ if millis % 1000 != 0 => format!("{millis}ms"),
        0 => "0s".to_owned(),
        seconds if seconds % 3600 == 0 => format!("{}h", seconds / 3600),
        seconds if seconds % 60 == 0 => format!("{}m", seconds / 60),
        seconds => format!("{seconds}s"),
    }
}
