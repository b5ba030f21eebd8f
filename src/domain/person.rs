//! The people who may sign in and act, and how a person who acted was identified.

use std::fmt;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use subtle::ConstantTimeEq;

use crate::domain::Sha256;

/// How every token begins, so that tools that look for leaked secrets find it.
pub const TOKEN_PREFIX: &str = "ewt_";

/// What a person may do. Each role includes the ones before it.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "lowercase")]
pub enum Role {
    /// May read.
    Reader,
    /// May also decide on open items and matches.
    Reviewer,
    /// May also decide on holds.
    Approver,
}

impl Role {
    pub fn as_str(self) -> &'static str {
        match self {
            Role::Reader => "reader",
            Role::Reviewer => "reviewer",
            Role::Approver => "approver",
        }
    }
}

impl fmt::Display for Role {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// The SHA-256 of a person's token. `Debug` shows its beginning only, because a token that a person
/// made up could be guessed from the whole hash.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct TokenHash(pub [u8; 32]);

impl TokenHash {
    /// The hash of a token as it is written.
    pub fn of(token: &str) -> Self {
        use sha2::Digest;
        Self(sha2::Sha256::digest(token.as_bytes()).into())
    }

    /// Whether both are equal, in a time that does not depend on where they differ.
    pub fn is(&self, other: &Self) -> bool {
        bool::from(self.0.ct_eq(&other.0))
    }

    /// 64 hexadecimal digits.
    pub fn hex(&self) -> String {
        Sha256::from_digest(&self.0).as_str().to_owned()
    }

    /// `5f8a20cc…`: distinguishes two hashes, and does not help to guess the token.
    pub fn beginning(&self) -> String {
        format!("{}…", self.hex().get(..8).unwrap_or_default())
    }
}

impl fmt::Debug for TokenHash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "TokenHash({})", self.beginning())
    }
}

/// One `[[person]]`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Person {
    pub name: String,
    pub role: Role,
    pub token: TokenHash,
}

impl Person {
    /// The person whose token it is. Every person is compared, so that the time says nothing of who
    /// it was.
    pub fn with_token<'a>(people: &'a [Person], token: &str) -> Option<&'a Person> {
        let hash = TokenHash::of(token);
        let mut found = None;
        for person in people {
            if person.token.is(&hash) {
                found = Some(person);
            }
        }
        found
    }
}

/// How the person who acted was identified. On the command line a name is a claim, so the user of
/// the process is kept beside it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(tag = "by", rename_all = "lowercase")]
pub enum Identified {
    /// The person signed in on the page with a token.
    Session,
    /// A trusted proxy named the person.
    Proxy,
    /// The name is a claim. The command came over the control socket from a process of this user.
    Socket { uid: u32, user: Option<String> },
    /// The name is a claim. No daemon was running, and a process of this user acted.
    Process { uid: u32, user: Option<String> },
}

impl Identified {
    /// Whether the person acted on a page of the daemon.
    pub fn is_on_page(&self) -> bool {
        matches!(self, Identified::Session | Identified::Proxy)
    }
}

impl fmt::Display for Identified {
    /// `signed in`, or `as claimed by the user root (uid 0)`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Identified::Session => f.write_str("signed in"),
            Identified::Proxy => f.write_str("identified by the proxy"),
            Identified::Socket { uid, user } | Identified::Process { uid, user } => match user {
                Some(user) => write!(f, "as claimed by the user {user} (uid {uid})"),
                None => write!(f, "as claimed by the user with uid {uid}"),
            },
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_is_found_among_all_people_and_a_near_miss_is_not() {
        let person = |name: &str, token: &str| Person {
            name: name.into(),
            role: Role::Reader,
            token: TokenHash::of(token),
        };
        let people = [person("ada", "a"), person("ben", "b"), person("cy", "c")];
        let found = |token: &str| Person::with_token(&people, token).map(|it| it.name.as_str());
        assert_eq!([found("a"), found("b"), found("c")], [Some("ada"), Some("ben"), Some("cy")]);
        for wrong in ["", "A", "b ", "ab", &people[0].token.hex()] {
            assert_eq!(found(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn the_hash_is_that_of_sha256sum_and_debug_shows_its_beginning_only() {
        let hash = TokenHash::of("abc");
        let hex = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";
        assert_eq!(hash.hex(), hex);
        assert_eq!(format!("{hash:?}"), "TokenHash(ba7816bf…)");
    }

    #[test]
    fn each_role_includes_the_ones_before_it() {
        assert!(Role::Reader < Role::Reviewer && Role::Reviewer < Role::Approver);
    }

    #[test]
    fn how_a_person_was_identified_reads_well_and_is_kept_as_json() {
        let check = |identified: Identified, text: &str, json: serde_json::Value| {
            assert_eq!(identified.to_string(), text);
            assert_eq!(serde_json::to_value(&identified).unwrap(), json);
            assert_eq!(serde_json::from_value::<Identified>(json).unwrap(), identified);
        };
        check(Identified::Session, "signed in", serde_json::json!({"by": "session"}));
        check(Identified::Proxy, "identified by the proxy", serde_json::json!({"by": "proxy"}));
        check(
            Identified::Socket { uid: 0, user: Some("root".into()) },
            "as claimed by the user root (uid 0)",
            serde_json::json!({"by": "socket", "uid": 0, "user": "root"}),
        );
        check(
            Identified::Process { uid: 1234, user: None },
            "as claimed by the user with uid 1234",
            serde_json::json!({"by": "process", "uid": 1234, "user": null}),
        );
    }
}
