//! Which documents of a source were accepted, so that an older copy is recognized.

use jiff::civil::Date;
use jiff::{SignedDuration, Timestamp};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::domain::Sha256;

/// How many replaced documents are remembered. The Consolidated Screening List changed on 14 of 43
/// days in 2026, so this covers half a year.
const MOST_REPLACED: usize = 64;

/// One document, with what is known about its age.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Edition {
    pub sha256: Sha256,
    /// The address that served it, as a hash, because it may contain a token. Times of two servers
    /// are not compared.
    pub address_sha256: Option<Sha256>,
    /// When it was last modified, according to its server or the file system.
    pub modified_at: Option<Timestamp>,
    /// The publisher's date, if the address contains one.
    pub as_of: Option<Date>,
    /// When the publisher sent the response with it.
    pub answered_at: Timestamp,
    /// When it was fetched.
    pub seen_at: Timestamp,
}

/// A document that was accepted and then replaced by another.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Replaced {
    pub sha256: Sha256,
    /// How often it was replaced.
    pub times: u32,
    /// When it was last replaced.
    pub at: Timestamp,
}

/// The known documents of one source.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Editions {
    /// The last document that was accepted. A document on hold is not accepted.
    pub current: Option<Edition>,
    /// The accepted documents before it, the latest last.
    #[serde(default)]
    pub replaced: Vec<Replaced>,
    /// The document that is served now, if it is older than the current one.
    pub older: Option<Edition>,
    /// Since when only older copies were served.
    pub older_since: Option<Timestamp>,
}

impl Editions {
    /// Records that `edition` was accepted.
    pub fn accept(&mut self, edition: Edition, now: Timestamp) {
        self.clear_older();
        let Some(current) = &mut self.current else {
            self.current = Some(edition);
            return;
        };
        if current.sha256 == edition.sha256 {
            // Another server of the publisher may have built the same document at an earlier time.
            current.modified_at = current.modified_at.max(edition.modified_at);
            current.as_of = current.as_of.max(edition.as_of);
            current.answered_at = current.answered_at.max(edition.answered_at);
            return;
        }
        let before = std::mem::replace(current, edition);
        self.replace(before.sha256, now);
    }

    /// Records that a document was served that is not older.
    pub fn clear_older(&mut self) {
        (self.older, self.older_since) = (None, None);
    }

    /// Records that an older copy was served. `None` if only its address showed this and it was not
    /// read.
    pub fn note_older(&mut self, edition: Option<Edition>, now: Timestamp) {
        if edition.is_some() {
            self.older = edition;
        }
        self.older_since.get_or_insert(now);
    }

    /// For how long only older copies were served.
    pub fn older_for(&self, now: Timestamp) -> SignedDuration {
        self.older_since.map_or(SignedDuration::ZERO, |since| now.duration_since(since))
    }

    /// Whether this document is the older copy that is served now.
    pub fn is_older(&self, sha256: &Sha256) -> bool {
        self.older.as_ref().is_some_and(|older| older.sha256 == *sha256)
    }

    pub fn replaced(&self, sha256: &Sha256) -> Option<&Replaced> {
        self.replaced.iter().find(|replaced| replaced.sha256 == *sha256)
    }

    fn replace(&mut self, sha256: Sha256, now: Timestamp) {
        let times = self.replaced(&sha256).map_or(0, |replaced| replaced.times) + 1;
        self.replaced.retain(|replaced| replaced.sha256 != sha256);
        self.replaced.push(Replaced { sha256, times, at: now });
        let excess = self.replaced.len().saturating_sub(MOST_REPLACED);
        self.replaced.drain(..excess);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn edition(content: &str) -> Edition {
        let at = Timestamp::UNIX_EPOCH;
        let sha256 = Sha256::of(content.as_bytes());
        Edition {
            sha256,
            address_sha256: None,
            modified_at: None,
            as_of: None,
            answered_at: at,
            seen_at: at,
        }
    }

    #[test]
    fn a_document_is_replaced_by_another_and_not_by_itself() {
        let (mut editions, now) = (Editions::default(), Timestamp::UNIX_EPOCH);
        for content in ["a", "a", "b", "b", "a", "b"] {
            editions.accept(edition(content), now);
        }
        let times = |content: &str| {
            editions.replaced(&Sha256::of(content.as_bytes())).map(|replaced| replaced.times)
        };
        assert_eq!((times("a"), times("b"), times("c")), (Some(2), Some(1), None));
        assert_eq!(editions.current.as_ref().unwrap().sha256, edition("b").sha256);
    }

    #[test]
    fn the_oldest_replaced_documents_are_dropped() {
        let mut editions = Editions::default();
        for number in 0..=MOST_REPLACED + 1 {
            editions.accept(edition(&number.to_string()), Timestamp::UNIX_EPOCH);
        }
        assert_eq!(editions.replaced.len(), MOST_REPLACED);
        assert!(
            editions.replaced(&Sha256::of(b"0")).is_none()
                && editions.replaced(&Sha256::of(b"1")).is_some()
        );
    }
}
