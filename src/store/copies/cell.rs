//! The values of a row, the same for both databases, and the hash of many rows.

use sha2::Digest as _;

use crate::domain::Sha256;
use crate::store::Result;
use crate::store::row::Row;
use crate::store::value::Value;

/// What a column holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    Integer,
    Text,
    Bytes,
}

impl Kind {
    /// Of the type that a table declares, in either dialect.
    pub fn of_declared(declared: &str) -> Option<Self> {
        match declared.to_ascii_uppercase().as_str() {
            "INTEGER" | "BIGINT" => Some(Kind::Integer),
            "TEXT" => Some(Kind::Text),
            "BLOB" | "BYTEA" => Some(Kind::Bytes),
            _ => None,
        }
    }
}

/// Reads the values of a row whose columns have these kinds.
pub fn values(row: &Row, kinds: &[Kind]) -> Result<Vec<Value>> {
    let read = |(column, kind): (usize, &Kind)| {
        Ok(match kind {
            Kind::Integer => Value::Integer(row.integer_if_any(column)?),
            Kind::Text => Value::Text(row.text_if_any(column)?),
            Kind::Bytes => Value::Bytes(row.bytes_if_any(column)?),
        })
    };
    kinds.iter().enumerate().map(read).collect()
}

/// About how many bytes a value takes.
pub fn size(value: &Value) -> usize {
    match value {
        Value::Integer(_) => size_of::<i64>(),
        Value::Text(text) => text.as_ref().map_or(0, String::len),
        Value::Bytes(bytes) => bytes.as_ref().map_or(0, Vec::len),
    }
}

/// The count and the hash of rows in an order. Each value enters with its kind and its length, so
/// that no two tables have one hash.
#[derive(Default)]
pub struct RowsHash {
    rows: u64,
    hasher: sha2::Sha256,
}

/// What two equal tables have in common.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fingerprint {
    pub rows: u64,
    pub sha256: Sha256,
}

impl RowsHash {
    pub fn add(&mut self, values: &[Value]) {
        self.rows += 1;
        for value in values {
            match value {
                Value::Integer(Some(number)) => self.value(b'i', &number.to_be_bytes()),
                Value::Text(Some(text)) => self.value(b't', text.as_bytes()),
                Value::Bytes(Some(bytes)) => self.value(b'b', bytes),
                Value::Integer(None) | Value::Text(None) | Value::Bytes(None) => {
                    self.value(b'n', b"");
                }
            }
        }
    }

    fn value(&mut self, kind: u8, bytes: &[u8]) {
        self.hasher.update([kind]);
        self.hasher.update((bytes.len() as u64).to_be_bytes());
        self.hasher.update(bytes);
    }

    pub fn finish(self) -> Fingerprint {
        Fingerprint { rows: self.rows, sha256: Sha256::from_digest(&self.hasher.finalize()) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(rows: &[Vec<Value>]) -> Fingerprint {
        let mut hash = RowsHash::default();
        rows.iter().for_each(|row| hash.add(row));
        hash.finish()
    }

    #[test]
    fn values_do_not_run_into_each_other_and_nothing_is_not_an_empty_text() {
        let text = |text: &str| Value::from(text);
        let rows = [
            vec![text("ab"), text("c")],
            vec![text("a"), text("bc")],
            vec![text("abc"), text("")],
            vec![text("abc"), Value::Text(None)],
            vec![text("abc"), Value::Bytes(Some(Vec::new()))],
        ];
        for (n, one) in rows.iter().enumerate() {
            for other in &rows[n + 1..] {
                assert_ne!(of(std::slice::from_ref(one)), of(std::slice::from_ref(other)));
            }
        }
        assert_eq!(of(&rows), of(&rows));
        assert_eq!(of(&rows).rows, 5);
    }
}
