//! The record of what was checked and decided: each entry carries the hash of the one before it.

use jiff::Timestamp;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::domain::Sha256;

/// What is entered: a name such as `check`, `gap`, `hold.accepted`, and what is to be known of it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct JournalEvent {
    pub kind: String,
    pub data: serde_json::Value,
}

/// One entry of the chain.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct JournalEntry {
    /// 1, 2, 3 … without a hole.
    pub seq: u64,
    pub at: Timestamp,
    pub kind: String,
    /// JSON text, hashed byte for byte.
    pub data: String,
    /// The hash of the entry before, or 64 zeros.
    pub previous: Sha256,
    pub hash: Sha256,
}

impl JournalEntry {
    /// The head of a journal that has no entry.
    pub fn genesis() -> Sha256 {
        Sha256("0".repeat(64))
    }

    pub fn new(seq: u64, at: Timestamp, event: &JournalEvent, previous: Sha256) -> Self {
        let data = event.data.to_string();
        let hash = Self::hash_of(seq, at, &event.kind, &data, &previous);
        Self { seq, at, kind: event.kind.clone(), data, previous, hash }
    }

    /// SHA-256 over sequence, time (RFC 3339, UTC), kind, data and the previous hash, each with its
    /// length before it.
    pub fn hash_of(seq: u64, at: Timestamp, kind: &str, data: &str, previous: &Sha256) -> Sha256 {
        Sha256::of_parts([seq.to_string().as_str(), &at.to_string(), kind, data, previous.as_str()])
    }

    pub fn is_intact(&self) -> bool {
        self.hash == Self::hash_of(self.seq, self.at, &self.kind, &self.data, &self.previous)
    }
}
