//! The values of placeholders: 64-bit numbers, text and bytes. Times are microseconds, days are ISO
//! dates, truths are 0 and 1, JSON is text.

use jiff::Timestamp;
use jiff::civil::Date;
use serde::Serialize;

use crate::store::{Result, StoreError};

/// The value of a placeholder. NUL characters are removed from text, because PostgreSQL cannot
/// store them.
#[derive(Clone, Debug)]
pub enum Value {
    Integer(Option<i64>),
    Text(Option<String>),
    Bytes(Option<Vec<u8>>),
}

/// A time at the precision that the databases store.
pub fn to_microsecond(time: Timestamp) -> Timestamp {
    Timestamp::from_microsecond(time.as_microsecond()).unwrap_or(time)
}

/// The value as the text of a JSON column.
pub fn json(value: &impl Serialize) -> Result<Value> {
    match serde_json::to_string(value) {
        Ok(text) => Ok(text.into()),
        Err(error) => Err(StoreError::Unreadable {
            place: "a value to store".to_owned(),
            reason: error.to_string(),
        }),
    }
}

impl From<&str> for Value {
    fn from(text: &str) -> Self {
        text.to_owned().into()
    }
}

impl From<String> for Value {
    fn from(text: String) -> Self {
        Value::Text(Some(if text.contains('\0') { text.replace('\0', "") } else { text }))
    }
}

impl From<&String> for Value {
    fn from(text: &String) -> Self {
        text.as_str().into()
    }
}

impl From<Option<&str>> for Value {
    fn from(text: Option<&str>) -> Self {
        text.map_or(Value::Text(None), Value::from)
    }
}

impl From<Option<String>> for Value {
    fn from(text: Option<String>) -> Self {
        text.map_or(Value::Text(None), Value::from)
    }
}

impl From<Vec<u8>> for Value {
    fn from(bytes: Vec<u8>) -> Self {
        Value::Bytes(Some(bytes))
    }
}

impl From<i64> for Value {
    fn from(number: i64) -> Self {
        Value::Integer(Some(number))
    }
}

impl From<u32> for Value {
    fn from(number: u32) -> Self {
        i64::from(number).into()
    }
}

impl From<u64> for Value {
    fn from(number: u64) -> Self {
        i64::try_from(number).unwrap_or(i64::MAX).into()
    }
}

impl From<usize> for Value {
    fn from(number: usize) -> Self {
        i64::try_from(number).unwrap_or(i64::MAX).into()
    }
}

impl From<bool> for Value {
    fn from(truth: bool) -> Self {
        i64::from(truth).into()
    }
}

impl From<Timestamp> for Value {
    fn from(time: Timestamp) -> Self {
        time.as_microsecond().into()
    }
}

impl From<Option<Timestamp>> for Value {
    fn from(time: Option<Timestamp>) -> Self {
        Value::Integer(time.map(Timestamp::as_microsecond))
    }
}

impl From<Date> for Value {
    fn from(day: Date) -> Self {
        day.to_string().into()
    }
}

impl From<Option<Date>> for Value {
    fn from(day: Option<Date>) -> Self {
        day.map(|day| day.to_string()).into()
    }
}
