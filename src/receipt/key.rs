//! An Ed25519 key pair, its public key, and the id that is made from it.

use std::fmt;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use ring::signature::{ED25519, Ed25519KeyPair, KeyPair as _, UnparsedPublicKey};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::domain::Sha256;

/// What precedes the 32 bytes of a private key in PKCS #8 (RFC 8410, section 7).
const PRIVATE_PREFIX: [u8; 16] =
    [0x30, 0x2e, 0x02, 0x01, 0, 0x30, 0x05, 0x06, 0x03, 0x2b, 0x65, 0x70, 0x04, 0x22, 0x04, 0x20];
/// What precedes the 32 bytes of a public key in a `SubjectPublicKeyInfo` (RFC 8410, section 4).
const PUBLIC_PREFIX: [u8; 12] =
    [0x30, 0x2a, 0x30, 0x05, 0x06, 0x03, 0x2b, 0x65, 0x70, 0x03, 0x21, 0x00];
const BEGIN_PRIVATE: &str = "-----BEGIN PRIVATE KEY-----";
const END_PRIVATE: &str = "-----END PRIVATE KEY-----";
const BEGIN_PUBLIC: &str = "-----BEGIN PUBLIC KEY-----";
const END_PUBLIC: &str = "-----END PUBLIC KEY-----";

/// `key_` and the first 32 hexadecimal digits of the SHA-256 of the public key.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(transparent)]
pub struct KeyId(pub String);

impl fmt::Display for KeyId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// The public half of a key.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PublicKey(pub [u8; 32]);

impl PublicKey {
    pub fn id(&self) -> KeyId {
        let hash = Sha256::of(&self.0);
        KeyId(format!("key_{}", hash.as_str().get(..32).unwrap_or_default()))
    }

    pub fn base64(&self) -> String {
        STANDARD.encode(self.0)
    }

    /// The form that other tools read, such as `openssl pkey -pubin`.
    pub fn pem(&self) -> String {
        let der = [&PUBLIC_PREFIX[..], &self.0].concat();
        format!("{BEGIN_PUBLIC}\n{}\n{END_PUBLIC}\n", STANDARD.encode(der))
    }

    /// All public keys in a text, with anything between them.
    pub fn all_in_pem(text: &str) -> Vec<Self> {
        text.split(BEGIN_PUBLIC)
            .skip(1)
            .filter_map(|rest| key_of(rest.split(END_PUBLIC).next()?, &PUBLIC_PREFIX))
            .map(Self)
            .collect()
    }

    /// Whether this key signed these bytes.
    pub fn verifies(&self, bytes: &[u8], signature: &[u8]) -> bool {
        UnparsedPublicKey::new(&ED25519, self.0).verify(bytes, signature).is_ok()
    }
}

/// A private key with its public half. `Debug` shows only the public half.
pub struct KeyPair {
    pair: Ed25519KeyPair,
    public: PublicKey,
}

/// The bytes are no Ed25519 key.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("expected a private Ed25519 key in PEM (PKCS #8)")]
pub struct NotAKey;

impl KeyPair {
    /// The pair of a private key, which is 32 random bytes.
    ///
    /// # Errors
    ///
    /// Never for 32 bytes.
    pub fn of_seed(seed: &[u8; 32]) -> Result<Self, NotAKey> {
        let pair = Ed25519KeyPair::from_seed_unchecked(seed).map_err(|_| NotAKey)?;
        let public = pair.public_key().as_ref().try_into().map_err(|_| NotAKey)?;
        Ok(Self { pair, public: PublicKey(public) })
    }

    /// Reads what [`private_pem`] writes.
    ///
    /// # Errors
    ///
    /// If the text has no such key.
    pub fn of_pem(text: &str) -> Result<Self, NotAKey> {
        let (_, rest) = text.split_once(BEGIN_PRIVATE).ok_or(NotAKey)?;
        let (base64, _) = rest.split_once(END_PRIVATE).ok_or(NotAKey)?;
        Self::of_seed(&key_of(base64, &PRIVATE_PREFIX).ok_or(NotAKey)?)
    }

    pub fn public(&self) -> PublicKey {
        self.public
    }

    pub fn sign(&self, bytes: &[u8]) -> Vec<u8> {
        self.pair.sign(bytes).as_ref().to_vec()
    }
}

impl fmt::Debug for KeyPair {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "KeyPair({})", self.public.id())
    }
}

/// A private key in the form that other tools read, such as `openssl pkey`.
pub fn private_pem(seed: &[u8; 32]) -> String {
    let der = [&PRIVATE_PREFIX[..], seed].concat();
    format!("{BEGIN_PRIVATE}\n{}\n{END_PRIVATE}\n", STANDARD.encode(der))
}

fn key_of(base64: &str, prefix: &[u8]) -> Option<[u8; 32]> {
    let base64: String = base64.split_whitespace().collect();
    STANDARD.decode(base64).ok()?.strip_prefix(prefix)?.try_into().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// RFC 8032, section 7.1, test 2.
    const SEED: &str = "4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb";
    const PUBLIC: &str = "3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c";
    const SIGNATURE: &str = "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da\
                             085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00";

    fn bytes(hex: &str) -> Vec<u8> {
        (0..hex.len())
            .step_by(2)
            .map(|at| u8::from_str_radix(&hex[at..at + 2], 16).unwrap())
            .collect()
    }

    #[test]
    fn ok_the_example_of_the_rfc() {
        let seed: [u8; 32] = bytes(SEED).try_into().unwrap();
        let pair = KeyPair::of_seed(&seed).unwrap();
        assert_eq!(pair.public().0.to_vec(), bytes(PUBLIC));
        assert_eq!(pair.sign(b"\x72"), bytes(SIGNATURE));
        assert!(pair.public().verifies(b"\x72", &bytes(SIGNATURE)));
        assert!(!pair.public().verifies(b"\x73", &bytes(SIGNATURE)));
        let shown = format!("{pair:?}");
        assert_eq!(shown, format!("KeyPair({})", pair.public().id()));
    }

    #[test]
    fn ok_both_halves_come_back_from_pem() {
        let seed: [u8; 32] = bytes(SEED).try_into().unwrap();
        let pair = KeyPair::of_pem(&format!("made: today\n{}", private_pem(&seed))).unwrap();
        let keys = format!("first\n{0}second\n{0}", pair.public().pem());
        assert_eq!(PublicKey::all_in_pem(&keys), [pair.public(), pair.public()]);
    }

    #[test]
    fn err_other_texts_are_no_key() {
        let pem = private_pem(&[7; 32]);
        for text in ["", BEGIN_PRIVATE, &pem.replace("MC4", "MC5"), &pem[..pem.len() - 30]] {
            assert!(KeyPair::of_pem(text).is_err(), "{text}");
        }
        assert!(PublicKey::all_in_pem(&pem).is_empty(), "a private key is no public key");
    }
}
