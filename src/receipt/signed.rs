//! A signed receipt, and whether it is intact.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde::Serialize;
use serde_json::Value;

use crate::receipt::canonical_json::{NotCanonical, canonical, parse};
use crate::receipt::key::{KeyId, KeyPair, PublicKey};

/// The content of the file: what is recorded, and the signature over its canonical JSON.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct SignedReceipt {
    pub receipt: Value,
    pub key_id: KeyId,
    /// Ed25519 over the canonical JSON (RFC 8785) of `receipt`, in base64.
    pub signature: String,
}

/// Why a receipt is not accepted.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum VerifyError {
    #[error("expected a receipt, but got {0}")]
    Malformed(String),
    #[error("expected the public key {signed_with}, which signed the receipt, but got {given}")]
    OtherKey { signed_with: KeyId, given: String },
    #[error(
        "expected the receipt as it was signed with {0}, but its content or its signature was \
         changed"
    )]
    Changed(KeyId),
}

impl SignedReceipt {
    /// Signs what is recorded.
    ///
    /// # Errors
    ///
    /// If it has no canonical form.
    pub fn sign(receipt: Value, key: &KeyPair) -> Result<Self, NotCanonical> {
        let signature = STANDARD.encode(key.sign(canonical(&receipt)?.as_bytes()));
        Ok(Self { receipt, key_id: key.public().id(), signature })
    }

    /// Reads a receipt. Unknown keys beside `receipt` are ignored.
    ///
    /// # Errors
    ///
    /// If the text is no JSON, or not that of a receipt.
    pub fn read(text: &str) -> Result<Self, VerifyError> {
        let malformed = |problem: String| VerifyError::Malformed(problem);
        let value = parse(text).map_err(|error| malformed(format!("malformed JSON: {error}")))?;
        let Value::Object(mut members) = value else {
            return Err(malformed("JSON that is not an object".to_owned()));
        };
        let mut take = |name: &str| {
            members.remove(name).ok_or_else(|| malformed(format!("JSON without `{name}`")))
        };
        let (receipt, key_id, signature) = (take("receipt")?, take("key_id")?, take("signature")?);
        match (&receipt, key_id, signature) {
            (Value::Object(_), Value::String(key_id), Value::String(signature)) => {
                Ok(Self { receipt, key_id: KeyId(key_id), signature })
            }
            _ => Err(malformed(
                "one in which `receipt` is not an object, or `key_id` or `signature` is not a text"
                    .to_owned(),
            )),
        }
    }

    /// Verifies the signature with the key among `keys` that the receipt names.
    ///
    /// # Errors
    ///
    /// If no key has that id, or if the content or the signature was changed.
    pub fn verify(&self, keys: &[PublicKey]) -> Result<(), VerifyError> {
        let Some(key) = keys.iter().find(|key| key.id() == self.key_id) else {
            let given: Vec<String> = keys.iter().map(|key| key.id().to_string()).collect();
            let given = if given.is_empty() { "none".to_owned() } else { given.join(", ") };
            return Err(VerifyError::OtherKey { signed_with: self.key_id.clone(), given });
        };
        let changed = || VerifyError::Changed(self.key_id.clone());
        let signature = STANDARD.decode(&self.signature).map_err(|_| changed())?;
        let bytes = canonical(&self.receipt).map_err(|_| changed())?;
        if key.verifies(bytes.as_bytes(), &signature) { Ok(()) } else { Err(changed()) }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn key(seed: u8) -> KeyPair {
        KeyPair::of_seed(&[seed; 32]).unwrap()
    }

    fn file() -> String {
        let receipt = json!({"version": 1, "matches": [{"score": 0.94, "name": "Örn\u{7}"}]});
        serde_json::to_string_pretty(&SignedReceipt::sign(receipt, &key(1)).unwrap()).unwrap()
    }

    fn verified(text: &str) -> Result<(), VerifyError> {
        SignedReceipt::read(text)?.verify(&[key(2).public(), key(1).public()])
    }

    #[test]
    fn ok_a_receipt_verifies_also_after_another_program_wrote_it_again() {
        assert_eq!(verified(&file()), Ok(()));
        let value: Value = serde_json::from_str(&file()).unwrap();
        assert_eq!(verified(&value.to_string()), Ok(()));
        assert_eq!(verified(&file().replace("Örn\\u0007", "\\u00d6rn\\u0007")), Ok(()));
    }

    #[test]
    fn err_each_changed_byte_is_noticed() {
        let file = file();
        let mut noticed = 0;
        for (place, byte) in file.bytes().enumerate().filter(|(_, byte)| *byte > b' ') {
            for other in [byte ^ 1, byte ^ 2, byte ^ 0x20] {
                let mut changed = file.clone().into_bytes();
                changed[place] = other;
                let Ok(changed) = String::from_utf8(changed) else { continue };
                assert!(verified(&changed).is_err(), "{place}: {changed}");
                noticed += 1;
            }
        }
        assert!(noticed > 500, "{noticed}");
    }

    #[test]
    fn err_a_wrong_key_and_malformed_files_say_so() {
        let signed = SignedReceipt::read(&file()).unwrap();
        let error = signed.verify(&[key(2).public()]).unwrap_err().to_string();
        assert!(error.contains(&key(1).public().id().0), "{error}");
        assert!(error.contains(&key(2).public().id().0), "{error}");
        for (text, expected) in [
            ("", "malformed JSON"),
            ("[]", "not an object"),
            ("{\"receipt\": {}, \"key_id\": \"k\"}", "without `signature`"),
            ("{\"receipt\": 1, \"key_id\": \"k\", \"signature\": \"\"}", "not an object"),
            ("{\"receipt\": {}, \"receipt\": {}}", "`receipt` twice"),
        ] {
            let error = SignedReceipt::read(text).unwrap_err().to_string();
            assert!(error.contains(expected), "{text}: {error}");
        }
    }
}
