//! Identifiers and hashes. Each id is derived from content and never random: work that is repeated
//! after a crash, or by a database restored from an old backup, has the same id and is recognized
//! as a repeat.

use std::fmt;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use sha2::Digest;

macro_rules! text_id {
    ($(#[$doc:meta])* $name:ident, $prefix:literal) => {
        $(#[$doc])*
        #[derive(
            Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, JsonSchema,
        )]
        #[serde(transparent)]
        pub struct $name(pub String);

        impl $name {
            /// The id for `parts`, in this order.
            pub fn of<'a>(parts: impl IntoIterator<Item = &'a str>) -> Self {
                Self(format!(concat!($prefix, "{}"), &Sha256::of_parts(parts).0[..32]))
            }

            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }
    };
}

text_id!(
    /// One change, by its content: list, kind, entry before and entry after.
    ChangeId, "chg_"
);
text_id!(
    /// One alert.
    AlertId, "alr_"
);
text_id!(
    /// One delivery (alert × receiver × recipient). It is the `webhook-id`, is in the email's
    /// `Message-ID`, and is in the Slack text.
    DeliveryId, "dlv_"
);
text_id!(
    /// One listing of a party, for as long as it lasts: it is carried along revisions, renames and
    /// folds, shared by all sources of the list, and taken up again by a relisting.
    EntryId, "ent_"
);
text_id!(
    /// One hold: a list, a source and the content on hold.
    HoldId, "hld_"
);
text_id!(
    /// One open item.
    ItemId, "itm_"
);
text_id!(
    /// One counterparty that may be one listed entry.
    MatchId, "mat_"
);

/// A SHA-256 in lower-case hex.
#[derive(
    Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, JsonSchema,
)]
#[serde(transparent)]
pub struct Sha256(pub String);

impl Sha256 {
    pub fn of(bytes: &[u8]) -> Self {
        Self::from_digest(&sha2::Sha256::digest(bytes))
    }

    pub fn from_digest(digest: &[u8]) -> Self {
        let digit = |half: u8| char::from_digit(u32::from(half), 16).unwrap_or_default();
        Self(digest.iter().flat_map(|byte| [digit(byte >> 4), digit(byte & 0xf)]).collect())
    }

    /// The hash of several texts. The length of each is hashed before it, so that two different
    /// lists of texts never have the same input.
    pub fn of_parts<'a>(parts: impl IntoIterator<Item = &'a str>) -> Self {
        let mut hasher = sha2::Sha256::new();
        for part in parts {
            hasher.update((part.len() as u64).to_be_bytes());
            hasher.update(part.as_bytes());
        }
        Self::from_digest(&hasher.finalize())
    }

    /// A fraction in `0.0..1.0` computed from the hash. It gives jitter without a random source,
    /// and the same value on a repeat.
    pub fn fraction(&self) -> f64 {
        let leading = u32::from_str_radix(self.0.get(..8).unwrap_or("0"), 16).unwrap_or(0);
        f64::from(leading) / (f64::from(u32::MAX) + 1.0)
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Sha256 {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_hash_gives_a_fraction_between_zero_and_one() {
        assert!(Sha256("ffffffff".into()).fraction() < 1.0);
        assert!((Sha256("80000000".into()).fraction() - 0.5).abs() < f64::EPSILON);
        assert!(Sha256(String::new()).fraction().abs() < f64::EPSILON);
    }

    #[test]
    fn parts_are_hashed_separately() {
        assert_ne!(ChangeId::of(["ab", "c"]), ChangeId::of(["a", "bc"]));
        assert_eq!(ChangeId::of(["a"]), ChangeId::of(["a"]));
        assert!(ChangeId::of(["a"]).as_str().starts_with("chg_"));
    }
}
