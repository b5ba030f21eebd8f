//! The text and JSON in which public keys are handed over, and their reader.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use jiff::Timestamp;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::receipt::key::{KeyId, PublicKey};
use crate::receipt::key_folder::StoredKey;

/// One public key as `config keys --output json` prints it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct KeyRow {
    /// Made from the public key. A receipt names the key that signed it by this id.
    pub key_id: KeyId,
    /// Always `Ed25519`.
    pub algorithm: String,
    /// The 32 bytes of the key in base64.
    pub public_key: String,
    pub made_at: Timestamp,
    /// Whether new receipts are signed with it. An old key still verifies old receipts.
    pub current: bool,
}

/// The rows of the keys of this machine, oldest first. The last one is current.
pub fn rows(keys: &[StoredKey]) -> Vec<KeyRow> {
    let row = |(place, key): (usize, &StoredKey)| KeyRow {
        key_id: key.pair.public().id(),
        algorithm: "Ed25519".to_owned(),
        public_key: key.pair.public().base64(),
        made_at: key.made_at,
        current: place + 1 == keys.len(),
    };
    keys.iter().enumerate().map(row).collect()
}

/// The keys as text for people and for tools: a line of facts and a PEM block each.
pub fn text(keys: &[StoredKey]) -> String {
    let block = |(row, key): (KeyRow, &StoredKey)| {
        let state = if row.current { "current" } else { "old" };
        format!("# {}, made {}, {state}\n{}", row.key_id, row.made_at, key.pair.public().pem())
    };
    rows(keys).into_iter().zip(keys).map(block).collect::<Vec<_>>().join("\n")
}

/// The public keys in a file: what `config keys` prints as text or JSON, any PEM, or one key as
/// base64, 64 hexadecimal digits or 32 bytes. Empty if it has none.
pub fn read(bytes: &[u8]) -> Vec<PublicKey> {
    let Ok(text) = std::str::from_utf8(bytes) else { return raw(bytes).into_iter().collect() };
    let in_pem = PublicKey::all_in_pem(text);
    if !in_pem.is_empty() {
        return in_pem;
    }
    if let Ok(value) = serde_json::from_str::<serde_json::Value>(text) {
        let mut found = Vec::new();
        in_json(&value, &mut found);
        return found;
    }
    let text = text.trim();
    of_base64(text).or_else(|| of_hex(text)).or_else(|| raw(bytes)).into_iter().collect()
}

/// Each value of a key `public_key`, wherever it stands, or a text that is one.
fn in_json(value: &serde_json::Value, found: &mut Vec<PublicKey>) {
    match value {
        serde_json::Value::String(text) => found.extend(of_base64(text)),
        serde_json::Value::Array(items) => items.iter().for_each(|item| in_json(item, found)),
        serde_json::Value::Object(members) => {
            for (name, value) in members {
                if name == "public_key" || !value.is_string() {
                    in_json(value, found);
                }
            }
        }
        _ => {}
    }
}

fn of_base64(text: &str) -> Option<PublicKey> {
    raw(&STANDARD.decode(text).ok()?)
}

fn of_hex(text: &str) -> Option<PublicKey> {
    let digits: Option<Vec<u8>> = text
        .chars()
        .map(|digit| digit.to_digit(16).and_then(|digit| u8::try_from(digit).ok()))
        .collect();
    let pairs = digits.filter(|digits| digits.len() == 64)?;
    let (pairs, _) = pairs.as_chunks::<2>();
    let bytes: Vec<u8> = pairs.iter().map(|[high, low]| high << 4 | low).collect();
    raw(&bytes)
}

fn raw(bytes: &[u8]) -> Option<PublicKey> {
    bytes.try_into().ok().map(PublicKey)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::receipt::key::KeyPair;

    fn keys() -> Vec<StoredKey> {
        let key = |seed: u8| StoredKey {
            pair: KeyPair::of_seed(&[seed; 32]).unwrap(),
            made_at: Timestamp::from_second(i64::from(seed)).unwrap(),
        };
        vec![key(1), key(2)]
    }

    #[test]
    fn ok_keys_come_back_from_everything_that_is_printed_and_from_bare_keys() {
        let keys = keys();
        let public: Vec<PublicKey> = keys.iter().map(|key| key.pair.public()).collect();
        assert_eq!(read(text(&keys).as_bytes()), public);
        let json = serde_json::json!({"keys": rows(&keys)}).to_string();
        assert_eq!(read(json.as_bytes()), public);
        let first = public[0];
        let hex: String = first.0.iter().map(|byte| format!("{byte:02x}")).collect();
        for bare in [first.base64(), format!("{hex}\n"), hex.to_uppercase()] {
            assert_eq!(read(bare.as_bytes()), [first], "{bare}");
        }
        assert_eq!(read(&first.0), [first]);
        assert_eq!(read(format!("{:?}", first.base64()).as_bytes()), [first], "a JSON text");
    }

    #[test]
    fn ok_the_newest_key_is_current() {
        let rows = rows(&keys());
        assert_eq!(rows.iter().map(|row| row.current).collect::<Vec<_>>(), [false, true]);
    }

    #[test]
    fn err_other_files_have_no_key() {
        for text in ["", "{}", "[]", "key", "-----BEGIN PUBLIC KEY-----", "{\"key_id\":\"AAAA\"}"] {
            assert!(read(text.as_bytes()).is_empty(), "{text}");
        }
        assert!(read(&[0xff; 31]).is_empty());
    }
}
