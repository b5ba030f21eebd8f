//! Signed records of a screening: keys, signatures, and the file that carries both.
//!
//! Knows Ed25519 and canonical JSON. It must not know what a receipt says: `cli` composes that.
//!
//! # Layout
//!
//! - [`canonical_json`]: the one byte sequence of a JSON value (RFC 8785).
//! - [`key`]: a key pair, its public key, and the id that is made from it.
//! - [`public_keys`]: the text and JSON in which public keys are handed over, and their reader.
//! - [`key_folder`]: the keys of this machine, on disk.
//! - [`signed`]: a signed receipt, and whether it is intact.

pub mod canonical_json;
pub mod key;
pub mod key_folder;
pub mod public_keys;
pub mod signed;

pub use key::{KeyId, KeyPair, PublicKey};
pub use key_folder::{KeyFolder, KeyFolderError, StoredKey};
pub use public_keys::KeyRow;
pub use signed::{SignedReceipt, VerifyError};
