//! The journal of what was checked and decided. Each entry contains the hash of the entry before
//! it.

use jiff::Timestamp;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::domain::Sha256;

/// An event to record: a kind such as `check`, `gap` or `hold.accepted`, and its data.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct JournalEvent {
    pub kind: String,
    pub data: serde_json::Value,
}

/// One entry of the chain.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct JournalEntry {
    /// 1, 2, 3 … without a gap.
    pub seq: u64,
    pub at: Timestamp,
    pub kind: String,
    /// JSON text. It is hashed byte for byte.
    pub data: String,
    /// The hash of the entry before. 64 zeros for the first entry.
    pub previous: Sha256,
    pub hash: Sha256,
}

impl JournalEntry {
    /// The head of an empty journal.
    pub fn genesis() -> Sha256 {
        Sha256("0".repeat(64))
    }

    pub fn new(seq: u64, at: Timestamp, event: &JournalEvent, previous: Sha256) -> Self {
        let data = event.data.to_string();
        let hash = Self::hash_of(seq, at, &event.kind, &data, &previous);
        Self { seq, at, kind: event.kind.clone(), data, previous, hash }
    }

    /// SHA-256 of sequence, time (RFC 3339, UTC), kind, data and the previous hash, each preceded
    /// by its length.
    pub fn hash_of(seq: u64, at: Timestamp, kind: &str, data: &str, previous: &Sha256) -> Sha256 {
        Sha256::of_parts([seq.to_string().as_str(), &at.to_string(), kind, data, previous.as_str()])
    }

    pub fn is_intact(&self) -> bool {
        self.hash == Self::hash_of(self.seq, self.at, &self.kind, &self.data, &self.previous)
    }
}
